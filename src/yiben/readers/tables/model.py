"""What a table brings (表格草稿): columns, rows, what was left out, and what is wrong.

A draft holds its values by column in Arrow arrays, so that 100,000 rows of 30 columns stay small;
`Draft.rows()` gives them row by row, without those that have an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import pyarrow as pa

from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, errors_of
from yiben.readers.tables.periods import slot_of

# Canonical values: decimals and dates are text (`1280.5`, `2026-07-15`), as the ledger writes them.
Value = str | int | bool
Use = Literal["field", "measure", "period", "name", "order", "computed", "unknown"]
LeftOutKind = Literal[
    "total", "section", "note", "header", "numbering", "hidden-sheet", "other-sheet", "no-table"
]
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a block (列): its place, its heading as written, and what it is taken for.

    `unit` is the unit that the file uses for it; `period` the slot of a measure, empty where a
    column of periods gives it row by row.
    """

    index: int
    heading: str
    use: Use
    name: str = ""
    unit: str = ""
    period: str = ""
    every: str = ""

    @property
    def letters(self) -> str:
        """The column as a spreadsheet names it: A, B, … AA."""
        return letters_of(self.index)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One row of the table (行): a subject's key and what the row states of it.

    `facts` are fields of the subject (slot ""), `measures` are facts by period (`2026-07`).
    """

    key: str
    sheet: str
    row: int
    facts: dict[str, Value]
    measures: dict[str, dict[str, Value]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row or sheet that was read and left out on purpose (略去), and as what."""

    kind: LeftOutKind
    sheet: str
    row: int | None
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One table on one sheet: its columns and, in Arrow arrays of equal length, its good rows."""

    sheet: str
    header_row: int
    columns: tuple[Column, ...]
    row_numbers: pa.ChunkedArray
    keys: pa.ChunkedArray
    periods: pa.ChunkedArray | None
    values: tuple[pa.ChunkedArray, ...]

    @property
    def stated(self) -> tuple[Column, ...]:
        """The columns that state fields or measures, in the order of `values`."""
        return tuple(column for column in self.columns if column.use in ("field", "measure"))

    def rows(self) -> Iterator[DraftRow]:
        """The good rows of the block, in the order of the sheet."""
        plain = [(place, column.name) for place, column in enumerate(self.stated) if column.use == "field"]
        timed = [
            (place, column.name, column.period, column.every)
            for place, column in enumerate(self.stated)
            if column.use == "measure" and (column.period or self.periods is not None)
        ]
        for start in range(0, len(self.keys), _CHUNK):
            numbers, keys = (part.slice(start, _CHUNK).to_pylist() for part in (self.row_numbers, self.keys))
            periods = self.periods.slice(start, _CHUNK).to_pylist() if self.periods is not None else None
            columns = [part.slice(start, _CHUNK).to_pylist() for part in self.values]
            for place, (number, key) in enumerate(zip(numbers, keys, strict=True)):
                facts = {name: columns[at][place] for at, name in plain if columns[at][place] is not None}
                measures: dict[str, dict[str, Value]] = {}
                for at, name, period, every in timed:
                    value = columns[at][place]
                    if value is not None:
                        slot = period or _slot(periods[place] if periods else "", every)
                        measures.setdefault(slot, {})[name] = value
                yield DraftRow(key, self.sheet, number, facts, measures)


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A table that was read against a pack (草稿): nothing of it is in the ledger yet.

    `bad_rows` are the (sheet, row) that carry an error and are not among `rows()`; an error that
    concerns no row (an unreadable file, no key column) leaves the draft without rows.
    """

    file: str
    file_digest: str
    pack: str
    pack_version: int
    blocks: tuple[Block, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    bad_rows: frozenset[tuple[str, int]] = frozenset()

    @property
    def errors(self) -> list[Problem]:
        """The problems that forbid taking the table in as a whole."""
        return errors_of(self.problems)

    @property
    def can_hold_back(self) -> bool:
        """Whether the rest can be taken in without the bad rows: no error lies outside a row."""
        rows = {(problem.place.sheet, row_of(problem.place.cell)) for problem in self.errors}
        return rows <= self.bad_rows

    def cell_of(self, place: Place) -> Place:
        """The same place at the cell that states its field, for a place that names a whole row (`14:14`).

        A row that states the field in several columns, one for each period, stays a row.
        """
        row = row_of(place.cell)
        columns = [
            column
            for block in self.blocks
            for column in block.stated
            if block.sheet == place.sheet and block.header_row < row and column.name == place.field
        ]
        return replace(place, cell=f"{columns[0].letters}{row}") if len(columns) == 1 else place

    @property
    def row_count(self) -> int:
        """The number of good rows."""
        return sum(len(block.keys) for block in self.blocks)

    def rows(self) -> Iterator[DraftRow]:
        """Every good row, sheet by sheet."""
        for block in self.blocks:
            yield from block.rows()

    def keys(self) -> Iterator[str]:
        """The key of every good row, in the same order as `rows()`."""
        for block in self.blocks:
            for chunk in block.keys.chunks:
                yield from chunk.to_pylist()


@cache
def _slot(period: str, every: str) -> str:
    """The slot of a measure in a row of its own period."""
    slot = slot_of(Period.of(period), every)
    assert slot is not None, "the block reader lets no longer period in"
    return slot


def letters_of(index: int) -> str:
    """The letters of a column, counted from 0.

    >>> letters_of(0), letters_of(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def row_of(cell: str) -> int:
    """The row number in a cell's name (`D14`, `14:14`); 0 where there is none."""
    digits = cell.partition(":")[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdigit() else 0


def arrow_of(values: list[Any], field_type: str) -> pa.Array:
    """Canonical values of one column as a compact Arrow array."""
    kinds = {"integer": pa.int64(), "rank": pa.int64(), "boolean": pa.bool_()}
    return pa.array(values, kinds.get(field_type, pa.string()))
