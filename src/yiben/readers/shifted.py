"""Text whose GBK bytes were cut at the wrong place (错位字节): what it must have read.

Some sites edit GBK pages byte by byte: they put pinyin after what looks like a traditional
character, or turn the bytes of a full-width mark into its half-width form, also where these two
bytes belong to two different characters. From there the bytes are read one off. The surviving
bytes still stand in the text, so the lost ones have few candidates, and the language decides.

The page is walked once from the damaged place. A reading is either in step with the page or one
byte off: then it holds the first byte of a character that the next byte completes. That the page
is right as it stands is one of the readings, so sound text wins against every repair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from yiben.readers.language import COMMON, POINTS, Char, Language, gbk_char, gbk_code, simple_char

PINYIN = "a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüêńňǹḿ"
SIGNS = "?？\ufffd"
_SPELL = re.compile(rf"\(?([{PINYIN}]{{1,6}})\)")
_NOTE = re.compile(rf"\([{PINYIN}]{{1,6}}\)")
_START = re.compile(rf"[{SIGNS}](?!\s|$)")
# All but the common characters, their marks and the printable bytes.
_RARE = re.compile(f"[^{re.escape(COMMON)}{re.escape(''.join(POINTS))}\\x00-\\x7f]")
_POINTED = re.compile("[。、，；：“”《》·！？—…]")
# Marks whose two bytes A3xx a site may turn into one byte.
_MARKS = "?!;:,()？！；：，（）"
_WIDE_MARKS = frozenset("？！；：，（）")
_HOLES = frozenset((*range(0xA1, 0xB0), *range(0xF8, 0xFF), 0xD7))
_BEAM = 9
_FEW = 4
_WORST = 14.0
_NEAR = 6.0
_LONGEST = 60
_SETTLED = 2
# Costs, in the logarithms of the language: a sign that is one, a mark or digit that the page
# put in place of two bytes, two bytes dropped, pinyin that the character does not have.
_SIGN = 10.0
_MARK = 1.0
_DROP = 0.25
_MISREAD = 6.0
_ODD = 3.0
_MOST_DROPS = 3
_NONE, _ANY = -1, -2
_by_score = attrgetter("score")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a damaged stretch must have read, and by how much it beats the next candidate.

    `gain` is how much it beats the page as it stands; `only_mark`: the next candidate differs in
    nothing but a punctuation mark.
    """

    start: int
    end: int
    text: str
    margin: float
    gain: float
    only_mark: bool


class _Reading(NamedTuple):
    """One way to read the page so far.

    `lead` is the first byte of a character not yet complete: `_NONE` in step, `_ANY` when that byte
    is lost; `last` is the byte before the next one, -1 where it is not known. `said` is the text
    since the start, `sure` how much of it was restored, up to `end` in the page.
    """

    score: float
    said: str
    sure: int
    end: int
    lead: int
    last: int
    drops: int


def damaged_at(text: str) -> list[int]:
    """Where shifted stretches may begin."""
    return [match.start() for match in _START.finditer(text) if match.start()]


def garbled_at(text: str) -> list[int]:
    """The same in a page that looks sound: only where characters follow that few reports hold."""
    return [start for start in damaged_at(text) if _RARE.search(text, start, start + 10)]


def restored(text: str, start: int, before: str, last: int, language: Language) -> Guess | None:
    """The best reading of the stretch that begins at `start`; None when the page stands as it is.

    `before` are the two characters before it, simplified, `last` the byte before it (-1: not known).
    Bytes of no character may have been dropped without a trace; that is tried only where nothing
    else makes language.
    """
    beam = [_Reading(0.0, before, 0, start, _NONE, last, 0)]
    place, edge = start, min(len(text), start + _LONGEST)
    while place < edge:
        after = _after(text, place)
        grown: list[_Reading] = []
        for rank, reading in enumerate(beam):
            if reading.lead == _NONE:
                grown += _in_step(text, place, after, reading, language)
                continue
            direct = _off(text, place, after, reading, language)
            grown += direct
            if rank < _FEW and reading.drops < _MOST_DROPS and _odd(direct, reading):
                for short in _dropped(reading, language, reading.end):
                    grown += _off(text, place, after, short, language)
        if not grown:
            break
        beam, place = _best(grown), after
        if _settled(beam):
            break
    return _outcome(start, beam)


def _odd(grown: list[_Reading], reading: _Reading) -> bool:
    """Whether nothing that follows `reading` makes language."""
    return all(one.score < reading.score - _ODD for one in grown)


def _outcome(start: int, beam: list[_Reading]) -> Guess | None:
    first = next((one for one in beam if one.lead == _NONE), None)
    if first is None:
        return None
    made = first.said[2 : first.sure]
    rival = next((one for one in beam if one.said[2 : one.sure] != made or one.end != first.end), None)
    page = next((one for one in beam if one.end == start), None)
    margin, gain = (min(20.0, first.score - one.score) if one else 20.0 for one in (rival, page))
    alike = rival is not None and _unmarked(rival.said) == _unmarked(first.said)
    return Guess(start, first.end, made, margin, gain, alike) if first.end > start else None


def _unmarked(text: str) -> str:
    return _POINTED.sub("。", text)


def _best(grown: list[_Reading]) -> list[_Reading]:
    """The readings worth following: none far behind, and always one that is in step."""
    grown.sort(key=_by_score, reverse=True)
    floor = grown[0].score - _WORST
    kept = [one for one in grown[:_BEAM] if one.score >= floor]
    if all(one.lead != _NONE for one in kept):
        kept += [one for one in grown[_BEAM:] if one.lead == _NONE][:1]
    return kept


def _settled(beam: list[_Reading]) -> bool:
    """Whether the winner reads on in step, and nothing that is off comes near it."""
    first = beam[0]
    if first.lead != _NONE or len(first.said) - max(2, first.sure) < _SETTLED:
        return False
    return all(one.lead == _NONE for one in beam if one.score > first.score - _NEAR)


def _after(text: str, place: int) -> int:
    """Where the character at `place` ends, with the pinyin put to it."""
    char = text[place]
    found = None
    if char in SIGNS:
        found = _SPELL.match(text, place + 1)
    elif char > "@":
        found = _NOTE.match(text, place + 1)
    return found.end() if found else place + 1


def _in_step(text: str, place: int, after: int, reading: _Reading, language: Language) -> Iterable[_Reading]:
    """The page stands as it is here, or the first byte of a character was lost."""
    score, said, sure, end, _, last, drops = reading
    char = text[place]
    if char not in SIGNS:
        lead, trail = gbk_code(char)
        plain = simple_char(char) if lead else char
        score += language.score(said[-2:], plain)
        return (_Reading(score, said + plain, sure, end, _NONE, trail if lead else -1, drops),)
    cost = _SIGN if after == place + 1 else 2 * _SIGN
    made = [_Reading(score - cost, said + char, sure, end, _NONE, -1, drops)]
    spelled = _spelled(text, place, after, language)
    leads = {trail for lead, trail, _ in spelled if lead == last or last < 0}
    made += [_Reading(score, said, sure, end, lead, lead, drops) for lead in leads]
    if not leads:
        made.append(_Reading(score - (_MARK if spelled else 0), said, sure, end, _ANY, -1, drops))
    return made


def _off(text: str, place: int, after: int, reading: _Reading, language: Language) -> list[_Reading]:
    """The page is read one byte off: the next byte completes a character."""
    char = text[place]
    code = gbk_code(char)
    if code[0] and char not in _WIDE_MARKS:
        return _completed(reading, code[0], code[1], 0.0, after, language)
    made: list[_Reading] = []
    if char in SIGNS:
        made += _lost(text, place, after, reading, language)
    byte = ord(char) if char < "\x7f" else ord(char) - 0xFEE0
    if 0x40 <= byte < 0x7F:
        made += _completed(reading, byte, _NONE, 0.0, after, language)
    if 0x21 <= byte < 0x7F and after == place + 1:
        cost = _MARK if char in _MARKS else 2 * _MARK
        made += _completed(reading, 0xA3, byte + 0x80, cost, after, language)
    return made


def _completed(
    reading: _Reading, trail: int, lead: int, cost: float, after: int, language: Language
) -> list[_Reading]:
    """The byte `trail` completes a character, `lead` begins the next one (`_NONE`: in step again)."""
    score, said, _, _, first, last, drops = reading
    before = said[-2:]
    byte = trail if lead == _NONE else lead
    if first == _ANY:
        chars = language.by_trail(trail, before)
        if last >= 0:
            chars = [char for char in chars if not gbk_char(last, char[0])]
    else:
        char = gbk_char(first, trail)
        chars = [(first, trail, simple_char(char))] if char else []
    return [
        _Reading(
            score - cost + language.score(before, plain),
            said + plain,
            len(said) + 1,
            after,
            lead,
            byte,
            drops,
        )
        for _, _, plain in chars
    ]


def _lost(text: str, place: int, after: int, reading: _Reading, language: Language) -> list[_Reading]:
    """The second byte of a character was lost, or a pair of bytes that no character has."""
    score, said, _, _, first, gap, drops = reading
    before, sure = said[-2:], len(said) + 1
    chars: Iterable[Char] = _spelled(text, place, after, language)
    if first != _ANY:
        fitting = [char for char in chars if char[0] == first]
        score -= _MISREAD if chars and not fitting else 0.0
        chars = fitting or language.by_lead(first, before)
    elif gap >= 0:
        chars = [char for char in chars if not gbk_char(gap, char[0])]
    made = [
        _Reading(score + language.score(before, plain), said + plain, sure, after, _NONE, trail, drops)
        for _, trail, plain in chars
    ]
    if after == place + 1:
        made += _dropped(reading, language, after)
    return made


def _dropped(reading: _Reading, language: Language, end: int) -> list[_Reading]:
    """Two bytes that no character has were dropped: the end of one character, the start of the next."""
    score, said, _, _, first, _, drops = reading
    if first == _ANY:
        return []
    before, sure = said[-2:], len(said) + 1
    made = [
        _Reading(
            score - _DROP + language.score(before, plain), said + plain, sure, end, _ANY, trail, drops + 1
        )
        for _, trail, plain in language.by_lead(first, before)
        if trail in _HOLES
    ]
    made.sort(key=_by_score, reverse=True)
    return made[:_FEW]


def _spelled(text: str, place: int, after: int, language: Language) -> tuple[Char, ...]:
    """The characters that the pinyin put after the sign at `place` may belong to."""
    if after == place + 1:
        return ()
    return language.readings.get(text[place + 1 : after].strip("()"), ())
