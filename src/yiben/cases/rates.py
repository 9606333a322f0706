"""The close-out rate (预警销号率): closed ÷ all, by class, unit, level or month.

Lin'an's figures 79.59 % and 72.34 % fit 39/49 and 34/47, closed ÷ all alerts; that reading is an
inference of ours. Counted are the cases that stood open at some moment of the period; void ones
never count, exempted ones as the pack declares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from yiben.cases.model import CLOSED, EXEMPT, VOID, Case, on_day
from yiben.kernel.periods import Period
from yiben.scenes.cases import CaseBook

KEYS: dict[str, Callable[[Case], str]] = {
    "class": lambda case: str(case.opening.get("class", "")),
    "unit": lambda case: case.unit,
    "level": lambda case: case.level,
    "rule": lambda case: case.rule,
    "origin": lambda case: str(case.opening.get("origin", "")),
    "month": lambda case: str(Period.month_of(case.opened_on)),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """One line of the close-out table (销号率): closed of all, and how many closed in time."""

    key: str
    closed: int
    all: int
    in_time: int = 0

    @property
    def exact(self) -> Fraction | None:
        """The rate; None where there was nothing to close."""
        return Fraction(self.closed, self.all) if self.all else None

    @property
    def percent(self) -> Decimal | None:
        """The rate in percent with two decimals, as reports print it.

        >>> Rate("industrial", 39, 49).percent
        Decimal('79.59')
        """
        if not self.all:
            return None
        return (Decimal(self.closed) * 100 / self.all).quantize(Decimal("0.01"))


def close_rates(
    cases: Iterable[Case], *, book: CaseBook, period: Period | None = None, on: date, by: str = ""
) -> list[Rate]:
    """The close-out rates as they stood on a day, or at a period's end if that is earlier.

    `by` is one of KEYS, or empty for one line over all. Lines come in the order of their keys.
    """
    key_of = KEYS[by] if by else (lambda case: "")
    last = min(on, period.last_day) if period else on
    counts: dict[str, list[int]] = {}
    for whole in cases:
        case = on_day(whole, last)
        if case is None or not _counts(case, book, period):
            continue
        line = counts.setdefault(key_of(case), [0, 0, 0])
        closed = case.state == CLOSED or (case.state == EXEMPT and book.exempted == "closed")
        line[0] += closed
        line[1] += 1
        line[2] += closed and was_in_time(case)
    return [Rate(key, closed, total, in_time) for key, (closed, total, in_time) in sorted(counts.items())]


def _counts(case: Case, book: CaseBook, period: Period | None) -> bool:
    if case.state == VOID or (case.state == EXEMPT and book.exempted == "left_out"):
        return False
    if period is None or case.is_open or case.opened_on >= period.first:
        return True
    # Closed before the period began: it did not stand in it.
    before = on_day(case, period.first - timedelta(days=1))
    return before is None or before.is_open


def was_in_time(case: Case) -> bool:
    """Whether the answer that closed it came by its deadline (按期办结)."""
    answer = case.last("answer")
    return answer is not None and answer.day <= case.due
