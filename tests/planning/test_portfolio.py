"""Columns against the single network, and what a slip moves."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.planning.backward import morning
from yiben.planning.calendar import OutsideCalendar, china
from yiben.planning.network import Link, LinkType, Node, network_of
from yiben.planning.portfolio import Group, Hold, Moved, Template, cascade, due_between, passes
from yiben.planning.schedule import schedule
from yiben.planning.worktime import OFFICE_DAY, TICKS_PER_DAY, every_day, office_time

ORIGIN = date(2007, 1, 1)
FIRST = (ORIGIN - date(1970, 1, 1)).days


@st.composite
def groups(draw: st.DrawFn) -> Group:
    count = draw(st.integers(2, 7))
    working = tuple(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    kinds = st.sampled_from([LinkType.FS, LinkType.FS, LinkType.SS, LinkType.FF])
    holds = [
        Hold(a, b, draw(kinds), draw(st.integers(0, 4)), draw(st.booleans()))
        for b in range(1, count)
        for a in range(b)
        if draw(st.integers(0, 2)) == 0
    ]
    projects = draw(st.integers(1, 4))
    days = st.lists(st.integers(0, 12), min_size=projects, max_size=projects)
    duration = np.array([draw(days) for _ in range(count)], dtype=np.int16)
    start = china().nth[np.array([draw(st.integers(4500, 4900)) for _ in range(projects)])]
    return Group(Template(tuple(map(str, range(count))), working, tuple(holds)), start, duration)


def alone(group: Group, project: int) -> list[tuple[int, int, int, int]]:
    """One project by the single-network passes, as day numbers from 2007."""
    office, template = office_time(china()), group.template
    times = [office if works else every_day() for works in template.working]
    nodes = [
        Node(key, times[n], int(group.duration[n, project]) * OFFICE_DAY)
        for n, key in enumerate(template.keys)
    ]
    links = [
        Link(str(h.first), str(h.then), h.type, h.lag * OFFICE_DAY, office if h.working else every_day())
        for h in template.holds
    ]
    network, _ = network_of(nodes, links=links)
    assert network is not None
    dates = schedule(network, start=morning(ORIGIN + timedelta(days=int(group.start[project])))).dates
    rows = [dates[key] for key in template.keys]
    return [tuple(map(day, (d.early_start, d.early_finish, d.late_start, d.late_finish))) for d in rows]  # type: ignore[misc]


def day(tick: int) -> int:
    """The morning of a day and the evening before are one number."""
    number, within = divmod(tick, TICKS_PER_DAY)
    return number - FIRST + (within > 8 * 600)


@given(groups())
@settings(deadline=None)
def test_columns_equal_single_networks(group: Group) -> None:
    calendar = china()
    grids = passes(group, calendar=calendar)
    for project in range(group.start.size):
        expected = np.array(alone(group, project))
        found = np.array(
            [
                g[:, project]
                for g in (grids.early_start, grids.early_finish, grids.late_start, grids.late_finish)
            ]
        ).T
        for n, works in enumerate(group.template.working):
            same = calendar.before if works else np.arange(calendar.before.size)
            assert (same[found[n]] == same[expected[n]]).all(), str(
                (
                    n,
                    found[n],
                    expected[n],
                    group.template.holds,
                    group.template.working,
                    group.duration.tolist(),
                    group.start,
                )
            )


def three(project_days: list[list[int]]) -> Group:
    template = Template(
        ("design", "review", "permit"), (True, False, True), (Hold(0, 1), Hold(1, 2), Hold(0, 2, lag=3))
    )
    start = np.full(len(project_days), (date(2026, 9, 21) - ORIGIN).days)
    return Group(template, start, np.array(project_days, dtype=np.int16).T)


def test_dates_by_hand_over_the_golden_week() -> None:
    grids = passes(three([[5, 7, 2]]), calendar=china())
    days = [ORIGIN + timedelta(days=int(x) - 1) for x in grids.early_finish[:, 0]]
    # 21–24 September and, 25–27 being the Mid-Autumn holiday, the 28th; then seven days on end. The permit
    # waits three working days after the 28th (29th, 30th, 8 October) and takes the 9th and Saturday the
    # 10th, which is worked to make up for the holiday.
    assert days == [date(2026, 9, 28), date(2026, 10, 5), date(2026, 10, 10)]
    assert grids.early_start[2, 0] == (date(2026, 10, 9) - ORIGIN).days


def test_a_slip_moves_what_waits_for_it() -> None:
    group = three([[5, 7, 2], [5, 7, 2]])
    moved = cascade(group, node=1, project=1, days=10, calendar=china())
    assert moved == [Moved("review", 1, 10), Moved("permit", 1, 9)]
    assert cascade(group, node=2, project=0, days=0, calendar=china()) == []


def test_what_is_due_in_a_month() -> None:
    group = three([[5, 7, 2], [1, 1, 1]])
    group = Group(group.template, group.start, group.duration, actual_finish={0: np.array([-1, 7000])})
    grids = passes(group, calendar=china())
    first, last = ((date(2026, month, 1) - ORIGIN).days for month in (9, 10))
    due = due_between(group, grids, first=first, last=last - 1)
    assert [(project, node) for project, node, _ in due if node == 0] == [(0, 0)]
    assert [entry[2] for entry in due] == sorted(entry[2] for entry in due)


def test_milestones_are_due_and_absent_nodes_are_not() -> None:
    template = Template(("a", "m"), (True, True), (Hold(0, 1),))
    start = np.full(2, 7000)
    group = Group(
        template, start, np.array([[3, 3], [0, 0]], dtype=np.int16), absent={1: np.array([False, True])}
    )
    due = due_between(group, passes(group, calendar=china()), first=0, last=19_000)
    assert [entry[:2] for entry in due] == [(0, 0), (0, 1), (1, 0)]


def test_bounds_of_single_nodes() -> None:
    group = three([[5, 7, 2]])
    later = Group(group.template, group.start, group.duration, not_before={1: np.array([7500])})
    grids = passes(later, calendar=china())
    assert grids.early_start[1, 0] == 7500 and grids.critical[1, 0] and not grids.critical[0, 0]


@pytest.mark.parametrize("start", [-1, 19_724])
def test_plans_outside_the_calendar_are_refused(start: int) -> None:
    group = Group(Template(("a",), (True,), ()), np.array([start]), np.array([[5]], dtype=np.int16))
    with pytest.raises(OutsideCalendar):
        passes(group, calendar=china())


def test_no_project_and_no_node() -> None:
    nothing = Group(Template((), (), ()), np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.int16))
    assert passes(nothing, calendar=china()).end.size == 0
