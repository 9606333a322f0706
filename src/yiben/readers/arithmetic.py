"""Does the arithmetic of a report hold? (勾稽校验): sums, shares, growth, parts of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from yiben.kernel.units import UnitMismatch, UnknownUnit, convert
from yiben.readers.figures import Draft

if TYPE_CHECKING:
    from yiben.readers.report import Figure

# A sum is looked for only where the parts follow the whole at once and are named as parts.
_NEAR = 160
_PART_MARKS = ("其中", "包括", "分别为", "分别是")
_AGAINST_PLAN = (
    "占年度计划",
    "完成年度计划",
    "占计划",
    "完成计划",
    "完成年度目标",
    "占年度目标",
    "完成全年计划",
    "占全年计划",
)


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


def checks_of(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> tuple[Check, ...]:
    """Every check that the text itself calls for; drafts and figures stand side by side."""
    found = [
        *_sums(text, drafts, figures),
        *_shares(text, drafts, figures),
        *_ahead(drafts, figures),
        *_growth(drafts, figures),
    ]
    return tuple(sorted(found, key=lambda check: check.stated.start))


def _number(figure: Figure) -> Decimal | None:
    return figure.value if isinstance(figure.value, Decimal) else None


def _operand(figure: Figure) -> Operand:
    assert isinstance(figure.value, Decimal)
    return Operand(figure.start, figure.end, figure.text, figure.value)


def _sums(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """A whole and the parts named after it: 417件…其中备案351件、核准6件、审批60件."""
    for index, draft in enumerate(drafts):
        whole = _number(figures[index])
        if (
            whole is None
            or figures[index].measure != "level"
            or draft.quantity.kind not in ("count", "money", "amount")
        ):
            continue
        parts = _parts(text, drafts, figures, index)
        if len(parts) < 2:
            continue
        parts = _adding_up(figures, whole, parts)
        values = [_number(figures[part]) or Decimal(0) for part in parts]
        limited = any(drafts[part].quantity.bound in ("min", "max") for part in (index, *parts))
        total = sum(values, Decimal(0))
        slack = _rounding([whole, *values])
        holds = abs(total - whole) <= slack
        if not holds and (limited or max(values) > whole * 2 or not _must_add_up(text, drafts, index, parts)):
            continue
        yield _check("sum", figures, index, parts, expected=total, holds=holds, mark=" + ")


def _parts(text: str, drafts: Sequence[Draft], figures: Sequence[Figure], whole: int) -> list[int]:
    """Figures of the same unit that the text names as parts of the figure `whole`."""
    quantity = drafts[whole].quantity
    last, opened = quantity.end, False
    parts: list[int] = []
    aspect = _aspect(figures[whole].subject)
    for index in range(whole + 1, min(len(drafts), whole + 16)):
        here = drafts[index].quantity
        between = text[last : here.start]
        if "\n" in between or here.start - quantity.end > _NEAR:
            break
        if any(mark in between for mark in _PART_MARKS) or (
            between.startswith("(") and here.start - quantity.end < 24
        ):
            opened = True
        named = _aspect(figures[index].subject)
        same = named == aspect or (opened and not named and here.unit[-1:] == "元")
        if (
            here.unit == quantity.unit
            and same
            and figures[index].measure == "level"
            and _number(figures[index]) is not None
        ):
            if not opened and not _announced(text, drafts, whole, index):
                return []
            opened = True
            if parts and _closes(text[drafts[parts[-1]].quantity.end : here.start]):
                break
            parts.append(index)
        last = here.end
    return parts if opened or parts else []


def _adding_up(figures: Sequence[Figure], whole: Decimal, parts: list[int]) -> list[int]:
    """The first of the parts that make the whole already, where some do: what follows them is no part."""
    values = [_number(figures[part]) or Decimal(0) for part in parts]
    total = values[0]
    for size in range(1, len(parts)):
        total += values[size]
        if abs(total - whole) <= _rounding([whole, *values[: size + 1]]):
            return parts[: size + 1]
    return parts


def _closes(between: str) -> bool:
    """Whether a new statement begins between two numbers."""
    return ("。" in between and ("共" in between or "其中" in between)) or between.startswith(")")


def _announced(text: str, drafts: Sequence[Draft], whole: int, part: int) -> bool:
    """累计收集106个,及时化解101个、交办5个: parts without 其中, told by what was done with the whole."""
    between = text[drafts[whole].quantity.end : drafts[part].quantity.start]
    return part == whole + 1 and between.startswith(",") and len(between) <= 8 and "总" not in between


def _aspect(subject: str) -> str:
    """Counts are added to counts and sums of investment to sums of investment."""
    for aspect in ("总投资", "面积", "金额", "计划投资", "完成投资", "税收", "产值"):
        if aspect in subject:
            return aspect
    return ""


def _must_add_up(text: str, drafts: Sequence[Draft], whole: int, parts: Sequence[int]) -> bool:
    """Whether parts that do not add up are a contradiction and not merely some of the parts.

    They are where they add up to more than the whole, or where the sister figures of the same
    parts (counts beside amounts) do add up to their own whole.
    """
    values = [drafts[part].quantity.value for part in parts]
    total = sum((value for value in values if isinstance(value, Decimal)), Decimal(0))
    stated = drafts[whole].quantity.value
    assert isinstance(stated, Decimal)
    if total > stated:
        return (
            _sisters_hold(drafts, whole, parts)
            or "其中" in text[drafts[whole].quantity.end : drafts[parts[0]].quantity.start]
        )
    return _sisters_hold(drafts, whole, parts)


def _sisters_hold(drafts: Sequence[Draft], whole: int, parts: Sequence[int]) -> bool:
    """The figures that stand just before the whole and each part add up exactly."""
    if whole == 0:
        return False
    unit = drafts[whole - 1].quantity.unit
    before = [drafts[part - 1].quantity for part in parts]
    if unit == drafts[whole].quantity.unit or any(quantity.unit != unit for quantity in before):
        return False
    values = [quantity.value for quantity in before]
    stated = drafts[whole - 1].quantity.value
    if not isinstance(stated, Decimal) or not all(isinstance(value, Decimal) for value in values):
        return False
    return sum((value for value in values if isinstance(value, Decimal)), Decimal(0)) == stated


def _shares(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """预计完成42亿元,占年度计划(31亿元)的135%: the stated rate against done over planned."""
    for index in range(2, len(drafts)):
        if figures[index].unit != "%" or not any(mark in drafts[index].clause for mark in _AGAINST_PLAN):
            continue
        done, plan = figures[index - 1], figures[index - 2]
        if figures[index - 1].measure == "growth" and index >= 3:
            done, plan = figures[index - 2], figures[index - 3]
        top, bottom, stated = _number(done), _number(plan), _number(figures[index])
        if top is None or bottom is None or stated is None or "计划" not in plan.subject:
            continue
        top = _same_unit(top, done.unit, plan.unit)
        if top is None or bottom <= 0:
            continue
        rate = top / bottom * 100
        low, high = _bounds(top, bottom)
        holds = low - _half(stated) <= stated <= high + _half(stated)
        yield _check(
            "share",
            figures,
            index,
            [index - 1, index - 2],
            expected=_like(rate, stated),
            holds=holds,
            mark=" ÷ ",
        )


def _ahead(drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """From-to pairs with a stated difference: 从17.5天缩短至10天,缩短7.5天."""
    for index in range(2, len(drafts)):
        first, second, moved = figures[index - 2], figures[index - 1], figures[index]
        if first.period != "previous" or moved.measure != "change" or len(drafts[index].clause) > 12:
            continue
        a, b, change = _number(first), _number(second), _number(moved)
        if a is None or b is None or change is None or first.unit != second.unit:
            continue
        fitting = moved.unit == first.unit or (first.unit == "%" and "百分点" in moved.unit)
        if fitting:
            holds = abs(abs(b - a) - abs(change)) <= _rounding([a, b, change])
            yield _check(
                "difference",
                figures,
                index,
                [index - 1, index - 2],
                expected=abs(b - a),
                holds=holds,
                mark=" − ",
            )


def _growth(drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """较2021年增加4000万元,增长16.1%: level, change and rate must agree."""
    for index in range(2, len(drafts)):
        level, change, rate = figures[index - 2], figures[index - 1], figures[index]
        if (level.measure, change.measure, rate.measure) != ("level", "change", "growth") or rate.unit != "%":
            continue
        now, by, stated = _number(level), _number(change), _number(rate)
        if now is None or by is None or stated is None or len(drafts[index].clause) > 8:
            continue
        if len(drafts[index - 1].clause) > 16:
            continue
        moved = _same_unit(by, change.unit, level.unit)
        if moved is None or now - moved <= 0:
            continue
        expected = moved / (now - moved) * 100
        slack = _half(stated) + abs(expected) * (_relative(now) + _relative(by) + Decimal("0.002"))
        holds = abs(abs(expected) - abs(stated)) <= slack
        yield _check(
            "growth",
            figures,
            index,
            [index - 2, index - 1],
            expected=_like(expected, stated),
            holds=holds,
            mark=" , ",
        )


def _same_unit(value: Decimal, given: str, wanted: str) -> Decimal | None:
    if given == wanted:
        return value
    try:
        return convert(value, given, wanted)
    except (UnknownUnit, UnitMismatch):
        return None


def _half(value: Decimal) -> Decimal:
    """Half a unit of the last digit written: what rounding may hide."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) / 2


def _relative(value: Decimal) -> Decimal:
    return _half(value) / abs(value) if value else Decimal(0)


def _rounding(values: Sequence[Decimal]) -> Decimal:
    return sum((_half(value) for value in values if value != value.to_integral_value()), Decimal(0))


def _bounds(top: Decimal, bottom: Decimal) -> tuple[Decimal, Decimal]:
    low = (top - _half(top)) / (bottom + _half(bottom)) * 100
    high = (top + _half(top)) / max(bottom - _half(bottom), Decimal("0.0001")) * 100
    return low, high


def _like(value: Decimal, model: Decimal) -> Decimal:
    exponent = model.as_tuple().exponent
    places = max(1, -exponent if isinstance(exponent, int) else 1)
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _check(
    kind: str,
    figures: Sequence[Figure],
    index: int,
    parts: Sequence[int],
    *,
    expected: Decimal,
    holds: bool,
    mark: str,
) -> Check:
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


__all__ = ["Check", "Operand", "checks_of"]
