"""Working time within the day: laws, and the two names of one instant."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.calendar import china
from yiben.planning.worktime import (
    ELAPSED,
    OFFICE_DAY,
    OFFICE_HOURS,
    TICKS_PER_DAY,
    NoWorkingTime,
    WorkTime,
    both,
    every_day,
    instant,
    moment_of,
    office_time,
    weekly,
)

WEEK = weekly("week", week=(OFFICE_HOURS,) * 5 + ((), ()), around=instant(datetime(2026, 1, 1)))
ROUND = weekly("round", week=(((0, TICKS_PER_DAY),),) * 7)
TIMES = st.sampled_from([WEEK, ROUND, ELAPSED, every_day(), office_time(china())])
TICKS = st.integers(instant(datetime(2010, 1, 1)), instant(datetime(2030, 1, 1)))


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text))


@given(TIMES, TICKS, st.integers(1, 300_000))
def test_forward_and_back_undo_each_other(time: WorkTime, tick: int, work: int) -> None:
    there = time.forward(tick, work)
    assert time.between(tick, there) == work
    back = time.back(there, work)
    assert time.between(back, there) == work and time.between(back, tick) == 0


@given(TIMES, TICKS)
def test_the_ends_of_a_gap_are_one_instant(time: WorkTime, tick: int) -> None:
    start, end = time.next_start(tick), time.previous_end(tick)
    assert end <= tick <= start and time.between(end, start) == 0
    assert time.next_start(start) == start and time.previous_end(end) == end


def test_work_ends_in_the_evening_and_begins_in_the_morning() -> None:
    friday = at("2026-03-06T08:00")
    assert moment_of(WEEK.forward(friday, OFFICE_DAY)) == datetime(2026, 3, 6, 17)
    assert moment_of(WEEK.next_start(at("2026-03-06T17:00"))) == datetime(2026, 3, 9, 8)
    assert moment_of(WEEK.back(at("2026-03-09T08:00"), OFFICE_DAY)) == datetime(2026, 3, 6, 8)
    assert WEEK.forward(friday, -OFFICE_DAY) == at("2026-03-05T08:00")
    assert WEEK.back(friday, 0) == friday == WEEK.forward(friday, 0)


def test_holidays_and_make_up_days_count_in_office_time() -> None:
    time = office_time(china())
    assert moment_of(time.forward(at("2026-09-30T17:00"), OFFICE_DAY)) == datetime(2026, 10, 8, 17)
    assert time.between(at("2026-02-14T08:00"), at("2026-02-14T17:00")) == OFFICE_DAY


def test_days_of_both_calendars() -> None:
    mornings = weekly("mornings", week=(((4800, 7200),),) * 7)
    common = both(WEEK, mornings)
    assert common.spans_of(20_518) == ((4800, 7200),)
    assert moment_of(common.forward(at("2026-03-06T08:00"), 4800)) == datetime(2026, 3, 9, 12)


def test_a_calendar_without_work_is_told() -> None:
    never = weekly("never", week=((),) * 7)
    for ask in (lambda: never.forward(0, 1), lambda: never.next_start(0), lambda: never.back(0, 1)):
        with pytest.raises(NoWorkingTime, match="never"):
            ask()


def test_the_search_widens_over_decades() -> None:
    one_day = weekly("rare", week=((),) * 7, exceptions={40_000: ((0, 10),)})
    assert one_day.next_start(0) == 40_000 * TICKS_PER_DAY
    assert (date(1970, 1, 1).toordinal() + 40_000) == moment_of(one_day.next_start(0)).toordinal()
