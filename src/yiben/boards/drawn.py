"""A board as drawn (成榜): frozen rows under labelled columns, and bytes that equal inputs repeat."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from yiben.scenes.model import Label

# What a published table may hold; days are ISO text.
Cell = str | int | Decimal | bool | None
Kind = Literal["text", "number", "word"]
FORMAT = 1


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column of a drawn board (列): `words` are the labels of the words that it can say."""

    name: str
    label: Label
    kind: Kind = "text"
    unit: str = ""
    blank: str = ""
    words: tuple[tuple[str, Label], ...] = ()

    def text(self, cell: Cell, language: str = "zh") -> str:
        """A cell as it is printed in a language."""
        if cell is None:
            return self.blank
        if isinstance(cell, bool):
            chinese = language.startswith("zh")
            return ("是" if cell else "否") if chinese else ("yes" if cell else "no")
        label = dict(self.words).get(str(cell))
        return label.text(language) if label is not None else str(cell)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One row of a drawn board (榜单行): its key (the group, or the subject) and its cells."""

    key: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class DrawnBoard:
    """A league table as it was drawn (榜): rows, columns, method and what it was drawn from.

    `inputs` is the fingerprint of the subjects that were read and `declared` that of the board's
    declaration; the same two, period and pack version give the same bytes.
    """

    scene: str
    version: int
    board: str
    title: Label
    period: str
    columns: tuple[DrawnColumn, ...]
    rows: tuple[BoardRow, ...]
    method: tuple[Label, ...]
    notes: tuple[Label, ...]
    source: str
    subjects: int
    inputs: str
    declared: str

    def index(self, name: str) -> int:
        """Where the column called `name` stands; raises KeyError."""
        for index, column in enumerate(self.columns):
            if column.name == name:
                return index
        raise KeyError(f"the board {self.board} has no column {name!r}")

    def column(self, name: str) -> list[Cell]:
        """Every cell of one column, from the top."""
        index = self.index(name)
        return [row.cells[index] for row in self.rows]

    def records(self) -> Iterator[dict[str, Cell]]:
        """Each row as a mapping from column name to cell."""
        names = [column.name for column in self.columns]
        for row in self.rows:
            yield dict(zip(names, row.cells, strict=True))

    def texts(self, language: str = "zh") -> list[list[str]]:
        """The table as printed: headings first."""
        head = [column.label.text(language) for column in self.columns]
        body = [
            [column.text(cell, language) for column, cell in zip(self.columns, row.cells, strict=True)]
            for row in self.rows
        ]
        return [head, *body]

    def canonical(self) -> bytes:
        """The board as bytes: one board, one spelling (sorted keys, no spaces, UTF-8)."""
        return canonical_bytes(self.as_dict())

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical bytes, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """The board as plain values for JSON; decimals keep their digits as text."""
        return {
            "format": FORMAT,
            **{name: getattr(self, name) for name in _PLAIN},
            "title": _label(self.title),
            "method": [_label(one) for one in self.method],
            "notes": [_label(one) for one in self.notes],
            "columns": [_column(one) for one in self.columns],
            "rows": [
                {"key": list(row.key), "cells": [plain_cell(cell) for cell in row.cells]} for row in self.rows
            ],
        }

    @classmethod
    def of_dict(cls, raw: Mapping[str, Any]) -> DrawnBoard:
        """The board that `as_dict` spelled."""
        return cls(
            **{name: raw[name] for name in _PLAIN},
            title=Label(*raw["title"]),
            method=tuple(Label(*one) for one in raw["method"]),
            notes=tuple(Label(*one) for one in raw["notes"]),
            columns=tuple(_read_column(one) for one in raw["columns"]),
            rows=tuple(
                BoardRow(tuple(one["key"]), tuple(read_cell(cell) for cell in one["cells"]))
                for one in raw["rows"]
            ),
        )


_PLAIN = ("scene", "version", "board", "period", "source", "subjects", "inputs", "declared")


def canonical_bytes(value: Any) -> bytes:
    """JSON with one spelling: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _label(label: Label) -> list[str]:
    return [label.zh, label.en]


def _column(column: DrawnColumn) -> dict[str, Any]:
    return {
        **{name: getattr(column, name) for name in ("name", "kind", "unit", "blank")},
        "label": _label(column.label),
        "words": [[word, *_label(label)] for word, label in column.words],
    }


def _read_column(raw: Mapping[str, Any]) -> DrawnColumn:
    words = tuple((word, Label(zh, en)) for word, zh, en in raw["words"])
    return DrawnColumn(raw["name"], Label(*raw["label"]), raw["kind"], raw["unit"], raw["blank"], words)


def plain_cell(cell: Cell) -> Any:
    """A decimal becomes a one-item mapping, so that it never passes for a text."""
    return {"d": str(cell)} if isinstance(cell, Decimal) else cell


def read_cell(raw: Any) -> Cell:
    """The cell that `plain_cell` spelled."""
    if isinstance(raw, Mapping):
        return Decimal(raw["d"])
    cell: Cell = raw
    return cell
