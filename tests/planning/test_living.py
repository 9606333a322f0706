"""Plans that live: freeze, reasons, approvers, moves, node list, completion."""

from datetime import date, datetime

from yiben.kernel.colours import Colour
from yiben.planning.living import (
    LivePlan,
    Owned,
    begin,
    change,
    colour_of,
    completion,
    done,
    freeze,
    node_list,
    reforecast,
)

AT = datetime(2026, 3, 2, 9)
DATES = {"design": date(2026, 4, 30), "permit": date(2026, 6, 30), "start": date(2026, 7, 15)}


def frozen() -> LivePlan:
    plan, problems = freeze(begin("late_school", dates=DATES, names={"start": "开工"}), on=date(2026, 2, 1))
    assert problems == []
    return plan


def test_before_the_freeze_a_reason_is_enough() -> None:
    plan, problems = change(
        begin("p", dates=DATES), node="start", to=date(2026, 8, 1), reason="设计调整", by="wang", at=AT
    )
    assert problems == [] and plan.nodes["start"].forecast == date(2026, 8, 1)
    assert plan.nodes["start"].moves == 0 and plan.nodes["start"].changes[0].was == DATES["start"]


def test_after_the_freeze_an_approver_is_needed() -> None:
    plan = frozen()
    same, problems = change(plan, node="start", to=date(2026, 8, 1), reason="征迁", by="wang", at=AT)
    assert same is plan and [one.code for one in problems] == ["approver-missing"]
    plan, problems = change(
        plan, node="start", to=date(2026, 8, 1), reason="征迁", by="wang", at=AT, approver="li"
    )
    assert problems == []
    node = plan.nodes["start"]
    assert (node.baseline, node.forecast, node.moves, node.late_days) == (
        DATES["start"],
        date(2026, 8, 1),
        1,
        17,
    )


def test_refusals() -> None:
    plan = frozen()

    def codes(**options: object) -> list[str]:
        asked = {
            "node": "start",
            "to": date(2026, 8, 1),
            "reason": "r",
            "by": "wang",
            "at": AT,
            "approver": "li",
        }
        return [one.code for one in change(plan, **(asked | options))[1]]  # type: ignore[arg-type]

    assert codes(node="nothing") == ["unknown-node"]
    assert codes(reason=" ") == ["reason-missing"]
    assert codes(to=DATES["start"]) == ["no-change"]
    assert codes(approver="wang") == ["own-approval"]
    assert freeze(plan, on=date(2026, 3, 1))[1][0].code == "frozen-twice"


def test_actual_dates_come_from_filings() -> None:
    plan, problems = done(frozen(), node="design", on=date(2026, 4, 20), source="月报 2026-04")
    assert problems == [] and plan.nodes["design"].actual == date(2026, 4, 20)
    assert change(plan, node="design", to=date(2026, 5, 1), reason="r", by="w", at=AT, approver="l")[1][
        0
    ].code == ("node-done")
    assert done(plan, node="design", on=date(2026, 4, 21), source=" ")[1][0].code == "source-missing"
    assert done(plan, node="design", on=date(2026, 4, 21), source="月报 2026-04")[1][0].code == "done-twice"
    assert done(plan, node="nothing", on=AT.date(), source="x")[1][0].code == "unknown-node"
    corrected, problems = done(plan, node="design", on=date(2026, 4, 21), source="更正 2026-05")
    assert problems == [] and corrected.nodes["design"].actual == date(2026, 4, 21)


def test_a_slip_moves_several_forecasts_or_none() -> None:
    later = {"permit": date(2026, 7, 10), "start": date(2026, 7, 25), "design": DATES["design"]}
    plan, problems = reforecast(frozen(), dates=later, reason="审查退回", by="w", at=AT, approver="l")
    assert problems == [] and [plan.nodes[key].moves for key in DATES] == [0, 1, 1]
    same = frozen()
    kept, problems = reforecast(
        same, dates={**later, "x": AT.date()}, reason="r", by="w", at=AT, approver="l"
    )
    assert kept is same and problems[0].code == "unknown-node"


def test_lamps() -> None:
    plan, _ = change(frozen(), node="start", to=date(2026, 8, 1), reason="r", by="w", at=AT, approver="l")
    seen = [
        colour_of(plan.nodes["start"], on=day, near_days=7)
        for day in (date(2026, 3, 1), date(2026, 7, 15), date(2026, 7, 16))
    ]
    assert seen == [Colour.YELLOW, Colour.YELLOW, Colour.RED]
    assert colour_of(plan.nodes["permit"], on=date(2026, 3, 1), near_days=7) is Colour.GREEN
    late, _ = done(plan, node="permit", on=date(2026, 7, 1), source="f")
    assert colour_of(late.nodes["permit"], on=date(2026, 8, 1), near_days=7) is Colour.YELLOW


def test_the_node_list_of_the_month_begins_with_what_is_owed() -> None:
    plan, _ = done(frozen(), node="permit", on=date(2026, 6, 28), source="f")
    rows = node_list(
        [Owned(plan, "industrial", "经信局")],
        first=date(2026, 6, 1),
        end=date(2026, 7, 1),
        on=date(2026, 6, 10),
    )
    assert [(row.node, row.colour) for row in rows] == [("design", Colour.RED), ("permit", Colour.GREEN)]
    assert rows[0].unit == "经信局" and rows[0].project == "late_school"


def test_completion_24_of_24() -> None:
    """The report's figure: all 24 near-term projects reached their node (24/24 = 100 %)."""
    plans = []
    for number in range(24):
        plan, _ = freeze(begin(f"p{number:02}", dates={"start": date(2026, 9, 30)}), on=date(2026, 1, 31))
        plan, _ = done(plan, node="start", on=date(2026, 9, 20 + number % 15 % 11), source="f")
        plans.append(Owned(plan, "industrial" if number % 2 else "government", "u"))
    period = {"first": date(2026, 1, 1), "end": date(2027, 1, 1)}
    (whole,) = completion(plans, **period, on=date(2026, 12, 31), by="all")
    assert (whole.due, whole.done, whole.rate) == (24, 24, 1.0)
    assert [one.group for one in completion(plans, **period, on=date(2026, 12, 31), by="class")] == [
        "government",
        "industrial",
    ]
    (early,) = completion(plans, **period, on=date(2026, 9, 1), by="unit")
    assert early.done == 0 and early.rate == 0
    assert completion([], **period, on=date(2026, 9, 1)) == []
