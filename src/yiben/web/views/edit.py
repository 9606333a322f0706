"""Recording by hand (登记): a new subject, or changes to one; a clash shows both values and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from yiben.kernel.problems import Problem, Refused
from yiben.ledger.books import subject_book
from yiben.ledger.checks import NODE_FIELDS
from yiben.ledger.models import NodeVersion
from yiben.ledger.record import Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Field, Pack
from yiben.scenes.values import Fact
from yiben.web import subjects
from yiben.web.doors import needs, person
from yiben.web.forms import control, read_form, text_of
from yiben.web.problems import all_told
from yiben.web.rows import Column, facts_of_rows, known_at, visible_fields
from yiben.web.scenes_here import pack_named
from yiben.web.shown import fact_text, unit_names
from yiben.web.subjects import GROUPS
from yiben.web.words import label_of, say

FIELD, NODE = "field.", "node."


@needs(Action.RECORD)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, scene: str) -> HttpResponse:
    """A new subject."""
    pack, who = pack_named(scene), person(request)
    fields = visible_fields(pack, who)
    sent = request.POST if request.method == "POST" else {}
    changed, errors = read_form(fields, sent, prefix=FIELD, before={})
    problems: list[Any] = []
    if request.method == "POST" and not errors:
        key = str(changed.get(pack.key) or "")
        try:
            done = _record(request, pack, [Statement(key, changed)], seen=None)
            messages.success(request, say("已记为第 {n} 笔。", n=done))
            return redirect(reverse("subject", args=[scene, key]) + "?saved=1")
        except Refused as refusal:
            problems = all_told(refusal.problems, pack=pack)
    view = {
        "pack": pack,
        "groups": _groups(fields, sent, {}, errors, {}),
        "problems": problems,
        "why": sent.get("why", ""),
        "draft": f"new:{scene}:{who.username}",
    }
    return render(request, "edit.html", view, status=422 if problems or errors else 200)


@needs(Action.RECORD)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Changes to one subject's fields and nodes."""
    pack, who = pack_named(scene), person(request)
    subject = subjects.subject_of(pack, key, person=who)
    fields = {name: one for name, one in visible_fields(pack, who).items() if name != pack.key}
    sent: Mapping[str, str] = request.POST if request.method == "POST" else {}
    seen = _seen(sent)
    before = _facts_at(pack, key, fields, seen)
    changed, errors = read_form(fields, sent, prefix=FIELD, before=before)
    nodes = _nodes_at(pack, key, seen)
    node_changes, node_errors = _read_nodes(pack, sent, nodes)
    problems: list[Problem] = []
    if request.method == "POST" and not errors and not node_errors:
        statements = [Statement(key, changed)] if changed else []
        statements += [Statement(key, facts, "node", name) for name, facts in node_changes.items()]
        try:
            done = _record(request, pack, statements, seen=seen) if statements else 0
            said = say("已记为第 {n} 笔。", n=done) if done else say("没有改动。")
            messages.success(request, said)
            return redirect(f"{subject.address}?saved=1")
        except Refused as refusal:
            problems = list(refusal.problems)
    clashes = any(one.code == "changed-meanwhile" for one in problems)
    now = _facts_at(pack, key, fields, head()) if clashes else before
    others = _others(fields, changed, before, now) if clashes else {}
    if clashes:
        # What the sender changed stays as typed; everything else follows the book.
        kept = {FIELD + name for name in changed}
        kept |= {f"{NODE}{name}.{part}" for name, parts in node_changes.items() for part in parts}
        sent = {name: value for name, value in sent.items() if name in kept or name == "why"}
    view = {
        "pack": pack,
        "subject": subject,
        "groups": _groups(fields, sent, now, errors, others),
        "nodes": _node_controls(pack, sent, _nodes_at(pack, key, head()) if clashes else nodes, node_errors),
        "problems": all_told(problems, pack=pack),
        "clashes": clashes,
        # After a clash both values are on the page, so the next submission is a decision.
        "seen": head() if clashes else seen,
        "why": sent.get("why", ""),
        "draft": f"edit:{scene}:{key}:{who.username}",
    }
    return render(request, "edit.html", view, status=422 if problems or errors or node_errors else 200)


def _seen(sent: Mapping[str, str]) -> int:
    text = sent.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 18 else head()


def _record(request: HttpRequest, pack: Pack, statements: list[Statement], *, seen: int | None) -> int:
    why = request.POST.get("why", "").strip()[:500]
    by: Person = person(request)
    done = record(statements, pack=pack, by=by, at=timezone.now(), way="page", why=why, seen=seen)
    return done.transaction


def _facts_at(pack: Pack, key: str, fields: Mapping[str, Field], number: int) -> dict[str, Fact]:
    """What the book said after transaction `number`."""
    rows = known_at(subject_book(pack), number).filter(subject=key)
    found = facts_of_rows(rows, pack=pack, columns=[Column(name, one) for name, one in fields.items()])
    return found[0] if found else {}


def _others(
    fields: Mapping[str, Field],
    changed: Mapping[str, Fact],
    before: Mapping[str, Fact],
    now: Mapping[str, Fact],
) -> dict[str, str]:
    """The values that somebody else put meanwhile where this sender wants another."""
    units = unit_names()
    return {
        name: fact_text(one, now.get(name), units)
        for name, one in fields.items()
        if name in changed and now.get(name) != before.get(name)
    }


def _groups(
    fields: Mapping[str, Field],
    sent: Mapping[str, str],
    facts: Mapping[str, Fact],
    errors: Mapping[str, str],
    others: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The inputs by group: what was typed if anything was, else what the book says."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, one in fields.items():
        parameter = FIELD + name
        text = sent[parameter] if parameter in sent else text_of(one, facts.get(name))
        row = control(one, name=parameter, text=text, error=errors.get(name, ""), now=others.get(name, ""))
        groups.setdefault(one.group, []).append(row)
    return [{"title": say(GROUPS.get(name, name)), "controls": rows} for name, rows in groups.items()]


def _nodes_at(pack: Pack, key: str, number: int) -> dict[str, dict[str, Fact]]:
    rows = known_at(NodeVersion, number).filter(scene=pack.name, subject=key)
    found = {}
    for row in rows:
        days = {name: getattr(row, name) for name in ("planned_on", "forecast_on", "actual_on")}
        facts: dict[str, Fact] = {name: day.isoformat() if day else None for name, day in days.items()}
        found[row.node] = facts | {"reason": row.reason or None}
    return found


def _read_nodes(
    pack: Pack, sent: Mapping[str, str], nodes: Mapping[str, Mapping[str, Fact]]
) -> tuple[dict[str, dict[str, Fact]], dict[str, dict[str, str]]]:
    changes, errors = {}, {}
    for name in pack.nodes:
        changed, wrong = read_form(NODE_FIELDS, sent, prefix=f"{NODE}{name}.", before=nodes.get(name, {}))
        if changed:
            changes[name] = changed
        if wrong:
            errors[name] = wrong
    return changes, errors


def _node_controls(
    pack: Pack,
    sent: Mapping[str, str],
    nodes: Mapping[str, Mapping[str, Fact]],
    errors: Mapping[str, Mapping[str, str]],
) -> list[dict[str, Any]]:
    rows = []
    for name, node in pack.nodes.items():
        facts, wrong = nodes.get(name, {}), errors.get(name, {})
        inputs = [
            {
                "name": f"{NODE}{name}.{part}",
                "label": f"{label_of(node.label)} {label_of(one.label)}",
                "type": "date" if one.type == "date" else "text",
                "text": sent.get(f"{NODE}{name}.{part}", text_of(one, facts.get(part))),
                "error": wrong.get(part, ""),
            }
            for part, one in NODE_FIELDS.items()
        ]
        rows.append({"label": label_of(node.label), "inputs": inputs, "known": bool(facts)})
    return rows


@needs(Action.RECORD)
@require_POST
def withdraw(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Take a subject out of the book; its history stays, and it can be recorded again."""
    pack = pack_named(scene)
    subject = subjects.subject_of(pack, key, person=person(request))
    if not request.POST.get("why", "").strip():
        messages.error(request, say("撤销须写明原因。"))
        return redirect("edit", scene, key)
    try:
        done = _record(request, pack, [Statement(key, {}, "withdraw")], seen=head())
        messages.success(request, say("已撤销，记为第 {n} 笔。", n=done))
    except Refused as refusal:
        for one in all_told(refusal.problems, pack=pack):
            messages.error(request, f"{one.found};{one.expected}")
    return redirect(subject.address)
