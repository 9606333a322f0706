"""A frame as Parquet (导出 Parquet): typed, exact, with where it comes from in its metadata."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from yiben.scenes.model import Pack


def write_parquet(
    table: pa.Table,
    pack: Pack,
    *,
    to: Path | IO[bytes],
    as_of: datetime | None = None,
    head_hash: str = "",
) -> None:
    """Writes a frame's table as it is; decimals stay decimals and dates stay dates.

    The metadata names the scene, the pack's version, the moment as of which the book was read
    and the hash of the ledger's last transaction then, so that the file can be checked later.
    """
    origin = {
        "yiben.scene": pack.name,
        "yiben.pack_version": str(pack.version),
        "yiben.as_of": as_of.isoformat() if as_of else "",
        "yiben.head_hash": head_hash,
    }
    fields = [table.schema.field(name) for name in table.column_names]
    metadata = {
        **(table.schema.metadata or {}),
        **{key.encode(): value.encode() for key, value in origin.items()},
    }
    labelled = pa.schema([_labelled(field, pack) for field in fields], metadata=metadata)
    pq.write_table(table.cast(labelled), to, compression="zstd")


def _labelled(field: pa.Field, pack: Pack) -> pa.Field:
    """The column with its label and unit, for who reads the file without the pack."""
    found = pack.find(field.name)
    if found is None:
        return field
    said = {"label": found.label.zh, "label_en": found.label.en, "unit": found.unit}
    return field.with_metadata({key.encode(): value.encode() for key, value in said.items() if value})
