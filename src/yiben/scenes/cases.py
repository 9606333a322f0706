"""The cases section of a pack (督办): types of slips, levels of escalation, deadlines in working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from yiben.kernel.colours import Colour
from yiben.kernel.problems import Place, Problem
from yiben.scenes.model import Label, Pack

RULE, INSPECTION = "rule", "inspection"


@dataclass(frozen=True, slots=True)
class SlipType:
    """A type of slip (提示单 / 督办单 / 联系单 / 报告单); `word` stands in its number."""

    name: str
    label: Label
    word: str


@dataclass(frozen=True, slots=True)
class Level:
    """One level of escalation (督办层级): which slip is sent, and the working days for an answer."""

    name: str
    label: Label
    slip: str
    days: int


@dataclass(frozen=True, slots=True)
class CaseBook:
    """How a scene's cases go (督办规则).

    `opens` says which colour of a finding opens a case at which level, `by_rule` says it anew for
    single rules (an empty level: that rule opens none). `levels` stand in the order of escalation.
    `exempted` says whether an exempted case counts as closed or is left out of the rate.
    """

    slips: Mapping[str, SlipType]
    levels: Mapping[str, Level]
    opens: Mapping[Colour, str]
    by_rule: Mapping[str, Mapping[Colour, str]]
    evidence: tuple[str, ...]
    returned_days: int
    receipt_days: int
    soon_days: int
    reopen_within_months: int
    exempted: str
    class_field: str
    leader_field: str
    origins: Mapping[str, Label]
    place_data: bool = False

    def level_for(self, rule: str, colour: Colour) -> str:
        """The level at which a finding of a rule opens a case; empty where it opens none."""
        return self.by_rule.get(rule, self.opens).get(colour, "")

    def next_level(self, level: str) -> str:
        """The level above one; empty at the top."""
        names = list(self.levels)
        at = names.index(level) + 1
        return names[at] if at < len(names) else ""


@cache
def default_cases() -> Mapping[str, Any]:
    """What holds where a pack says nothing."""
    text = (resources.files("yiben.scenes") / "cases_default.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


_read: dict[tuple[str, str], CaseBook] = {}


def case_book(pack: Pack) -> CaseBook:
    """The scene's way with cases: the pack's own section over the default."""
    key = (pack.name, pack.source)
    if key not in _read:
        if len(_read) > 100:
            _read.clear()
        _read[key] = _book({**default_cases(), **pack.sections.get("cases", {})})
    return _read[key]


def _book(raw: Mapping[str, Any]) -> CaseBook:
    return CaseBook(
        slips={
            name: SlipType(name, _label(one["label"]), one.get("word", _label(one["label"]).zh))
            for name, one in raw["slips"].items()
        },
        levels={
            name: Level(name, _label(one["label"]), one["slip"], one["days"])
            for name, one in raw["levels"].items()
        },
        opens=_colours(raw["opens"]),
        by_rule={name: _colours(one) for name, one in raw.get("rules", {}).items()},
        evidence=tuple(raw["evidence"]),
        returned_days=raw["returned_days"],
        receipt_days=raw["receipt_days"],
        soon_days=raw["soon_days"],
        reopen_within_months=raw["reopen_within_months"],
        exempted=raw["exempted"],
        class_field=raw.get("class_field", ""),
        leader_field=raw.get("leader_field", ""),
        origins={name: _label(one) for name, one in raw["origins"].items()},
        place_data=raw.get("keep_place_of_photos", False),
    )


def _label(raw: Any) -> Label:
    return Label(raw) if isinstance(raw, str) else Label(raw["zh"], raw.get("en", ""))


def _colours(raw: Mapping[str, str]) -> dict[Colour, str]:
    return {Colour.of(word): level for word, level in raw.items() if level}


def check_cases(pack: Pack) -> list[Problem]:
    """Names in the cases section that point nowhere: slips, levels, rules, fields."""
    raw = pack.sections.get("cases")
    if not raw:
        return []
    whole = {**default_cases(), **raw}
    slips, levels = list(whole["slips"]), list(whole["levels"])
    wanted: list[tuple[str, str, list[str], str]] = [
        (f"levels.{name}.slip", one["slip"], slips, "a type of slip") for name, one in whole["levels"].items()
    ]
    wanted += [(f"opens.{word}", level, levels, "a level") for word, level in whole["opens"].items() if level]
    wanted += [(f"evidence.{at}", name, levels, "a level") for at, name in enumerate(whole["evidence"])]
    for rule, colours in whole.get("rules", {}).items():
        wanted.append((f"rules.{rule}", rule, list(pack.rules), "a rule"))
        wanted += [(f"rules.{rule}.{word}", one, levels, "a level") for word, one in colours.items() if one]
    for part in ("class_field", "leader_field"):
        if part in raw:
            wanted.append((part, raw[part], list(pack.fields), "a field"))
    return [
        Problem("pack-cases", repr(found), f"{what}: one of {', '.join(known) or 'none'}", _at(pack, path))
        for path, found, known, what in wanted
        if found not in known
    ] + _word_problems(pack, whole)


def _word_problems(pack: Pack, whole: Mapping[str, Any]) -> list[Problem]:
    """Two types of slips with one word would give two papers the same number."""
    seen: dict[str, str] = {}
    problems = []
    for name, one in whole["slips"].items():
        word = one.get("word", _label(one["label"]).zh)
        if word in seen:
            found = f"the word {word!r} of {seen[word]} too"
            problems.append(
                Problem("pack-cases", found, "a word of its own", _at(pack, f"slips.{name}.word"))
            )
        seen[word] = name
    return problems


def _at(pack: Pack, path: str) -> Place:
    return Place(file=pack.file, line=pack.line_of(f"cases.{path}"), field=f"cases.{path}")
