"""A paper as one HTML file (网页版): its own style sheet, no script, no outside address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import count

from yiben.writers.documents.codes import code_svg
from yiben.writers.documents.laid_out import Grid, Item, Line, Piece, Proof, Rule, lay_out
from yiben.writers.documents.model import Paper
from yiben.writers.documents.official import Style, official

ENVELOPE_OPENS = '<script type="application/json" id="yiben-document">'
ENVELOPE_CLOSES = "</script>"
TAGS = {"title": "h1", "h1": "h2", "annex": "h2", "h2": "h3", "caption": "h3"}


def write_html(paper: Paper) -> bytes:
    """The whole file; equal papers give equal bytes."""
    envelope = paper.envelope().decode().replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(paper.document.title)}</title><style>{style_sheet()}</style></head>\n"
        f'<body><main class="paper">\n{body_html(lay_out(paper))}</main>\n'
        f"{ENVELOPE_OPENS}{envelope}{ENVELOPE_CLOSES}</body></html>\n"
    ).encode()


def body_html(items: Sequence[Item]) -> str:
    """The parts of a paper as HTML elements, for a page that brings its own style."""
    tables = count(1)
    return "".join(f"{_item(item, next(tables) if isinstance(item, Grid) else 0)}\n" for item in items)


def _item(item: Item, number: int = 0) -> str:
    match item:
        case Line(style, pieces):
            tag = TAGS.get(style, "p")
            return f'<{tag} class="y-{style}">{_pieces(pieces)}</{tag}>'
        case Rule(red, _):
            return f'<hr class="{"y-red" if red else "y-rule"}">'
        case Grid():
            return _grid(item, number)
        case Proof(lines, code):
            told = "".join(_item(line) for line in lines)
            return (
                f'<div class="y-proof-box"><div>{told}</div><div class="y-code">{code_svg(code)}</div></div>'
            )


def _pieces(pieces: Sequence[Piece]) -> str:
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: Piece) -> str:
    text = escape(piece.text)
    text = f"<strong>{text}</strong>" if piece.strong else text
    return f'<a href="{escape(piece.target)}">{text}</a>' if piece.target else text


def _grid(grid: Grid, number: int) -> str:
    heads = "".join(f'<th scope="col">{escape(one.text)}</th>' for one in grid.columns)
    rows = "".join(_row(grid, at, row) for at, row in enumerate(grid.rows))
    return (
        f'<div class="y-sheet" tabindex="0" role="region" aria-label="表格{number}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(grid: Grid, at: int, row: Sequence[Piece]) -> str:
    anchor = f' id="{grid.anchors[at]}"' if grid.anchors else ""
    cells = zip(grid.columns, row, strict=True)
    return (
        f"<tr{anchor}>"
        + "".join(f'<td class="{one.align}">{_piece(piece)}</td>' for one, piece in cells)
        + "</tr>"
    )


def style_sheet() -> str:
    """The layout of official documents as CSS, for screens and for paper."""
    return "".join(_rules())


def _rules() -> Iterator[str]:
    page = official().page
    yield (
        f"@page{{size:A4;margin:{page.top_mm}mm {page.right_mm}mm {page.bottom_mm}mm {page.left_mm}mm}}"
        ".paper{max-width:156mm;margin:2rem auto;padding:1.5rem 1rem;color:#111;background:#fff}"
        ".paper a{color:inherit;text-decoration:none;border-bottom:1px dotted #888}"
        ".paper a:hover,.paper a:focus{background:#fff3c4}"
        f".paper hr{{border:0;border-top:1px solid #111;margin:4pt 0}}.paper hr.y-red{{border-top:1.5pt solid #{page.red}}}"
        ".y-sheet{overflow-x:auto}.paper table{border-collapse:collapse;width:100%;font-size:9pt;line-height:13pt}"
        f".paper table{{font-family:{_families('song')}}}.paper tr:target{{background:#fff3c4}}"
        ".paper th,.paper td{border:.5pt solid #111;padding:2pt 3pt;overflow-wrap:anywhere}"
        f".paper th{{font-weight:400;font-family:{_families('black')}}}"
        ".paper td.right{text-align:right;white-space:nowrap}.paper td.center{text-align:center}"
        ".y-proof-box{display:flex;gap:8pt;border:.5pt solid #111;padding:6pt;align-items:center}"
        ".y-proof-box>div:first-child{flex:1;min-width:0}.y-code svg{width:34mm;height:34mm}"
        ".y-hash{overflow-wrap:anywhere}"
        "@media print{.paper{max-width:none;margin:0;padding:0}.paper a{border:0}thead{display:table-header-group}}"
    )
    for style in official().styles.values():
        yield f".paper .y-{style.key}{{{_declarations(style)}}}"


def _declarations(style: Style) -> str:
    page, font = official().page, official().fonts[style.font]
    parts = [
        f"font:{'700' if font.bold else '400'} {style.size:g}pt/{style.line or page.pitch:.2f}pt {_families(style.font)}",
        f"text-align:{style.align}",
        f"margin:{style.before:g}pt {style.right}em {style.after:g}pt {style.left}em",
        f"text-indent:{style.indent}em" if style.indent else "",
        f"color:#{page.red}" if style.red else "",
    ]
    return ";".join(part for part in parts if part)


def _families(role: str) -> str:
    font = official().fonts[role]
    generic = {"mono": "monospace", "black": "sans-serif"}.get(role, "serif")
    return ",".join([*(f'"{name}"' for name in font.families), generic])
