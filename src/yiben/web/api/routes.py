"""The routes of the interface: each asks for its action, reads or records, and answers."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from ninja import NinjaAPI, Query
from ninja.errors import HttpError
from ninja.parser import Parser

from yiben.journeys.draw_board import published_boards
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.books import subject_book
from yiben.ledger.frames import moment_head
from yiben.ledger.history import history
from yiben.ledger.models import NodeVersion, Seal, Transaction
from yiben.ledger.record import Statement, record
from yiben.people.access import NotAllowed, Person
from yiben.people.roles import Action
from yiben.scenes.model import Field, Label, Pack
from yiben.scenes.values import fact_of
from yiben.web import subjects
from yiben.web.api import shapes
from yiben.web.doors import SIGNED_IN, needs, person
from yiben.web.filters import question_of, read_filters
from yiben.web.judged import judged
from yiben.web.rows import (
    PREFIX,
    Column,
    facts_of_rows,
    known_at,
    scope_of,
    visible_fields,
    visible_measures,
)
from yiben.web.scenes_here import all_packs, moment_asked, month_asked, pack_named, period_named
from yiben.web.views.boards import boards_of, drawn_for

MOST_ROWS = 500


class ExactParser(Parser):
    """Reads JSON without floats: 0.1 stays 0.1, and what is no number is no number."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain values, decimals exact."""
        try:
            return json.loads(request.body, parse_float=Decimal, parse_constant=_no_number)
        except RecursionError as error:
            raise ValueError("nesting too deep") from error


def _no_number(text: str) -> Any:
    raise ValueError(f"found {text}, expected a number")


api = NinjaAPI(
    title="Yiben 一本账",
    version="1",
    description="One ledger for a county's work. Send a token as `Authorization: Bearer …`.",
    docs_url=None,
    openapi_url="/openapi.json",
    parser=ExactParser(),
    urls_namespace="api",
)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    problems = [one.as_dict() for one in error.problems[:500]]
    return api.create_response(request, {"detail": "nothing was recorded", "problems": problems}, status=422)


@api.exception_handler(NotAllowed)
def _not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=403)


REFUSALS: dict[int, Any] = {401: shapes.Told, 403: shapes.Told, 404: shapes.Told, 422: Any}


def _moment(text: str) -> datetime | None:
    moment = moment_asked(text)
    if text.strip() and moment is None:
        expected = "a day or moment, such as 2026-07-31 or 2026-07-31T18:00:00+08:00"
        raise Refused([Problem("bad-moment", repr(text[:40]), expected)])
    return moment


def _period(text: str) -> Period | None:
    period = period_named(text)
    if text and period is None:
        raise Refused([Problem("bad-period", repr(text[:40]), "a period, such as 2026-07, 2026Q3 or 2026")])
    return period


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en or label.zh}


def _scene(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "version": pack.version,
        "title": _label(pack.title),
        "key": pack.key,
        "display": pack.display,
        "has_rules": bool(pack.rules),
        "boards": list(pack.boards),
    }


def _field(one: Field) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type,
        "label": _label(one.label),
        "unit": one.unit,
        "required": one.required,
        "every": one.every,
        "adds": one.adds,
        "choices": {name: _label(label) for name, label in one.choices.items()},
    }


@api.get("/scenes", response={200: list[shapes.SceneOut], **REFUSALS})
@needs(Action.READ)
def scenes(request: HttpRequest) -> Any:
    """Every installed scene."""
    return [_scene(pack) for pack in all_packs().values()]


@api.get("/scenes/{scene}", response={200: shapes.SceneDetail, **REFUSALS})
@needs(Action.READ)
def scene(request: HttpRequest, scene: str) -> Any:
    """A scene with its fields, measures, nodes, stages, lists and forms."""
    pack, who = pack_named(scene), person(request)
    return _scene(pack) | {
        "fields": [_field(one) for one in visible_fields(pack, who).values()],
        "measures": [_field(one) for one in visible_measures(pack, who).values()],
        "nodes": {name: _label(node.label) for name, node in pack.nodes.items()},
        "stages": [one.name for one in pack.stages],
        "lists": list(pack.lists),
        "forms": list(pack.forms),
    }


@api.get("/scenes/{scene}/subjects", response={200: shapes.SubjectsOut, **REFUSALS})
@needs(Action.READ)
def subjects_list(
    request: HttpRequest,
    scene: str,
    as_of: str = "",
    after: shapes.Text = "",
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """Subjects in the order of their keys; `f.<field>.<operator>=…` filters as on the list page."""
    pack, who = pack_named(scene), person(request)
    fields = visible_fields(pack, who)
    filters, problems = read_filters(request.GET, fields=fields)
    if problems:
        raise Refused(problems)
    number = moment_head(_moment(as_of))
    rows = known_at(subject_book(pack), number if as_of else None).filter(
        scope_of(pack, who), question_of(filters), subject__gt=after
    )
    columns = [Column(name, one) for name, one in fields.items()]
    found = facts_of_rows(rows.order_by("subject")[: limit + 1], pack=pack, columns=columns)
    shown = [{"subject": row.pop("subject"), "facts": row} for row in found[:limit]]
    further = shown[-1]["subject"] if len(found) > limit else None
    return {"scene": scene, "known_at": number, "rows": shown, "next": further}


@api.get("/scenes/{scene}/subject", response={200: shapes.SubjectDetail, **REFUSALS})
@needs(Action.READ)
def subject(request: HttpRequest, scene: str, key: shapes.Text, as_of: str = "") -> Any:
    """One subject with nodes and measures, as known at a moment."""
    pack, who = pack_named(scene), person(request)
    moment = _moment(as_of)
    held = subjects.subject_of(pack, key, person=who, as_of=moment)
    facts = {name: value for name, value in held.facts.items() if name != "subject"}
    nodes = known_at(NodeVersion, held.number).filter(scene=scene, subject=key)
    measures = visible_measures(pack, who)
    said: dict[str, dict[str, Any]] = {}
    for row in subjects.said_by_period(held):
        values = {name: fact_of(one, row[PREFIX + name]) for name, one in measures.items()}
        said[row["period"]] = {name: value for name, value in values.items() if value is not None}
    return {
        "scene": scene,
        "subject": key,
        "known_at": moment_head(moment),
        "is_withdrawn": held.is_withdrawn,
        "facts": facts,
        "nodes": [
            {
                "node": row.node,
                "planned_on": row.planned_on,
                "forecast_on": row.forecast_on,
                "actual_on": row.actual_on,
                "reason": row.reason,
            }
            for row in nodes
        ],
        "measures": said,
    }


@api.get("/scenes/{scene}/history", response={200: list[shapes.SaidOut], **REFUSALS})
@needs(Action.READ)
def subject_history(
    request: HttpRequest,
    scene: str,
    key: shapes.Text,
    name: shapes.Text = "",
    slot: shapes.Text = "",
    as_of: str = "",
) -> Any:
    """Who stated what about a subject, when and by which way, newest first."""
    pack, who = pack_named(scene), person(request)
    held = subjects.subject_of(pack, key, person=who, as_of=_moment(as_of))
    seen = visible_fields(pack, who).keys() | visible_measures(pack, who).keys()
    hidden = {one.name for one in pack.every_field()} - seen
    found = history(scene, key, name=name or None, slot=slot or None, up_to=held.number)
    return [one for one in found if one.name not in hidden]


@api.post("/scenes/{scene}/record", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.RECORD)
def record_statements(request: HttpRequest, scene: str, sent: shapes.RecordIn) -> Any:
    """State facts: all or nothing; the same twice records nothing; a clash is refused with both values."""
    statements = [Statement(one.subject, one.facts, one.kind, one.slot) for one in sent.statements]
    done = record(
        statements,
        pack=pack_named(scene),
        by=person(request),
        at=timezone.now(),
        way="api",
        why=sent.why,
        seen=sent.seen,
        preview=sent.preview,
    )
    return {name: getattr(done, name) for name in done.__dataclass_fields__} | {"preview": sent.preview}


@api.get("/scenes/{scene}/findings", response={200: shapes.FindingsOut, **REFUSALS})
@needs(Action.READ)
def findings(
    request: HttpRequest,
    scene: str,
    month: str = "",
    as_of: str = "",
    colour: shapes.Colours | None = None,
    after: shapes.Text = "",
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """The colours of a month with their reasons."""
    pack, who = pack_named(scene), person(request)
    _period(month)
    chosen = month_asked(month, scene=scene)
    result = judged(pack, month=chosen, as_of=_moment(as_of))
    if result is None:
        found = "no rules" if not pack.rules else "a large scene that is being judged now"
        raise HttpError(404, f"found {found}; try again later")
    mine = _within(pack, who)
    reasons = result.all_reasons()
    rows = sorted(
        subject
        for subject, one in result.colours().items()
        if subject > after and (mine is None or subject in mine) and (colour is None or one.word == colour)
    )
    shown = [
        {
            "subject": one,
            "colour": result.colours()[one].word,
            "rules": {name: rule.word for name, rule in result.rules_of(one).items() if rule != Colour.NONE},
            "reasons": [_reason(reason) for reason in reasons.get(one, [])],
        }
        for one in rows[:limit]
    ]
    return {
        "scene": scene,
        "month": str(chosen),
        "known_at": result.number,
        "scheme": result.findings.rules.scheme.name,
        "rows": shown,
        "next": rows[limit - 1] if len(rows) > limit else None,
    }


def _within(pack: Pack, who: Person) -> set[str] | None:
    """The subjects within a person's reach; None is all of them."""
    if who.reach(Action.READ) is None or not pack.unit_field:
        return None
    rows = known_at(subject_book(pack), None).filter(scope_of(pack, who))
    return set(rows.values_list("subject", flat=True))


def _reason(one: Any) -> dict[str, Any]:
    numbers = {
        name: str(value) if isinstance(value, Decimal) else value for name, value in one.numbers.items()
    }
    return {
        "rule": one.rule,
        "node": one.node,
        "colour": one.colour.word,
        "zh": one.zh,
        "en": one.en,
        "numbers": numbers,
    }


@api.get("/scenes/{scene}/boards", response={200: list[shapes.BoardOut], **REFUSALS})
@needs(Action.READ)
def boards(request: HttpRequest, scene: str) -> Any:
    """The boards of a scene."""
    pack = pack_named(scene)
    published: dict[str, list[str]] = {}
    for one in published_boards(pack):
        published.setdefault(one.frozen.board.board, []).append(one.frozen.board.period)
    return [
        {"name": name, "label": _label(one.label), "every": one.every, "published": published.get(name, [])}
        for name, one in boards_of(pack).items()
    ]


@api.get("/scenes/{scene}/boards/{name}", response={200: dict[str, Any], **REFUSALS})
@needs(Action.READ)
def board(request: HttpRequest, scene: str, name: str, period: str = "", as_of: str = "") -> Any:
    """One board with its method, rows and digests: as published, else as it would be drawn."""
    pack = pack_named(scene)
    declared = boards_of(pack).get(name)
    if declared is None:
        raise Http404(f"no board is called {name!r}")
    _period(period)
    standing, drawn = drawn_for(pack, declared, period, _moment(as_of), person(request))
    if drawn is None:
        raise Http404("this board is not published for that period")
    return drawn.as_dict() | {
        "digest": drawn.digest,
        "published_by": standing.frozen.by if standing else None,
    }


@api.get("/verify/head", response={200: shapes.HeadOut, **REFUSALS})
@needs(Action.READ)
def verify_head(request: HttpRequest) -> Any:
    """The newest end of the chain and the last seal: to be kept elsewhere and compared later."""
    newest = Transaction.objects.order_by("-id").first()
    seal = Seal.objects.order_by("-id").first()
    kept = ("month", "root", "digest", "transaction_count", "entry_count")
    return {
        "transaction": newest.id if newest else 0,
        "digest": newest.digest if newest else "",
        "recorded_at": newest.recorded_at if newest else None,
        "seal": {name: getattr(seal, name) for name in kept} if seal else None,
    }


def api_patterns() -> list[URLPattern]:
    """The interface's addresses, each view with the door of its one operation."""
    doors = {}
    for route, path_view in api.default_router.path_operations.items():
        (operation,) = path_view.operations
        doors[route.replace("{", "<").replace("}", ">").lstrip("/")] = getattr(
            operation.view_func, "door", None
        )
    patterns: list[URLPattern] = list(api.urls[0])
    for pattern in patterns:
        # What ninja adds by itself, the description of the interface, is for everybody who is known.
        pattern.callback.door = doors.get(str(pattern.pattern), SIGNED_IN)  # type: ignore[attr-defined]
    return patterns
