"""Sums of money in running text (金额): 约4.287亿美元, 1万-5万元, 壹仟玖佰圆整."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from yiben.readers.numerals import NUMERAL_CHARS, NotANumber, number_of

Sure = Literal["accurate", "blur", "blur+", "blur-"]

_NAMES = {
    "人民币": "元", "元": "元", "圆": "元", "圓": "元", "块": "元", "块钱": "元", "美元": "美元", "美金": "美元", "美刀": "美元",
    "港元": "港元", "港币": "港元", "日元": "日元", "日币": "日元", "欧元": "欧元", "英镑": "英镑", "韩元": "韩元", "韩币": "韩元", "澳元": "澳元",
    "澳币": "澳元", "卢布": "卢布", "泰铢": "泰铢", "台币": "新台币", "新台币": "新台币", "加元": "加元", "法郎": "法郎", "卢比": "卢比", "澳门元": "澳门元",
    "￥": "元", "¥": "元", "RMB": "元", "CNY": "元", "$": "美元", "US$": "美元", "USD": "美元", "HK$": "港元", "HKD": "港元", "€": "欧元", "EUR": "欧元", "£": "英镑", "GBP": "英镑", "JPY": "日元",
}  # fmt: skip
_CURRENCY = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
_N = rf"(?:[\d.,，]*\d|[{NUMERAL_CHARS}点几数半])(?:[\d.,，]|[{NUMERAL_CHARS}点几数]|个(?=[万亿]))*"
_SCALE = r"(?:[百千佰仟]?[万萬]?[亿億]?)"
_MORE = r"[余多几]?"
_ONE = rf"{_N}\s?{_MORE}\s?(?:[kKwW](?![A-Za-z])|{_SCALE})"
_BEFORE = r"(?:大约|约|近|将近|接近|不到|不足|小于|少于|低于|至少|不少于|超过|大于|高于|多于|超|逾|从)?"
_AFTER = r"(?:左右|上下|以上|以下|以内|之间)"
AMOUNT = re.compile(
    rf"(?P<before>{_BEFORE})\s?(?P<lead>(?:{_CURRENCY})?)\s?"
    rf"(?P<low>{_ONE})(?:\s?(?P<lowcur>{_CURRENCY}))?(?:\(含\)|（含）)?"
    rf"(?:\s?(?:-{{1,2}}|—{{1,2}}|~|～|至|到)\s?(?P<high>{_ONE}))?"
    rf"\s?(?P<cur>{_CURRENCY})?(?P<small>(?:\s?[\d{NUMERAL_CHARS}][角毛](?:[\d{NUMERAL_CHARS}]分)?|[\d{NUMERAL_CHARS}]分)?钱?)(?P<whole>[整正]?)"
    rf"(?:人民币)?(?:\(含\)|（含）)?(?P<after>{_AFTER}?)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """One sum of money: its value in whole currency units (or both ends), currency and sureness."""

    start: int
    end: int
    value: Decimal | tuple[Decimal, Decimal]
    currency: str
    sure: Sure


def amount_of(text: str) -> Amount:
    """The sum that the whole of `text` writes; raises NotANumber.

    >>> amount_of("约4.287亿美元").value
    Decimal('428700000')
    """
    said = text.strip()
    found = AMOUNT.fullmatch(said)
    if found is None:
        raise NotANumber(f"{text!r} is not a sum of money")
    return _amount(found)


def amounts_in(text: str) -> Iterator[Amount]:
    """Every sum of money in running text: a number that names its currency or counts in k."""
    for found in AMOUNT.finditer(text):
        named = found["cur"] or found["lowcur"] or found["small"].strip("钱 ") or found["lead"]
        if not named and not (found["low"][-1] in "kK" and found["high"]):
            continue
        if not named and text[found.end() : found.end() + 1].isalnum():
            continue
        try:
            made = _amount(found)
        except NotANumber:
            continue
        lead = len(found["before"]) if found["before"] not in ("从",) else 1
        start = found.start() + lead + len(found["lead"])
        start += len(text[start : found.start("low")])
        end = found.end("after") - len(found["after"])
        yield Amount(start, end, made.value, made.currency, made.sure)


def _amount(found: re.Match[str]) -> Amount:
    currency = _currency(found)
    low_text, high_text = found["low"], found["high"]
    if high_text:
        low, high = _ends(low_text, high_text, currency=bool(found["lowcur"]))
        return Amount(found.start(), found.end(), (low, high), currency, "blur")
    value = _scaled(low_text)
    if found["small"].strip("钱 ") and not isinstance(value, tuple):
        value += _small(found["small"])
    return Amount(found.start(), found.end(), value, currency, _sure(found, low_text, value))


def _currency(found: re.Match[str]) -> str:
    for name in (found["cur"], found["lowcur"], found["lead"]):
        if name and _NAMES[name] != "元":
            return _NAMES[name]
    return "元"


def _small(text: str) -> Decimal:
    total = Decimal(0)
    for said, unit in re.findall(rf"([\d{NUMERAL_CHARS}])([角毛分])", text):
        total += number_of(said) / (100 if unit == "分" else 10)
    return total


def _sure(found: re.Match[str], low: str, value: object) -> Sure:
    before, after = found["before"], found["after"]
    if before in ("近", "将近", "接近", "不到", "不足", "小于", "少于", "低于") or after in ("以下", "以内"):
        return "blur-"
    if before in ("至少", "不少于", "超过", "大于", "高于", "多于", "超", "逾") or after == "以上":
        return "blur+"
    blurred = bool(before) or bool(after) or isinstance(value, tuple) or bool(re.search("[余多几数]", low))
    return "blur" if blurred else "accurate"


def _scaled(text: str) -> Decimal | tuple[Decimal, Decimal]:
    """One number with its scale; 几十万 and 3000多 have two ends."""
    said = re.sub(r"[\s,，]", "", text).replace("个", "")
    scale = Decimal(1)
    if said[-1:] in "kKwW":
        scale = Decimal(1000 if said[-1] in "kK" else 10000)
        said = said[:-1]
    if found := re.fullmatch(rf"([{NUMERAL_CHARS}]?)([{NUMERAL_CHARS}])([十百千佰仟]?[万萬]?[亿億]?)", said):
        pair = _neighbours(found)
        if pair:
            return pair
    if "几" in said or "数" in said:
        low, high = (
            said.replace("几", "一", 1).replace("数", "一", 1),
            said.replace("几", "十", 1).replace("数", "十", 1),
        )
        if said.startswith("十几"):
            low, high = said.replace("十几", "十"), said.replace("十几", "二十")
        return number_of(low) * scale, _tenfold(high) * scale
    if "多" in said or "余" in said:
        bare = re.sub("[多余]", "", said)
        value = number_of(bare) * scale
        if "余" in said:
            return value
        return value, value + _step(value, bare)
    return number_of(said) * scale


def _neighbours(found: re.Match[str]) -> tuple[Decimal, Decimal] | None:
    """八九亿, 三五百: two digits side by side name both ends."""
    first, second, scale = found.groups()
    if not first or not scale or first in "十百千万亿" or second in "十百千万亿拾佰仟":
        return None
    one, other = number_of(first), number_of(second)
    return (number_of(first + scale), number_of(second + scale)) if 0 < one < other else None


def _tenfold(text: str) -> Decimal:
    """十十万 (from 几十万) is a hundred times 万."""
    said = text.replace("十十", "一百").replace("十百", "一千").replace("十千", "一万")
    return number_of(said)


def _step(value: Decimal, said: str) -> Decimal:
    """The next round number: 3000多 ends at 4000, 十多 at 20."""
    digits = len(str(int(value)).rstrip("0")) if value else 1
    return Decimal(10) ** max(0, len(str(int(value))) - digits)


def _ends(low: str, high: str, *, currency: bool) -> tuple[Decimal, Decimal]:
    """Both ends of a range; the first may borrow the scale of the second (两到三万)."""
    top = _scaled(high)
    bottom = _scaled(low)
    if isinstance(top, tuple) or isinstance(bottom, tuple):
        raise NotANumber(f"{low}–{high} has blurred ends")
    own = re.search(r"[万萬亿億kKwW]", low)
    unit = re.search(r"[百千佰仟]?[万萬]?[亿億]?[kKwW]?$", re.sub(r"[\s,，]", "", high))
    if not own and not currency and unit and unit[0] and bottom < top:
        scale = (
            number_of("一" + re.sub("[kKwW]", "", unit[0])) if re.sub("[kKwW]", "", unit[0]) else Decimal(1)
        )
        if unit[0][-1] in "kK":
            scale *= 1000
        if unit[0][-1] in "wW":
            scale *= 10000
        whole = re.search(r"[百千佰仟]", low)
        big = (
            number_of("一" + "".join(c for c in unit[0] if c in "万亿萬億"))
            if re.search("[万亿萬億]", unit[0])
            else scale
        )
        fitted = bottom * (big if whole or bottom >= 100 or not re.search("[百千佰仟]", unit[0]) else scale)
        if re.search("[百千佰仟]", unit[0]) and not whole and re.search("[万亿萬億]", unit[0]):
            fitted = (
                bottom * big
                if re.search(r"[二三四五六七八九两\d][百千]", high) and _plain_digit(low) and "百" in unit[0]
                else bottom * scale
            )
        if fitted <= top:
            bottom = fitted
    return bottom, top


def _plain_digit(text: str) -> bool:
    return len(text.strip()) == 1
