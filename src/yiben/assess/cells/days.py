"""Days in arrays (日期运算): days since 1970, as the frames hold them."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np

from yiben.assess.cells.values import Array, Cells, both_known, constant

EPOCH = date(1970, 1, 1)
# No day and no count of days between two of the calendar's days exceeds this.
FARTHEST = 1 << 23


def number_of(day: date) -> int:
    """The day as a count of days.

    >>> number_of(date(1970, 1, 2))
    1
    """
    return (day - EPOCH).days


def day_cell(day: date) -> Cells:
    """One day for all subjects and months."""
    return constant("date", number_of(day))


def _months(days: Array) -> Array:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first_of(months: Array) -> Array:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def part_of(name: Literal["year", "month"], one: Cells) -> Cells:
    """The year, or the month from 1, of days."""
    months = _months(one.data)
    data = months // 12 + 1970 if name == "year" else months % 12 + 1
    return Cells("whole", data, one.known, 10_000 if name == "year" else 12)


def days_from(start: Cells, end: Cells) -> Cells:
    """Calendar days from one day to another."""
    data = end.data.astype(np.int64) - start.data
    return Cells("whole", data, both_known(start.known, end.known), FARTHEST)


def months_from(start: Cells, end: Cells) -> Cells:
    """Whole months from one day to another; the last day of a month completes it."""
    begun, ended = _months(start.data), _months(end.data)
    last = end.data + 1 == _first_of(ended + 1)
    short = ((end.data - _first_of(ended)) < (start.data - _first_of(begun))) & ~last
    return Cells("whole", ended - begun - short, both_known(start.known, end.known), FARTHEST)


def plus_days(day: Cells, count: Cells) -> Cells:
    """The day some calendar days later."""
    return Cells("date", day.data.astype(np.int64) + count.data, both_known(day.known, count.known), FARTHEST)


def plus_months(day: Cells, count: Cells) -> Cells:
    """The same day some months later, or that month's last day."""
    begun = _months(day.data)
    months = begun + count.data
    longest = _first_of(months + 1) - _first_of(months) - 1
    data = _first_of(months) + np.minimum(day.data - _first_of(begun), longest)
    return Cells("date", data, both_known(day.known, count.known), FARTHEST)
