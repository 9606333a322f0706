"""How numbers are printed: rounding, units, the exact spelling that can be read back."""

from __future__ import annotations

import doctest
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.kernel.periods import Period
from yiben.writers.documents import numbers


def test_the_examples_hold() -> None:
    assert doctest.testmod(numbers).failed == 0


@given(st.fractions())
def test_the_exact_spelling_is_read_back(value: Fraction) -> None:
    assert Fraction(numbers.exact_text(value)) == value


@given(st.fractions(min_value=-(10**12), max_value=10**12), st.integers(0, 6))
def test_rounding_is_off_by_at_most_half(value: Fraction, decimals: int) -> None:
    printed = Fraction(Decimal(numbers.decimal_text(value, decimals=decimals)))
    assert abs(printed - value) <= Fraction(1, 2 * 10**decimals)


@pytest.mark.parametrize(
    ("value", "text", "unit"),
    [
        ("9999.994", "9999.99", "万元"),
        ("10000", "1.00", "亿元"),
        ("-12345", "-1.23", "亿元"),
        ("0", "0.00", "万元"),
    ],
)
def test_money_from_one_yi_on_is_said_in_yi(value: str, text: str, unit: str) -> None:
    assert numbers.amount_text(Decimal(value), unit="万元") == (text, unit)


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(39, 49), "79.6%"), (Fraction(1, 2000), "0.1%"), (Fraction(-1, 4000), "0.0%")],
)
def test_percentages_round_half_up_and_never_print_a_negative_zero(value: Fraction, text: str) -> None:
    assert numbers.percent_text(value) == text


def test_periods_and_ordinals() -> None:
    assert [numbers.period_text(Period.of(one)) for one in ("2026H1", "2026H2", "2026Q4", "2026-02")] == [
        "2026年上半年",
        "2026年下半年",
        "2026年四季度",
        "2026年2月",
    ]
    assert [numbers.ordinal_text(level, 11) for level in (1, 2, 3, 4)] == [
        "十一、",
        "（十一）",
        "11.",
        "（11）",
    ]
