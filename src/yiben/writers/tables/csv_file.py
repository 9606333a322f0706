"""A frame as csv text (导出 csv), which a spreadsheet opens without guessing and without danger."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from yiben.scenes.model import Pack
from yiben.writers.tables.out_columns import CHUNK, OutColumn, out_columns, values_of

# A text that begins so would be run as a formula; an apostrophe before it keeps it a text.
DANGEROUS = frozenset({"=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠"})


def write_csv(table: pa.Table, pack: Pack, *, to: Path | IO[bytes], language: str = "zh") -> None:
    """Writes a frame's table as UTF-8 with a mark, comma separated; decimals exactly as kept."""
    columns = out_columns(table, pack, language=language)
    with _text_of(to) as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([column.heading for column in columns])
        for start in range(0, table.num_rows, CHUNK):
            values = values_of(table.slice(start, CHUNK), columns, language=language)
            written = [_cells(one, column) for one, column in zip(values, columns, strict=True)]
            writer.writerows(zip(*written, strict=True))


@contextmanager
def _text_of(to: Path | IO[bytes]) -> Iterator[IO[str]]:
    if isinstance(to, Path):
        with to.open("w", encoding="utf-8-sig", newline="") as stream:
            yield stream
        return
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="")
    yield text
    text.flush()
    text.detach()


def _cells(values: list[Any], column: OutColumn) -> list[Any]:
    """One column's values as csv texts; only texts are guarded, for a number may begin with a minus."""
    if column.kind == "text":
        return [None if value is None else guarded(value) for value in values]
    if column.kind in ("date", "month"):
        form = "%Y-%m" if column.kind == "month" else "%Y-%m-%d"
        return [value.strftime(form) if isinstance(value, date) else value for value in values]
    return values


def guarded(text: str) -> str:
    """A text that no spreadsheet runs as a formula.

    >>> guarded("=1+1"), guarded("道路")
    ("'=1+1", '道路')
    """
    return f"'{text}" if text.lstrip("'")[:1] in DANGEROUS else text
