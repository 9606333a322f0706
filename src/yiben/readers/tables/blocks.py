"""The rows below a header, column by column (表体): values, problems, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from heapq import merge
from itertools import compress, islice
from operator import itemgetter
from typing import Any

import pyarrow as pa

from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem
from yiben.readers.tables.columns import Layout, ReadColumn
from yiben.readers.tables.grids import Grid
from yiben.readers.tables.header_rows import Header
from yiben.readers.tables.left_out import SUMMED_TYPES, Sums, is_suspicious, kind_of_row
from yiben.readers.tables.merged import Merges
from yiben.readers.tables.model import Block, LeftOut, Value, arrow_of, letters_of
from yiben.readers.tables.numbers import NumberReader
from yiben.readers.tables.periods import period_in_cell, slot_of
from yiben.readers.tables.problem_list import ProblemList, found_words
from yiben.readers.tables.told import Cell, Told, Wrong
from yiben.readers.tables.values import fold, is_blank, text_of
from yiben.scenes.model import Pack

CHUNK = 4_000
_CACHED = 10_000
_FORMULA = (
    "a stored value: open the file in a spreadsheet program and save it, so that formulas are calculated"
)


@dataclass(slots=True)
class _Part:
    """One run of rows, converted: raw rows, values by column, and which rows have an error."""

    start: int
    rows: list[list[Cell]]
    values: list[list[Value | None]]
    wrong: dict[int, list[tuple[ReadColumn, Cell, Wrong]]]
    told: list[tuple[int, ReadColumn, Cell, Told]]
    keys: list[str | None]
    periods: list[Period | Wrong | None]
    kept: list[bool] = field(default_factory=list)


@dataclass(slots=True)
class BlockReader:
    """Reads the rows below one header (表体读取). `read()` is called once."""

    grid: Grid
    header: Header
    layout: Layout
    pack: Pack
    file: str
    problems: ProblemList
    keys_by_name: Mapping[str, str] | None = None
    left_out: list[LeftOut] = field(default_factory=list)
    bad_rows: set[int] = field(default_factory=set)
    _kept: list[tuple[pa.Array, pa.Array, pa.Array | None, list[pa.Array]]] = field(default_factory=list)
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)
    _caches: list[dict[str, Any]] = field(default_factory=list)
    _closes: list[int] = field(default_factory=list)
    _gaps: dict[int, dict[int, str]] = field(default_factory=dict)
    _headings: frozenset[str] = frozenset()
    _sums: Sums | None = None
    _summed_parts: int = 0
    _bad_numbers: list[tuple[int, list[Any]]] = field(default_factory=list)
    _tainted: set[int] = field(default_factory=set)

    def read(self) -> Block:
        """The block, with the rows that have no error."""
        self._caches = [{} for _ in self.layout.stated]
        self._headings = frozenset(fold(column.heading) for column in self.layout.columns if column.heading)
        for (row, column), found in self.grid.gaps.items():
            self._gaps.setdefault(column, {})[row] = found
        merges = Merges(self.grid.merges, self.layout.stated, first=self.header.first_data_row)
        start = self.header.first_data_row
        rows = islice(self.grid.rows(), start, None)
        while run := list(islice(rows, CHUNK)):
            self._take(self._convert(start, run, merges))
            start += len(run)
        for row, merged in merges.numbers:
            self._warn_merged(row, merged)
        return self._finish()

    def _convert(self, start: int, rows: list[list[Cell]], merges: Merges) -> _Part:
        width = len(self.layout.columns)
        filled = merges.fill(
            start, [row if len(row) >= width else [*row, *[""] * (width - len(row))] for row in rows]
        )
        part = _Part(start, rows, [], {}, [], [], [])
        for place, column in enumerate(self.layout.stated):
            cells = [row[column.column.index] for row in filled]
            if self.grid.unguarded:
                cells = [unguarded(cell) for cell in cells]
            if column.field.type == "percent" or column.field.unit == "%":
                cells = self._percent(start, column.column.index, cells)
            part.values.append(self._read_column(place, column, cells, part))
        part.keys = self._keys(part, filled)
        part.periods = self._periods(filled)
        return part

    def _read_column(
        self, place: int, column: ReadColumn, cells: list[Cell], part: _Part
    ) -> list[Value | None]:
        """One column of the run; what cannot be read is noted by row."""
        gaps = self._gaps.get(column.column.index)
        if not gaps and isinstance(column.read, NumberReader) and (fast := column.read.read_floats(cells)):
            return list(fast)
        values: list[Value | None] = []
        for at, (cell, value) in enumerate(
            zip(cells, read_cells(cells, column.read, self._caches[place]), strict=True)
        ):
            if gaps and (gap := gaps.get(part.start + at)):
                is_formula = gap == "formula"
                cell = "a formula without a stored value" if is_formula else gap
                value = Wrong(
                    "formula-without-value" if is_formula else "cell-error",
                    _FORMULA if is_formula else "a value",
                )
            if value.__class__ is Wrong:
                part.wrong.setdefault(at, []).append((column, cell, value))
                value = None
            elif value.__class__ is Told:
                part.told.append((at, column, cell, value))
                value = value.value
            values.append(value)
        return values

    def _percent(self, start: int, index: int, cells: list[Cell]) -> list[Cell]:
        """Cells that are shown as percentages hold shares: 0.85 stands for 85 %."""
        shown = self.grid.percent.get(index)
        if not shown:
            return cells
        return [
            f"{Decimal(f'{cell:.15g}') * 100:f}%"
            if start + at in shown and isinstance(cell, float | int)
            else cell
            for at, cell in enumerate(cells)
        ]

    def _keys(self, part: _Part, rows: list[list[Cell]]) -> list[str | None]:
        if self.layout.key is not None:
            place = next(
                at for at, one in enumerate(self.layout.stated) if one.column.index == self.layout.key
            )
            return [None if value is None else str(value) for value in part.values[place]]
        names = self.keys_by_name or {}
        return (
            [names.get(_text(row[self.layout.name])) for row in rows] if self.layout.name is not None else []
        )

    def _periods(self, rows: list[list[Cell]]) -> list[Period | Wrong | None]:
        if self.layout.period is None:
            return []
        return [_read_period(row[self.layout.period], self.layout.year) for row in rows]

    def _take(self, part: _Part) -> None:
        """Keeps the good rows of a run and tells of the others."""
        for at in range(len(part.rows)):
            part.kept.append(self._judge(part, at))
        keep = part.kept
        for at, column, cell, told in part.told:
            if keep[at]:
                self.problems.tell(
                    column, cell, told, self._place(part.start + at, column.column.index, column.field.name)
                )
        if not any(keep):
            return
        numbers = pa.array(compress(range(part.start + 1, part.start + 1 + len(keep)), keep), pa.int32())
        periods = [str(period) for period in compress(part.periods, keep)]
        self._kept.append(
            (
                numbers,
                pa.array(compress(part.keys, keep), pa.string()),
                pa.array(periods, pa.string()) if self.layout.period is not None else None,
                [
                    arrow_of(list(compress(values, keep)), column.field.type)
                    for column, values in zip(self.layout.stated, part.values, strict=True)
                ],
            )
        )

    def _judge(self, part: _Part, at: int) -> bool:
        """Whether a row is a subject without error; otherwise it is left out or told."""
        key, row = part.keys[at], part.start + at
        if (
            key is None
            or row < self.header.first_data_row + 2
            or is_suspicious(key)
            or fold(key) in self._headings
        ):
            kind = self._kind(part, at, key)
            if kind == "blank":
                return False
            if kind:
                self.left_out.append(LeftOut(kind, self.grid.name, row + 1, self._first_text(part.rows[at])))  # type: ignore[arg-type]
                self._closes += [row + 1] if kind == "total" else []
                return False
        wrong = part.wrong.get(at, [])
        for column, cell, why in wrong:
            place = self._place(row, column.column.index, column.field.name)
            self.problems.add(Problem(why.code, found_words(cell), why.expected, place))
        problem = self._row_problem(part, at, key, wrong)
        if problem:
            self.problems.add(problem)
        if problem or wrong:
            self._note_bad(part, at, wrong)
        return not (problem or wrong)

    def _row_problem(
        self, part: _Part, at: int, key: str | None, wrong: Sequence[tuple[ReadColumn, Cell, Wrong]]
    ) -> Problem | None:
        """A missing or repeated key, or a period that cannot be used."""
        row = part.start + at
        if key is None:
            return (
                None
                if any(column.column.index == self.layout.key for column, _, _ in wrong)
                else self._no_key(part, at)
            )
        period = part.periods[at] if part.periods else None
        if self.layout.period is not None and (problem := self._period_problem(part, at, period)):
            return problem
        seen = (fold(key), str(period or ""))
        first = self._seen.setdefault(seen, row + 1)
        if first == row + 1:
            return None
        self.bad_rows.add(first)
        index = self.layout.key if self.layout.key is not None else self.layout.name or 0
        expected = f"each {self.pack.subject.text('en')} once; it is also in row {first}"
        return Problem("key-twice", found_words(key), expected, self._place(row, index, self.pack.key))

    def _no_key(self, part: _Part, at: int) -> Problem:
        by_name = self.layout.key is None
        index = self.layout.name if by_name else self.layout.key
        name = self.pack.display if by_name else self.pack.key
        place = self._place(part.start + at, index or 0, name)
        label = self.pack.fields[name].label.zh
        cell = part.rows[at][index] if index is not None and index < len(part.rows[at]) else ""
        if by_name and not is_blank(cell):
            return Problem("name-unknown", found_words(cell), f"the {label} of a subject in the book", place)
        return Problem("key-missing", "an empty cell", f"a {label} in each row", place)

    def _period_problem(self, part: _Part, at: int, period: Period | Wrong | None) -> Problem | None:
        place = self._place(part.start + at, self.layout.period or 0, "period")
        expected = "a period such as 2026-07"
        if not isinstance(period, Period):
            found = found_words(part.rows[at][self.layout.period or 0]) if period else "an empty cell"
            return Problem("period-unreadable", found, expected, place)
        for column, values in zip(self.layout.stated, part.values, strict=True):
            one = column.column
            if (
                one.use == "measure"
                and not one.period
                and values[at] is not None
                and slot_of(period, one.every) is None
            ):
                expected = f"a {one.every}, for which {column.field.label.zh} is stated"
                return Problem("period-too-long", str(period), expected, place)
        return None

    def _kind(self, part: _Part, at: int, key: str | None) -> str | None:
        """`blank`, what kind of row to leave out, or None where the row is a subject after all."""
        cells = part.rows[at]
        if all(map(is_blank, cells)):
            return "blank"
        kind = kind_of_row(cells, header=self._headings, has_key=key is not None)
        if kind is None and key is None and self._is_sum(part, at):
            return "total"
        return kind

    def _is_sum(self, part: _Part, at: int) -> bool:
        """Whether the row's numbers are the sums of the rows above, all or since the last total."""
        places = [place for place, one in enumerate(self.layout.stated) if one.field.type in SUMMED_TYPES]
        sums = self._sums = self._sums or Sums(len(places))
        fresh = [row for row in self._bad_numbers if row[0] > sums.last]
        for number, values in merge(self._numbers_above(part, at, places), fresh, key=itemgetter(0)):
            while self._closes and self._closes[0] < number:
                del self._closes[0]
                sums.close()
            sums.add(number, values)
        if self._closes:
            self._closes.clear()
            sums.close()
        sums.tainted = self._tainted
        return sums.matches([part.values[place][at] for place in places])

    def _numbers_above(self, part: _Part, at: int, places: list[int]) -> Iterator[tuple[int, list[Any]]]:
        """The numbers of the good rows that were not summed yet."""
        last = self._sums.last if self._sums else 0
        for numbers, _, _, columns in self._kept[self._summed_parts :]:
            picked = [columns[place].to_pylist() for place in places]
            for row, number in enumerate(numbers.to_pylist()):
                if number > last:
                    yield number, [values[row] for values in picked]
        self._summed_parts = len(self._kept)
        for row in range(max(0, last - part.start), at):
            if part.keys[row] is not None and part.start + row + 1 not in self.bad_rows and part.kept[row]:
                yield part.start + row + 1, [part.values[place][row] for place in places]

    def _note_bad(self, part: _Part, at: int, wrong: Sequence[tuple[ReadColumn, Cell, Wrong]]) -> None:
        """A row with an error still counts in the total below it."""
        summed = [one for one in self.layout.stated if one.field.type in SUMMED_TYPES]
        values = [part.values[place][at] for place, one in enumerate(self.layout.stated) if one in summed]
        self._bad_numbers.append((part.start + at + 1, values))
        self.bad_rows.add(part.start + at + 1)
        self._tainted |= {summed.index(column) for column, _, _ in wrong if column in summed}

    def _first_text(self, cells: Sequence[Cell]) -> str:
        return next((_text(cell)[:60] for cell in cells if not is_blank(cell)), "")

    def _place(self, row: int, index: int, name: str = "") -> Place:
        return Place(self.file, self.grid.name, f"{letters_of(index)}{row + 1}", field=name)

    def _warn_merged(self, row: int, column: ReadColumn) -> None:
        place = self._place(row, column.column.index, column.field.name)
        expected = "one number for each row; it is counted for the first row only"
        self.problems.add(
            Problem("number-merged", "a number in cells merged over several rows", expected, place, "warning")
        )

    def _finish(self) -> Block:
        """The kept runs joined, without rows that a later row turned out to repeat."""
        stated = self.layout.stated
        numbers = pa.chunked_array([part[0] for part in self._kept], pa.int32())
        keys = pa.chunked_array([part[1] for part in self._kept], pa.string())
        periods = (
            pa.chunked_array([part[2] for part in self._kept], pa.string())
            if self.layout.period is not None
            else None
        )
        values = [
            pa.chunked_array([part[3][place] for part in self._kept], arrow_of([], one.field.type).type)
            for place, one in enumerate(stated)
        ]
        if repeated := self.bad_rows & set(self._seen.values()):
            mask = pa.array([number not in repeated for number in numbers.to_pylist()], pa.bool_())
            numbers, keys = numbers.filter(mask), keys.filter(mask)
            periods = periods.filter(mask) if periods is not None else None
            values = [column.filter(mask) for column in values]
        return Block(
            self.grid.name,
            self.header.first_data_row,
            self.layout.columns,
            numbers,
            keys,
            periods,
            tuple(values),
        )


def read_cells(cells: Sequence[Cell], read: Callable[[Cell], Any], cache: dict[str, Any]) -> Iterator[Any]:
    """The reading of each cell; texts that come often are read once."""
    for cell in cells:
        if cell == "":
            yield None
        elif cell.__class__ is not str:
            yield read(cell)
        elif cell in cache:
            yield cache[cell]
        else:
            value = read(cell)
            if len(cache) < _CACHED:
                cache[cell] = value
            yield value


def unguarded(cell: Cell) -> Cell:
    """A csv text without the apostrophe that keeps a spreadsheet from running it as a formula.

    >>> unguarded("'=1+1"), unguarded("it's")
    ('=1+1', "it's")
    """
    if isinstance(cell, str) and cell.startswith("'") and cell.lstrip("'")[:1] in GUARDED:
        return cell[1:]
    return cell


# First characters that a spreadsheet takes for a formula; the csv writer guards them.
GUARDED = frozenset({"=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠"})


def _text(cell: Cell) -> str:
    text = text_of(cell)
    return "" if isinstance(text, Wrong) else text


def _read_period(cell: Cell, year: int | None) -> Period | Wrong | None:
    if is_blank(cell):
        return None
    text = cell.isoformat()[:10] if isinstance(cell, date) else _text(cell)
    return period_in_cell(text, year=year) or Wrong("period-unreadable", "a period such as 2026-07")
