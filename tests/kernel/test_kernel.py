"""Examples and laws of the nouns that every room speaks."""

import doctest
import importlib
import pkgutil
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yiben.kernel
from yiben.kernel.colours import Colour, worst
from yiben.kernel.dated import Dated, NotYetInForce
from yiben.kernel.periods import NotAPeriod, Period, months_between
from yiben.kernel.problems import Place, Problem, Refused, errors_of
from yiben.kernel.units import UNITS, UnitMismatch, UnknownUnit, convert, plain


@pytest.mark.parametrize("module", [info.name for info in pkgutil.iter_modules(yiben.kernel.__path__)])
def test_doctests(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"yiben.kernel.{module}")).failed == 0


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2022", date(2022, 1, 1), date(2023, 1, 1)),
        ("2022H2", date(2022, 7, 1), date(2023, 1, 1)),
        ("2022Q4", date(2022, 10, 1), date(2023, 1, 1)),
        ("2022-12", date(2022, 12, 1), date(2023, 1, 1)),
        ("2022-01/2022-05", date(2022, 1, 1), date(2022, 6, 1)),
    ],
)
def test_period_forms(text: str, first: date, end: date) -> None:
    period = Period.of(text)
    assert (period.first, period.end, str(period)) == (first, end, text)
    assert first in period and end not in period


@pytest.mark.parametrize(
    "text", ["", "2022-13", "2022Q5", "2022H3", "22", "2022-05/2022-01", "二〇二二", "2022-00"]
)
def test_not_a_period(text: str) -> None:
    with pytest.raises(NotAPeriod):
        Period.of(text)


@given(st.integers(1900, 2200), st.integers(1, 12), st.integers(1, 40))
def test_period_reads_what_it_writes(year: int, month: int, months: int) -> None:
    period = Period(date(year, month, 1), months)
    assert Period.of(str(period)) == period
    assert [m.months for m in period.each_month()] == [1] * months


def test_months_between_and_shift() -> None:
    months = months_between(Period.of("2025-11"), Period.of("2026Q1"))
    assert [str(month) for month in months] == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    assert str(Period.of("2026-01").shift(-1)) == "2025-12"


def test_dated_answers_only_where_the_rule_does() -> None:
    limit = Dated("line", ((date(2023, 6, 1), 10), (date(2025, 9, 1), 20)), until=date(2027, 1, 1))
    assert [limit.on(date(2023, 6, 1)), limit.on(date(2025, 8, 31)), limit.on(date(2025, 9, 1))] == [
        10,
        10,
        20,
    ]
    for day in (date(2023, 5, 31), date(2027, 1, 1)):
        with pytest.raises(NotYetInForce):
            limit.on(day)


def test_worst_colour() -> None:
    assert worst([Colour.GREEN, Colour.RED, Colour.EXEMPT]) is Colour.RED
    assert worst([]) is Colour.NONE
    with pytest.raises(ValueError, match="yellow"):
        Colour.of("amber")


def test_units_are_exact_and_kinds_apart() -> None:
    assert convert(Decimal(1), "公顷", "亩") == Decimal(15)
    assert convert(Decimal("88.15"), "万元", "元") == Decimal(881500)
    for source, target in (("%", "个百分点"), ("个", "家"), ("亩", "万元")):
        with pytest.raises(UnitMismatch):
            convert(Decimal(1), source, target)
    with pytest.raises(UnknownUnit):
        convert(Decimal(1), "斛", "亩")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4), st.sampled_from(["元", "万元", "亿元"]))
def test_money_converts_back(value: Decimal, unit: str) -> None:
    assert convert(convert(value, "万元", unit), unit, "万元") == value


def test_every_unit_is_filed_under_its_name() -> None:
    assert all(unit.name == name for name, unit in UNITS.items())
    assert plain(Decimal("10.50")) == Decimal("10.5") and str(plain(Decimal("1E+3"))) == "1000"


def test_a_problem_says_where_found_expected() -> None:
    place = Place(file="7月进度.xlsx", sheet="产业项目", cell="D14")
    problem = Problem("not-a-number", '"n/a"', "an amount in 万元, such as 1280.5", place)
    assert (
        str(problem)
        == '7月进度.xlsx › 产业项目 › D14: found "n/a", expected an amount in 万元, such as 1280.5'
    )
    assert problem.as_dict()["place"] == {"file": "7月进度.xlsx", "sheet": "产业项目", "cell": "D14"}
    assert str(Place(file="a.yaml", line=3, start=None)) == "a.yaml:3"
    note = Problem("note", "x", "y", severity="warning")
    assert errors_of([problem, note]) == [problem]
    assert Refused([problem]).problems == (problem,)
