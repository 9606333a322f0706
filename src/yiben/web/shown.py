"""How values look to a person (显示): grouped digits, the words of choices, the names of units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yiben.people.models import Unit
from yiben.scenes.model import Computed, Field
from yiben.scenes.values import DECIMAL_TYPES, Fact
from yiben.web.words import label_of, language, say

EMPTY = "—"
DAY_TYPES = frozenset({"date", "month"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One value ready for a page: its text, how it is set, and where it leads."""

    text: str
    style: str = ""
    href: str = ""
    label: str = ""
    raw: Any = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return self.text == EMPTY


def unit_names() -> dict[str, str]:
    """Every unit's name by its code, in the reader's language."""
    english = language() == "en"
    rows = Unit.objects.values_list("code", "name", "name_en")
    return {code: (name_en or name) if english else name for code, name, name_en in rows}


def number_text(value: Decimal | int | str, *, decimals: int | None = None) -> str:
    """A number with grouped digits and no needless zeros.

    >>> number_text("12345.50")
    '12,345.5'
    """
    number = Decimal(value)
    if decimals is not None:
        number = round(number, decimals)
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent_text(value: Decimal | float | None, *, decimals: int = 1) -> str:
    """A ratio as a percentage; a dash where there is none.

    >>> percent_text(Decimal("1.257"))
    '125.7%'
    """
    return EMPTY if value is None else f"{value * 100:.{decimals}f}%"


def fact_text(field: Field | Computed, fact: Fact, units: Mapping[str, str]) -> str:
    """A fact in the reader's words, without its unit of measure."""
    if fact is None or fact == "":
        return EMPTY
    if field.type == "choice" and isinstance(field, Field):
        label = field.choices.get(str(fact))
        return label_of(label) if label else str(fact)
    if field.type == "boolean":
        return say("是") if fact else say("否")
    if field.type == "unit":
        return units.get(str(fact), str(fact))
    if field.type in ("latitude", "longitude"):
        return str(fact)
    if field.type in DECIMAL_TYPES or field.type in ("integer", "rank"):
        text = number_text(Decimal(str(fact)))
        return f"{text}%" if field.type == "percent" and field.unit == "%" else text
    return str(fact)


def style_of(field: Field | Computed) -> str:
    """The class of a table cell: numbers to the right, days unbroken."""
    if field.type in DAY_TYPES:
        return "day"
    return "num" if Field(field.name, field.type, field.label).is_number else ""


def shown(field: Field | Computed, fact: Fact, units: Mapping[str, str], *, href: str = "") -> Shown:
    """One value ready for a page."""
    text = fact_text(field, fact, units)
    return Shown(text, style_of(field), "" if text == EMPTY else href, label_of(field.label), fact)
