"""Pack expressions as DuckDB syntax trees (表达式的编译): exact where SQL alone would not be.

A quotient inside a row is kept to twelve decimals, so that sums of quotients do not depend on the
order in which an engine's threads meet the rows. Everything after the aggregates is computed in
exact fractions by `exact.py`, not in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from sqlglot import exp

from yiben.scenes.expressions import Expression
from yiben.scenes.mechanics_reader import outer_aggregates

EXACT = "DECIMAL(38, 12)"


def column(name: str, table: str = "") -> exp.Column:
    """A quoted column reference."""
    return exp.column(name, table=table or None, quoted=True)


def literal(value: object) -> exp.Expr:
    """A constant of Python as a constant of SQL."""
    if isinstance(value, Fraction):
        above, below = (exp.Literal.number(str(part)) for part in value.as_integer_ratio())
        return exp.Paren(this=exp.Div(this=above, expression=below))
    if isinstance(value, int):
        return exp.Literal.number(str(value))
    assert value is not None, "a constant must have a value"
    return exp.cast(exp.Literal.string(str(value)), "DATE")


def exact(tree: exp.Expr) -> exp.Expr:
    """A number as an exact decimal."""
    return exp.cast(tree, EXACT)


def quotient(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """left ÷ right to twelve decimals; nothing where right is zero."""
    below = exp.Nullif(this=exp.cast(right, "DOUBLE"), expression=exp.Literal.number("0"))
    return exact(exp.Paren(this=exp.Div(this=exp.cast(left, "DOUBLE"), expression=below)))


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _day(tree: exp.Expr) -> exp.Expr:
    return exp.cast(tree.copy(), "DATE")


def _whole_months(first: exp.Expr, last: exp.Expr) -> exp.Expr:
    """Whole months from one day to another, as rules count them: a month's last day completes it."""
    crossed = _call("date_diff", exp.Literal.string("month"), _day(first), _day(last))
    short = exp.LT(this=_call("day", _day(last)), expression=_call("day", _day(first)))
    inside = exp.NEQ(this=_day(last), expression=_call("last_day", _day(last)))
    missing = exp.Case().when(exp.and_(short, inside), exp.Literal.number("1")).else_(exp.Literal.number("0"))
    return exp.Paren(this=exp.Sub(this=crossed, expression=missing))


def _shift(day: exp.Expr, amount: exp.Expr, unit: str) -> exp.Expr:
    step = _call(unit, exp.cast(amount, "INTEGER"))
    return exp.cast(exp.Paren(this=exp.Add(this=_day(day), expression=step)), "DATE")


def _rewrite(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Column):
        return column(node.name)
    if isinstance(node, exp.Literal) and not node.is_string:
        return exp.Literal.number(f"{Decimal(node.name):f}")
    if isinstance(node, exp.Div):
        return quotient(node.left, node.right)
    if isinstance(node, exp.Mod):
        below = exp.Nullif(this=node.right, expression=exp.Literal.number("0"))
        return exp.Paren(this=exp.Mod(this=node.left, expression=below))
    if isinstance(node, exp.Anonymous):
        return _own_function(str(node.this).lower(), node.expressions)
    return node


def _own_function(name: str, arguments: list[exp.Expr]) -> exp.Expr:
    match name:
        case "days_from":
            return _call("date_diff", exp.Literal.string("day"), *map(_day, arguments))
        case "months_from":
            return _whole_months(arguments[0], arguments[1])
        case "plus_days":
            return _shift(arguments[0], arguments[1], "to_days")
        case "plus_months":
            return _shift(arguments[0], arguments[1], "to_months")
        case "ratio":
            return quotient(arguments[0], arguments[1])
    raise AssertionError(f"{name}() passed the check of the pack but has no SQL")


def row_sql(tree: exp.Expr) -> exp.Expr:
    """An expression over single subjects as a DuckDB tree."""
    return _up(tree.copy())


def _up(node: exp.Expr) -> exp.Expr:
    # Children first, so that a rewritten node is never rewritten again.
    for child in list(node.iter_expressions()):
        child.replace(_up(child))
    return _rewrite(node)


def with_constants(tree: exp.Expr, constants: Mapping[str, object]) -> exp.Expr:
    """The tree with the period's names replaced by what they are."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in constants:
            return literal(constants[node.name])
        return node

    return tree.transform(put)


@dataclass(frozen=True, slots=True)
class Part:
    """One number that SQL computes over the rows of a group."""

    name: str
    tree: exp.Expr


@dataclass(slots=True)
class AggregatePlan:
    """Which numbers SQL must give, and the expressions that follow from them (聚合计划).

    `settle` replaces each aggregate call of an expression by the arithmetic of its parts;
    `constants` are the period's names and what they are.
    """

    constants: Mapping[str, object] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    def settle(self, expression: Expression, *, binary: frozenset[str] = frozenset()) -> exp.Expr:
        """The tree with its aggregate calls replaced by columns that SQL gives.

        The columns in `binary` are taken as floating-point numbers inside these calls.
        """
        copy = exp.Paren(this=expression.tree.copy())
        for call in list(outer_aggregates(copy.this)):
            call.replace(
                self._settled(with_constants(_as_binary(call, binary), self.constants), floating=bool(binary))
            )
        return copy

    def _settled(self, call: exp.Expr, *, floating: bool) -> exp.Expr:
        keep = call.expression.this if isinstance(call, exp.Filter) else None
        inner = call.this if isinstance(call, exp.Filter) else call
        condition = row_sql(keep) if keep is not None else None
        if isinstance(inner, exp.Anonymous):
            # A condition that is unknown for a subject does not hold for it, but it still counts.
            test = row_sql(inner.expressions[0])
            both = test if condition is None else exp.and_(test, condition)
            held = self._part(exp.Count(this=exp.Star()), both)
            return self._over(held, self._part(exp.Count(this=exp.Star()), condition))
        argument = inner.this if isinstance(inner.this, exp.Star) else row_sql(inner.this)
        if isinstance(inner, exp.Avg):
            total = self._part(exp.Sum(this=exact(argument)), condition)
            return self._over(total, self._part(exp.Count(this=argument), condition))
        if isinstance(inner, exp.Median):
            return self._median(argument, condition, floating=floating)
        if isinstance(inner, exp.Sum):
            return self._part(exp.Sum(this=exact(argument)), condition)
        return self._part(type(inner)(this=argument), condition)

    def _median(self, argument: exp.Expr, condition: exp.Expr | None, *, floating: bool) -> exp.Expr:
        """Half the sum of the two middle values: the lower one from below, the upper from above."""
        number = argument if floating else exact(argument)
        half, two = exp.Literal.number("0.5"), exp.Literal.number("2")
        low = _call("quantile_disc", number, half)
        high = _call("quantile_disc", exp.Neg(this=exp.Paren(this=number.copy())), half.copy())
        if floating:
            # The halving must happen in floating point as well, so SQL does it.
            between = exp.Sub(this=_filtered(low, condition), expression=_filtered(high, condition))
            return self._part(exp.Div(this=exp.Paren(this=between), expression=two), None)
        middle = exp.Sub(this=self._part(low, condition), expression=self._part(high, condition))
        return self._over(exp.Paren(this=middle), two)

    @staticmethod
    def _over(above: exp.Expr, below: exp.Expr) -> exp.Expr:
        return exp.Paren(this=exp.Div(this=above, expression=below))

    def _part(self, tree: exp.Expr, condition: exp.Expr | None) -> exp.Column:
        tree = _filtered(tree, condition)
        text = tree.sql(dialect="duckdb")
        part = self.parts.setdefault(text, Part(f"#{len(self.parts)}", tree))
        return column(part.name)


def _filtered(call: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    if condition is None:
        return call
    return exp.Filter(this=call, expression=exp.Where(this=condition.copy()))


def _as_binary(call: exp.Expr, names: frozenset[str]) -> exp.Expr:
    """An aggregate call in which the named columns are floating-point numbers."""
    if not names:
        return call

    def put(node: exp.Expr) -> exp.Expr:
        return exp.cast(node, "DOUBLE") if isinstance(node, exp.Column) and node.name in names else node

    return call.copy().transform(put)
