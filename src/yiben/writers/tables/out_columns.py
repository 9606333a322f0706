"""The columns of an exported table (导出列): heading, and each value as the file holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from yiben.kernel.periods import Period
from yiben.kernel.units import plain
from yiben.scenes.model import Computed, Field, Pack

Kind = Literal["text", "number", "integer", "date", "month", "boolean"]
CHUNK = 5_000
# Columns of a frame that say how it was made, not what the book says.
_INNER = frozenset({"known_from", "known_to", "every"})
_OTHER_HEADINGS = {
    "period": ("期间", "Period"),
    "node": ("节点", "Node"),
    "planned_on": ("计划日期", "Planned on"),
    "forecast_on": ("预计日期", "Forecast on"),
    "actual_on": ("实际日期", "Actual on"),
    "rule": ("规则", "Rule"),
    "first_month": ("起始月", "First month"),
    "end_month": ("截止月", "End month"),
    "reason": ("理由", "Reason"),
    "approver": ("批准人", "Approver"),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
# Up to this scale Arrow writes decimals without exponent.
_PLAIN_SCALE = 6


@dataclass(frozen=True, slots=True)
class OutColumn:
    """One exported column: where it stands in the table, its heading, and what it holds."""

    name: str
    heading: str
    kind: Kind
    field: Field | Computed | None
    decimals: int = 0


def out_columns(table: pa.Table, pack: Pack, *, language: str) -> list[OutColumn]:
    """The columns to write, in the table's order; the subject only where its key is not there."""
    columns = []
    for name in table.column_names:
        if name in _INNER or (name == "subject" and pack.key in table.column_names):
            continue
        field = pack.find(pack.key if name == "subject" else name)
        kind = _kind(table.schema.field(name).type, field)
        decimals = _decimals(table[name]) if kind == "number" else 0
        columns.append(OutColumn(name, _heading(name, field, language), kind, field, decimals))
    return columns


def heading_of(field: Field | Computed, *, language: str) -> str:
    """A field's label with its unit: 总投资(万元)."""
    label = field.label.text(language)
    return f"{label}({field.unit})" if field.unit and field.type not in ("text", "choice") else label


def _heading(name: str, field: Field | Computed | None, language: str) -> str:
    if field is not None:
        return heading_of(field, language=language)
    if name in _OTHER_HEADINGS:
        return _OTHER_HEADINGS[name][0 if language.startswith("zh") else 1]
    return name


def _kind(arrow: pa.DataType, field: Field | Computed | None) -> Kind:
    if pa.types.is_date(arrow):
        return "month" if field is not None and field.type == "month" else "date"
    if pa.types.is_boolean(arrow):
        return "boolean"
    if pa.types.is_integer(arrow):
        return "integer"
    return "number" if pa.types.is_decimal(arrow) or pa.types.is_floating(arrow) else "text"


def _decimals(column: pa.ChunkedArray) -> int:
    """The most decimals that a value of the column has, for its number format."""
    if not pa.types.is_decimal(column.type):
        return 2
    for places in range(column.type.scale):
        if pc.all(pc.equal(pc.round(column, places), column)).as_py() is not False:
            return places
    return int(column.type.scale)


def values_of(piece: pa.Table, columns: list[OutColumn], *, language: str) -> list[list[Any]]:
    """The values of each column as written: labels for choices, decimals as their exact digits."""
    return [_values(piece, column, language) for column in columns]


def _values(piece: pa.Table, column: OutColumn, language: str) -> list[Any]:
    values = piece[column.name]
    if column.name == "period" and pa.types.is_date(values.type):
        every = piece["every"].to_pylist() if "every" in piece.column_names else ["month"] * piece.num_rows
        return [_period(day, rhythm) for day, rhythm in zip(values.to_pylist(), every, strict=True)]
    if pa.types.is_decimal(values.type):
        return list(_digits(values))
    if isinstance(column.field, Field) and column.field.choices:
        labels = {code: label.text(language) for code, label in column.field.choices.items()}
        return [labels.get(value, value) for value in values.to_pylist()]
    if column.kind == "boolean":
        words = ("是", "否") if language.startswith("zh") else ("yes", "no")
        return [None if value is None else words[0 if value else 1] for value in values.to_pylist()]
    if pa.types.is_floating(values.type):
        return [value if value is not None and isfinite(value) else None for value in values.to_pylist()]
    return list(values.to_pylist())


def _period(day: date | None, rhythm: str | None) -> str | None:
    return None if day is None else str(Period(day, _MONTHS[rhythm or "month"]))


def _digits(values: pa.ChunkedArray) -> list[str | None]:
    """Decimals written out without trailing zeros, exactly."""
    if 0 < values.type.scale <= _PLAIN_SCALE:
        text = pc.utf8_rtrim(pc.utf8_rtrim(values.cast(pa.string()), "0"), ".")
        return list(pc.if_else(pc.equal(text, "-0"), "0", text).to_pylist())
    return [None if value is None else f"{plain(value):f}" for value in values.to_pylist()]
