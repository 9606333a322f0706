"""Text whose GBK bytes were cut at the wrong place (错位字节): what it must have read.

Some sites edit GBK pages byte by byte: they put pinyin after what looks like a traditional
character, or turn the bytes of a full-width mark into its half-width form, also where these two
bytes belong to two different characters. From there the bytes are read one off. The surviving
bytes still stand in the text, so the lost ones have few candidates, and the language decides.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

PINYIN = "a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüêńňǹḿ"
_SPELL = re.compile(rf"([{PINYIN}]{{1,6}})\)")
_NEXT = re.compile(rf"\(([{PINYIN}]{{1,6}})\)")
_START = re.compile(
    rf"[?？](?:[{PINYIN}]{{1,6}}\)|[?？!！;；:：]?[^\x00-\x7f\s]|[?？][a-zA-Z^_`~|{{}}@\[\]\\])"
)
_PRIOR = re.compile(rf"([\u4e00-\u9fff])\([{PINYIN}]{{1,6}}\)$")
_MARKS = "?!;:,()？！；：，（）"
_BEAM = 14
_LONGEST = 14
_GOOD = -3.9
_FAIR = -4.3
_DROP = 2.5


@dataclass(frozen=True, slots=True)
class Byte:
    """One byte of the page: known, or lost (None); `spells` is the pinyin that was put after it."""

    value: int | None
    spells: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a damaged stretch must have read, and by how much it beats the next candidate."""

    start: int
    end: int
    text: str
    margin: float


class Language:
    """How likely one character follows another: from the document itself and from known words."""

    def __init__(self, text: str, page: str, words: Sequence[str], simple: Callable[[str], str]) -> None:
        """`text` is the clean part in simplified characters, `page` the characters as they stand."""
        self.single: Counter[str] = Counter(text)
        self.double: Counter[str] = Counter(map("".join, itertools.pairwise(text)))
        for word in words:
            for pair in itertools.pairwise(word):
                self.double["".join(pair)] += 1
                self.single[pair[0]] += 1
        self.phrases = re.compile(
            "|".join(sorted({re.escape(word) for word in words if len(word) > 2}, key=len, reverse=True))
            or "(?!)"
        )
        self.kinds: Counter[str] = Counter(pair[0] for pair in self.double)
        self.total = max(1, sum(self.single.values()))
        self.simple = simple
        self.by_lead: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        self.by_trail: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        common = {*_LEVEL_ONE, *page}
        for char in sorted(common):
            lead, trail = _code(char)
            if lead:
                plain = simple(char)
                self.by_lead[lead].append((lead, trail, plain))
                self.by_trail[trail].append((lead, trail, plain))
        often = [char for char, _ in self.single.most_common(400) if _code(char)[0]]
        self.frequent = [(*_code(char), simple(char)) for char in often]
        self._scores: dict[str, float] = {}

    def bonus(self, text: str) -> float:
        """What whole phrases in `text` add: they say more than their pairs of characters."""
        return sum(2.5 * (len(found) - 2) for found in self.phrases.findall(text))

    def score(self, before: str, char: str) -> float:
        """Log of the likelihood of `char` after `before`, both simplified."""
        pair = before + char
        known = self._scores.get(pair)
        if known is None:
            alone = self.single[char] / self.total + _rarity(char)
            kinds = self.kinds[before] + 1.0
            known = math.log((self.double[pair] + kinds * alone) / (self.single[before] + kinds))
            self._scores[pair] = known
        return known


@lru_cache(maxsize=8192)
def _rarity(char: str) -> float:
    """A floor for characters that the document does not hold: common ones are likelier."""
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        return 1e-9
    return 2e-5 if len(code) == 2 and 0xB0 <= code[0] <= 0xD7 else 1e-7


@lru_cache(maxsize=65536)
def _char(lead: int, trail: int) -> str:
    """The character of two GBK bytes; '' where there is none."""
    try:
        char = bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return ""
    return char if len(char) == 1 else ""


def damaged_at(text: str) -> list[int]:
    """Where shifted stretches may begin."""
    return [match.start() for match in _START.finditer(text) if match.start()]


def restored(text: str, start: int, language: Language, spellings: dict[str, set[str]]) -> Guess | None:
    """The best reading of the stretch that begins at `start`; None when nothing fits.

    Bytes that no character has were dropped without a trace; such gaps are tried only where
    the surviving bytes alone make no language.
    """
    streams = list(_streams(text, start))
    prior = _PRIOR.search(text, max(0, start - 12), start)
    before = prior[1] if prior else text[start - 1]
    best: tuple[float, float, str, int] | None = None
    for drops in (0, 1, 2):
        for end, stream, seams in streams:
            after = text[end] if end < len(text) else "\n"
            for variant, gaps in _with_drops(stream, seams, drops):
                found = _decode(variant, gaps, before, after, language, spellings)
                if found is None:
                    continue
                score = found[0] - _DROP * drops
                if best is None or score > best[0]:
                    best = (score, found[1], found[2], end)
        if best is not None and best[0] / (len(best[2]) + 1) > (_GOOD if drops == 0 else _FAIR):
            break
    if best is None or best[0] / (len(best[2]) + 1) < -11:
        return None
    return Guess(start, best[3], best[2], best[1])


def _streams(text: str, start: int) -> Iterable[tuple[int, list[Byte], list[int]]]:
    """Byte streams of even length that the text may stand for, where each ends, and its seams."""
    stream: list[Byte] = []
    seams: list[int] = []
    place = start
    while place < len(text) and len(stream) < 2 * _LONGEST:
        char = text[place]
        spelled = _SPELL.match(text, place + 1) if char in "?？" else None
        if spelled:
            stream, place = [*stream, Byte(None, spelled[1])], spelled.end()
        elif char in "?？" and not (stream and place == start + 1):
            stream, place = [*stream, Byte(None)], place + 1
        elif char in _MARKS:
            if char in "(（" and (named := _NEXT.match(text, place)):
                if len(stream) % 2:
                    yield named.end(), [*stream, Byte(None, named[1])], seams
                return
            code = ord(char) if ord(char) < 128 else ord(char) - 0xFEE0
            stream, place = [*stream, Byte(0xA3), Byte(code + 0x80)], place + 1
        elif 0x40 <= ord(char) < 0x7F:
            if len(stream) % 2:
                after = _NEXT.match(text, place + 1)
                end = after.end() if after else place + 1
                yield end, [*stream, Byte(ord(char), after[1] if after else "")], seams
            stream, place = [*stream, Byte(0xA3), Byte(ord(char) + 0x80)], place + 1
        else:
            lead, trail = _code(char)
            if not lead:
                return
            stream, place = [*stream, Byte(lead), Byte(trail)], place + 1
        seams = [*seams, len(stream)]
        if len(stream) % 2 == 0:
            yield place, stream, seams
            return


def _with_drops(
    stream: Sequence[Byte], seams: Sequence[int], drops: int
) -> Iterable[tuple[list[Byte], frozenset[int]]]:
    """The stream with `drops` pairs of lost bytes between what stands in the text, and where."""
    lost = [Byte(None), Byte(None)]
    places = [seam for seam in seams if 0 < seam < len(stream) and seam % 2]
    if drops == 0:
        yield list(stream), frozenset()
    elif drops == 1:
        for first in places:
            yield [*stream[:first], *lost, *stream[first:]], frozenset((first,))
    elif len(stream) <= 16:
        for index, first in enumerate(places):
            for second in places[index:]:
                variant = [*stream[:first], *lost, *stream[first:second], *lost, *stream[second:]]
                yield variant, frozenset((first, second + 2))


def _decode(
    stream: Sequence[Byte],
    gaps: frozenset[int],
    before: str,
    after: str,
    language: Language,
    spellings: dict[str, set[str]],
) -> tuple[float, float, str] | None:
    """The likeliest characters of a stream: score, lead over the second, text.

    A gap at byte n says that bytes n and n+1 were dropped: no character has them as a pair.
    """
    simple, score_of = language.simple, language.score
    beam: list[tuple[float, str, str, int]] = [(0.0, simple(before), "", _code(before)[1])]
    for place in range(0, len(stream), 2):
        grown: list[tuple[float, str, str, int]] = []
        gap = place - 1 in gaps
        for score, prior, said, byte in beam:
            for lead, trail, plain in _candidates(
                stream[place], stream[place + 1], byte, language, spellings
            ):
                if gap and _char(byte, lead):
                    continue
                grown.append((score + score_of(prior, plain), plain, said + plain, trail))
        if not grown:
            return None
        grown.sort(reverse=True)
        beam = grown[:_BEAM]
    tail = simple(after)
    head = simple(before)
    final = sorted(
        (
            (score + score_of(prior, tail) + language.bonus(f"{head}{said}{tail}"), said)
            for score, prior, said, _ in beam
        ),
        reverse=True,
    )
    best, text = final[0]
    second = next((score for score, said in final if said != text), best - 20)
    return best, best - second, text


def _candidates(
    first: Byte, second: Byte, last: int, language: Language, spellings: dict[str, set[str]]
) -> list[tuple[int, int, str]]:
    """Characters that two bytes may be, simplified, with the bytes."""
    simple = language.simple
    leads = _values(first, last, spellings)
    if leads is None and second.value is not None:
        return language.by_trail[second.value]
    if leads is None and not spellings.get(second.spells):
        return language.frequent
    found: list[tuple[int, int, str]] = []
    for lead in leads if leads is not None else language.by_lead:
        trails = _values(second, lead, spellings)
        if trails is not None:
            found += [(lead, trail, simple(char)) for trail in trails if (char := _char(lead, trail))]
        elif leads is not None:
            found += language.by_lead[lead]
    return found


def _values(byte: Byte, last: int, spellings: dict[str, set[str]]) -> tuple[int, ...] | None:
    """The values a byte may have after the byte `last`; None when nothing is known."""
    if byte.value is not None:
        return (byte.value,)
    known = spellings.get(byte.spells) if byte.spells else None
    if known:
        return tuple({code[1] for code in map(_code, known) if code[0] == last}) or None
    return None


@lru_cache(maxsize=65536)
def _code(char: str) -> tuple[int, int]:
    pair = char.encode("gbk", "replace")
    return (pair[0], pair[1]) if len(pair) == 2 else (0, 0)


# The 3,755 commonest characters of GB 2312, in the order of their code.
_LEVEL_ONE = "".join(
    char for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF) if (char := _char(lead, trail))
)


def spellings_of(text: str) -> dict[str, set[str]]:
    """Pinyin → the characters that the document spells so."""
    found: dict[str, set[str]] = defaultdict(set)
    for char, spelled in re.findall(rf"([\u4e00-\u9fff])\(([{PINYIN}]{{1,6}})\)", text):
        found[spelled].add(char)
    return dict(found)
