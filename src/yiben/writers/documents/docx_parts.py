"""The fixed parts of a docx package (docx 部件): styles, fonts, settings, footers, relations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from yiben.writers.documents.official import POINTS_PER_MM, Font, Style, official

TWIPS = 20
BODY_HALF_POINTS = 32
HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = f'xmlns:w="{OFFICE.replace("officeDocument", "wordprocessingml")}/main"'
RELATIONS = f'xmlns:r="{OFFICE}/relationships"'
ENVELOPE_NAMESPACE = "urn:yiben:document:1"
ENVELOPE_PART = "customXml/item1.xml"
ITEM_ID = "{6C1B7A52-33D0-4E0A-9C58-59494245014A}"
TYPES = {
    "word/document.xml": "wordprocessingml.document.main",
    "word/styles.xml": "wordprocessingml.styles",
    "word/settings.xml": "wordprocessingml.settings",
    "word/fontTable.xml": "wordprocessingml.fontTable",
    "word/footer1.xml": "wordprocessingml.footer",
    "word/footer2.xml": "wordprocessingml.footer",
    "docProps/app.xml": "extended-properties",
    "customXml/itemProps1.xml": "customXmlProperties",
}


def twips(points: float) -> int:
    """Points as twentieths of a point."""
    return round(points * TWIPS)


def twips_below(points: float) -> int:
    """Points as twentieths of a point, never more: 22 lines must fit their page."""
    return math.floor(points * TWIPS)


def twips_of_mm(millimetres: float) -> int:
    """Millimetres as twentieths of a point."""
    return twips(millimetres * POINTS_PER_MM)


def content_types() -> str:
    """Which part is of which kind."""
    parts = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for name, kind in TYPES.items()
    )
    return (
        f'{HEADER}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        f'{parts}<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )


def relations(rows: Iterator[tuple[str, str, str, bool]] | list[tuple[str, str, str, bool]]) -> str:
    """A relations part: (id, kind, target, whether it is an address outside)."""
    told = "".join(
        f"<Relationship Id={quoteattr(id)} Type={quoteattr(_kind(kind))} Target={quoteattr(target)}"
        + (' TargetMode="External"/>' if outside else "/>")
        for id, kind, target, outside in rows
    )
    return f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


def _kind(kind: str) -> str:
    if kind == "core-properties":
        return f"{PACKAGE}/relationships/metadata/core-properties"
    return f"{OFFICE}/relationships/{kind}"


def core_properties(*, title: str, author: str, at: datetime) -> str:
    """Title, author and moment of the document."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    stamp = f'xsi:type="dcterms:W3CDTF">{moment}'
    return (
        f'{HEADER}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator>"
        f"<cp:lastModifiedBy>{escape(author)}</cp:lastModifiedBy>"
        f"<dcterms:created {stamp}</dcterms:created><dcterms:modified {stamp}</dcterms:modified>"
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )


def app_properties() -> str:
    """Which program wrote the file."""
    return f'{HEADER}<Properties xmlns="{OFFICE}/extended-properties"><Application>Yiben</Application></Properties>'


def settings() -> str:
    """Page numbers differ on odd and even pages; Chinese line-breaking rules; half-width punctuation stays."""
    return (
        f'{HEADER}<w:settings {WORD}><w:zoom w:percent="100"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def font_table() -> str:
    """Each face by its office name, with the free ones that may stand in for it."""
    told = []
    for font in official().fonts.values():
        others = ",".join(font.families[1:])
        told.append(
            f"<w:font w:name={quoteattr(font.names[0])}><w:altName w:val={quoteattr(others)}/>"
            f'<w:charset w:val="86"/><w:family w:val="{font.family}"/><w:pitch w:val="variable"/></w:font>'
        )
    return f"{HEADER}<w:fonts {WORD}>{''.join(told)}</w:fonts>"


def run_properties(style: Style, *, size: float = 0, bold: bool = False) -> str:
    """The face, size and colour of a style's letters."""
    font: Font = official().fonts[style.font]
    name, latin = quoteattr(font.names[0]), quoteattr(font.latin)
    half_points = round((size or style.size) * 2)
    return (
        f"<w:rFonts w:ascii={latin} w:hAnsi={latin} w:eastAsia={name} w:cs={latin}/>"
        + ("<w:b/>" if font.bold or bold else "")
        + (f'<w:color w:val="{official().page.red}"/>' if style.red else "")
        + (f'<w:spacing w:val="{_tightening()}"/>' if half_points == BODY_HALF_POINTS else "")
        + f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    )


def _tightening() -> int:
    """How much closer than their size letters of 三号 stand, so that 28 fill a line."""
    return math.floor((official().page.character - official().styles["body"].size) * TWIPS)


def styles() -> str:
    """Every declared style as a paragraph style, over plain defaults."""
    body = official().styles["body"]
    told = "".join(_style(style) for style in official().styles.values())
    return (
        f"{HEADER}<w:styles {WORD}><w:docDefaults><w:rPrDefault><w:rPr>{run_properties(body)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
        f"{told}</w:styles>"
    )


def style_id(key: str) -> str:
    """The id of a declared style in the file."""
    return f"Y{key}"


def _style(style: Style) -> str:
    page = official().page
    character = page.character
    indent = (
        f'<w:ind w:left="{twips(style.left * character)}" w:right="{twips(style.right * character)}"'
        f' w:rightChars="{style.right * 100}" w:firstLineChars="{style.indent * 100}"'
        f' w:firstLine="{twips(style.indent * character)}"/>'
    )
    align = {"justify": "both"}.get(style.align, style.align)
    paragraph = (
        ("<w:keepNext/>" if style.keep else "")
        + ("<w:pageBreakBefore/>" if style.page_break else "")
        + '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
        # Small lines do not wait for the grid of 22 lines.
        + ('<w:snapToGrid w:val="0"/>' if style.line else "")
        + f'<w:spacing w:before="{twips(style.before)}" w:after="{twips(style.after)}"'
        + f' w:line="{twips_below(style.line or page.pitch)}" w:lineRule="exact"/>'
        + f'{indent}<w:jc w:val="{align}"/>'
        + (f'<w:outlineLvl w:val="{style.outline - 1}"/>' if style.outline else "")
    )
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style_id(style.key)}">'
        f'<w:name w:val="{style.name}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run_properties(style)}</w:rPr></w:style>"
    )


def footer(*, even: bool) -> str:
    """The page number between dashes, on the outer side, one character in."""
    style = official().styles["page"]
    side, edge = ("left", "w:left") if even else ("right", "w:right")
    properties = f"<w:rPr>{run_properties(style)}</w:rPr>"

    def text(words: str) -> str:
        return f'<w:r>{properties}<w:t xml:space="preserve">{words}</w:t></w:r>'

    def field(kind: str) -> str:
        return f'<w:r>{properties}<w:fldChar w:fldCharType="{kind}"/></w:r>'

    number = (
        field("begin")
        + f'<w:r>{properties}<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        + field("separate")
        + text("1")
        + field("end")
    )
    indent = f'<w:ind {edge}="{twips(style.size)}"/>'
    return (
        f'{HEADER}<w:ftr {WORD}><w:p><w:pPr><w:pStyle w:val="{style_id("page")}"/>{indent}'
        f'<w:jc w:val="{side}"/></w:pPr>{text("— ")}{number}{text(" —")}</w:p></w:ftr>'
    )


def section() -> str:
    """The page, its margins, its grid of 22 lines, and its two footers."""
    page = official().page
    style = official().styles["page"]
    # From the paper's lower edge to the number's baseline box: the margin less 7 mm less the letters.
    below = twips_of_mm(page.bottom_mm - page.number_below_mm) - twips(style.size)
    return (
        "<w:sectPr>"
        '<w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>'
        f'<w:pgSz w:w="{twips_of_mm(page.width_mm)}" w:h="{twips_of_mm(page.height_mm)}"/>'
        f'<w:pgMar w:top="{twips_of_mm(page.top_mm)}" w:right="{twips_of_mm(page.right_mm)}"'
        f' w:bottom="{twips_of_mm(page.bottom_mm)}" w:left="{twips_of_mm(page.left_mm)}"'
        f' w:header="851" w:footer="{below}" w:gutter="0"/>'
        f'<w:docGrid w:type="lines" w:linePitch="{twips_below(page.pitch)}"/>'
        "</w:sectPr>"
    )


def envelope_item(envelope: bytes) -> str:
    """The envelope as a custom XML part, which word processors keep when they save."""
    text = escape(envelope.decode())
    return f'{HEADER}<paper xmlns="{ENVELOPE_NAMESPACE}">{text}</paper>'


def envelope_properties() -> str:
    """What names the custom part in the package."""
    return (
        f'{HEADER}<ds:datastoreItem ds:itemID="{ITEM_ID}" xmlns:ds="{OFFICE}/customXml">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{ENVELOPE_NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    )
