"""Aggregates: exact over decimals, whatever the order of the rows."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.boards.drawing import draw
from yiben.boards.tables import frames_from_rows
from yiben.scenes.boards import board_of
from yiben.scenes.model import Pack

BOARD = """
towns:
  label: t
  group: [town]
  columns:
    total: {value: sum(cost), decimals: 6}
    mean: {value: avg(cost), decimals: 12}
    middle: {value: median(cost), decimals: 7}
    roads: {value: count(*) filter (where kind = 'road')}
    road_middle: {value: median(cost) filter (where kind = 'road'), decimals: 7}
    part: {value: share(cost > 0) * 100, decimals: 4}
    least: {value: min(cost), decimals: 6}
    names: {value: count(distinct name)}
"""
MONEY = st.decimals(-(10**9), 10**9, places=2)


@settings(deadline=None, max_examples=25)
@given(costs=st.lists(st.tuples(MONEY, st.sampled_from(["road", "school"])), min_size=1, max_size=30))
def test_aggregates_equal_python_fractions(
    costs: list[tuple[Decimal, str]], pack_with: Callable[[str], Pack]
) -> None:
    pack = pack_with(BOARD)
    rows = [
        {"code": str(number), "name": "x", "town": "T", "kind": kind, "cost": cost}
        for number, (cost, kind) in enumerate(costs)
    ]
    board = board_of(pack, "towns")
    drawn = draw(board, frames_from_rows(pack, rows))
    again = draw(board, frames_from_rows(pack, rows[::-1]))
    assert drawn.canonical() == again.canonical()
    (record,) = drawn.records()
    exact = [Fraction(cost) for cost, _ in costs]
    roads = [Fraction(cost) for cost, kind in costs if kind == "road"]
    assert record["total"] == sum(cost for cost, _ in costs)
    assert abs(Fraction(record["mean"]) - sum(exact) / len(exact)) <= Fraction(1, 2 * 10**12)
    assert Fraction(record["middle"]) == statistics.median(exact)
    assert record["roads"] == len(roads)
    assert (record["road_middle"] is None) == (not roads)
    if roads:
        assert Fraction(record["road_middle"]) == statistics.median(roads)
    assert Fraction(record["least"]) == min(exact)
    assert record["names"] == 1


def test_an_unknown_condition_counts_in_the_whole_of_a_share(pack_with: Callable[[str], Pack]) -> None:
    pack = pack_with(BOARD)
    rows = [{"code": str(number), "town": "T", "cost": cost} for number, cost in enumerate((None, 5, -5, 7))]
    (record,) = draw(board_of(pack, "towns"), frames_from_rows(pack, rows)).records()
    assert record["part"] == Decimal("50.0000")


def test_a_sum_of_quotients_does_not_depend_on_the_order(pack_with: Callable[[str], Pack]) -> None:
    pack = pack_with(
        "towns: {label: t, group: [town], columns: {x: {value: sum(cost / budget), decimals: 12}}}"
    )
    rows = [{"code": str(n), "town": "T", "cost": n, "budget": 3 * n + 1} for n in range(1, 200)]
    one = draw(board_of(pack, "towns"), frames_from_rows(pack, rows))
    assert one.canonical() == draw(board_of(pack, "towns"), frames_from_rows(pack, rows[::-1])).canonical()


def test_binary_columns_repeat_a_spreadsheet(pack_with: Callable[[str], Pack]) -> None:
    # In floating point 2.675 is a little less than it says.
    columns = (
        "exact: {value: median(budget - cost)}, binary: {value: median(budget - cost), arithmetic: binary}"
    )
    pack = pack_with(f"towns: {{label: t, group: [town], columns: {{{columns}}}}}")
    rows = [{"code": "1", "town": "T", "budget": "2.675", "cost": "0"}]
    (record,) = draw(board_of(pack, "towns"), frames_from_rows(pack, rows)).records()
    assert record["exact"] == Decimal("2.68")
    assert record["binary"] == Decimal(f"{2.675:.2f}") == Decimal("2.67")
