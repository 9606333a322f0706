"""Merged cells in the body of a table (合并单元格): one unit for the five rows that it covers."""

from __future__ import annotations

from collections.abc import Sequence

from yiben.readers.tables.columns import ReadColumn
from yiben.readers.tables.grids import Merge
from yiben.readers.tables.told import Cell

MOST_FILLED = 1_000_000


class Merges:
    """Fills merged texts downward; a merged number stays with its first row, and is told.

    `numbers` are the (row, column) of merged cells whose column holds numbers.
    """

    def __init__(self, merges: Sequence[Merge], stated: Sequence[ReadColumn], *, first: int) -> None:
        by_index = {one.column.index: one for one in stated}
        self.numbers: list[tuple[int, ReadColumn]] = []
        self._sources: dict[int, list[tuple[int, int]]] = {}
        self._values: dict[tuple[int, int], Cell] = {}
        self._first_rows: dict[int, list[int]] = {}
        filled = 0
        for (top, left), (bottom, _) in merges:
            if bottom <= top or top < first or left not in by_index:
                continue
            if by_index[left].field.is_number:
                self.numbers.append((top, by_index[left]))
                continue
            filled += bottom - top
            if filled > MOST_FILLED:
                break
            self._first_rows.setdefault(top, []).append(left)
            for row in range(top + 1, bottom + 1):
                self._sources.setdefault(row, []).append((top, left))

    def fill(self, start: int, rows: list[list[Cell]]) -> list[list[Cell]]:
        """The rows from number `start` on, with merged texts in every row that they cover."""
        if not self._sources:
            return rows
        filled = list(rows)
        for at, cells in enumerate(rows):
            row = start + at
            for column in self._first_rows.get(row, ()):
                self._values[row, column] = cells[column]
            if row in self._sources and any(cell != "" for cell in cells):
                copy = list(cells)
                for top, column in self._sources[row]:
                    copy[column] = self._values.get((top, column), "")
                filled[at] = copy
        return filled
