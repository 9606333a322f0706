"""What the rulebook holds, as frozen values (法规参数)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from yiben.kernel.dated import Dated, NotYetInForce

# A number (int or Decimal), a text, a truth value, or a list or mapping of these (a table).
Value = Any
Sure = Literal["text", "secondary", "general"]


class UnknownValue(LookupError):
    """The rulebook holds no value of this name."""


class NotInForceHere(NotYetInForce):
    """A regulated value was asked for in a place that its jurisdiction does not cover."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read (出处): the document, and the article or page in it."""

    document: str
    article: str = ""
    page: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.document, self.article, self.page) if part)


@dataclass(frozen=True, slots=True)
class Version:
    """One jurisdiction's dated values of an entry, with their source (一地的取值)."""

    jurisdiction: str
    source: Source
    sure: Sure
    dated: Dated[Value]

    def covers(self, place: str) -> bool:
        """Whether the jurisdiction (`CN`, or the head of a GB/T 2260 code) holds `place`."""
        return self.jurisdiction == "CN" or place.startswith(self.jurisdiction)


@dataclass(frozen=True, slots=True)
class Regulated:
    """One regulated value (法规参数): its meaning, unit, and dated values place by place.

    `versions[0]` is the value as published; the others are local departures from it.
    """

    id: str
    name: Mapping[str, str]
    unit: str
    versions: tuple[Version, ...]
    file: str = ""
    line: int | None = None

    @property
    def source(self) -> Source:
        """Where the value as published was read."""
        return self.versions[0].source

    @property
    def sure(self) -> Sure:
        """How sure the value is: the text itself, a secondary text, or general knowledge."""
        return self.versions[0].sure

    @property
    def jurisdiction(self) -> str:
        """The place for which the value was published."""
        return self.versions[0].jurisdiction

    @property
    def days(self) -> tuple[date, ...]:
        """Every day on which the value begins, changes or ends, in order."""
        days = {day for version in self.versions for day, _ in version.dated.changes}
        return tuple(sorted(days | {one.dated.until for one in self.versions if one.dated.until is not None}))

    def covers(self, place: str) -> bool:
        """Whether any version is law at `place`."""
        return any(version.covers(place) for version in self.versions)

    def version(self, place: str = "") -> Version:
        """The most local version that covers `place` (empty: as published); raises NotInForceHere."""
        if not place:
            return self.versions[0]
        held = [version for version in self.versions if version.covers(place)]
        if not held:
            where = ", ".join(version.jurisdiction for version in self.versions)
            raise NotInForceHere(f"{self.id} is law in {where}; asked for {place}.")
        return max(held, key=lambda one: 0 if one.jurisdiction == "CN" else len(one.jurisdiction))


def is_value(found: object) -> bool:
    """Whether a YAML value may stand in the rulebook: never a float, never nothing."""
    if isinstance(found, Mapping):
        return bool(found) and all(map(is_value, found.values()))
    if isinstance(found, list):
        return bool(found) and all(map(is_value, found))
    return isinstance(found, bool | int | str | Decimal)
