"""What a column heading means (表头): which field, in which unit, of which period."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from yiben.kernel.units import UNITS, Unit
from yiben.readers.tables.periods import Named, named_period, names_run
from yiben.readers.tables.unit_words import TRAILING, looks_like_unit, unit_named
from yiben.readers.tables.values import fold
from yiben.scenes.model import Field, Pack

PERIOD_WORDS = frozenset(
    {
        "期间",
        "月份",
        "报告期",
        "所属期",
        "统计期",
        "统计月份",
        "填报月份",
        "所属月份",
        "时期",
        "period",
        "month",
    }
)
_ORDER_WORDS = frozenset({"序号", "序", "no", "no.", "#", "行号", "项次", "编次"})
# Words that change what a number means: where the label has none of them, the heading may not either.
_TURNS = (
    "累计",
    "同期",
    "去年",
    "上年",
    "上月",
    "同比",
    "环比",
    "增长",
    "增速",
    "占比",
    "比重",
    "排名",
    "差额",
    "剩余",
    "完成率",
)
_RELATIVE = re.compile(r"^(?:本月|当月|本期|本季度?|本年度?|当年|今年|全年|年度|月度|年|月)")
_BRACKET = re.compile(r"\(([^()]*)\)")
_UNIT_INTRO = re.compile(r"^(?:计量)?单位[::]?")
_TAIL = re.compile(r"(?:[/,;、·|]|[,;]?(?:计量)?单位[::]|:)([^/,;:、·|()]+)$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart: its words, the unit and period that it names (表头).

    `words` are tried from the most telling on; `remark` is a bracket that looks like a unit but is
    none that we know.
    """

    words: tuple[str, ...]
    whole: str
    unit: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What a heading was found to mean; a smaller `rank` is a closer likeness."""

    use: Literal["field", "measure", "period", "name", "order", "computed"]
    name: str = ""
    named: Named | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every heading under which a pack's columns may come (表头词汇)."""

    pack: Pack
    exact: Mapping[str, tuple[str, str]]
    cores: Mapping[str, str]
    cache: dict[tuple[str, ...], tuple[Heading, Match | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: Pack) -> Vocabulary:
        """The vocabulary of one pack: labels in both languages, names and aliases."""
        exact: dict[str, tuple[str, str]] = {}
        cores: dict[str, str] = {}
        for use, fields in (("field", pack.fields), ("measure", pack.measures)):
            for one in fields.values():
                for spelling in _spellings(one):
                    exact.setdefault(spelling, (use, one.name))
        for spelling, meaning in list(exact.items()):
            exact.setdefault(_BRACKET.sub("", spelling), meaning)
        for name, computed in pack.computed.items():
            for text in (computed.label.zh, computed.label.en, name):
                exact.setdefault(_bare(fold(text)), ("computed", name))
        for measure in pack.measures.values():
            for spelling in _spellings(measure):
                cores.setdefault(_RELATIVE.sub("", spelling), measure.name)
        return cls(pack, exact, cores)

    def match(self, parts: tuple[str, ...]) -> tuple[Heading, Match | None]:
        """What the heading of these parts, from the top row down, means."""
        if parts not in self.cache:
            heading = take_apart(parts)
            self.cache[parts] = heading, self._meaning(heading)
        return self.cache[parts]

    def nearest(self, heading: Heading) -> str:
        """The label that a heading nobody knows most resembles, or nothing."""
        close = difflib.get_close_matches(heading.whole, list(self.exact), n=1, cutoff=0.5)
        if not close:
            return ""
        _use, name = self.exact[close[0]]
        found = self.pack.find(name)
        return found.label.zh if found else ""

    def _meaning(self, heading: Heading) -> Match | None:
        for rank, word in enumerate(heading.words):
            if word in self.exact:
                use, name = self.exact[word]
                if self._turned(heading.whole, name):
                    continue
                named = named_period(heading.whole.replace(word, "", 1)) if use == "measure" else None
                if use == "measure" and names_run(heading.whole.replace(word, "", 1)):
                    continue
                return Match(use, name, named if self._fits(name, named) else None, rank)  # type: ignore[arg-type]
            if word in PERIOD_WORDS and self.pack.measures:
                return Match("period")
            if word in _ORDER_WORDS:
                return Match("order")
        return self._timed(heading)

    def _timed(self, heading: Heading) -> Match | None:
        """A measure under a heading with a period in it (2026年7月完成投资)."""
        for rank, word in enumerate(heading.words):
            named = named_period(word)
            if named is None:
                continue
            name = self.cores.get(_RELATIVE.sub("", named.rest)) or self.cores.get(named.rest)
            if name and self._fits(name, named) and not self._turned(heading.whole, name):
                return Match("measure", name, named, 10 + rank)
        return None

    def _fits(self, name: str, named: Named | None) -> bool:
        """Whether a period in the heading is one of the measure's own (a month, quarter or year)."""
        measure = self.pack.measures.get(name)
        return named is None or measure is None or measure.every == named.kind

    def _turned(self, whole: str, name: str) -> bool:
        found = self.pack.find(name)
        own = "".join(_spellings(found)) if isinstance(found, Field) else whole
        return any(turn in whole and turn not in own for turn in _TURNS)


def take_apart(parts: tuple[str, ...]) -> Heading:
    """The heading of one column from its rows of text, from the top down.

    >>> take_apart(("2026年计划", "投资（万元）")).unit
    '万元'
    """
    unit, remark, words = "", "", []
    for part in parts:
        text, found, odd = _without_unit(fold(part))
        unit, remark = found or unit, odd or remark
        if text and text not in words:
            words.append(text)
    tries = list(_tries(words))
    whole = "".join(words)
    if not unit:
        for word in list(tries):
            for name in TRAILING:
                if word.endswith(name) and len(word) > len(name) + 1:
                    tries.append(word[: -len(name)])
                    break
    return Heading(tuple(dict.fromkeys(tries)), whole, unit or _trailing_unit(whole), remark)


def _tries(words: list[str]) -> Iterator[str]:
    """The readings of a heading of several rows: all joined, then the lowest, then others."""
    if not words:
        return
    yield "".join(words)
    if len(words) > 1:
        yield words[-1]
        yield "".join(reversed(words))
        for first in range(1, len(words) - 1):
            yield "".join(words[first:])
        yield f"{words[0]}{words[-1]}"
        yield words[0] if _is_noise("".join(words[1:])) else words[-1]
    for word in (words[0], words[-1], "".join(words)):
        if "(" in word:
            yield _BRACKET.sub("", word)


def _is_noise(text: str) -> bool:
    return bool(re.fullmatch(r"[\d().,]*|[甲乙丙丁]", text))


def _without_unit(text: str) -> tuple[str, str, str]:
    """A folded text without its unit, the unit's name, and a remark that only looks like one."""
    text = text.strip("*").replace("*", "")
    remark = ""
    for bracket in reversed(list(_BRACKET.finditer(text))):
        inside = _UNIT_INTRO.sub("", bracket[1])
        if unit := unit_named(inside):
            return text[: bracket.start()] + text[bracket.end() :], unit.name, ""
        if looks_like_unit(inside):
            remark = inside
    if unit := unit_named(_UNIT_INTRO.sub("", text)):
        return "", unit.name, remark
    tail = _TAIL.search(text)
    if tail and (unit := unit_named(tail[1])):
        return text[: tail.start()], unit.name, remark
    return text, "", remark


def _trailing_unit(whole: str) -> str:
    """A unit written at a heading's end without brackets (总投资万元, 形象进度%)."""
    for name in TRAILING:
        if whole.endswith(name) and len(whole) > len(name) + 1:
            unit = unit_named(name)
            return unit.name if unit else ""
    return ""


def caption_units(texts: list[str]) -> dict[str, Unit]:
    """The units that a caption above the table gives, by kind (单位:万元、亩)."""
    found: dict[str, set[str]] = {}
    for text in texts:
        for stated in re.finditer(r"单位[::]([^)\s]+)|\(([^()]+)\)", fold(text)):
            for word in re.split(r"[,、/;和及]", stated[1] or stated[2]):
                if unit := unit_named(word):
                    found.setdefault(unit.kind, set()).add(unit.name)
    return {kind: UNITS[names.pop()] for kind, names in found.items() if len(names) == 1}


def _bare(text: str) -> str:
    return text.strip("*")


def _spellings(one: Field) -> list[str]:
    words = [one.label.zh, one.label.en, one.name, one.name.replace("_", " "), *one.aliases]
    spelled = [_bare(fold(word)) for word in words if word]
    return spelled + [plain for word in spelled if (plain := _without_unit(word)[0]) and plain != word]
