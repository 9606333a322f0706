"""Dated, sourced factors as a verdict uses them (系数取值): looked up, recorded, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from yiben.kernel.dated import NotYetInForce
from yiben.kernel.problems import Place, Problem, Refused
from yiben.rulebook import Rulebook, Version


@dataclass(frozen=True, slots=True)
class Factor:
    """One value that a verdict rests on (依据): what, how much, since when, from where, how sure."""

    id: str
    name_zh: str
    name_en: str
    value: Any
    unit: str
    day: date | None
    year: int | None
    source: str
    sure: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class Own:
    """A factor that the project's file brings along (自带系数), with its source."""

    value: Decimal
    year: int | None
    source: str


def governing(book: Rulebook, id: str, *, on: date, place: str) -> tuple[Any, Version, date]:
    """The value in force at a place on a day: the most local version that has one, with its day.

    A local version before its first or after its last day gives way to the wider one. Raises
    NotYetInForce where none has a value.
    """
    entry = book.entry(id)
    held = [version for version in entry.versions if version.covers(place)]
    for version in sorted(held, key=lambda one: 0 if one.jurisdiction == "CN" else -len(one.jurisdiction)):
        try:
            value = version.dated.on(on)
        except NotYetInForce:
            continue
        return value, version, max(day for day, _ in version.dated.changes if day <= on)
    days = ", ".join(f"{one.jurisdiction} from {one.dated.changes[0][0]}" for one in entry.versions)
    raise NotYetInForce(f"{id} has no value at {place or 'the nation'} on {on}; known: {days}")


@dataclass(slots=True)
class Factors:
    """The rulebook as one verdict asks it (取值人): remembers every value that was used."""

    book: Rulebook
    on: date
    place: str
    year: int | None = None
    own: Mapping[str, Own] = field(default_factory=dict)
    used: dict[str, Factor] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)

    def value(self, id: str) -> Any:
        """The value of `id` on the day at the place; raises Refused with place, found, expected."""
        try:
            value, version, day = governing(self.book, id, on=self.on, place=self.place)
        except NotYetInForce as error:
            place = Place(subject=id)
            problem = Problem("factor-missing", f"no value of {id} on {self.on}", str(error), place)
            raise Refused([problem]) from error
        self._use(id, value, version, day, None)
        return value

    def number(self, id: str) -> Decimal:
        """The same as a number."""
        return Decimal(self.value(id))

    def ratio(self, id: str) -> Decimal:
        """The same, written {over, under} so that a third stays a third."""
        value = self.value(id)
        return Decimal(value["over"]) / Decimal(value["under"])

    def of_year(self, id: str, *, area: str, key: str) -> Decimal:
        """The factor of a stated year, else the newest published by the day; own factors come first.

        Raises Refused where the area or the year has no published value: no year and no nation
        stands in for another.
        """
        if own := self.own.get(id):
            self.used[id] = self._own(id, own)
            return own.value
        entry = self.book.entry(id)
        version = next((one for one in entry.versions if one.jurisdiction == area), None)
        known = [(day, value) for day, value in version.dated.changes if day <= self.on] if version else []
        wanted = [one for one in known if self.year is None or one[1]["year"] == self.year]
        if not wanted or version is None:
            years = "、".join(str(value["year"]) for _, value in known) or "none"
            found = (
                f"no {entry.name['en']} of {self.year or 'any year'} for area {area} published by {self.on}"
            )
            expected = f"a year among: {years}; or your own value with its source under `factors:`"
            raise Refused(
                [Problem("factor-missing", found, expected, Place(subject=id, field="factor_year"))]
            )
        day, value = wanted[-1]
        self._use(id, value, version, day, value["year"])
        self._warn_when_stale(id, value["year"])
        return Decimal(value[key])

    def _warn_when_stale(self, id: str, year: int) -> None:
        most = int(self.value("energy.standard_coal.stale_years"))
        if self.on.year - year > most:
            found, expected = (
                f"the newest published factor is of {year}",
                f"a factor not over {most} years old",
            )
            self.warnings.append(Problem("factor-old", found, expected, Place(subject=id), "warning"))

    def _own(self, id: str, own: Own) -> Factor:
        entry = self.book.entry(id)
        name = entry.name
        return Factor(
            id, name["zh"], name["en"], own.value, entry.unit, None, own.year, own.source, "given", ""
        )

    def _use(self, id: str, value: Any, version: Version, day: date, year: int | None) -> None:
        entry = self.book.entry(id)
        self.used[id] = Factor(
            id=id,
            name_zh=entry.name["zh"],
            name_en=entry.name["en"],
            value=value,
            unit=entry.unit,
            day=day,
            year=year,
            source=" ".join(part for part in (version.source.document, version.source.article) if part),
            sure=version.sure,
            jurisdiction=version.jurisdiction,
        )
