"""What makes a number a quantity, and what makes it part of a name or date (数量判别)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, cast

from yiben.readers.numerals import NotANumber, number_of

Kind = Literal["money", "percent", "points", "places", "count", "amount", "duration", "rank", "bare"]
Bound = Literal["exact", "approx", "min", "max"]
Value = Decimal | tuple[Decimal, Decimal] | None
HAN = "\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number with its unit as written, and the limits that stand beside it."""

    start: int
    end: int
    value: Value
    unit: str
    kind: Kind
    bound: Bound = "exact"
    chinese: bool = False


_MONTH = r"(?:\d{1,2}|十[一二]|[一二三四五六七八九十])"
DATES = (
    r"(?:19|20)\d{2}\s?[-~/至到]\s?(?:19|20)\d{2}(?:年度?|学年|\))?"
    r"|(?:19|20)\d{2}\s?年(?:度|底|末|初|\s?\d{1,2}\s?[-~至到]\s?\d{1,2}\s?月份?|\s?\d{1,2}\s?月(?:份|底|末|初|\s?\d{1,2}\s?[日号])?)?"
    r"|(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}(?:\s\d{1,2}:\d{2}(?::\d{2})?)?"
    rf"|(?<![\d.]){_MONTH}\s?(?:月(?:份)?)?\s?[-~至到、]\s?{_MONTH}\s?月(?:份|底|末)?"
    rf"|(?<![\d.个]){_MONTH}月(?:份|底|末|初|中旬|上旬|下旬|\d{{1,2}}[日号])?"
    r"|[“‘]?[一二三四]五[”’]?(?:规划|时期|期间)|十[一二三四五六]五|[二〇零一三四五六七八九]{4}年(?:度)?"
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)|第?[一二三四1-4]季度|前[二三两23]季度|上半年|下半年|\d{2}年代|三次产业|三产业|三农|两山|\d{1,2}[日号]"
)
LISTED = re.compile(
    r"(?:任务|问题|意见|建议|线索|信息|举措|措施|航线|线路|道路|河道|产线|流水线|清单|诉求|专利|标准|规则|数据|成果|"
    r"公路|河流|街道|跑道|专线|案例|政策|工单|记录|提案|议案|需求|事项|共|有|达|了|约|近|超|余|[,;:、])$"
)
COUNTS = re.compile("[一二两三四五六七八九十]|[几数][十百千]")
_NUMBER = r"\d{1,2}(?:\.\d+)?"
_RATIO = rf"{_NUMBER}:{_NUMBER}:{_NUMBER}(?![\d:])"
_STRUCTURE = re.compile(
    rf"(?:产业|三产)[^,;。:\n\d]{{0,10}}?(?:结构|比例|比重|之?比)[^,;。:\n\d]{{0,12}}(?P<one>{_RATIO})"
    rf"(?:[^;。:\n\d]{{0,16}}(?P<two>{_RATIO}))?"
)
_JOIN = re.compile(r"(?:、|和|与|及|以及|,)$")
_SPAN = re.compile(r"\s?(?:-{1,2}|~|至|到)\s?")


def number_in(text: str) -> Decimal | None:
    """The number that `text` writes, or None."""
    try:
        return Decimal(text) if text.isascii() and "," not in text else number_of(text)
    except (NotANumber, ArithmeticError):
        return None


def is_word(text: str) -> bool:
    """Whether a word or name goes on with the first character of `text`."""
    return bool(text) and ("\u4e00" <= text[0] <= "\u9fff" or text[0].isalnum() or text[0] in "“《")


def trimmed_end(match: re.Match[str]) -> int:
    """The end without the blanks that the pattern allowed before a unit."""
    return match.end() - (len(match[0]) - len(match[0].rstrip()))


def chinese_money(match: re.Match[str], units: dict[str, str]) -> Iterator[Quantity]:
    """三百万元, 两千亩: Chinese numerals before a unit that is not a measure word."""
    said, unit = match["chinese"], match["unit"]
    if not unit or len(said) < 2 or units[unit] not in ("money", "amount") or match["more"]:
        return
    if unit in ("分", "点", "成", "方", "度", "工", "卡", "升", "米", "吨位", "P", "倍"):
        return
    stem = said.rstrip("万亿")
    value = number_in(stem) if stem else None
    if value is not None:
        start, end = match.span()
        yield Quantity(
            start,
            end,
            value,
            said[len(stem) :] + match["scale"] + unit,
            cast(Kind, units[unit]),
            chinese=True,
        )


def structures(text: str) -> Iterator[Quantity]:
    """三次产业结构为7.5:46.9:45.6: three shares without a unit, where they make a hundred."""
    for found in _STRUCTURE.finditer(text):
        for start, end in (found.span("one"), found.span("two")):
            values = [Decimal(part) for part in text[max(start, 0) : max(end, 0)].split(":") if part]
            if abs(sum(values, Decimal(0)) - 100) > Decimal("0.3"):
                continue
            for one in re.finditer(_NUMBER, text[start:end]):
                yield Quantity(start + one.start(), start + one.end(), Decimal(one[0]), "", "percent")


def with_structures(text: str, found: list[Quantity]) -> list[Quantity]:
    """The quantities with the shares of `structures` in the place of what was read there."""
    shares = list(structures(text))
    starts = {share.start for share in shares}
    rest = (one for one in found if one.start not in starts)
    return sorted([*rest, *shares], key=lambda one: one.start) if shares else found


def with_shared_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """4.3、3.7、4.5个百分点, 1.5个和4.3个百分点: the unit of the last number is that of all."""
    for index in range(len(found) - 2, -1, -1):
        here, after = found[index], found[index + 1]
        if (
            after.kind == "points"
            and here.kind == "count"
            and after.unit.startswith(here.unit)
            and text[here.end : after.start] in ("、", "和", "与", "及")
        ):
            found[index] = replace(here, unit=after.unit, kind=after.kind)
            continue
        if here.kind != "bare" or here.unit or after.kind in ("bare", "rank", "count", "duration"):
            continue
        gap = text[here.end : after.start]
        if (
            not gap
            or len(gap) > 2
            or not _JOIN.search(gap)
            or (gap == "," and "." not in text[here.start : here.end])
        ):
            continue
        clause = text[max(0, here.start - 60) : here.start]
        if "分别" in clause or "." in text[here.start : here.end]:
            found[index] = replace(here, unit=after.unit, kind=after.kind)
    return found


def with_ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """5-6亿元 is one quantity with two ends."""
    made: list[Quantity] = []
    for here in found:
        before = made[-1] if made else None
        if (
            before
            and isinstance(before.value, Decimal)
            and isinstance(here.value, Decimal)
            and here.kind not in ("bare", "rank")
            and before.kind in ("bare", here.kind)
            and here.start - before.end <= 3
            and _SPAN.fullmatch(text, before.end, here.start)
            and (not before.unit or before.unit == here.unit)
            and before.value <= abs(here.value)
            and not (text[before.start - 1 : before.start] in ("从", "由") and before.unit)
        ):
            value = (before.value, abs(here.value))
            made[-1] = replace(here, start=before.start, value=value, chinese=False)
        else:
            made.append(here)
    return made


def qualifies(after: str, *, counted: bool) -> bool:
    """Whether what follows makes the number a threshold of a class (10亿元以上项目)."""
    for mark in ("及以上", "以上", "及以下", "以下", "以内", "级", "档"):
        if after.startswith(mark):
            rest = after[len(mark) : len(mark) + 2]
            if mark in ("级", "档"):
                return True
            if counted:
                return False
            return (
                is_word(rest)
                and rest[0] not in "并且和与及是"
                and not rest.startswith(("的增", "的目", "增", "左右"))
            )
    return False


def quoted(text: str, quantity: Quantity) -> bool:
    """Whether the number stands in a short quotation, which is a name (“30分钟服务圈”)."""
    opened = text.rfind("“", max(0, quantity.start - 16), quantity.start)
    if opened < 0 or text.find("”", opened, quantity.start) >= 0:
        return False
    closed = text.find("”", quantity.end, opened + 24)
    inside = text[opened + 1 : max(closed, 0)]
    return bool(inside) and not any(mark in inside for mark in ",;。:最不") and "以" not in inside


def in_name(text: str, quantity: Quantity, after: str) -> bool:
    """Whether the number belongs to a name: 年产8000万套…项目, 10+N."""
    before = text[max(0, quantity.start - 2) : quantity.start]
    if before in ("年产", "日产", "月产", "年处", "日处") and is_word(after):
        return True
    return before.endswith(("+", "每")) or after.startswith("+")
