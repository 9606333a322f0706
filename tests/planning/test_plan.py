"""Plans with headings."""

from yiben.kernel.problems import Place
from yiben.planning.network import Constraint, ConstraintType, Link, LinkType, Node
from yiben.planning.plan import Plan, Summary, conflicts_of, schedule_plan
from yiben.planning.worktime import OFFICE_DAY, OFFICE_HOURS, weekly

WEEK = weekly("week", week=(OFFICE_HOURS,) * 5 + ((), ()), around=20_514 * 14_400)
START = 20_514 * 14_400 + 4800


def plan(links: list[Link], **options: object) -> Plan:
    nodes = tuple(
        Node(key, WEEK, days * OFFICE_DAY) for key, days in (("a", 2), ("b", 3), ("c", 1), ("d", 1))
    )
    headings = (
        Summary("top", "全部", ("one", "two")),
        Summary("one", "一", ("a", "b")),
        Summary("two", "二", ("c", "d")),
    )
    return Plan("p", START, nodes, tuple(links), WEEK, summaries=headings, **options)  # type: ignore[arg-type]


def test_headings_hold_what_is_below_them() -> None:
    planned, problems = schedule_plan(plan([Link("one", "two")]))
    assert problems == [] and planned is not None
    starts = {
        key: WEEK.between(START, dates.early_start) // OFFICE_DAY for key, dates in planned.dates.items()
    }
    assert starts == {"a": 0, "b": 0, "c": 3, "d": 3, "one": 0, "two": 3, "top": 0}
    assert planned.headings["top"].early_finish == planned.schedule.finish
    assert planned.names["one"] == "一" and planned.headings["one"].critical


def test_a_headings_start_is_that_of_its_earliest_node() -> None:
    planned, _ = schedule_plan(plan([Link("a", "b"), Link("one", "c", LinkType.SS, OFFICE_DAY)]))
    assert planned is not None
    assert WEEK.between(START, planned.dates["c"].early_start) == OFFICE_DAY


def test_circles_through_headings_are_refused() -> None:
    planned, problems = schedule_plan(plan([Link("one", "two"), Link("d", "b")]))
    assert planned is None and problems[0].code == "circle"


def test_links_to_unknown_headings_are_refused() -> None:
    place = Place(file="x.xml")
    planned, problems = schedule_plan(plan([Link("one", "nine", place=place)]))
    assert planned is None and problems[0].code == "unknown-node" and problems[0].place == place


def test_a_calendar_without_work_is_a_problem() -> None:
    never = weekly("never", week=((),) * 7)
    planned, problems = schedule_plan(Plan("p", START, (Node("a", never, 10),), (), never))
    assert planned is None and problems[0].code == "no-working-time"


def test_from_the_finish() -> None:
    end = WEEK.forward(START, 10 * OFFICE_DAY)
    planned, _ = schedule_plan(plan([Link("a", "c")], finish=end, from_finish=True))
    assert planned is not None
    assert planned.schedule.start == WEEK.back(end, 3 * OFFICE_DAY) and planned.schedule.finish == end


def test_fixed_dates_against_the_order_name_chain_and_days() -> None:
    place = Place(file="p.yaml", line=5)
    fixed = Constraint(ConstraintType.START_ON, WEEK.forward(START, OFFICE_DAY))
    nodes = (
        Node("a", WEEK, 4 * OFFICE_DAY, "设计"),
        Node("b", WEEK, OFFICE_DAY, "开工", constraint=fixed, place=place),
        Node("c", WEEK, OFFICE_DAY, deadline=START),
    )
    planned, _ = schedule_plan(Plan("p", START, nodes, (Link("a", "b"),), WEEK))
    assert planned is not None
    second, first = conflicts_of(planned)
    assert first.code == "impossible-constraint" and first.place == place and first.severity == "error"
    assert first.found.startswith("设计 → 开工: 3 days too late for start-on 2026-03-02")
    assert "1 days too late for deadline" in second.found
    assert [one.severity for one in conflicts_of(planned, severity="warning")] == ["warning", "warning"]
