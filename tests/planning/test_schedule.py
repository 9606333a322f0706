"""Forward and backward pass: the reference program's own answers, and the laws of slack."""

import csv
import itertools
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.exchange import mspdi
from yiben.planning.network import Constraint, ConstraintType, Link, LinkType, Node, network_of
from yiben.planning.plan import schedule_plan
from yiben.planning.schedule import Schedule, schedule, schedule_from_finish
from yiben.planning.worktime import ELAPSED, OFFICE_DAY, OFFICE_HOURS, instant, moment_of, weekly

WEEK = weekly("week", week=(OFFICE_HOURS,) * 5 + ((), ()), around=instant(datetime(2026, 3, 1)))
MONDAY = instant(datetime(2026, 3, 2, 8))


def at(text: str) -> int:
    return instant(datetime.fromisoformat(f"2026-{text}"))


def run(nodes: list[Node], links: list[Link], **options: int | bool) -> Schedule:
    network, problems = network_of(nodes, links=links)
    assert network is not None, problems
    return schedule(network, start=MONDAY, **options)  # type: ignore[arg-type]


@pytest.mark.shared
def test_the_reference_programs_dates_to_the_minute(shared: Path) -> None:
    folder = shared / "data/schedules/mspdi"
    rows = list(csv.DictReader((folder / "expected_cpm.csv").open(encoding="utf-8")))
    planned = {}
    for name in {Path(row["file"]).name for row in rows}:
        plan, problems = mspdi.read((folder / name).read_bytes(), file=name)
        assert plan is not None and problems == []
        planned[name], problems = schedule_plan(plan)
        assert problems == []
    for row in rows:
        answer = planned[Path(row["file"]).name]
        assert answer is not None
        dates = answer.dates[row["uid"]]
        instants = (dates.early_start, dates.early_finish, dates.late_start, dates.late_finish)
        assert [moment_of(tick).isoformat() for tick in instants] == [
            row[name] for name in ("early_start", "early_finish", "late_start", "late_finish")
        ], row
        assert dates.total_slack == int(row["total_slack_tenth_min"]), row
        assert dates.free_slack == int(row["free_slack_tenth_min"]), row
        assert dates.critical == (row["critical"] == "1"), row
    assert len(rows) == 40


@pytest.mark.parametrize(
    ("kind", "lag", "start", "finish"),
    [
        (LinkType.FS, 0, "03-04T08:00", "03-06T17:00"),
        (LinkType.FS, 1, "03-05T08:00", "03-09T17:00"),
        (LinkType.FS, -1, "03-03T08:00", "03-05T17:00"),
        (LinkType.SS, 0, "03-02T08:00", "03-04T17:00"),
        (LinkType.SS, 1, "03-03T08:00", "03-05T17:00"),
        (LinkType.FF, 2, "03-03T08:00", "03-05T17:00"),
        (LinkType.SF, 6, "03-05T08:00", "03-09T17:00"),
    ],
)
def test_the_four_links_by_hand(kind: LinkType, lag: int, start: str, finish: str) -> None:
    nodes = [Node("a", WEEK, 2 * OFFICE_DAY), Node("b", WEEK, 3 * OFFICE_DAY)]
    dates = run(nodes, [Link("a", "b", kind, lag * OFFICE_DAY)]).dates["b"]
    assert (dates.early_start, dates.early_finish) == (at(start), at(finish))


def test_elapsed_and_percent_lags() -> None:
    nodes = [Node("a", WEEK, 4 * OFFICE_DAY), Node("b", WEEK, OFFICE_DAY), Node("c", WEEK, OFFICE_DAY)]
    links = [Link("a", "b", lag=3 * 14_400, time=ELAPSED), Link("a", "c", LinkType.SS, percent=50.0)]
    dates = run(nodes, links).dates
    assert dates["b"].early_start == at("03-09T08:00") and dates["c"].early_start == at("03-04T08:00")


@pytest.mark.parametrize(
    ("kind", "day", "start", "slack"),
    [
        (ConstraintType.START_FROM, "03-05T08:00", "03-05T08:00", 5),
        (ConstraintType.START_ON, "03-05T08:00", "03-05T08:00", 0),
        (ConstraintType.START_BY, "03-05T08:00", "03-02T08:00", 3),
        (ConstraintType.FINISH_FROM, "03-06T17:00", "03-05T08:00", 5),
        (ConstraintType.FINISH_ON, "03-06T17:00", "03-05T08:00", 0),
        (ConstraintType.FINISH_BY, "03-06T17:00", "03-02T08:00", 3),
    ],
)
def test_date_constraints_by_hand(kind: ConstraintType, day: str, start: str, slack: int) -> None:
    nodes = [
        Node("a", WEEK, 2 * OFFICE_DAY, constraint=Constraint(kind, at(day))),
        Node("b", WEEK, 10 * OFFICE_DAY),
    ]
    dates = run(nodes, []).dates["a"]
    assert (dates.early_start, dates.total_slack) == (at(start), slack * OFFICE_DAY)


def test_as_late_as_possible_has_no_slack_and_pushes_what_follows() -> None:
    late = Constraint(ConstraintType.ALAP)
    nodes = [
        Node("a", WEEK, OFFICE_DAY, constraint=late),
        Node("b", WEEK, OFFICE_DAY),
        Node("c", WEEK, 5 * OFFICE_DAY),
    ]
    dates = run(nodes, [Link("a", "b")]).dates
    assert dates["a"].total_slack == 0 and dates["a"].late_start == at("03-05T08:00")
    assert dates["b"].early_start == at("03-06T08:00")


def test_a_deadline_makes_slack_negative() -> None:
    dates = run([Node("a", WEEK, 5 * OFFICE_DAY, deadline=at("03-04T17:00"))], []).dates["a"]
    assert dates.total_slack == -2 * OFFICE_DAY and dates.critical


def test_actual_dates_stand() -> None:
    done = Node("a", WEEK, OFFICE_DAY, started=at("03-02T08:00"), finished=at("03-04T17:00"))
    under_way = Node("b", WEEK, 3 * OFFICE_DAY, started=at("03-03T08:00"))
    answer = run([done, under_way, Node("c", WEEK, OFFICE_DAY)], [Link("a", "c"), Link("b", "c")])
    assert answer.dates["a"].early_finish == at("03-04T17:00") and not answer.dates["a"].critical
    assert answer.dates["a"].free_slack == 0
    assert answer.dates["c"].early_start == at("03-06T08:00")


def test_a_lead_before_the_start_depends_on_whose_rules_hold() -> None:
    nodes, links = (
        [Node("a", WEEK, OFFICE_DAY), Node("b", WEEK, OFFICE_DAY)],
        [Link("a", "b", lag=-3 * OFFICE_DAY)],
    )
    assert run(nodes, links).dates["b"].early_start == MONDAY
    assert run(nodes, links, leads_before_start=True).dates["b"].early_start == at("02-26T08:00")


def test_milestones_stay_in_the_evening() -> None:
    dates = run([Node("a", WEEK, OFFICE_DAY), Node("m", WEEK)], [Link("a", "m")]).dates["m"]
    assert dates.early_start == dates.early_finish == at("03-02T17:00")


def test_from_the_finish_everything_is_as_late_as_it_can_be() -> None:
    nodes = [Node("a", WEEK, 2 * OFFICE_DAY), Node("b", WEEK, OFFICE_DAY), Node("c", WEEK, OFFICE_DAY)]
    network, _ = network_of(nodes, links=[Link("a", "b"), Link("c", "b")])
    assert network is not None
    answer = schedule_from_finish(network, finish=at("03-06T17:00"))
    assert answer.start == at("03-04T08:00") and answer.dates["b"].late_finish == at("03-06T17:00")
    assert answer.critical_chain() == ["a", "b"] and answer.dates["c"].total_slack == OFFICE_DAY


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Node], list[Link]]:
    count = draw(st.integers(1, 9))
    nodes = [Node(str(n), WEEK, draw(st.integers(0, 6)) * OFFICE_DAY // 2) for n in range(count)]
    pairs = [(a, b) for b in range(count) for a in range(b) if draw(st.booleans())]
    kinds, lags = st.sampled_from([LinkType.FS, LinkType.SS, LinkType.FF]), st.integers(0, 3)
    return nodes, [Link(str(a), str(b), draw(kinds), draw(lags) * OFFICE_DAY) for a, b in pairs]


@given(plans())
def test_laws_of_both_passes(plan: tuple[list[Node], list[Link]]) -> None:
    answer = run(*plan)
    assert any(dates.critical for dates in answer.dates.values())
    for key, dates in answer.dates.items():
        assert WEEK.between(dates.early_start, dates.late_start) >= 0 <= dates.total_slack
        assert 0 <= dates.free_slack <= dates.total_slack
        length = answer.network.nodes[key].duration
        assert WEEK.between(dates.early_start, dates.early_finish) == length
        assert WEEK.between(dates.late_start, dates.late_finish) == length
    for link in answer.network.links:
        first, then = answer.dates[link.first], answer.dates[link.then]
        held = first.early_start if link.type.from_start else first.early_finish
        holds = then.early_finish if link.type.to_finish else then.early_start
        assert WEEK.between(held, holds) >= link.lag


@given(plans(), st.integers(0, 8), st.integers(1, 4))
def test_a_slip_beyond_total_slack_moves_the_end_by_the_rest(
    plan: tuple[list[Node], list[Link]], number: int, days: int
) -> None:
    nodes, links = plan
    if any(link.type is not LinkType.FS for link in links):
        links = [Link(link.first, link.then, lag=link.lag) for link in links]
    number %= len(nodes)
    before = run(nodes, links)
    slack = before.dates[str(number)].total_slack
    longer = [
        Node(node.key, WEEK, node.duration + (days * OFFICE_DAY if n == number else 0))
        for n, node in enumerate(nodes)
    ]
    after = run(longer, links)
    assert WEEK.between(before.finish, after.finish) == max(0, days * OFFICE_DAY - slack)


@given(plans())
def test_the_critical_chain_leads_from_the_start_to_the_end(plan: tuple[list[Node], list[Link]]) -> None:
    answer = run(*plan)
    chain = answer.critical_chain()
    held = {(link.first, link.then) for link in answer.network.links}
    assert all(step in held for step in itertools.pairwise(chain))
    assert answer.dates[chain[-1]].early_finish == answer.finish
