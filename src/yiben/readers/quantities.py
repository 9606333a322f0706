"""Every quantity in a text (数量): what is a number with a unit, and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import cast

from yiben.readers.lexicon import Lexicon, either
from yiben.readers.quantity_rules import (
    COUNTS,
    DATES,
    HAN,
    LISTED,
    Bound,
    Kind,
    Quantity,
    Value,
    chinese_money,
    in_name,
    is_word,
    number_in,
    qualifies,
    quoted,
    trimmed_end,
    with_ranges,
    with_shared_units,
    with_structures,
)

# One character for another, so that offsets stay: full-width forms, and the marks of sentences.
WIDTHS = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "？！～"},
        "－": "-",
        "—": "-",
        "–": "-",
        "−": "-",
        "～": "~",
        "〜": "~",
        "∶": ":",
        "\u3000": " ",
        "\xa0": " ",
        "〈": "《",
        "〉": "》",
        "「": "“",
        "」": "”",
        "〔": "[",
        "〕": "]",
        "\t": " ",
        "\r": " ",
        "！": "!",
    }
)
_LEFT = re.compile(r"[从由](?:\d{4}年的|[上去]年的)?$")
_ABOUT = re.compile("(?:约|近|将近|接近)占[^,;。、\\d]{0,16}$")
CHINESE = "零〇一二两三四五六七八九十百千万亿"


class Lexer:
    """Finds quantities; the patterns are built once from the lexicon."""

    def __init__(self, words: Lexicon) -> None:
        units = dict.fromkeys(words.words("units", "plain", "per"), "amount")
        units.update(dict.fromkeys(words.words("units", "counted"), "count"))
        units.update(dict.fromkeys(words.words("units", "duration"), "duration"))
        units.update(dict.fromkeys(words.words("units", "money", "scaled"), "money"))
        units.update(dict.fromkeys(words.words("units", "percent"), "percent"))
        units.update(dict.fromkeys(words.words("units", "points"), "points"))
        units.update(dict.fromkeys(words.words("units", "places"), "places"))
        units.update(dict.fromkeys(words.words("units", "class"), "class"))
        self.units: dict[str, str] = units
        self.counted = frozenset(words.words("units", "counted", "duration"))
        self.titled = frozenset(words.words("units", "titled"))
        self.loose = frozenset(words.words("units", "loose"))
        nouns = words.either("grammar", "ordinal_nouns")
        number = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?"
        chinese = rf"[{CHINESE}]+(?:点[零一二三四五六七八九]+)?"
        self.token = re.compile(
            rf"(?=[《\[“‘0-9A-Za-z{CHINESE}第前最倒首榜末上下三十-])(?:(?P<skip>《[^《》\n]{{0,120}}》|{DATES}|第[{CHINESE}\d]+(?:[、和][{CHINESE}\d]+)*(?:{nouns})|[A-Za-z][-A-Za-z0-9.#]*\d[-A-Za-z0-9_]*|\d+(?:[.]\d+){{2,}}|\[[^\[\]\n]{{0,12}}\]\s?\d+号?)"
            rf"|(?P<rank>(?:倒数)?第(?:\d+|[{CHINESE}]+)(?:位|名|家|个)?)"
            rf"|(?P<front>前(?:\d+|[{CHINESE}]+)(?:位|名|强)?(?![{HAN}A-Za-z0-9]{{0,1}}(?:季度|年|个月|月|期|者|个|批|海|后)))"
            r"|(?P<last>最后一[名位]|倒数第[一二三]|首位|榜首|末位)"
            rf"|(?P<hundredth>百分之(?:\d+(?:\.\d+)?|{chinese}))"
            rf"|(?:(?<![\d.A-Za-z_+/#])(?P<sign>(?<![-\d月年元%A-Za-z{HAN}])-|(?<=[为是达至到由从比长速幅率约和与及])-)?(?P<arabic>{number})|(?P<chinese>{chinese}))"
            r"\s?(?P<more>[余多几])?(?P<scale>[十百千]?(?:万亿|[万亿])|[百千](?=[余多个人名家户亩吨件])|)(?P<more2>[余多])?\s?"
            rf"(?P<unit>(?:{either(units)})(?:/[十百千万亿]*(?:{words.either('units', 'below')}))?)?)"
        )
        self.after = re.compile(
            rf"\s?(?:\(含\))?(?:(?P<min>{words.either('grammar', 'min_after')})|(?P<max>{words.either('grammar', 'max_after')})"
            rf"|(?P<approx>{words.either('grammar', 'approx_after')}))"
        )
        self.before = re.compile(
            rf"(?:(?P<approx>{words.either('grammar', 'approx_before')})|(?P<max>{words.either('grammar', 'max_before')})"
            rf"|(?P<min>{words.either('grammar', 'min_before')}))(?:了|的|为|至|到|过)?\s?$"
        )
        self.before_last = frozenset(
            word[-1] for word in words.words("grammar", "approx_before", "max_before", "min_before")
        ) | frozenset("了的为至到过 ")
        self.year_lead = re.compile(rf"(?:{words.either('grammar', 'year_lead')})[{HAN}]{{0,2}}$")
        self.front_lead = re.compile(rf"(?:{words.either('grammar', 'front_lead')})(?:的|在)?$")
        rank_lead = words.either("grammar", "rank_lead")
        scopes = words.either("grammar", "scopes")
        self.rank_lead = re.compile(rf"(?:{rank_lead}|{scopes}|[省市县区州旗盟国]|一|第)(?:的|在|了)?$")
        self.title_after = re.compile(
            rf"“|(?:{words.either('grammar', 'title_after')})|(?:方面|层面|维度|阶段|环节|步骤|先行|一批)"
            r"|(?:重点|专项|重大)?(?:行动|机制|制度|工程|任务|举措|计划|改革|攻坚)"
        )
        self.action = re.compile(
            rf"(?:{words.either('grammar', 'action_verbs', 'light_verbs')}|共|达|等|为|的|及|和|近|约|超)$"
        )
        self.score_noun = re.compile(
            rf"(?:{words.either('grammar', 'index', 'ratio')})(?:[从由为是]|达到?|位于|[从由](?:\d{{4}}年的|[上去]年的)?[\d.]*)?(?:[上下]?[升增提降缩扩回减][{HAN}]?[至到为])?$"
            rf"|[比较](?:上|去)(?:年|月|季度|年同期)(?:{words.either('grammar', 'rise', 'fall')})了?$"
        )

    def read(self, text: str) -> list[Quantity]:
        """Every quantity of `text` (already in half-width forms), in order."""
        found = list(self._tokens(text))
        found = with_ranges(text, with_shared_units(text, found))
        found = [self._bounded(text, quantity) for quantity in found if self._real(text, quantity)]
        return with_structures(text, found)

    def _tokens(self, text: str) -> Iterator[Quantity]:
        units, counted = self.units, self.counted
        for match in self.token.finditer(text):
            group = match.lastgroup
            if group == "skip":
                continue
            if group in ("rank", "front", "last"):
                if rank := self._rank(text, match, group):
                    yield rank
                continue
            if group == "hundredth":
                value = number_in(match[0][3:])
                yield Quantity(match.start(), match.end(), value, "%", "percent")
                continue
            unit = match["unit"]
            chinese = match["chinese"]
            if chinese and (not unit or (unit not in counted and not match["more"])):
                yield from chinese_money(match, units)
                continue
            scale = match["scale"]
            if not unit and not scale and (chinese or match["more"]):
                continue
            kind = units.get(unit) or ("amount" if "/" in unit else "bare") if unit else "bare"
            if kind == "class" or (unit == "级" and scale) or (not unit and not scale and chinese):
                continue
            number = number_in((match["sign"] or "") + (match["arabic"] or chinese))
            if number is None:
                continue
            end = match.end() if unit else trimmed_end(match)
            if (not unit and text[match.end() : match.end() + 1] == "级") or (
                unit == "方" and text[match.end() : match.end() + 1] in tuple("面案式位针法")
            ):
                continue
            if not unit and scale:
                kind = "amount" if scale[-1] in "万亿" else "bare"
            approx: Bound = "approx" if match["more"] or match["more2"] else "exact"
            start = match.start()
            yield Quantity(start, end, number, scale + (unit or ""), cast(Kind, kind), approx, bool(chinese))

    def _rank(self, text: str, match: re.Match[str], group: str) -> Quantity | None:
        start, end = match.span()
        before = text[max(0, start - 12) : start]
        after = text[end : end + 2]
        if group == "last":
            if match[0].endswith("首位") or match[0] == "榜首":
                if not re.search(r"[居列占登全省市国县区]$", before) or after[:1] == "度":
                    return None
                return Quantity(start, end, Decimal(1), "位", "rank")
            return Quantity(start, end, None, "位", "rank")
        digits = re.sub("[^\\d" + CHINESE + "]", "", match[0])
        value = number_in(digits)
        if value is None or value == 0:
            return None
        if group == "front":
            if not self.front_lead.search(before) or after[:1] in ("的", "有", "列"):
                return None
            return Quantity(start, end, value, "位", "rank", "max")
        if match[0].startswith("倒数"):
            return Quantity(start, end, None, "位", "rank")
        marked = match[0][-1] in "位名"
        if not marked and not (self.rank_lead.search(before) or not is_word(after)):
            return None
        if not marked and is_word(after) and not self.rank_lead.search(before):
            return None
        return Quantity(start, end, value, "位", "rank")

    def _real(self, text: str, quantity: Quantity) -> bool:
        """Whether a number with a unit is stated as a quantity here, not part of a name."""
        kind, unit = quantity.kind, quantity.unit
        after = text[quantity.end : quantity.end + 12]
        if kind == "rank":
            return True
        if quoted(text, quantity):
            return False
        if kind == "bare":
            before = text[max(0, quantity.start - 24) : quantity.start]
            return bool(
                self.score_noun.search(before)
                and (
                    not is_word(after[:1]) or (after[0] in "升增提降缩扩回上下减变" and _LEFT.search(before))
                )
                and after[:1] not in "+-/:%"
            )
        if in_name(text, quantity, after):
            return False
        if kind == "duration":
            return self._real_duration(text, quantity, after)
        if quantity.chinese and kind == "count":
            return self._real_chinese(text, quantity, after)
        if unit == "条" and not is_word(after[:1]):
            before = text[max(0, quantity.start - 3) : quantity.start]
            return bool(LISTED.search(before))
        return not qualifies(after, counted=kind == "count")

    def _real_duration(self, text: str, quantity: Quantity, after: str) -> bool:
        unit = quantity.unit
        before = text[max(0, quantity.start - 8) : quantity.start]
        if unit in ("年", "周年", "个月", "周", "个星期", "个季度", "月"):
            led = self.year_lead.search(before)
            return bool(led) and not after.startswith(("行动", "计划", "规划", "内", "期", "来", "以上"))
        if unit == "日" or (quantity.chinese and unit in ("天", "小时", "分钟", "秒")):
            return not quantity.chinese and bool(self.year_lead.search(before))
        return not after.startswith(("前", "后", "内有", "假", "无理由", "制", "生活圈", "圈", "品质"))

    def _real_chinese(self, text: str, quantity: Quantity, after: str) -> bool:
        unit, start = quantity.unit, quantity.start
        before = text[max(0, start - 6) : start]
        if before[-1:] and before[-1] in "第这那每同另某统唯任哪单专统一十":
            return False
        if unit in self.titled or not COUNTS.search(text, start, quantity.end):
            return False
        if self.title_after.match(after) or after[:1] in tuple("县市区山镇乡村湖河江桥沟"):
            return False
        if quantity.value == 1:
            if unit in (
                "人",
                "次",
                "条",
                "张",
                "道",
                "面",
                "方",
                "期",
                "级",
                "层",
                "项",
                "类",
                "种",
                "场",
                "批",
                "套",
                "件",
            ):
                return unit in ("项", "场", "件", "次") and not is_word(after[:1]) and before[-1:] in "各获评"
            return not is_word(after[:1]) or bool(
                self.action.search(before) and after[:2] in ("企业", "公司", "医院")
            )
        if unit in self.loose:
            return not is_word(after[:1]) or (
                unit in "条张次件位支起只根" and bool(self.action.search(before))
            )
        return True

    def _bounded(self, text: str, quantity: Quantity) -> Quantity:
        bound: Bound = quantity.bound
        if bound == "exact":
            start = quantity.start
            if start and text[start - 1] in self.before_last:
                found = self.before.search(text, max(0, start - 8), start)
                if found and found.lastgroup and not (found.lastgroup == "max" and quantity.kind == "points"):
                    bound = cast(Bound, found.lastgroup)
            if (
                bound == "exact"
                and quantity.kind == "percent"
                and _ABOUT.search(text, max(0, start - 24), start)
            ):
                bound = "approx"
            if text[quantity.end : quantity.end + 1] in "以左上及(之 ":
                tail = self.after.match(text, quantity.end)
                if tail and tail.lastgroup and bound in ("exact", "min"):
                    bound = cast(Bound, tail.lastgroup)
        if quantity.kind == "bare":
            return replace(quantity, bound=bound, unit="")
        return replace(quantity, bound=bound) if bound != quantity.bound else quantity


@lru_cache(maxsize=4)
def lexer_for(words: Lexicon) -> Lexer:
    """The lexer of one lexicon, built once."""
    return Lexer(words)


__all__ = ["WIDTHS", "Bound", "Kind", "Lexer", "Quantity", "Value", "lexer_for"]
