"""Numbers of cells: exact, in the field's unit, or told why not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.tables.numbers import NumberReader
from yiben.readers.tables.told import Told, Wrong
from yiben.scenes.model import Field, Label

MONEY = Field("total", "money", Label("总投资"), unit="万元", least="0", decimals=6)
FREE = replace(MONEY, least=None)
WHOLE = Field("lanes", "integer", Label("车道数"), least="1", greatest="12", decimals=0)
PERCENT = Field("progress", "percent", Label("形象进度"), unit="%", least="0", greatest="100", decimals=6)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,280.5", "1280.5"),
        ("１２８０．５", "1280.5"),
        ("1280.5万元", "1280.5"),
        ("1.28亿元", "12800"),
        ("1.28亿", "12800"),
        ("3千万", "3000"),
        ("12805000元", "1280.5"),
        ("¥1,280.50", "1280.5"),
        (" 1280.50 ", "1280.5"),
        ("1.2E+3", "1200"),
        ("三百二十万元", "320"),
        (1280.5, "1280.5"),
        (1280, "1280"),
        (0.1 + 0.2, "0.3"),
        ("0", "0"),
        ("-0", "0"),
        ("－", None),
        ("—", None),
        ("/", None),
        ("无", None),
        ("", None),
    ],
)
def test_amounts_are_exact(cell, value):
    assert NumberReader(MONEY, unit="万元")(cell) == value


def test_the_unit_of_the_column_is_converted_and_the_unit_in_the_cell_wins():
    read = NumberReader(MONEY, unit="亿元")
    assert read("1.5") == "15000"
    assert read(1.5) == "15000"
    assert read("1.5万元") == "1.5"


@pytest.mark.parametrize(
    "cell", ["n/a", "约1280", "1280左右", "1,28", "1.280,5", "12-15", True, "1280亩", "(5", "1 280 5"]
)
def test_what_is_no_amount_is_refused(cell):
    assert isinstance(NumberReader(MONEY, unit="万元")(cell), Wrong)


def test_accounting_brackets_are_negative():
    assert NumberReader(FREE, unit="万元")("(1,280.5)") == "-1280.5"
    assert NumberReader(FREE, unit="万元")("−3") == "-3"


def test_limits_and_decimals():
    assert NumberReader(MONEY, unit="万元")(-1).code == "number-out-of-range"
    assert NumberReader(PERCENT, unit="%")(100) == "100"
    assert NumberReader(PERCENT, unit="%")("100.01").code == "number-out-of-range"
    assert NumberReader(MONEY, unit="万元")("1e15").code == "number-too-large"
    assert NumberReader(MONEY, unit="万元")("9e12") == "9000000000000"
    assert NumberReader(WHOLE, unit="")(4.0) == 4
    assert NumberReader(WHOLE, unit="")("4") == 4
    assert NumberReader(WHOLE, unit="")(4.5).code == "number-decimals"
    assert NumberReader(WHOLE, unit="")(13).code == "number-out-of-range"
    assert NumberReader(replace(FREE, decimals=2), unit="万元")("3.14159").code == "number-decimals"


def test_a_calculated_number_is_rounded_and_told():
    read = NumberReader(replace(FREE, decimals=2), unit="万元")(100 / 3)
    assert isinstance(read, Told)
    assert (read.value, read.code) == ("33.33", "number-rounded")


def test_not_a_number_and_infinity_are_refused():
    for cell in (float("nan"), float("inf")):
        assert isinstance(NumberReader(FREE, unit="万元")(cell), Wrong)
        assert NumberReader(FREE, unit="万元").read_floats([1.0, cell]) is None


amounts = st.decimals(min_value=-8 * 10**8, max_value=8 * 10**8, places=4, allow_nan=False)


@given(amounts)
def test_a_written_amount_reads_as_itself(value):
    read = NumberReader(FREE, unit="万元")
    assert Decimal(read(f"{value:,f}")) == value
    assert Decimal(read(float(value))) == value


@given(amounts)
def test_a_unit_changes_nothing_but_the_scale(value):
    assert Decimal(NumberReader(FREE, unit="亿元")(f"{value:f}")) == value * 10_000


@given(
    st.lists(st.one_of(st.integers(-(10**6), 10**6).map(float), st.floats(-1e9, 1e9, width=32)), min_size=1)
)
def test_a_run_reads_as_its_cells_do(cells):
    read = NumberReader(FREE, unit="万元")
    run = read.read_floats(cells)
    assert run is None or run == [read(cell) for cell in cells]
