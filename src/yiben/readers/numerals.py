"""Numbers as Chinese documents write them, and back (数字读写): 三百万, 10.1万, 壹拾元整 → Decimal."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS: dict[str, int] = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    **{char: value for value, char in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "○": 0,
    "幺": 1,
    "两": 2,
    "兩": 2,
    "貳": 2,
    "弍": 2,
    "參": 3,
    "叄": 3,
    "陸": 6,
}
TENS: dict[str, int] = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "拾": 10,
    "佰": 100,
    "仟": 1000,
}
MYRIADS: dict[str, int] = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
NUMERAL_CHARS = "".join([*DIGITS, *TENS, *MYRIADS, "廿卅"])

_FORMS = str.maketrans("萬億點負０１２３４５６７８９．－，", "万亿点负0123456789.-,")
_ARABIC = re.compile(r"\d+(?:\.\d+)?")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MONEY_TAIL = re.compile(r"[元圆圓](?:整|正)?$")
_MONEY = re.compile(r"(?P<yuan>.*[元圆圓块])?(?P<jiao>.[角毛])?(?P<fen>.分)?(?:整|正|钱)?")
_STRICT_STEP = re.compile(
    rf"零?(?:[{''.join(DIGITS)}][千仟])?(?:零?[{''.join(DIGITS)}]?[百佰])?(?:零?[{''.join(DIGITS)}]?[十拾])?(?:零?[{''.join(DIGITS)}])?"
)


class NotANumber(ValueError):
    """A text is not a number in any of the forms that Chinese documents use."""


def number_of(text: str, *, strict: bool = False) -> Decimal:
    """The number that `text` writes in Chinese, Arabic or mixed numerals.

    Everyday shortenings are understood (三万五 is 35000, 一七二零 is 1720) unless `strict`.
    Sums of money may carry 元角分. Raises NotANumber.

    >>> number_of("一千零一十万五"), number_of("10.1万")
    (Decimal('10105000'), Decimal('101000'))
    """
    plain = _GROUPED.sub("", text.strip().translate(_FORMS).replace(" ", ""))
    plain = plain.replace("廿", "二十").replace("卅", "三十")
    if any(mark in plain for mark in "元圆圓角分块毛"):
        return _money(plain, strict=strict)
    return _signed(plain, strict=strict)


def digits_of(text: str) -> str:
    """Digits read one by one (二〇〇二 → 2002), as in years, codes and telephone numbers.

    >>> digits_of("一二点三零")
    '12.30'
    """
    marks = {**{char: str(value) for char, value in DIGITS.items()}, "点": ".", "负": "-"}
    plain = text.strip().translate(_FORMS)
    if not plain or any(char not in marks and char not in "0123456789.-" for char in plain):
        raise NotANumber(f"{text!r} is not a row of digits")
    return "".join(marks.get(char, char) for char in plain)


def _money(text: str, *, strict: bool) -> Decimal:
    found = _MONEY.fullmatch(text)
    if not found or not any(found.group(part) for part in ("yuan", "jiao", "fen")):
        raise NotANumber(f"{text!r} is not a sum of money")
    total = Decimal(0)
    if yuan := found["yuan"]:
        total += _signed(_MONEY_TAIL.sub("", yuan).rstrip("块"), strict=strict)
    if jiao := found["jiao"]:
        total += _signed(jiao[:-1], strict=strict) / 10
    if fen := found["fen"]:
        total += _signed(fen[:-1], strict=strict) / 100
    return total


def _signed(text: str, *, strict: bool) -> Decimal:
    if text[:1] in ("负", "-"):
        return -_unsigned(text[1:], strict=strict)
    return _unsigned(text.removeprefix("+"), strict=strict)


def _unsigned(text: str, *, strict: bool) -> Decimal:
    if not text:
        raise NotANumber("an empty text is not a number")
    whole, point, fraction = text.partition("点")
    if not point:
        return _whole(text, strict=strict)
    if not whole or not fraction:
        raise NotANumber(f"{text!r} has a point without digits on both sides")
    tail = "".join(_one_digit(char) for char in fraction.rstrip("万亿"))
    scale = _myriads(fraction[len(tail) :])
    return (_whole(whole, strict=strict) + Decimal(f"0.{tail}")) * scale


def _one_digit(char: str) -> str:
    if char.isascii() and char.isdigit():
        return char
    if char not in DIGITS:
        raise NotANumber(f"{char!r} is not a digit")
    return str(DIGITS[char])


def _myriads(text: str) -> int:
    scale = 1
    for char in text:
        scale *= MYRIADS[char]
    return scale


def _whole(text: str, *, strict: bool) -> Decimal:
    if _ARABIC.fullmatch(text):
        return Decimal(text)
    for mark in ("亿", "万"):
        if mark in text:
            return _around(text, mark, strict=strict)
    return _below_myriad(text, strict=strict)


def _around(text: str, mark: str, *, strict: bool) -> Decimal:
    """`left mark right`: the left counts marks, the right is added; 三万五 means 3.5 marks."""
    left, _, right = text.rpartition(mark)
    scale = MYRIADS[mark]
    count = _whole(left, strict=strict) if left else Decimal(1)
    if "." in left and right:
        raise NotANumber(f"{text!r} goes on after a decimal fraction")
    if not left and strict:
        raise NotANumber(f"{text!r} does not say how many {mark}")
    if not right:
        return count * scale
    if len(right) == 1 and right in DIGITS and not strict and DIGITS[right]:
        return count * scale + DIGITS[right] * scale // 10
    return count * scale + _whole(right, strict=strict)


def _below_myriad(text: str, *, strict: bool) -> Decimal:
    if strict and not (_STRICT_STEP.fullmatch(text) and not text.startswith(("百", "佰", "千", "仟"))):
        raise NotANumber(f"{text!r} does not follow the order 千 百 十")
    if all(char in DIGITS for char in text):
        return Decimal("".join(str(DIGITS[char]) for char in text))
    total, last_unit, place = Decimal(0), 10_000, 0
    while place < len(text):
        count, place = _count_at(text, place)
        unit = TENS.get(text[place : place + 1], 0)
        if unit:
            total += (Decimal(1) if count is None else count) * unit
            if unit >= last_unit:
                raise NotANumber(f"{text!r} does not follow the order 千 百 十")
            last_unit, place = unit, place + 1
        elif count is None:
            raise NotANumber(f"{text!r} holds {text[place]!r}, which is not a numeral")
        else:
            return total + _trailing(text, count, place, last_unit)
    return total


def _count_at(text: str, place: int) -> tuple[Decimal | None, int]:
    while place < len(text) and DIGITS.get(text[place]) == 0 and place + 1 < len(text):
        place += 1
    if found := _ARABIC.match(text, place):
        return Decimal(found[0]), found.end()
    if place < len(text) and text[place] in DIGITS:
        return Decimal(DIGITS[text[place]]), place + 1
    return None, place


def _trailing(text: str, count: Decimal, place: int, last_unit: int) -> Decimal:
    """The last count without a unit: 一百零二 is 102, but 一百二 is 120."""
    if place != len(text):
        raise NotANumber(f"{text!r} goes on after its last digit")
    short = last_unit in (100, 1000) and text[-1] in DIGITS and text[-2] in TENS
    return count * (last_unit // 10) if short else count


def chinese_of(value: Decimal | int | str, *, financial: bool = False) -> str:
    """`value` written in Chinese numerals, or in the capitals of cheques (大写) if `financial`.

    >>> chinese_of(1000054)
    '一百万零五十四'
    """
    number = Decimal(value)
    digits = "零壹贰叁肆伍陆柒捌玖" if financial else "零一二三四五六七八九"
    tens = ("", "拾", "佰", "仟") if financial else ("", "十", "百", "千")
    whole, _, fraction = f"{abs(number):f}".partition(".")
    if len(whole) > 16:
        raise NotANumber(f"{value} has more than 16 digits")
    groups = [whole[max(0, end - 4) : end] for end in range(len(whole), 0, -4)][::-1]
    said = ""
    for index, group in enumerate(groups):
        words = _group_words(group.zfill(4) if index else group, digits, tens)
        mark = ("", "万", "亿", "万")[len(groups) - 1 - index]
        if words.strip("零"):
            said += words.rstrip("零") + mark
        elif mark == "亿" and said:
            said += mark
        if said and index + 1 < len(groups) and group.endswith("0") and not words.strip("零"):
            said = said.rstrip("零") + "零"
    said = re.sub("零+", "零", said).rstrip("零") or "零"
    if not financial and said.startswith("一十"):
        said = said[1:]
    tail = "点" + "".join(digits[int(char)] for char in fraction) if fraction else ""
    return ("负" if number < 0 else "") + said + tail


def _group_words(group: str, digits: str, tens: tuple[str, ...]) -> str:
    said = ""
    for place, char in enumerate(group):
        said += "零" if char == "0" else digits[int(char)] + tens[len(group) - 1 - place]
    return said


def cheque_of(value: Decimal | int | str) -> str:
    """`value` yuan as a cheque writes it (人民币大写): 101.5 → 壹佰零壹元伍角."""
    number = Decimal(value)
    cents = int(abs(number) * 100)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    digits = "零壹贰叁肆伍陆柒捌玖"
    said = chinese_of(yuan, financial=True) + "元" if yuan or not cents else ""
    said += f"{digits[jiao]}角" if jiao else ("零" if fen and yuan else "")
    said += f"{digits[fen]}分" if fen else ""
    return ("负" if number < 0 and cents else "") + said + ("" if cents % 100 else "整")
