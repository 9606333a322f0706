"""What a figure is about (指标名称): the words around a number that name the thing measured."""

from __future__ import annotations

import re
from functools import lru_cache

from yiben.readers.lexicon import Lexicon, either
from yiben.readers.matching import Suffixes, last_match
from yiben.readers.periods import STATED

_JOINS = re.compile(r"、|和|与|及|以及")
_COMMAS = re.compile("、")
_TAIL = re.compile(
    r"([\u4e00-\u9fff]{2}率|占比|比重|增加值|总产值|产值|收入|支出|(?:累计|年度)?(?:计划|完成)?(?:总)?投资|贷款|存款|余额|价格?|标准|产能|装机|能力|规模|用户|面积|产量|销量|销售额|总额|数量|人数|件数|案件数)$"
)
_PREDICATE = re.compile(
    r"保持|呈现|持续|稳步|不断|加快|预计|有望|扎实|深入|显著|平稳|较快|快速|稳中|总体|全面|有序|进一步|将有|运行|增速"
)
_EXCEPT = re.compile(r"(?:扣除|剔除|按)[^,;。]{1,12}(?:因素|影响|口径|价格?|计算)(?:影响)?后?$")
_INSIDE = re.compile(r"(?:当中|之中|中|里)(?:有|,)?$")
# How something goes on: words between a counted thing and its verb (23个项目顺利推进).
_HOW = re.compile(r"(?<=..)(?:顺利|有序|稳步|扎实|加快|加速|全力|持续|全面|集中|如期|按期)+$")
# The verb between a thing and its aspect (规上工业企业实现营业收入).
_DOES = re.compile(r"(?:共|累计)?(?:实现|完成)$")
_BLANK = re.compile(
    r"^(?:以[上下内]|左右|上下|并(?![网购列联轨举])|[\s、和与及且也的,()“”:。;-])*|(?:[\s、和与:,(]|(?<![惠普涉])及)*$"
)


class Namer:
    """Cuts subjects out of clauses; the patterns are built once from the lexicon."""

    def __init__(self, words: Lexicon) -> None:
        lead = words.either("grammar", "lead")
        ordinal = r"(?:[一二三四五六七八九十]{1,2}是|\(?[一二三四五六七八九十]+\)|\d{1,2}[.、]|[一二三四五六七八九十]+、)"
        self.lead = re.compile(
            rf"^(?:{ordinal}|(?:{lead}|拥有(?![率量]))(?=.)(?!(?<=并)[网购列联轨举])|(?:{STATED.pattern})(?:的)?(?:份|末|底|度)?(?:以前|之前|前)?|\s|、|:|,|和|与|以及|及|\)|左右|以上|以下|以内|\(不?含[^)]*\)?)"
        )
        self.tail = Suffixes(words.words("grammar", "tail"))
        self.light = re.compile(rf"^(?:{words.either('grammar', 'light_verbs')})$")
        self.action = Suffixes(words.words("grammar", "action_verbs"))
        self.verb = re.compile(rf"(?:{words.either('grammar', 'verbs')})(?!率)")
        self.action_start = re.compile(rf"(?:累计|共)?(?:{words.either('grammar', 'action_verbs')})")
        self.light_start = re.compile(words.either("grammar", "light_verbs"))
        self.places, self.short_places = words.places, words.short_places
        self.attributes = frozenset(words.words("grammar", "attributes"))
        self.kept = (
            "年度计划",
            "计划投资",
            "计划总投资",
            "全年完成",
            "完成投资",
            "年度投资",
            "累计投资",
            "全年计划",
            "完成年度",
            "完成率",
        )
        self.owner_end = Suffixes(["企业", "单位", "公司", *words.words("projects", "facility", "company")])
        self.attribute_end = Suffixes(words.words("grammar", "attributes"))
        self.rank_tail = re.compile(
            rf"(?:{words.either('grammar', 'rank_lead')}|{words.either('grammar', 'scopes')}|分别|均|全|的|在|继续|仍|连续|都|也)$"
        )
        self.against = re.compile(rf"(?:比|较|与|同)(?:{STATED.pattern})(?:同期)?(?:相比)?$")
        self.adverbs = frozenset(("", *words.words("grammar", "adverbs")))
        self.period = re.compile(rf"(?:{STATED.pattern})(?:份|末|底|度)?")
        self.mirrors: dict[str, str] = words.parts["grammar"].get("mirrors", {})
        self.aside = re.compile(
            rf"(?:{words.either('grammar', 'aside_start')})[^,;。]{{1,20}}?(?:{words.either('grammar', 'aside_end')})$"
        )
        self.growth_adverb = re.compile(rf"(?:{words.either('grammar', 'growth_adverbs')})+$")
        classes = words.either("grammar", "area_classes")
        self.area_class = re.compile(rf"(?:{classes})(?:当中|之中|中|里|内)?$")
        self.areas_among = re.compile(rf"(?P<areas>{classes})(?:当中|之中|中|里|内)")
        self.same_thing = re.compile(r"(?:折算|折合|约合|换算|相当于|合)(?:成|为)?(?:人民币|美元)?$")
        self.indicators = words.indicators
        longest = sorted(words.indicators, key=len, reverse=True)
        self.indicator = re.compile(rf"({either(longest)})(\(?GDP\)?)?")
        self.pairs = words.parts["grammar"].get("pairs", {})
        self.growth_noun = re.compile(
            r"(?:的?(?:同比)?(?:累计)?(?:增速|增幅|增长率|涨幅|降幅|增长|下降|年均))+$"
        )

    def core(self, text: str) -> str:
        """`text` without the leading and trailing words that name nothing."""
        text = text.strip()
        if self.period.fullmatch(text):
            return ""
        for _ in range(12):
            if text in self.attributes or (text.startswith(self.kept) and not self.indicator.search(text)):
                break
            found = self.lead.match(text)
            cut = text[found.end() :] if found else text
            if cut == text or not cut:
                break
            text = cut.strip()
        for _ in range(8):
            end = self.tail.of(text)
            if not end:
                break
            text = text[: len(text) - len(end)].strip()
        return _balanced(_BLANK.sub("", self.against.sub("", text)))

    def indicator_of(self, text: str) -> str:
        """`text` with a known indicator under its usual name (固投 → 固定资产投资)."""
        found = last_match(self.indicator, text)
        if found is None:
            return text
        name = self.indicators[found[1]]
        if len(name) <= len(found[1]) or name == "GDP":
            return text
        before, after = text[: found.start()], text[found.end() :]
        if before.endswith("(") and after.startswith(")"):
            said = before[:-1].strip()
            if any(said.endswith(own) for own, full in self.indicators.items() if full == name):
                return self.indicator_of(said + after[1:])
        return (before if not name.startswith(before) else "") + name + after

    def is_macro(self, subject: str) -> bool:
        """Whether the subject names an indicator of the statistics office."""
        return bool(self.indicator.search(subject))

    def is_attribute(self, core: str) -> bool:
        """Whether `core` names only an aspect (总投资) of a thing named before."""
        if not core or core in self.attributes:
            return True
        return len(core) <= 6 and bool(self.attribute_end.of(core)) and not self.is_macro(core)

    def without_link(self, core: str) -> str:
        """`core` without the verb between a thing and its aspect (规上工业企业实现营业收入)."""
        thing, verb, aspect = core.partition("实现")
        owns = len(thing) >= 4 and len(aspect) >= 2 and self.owner_end.of(thing)
        return f"{thing}{aspect}" if verb and owns else core

    def owner(self, core: str) -> str:
        """The thing whose aspect `core` names (管廊项目总投资 → 管廊项目), or `core` where it names none."""
        aspect = self.attribute_end.of(core)
        stem = _DOES.sub("", core.removesuffix(aspect)) if len(aspect) >= 3 else ""
        return stem if len(stem) >= 4 and self.owner_end.of(stem) else core

    def growth_base(self, clause: str) -> str:
        """The indicator before a growth word."""
        core = _EXCEPT.sub("", self.growth_adverb.sub("", self.core(clause)))
        return self.indicator_of(self.core(self.growth_noun.sub("", core)))

    def says_how(self, clause: str) -> bool:
        """Whether a clause says how something is counted (按不变价格计算) and not what."""
        return bool(self.aside.fullmatch(clause.strip()))

    def rank_base(self, clause: str) -> str:
        """What a clause that ends with 居全市 ranks."""
        text = self.core(clause)
        for _ in range(6):
            cut = self.area_class.sub("", self.rank_tail.sub("", text))
            place = self._place_at_end(cut)
            cut = cut[: len(cut) - len(place)]
            if cut == text:
                break
            text = cut
        return self.indicator_of(self.core(text))

    def scope_at_end(self, clause: str) -> str | None:
        """The area whose name ends the clause (列杭州 → 杭州市)."""
        place = self._place_at_end(clause)
        return self.short_places.get(place, place) or None

    def _place_at_end(self, text: str) -> str:
        for size in range(min(8, len(text)), 1, -1):
            if text[-size:] in self.places or (size < 4 and text[-size:] in self.short_places):
                return text[-size:]
        return ""

    def topic(self, clause: str) -> str:
        """What an introductory clause is about: its indicator, or its words before the predicate."""
        found = self.indicator.search(clause)
        if found and (_PREDICATE.match(clause, found.end()) or found.end() >= len(clause) - 2):
            return self.indicator_of(found[0])
        core = self.core(_PREDICATE.split(clause, maxsplit=1)[0]) or self.core(clause)
        return core[_past(self.light_start, core) :] or core

    def only_action(self, core: str) -> bool:
        """Whether `core` is a verb without a thing (及时化解, 交办)."""
        verb = self.action.of(core)
        return bool(verb) and core.removesuffix(verb) in self.adverbs

    def without_action(self, thing: str) -> str:
        """`thing` without the verb before it (收集困难问题 → 困难问题)."""
        return thing[_past(self.action_start, thing) :] or thing

    def short_list(self, core: str) -> str:
        """A, B等任务 → 任务, where the list before 等 is long."""
        names, mark, noun = core.rpartition("等")
        return noun if mark and len(noun) >= 4 and len(names) > 12 else core

    def counted(self, before: str, after: str) -> str:
        """The thing counted by a number that stands before it: (储备了, 重大前期项目)."""
        after = _INSIDE.sub("", after)
        aspect = self.attribute_end.of(after)
        if len(after) - len(aspect) >= 4 and aspect.endswith("率"):
            after = after.removesuffix(aspect)
        noun, rest = self._split(after)
        verb = self._verb_before(before)
        core = self.core(before)
        if before.endswith("的") and 2 <= len(core) <= 20 and noun:
            return f"{core}的{noun}"
        if core.endswith("等") and "、" in core and len(core) <= 12:
            return f"{core}{noun}"
        if rest and noun:
            return f"{rest}的{noun}" if len(rest) > 1 else noun
        return f"{verb}{noun or rest}"

    def _split(self, after: str) -> tuple[str, str]:
        after = after.strip(" 的").rstrip("和与及、")
        found = self.verb.search(after, 1)
        if not found or found.start() < 2:
            return after, ""
        return _HOW.sub("", after[: found.start()]).rstrip("的"), after[found.start() :]

    def _verb_before(self, before: str) -> str:
        core = self.core(before)
        if core.endswith("等") or "、" in core:
            core = core.rstrip("等")
            head = re.match(r"[^、]{0,8}?", core)
            for size in (5, 4, 3, 2):
                if verb := self.action.of(core[:size]):
                    return verb
            return head[0] if head else ""
        verb = self.action.of(core)
        if verb and not self.light.match(verb):
            return verb
        return ""

    def mirrored(self, core: str, subject: str) -> str:
        """The other account of a pair: 支出 after 国有资本经营预算收入 → 国有资本经营预算支出; else ''."""
        other = self.mirrors.get(core, "")
        stem, mark, rest = subject.rpartition(other) if other else ("", "", "")
        return f"{stem}{core}{rest}" if mark and stem and len(rest) <= 2 else ""

    def names_in(self, text: str, count: int) -> list[str]:
        """`text` taken apart into `count` names; [] when it does not have so many."""
        text = self.core(text)
        for joined, parts in self.pairs.items():
            if joined in text and len(parts) == count:
                return [text.replace(joined, part, 1) for part in parts]
        names = [name for name in _outside_brackets(text, _COMMAS) if name]
        if len(names) != count:
            names = [name for name in _outside_brackets(text, _JOINS) if name]
        if len(names) < count:
            return []
        names = names[-count:]
        tail = _TAIL.search(names[-1])
        if tail and len(names[-1]) > len(tail[0]):
            rate = tail[0].endswith(("率", "占比", "比重"))
            names = [
                name if name.endswith(tail[0]) or (not rate and _TAIL.search(name)) else name + tail[0]
                for name in names
            ]
        return names


def _past(shape: re.Pattern[str], text: str) -> int:
    """How far `shape` reaches from the start of `text`."""
    found = shape.match(text)
    return found.end() if found else 0


def _outside_brackets(text: str, joins: re.Pattern[str]) -> list[str]:
    """Split at `joins`, but not inside quotes, titles or brackets."""
    parts, depth, start = [], 0, 0
    place = 0
    while place < len(text):
        char = text[place]
        if char in "“《(":
            depth += 1
        elif char in "”》)":
            depth = max(0, depth - 1)
        elif depth == 0 and (found := joins.match(text, place)):
            parts.append(text[start:place])
            place = start = found.end()
            continue
        place += 1
    return [*parts, text[start:]]


def _balanced(text: str) -> str:
    """`text` without brackets and quotes whose partner is missing."""
    for left, right in ("()", "“”", "《》"):
        if text.count(left) != text.count(right):
            text = text.replace(left, "").replace(right, "")
    return text.strip()


@lru_cache(maxsize=4)
def namer_for(words: Lexicon) -> Namer:
    """The namer of one lexicon, built once."""
    return Namer(words)
