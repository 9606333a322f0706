"""Open cases and the close-out rate for the cockpit (在办与销号率), as far as a person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yiben.cases.model import on_day
from yiben.cases.rates import Rate, close_rates
from yiben.journeys.read_cases import cases_of, seen_by
from yiben.kernel.periods import Period
from yiben.people.access import Person
from yiben.scenes.cases import case_book
from yiben.scenes.model import Pack


@dataclass(frozen=True, slots=True)
class CloseOut:
    """Where a scene's cases stand on a day: open, overdue, and the year's rate, whole and by class."""

    on: date
    year: Period
    open: int
    overdue: int
    whole: Rate
    classes: tuple[Rate, ...]


def close_out(pack: Pack, *, person: Person, month: Period, on: date) -> CloseOut | None:
    """The state of the cases on a day, for the year of `month`; None where there never was a case."""
    mine = seen_by(person, cases_of(pack))
    standing = [case for case in (on_day(one, on) for one in mine) if case is not None]
    if not standing:
        return None
    book, year = case_book(pack), Period(month.first.replace(month=1), 12)
    whole = close_rates(standing, book=book, period=year, on=on)
    by_class = close_rates(standing, book=book, period=year, on=on, by="class") if book.class_field else []
    return CloseOut(
        on=on,
        year=year,
        open=sum(case.is_open for case in standing),
        overdue=sum(case.is_overdue(on) for case in standing),
        whole=whole[0] if whole else Rate("", 0, 0),
        classes=tuple(by_class),
    )
