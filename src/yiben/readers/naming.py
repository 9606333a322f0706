"""Subjects for figures (指标归名): from the clause, the sentence before it, or a list."""

from __future__ import annotations

import re

from yiben.readers.drafts import Carried, Draft
from yiben.readers.lexicon import Lexicon
from yiben.readers.lists import OF_PLAN, Lists
from yiben.readers.subjects import namer_for

_FROM_HALF = re.compile(r"[从由][^从由]*$")
_WHOLE = re.compile(r"(?:占|完成)[^,;占]{2,20}?(?=(?:的|达到?|为|约|近)*$)")
_YEARLY = re.compile("[二两三四五六七八九十]?年(?:平均|均)")
_PART_OF = re.compile("其中|\\(|分别")
_CLAUSE_MARKS = re.compile("[,;:]")
_RENAMED = re.compile(r"\(([^()]{2,16}(?:率|比重|占比))\)$")
_ABOUT = re.compile("^(?:大约|约|近|将近)(?=占)")
# Aspects of works themselves, not of the money put into them.
_OF_WORKS = ("形象进度", "工程进度", "开工率", "竣工率")
# 今年以来完成3.1亿元, after an investment: that investment.
_DONE = re.compile(r"完成(?:了|约|近|达)*$")
# A goal of the whole year is no part of the act before it: 某项目开工,全年力争完成投资105亿元.
_ALL_YEAR = re.compile(r"^全年(?:力争|确保|计划|预计|争取|要)")
# The aspect that is ranked of the thing named before: 总量居全市第4位、增速居全市第2位.
_RANKED = re.compile(r"^[、,和与;且]?(?:其中)?(?:(?P<whole>总量|总额)|增速|增幅)(?=[^,;、率额值]*$)")
_TAIL_BOUND = re.compile(r"(?:及?以[上下内]|左右|上下)")


class Naming:
    """Gives each draft of a sentence its subject, in order."""

    def __init__(self, words: Lexicon) -> None:
        self.namer = namer_for(words)
        self.lists = Lists(words)

    def name_all(self, text: str, start: int, drafts: list[Draft], carried: Carried) -> None:
        """Name every draft of the sentence that begins at `start`."""
        self.lists.mark_pairs(drafts)
        self.lists.name_structure(text, drafts)
        for index in range(len(drafts)):
            if "分别" in drafts[index].clause:
                opening = self._opening(text, start, drafts[index], drafts[index - 1] if index else None)
                self.lists.spread_at(drafts, index, opening)
            self._name(text, start, drafts, index, carried)
            if drafts[index].leaves:
                self.lists.join_pair(drafts[index], drafts[index + 1])
        self.lists.in_step(drafts)
        self.lists.share_bounds(drafts)

    def _name(self, text: str, start: int, drafts: list[Draft], index: int, carried: Carried) -> None:
        """Give the draft its subject, unless a list has done so."""
        draft = drafts[index]
        reading, clause = draft.reading, draft.clause
        draft.compare = draft.compare or reading.compare
        draft.why.append(f"measure: {reading.why}")
        before = next((drafts[at] for at in range(index - 1, -1, -1) if not drafts[at].among), None)
        if draft.subject:
            carried.base = carried.base if draft.among else draft.base or draft.subject
            return
        if reading.measure == "rank":
            own = self.namer.rank_base(clause)
            if before and (aspect := _RANKED.search(clause)):
                base = (before.base or before.subject).removesuffix("增速")
                draft.subject = draft.base = base if aspect["whole"] else f"{base}增速"
                return
            tail = own if len(own) >= 3 and not self.namer.is_attribute(own) else ""
            if not tail and before is None:
                opening = self._opening(text, start, draft, before)
                tail = f"{self.namer.topic(opening) if opening else ''}{own}"
            draft.subject = tail or (before.subject if before else own)
            draft.base = draft.subject
            return
        after = drafts[index + 1] if index + 1 < len(drafts) else None
        if draft.quantity.kind == "count" and (among := self.namer.areas_among.match(draft.after)):
            draft.among = True
            draft.subject = among["areas"]
            return
        if reading.measure == "growth" or (reading.measure == "change" and draft.quantity.kind == "points"):
            self._name_move(text, start, draft, before, carried)
        elif draft.quantity.kind == "percent":
            self._name_share(draft, before, carried, self._opening(text, start, draft, before))
        else:
            self._name_level(text, start, draft, before, after, carried)
        carried.base = draft.base or draft.subject

    def _name_move(self, text: str, start: int, draft: Draft, before: Draft | None, carried: Carried) -> None:
        clause = draft.clause[: draft.reading.cut] if draft.reading.cut is not None else draft.clause
        base = self.namer.growth_base(clause)
        if len(base) < 2 and (opening := self._opening(text, start, draft, before)):
            base = self.namer.topic(opening)
        if len(base) < 2 or (self.namer.is_attribute(base) and len(base) < 4 and before is not None):
            head = (before.base or before.subject) if before else carried.base
            if draft.reading.measure == "change" and before and before.reading.measure == "share":
                head = before.subject
            base = (
                head
                if len(base) < 2 or base in ("增速", "增幅")
                else f"{(before.thing or before.base) if before else ''}{base}"
            )
        if before is not None and base.startswith(("影响", "拉动", "带动")):
            base = f"{before.base or before.subject}{base}"
        draft.base = base
        if yearly := _YEARLY.search(draft.clause):
            draft.base = base = base.removesuffix("年")
            draft.subject = f"{base}{yearly[0]}增速"
            return
        percent_of_share = before is not None and before.reading.measure == "share"
        suffix = (
            ""
            if base.endswith(("率", "增速", "占比", "比重"))
            or (draft.reading.measure == "change" and percent_of_share)
            else "增速"
        )
        if (draft.reading.measure == "change" and not suffix) or (
            draft.reading.measure == "change" and before is None and not self.namer.is_macro(base)
        ):
            draft.subject = base
        else:
            draft.subject = base + suffix

    def _name_share(self, draft: Draft, before: Draft | None, carried: Carried, opening: str) -> None:
        clause = draft.clause[: draft.reading.cut] if draft.reading.cut is not None else draft.clause
        if draft.leaves:
            clause = _FROM_HALF.sub("", clause)
        core = self.namer.core(clause)
        head = (before.base or before.thing or before.subject) if before else carried.base
        if head and (planned := OF_PLAN.match(clause)):
            verb = "占" if planned["verb"] == "为" else planned["verb"]
            draft.subject = f"{head}{verb}{planned['whole']}比重"
            draft.base = head
            draft.thing = before.thing if before else ""
            return
        if core == "占" and "占比" in clause:
            core = "占比"
        if core.startswith("完成") and not core.startswith("完成率") and len(core) <= 9 and head:
            whole = _WHOLE.search(clause)
            core = f"{head}{whole[0] if whole else core}"
        if not core:
            core = head
        elif core.startswith("占比") or (core.startswith("对") and core.endswith("贡献率")):
            core = f"{head}{core}"
        elif (core := _ABOUT.sub("", core)).startswith(("占", "为年", "为全年", "为预算", "为计划")):
            whole = _WHOLE.search(clause)
            core = whole[0] if whole else core
            if renamed := _RENAMED.search(core):
                draft.subject = draft.base = renamed[1]
                return
            draft.subject = f"{head}{core.rstrip('的').replace('为', '占', 1)}" + (
                "" if core.endswith(("比重", "比例")) else "比重"
            )
            draft.base = head
            draft.thing = before.thing if before else ""
            return
        elif self.namer.is_attribute(core) or len(core) <= 3:
            if before and head.endswith(core):
                head = self.namer.topic(opening) if opening else head.removesuffix(core)
            elif before and core in _OF_WORKS:
                head = before.thing or head
            core = f"{draft.named or head}{core}"
        draft.subject = draft.base = core
        draft.thing = before.thing if before else ""

    def _name_level(
        self,
        text: str,
        start: int,
        draft: Draft,
        before: Draft | None,
        next_one: Draft | None,
        carried: Carried,
    ) -> None:
        clause = draft.clause[: draft.reading.cut] if draft.reading.cut is not None else draft.clause
        after = _TAIL_BOUND.sub("", draft.after, count=1) if draft.after[:1] in "以左上及" else draft.after
        if (
            next_one is not None
            and draft.quantity.kind == "count"
            and (
                after in self.namer.attributes
                or (not after and next_one.quantity.start == draft.quantity.end)
            )
        ):
            after = next_one.after.lstrip("的")
        if (
            before is not None
            and before.follows
            and before.after not in self.namer.attributes
            and not clause.startswith("的")
        ):
            clause = clause.removeprefix(before.after)
        first_half = draft.leaves
        if first_half:
            clause = _FROM_HALF.sub("", clause)
        core = self.namer.core(clause)
        if before is not None and draft.after.startswith("相比"):
            draft.subject = draft.base = before.base or before.subject
            draft.thing = before.thing
            return
        if draft.quantity.unit == "年" and clause.endswith("连续"):
            head = before.base if before else core.removesuffix("连续")
            draft.subject = f"{head}连续{after[:16]}年数"
            draft.thing = draft.base = (before.thing or before.base) if before else draft.subject
            return
        if draft.reading.measure == "change" and draft.reading.cut is not None and len(core) < 2:
            core = before.base if before else carried.base
            draft.subject = draft.base = core or self.namer.core(draft.clause)
            return
        if not first_half and self._followed(draft, core, after):
            self._name_followed(draft, clause, core, after)
            return
        if clause.startswith("的") and before is not None:
            core = self.namer.core(before.clause + text[before.quantity.start : draft.quantity.start])
        self._name_led(text, start, draft, core, before)

    def _followed(self, draft: Draft, core: str, after: str) -> bool:
        """Whether the thing measured stands after the number (54个重大前期项目)."""
        if not after or after[0] in "、和与及)(等" or not _han(after):
            return False
        counted = draft.quantity.kind in ("count", "duration")
        return counted or len(core) < 2 or after.startswith("的") or bool(self.namer.action.of(core))

    def _name_followed(self, draft: Draft, clause: str, core: str, after: str) -> None:
        draft.follows = True
        if after.startswith("的") and self.namer.is_attribute(core):
            draft.thing = after[1:]
            draft.subject = f"{after[1:]}{core}"
        else:
            draft.subject = draft.thing = self.namer.counted(clause, after)
        if len(draft.subject) < 3 and len(core) >= 2:
            draft.subject = core + draft.subject
        draft.base = draft.subject

    def _name_led(self, text: str, start: int, draft: Draft, core: str, before: Draft | None) -> None:
        """The thing measured stands before the number, in its clause or earlier in the sentence."""
        thing = before.thing if before else ""
        opening = self._opening(text, start, draft, before)
        if before and (other := self.namer.mirrored(core, before.base or before.subject)):
            draft.subject = draft.thing = draft.base = other
            return
        if before and self.namer.same_thing.search(draft.clause):
            draft.subject = draft.base = before.subject
            draft.thing = before.thing
            return
        head = thing or (before.base or before.subject if before else self.namer.topic(opening))
        if before and core == "" and draft.quantity.kind == "money" and _DONE.search(draft.clause):
            core = "完成投资" if before.subject.endswith("投资") else ""
        same_unit = before is not None and before.quantity.unit == draft.quantity.unit
        if self.namer.is_attribute(core) or len(core) < 2:
            if (opening and not (thing and len(opening) < 6) and self.namer.is_macro(opening)) or (
                opening and before is not None and len(opening) > 5 and draft.quantity.unit != ""
            ):
                head = self.namer.topic(opening)
            head = draft.named or head
            if _ALL_YEAR.search(draft.clause) and core and self.namer.action.of(opening):
                head = ""
            draft.thing = head
            draft.subject = head if core and head.endswith(core) else f"{head}{core}"
        elif before and thing and same_unit and self._is_part(draft, before, core):
            draft.part, draft.thing = True, thing
            draft.subject = f"{core}{self.namer.without_action(thing)}"
        elif before is None and len(core) <= 2 and len(opening) > 3 and self.namer.only_action(core):
            draft.subject = draft.thing = f"{self.namer.topic(opening)}{core}"
        elif thing and (self.namer.only_action(core) or (same_unit and draft.clause.startswith("其中在"))):
            draft.subject = draft.thing = f"{core}{self.namer.without_action(thing)}"
        else:
            draft.subject = self.namer.indicator_of(self.namer.short_list(self.namer.without_link(core)))
            draft.thing = self.namer.owner(draft.subject)
        draft.base = draft.subject

    def _is_part(self, draft: Draft, before: Draft, core: str) -> bool:
        """Whether a number counts one kind of the thing counted before: 其中工业3家、服务业2家."""
        begins = draft.clause.startswith(("其中", "含")) or (before.part and draft.clause[:1] in "、,和")
        kind = draft.quantity.kind == "count" and 2 <= len(core) <= 4
        return begins and kind and not before.thing.endswith(core[-2:]) and not self.namer.only_action(core)

    def _opening(self, text: str, start: int, draft: Draft, before: Draft | None) -> str:
        """The last clause before the number's own, back to the figure before or the sentence's start."""
        upto = draft.quantity.start - len(draft.clause)
        since = before.quantity.end + len(before.after) if before else start
        parts = [
            part
            for part in _CLAUSE_MARKS.split(text[since:upto])
            if len(part) > 2 and not self.namer.says_how(part)
        ]
        return parts[-1] if parts else ""


def _han(text: str) -> bool:
    return "\u4e00" <= text[0] <= "\u9fff" or text[0] in "“《" or text[0].isalnum()
