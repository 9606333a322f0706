"""Comparing a board's rows with each other (行间比较): order, ranks, and sums over rows."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlglot import exp

from yiben.boards.exact import Cells, divide, evaluate
from yiben.scenes.mechanics import Key, Ties
from yiben.scenes.mechanics_reader import outer_aggregates


def sort_rows(rows: Iterable[int], keys: Sequence[Key], table: Mapping[str, Cells]) -> list[int]:
    """Row numbers in the order of the keys; rows without a value stand last, equal ones as they were."""
    order = list(rows)
    for key in reversed(keys):
        cells = table[key.column]
        known = [row for row in order if cells[row] is not None]
        unknown = [row for row in order if cells[row] is None]
        known.sort(key=_sort_value(cells), reverse=key.falling)
        order = known + unknown
    return order


def _sort_value(cells: Cells) -> Callable[[int], Any]:
    def value(row: int) -> Any:
        cell = cells[row]
        # A fraction's float orders as the fraction does, except where floats are equal.
        return (float(cell), cell) if isinstance(cell, Fraction | int) else cell

    return value


def rank_rows(
    parts: Sequence[Sequence[int]], keys: Sequence[Key], ties: Ties, table: Mapping[str, Cells], size: int
) -> Cells:
    """The rank of each row in its part; rows without the first key's value have none.

    Equal rows share a rank; after them the next rank is skipped (1 1 3) or not (1 1 2).
    """
    ranks: Cells = [None] * size
    for part in parts:
        before: tuple[Any, ...] | None = None
        shared = dense = 0
        for place, row in enumerate(sort_rows(part, keys, table), start=1):
            if table[keys[0].column][row] is None:
                break
            values = tuple(table[key.column][row] for key in keys)
            if values != before:
                before, shared, dense = values, place, dense + 1
            ranks[row] = shared if ties == "skip" else dense
    return ranks


def places_from_below(part: Sequence[int], ranks: Cells) -> dict[int, int]:
    """For each ranked row of a part, its place counted from the end; equal ranks share it."""
    ranked = sorted((row for row in part if ranks[row] is not None), key=lambda row: -ranks[row])
    places: dict[int, int] = {}
    for index, row in enumerate(ranked):
        same = index > 0 and ranks[ranked[index - 1]] == ranks[row]
        places[row] = places[ranked[index - 1]] if same else index + 1
    return places


def over_rows(tree: exp.Expr, rows: Sequence[int], table: Mapping[str, Cells]) -> Any:
    """One value from an expression whose aggregates run over some of a board's rows."""
    part = {name: [cells[row] for row in rows] for name, cells in table.items()}
    copy = exp.Paren(this=tree.copy())
    values: dict[str, Cells] = {}
    for index, call in enumerate(list(outer_aggregates(copy.this))):
        values[f"#{index}"] = [_aggregate(call, part, len(rows))]
        call.replace(exp.column(f"#{index}", quoted=True))
    return evaluate(copy, values, 1)[0]


def _aggregate(call: exp.Expr, table: Mapping[str, Cells], size: int) -> Any:
    keep = [True] * size
    if isinstance(call, exp.Filter):
        keep = evaluate(call.expression.this, table, size)
        call = call.this
    if isinstance(call, exp.Anonymous):
        tests = evaluate(call.expressions[0], table, size)
        counted = [test is True for test, kept in zip(tests, keep, strict=True) if kept is True]
        return divide(sum(counted), len(counted))
    if isinstance(call.this, exp.Star):
        return sum(kept is True for kept in keep)
    distinct = isinstance(call.this, exp.Distinct)
    cells = evaluate(call.this.expressions[0] if distinct else call.this, table, size)
    known = [cell for cell, kept in zip(cells, keep, strict=True) if kept is True and cell is not None]
    if isinstance(call, exp.Count):
        return len(set(known)) if distinct else len(known)
    return _SUMMARIES[type(call)](known) if known else None


_SUMMARIES: dict[type[exp.Expr], Callable[[list[Any]], Any]] = {
    exp.Sum: sum,
    exp.Avg: lambda known: divide(sum(known), len(known)),
    exp.Median: lambda known: statistics.median([Fraction(cell) for cell in known]),
    exp.Min: min,
    exp.Max: max,
}
