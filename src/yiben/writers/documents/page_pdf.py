"""A paper typeset as PDF (版式文件): free faces for official names, and no missing glyph passes.

The moment that the file carries is handed in through the paper, so equal papers, faces and
typesetter give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import typst

from yiben.writers.documents.codes import code_svg
from yiben.writers.documents.glyphs import characters_of
from yiben.writers.documents.laid_out import Grid, Item, Line, Piece, Proof, Rule, lay_out
from yiben.writers.documents.model import Paper
from yiben.writers.documents.official import Font, official

ATTACHMENT = "yiben-document.json"


class CannotTypeset(ValueError):
    """No PDF was made; says what was found and what to do."""


class NoFont(CannotTypeset):
    """None of the faces for a role is installed on this machine."""


class MissingGlyphs(CannotTypeset):
    """A character of the paper is in none of the faces at hand."""


@dataclass(frozen=True, slots=True)
class Face:
    """An installed face (字体文件): its family, weight and file."""

    family: str
    weight: int
    path: Path
    index: int


@lru_cache(maxsize=1)
def installed_faces() -> tuple[Face, ...]:
    """Every upright face that the typesetter finds on this machine."""
    found = typst.Fonts(include_embedded_fonts=False).fonts()
    faces = (
        Face(one.family, one.weight, Path(one.path), one.index)
        for one in found
        if one.style == "normal" and one.path
    )
    return tuple(sorted(faces, key=lambda face: (face.family, face.weight, str(face.path), face.index)))


def families_for(font: Font, faces: Iterable[Face]) -> list[str]:
    """The installed families for a role, best first; raises NoFont."""
    known = {face.family for face in faces}
    found = [name for name in font.families if name in known]
    if not found:
        wanted = " / ".join(font.families)
        raise NoFont(f"found none of the faces {wanted}; install one (such as the package fonts-noto-cjk)")
    return found


def write_pdf(paper: Paper, *, faces: Collection[Face] | None = None) -> bytes:
    """The typeset file; raises NoFont, MissingGlyphs, CannotTypeset."""
    faces = installed_faces() if faces is None else faces
    items = lay_out(paper)
    styles = _styles(faces)
    check_glyphs(items, styles, faces)
    document, basis = paper.document, paper.document.basis
    at = paper.issue.approved_at or paper.issue.published_at or (basis.at if basis else None)
    assert at is not None, "a paper carries the moment at which it was made"
    page = official().page
    layout = {
        "title": document.title,
        "author": document.signer,
        "page": asdict(page) | {"pitch": page.pitch, "character": page.character},
        "styles": styles,
        "unbroken": page.unbroken_rows,
        "items": [_item(item) for item in items],
    }
    files = {
        "main.typ": (resources.files("yiben.writers.documents") / "official.typ").read_bytes(),
        "layout.json": json.dumps(layout, ensure_ascii=False).encode(),
        "envelope.json": paper.envelope(),
    }
    return _typeset(files, at)


def _typeset(files: Mapping[str, bytes], at: datetime) -> bytes:
    try:
        # The stub knows no mapping of several files, the function does.
        pdf, warnings = typst.compile_with_warnings(
            dict(files),  # type: ignore[call-overload]
            format="pdf",
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        raise CannotTypeset(f"the typesetter said: {error}") from error
    if warnings:
        raise CannotTypeset("the typesetter warned: " + "; ".join(str(one) for one in warnings))
    assert isinstance(pdf, bytes), "one document gives one file"
    return pdf


def _styles(faces: Collection[Face]) -> dict[str, dict[str, Any]]:
    fonts = {role: (families_for(font, faces), font.bold) for role, font in official().fonts.items()}
    return {
        key: asdict(style)
        | {"families": fonts[style.font][0], "weight": "bold" if fonts[style.font][1] else "regular"}
        for key, style in official().styles.items()
    }


def check_glyphs(
    items: Iterable[Item], styles: Mapping[str, Mapping[str, Any]], faces: Collection[Face]
) -> None:
    """Raise MissingGlyphs where a text holds a character that none of its style's faces can draw."""
    said: dict[str, set[str]] = {"page": set("— 0123456789")}
    for item in items:
        for style, text in _texts(item):
            said.setdefault(style, set()).update(text)
    missing: dict[str, str] = {}
    for style, letters in said.items():
        drawn = _drawn_by(tuple(styles[style]["families"]), tuple(faces))
        for letter in sorted(letters):
            if ord(letter) not in drawn:
                missing.setdefault(letter, str(styles[style]["families"]))
    if missing:
        told = ", ".join(f"{one!r} (U+{ord(one):04X}) in {where}" for one, where in sorted(missing.items()))
        raise MissingGlyphs(
            f"found characters that no face at hand can draw: {told}; install a face that has them"
        )


@lru_cache(maxsize=32)
def _drawn_by(families: tuple[str, ...], faces: tuple[Face, ...]) -> frozenset[int]:
    chosen = [face for face in faces if face.family in families]
    return frozenset().union(*(characters_of(face.path, face.index) for face in chosen))


def _texts(item: Item) -> Iterable[tuple[str, str]]:
    match item:
        case Line(style, _):
            yield style, item.text
        case Grid(columns, rows):
            yield from (("cellhead", one.text) for one in columns)
            yield from (("cell", piece.text) for row in rows for piece in row)
        case Proof(lines, _):
            yield from ((line.style, line.text) for line in lines)
        case Rule():
            return


def _item(item: Item) -> dict[str, Any]:
    match item:
        case Line(style, pieces):
            return {"is": "line", "style": style, "pieces": _pieces(pieces)}
        case Rule(red, points):
            return {"is": "rule", "red": red, "points": points}
        case Grid(columns, rows, anchors, size):
            return {
                "is": "grid",
                "columns": [asdict(one) for one in columns],
                "rows": [_pieces(row) for row in rows],
                "anchors": list(anchors),
                "size": size,
            }
        case Proof(lines, code):
            return {"is": "proof", "lines": [_item(line) for line in lines], "code": code_svg(code)}


def _pieces(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    return [asdict(piece) for piece in pieces]
