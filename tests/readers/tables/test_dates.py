"""Dates of cells."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.tables.dates import EARLIEST, LATEST, DateReader
from yiben.readers.tables.told import Told, Wrong
from yiben.scenes.model import Field, Label

DAY = DateReader(Field("started", "date", Label("开工日期")))
MONTH = DateReader(Field("due", "month", Label("完工月份")))


@pytest.mark.parametrize(
    "cell",
    [
        "2026年7月15日",
        "2026年07月15号",
        "2026-07-15",
        "2026/7/15",
        "2026.7.15",
        "２０２６．７．１５",
        "20260715",
        20260715.0,
        "2026-07-15 00:00:00",
        "2026-07-15T08:30:00",
        "二〇二六年七月十五日",
        "26年7月15日",
        46218.0,
        date(2026, 7, 15),
        datetime(2026, 7, 15, 9, 30),
    ],
)
def test_the_same_day_in_many_hands(cell):
    assert DAY(cell) == "2026-07-15"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026年7月", "2026-07-01"),
        ("2026.7", "2026-07-01"),
        (2026.7, "2026-07-01"),
        ("2026.10", "2026-10-01"),
        ("202607", "2026-07-01"),
        ("2026年7月底", "2026-07-31"),
        ("2026年2月下旬", "2026-02-28"),
        ("2026年7月中旬", "2026-07-20"),
        ("2026年底", "2026-12-31"),
    ],
)
def test_a_month_alone_is_read_and_told(cell, value):
    read = DAY(cell)
    assert isinstance(read, Told)
    assert (read.value, read.code) == (value, "date-without-day")


@pytest.mark.parametrize("cell", ["2026-07", "2026年7月", 202607.0, date(2026, 7, 31), "2026.7"])
def test_a_month_field_keeps_the_month(cell):
    assert MONTH(cell) == "2026-07"


def test_a_missing_year_comes_from_the_period_or_is_asked_for():
    assert DAY("7月15日").code == "date-unreadable"
    told = DateReader(DAY.field, year=2026)("7月15日")
    assert (told.value, told.code) == ("2026-07-15", "date-without-year")
    assert DateReader(DAY.field, year=2026)("7月底").value == "2026-07-31"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-02-30", "date-impossible"),
        ("2026-13-01", "date-impossible"),
        ("2026年0月", "date-impossible"),
        ("1949-12-31", "date-out-of-range"),
        ("2101-01-01", "date-out-of-range"),
        ("15/07/2026", "date-unreadable"),
        ("近期", "date-unreadable"),
        ("2026", "date-unreadable"),
        (2026.1, "date-ambiguous"),
        (12.0, "date-unreadable"),
        (True, "date-unreadable"),
        (timedelta(1), "date-unreadable"),
        ("0000-01-01", "date-impossible"),
    ],
)
def test_what_is_no_date_is_refused(cell, code):
    read = DAY(cell)
    assert isinstance(read, Wrong)
    assert read.code == code


def test_the_serial_numbers_of_1904_workbooks():
    assert DateReader(DAY.field, origin=date(1904, 1, 1))(44756.0) == "2026-07-15"


@given(st.dates(EARLIEST, LATEST))
def test_every_day_reads_as_itself(day):
    for cell in (
        day,
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        float((day - date(1899, 12, 30)).days),
    ):
        assert DAY(cell) == day.isoformat()


@given(st.text(max_size=12))
def test_no_text_raises(text):
    DAY(text)
    MONTH(text)
