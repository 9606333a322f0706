"""How likely one character follows another in reports (语言统计), for the repair of damaged text."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from yiben.readers.lexicon import Lexicon

# What a document says about itself is learnt from so many characters; more only costs time.
_MOST = 120_000
# How much the shorter context weighs against what was counted.
_DEPTH = 3.0
_NEW = 0.4
_CLOSINGS = ("\n", "\n", "\n", "。", "\n", "\n", "\n", "、")
_EMPTY: frozenset[str] = frozenset()
# What a character costs in running text; taken off, so that readings of unlike length compare.
_USUAL = 3.0
_FREQUENT = 12
Char = tuple[int, int, str]
_Buckets = dict[int, dict[str, tuple[Char, ...]]]


@lru_cache(maxsize=65536)
def gbk_char(lead: int, trail: int) -> str:
    """The character of two GBK bytes; '' where there is none."""
    try:
        char = bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return ""
    return char if len(char) == 1 else ""


@lru_cache(maxsize=65536)
def gbk_code(char: str) -> tuple[int, int]:
    """The two GBK bytes of a character, private-use places included; (0, 0) where there are none."""
    try:
        pair = char.encode("gb18030")
    except UnicodeEncodeError:
        return 0, 0
    return (pair[0], pair[1]) if len(pair) == 2 else (0, 0)


# The 3,755 commonest characters of GB 2312, in the order of their code.
COMMON = "".join(
    char for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF) if (char := gbk_char(lead, trail))
)
# Marks and how often they stand in reports, roughly.
POINTS = {
    "。": 0.02,
    "、": 0.02,
    "，": 0.02,
    "“": 0.004,
    "”": 0.004,
    "；": 0.004,
    "：": 0.002,
} | dict.fromkeys("？！（）《》·—…％", 0.001)


@lru_cache(maxsize=2)
def _opencc(way: str):  # type: ignore[no-untyped-def]
    import opencc

    return opencc.OpenCC(way)


@lru_cache(maxsize=65536)
def simple_char(char: str) -> str:
    """One character in simplified writing."""
    made: str = _opencc("t2s").convert(char)
    return made if len(made) == 1 else char


def simple_chars(text: str) -> str:
    """`text` in simplified writing, each character for itself."""
    return text.translate({ord(char): simple_char(char) for char in set(text) if char > "\x7f"})


def simple_lines(text: str) -> str:
    """`text` in simplified writing, words minded (乾隆 stays), one character for one."""
    made: str = _opencc("t2s").convert(text)
    if len(made) == len(text):
        return made
    convert = _opencc("t2s").convert
    lines = ((line, convert(line)) for line in text.split("\n"))
    return "\n".join(said if len(said) == len(line) else simple_chars(line) for line, said in lines)


def traditional_lines(text: str) -> str:
    """`text` in traditional writing."""
    made: str = _opencc("s2t").convert(text)
    return made


class _Counts:
    """Counts of characters, pairs and triples."""

    def __init__(self, text: str) -> None:
        """Count a running text, or words on lines of their own."""
        self.single: Counter[str] = Counter(text)
        self.double: Counter[str] = Counter(map("".join, itertools.pairwise(text)))
        self.triple: Counter[str] = Counter(map("".join, zip(text, text[1:], text[2:], strict=False)))
        # The end of a line says nothing about what follows.
        self.ends: Counter[str] = Counter()
        for line in text.split("\n"):
            self.ends.update((line[-1:], line[-2:] if len(line) > 1 else ""))
        self.total = sum(self.single.values()) or 1
        self.followers: dict[str, set[str]] = defaultdict(set)
        for pair in self.double:
            self.followers[pair[0]].add(pair[1])

    def going_on(self, said: str) -> int:
        """How often one or two characters have something after them."""
        counts = self.single if len(said) == 1 else self.double
        return counts.get(said, 0) - self.ends.get(said, 0)


@lru_cache(maxsize=2)
def _learnt(words: Lexicon) -> _Counts:
    """What the lists of words say."""
    said = words.parts["words"]
    lists = (said[name].split() for name in ("common", "phrases", "running"))
    said_words = itertools.chain(*lists, words.indicators, words.words("units", "money"))
    # Some words of a report stand before a mark.
    return _Counts("".join(map("".join, zip(said_words, itertools.cycle(_CLOSINGS), strict=False))))


def _by_bytes(chars: Iterable[str]) -> tuple[_Buckets, _Buckets]:
    """Characters by their first and by their second byte, under their simplified form."""
    leads: _Buckets = defaultdict(dict)
    trails: _Buckets = defaultdict(dict)
    for char in chars:
        lead, trail = gbk_code(char)
        if lead:
            plain = simple_char(char)
            for bucket in (leads[lead], trails[trail]):
                bucket[plain] = (*bucket.get(plain, ()), (lead, trail, plain))
    return leads, trails


@lru_cache(maxsize=2)
def _alphabet(traditional: bool) -> tuple[frozenset[str], tuple[_Buckets, _Buckets]]:
    """The common characters of one of the two writings, and the same by their bytes."""
    chars = set(COMMON)
    if traditional:
        written = traditional_lines("\n".join(COMMON)).split("\n")
        chars = {new for new in written if len(new) == 1}
    chars |= set(POINTS)
    return frozenset(chars), _by_bytes(sorted(chars))


@lru_cache(maxsize=2)
def readings(words: Lexicon) -> dict[str, tuple[Char, ...]]:
    """Pinyin → the traditional characters that are read so."""
    found: dict[str, tuple[Char, ...]] = {}
    for line in words.parts["words"]["readings"].split():
        spelled = line.rstrip("".join(char for char in line if char >= "\u3400"))
        found[spelled] = tuple((*gbk_code(char), simple_char(char)) for char in line[len(spelled) :])
    return found


class Language:
    """How likely one character follows two others: from the document itself and from known words.

    Witten-Bell estimates, three characters deep; all characters are simplified.
    """

    def __init__(self, page: str, words: Lexicon, *, traditional: bool) -> None:
        """`page` is the sound part of the document, in the characters as they stand."""
        page = page[:_MOST]
        own = _Counts(simple_chars(page))
        base = _learnt(words)
        self._own, self._base = own, base
        common, self._common = _alphabet(traditional)
        # Marks of a page may be rubble themselves; only its characters widen the choice.
        self._rare = _by_bytes(sorted(char for char in set(page) - common if "\u4e00" <= char <= "\u9fff"))
        self._likely: dict[tuple[int, int, str], list[Char]] = {}
        self._tops: dict[tuple[int, int], list[str]] = {}
        self.readings = readings(words)
        self._pairs: dict[str, float] = {}
        self._known: dict[str, float] = {}
        self._singles: dict[str, float] = {}
        self._openings: dict[str, tuple[float, int]] = {}

    def by_lead(self, lead: int, before: str) -> list[Char]:
        """The characters with the first byte `lead` that may well follow `before`."""
        return self._choice(0, lead, before[-1])

    def by_trail(self, trail: int, before: str) -> list[Char]:
        """The characters with the second byte `trail` that may well follow `before`."""
        return self._choice(1, trail, before[-1])

    def _choice(self, side: int, byte: int, before: str) -> list[Char]:
        """Those known to follow `before`, and the most frequent ones."""
        key = (side, byte, before)
        found = self._likely.get(key)
        if found is None:
            common, rare = self._common[side].get(byte, {}), self._rare[side].get(byte, {})
            plains = {*self._frequent(side, byte, {*common, *rare})}
            for followers in (self._own.followers.get(before), self._base.followers.get(before)):
                if followers:
                    plains |= (common.keys() & followers) | (rare.keys() & followers)
            found = [
                char for plain in sorted(plains) for one in (common, rare) for char in one.get(plain, ())
            ]
            self._likely[key] = found
        return found

    def _frequent(self, side: int, byte: int, plains: set[str]) -> list[str]:
        key = (side, byte)
        if key not in self._tops:
            order = sorted(plains, key=lambda plain: (-self._alone(plain), plain))
            self._tops[key] = order[:_FREQUENT]
        return self._tops[key]

    def _alone(self, char: str) -> float:
        """The likelihood of `char` after anything."""
        known = self._singles.get(char)
        if known is None:
            own, base = self._own, self._base
            known = own.single.get(char, 0) / own.total / 2 + base.single.get(char, 0) / base.total / 2
            known = self._singles[char] = known + _rarity(char)
        return known

    def _pair(self, before: str, char: str) -> float:
        """The likelihood of `char` after one character."""
        pair = before + char
        known = self._pairs.get(pair)
        if known is None:
            opening = self._openings.get(before)
            if opening is None:
                own, base = self._own, self._base
                after = own.followers.get(before, _EMPTY) | base.followers.get(before, _EMPTY)
                opening = self._openings[before] = (
                    _NEW * len(after) + 1.0,
                    own.going_on(before) + base.going_on(before),
                )
            kinds, seen = opening
            often = self._own.double.get(pair, 0) + self._base.double.get(pair, 0)
            known = self._pairs[pair] = (often + kinds * self._alone(char)) / (seen + kinds)
        return known

    def score(self, before: str, char: str) -> float:
        """Log of the likelihood of `char` after the two characters `before`."""
        three = before + char
        known = self._known.get(three)
        if known is None:
            own, base = self._own, self._base
            often = own.triple.get(three, 0) + base.triple.get(three, 0)
            seen = own.going_on(before) + base.going_on(before)
            likely = (often + _DEPTH * self._pair(before[1], char)) / (seen + _DEPTH)
            known = self._known[three] = math.log(likely) + _USUAL
        return known


@lru_cache(maxsize=8192)
def _rarity(char: str) -> float:
    """A floor for characters that the document does not hold: common ones are likelier."""
    if char in POINTS:
        return POINTS[char]
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        return 1e-9
    return 2e-5 if len(code) == 2 and 0xB0 <= code[0] <= 0xD7 else 1e-7
