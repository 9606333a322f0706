"""Plans to a date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.approvals import make
from yiben.planning.backward import evening, first_day, from_date, last_day, morning, to_date
from yiben.planning.calendar import china
from yiben.planning.network import Link, Node
from yiben.planning.plan import Plan, schedule_plan
from yiben.planning.templates import built_in
from yiben.planning.worktime import OFFICE_DAY, every_day, office_time

OFFICE = office_time(china())


def plan(*days: int) -> Plan:
    nodes = [Node(f"n{n}", OFFICE, length * OFFICE_DAY, name=f"节点{n}") for n, length in enumerate(days)]
    links = tuple(Link(f"n{n}", f"n{n + 1}") for n in range(len(days) - 1))
    return Plan("计划", morning(date(2026, 3, 2)), tuple(nodes), links, OFFICE)


def test_back_from_a_date_over_the_golden_week() -> None:
    arranged, problems = to_date(plan(3, 2), goal="n1", finish=date(2026, 10, 9))
    assert problems == [] and arranged is not None and arranged.impossible is None
    assert [(step.start, step.finish) for step in arranged.steps] == [
        (date(2026, 9, 28), date(2026, 9, 30)),
        (date(2026, 10, 8), date(2026, 10, 9)),
    ]
    assert arranged.chain == ("n0", "n1") and all(step.must for step in arranged.steps)


def test_a_goal_on_a_day_off_is_done_the_working_day_before() -> None:
    arranged, _ = to_date(plan(1), goal="n0", finish=date(2026, 10, 5))
    assert arranged is not None and arranged.step("n0").finish == date(2026, 9, 30)


def test_what_follows_the_goal_goes_forward_from_it() -> None:
    arranged, _ = to_date(plan(3, 2, 4), goal="n1", finish=date(2026, 9, 30))
    assert arranged is not None
    assert (arranged.step("n2").start, arranged.step("n2").finish) == (date(2026, 10, 8), date(2026, 10, 12))


def test_the_impossible_names_chain_and_days() -> None:
    arranged, _ = to_date(plan(10, 5), goal="n1", finish=date(2026, 3, 13), not_before=date(2026, 3, 2))
    assert arranged is not None and arranged.impossible is not None
    why = arranged.impossible
    assert why.chain == ("n0", "n1") and why.names == ("节点0", "节点1")
    assert (why.earliest, why.wanted) == (date(2026, 3, 20), date(2026, 3, 13))
    assert (why.short_days, why.short_calendar_days) == (5, 7)
    assert "节点0 → 节点1 is done on 2026-03-20, 7 days (5 working days) late" in str(
        why.as_problem(file="计划")
    )
    assert arranged.step("n0").start == date(2026, 3, 2)


def test_exactly_fitting_is_possible() -> None:
    arranged, _ = to_date(plan(10, 5), goal="n1", finish=date(2026, 3, 20), not_before=date(2026, 3, 2))
    assert (
        arranged is not None and arranged.impossible is None and arranged.step("n0").start == date(2026, 3, 2)
    )


def test_dates_outside_the_calendar_are_a_problem() -> None:
    arranged, problems = to_date(plan(300), goal="n0", finish=date(2007, 3, 1))
    assert arranged is None and problems[0].code == "outside-calendar"


def test_circles_are_told_in_both_directions() -> None:
    good = plan(1, 1)
    bad = Plan("计划", good.start, good.nodes, (*good.links, Link("n1", "n0")), OFFICE)
    assert to_date(bad, goal="n1", finish=date(2026, 3, 20))[1][0].code == "circle"
    assert from_date(bad, goal="n1", start=date(2026, 3, 20))[1][0].code == "circle"


@given(
    st.dates(date(2026, 1, 5), date(2026, 12, 1)),
    st.sampled_from(["industrial", "government", "commercial_residential", "infrastructure_verified"]),
)
def test_back_and_forth_meet(day: date, name: str) -> None:
    made, _ = make(built_in()[name], calendar=china(), on=date(2026, 1, 5), place="331002", basis="statutory")
    assert made is not None
    there, _ = from_date(made.plan, goal=made.goal, start=day)
    assert there is not None
    reached = there.step(made.goal).finish
    back, _ = to_date(made.plan, goal=made.goal, finish=reached, not_before=day)
    assert back is not None and back.impossible is None
    for key in back.spans:
        assert back.spans[key][0] >= there.spans[key][0] or key == made.goal
    late, _ = to_date(made.plan, goal=made.goal, finish=reached)
    assert late is not None and late.step(made.goal).finish == reached
    if reached > day:
        sooner = china().add(reached, days=-1)
        short, _ = to_date(made.plan, goal=made.goal, finish=sooner, not_before=day)
        assert short is not None and short.impossible is not None
        assert short.impossible.short_calendar_days >= 1


def test_an_arranged_plan_keeps_its_dates_when_scheduled_again() -> None:
    arranged, _ = to_date(plan(3, 2, 4), goal="n1", finish=date(2026, 9, 30))
    assert arranged is not None
    planned, _ = schedule_plan(arranged.dated())
    assert planned is not None
    assert {k: (d.early_start, d.early_finish) for k, d in planned.dates.items()} == arranged.spans


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 2, 28)])
def test_days_and_instants(day: date) -> None:
    assert last_day(evening(day)) == day and first_day(morning(day), every_day()) == day
    assert (day - last_day(morning(day))).days == 1
