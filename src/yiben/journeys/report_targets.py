"""Where an accepted record belongs (数据归集): the indicator or the project that it names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yiben.kernel.periods import NotAPeriod, Period
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.packs import installed
from yiben.ledger.record import Statement
from yiben.readers.promises import alike

INDICATORS, PROJECTS = "indicators", "projects"
# Below this likeness of names a project is offered, but never taken by itself.
SURE, POSSIBLE = 0.9, 0.45
# How many names that share characters are compared in full.
_NEAREST = 60
EVERY = {1: "month", 3: "quarter", 12: "year"}
STATUS = {"actual": "actual", "forecast": "estimate", "target": "target"}


@dataclass(frozen=True, slots=True)
class Target:
    """The scene and the statements that an accepted record makes there (归集去向)."""

    scene: str
    subject: str
    statements: tuple[Statement, ...]


class Names:
    """The names of the county's projects, read once and indexed by their pairs of characters (项目名录)."""

    def __init__(self) -> None:
        pack = installed(PROJECTS)
        rows = subject_book(pack)._default_manager.filter(recorded_to=None)
        self.named = [
            (code, known) for code, known in rows.values_list("subject", PREFIX + pack.display) if known
        ]
        self.holding: dict[str, list[int]] = defaultdict(list)
        for number, (_, known) in enumerate(self.named):
            for pair in _pairs(known):
                self.holding[pair].append(number)

    def near(self, name: str) -> list[tuple[str, str]]:
        """Code and name of the projects that share a pair of characters with `name`, the nearest first."""
        shared = Counter(number for pair in _pairs(name) for number in self.holding.get(pair, ()))
        return [self.named[number] for number, _ in shared.most_common(_NEAREST)]


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project that a mention may mean (候选项目), and how alike the names are."""

    code: str
    name: str
    likeness: float

    @property
    def percent(self) -> int:
        """The likeness in per cent, for people."""
        return round(self.likeness * 100)


def target_of(
    kind: str, facts: Mapping[str, Any], *, digest: str, chosen: str = "", names: Names | None = None
) -> Target | None:
    """Where a record goes; None for what stays with the report (promises, checks, unsure names)."""
    origin = {"document": digest, "start": facts["start"], "end": facts["end"], "text": facts["text"]}
    if kind == "figure":
        return _indicator(facts, origin, chosen)
    if kind == "mention":
        return _project(facts, origin, chosen, names)
    return None


def indicator_code(facts: Mapping[str, Any]) -> str:
    """The key of the indicator that a figure is about: place, name, nature and unit.

    >>> indicator_code({"place": "三门县", "subject": "GDP增速", "measure": "growth", "unit": "%"})
    '三门县/GDP增速/growth/%'
    """
    parts = (facts.get("place") or "-", facts["subject"], facts["measure"], facts["unit"])
    return "/".join(str(part).replace("/", "／") for part in parts)[:200]


def _indicator(facts: Mapping[str, Any], origin: Mapping[str, Any], chosen: str) -> Target:
    code = chosen or indicator_code(facts)
    named = {
        "code": code,
        "name": str(facts["subject"])[:500],
        "place": facts.get("place"),
        "unit_word": str(facts["unit"])[:100],
        "nature": facts["measure"],
    }
    slot = f"{origin['document'][:16]}:{origin['start']}-{origin['end']}"
    kept = {name: facts.get(name) for name in ("value", "bound", "period", "status", "compare", "scope")}
    statements = [Statement(code, named), Statement(code, {**origin, **kept}, "figure", slot)]
    if measured := _measured(facts):
        statements.append(Statement(code, measured[1], "period", measured[0]))
    return Target(INDICATORS, code, tuple(statements))


def _measured(facts: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """The measure of the indicator that a figure fills: only one value of a whole period does."""
    try:
        period = Period.of(facts.get("period") or "")
    except NotAPeriod:
        return None
    every, status = EVERY.get(period.months), STATUS.get(facts.get("status") or "")
    name = f"{every}_{status}"
    pack = installed(INDICATORS)
    value = facts.get("value")
    if name not in pack.measures or facts.get("bound") != "exact" or isinstance(value, list) or value is None:
        return None
    number = Decimal(str(value))
    return (str(period), {name: f"{number:f}"}) if number == round(number, 6) else None


def _project(
    facts: Mapping[str, Any], origin: Mapping[str, Any], chosen: str, names: Names | None
) -> Target | None:
    code = chosen
    if not code:
        sure = [one for one in candidates(str(facts["name"]), names) if one.likeness >= SURE]
        if len(sure) != 1:
            return None
        code = sure[0].code
    slot = f"{origin['document'][:16]}:{origin['start']}-{origin['end']}"
    kept = {name: facts.get(name) for name in ("name", "event", "amount", "unit", "period", "status")}
    return Target(PROJECTS, code, (Statement(code, {**origin, **kept}, "mention", slot),))


def candidates(name: str, names: Names | None = None, *, most: int = 5) -> Sequence[Candidate]:
    """The county's projects whose names are most like `name`, the likeliest first."""
    near = (names or Names()).near(name)
    found = [Candidate(code, known, round(likeness(name, known), 3)) for code, known in near]
    likely = [one for one in found if one.likeness >= POSSIBLE]
    return sorted(likely, key=lambda one: (-one.likeness, one.code))[:most]


def likeness(one: str, other: str) -> float:
    """How alike two project names are, from 0 to 1; equal names give 1."""
    return 1.0 if one == other else min(0.99, alike(one, other))
