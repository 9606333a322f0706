"""Units of the field (计量单位) and exact conversion between those of one kind."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


class UnknownUnit(ValueError):
    """No unit is called so."""


class UnitMismatch(ValueError):
    """Two units measure different things, or are told apart on purpose (% and 百分点)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its written name, what it measures, and how many base units it is."""

    name: str
    kind: str
    factor: Decimal


def _table(kind: str, **factors: str) -> dict[str, Unit]:
    return {name: Unit(name, kind, Decimal(factor)) for name, factor in factors.items()}


# Percent, percentage point, rank and index are kinds of their own, so that none turns into
# another by accident. 亩 is 10000/15 m²; the base is a fifteenth of a m² to keep it exact.
UNITS: dict[str, Unit] = {
    **_table("money", 元="1", 千元="1e3", 万元="1e4", 百万元="1e6", 千万元="1e7", 亿元="1e8"),
    **_table("area", 平方米="15", 亩="10000", 公顷="150000", 平方公里="15e6", 万平方米="15e4"),
    **_table("area", 万亩="1e8"),
    **_table("mass", 克="1e-6", 千克="1e-3", 公斤="1e-3", 吨="1", 万吨="1e4"),
    **_table("coal_equivalent", 千克标准煤="1e-3", 吨标准煤="1", 吨标煤="1", tce="1", 万吨标准煤="1e4"),
    **_table("coal_equivalent", 万吨标煤="1e4", kgce="1e-3"),
    **_table("electricity", 千瓦时="1", 度="1", kWh="1", 万千瓦时="1e4", 亿千瓦时="1e8", 兆瓦时="1e3"),
    **_table("volume", 立方米="1", 万立方米="1e4", 亿立方米="1e8", m3="1"),
    **_table("heat", 千焦="1e-3", 兆焦="1", MJ="1", 吉焦="1e3", GJ="1e3", 百万千焦="1e3"),
    **_table("power", 千瓦="1", 兆瓦="1e3", MW="1e3", 万千瓦="1e4", kW="1"),
    **_table("carbon", 吨二氧化碳="1", tCO2="1", 万吨二氧化碳="1e4"),
    **_table("length", 米="1", 公里="1e3", 千米="1e3"),
    **_table("duration", 天="1", 日="1"),
    **_table("working_duration", 个工作日="1", 工作日="1"),
    **_table("count", 个="1", 家="1", 户="1", 项="1", 件="1", 人="1", 次="1", 批="1", 宗="1"),
    **_table("percent", **{"%": "1", "％": "1", "‰": "0.1"}),
    **_table("percentage_point", 个百分点="1", 百分点="1"),
    **_table("rank", 位="1", 名="1"),
    **_table("index", 分="1", 点="1"),
    **_table("multiple", 倍="1"),
}


def unit_of(name: str) -> Unit:
    """The unit called `name`; raises UnknownUnit."""
    try:
        return UNITS[name.strip()]
    except KeyError:
        raise UnknownUnit(f"no unit is called {name!r}") from None


def convert(value: Decimal, source: str, target: str) -> Decimal:
    """`value` in unit `source`, said in unit `target`; exact. Raises UnknownUnit, UnitMismatch.

    >>> convert(Decimal("1.5"), "亿元", "万元")
    Decimal('15000')
    """
    given, wanted = unit_of(source), unit_of(target)
    if given.kind != wanted.kind or (given.kind == "count" and given.name != wanted.name):
        raise UnitMismatch(f"{given.name} ({given.kind}) cannot be said in {wanted.name} ({wanted.kind})")
    if given.factor == wanted.factor:
        return value
    return plain(value * given.factor / wanted.factor)


def plain(value: Decimal) -> Decimal:
    """The same number without exponent or trailing zeros: one number, one spelling.

    >>> plain(Decimal("1.500E+4"))
    Decimal('15000')
    """
    if value == value.to_integral_value():
        return value.quantize(Decimal(1)) if abs(value) < Decimal("1e28") else value
    return value.normalize()
