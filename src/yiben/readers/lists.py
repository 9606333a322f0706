"""Lists of numbers (分别): each number gets the name, the base and the limit that is its own."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from yiben.readers.drafts import LIST, Draft
from yiben.readers.lexicon import Lexicon
from yiben.readers.measures import gauge_for, leaves_from
from yiben.readers.quantities import Bound, Quantity
from yiben.readers.subjects import namer_for

_PREDICATE = re.compile(r"增速|增幅|均|居|位列|排名|实现|完成|达到")
# A share of a plan: 完成年度计划的, 为年初预算的.
OF_PLAN = re.compile(
    r"^(?:已|共|累计|仅|约)?(?P<verb>完成|占|为|达到?|相当于|恢复到)"
    r"(?P<whole>[^,;。占]{0,10}(?:预算|计划|目标|任务|年度|同期)[数额]?)的(?:了|达到?|约|近|将近|超过?|以上)*$"
)
_PULLS = re.compile("(?:分别)?(?:拉动|影响|带动)")
_TURN = re.compile(r"[至到]|[升降减增改变]为|跃居|跃升")


class Lists:
    """Hands the names of a list out to its numbers."""

    def __init__(self, words: Lexicon) -> None:
        self.namer = namer_for(words)
        self.gauge = gauge_for(words)
        moved = words.either("grammar", "rise", "fall")
        self.member = re.compile(rf"[、和与及]\s?(?:同比|环比)?(?:{moved})了?")

    def spread_at(self, drafts: list[Draft], index: int, opening: str) -> None:
        """分别: at the first number of a list, hand out the list's names to its numbers."""
        if index and LIST.match(drafts[index].clause):
            return
        size = 1
        while index + size < len(drafts) and self._goes_on(drafts[index], drafts[index + size]):
            size += 1
        self._spread(drafts[index : index + size], drafts[:index], opening)

    def _goes_on(self, first: Draft, draft: Draft) -> bool:
        """Whether `draft` belongs to the list of `first`: 、4.2%, or with a verb of its own 和增长1.6%."""
        if LIST.match(draft.clause):
            return True
        alike = first.reading.measure == draft.reading.measure and first.quantity.kind == draft.quantity.kind
        return alike and bool(self.member.fullmatch(draft.clause))

    def _spread(self, group: list[Draft], earlier: list[Draft], opening: str) -> None:
        named, _, between = group[0].clause.partition("分别")
        size = len(group)
        compared = self.gauge.compared_list(between)
        if len(compared) == size and size > 1:
            self._against(group, named, compared, earlier)
            return
        names = self.namer.names_in(self._stem(group[0], named), size)
        own = self.namer.core(named) if group[0].reading.measure in ("level", "share") else ""
        if not names and own and not self.namer.is_attribute(own):
            names = [own] * size
        if not names and len(earlier) >= size:
            ranked = group[0].reading.measure == "rank"
            names = [draft.subject if ranked else draft.base or draft.subject for draft in earlier[-size:]]
        if not names and not named.strip():
            said = opening or (earlier[-1].clause if earlier else "")
            names = self.namer.names_in(_PREDICATE.split(said, maxsplit=1)[0], size)
        quarter = re.search(r"([一二三四])季度", named)
        if not names and size == 3 and quarter:
            self._by_month(group, named.replace(quarter[0], ""), 3 * "一二三四".index(quarter[1]))
        elif names:
            self._hand_out(group, names, between)

    def _by_month(self, group: list[Draft], named: str, first: int) -> None:
        base = self.namer.growth_base(named.replace("月度", ""))
        for month, draft in enumerate(group, first + 1):
            draft.base = base
            draft.subject = f"{base}{month}月当月增速"
            draft.period = f"month:{month:02d}"

    def _stem(self, draft: Draft, named: str) -> str:
        if draft.reading.measure == "rank":
            return self.namer.rank_base(named)
        cut = self.namer.growth_noun.sub("", named)
        return cut if draft.reading.measure == "growth" else named

    def _hand_out(self, group: list[Draft], names: list[str], between: str) -> None:
        first = group[0].reading
        verb = self.namer.core(between.lstrip("为达是")) if first.measure in ("level", "share") else ""
        if first.measure == "share" and (planned := OF_PLAN.match(between)):
            verb = f"{planned['verb']}{planned['whole']}比重"
        for draft, name in zip(group, names, strict=False):
            base = self.namer.indicator_of(name)
            draft.base = draft.thing = base
            if first.measure == "growth" and not base.endswith("增速"):
                draft.subject = f"{base}增速"
            else:
                draft.subject = f"{base}{verb}"
            draft.why.append("subject: list")

    def _against(self, group: list[Draft], named: str, compared: list[str], earlier: list[Draft]) -> None:
        base = self.namer.growth_base(named)
        if len(base) < 3 or base in ("幅度", "增速", "增幅"):
            base = earlier[-1].base if earlier else base
        words = {"nation": "国家", "province": "全省", "city": "全市"}
        side = "低于" if "低" in group[0].clause or "慢" in group[0].clause else "高于"
        for draft, compare in zip(group, compared, strict=False):
            draft.compare = compare
            draft.base = base
            draft.subject = f"{base}{'' if base.endswith(('率', '增速')) else '增速'}{side}{words[compare]}"

    def mark_pairs(self, drafts: list[Draft]) -> None:
        """Mark the first halves of from-to pairs (由36.6%提升至79.59%)."""
        for here, after in pairwise(drafts):
            here.leaves = (
                leaves_from(here.clause) and bool(_TURN.search(after.clause)) and len(after.clause) <= 14
            )

    def name_structure(self, text: str, drafts: list[Draft]) -> None:
        """三次产业结构由8:46:46调整为7:46:47: each share is that of its industry, the first three are of before."""
        threes = [
            three
            for three in zip(drafts, drafts[1:], drafts[2:], strict=False)
            if all(one.quantity.kind == "percent" and not one.quantity.unit for one in three)
            and text[three[0].quantity.start - 1] != ":"
        ]
        for index, three in enumerate(threes):
            for draft, industry in zip(three, ("第一产业", "第二产业", "第三产业"), strict=True):
                draft.subject = draft.base = f"{industry}增加值占生产总值比重"
                draft.among = True
                if index + 1 < len(threes) and leaves_from(three[0].clause):
                    draft.period = "previous"

    def join_pair(self, here: Draft, after: Draft) -> None:
        """From one value to another: the first is of the period before, both of one subject."""
        here.period = "previous"
        if here.quantity.kind == "rank":
            base = self.namer.rank_base(re.sub(r"[从由][^从由]*$", "", here.clause))
            here.subject = base or here.subject
        after.subject = after.base = here.subject

    def in_step(self, drafts: list[Draft]) -> None:
        """甲、乙分别增长5%、6%,拉动生产总值增长1.5个和2.3个百分点: the second list goes in step with the first."""
        for index in range(2, len(drafts)):
            last = drafts[index - 1]
            if not _PULLS.match(drafts[index].clause) or not LIST.match(last.clause):
                continue
            size = 1
            while index + size < len(drafts) and LIST.match(drafts[index + size].clause):
                size += 1
            if size == 1 or index < size or "分别" not in drafts[index - size].clause:
                continue
            for draft, owner in zip(drafts[index : index + size], drafts[index - size : index], strict=True):
                if draft.subject.startswith(last.base):
                    draft.subject = owner.base + draft.subject.removeprefix(last.base)

    def share_bounds(self, drafts: list[Draft]) -> None:
        """分别达90%、71%以上: a limit beside one member holds for the list."""
        for index in range(len(drafts) - 2, -1, -1):
            here, after = drafts[index], drafts[index + 1]
            if not LIST.match(after.clause) or here.quantity.kind != after.quantity.kind:
                continue
            if (
                here.quantity.bound == "exact"
                and after.quantity.bound in ("min", "max", "approx")
                and "分别" in here.clause
            ):
                here.quantity = _with_bound(here.quantity, after.quantity.bound)
        for here, after in pairwise(drafts):
            if (
                LIST.match(after.clause)
                and "分别" in here.clause
                and here.quantity.bound != "exact"
                and after.quantity.bound == "exact"
                and here.quantity.kind == after.quantity.kind
            ):
                after.quantity = _with_bound(after.quantity, here.quantity.bound)


def _with_bound(quantity: Quantity, bound: Bound) -> Quantity:
    return replace(quantity, bound=bound)
