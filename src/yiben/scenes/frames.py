"""Frames (表): a scene as typed columns, as it was known at a moment or at each month's close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from yiben.kernel.periods import Period
from yiben.scenes.model import Field, Pack
from yiben.scenes.values import DECIMAL_TYPES, scale_of

# A row with these bounds holds at the close of every month.
ALWAYS_FROM, ALWAYS_TO = date(1, 1, 1), date(9999, 12, 31)


def arrow_type(field_type: str) -> pa.DataType:
    """The column type of a field type: decimals exact, dates as days, all else text.

    >>> arrow_type("money")
    Decimal128Type(decimal128(20, 6))
    """
    if field_type in ("integer", "rank"):
        return pa.int64()
    if field_type in DECIMAL_TYPES:
        return pa.decimal128(20, scale_of(field_type))
    if field_type in ("date", "month"):
        return pa.date32()
    return pa.bool_() if field_type == "boolean" else pa.string()


def decimals_of(whole: NDArray[np.int64], known: NDArray[np.bool_] | None, wanted: pa.DataType) -> pa.Array:
    """Whole numbers of the smallest step as decimals: the same bits, read with a scale.

    `known` says where there is a value (None: everywhere).

    >>> decimals_of(np.array([1500000]), None, pa.decimal128(20, 6)).to_pylist()
    [Decimal('1.500000')]
    """
    wide = np.empty((len(whole), 2), dtype=np.int64)
    wide[:, 0], wide[:, 1] = whole, whole >> 63
    validity: Any = None if known is None else pa.array(known).buffers()[1]
    return pa.Array.from_buffers(wanted, len(whole), [validity, pa.py_buffer(wide)])


def field_column(one: Field) -> pa.Field:
    """The Arrow column of one field or measure."""
    return pa.field(one.name, arrow_type(one.type))


# Columns that every table of a versioned frame carries: the row is what the book said at the
# close of each month in [known_from, known_to), both first days of months.
KNOWN = [pa.field("known_from", pa.date32()), pa.field("known_to", pa.date32())]


def subjects_schema(pack: Pack) -> pa.Schema:
    """subject, then one column per field, then known_from, known_to."""
    return pa.schema([pa.field("subject", pa.string()), *map(field_column, pack.fields.values()), *KNOWN])


def measures_schema(pack: Pack) -> pa.Schema:
    """subject, period (first day), every (month, quarter, year), one column per measure, KNOWN.

    A row holds the measures of one subject for one period; those of another rhythm are null.
    """
    head = [pa.field("subject", pa.string()), pa.field("period", pa.date32()), pa.field("every", pa.string())]
    return pa.schema([*head, *map(field_column, pack.measures.values()), *KNOWN])


NODES_SCHEMA = pa.schema(
    [
        *(pa.field("subject", pa.string()), pa.field("node", pa.string())),
        *(pa.field("planned_on", pa.date32()), pa.field("forecast_on", pa.date32())),
        pa.field("actual_on", pa.date32()),
        *KNOWN,
    ]
)
# Approved exemptions (豁免): while month in [first_month, end_month) the rule is not applied.
EXEMPTIONS_SCHEMA = pa.schema(
    [
        *(pa.field("subject", pa.string()), pa.field("rule", pa.string())),
        *(pa.field("first_month", pa.date32()), pa.field("end_month", pa.date32())),
        *(pa.field("reason", pa.string()), pa.field("approver", pa.string())),
        *KNOWN,
    ]
)


@dataclass(frozen=True, slots=True)
class Frames:
    """A scene's tables for judging and ranking, in the schemas of this module.

    `versioned` says whether known_from/known_to differ between rows (a replay over months) or
    every row is simply what is known (`ALWAYS_FROM`, `ALWAYS_TO`).
    """

    pack: Pack
    subjects: pa.Table
    measures: pa.Table
    nodes: pa.Table
    exemptions: pa.Table
    months: tuple[Period, ...] = ()
    versioned: bool = False
