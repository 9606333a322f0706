"""Regulations as data (规则库): every threshold with its days, unit, source and place.

    >>> from datetime import date
    >>> value("alerts.yinchuan.progress_red_gap", on=date(2025, 4, 1))
    Decimal('0.30')

Outside its days a value raises NotYetInForce, outside its place NotInForceHere: the rulebook
never guesses. A rule that a county adopts from elsewhere asks without a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from yiben.kernel.dated import NotYetInForce
from yiben.kernel.problems import Problem, Refused, errors_of
from yiben.rulebook.loader import read_file, read_folder
from yiben.rulebook.model import (
    NotInForceHere,
    Regulated,
    Source,
    UnknownValue,
    Value,
    Version,
)

__all__ = [
    "NotInForceHere",
    "NotYetInForce",
    "Regulated",
    "Rulebook",
    "Source",
    "UnknownValue",
    "Value",
    "Version",
    "built_in",
    "check",
    "load",
    "read_file",
    "value",
]


@dataclass(frozen=True)
class Rulebook:
    """All regulated values by id (规则库)."""

    entries: Mapping[str, Regulated]

    def __iter__(self) -> Iterator[Regulated]:
        return iter(self.entries.values())

    def __contains__(self, id: object) -> bool:
        return id in self.entries

    def entry(self, id: str) -> Regulated:
        """The regulated value called `id`, with all its days; raises UnknownValue."""
        try:
            return self.entries[id]
        except KeyError:
            raise UnknownValue(f"the rulebook holds no value {id!r}") from None

    def value(self, id: str, *, on: date, place: str = "") -> Value:
        """The value in force on a day, at a place if one is named.

        Raises UnknownValue, NotYetInForce (no value on that day), NotInForceHere (not law there).
        """
        return self.entry(id).version(place).dated.on(on)

    def adopted(self, id: str, *, on: date, place: str) -> Value:
        """The value for a place that follows the rule by choice: its own version, else as published."""
        entry = self.entry(id)
        return entry.version(place if place and entry.covers(place) else "").dated.on(on)

    def below(self, head: str) -> dict[str, Regulated]:
        """Every entry whose id begins with `head`, by the rest of its id."""
        entries = self.entries
        held = entries.shelf(head.partition(".")[0]) if isinstance(entries, Shelves) else entries
        return {id.removeprefix(f"{head}."): one for id, one in held.items() if id.startswith(f"{head}.")}

    def joined(self, more: Iterable[Regulated]) -> Rulebook:
        """This rulebook and a county's own values; the same id again replaces the built-in one."""
        return Rulebook({**self.entries, **{one.id: one for one in more}})


def load(folder: Traversable, *, head: str = "") -> Rulebook:
    """The rulebook in a folder of YAML files; raises Refused with every problem, each with its line.

    `head` is the folder's own path in the ids, such as `alerts/`.
    """
    entries, problems = read_folder(folder, head=head)
    if errors_of(problems):
        raise Refused(errors_of(problems))
    return Rulebook(entries)


def check() -> list[Problem]:
    """What is wrong with the built-in rulebook."""
    return read_folder(resources.files("yiben.rulebook"))[1]


class Shelves(Mapping[str, Regulated]):
    """A folder of regulations, each shelf (the first word of an id) read when it is first asked for.

    So a command that needs one regulation does not read them all, and a mistake in one shelf does
    not close the others. A shelf with a mistake raises Refused with every problem.
    """

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._read: dict[str, Mapping[str, Regulated]] = {}

    def shelf(self, title: str) -> Mapping[str, Regulated]:
        """The entries of one shelf by their ids; none where there is no such shelf."""
        if title not in self._read:
            folder = self._folder / title
            self._read[title] = load(folder, head=f"{title}/").entries if folder.is_dir() else {}
        return self._read[title]

    def __getitem__(self, id: str) -> Regulated:
        return self.shelf(id.partition(".")[0])[id]

    def __iter__(self) -> Iterator[str]:
        for entry in sorted(self._folder.iterdir(), key=lambda item: item.name):
            if entry.is_dir():
                yield from self.shelf(entry.name)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def built_in() -> Rulebook:
    """The rulebook that ships with Yiben."""
    return Rulebook(Shelves(resources.files("yiben.rulebook")))


def value(id: str, *, on: date, place: str = "") -> Value:
    """The built-in value called `id`, in force on a day; see `Rulebook.value`."""
    return built_in().value(id, on=on, place=place)
