"""What a number measures (数据口径): level, growth, change, share, rank or index; its sign and base."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from yiben.readers.lexicon import Lexicon, either
from yiben.readers.matching import last_match
from yiben.readers.quantities import Quantity, Value

Measure = Literal["level", "growth", "change", "share", "rank", "index"]

_FILL = r"(?:了|约|近|达|幅度|幅|还|分别|各|均|预计|左右|超过|超|不低于|不少于|不超过|突破|逾|高达|:|\s|将|收入|最多|至少|至多|量|率|额|为?-)*$"
_FROM = re.compile(
    r"[从由](?:[^,;。、]{0,8}的|全[国省市县区]|上年|去年|上年同期|原来的?|原先的?|约|过去的?|以前的?|[^,;。、\d]{0,6}的?平均)?$"
)
# The clause ends with the name of a rate that is no rate of growth: 对GDP增长的贡献率分别为.
_RATE = re.compile(
    r"(?<![增长减])(?<!增长)(?:率|占比|比重|比例)(?:分别|均|也|已|为|达到?|是|约|近|超过?|突破|稳定在|保持在|控制在|\s)*$"
)
# A rate whose name holds a word of growth: 人口自然增长率为-1.33‰.
_NATURAL = re.compile(r"自然增长率(?:分别|约|近|低于|高于|超过?|控制在|保持在|稳定在|[为是达到至])*$")
_THAN = re.compile(r"[比较][^,;。\d率重例]{1,10}$")
_YEARLY = re.compile("年均|年平均|复合增长")
_MULTIPLE = re.compile(
    r"(?:大约|接近|约|近|已|就|将)?(?:相当于|[是为]|达到?)[^,;。]{1,14}的(?:了|近|约|超过?|达)*$"
)
_TIMES = re.compile(r"(?:的|增长|提高|增加|上升|翻|扩大|高出|超)(?:了|近|约|超过?|达)*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a number is meant: its measure, its signed value and what it is compared with."""

    measure: Measure
    value: Value
    compare: str | None = None
    cut: int | None = None
    why: str = ""


class Gauge:
    """Decides measures; the patterns are built once from the lexicon."""

    def __init__(self, words: Lexicon) -> None:
        def pattern(*names: str) -> str:
            """A pattern for the words of the grammar's lists."""
            return words.either("grammar", *names)

        self.moves = re.compile(rf"(?P<fall>{pattern('fall')})|(?P<rise>{pattern('rise')})")
        self.verb_end = re.compile(rf"(?:(?P<fall>{pattern('fall')})|(?P<rise>{pattern('rise')})){_FILL}")
        self.to_end = re.compile(
            rf"(?:{pattern('rise', 'fall')}|跃升|跃居|压|提|调整|变|缩小|拓展|发展)(?:了)?(?:{pattern('change_to')})(?:了|约|近|超|不低于|全.)*$"
        )
        self.growth_noun = re.compile(r"增速|增幅|增长率|涨幅|降幅|跌幅|同比|环比|增长(?![面点极带])")
        self.growth = re.compile(pattern("growth"))
        self.index_noun = re.compile(rf"(?:{pattern('index')})[^,;。、]{{0,6}}$")
        self.bases = (
            (
                "target",
                re.compile(
                    rf"(?:超(?:出|过|额)?(?:完成)?|高于|低于|快于|慢于|比|较|落后|领先|超前)(?:省|市|县|区|年度|全年|序时|时间|既定|下达)*(?:{pattern('target_of')})"
                ),
            ),
            ("yoy", re.compile(pattern("yoy"))),
            ("previous", re.compile(pattern("previous"))),
            ("nation", re.compile(rf"[于比较过先后](?:{pattern('nation')})")),
            ("province", re.compile(rf"[于比较过先后](?:{pattern('province')})")),
            ("city", re.compile(rf"[于比较过先后](?:{pattern('city')})")),
        )
        self.base_start = re.compile(
            rf"(?:{pattern('yoy', 'previous')}|(?:比|较|与)(?:{pattern('nation', 'province', 'city', 'target_of')})|(?:高于|低于|快于|慢于|高出|超出|超过|超|领先|落后)(?:{pattern('nation', 'province', 'city', 'target_of')})?)"
        )
        self.indicators = frozenset(words.indicators)
        self.macro_end = re.compile(
            rf"(?:GDP|{either(name for name in self.indicators if not name.endswith(('率', '比')))})(?:实现|达到?|完成|为|约|同比|预计|可|将|\s)*$"
        )
        self.levels = {
            "nation": re.compile(r"国家|全国|国内"),
            "province": re.compile(r"全省|省"),
            "city": re.compile(r"全市|市"),
        }

    def read(self, quantity: Quantity, clause: str, *, before: Reading | None) -> Reading:
        """How `quantity` is meant after `clause`, the text between the last break and the number.

        `before` is the reading of the figure just before in the same list, which an empty clause
        continues.
        """
        kind = quantity.kind
        if kind == "rank":
            return Reading("rank", quantity.value, why="ordinal")
        if kind in ("points", "places"):
            return self._change(quantity, clause, before)
        if kind == "percent":
            return self._percent(quantity, clause, before)
        if kind == "bare" and self.base_start.search(clause) and self.verb_end.search(clause):
            return self._change(quantity, clause, before)
        if kind == "bare" or (quantity.unit in ("分", "点") and self.index_noun.search(clause)):
            if self.base_start.search(clause) and self.verb_end.search(clause):
                return self._level(quantity, clause)
            return Reading("index", quantity.value, why="score")
        if quantity.unit == "倍":
            return self._times(quantity, clause)
        return self._level(quantity, clause)

    def _times(self, quantity: Quantity, clause: str) -> Reading:
        """是上年的2倍, 增长1.5倍; a multiple of another year is not one of the year before."""
        if not _TIMES.search(clause):
            return Reading("level", quantity.value, self._base(clause))
        whole = _MULTIPLE.search(clause)
        if whole is None:
            noun = self.verb_end.search(clause)
            return Reading("growth", quantity.value, self._base(clause) or "yoy", noun and noun.start())
        base = "yoy" if re.search("上年|去年|同期", whole[0]) else self._base(clause)
        return Reading("growth", quantity.value, base, whole.start(), "multiple")

    def _level(self, quantity: Quantity, clause: str) -> Reading:
        verb = self.verb_end.search(clause)
        if verb and not self.to_end.search(clause) and not clause.endswith(("率", "量")):
            said = verb["rise"] or verb["fall"]
            prior = clause[: verb.start()]
            if quantity.bound in ("min", "max") and said[-1] in "于过" and self._base(clause) is None:
                return Reading("level", quantity.value, why="limit")
            than = _THAN.search(prior)
            weak = len(said) == 1 and not than and not self.base_start.search(prior + said)
            taken = prior.endswith(("新", "累计新", "拟", "计划")) or said in (
                "增速",
                "增幅",
                "超过",
                "提升",
                "晋升",
                "升",
                "加快",
                "提速",
                "扩大",
                "压缩",
                "领先",
                "落后",
                "进位",
            )
            if said in ("提升", "提高", "压缩", "缩短", "压减", "扩大", "超过") and self.base_start.search(
                prior
            ):
                taken = False
            if said in ("缩短", "压减") or (said == "超过" and self._base(clause)):
                taken = False
            if (
                not weak
                and not taken
                and not (said == "提高" and quantity.kind == "count" and not self._base(clause))
            ):
                value = _signed(quantity.value, negative=bool(verb["fall"]))
                since = self.base_start.search(clause)
                cut = min(one.start() for one in (verb, since, than) if one)
                return Reading("change", value, self._base(clause), cut, f"verb {said}")
        return Reading("level", quantity.value, why="amount")

    def _change(self, quantity: Quantity, clause: str, before: Reading | None) -> Reading:
        verb = last_match(self.moves, clause)
        if verb is None:
            if before is not None and before.measure == "change":
                negative = isinstance(before.value, Decimal) and before.value < 0
                return Reading(
                    "change", _signed(quantity.value, negative=negative), before.compare, why="list"
                )
            against = self.base_start.search(clause)
            return Reading(
                "change", quantity.value, self._base(clause), against and against.start(), why="points"
            )
        start = self.base_start.search(clause)
        cut = min(verb.start(), start.start()) if start else verb.start()
        value = _signed(quantity.value, negative=bool(verb["fall"]))
        return Reading("change", value, self._base(clause), cut, f"verb {verb[0]}")

    def _percent(self, quantity: Quantity, clause: str, before: Reading | None) -> Reading:
        verb = self.verb_end.search(clause)
        if verb and verb[0].rstrip("了约近")[-1:] in ("于", "过") and self._base(clause) is None:
            verb = None
        to = self.to_end.search(clause)
        noun = last_match(self.growth_noun, clause)
        share = max(clause.rfind("占"), clause.rfind("比重"), clause.rfind("比例"))
        if self.index_noun.search(clause) and noun is None:
            return Reading("index", quantity.value, why="index in percent")
        if share >= 0 and (noun is None or share > noun.start()):
            return Reading("share", quantity.value, why="share word")
        if _NATURAL.search(clause):
            return Reading("share", quantity.value, why="natural rate")
        if _RATE.search(clause) and not verb:
            return Reading("share", quantity.value, cut=to.start() if to else None, why="rate")
        target = self.bases[0][1].search(clause)
        if target:
            return Reading("growth", quantity.value, "target", target.start(), "against a target")
        if to and not (noun and noun[0] in ("增速", "增幅", "增长率", "涨幅", "降幅")):
            return Reading("share", quantity.value, cut=to.start(), why="changed to")
        if noun or (verb and not to):
            verb = None if to else verb
            cut = min(x.start() for x in (noun, verb, self.base_start.search(clause)) if x)
            falls = bool(verb and verb["fall"]) or bool(noun and noun[0] in ("降幅", "跌幅"))
            if verb and not verb["fall"] and noun and verb.start() > noun.start():
                falls = False
            base = self._base(clause)
            if base is None and not _YEARLY.search(clause):
                base = "yoy"
            return Reading("growth", _signed(quantity.value, negative=falls), base, cut, "growth word")
        if before is not None and before.measure in ("growth", "share"):
            negative = isinstance(before.value, Decimal) and before.value < 0
            return Reading(
                before.measure, _signed(quantity.value, negative=negative), before.compare, why="list"
            )
        if self.macro_end.search(clause):
            return Reading("growth", quantity.value, "yoy", why="indicator's rate")
        return Reading("share", quantity.value, why="bare percentage")

    def _base(self, clause: str) -> str | None:
        """What the clause compares with."""
        for name, shape in self.bases:
            if shape.search(clause):
                return name
        return None

    def compared_list(self, text: str) -> list[str]:
        """国家和省市 → nation, province, city, in the order written."""
        found = []
        for name, shape in self.levels.items():
            found += [(match.start(), name) for match in shape.finditer(text)]
        return [name for _, name in sorted(found)]


def leaves_from(clause: str) -> bool:
    """Whether the clause ends as the first half of a from-to pair (由36.6%提升至…)."""
    return bool(_FROM.search(clause))


def _signed(value: Value, *, negative: bool) -> Value:
    if not negative or value is None:
        return value
    if isinstance(value, tuple):
        return (-abs(value[1]), -abs(value[0]))
    return -abs(value)


@lru_cache(maxsize=4)
def gauge_for(words: Lexicon) -> Gauge:
    """The gauge of one lexicon, built once."""
    return Gauge(words)
