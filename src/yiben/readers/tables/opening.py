"""From bytes to sheets (打开文件): what kind of file it is, whether it is safe, what it holds."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Any

import python_calamine

from yiben.kernel.problems import Place, Problem
from yiben.readers.tables.grids import Grid
from yiben.readers.tables.workbook_check import check_workbook, scan_workbook

MAX_BYTES = 100_000_000
MAX_COLUMNS = 2_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta", b"<style")
_ADVICE = "an xlsx workbook, a csv text or a pasted table"


def open_table(data: bytes, *, name: str) -> tuple[list[Grid], list[Problem]]:
    """The sheets of a file, or why it is not opened; decided by its content, not by its name."""
    if len(data) > MAX_BYTES:
        found = f"{len(data) / 1e6:.0f} MB"
        return _refuse("file-too-large", found, f"at most {MAX_BYTES / 1e6:.0f} MB", name)
    if not data.strip(b"\x00 \t\r\n"):
        return _refuse("file-empty", "an empty file", _ADVICE, name)
    if data.startswith(b"PK"):
        problems = check_workbook(data, file=name)
        return ([], problems) if problems else _open_workbook(data, name, is_zip=True)
    if data.startswith(_OLE):
        return _open_old_workbook(data, name)
    start = data[:400].lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    if start.startswith(_MARKUP):
        expected = "a workbook: open the file in a spreadsheet program and save it as xlsx"
        return _refuse("file-is-markup", "a web page or XML under the name of a table", expected, name)
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        return _refuse("file-not-a-table", "a document, picture or archive", _ADVICE, name)
    return _open_text(data, name)


def _refuse(code: str, found: str, expected: str, name: str) -> tuple[list[Grid], list[Problem]]:
    return [], [Problem(code, found, expected, Place(file=name))]


def _open_old_workbook(data: bytes, name: str) -> tuple[list[Grid], list[Problem]]:
    """An .xls workbook; the same container also holds encrypted xlsx files."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _refuse(*_encrypted(), name)
    if any(mark.encode("utf-16-le") in data for mark in ("_VBA_PROJECT", "_VBA_PROJECT_CUR")):
        expected = "a workbook without macros: save it as xlsx"
        return _refuse("file-has-macros", "a workbook with macros", expected, name)
    return _open_workbook(data, name, is_zip=False)


def _encrypted() -> tuple[str, str, str]:
    expected = "a workbook without password: open it, save a copy without password, send the copy"
    return "file-encrypted", "a workbook locked with a password", expected


def _open_workbook(data: bytes, name: str, *, is_zip: bool) -> tuple[list[Grid], list[Problem]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        scans = scan_workbook(data) if is_zip else {}
    except python_calamine.PasswordError:
        return _refuse(*_encrypted(), name)
    # A damaged file can fail anywhere below; all of it means the same to the sender.
    except Exception as error:
        return _refuse("file-damaged", f"a damaged workbook ({_first_line(error)})", _ADVICE, name)
    grids, problems = [], []
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        scan = scans.get(meta.name)
        if scan is not None and scan.too_large:
            expected = "a sheet without cells far outside the table: delete the empty rows and columns"
            problems.append(Problem("sheet-too-large", scan.too_large, expected, Place(name, meta.name)))
            continue
        try:
            sheet = book.get_sheet_by_name(meta.name)
        except Exception as error:
            found = f"a damaged sheet ({_first_line(error)})"
            problems.append(
                Problem("sheet-damaged", found, "a sheet that can be read", Place(name, meta.name))
            )
            continue
        hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
        grids.append(_grid(sheet, scan, is_hidden=hidden))
    return grids, problems


def _grid(sheet: Any, scan: Any, *, is_hidden: bool) -> Grid:
    merges = tuple(sheet.merged_cell_ranges or ())
    if scan is None:
        return Grid(sheet.name, sheet.iter_rows, merges, is_hidden=is_hidden)
    return Grid(sheet.name, sheet.iter_rows, merges, scan.percent, scan.gaps, scan.origin, is_hidden)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _open_text(data: bytes, name: str) -> tuple[list[Grid], list[Problem]]:
    text = decode(data)
    if text is None or "\x00" in text[:4000]:
        return _refuse("file-encoding", "bytes that are no text in UTF-8 or GB 18030", _ADVICE, name)
    delimiter = delimiter_of(text)

    def rows() -> Iterator[list[str]]:
        csv.field_size_limit(10_000_000)
        return iter(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))

    try:
        width = max((len(row) for row in rows()), default=0)
    except csv.Error as error:
        return _refuse("file-damaged", f"a text that is no table ({error})", _ADVICE, name)
    if width > MAX_COLUMNS:
        return _refuse("sheet-too-large", f"{width} columns", f"at most {MAX_COLUMNS} columns", name)
    return [Grid("", rows, unguarded=True)], []


def decode(data: bytes) -> str | None:
    """A text in UTF-8 (with or without mark), UTF-16 with mark, or GB 18030; None for other bytes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def delimiter_of(text: str) -> str:
    """What separates the columns: the mark that splits the first lines into most even columns.

    >>> delimiter_of("代码;名称;总投资\\nA;甲, 乙;1,5\\n")
    ';'
    """
    sample = text[:20_000].splitlines()[:30]
    best = (0, 0, ",")
    for order, mark in enumerate("\t,;"):
        widths = [len(row) for row in csv.reader(sample, delimiter=mark) if any(row)]
        wide = [width for width in widths if width > 1]
        even = max((wide.count(width) * width for width in set(wide)), default=0)
        best = max(best, (even, -order, mark))
    return best[2]
