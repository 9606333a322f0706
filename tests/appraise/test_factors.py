"""Factors: every table value of the field's notes, dates, and refusal in place of a guess."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from yiben.appraise.factors import Factors, Own, governing
from yiben.kernel.dated import NotYetInForce
from yiben.kernel.problems import Refused
from yiben.rulebook import built_in, check

BOOK = built_in()
ROOM_FILES = ("energy/", "carbon/", "land/", "funds/", "grain/")


def test_the_rooms_rulebook_files_are_clean():
    assert [problem for problem in check() if problem.place.file.startswith(ROOM_FILES)] == []


@pytest.mark.parametrize(
    ("carrier", "kgce"),
    [
        ("raw_coal", "0.7143"), ("washed_coal", "0.9000"), ("coke", "0.9714"), ("natural_gas", "1.2143"),
        ("lng", "1.7572"), ("coke_oven_gas", "0.6143"), ("heat", "0.03412"), ("electricity", "0.1229"),
        ("fuel_oil", "1.4286"), ("crude", "1.4286"), ("gasoline", "1.4714"), ("kerosene", "1.4714"),
        ("diesel", "1.4571"), ("lpg", "1.7143"), ("refinery_gas", "1.5714"), ("blast_furnace_gas", "0.1286"),
        ("steam", "0.1286"),
    ],
)  # fmt: skip
def test_standard_coal_of_each_carrier(carrier, kgce):
    value, _, _ = governing(BOOK, f"energy.conversion.{carrier}", on=date(2025, 9, 1), place="330112")
    assert value["kgce"] == D(kgce)


@pytest.mark.parametrize(
    ("area", "year", "factor"),
    [
        ("CN", 2021, "0.5568"), ("CN", 2022, "0.5366"), ("CN", 2023, "0.5306"), ("33", 2021, "0.5422"),
        ("33", 2022, "0.5153"), ("33", 2023, "0.4974"), ("32", 2022, "0.5978"), ("32", 2023, "0.5827"),
        ("31", 2022, "0.5849"), ("31", 2023, "0.5737"), ("44", 2022, "0.4403"), ("44", 2023, "0.4419"),
    ],
)  # fmt: skip
def test_grid_factor_by_area_and_year(area, year, factor):
    factors = Factors(BOOK, date(2026, 6, 1), "330112", year)
    assert factors.of_year("carbon.grid.average", area=area, key="factor") == D(factor)
    assert factors.used["carbon.grid.average"].year == year


@pytest.mark.parametrize(
    ("day", "year"), [(date(2024, 12, 19), 2021), (date(2024, 12, 20), 2022), (date(2025, 12, 31), 2023)]
)
def test_the_newest_published_by_the_day_is_taken(day, year):
    factors = Factors(BOOK, day, "330112")
    factors.of_year("carbon.grid.average", area="33", key="factor")
    assert factors.used["carbon.grid.average"].year == year


@pytest.mark.parametrize(
    ("day", "area", "year"),
    [
        (date(2024, 4, 11), "33", None),  # the day before the first notice
        (date(2026, 6, 1), "33", 2024),  # a year that has no notice yet
        (date(2026, 6, 1), "34", None),  # a province that is not in the table: the nation is no stand-in
        (date(2024, 12, 19), "33", 2022),  # asked the day before it was published
    ],
)
def test_a_missing_factor_is_refused(day, area, year):
    with pytest.raises(Refused) as refusal:
        Factors(BOOK, day, f"{area}0000", year).of_year("carbon.grid.average", area=area, key="factor")
    (problem,) = refusal.value.problems
    assert problem.code == "factor-missing"
    assert area in problem.found and problem.place.subject == "carbon.grid.average"


def test_an_own_factor_comes_first_and_is_told():
    own = {"carbon.grid.average": Own(D("0.42"), 2025, "绿电结构核定书")}
    factors = Factors(BOOK, date(2026, 6, 1), "340100", own=own)
    assert factors.of_year("carbon.grid.average", area="34", key="factor") == D("0.42")
    assert factors.used["carbon.grid.average"].source == "绿电结构核定书"
    assert factors.used["carbon.grid.average"].sure == "given"


def test_an_old_factor_gives_a_warning():
    factors = Factors(BOOK, date(2028, 6, 1), "330112", 2023)
    factors.of_year("carbon.grid.average", area="33", key="factor")
    assert [problem.code for problem in factors.warnings] == ["factor-old"]


def test_a_local_version_gives_way_outside_its_days():
    _, version, _ = governing(BOOK, "energy.review.routes", on=date(2023, 5, 31), place="330122")
    assert version.jurisdiction == "330122"
    for day in (date(2021, 2, 7), date(2023, 6, 1)):
        _, version, _ = governing(BOOK, "energy.review.routes", on=day, place="330122")
        assert version.jurisdiction == "CN"
    with pytest.raises(NotYetInForce):
        governing(BOOK, "energy.review.routes", on=date(2016, 12, 31), place="330122")
