"""When an answer is due and when a case goes up (期限与升级): working days of the declared levels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yiben.cases.model import SENT, Case
from yiben.kernel.colours import Colour
from yiben.planning.calendar import WorkingCalendar, china
from yiben.scenes.cases import CaseBook


def due_on(day: date, *, days: int, calendar: WorkingCalendar | None = None) -> date:
    """The last day of a limit of working days; the day on which it begins does not count.

    >>> due_on(date(2026, 9, 30), days=1)
    datetime.date(2026, 10, 8)
    """
    return (calendar or china()).add(day, days=days)


def days_left(due: date, *, on: date, calendar: WorkingCalendar | None = None) -> int:
    """Working days from a day to a deadline; negative beyond it."""
    return (calendar or china()).between(on, due)


def urgency(case: Case, *, on: date, book: CaseBook, calendar: WorkingCalendar | None = None) -> Colour:
    """How pressing an answer is (期限灯): red beyond the deadline, yellow shortly before, else green."""
    if not case.waits_for_unit:
        return Colour.NONE
    if on > case.due:
        return Colour.RED
    soon = days_left(case.due, on=on, calendar=calendar) <= book.soon_days
    return Colour.YELLOW if soon else Colour.GREEN


def is_unreceived(case: Case, *, on: date, book: CaseBook, calendar: WorkingCalendar | None = None) -> bool:
    """Whether the receipt of the newest slip is overdue (逾期未签收)."""
    if case.state != SENT:
        return False
    sent = next(step.day for step in reversed(case.steps) if step.slip is not None)
    return on > due_on(sent, days=book.receipt_days, calendar=calendar)


def to_escalate(cases: Iterable[Case], *, on: date, book: CaseBook) -> list[Case]:
    """The cases whose deadline has passed and above whose level there is another."""
    return [case for case in cases if case.is_overdue(on) and book.next_level(case.level)]
