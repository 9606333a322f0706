"""How long results hold (批复与证照有效期) and which will lapse soon (到期预警)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from yiben.kernel.problems import Place, Problem
from yiben.planning.calendar import WorkingCalendar
from yiben.planning.limits import Limit, approvals, limit
from yiben.rulebook import Rulebook

# For each kind of result: how early an extension must be asked for, and how long one may be.
_ASK = "{}_ask"
_EXTENSION = "{}_extension"


@dataclass(frozen=True, slots=True)
class Permit:
    """A result that was granted (批复或证照): `kind` is its name below approvals.validity.

    `used_on` is the day on which it was used (works started), after which it no longer lapses;
    `extensions` counts those granted so far.
    """

    project: str
    kind: str
    granted_on: date
    number: str = ""
    used_on: date | None = None
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class Expiry:
    """A permit that lapses (将到期): the last day it holds, by when to ask for more, and the rule."""

    permit: Permit
    last_day: date
    ask_by: date | None
    days_left: int
    rule: Limit

    @property
    def lapsed(self) -> bool:
        """Whether it holds no longer."""
        return self.days_left < 0


def expiry_of(
    permit: Permit, *, on: date, place: str, calendar: WorkingCalendar, book: Rulebook | None = None
) -> tuple[Expiry | None, list[Problem]]:
    """When a permit lapses, seen from a day; None where it was used, or where no rule gives a term."""
    id = f"approvals.validity.{permit.kind}"
    where = Place(subject=permit.project, field=permit.kind)
    if permit.used_on is not None and permit.used_on < permit.granted_on:
        found, expected = f"used on {permit.used_on}", f"a day from {permit.granted_on} on"
        return None, [Problem("permit-used-early", found, expected, where)]
    if permit.used_on is not None:
        return None, []
    rule = limit(id, on=permit.granted_on, place=place, book=book)
    if rule is None:
        found = f"granted on {permit.granted_on}"
        return None, [
            Problem("no-rule", found, f"a day on which {id} is in force", where, severity="warning")
        ]
    last = after(permit.granted_on, amount=int(rule.value), unit=rule.unit)
    for _ in range(permit.extensions):
        more = _optional(_EXTENSION.format(id), on=last, place=place, book=book)
        last = last if more is None else after(last, amount=int(more.value), unit=more.unit)
    ask = _optional(_ASK.format(id), on=permit.granted_on, place=place, book=book)
    ask_by = None if ask is None else calendar.add(last, days=-int(ask.value))
    return Expiry(permit, last, ask_by, (last - on).days, rule), []


def expiries(
    permits: Iterable[Permit], *, on: date, within_days: int, place: str, calendar: WorkingCalendar
) -> tuple[list[Expiry], list[Problem]]:
    """Permits that have lapsed or will within some days, or must be extended by then; soonest first."""
    found: list[Expiry] = []
    problems: list[Problem] = []
    until = on + timedelta(days=within_days)
    for permit in permits:
        expiry, wrong = expiry_of(permit, on=on, place=place, calendar=calendar)
        problems += wrong
        if expiry is not None and min(expiry.last_day, expiry.ask_by or expiry.last_day) <= until:
            found.append(expiry)
    return sorted(found, key=lambda one: (one.last_day, one.permit.project)), problems


def after(day: date, *, amount: int, unit: str) -> date:
    """The last day of a term of years, months or days that begins the day after `day`.

    >>> after(date(2026, 11, 30), amount=3, unit="月")
    datetime.date(2027, 2, 28)
    """
    if unit == "日":
        return day + timedelta(days=amount)
    months = day.year * 12 + day.month - 1 + amount * {"年": 12, "月": 1}[unit]
    year, month = divmod(months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def _optional(id: str, *, on: date, place: str, book: Rulebook | None) -> Limit | None:
    return limit(id, on=on, place=place, book=book) if id in (book or approvals()) else None
