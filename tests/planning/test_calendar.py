"""Working-day arithmetic against a plain walk from day to day."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.calendar import LAST_DAY, OutsideCalendar, china

DAYS = st.dates(date(2008, 1, 1), date(2030, 12, 31))


def walk(day: date, days: int) -> date:
    """The definition, day by day: the first day is not counted."""
    calendar, step = china(), timedelta(days=1 if days >= 0 else -1)
    if days == 0:
        while not calendar.is_working(day):
            day += step
        return day
    left = abs(days)
    while left:
        day += step
        left -= calendar.is_working(day)
    return day


@given(DAYS, st.integers(-120, 120))
def test_add_is_the_plain_walk(day: date, days: int) -> None:
    assert china().add(day, days=days) == walk(day, days)


@given(DAYS, st.integers(-200, 200))
def test_between_counts_the_plain_walk(day: date, span: int) -> None:
    other, calendar = day + timedelta(days=span), china()
    if span >= 0:
        counted = sum(calendar.is_working(day + timedelta(days=n)) for n in range(1, span + 1))
    else:
        counted = -sum(calendar.is_working(day - timedelta(days=n)) for n in range(1, -span + 1))
    assert calendar.between(day, other) == counted


@given(DAYS, st.integers(1, 300))
def test_there_and_back(day: date, days: int) -> None:
    calendar = china()
    day = calendar.add(day, days=0)
    there = calendar.add(day, days=days)
    assert calendar.between(day, there) == days and calendar.add(there, days=-days) == day


@given(st.lists(st.tuples(DAYS, st.integers(-60, 60)), min_size=1, max_size=40))
def test_columns_equal_single_days(rows: list[tuple[date, int]]) -> None:
    calendar = china()
    days = np.array([day for day, _ in rows], dtype="datetime64[D]")
    limits = np.array([limit for _, limit in rows])
    added = calendar.add_column(days, days=limits)
    assert added.tolist() == [calendar.add(day, days=limit) for day, limit in rows]
    assert calendar.between_column(days, last=added).tolist() == [
        calendar.between(day, end) for (day, _), end in zip(rows, added.tolist(), strict=True)
    ]
    assert calendar.working_column(days).tolist() == [calendar.is_working(day) for day, _ in rows]


def test_calendar_days_count_every_day() -> None:
    calendar = china()
    assert calendar.add(date(2026, 1, 31), days=60, clock="calendar") == date(2026, 4, 1)
    assert calendar.between(date(2026, 4, 1), date(2026, 1, 31), clock="calendar") == -60


def test_golden_week_and_make_up_days_of_2026() -> None:
    calendar = china()
    assert calendar.is_working(date(2026, 2, 14)) and not calendar.is_working(date(2026, 2, 16))
    assert calendar.add(date(2026, 9, 30), days=1) == date(2026, 10, 8)


@pytest.mark.parametrize("day", [date(2006, 12, 31), date(1999, 1, 1)])
def test_days_before_2007_are_refused(day: date) -> None:
    with pytest.raises(OutsideCalendar, match=r"expected a day from 2007-01-01"):
        china().add(day, days=3)


def test_limits_that_leave_the_calendar_are_refused() -> None:
    for days in (-3, 10**6):
        with pytest.raises(OutsideCalendar):
            china().add(date(2007, 1, 2), days=days)
    with pytest.raises(OutsideCalendar):
        china().add(LAST_DAY, days=1, clock="calendar")
    with pytest.raises(OutsideCalendar):
        china().is_working(date(2061, 1, 1))


def test_unpublished_years_say_that_they_are_provisional() -> None:
    calendar = china()
    assert calendar.provisional(date(2025, 1, 1), date(2026, 12, 31)) == []
    assert calendar.provisional(date(2026, 12, 1), date(2028, 1, 1)) == [2027, 2028]
    assert not calendar.is_working(date(2027, 10, 1)) and not calendar.is_working(date(2027, 2, 8))
    assert not calendar.is_working(date(2040, 5, 1)) and calendar.is_working(date(2040, 5, 3))
