"""A paper as a word-processor file (docx): whole parts in one order, stored without compression.

The package is written part by part and not by a library with a template of its own, so that
nothing in it depends on a library's version, the clock or a compressor: equal papers, equal bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from yiben.writers.documents import docx_parts as parts
from yiben.writers.documents.codes import code_png
from yiben.writers.documents.docx_parts import run_properties, style_id, twips
from yiben.writers.documents.laid_out import Grid, Item, Line, Piece, Proof, Rule, lay_out
from yiben.writers.documents.model import Paper
from yiben.writers.documents.official import POINTS_PER_MM, official

EPOCH = (1980, 1, 1, 0, 0, 0)
EMU_PER_MM = 36_000
CODE_MM = 34
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def write_docx(paper: Paper) -> bytes:
    """The whole file; equal papers give equal bytes."""
    items = lay_out(paper)
    body = _Body()
    content = "".join(body.item(item) for item in items)
    code = next((item.code for item in items if isinstance(item, Proof)), "")
    document, basis = paper.document, paper.document.basis
    at = paper.issue.approved_at or paper.issue.published_at or (basis.at if basis else None)
    assert at is not None, "a paper carries the moment at which it was made"
    whole = (
        f"{parts.HEADER}<w:document {parts.WORD} {parts.RELATIONS} "
        f'xmlns:wp="{DRAWING}/wordprocessingDrawing" xmlns:a="{DRAWING}/main" xmlns:pic="{DRAWING}/picture">'
        f"<w:body>{content}{parts.section()}</w:body></w:document>"
    )
    return _package(
        {
            "[Content_Types].xml": parts.content_types(),
            "_rels/.rels": parts.relations(
                [
                    ("rId1", "officeDocument", "word/document.xml", False),
                    ("rId2", "core-properties", "docProps/core.xml", False),
                    ("rId3", "extended-properties", "docProps/app.xml", False),
                ]
            ),
            "docProps/core.xml": parts.core_properties(title=document.title, author=document.signer, at=at),
            "docProps/app.xml": parts.app_properties(),
            "word/document.xml": whole,
            "word/_rels/document.xml.rels": parts.relations(_links(body.addresses)),
            "word/styles.xml": parts.styles(),
            "word/settings.xml": parts.settings(),
            "word/fontTable.xml": parts.font_table(),
            "word/footer1.xml": parts.footer(even=False),
            "word/footer2.xml": parts.footer(even=True),
            "word/media/code.png": code_png(code),
            parts.ENVELOPE_PART: parts.envelope_item(paper.envelope()),
            "customXml/itemProps1.xml": parts.envelope_properties(),
            "customXml/_rels/item1.xml.rels": parts.relations(
                [("rId1", "customXmlProps", "itemProps1.xml", False)]
            ),
        }
    )


def _links(addresses: Sequence[str]) -> list[tuple[str, str, str, bool]]:
    return [
        ("rId1", "styles", "styles.xml", False),
        ("rId2", "settings", "settings.xml", False),
        ("rId3", "fontTable", "fontTable.xml", False),
        ("rId4", "footer", "footer1.xml", False),
        ("rId5", "footer", "footer2.xml", False),
        ("rId6", "image", "media/code.png", False),
        ("rId7", "customXml", "../customXml/item1.xml", False),
        *(("rId" + str(8 + at), "hyperlink", one, True) for at, one in enumerate(addresses)),
    ]


def _package(files: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=EPOCH)
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content)
    return stream.getvalue()


class _Body:
    """Writes items as WordprocessingML and remembers which addresses they point to."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.bookmarks = 0

    def item(self, item: Item) -> str:
        """One part of the paper."""
        match item:
            case Line(style, pieces):
                return self._paragraph(style, pieces)
            case Rule(red, points):
                return _rule(red=red, points=points)
            case Grid():
                return self._grid(item)
            case Proof(lines, _):
                return self._proof(lines)

    def _paragraph(self, style: str, pieces: Sequence[Piece], *, extra: str = "", size: float = 0) -> str:
        runs = "".join(self._piece(style, piece, size) for piece in pieces)
        return f'<w:p><w:pPr><w:pStyle w:val="{style_id(style)}"/>{extra}</w:pPr>{runs}</w:p>'

    def _piece(self, style: str, piece: Piece, size: float) -> str:
        declared = official().styles[style]
        size = 0 if size == declared.size else size
        own = (
            f"<w:rPr>{run_properties(declared, size=size, bold=piece.strong)}</w:rPr>"
            if size or piece.strong
            else ""
        )
        run = f'<w:r>{own}<w:t xml:space="preserve">{_xml_text(piece.text)}</w:t></w:r>'
        if not piece.target:
            return run
        if piece.target.startswith("#"):
            return f'<w:hyperlink w:anchor="{piece.target[1:]}" w:history="1">{run}</w:hyperlink>'
        self.addresses.append(piece.target)
        return f'<w:hyperlink r:id="rId{7 + len(self.addresses)}" w:history="1">{run}</w:hyperlink>'

    def _grid(self, grid: Grid) -> str:
        page = official().page
        total = twips(page.text_width)
        widths = [round(one.share * total) for one in grid.columns]
        keep = "<w:keepNext/>" if len(grid.rows) <= page.unbroken_rows else ""
        heads = "".join(
            _cell(self._paragraph("cellhead", (Piece(one.text),), extra=keep, size=grid.size), width)
            for one, width in zip(grid.columns, widths, strict=True)
        )
        last = len(grid.rows) - 1
        rows = "".join(
            self._row(grid, at, row, widths, keep=keep if at < last else "")
            for at, row in enumerate(grid.rows)
        )
        return (
            f"{_table_head(widths)}<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>{rows}</w:tbl>"
            f'<w:p><w:pPr><w:pStyle w:val="{style_id("note")}"/></w:pPr></w:p>'
        )

    def _row(self, grid: Grid, at: int, row: Sequence[Piece], widths: Sequence[int], *, keep: str) -> str:
        cells = []
        for number, (column, piece, width) in enumerate(zip(grid.columns, row, widths, strict=True)):
            align = f'{keep}<w:jc w:val="{column.align}"/>'
            paragraph = self._paragraph("cell", (piece,), extra=align, size=grid.size)
            if grid.anchors and number == 0:
                paragraph = self._bookmarked(paragraph, grid.anchors[at])
            cells.append(_cell(paragraph, width))
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"

    def _bookmarked(self, paragraph: str, anchor: str) -> str:
        self.bookmarks += 1
        head, _, rest = paragraph.partition("</w:pPr>")
        start = f'<w:bookmarkStart w:id="{self.bookmarks}" w:name="{anchor}"/>'
        inner = rest.removesuffix("</w:p>")
        return f'{head}</w:pPr>{start}{inner}<w:bookmarkEnd w:id="{self.bookmarks}"/></w:p>'

    def _proof(self, lines: Sequence[Line]) -> str:
        total = twips(official().page.text_width)
        picture = twips((CODE_MM + 6) * POINTS_PER_MM)
        widths = [total - picture, picture]
        told = "".join(self._paragraph(line.style, line.pieces) for line in lines)
        free = '<w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="center"/>'
        code = (
            f'<w:p><w:pPr><w:pStyle w:val="{style_id("cell")}"/>{free}</w:pPr><w:r>{_picture()}</w:r></w:p>'
        )
        return f"{_table_head(widths)}<w:tr>{_cell(told, widths[0])}{_cell(code, widths[1])}</w:tr></w:tbl>"


def _xml_text(text: str) -> str:
    """Text for XML; what XML cannot hold at all is shown as a replacement character."""
    clean = "".join(one if one >= " " and one not in "\ufffe\uffff" else "\ufffd" for one in text)
    return escape(clean)


def _table_head(widths: Sequence[int]) -> str:
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="45" w:type="dxa"/><w:right w:w="45" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
    )


def _cell(content: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{content}</w:tc>'


def _rule(*, red: bool, points: float) -> str:
    colour = official().page.red if red else "000000"
    border = f'<w:pBdr><w:bottom w:val="single" w:sz="{round(points * 8)}" w:space="1" w:color="{colour}"/></w:pBdr>'
    spacing = (
        '<w:snapToGrid w:val="0"/><w:spacing w:before="40" w:after="40" w:line="60" w:lineRule="exact"/>'
    )
    return f"<w:p><w:pPr>{border}{spacing}</w:pPr></w:p>"


def _picture() -> str:
    """The QR code's picture, in the text."""
    size = f'cx="{CODE_MM * EMU_PER_MM}" cy="{CODE_MM * EMU_PER_MM}"'
    return (
        f'<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        '<wp:docPr id="1" name="QR" descr="QR"/><a:graphic>'
        f'<a:graphicData uri="{DRAWING}/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="QR"/>'
        '<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId6"/><a:stretch><a:fillRect/>'
        f'</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )
