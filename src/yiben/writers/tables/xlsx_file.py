"""A frame as an xlsx workbook (导出工作簿): a run of rows at a time, so that memory stays small."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import xlsxwriter

from yiben.scenes.model import Pack
from yiben.writers.tables.out_columns import CHUNK, OutColumn, out_columns, values_of
from yiben.writers.tables.sheet_rows import rows_xml

# One sheet holds 1,048,576 rows; longer tables go on in a next sheet.
ROWS_OF_A_SHEET = 1_000_000
# The same table gives the same bytes: workbooks carry this moment instead of the present one.
MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)
_PACKING = 3
_STYLE = re.compile(rb'<col min="(\d+)" max="(\d+)"[^>]*? style="(\d+)"')
_END = b"</sheetData>"


def write_xlsx(table: pa.Table, pack: Pack, *, to: Path | IO[bytes], language: str = "zh") -> None:
    """Writes a frame's table with labels and units in the header, dates and numbers as such.

    No cell is ever a formula: texts are written as texts, whatever they begin with. Decimals of
    more than 15 digits become text, because a spreadsheet would round them. Raises TextTooLong.
    """
    columns = out_columns(table, pack, language=language)
    starts = list(range(0, max(table.num_rows, 1), ROWS_OF_A_SHEET))
    frame = _frame(
        pack, columns, [min(ROWS_OF_A_SHEET, table.num_rows - start) for start in starts], language
    )
    with (
        zipfile.ZipFile(io.BytesIO(frame)) as old,
        zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=_PACKING) as new,
    ):
        for part in old.namelist():
            found = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
            with new.open(_entry(part), "w") as stream:
                if found:
                    piece = table.slice(starts[int(found[1]) - 1], ROWS_OF_A_SHEET)
                    _fill(stream, old.read(part), piece, columns, language)
                else:
                    stream.write(old.read(part))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _ZIP_MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _frame(pack: Pack, columns: list[OutColumn], rows: list[int], language: str) -> bytes:
    """The workbook without its rows: sheets, header, styles of the columns, panes and filter."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    set_made_at(book)
    head = book.add_format(
        {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    title = sheet_name(pack.title.text(language))
    for number, length in enumerate(rows):
        sheet = book.add_worksheet(title if not number else f"{title[:26]} {number + 1}")
        sheet.freeze_panes(1, min(2, len(columns)))
        for place, column in enumerate(columns):
            style = book.add_format({"num_format": number_format(column)}) if number_format(column) else None
            sheet.set_column(place, place, max(10, min(40, 2 * len(column.heading))), style)
            sheet.write_string(0, place, column.heading, head)
        if columns:
            sheet.autofilter(0, 0, length, len(columns) - 1)
    book.close()
    return target.getvalue()


def _fill(stream: IO[bytes], sheet: bytes, table: pa.Table, columns: list[OutColumn], language: str) -> None:
    """One sheet's XML with the rows of the table after its header."""
    start, end = sheet[: sheet.index(_END)], sheet[sheet.index(_END) :]
    stream.write(re.sub(rb"<dimension [^>]*/>", b"", start, count=1))
    styles = _styles(start, len(columns))
    for first in range(0, table.num_rows, CHUNK):
        values = values_of(table.slice(first, CHUNK), columns, language=language)
        stream.write(rows_xml(columns, styles, values, first=first + 2))
    stream.write(end)


def _styles(sheet: bytes, width: int) -> list[str]:
    """The style of each column's cells, as the frame's columns have it."""
    styles = [""] * width
    for first, last, style in _STYLE.findall(sheet):
        for place in range(int(first) - 1, min(int(last), width)):
            styles[place] = style.decode()
    return styles


def number_format(column: OutColumn) -> str:
    """The number format of a column; empty for texts."""
    formats = {"date": "yyyy-mm-dd", "month": "yyyy-mm", "integer": "0"}
    if column.kind != "number":
        return formats.get(column.kind, "")
    is_place = column.field is not None and column.field.type in ("latitude", "longitude")
    return ("0" if is_place else "#,##0") + ("." + "0" * column.decimals if column.decimals else "")


def sheet_name(text: str) -> str:
    """A title as a sheet's name: without the marks that spreadsheets forbid, at most 31 characters."""
    return "".join(char for char in text if char not in "[]:*?/\\'")[:31] or "Sheet"


def set_made_at(book: Any) -> None:
    """Gives a workbook the fixed moment, so that equal content is equal bytes."""
    book.set_properties({"created": MADE_AT})
