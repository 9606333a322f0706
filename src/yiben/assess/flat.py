"""The flat layout (单版本底表): one wide row per subject, crossed with the months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from yiben.assess.grid import (
    Layout,
    days,
    element,
    every,
    filed_test,
    highest,
    is_there,
    is_true,
    months_table,
    name,
    row_columns,
    select,
    size_of,
    table,
    threshold_name,
    titled,
    total,
    varying,
    when,
)
from yiben.assess.history import Entry, Past, lists, mark
from yiben.assess.scopes import RuleScope, flag_columns, sized
from yiben.assess.terms import Term, function, literal, typed, whole
from yiben.assess.timeline import Moment
from yiben.scenes.columns import Column
from yiben.scenes.rules import Rule

WIDE = "__wide"


@dataclass(frozen=True)
class Flat:
    """Builds the trees of the flat layout."""

    layout: Layout
    past: Past

    @property
    def offset(self) -> int:
        """How many months of the line come before the first that is judged."""
        return next(one.index for one in self.layout.line if one.judged) - 1

    def span(self, column: Column) -> list[Moment]:
        """The months for which a measure's column is needed: all where history reads it."""
        start = 0 if column.name in self.past.reads else self.offset
        return list(self.layout.line[start:])

    def shift(self, column: Column) -> int:
        """How far the list of a column begins after the line does."""
        return 0 if column.name in self.past.reads else self.offset

    # -- the wide row -------------------------------------------------------------------------

    def wide(self) -> exp.Select:
        """One row per subject with everything that any rule reads, history included."""
        tree = self._joined()
        for stage in (1, 2):
            if any(one.stage == stage for one in self.past.entries):
                tree = self._with_past(tree, stage)
        return tree

    def _joined(self) -> exp.Select:
        needs = self.layout.needs
        columns: list[exp.Expr] = [name("subject", "s"), *(name(one, "s") for one in needs.fields)]
        columns += flag_columns(self.layout, "s")
        columns += [name(column.name, "n") for column in needs.nodes]
        lists = [*needs.measures, *needs.filed]
        columns += [titled(self._list(column), column.name) for column in lists]
        for rule in self.layout.exempt_rules():
            # The list is built beside the join: Spark takes a list from its outer side as always there.
            marks = [is_there(name(f"__x_{rule}_{one.index}", "e")) for one in self.layout.line]
            columns.append(titled(exp.Array(expressions=marks), f"__x_{rule}"))
        tree = select(*columns).from_(table("subjects", "s"), copy=False)
        for short, rows in (("n", self._nodes()), ("x", self._measures()), ("e", self._exemptions())):
            if rows is not None:
                on = exp.EQ(this=name("subject", "s"), expression=name("subject", short))
                tree = tree.join(rows.subquery(short, copy=False), on=on, join_type="left")
        return tree

    def _nodes(self) -> exp.Select | None:
        columns: list[exp.Expr] = []
        for column in self.layout.needs.nodes:
            test = exp.EQ(this=name("node"), expression=exp.Literal.string(column.of))
            columns.append(titled(highest(when(test, name(f"{column.part}_on"))), column.name))
        return self._per_subject("nodes", columns)

    def _measures(self) -> exp.Select | None:
        columns = [titled(tree, title) for title, tree in dict(self._values()).items()]
        return self._per_subject("measures", columns)

    def _values(self) -> Iterator[tuple[str, exp.Expr]]:
        """Every single value of a measure in a period, and what came before the first of them."""
        for column in self.layout.needs.measures:
            for day in self.periods(column):
                test: exp.Expr = exp.EQ(this=name("period"), expression=literal(day).tree)
                yield f"__v_{column.of}_{day:%Y%m}", highest(when(test, name(column.of)))
            before = exp.LT(this=name("period"), expression=literal(self.periods(column)[0]).tree)
            first = f"{self.periods(column)[0]:%Y%m}"
            if column.part == "total":
                summed = total(when(before, name(column.of)), column.kind)
                yield f"__b_{column.of}_{first}", summed
            elif column.part == "latest":
                order = when(exp.And(this=before, expression=is_there(name(column.of))), name("period"))
                yield f"__b_{column.of}_{first}", function("max_by", name(column.of), order)
        for column in self.layout.needs.filed:
            rhythm = self.layout.pack.forms[column.of].every
            for day in days(one.period(rhythm) for one in self.span(column)):
                same = exp.EQ(this=name("period"), expression=literal(day).tree)
                test = every([same, exp.Paren(this=filed_test(self.layout.pack, column.of))])
                yield f"__f_{column.of}_{day:%Y%m}", highest(is_true(test))

    def periods(self, column: Column) -> list[date]:
        """The periods of which single values are needed for a column, in order."""
        rhythm = self.layout.pack.measures[column.of].every or "month"
        span = self.span(column)
        if column.part == "previous":
            return days(one.period(rhythm, back=1) for one in span)
        if column.part != "year":
            return days(one.period(rhythm) for one in span)
        found = {date(one.month.year, 1, 1) for one in span}
        months = {"month": range(1, 13), "quarter": range(1, 13, 3), "year": (1,)}[rhythm]
        last = span[-1].period(rhythm)
        return [
            day for year in sorted(found) for month in months if (day := date(year.year, month, 1)) <= last
        ]

    def _list(self, column: Column) -> exp.Expr:
        return exp.Array(expressions=[self._item(column, one) for one in self.span(column)])

    def _item(self, column: Column, moment: Moment) -> exp.Expr:
        if column.origin == "filed":
            day = moment.period(self.layout.pack.forms[column.of].every)
            return is_there(name(f"__f_{column.of}_{day:%Y%m}", "x"))
        rhythm = self.layout.pack.measures[column.of].every or "month"
        if column.part in ("this", "previous"):
            return self._single(column, moment.period(rhythm, back=int(column.part == "previous")))
        until = moment.period(rhythm)
        upto = [day for day in self.periods(column) if day <= until]
        if column.part == "year":
            return self._sum(column, [day for day in upto if day.year == moment.month.year])
        before = name(f"__b_{column.of}_{self.periods(column)[0]:%Y%m}", "x")
        if column.part == "total":
            return self._sum(column, upto, before)
        return function("coalesce", *(self._single(column, day) for day in reversed(upto)), before)

    def _single(self, column: Column, day: date) -> exp.Expr:
        return name(f"__v_{column.of}_{day:%Y%m}", "x")

    def _sum(self, column: Column, upto: list[date], before: exp.Expr | None = None) -> exp.Expr:
        zero = literal(0).tree
        parts = [] if before is None else [before]
        parts += [self._single(column, day) for day in upto]
        tree: exp.Expr = function("coalesce", parts[0], zero.copy())
        for part in parts[1:]:
            tree = exp.Add(this=tree, expression=function("coalesce", part, zero.copy()))
        return typed(Term(tree, column.kind), column.kind, size_of(column)).tree

    def _exemptions(self) -> exp.Select | None:
        """Per subject, rule and month 1 where an exemption holds."""
        columns = []
        for rule in self.layout.exempt_rules():
            for moment in self.layout.line:
                month = literal(moment.month.first).tree
                started = exp.LTE(this=name("first_month"), expression=month)
                open_end = exp.Is(this=name("end_month"), expression=exp.Null())
                ends = exp.LT(this=month.copy(), expression=name("end_month"))
                same = exp.EQ(this=name("rule"), expression=exp.Literal.string(rule))
                test = every([same, started, exp.Paren(this=exp.Or(this=open_end, expression=ends))])
                columns.append(titled(highest(is_true(test)), f"__x_{rule}_{moment.index}"))
        return self._per_subject("exemptions", columns)

    def _per_subject(self, source: str, columns: list[exp.Expr]) -> exp.Select | None:
        """Something worked out over the rows of each subject."""
        if not columns:
            return None
        tree = select(name("subject"), *columns).from_(table(source), copy=False)
        return tree.group_by(name("subject"), copy=False)

    # -- history ------------------------------------------------------------------------------

    def _with_past(self, tree: exp.Select, stage: int) -> exp.Select:
        """Mark each month of the line, then keep what history says as lists beside the wide row."""
        entries = [one for one in self.past.entries if one.stage == stage]
        marked: list[exp.Expr] = [exp.Star()]
        for entry in entries:
            for moment in self.layout.line:
                scope = FixedScope(self, moment, entry.rule, entry.node)
                speaks = moment.speaks(entry.rule.name)
                test = red_test(scope, entry) if speaks else exp.false()
                index = exp.Literal.number(moment.index)
                marked.append(titled(mark(entry, test, index), f"{entry.name}_{moment.index}"))
        inner = select(*marked).from_(tree.subquery("w", copy=False), copy=False)
        kept: list[exp.Expr] = [name("subject"), *map(name, self._wide_columns(stage))]
        looks_back = self.layout.rules.judging.looks_back
        for entry in entries:
            marks = [name(f"{entry.name}_{one.index}") for one in self.layout.line]
            kept.append(titled(lists(entry, marks, looks_back), entry.name))
        return select(*kept).from_(inner.subquery("w", copy=False), copy=False)

    def _wide_columns(self, stage: int) -> list[str]:
        needs = self.layout.needs
        found = [
            *needs.fields,
            *needs.flags,
            *(one.name for one in (*needs.nodes, *needs.measures, *needs.filed)),
        ]
        found += [f"__x_{one}" for one in self.layout.exempt_rules()]
        return found + [one.name for one in self.past.entries if one.stage < stage]

    # -- the grid -----------------------------------------------------------------------------

    def steps(self) -> list[tuple[str, exp.Query]]:
        """The queries whose rows are kept, in order: the wide rows."""
        return [(WIDE, self.wide())]

    def grid(self, moments: Sequence[Moment]) -> exp.Select:
        """One row per subject and month of `moments`, all columns by their own names."""
        engine, needs, index = self.layout.engine, self.layout.needs, name("__i", "m")
        end = name("month_end", "m")
        columns = row_columns(subject="w", months="m")
        columns += [titled(self.layout.field_term(one, "w", end).tree, one) for one in needs.fields]
        columns += [name(one, "w") for one in needs.flags]
        for column in needs.nodes:
            tree = self.layout.node_term(column, name(column.name, "w"), end).tree
            columns.append(titled(tree, column.name))
        for column in (*needs.measures, *needs.filed):
            item = element(name(column.name, "w"), self._at(index, self.shift(column)), engine)
            columns.append(titled(item, column.name))
        for title in [f"__x_{rule}" for rule in self.layout.exempt_rules()]:
            held = function("coalesce", element(name(title, "w"), index.copy(), engine), exp.false())
            columns.append(titled(held, title))
        for entry in self.past.entries:
            columns.append(titled(element(name(entry.name, "w"), index.copy(), engine), entry.name))
        columns += [
            name(threshold_name(*key), "m") for key, _, _ in varying(self.layout, self.layout.line[0])
        ]
        months = months_table(self.layout, moments).subquery("m", copy=False)
        return (
            select(*columns).from_(table(WIDE, "w"), copy=False).join(months, join_type="cross", copy=False)
        )

    def _at(self, index: exp.Expr, shift: int) -> exp.Expr:
        if not shift:
            return index.copy()
        return exp.Paren(this=exp.Sub(this=index.copy(), expression=exp.Literal.number(shift)))


def red_test(scope: RuleScope, entry: Entry) -> exp.Expr:
    """The entry's condition; a red month that was exempt was not red."""
    test = scope.lower(entry.tree).tree
    exempt = scope.exempt() if entry.kind == "red" else None
    if exempt is None:
        return test
    return every([exp.Not(this=exp.Paren(this=exempt)), exp.Paren(this=test)])


class FixedScope(RuleScope):
    """A wide row at one month of the line: for the history of a condition."""

    def __init__(self, flat: Flat, moment: Moment, rule: Rule, node: str) -> None:
        super().__init__(flat.layout, flat.past, rule, node)
        self.flat, self.moment = flat, moment

    def threshold(self, name_of: str) -> Term:
        """The month's value."""
        return literal(self.moment.thresholds.get((self.rule.name, name_of)))

    def plain(self, column: Column) -> Term:
        """The wide row's column at the month."""
        end = literal(self.moment.month_end).tree
        if column.origin == "month":
            values: dict[str, object] = {
                "month": self.moment.month.first,
                "month_end": self.moment.month_end,
                "year": self.moment.month.year,
                "time_progress": self.moment.time_progress,
            }
            return literal(values[column.name])
        if column.origin == "field":
            return self.layout.field_term(column.name, "w", end)
        if column.origin == "node":
            return self.layout.node_term(column, name(column.name, "w"), end)
        index = exp.Literal.number(self.moment.index - self.flat.shift(column))
        return sized(element(name(column.name, "w"), index, self.engine), column)

    def kept(self, entry: Entry) -> Term:
        """The run at the month, of an earlier stage."""
        index = exp.Literal.number(self.moment.index)
        return whole(element(name(entry.name, "w"), index, self.engine))

    def exempt(self) -> exp.Expr | None:
        """Whether the rule was exempt in the month."""
        if self.rule.name not in self.layout.exempt_rules():
            return None
        item = element(name(f"__x_{self.rule.name}", "w"), exp.Literal.number(self.moment.index), self.engine)
        return function("coalesce", item, exp.false())
