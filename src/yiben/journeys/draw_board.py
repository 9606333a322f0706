"""League tables (榜单): drawn from the book, published once, reproduced for ever, corrected in the open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from yiben.boards.drawing import draw
from yiben.boards.drawn import DrawnBoard
from yiben.boards.frozen import FrozenBoard, Reproduction, erratum, freeze, reproduce, thaw
from yiben.cases.robots import Notice
from yiben.cases.webhooks import tell_webhooks
from yiben.journeys.assess_scene import assess_scene, colours_by_subject
from yiben.kernel.periods import Period
from yiben.ledger.attachments import load, store
from yiben.ledger.frames import frames, moment_head
from yiben.ledger.marks import Mark, marks
from yiben.ledger.packs import installed
from yiben.ledger.record import Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.boards import Board, board_of
from yiben.scenes.model import Pack


@dataclass(frozen=True, slots=True)
class Published:
    """A published board and the transaction that holds it (已发布榜单)."""

    frozen: FrozenBoard
    transaction: int
    seen: int


class NotPublished(LookupError):
    """No board of that name was published for that period."""


def draw_board(
    pack: Pack,
    name: str,
    *,
    period: Period | None = None,
    as_of: datetime | None = None,
    up_to: int | None = None,
) -> DrawnBoard:
    """The board as the book of a moment gives it; nothing is stored. Raises Refused."""
    board = board_of(pack, name)
    number = moment_head(as_of) if up_to is None else up_to
    return draw(
        board, frames(pack, up_to=number), period=period, findings=_findings(pack, board, period, number)
    )


def _findings(pack: Pack, board: Board, period: Period | None, number: int) -> pa.Table | None:
    """The colours that the board reads, by month of its period; None where it reads none."""
    if period is None or not pack.rules or "colour" not in _names(board):
        return None
    return colours_by_subject(assess_scene(pack, list(period.each_month()), up_to=number, hindsight=True))


def _names(board: Board) -> frozenset[str]:
    return board.names_read()


def publish_board(
    pack: Pack,
    name: str,
    *,
    period: Period | None,
    by: Person,
    at: datetime,
    reason: str = "",
    way: str = "page",
) -> Published:
    """Freeze a board and keep it in the ledger; a second time is an erratum and needs its reason.

    Raises Refused, boards.frozen.NothingToCorrect.
    """
    by.require(Action.PUBLISH)
    seen = head()
    drawn = draw_board(pack, name, period=period, up_to=seen)
    before = published_boards(pack, name=name, period=period)
    frozen = (
        erratum(before[0].frozen, drawn, at=at, by=by.username, reason=reason)
        if before
        else freeze(drawn, at=at, by=by.username)
    )
    file = store(frozen.payload, name=f"{pack.name}-{name}-{drawn.period or 'all'}.json", by=by, at=at)
    slot = f"{name}@{drawn.period}"
    facts: dict[str, Any] = {"payload": file.digest, "seen": seen, "reason": reason, "digest": drawn.digest}
    recorded = record(
        [Statement(f"board:{name}", facts, "board", slot)],
        pack=pack,
        by=by,
        at=at,
        way=way,
        why=reason,
        seen=seen,
        action=Action.PUBLISH,
    )
    told = {"scene": pack.name, "board": name, "period": drawn.period, "digest": drawn.digest}
    label, title = board_of(pack, name).label.zh, pack.title.zh
    tell_webhooks(Notice.of_publication("board", name=f"{label} {drawn.period}", title=title, facts=told))
    return Published(frozen, recorded.transaction, seen)


def published_boards(pack: Pack, *, name: str | None = None, period: Period | None = None) -> list[Published]:
    """The published boards of a scene, newest first; only what stands now, errata included."""
    slot = f"{name}@{period or ''}" if name is not None and period is not None else None
    found = [
        _published(mark)
        for mark in marks(pack.name, kind="board", subject=f"board:{name}" if name else None, slot=slot)
    ]
    return sorted(found, key=lambda one: -one.transaction)


def _published(mark: Mark) -> Published:
    return Published(thaw(load(mark.facts["payload"])), mark.transaction, mark.facts["seen"])


def reproduce_board(scene: str, published: Published) -> Reproduction:
    """A published board drawn again from the book and pack of its day: the same, or where not."""
    old = published.frozen.board
    pack = installed(scene, version=old.version)
    period = Period.of(old.period) if old.period else None
    found = _findings(pack, board_of(pack, old.board), period, published.seen)
    return reproduce(published.frozen, frames(pack, up_to=published.seen), findings=found)


def reproduce_all(scene: str) -> Iterator[tuple[Published, Reproduction]]:
    """Every published board of a scene, drawn again."""
    for one in published_boards(installed(scene)):
        yield one, reproduce_board(scene, one)
