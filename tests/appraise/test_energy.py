"""Standard coal and CO2: the published table recomputed, feedstock and renewables, own heat values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from yiben.appraise.energy import carriers, totals_of, worked_out
from yiben.appraise.factors import Factors
from yiben.appraise.project import Use
from yiben.kernel.problems import Refused
from yiben.rulebook import built_in

BOOK = built_in()
OUT = frozenset({"feedstock", "renewable"})


def factors(day=date(2026, 1, 5)):
    return Factors(BOOK, day, "330112")


def line(carrier, amount, unit, **more):
    (found,) = worked_out([Use(carrier, carrier, D(amount), unit, **more)], factors=factors())
    return found


@pytest.mark.parametrize(
    ("fuel", "unit", "tons"),
    [
        ("anthracite", "吨", "2.3228"), ("bituminous", "吨", "2.0715"), ("lignite", "吨", "1.4241"),
        ("washed_coal", "吨", "2.2818"), ("briquette", "吨", "1.9360"), ("coke", "吨", "2.8518"),
        ("crude", "吨", "3.0783"), ("fuel_oil", "吨", "3.0472"), ("gasoline", "吨", "3.0425"),
        ("diesel", "吨", "3.1451"), ("kerosene", "吨", "3.1517"), ("petroleum_coke", "吨", "3.0633"),
        ("lpg", "吨", "2.9538"), ("lng", "吨", "2.3253"), ("natural_gas", "万立方米", "21.6219"),
        ("coke_oven_gas", "万立方米", "8.5828"),
    ],
)  # fmt: skip
def test_carbon_of_a_ton_of_each_fuel(fuel, unit, tons):
    """The last column of the field's table, to its four places (rounding half up or truncation)."""
    assert abs(line(fuel, 1, unit).carbon - D(tons)) < D("0.0001")


def test_electricity_in_both_values_and_carbon():
    """1000 万 kWh: × 0.1229 = 1229 tce 当量; × 0.3015 = 3015 tce 等价; × 0.4974 = 4974 tCO2."""
    found = line("electricity", 1000, "万千瓦时")
    assert (found.calorific, found.equivalent, found.carbon) == (D(1229), D(3015), D(4974))


def test_diesel_by_hand():
    """35 t × 1.4571 = 50.9985 tce; 35 × 43.33 × 0.0202 × 0.98 × 44/12 = 110.0793 t."""
    found = line("diesel", 35, "吨")
    assert found.calorific == found.equivalent == D("50.9985")
    assert round(found.carbon, 4) == D("110.0793")


def test_gas_in_either_unit():
    assert (
        line("natural_gas", 180, "万立方米").calorific
        == line("natural_gas", 1800000, "立方米").calorific
        == D("2185.74")
    )


def test_own_heat_value_comes_first():
    """100 t at 20.908 GJ/t: 2090.8 GJ ÷ 29.3076 GJ/tce = 71.3399 tce."""
    found = line("bituminous", 100, "吨", heat=D("20.908"), heat_source="化验报告")
    assert round(found.calorific, 4) == D("71.3399")
    assert round(found.carbon, 4) == round(D(100) * D("20.908") * D("0.02618") * D("0.93") * 44 / 12, 4)


def test_feedstock_is_not_burnt_and_can_be_taken_out():
    found = line("natural_gas", 100, "万立方米", feedstock=D(40))
    assert round(found.carbon, 4) == round(line("natural_gas", 60, "万立方米").carbon, 4)
    totals = totals_of([found], taken_out=OUT)
    assert totals.controlled == totals.without_feedstock == D("1214.3") * D("0.6")
    assert totals_of([found], taken_out=frozenset()).controlled == D("1214.3")


def test_renewable_electricity_has_no_carbon_and_is_taken_out():
    found = line("electricity", 1000, "万千瓦时", renewable=D(250))
    assert found.carbon == D(4974) * 3 / 4
    assert totals_of([found], taken_out=OUT).controlled == D(3015) * 3 / 4


def test_bought_steam():
    """1000 t × 0.1286 = 128.6 tce; × 29.3076 GJ/tce × 0.11 = 414.5854 t."""
    found = line("steam", 1000, "吨")
    assert found.calorific == D("128.6")
    assert round(found.carbon, 4) == D("414.5853") or round(found.carbon, 4) == D("414.5854")


def test_raw_coal_without_a_kind_is_refused():
    with pytest.raises(Refused) as refusal:
        line("raw_coal", 100, "吨")
    assert "无烟煤" in refusal.value.problems[0].expected


def test_nothing_used_is_nothing():
    assert line("diesel", 0, "吨").carbon == 0


def test_every_carrier_has_a_chinese_name():
    assert carriers(BOOK)["电力"] == "electricity"
    assert carriers(BOOK)["烟煤"] == "bituminous"
    assert "电力等价值" not in carriers(BOOK)
