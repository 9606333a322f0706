"""Energy use in standard coal and its CO2 (折标准煤与二氧化碳), carrier by carrier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yiben.appraise.factors import Factors
from yiben.appraise.project import ZERO, Use
from yiben.kernel.problems import Place, Problem, Refused
from yiben.kernel.units import convert
from yiben.rulebook import Rulebook

ELECTRICITY = "electricity"
COAL = frozenset({"raw_coal", "washed_coal", "anthracite", "bituminous", "lignite", "briquette"})
BOUGHT_HEAT = frozenset({"heat", "steam"})
GASES = frozenset({"natural_gas", "coke_oven_gas", "blast_furnace_gas"})


@dataclass(frozen=True, slots=True)
class Line:
    """One carrier worked out (分品种结果): tce by heat value and by equivalent value, CO2 in t.

    `feedstock` and `renewable` are their parts in tce by equivalent value.
    """

    use: Use
    calorific: Decimal
    equivalent: Decimal
    feedstock: Decimal
    renewable: Decimal
    carbon: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """A year's energy and CO2 (年综合能源消费量): all, and without feedstock and renewables."""

    calorific: Decimal
    equivalent: Decimal
    without_feedstock: Decimal
    without_renewable: Decimal
    controlled: Decimal
    carbon: Decimal
    electricity_kwh: Decimal
    coal_t: Decimal

    def minus(self, other: Totals) -> Totals:
        """The increment over another year's totals."""
        return Totals(*(getattr(self, name) - getattr(other, name) for name in Totals.__dataclass_fields__))


def carriers(book: Rulebook) -> dict[str, str]:
    """Every carrier that the rulebook knows: Chinese name → key."""
    conversion, fuels = book.below("energy.conversion"), book.below("carbon.fuels")
    names = {entry.name["zh"]: key for key, entry in {**fuels, **conversion}.items()}
    for key in ("electricity_equivalent", "carbon_dioxide", "bought_heat", "renewable_electricity"):
        names = {name: known for name, known in names.items() if known != key}
    return names


def base_unit(carrier: str) -> str:
    """The unit in which a carrier is counted here: 吨, 万立方米, 千瓦时 or 兆焦."""
    if carrier == ELECTRICITY:
        return "千瓦时"
    if carrier == "heat":
        return "兆焦"
    return "万立方米" if carrier in GASES else "吨"


def worked_out(uses: Sequence[Use], *, factors: Factors) -> list[Line]:
    """Each use in tce and CO2; raises Refused where a factor is missing."""
    lines, problems = [], []
    for use in uses:
        try:
            lines.append(_line(use, factors))
        except Refused as error:
            problems += [_at(problem, use) for problem in error.problems]
    if problems:
        raise Refused(problems)
    return lines


def _at(problem: Problem, use: Use) -> Problem:
    place = Place(use.place.file, line=use.place.line, subject=use.name, field=problem.place.field)
    return Problem(problem.code, problem.found, problem.expected, place, problem.severity)


def _line(use: Use, factors: Factors) -> Line:
    amount = convert(use.amount, use.unit, base_unit(use.carrier))
    calorific = _tce(use, amount, factors)
    equivalent = calorific
    if use.carrier == ELECTRICITY:
        kgce = factors.of_year(
            "energy.conversion.electricity_equivalent", area=_equivalent_area(factors), key="kgce"
        )
        equivalent = amount * kgce / 1000
    carbon = _carbon(use, amount, calorific, factors)
    each = equivalent / use.amount if use.amount else ZERO
    return Line(use, calorific, equivalent, each * use.feedstock, each * use.renewable, carbon)


def _equivalent_area(factors: Factors) -> str:
    """The province where it has published its own equivalent value, else the nation."""
    versions = factors.book.entry("energy.conversion.electricity_equivalent").versions
    own = {version.jurisdiction for version in versions}
    return factors.place[:2] if factors.place[:2] in own else "CN"


def _tce(use: Use, amount: Decimal, factors: Factors) -> Decimal:
    """Standard coal by heat value: the measured heat first, then the table, then the fuel's default heat."""
    if use.heat is not None:
        return amount * use.heat / factors.number("energy.standard_coal.megajoule")
    id = f"energy.conversion.{use.carrier}"
    if id in factors.book:
        row = factors.value(id)
        return convert(amount, base_unit(use.carrier), row["per"]) * Decimal(row["kgce"]) / 1000
    row = factors.value(f"carbon.fuels.{use.carrier}")
    return amount * Decimal(row["heat"]) / factors.number("energy.standard_coal.megajoule")


def _carbon(use: Use, amount: Decimal, calorific: Decimal, factors: Factors) -> Decimal:
    """CO2 in t: what is burnt or bought; feedstock is not burnt, its process CO2 is stated apart."""
    burnt = amount * (1 - use.feedstock / use.amount) if use.amount else ZERO
    if use.carrier == ELECTRICITY:
        green = amount * use.renewable / use.amount if use.amount else ZERO
        factor = (
            factors.of_year("carbon.grid.average", area=factors.place[:2], key="factor")
            if burnt > green
            else ZERO
        )
        none = factors.number("carbon.fuels.renewable_electricity") if green else ZERO
        return ((burnt - green) * factor + green * none) / 1000
    if not burnt:
        return ZERO
    if use.carrier in BOUGHT_HEAT:
        gigajoule = calorific * factors.number("energy.standard_coal.megajoule")
        return gigajoule * factors.number("carbon.fuels.bought_heat") * burnt / amount
    id = f"carbon.fuels.{use.carrier}"
    if id not in factors.book:
        coal = "无烟煤、烟煤 or 褐煤" if use.carrier == "raw_coal" else "a carrier with a sourced CO2 factor"
        raise Refused(
            [
                Problem(
                    "factor-missing", f"no CO2 factor of {use.name}", coal, Place(subject=id, field="carrier")
                )
            ]
        )
    row = factors.value(id)
    heat = use.heat if use.heat is not None else Decimal(row["heat"])
    per_ton = factors.ratio("carbon.fuels.carbon_dioxide")
    return burnt * heat * Decimal(row["carbon"]) * Decimal(row["oxidation"]) / 100 * per_ton


def totals_of(lines: Sequence[Line], *, process_carbon: Decimal = ZERO, taken_out: frozenset[str]) -> Totals:
    """The year's totals; `controlled` leaves out what the rule of the day takes out."""
    equivalent = sum((line.equivalent for line in lines), ZERO)
    feedstock = sum((line.feedstock for line in lines), ZERO)
    renewable = sum((line.renewable for line in lines), ZERO)
    out = (feedstock if "feedstock" in taken_out else ZERO) + (
        renewable if "renewable" in taken_out else ZERO
    )
    return Totals(
        calorific=sum((line.calorific for line in lines), ZERO),
        equivalent=equivalent,
        without_feedstock=equivalent - feedstock,
        without_renewable=equivalent - renewable,
        controlled=equivalent - out,
        carbon=sum((line.carbon for line in lines), process_carbon),
        electricity_kwh=sum(
            (
                convert(one.use.amount, one.use.unit, "千瓦时")
                for one in lines
                if one.use.carrier == ELECTRICITY
            ),
            ZERO,
        ),
        coal_t=sum(
            (convert(one.use.amount, one.use.unit, "吨") for one in lines if one.use.carrier in COAL), ZERO
        ),
    )
