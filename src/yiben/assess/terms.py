"""Typed pieces of SQL trees (带类型的表达式): numbers that mean the same on every engine.

Numbers are exact decimals. Sums and products stay inside 38 digits by casts that both engines
apply alike; a quotient is rounded half up to 12 decimals (6 from nine thousand on), and a
division by zero has no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from sqlglot import exp

from yiben.scenes.columns import Kind

Engine = Literal["duckdb", "spark"]
# The widest decimal of both engines, the shape to which wide results return, and that of money.
MOST_DIGITS = 38
WIDE = (30, 12)
MONEY = (20, 6)
SUM = (26, 6)
WHOLE = (20, 0)
# Below these a double holds 12 and 6 decimals exactly enough to round to them (2^53 steps); beyond
# the last one numbers stop growing, where no amount of this field comes near.
FINE, COARSE, MOST = "9e3", "9e9", "9e17"
# A whole number keeps at least so many digits in a product.
LEAST_WHOLE = 10


@dataclass(frozen=True, slots=True)
class Term:
    """A tree with its kind; for exact numbers also its digits and decimals."""

    tree: exp.Expr
    kind: Kind
    digits: int = 0
    decimals: int = 0

    @property
    def is_number(self) -> bool:
        return self.kind in ("number", "whole")

    @property
    def size(self) -> tuple[int, int]:
        """Digits and decimals, as both engines see the number in arithmetic with decimals."""
        return (self.digits, self.decimals) if self.kind == "number" else WHOLE


def decimal_type(size: tuple[int, int]) -> str:
    """The SQL name of a decimal type."""
    return f"DECIMAL({size[0]}, {size[1]})"


def number(tree: exp.Expr, size: tuple[int, int] = WIDE) -> Term:
    """A tree that is known to be a decimal of `size`."""
    return Term(tree, "number", *size)


def whole(tree: exp.Expr) -> Term:
    """A tree that is known to be a BIGINT."""
    return Term(tree, "whole")


def cast(tree: exp.Expr, sql_type: str) -> exp.Expr:
    """CAST(tree AS sql_type)."""
    return exp.Cast(this=tree, to=_data_type(sql_type))


@cache
def _data_type(sql_type: str) -> exp.DataType:
    return exp.DataType.build(sql_type, dialect="duckdb")


def function(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of an engine's function that both dialects spell as given."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def literal(value: object) -> Term:
    """A constant: number, text, date, truth value or nothing.

    >>> literal(Decimal("0.30")).size
    (3, 2)
    """
    if value is None:
        return Term(exp.Null(), "null")
    if isinstance(value, bool):
        return Term(exp.Boolean(this=value), "boolean")
    if isinstance(value, int):
        return whole(cast(_plain(Decimal(value)), "BIGINT"))
    if isinstance(value, Decimal):
        shape = value.as_tuple()
        assert isinstance(shape.exponent, int), "a threshold is a finite number"
        decimals = max(0, -shape.exponent)
        digits = max(len(shape.digits) + max(0, shape.exponent), decimals + 1) + (decimals == 0)
        size = (digits, decimals)
        return number(cast(_plain(value), decimal_type(size)), size)
    if isinstance(value, date):
        return Term(cast(exp.Literal.string(value.isoformat()), "DATE"), "date")
    return Term(exp.Literal.string(str(value)), "text")


def _plain(value: Decimal) -> exp.Expr:
    spelled = exp.Literal.number(format(abs(value), "f"))
    return exp.Neg(this=spelled) if value < 0 else spelled


def null_of(kind: Kind, size: tuple[int, int] = MONEY) -> Term:
    """Nothing, of a stated type, so that both engines give a column the same type."""
    return typed(Term(exp.Null(), "null"), kind, size)


def typed(term: Term, kind: Kind, size: tuple[int, int] = MONEY) -> Term:
    """`term` cast to the plain SQL type of a kind."""
    if kind == "number":
        return number(cast(term.tree, decimal_type(size)), size)
    names = {"whole": "BIGINT", "date": "DATE", "text": "TEXT", "boolean": "BOOLEAN"}
    return Term(cast(term.tree, names[kind]), kind)


def resized(term: Term, size: tuple[int, int]) -> Term:
    """A number cast to `size`; as it is where it has that size already."""
    if term.kind == "number" and term.size == size:
        return term
    return number(cast(term.tree, decimal_type(size)), size)


def unified(terms: Sequence[Term]) -> list[Term]:
    """Values to choose from, cast to one type where they are numbers of several sizes."""
    numbers = [term for term in terms if term.kind == "number"]
    if not numbers:
        return list(terms)
    decimals = max(term.size[1] for term in terms if term.is_number)
    ints = max(term.size[0] - term.size[1] for term in terms if term.is_number)
    size = (ints + decimals, decimals) if ints + decimals <= MOST_DIGITS else WIDE
    return [resized(term, size) if term.is_number else term for term in terms]


def added(operator: type[exp.Binary], left: Term, right: Term) -> Term:
    """left + right or left - right."""
    if left.kind == right.kind == "whole":
        return whole(operator(this=left.tree, expression=right.tree))
    size = sum_size(left.size, right.size)
    if size[0] > MOST_DIGITS:
        left, right = resized(left, WIDE), resized(right, WIDE)
        size = sum_size(left.size, right.size)
    return number(operator(this=left.tree, expression=right.tree), size)


def sum_size(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """Digits and decimals of a sum: one digit more than the wider of the two."""
    decimals = max(left[1], right[1])
    ints = max(left[0] - left[1], right[0] - right[1])
    return ints + decimals + 1, decimals


def multiplied(left: Term, right: Term) -> Term:
    """left × right, with at most 12 decimals."""
    if left.kind == right.kind == "whole":
        return whole(exp.Mul(this=left.tree, expression=right.tree))
    if left.size[0] + right.size[0] + 1 > MOST_DIGITS:
        left, right = _narrowed(left, right), _narrowed(right, left)
    if left.size[0] + right.size[0] + 1 > MOST_DIGITS:
        wide = exp.Mul(this=cast(left.tree, "DOUBLE"), expression=cast(right.tree, "DOUBLE"))
        return rounded_double(exp.Paren(this=wide))
    size = (left.size[0] + right.size[0] + 1, left.size[1] + right.size[1])
    product = number(exp.Mul(this=left.tree, expression=right.tree), size)
    return resized(product, WIDE) if size[1] > WIDE[1] else product


def _narrowed(term: Term, other: Term) -> Term:
    """A whole number in so few digits that its product with `other` stays exact."""
    room = MOST_DIGITS - 1 - other.size[0]
    return resized(term, (room, 0)) if term.kind == "whole" and room >= LEAST_WHOLE else term


def plain_quotient(left: Term, right: Term) -> exp.Expr:
    """left ÷ right as a double, nothing where right is zero: both engines compute it bit for bit alike."""
    below = function("nullif", cast(right.tree, "DOUBLE"), _double("0e0"))
    return exp.Div(this=cast(left.tree, "DOUBLE"), expression=below, typed=False, safe=False)


def rounded_double(plain: exp.Expr) -> Term:
    """A double rounded half up to 12 decimals, to 6 from nine thousand, to none from nine billion.

    The rounding is spelled out, because the engines' own rounding of doubles differs. `least` and
    `greatest` pass nothing over, so that a missing number must not come to them.
    """

    def less(limit: str) -> exp.Expr:
        return exp.LT(this=function("abs", plain.copy()), expression=_double(limit))

    def scaled(by: str) -> exp.Expr:
        return exp.Mul(this=plain.copy(), expression=_double(by))

    kept = function("greatest", function("least", plain.copy(), _double(MOST)), _double(f"-{MOST}"))
    is_there = exp.Not(this=exp.Is(this=plain.copy(), expression=exp.Null()))
    ifs = [
        exp.If(this=less(FINE), true=_steps(scaled("1e12"), "0.000000000001", (12, 12))),
        exp.If(this=less(COARSE), true=_steps(scaled("1e6"), "0.000001", (6, 6))),
        exp.If(this=is_there, true=_steps(kept, "1", (1, 0))),
    ]
    return number(exp.Case(ifs=ifs))


def divided(left: Term, right: Term) -> Term:
    """left ÷ right rounded half up, nothing where right is zero."""
    return rounded_double(exp.Paren(this=plain_quotient(left, right)))


def reciprocal(value: Decimal) -> Decimal | None:
    """1 ÷ value where that is a short decimal, so that dividing by it is multiplying exactly.

    >>> reciprocal(Decimal(100))
    Decimal('0.01')
    """
    if value == 0:
        return None
    one = (1 / value).normalize()
    exponent = one.as_tuple().exponent
    short = one * value == 1 and isinstance(exponent, int) and exponent >= -MONEY[1]
    return Decimal(format(one, "f")) if short else None


def _double(spelled: str) -> exp.Expr:
    if spelled.startswith("-"):
        return exp.Neg(this=_double(spelled[1:]))
    return cast(exp.Literal.number(spelled), "DOUBLE")


def _steps(scaled: exp.Expr, step: str, size: tuple[int, int]) -> exp.Expr:
    """The whole number of steps nearest to a double, times the step, as a decimal."""
    rounded = function("floor", exp.Add(this=scaled, expression=_double("5e-1")))
    one = cast(exp.Literal.number(step), decimal_type(size))
    return cast(exp.Mul(this=cast(rounded, "BIGINT"), expression=one), decimal_type(WIDE))


def remainder(left: Term, right: Term) -> Term:
    """left modulo right with the sign of left, nothing where right is zero."""
    if left.kind != "whole" or right.kind != "whole":
        left, right = resized(left, WIDE), resized(right, WIDE)
    below = function("nullif", right.tree, exp.Literal.number("0"))
    tree = exp.Mod(this=exp.Paren(this=left.tree), expression=below)
    return whole(tree) if left.kind == "whole" else resized(number(tree, (MOST_DIGITS, 12)), WIDE)


def rounded(term: Term, places: int) -> Term:
    """The number rounded half away from zero to some decimals."""
    if term.kind == "whole":
        return term
    places = min(places, term.decimals)
    return resized(number(function("round", term.tree, exp.Literal.number(places)), (0, 0)), (30, places))
