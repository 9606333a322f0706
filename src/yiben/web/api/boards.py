"""Boards (榜单): listed, drawn, published once, corrected by erratum, reproduced."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from yiben.journeys.draw_board import publish_board, published_boards, reproduce_board
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.people.roles import Action
from yiben.scenes.boards import Board
from yiben.scenes.model import Pack
from yiben.web.api import shapes
from yiben.web.api.interface import REFUSALS, api, label, moment, period_of
from yiben.web.doors import needs, person
from yiben.web.scenes_here import pack_named
from yiben.web.views.boards import boards_of, drawn_for, may_see_drafts, period_asked


@api.get("/scenes/{scene}/boards", response={200: list[shapes.BoardOut], **REFUSALS})
@needs(Action.READ)
def boards(request: HttpRequest, scene: str) -> Any:
    """The boards of a scene."""
    pack = pack_named(scene)
    published: dict[str, list[str]] = {}
    for one in published_boards(pack):
        published.setdefault(one.frozen.board.board, []).append(one.frozen.board.period)
    return [
        {"name": name, "label": label(one.label), "every": one.every, "published": published.get(name, [])}
        for name, one in boards_of(pack).items()
    ]


def _declared(scene: str, name: str) -> tuple[Pack, Board]:
    pack = pack_named(scene)
    declared = boards_of(pack).get(name)
    if declared is None:
        raise Http404(f"no board is called {name!r}")
    return pack, declared


def _period(pack: Pack, declared: Board, text: str) -> Period | None:
    """The board's period that is named; one of another length is refused and not guessed at."""
    asked = period_of(text)
    period = period_asked(declared, text, pack)
    if asked is not None and asked != period:
        raise Refused([Problem("bad-period", text[:40], f"a {declared.every or 'board without period'}")])
    return period


@api.get("/scenes/{scene}/boards/{name}", response={200: dict[str, Any], **REFUSALS})
@needs(Action.READ)
def board(request: HttpRequest, scene: str, name: str, period: str = "", as_of: str = "") -> Any:
    """One board with its method, rows and digests: as published, else as it would be drawn."""
    pack, declared = _declared(scene, name)
    _period(pack, declared, period)
    standing, drawn = drawn_for(pack, declared, period, moment(as_of), person(request))
    if drawn is None:
        raise Http404("this board is not published for that period")
    return drawn.as_dict() | {
        "digest": drawn.digest,
        "published_by": standing.frozen.by if standing else None,
    }


@api.post("/scenes/{scene}/boards/{name}/publish", response={200: shapes.PublishedOut, **REFUSALS})
@needs(Action.PUBLISH)
def board_publish(request: HttpRequest, scene: str, name: str, sent: shapes.PublishIn) -> Any:
    """Publish the board as it is now; a second time is an erratum and needs its reason."""
    pack, declared = _declared(scene, name)
    period = _period(pack, declared, sent.period)
    if _standing(pack, name, period) and not sent.reason.strip():
        place = Place(field="reason")
        raise Refused([Problem("reason-missing", "no reason", "why the board is corrected", place)])
    at, reason = timezone.now(), sent.reason.strip()
    done = publish_board(pack, name, period=period, by=person(request), at=at, reason=reason, way="api")
    return {"transaction": done.transaction, "digest": done.frozen.board.digest, "period": str(period or "")}


def _standing(pack: Pack, name: str, period: Period | None) -> Any:
    wanted = str(period or "")
    found = published_boards(pack, name=name)
    return next((one for one in found if one.frozen.board.period == wanted), None)


@api.get("/scenes/{scene}/boards/{name}/reproduce", response={200: shapes.ReproducedOut, **REFUSALS})
@needs(Action.READ)
def board_reproduce(request: HttpRequest, scene: str, name: str, period: str = "") -> Any:
    """The published board drawn again from the book and pack of its day: the same, or where not."""
    pack, declared = _declared(scene, name)
    standing = _standing(pack, name, _period(pack, declared, period))
    if standing is None or not may_see_drafts(person(request), declared, pack):
        raise Http404("this board is not published for that period")
    again = reproduce_board(scene, standing)
    return {
        "same": again.same,
        "digest": standing.frozen.board.digest,
        "again": again.board.digest,
        "differences": [str(one) for one in again.changes],
    }
