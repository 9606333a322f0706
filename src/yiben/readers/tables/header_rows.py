"""Where the table begins on a sheet (表头行): the rows whose texts the pack knows as headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yiben.readers.tables.grids import Merge
from yiben.readers.tables.headings import Heading, Match, Vocabulary
from yiben.readers.tables.told import Wrong
from yiben.readers.tables.values import fold, text_of

SEARCH_ROWS = 40
MOST_HEADER_ROWS = 4
LONGEST_HEADING = 120
# A header shows itself within so many columns; those to the right are read all the same.
JUDGED_COLUMNS = 300
_CAPTION = re.compile(r"(?:计量)?单位[::]|填报|制表|编制|填表|统计单位|截[止至]|附[件表]|unit:")


@dataclass(frozen=True, slots=True)
class HeadedColumn:
    """One column of the header: its place, its heading as written, and its meaning."""

    index: int
    written: str
    heading: Heading
    match: Match | None


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: its first row (from 0), how many rows, and its columns."""

    row: int
    depth: int
    columns: tuple[HeadedColumn, ...]
    captions: tuple[str, ...]

    @property
    def first_data_row(self) -> int:
        """The first row below the header, counted from 0."""
        return self.row + self.depth


def find_header(
    rows: Sequence[Sequence[Any]], *, merges: Sequence[Merge], words: Vocabulary
) -> Header | None:
    """The header that names the most columns of the pack, or None where no row looks like one."""
    texts, covered = _texts(rows[:SEARCH_ROWS], merges)
    best: tuple[int, int, int] = (0, 0, 0)
    for row in range(len(texts)):
        for depth in range(1, min(MOST_HEADER_ROWS, len(texts) - row) + 1):
            if depth > 1 and not _is_group_row(texts[row]):
                break
            score = _score(_parts(texts, covered, row, depth), words)
            if score > best[0]:
                best = score, row, depth
    if not best[0]:
        return None
    _, row, depth = best
    while row and depth < MOST_HEADER_ROWS and _is_group_row(texts[row - 1]):
        row, depth = row - 1, depth + 1
    columns = [
        HeadedColumn(index, " ".join(parts), *words.match(parts))
        for index, parts in enumerate(_parts(texts, covered, row, depth))
    ]
    captions = tuple(text for line in texts[:row] for text in dict.fromkeys(line) if text)
    return Header(row, depth, tuple(columns), captions)


def _is_group_row(texts: list[str]) -> bool:
    """Whether a row can stand above headings as their group: several texts, and no caption.

    What a group says (累计, 2026年6月) changes what its columns mean, so it always belongs.
    """
    said = {text for text in texts if text}
    return len(said) > 1 and not any(_CAPTION.match(fold(text)) for text in said)


def _score(columns: list[tuple[str, ...]], words: Vocabulary) -> int:
    """How well a header fits: columns known, then units; 0 if it cannot be one."""
    known: set[tuple[str, str]] = set()
    units = 0
    for parts in columns[:JUDGED_COLUMNS]:
        heading, match = words.match(parts) if parts else (None, None)
        if heading and match and match.use in ("field", "measure", "period"):
            known.add((match.name or match.use, str(match.named)))
            units += bool(heading.unit)
    has_key = (words.pack.key, "None") in known
    if len(known) < 2 and not has_key:
        return 0
    return 1000 * len(known) + 500 * has_key + units


def _texts(
    rows: Sequence[Sequence[Any]], merges: Sequence[Merge]
) -> tuple[list[list[str]], set[tuple[int, int]]]:
    """The rows as texts, merged ranges filled with their value, and the cells under a merge."""
    width = max((len(row) for row in rows), default=0)
    texts = [[_text(row[at]) if at < len(row) else "" for at in range(width)] for row in rows]
    covered = set()
    for (top, left), (bottom, right) in merges:
        if top >= len(texts) or left >= width:
            continue
        for row in range(top, min(bottom, len(texts) - 1) + 1):
            for column in range(left, min(right, width - 1) + 1):
                texts[row][column] = texts[top][left]
                covered.add((row, column))
    return texts, covered


def _text(cell: Any) -> str:
    text = text_of(cell)
    return "" if isinstance(text, Wrong) else text[:LONGEST_HEADING]


def _parts(
    texts: list[list[str]], covered: set[tuple[int, int]], row: int, depth: int
) -> list[tuple[str, ...]]:
    """The texts of each column over the header's rows; a blank upper cell continues its left one.

    Groups without merged cells (2026年完成投资 | | ) are written once, above their first column.
    """
    columns: list[tuple[str, ...]] = []
    for at in range(len(texts[row])):
        parts = []
        for step in range(row, row + depth):
            text = texts[step][at]
            below = step + 1 < row + depth and bool(texts[step + 1][at])
            if not text and below and (step, at) not in covered:
                left = at
                while left and not texts[step][left] and (step, left) not in covered:
                    left -= 1
                text = texts[step][left] if texts[step + 1][left] else ""
            if text and text not in parts:
                parts.append(text)
        columns.append(tuple(parts))
    return columns
