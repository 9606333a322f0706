"""Boards (榜单): drawn for a period, shown with their method, published once, checked for ever."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiben.boards.drawn import DrawnBoard
from yiben.boards.frozen import NothingToCorrect
from yiben.journeys.draw_board import Published, draw_board, publish_board, published_boards, reproduce_board
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused
from yiben.ledger.frames import moment_head
from yiben.ledger.models import Transaction
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.boards import Board, read_boards
from yiben.scenes.model import Pack
from yiben.web.doors import needs, person
from yiben.web.problems import all_told
from yiben.web.readable import method_text
from yiben.web.scenes_here import moment_asked, month_asked, pack_named, period_named
from yiben.web.shown import number_text, unit_names
from yiben.web.words import label_of, language, say

LENGTHS = {"month": 1, "quarter": 3, "year": 12}
CHOICES = {"month": 15, "quarter": 8, "year": 4}
KEPT = 48
_drawn: OrderedDict[tuple[Any, ...], DrawnBoard] = OrderedDict()


def boards_of(pack: Pack) -> dict[str, Board]:
    """The boards that a pack declares."""
    return read_boards(pack)[0]


def may_see_drafts(person: Person, board: Board, pack: Pack) -> bool:
    """Whether an unpublished board may be shown: it holds every unit's figures."""
    if person.reach(Action.READ) is not None:
        return False
    secret = {one.name for one in pack.every_field() if one.secret}
    return person.sees_secrets or not secret & set(board.names_read())


def period_asked(board: Board, text: str, pack: Pack) -> Period | None:
    """The board's period that the address names, else the one that holds the month at hand."""
    if not board.every:
        return None
    length = LENGTHS[board.every]
    asked = period_named(text)
    if asked is not None and asked.months == length:
        return asked
    month = month_asked("", scene=pack.name)
    start = (month.first.month - 1) // length * length + 1
    return Period(month.first.replace(month=start), length)


@needs(Action.READ)
@require_safe
def boards(request: HttpRequest, scene: str) -> HttpResponse:
    """Every board of a scene, with what was published last."""
    pack = pack_named(scene)
    published = published_boards(pack)
    rows = []
    for name, board in boards_of(pack).items():
        mine = [one for one in published if one.frozen.board.board == name]
        rows.append({"name": name, "board": board, "label": label_of(board.label), "published": mine[:6]})
    return render(request, "boards.html", {"pack": pack, "boards": rows})


@needs(Action.READ)
@require_safe
def board(request: HttpRequest, scene: str, name: str) -> HttpResponse:
    """One board for a period: as published, or as it would be drawn now or was at a moment."""
    pack = pack_named(scene)
    declared = boards_of(pack).get(name)
    if declared is None:
        raise Http404(f"no board is called {name!r}")
    period = period_asked(declared, request.GET.get("period", ""), pack)
    published = [
        one for one in published_boards(pack, name=name) if one.frozen.board.period == str(period or "")
    ]
    as_of = moment_asked(request.GET.get("as_of", ""))
    who = person(request)
    drafts = may_see_drafts(who, declared, pack)
    standing = published[0] if published and not as_of and not request.GET.get("draft") else None
    view: dict[str, Any] = {
        "pack": pack,
        "board": declared,
        "label": label_of(declared.label),
        "period": period,
        "periods": _choices(declared, period),
        "as_of": as_of,
        "standing": standing,
        "published": published,
        "drafts": drafts,
        "may_publish": who.may(Action.PUBLISH) and drafts and not as_of,
    }
    if standing is None and drafts:
        number = moment_head(as_of)
        try:
            view |= _table(pack, declared, _draw(pack, name, period, number)) | {"number": number}
        except Refused as error:
            view["problems"] = all_told(error.problems, pack=pack)
    elif standing is not None:
        view |= _table(pack, declared, standing.frozen.board) | {"number": standing.seen}
        if request.GET.get("check") and drafts:
            view["check"] = reproduce_board(pack.name, standing)
    return render(request, "board.html", view)


def _choices(declared: Board, period: Period | None) -> list[Period]:
    if period is None:
        return []
    return [period.shift(-back) for back in range(-1, CHOICES[declared.every])]


def _draw(pack: Pack, name: str, period: Period | None, number: int) -> DrawnBoard:
    """The board as of a transaction; drawn once and kept, for the same input gives the same board."""
    newest = (
        Transaction.objects.filter(scene=pack.name, id__lte=number)
        .order_by("-id")
        .values_list("id", flat=True)
    )
    known = newest.first() or 0
    key = (str(connection.settings_dict["NAME"]), pack.name, pack.version, name, str(period), known)
    if key not in _drawn:
        _drawn[key] = draw_board(pack, name, period=period, up_to=known)
        while len(_drawn) > KEPT:
            _drawn.popitem(last=False)
    return _drawn[key]


def _table(pack: Pack, declared: Board, drawn: DrawnBoard) -> dict[str, Any]:
    """The drawn board's cells as printed, its first column leading to the rows behind it."""
    heads = [
        {"label": label_of(one.label), "unit": one.unit, "style": "num" if one.kind == "number" else ""}
        for one in drawn.columns
    ]
    body = []
    units = unit_names()
    held = {name for name, one in pack.fields.items() if one.type == "unit"}
    for row in drawn.rows:
        cells = []
        for one, cell in zip(drawn.columns, row.cells, strict=True):
            text = (
                units.get(str(cell), str(cell)) if one.name in held and cell else one.text(cell, language())
            )
            if one.kind == "number" and cell is not None and not one.words:
                text = number_text(text) if text.replace("-", "").replace(".", "").isdigit() else text
            cells.append(
                {"text": text, "style": "num" if one.kind == "number" else "", "label": label_of(one.label)}
            )
        body.append({"href": _behind(pack, declared, row.key), "cells": cells})
    return {
        "drawn": drawn,
        "heads": heads,
        "rows": body,
        "method": [method_text(one, pack=pack, names=names_of(declared)) for one in drawn.method],
        "notes": [label_of(one) for one in drawn.notes],
    }


def drawn_for(
    pack: Pack, declared: Board, period: str, as_of: datetime | None, who: Person
) -> tuple[Published | None, DrawnBoard | None]:
    """What a program may read of a board: the published one, else a draft for those who may see it."""
    chosen = period_asked(declared, period, pack)
    published = _published(pack, declared.name, chosen)
    if published and as_of is None:
        return published[0], published[0].frozen.board
    if not may_see_drafts(who, declared, pack):
        return None, None
    return None, _draw(pack, declared.name, chosen, moment_head(as_of))


def names_of(declared: Board) -> dict[str, str]:
    """What a board's own columns are called."""
    names = {name: label_of(one.label) for name, one in declared.columns.items()}
    return {name: label_of(one) for name, one in declared.each_labels.items()} | names


def _behind(pack: Pack, declared: Board, key: tuple[str, ...]) -> str:
    """The page behind a row: the subject, or the list of the group's subjects."""
    if not declared.group:
        return reverse("subject", args=[pack.name, key[0]]) if key and key[0] else ""
    parts = []
    for name, value in zip(declared.group, key, strict=False):
        one = pack.fields.get(name)
        if one is None:
            return ""
        operator = "is" if one.type in ("choice", "unit", "boolean") or not one.is_number else "min"
        parts.append(f"f.{name}.{operator}={value}")
    return f"{reverse('list', args=[pack.name])}?{'&'.join(parts)}"


@needs(Action.PUBLISH)
@require_POST
def publish(request: HttpRequest, scene: str, name: str) -> HttpResponse:
    """Publish the board as it is now; a second time is an erratum and needs its reason."""
    pack = pack_named(scene)
    declared = boards_of(pack).get(name)
    if declared is None:
        raise Http404(f"no board is called {name!r}")
    period = period_asked(declared, request.POST.get("period", ""), pack)
    reason = request.POST.get("reason", "").strip()[:500]
    address = reverse("board", args=[scene, name]) + (f"?period={period}" if period else "")
    if _published(pack, name, period) and not reason:
        messages.error(request, say("更正已发布的榜单须写明原因。"))
        return redirect(address)
    try:
        done = publish_board(pack, name, period=period, by=person(request), at=timezone.now(), reason=reason)
        messages.success(request, say("已发布，记为第 {n} 笔。", n=done.transaction))
    except NothingToCorrect:
        messages.warning(request, say("与已发布的榜单相同，没有可更正的内容。"))
    except Refused as error:
        for one in all_told(error.problems, pack=pack):
            messages.error(request, f"{one.where}:{one.found};{one.expected}")
    return redirect(address)


def _published(pack: Pack, name: str, period: Period | None) -> list[Published]:
    return [one for one in published_boards(pack, name=name) if one.frozen.board.period == str(period or "")]
