"""The versioned layout (多版本底表): each month is judged by what was known at its close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from yiben.assess.flat import red_test
from yiben.assess.grid import (
    Layout,
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
    varying,
    when,
)
from yiben.assess.history import Past, lists, mark
from yiben.assess.scopes import GRID, GridScope, Lifted, flag_columns
from yiben.assess.terms import Term, cast, function, literal, typed
from yiben.assess.timeline import Moment
from yiben.scenes.columns import Column

MONTHS = "__months"
ROWS = "__rows"


@dataclass(frozen=True)
class Versioned:
    """Builds the trees of the versioned layout."""

    layout: Layout
    past: Past

    def steps(self) -> list[tuple[str, exp.Query]]:
        """The queries whose rows are kept, in order: the months, the rows, and their history."""
        found: list[tuple[str, exp.Query]] = [(MONTHS, months_table(self.layout, self.layout.line))]
        found.append((ROWS, self._rows()))
        for stage in (1, 2):
            if any(one.stage == stage for one in self.past.entries):
                found.append((f"__past_{stage}", self._history(stage)))
        return found

    def grid(self, moments: Sequence[Moment]) -> exp.Select:
        """One row per subject and month of `moments` in which the book knew the subject."""
        wanted = [exp.Literal.number(one.index) for one in moments]
        return self._with_history(2).where(exp.In(this=name("__i", "r"), expressions=wanted), copy=False)

    def _known(self, short: str) -> list[exp.Expr]:
        """The version of a row that was known at the month's close."""
        month = name("month", "m")
        return [
            exp.LTE(this=name("known_from", short), expression=month),
            exp.LT(this=month.copy(), expression=name("known_to", short)),
        ]

    def _rows(self) -> exp.Select:
        needs, end = self.layout.needs, name("month_end", "m")
        columns = row_columns(subject="s", months="m")
        columns += [titled(self.layout.field_term(one, "s", end).tree, one) for one in needs.fields]
        columns += flag_columns(self.layout, "s")
        for column in needs.nodes:
            date_seen = self.layout.node_term(column, name(column.name, "n"), end).tree
            columns.append(titled(date_seen, column.name))
        for column in needs.measures:
            tree: exp.Expr = name(column.name, "x")
            if column.part in ("year", "total"):
                summed = Term(function("coalesce", tree, literal(0).tree), column.kind)
                tree = typed(summed, column.kind, size_of(column)).tree
            columns.append(titled(tree, column.name))
        columns += [titled(is_there(name(one.name, "x")), one.name) for one in needs.filed]
        columns += [
            titled(is_there(name(f"__x_{one}", "e")), f"__x_{one}") for one in self.layout.exempt_rules()
        ]
        columns += [
            name(threshold_name(*key), "m") for key, _, _ in varying(self.layout, self.layout.line[0])
        ]
        tree = select(*columns).from_(table(MONTHS, "m"), copy=False)
        tree = tree.join(table("subjects", "s"), on=every(self._known("s")), join_type="inner", copy=False)
        for short, rows in (("n", self._nodes()), ("x", self._measures()), ("e", self._exemptions())):
            if rows is not None:
                on = [
                    exp.EQ(this=name("subject", "s"), expression=name("subject", short)),
                    exp.EQ(this=name("__i", "m"), expression=name("__i", short)),
                ]
                tree = tree.join(rows.subquery(short, copy=False), on=every(on), join_type="left")
        return tree

    def _per_month(self, source: str, columns: list[exp.Expr]) -> exp.Select | None:
        """Something worked out over the rows of a table that were known at each month's close."""
        if not columns:
            return None
        own = [name("subject", "t"), name("__i", "m")]
        return (
            select(*own, *columns)
            .from_(table(MONTHS, "m"), copy=False)
            .join(table(source, "t"), on=every(self._known("t")), join_type="inner", copy=False)
            .group_by(*(one.copy() for one in own), copy=False)
        )

    def _nodes(self) -> exp.Select | None:
        columns = []
        for column in self.layout.needs.nodes:
            test = exp.EQ(this=name("node", "t"), expression=exp.Literal.string(column.of))
            columns.append(titled(highest(when(test, name(f"{column.part}_on", "t"))), column.name))
        return self._per_month("nodes", columns)

    def _measures(self) -> exp.Select | None:
        columns = [titled(self._measure(one), one.name) for one in self.layout.needs.measures]
        for column in self.layout.needs.filed:
            rhythm = self.layout.pack.forms[column.of].every
            test = every(
                [self._period("this", rhythm), exp.Paren(this=filed_test(self.layout.pack, column.of))]
            )
            columns.append(titled(highest(is_true(test)), column.name))
        return self._per_month("measures", columns)

    def _period(self, part: str, rhythm: str) -> exp.Expr:
        return exp.EQ(this=name("period", "t"), expression=name(f"__{part}_{rhythm}", "m"))

    def _measure(self, column: Column) -> exp.Expr:
        rhythm = self.layout.pack.measures[column.of].every or "month"
        value = name(column.of, "t")
        if column.part in ("this", "previous"):
            return highest(when(self._period(column.part, rhythm), value))
        until = exp.LTE(this=name("period", "t"), expression=name(f"__this_{rhythm}", "m"))
        if column.part == "latest":
            order = when(every([until, is_there(value.copy())]), name("period", "t"))
            return function("max_by", value, order)
        if column.part == "year":
            begun = exp.GTE(this=name("period", "t"), expression=name("__this_year", "m"))
            return exp.Sum(this=when(every([begun, until]), value))
        return exp.Sum(this=when(until, value))

    def _exemptions(self) -> exp.Select | None:
        columns = []
        month = name("month", "m")
        for rule in self.layout.exempt_rules():
            open_end = exp.Is(this=name("end_month", "t"), expression=exp.Null())
            ends = exp.LT(this=month.copy(), expression=name("end_month", "t"))
            test = every(
                [
                    exp.EQ(this=name("rule", "t"), expression=exp.Literal.string(rule)),
                    exp.LTE(this=name("first_month", "t"), expression=month.copy()),
                    exp.Paren(this=exp.Or(this=open_end, expression=ends)),
                ]
            )
            columns.append(titled(highest(is_true(test)), f"__x_{rule}"))
        return self._per_month("exemptions", columns)

    def _history(self, stage: int) -> exp.Select:
        """For each subject the list, over the months of the line, of what its history says."""
        entries = [one for one in self.past.entries if one.stage == stage]
        marked: list[exp.Expr] = [name("subject", GRID), name("__i", GRID)]
        for entry in entries:
            scope = GridScope(self.layout, self.past, entry.rule, entry.node, lifted=Lifted(inline=True))
            spoken = [one.index for one in self.layout.line if one.speaks(entry.rule.name)]
            in_force = exp.In(
                this=name("__i", GRID), expressions=[exp.Literal.number(one) for one in (spoken or [0])]
            )
            test = every([in_force, exp.Paren(this=red_test(scope, entry))])
            marked.append(titled(mark(entry, test, name("__i", GRID)), entry.name))
        months = select(*marked).from_(self._with_history(stage - 1).subquery(GRID, copy=False), copy=False)
        gathered: list[exp.Expr] = [name("subject")]
        for entry in entries:
            for moment in self.layout.line:
                index = exp.Literal.number(moment.index)
                one = highest(when(exp.EQ(this=name("__i"), expression=index), cast(name(entry.name), "INT")))
                # A month in which the book did not know the subject breaks a run and is not red.
                absent = index.copy() if entry.kind == "run" else exp.Literal.number(0)
                gathered.append(titled(function("coalesce", one, absent), f"{entry.name}_{moment.index}"))
        per_subject = (
            select(*gathered)
            .from_(months.subquery("h", copy=False), copy=False)
            .group_by(name("subject"), copy=False)
        )
        looks_back = self.layout.rules.judging.looks_back
        kept: list[exp.Expr] = [name("subject")]
        for entry in entries:
            marks = [name(f"{entry.name}_{one.index}") for one in self.layout.line]
            kept.append(titled(lists(entry, marks, looks_back), entry.name))
        return select(*kept).from_(per_subject.subquery("p", copy=False), copy=False)

    def _with_history(self, stage: int) -> exp.Select:
        """The rows with the histories up to a stage beside them."""
        columns: list[exp.Expr] = [exp.Column(this=exp.Star(), table=exp.to_identifier("r"))]
        stages = sorted({one.stage for one in self.past.entries if one.stage <= stage})
        for entry in self.past.entries:
            if entry.stage <= stage:
                items = name(entry.name, f"p{entry.stage}")
                columns.append(titled(element(items, name("__i", "r"), self.layout.engine), entry.name))
        tree = select(*columns).from_(table(ROWS, "r"), copy=False)
        for one in stages:
            on = exp.EQ(this=name("subject", "r"), expression=name("subject", f"p{one}"))
            tree = tree.join(table(f"__past_{one}", f"p{one}"), on=on, join_type="inner", copy=False)
        return tree
