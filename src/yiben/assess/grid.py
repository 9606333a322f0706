"""The grid of subject × month that rules read (研判底表), as one tree for either engine.

Two layouts give the same columns. A flat book (one version of each row) is pivoted once to one
wide row per subject, with the months of a measure as a list, and crossed with the months only when
rules are judged. A versioned book is joined month by month with what was known at the month's close.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from yiben.assess.needs import Needs
from yiben.assess.terms import MONEY, SUM, WIDE, Engine, Term, cast, function, literal, typed
from yiben.assess.timeline import Moment
from yiben.scenes.columns import Column, Kind, kind_of
from yiben.scenes.model import Field, Pack
from yiben.scenes.rules import RuleSet

MONTHS = "__months"


def name(column: str, table: str = "") -> exp.Column:
    """A quoted column name."""
    return exp.column(column, table=table or None, quoted=True)


def titled(tree: exp.Expr, title: str) -> exp.Expr:
    """tree AS "title"."""
    return exp.Alias(this=tree, alias=exp.to_identifier(title, quoted=True))


def select(*columns: exp.Expr) -> exp.Select:
    """SELECT columns, without the copying by which the library guards its own callers."""
    return exp.Select(expressions=list(columns))


def table(title: str, short: str = "") -> exp.Expr:
    """A table or view by name."""
    found = exp.to_table(title)
    found.this.set("quoted", True)
    return exp.alias_(found, short, table=True) if short else found


def element(items: exp.Expr, index: exp.Expr, engine: Engine) -> exp.Expr:
    """One item of a list, counted from 1."""
    if engine == "spark":
        return function("element_at", items, cast(index, "INT"))
    return function("list_extract", items, index)


def when(test: exp.Expr, value: exp.Expr, other: exp.Expr | None = None) -> exp.Expr:
    """CASE WHEN test THEN value ELSE other END."""
    return exp.Case(ifs=[exp.If(this=test, true=value)], default=other)


def every(tests: Iterable[exp.Expr]) -> exp.Expr:
    """All tests joined by AND."""
    return exp.and_(*tests)


def size_of(column: Column) -> tuple[int, int]:
    """Digits and decimals of a number column: sums are wider than single values."""
    return SUM if column.part in ("year", "total") else MONEY


@dataclass(frozen=True)
class Layout:
    """What both layouts are built from."""

    rules: RuleSet
    needs: Needs
    line: Sequence[Moment]
    engine: Engine
    exemptions: bool

    @property
    def pack(self) -> Pack:
        return self.rules.pack

    def field_term(self, name_of: str, alias: str, month_end: exp.Expr) -> Term:
        """A field at a month: a date that states what happened is seen only once it has."""
        column = name(name_of, alias)
        if name_of in self.needs.flags:
            return Term(column, "boolean")
        kind = kind_of(self.pack.fields[name_of].type)
        if name_of in self.rules.judging.actual_dates:
            return Term(when(exp.LTE(this=column, expression=month_end), column.copy()), "date")
        return Term(column, kind, *(MONEY if kind == "number" else (0, 0)))

    def node_term(self, column: Column, tree: exp.Expr, month_end: exp.Expr) -> Term:
        """A node's date at a month; an actual date only once it has come."""
        if column.part == "actual":
            return Term(when(exp.LTE(this=tree, expression=month_end), tree.copy()), "date")
        return Term(tree, "date")

    def exempt_rules(self) -> list[str]:
        """The rules whose place an exemption may take, where the book has any exemption."""
        return [rule.name for rule in self.rules.rules if rule.exemptible] if self.exemptions else []


def months_table(layout: Layout, moments: Sequence[Moment]) -> exp.Query:
    """Some months of the line as rows of constants, with the thresholds that change among them."""
    rows = []
    for moment in moments:
        values = [literal(moment.index), literal(moment.month.first), literal(moment.month_end)]
        values += [literal(moment.month.year), typed(literal(moment.time_progress), "number", (13, 12))]
        values += [literal(moment.judged), literal(moment.in_force)]
        for rhythm in ("month", "quarter", "year"):
            values += [literal(moment.period(rhythm)), literal(moment.period(rhythm, back=1))]
        values += [typed(literal(value), kind, WIDE) for _, kind, value in varying(layout, moment)]
        rows.append(values)
    titles = ["__i", "month", "month_end", "year", "time_progress", "__judged", "__in_force"]
    titles += [
        f"__{part}_{rhythm}" for rhythm in ("month", "quarter", "year") for part in ("this", "previous")
    ]
    titles += [threshold_name(*key) for key, _, _ in varying(layout, layout.line[0])]
    rows_of = [exp.Tuple(expressions=[term.tree for term in values]) for values in rows]
    alias = exp.TableAlias(
        this=exp.to_identifier("v"),
        columns=[exp.to_identifier(title, quoted=True) for title in titles],
    )
    return select(exp.Star()).from_(exp.Values(expressions=rows_of, alias=alias), copy=False)


def threshold_name(rule: str, threshold: str) -> str:
    """The column of a threshold that changes inside the months at hand."""
    return f"__t_{rule}__{threshold}"


def varying(layout: Layout, moment: Moment) -> list[tuple[tuple[str, str], Kind, object]]:
    """The thresholds that differ between the months, with their kind and value at one of them."""
    keys = sorted({key for one in layout.line for key in one.thresholds})
    found = []
    for key in keys:
        values = [one.thresholds.get(key) for one in layout.line]
        if any(value != values[0] for value in values):
            kind: Kind = (
                "whole" if all(value is None or isinstance(value, int) for value in values) else "number"
            )
            found.append((key, kind, moment.thresholds.get(key)))
    return found


def measure_of(pack: Pack, column: Column) -> Field:
    """The measure of which a column is a part."""
    return pack.measures[column.of]


def filed_test(pack: Pack, form: str) -> exp.Expr:
    """Whether a row of the measures holds anything that the form asks for."""
    names = [one for one in pack.forms[form].fields if one in pack.measures]
    return exp.or_(*(is_there(name(one)) for one in names))


def highest(tree: exp.Expr) -> exp.Expr:
    """MAX(tree): the one value that there is."""
    return exp.Max(this=tree)


def total(tree: exp.Expr, kind: str) -> exp.Expr:
    """SUM(tree) in the type of sums; 0 of nothing."""
    as_type = "BIGINT" if kind == "whole" else "DECIMAL(26, 6)"
    zero = literal(0).tree
    return cast(function("coalesce", exp.Sum(this=tree), zero), as_type)


def days(values: Iterable[date]) -> list[date]:
    """Distinct days in order."""
    return sorted(set(values))


def is_true(tree: exp.Expr) -> exp.Expr:
    """1 where the test holds, nothing elsewhere."""
    return when(tree, exp.Literal.number(1))


def is_there(tree: exp.Expr) -> exp.Expr:
    """tree IS NOT NULL."""
    return exp.Not(this=exp.Is(this=tree, expression=exp.Null()))


def row_columns(*, subject: str, months: str) -> list[exp.Expr]:
    """The columns that every row of the grid begins with."""
    own = ("__i", "month", "month_end", "year", "time_progress", "__judged", "__in_force")
    return [name("subject", subject), *(name(one, months) for one in own)]
