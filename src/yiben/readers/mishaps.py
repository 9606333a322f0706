"""Made-up files in disorder (异常文件), for fuzzing: every kind of document, whole, cut and scrambled."""

from __future__ import annotations

import io
import random
import zipfile
from xml.sax.saxutils import escape

from yiben.readers.samples import broken_text, damaged_page

_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "utf-16", "utf-16-be", "latin-1")
_TAGS = (
    "<p>", "</p>", "<div class='a>b'>", "</div>", "<table><tr><td>", "</td><td>", "</td></tr></table>", "<br/>",
    "<!--", "-->", "<script>", "</script>", "<style>", "&nbsp;", "&#x41;", "&#9999999;", "&bad", "<", ">", "<a href=\"",
    "<![CDATA[", "]]>", "<td", "</", "<title>", "</title>", "<svg>", "\x00", "\u2028",
)  # fmt: skip
_PARTS = ("w:p", "w:r", "w:t", "w:tbl", "w:tr", "w:tc", "w:tab", "w:sdt", "w:body")


def broken_file(seed: int) -> tuple[bytes, str]:
    """A short file and its name; the same for the same `seed`."""
    chance = random.Random(seed)
    text = broken_text(seed)
    if chance.random() < 0.3:
        text = damaged_page(text, seed=seed, traditional=chance.random() < 0.7)
    kind = chance.choice(("txt", "txt", "md", "html", "docx", "pdf", "any"))
    if kind == "html":
        data = _encoded(_page(text, chance), chance)
    elif kind == "docx":
        data = _docx(text, chance)
    elif kind == "pdf":
        data = _pdf(text, chance)
    elif kind == "any":
        data = chance.choice((b"", b"PK\x03\x04", b"%PDF-1.7\n", b"<html>", b"\xff\xfe", b"\x89PNG"))
        data += chance.randbytes(chance.randint(0, 300))
    else:
        data = _encoded(text, chance)
    if chance.random() < 0.3:
        data = _scrambled(data, chance)
    return data, f"{seed}.{kind if kind != 'any' else chance.choice(('txt', 'docx', 'pdf', 'html'))}"


def _encoded(text: str, chance: random.Random) -> bytes:
    return text.encode(chance.choice(_ENCODINGS), "replace")


def _page(text: str, chance: random.Random) -> str:
    pieces = [chance.choice(("<html>", "<!DOCTYPE html>", ""))]
    for place in range(0, len(text), 9):
        pieces += [chance.choice(_TAGS), text[place : place + 9]]
    return "".join(pieces)


def _docx(text: str, chance: random.Random) -> bytes:
    lines = []
    for line in text.split("\n"):
        opened = chance.choices(_PARTS, k=chance.randint(0, 4))
        inner = f"<w:r><w:t>{escape(line)}</w:t></w:r>"
        if chance.random() < 0.9:
            inner += "".join(f"</{name}>" for name in reversed(opened))
        lines.append("".join(f"<{name}>" for name in opened) + inner)
    body = "<w:body>" + "".join(f"<w:p>{line}</w:p>" for line in lines) + "</w:body>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = f'<w:document xmlns:w="{space}">{body}</w:document>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml.encode("utf-8", "replace"))
        archive.writestr("[Content_Types].xml", "<Types/>")
    return data.getvalue()


def _pdf(text: str, chance: random.Random) -> bytes:
    said = "".join(char for char in text if " " <= char <= "~" and char not in "()\\")
    stream = f"BT /F1 {chance.choice((0, 9, 12, 99999))} Tf 72 700 Td ({said}) Tj ET".encode()
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
        b"trailer<</Size 6/Root 1 0 R>>\n%%%%EOF" % (len(stream), stream)
    )


def _scrambled(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, taken out or doubled, or the end cut off."""
    held = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if not held:
            break
        place = chance.randrange(len(held))
        change = chance.random()
        if change < 0.4:
            held[place] = chance.randrange(256)
        elif change < 0.7:
            del held[place : place + chance.randint(1, 3)]
        elif change < 0.9:
            held[place:place] = held[place : place + 40]
        else:
            del held[place:]
    return bytes(held)
