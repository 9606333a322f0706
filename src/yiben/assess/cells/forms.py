"""From a checked expression to arrays (表达式的数组求值): each form of the white list, as `lowering` means it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Protocol, cast

import numpy as np
from sqlglot import exp

from yiben.assess.cells import days
from yiben.assess.cells.values import (
    Cells,
    NotInCells,
    Said,
    Truth,
    Value,
    added,
    all_of,
    any_of,
    chosen,
    compared,
    constant,
    divided,
    extreme,
    first_known,
    missing,
    multiplied,
    nothing,
    remainder,
    rounded,
    to_whole,
    unified,
)
from yiben.assess.lowering import MONTHS_OF_YEAR, TIME_PROGRESS
from yiben.assess.terms import literal, reciprocal

COMPARING: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.EQ: eq,
    exp.NEQ: ne,
    exp.LT: lt,
    exp.LTE: le,
    exp.GT: gt,
    exp.GTE: ge,
}


class Scope(Protocol):
    """Where an expression stands: what its names mean there, and what is known already."""

    def column(self, name: str) -> Value:
        """The values of a column."""

    def value(self, node: exp.Expr) -> Value:
        """The values of an expression, worked out once if it is shared."""


def evaluate(node: exp.Expr, scope: Scope) -> Value:
    """The values of an expression; raises NotInCells on a form without a meaning here."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise NotInCells(f"{type(node).__name__} is for the engine's plan")
    return handler(node, scope)


def holds(node: exp.Expr, scope: Scope) -> Truth:
    """The values of a test."""
    found = scope.value(node)
    if isinstance(found, Said) and found.text is None:
        return Truth(np.zeros((1, 1), dtype=bool), np.zeros((1, 1), dtype=bool))
    if not isinstance(found, Truth):
        raise NotInCells(f"{type(node).__name__} is no test")
    return found


def literal_value(value: object) -> Value:
    """A threshold or constant; the sizes of numbers are those of `terms.literal`."""
    if value is None:
        return Said(None)
    if isinstance(value, bool):
        return _boolean(value)
    if isinstance(value, int):
        return constant("whole", value)
    if isinstance(value, Decimal):
        size = literal(value).size
        return constant("number", int(value.scaleb(size[1])), size)
    if isinstance(value, date):
        return days.day_cell(value)
    return Said(str(value))


def _boolean(value: bool) -> Truth:
    return Truth(np.array([[value]]), np.array([[not value]]))


def _cells(found: Value) -> Cells:
    if isinstance(found, Said) and found.text is None:
        return nothing()
    if not isinstance(found, Cells):
        raise NotInCells("texts and tests are no numbers")
    return found


def _number(node: exp.Expr, scope: Scope) -> Cells:
    return _cells(scope.value(node))


def _dated(values: list[Value]) -> list[Value]:
    """Texts that stand beside days are days."""
    if not any(isinstance(one, Cells) and one.kind == "date" for one in values):
        return values
    return [
        days.day_cell(date.fromisoformat(one.text)) if isinstance(one, Said) and one.text is not None else one
        for one in values
    ]


def _pair(left: Value, right: Value) -> tuple[Cells, Cells]:
    first, second = _dated([left, right])
    return _cells(first), _cells(second)


def _column(node: exp.Expr, scope: Scope) -> Value:
    return scope.column(node.name)


def _literal(node: exp.Expr, scope: Scope) -> Value:
    if node.is_string:
        return Said(node.name)
    value = Decimal(node.name)
    return literal_value(int(value) if node.is_int else value)


def _both(node: exp.Expr, scope: Scope) -> Value:
    left, right = holds(node.this, scope), holds(node.expression, scope)
    return all_of(left, right) if isinstance(node, exp.And) else any_of(left, right)


def _not(node: exp.Expr, scope: Scope) -> Value:
    inner = holds(node.this, scope)
    return Truth(inner.no, inner.yes)


def _compare(node: exp.Expr, scope: Scope) -> Value:
    left, right = _pair(scope.value(node.this), scope.value(node.expression))
    return compared(COMPARING[type(node)], left, right)


def _is(node: exp.Expr, scope: Scope) -> Value:
    if not isinstance(node.expression, exp.Null):
        raise NotInCells("IS of something else than null")
    return missing(scope.value(node.this))


def _in(node: exp.Expr, scope: Scope) -> Value:
    first = scope.value(node.this)
    tests = [compared(eq, *_pair(first, scope.value(one))) for one in node.expressions]
    found = tests[0]
    for test in tests[1:]:
        found = any_of(found, test)
    return found


def _between(node: exp.Expr, scope: Scope) -> Value:
    value = scope.value(node.this)
    low, high = scope.value(node.args["low"]), scope.value(node.args["high"])
    return all_of(compared(ge, *_pair(value, low)), compared(le, *_pair(value, high)))


def _arithmetic(node: exp.Expr, scope: Scope) -> Value:
    if isinstance(node, exp.Div):
        below = node.expression
        if isinstance(below, exp.Literal) and (one := reciprocal(Decimal(below.name))) is not None:
            return multiplied(_number(node.this, scope), _cells(literal_value(one)))
    if isinstance(node, exp.Mul):
        for part, other in ((node.this, node.expression), (node.expression, node.this)):
            if isinstance(part.unnest(), exp.Column) and part.unnest().name == TIME_PROGRESS:
                months = days.part_of("month", _cells(scope.column("month")))
                due = multiplied(_number(other, scope), months)
                return divided(due, constant("whole", MONTHS_OF_YEAR))
    left, right = _number(node.this, scope), _number(node.expression, scope)
    if isinstance(node, exp.Mul):
        return multiplied(left, right)
    if isinstance(node, exp.Div):
        return divided(left, right)
    if isinstance(node, exp.Mod):
        return remainder(left, right)
    return added(1 if isinstance(node, exp.Add) else -1, left, right)


def _signed(node: exp.Expr, scope: Scope) -> Value:
    one = _number(node.this, scope)
    data = -one.data if isinstance(node, exp.Neg) else np.abs(one.data)
    return Cells(one.kind, data, one.known, one.bound, one.size)


def _round(node: exp.Expr, scope: Scope) -> Value:
    places = node.args.get("decimals")
    return rounded(_number(node.this, scope), int(places.name) if places is not None else 0)


def _to_whole(node: exp.Expr, scope: Scope) -> Value:
    return to_whole(_number(node.this, scope), up=isinstance(node, exp.Ceil))


def _alternatives(values: list[Value]) -> list[Cells]:
    """Values of one kind and size; nothing takes those of the others."""
    values = _dated(values)
    there = unified([_cells(one) for one in values if not (isinstance(one, Said) and one.text is None)])
    if not there:
        return [nothing() for _ in values]
    kinds = {"date" if one.kind == "date" else "number" for one in there}
    if len(kinds) > 1:
        raise NotInCells("days beside numbers")
    rest, model = iter(there), there[0]
    return [nothing(model.kind, model.size) if isinstance(one, Said) else next(rest) for one in values]


def _choose(node: exp.Expr, scope: Scope) -> Value:
    values = _alternatives([scope.value(one) for one in (node.this, *node.expressions)])
    if isinstance(node, exp.Coalesce):
        return first_known(values)
    return extreme(isinstance(node, exp.Greatest), values)


def _nullif(node: exp.Expr, scope: Scope) -> Value:
    left, right = _pair(scope.value(node.this), scope.value(node.expression))
    kept = ~compared(eq, left, right).yes
    return Cells(
        left.kind, left.data, kept if left.known is None else kept & left.known, left.bound, left.size
    )


def _case(node: exp.Expr, scope: Scope) -> Value:
    branches = node.args["ifs"] if isinstance(node, exp.Case) else [node]
    last = node.args.get("default") if isinstance(node, exp.Case) else node.args.get("false")
    values = [scope.value(branch.args["true"]) for branch in branches]
    values.append(scope.value(last) if last is not None else Said(None))
    terms = _alternatives(values)
    subject = scope.value(node.this) if isinstance(node, exp.Case) and node.this else None
    found = terms[-1]
    for branch, term in reversed(list(zip(branches, terms, strict=False))):
        if subject is not None:
            test = compared(eq, *_pair(subject, scope.value(branch.this)))
        else:
            test = holds(branch.this, scope)
        found = chosen(test.yes, term, found)
    return found


def _date_part(node: exp.Expr, scope: Scope) -> Value:
    return days.part_of("year" if isinstance(node, exp.Year) else "month", _number(node.this, scope))


def _cast(node: exp.Expr, scope: Scope) -> Value:
    if not isinstance(node.this, exp.Literal):
        raise NotInCells("a cast of something else than a constant")
    return days.day_cell(date.fromisoformat(node.this.name))


_OWN = {
    "days_from": days.days_from,
    "months_from": days.months_from,
    "plus_days": days.plus_days,
    "plus_months": days.plus_months,
}


def _own(node: exp.Expr, scope: Scope) -> Value:
    name = str(node.this).lower()
    first, second = (scope.value(part) for part in node.expressions)
    if name == "ratio":
        return divided(_cells(first), _cells(second))
    left, right = (
        days.day_cell(date.fromisoformat(one.text)) if isinstance(one, Said) and one.text is not None else one
        for one in (first, second)
    )
    return _OWN[name](_cells(left), _cells(right))


_Handler = Callable[[Any, Scope], Value]
_HANDLERS = cast(
    dict[type[exp.Expr], _Handler],
    {
        exp.Paren: lambda node, scope: scope.value(node.this),
        exp.Column: _column,
        exp.Literal: _literal,
        exp.Boolean: lambda node, scope: _boolean(bool(node.this)),
        exp.Null: lambda node, scope: Said(None),
        **dict.fromkeys((exp.And, exp.Or), _both),
        exp.Not: _not,
        **dict.fromkeys(COMPARING, _compare),
        exp.Is: _is,
        exp.In: _in,
        exp.Between: _between,
        **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod), _arithmetic),
        **dict.fromkeys((exp.Neg, exp.Abs), _signed),
        exp.Round: _round,
        **dict.fromkeys((exp.Floor, exp.Ceil), _to_whole),
        **dict.fromkeys((exp.Greatest, exp.Least, exp.Coalesce), _choose),
        exp.Nullif: _nullif,
        **dict.fromkeys((exp.Case, exp.If), _case),
        **dict.fromkeys((exp.Year, exp.Month), _date_part),
        exp.Cast: _cast,
        exp.Anonymous: _own,
    },
)
