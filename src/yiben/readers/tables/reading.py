"""A table read against a pack (读入表格): xlsx, xls, csv or pasted text to a draft."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem
from yiben.readers.tables.blocks import BlockReader
from yiben.readers.tables.columns import Layout, lay_out
from yiben.readers.tables.grids import Grid
from yiben.readers.tables.header_rows import SEARCH_ROWS, Header, find_header
from yiben.readers.tables.headings import Vocabulary
from yiben.readers.tables.model import Block, Draft, LeftOut, letters_of
from yiben.readers.tables.opening import open_table
from yiben.readers.tables.problem_list import ProblemList
from yiben.readers.tables.values import fold, is_blank
from yiben.scenes.model import Pack

# Sheets that Yiben itself adds to templates and corrected files.
OWN_SHEETS = frozenset({"问题", "说明", "选项", "Problems", "Notes", "Choices"})


def read_table(
    data: bytes,
    *,
    name: str,
    pack: Pack,
    period: Period | str | None = None,
    keys_by_name: Mapping[str, str] | None = None,
) -> Draft:
    """The draft of a file against `pack`; never raises on content.

    `period` is the month that measures speak of where no heading, caption or column says it.
    `keys_by_name` (display name → key) lets a table without a key column update known subjects.

    The draft's `rows()` are the good rows, each with its key, `facts` of the subject and
    `measures` by period, canonical: decimals and dates as text, integers, booleans. `problems`
    has errors and warnings with their cells; `left_out` the totals, notes and sheets not read.
    """
    asked = Period.of(period) if isinstance(period, str) else period
    grids, found = open_table(data, name=name)
    problems = ProblemList(file=name)
    for problem in found:
        problems.add(problem)
    words = Vocabulary.of(pack)
    blocks: list[Block] = []
    left_out: list[LeftOut] = []
    bad: set[tuple[str, int]] = set()
    names = {fold(text): key for text, key in keys_by_name.items()} if keys_by_name is not None else None
    for grid in grids:
        sheet = _read_sheet(grid, words, asked, problems, names, file=name)
        left_out += sheet[1]
        if sheet[0] is not None:
            blocks.append(sheet[0])
            bad |= {(grid.name, row) for row in sheet[2]}
    if grids and not blocks and not problems.has("key-column-missing"):
        problems.add(_no_table(pack, name))
    conflicts = _conflicts(blocks, pack, file=name)
    for problem, row in conflicts:
        problems.add(problem)
        bad.add(row)
    if conflicts:
        blocks = [_without(block, bad) for block in blocks]
    return Draft(
        name,
        hashlib.sha256(data).hexdigest(),
        pack.name,
        pack.version,
        tuple(blocks),
        problems.everything(),
        tuple(left_out),
        frozenset(bad),
    )


def _read_sheet(
    grid: Grid,
    words: Vocabulary,
    period: Period | None,
    problems: ProblemList,
    names: Mapping[str, str] | None,
    *,
    file: str,
) -> tuple[Block | None, list[LeftOut], set[int]]:
    """The block of one sheet, the rows left out, and the rows with an error."""
    top = list(islice(grid.rows(), SEARCH_ROWS))
    if not any(not is_blank(cell) for row in top for cell in row):
        return None, [], set()
    if grid.name in OWN_SHEETS:
        return None, [LeftOut("other-sheet", grid.name, None, grid.name)], set()
    header = find_header(top, merges=grid.merges, words=words)
    if grid.is_hidden:
        if header:
            found = f"a hidden sheet {grid.name!r} with a table"
            place = Place(file=file, sheet=grid.name)
            problems.add(
                Problem("sheet-hidden", found, "a sheet that is shown; it is not read", place, "warning")
            )
        return None, [LeftOut("hidden-sheet", grid.name, None, grid.name)], set()
    if header is None:
        return None, [LeftOut("no-table", grid.name, None, _first_text(top))], set()
    layout = lay_out(
        header,
        words=words,
        file=file,
        sheet=grid.name,
        period=period,
        origin=grid.origin,
        by_name=names is not None,
    )
    for problem in layout.problems:
        problems.add(problem)
    if any(problem.code == "key-column-missing" for problem in layout.problems):
        return None, [], set()
    reader = BlockReader(grid, header, layout, words.pack, file, problems, names)
    block = reader.read()
    for problem in _column_problems(block, layout, header, file):
        problems.add(problem)
    return block, reader.left_out, reader.bad_rows


def _first_text(rows: list[list[Any]]) -> str:
    return next((str(cell)[:60] for row in rows for cell in row if not is_blank(cell)), "")


def _no_table(pack: Pack, name: str) -> Problem:
    labels = ", ".join(one.label.zh for one in list(pack.fields.values())[:5])
    expected = f"a row of headings such as {labels}"
    return Problem("no-table", "no table that belongs to this book", expected, Place(file=name))


def _column_problems(block: Block, layout: Layout, header: Header, file: str) -> list[Problem]:
    """What only the whole column shows: a measure without period, shares where percent was asked."""
    problems = []
    for one, values in zip(layout.stated, block.values, strict=True):
        cell = f"{letters_of(one.column.index)}{header.first_data_row}"
        place = Place(file, block.sheet, cell, field=one.field.name)
        if one.lacks_period and len(values) > values.null_count:
            expected = f"the {one.column.every} that it speaks of: in the heading, the title, a column 期间, or asked for"
            problems.append(
                Problem("period-needed", f"{one.column.heading!r} without a period", expected, place)
            )
        if one.field.type == "percent" and _looks_like_shares(values):
            expected = "percent such as 85; shares are read as written, so that 0.85 means 0.85 %"
            found = "only numbers between 0 and 1"
            problems.append(Problem("percent-as-share", found, expected, place, "warning"))
    return problems


def _looks_like_shares(values: pa.ChunkedArray) -> bool:
    numbers = [float(value) for value in values.to_pylist() if value is not None]
    return (
        len(numbers) >= 3 and max(numbers) <= 1 and min(numbers) >= 0 and any(0 < one < 1 for one in numbers)
    )


def _conflicts(blocks: list[Block], pack: Pack, *, file: str) -> list[tuple[Problem, tuple[str, int]]]:
    """Values that two sheets state differently for one subject (and period)."""
    counts: dict[tuple[str, str], int] = {}
    for column in (column for block in blocks for column in block.stated):
        counts[column.name, column.period] = counts.get((column.name, column.period), 0) + 1
    shared = {name for (name, _), count in counts.items() if count > 1 and name != pack.key}
    if not shared:
        return []
    seen: dict[tuple[str, str, str], tuple[Any, str, int]] = {}
    wrong = []
    for block in blocks:
        letters = {(column.name, column.period): column.letters for column in block.stated}
        for row in block.rows():
            slots = [("", row.facts), *row.measures.items()]
            for slot, name, value in [
                (slot, name, facts[name]) for slot, facts in slots for name in shared & facts.keys()
            ]:
                first = seen.setdefault((row.key, slot, name), (value, row.sheet, row.row))
                if first[0] == value:
                    continue
                letter = letters.get((name, slot)) or letters.get((name, ""), "")
                place = Place(file, row.sheet, f"{letter}{row.row}", subject=row.key, field=name)
                expected = f"{first[0]}, as in sheet {first[1]}, row {first[2]}"
                wrong.append((Problem("stated-twice", str(value), expected, place), (row.sheet, row.row)))
    return wrong


def _without(block: Block, bad: set[tuple[str, int]]) -> Block:
    """The block without the rows in `bad`."""
    mask = pa.array(
        [(block.sheet, number) not in bad for number in block.row_numbers.to_pylist()], pa.bool_()
    )
    return Block(
        block.sheet,
        block.header_row,
        block.columns,
        block.row_numbers.filter(mask),
        block.keys.filter(mask),
        block.periods.filter(mask) if block.periods is not None else None,
        tuple(values.filter(mask) for values in block.values),
    )
