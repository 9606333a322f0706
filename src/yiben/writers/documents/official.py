"""The layout of official documents (公文格式) as declared in `official.yaml`: page, faces, styles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Font:
    """A typeface by its role (字体): the names that offices have, then free ones, best first.

    `family` is its kind (roman, swiss, modern), by which programs choose where all names fail;
    `latin` is the face of digits and Latin letters in word processors.
    """

    names: tuple[str, ...]
    free: tuple[str, ...]
    family: str
    latin: str
    bold: bool

    @property
    def families(self) -> tuple[str, ...]:
        """Every name by which the face may be found."""
        return self.names + self.free


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of line is set (样式); sizes and distances in points, indents in characters.

    `line` of 0 is the page's own pitch; `outline` of 0 is no heading.
    """

    key: str
    name: str
    font: str
    size: float
    align: str
    line: float = 0
    indent: int = 0
    left: int = 0
    right: int = 0
    before: float = 0
    after: float = 0
    outline: int = 0
    red: bool = False
    keep: bool = False
    page_break: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The paper and its type area (版心), in millimetres."""

    width_mm: float
    height_mm: float
    top_mm: float
    bottom_mm: float
    left_mm: float
    right_mm: float
    lines: int
    characters: int
    unbroken_rows: int
    number_below_mm: float
    red: str

    @property
    def text_width(self) -> float:
        """The width of the type area in points."""
        return (self.width_mm - self.left_mm - self.right_mm) * POINTS_PER_MM

    @property
    def text_height(self) -> float:
        """The height of the type area in points."""
        return (self.height_mm - self.top_mm - self.bottom_mm) * POINTS_PER_MM

    @property
    def pitch(self) -> float:
        """From one line to the next, in points."""
        return self.text_height / self.lines

    @property
    def character(self) -> float:
        """The width of one character's place, in points."""
        return self.text_width / self.characters


@dataclass(frozen=True, slots=True)
class Official:
    """The whole declared layout (公文格式)."""

    source: str
    page: Page
    fonts: Mapping[str, Font]
    styles: Mapping[str, Style]


@cache
def official() -> Official:
    """The declared layout, read once."""
    text = (resources.files("yiben.writers.documents") / "official.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.safe_load(text)
    fonts = {
        role: Font(tuple(one["names"]), tuple(one["free"]), one["family"], one["latin"], one["bold"])
        for role, one in raw["fonts"].items()
    }
    styles = {key: Style(key, **one) for key, one in raw["styles"].items()}
    return Official(raw["source"], Page(**raw["page"]), fonts, styles)
