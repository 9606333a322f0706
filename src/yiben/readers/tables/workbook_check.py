"""Whether an xlsx file is safe to open, and what only its XML tells (工作簿检查).

A workbook is a zip of XML. Before anything unpacks it we look at sizes, macros and the extent of
each sheet (one stray cell in the last row would cost gigabytes), and note percent formats,
formulas without a stored value and error values, which the reader of values does not pass on.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from defusedxml import ElementTree

from yiben.kernel.problems import Place, Problem

MAX_UNPACKED = 800_000_000
MAX_PARTS = 5_000
MAX_RATIO = 400
RATIO_FROM = 30_000_000
MAX_CELLS = 30_000_000
_PIECE = 1 << 20
# Bounded, so that a crafted sheet costs no more than a real one.
_COLUMN = re.compile(rb'<(?:\w{1,9}:)?c [^>]{0,99}?\br="([A-Z]{1,3})\d')
_ROW = re.compile(rb'<(?:\w{1,9}:)?row [^>]{0,199}?\br="(\d{1,9})"')
_CELL_START = re.compile(rb"<(?:\w{1,9}:)?c ")
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<(?:\w{1,9}:)?v>([^<]*)<")
_PERCENT_IDS = {9, 10}
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(slots=True)
class Scan:
    """What the XML of one sheet tells beyond the values."""

    percent: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    gaps: dict[tuple[int, int], str] = field(default_factory=dict)
    origin: date | None = None
    too_large: str = ""


def check_packed(data: bytes, *, place: Place) -> list[Problem]:
    """Why a packed office file is not opened or kept: damaged, or too large when unpacked."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return [Problem("file-damaged", "a damaged workbook", "a file that a spreadsheet opens", place)]
    sizes = _unpacked_sizes(data, parts)
    if sizes is None:
        return [Problem("file-damaged", "a damaged workbook", "a file that a spreadsheet opens", place)]
    unpacked = sum(sizes)
    bomb = any(
        size > RATIO_FROM and size > MAX_RATIO * max(part.compress_size, 1)
        for size, part in zip(sizes, parts, strict=False)
    )
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS or bomb:
        found = f"{unpacked / 1e6:.0f} MB or more in {len(parts)} parts when unpacked"
        return [Problem("file-bomb", found, "a workbook of ordinary size", place)]
    return []


def check_workbook(data: bytes, *, file: str) -> list[Problem]:
    """Why a zip is not opened as a workbook: not one, too large when unpacked, with macros."""
    place = Place(file=file)
    if problems := check_packed(data, place=place):
        return problems
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = {part.filename.lower() for part in packed.infolist()}
    if any(name.endswith(("vbaproject.bin", ".xlm")) or "/macrosheets/" in name for name in names):
        expected = "a workbook without macros: save it as xlsx"
        return [Problem("file-has-macros", "a workbook with macros", expected, place)]
    if "xl/workbook.bin" in names:
        return [Problem("file-binary", "a binary workbook (xlsb)", "the same saved as xlsx", place)]
    if "xl/workbook.xml" not in names:
        found = "a document, not a workbook" if "[content_types].xml" in names else "a zip archive"
        return [Problem("file-not-a-table", found, "an xlsx workbook; unpack an archive first", place)]
    return []


def _unpacked_sizes(data: bytes, parts: list[zipfile.ZipInfo]) -> list[int] | None:
    """The real size of each part, unpacked piece by piece; what a zip says of itself may be untrue.

    Stops at the first part that goes beyond all bounds. None where a part cannot be unpacked.
    """
    sizes: list[int] = []
    for part in parts[: MAX_PARTS + 1]:
        head = data[part.header_offset : part.header_offset + 30]
        if len(head) < 30 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return None
        names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        start = part.header_offset + 30 + names
        packed = memoryview(data)[start : start + part.compress_size]
        size = len(packed) if part.compress_type == zipfile.ZIP_STORED else _inflated(packed)
        if size is None:
            return None
        sizes.append(size)
        if sum(sizes) > MAX_UNPACKED:
            break
    return sizes


def _inflated(packed: memoryview) -> int | None:
    """How many bytes a deflated part holds, counted to just beyond the bound at most."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    try:
        for start in range(0, len(packed), _PIECE):
            rest: Any = packed[start : start + _PIECE]
            while len(rest) and not inflater.eof:
                size += len(inflater.decompress(rest, 4 * _PIECE))
                rest = inflater.unconsumed_tail
                if size > MAX_UNPACKED:
                    return size
    except zlib.error:
        return None
    return size


def scan_workbook(data: bytes) -> dict[str, Scan]:
    """The scan of every sheet, by the sheet's name. Raises on damaged XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        percent = _percent_styles(book)
        sheets, origin = _sheet_parts(book)
        return {name: _scan_sheet(book, part, percent, origin) for name, part in sheets.items()}


def _percent_styles(book: zipfile.ZipFile) -> set[int]:
    """The cell styles that show a share as a percentage (0.85 as 85%)."""
    name = next((part for part in book.namelist() if part.lower() == "xl/styles.xml"), None)
    if name is None:
        return set()
    root = ElementTree.fromstring(book.read(name))
    ids = set(_PERCENT_IDS)
    for one in root.iter():
        if one.tag.endswith("}numFmt"):
            code = re.sub(r'"[^"]*"|\\.', "", one.get("formatCode", ""))
            if "%" in code:
                ids.add(int(one.get("numFmtId", "-1")))
    for ns in (_NS, _STRICT):
        styles = root.find(f"{ns}cellXfs")
        if styles is not None:
            return {place for place, xf in enumerate(styles) if int(xf.get("numFmtId", "0")) in ids}
    return set()


def _sheet_parts(book: zipfile.ZipFile) -> tuple[dict[str, str], date | None]:
    """Sheet name → part of the zip, and day 0 of the serial dates where it is not the usual one."""
    names = {part.lower(): part for part in book.namelist()}
    root = ElementTree.fromstring(book.read(names["xl/workbook.xml"]))
    rels = ElementTree.fromstring(book.read(names["xl/_rels/workbook.xml.rels"]))
    targets = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    sheets = {}
    for one in root.iter():
        if one.tag in (f"{_NS}sheet", f"{_STRICT}sheet"):
            target = targets.get(one.get(_REL) or one.get(_STRICT_REL), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part.lower() in names:
                sheets[one.get("name", "")] = names[part.lower()]
    marks = [one.get("date1904", "") for one in root.iter() if one.tag.endswith("}workbookPr")]
    return sheets, date(1904, 1, 1) if any(mark in ("1", "true") for mark in marks) else None


def _scan_sheet(book: zipfile.ZipFile, part: str, percent: set[int], origin: date | None) -> Scan:
    scan = Scan(origin=origin)
    columns: set[bytes] = set()
    last_row, stop = 0, b"row>"
    styled = _styled(percent)
    rest = b""
    with book.open(part) as stream:
        while piece := stream.read(_PIECE):
            piece = rest + piece
            cut = piece.rfind(stop) + len(stop) if stop in piece else 0
            if not cut and len(piece) < 16 * _PIECE:
                rest = piece
                continue
            piece, rest = (piece[:cut], piece[cut:]) if cut else (piece, b"")
            last_row = max(last_row, _note_piece(piece, scan, columns, styled))
        last_row = max(last_row, _note_piece(rest, scan, columns, styled))
    width = max((number_of_letters(letters) + 1 for letters in columns), default=0)
    if last_row * width > MAX_CELLS:
        scan.too_large = f"a sheet of {last_row} rows × {width} columns"
    return scan


def _styled(percent: set[int]) -> re.Pattern[bytes] | None:
    if not percent:
        return None
    ids = "|".join(map(str, sorted(percent)))
    return re.compile(
        rf'<(?:\w{{1,9}}:)?c (?=[^>]{{0,99}}?\bs="(?:{ids})")[^>]{{0,99}}?\br="([A-Z]+)(\d+)"'.encode()
    )


def _note_piece(piece: bytes, scan: Scan, columns: set[bytes], styled: re.Pattern[bytes] | None) -> int:
    """Notes one piece of whole rows; gives the last row number in it."""
    columns.update(_COLUMN.findall(piece))
    if styled is not None:
        for letters, row in styled.findall(piece):
            scan.percent[number_of_letters(letters)].add(int(row) - 1)
    if b"<f" in piece or b":f>" in piece or b't="e"' in piece:
        for cell in _CELL_START.split(piece)[1:]:
            marks, _, inside = cell.partition(b">")
            if not marks.endswith(b"/"):
                _note_cell(marks, inside, scan)
    return max(map(int, _ROW.findall(piece)), default=0)


def _note_cell(marks: bytes, inside: bytes, scan: Scan) -> None:
    """Notes a formula without a stored value, or an error value."""
    value = _VALUE.search(inside)
    is_error = b't="e"' in marks
    no_value = (value is None or not value[1]) and b't="str"' not in marks and b"f" in inside[:6]
    place = _PLACE.search(marks)
    if place and (is_error or no_value):
        found = value[1].decode("utf-8", "replace") if is_error and value else "formula"
        scan.gaps[(int(place[2]) - 1, number_of_letters(place[1]))] = found


def number_of_letters(letters: bytes) -> int:
    """The column of its letters, counted from 0.

    >>> number_of_letters(b"AB")
    27
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
