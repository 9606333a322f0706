"""Ranks and orders hold their laws for any numbers."""

from __future__ import annotations

from fractions import Fraction

import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from yiben.boards.across import over_rows, places_from_below, rank_rows, sort_rows
from yiben.scenes.mechanics import Key

CELLS = st.lists(st.one_of(st.none(), st.fractions(max_denominator=4), st.integers(-3, 3)), max_size=12)


@given(CELLS)
def test_a_rank_is_one_more_than_how_many_are_better(cells: list[Fraction | None]) -> None:
    parts = [list(range(len(cells)))]
    ranks = rank_rows(parts, [Key("c", True)], "skip", {"c": cells}, len(cells))
    dense = rank_rows(parts, [Key("c", True)], "dense", {"c": cells}, len(cells))
    known = [cell for cell in cells if cell is not None]
    for cell, rank, close in zip(cells, ranks, dense, strict=True):
        assert rank == (None if cell is None else 1 + sum(other > cell for other in known))
        assert close == (None if cell is None else 1 + len({other for other in known if other > cell}))
    places = places_from_below(parts[0], ranks)
    for row, place in places.items():
        assert place == 1 + sum(other < cells[row] for other in known)


@given(CELLS)
def test_rows_without_a_value_stand_last(cells: list[Fraction | None]) -> None:
    for falling in (True, False):
        order = [cells[row] for row in sort_rows(range(len(cells)), [Key("c", falling)], {"c": cells})]
        known = [cell for cell in order if cell is not None]
        assert known == sorted(known, reverse=falling)
        assert all(cell is None for cell in order[len(known) :])


def test_equal_fractions_of_great_size_are_told_apart() -> None:
    great = Fraction(10**30)
    cells = [great, great + Fraction(1, 10**30), great]
    assert rank_rows([[0, 1, 2]], [Key("c", True)], "skip", {"c": cells}, 3) == [2, 1, 2]


def test_aggregates_over_rows() -> None:
    table = {"a": [1, 2, None, 4], "t": ["x", "x", "y", "y"]}

    def value(text: str) -> object:
        return over_rows(sqlglot.parse_one(text, dialect="duckdb"), [0, 1, 2, 3], table)

    assert value("sum(a) / count(*)") == Fraction(7, 4)
    assert value("avg(a)") == Fraction(7, 3)
    assert value("median(a) + min(a) + max(a)") == 7
    assert value("share(a > 1)") == Fraction(1, 2)
    assert value("count(distinct t)") == 2
    assert value("sum(a) filter (where t = 'y')") == 4
    assert value("sum(a) filter (where t = 'z')") is None
