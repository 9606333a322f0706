"""Whether a file says what its paper says (文件核对): the embedded data against the visible text.

Works without a ledger: the envelope is taken out of the file, the paper in it is laid out again,
and every line that a reader sees must be one that the paper has, in its order.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from xml.etree.ElementTree import Element, ParseError

import pypdfium2
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from selectolax.lexbor import LexborHTMLParser

from yiben.kernel.problems import Place, Problem, Refused
from yiben.writers.documents.docx_parts import ENVELOPE_NAMESPACE
from yiben.writers.documents.laid_out import lay_out, visible_lines
from yiben.writers.documents.model import NotADocument, Paper, canonical_bytes, paper_of
from yiben.writers.documents.page_docx import write_docx
from yiben.writers.documents.page_html import write_html
from yiben.writers.documents.page_pdf import ATTACHMENT, CannotTypeset, write_pdf

MOST_BYTES, MOST_UNPACKED = 50_000_000, 200_000_000
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXT_TAGS = ", ".join(f".paper {tag}" for tag in ("h1", "h2", "h3", "p", "th", "td"))
# What damaged files make their readers raise.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, pypdfium2.PdfiumError),
    *(KeyError, ValueError, RuntimeError, OSError, EOFError),
)
PAGE_NUMBER = re.compile(r"—\d+—")


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A file that was read (读件): its kind, the paper embedded in it, and where it differs from that."""

    kind: str
    paper: Paper
    problems: tuple[Problem, ...]


def read_paper(data: bytes, *, name: str = "") -> ReadPaper:
    """The paper in a file, and the first place in which the file differs from it; raises Refused."""
    place = Place(file=name)
    if not data or len(data) > MOST_BYTES:
        raise Refused([Problem("document-size", f"{len(data)} bytes", f"1 to {MOST_BYTES} bytes", place)])
    kind = kind_of(data)
    try:
        envelope, shown = _READERS[kind](data)
        paper = paper_of(envelope)
    except NotADocument as error:
        problem = Problem("document-envelope", str(error), "a document written by Yiben", place)
        raise Refused([problem]) from error
    except UNREADABLE as error:
        found = f"{type(error).__name__}: {error}"
        problem = Problem("document-unreadable", found, "a whole docx, pdf or html file", place)
        raise Refused([problem]) from error
    return ReadPaper(kind, paper, tuple(_differences(kind, data, paper, shown, place)))


def kind_of(data: bytes) -> str:
    """docx, pdf or html, told by the first bytes."""
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    return "pdf" if data.startswith(b"%PDF-") else "html"


def _differences(kind: str, data: bytes, paper: Paper, shown: list[str], place: Place) -> Iterable[Problem]:
    if kind == "pdf":
        yield from _pdf_differences(data, paper, shown[0], place)
        return
    if data == {"docx": write_docx, "html": write_html}[kind](paper):
        return
    wanted = [text for line in visible_lines(lay_out(paper)) if (text := _plain(line))]
    found = [text for line in shown if (text := _plain(line))]
    for at, (here, there) in enumerate(zip_longest(found, wanted, fillvalue=""), start=1):
        if here != there:
            yield _differs(f"line {at}", here, there, place)
            return


def _pdf_differences(data: bytes, paper: Paper, shown: str, place: Place) -> Iterable[Problem]:
    """Equal to what is typeset here; or at least, on a machine with other faces, of the same text."""
    try:
        own = write_pdf(paper)
    except CannotTypeset:
        own = b""
    if data == own:
        return
    if own:
        wanted = _read_pdf(own)[1][0]
        if shown != wanted:
            at = next((at for at, (one, two) in enumerate(zip(shown, wanted, strict=False)) if one != two), 0)
            part = slice(max(0, at - 10), at + 20)
            yield _differs("text", shown[part], wanted[part], place)
        return
    start = 0
    for line in map(_plain, visible_lines(lay_out(paper))):
        at = shown.find(line, start)
        if at < 0:
            yield _differs("text", shown[start : start + 40], line, place)
            return
        start = at


def _differs(where: str, found: str, expected: str, place: Place) -> Problem:
    told = f"{where} {_short(found)!r}" if found else f"{where} missing"
    return Problem("document-text", told, repr(_short(expected)) if expected else "no further line", place)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _plain(text: str) -> str:
    """A text without any space: word processors and typesetters put theirs."""
    return "".join(text.split())


def _read_docx(data: bytes) -> tuple[bytes, list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if sum(one.file_size for one in package.infolist()) > MOST_UNPACKED:
            raise NotADocument(f"found a package of more than {MOST_UNPACKED} bytes unpacked")
        names = [name for name in package.namelist() if re.fullmatch(r"customXml/item\d+\.xml", name)]
        roots = [fromstring(package.read(name)) for name in sorted(names)]
        body = fromstring(package.read("word/document.xml"))
    found = [one for one in roots if one.tag == f"{{{ENVELOPE_NAMESPACE}}}paper"]
    if len(found) != 1:
        raise NotADocument(f"found {len(found)} embedded papers, expected one")
    return (found[0].text or "").encode(), list(_paragraphs(body))


def _paragraphs(body: Element) -> Iterator[str]:
    """Each paragraph's text, without the numbers of pages."""
    for paragraph in body.iter(f"{WORD}p"):
        yield "".join(one.text or "" for one in paragraph.iter(f"{WORD}t"))


def _read_html(data: bytes) -> tuple[bytes, list[str]]:
    page = LexborHTMLParser(data.decode("utf-8"))
    held = page.css_first("script#yiben-document")
    if held is None:
        raise NotADocument("found no embedded paper")
    lines = [node.text() for node in page.css(TEXT_TAGS)]
    return canonical_bytes(json.loads(held.text())), lines


def _read_pdf(data: bytes) -> tuple[bytes, list[str]]:
    file = pypdfium2.PdfDocument(data)
    try:
        held = [file.get_attachment(at) for at in range(file.count_attachments())]
        envelopes = [bytes(one.get_data()) for one in held if one.get_name() == ATTACHMENT]
        if len(envelopes) != 1:
            raise NotADocument(f"found {len(envelopes)} embedded papers, expected one")
        pages = [_plain(file[at].get_textpage().get_text_range()) for at in range(len(file))]
    finally:
        file.close()
    return envelopes[0], ["".join(PAGE_NUMBER.sub("", page) for page in pages)]


_READERS = {"docx": _read_docx, "html": _read_html, "pdf": _read_pdf}
