"""Grain reserve (储备粮): storage years, the gap between out and in, and the year's rotation."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from yiben.appraise.factors import Factors
from yiben.kernel.colours import Colour
from yiben.kernel.problems import Place, Problem, Refused
from yiben.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot in store (货位批次): tonnes of one kind, harvested in a year."""

    id: str
    kind: str
    tonnes: Decimal
    harvest_year: int


@dataclass(frozen=True, slots=True)
class Age:
    """A lot's age against the normal storage years (储存年限)."""

    lot: Lot
    years: int
    limit: int

    @property
    def over(self) -> bool:
        """Over age: a professional test comes before any sale."""
        return self.years > self.limit

    @property
    def due(self) -> bool:
        """In its last normal year: belongs into this year's rotation plan."""
        return self.years >= self.limit


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty store between sale-out and refill (轮换架空期)."""

    colour: Colour
    refill_by: date
    reason_zh: str
    reason_en: str


def age_of(lot: Lot, *, on: date, book: Rulebook, place: str = "CN") -> Age:
    """The lot's storage years: the harvest year counts as the first, the year after as the second."""
    table = Factors(book, on, place).value("grain.reserve.storage_years")
    if lot.kind not in table:
        expected = f"one of {'、'.join(table)}"
        raise Refused([Problem("grain-kind", lot.kind, expected, Place(subject=lot.id, field="kind"))])
    if lot.harvest_year > on.year:
        expected = f"a harvest up to {on.year}"
        raise Refused([Problem("grain-harvest", str(lot.harvest_year), expected, Place(subject=lot.id))])
    return Age(lot, on.year - lot.harvest_year + 1, int(table[lot.kind]))


def rotation_due(lots: Sequence[Lot], *, year: int, book: Rulebook, place: str = "CN") -> list[Age]:
    """The lots that belong into the year's rotation plan (轮换计划), oldest first."""
    ages = [age_of(lot, on=date(year, 12, 31), book=book, place=place) for lot in lots]
    return sorted((age for age in ages if age.due), key=lambda age: (age.limit - age.years, age.lot.id))


def gap_of(
    out_on: date,
    *,
    refilled_on: date | None,
    on: date,
    kind: Literal["raw", "finished"],
    place: str,
    book: Rulebook,
    approved: bool = False,
) -> Gap:
    """The gap of one rotation by the place's rule: raw grain by months, finished grain never empty.

    `approved` adds the months that the place allows with approval. Raises Refused where the place
    has no rule.
    """
    rule = Factors(book, out_on, place).value("grain.reserve.gap_months")
    months = int(rule[kind]) + (int(rule["approved"]) if approved and kind == "raw" else 0)
    by = _months_after(out_on, months)
    end = refilled_on or on
    if end <= by:
        done = f"{refilled_on} 已补库" if refilled_on else f"应于 {by} 前补库"
        return Gap(Colour.GREEN, by, done, f"refill by {by}")
    late = (end - by).days
    zh = f"{out_on} 出库，应于 {by} 前补库(架空期 {months} 个月)，超期 {late} 天"
    return Gap(Colour.RED, by, zh, f"out on {out_on}, refill due {by} ({months} months), {late} days late")


def _months_after(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
