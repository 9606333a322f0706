"""The text of a Word document (docx): paragraphs on lines, table rows with bars between cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from yiben.kernel.problems import Place, Problem, Refused
from yiben.readers.documents import Mark

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_XML = 64 * 1024 * 1024
_DEEPEST = 400


def docx_text(data: bytes, *, name: str) -> tuple[str, tuple[Mark, ...]]:
    """The document's text and where each paragraph begins; raises Refused."""
    xml = _body(data, name)
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(xml)
    except (ParseError, DefusedXmlException, RecursionError, ValueError) as error:
        raise _refused(
            "docx-broken", f"a damaged document ({type(error).__name__})", "a docx that Word opens", name
        ) from None
    pieces, marks, at = [], [], 0
    for number, line in enumerate(_lines(root), 1):
        marks.append(Mark(at, f"paragraph {number}"))
        pieces.append(line)
        at += len(line) + 1
    text = "\n".join(pieces)
    if not text.strip():
        raise _refused(
            "docx-empty", "a document without text", "text; pictures need text recognition (OCR) first", name
        )
    return text, tuple(marks)


def _body(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo("word/document.xml")
            if info.flag_bits & 1:
                raise _refused(
                    "docx-encrypted", "an encrypted document", "a document without a password", name
                )
            if info.file_size > _MOST_XML:
                raise _refused("docx-large", f"{info.file_size} bytes of text", f"at most {_MOST_XML}", name)
            with archive.open(info) as stream:
                body = stream.read(_MOST_XML + 1)
    except KeyError:
        raise _refused("docx-kind", "an archive that is no Word document", "a .docx document", name) from None
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        OSError,
        EOFError,
        RuntimeError,
        ValueError,
    ) as error:
        raise _refused(
            "docx-broken", f"a damaged docx ({error})", "a docx that Word opens; save it again", name
        ) from None
    except Exception as error:
        if type(error).__module__ != "zlib":
            raise
        raise _refused(
            "docx-broken", "damaged compressed data", "a docx that Word opens; save it again", name
        ) from None
    if len(body) > _MOST_XML:
        raise _refused("docx-large", "more text than declared", f"at most {_MOST_XML} bytes", name)
    return body


def _refused(code: str, found: str, expected: str, name: str) -> Refused:
    return Refused([Problem(code, found, expected, Place(file=name))])


def _lines(root: Any) -> Iterator[str]:
    """Paragraphs and table rows in reading order, walked without recursion."""
    body = root.find(f"{_W}body")
    stack = [iter(root if body is None else body)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == f"{_W}p":
            yield _said(child)
        elif child.tag == f"{_W}tr":
            yield (
                " | ".join(
                    " ".join(_said(p) for p in cell.iter(f"{_W}p")).strip()
                    for cell in child.findall(f"{_W}tc")
                )
                + " |"
            )
        elif len(stack) < _DEEPEST:
            stack.append(iter(child))


def _said(paragraph: Any) -> str:
    parts = []
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            parts.append(" ")
    return "".join(parts)
