"""Whether a figure happened, is expected, is wanted or is a rule (数据状态)."""

from __future__ import annotations

import re

from yiben.readers.lexicon import Lexicon
from yiben.readers.matching import last_match


class Statuses:
    """Decides the status of a figure from the words before it in its sentence."""

    def __init__(self, words: Lexicon) -> None:
        self.planned = re.compile(
            rf"(?<!完成)(?<!占)(?<!超)(?:{words.either('grammar', 'clause_target')})(?:额|为|达|约|超过?|\s)*$"
        )
        self.word = re.compile(
            rf"(?P<forecast>{words.either('grammar', 'forecast')})|(?P<target>{words.either('grammar', 'target')})"
        )
        self.rule = re.compile(rf"(?:{words.either('grammar', 'rule')})[^,;。]{{0,6}}$")

    def of(self, text: str, start: int, place: int, clause: str, *, plans: bool) -> tuple[str, str]:
        """The status of the number at `place` in the sentence that starts at `start`, and why."""
        if self.rule.search(clause):
            return "rule", "status: rule word"
        if plans:
            return "target", "status: plan section"
        if self.planned.search(clause):
            return "target", "status: planned amount"
        part = max(text.rfind(";", start, place) + 1, start)
        found = last_match(self.word, text, part, place)
        if found is None:
            return "actual", "status: review"
        return str(found.lastgroup), f"status: {found[0]}"
