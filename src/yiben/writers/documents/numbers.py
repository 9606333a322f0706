"""How numbers stand in documents (数字写法): the one room in which all of them are formatted.

Rounding is half-up and happens here, last; what goes in is exact.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from yiben.kernel.periods import Period
from yiben.kernel.units import convert

Exact = Decimal | Fraction | int
EMPTY = "—"
DIGITS = "〇一二三四五六七八九"
# Amounts from one 亿元 on are said in 亿元, as people read them.
LARGE_WAN = 10_000


def decimal_text(value: Exact, *, decimals: int = 0) -> str:
    """A number rounded half-up to a fixed count of decimals.

    >>> decimal_text(Fraction(2, 3), decimals=2), decimal_text(Decimal("2.5"))
    ('0.67', '3')
    """
    with localcontext() as context:
        context.prec = 60
        exact = Fraction(value)
        number = Decimal(exact.numerator) / Decimal(exact.denominator)
        rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):f}"


def amount_text(value: Exact, *, unit: str) -> tuple[str, str]:
    """An amount and the unit in which it is said: two decimals, money from 1 亿元 on in 亿元.

    >>> amount_text(Decimal("123456.7"), unit="万元")
    ('12.35', '亿元')
    """
    if unit == "万元" and abs(Fraction(value)) >= LARGE_WAN:
        per_unit = convert(Decimal(1), "亿元", "万元")
        return decimal_text(Fraction(value) / Fraction(per_unit), decimals=2), "亿元"
    return decimal_text(value, decimals=2), unit


def percent_text(ratio: Exact) -> str:
    """A ratio as a percentage with one decimal.

    >>> percent_text(Fraction(39, 49))
    '79.6%'
    """
    return decimal_text(Fraction(ratio) * 100, decimals=1) + "%"


def points_text(ratio: Exact) -> str:
    """A difference of ratios in percentage points, without its sign.

    >>> points_text(Fraction(-12, 1000))
    '1.2个百分点'
    """
    return decimal_text(abs(Fraction(ratio)) * 100, decimals=1) + "个百分点"


def exact_text(value: Exact) -> str:
    """The exact value in one spelling, for recomputing: a whole number, a decimal or a fraction.

    >>> exact_text(Decimal("12.50")), exact_text(Fraction(1, 3))
    ('12.5', '1/3')
    """
    exact = Fraction(value)
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{exact.numerator}/{exact.denominator}"
    with localcontext() as context:
        context.prec = 60
        text = f"{Decimal(exact.numerator) / Decimal(exact.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def month_text(month: Period) -> str:
    """A month as documents say it.

    >>> month_text(Period.of("2026-09"))
    '2026年9月'
    """
    return f"{month.year}年{month.first.month}月"


def period_text(period: Period) -> str:
    """A month, quarter, half-year or year as documents say it.

    >>> period_text(Period.of("2026Q3")), period_text(Period.of("2026"))
    ('2026年三季度', '2026年')
    """
    if period.months == 1:
        return month_text(period)
    part = (period.first.month - 1) // period.months
    endings = {3: f"{chinese_text(part + 1)}季度", 6: "上下"[part % 2] + "半年", 12: ""}
    return f"{period.year}年{endings[period.months]}" if period.months in endings else str(period)


def day_text(day: date) -> str:
    """A day as documents say it, without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_text(number: int) -> str:
    """A number from 1 to 99 in Chinese.

    >>> chinese_text(10), chinese_text(21)
    ('十', '二十一')
    """
    assert 0 < number < 100, "headings count to 99"
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("十" if tens == 1 else f"{DIGITS[tens]}十")
    return head + (DIGITS[ones] if ones else "")


def ordinal_text(level: int, number: int) -> str:
    """The number of a heading by its level: 一、 then （一） then 1. then （1）."""
    shapes = (f"{chinese_text(number)}、", f"（{chinese_text(number)}）", f"{number}.", f"（{number}）")
    return shapes[level - 1]


def grouped_hash(digest: str, *, size: int = 8) -> str:
    """A long hexadecimal number in groups, so that people can compare it.

    >>> grouped_hash("0123456789abcdef")
    '01234567 89abcdef'
    """
    return " ".join(digest[start : start + size] for start in range(0, len(digest), size))
