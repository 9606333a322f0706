"""Published boards: frozen bytes, the same drawn again, errata row by row."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from yiben.boards.drawing import draw
from yiben.boards.drawn import DrawnBoard
from yiben.boards.frozen import CellChange, NothingToCorrect, erratum, freeze, reproduce, thaw
from yiben.boards.tables import frames_from_rows
from yiben.kernel.problems import Refused
from yiben.scenes.boards import board_of
from yiben.scenes.frames import Frames
from yiben.scenes.model import Pack

Build = Callable[[str], Pack]
AT = datetime(2025, 8, 5, 9, 0, tzinfo=UTC)
TOWNS = """
towns:
  label: {zh: 乡镇榜, en: Towns}
  group: [town]
  columns: {total: {value: sum(cost)}, rank: {rank: {by: [-total]}}}
"""


def frames(pack: Pack, **totals: int) -> Frames:
    return frames_from_rows(
        pack, [{"code": town, "town": town, "cost": cost} for town, cost in totals.items()]
    )


def drawn(pack: Pack, **totals: int) -> DrawnBoard:
    return draw(board_of(pack, "towns"), frames(pack, **totals))


def test_what_is_frozen_thaws_to_the_same_bytes(pack_with: Build) -> None:
    published = freeze(drawn(pack_with(TOWNS), east=5, west=7), at=AT, by="li")
    again = thaw(published.payload)
    assert again == published
    assert again.digest == published.digest
    assert again.board.canonical() == published.board.canonical()


def test_every_change_of_a_byte_changes_the_digest_or_is_refused(pack_with: Build) -> None:
    published = freeze(drawn(pack_with(TOWNS), east=5), at=AT, by="li")
    for place in range(0, len(published.payload), 7):
        other = bytearray(published.payload)
        other[place] ^= 1
        try:
            assert thaw(bytes(other)).digest != published.digest
        except Refused as refused:
            assert refused.problems[0].code == "board-payload"


def test_a_published_board_is_drawn_again_from_the_frames_of_its_day(pack_with: Build) -> None:
    pack = pack_with(TOWNS)
    published = freeze(drawn(pack, east=5, west=7), at=AT, by="li")
    same = reproduce(published, frames(pack, west=7, east=5))
    assert same.same and not same.changes and not same.inputs_changed
    other = reproduce(published, frames(pack, west=7, east=6))
    assert not other.same and other.inputs_changed and not other.declaration_changed
    renamed = pack_with(TOWNS.replace("Towns", "Townships"))
    assert reproduce(published, frames(renamed, east=5, west=7)).declaration_changed


def test_an_erratum_names_the_old_board_and_tells_each_row(pack_with: Build) -> None:
    pack = pack_with(TOWNS)
    published = freeze(drawn(pack, a=9, b=8, c=7, d=6), at=AT, by="li")
    corrected = erratum(published, drawn(pack, a=9, c=10, d=6, e=1), at=AT, by="wang", reason="c filed late")
    assert corrected.correction is not None
    assert corrected.correction.corrects == published.digest
    changes = {change.key[0]: change for change in corrected.correction.changes}
    assert {key: change.kind for key, change in changes.items()} == {
        "c": "changed",
        "a": "changed",
        "d": "changed",
        "e": "added",
        "b": "removed",
    }
    assert changes["c"].cells == (
        CellChange("total", Decimal("7.00"), Decimal("10.00")),
        CellChange("rank", 3, 1),
    )
    assert (changes["c"].place_before, changes["c"].place_after) == (3, 1)
    assert changes["b"].place_after is None and changes["e"].place_before is None
    assert thaw(corrected.payload) == corrected
    # The old board stays what it was.
    assert thaw(published.payload).correction is None


def test_an_erratum_without_a_change_or_of_another_board_is_refused(pack_with: Build) -> None:
    pack = pack_with(TOWNS)
    published = freeze(drawn(pack, a=1), at=AT, by="li")
    with pytest.raises(NothingToCorrect):
        erratum(published, drawn(pack, a=1), at=AT, by="li", reason="none")
    other = dataclasses.replace(drawn(pack, a=2), board="units")
    with pytest.raises(Refused, match="expected works/towns"):
        erratum(published, other, at=AT, by="li", reason="wrong table")


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"[1]", b"\xff", b'{"board":{},"at":"x","by":"","correction":null}']
)
def test_bytes_that_are_no_board_are_refused(payload: bytes) -> None:
    with pytest.raises(Refused):
        thaw(payload)
