"""A figure while it is read (数据草稿), and what a paragraph hands on between sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from yiben.readers.measures import Reading
from yiben.readers.quantities import Quantity

# The text between two numbers of one list: only joins, and limits of the number before.
LIST = re.compile(r"^(?:力争|确保|争取|冲刺|左右|以上|以下|以内|上下|[\s、和与及,])*$")


@dataclass(frozen=True, slots=True)
class CellAt:
    """The cell of a table that a figure stands in: table, row and column by number, and their words."""

    table: int
    row: int
    column: int
    label: str
    head: str


@dataclass(slots=True)
class Draft:
    """A figure while it is read; offsets are those of the text that the lexer saw."""

    quantity: Quantity
    clause: str
    after: str
    reading: Reading
    subject: str = ""
    base: str = ""
    thing: str = ""
    named: str = ""
    place: str | None = None
    period: str | None = None
    status: str = "actual"
    compare: str | None = None
    scope: str | None = None
    leaves: bool = False
    follows: bool = False
    among: bool = False
    part: bool = False
    at: CellAt | None = None
    why: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Carried:
    """What a paragraph hands on from sentence to sentence."""

    period: str | None = None
    macro: str | None = None
    scope: str | None = None
    base: str = ""
    measure: str = ""
