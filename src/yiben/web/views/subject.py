"""The page of one subject (对象页) and of one fact (来历页), for any scene and any moment."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yiben.kernel.colours import Colour
from yiben.ledger.checks import NODE_FIELDS
from yiben.people.roles import Action
from yiben.scenes.pairs import pairs_of
from yiben.web import subjects
from yiben.web.beside import beside_of
from yiben.web.curves import curve_of
from yiben.web.doors import needs, person
from yiben.web.judged import judged
from yiben.web.mark_words import fact_label
from yiben.web.rows import visible_fields, visible_measures
from yiben.web.scenes_here import moment_asked, month_asked, pack_named
from yiben.web.shown import unit_names
from yiben.web.subjects import Subject
from yiben.web.words import label_of, language, say

HISTORY_SHOWN = 20


@needs(Action.READ)
@require_safe
def subject_page(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Everything that the ledger knows of one subject, as of a moment."""
    pack, who = pack_named(scene), person(request)
    as_of = moment_asked(request.GET.get("as_of", ""))
    subject = subjects.subject_of(pack, key, person=who, as_of=as_of)
    month = month_asked(request.GET.get("month", ""), scene=scene)
    units = unit_names()
    said = subjects.said_by_period(subject)
    told = subjects.told_history(subject, who, units)
    on = timezone.localtime(as_of).date() if as_of else timezone.localdate()
    days = subjects.moments_of(subject)
    unit = subject.facts.get(pack.unit_field) if pack.unit_field else None
    view = {
        "pack": pack,
        "subject": subject,
        "month": month,
        "as_of": as_of,
        "as_of_text": request.GET.get("as_of", "") if as_of else "",
        "days": days,
        "day_index": _day_index(days, request.GET.get("as_of", "") if as_of else ""),
        "groups": subjects.groups_of(subject, who, units),
        "stages": subjects.stage_line(subject),
        "nodes": subjects.nodes_of(subject, on=on),
        "tables": _tables(subject, said, who),
        "curves": _curves(subject, said, month, who),
        "beside": beside_of(subject, who, units, on=on),
        "history": told if request.GET.get("history") == "all" else told[:HISTORY_SHOWN],
        "history_count": len(told),
        "may_edit": who.may(Action.RECORD, unit=str(unit) if unit else None) and not as_of,
        "unit_name": units.get(str(unit), ""),
    }
    return render(request, "subject.html", view | _why(subject, month, as_of))


def _day_index(days: list[dict[str, str]], chosen: str) -> int:
    earlier = [index for index, day in enumerate(days[:-1]) if day["at"] <= chosen[:10]]
    return max(earlier, default=0) if chosen else len(days) - 1


def _tables(subject: Subject, said: list[dict[str, Any]], who: Any) -> list[dict[str, Any]]:
    tables = [
        subjects.measures_table(subject, said, who, every=every) for every in ("year", "quarter", "month")
    ]
    return [one for one in tables if one]


def _curves(subject: Subject, said: list[dict[str, Any]], month: Any, who: Any) -> list[dict[str, Any]]:
    seen = visible_measures(subject.pack, who)
    curves = []
    for number, pair in enumerate(pairs_of(subject.pack)):
        if pair.done.name in seen and (curve := curve_of(pair, said, month=month)):
            curves.append({"id": f"curve-{number}", "data": curve, "title": curve["title"]})
    return curves


def _why(subject: Subject, month: Any, as_of: Any) -> dict[str, Any]:
    """The colour of the month, its reasons, and the strip of the months before."""
    result = judged(subject.pack, month=month, as_of=as_of)
    if result is None:
        return {"has_rules": False}
    rules = {rule.name: rule for rule in result.findings.rules.rules}
    told = [
        {
            "colour": one.colour,
            "rule": label_of(rules[one.rule].label),
            "name": one.rule,
            "node": label_of(subject.pack.nodes[one.node].label) if one.node in subject.pack.nodes else "",
            "text": one.text(language()),
        }
        for one in result.reasons(subject.key)
    ]
    return {
        "has_rules": True,
        "colour": result.colours().get(subject.key, Colour.NONE),
        "reasons": told,
        "strip": result.strip(subject.key),
        "rule_colours": [
            (label_of(rules[name].label), colour) for name, colour in result.rules_of(subject.key).items()
        ],
        "scheme": label_of(result.findings.rules.scheme.label),
    }


@needs(Action.READ)
@require_safe
def fact_page(request: HttpRequest, scene: str, key: str, name: str) -> HttpResponse:
    """Who said this number, when, by which way, and what superseded it."""
    pack, who = pack_named(scene), person(request)
    subject = subjects.subject_of(pack, key, person=who, as_of=moment_asked(request.GET.get("as_of", "")))
    measures = visible_measures(pack, who)
    one = visible_fields(pack, who).get(name) or measures.get(name) or NODE_FIELDS.get(name)
    kind = request.GET.get("kind", "period" if name in measures else "field")
    known = {known.name for known in pack.every_field()}
    if name in known and one is None and not who.sees_secrets:
        raise Http404("this value is not published")
    slot = request.GET.get("slot", "")
    narrow: dict[str, Any] = {"name": name, "kind": kind} | ({"slot": slot} if slot else {})
    told = subjects.told_history(subject, who, unit_names(), **narrow)
    if not told and one is None:
        raise Http404(f"nothing is called {name!r} here")
    view = {
        "pack": pack,
        "subject": subject,
        "label": label_of(one.label) if one else fact_label(name),
        "help": label_of(one.help) if one is not None and one.help else "",
        "unit": one.unit if one else "",
        "slot": label_of(pack.nodes[slot].label) if slot in pack.nodes else slot,
        "kind": say(subjects.KINDS.get(kind, kind)),
        "told": told,
        "current": [row for row in told if row["said"].superseded_by is None],
    }
    return render(request, "fact.html", view)
