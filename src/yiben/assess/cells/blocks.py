"""Judging a block of subjects (分块研判): columns by name, histories, then the colour of each case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np
from sqlglot import exp

from yiben.assess.cells import days
from yiben.assess.cells.forms import evaluate, holds, literal_value
from yiben.assess.cells.program import Case, Program
from yiben.assess.cells.rows import highest
from yiben.assess.cells.slices import Series, Slice
from yiben.assess.cells.values import Array, Cells, Known, NotInCells, Truth, Value, number_kind
from yiben.assess.grid import size_of, threshold_name, varying
from yiben.assess.scopes import MONTH_SIZE
from yiben.assess.terms import MONEY, WHOLE, WIDE
from yiben.assess.timeline import Moment
from yiben.kernel.colours import Colour
from yiben.scenes.columns import Column, rule_columns
from yiben.scenes.rules import Overall, Rule

# So many subjects at once: their arrays stay in the processor's own memory.
BLOCK = 1 << 13


class Block:
    """Some subjects of a slice over some months of the line: what every name means there."""

    def __init__(
        self, held: Slice, program: Program, span: slice, moments: Sequence[Moment], past: dict[str, Array]
    ) -> None:
        self.held, self.program, self.span, self.moments, self.past = held, program, span, moments, past
        self.layout = program.plan.layout
        self.columns: dict[str, Value] = {}
        self.results: dict[int, Value] = {}
        self.rows = np.array([one.index - 1 for one in moments])

    def value(self, node: exp.Expr) -> Value:
        """The values of an expression, worked out once if it is shared."""
        number = self.program.shared.get(id(node))
        if number is None:
            return evaluate(node, self)
        if number not in self.results:
            self.results[number] = evaluate(node, self)
        return self.results[number]

    def column(self, name: str) -> Value:
        """The values of a column."""
        if name not in self.columns:
            self.columns[name] = self._column(name)
        return self.columns[name]

    def _column(self, name: str) -> Value:
        held, column = self.held, self.known.get(name)
        if name in self.past:
            return Cells("whole", self.past[name][self.rows].astype(np.int64), None, len(self.layout.line))
        if name in self.thresholds:
            return self.thresholds[name]
        if name in held.fields:
            return self._seen(self._part(held.fields[name]), name in self.layout.rules.judging.actual_dates)
        if column is None or name in held.texts:
            raise NotInCells(f"{name} is for the engine's plan")
        if column.origin == "month":
            return self._of_month(name)
        if column.origin == "node":
            return self._seen(self._part(held.nodes[name]), column.part == "actual")
        if column.origin == "filed":
            stated, grid = held.filed[column.of]
            rhythm = self.layout.pack.forms[column.of].every
            there = grid[[stated.index(one.period(rhythm)) for one in self.moments], self.span]
            return Truth(there, ~there)
        return self._of_measure(column)

    @cached_property
    def known(self) -> dict[str, Column]:
        """Every readable column by name."""
        return rule_columns(self.layout.pack)

    def _part(self, value: Value) -> Value:
        """The block's part of values of the shape (1, subjects)."""
        if isinstance(value, Truth):
            return Truth(value.yes[:, self.span], value.no[:, self.span])
        assert isinstance(value, Cells)
        known = None if value.known is None else value.known[:, self.span]
        return Cells(value.kind, value.data[:, self.span], known, value.bound, value.size)

    def _seen(self, value: Value, once_come: bool) -> Value:
        """A date that states what happened is seen only once it has."""
        if not once_come or not isinstance(value, Cells):
            return value
        come = value.data <= self._ends
        known = come if value.known is None else come & value.known
        return Cells(value.kind, value.data, known, value.bound, value.size)

    @cached_property
    def _ends(self) -> Array:
        return np.array([[days.number_of(one.month_end)] for one in self.moments])

    def _of_month(self, name: str) -> Cells:
        if name == "time_progress":
            steps = [[int(one.time_progress.scaleb(MONTH_SIZE[1]))] for one in self.moments]
            return Cells("number", np.array(steps), None, 10 ** MONTH_SIZE[1], MONTH_SIZE)
        if name == "year":
            return Cells("whole", np.array([[one.month.year] for one in self.moments]), None, 10_000)
        firsts = np.array([[days.number_of(one.month.first)] for one in self.moments])
        return Cells("date", self._ends if name == "month_end" else firsts, None, days.FARTHEST)

    @cached_property
    def thresholds(self) -> dict[str, Value]:
        """Every threshold: a constant, or each month's own value where it changes on the line."""
        found: dict[str, Value] = {}
        line = self.layout.line
        for rule, name in sorted({key for one in line for key in one.thresholds}):
            found[threshold_name(rule, name)] = literal_value(line[-1].thresholds.get((rule, name)))
        for (rule, name), kind, _ in varying(self.layout, line[0]):
            values = [one.thresholds.get((rule, name)) for one in self.moments]
            if not all(isinstance(one, int | Decimal | None) for one in values):
                raise NotInCells("a threshold that is no number changes")
            scale = WIDE[1] if kind == "number" else 0
            steps = np.array([[int(Decimal(one or 0).scaleb(scale))] for one in values], dtype=np.int64)
            known = np.array([[one is not None] for one in values])
            size = WIDE if kind == "number" else WHOLE
            found[threshold_name(rule, name)] = Cells(number_kind(kind), steps, known, highest(steps), size)
        return found

    # -- measures -----------------------------------------------------------------------------

    def _of_measure(self, column: Column) -> Cells:
        series, rhythm = self.held.series[column.of], self.layout.pack.measures[column.of].every or "month"
        back = int(column.part == "previous")
        at = [series.days.index(one.period(rhythm, back=back)) for one in self.moments]
        if column.part in ("this", "previous"):
            return _cells(column, series.data[at, self.span], series.known[at, self.span])
        if column.part == "latest":
            return self._latest(column, series, at)
        data = series.data[:, self.span]
        sums = np.zeros((len(data) + 1, data.shape[1]), dtype=np.int64)
        np.cumsum(data, axis=0, out=sums[1:])
        starts = [_start(series.days, date(one.month.year, 1, 1)) for one in self.moments]
        if column.part == "total":
            starts = [series.days.index(self.program.plan.periods(column)[0])] * len(at)
        found = sums[[one + 1 for one in at]] - sums[starts]
        if column.part == "total":
            found += self.held.before[column.name].data[:, self.span]
        return _cells(column, found, None)

    def _latest(self, column: Column, series: Series, at: list[int]) -> Cells:
        first = series.days.index(self.program.plan.periods(column)[0])
        before = self.held.before[column.name]
        assert before.known is not None
        data, known = before.data[0, self.span], before.known[0, self.span]
        found: dict[int, tuple[Array, Array]] = {}
        for slot in range(first, max(at) + 1):
            there = series.known[slot, self.span]
            data, known = np.where(there, series.data[slot, self.span], data), known | there
            found[slot] = data, known
        chosen = [found[slot] for slot in at]
        return _cells(column, np.stack([one for one, _ in chosen]), np.stack([one for _, one in chosen]))

    # -- colours ------------------------------------------------------------------------------

    def colour(self, case: Case) -> Array:
        """A case's colour: not applicable, exempt, stepping down from red, or as stated."""
        rule = case.rule
        found: Array = np.array([[rule.otherwise]], dtype=np.uint8)
        for colour, tree in case.conditions:
            found = np.where(holds(tree, self).yes, np.uint8(colour), found)
        if rule.yellow_for:
            red = self.past[case.last_red][self.rows]
            recent = (red > 0) & (self.rows[:, None] + 1 - red <= rule.yellow_for)
            found = np.where((found == Colour.GREEN) & recent, np.uint8(Colour.YELLOW), found)
        if rule.name in self.held.exempt:
            exempt = self.held.exempt[rule.name][self.rows, self.span]
            found = np.where(exempt, np.uint8(Colour.EXEMPT), found)
        if not all(one.in_force for one in self.layout.line if one.judged):
            in_force = np.array([[one.in_force] for one in self.moments])
            found = np.where(in_force, found, np.uint8(Colour.NONE))
        if case.applies is not None:
            found = np.where(holds(case.applies, self).yes, found, np.uint8(Colour.NONE))
        return found

    def shape(self) -> tuple[int, int]:
        """Months and subjects."""
        return len(self.moments), self.span.stop - self.span.start


def _start(days_of: tuple[date, ...], first: date) -> int:
    return next((at for at, day in enumerate(days_of) if day >= first), len(days_of))


def _cells(column: Column, data: Array, known: Known) -> Cells:
    if column.kind == "number":
        return Cells("number", data, known, highest(data), size_of(column))
    size = WHOLE if column.kind == "whole" else MONEY
    return Cells(number_kind(column.kind), data, known, highest(data), size)


def histories(held: Slice, program: Program, span: slice) -> dict[str, Array]:
    """For every history of the program its list over the whole line: length of the run, or last red."""
    layout, past = program.plan.layout, {}  # type: ignore[var-annotated]
    looks_back = layout.rules.judging.looks_back
    index = np.arange(1, len(layout.line) + 1, dtype=np.int16)[:, None]
    for stage in sorted({entry.stage for entry, _ in program.histories}):
        block = Block(held, program, span, layout.line, dict(past))
        for entry, tree in program.histories:
            if entry.stage != stage:
                continue
            speaks = np.array([[one.speaks(entry.rule.name)] for one in layout.line])
            test = np.broadcast_to(holds(tree, block).yes & speaks, block.shape())
            if entry.kind == "red" and entry.rule.name in held.exempt:
                test = test & ~held.exempt[entry.rule.name][:, span]
            marks = (
                np.where(test, np.int16(0), index)
                if entry.kind == "run"
                else np.where(test, index, np.int16(0))
            )
            latest = np.maximum.accumulate(marks, axis=0)
            if entry.kind == "run":
                past[entry.name] = np.minimum(index - latest, np.int16(looks_back))
            else:
                past[entry.name] = np.where(latest > index - looks_back, latest, np.int16(0))
    return past


def overall(colours: dict[str, Array], rules: Sequence[Rule], way: Overall, shape: tuple[int, int]) -> Array:
    """The one colour of all rules, by the county's choice."""
    picked = [one for one in rules if not way.families or one.family in way.families]
    worst = np.full(shape, Colour.NONE, dtype=np.uint8)
    for rule in picked:
        worst = np.maximum(worst, colours[rule.name])
    if way.way != "weighed" or not picked:
        return worst
    points = np.zeros(shape, dtype=np.int32)
    for rule in picked:
        points += np.where(colours[rule.name] == Colour.RED, 2 * rule.weight, 0)
        points += np.where(colours[rule.name] == Colour.YELLOW, rule.weight, 0)
    calm = np.minimum(worst, np.uint8(Colour.GREEN))
    found = np.where(points >= way.yellow_points, np.uint8(Colour.YELLOW), calm)
    return np.where(points >= way.red_points, np.uint8(Colour.RED), found)
