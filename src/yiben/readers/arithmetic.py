"""Does the arithmetic of a report hold? (勾稽校验): sums, shares, growth, parts of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from yiben.readers.checks import Check, Operand, check_made, number, rounding
from yiben.readers.drafts import Draft
from yiben.readers.rate_checks import rates_of
from yiben.readers.table_sums import table_sums

if TYPE_CHECKING:
    from yiben.readers.report import Figure

# A sum is looked for only where the parts follow the whole at once and are named as parts.
_NEAR = 160
_PART_MARKS = ("其中", "包括", "分别为", "分别是")


def checks_of(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> tuple[Check, ...]:
    """Every check that the text itself calls for; drafts and figures stand side by side."""
    found = [
        *_sums(text, drafts, figures),
        *rates_of(text, drafts, figures),
        *_tables(drafts, figures),
    ]
    return tuple(sorted(found, key=lambda check: check.stated.start))


def _sums(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """A whole and the parts named after it: 417件…其中备案351件、核准6件、审批60件."""
    for index, draft in enumerate(drafts):
        whole = number(figures[index])
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
        values = [number(figures[part]) or Decimal(0) for part in parts]
        limited = any(drafts[part].quantity.bound in ("min", "max") for part in (index, *parts))
        total = sum(values, Decimal(0))
        slack = rounding([whole, *values])
        holds = abs(total - whole) <= slack
        if not holds and (limited or max(values) > whole * 2 or not _must_add_up(text, drafts, index, parts)):
            continue
        yield check_made("sum", figures, index, parts, expected=total, holds=holds, mark=" + ")


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
            and number(figures[index]) is not None
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
    values = [number(figures[part]) or Decimal(0) for part in parts]
    total = values[0]
    for size in range(1, len(parts)):
        total += values[size]
        if abs(total - whole) <= rounding([whole, *values[: size + 1]]):
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
    if _sisters_hold(drafts, whole, parts):
        return True
    first, last = drafts[parts[0]].quantity.start, drafts[parts[-1]].quantity.start
    named = "其中" in text[drafts[whole].quantity.end : first]
    return total > stated and named and "。" not in text[first:last]


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


def _tables(drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    for one in table_sums(drafts):
        yield check_made(
            "table", figures, one.total, one.parts, expected=one.expected, holds=one.holds, mark=" + "
        )


__all__ = ["Check", "Operand", "checks_of"]
