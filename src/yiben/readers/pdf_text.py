"""The text layer of a PDF (pdf): pages one after the other, each with its mark."""

from __future__ import annotations

from yiben.kernel.problems import Place, Problem, Refused
from yiben.readers.documents import Mark

_MOST_PAGES = 3000


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
            page = document[number]
            text = page.get_textpage().get_text_range().replace("\r\n", "\n").replace("\r", "\n")
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


def _refused(code: str, found: str, expected: str, name: str) -> Refused:
    return Refused([Problem(code, found, expected, Place(file=name))])
