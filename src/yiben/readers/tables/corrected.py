"""The sent table with its faults marked (更正件): to be mended in place and sent again."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange

from yiben.kernel.problems import Problem
from yiben.readers.tables.grids import Grid
from yiben.readers.tables.messages import explain
from yiben.readers.tables.model import Draft
from yiben.readers.tables.opening import open_table
from yiben.readers.tables.reading import OWN_SHEETS
from yiben.readers.tables.workbook_check import number_of_letters
from yiben.scenes.model import Pack

# Spreadsheets grow slow with thousands of comments; further cells are only coloured and listed.
MOST_COMMENTS = 2_000
MOST_MERGES = 5_000
_HEADINGS = {
    "zh": ("问题", ("级别", "工作表", "单元格", "发现", "应为"), {"error": "错误", "warning": "提醒"}),
    "en": (
        "Problems",
        ("Level", "Sheet", "Cell", "Found", "Expected"),
        {"error": "error", "warning": "warning"},
    ),
}
_WORDS = {"zh": "发现：{}\n{}", "en": "Found: {}\nExpected: {}"}


def corrected_file(data: bytes, draft: Draft, *, pack: Pack | None = None, language: str = "zh") -> bytes:
    """An xlsx copy of the sent table: bad cells coloured with a comment, and a sheet of all problems.

    `data` are the bytes that `draft` was read from. A file that could not be opened gives the
    sheet of problems alone. The copy can be mended and sent in again as it is.
    """
    grids = [grid for grid in open_table(data, name=draft.file)[0] if grid.name not in OWN_SHEETS]
    language = "zh" if language.startswith("zh") else "en"
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False})
    styles = _Styles(book)
    comments = MOST_COMMENTS
    for grid in grids:
        name = grid.name or "数据"
        marks = _marks([one for one in draft.problems if one.place.sheet == grid.name])
        sheet = book.add_worksheet(name)
        _copy(sheet, grid, marks, styles)
        for (row, column), problems in list(marks.items())[:comments]:
            told = [_WORDS[language].format(*explain(one, pack=pack, language=language)) for one in problems]
            sheet.write_comment(row, column, "\n".join(told), {"x_scale": 2, "y_scale": 1.5})
        comments = max(0, comments - len(marks))
        if grid.is_hidden:
            sheet.hide()
    _list_problems(book, draft.problems, pack, language, {grid.name: grid.name or "数据" for grid in grids})
    book.close()
    return target.getvalue()


class _Styles:
    """The few cell formats of a corrected file."""

    def __init__(self, book: Any) -> None:
        self.plain = {
            kind: book.add_format({"num_format": form} if form else {}) for kind, form in _FORMATS.items()
        }
        self.marked = {
            (kind, severity): book.add_format(
                {"num_format": form or "General", "bg_color": colour, "border": 1}
            )
            for kind, form in _FORMATS.items()
            for severity, colour in (("error", "#F8B4B4"), ("warning", "#FFF2B3"))
        }


_FORMATS = {
    "": "",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
    "time": "hh:mm:ss",
    "percent": "0.00%",
}


def _marks(problems: Sequence[Problem]) -> dict[tuple[int, int], list[Problem]]:
    """The problems of each cell; what concerns a row or sheet stands in the list only."""
    marks: dict[tuple[int, int], list[Problem]] = {}
    for problem in problems:
        cell = problem.place.cell
        letters = cell.rstrip("0123456789")
        if cell and ":" not in cell and letters:
            place = int(cell[len(letters) :]) - 1, number_of_letters(letters.encode())
            marks.setdefault(place, []).append(problem)
    return marks


def _copy(sheet: Any, grid: Grid, marks: dict[tuple[int, int], list[Problem]], styles: _Styles) -> None:
    """The cells of a sheet with their values, merged ranges and marks."""
    tops: dict[tuple[int, int], Any] = {}
    merges = {top: bottom for top, bottom in grid.merges[:MOST_MERGES] if top != bottom}
    for row, column, cell in _cells(grid, marks):
        kind = _kind(cell, is_percent=row in grid.percent.get(column, ()))
        worst = min((problem.severity for problem in marks.get((row, column), ())), default=None)
        style = styles.marked[kind, worst] if worst else styles.plain[kind]
        if (row, column) in merges:
            tops[row, column] = style
        _write(sheet, row, column, cell, style)
    for top, bottom in merges.items():
        _merge(sheet, top, bottom, tops.get(top))


def _cells(grid: Grid, marks: dict[tuple[int, int], list[Problem]]) -> Iterator[tuple[int, int, Any]]:
    """Every cell with content or a mark, row by row."""
    marked: dict[int, list[int]] = {}
    for row, column in marks:
        marked.setdefault(row, []).append(column)
    for row, cells in enumerate(grid.rows()):
        wanted = {column for column, cell in enumerate(cells) if cell != ""} | set(marked.get(row, ()))
        for column in sorted(wanted):
            yield row, column, cells[column] if column < len(cells) else ""


def _kind(cell: Any, *, is_percent: bool) -> str:
    if isinstance(cell, datetime):
        return "moment"
    if isinstance(cell, date):
        return "date"
    if isinstance(cell, time | timedelta):
        return "time"
    return "percent" if is_percent and isinstance(cell, float | int) else ""


def _write(sheet: Any, row: int, column: int, cell: Any, style: Any) -> None:
    """One cell; a text is written as a text whatever it begins with."""
    if isinstance(cell, str):
        sheet.write_string(row, column, cell, style)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, style)
    elif isinstance(cell, float | int):
        sheet.write_number(row, column, cell, style)
    else:
        sheet.write_datetime(row, column, cell, style)


def _merge(sheet: Any, top: tuple[int, int], bottom: tuple[int, int], style: Any) -> None:
    """Merges a range without touching its first cell, which is already written."""
    try:
        first = sheet.table.get(top[0], {}).get(top[1])
        sheet.merge_range(*top, *bottom, "", style)
        if first is not None:
            sheet.table[top[0]][top[1]] = first
    except OverlappingRange:
        return


def _list_problems(
    book: Any, problems: Sequence[Problem], pack: Pack | None, language: str, sheets: dict[str, str]
) -> None:
    """The sheet of all problems, each with a link to its cell."""
    title, headings, levels = _HEADINGS[language]
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bg_color": "#DCE6F1"})
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    sheet.set_column(0, 2, 14)
    sheet.set_column(3, 4, 60)
    sheet.freeze_panes(1, 0)
    for row, problem in enumerate(problems, start=1):
        where = problem.place
        texts = [
            levels[problem.severity],
            where.sheet,
            where.cell,
            *explain(problem, pack=pack, language=language),
        ]
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text)
        if where.cell and where.sheet in sheets:
            quoted = sheets[where.sheet].replace("'", "''")
            sheet.write_url(row, 2, f"internal:'{quoted}'!{where.cell}", string=where.cell)
