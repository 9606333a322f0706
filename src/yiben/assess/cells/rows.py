"""A flat book taken slice by slice (分片取数): some subjects in order, with their rows as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yiben.assess.cells.values import Array, Cells, Known, NotInCells, Truth, Value, number_kind
from yiben.assess.model import Book, Stored
from yiben.assess.terms import MONEY, WHOLE

# So many subjects are in memory at once for each worker.
SLICE = 1 << 17


@dataclass(frozen=True)
class Rows:
    """Rows of a table for the subjects of a slice; `place` says whose row each is (−1: of none)."""

    table: pa.Table
    place: Array


class Source:
    """The book's tables, sorted out by subject."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.files = isinstance(book, Stored)
        names = self._read("subjects", ["subject"], None)["subject"].cast(pa.string()).combine_chunks()
        names = names if isinstance(names, pa.Array) else pa.concat_arrays(names.chunks)
        if names.null_count:
            raise NotInCells("a subject without a name")
        self.subjects: pa.Array = names.take(pc.sort_indices(names))

    def slices(self) -> Iterator[pa.Array]:
        """The subjects in order, some at a time."""
        for start in range(0, len(self.subjects), SLICE):
            yield self.subjects.slice(start, SLICE)

    def rows(self, table: str, columns: Sequence[str], subjects: pa.Array) -> Rows:
        """The rows of some subjects."""
        found = self._read(table, ["subject", *columns], subjects)
        place = places(found["subject"], subjects)
        if not self.files and len(subjects) < len(self.subjects):
            kept = np.flatnonzero(place >= 0)
            found, place = found.take(pa.array(kept)), place[kept]
        return Rows(found, place)

    def _read(self, table: str, columns: list[str], subjects: pa.Array | None) -> pa.Table:
        held = getattr(self.book, table)
        if not isinstance(self.book, Stored):
            rows: pa.Table = held.select(columns)
            return rows
        parts = [part for path in held for part in _of_file(path, columns, subjects)]
        return pa.concat_tables(parts, promote_options="permissive")


def _of_file(path: Path, columns: list[str], subjects: pa.Array | None) -> Iterator[pa.Table]:
    """The row groups of a Parquet file that may hold any of the subjects."""
    with pq.ParquetFile(path, read_dictionary=["subject"]) as file:
        names = file.schema_arrow.names
        if not set(columns) <= set(names):
            raise NotInCells("a stored table lacks a column")
        groups = list(range(file.metadata.num_row_groups))
        if subjects is not None and len(subjects):
            low, high, at = subjects[0].as_py(), subjects[-1].as_py(), names.index("subject")
            groups = [one for one in groups if _may_hold(file.metadata.row_group(one).column(at), low, high)]
        yield file.read_row_groups(groups, columns=columns, use_threads=False)


def _may_hold(column: Any, low: str, high: str) -> bool:
    known = column.statistics
    return known is None or not known.has_min_max or (known.min <= high and low <= known.max)


def places(column: pa.ChunkedArray, subjects: pa.Array) -> Array:
    """For each row the place of its subject, −1 where the slice has none."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return np.empty(0, dtype=np.int32)
    words = column.chunk(0).dictionary.cast(pa.string())
    held = pc.index_in(words, value_set=subjects).fill_null(-1).to_numpy(zero_copy_only=False)
    codes = [one.indices.fill_null(len(words)).to_numpy(zero_copy_only=False) for one in column.chunks]
    found: Array = np.append(held, np.int32(-1))[np.concatenate(codes)]
    return found


def known_of(column: pa.ChunkedArray) -> Known:
    """Where a column has values."""
    if not column.null_count:
        return None
    found: Array = column.is_valid().to_numpy()
    return found


def numbers(column: pa.ChunkedArray, kind: str) -> tuple[Array, Known]:
    """A column of numbers or days as whole numbers of its smallest step, 0 where it has none."""
    known = known_of(column)
    wanted = {"number": pa.types.is_decimal128, "whole": pa.types.is_int64, "date": pa.types.is_date32}
    if (
        kind not in wanted
        or not wanted[kind](column.type)
        or (kind == "number" and column.type.scale != MONEY[1])
    ):
        raise NotInCells(f"a column of {column.type} for {kind}")
    if not column.num_chunks or column.null_count == len(column):
        return np.zeros(len(column), dtype=np.int64), np.zeros(len(column), dtype=bool)
    parts = [_decimal_steps(one) if kind == "number" else _plain(one, kind) for one in column.chunks]
    found = np.concatenate(parts) if len(parts) > 1 else parts[0]
    return (found if known is None else np.where(known, found, 0)), known


def _plain(chunk: pa.Array, kind: str) -> Array:
    found: Array = chunk.cast(pa.int32() if kind == "date" else pa.int64()).fill_null(0).to_numpy()
    return found


def _decimal_steps(chunk: pa.Array) -> Array:
    """The low halves of 128-bit numbers, which must be all there is to them."""
    halves = np.frombuffer(chunk.buffers()[1], dtype=np.int64).reshape(-1, 2)
    halves = halves[chunk.offset : chunk.offset + len(chunk)]
    beyond = halves[:, 1] != halves[:, 0] >> 63
    if chunk.null_count:
        beyond &= chunk.is_valid().to_numpy(zero_copy_only=False)
    if beyond.any():
        raise NotInCells("an amount does not fit 64 bits")
    return np.ascontiguousarray(halves[:, 0])


def highest(data: Array) -> int:
    """What no value exceeds."""
    return int(max(data.max(initial=0), -int(data.min(initial=0)))) if data.size else 0


def field_value(column: pa.ChunkedArray, kind: str) -> Value:
    """A column of one row per subject as values of the shape (1, subjects)."""
    if kind == "boolean":
        known = known_of(column)
        holds = column.fill_null(False).to_numpy()[None, :]
        return Truth(holds, ~holds if known is None else ~holds & known[None, :])
    data, known = numbers(column, kind)
    size = MONEY if kind == "number" else WHOLE
    return Cells(
        number_kind(kind), data[None, :], None if known is None else known[None, :], highest(data), size
    )
