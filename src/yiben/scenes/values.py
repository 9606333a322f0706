"""Values of fields in three spellings (值的三种写法): typed, canonical fact, and stored cell.

typed      what Python code handles: Decimal, int, date, bool, str
fact       what the journal keeps and hashes: exact decimals as text, days as ISO text
cell       what the book's column holds: decimals as whole millionths, so that they stay exact,
           sort as numbers and fit a plain integer column on every database
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from yiben.kernel.periods import NotAPeriod, Period
from yiben.kernel.units import plain
from yiben.scenes.model import Field
from yiben.scenes.project_code import read_project_code

Fact = str | int | bool | None
Cell = str | int | bool | date | None

# A stored cell is a 64-bit integer: millionths, and for coordinates thousand-millionths.
SCALE, FINE_SCALE = 6, 9
FINE_TYPES = frozenset({"latitude", "longitude"})
MAX_TEXT = {"text": 500, "long_text": 20_000}
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
DECIMAL_TYPES = frozenset({"money", "decimal", "quantity", "percent", "percentage_point", "index"}) | {
    "latitude",
    "longitude",
}
WHOLE_TYPES = frozenset({"integer", "rank"})


def scale_of(field_type: str) -> int:
    """How many decimals a stored cell of a decimal type holds."""
    return FINE_SCALE if field_type in FINE_TYPES else SCALE


def check_fact(field: Field, value: object) -> tuple[Fact, str]:
    """The canonical fact for `value`, and what was expected instead where it does not fit.

    Accepts typed values and canonical facts alike; the second item is empty when all is well.

    >>> from yiben.scenes.model import Label
    >>> check_fact(Field("land", "quantity", Label("用地"), unit="亩", least="0"), "12.50")
    ('12.5', '')
    """
    if value is None or value == "":
        return None, ""
    return _CHECKS.get(field.type, _check_text)(field, value)


def _check_decimal(field: Field, value: object) -> tuple[Fact, str]:
    expected = f"a number{f' in {field.unit}' if field.unit else ''}"
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        return None, expected
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None, expected
    scale = scale_of(field.type)
    greatest = Decimal(9).scaleb(18 - scale)
    if not number.is_finite() or abs(number) > greatest:
        return None, f"{expected} of at most {greatest:f}"
    if number != round(number, scale):
        return None, f"{expected} with at most {scale} decimals"
    limits = _limit_fault(field, number)
    return (None, limits) if limits else (str(plain(number)), "")


def _check_whole(field: Field, value: object) -> tuple[Fact, str]:
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        return None, "a whole number"
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None, "a whole number"
    if not number.is_finite() or number != number.to_integral_value() or abs(number) >= Decimal(2) ** 63:
        return None, "a whole number"
    limits = _limit_fault(field, number)
    return (None, limits) if limits else (int(number), "")


def _limit_fault(field: Field, number: Decimal) -> str:
    if field.least is not None and number < Decimal(field.least):
        return f"at least {field.least}"
    if field.greatest is not None and number > Decimal(field.greatest):
        return f"at most {field.greatest}"
    return ""


def _check_date(field: Field, value: object) -> tuple[Fact, str]:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else None
        except ValueError:
            return None, "a day of the calendar, such as 2026-07-15"
    if type(value) is not date:
        return None, "a day of the calendar, such as 2026-07-15"
    if not EARLIEST <= value < LATEST:
        return None, f"a day between {EARLIEST} and {LATEST}"
    return value.isoformat(), ""


def _check_month(field: Field, value: object) -> tuple[Fact, str]:
    try:
        period = value if isinstance(value, Period) else Period.of(str(value)[:7])
    except NotAPeriod:
        return None, "a month, such as 2026-07"
    return (str(period), "") if period.months == 1 else (None, "a month, such as 2026-07")


def _check_boolean(field: Field, value: object) -> tuple[Fact, str]:
    return (value, "") if isinstance(value, bool) else (None, "yes or no (是/否)")


def _check_choice(field: Field, value: object) -> tuple[Fact, str]:
    if isinstance(value, str) and value in field.choices:
        return value, ""
    words = ", ".join(f"{label.zh} ({name})" for name, label in field.choices.items())
    return None, f"one of {words}"


def _check_code(field: Field, value: object) -> tuple[Fact, str]:
    if not isinstance(value, str):
        return None, "a project code"
    code, problems = read_project_code(value)
    return (None, problems[0].expected) if code is None else (str(code), "")


def _check_text(field: Field, value: object) -> tuple[Fact, str]:
    limit = MAX_TEXT.get(field.type, MAX_TEXT["text"])
    if not isinstance(value, str):
        return None, "text"
    if len(value) > limit:
        return None, f"at most {limit} characters"
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        return None, "text without broken characters"
    return value, ""


_CHECKS: dict[str, Callable[[Field, object], tuple[Fact, str]]] = {
    **dict.fromkeys(DECIMAL_TYPES, _check_decimal),
    **dict.fromkeys(WHOLE_TYPES, _check_whole),
    "date": _check_date,
    "month": _check_month,
    "boolean": _check_boolean,
    "choice": _check_choice,
    "project_code": _check_code,
}


def cell_of(field: Field, fact: Fact) -> Cell:
    """The stored cell for a canonical fact: millionths for decimals, ISO days, else as it is."""
    if fact is None:
        return None
    if field.type in DECIMAL_TYPES:
        return int(Decimal(fact).scaleb(scale_of(field.type)))
    return f"{fact}-01" if field.type == "month" else fact


def fact_of(field: Field, cell: Cell) -> Fact:
    """The canonical fact that a stored cell stands for; the inverse of `cell_of`."""
    if cell is None:
        return None
    if field.type in DECIMAL_TYPES:
        return str(plain(Decimal(int(cell)).scaleb(-scale_of(field.type))))  # type: ignore[arg-type]
    if field.type in ("date", "month"):
        day = cell if isinstance(cell, str) else cell.isoformat()  # type: ignore[union-attr]
        return day[:7] if field.type == "month" else day
    return cell  # type: ignore[return-value]


def typed_of(field: Field, fact: Fact) -> Any:
    """The Python value of a canonical fact: Decimal, int, date, Period, bool or str."""
    if fact is None:
        return None
    if field.type in DECIMAL_TYPES:
        return Decimal(str(fact))
    if field.type == "date":
        return date.fromisoformat(str(fact))
    return Period.of(str(fact)) if field.type == "month" else fact
