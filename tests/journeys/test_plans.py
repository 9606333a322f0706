"""A project's plan from the ledger: dates, freeze, approvals, risk, files."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from databases import County, code
from yiben.kernel.problems import Refused

ON = date(2026, 3, 20)
PLANNED = {
    "filed": "2025-12-01",
    "land_supply": "2026-04-10",
    "planning_permit": "2026-06-12",
    "building_permit": "2026-07-17",
    "start": "2026-07-31",
    "completion": "2027-07-30",
}
KEY = code(1)


@pytest.fixture
def planned(county: County) -> County:
    """One industrial project with six planned nodes, the first of them done."""
    county.record(
        county.project(1, stage="ready", approval="filing"),
        *(county.only(1, kind="node", slot=node, planned_on=day) for node, day in PLANNED.items()),
        county.only(1, kind="node", slot="filed", actual_on="2025-12-03"),
    )
    return county


def plan_of(county: County, on: date = ON, key: str = KEY):
    from yiben.journeys.plan_project import plan_project

    return plan_project(county.pack, key, on=on)


def change(county: County, days: dict[str, date], *, by: str = "clerk", reason: str = "用地未交付", **rest):
    from yiben.journeys.change_plan import change_days

    who = county.person(by)
    return change_days(county.pack, KEY, days=days, reason=reason, by=who, at=next(county.moments), **rest)


def freeze(county: County, **rest):
    from yiben.journeys.change_plan import freeze_plans

    who = county.person("clerk")
    return freeze_plans(county.pack, year=2026, by=who, at=next(county.moments), **rest)


def codes(refusal) -> set[str]:
    return {problem.code for problem in refusal.value.problems}


def test_the_network_follows_class_and_recorded_dates(planned: County) -> None:
    plan = plan_of(planned)
    assert plan.made is not None and plan.made.template.name == "industrial"
    assert plan.row("filed").finish == date(2025, 12, 3)
    assert plan.row("start").finish == date(2026, 7, 31)
    assert plan.row("design").node == "" and plan.row("design").finish < plan.row("planning_permit").finish
    assert plan.goal == "start" and plan.chain[-1] == "start"


def test_a_slip_is_carried_on_to_what_follows(planned: County) -> None:
    planned.record(planned.only(1, kind="node", slot="land_supply", forecast_on="2026-07-10", reason="征迁"))
    plan = plan_of(planned)
    assert plan.row("land_supply").finish == date(2026, 7, 10)
    assert plan.row("start").pushed > 0 and plan.row("start").finish > date(2026, 7, 31)
    assert "land_sale" in plan.chain


def test_days_of_fields_stand_in_for_nodes(county: County) -> None:
    county.record(county.project(1, planned_start="2026-12-31", approved_on="2026-01-05"))
    plan = plan_of(county)
    assert plan.row("start").planned == date(2026, 12, 31)
    assert plan.row("filed").actual == date(2026, 1, 5)


def test_a_schedule_backwards_is_recorded_with_its_reason(planned: County) -> None:
    from yiben.journeys.change_plan import planned_days, record_schedule
    from yiben.journeys.plan_project import arrange

    plan = plan_of(planned)
    arranged = arrange(plan, finish=date(2026, 9, 30))
    days = planned_days(plan, arranged=arranged)
    assert days["start"] == date(2026, 9, 30) and "filed" not in days
    who = planned.person("clerk")
    with pytest.raises(Refused) as refusal:
        record_schedule(plan, arranged=arranged, reason=" ", by=who, at=next(planned.moments))
    assert codes(refusal) == {"reason-missing"}
    record_schedule(plan, arranged=arranged, reason="倒排年度节点", by=who, at=next(planned.moments))
    again = plan_of(planned)
    assert again.row("start").planned == date(2026, 9, 30)
    assert again.row("start").changes[-1].reason == "倒排年度节点"


def test_an_impossible_start_names_its_chain(planned: County) -> None:
    from yiben.journeys.change_plan import record_schedule
    from yiben.journeys.plan_project import arrange

    plan = plan_of(planned)
    arranged = arrange(plan, start=ON, finish=date(2026, 4, 1))
    assert arranged.impossible is not None and arranged.impossible.short_days > 0
    with pytest.raises(Refused) as refusal:
        record_schedule(
            plan, arranged=arranged, reason="x", by=planned.person("clerk"), at=next(planned.moments)
        )
    assert codes(refusal) == {"impossible"}


def test_before_the_freeze_days_move_with_a_reason(planned: County) -> None:
    done = change(planned, {"start": date(2026, 8, 31)})
    assert not done.asked and done.dates["start"] == (date(2026, 7, 31), date(2026, 8, 31))
    assert plan_of(planned).row("start").planned == date(2026, 8, 31)
    with pytest.raises(Refused) as refusal:
        change(planned, {"filed": date(2026, 8, 31)})
    assert codes(refusal) == {"node-done"}


def test_a_clash_shows_both_days(planned: County) -> None:
    seen = plan_of(planned).seen
    change(planned, {"start": date(2026, 8, 31)})
    with pytest.raises(Refused) as refusal:
        change(planned, {"start": date(2026, 9, 15)}, seen=seen)
    [problem] = [one for one in refusal.value.problems if "planned_on" in one.found]
    assert "2026-08-31" in problem.found and "2026-09-15" in problem.expected


def test_after_the_freeze_a_change_waits_for_an_approval(planned: County) -> None:
    from yiben.journeys.change_plan import answer_change

    freeze(planned)
    asked = change(planned, {"start": date(2026, 8, 31)})
    plan = plan_of(planned)
    assert asked.asked and plan.row("start").finish == date(2026, 7, 31)
    assert [one.reason for one in plan.asked] == ["用地未交付"]
    answer_change(
        planned.pack, KEY, node="start", agree=True, by=planned.person("leader"), at=next(planned.moments)
    )
    plan = plan_of(planned)
    row = plan.row("start")
    assert (row.baseline, row.forecast, row.moves) == (date(2026, 7, 31), date(2026, 8, 31), 1)
    [moved] = row.changes
    assert (moved.by, moved.approver, moved.reason) == ("clerk", "leader", "用地未交付")
    assert not plan.asked


def test_nobody_gets_round_the_approval(planned: County) -> None:
    from yiben.journeys.change_plan import answer_change
    from yiben.people.access import NotAllowed

    freeze(planned)
    with pytest.raises(Refused) as refusal:
        planned.record(
            planned.only(1, kind="node", slot="start", forecast_on="2026-08-31"), by=planned.person("clerk")
        )
    assert codes(refusal) == {"node-frozen"}
    planned.record(planned.only(1, kind="node", slot="land_supply", actual_on="2026-04-09"))
    change(planned, {"start": date(2026, 8, 31)})
    with pytest.raises(NotAllowed):
        answer_change(
            planned.pack, KEY, node="start", agree=True, by=planned.person("clerk"), at=next(planned.moments)
        )
    with pytest.raises(Refused) as refusal:
        freeze(planned, subjects=[KEY])
    assert codes(refusal) == {"frozen-twice"}


def test_a_refused_change_needs_its_reason_and_changes_nothing(planned: County) -> None:
    from yiben.journeys.change_plan import answer_change

    freeze(planned)
    change(planned, {"start": date(2026, 8, 31)})
    leader = planned.person("leader")
    options = {"node": "start", "agree": False, "by": leader}
    with pytest.raises(Refused):
        answer_change(planned.pack, KEY, at=next(planned.moments), **options)
    answer_change(planned.pack, KEY, note="节点不得后移", at=next(planned.moments), **options)
    plan = plan_of(planned)
    assert not plan.asked and plan.row("start").forecast is None and plan.row("start").moves == 0


def test_the_risk_is_the_same_for_the_same_seed(planned: County) -> None:
    from yiben.journeys.plan_project import risk_of

    plan = plan_of(planned)
    first, again = (risk_of(plan, wanted=date(2026, 8, 5)) for _ in range(2))
    assert first == again and 0 < first.chance < 1
    assert len(first.most_influential) == 3


def test_own_history_takes_the_place_of_stated_ranges(planned: County) -> None:
    from yiben.journeys.plan_history import paces_by_node, past_days
    from yiben.journeys.plan_project import risk_of

    for number in range(2, 12):
        days = {"filed": ("2025-01-01", "2025-01-01"), "land_supply": ("2025-02-01", "2025-03-04")}
        days |= {
            "planning_permit": ("2025-04-01", "2025-07-01"),
            "building_permit": ("2025-05-01", "2025-08-30"),
        }
        planned.record(
            planned.project(number),
            *(
                planned.only(number, kind="node", slot=node, planned_on=day, actual_on=real)
                for node, (day, real) in days.items()
            ),
        )
    plan = plan_of(planned)
    assert paces_by_node(plan)["land_supply"] == [2.0] * 10
    past = past_days(plan)
    assert len(past["design"]) == 10 and min(past["design"]) > 30
    stated = risk_of(plan, wanted=date(2026, 8, 5))
    learnt = risk_of(plan, wanted=date(2026, 8, 5), past=past)
    assert learnt.chance < stated.chance


def test_permits_that_lapse_before_works_begin(planned: County) -> None:
    planned.record(planned.only(1, kind="node", slot="building_permit", actual_on="2026-03-02"))
    [permit] = [one for one in plan_of(planned).permits if one.rule.id.endswith("building_permit")]
    assert permit.last_day == date(2026, 6, 2)
    planned.record(planned.only(1, kind="node", slot="start", actual_on="2026-03-16"))
    assert not plan_of(planned).permits


def test_a_sheet_that_was_written_comes_back_without_change(planned: County) -> None:
    from yiben.journeys.plan_files import preview_sheet, write_plan

    plan = plan_of(planned)
    preview = preview_sheet(plan, data=write_plan(plan, kind="xlsx"), file="计划.xlsx")
    assert preview.days == {} and preview.actual == {} and not preview.problems
    assert {row.node for row in preview.rows} >= set(PLANNED)


def test_an_edited_sheet_is_taken_in_after_a_preview(planned: County) -> None:
    import io

    import openpyxl

    from yiben.journeys.plan_files import preview_sheet, take_sheet, write_plan

    plan = plan_of(planned)
    book = openpyxl.load_workbook(io.BytesIO(write_plan(plan, kind="xlsx")))
    page = book.active
    heads = {cell.value: cell.column for cell in page[2]}
    for row in page.iter_rows(min_row=3):
        if row[0].value == "start":
            row[heads["不早于完成"] - 1].value = datetime(2026, 8, 31, tzinfo=UTC).replace(tzinfo=None)
    stream = io.BytesIO()
    book.save(stream)
    preview = preview_sheet(plan, data=stream.getvalue(), file="计划.xlsx")
    assert preview.days["start"] == date(2026, 8, 31)
    who = planned.person("clerk")
    take_sheet(
        plan,
        data=stream.getvalue(),
        file="计划.xlsx",
        reason="调度会议定",
        by=who,
        at=next(planned.moments),
        seen=plan.seen,
    )
    assert plan_of(planned).row("start").planned == date(2026, 8, 31)


def test_ms_project_reads_the_same_days(planned: County) -> None:
    from yiben.journeys.plan_files import write_plan
    from yiben.planning.backward import last_day
    from yiben.planning.exchange import mspdi
    from yiben.planning.plan import schedule_plan

    freeze(planned)
    plan = plan_of(planned)
    read, problems = mspdi.read(write_plan(plan, kind="xml"), file="计划.xml")
    assert read is not None and not problems
    done, problems = schedule_plan(read)
    assert done is not None and not problems
    named = {name: done.dates[key] for key, name in done.names.items()}
    assert last_day(named["开工"].early_finish) == plan.row("start").finish


def test_the_chart_shows_baseline_and_nodes(planned: County) -> None:
    from yiben.journeys.plan_files import draw_plan

    freeze(planned)
    chart = draw_plan(plan_of(planned))
    assert 'data-node="start"' in chart and 'class="base"' in chart and "今天" in chart


def test_a_subject_out_of_reach_is_not_there(planned: County) -> None:
    from yiben.journeys.plan_nodes import NoSuchSubject
    from yiben.journeys.plan_project import plan_project

    with pytest.raises(NoSuchSubject):
        plan_project(planned.pack, KEY, on=ON, by=planned.person("school"))
    with pytest.raises(NoSuchSubject):
        plan_of(planned, key="no such project")
