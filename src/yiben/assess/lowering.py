"""From a checked expression to the tree of one engine (表达式的编译).

Every node of the white list has its one meaning here; the engines' own readings of dates, empty
texts and mixed numbers never come through.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Protocol

from sqlglot import exp

from yiben.assess.terms import (
    Engine,
    Term,
    added,
    cast,
    function,
    literal,
    multiplied,
    reciprocal,
    remainder,
    rounded,
    unified,
    whole,
)


class Scope(Protocol):
    """Where an expression stands: what its names mean there."""

    engine: Engine

    def column(self, name: str) -> Term:
        """The value of a column."""

    def in_a_row(self, condition: exp.Expr) -> Term:
        """For how many months up to this one the condition has held."""

    def quotient(self, left: Term, right: Term) -> Term:
        """left ÷ right, worked out here or once beside the row."""


TIME_PROGRESS, MONTHS_OF_YEAR = "time_progress", 12
COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def lower(node: exp.Expr, scope: Scope) -> Term:
    """The tree of `scope.engine` that means what `node` says; raises on what no white list lets in."""
    for kinds, handler in _HANDLERS:
        if isinstance(node, kinds):
            return handler(node, scope)
    raise AssertionError(f"{type(node).__name__} is on no white list")


def _paren(node: exp.Expr, scope: Scope) -> Term:
    inner = lower(node.this, scope)
    return Term(exp.Paren(this=inner.tree), inner.kind, inner.digits, inner.decimals)


def _column(node: exp.Expr, scope: Scope) -> Term:
    return scope.column(node.name)


def _literal(node: exp.Expr, scope: Scope) -> Term:
    if node.is_string:
        return literal(node.name)
    value = Decimal(node.name)
    return literal(int(value) if node.is_int else value)


def _constant(node: exp.Expr, scope: Scope) -> Term:
    return Term(node.copy(), "boolean" if isinstance(node, exp.Boolean) else "null")


def _both(node: exp.Expr, scope: Scope) -> Term:
    left, right = lower(node.this, scope), lower(node.expression, scope)
    return _boolean(type(node)(this=_wrapped(left), expression=_wrapped(right)))


def _wrapped(term: Term) -> exp.Expr:
    return exp.Paren(this=term.tree) if isinstance(term.tree, exp.Binary | exp.Not) else term.tree


def _boolean(tree: exp.Expr) -> Term:
    return Term(tree, "boolean")


def _not(node: exp.Expr, scope: Scope) -> Term:
    return _boolean(exp.Not(this=exp.Paren(this=lower(node.this, scope).tree)))


def _dated(terms: list[Term]) -> list[Term]:
    """Texts that stand beside dates are days."""
    if not any(term.kind == "date" for term in terms):
        return terms
    return [
        literal(date.fromisoformat(term.tree.name)) if isinstance(term.tree, exp.Literal) else term
        for term in terms
    ]


def _compare(node: exp.Expr, scope: Scope) -> Term:
    left, right = _dated([lower(node.this, scope), lower(node.expression, scope)])
    return _boolean(type(node)(this=_wrapped(left), expression=_wrapped(right)))


def _is(node: exp.Expr, scope: Scope) -> Term:
    return _boolean(exp.Is(this=_wrapped(lower(node.this, scope)), expression=node.expression.copy()))


def _in(node: exp.Expr, scope: Scope) -> Term:
    first, *others = _dated([lower(part, scope) for part in (node.this, *node.expressions)])
    return _boolean(exp.In(this=_wrapped(first), expressions=[one.tree for one in others]))


def _between(node: exp.Expr, scope: Scope) -> Term:
    parts = (node.this, node.args["low"], node.args["high"])
    value, low, high = (_wrapped(term) for term in _dated([lower(part, scope) for part in parts]))
    return _boolean(exp.Between(this=value, low=low, high=high))


def _like(node: exp.Expr, scope: Scope) -> Term:
    return _boolean(
        exp.Like(this=lower(node.this, scope).tree, expression=lower(node.expression, scope).tree)
    )


def _arithmetic(node: exp.Expr, scope: Scope) -> Term:
    left, right = _operand(lower(node.this, scope)), _operand(lower(node.expression, scope))
    if isinstance(node, exp.Mul):
        return _product(node, left, right, scope)
    if isinstance(node, exp.Div):
        below = node.expression
        if isinstance(below, exp.Literal) and (one := reciprocal(Decimal(below.name))) is not None:
            return multiplied(left, literal(one))
        return scope.quotient(left, right)
    if isinstance(node, exp.Mod):
        return remainder(left, right)
    return added(type(node), left, right)  # type: ignore[arg-type]


def _product(node: exp.Expr, left: Term, right: Term, scope: Scope) -> Term:
    """left × right; a plan times the time progress is plan × months ÷ 12, which thirds leave exact."""
    for part, other in ((node.this, right), (node.expression, left)):
        if isinstance(part.unnest(), exp.Column) and part.unnest().name == TIME_PROGRESS:
            months = _part("month", scope.column("month").tree)
            return scope.quotient(_operand(multiplied(other, months)), literal(MONTHS_OF_YEAR))
    return multiplied(left, right)


def _operand(term: Term) -> Term:
    if term.kind == "null":
        return Term(cast(exp.Null(), "BIGINT"), "whole")
    return Term(_wrapped(term), term.kind, term.digits, term.decimals)


def _negative(node: exp.Expr, scope: Scope) -> Term:
    inner = lower(node.this, scope)
    return Term(exp.Neg(this=exp.Paren(this=inner.tree)), inner.kind, inner.digits, inner.decimals)


def _absolute(node: exp.Expr, scope: Scope) -> Term:
    inner = lower(node.this, scope)
    return Term(function("abs", inner.tree), inner.kind, inner.digits, inner.decimals)


def _round(node: exp.Expr, scope: Scope) -> Term:
    places = node.args.get("decimals")
    return rounded(lower(node.this, scope), int(places.name) if places is not None else 0)


def _to_whole(node: exp.Expr, scope: Scope) -> Term:
    name = "floor" if isinstance(node, exp.Floor) else "ceil"
    return whole(cast(function(name, lower(node.this, scope).tree), "BIGINT"))


def _choose(node: exp.Expr, scope: Scope) -> Term:
    terms = unified(_dated([lower(part, scope) for part in (node.this, *node.expressions)]))
    name = {exp.Greatest: "greatest", exp.Least: "least", exp.Coalesce: "coalesce"}[type(node)]  # type: ignore[index]
    tree = function(name, *(term.tree for term in terms))
    if len(terms) == 1:
        tree = terms[0].tree
    return _like_first(tree, terms)


def _like_first(tree: exp.Expr, terms: list[Term]) -> Term:
    """A tree of the kind and size of the first of `terms` that is not simply nothing."""
    model = next((term for term in terms if term.kind != "null"), terms[0])
    return Term(tree, model.kind, model.digits, model.decimals)


def _nullif(node: exp.Expr, scope: Scope) -> Term:
    left, right = _dated([lower(node.this, scope), lower(node.expression, scope)])
    return Term(function("nullif", left.tree, right.tree), left.kind, left.digits, left.decimals)


def _case(node: exp.Expr, scope: Scope) -> Term:
    branches = node.args["ifs"] if isinstance(node, exp.Case) else [node]
    last = node.args.get("default") if isinstance(node, exp.Case) else node.args.get("false")
    subject = lower(node.this, scope) if isinstance(node, exp.Case) and node.this else None
    values = [lower(branch.args["true"], scope) for branch in branches]
    values.append(lower(last, scope) if last is not None else literal(None))
    terms = unified(_dated(values))
    tests = []
    for branch in branches:
        test = lower(branch.this, scope)
        if subject is not None:
            left, right = _dated([subject, test])
            test = _boolean(exp.EQ(this=_wrapped(left), expression=_wrapped(right)))
        tests.append(test.tree)
    ifs = [exp.If(this=test, true=term.tree) for test, term in zip(tests, terms, strict=False)]
    return _like_first(exp.Case(ifs=ifs, default=terms[-1].tree), terms)


def _date_part(node: exp.Expr, scope: Scope) -> Term:
    name = "year" if isinstance(node, exp.Year) else "month"
    return _part(name, lower(node.this, scope).tree)


def _part(name: str, day: exp.Expr) -> Term:
    return whole(cast(function(name, day), "BIGINT"))


def _length(node: exp.Expr, scope: Scope) -> Term:
    return whole(cast(function("length", lower(node.this, scope).tree), "BIGINT"))


def _text(node: exp.Expr, scope: Scope) -> Term:
    if isinstance(node, exp.Lower | exp.Upper):
        return Term(function(node.key, lower(node.this, scope).tree), "text")
    if isinstance(node, exp.DPipe):
        parts = [lower(node.this, scope).tree, lower(node.expression, scope).tree]
        return Term(joined(parts), "text")
    empty = exp.Literal.string("")
    parts = [function("coalesce", lower(part, scope).tree, empty.copy()) for part in node.expressions]
    return Term(joined(parts), "text")


def joined(parts: list[exp.Expr]) -> exp.Expr:
    """Texts one after another; nothing where one of them is nothing."""
    tree = parts[0]
    for part in parts[1:]:
        tree = exp.DPipe(this=tree, expression=part, safe=False)
    return exp.Paren(this=tree)


def _cast(node: exp.Expr, scope: Scope) -> Term:
    if isinstance(node.this, exp.Literal):
        return literal(date.fromisoformat(node.this.name))
    return Term(cast(lower(node.this, scope).tree, "DATE"), "date")


def _own(node: exp.Expr, scope: Scope) -> Term:
    name = str(node.this).lower()
    if name == "in_a_row":
        return scope.in_a_row(node.expressions[0])
    first, second = (lower(part, scope) for part in node.expressions)
    if name == "ratio":
        return scope.quotient(_operand(first), _operand(second))
    first, second = (
        literal(date.fromisoformat(one.tree.name)) if isinstance(one.tree, exp.Literal) else one
        for one in (first, second)
    )
    own: dict[str, Callable[[exp.Expr, exp.Expr, Engine], Term]] = {
        "days_from": days_from,
        "months_from": months_from,
        "plus_days": plus_days,
        "plus_months": plus_months,
    }
    return own[name](first.tree, second.tree, scope.engine)


def days_from(start: exp.Expr, end: exp.Expr, engine: Engine) -> Term:
    """Calendar days from one day to another; negative where the second comes first."""
    if engine == "spark":
        return whole(cast(function("datediff", end, start), "BIGINT"))
    return whole(cast(function("date_diff", exp.Literal.string("day"), start, end), "BIGINT"))


def months_from(start: exp.Expr, end: exp.Expr, engine: Engine) -> Term:
    """Whole months from one day to another: the most n with plus_months(start, n) <= end.

    The last day of a month completes the month, so 31 January to 28 February is one.
    """

    def ordinal(day: exp.Expr) -> exp.Expr:
        years = exp.Mul(this=_part("year", day.copy()).tree, expression=exp.Literal.number(12))
        return exp.Paren(this=exp.Add(this=years, expression=_part("month", day.copy()).tree))

    short = exp.And(
        this=exp.LT(this=_part("day", end.copy()).tree, expression=_part("day", start.copy()).tree),
        expression=exp.NEQ(this=end.copy(), expression=function("last_day", end.copy())),
    )
    missing = exp.Case(ifs=[exp.If(this=short, true=exp.Literal.number(1))], default=exp.Literal.number(0))
    full = exp.Sub(this=ordinal(end), expression=ordinal(start))
    return whole(cast(exp.Paren(this=exp.Sub(this=full, expression=missing)), "BIGINT"))


def plus_days(day: exp.Expr, days: exp.Expr, engine: Engine) -> Term:
    """The day some calendar days later."""
    count = cast(days, "INT")
    if engine == "spark":
        return Term(function("date_add", day, count), "date")
    return Term(cast(exp.Paren(this=exp.Add(this=day, expression=count)), "DATE"), "date")


def plus_months(day: exp.Expr, months: exp.Expr, engine: Engine) -> Term:
    """The same day some months later, or that month's last day."""
    count = cast(months, "INT")
    if engine == "spark":
        return Term(function("add_months", day, count), "date")
    later = exp.Paren(this=exp.Add(this=day, expression=function("to_months", count)))
    return Term(cast(later, "DATE"), "date")


_Handler = Callable[[exp.Expr, Scope], Term]
_HANDLERS: tuple[tuple[tuple[type[exp.Expr], ...], _Handler], ...] = (
    ((exp.Paren,), _paren),
    ((exp.Column,), _column),
    ((exp.Literal,), _literal),
    ((exp.Boolean, exp.Null), _constant),
    ((exp.And, exp.Or), _both),
    ((exp.Not,), _not),
    (COMPARISONS, _compare),
    ((exp.Is,), _is),
    ((exp.In,), _in),
    ((exp.Between,), _between),
    ((exp.Like,), _like),
    ((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod), _arithmetic),
    ((exp.Neg,), _negative),
    ((exp.Abs,), _absolute),
    ((exp.Round,), _round),
    ((exp.Floor, exp.Ceil), _to_whole),
    ((exp.Greatest, exp.Least, exp.Coalesce), _choose),
    ((exp.Nullif,), _nullif),
    ((exp.Case, exp.If), _case),
    ((exp.Year, exp.Month), _date_part),
    ((exp.Length,), _length),
    ((exp.Lower, exp.Upper, exp.DPipe, exp.Concat), _text),
    ((exp.Cast,), _cast),
    ((exp.Anonymous,), _own),
)
