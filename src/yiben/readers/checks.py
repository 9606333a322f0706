"""A relation between numbers that a text states, and what rounding may hide (勾稽关系与舍入)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from yiben.kernel.units import UnitMismatch, UnknownUnit, convert

if TYPE_CHECKING:
    from yiben.readers.report import Figure


@dataclass(frozen=True, slots=True)
class Operand:
    """One number that a check uses, with its place in the raw text."""

    start: int
    end: int
    text: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Check:
    """One arithmetic relation stated by a text: what was expected, what stands there, by how much."""

    doc: str
    kind: str
    holds: bool
    stated: Operand
    operands: tuple[Operand, ...]
    expected: Decimal
    off_by: Decimal
    unit: str
    said: str

    def as_dict(self) -> dict[str, Any]:
        """The check as plain values for JSON."""
        return {
            "doc": self.doc,
            "kind": self.kind,
            "holds": self.holds,
            "start": self.stated.start,
            "end": self.stated.end,
            "text": self.stated.text,
            "stated": float(self.stated.value),
            "expected": float(self.expected),
            "off_by": float(self.off_by),
            "unit": self.unit,
            "said": self.said,
            "operands": [
                {"start": o.start, "end": o.end, "text": o.text, "value": float(o.value)}
                for o in self.operands
            ],
        }


def number(figure: Figure) -> Decimal | None:
    """The one number of a figure; None for a range or a last place."""
    return figure.value if isinstance(figure.value, Decimal) else None


def _operand(figure: Figure) -> Operand:
    assert isinstance(figure.value, Decimal)
    return Operand(figure.start, figure.end, figure.text, figure.value)


def same_unit(value: Decimal, given: str, wanted: str) -> Decimal | None:
    """`value` in the unit `wanted`, or None where one cannot be made from the other."""
    if given == wanted:
        return value
    try:
        return convert(value, given, wanted)
    except (UnknownUnit, UnitMismatch):
        return None


def half(value: Decimal) -> Decimal:
    """Half a unit of the last digit written: what rounding may hide."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) / 2


def relative(value: Decimal) -> Decimal:
    """What rounding may hide, as a share of the value."""
    return half(value) / abs(value) if value else Decimal(0)


def rounding(values: Sequence[Decimal]) -> Decimal:
    """What rounding of each value to the last digit written may hide; whole numbers hide nothing."""
    return sum((half(value) for value in values if value != value.to_integral_value()), Decimal(0))


def bounds(top: Decimal, bottom: Decimal) -> tuple[Decimal, Decimal]:
    """The least and the most per cent that `top` over `bottom` may be before rounding."""
    low = (top - half(top)) / (bottom + half(bottom)) * 100
    high = (top + half(top)) / max(bottom - half(bottom), Decimal("0.0001")) * 100
    return low, high


def like(value: Decimal, model: Decimal) -> Decimal:
    """`value` with the decimals of `model`, at least one."""
    exponent = model.as_tuple().exponent
    places = max(1, -exponent if isinstance(exponent, int) else 1)
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def check_made(
    kind: str,
    figures: Sequence[Figure],
    index: int,
    parts: Sequence[int],
    *,
    expected: Decimal,
    holds: bool,
    mark: str,
) -> Check:
    """A check of the figure `index` against those numbered `parts`."""
    stated = _operand(figures[index])
    operands = tuple(_operand(figures[part]) for part in parts)
    said = mark.join(str(operand.value) for operand in operands)
    sign = "=" if holds else "≠"
    return Check(
        doc=figures[index].doc,
        kind=kind,
        holds=holds,
        stated=stated,
        operands=operands,
        expected=expected,
        off_by=abs(expected) - abs(stated.value),
        unit=figures[index].unit,
        said=f"{said} → {expected} {sign} {stated.value} {figures[index].unit}",
    )
