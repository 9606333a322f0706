"""Exact columns: the same answers as SQL where SQL is exact, and fractions where it is not."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from yiben.boards.compiler import row_sql
from yiben.boards.exact import evaluate, half_up, rounded

DAY, LATER = date(2024, 1, 31), date(2025, 2, 28)
ROW = {"a": 7, "b": -3, "z": 0, "n": None, "t": "road", "d": DAY, "e": LATER, "yes": True}


def value(text: str) -> object:
    """An expression over the one row above."""
    tree = sqlglot.parse_one(text, dialect="duckdb")
    return evaluate(tree, {name: [cell] for name, cell in ROW.items()}, 1)[0]


@pytest.mark.parametrize(
    "text",
    [
        *("a + b * 2", "-a", "a % 3", "b % 2", "a % z", "abs(b)", "greatest(a, b, n)", "least(a, n, b)"),
        *("a > 3 and n > 1", "a > 3 or n > 1", "not (n > 1)", "n is null", "a is not null", "n in (1, 2)"),
        *("a in (1, 7)", "a not in (1, n)", "a between 1 and 7", "t like 'r%'", "t like '_oad'", "upper(t)"),
        *("coalesce(n, a)", "nullif(a, 7)", "case when n > 1 then 1 when a > 1 then 2 else 3 end"),
        *(
            "case t when 'road' then 1 else 2 end",
            "if(a > 1, 'x', 'y')",
            "length(t)",
            "t || '!'",
            "concat(t, n)",
        ),
        *("year(d)", "month(e)", "d < e", "d > '2024-01-30'", "d between '2024-01-01' and '2024-12-31'"),
        *("e - d", "days_from(d, e)", "months_from(d, e)", "months_from(e, d)", "plus_months(d, 1)"),
        *("plus_days(d, 40)", "days_from(d, '2024-03-01')", "yes", "yes and a > 8", "floor(b)", "ceil(a)"),
    ],
)
def test_exact_and_sql_agree(text: str) -> None:
    names = {name: cell for name, cell in ROW.items() if cell is not None}
    connection = duckdb.connect()
    marks = ", ".join(f"? as {name}" for name in names)
    query = f"select {row_sql(sqlglot.parse_one(text, dialect='duckdb')).sql(dialect='duckdb')} from (select {marks}, cast(null as integer) as n)"  # noqa: S608
    expected = connection.execute(query, list(names.values())).fetchone()[0]
    connection.close()
    assert value(text) == expected


def test_a_quotient_is_exact_and_by_zero_unknown() -> None:
    assert value("a / 3") == Fraction(7, 3)
    assert value("a / 3 * 3 = 7") is True
    assert value("a / z") is None
    assert value("ratio(a, z)") is None


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6), st.integers(0, 6))
def test_rounding_is_that_of_decimal(above: int, below: int, decimals: int) -> None:
    exact = Fraction(above, below * 10**decimals)
    # Decimal rounds a quotient of so many digits exactly as a fraction is rounded.
    wide = Decimal(above) / (Decimal(below) * Decimal(10) ** decimals)
    if Fraction(wide) != exact:
        return
    step = Decimal(1).scaleb(-decimals)
    assert rounded(exact, decimals, "half_up") == wide.quantize(step, ROUND_HALF_UP)
    assert rounded(exact, decimals, "half_even") == wide.quantize(step, ROUND_HALF_EVEN)


def test_rounding_has_no_minus_zero() -> None:
    assert str(rounded(Fraction(-1, 1000), 2, "half_up")) == "0.00"


def test_half_is_away_from_zero() -> None:
    assert [half_up(Fraction(number, 2)) for number in (-5, -3, 3, 5)] == [-3, -2, 2, 3]
