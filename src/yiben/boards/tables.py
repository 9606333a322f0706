"""Frames from plain rows (直接给数): for boards over figures that stand in no ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from yiben.kernel.periods import Period
from yiben.scenes.frames import (
    ALWAYS_FROM,
    ALWAYS_TO,
    EXEMPTIONS_SCHEMA,
    NODES_SCHEMA,
    Frames,
    measures_schema,
    subjects_schema,
)
from yiben.scenes.model import Pack

_EVERY = {1: "month", 3: "quarter", 12: "year"}
MILLIONTH = Decimal("0.000001")


def frames_from_rows(
    pack: Pack,
    subjects: Iterable[Mapping[str, Any]],
    *,
    measures: Iterable[tuple[str, str, Mapping[str, Any]]] = (),
    nodes: Iterable[Mapping[str, Any]] = (),
) -> Frames:
    """Frames of typed values as they are known now.

    A subject is named by the pack's key field. A measure row is (subject, period, values by
    measure), such as ("A1", "2025-07", {"invested": Decimal(300)}). A row may bring known_from and
    known_to; without them it holds always.
    """
    subject_rows = [{"subject": str(row[pack.key]), **row} for row in subjects]
    measure_rows = []
    for subject, period, values in measures:
        known = Period.of(period)
        head = {"subject": subject, "period": known.first, "every": _EVERY[known.months]}
        measure_rows.append({**head, **values})
    return Frames(
        pack=pack,
        subjects=_table(subject_rows, subjects_schema(pack)),
        measures=_table(measure_rows, measures_schema(pack)),
        nodes=_table(nodes, NODES_SCHEMA),
        exemptions=EXEMPTIONS_SCHEMA.empty_table(),
    )


def _table(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    known = {"known_from": ALWAYS_FROM, "known_to": ALWAYS_TO}
    filled = [{**known, **row} for row in rows]
    columns = {field.name: [_value(row.get(field.name), field.type) for row in filled] for field in schema}
    return pa.table(columns, schema=schema)


def _value(value: Any, kind: pa.DataType) -> Any:
    if pa.types.is_decimal(kind) and value is not None:
        return Decimal(value).quantize(MILLIONTH)
    return value
