"""Dated limits of the rulebook as the planning room needs them (时限取值)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources

from yiben.kernel.dated import NotYetInForce
from yiben.rulebook import Rulebook, load
from yiben.rulebook.model import NotInForceHere, UnknownValue

_HEAD = "approvals"


@dataclass(frozen=True, slots=True)
class Limit:
    """One regulated number on a day at a place, with where it stands and how sure we are of it (时限)."""

    id: str
    value: Decimal
    unit: str
    source: str
    sure: str


@cache
def approvals() -> Rulebook:
    """The approvals part of the rulebook, which is all that a plan needs; ids begin with `approvals.`."""
    part = load(resources.files("yiben.rulebook").joinpath(_HEAD))
    return Rulebook({f"{_HEAD}.{id}": entry for id, entry in part.entries.items()})


def limit(id: str, *, on: date, place: str, book: Rulebook | None = None) -> Limit | None:
    """The limit `id` in force on a day at a place; None where no rule gives one there and then.

    Raises UnknownValue where the rulebook has no such name at all, or no single number under it.
    """
    entry = (book or approvals()).entry(id)
    try:
        version = entry.version(place)
        value = version.dated.on(on)
    except (NotYetInForce, NotInForceHere):
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnknownValue(f"found {value!r} as {id}, expected a number")
    return Limit(id, Decimal(value), entry.unit, str(version.source), version.sure)


@lru_cache(maxsize=128)
def statutory_days_off(year: int) -> tuple[date, ...]:
    """The statutory days off of a year that can be known before its notice (法定节假日).

    Days of the lunar calendar are known for as many years as the rulebook lists them.
    """
    listed = [*approvals().value("approvals.days_off.fixed", on=date(year, 12, 31))]
    with suppress(NotYetInForce):
        listed += approvals().value("approvals.days_off.lunar", on=date(year, 1, 1))
    return tuple(sorted({date.fromisoformat(f"{year}-{day}") for day in listed}))
