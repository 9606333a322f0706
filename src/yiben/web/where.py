"""Expressions of a pack as questions to its book (清单条件): a checked tree becomes Django's own.

Exact amounts are kept as whole millionths; a literal beside one is scaled to match, so that
`land > 0.5` compares whole numbers. Only products and quotients of amounts leave exactness.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from django.db.models import BooleanField, F, FloatField, Func, Q, Value
from django.db.models.expressions import Case, Combinable, ExpressionWrapper, NegatedExpression, When
from django.db.models.functions import Abs, Cast, Coalesce, Greatest, Least, Length, Lower, NullIf, Upper
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
)
from sqlglot import exp

from yiben.kernel.problems import Place
from yiben.ledger.books import PREFIX
from yiben.scenes.expressions import parse_expression
from yiben.scenes.model import Pack
from yiben.scenes.values import DECIMAL_TYPES, FINE_SCALE, FINE_TYPES, SCALE

MILLION = 10**SCALE
COMPARISONS: Mapping[type[exp.Expr], Any] = {
    exp.EQ: Exact,
    exp.GT: GreaterThan,
    exp.GTE: GreaterThanOrEqual,
    exp.LT: LessThan,
    exp.LTE: LessThanOrEqual,
}
ARITHMETIC: Mapping[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
}
FUNCTIONS: Mapping[type[exp.Expr], Any] = {
    exp.Abs: Abs,
    exp.Length: Length,
    exp.Lower: Lower,
    exp.Upper: Upper,
}


class NotForLists(ValueError):
    """The expression uses an ability that lists do not have (it may still be right in a rule)."""


class Term:
    """A piece of an expression: `scaled` amounts are whole millionths, `literal` ones can be scaled."""

    def __init__(self, made: Any, *, scaled: bool = False, literal: Any = None) -> None:
        self.made, self.scaled, self.literal = made, scaled, literal

    def as_scaled(self) -> Any:
        """The term in millionths."""
        if self.scaled:
            return self.made
        if isinstance(self.literal, Decimal):
            return Value(int(self.literal * MILLION))
        return self.made * Value(MILLION)

    def as_plain(self) -> Any:
        """The term as a plain number; of an amount, its nearest floating one."""
        return Cast(self.made, FloatField()) / Value(float(MILLION)) if self.scaled else self.made


def where_of(text: str, *, pack: Pack) -> Q:
    """The rows for which a pack's expression holds; raises NotForLists."""
    columns = set(pack.fields) | set(pack.computed)
    expression, problems = parse_expression(text, columns=columns, place=Place(file=pack.file))
    if expression is None:
        raise NotForLists(str(problems[0]))
    return Q(_truth(expression.tree, pack))


def value_of(text: str, *, pack: Pack) -> Term:
    """A computed column as a term over the book; raises NotForLists."""
    expression, problems = parse_expression(text, columns=set(pack.fields), place=Place(file=pack.file))
    if expression is None:
        raise NotForLists(str(problems[0]))
    return _term(expression.tree, pack)


def _truth(node: exp.Expr, pack: Pack) -> Any:
    """A node that is true, false or unknown, with SQL's own meaning of unknown."""
    if isinstance(node, exp.Paren):
        return _truth(node.this, pack)
    if isinstance(node, exp.And):
        return Q(_truth(node.this, pack)) & Q(_truth(node.expression, pack))
    if isinstance(node, exp.Or):
        return Q(_truth(node.this, pack)) | Q(_truth(node.expression, pack))
    if isinstance(node, exp.Not):
        return NegatedExpression(
            ExpressionWrapper(_as_condition(node.this, pack), output_field=BooleanField())
        )
    if isinstance(node, exp.NEQ):
        same = _comparison(Exact, node, pack)
        return NegatedExpression(ExpressionWrapper(same, output_field=BooleanField()))
    if type(node) in COMPARISONS:
        return _comparison(COMPARISONS[type(node)], node, pack)
    if isinstance(node, exp.Is):
        if isinstance(node.expression, exp.Null):
            return IsNull(_term(node.this, pack).made, True)
        return Exact(_term(node.this, pack).made, Value(bool(node.expression.this)))
    if isinstance(node, exp.In):
        return _membership(node, pack)
    if isinstance(node, exp.Between):
        low = _compare(GreaterThanOrEqual, _term(node.this, pack), _term(node.args["low"], pack))
        return Q(low) & Q(_compare(LessThanOrEqual, _term(node.this, pack), _term(node.args["high"], pack)))
    if isinstance(node, exp.Like):
        return Q(_Like(_term(node.this, pack).made, _term(node.expression, pack).made))
    if isinstance(node, exp.Boolean):
        return Exact(Value(1), Value(1 if node.this else 0))
    if isinstance(node, exp.Column):
        return Exact(_term(node, pack).made, Value(True))
    raise NotForLists(f"found {node.sql()}, expected a condition that lists can ask")


class _Like(Func):
    """SQL's LIKE."""

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    output_field = BooleanField()
    conditional = True


def _as_condition(node: exp.Expr, pack: Pack) -> Any:
    made = _truth(node, pack)
    return made if isinstance(made, Q) else Q(made)


def _comparison(lookup: Any, node: exp.Expr, pack: Pack) -> Any:
    return _compare(lookup, _term(node.this, pack), _term(node.expression, pack))


def _compare(lookup: Any, left: Term, right: Term) -> Any:
    if left.scaled or right.scaled:
        return lookup(left.as_scaled(), right.as_scaled())
    return lookup(left.made, right.made)


def _membership(node: exp.In, pack: Pack) -> Any:
    left = _term(node.this, pack)
    members = [_term(one, pack) for one in node.expressions]
    if not members:
        raise NotForLists(f"found {node.sql()}, expected a list of values")
    if left.scaled:
        return In(left.made, [one.as_scaled() for one in members])
    return In(left.made, [one.made for one in members])


def _term(node: exp.Expr, pack: Pack) -> Term:
    """A node that is a value."""
    if isinstance(node, exp.Paren):
        return _term(node.this, pack)
    if isinstance(node, exp.Column):
        return _column(node.name, pack)
    if isinstance(node, exp.Literal):
        return _literal(node)
    if isinstance(node, exp.Null):
        return Term(Value(None))
    if isinstance(node, exp.Boolean):
        return Term(Value(bool(node.this)))
    if isinstance(node, exp.Cast):
        return Term(Value(date.fromisoformat(str(node.this.this))))
    if isinstance(node, exp.Neg):
        inner = _term(node.this, pack)
        literal = -inner.literal if isinstance(inner.literal, Decimal) else None
        return Term(Value(-1) * inner.made, scaled=inner.scaled, literal=literal)
    if type(node) in ARITHMETIC:
        left, right = _term(node.this, pack), _term(node.expression, pack)
        return _joined(ARITHMETIC[type(node)], [left, right])
    if isinstance(node, exp.Mul):
        left, right = _term(node.this, pack), _term(node.expression, pack)
        return Term(left.as_plain() * right.as_plain())
    if isinstance(node, exp.Div):
        left, right = _term(node.this, pack), _term(node.expression, pack)
        return Term(Cast(left.as_plain(), FloatField()) / NullIf(right.as_plain(), Value(0.0)))
    return _call(node, pack)


def _call(node: exp.Expr, pack: Pack) -> Term:
    if isinstance(node, exp.Coalesce):
        return _spread(Coalesce, [node.this, *node.expressions], pack)
    if isinstance(node, exp.Greatest | exp.Least):
        return _spread(
            Greatest if isinstance(node, exp.Greatest) else Least, [node.this, *node.expressions], pack
        )
    if type(node) in FUNCTIONS:
        inner = _term(node.this, pack)
        return Term(FUNCTIONS[type(node)](inner.made), scaled=inner.scaled)
    if isinstance(node, exp.Case):
        return _case(node, pack)
    raise NotForLists(f"found {node.sql()}, expected an expression that lists can ask")


def _case(node: exp.Case, pack: Pack) -> Term:
    results = [_term(one.args["true"], pack) for one in node.args["ifs"]]
    default = _term(node.args["default"], pack) if node.args.get("default") else Term(Value(None))
    scaled = any(one.scaled for one in [*results, default])
    whens = [
        When(Q(_truth(one.this, pack)), then=result.as_scaled() if scaled else result.made)
        for one, result in zip(node.args["ifs"], results, strict=True)
    ]
    return Term(Case(*whens, default=default.as_scaled() if scaled else default.made), scaled=scaled)


def _spread(function: Any, nodes: list[exp.Expr], pack: Pack) -> Term:
    terms = [_term(one, pack) for one in nodes]
    if any(one.scaled for one in terms):
        return Term(function(*(one.as_scaled() for one in terms)), scaled=True)
    return Term(function(*(one.made for one in terms)))


def _joined(join: Callable[[Any, Any], Any], terms: list[Term]) -> Term:
    if any(one.scaled for one in terms):
        return Term(reduce(join, (one.as_scaled() for one in terms)), scaled=True)
    return Term(reduce(join, (one.made for one in terms)))


def _column(name: str, pack: Pack) -> Term:
    if name in pack.computed:
        return value_of(pack.computed[name].expression, pack=pack)
    made: Combinable = F(PREFIX + name)
    if pack.fields[name].type in FINE_TYPES:
        return Term(Cast(made, FloatField()) / Value(float(10**FINE_SCALE)))
    return Term(made, scaled=pack.fields[name].type in DECIMAL_TYPES)


def _literal(node: exp.Literal) -> Term:
    if node.is_string:
        return Term(Value(str(node.this)), literal=str(node.this))
    number = Decimal(str(node.this))
    whole = number == number.to_integral_value()
    return Term(Value(int(number) if whole else float(number)), literal=number)
