"""Expressions over a board's rows in exact fractions (精确计算), a whole column at a time.

Three values as in SQL: true, false and unknown (None). A quotient by zero is unknown. No float
appears, so that equal scores are equal and a tie is a tie.
"""

from __future__ import annotations

import math
import operator
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlglot import exp

from yiben.scenes.mechanics import Rounding

Cells = list[Any]
Table = Mapping[str, Cells]


def evaluate(tree: exp.Expr, table: Table, size: int) -> Cells:
    """The values of an expression for each of the `size` rows of a table of columns."""
    if isinstance(tree, exp.Column):
        return table[tree.name]
    if isinstance(tree, exp.Literal):
        return [tree.name if tree.is_string else number(tree.name)] * size
    if isinstance(tree, exp.Null):
        return [None] * size
    if isinstance(tree, exp.Boolean):
        return [bool(tree.this)] * size
    if isinstance(tree, exp.Paren):
        return evaluate(tree.this, table, size)
    if isinstance(tree, exp.Case | exp.If):
        return _choose(tree, table, size)
    if isinstance(tree, exp.Cast):
        return [_as_date(cell) for cell in evaluate(tree.this, table, size)]
    function, arguments = _function(tree)
    columns = [evaluate(argument, table, size) for argument in arguments]
    return list(map(function, *columns))


def number(text: str) -> int | Fraction:
    """A number of an expression, exact."""
    return int(text) if text.isdigit() else Fraction(Decimal(text))


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is unknown as soon as one argument is."""

    def careful(*arguments: Any) -> Any:
        return None if None in arguments else function(*arguments)

    return careful


def divide(left: Any, right: Any) -> Fraction | None:
    """left ÷ right, exact; unknown where right is zero."""
    if left is None or not right:
        return None
    quotient: Fraction = Fraction(left) / right
    return quotient


def _modulo(left: Any, right: Any) -> Any:
    # SQL's remainder has the sign of the dividend.
    return None if not right else left - right * math.trunc(Fraction(left) / right)


def half_up(value: Fraction | int, decimals: int = 0) -> Fraction:
    """A number rounded half away from zero.

    >>> half_up(Fraction(-5, 2))
    Fraction(-3, 1)
    """
    scale = 10**decimals
    away = math.floor(abs(value) * scale + Fraction(1, 2))
    return Fraction(away if value >= 0 else -away, scale)


def rounded(value: Fraction | int, decimals: int, rule: Rounding) -> Decimal:
    """A number as it is shown: so many decimals, by the declared rule; never minus zero.

    >>> rounded(Fraction(1005, 1000), 2, "half_up"), rounded(Fraction(1005, 1000), 2, "half_even")
    (Decimal('1.01'), Decimal('1.00'))
    """
    above, below = value.as_integer_ratio()
    whole, rest = divmod(abs(above) * 10**decimals, below)
    match rule:
        case "half_up":
            whole += 2 * rest >= below
        case "half_even":
            whole += 2 * rest > below or (2 * rest == below and whole % 2)
        case _:
            raise AssertionError(f"no rounding is called {rule}")
    return Decimal(whole if above >= 0 else -whole).scaleb(-decimals)


def _and(left: Any, right: Any) -> Any:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _or(left: Any, right: Any) -> Any:
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def _coalesce(*cells: Any) -> Any:
    return next((cell for cell in cells if cell is not None), None)


def _present(choose: Callable[[Iterable[Any]], Any]) -> Callable[..., Any]:
    """greatest and least leave out what is unknown."""

    def chosen(*cells: Any) -> Any:
        known = [cell for cell in cells if cell is not None]
        return choose(known) if known else None

    return chosen


def _in(cell: Any, *among: Any) -> Any:
    if cell is None:
        return None
    return True if cell in among else (None if None in among else False)


def _like(text: str, pattern: str) -> bool:
    pieces = {"%": ".*", "_": "."}
    shape = "".join(pieces.get(sign, re.escape(sign)) for sign in pattern)
    return re.fullmatch(shape, text, re.DOTALL) is not None


def _as_date(cell: Any) -> Any:
    return date.fromisoformat(cell) if isinstance(cell, str) else cell


def _months_from(first: date, last: date) -> int:
    """Whole months, as rules count them: a month's last day completes it."""
    months = (last.year - first.year) * 12 + last.month - first.month
    ended = last.day >= first.day or last.day == monthrange(last.year, last.month)[1]
    return months if ended else months - 1


def _plus_months(day: date, months: Any) -> date:
    total = day.year * 12 + day.month - 1 + int(months)
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _compare(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison in which a day may be written as text, such as '2025-07-01'."""

    def compared(left: Any, right: Any) -> bool:
        if isinstance(left, date) is not isinstance(right, date):
            left, right = _as_date(left), _as_date(right)
        return function(left, right)

    return compared


def _add(left: Any, right: Any) -> Any:
    return left + timedelta(days=int(right)) if isinstance(left, date) else left + right


def _subtract(left: Any, right: Any) -> Any:
    if not isinstance(left, date):
        return left - right
    return (left - right).days if isinstance(right, date) else left - timedelta(days=int(right))


def _text(cell: Any) -> str:
    return str(cell)


_in_order = _compare(operator.le)
_STRICT: dict[type[exp.Expr], Callable[..., Any]] = {
    exp.Add: _add,
    exp.Sub: _subtract,
    exp.Mul: operator.mul,
    exp.Mod: _modulo,
    exp.EQ: _compare(operator.eq),
    exp.NEQ: _compare(operator.ne),
    exp.LT: _compare(operator.lt),
    exp.LTE: _compare(operator.le),
    exp.GT: _compare(operator.gt),
    exp.GTE: _compare(operator.ge),
    exp.Like: _like,
    exp.DPipe: lambda left, right: _text(left) + _text(right),
    exp.Neg: operator.neg,
    exp.Not: operator.not_,
    exp.Abs: abs,
    exp.Floor: math.floor,
    exp.Ceil: math.ceil,
    exp.Year: lambda day: day.year,
    exp.Month: lambda day: day.month,
    exp.Length: len,
    exp.Lower: str.lower,
    exp.Upper: str.upper,
    exp.Between: lambda cell, low, high: _in_order(low, cell) and _in_order(cell, high),
    exp.Round: lambda cell, decimals=0: half_up(cell, int(decimals)),
}
_LENIENT: dict[type[exp.Expr], Callable[..., Any]] = {
    exp.And: _and,
    exp.Or: _or,
    exp.Div: divide,
    exp.Coalesce: _coalesce,
    exp.Greatest: _present(max),
    exp.Least: _present(min),
    exp.In: _in,
    exp.Is: lambda left, right: left is right if right is None else left == right,
    exp.Nullif: lambda left, right: None if left == right else left,
    exp.Concat: lambda *cells: "".join(_text(cell) for cell in cells if cell is not None),
}
_NAMED: dict[str, Callable[..., Any]] = {
    "days_from": _strict(lambda first, last: (_as_date(last) - _as_date(first)).days),
    "months_from": _strict(lambda first, last: _months_from(_as_date(first), _as_date(last))),
    "plus_days": _strict(lambda day, days: day + timedelta(days=int(days))),
    "plus_months": _strict(_plus_months),
    "ratio": divide,
}
_FUNCTIONS = {**{kind: _strict(function) for kind, function in _STRICT.items()}, **_LENIENT}


def _function(tree: exp.Expr) -> tuple[Callable[..., Any], Sequence[exp.Expr]]:
    if isinstance(tree, exp.Anonymous):
        return _NAMED[str(tree.this).lower()], tree.expressions
    function = _FUNCTIONS.get(type(tree))
    assert function is not None, f"{tree.key} passed the check of the pack but has no meaning here"
    return function, list(tree.iter_expressions())


def _choose(tree: exp.Expr, table: Table, size: int) -> Cells:
    branches = [tree] if isinstance(tree, exp.If) else tree.args["ifs"]
    subject = tree.this if isinstance(tree, exp.Case) else None
    default = tree.args.get("false" if isinstance(tree, exp.If) else "default")
    result = evaluate(default, table, size) if default is not None else [None] * size
    for branch in reversed(branches):
        test = branch.this if subject is None else exp.EQ(this=subject.copy(), expression=branch.this.copy())
        tests, then = evaluate(test, table, size), evaluate(branch.args["true"], table, size)
        result = [then[row] if tests[row] is True else result[row] for row in range(size)]
    return result
