"""Values of subject × month as arrays (数组取值): exact numbers, days, and truths of three values.

Arrays have the shape (months, subjects); an axis along which nothing changes has length 1. A number
is a 64-bit whole number of its smallest decimal. `bound` is what no value exceeds, so that every
step knows beforehand whether its results still fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from yiben.assess.terms import LEAST_WHOLE, MOST_DIGITS, WHOLE, WIDE, sum_size

Array = NDArray[Any]
Known = NDArray[np.bool_] | None
Size = tuple[int, int]
NumberKind = Literal["number", "whole", "date"]
MOST = 1 << 62
# Whole numbers up to here are doubles without loss.
EXACT_DOUBLE = 1 << 53
# Quotients keep 12 decimals below the first, 6 below the second, which is all that 64 bits hold.
FINE, COARSE = 9e3, 9e6


class NotInCells(Exception):
    """Not for arrays: an expression without a meaning here, or a number that does not fit."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Numbers, whole numbers or days; `known` says where there is a value (None: everywhere)."""

    kind: NumberKind
    data: Array
    known: Known = None
    bound: int = 0
    size: Size = WHOLE

    def __post_init__(self) -> None:
        if self.bound >= MOST:
            raise NotInCells("a number does not fit 64 bits")


@dataclass(frozen=True, slots=True)
class Truth:
    """Where something holds and where it does not; in neither nobody knows."""

    yes: NDArray[np.bool_]
    no: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Said:
    """A constant text, or nothing (None)."""

    text: str | None


Value = Cells | Truth | Said


def number_kind(kind: str) -> NumberKind:
    """A kind of which Cells can be; raises NotInCells for texts."""
    if kind not in get_args(NumberKind):
        raise NotInCells(f"{kind} has no numbers")
    return cast(NumberKind, kind)


def constant(kind: NumberKind, value: int, size: Size = WHOLE) -> Cells:
    """One value for all subjects and months."""
    return Cells(kind, np.array([[value]], dtype=np.int64), None, abs(value), size)


def nothing(kind: NumberKind = "whole", size: Size = WHOLE) -> Cells:
    """No value anywhere."""
    return Cells(kind, np.zeros((1, 1), dtype=np.int64), np.zeros((1, 1), dtype=bool), 0, size)


def both_known(left: Known, right: Known) -> Known:
    """Where both have a value."""
    if left is None or right is None:
        return right if left is None else left
    return left & right


# -- truths -----------------------------------------------------------------------------------


def truth(holds: NDArray[np.bool_], known: Known) -> Truth:
    """A test that holds or not wherever its values are known."""
    if known is None:
        return Truth(holds, ~holds)
    return Truth(holds & known, ~holds & known)


def all_of(left: Truth, right: Truth) -> Truth:
    """left AND right."""
    return Truth(left.yes & right.yes, left.no | right.no)


def any_of(left: Truth, right: Truth) -> Truth:
    """left OR right."""
    return Truth(left.yes | right.yes, left.no & right.no)


def missing(value: Value) -> Truth:
    """value IS NULL."""
    if isinstance(value, Truth):
        there = value.yes | value.no
    elif isinstance(value, Said):
        there = np.array([[value.text is not None]])
    else:
        there = np.array([[True]]) if value.known is None else value.known
    return Truth(~there, there)


def compared(test: Callable[[Array, Array], Any], left: Cells, right: Cells) -> Truth:
    """left < right and its like, exact whatever the decimals."""
    left, right = aligned(left, right)
    return truth(test(left.data, right.data), both_known(left.known, right.known))


def aligned(left: Cells, right: Cells) -> tuple[Cells, Cells]:
    """Both with the same number of decimals, the values unchanged."""
    decimals = max(_decimals(left), _decimals(right))
    return _scaled_up(left, decimals), _scaled_up(right, decimals)


def _decimals(one: Cells) -> int:
    return one.size[1] if one.kind == "number" else 0


def _scaled_up(one: Cells, decimals: int) -> Cells:
    power = 10 ** (decimals - _decimals(one))
    if power == 1:
        return one
    bound = one.bound * power
    if bound >= MOST:
        raise NotInCells("a number does not fit 64 bits")
    return replace(one, data=one.data * np.int64(power), bound=bound)


# -- arithmetic -------------------------------------------------------------------------------


def resized(one: Cells, size: Size) -> Cells:
    """A number cast to digits and decimals, rounded half away from zero as both engines do."""
    if one.kind == "number" and one.size == size:
        return one
    less = _decimals(one) - size[1]
    if less > 0:
        half = np.int64(10**less // 2)
        steps = (np.abs(one.data) + half) // np.int64(10**less)
        one = replace(one, data=np.where(one.data < 0, -steps, steps), bound=one.bound // 10**less + 1)
    else:
        one = _scaled_up(one, size[1])
    if one.bound >= 10 ** size[0]:
        raise NotInCells("a number does not fit its digits")
    return Cells("number", one.data, one.known, one.bound, size)


def added(sign: int, left: Cells, right: Cells) -> Cells:
    """left + right, or left − right with sign −1."""
    size = WHOLE
    kind: Literal["number", "whole"] = "whole"
    if not left.kind == right.kind == "whole":
        kind, size = "number", sum_size(left.size, right.size)
        if size[0] > MOST_DIGITS:
            left, right = resized(left, WIDE), resized(right, WIDE)
            size = sum_size(left.size, right.size)
    left, right = aligned(left, right)
    bound = left.bound + right.bound
    data = left.data + right.data if sign > 0 else left.data - right.data
    return Cells(kind, data, both_known(left.known, right.known), bound, size)


def multiplied(left: Cells, right: Cells) -> Cells:
    """left × right, with at most 12 decimals; the same steps as `terms.multiplied`."""
    if left.kind == right.kind == "whole":
        return _product(left, right, WHOLE)
    if left.size[0] + right.size[0] + 1 > MOST_DIGITS:
        left, right = _narrowed(left, right), _narrowed(right, left)
    if left.size[0] + right.size[0] + 1 > MOST_DIGITS:
        return rounded_double(doubles(left) * doubles(right), both_known(left.known, right.known))
    size = (left.size[0] + right.size[0] + 1, left.size[1] + right.size[1])
    product = replace(_product(left, right, size), kind="number")
    return resized(product, WIDE) if size[1] > WIDE[1] else product


def _product(left: Cells, right: Cells, size: Size) -> Cells:
    bound = left.bound * right.bound
    if bound >= MOST:
        raise NotInCells("a product does not fit 64 bits")
    return Cells("whole", left.data * right.data, both_known(left.known, right.known), bound, size)


def _narrowed(one: Cells, other: Cells) -> Cells:
    room = MOST_DIGITS - 1 - other.size[0]
    return resized(one, (room, 0)) if one.kind == "whole" and room >= LEAST_WHOLE else one


def doubles(one: Cells) -> NDArray[np.float64]:
    """The nearest doubles, worked out in the steps of the engine: whole part and decimals apart."""
    if not (decimals := _decimals(one)):
        if one.bound >= EXACT_DOUBLE:
            raise NotInCells("a whole number is no exact double")
        return one.data.astype(np.float64)
    power = 10**decimals
    if one.bound < EXACT_DOUBLE:
        plain: NDArray[np.float64] = one.data / np.float64(power)
        return plain
    steps = np.abs(one.data)
    wholes = steps // np.int64(power)
    parts = (steps - wholes * np.int64(power)).astype(np.float64) / np.float64(power)
    apart = np.copysign(wholes.astype(np.float64) + parts, one.data)
    near: NDArray[np.float64] = np.where(steps <= EXACT_DOUBLE, one.data / np.float64(power), apart)
    return near


def divided(left: Cells, right: Cells) -> Cells:
    """left ÷ right rounded half up, nothing where right is zero."""
    below = doubles(right)
    there = below != 0
    known = both_known(both_known(left.known, right.known), None if there.all() else there)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return rounded_double(doubles(left) / below, known)


def rounded_double(plain: NDArray[np.float64], known: Known) -> Cells:
    """A double rounded half up to 12 decimals, to 6 from nine thousand; the steps of `terms`."""
    if known is not None:
        plain = np.where(known, plain, 0.0)
    greatest = float(max(plain.max(initial=0.0), -plain.min(initial=0.0)))
    if not greatest < COARSE:
        raise NotInCells("a quotient does not fit 64 bits")
    fine = _steps(np.clip(plain, -FINE, FINE) if greatest >= FINE else plain, 1e12)
    if greatest >= FINE:
        coarse = _steps(plain, 1e6) * np.int64(10**6)
        fine = np.where(np.abs(plain) < FINE, fine, coarse)
    return Cells("number", fine, known, int(greatest * 1e12) + 10**6, WIDE)


def _steps(plain: NDArray[np.float64], scale: float) -> NDArray[np.int64]:
    scaled = plain * scale
    scaled += 0.5
    return np.floor(scaled, out=scaled).astype(np.int64)


def remainder(left: Cells, right: Cells) -> Cells:
    """left modulo right with the sign of left, nothing where right is zero."""
    wholes = left.kind == right.kind == "whole"
    if not wholes:
        left, right = resized(left, WIDE), resized(right, WIDE)
    there = right.data != 0
    rest = np.fmod(left.data, np.where(there, right.data, 1))
    known = both_known(both_known(left.known, right.known), there)
    return Cells("whole" if wholes else "number", rest, known, left.bound, WHOLE if wholes else WIDE)


def rounded(one: Cells, places: int) -> Cells:
    """The number rounded half away from zero to some decimals."""
    if one.kind == "whole":
        return one
    return resized(one, (30, min(places, one.size[1])))


def to_whole(one: Cells, up: bool) -> Cells:
    """FLOOR or CEIL as a whole number."""
    power = np.int64(10 ** _decimals(one))
    data = -(-one.data // power) if up else one.data // power
    return Cells("whole", data, one.known, one.bound // int(power) + 1)


# -- choices ----------------------------------------------------------------------------------


def unified(values: Sequence[Cells]) -> list[Cells]:
    """Values to choose from, with one size where they are numbers of several; as in `terms`."""
    if not any(one.kind == "number" for one in values):
        return list(values)
    decimals = max(one.size[1] for one in values)
    ints = max(one.size[0] - one.size[1] for one in values)
    size = (ints + decimals, decimals) if ints + decimals <= MOST_DIGITS else WIDE
    return [resized(one, size) for one in values]


def chosen(test: NDArray[np.bool_], left: Cells, right: Cells) -> Cells:
    """left where the test holds, else right; both of one size."""
    known: Known = None
    if left.known is not None or right.known is not None:
        known = np.where(test, _there(left), _there(right))
    bound = max(left.bound, right.bound)
    return Cells(left.kind, np.where(test, left.data, right.data), known, bound, left.size)


def _there(one: Cells) -> NDArray[np.bool_]:
    return np.array([[True]]) if one.known is None else one.known


def first_known(values: Sequence[Cells]) -> Cells:
    """COALESCE."""
    found = values[0]
    for other in values[1:]:
        if found.known is None:
            return found
        found = chosen(found.known, found, other)
    return found


def extreme(most: bool, values: Sequence[Cells]) -> Cells:
    """GREATEST or LEAST of those that are there."""
    found = values[0]
    for other in values[1:]:
        before = found.data >= other.data if most else found.data <= other.data
        found = chosen((before | ~_there(other)) & _there(found), found, other)
    return found
