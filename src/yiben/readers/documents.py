"""A file's bytes as text (文档入口): txt, md, html, docx, pdf; refused with a reason where it cannot be."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from yiben.kernel.problems import Place, Problem, Refused
from yiben.readers.offsets import Mapped

# Far above any report; what is larger is an archive, a scan or a mistake.
MOST_BYTES = 40 * 1024 * 1024
MOST_CHARACTERS = 20_000_000
_MAGIC = (
    (
        b"\xd0\xcf\x11\xe0",
        "an encrypted document or an old .doc file",
        "a .docx without a password (另存为 docx)",
    ),
    (b"\x89PNG", "a picture", "a text document; run text recognition (OCR) first"),
    (b"\xff\xd8\xff", "a picture", "a text document; run text recognition (OCR) first"),
    (b"Rar!", "an archive", "the document inside it"),
    (b"7z\xbc\xaf", "an archive", "the document inside it"),
    (b"\x1f\x8b", "an archive", "the document inside it"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a paragraph or page of a docx or pdf begins in the text."""

    start: int
    label: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document: the source text that offsets lead into, and the text to read made from it."""

    name: str
    kind: str
    source: str
    text: Mapped
    marks: tuple[Mark, ...] = ()
    encoding: str = ""
    _starts: tuple[int, ...] = field(default=())

    def where(self, start: int) -> str:
        """The paragraph or page that holds the place `start` of the source; '' for plain text."""
        if not self.marks:
            return ""
        return self.marks[max(0, bisect_right(self._starts, start) - 1)].label


def open_document(data: bytes, *, name: str) -> Document:
    """Recognise and read a document; raises Refused with what was found and what to do."""
    if not data.strip():
        raise _refused("document-empty", "an empty file", "a report with text", name)
    if len(data) > MOST_BYTES:
        size = f"{len(data) // 1024 // 1024} MB"
        raise _refused(
            "document-large", size, f"at most {MOST_BYTES // 1024 // 1024} MB; split the file", name
        )
    for magic, found, expected in _MAGIC:
        if data.startswith(magic):
            raise _refused("document-kind", found, expected, name)
    if data.startswith(b"PK"):
        from yiben.readers.docx_text import docx_text

        return _marked(name, "docx", *docx_text(data, name=name))
    if data.lstrip()[:5] == b"%PDF-":
        from yiben.readers.pdf_text import pdf_text

        return _marked(name, "pdf", *pdf_text(data, name=name))
    source, encoding = decoded(data, name=name)
    if len(source) > MOST_CHARACTERS:
        raise _refused("document-large", f"{len(source)} characters", f"at most {MOST_CHARACTERS}", name)
    head = source[:2000].lstrip("\ufeff \r\n\t").lower()
    if name.lower().endswith((".html", ".htm")) or head.startswith(("<!doctype html", "<html", "<?xml")):
        from yiben.readers.html_text import html_text

        text = html_text(source)
        if not text.text.strip():
            raise _refused(
                "document-empty", "a page without text", "a page that holds the report itself", name
            )
        return Document(name, "html", source, text, encoding=encoding)
    if name.lower().endswith((".md", ".markdown")):
        return Document(name, "md", source, _markdown(source), encoding=encoding)
    return Document(name, "txt", source, Mapped(source), encoding=encoding)


def _marked(name: str, kind: str, source: str, marks: tuple[Mark, ...]) -> Document:
    return Document(name, kind, source, Mapped(source), marks, "", tuple(mark.start for mark in marks))


def _refused(code: str, found: str, expected: str, name: str) -> Refused:
    return Refused([Problem(code, found, expected, Place(file=name))])


def decoded(data: bytes, *, name: str) -> tuple[str, str]:
    """The text of `data` and its encoding; raises Refused for what is not text."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            return _checked(text, name), encoding
    try:
        return _checked(data.decode("utf-8"), name), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\x00" in data[:4096]:
        wide = "utf-16-le" if data[1:200:2].count(0) > data[0:200:2].count(0) else "utf-16-be"
        text = data.decode(wide, "replace")
        if _readable(text) > 0.9:
            return _checked(text, name), wide
        raise _refused("document-binary", "binary data", "a text, html, docx or pdf document", name)
    best = max(("gb18030", "big5hkscs", "utf-8"), key=lambda encoding: _likely(data, encoding))
    if _likely(data, best) < 0.5:
        raise _refused(
            "document-binary", "binary data or an unknown encoding", "text in UTF-8 or GB18030", name
        )
    return _checked(data.decode(best, "replace"), name), best


def _likely(data: bytes, encoding: str) -> float:
    """How much of the text in this encoding is what Chinese documents hold, minus what is broken."""
    text = data[:200_000].decode(encoding, "replace")
    if not text:
        return 0.0
    broken = text.count("\ufffd") / len(text)
    common = sum(map(text.count, "的一是在和有为大发工业经济年月全国县市政府項業經發為個來縣項，。、,"))
    return _readable(text) - 4 * broken + min(1.0, 8 * common / len(text))


def _readable(text: str) -> float:
    good = len(re.findall(r"[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef\x20-\x7e\r\n\t]", text[:200_000]))
    return good / max(1, len(text[:200_000]))


def _checked(text: str, name: str) -> str:
    control = len(re.findall(r"[\x00-\x08\x0b\x0e-\x1f]", text[:200_000]))
    if control > 0.01 * len(text[:200_000]) + 2:
        raise _refused("document-binary", "binary data", "a text, html, docx or pdf document", name)
    return text


def _markdown(source: str) -> Mapped:
    edits = [
        (found.start(), found.end(), "")
        for found in re.finditer(r"\*\*|__|^#{1,6}\s+|^>\s?|^\s*\|?\s*:?-{3,}.*$", source, re.MULTILINE)
    ]
    return Mapped.by_edits(source, edits) if edits else Mapped(source)
