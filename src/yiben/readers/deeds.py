"""What a report says was done (工作成效): sentences of its review, found again by the words of a promise."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from yiben.readers.lexicon import Lexicon
from yiben.readers.outline import sentences

if TYPE_CHECKING:
    from yiben.readers.report import Source

_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
_UNDONE = re.compile(r"尚未|未能|没有完成|未完成|未实现|推迟|滞后|暂缓|搁置|不及预期|未达")
# A deed answers a promise when it holds so much of what the promise says, by weight.
_ENOUGH = 0.65
_LEAST_PAIRS = 3


@dataclass(frozen=True, slots=True)
class Deed:
    """A sentence of the review that says what a promise said: its span in the source and how much of it."""

    start: int
    end: int
    text: str
    likeness: float
    undone: bool


class Deeds:
    """The sentences of a report's review sections, indexed by the pairs of characters in them."""

    def __init__(self, source: Source, words: Lexicon) -> None:
        self.source = source
        empty = words.either("grammar", "light_verbs", "act_words")
        self.empty = re.compile(rf"(?:{empty})")
        self.spans: list[tuple[int, int]] = []
        self.holding: dict[str, list[int]] = defaultdict(list)
        text = source.view.text
        for section in source.outline.sections:
            if section.plans or section.glossary:
                continue
            for start, end in sentences(text, section.start, section.end):
                number = len(self.spans)
                self.spans.append((start, end))
                for pair in self._pairs(text[start:end]):
                    self.holding[pair].append(number)

    def _pairs(self, text: str) -> set[str]:
        """Pairs of characters that carry meaning; words that every plan uses are left out."""
        kept = self.empty.sub(" ", text)
        return {run[0][at : at + 2] for run in _RUN.finditer(kept) for at in range(len(run[0]) - 1)}

    def _weight(self, pair: str) -> float:
        return log(1 + len(self.spans) / (1 + len(self.holding.get(pair, ()))))

    def best(self, said: str) -> Deed | None:
        """The sentence that holds the most of what `said` says; None where none holds enough."""
        pairs = self._pairs(said)
        if len(pairs) < _LEAST_PAIRS:
            return None
        weights = {pair: self._weight(pair) for pair in pairs}
        scores: Counter[int] = Counter()
        shared: Counter[int] = Counter()
        for pair, weight in weights.items():
            for number in self.holding.get(pair, ()):
                scores[number] += weight  # type: ignore[assignment]
                shared[number] += 1
        total = sum(weights.values())
        fitting = [number for number in scores if shared[number] >= _LEAST_PAIRS]
        if not fitting:
            return None
        number = max(fitting, key=lambda one: (scores[one], -one))
        likeness = scores[number] / total
        if likeness < _ENOUGH:
            return None
        return self._deed(number, pairs, likeness)

    def _deed(self, number: int, pairs: set[str], likeness: float) -> Deed:
        """The clauses of the sentence from the first to the last that shares a pair."""
        start, end = self.spans[number]
        text = self.source.view.text
        marks = [start, *(found.end() for found in re.finditer("[,;:]", text[start:end]))]
        edges = [start, *(start + at for at in marks[1:]), end]
        near = [
            at
            for at in range(len(edges) - 1)
            if len(pairs & self._pairs(text[edges[at] : edges[at + 1]])) >= 2
        ] or list(range(len(edges) - 1))
        left, right = edges[near[0]], edges[near[-1] + 1]
        said = text[left:right].rstrip(",;: ")
        lead = len(said) - len(said.lstrip())
        begin, finish = self.source.span_of(left + lead, left + len(said))
        return Deed(begin, finish, said.strip(), likeness, bool(_UNDONE.search(said)))
