"""Verifying filings (审核): every row of a period beside the last, ticked and verified at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from yiben.cases.drafts import save_draft
from yiben.journeys.file_month import check_measure, return_filings, verify_filings
from yiben.journeys.filing_book import Filed, Known, known_of, states_of
from yiben.kernel.problems import Refused
from yiben.ledger.books import PREFIX
from yiben.ledger.record import head
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.web.doors import needs, person, signed_in
from yiben.web.filing import Filing, forms_of, period_for, state_word
from yiben.web.problems import all_told
from yiben.web.rows import scope_of
from yiben.web.scenes_here import month_asked, pack_named
from yiben.web.shown import fact_text, style_of, unit_names
from yiben.web.subjects import officer_names
from yiben.web.words import label_of, say

STATES = {"missing": "未报", "submitted": "待审核", "verified": "已审核", "returned": "已退回"}
LAMPS = {"missing": "none", "submitted": "yellow", "verified": "green", "returned": "red"}
ROWS = 200
# Fields of a posted form that belong to the page and not to the draft.
NOT_DRAFT = frozenset({"csrfmiddlewaretoken", "draft_key"})


@needs(Action.VERIFY)
@require_http_methods(["GET", "POST"])
def verify_page(request: HttpRequest, scene: str) -> HttpResponse:
    """See what was filed, verify or return it."""
    pack, who = pack_named(scene), person(request)
    forms = forms_of(pack)
    if not forms:
        raise Http404(f"the scene {scene!r} has no forms")
    form = pack.forms.get(request.GET.get("form", ""), forms[0])
    month = month_asked(request.GET.get("month", ""), scene=scene)
    task = Filing(pack, form, period_for(form, month))
    problems: Any = []
    if request.method == "POST":
        try:
            return _judge(request, task)
        except Refused as refusal:
            problems = refusal.problems
    view = _view(request, task, who) | {"problems": all_told(problems, pack=pack)}
    return render(request, "filing/verify.html", view, status=422 if problems else 200)


def _judge(request: HttpRequest, task: Filing) -> HttpResponse:
    who, chosen = person(request), request.POST.getlist("subject")[:5_000]
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isdecimal() and len(seen) < 18 else head()
    call: dict[str, Any] = {"by": who, "at": timezone.now(), "seen": number}
    if request.POST.get("do") == "return":
        return_filings(task, chosen, note=request.POST.get("note", "")[:1_000], **call)
        messages.success(request, say("已退回 {n} 个。", n=len(chosen)))
    else:
        verify_filings(task, chosen, **call)
        messages.success(request, say("已审核 {n} 个。", n=len(chosen)))
    back = {key: request.GET[key] for key in ("form", "month", "unit", "state") if request.GET.get(key)}
    return redirect(f"{reverse('filing-verify', args=[task.pack.name])}?{urlencode(back)}")


def _view(request: HttpRequest, task: Filing, who: Person) -> dict[str, Any]:
    pack, units = task.pack, unit_names()
    rows = task.rows(who)
    if pack.unit_field:
        rows = rows.filter(scope_of(pack, who, action=Action.VERIFY))
    column = PREFIX + (pack.unit_field or pack.display)
    subjects = dict(rows.values_list("subject", column))
    filed, states = task.filed(list(subjects)), states_of(task)
    words = {one: state_word(states.get(one), is_filed=one in filed) for one in subjects}
    unit, state = request.GET.get("unit", ""), request.GET.get("state", "")
    wanted = [
        one
        for one in subjects
        if (not unit or str(subjects[one]) == unit) and (not state or words[one] == state)
    ]
    shown = wanted[:ROWS]
    known = known_of(task, shown, number=None)
    names = officer_names({one.filed_by for one in states.values()} | {one.by for one in states.values()})
    counts = Counter(words.values())
    return {
        "pack": pack,
        "task": task,
        "forms": forms_of(pack),
        "periods": [task.period.shift(step) for step in range(1, -13, -1)],
        "unit": unit,
        "state": state,
        "units": sorted({(str(code), units.get(str(code), str(code))) for code in subjects.values()})
        if pack.unit_field
        else [],
        "states": [(name, say(label), counts[name]) for name, label in STATES.items()],
        "heads": [_head(task, name) for name in task.form.fields],
        "rows": [
            _row(task, one, words[one], states.get(one), known, who, units.get(str(subjects[one]), ""), names)
            for one in shown
        ],
        "count": len(wanted),
        "seen": head(),
        "today": timezone.localdate(),
    }


def _head(task: Filing, name: str) -> dict[str, str]:
    one = task.fields.get(name) or task.measures[name]
    return {"label": label_of(one.label), "unit": one.unit, "style": style_of(one)}


def _row(
    task: Filing,
    subject: str,
    word: str,
    filed: Filed | None,
    known: Known,
    who: Person,
    unit: str,
    names: Mapping[str, str],
) -> dict[str, Any]:
    facts = known.facts.get(subject, {})
    this, last = known.this.get(subject, {}), known.last.get(subject, {})
    cells, odd = [], []
    for name in task.form.fields:
        if name in task.fields:
            one, fact, before = task.fields[name], facts.get(name), None
        else:
            one, fact, before = task.measures[name], this.get(name), last.get(name)
            odd += check_measure(one, fact, subject=subject, known=known, reason="")
        cells.append(
            {
                "text": fact_text(one, fact, {}),
                "before": fact_text(one, before, {}) if before is not None else "",
                "style": style_of(one),
                "label": label_of(one.label),
                "is_long": one.type == "long_text",
            }
        )
    own = filed is not None and filed.filed_by == who.username
    return {
        "subject": subject,
        "name": facts.get(task.pack.display) or subject,
        "unit": unit,
        "word": say(STATES[word]),
        "lamp": LAMPS[word],
        "filed": filed,
        "filed_by": names.get(filed.filed_by, filed.filed_by) if filed else "",
        "by": names.get(filed.by, filed.by) if filed else "",
        "cells": cells,
        "odd": all_told(odd, pack=task.pack),
        "is_own": own,
        "may_tick": filed is not None and word in ("submitted", "verified"),
        "is_ticked": word == "submitted" and not odd and not own and filed is not None,
    }


@signed_in
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Keep what is typed on the server while it is typed."""
    values = {
        name: request.POST[name]
        for name in request.POST
        if name not in NOT_DRAFT and not name.startswith("seen.")
    }
    try:
        save_draft(person(request).username, request.POST.get("draft_key", ""), values, at=timezone.now())
    except Refused as refusal:
        return JsonResponse({"problems": [one.as_dict() for one in refusal.problems]}, status=422)
    moment = timezone.localtime()
    return HttpResponse(
        say("草稿已存 {at}", at=f"{moment:%H:%M:%S}"), content_type="text/plain; charset=utf-8"
    )
