"""The text layer of a PDF (pdf): pages one after the other, each with its mark."""

from __future__ import annotations

from dataclasses import dataclass

from yiben.kernel.problems import Place, Problem, Refused
from yiben.readers.documents import Mark

_MOST_PAGES = 3000
_MOST_PIECES = 20_000
_LONGEST_CELL = 24


def pdf_text(data: bytes, *, name: str) -> tuple[str, tuple[Mark, ...]]:
    """The text of every page and where each page begins; raises Refused."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise _refused("pdf-encrypted", "an encrypted PDF", "a PDF without a password", name) from None
        raise _refused(
            "pdf-broken", "a damaged PDF", "a PDF that opens in a reader; save it again", name
        ) from None
    try:
        return _pages(document, name)
    finally:
        document.close()


def _pages(document, name: str) -> tuple[str, tuple[Mark, ...]]:  # type: ignore[no-untyped-def]
    import pypdfium2

    if len(document) > _MOST_PAGES:
        raise _refused("pdf-large", f"{len(document)} pages", f"at most {_MOST_PAGES}", name)
    pieces, marks, at = [], [], 0
    for number in range(len(document)):
        try:
            text = _said(document[number].get_textpage())
        except pypdfium2.PdfiumError:
            text = ""
        marks.append(Mark(at, f"page {number + 1}"))
        pieces.append(text)
        at += len(text) + 1
    said = "\n".join(pieces)
    if len(said.strip()) < 8 * max(1, len(document) // 4):
        raise _refused(
            "pdf-scan",
            f"{len(document)} pages without a text layer",
            "a PDF with text; run text recognition (OCR) first",
            name,
        )
    return said, tuple(marks)


def _said(page) -> str:  # type: ignore[no-untyped-def]
    """The text of a page; where it holds a table, its rows with bars between the cells."""
    lines = [[cell.said.strip() for cell in row.cells] for row in _rows(page)]
    rows = [len(line) > 1 and all(len(cell) <= _LONGEST_CELL for cell in line) for line in lines]
    table = [
        own and (up or down) for up, own, down in zip([False, *rows], rows, [*rows[1:], False], strict=False)
    ]
    if not any(table):
        text: str = page.get_text_range()
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(
        " | ".join(line) + " |" if ruled else " ".join(line) for line, ruled in zip(lines, table, strict=True)
    )


@dataclass(slots=True)
class _Cell:
    """Pieces of text that stand close together, and how far they reach."""

    left: float
    right: float
    said: str


@dataclass(slots=True)
class _Row:
    """Cells side by side; a cell may hold several lines."""

    bottom: float
    top: float
    cells: list[_Cell]


def _rows(page) -> list[_Row]:  # type: ignore[no-untyped-def]
    """The lines of a page; pieces are of one cell unless half a character fits between them."""
    rows: list[_Row] = []
    tall = 0.0
    for index in range(min(page.count_rects(), _MOST_PIECES)):
        left, bottom, right, top = page.get_rect(index)
        said = page.get_text_bounded(left, bottom, right, top).replace("\r", "").replace("\n", "")
        high = top - bottom
        row = rows[-1] if rows else None
        if row is None or min(top, row.top) - max(bottom, row.bottom) < high / 10:
            rows.append(_Row(bottom, top, [_Cell(left, right, said)]))
        else:
            gap = max(high, tall) / 2
            near = next(
                (cell for cell in row.cells if left < cell.right + gap and right > cell.left - gap), None
            )
            if near is None:
                row.cells.append(_Cell(left, right, said))
            else:
                near.left, near.right = min(near.left, left), max(near.right, right)
                near.said += said
            row.bottom, row.top = min(row.bottom, bottom), max(row.top, top)
        tall = high
    return rows


def _refused(code: str, found: str, expected: str, name: str) -> Refused:
    return Refused([Problem(code, found, expected, Place(file=name))])
