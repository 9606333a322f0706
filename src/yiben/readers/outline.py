"""The build of a report (篇章结构): sections with their period, sentences and clauses."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from yiben.readers.lexicon import Lexicon
from yiben.readers.pages import Page
from yiben.readers.periods import next_of, resolve, stated_in, year_of

_TOP = re.compile(r"\s*(?:#+\s*)?(?:[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]+部分)")
_SECOND = re.compile(r"\s*(?:#+\s*)?\([一二三四五六七八九十]{1,3}\)")
_ITEM = re.compile(r"\s*(?:\d{1,2}[.、](?!\d)|[①-⑳]|\(\d{1,2}\)|[一二三四五六七八九十]是|——|--|[●★◆■•▪-]\s)")
_SENTENCE = re.compile(r"[。！？!?]+[”’)]?|\n+")
_DATED = re.compile(
    r"[-\s(]*(?:(?:19|20)\d{2}|二[〇零]\S{2})[年.-].{1,3}[月.-].{1,3}日?.{0,30}"
    r"|[^\d]{2,30}(?:19|20)\d{2}[年./-]\d{1,2}[月./-]\d{1,2}日?[)\s]*"
)
NEXT_STEP = re.compile(
    r"\s*(?:\d{1,2}[.、]|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]+[、是])?(?:下一?步|下一?阶段|接下[来去]|下半年|明年|今年(?:政府工作|经济社会发展)?的?(?:总体要求|主要预期目标|主要目标))"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of text under one heading: the period it is about, and whether it plans."""

    start: int
    end: int
    period: str | None
    plans: bool
    heading: str
    glossary: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of a report in order; `at` finds the one that holds a place."""

    sections: tuple[Section, ...]
    starts: tuple[int, ...]

    def at(self, place: int) -> Section:
        """The section at `place`."""
        return self.sections[max(0, bisect_right(self.starts, place) - 1)]


class _Marks:
    def __init__(self, words: Lexicon) -> None:
        plan = words.either("periods", "plan")
        self.plan = re.compile(rf"(?:{plan})(?![上中下])")
        self.plan_end = re.compile(rf"(?:{plan})(?:和任务|任务|建议|\(.*\)|[:。])*$")
        self.review = re.compile(words.either("periods", "review"))
        self.glossary = re.compile(rf"(?:《[^》]*》)?\s*(?:{words.either('periods', 'glossary')})")


@lru_cache(maxsize=4)
def _marks(words: Lexicon) -> _Marks:
    return _Marks(words)


def outline_of(text: str, page: Page, *, words: Lexicon) -> Outline:
    """Divide `text` by its headings; a heading without a period keeps that of the one before."""
    marks = _marks(words)
    plans = page.reviewed is None and page.planned is not None
    period = page.planned if plans else page.reviewed
    sections: list[Section] = []
    start, heading, glossary = 0, "", False
    for at, line in _head_lines(text):
        told = _told(line, page, marks, plans=plans, period=period)
        gloss = bool(marks.glossary.match(line)) and at > len(text) // 2
        if told is None and not gloss and not _TOP.match(line):
            continue
        if at > start:
            sections.append(Section(start, at, period, plans, heading, glossary))
        start, heading, glossary = at, line.strip(), glossary or gloss
        if told is not None:
            plans, period = told
    sections.append(Section(start, len(text), period, plans, heading, glossary))
    return Outline(tuple(sections), tuple(section.start for section in sections))


def _head_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that may be headings: numbered, or short and without the end of a sentence."""
    at = 0
    for line in text.split("\n"):
        said = line.strip()
        if said and not _DATED.fullmatch(said):
            if _TOP.match(line) or _SECOND.match(line):
                yield at, said.split("。", 1)[0][:60]
            elif (
                len(said) <= 28
                and said[-1] not in "。;,、"
                and "|" not in said
                and not re.search(r"\d\s\d|%", said)
            ):
                yield at, said
            elif NEXT_STEP.match(line):
                yield at, said[:16]
        at += len(line) + 1


def _told(
    line: str, page: Page, marks: _Marks, *, plans: bool, period: str | None
) -> tuple[bool, str | None] | None:
    """What a heading says: whether what follows plans, and its period; None when it says neither."""
    stated = [
        s
        for s in stated_in(line)
        if s.kind in ("year", "month", "months", "firsts", "quarter", "quarters", "half", "years", "five")
    ]
    year = next((s.year for s in stated if s.year), None)
    base = year or page.year
    own = None
    if stated:
        finest = max(stated, key=lambda s: s.kind not in ("year", "five"))
        own = resolve(finest, line, year=base, default=page.reviewed)
    reviews = bool(marks.review.search(line))
    planned = bool((marks.plan_end if _SECOND.match(line) else marks.plan).search(line))
    if "过去五年" in line or ("五年" in line and reviews):
        own = f"{base - 4}/{base}" if base else own
    if own and page.planned and own == page.planned and not reviews:
        return True, own
    if planned and not reviews:
        if "今后五年" in line or "未来五年" in line:
            later = year_of(page.planned)
            return True, f"{later}/{later + 4}" if later else page.planned
        return True, own if own and own != page.reviewed else page.planned or next_of(page.reviewed)
    if reviews:
        return False, own or page.reviewed
    if own and year is not None:
        later = page.year is not None and year > page.year
        return (True, own) if later else (plans, own)
    if NEXT_STEP.match(line) and not plans:
        return True, page.planned or next_of(page.reviewed)
    return None


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of the sentences of `text[start:end]`, blank ones left out."""
    at = start
    for match in _SENTENCE.finditer(text, start, end):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < end:
        yield at, end


def item_end(text: str, start: int) -> int:
    """Where the words begin after a heading number at `start` ((一), 1., 一是)."""
    for shape in (_TOP, _SECOND, _ITEM):
        if found := shape.match(text, start):
            return found.end()
    return start
