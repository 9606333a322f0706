"""The mechanics at work (计分): one column of a board from the columns before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlglot import exp

from yiben.boards.across import over_rows, places_from_below, rank_rows
from yiben.boards.exact import Cells, divide, evaluate
from yiben.scenes import mechanics as m
from yiben.scenes.expressions import Expression
from yiben.scenes.mechanics import Key


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a board while its columns are being computed.

    `table` holds the columns so far; `parts` the row numbers of each separately ranked group;
    `settled` the trees of expressions whose aggregates SQL has computed.
    """

    table: dict[str, Cells]
    size: int
    parts: Sequence[Sequence[int]]
    settled: Mapping[int, exp.Expr]
    group: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    quarter: int | None = None

    def cells(self, expression: Expression) -> Cells:
        """An expression's value for each row."""
        tree = self.settled.get(id(expression), expression.tree)
        return evaluate(tree, self.table, self.size)

    def holds(self, expression: Expression | None) -> Cells:
        """For each row whether a condition holds; unknown is no. Nothing asked: nowhere."""
        if expression is None:
            return [False] * self.size
        return [cell is True for cell in self.cells(expression)]


def score(mechanic: m.Mechanic, rows: Rows) -> Cells:
    """The column that a mechanic gives, exact."""
    return _SCORES[type(mechanic)](mechanic, rows)


def _known(function: Callable[[Any], Any], cells: Cells) -> Cells:
    return [None if cell is None else function(cell) for cell in cells]


def _value(mechanic: m.Value, rows: Rows) -> Cells:
    return list(rows.cells(mechanic.of))


def _completion(mechanic: m.Completion, rows: Rows) -> Cells:
    done, plan = rows.cells(mechanic.done), rows.cells(mechanic.plan)
    nothing = None if mechanic.no_plan is None else Fraction(mechanic.no_plan)
    return [
        (
            nothing
            if not planned
            else None
            if made is None
            else completion_points(mechanic, Fraction(made) / planned)
        )
        for made, planned in zip(done, plan, strict=True)
    ]


def completion_points(mechanic: m.Completion, ratio: Fraction) -> Fraction:
    """The points of a completion ratio (1 = the plan is met)."""
    points = Fraction(mechanic.points)
    if mechanic.in_proportion:
        return points * ratio
    percent = ratio * 100
    above = _along(mechanic.above, percent - 100, 1) if percent > 100 else Fraction(0)
    below = _along(mechanic.below, 100 - percent, -1) if percent < 100 else Fraction(0)
    moved = above - below
    if mechanic.cap is not None:
        moved = max(-Fraction(mechanic.cap), min(Fraction(mechanic.cap), moved))
    return points + moved


def _along(slopes: Sequence[m.Slope], distance: Fraction, sign: int) -> Fraction:
    """The points along slopes of which each holds up to its `until`."""
    total, walked = Fraction(0), Fraction(0)
    for slope in slopes:
        end = distance if slope.until is None else min(distance, sign * (Fraction(slope.until) - 100))
        if end > walked:
            total += (end - walked) * Fraction(slope.per_point)
            walked = end
    return total


def _fraction(number: Any) -> Fraction | None:
    return None if number is None else Fraction(number)


def _steps(mechanic: m.Steps, rows: Rows) -> Cells:
    bands = [(Fraction(band.start), band.open, Fraction(band.points)) for band in mechanic.bands]

    def points(cell: Any) -> Fraction | None:
        for start, is_open, given in bands:
            if cell > start or (cell == start and not is_open):
                return given
        return _fraction(mechanic.otherwise)

    return _known(points, rows.cells(mechanic.of))


def _lookup(mechanic: m.Lookup, rows: Rows) -> Cells:
    points = {word: Fraction(value) for word, value in mechanic.points.items()}
    otherwise = _fraction(mechanic.otherwise)
    return [points.get(str(cell), otherwise) for cell in rows.cells(mechanic.of)]


def _rank_points(mechanic: m.RankPoints, rows: Rows) -> Cells:
    table = {"of": rows.cells(mechanic.of)}
    ranks = rank_rows(rows.parts, [Key("of", mechanic.best == "high")], mechanic.ties, table, rows.size)

    def points(rank: int) -> Fraction:
        fit = (band.points for band in mechanic.bands if rank <= band.to)
        return Fraction(next(fit, mechanic.otherwise))

    return _known(points, ranks)


def _per_unit(mechanic: m.PerUnit, rows: Rows) -> Cells:
    def points(cell: Any) -> Fraction:
        units = (Fraction(cell) - Fraction(mechanic.beyond)) / Fraction(mechanic.each)
        counted = Fraction(math.trunc(units)) if mechanic.whole else units
        return Fraction(mechanic.base) + Fraction(mechanic.points) * counted

    return _known(points, rows.cells(mechanic.of))


def _in_parts(
    rows: Rows, cells: Cells, function: Callable[[list[Any], Sequence[int]], Callable[[Any], Any]]
) -> Cells:
    """Each known cell through a function that was made from its whole part."""
    result: Cells = [None] * rows.size
    for part in rows.parts:
        known = [cells[row] for row in part if cells[row] is not None]
        if not known:
            continue
        each = function(known, part)
        for row in part:
            result[row] = None if cells[row] is None else each(cells[row])
    return result


def _max_full(mechanic: m.MaxFull, rows: Rows) -> Cells:
    points = Fraction(mechanic.points)

    def against(known: list[Any], _: Sequence[int]) -> Callable[[Any], Any]:
        most = max(known)
        return lambda cell: points * cell / most if most > 0 else Fraction(0)

    return _in_parts(rows, rows.cells(mechanic.of), against)


def _mean_full(mechanic: m.MeanFull, rows: Rows) -> Cells:
    points, otherwise = Fraction(mechanic.points), _fraction(mechanic.otherwise)

    def against(known: list[Any], part: Sequence[int]) -> Callable[[Any], Any]:
        mean = divide(sum(known), len(known))
        if mechanic.mean is not None:
            mean = over_rows(mechanic.mean.tree, part, rows.table)
        return lambda cell: points * cell / mean if mean is not None and mean > 0 else otherwise

    return _in_parts(rows, rows.cells(mechanic.of), against)


def _scale(mechanic: m.Scale, rows: Rows) -> Cells:
    low, high = Fraction(mechanic.low), Fraction(mechanic.high)
    equal = high if mechanic.if_equal is None else Fraction(mechanic.if_equal)

    def against(known: list[Any], _: Sequence[int]) -> Callable[[Any], Any]:
        least, span = min(known), max(known) - min(known)
        if not span:
            return lambda cell: equal
        if mechanic.best == "low":
            return lambda cell: high - (high - low) * (cell - least) / span
        return lambda cell: low + (high - low) * (cell - least) / span

    return _in_parts(rows, rows.cells(mechanic.of), against)


def _change(mechanic: m.Change, rows: Rows) -> Cells:
    cells = rows.cells(mechanic.of)
    heads = list(zip(*(rows.table[name] for name in rows.group), strict=True))
    spot = rows.group.index(mechanic.field)

    def key(head: Sequence[Any], value: str) -> tuple[str, ...]:
        return tuple(value if index == spot else str(cell) for index, cell in enumerate(head))

    values = {key(head, str(head[spot])): cell for head, cell in zip(heads, cells, strict=True)}
    bases = [values.get(key(head, _base_of(mechanic, head[spot]))) for head in heads]
    return [_percent(mechanic, cell, base) for cell, base in zip(cells, bases, strict=True)]


def _base_of(mechanic: m.Change, value: Any) -> str:
    if mechanic.against is not None:
        return mechanic.against
    text = str(value)
    return str(int(text) - 1) if text.isdigit() else ""


def _percent(mechanic: m.Change, cell: Any, base: Any) -> Fraction | None:
    if cell is None or not base or (base < 0 and mechanic.negative_base == "blank"):
        return None
    below = abs(base) if mechanic.negative_base == "absolute" else base
    percent: Fraction = Fraction(cell - base) / below * 100
    return percent


def _gate(mechanic: m.Gate, rows: Rows) -> Cells:
    through, stopped = Fraction(mechanic.points), _fraction(mechanic.otherwise)
    return [through if held else stopped for held in rows.holds(mechanic.when)]


def _portion(mechanic: m.Portion, rows: Rows) -> Cells:
    def against(known: list[Any], _: Sequence[int]) -> Callable[[Any], Any]:
        whole = sum(known)
        return lambda cell: divide(cell * 100, whole)

    return _in_parts(rows, rows.cells(mechanic.of), against)


def _total(mechanic: m.Total, rows: Rows) -> Cells:
    weights = {name: Fraction(weight) for name, weight in mechanic.weights(rows.quarter).items()}

    def add(row: int) -> Fraction | None:
        known = [
            (weights[name], rows.table[name][row]) for name in weights if rows.table[name][row] is not None
        ]
        return sum((weight * cell for weight, cell in known), Fraction(0)) if known else None

    return [add(row) for row in range(rows.size)]


def _bonus(mechanic: m.Bonus, rows: Rows) -> Cells:
    total = [Fraction(0)] * rows.size
    for item in mechanic.items:
        for row, points in enumerate(_bonus_item(item, rows)):
            total[row] += points
    return list(total)


def _bonus_item(item: m.BonusItem, rows: Rows) -> list[Fraction]:
    amounts = rows.cells(item.of) if item.of is not None else [1] * rows.size
    held = rows.holds(item.when) if item.when is not None else [True] * rows.size
    points = [
        Fraction(item.points) * (amount or 0) if true else Fraction(0)
        for amount, true in zip(amounts, held, strict=True)
    ]
    return [bounded(one, item.least, item.most) for one in points]


def bounded(value: Any, least: Any, most: Any) -> Any:
    """A number held between its declared bounds."""
    if least is not None:
        value = max(value, Fraction(least))
    return value if most is None else min(value, Fraction(most))


def _rank(mechanic: m.Rank, rows: Rows) -> Cells:
    return rank_rows(rows.parts, mechanic.by, mechanic.ties, rows.table, rows.size)


def _flag(mechanic: m.Flag, rows: Rows) -> Cells:
    words: Cells = [None] * rows.size
    for case in reversed(mechanic.cases):
        held = rows.holds(case.when) if case.when is not None else [True] * rows.size
        words = [case.word if true else word for true, word in zip(held, words, strict=True)]
    return words


def _grade(mechanic: m.Grade, rows: Rows) -> Cells:
    cells = rows.cells(mechanic.of)
    lower = rows.cells(mechanic.lower_by) if mechanic.lower_by is not None else [0] * rows.size

    limits = [(_fraction(one.to), _fraction(one.start)) for one in mechanic.prizes]

    def prize(cell: Any, lowered: Any) -> str | None:
        for index, (to, start) in enumerate(limits):
            if (to is None or cell <= to) and (start is None or cell >= start):
                down = index + max(0, math.floor(lowered or 0))
                return mechanic.prizes[down].word if down < len(mechanic.prizes) else None
        return None

    return [None if cell is None else prize(cell, down) for cell, down in zip(cells, lower, strict=True)]


def _mark(mechanic: m.Mark, rows: Rows) -> Cells:
    words: Cells = [None] * rows.size
    ranks = rows.table[mechanic.rank]
    for part in rows.parts:
        name = str(rows.table[rows.within[0]][part[0]]) if rows.within and part else ""
        below = places_from_below(part, ranks)
        if mechanic.black is not None:
            reach = mechanic.black.reach(name)
            _put(
                words,
                "black",
                [row for row in part if row in below and below[row] <= reach],
                mechanic.black,
                rows,
            )
        if mechanic.red is not None:
            first = [row for row in part if ranks[row] is not None and ranks[row] <= mechanic.red.reach(name)]
            _put(words, "red", first, mechanic.red, rows)
    return words


def _put(words: Cells, word: str, candidates: Sequence[int], side: m.MarkSide, rows: Rows) -> None:
    held, spared = rows.holds(side.when), rows.holds(side.unless)
    for row in candidates:
        if held[row] and not spared[row]:
            words[row] = word


_SCORES: dict[type[Any], Callable[[Any, Rows], Cells]] = {
    m.Value: _value,
    m.Completion: _completion,
    m.Steps: _steps,
    m.Lookup: _lookup,
    m.RankPoints: _rank_points,
    m.PerUnit: _per_unit,
    m.MaxFull: _max_full,
    m.MeanFull: _mean_full,
    m.Scale: _scale,
    m.Change: _change,
    m.Gate: _gate,
    m.Portion: _portion,
    m.Total: _total,
    m.Bonus: _bonus,
    m.Rank: _rank,
    m.Flag: _flag,
    m.Grade: _grade,
    m.Mark: _mark,
}
