"""Periods in headings and cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.kernel.periods import Period
from yiben.readers.tables.periods import named_period, names_run, period_in_cell, slot_of


@pytest.mark.parametrize(
    ("text", "period", "rest"),
    [
        ("2026年7月完成投资", "2026-07", "完成投资"),
        ("7月完成投资", "2025-07", "完成投资"),
        ("12月", "2025-12", ""),
        ("十二月", "2025-12", ""),
        ("2026年完成投资5月", "2026-05", "完成投资"),
        ("2026-07完成", "2026-07", "完成"),
        ("2026.10月", "2026-10", ""),
        ("2026年一季度投资", "2026Q1", "投资"),
        ("二季度", "2025Q2", ""),
        ("2026q3", "2026Q3", ""),
        ("2026年上半年", "2026H1", ""),
        ("2026年度计划", "2026", "计划"),
    ],
)
def test_headings_name_periods(text, period, rest):
    named = named_period(text)
    assert named is not None
    assert (str(named.period(year=2025)), named.rest) == (period, rest)


@pytest.mark.parametrize("text", ["1-7月完成投资", "1月至7月", "2026年1～7月累计", "总投资", "13月", "第2期"])
def test_runs_and_other_texts_name_none(text):
    assert named_period(text) is None


def test_a_run_is_known_as_one():
    assert names_run("2026年1-7月") and not names_run("2026-07月")


def test_without_a_year_there_is_no_period():
    assert named_period("7月").period(year=None) is None


@pytest.mark.parametrize(
    "text",
    ["2026-07", "2026年7月", "202607", "2026-07-01", "2026.7", "2026/7", "２０２６年７月份", "20260701"],
)
def test_cells_give_months(text):
    assert period_in_cell(text, year=None) == Period.of("2026-07")


def test_cells_give_other_periods_or_nothing():
    assert period_in_cell("2026Q1", year=None) == Period.of("2026Q1")
    assert period_in_cell("7月", year=2026) == Period.of("2026-07")
    assert period_in_cell("近期", year=2026) is None
    assert period_in_cell("2026年7月完成", year=2026) is None


def test_slots():
    assert slot_of(Period.of("2026-07"), "month") == "2026-07"
    assert slot_of(Period.of("2026-07"), "quarter") == "2026Q3"
    assert slot_of(Period.of("2026-07"), "year") == "2026"
    assert slot_of(Period.of("2026"), "month") is None
    assert slot_of(Period.of("2026H1"), "year") == "2026"


@given(st.text(max_size=20))
def test_no_text_raises_in_period_in_cell(text):
    period_in_cell(text, year=2026)
    named_period(text)
