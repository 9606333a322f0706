"""Whether a figure happened, is expected, is wanted or is a rule (数据状态)."""

from __future__ import annotations

import re

from yiben.readers.lexicon import Lexicon
from yiben.readers.matching import last_match

# A planned amount as a noun (年度计划投资98亿元) rules its own clause; what was done since is actual.
_NOUN = re.compile(r"(?:年度?|全年|当年|今年|本年)(?:投资)?$")
_DONE_SINCE = re.compile(r"[,;](?:(?![,;。]).)*?(?:已|累计|实际|完成(?!率)|到位|支付|实现|达到|开工率)")
# After a planned amount these tell what was done: 计划新开工38个,已开工31个.
_DONE = re.compile(r"[,;:(](?:目前|现|均)?(?:已|实际|累计完成|截至)")


# A word of status holds to the full stop, but not over a text that has none.
_FAR = 600


class Statuses:
    """Decides the status of a figure from the words before it in its sentence."""

    def __init__(self, words: Lexicon) -> None:
        self.planned = re.compile(
            rf"(?<!完成)(?<!占)(?<!超)(?:{words.either('grammar', 'clause_target')})(?:额|为|达|约|超过?|\s)*$"
        )
        self.word = re.compile(
            rf"(?P<forecast>{words.either('grammar', 'forecast')})|(?P<target>{words.either('grammar', 'target')})(?!额?的|率)"
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
        part = max(text.rfind(";", start, place) + 1, start, place - _FAR)
        found = last_match(self.word, text, part, place)
        if found is None or (found.lastgroup == "target" and _DONE.search(text, found.end(), place)):
            return "actual", "status: review"
        is_noun = found[0].startswith("计划") and _NOUN.search(text, part, found.start())
        if is_noun and _DONE_SINCE.search(text, found.end(), place):
            return "actual", "status: done since the plan"
        return str(found.lastgroup), f"status: {found[0]}"
