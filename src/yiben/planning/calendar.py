"""Chinese working days (工作日): arithmetic over single days and over whole columns.

One table of cumulated working days answers every question by two look-ups, in both directions.
A limit never counts the day on which it begins (期间开始之日不计入).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from yiben.planning.holidays import FIRST_YEAR, Holidays, built_in
from yiben.planning.limits import statutory_days_off

Days = npt.NDArray[np.datetime64]
Count = npt.NDArray[np.int64]
Clock = Literal["working", "calendar"]

FIRST_DAY = date(FIRST_YEAR, 1, 1)
LAST_DAY = date(2060, 12, 31)
_ORIGIN = np.datetime64(FIRST_DAY, "D")
_TOTAL = (LAST_DAY - FIRST_DAY).days + 1


class OutsideCalendar(ValueError):
    """A day without a calendar of working days: before 2007 or after 2060 (超出日历范围)."""


@dataclass(frozen=True, slots=True, eq=False)
class WorkingCalendar:
    """The working days of a place (工作日历).

    A year whose notice is not out is provisional (暂定): weekends and the statutory days off
    that can be known beforehand, without bridging days; `provisional` says so.
    `before[i]` counts the working days before day i, `nth[k]` is the k-th working day; both
    count days from 1 January 2007.
    """

    holidays: Holidays
    before: Count = field(repr=False)
    nth: Count = field(repr=False)

    @classmethod
    def of(cls, holidays: Holidays) -> WorkingCalendar:
        """The calendar that follows from the special days."""
        working = np.is_busday(_ORIGIN + np.arange(_TOTAL))
        unknown = (y for y in range(FIRST_YEAR, LAST_DAY.year + 1) if y not in holidays.published)
        for day in (day for year in unknown for day in statutory_days_off(year)):
            working[(day - FIRST_DAY).days] = False
        for special in holidays.days.values():
            if FIRST_DAY <= special.day <= LAST_DAY:
                working[(special.day - FIRST_DAY).days] = not special.off
        return cls(holidays, np.concatenate(([0], np.cumsum(working))), np.flatnonzero(working))

    def is_working(self, day: date) -> bool:
        """Whether people work on `day`; raises OutsideCalendar where no notice can say."""
        if (special := self.holidays.days.get(day)) is not None:
            return not special.off
        at = int(indices(_column(day))[0])
        return bool(self.before[at + 1] > self.before[at])

    def provisional(self, first: date, last: date) -> list[int]:
        """The years from `first` to `last` whose notice is not out: dates there may still move."""
        return [year for year in range(first.year, last.year + 1) if year not in self.holidays.published]

    def add(self, day: date, *, days: int, clock: Clock = "working") -> date:
        """The last day of a limit of `days` that begins on `day`; negative counts back.

        Zero gives the first working day from `day` on (with the calendar clock `day` itself).

        >>> china().add(date(2026, 9, 30), days=1)
        datetime.date(2026, 10, 8)
        """
        return _date(self.add_column(_column(day), days=np.array([days]), clock=clock))

    def between(self, first: date, last: date, *, clock: Clock = "working") -> int:
        """How many days count after `first` up to and with `last`; negative where it is earlier.

        >>> china().between(date(2026, 9, 30), date(2026, 10, 8))
        1
        """
        return int(self.between_column(_column(first), last=_column(last), clock=clock)[0])

    def working_column(self, days: Days) -> npt.NDArray[np.bool_]:
        """Whether each day of a column is a working day."""
        at = indices(days)
        return self.before[at + 1] > self.before[at]

    def add_column(self, first: Days, *, days: Count, clock: Clock = "working") -> Days:
        """`add` over a column of days and a column (or one number) of limits."""
        at, days = np.broadcast_arrays(indices(first), np.asarray(days, dtype=np.int64))
        if clock == "calendar":
            return _days(at + days)
        rank = np.where(days > 0, self.before[at + 1] - 1, self.before[at]) + days
        if rank.size and (rank.min() < 0 or rank.max() >= self.nth.size):
            raise OutsideCalendar(
                f"found a limit that ends outside {FIRST_DAY} – {LAST_DAY}, expected inside"
            )
        return _days(self.nth[rank])

    def between_column(self, first: Days, *, last: Days, clock: Clock = "working") -> Count:
        """`between` over two columns of days."""
        start, end = np.broadcast_arrays(indices(first), indices(last))
        if clock == "calendar":
            return np.asarray(end - start, dtype=np.int64)
        ahead = self.before[end + 1] - self.before[start + 1]
        back = self.before[end] - self.before[start]
        return np.asarray(np.where(end >= start, ahead, back), dtype=np.int64)


@lru_cache(maxsize=1)
def china() -> WorkingCalendar:
    """The national calendar from the built-in table (全国工作日历)."""
    return WorkingCalendar.of(built_in())


def indices(days: Days) -> Count:
    """Days as numbers from 1 January 2007; raises OutsideCalendar beyond the calendar."""
    at = (np.asarray(days, dtype="datetime64[D]") - _ORIGIN).astype(np.int64)
    outside = (at < 0) | (at >= _TOTAL)
    if outside.any():
        found = np.asarray(days, dtype="datetime64[D]")[outside].flat[0]
        raise OutsideCalendar(f"found {found}, expected a day from {FIRST_DAY} to {LAST_DAY}")
    return at


def _days(at: Count) -> Days:
    if at.size and (at.min() < 0 or at.max() >= _TOTAL):
        raise OutsideCalendar(f"found a limit that ends outside {FIRST_DAY} – {LAST_DAY}, expected inside")
    return _ORIGIN + at


def _column(day: date) -> Days:
    return np.array([day], dtype="datetime64[D]")


def _date(column: Days) -> date:
    value: date = column[0].item()
    return value
