"""Scenes and what their books say (场景与台账): subjects, history, findings, and stating facts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query
from ninja.errors import HttpError

from yiben.kernel.colours import Colour
from yiben.kernel.problems import Refused
from yiben.ledger.books import subject_book
from yiben.ledger.frames import moment_head
from yiben.ledger.history import history
from yiben.ledger.models import NodeVersion
from yiben.ledger.record import Statement, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Field, Pack
from yiben.scenes.values import fact_of
from yiben.web import subjects
from yiben.web.api import shapes
from yiben.web.api.interface import MOST_ROWS, REFUSALS, api, label, moment, period_of, recorded
from yiben.web.doors import needs, person
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
from yiben.web.scenes_here import all_packs, month_asked, pack_named


def _scene(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "version": pack.version,
        "title": label(pack.title),
        "key": pack.key,
        "display": pack.display,
        "has_rules": bool(pack.rules),
        "boards": list(pack.boards),
    }


def _field(one: Field) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type,
        "label": label(one.label),
        "unit": one.unit,
        "required": one.required,
        "every": one.every,
        "adds": one.adds,
        "choices": {name: label(text) for name, text in one.choices.items()},
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
        "nodes": {name: label(node.label) for name, node in pack.nodes.items()},
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
    number = moment_head(moment(as_of))
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
    asked = moment(as_of)
    held = subjects.subject_of(pack, key, person=who, as_of=asked)
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
        "known_at": moment_head(asked),
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
    held = subjects.subject_of(pack, key, person=who, as_of=moment(as_of))
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
    return recorded(done, preview=sent.preview)


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
    period_of(month)
    chosen = month_asked(month, scene=scene)
    result = judged(pack, month=chosen, as_of=moment(as_of))
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
