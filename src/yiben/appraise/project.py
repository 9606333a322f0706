"""A project as it is appraised, and its place (项目与所在地), as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from yiben.appraise.factors import Own
from yiben.kernel.problems import Place

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Use:
    """A year's use of one energy carrier (能源品种年消费量).

    `feedstock` is the part used as raw material, `renewable` the part that is renewable; both in
    the carrier's unit. `heat` is an own measured heat value in GJ per ton, per 10⁴ m³.
    """

    carrier: str
    name: str
    amount: Decimal
    unit: str
    feedstock: Decimal = ZERO
    renewable: Decimal = ZERO
    heat: Decimal | None = None
    heat_source: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Region:
    """The place's figures (所在地区数据): energy in tce, GDP in 万元, CO2 in t.

    `limit` and `expected` are the peak path and the forecast without new projects, year by year.
    """

    name: str = ""
    energy: Decimal | None = None
    gdp: Decimal | None = None
    carbon: Decimal | None = None
    increment: Decimal | None = None
    energy_room: Decimal | None = None
    carbon_room: Decimal | None = None
    limit: Mapping[int, Decimal] = field(default_factory=dict)
    expected: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Granted:
    """A project already granted in this period (本期已批项目)."""

    name: str
    energy: Decimal
    carbon: Decimal = ZERO
    value_added: Decimal = ZERO
    year: int = 0


@dataclass(frozen=True, slots=True)
class Average:
    """The trade's mean or advanced level (行业水平), with its source."""

    energy: Decimal | None
    carbon: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """Energy given up elsewhere for a two-high project (能耗替代来源)."""

    name: str
    energy: Decimal
    document: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured after completion (投产后实测)."""

    on: date
    uses: tuple[Use, ...]
    value_added: Decimal | None
    process_carbon: Decimal = ZERO
    factor_year: int | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project that asks for energy (待评价项目)."""

    name: str
    place: str
    applied_on: date
    uses: tuple[Use, ...]
    value_added: Decimal | None = None
    code: str = ""
    trade: str = ""
    government: bool = False
    rebuilt: bool = False
    before: tuple[Use, ...] = ()
    flags: Mapping[str, bool] = field(default_factory=dict)
    transformer_kva: Decimal | None = None
    production_year: int | None = None
    process_carbon: Decimal = ZERO
    region: Region = field(default_factory=Region)
    granted: tuple[Granted, ...] = ()
    average: Average | None = None
    two_high: bool | None = None
    reduced: bool = False
    replacements: tuple[Replacement, ...] = ()
    factor_year: int | None = None
    factors: Mapping[str, Own] = field(default_factory=dict)
    measured: Measured | None = None
