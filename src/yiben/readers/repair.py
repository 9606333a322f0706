"""Damaged web text made clean (文本修复), with every change listed and led back to the raw text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from yiben.readers.language import Language, gbk_code, simple_char, simple_lines
from yiben.readers.lexicon import Lexicon, either, lexicon
from yiben.readers.offsets import Mapped
from yiben.readers.shifted import PINYIN, SIGNS, Guess, damaged_at, garbled_at, restored

Sureness = Literal["high", "medium", "low", "unknown"]
_SPELLED = re.compile(rf"(?<=[\u3400-\u9fff])\(([{PINYIN}]{{1,6}})\)")
_TONED = re.compile(r"[\u3400-\u9fff]\([a-zü]{0,4}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜ][a-z]{0,3}\)")
_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ％．＋＆]+")
_WIDTHS = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]+")
_DOUBLED = re.compile("[,，](?=[,，、。;；])")
_LOST = re.compile("\ufffd+")
# How far a reading must lead, and how much better than the page it must be where that looks sound.
_DOUBT, _GAIN = 0.05, 16.0
# More damaged places than any page has; the rest of a page of rubble is listed as unknown.
_MOST_PLACES = 10_000
# What stands around a damaged place says nothing about the language.
_DAMAGE = re.compile(rf"[{SIGNS}][^。\n]{{0,12}}")
# Characters that only traditional text has, among the commonest of all; one is a sign to look closer.
_TRADITIONAL = re.compile(
    "[們個國發經這對時會來說為學與從實業產動員區縣務際設計劃報總經濟進項億萬無門開關條農應長電過點網線結給統計當態萬陳體類書車東馬風飛龍齊]"
)
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Repair:
    """One place that was repaired: what stood there, what it must have read, and how sure that is."""

    start: int
    end: int
    raw: str
    restored: str
    confidence: Sureness
    kind: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """Clean text, the way back to the raw text, and the list of repairs."""

    clean: Mapped
    repairs: tuple[Repair, ...]

    @property
    def text(self) -> str:
        """The clean text."""
        return self.clean.text


def repair_text(raw: str, *, words: Lexicon | None = None) -> Repaired:
    """Repair `raw`: pinyin, shifted bytes, traditional characters, full-width forms, broken quantities."""
    words = words or lexicon()
    traditional = _is_traditional(raw)
    repairs = [*_wide(raw), *_unseen(raw), *_broken(raw, words)]
    spelled = len(_TONED.findall(raw)) >= (1 if traditional else 2) if ")" in raw else False
    if "\ufffd" in raw:
        repairs += [Repair(m.start(), m.end(), m[0], m[0], "unknown", "lost") for m in _LOST.finditer(raw)]
    if spelled:
        repairs += _doubled(raw)
    shifted = _shifted(raw, words, spelled=spelled, traditional=traditional)
    repairs = _apart([*_outside(repairs, shifted), *shifted])
    edits = [(r.start, r.end, r.restored) for r in repairs if r.raw != r.restored]
    if spelled:
        edits = _with_pinyin(raw, edits)
    if not repairs and not edits and not traditional:
        return Repaired(Mapped(raw), ())
    clean = Mapped.by_edits(raw, edits)
    if traditional or spelled:
        clean = replace(clean, text=simplified(clean.text, words))
    return Repaired(clean, tuple(repairs))


def simplified(text: str, words: Lexicon) -> str:
    """Traditional text in simplified characters, one for one."""
    return _mainland(simple_lines(text), words)


def _mainland(text: str, words: Lexicon) -> str:
    for char, rule in words.parts["words"]["after_conversion"].items():
        keep_after = "".join(rule["keep_after"])
        keep_before = "".join(rule["keep_before"])
        text = re.sub(rf"(?<![{keep_after}]){char}(?![{keep_before}])", rule["to"], text)
    return text


def _is_traditional(raw: str) -> bool:
    """Whether the text as a whole is written in traditional characters."""
    if not _TRADITIONAL.search(raw):
        return False
    signs = len(_TRADITIONAL.findall(raw[:200_000]))
    return signs >= 3 and signs > 0.02 * len(_HAN.findall(raw[:200_000]))


def _wide(raw: str) -> Iterator[Repair]:
    for found in _WIDE.finditer(raw):
        yield Repair(found.start(), found.end(), found[0], found[0].translate(_WIDTHS), "high", "width")


def _unseen(raw: str) -> Iterator[Repair]:
    for found in _UNSEEN.finditer(raw):
        yield Repair(found.start(), found.end(), found[0], "", "high", "unseen")


def _doubled(raw: str) -> list[Repair]:
    """Commas that a site put before every mark (以来,,全县): only where a page has many."""
    found = [Repair(m.start(), m.end(), m[0], "", "high", "doubled") for m in _DOUBLED.finditer(raw)]
    return found if len(found) >= 3 else []


def _broken(raw: str, words: Lexicon) -> Iterator[Repair]:
    """Line breaks inside a quantity (65⏎亿元)."""
    if "\n" not in raw:
        return
    for found in _break_pattern(words).finditer(raw):
        yield Repair(found.start(), found.end(), found[0], "", "high", "break")


@lru_cache(maxsize=4)
def _break_pattern(words: Lexicon) -> re.Pattern[str]:
    units = either(
        [
            "亿",
            "万",
            "億",
            "萬",
            "百分点",
            *words.words("units", "money", "scaled", "percent", "points"),
            "亩",
            "吨",
            "公里",
        ]
    )
    return re.compile(
        rf"(?<=\d)[ \u3000]*\r?\n[ \u3000]*(?=(?:{units})(?![、.])|[.．]\d)|(?<!\n\d[.．])(?<!\n\d\d[.．])(?<=\d[.．])[ \u3000]*\r?\n[ \u3000]*(?=\d)"
    )


def _with_pinyin(raw: str, edits: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """`edits`, in order, and with them the pinyin taken out that none of them touches."""
    made: list[tuple[int, int, str]] = []
    waiting = iter([*edits, (len(raw), len(raw), "")])
    start, end, _ = edit = next(waiting)
    for found in _SPELLED.finditer(raw):
        left, right = found.span()
        while end <= left and start < len(raw):
            made.append(edit)
            start, end, _ = edit = next(waiting)
        if right <= start:
            made.append((left, right, ""))
    if start < len(raw):
        made.append(edit)
    return [*made, *(one for one in waiting if one[0] < len(raw))]


def _shifted(raw: str, words: Lexicon, *, spelled: bool, traditional: bool) -> list[Repair]:
    """Stretches read one byte off; those that nothing explains are listed as unknown."""
    sound = not (spelled or traditional)
    starts = garbled_at(raw) if sound else damaged_at(raw)
    if not starts:
        return []
    language = Language(_DAMAGE.sub("\n", _SPELLED.sub("", raw)), words, traditional=traditional)
    made: list[Repair] = []
    seen: dict[str, Guess | None] = {}
    edge = 0
    for start in starts:
        if start < edge:
            continue
        around = raw[max(0, start - 10) : start + 40]
        if around not in seen and len(seen) < _MOST_PLACES:
            before, last = _before(raw, start, made)
            seen[around] = restored(raw, start, before, last, language)
        guess = seen.get(around)
        if guess is not None and guess.start != start:
            guess = replace(guess, start=start, end=guess.end + start - guess.start)
        if guess is None or guess.gain < _GAIN * sound or (guess.margin < _DOUBT and not guess.only_mark):
            if spelled:
                made.append(Repair(start, start + 1, raw[start], raw[start], "unknown", "shifted"))
            continue
        sure: Sureness = "high" if guess.margin > 3.0 else "medium" if guess.margin > 1.0 else "low"
        made.append(Repair(start, guess.end, raw[start : guess.end], guess.text, sure, "shifted"))
        edge = guess.end
    return made


def _before(raw: str, start: int, made: Sequence[Repair]) -> tuple[str, int]:
    """The two characters before `start`, simplified, and the byte just before it."""
    edge = made[-1].end if made and made[-1].end > start - 24 else max(0, start - 24)
    between = _SPELLED.sub("", raw[edge:start])
    said = (made[-1].restored if made and edge == made[-1].end else "") + between
    said = "".join(map(simple_char, ("\n\n" + said)[-2:]))
    return said, gbk_code(between[-1])[1] or -1 if between else -1


def _outside(repairs: Iterable[Repair], others: Sequence[Repair]) -> list[Repair]:
    """Those of `repairs` that touch none of `others`, which are in order and apart."""
    starts = [one.start for one in others]
    kept = []
    for repair in repairs:
        near = bisect_left(starts, repair.end) - 1
        if near < 0 or others[near].end <= repair.start:
            kept.append(repair)
    return kept


def _apart(repairs: list[Repair]) -> list[Repair]:
    """In order, the first of those that touch each other."""
    kept: list[Repair] = []
    for repair in sorted(repairs, key=lambda r: (r.start, r.end)):
        if not kept or repair.start >= kept[-1].end:
            kept.append(repair)
    return kept
