"""Periods of the calendar (时期): a period is not a date, and its end is not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

_SHAPES = (
    (re.compile(r"(\d{4})"), 12),
    (re.compile(r"(\d{4})H([12])"), 6),
    (re.compile(r"(\d{4})Q([1-4])"), 3),
    (re.compile(r"(\d{4})-(\d{2})"), 1),
)


class NotAPeriod(ValueError):
    """A text does not name a period in one of the accepted forms."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A run of whole months, half-open: from the first of `first` for `months` months.

    Written `2022` (year), `2022H1` (half-year), `2022Q1` (quarter), `2022-07` (month) or
    `2022-01/2022-05` (from one month to another, both included).
    """

    first: date
    months: int

    def __post_init__(self) -> None:
        assert self.first.day == 1 and self.months >= 1, "a period is a run of whole months"

    @classmethod
    def of(cls, text: str) -> Period:
        """The period that `text` names; raises NotAPeriod otherwise.

        >>> Period.of("2022Q2").end
        datetime.date(2022, 7, 1)
        """
        if "/" in text:
            left, _, right = text.partition("/")
            start, last = cls.of(left), cls.of(right)
            if last.end <= start.first:
                raise NotAPeriod(f"{text!r} ends before it begins")
            return cls(start.first, _month_number(last.end) - _month_number(start.first))
        for shape, months in _SHAPES:
            if found := shape.fullmatch(text):
                part = int(found[2]) if found.lastindex == 2 else 1
                month = (part - 1) * months + 1
                if 1 <= month <= 12 and int(found[1]) >= 1:
                    return cls(date(int(found[1]), month, 1), months)
        raise NotAPeriod(f"{text!r} is not a period; expected a form such as 2022, 2022Q1 or 2022-07")

    @classmethod
    def month_of(cls, day: date) -> Period:
        """The calendar month that holds `day`."""
        return cls(day.replace(day=1), 1)

    @property
    def end(self) -> date:
        """The first day after the period."""
        return _first_of(_month_number(self.first) + self.months)

    @property
    def last_day(self) -> date:
        """The last day inside the period."""
        return self.end - timedelta(days=1)

    @property
    def year(self) -> int:
        """The calendar year in which the period begins."""
        return self.first.year

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end

    def __str__(self) -> str:
        aligned = (self.first.month - 1) % self.months == 0
        if self.months == 12 and aligned:
            return f"{self.year:04d}"
        if self.months == 6 and aligned:
            return f"{self.year:04d}H{1 if self.first.month == 1 else 2}"
        if self.months == 3 and aligned:
            return f"{self.year:04d}Q{(self.first.month + 2) // 3}"
        start = f"{self.year:04d}-{self.first.month:02d}"
        last = self.last_day
        return start if self.months == 1 else f"{start}/{last.year:04d}-{last.month:02d}"

    def shift(self, steps: int) -> Period:
        """The period of the same length, `steps` lengths later (negative: earlier)."""
        return Period(_first_of(_month_number(self.first) + steps * self.months), self.months)

    def each_month(self) -> Iterator[Period]:
        """Every month of the period, in order."""
        for number in range(self.months):
            yield Period(_first_of(_month_number(self.first) + number), 1)

    def time_progress(self) -> Decimal:
        """Months elapsed of the calendar year at the period's end, over 12 (时间进度).

        >>> Period.of("2021Q1").time_progress()
        Decimal('0.25')
        """
        return Decimal(self.last_day.month) / 12


def months_between(first: Period, last: Period) -> list[Period]:
    """Every month from the first one of `first` to the last one of `last`."""
    span = Period(first.first, _month_number(last.end) - _month_number(first.first))
    return list(span.each_month())


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
