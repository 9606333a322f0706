"""Published boards (冻结与更正): frozen bytes that can be drawn again, and errata instead of edits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from yiben.boards.drawing import draw
from yiben.boards.drawn import BoardRow, Cell, DrawnBoard, canonical_bytes, plain_cell, read_cell
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.scenes.boards import board_of
from yiben.scenes.frames import Frames


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that an erratum changes (更正项), old and new."""

    column: str
    before: Cell
    after: Cell


@dataclass(frozen=True, slots=True)
class RowChange:
    """What an erratum says of one row (行更正): added, removed, moved or changed cell by cell.

    Places count from 1; the place of a row that is not there is None.
    """

    key: tuple[str, ...]
    kind: Literal["added", "removed", "changed", "moved"]
    place_before: int | None
    place_after: int | None
    cells: tuple[CellChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a published board is replaced (更正说明), and which one."""

    corrects: str
    reason: str
    changes: tuple[RowChange, ...]


@dataclass(frozen=True, slots=True)
class FrozenBoard:
    """A board as published (冻结榜): its bytes never change, an erratum is another one.

    `payload` is all that is stored; `digest` is its SHA-256 and names it.
    """

    payload: bytes
    board: DrawnBoard
    at: datetime
    by: str
    correction: Correction | None = None

    @property
    def digest(self) -> str:
        """The name of the published board: the SHA-256 of its bytes, in hex."""
        return hashlib.sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A published board drawn again (复现): whether it is the same, and where it is not."""

    same: bool
    board: DrawnBoard
    changes: tuple[RowChange, ...]
    declaration_changed: bool
    inputs_changed: bool


class NothingToCorrect(ValueError):
    """An erratum was asked for, but the new board says the same as the published one."""


def freeze(board: DrawnBoard, *, at: datetime, by: str) -> FrozenBoard:
    """The board as published at a moment by an officer (冻结)."""
    return _sealed(board, at, by, None)


def erratum(published: FrozenBoard, board: DrawnBoard, *, at: datetime, by: str, reason: str) -> FrozenBoard:
    """A new published board that corrects another, row by row, with its reason (更正).

    Raises NothingToCorrect where the rows are equal, and Refused where the board is another one.
    """
    old = published.board
    if (old.scene, old.board, old.period) != (board.scene, board.board, board.period):
        found = f"{board.scene}/{board.board} {board.period}".strip()
        expected = f"{old.scene}/{old.board} {old.period}".strip()
        raise Refused([Problem("board-erratum", found, expected, Place(subject=board.board))])
    changes = differences(old, board)
    if not changes:
        raise NothingToCorrect(
            f"the board {board.board} of {board.period} says the same as {published.digest}"
        )
    return _sealed(board, at, by, Correction(published.digest, reason, changes))


def reproduce(published: FrozenBoard, frames: Frames, *, findings: pa.Table | None = None) -> Reproduction:
    """The published board drawn again from frames of its day and pack version (复现)."""
    old = published.board
    period = Period.of(old.period) if old.period else None
    board = draw(board_of(frames.pack, old.board), frames, period=period, findings=findings)
    return Reproduction(
        same=board.canonical() == old.canonical(),
        board=board,
        changes=differences(old, board),
        declaration_changed=board.declared != old.declared,
        inputs_changed=board.inputs != old.inputs,
    )


def thaw(payload: bytes) -> FrozenBoard:
    """The published board that some stored bytes are; raises Refused where they are none."""
    try:
        raw = json.loads(payload)
        correction = _read_correction(raw["correction"]) if raw["correction"] is not None else None
        at = datetime.fromisoformat(raw["at"])
        found = FrozenBoard(payload, DrawnBoard.of_dict(raw["board"]), at, raw["by"], correction)
    except (ValueError, KeyError, TypeError) as error:
        problem = Problem(
            "board-payload", str(error) or type(error).__name__, "the bytes of a published board"
        )
        raise Refused([problem]) from error
    if _sealed(found.board, found.at, found.by, correction).payload != payload:
        raise Refused([Problem("board-payload", "another spelling", "the bytes as they were published")])
    return found


def differences(old: DrawnBoard, new: DrawnBoard) -> tuple[RowChange, ...]:
    """What differs between two drawings of one board, row by row; in the order of the new one."""
    before, after = _by_key(old), _by_key(new)
    changes = []
    for key, (place, row) in after.items():
        if key not in before:
            changes.append(RowChange(key, "added", None, place, _cells(old, new, None, row)))
            continue
        old_place, old_row = before[key]
        cells = _cells(old, new, old_row, row)
        if cells:
            changes.append(RowChange(key, "changed", old_place, place, cells))
        elif place != old_place:
            changes.append(RowChange(key, "moved", old_place, place))
    for key, (place, row) in before.items():
        if key not in after:
            changes.append(RowChange(key, "removed", place, None, _cells(old, new, row, None)))
    return tuple(changes)


def _by_key(board: DrawnBoard) -> dict[tuple[str, ...], tuple[int, BoardRow]]:
    return {row.key: (place, row) for place, row in enumerate(board.rows, start=1)}


def _cells(
    old: DrawnBoard, new: DrawnBoard, before: BoardRow | None, after: BoardRow | None
) -> tuple[CellChange, ...]:
    left, right = _named(old, before), _named(new, after)
    names = [*right, *(name for name in left if name not in right)]
    pairs = ((name, left.get(name), right.get(name)) for name in names)
    return tuple(CellChange(name, one, other) for name, one, other in pairs if not _same(one, other))


def _named(board: DrawnBoard, row: BoardRow | None) -> dict[str, Cell]:
    if row is None:
        return {}
    return dict(zip((column.name for column in board.columns), row.cells, strict=True))


def _same(one: Cell, other: Cell) -> bool:
    # 1.0 and 1.00 are equal numbers but not the same print; True is no 1.
    return type(one) is type(other) and str(one) == str(other)


def _sealed(board: DrawnBoard, at: datetime, by: str, correction: Correction | None) -> FrozenBoard:
    assert at.tzinfo is not None, "the moment of publishing carries its time zone"
    raw = {
        "board": board.as_dict(),
        "at": at.isoformat(),
        "by": by,
        "correction": None if correction is None else _correction(correction),
    }
    return FrozenBoard(canonical_bytes(raw), board, at, by, correction)


def _correction(correction: Correction) -> dict[str, Any]:
    return {
        "corrects": correction.corrects,
        "reason": correction.reason,
        "changes": [
            {
                "key": list(one.key),
                "kind": one.kind,
                "places": [one.place_before, one.place_after],
                "cells": [
                    [cell.column, plain_cell(cell.before), plain_cell(cell.after)] for cell in one.cells
                ],
            }
            for one in correction.changes
        ],
    }


def _read_correction(raw: Mapping[str, Any]) -> Correction:
    changes = tuple(
        RowChange(
            tuple(one["key"]),
            one["kind"],
            one["places"][0],
            one["places"][1],
            tuple(CellChange(name, read_cell(old), read_cell(new)) for name, old, new in one["cells"]),
        )
        for one in raw["changes"]
    )
    return Correction(raw["corrects"], raw["reason"], changes)
