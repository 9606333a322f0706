"""Small books for the tests of judging: subjects, measures, nodes and exemptions as plain mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from yiben.scenes.frames import (
    ALWAYS_FROM,
    ALWAYS_TO,
    EXEMPTIONS_SCHEMA,
    NODES_SCHEMA,
    Frames,
    measures_schema,
    subjects_schema,
)
from yiben.scenes.loader import BUILT_IN, load_pack
from yiben.scenes.model import Pack

PROJECTS = load_pack(Path(str(BUILT_IN / "projects.yaml")))
Rows = Sequence[Mapping[str, Any]]
ALWAYS = {"known_from": ALWAYS_FROM, "known_to": ALWAYS_TO}


def book(
    pack: Pack,
    *,
    subjects: Rows,
    measures: Rows = (),
    nodes: Rows = (),
    exemptions: Rows = (),
    versioned: bool = False,
) -> Frames:
    """Frames of some rows; known from always to always where they do not say otherwise."""
    return Frames(
        pack,
        _table(subjects, subjects_schema(pack)),
        _table(measures, measures_schema(pack)),
        _table(nodes, NODES_SCHEMA),
        _table(exemptions, EXEMPTIONS_SCHEMA),
        versioned=versioned,
    )


def _table(rows: Rows, schema: pa.Schema) -> pa.Table:
    whole = {field.name for field in schema if pa.types.is_integer(field.type)}
    plain = [
        {key: int(value) if key in whole and value is not None else value for key, value in row.items()}
        for row in rows
    ]
    return pa.Table.from_pylist([{**ALWAYS, **row} for row in plain], schema=schema)


def typed(value: Any) -> Any:
    """A value of a YAML file as the frame keeps it: numbers exact, days as dates."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return str(value)
