"""Working time within the day (工作时间): what a plan file of another program counts in.

An instant is a whole number of ticks (tenths of a minute, the resolution of MS Project) since
1 January 1970. In working time the evening of one day and the next morning are the same instant;
going forward gives the end of a stretch of work, going back its beginning, as planners write it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from yiben.planning.calendar import FIRST_DAY, LAST_DAY, WorkingCalendar

TICKS_PER_MINUTE = 10
TICKS_PER_HOUR = 600
TICKS_PER_DAY = 14_400
OFFICE_DAY = 8 * TICKS_PER_HOUR
OFFICE_HOURS = ((8 * TICKS_PER_HOUR, 12 * TICKS_PER_HOUR), (13 * TICKS_PER_HOUR, 17 * TICKS_PER_HOUR))

Spans = tuple[tuple[int, int], ...]
# Instants are wall-clock time of the place; a plan knows no time zone.
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_EDGE_DAYS = 75_000
_AROUND = 20_454 * TICKS_PER_DAY


class NoWorkingTime(ValueError):
    """A calendar has too little working time for what it was asked, within some two centuries."""


def instant(moment: datetime) -> int:
    """The tick on which `moment` falls (rounded down).

    >>> moment_of(instant(datetime(2026, 9, 30, 17, 0)))
    datetime.datetime(2026, 9, 30, 17, 0)
    """
    return (moment - _EPOCH) // timedelta(seconds=6)


def moment_of(tick: int) -> datetime:
    """The moment of a tick."""
    return _EPOCH + timedelta(seconds=6 * tick)


class WorkTime:
    """The working time of one calendar (工作时间表).

    `spans_of` gives the stretches of work of a day, in ticks from midnight, by the day's number
    since 1 January 1970. Stretches are laid out when they are needed and then kept.
    """

    def __init__(self, name: str, spans_of: Callable[[int], Spans], *, around: int = 0) -> None:
        self.name = name
        self.spans_of = spans_of
        self._first = around // TICKS_PER_DAY - 400
        self._last = self._first + 1200
        self._lay_out()

    def __repr__(self) -> str:
        return f"WorkTime({self.name!r})"

    def _lay_out(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = [0]
        total = 0
        for day in range(self._first, self._last):
            midnight = day * TICKS_PER_DAY
            for start, end in self.spans_of(day):
                self._starts.append(midnight + start)
                self._ends.append(midnight + end)
                total += end - start
                self._before.append(total)

    def _widen(self, *, back: bool) -> None:
        span = self._last - self._first
        if span > _EDGE_DAYS:
            raise NoWorkingTime(f"calendar {self.name!r} has too little working time")
        if back:
            self._first -= span
        else:
            self._last += span
        self._lay_out()

    def _cover(self, tick: int) -> None:
        while tick < (self._first + 1) * TICKS_PER_DAY:
            self._widen(back=True)
        while tick >= (self._last - 1) * TICKS_PER_DAY:
            self._widen(back=False)

    def _worked(self, tick: int) -> int:
        at = bisect_right(self._starts, tick) - 1
        if at < 0:
            return 0
        return self._before[at] + min(tick, self._ends[at]) - self._starts[at]

    def between(self, first: int, last: int) -> int:
        """Working ticks from one instant to another; negative where the second is earlier."""
        self._cover(min(first, last))
        self._cover(max(first, last))
        return self._worked(last) - self._worked(first)

    def forward(self, tick: int, ticks: int) -> int:
        """The instant at which `ticks` of work are done; a stretch's end, not the next morning."""
        if ticks < 0:
            return self.back(tick, -ticks)
        if ticks == 0:
            return tick
        self._cover(tick)
        while (goal := self._worked(tick) + ticks) > self._before[-1]:
            self._widen(back=False)
        at = bisect_left(self._before, goal) - 1
        return self._starts[at] + goal - self._before[at]

    def back(self, tick: int, ticks: int) -> int:
        """The instant from which `ticks` of work lead to `tick`; a stretch's beginning."""
        if ticks < 0:
            return self.forward(tick, -ticks)
        if ticks == 0:
            return tick
        self._cover(tick)
        while (goal := self._worked(tick) - ticks) < 0:
            self._widen(back=True)
        at = bisect_right(self._before, goal) - 1
        return self._starts[at] + goal - self._before[at]

    def next_start(self, tick: int) -> int:
        """`tick` where work goes on from it, else the beginning of the next stretch."""
        self._cover(tick)
        while (at := bisect_right(self._ends, tick)) >= len(self._starts):
            self._widen(back=False)
        return max(tick, self._starts[at])

    def previous_end(self, tick: int) -> int:
        """`tick` where work leads up to it, else the end of the stretch before."""
        self._cover(tick)
        while (at := bisect_left(self._starts, tick) - 1) < 0:
            self._widen(back=True)
        return min(tick, self._ends[at])


class Elapsed(WorkTime):
    """Round the clock (连续时间): elapsed hours and days count without any calendar."""

    def __init__(self) -> None:
        self.name = "elapsed"
        self.spans_of = lambda day: ((0, TICKS_PER_DAY),)

    def between(self, first: int, last: int) -> int:
        """Ticks from one instant to another."""
        return last - first

    def forward(self, tick: int, ticks: int) -> int:
        """`ticks` later."""
        return tick + ticks

    def back(self, tick: int, ticks: int) -> int:
        """`ticks` earlier."""
        return tick - ticks

    def next_start(self, tick: int) -> int:
        """`tick` itself."""
        return tick

    def previous_end(self, tick: int) -> int:
        """`tick` itself."""
        return tick


ELAPSED = Elapsed()


def weekly(
    name: str, *, week: Sequence[Spans], exceptions: Mapping[int, Spans] | None = None, around: int = 0
) -> WorkTime:
    """Working time by weekday (Monday first), with the spans of particular days laid over."""
    assert len(week) == 7, "a week has seven days"
    special = dict(exceptions or {})

    def spans_of(day: int) -> Spans:
        found = special.get(day)
        return week[(day + 3) % 7] if found is None else found

    return WorkTime(name, spans_of, around=around)


def both(first: WorkTime, second: WorkTime) -> WorkTime:
    """The time in which both calendars work."""

    def spans_of(day: int) -> Spans:
        pairs = ((a, b) for a in first.spans_of(day) for b in second.spans_of(day))
        common = ((max(a[0], b[0]), min(a[1], b[1])) for a, b in pairs)
        return tuple(sorted(span for span in common if span[0] < span[1]))

    return WorkTime(f"{first.name} ∩ {second.name}", spans_of)


def office_time(calendar: WorkingCalendar) -> WorkTime:
    """Office hours 8–12 and 13–17 on the working days of a place (工作日); outside 2007–2060 none."""
    offset = (FIRST_DAY - date(1970, 1, 1)).days
    total = (LAST_DAY - FIRST_DAY).days + 1

    def spans_of(day: int) -> Spans:
        at = day - offset
        return OFFICE_HOURS if 0 <= at < total and calendar.before[at + 1] > calendar.before[at] else ()

    return WorkTime("working", spans_of, around=_AROUND)


@lru_cache(maxsize=1)
def every_day() -> WorkTime:
    """Office hours on every day of the year: the clock of limits in calendar days (日历天)."""
    return weekly("calendar", week=(OFFICE_HOURS,) * 7, around=_AROUND)
