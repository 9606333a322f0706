"""The filing page (填报页): one card for each project, made for a phone held in one hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from yiben.cases.drafts import drop_draft, find_draft
from yiben.journeys.file_month import Stated, submit
from yiben.journeys.filing_book import Known, known_of, states_of
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.record import head
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.web.doors import needs, person
from yiben.web.filing import (
    Filing,
    by_unit,
    cards_of,
    errors_by_field,
    forms_of,
    period_for,
    prefix_of,
    read_filing,
)
from yiben.web.problems import all_told
from yiben.web.scenes_here import month_asked, pack_named
from yiben.web.shown import fact_text, unit_names
from yiben.web.words import say

CARDS = 30


@needs(Action.FILE)
@require_http_methods(["GET", "POST"])
def filing(request: HttpRequest, scene: str) -> HttpResponse:
    """File a period for one's unit, or see who has not filed."""
    task = _task(request, scene)
    who, units = person(request), unit_names()
    unit = request.GET.get("unit", "")
    view: dict[str, Any] = {
        "pack": task.pack,
        "task": task,
        "forms": forms_of(task.pack),
        "periods": [task.period.shift(step) for step in range(1, -13, -1)],
        "unit": unit,
        "unit_name": units.get(unit, ""),
        "today": timezone.localdate(),
    }
    if not unit and task.pack.unit_field and who.reach(Action.FILE) is None:
        rows = by_unit(task, who, on=timezone.localdate())
        for row in rows:
            row["name"] = units.get(row["unit"], row["unit"])
        view |= {
            "by_unit": rows,
            "due": sum(row["due"] for row in rows),
            "done": sum(row["filed"] for row in rows),
        }
        return render(request, "filing.html", view)
    return _cards(request, task, who, unit, view)


def _task(request: HttpRequest, scene: str) -> Filing:
    pack = pack_named(scene)
    forms = forms_of(pack)
    if not forms:
        raise Http404(f"the scene {scene!r} has no forms")
    form = pack.forms.get(request.GET.get("form", ""), forms[0])
    month = month_asked(request.GET.get("month", ""), scene=scene)
    return Filing(pack, form, period_for(form, month))


def _cards(request: HttpRequest, task: Filing, who: Person, unit: str, view: dict[str, Any]) -> HttpResponse:
    sent: Mapping[str, str] = request.POST if request.method == "POST" else {}
    subjects = list(task.rows(who, unit=unit).values_list("subject", flat=True))
    page = request.GET.get("page", "1")
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    pages = max(1, -(-len(subjects) // CARDS))
    number = min(max(1, number), pages)
    shown = subjects[(number - 1) * CARDS : number * CARDS]
    if request.method == "POST":
        # What was filed stays on the page even where the subject has left the form meanwhile.
        shown = [one for one in subjects if any(name.startswith(prefix_of(one)) for name in sent)]
    draft = _draft(task, unit, number, who)
    kept = None if request.method == "POST" else find_draft(who.username, draft)
    if kept is not None:
        sent = kept.values
    seen = _seen(sent)
    known = known_of(task, shown, number=seen)
    errors: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    rows: list[Stated] = []
    if request.method == "POST":
        rows, errors = read_filing(task, shown, sent, known)
        if not errors:
            try:
                return _record(request, task, rows, seen, draft)
            except Refused as refusal:
                errors, problems = errors_by_field(refusal.problems)
    clashes = any(one.code == "changed-meanwhile" for one in problems)
    now = known_of(task, shown, number=None) if clashes else known
    changed = {(one.subject, name) for one in rows for name in (*one.facts, *one.measures)}
    others = _others(task, changed, known, now) if clashes else {}
    filed = task.filed(subjects)
    if clashes:
        # What the sender changed stays as typed; everything else follows the book.
        keep = {f"{prefix_of(subject)}{name}" for subject, name in changed} | {"why"}
        sent = {name: value for name, value in sent.items() if name in keep}
    cards = cards_of(
        task,
        shown,
        now,
        sent=sent,
        errors=errors,
        others=others,
        filed=filed,
        states=states_of(task, subjects),
        may_verify=who.may(Action.VERIFY),
        units=unit_names(),
    )
    view |= {
        "cards": cards,
        "has_open": not all(card["is_locked"] for card in cards),
        "due": len(subjects),
        "done": len(filed),
        "seen": head() if clashes else seen,
        "why": sent.get("why", ""),
        "problems": all_told(problems, pack=task.pack),
        "error_count": sum(len(one) for one in errors.values()),
        "clashes": clashes,
        "number": number,
        "pages": pages,
        "draft": draft,
        "kept": kept,
        "may_verify": who.may(Action.VERIFY),
    }
    return render(request, "filing.html", view, status=422 if errors or problems else 200)


def _draft(task: Filing, unit: str, number: int, who: Person) -> str:
    return f"filing:{task.pack.name}:{task.form.name}:{task.slot}:{unit}:{number}:{who.username}"


def _seen(sent: Mapping[str, str]) -> int:
    text = sent.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 18 else head()


def _record(request: HttpRequest, task: Filing, rows: list[Stated], seen: int, draft: str) -> HttpResponse:
    who = person(request)
    if rows:
        done = submit(
            task,
            rows,
            by=who,
            at=timezone.now(),
            seen=seen,
            why=request.POST.get("why", "").strip()[:500],
        )
        number, count = done.recorded.transaction, len(done.subjects)
        messages.success(request, say("已报送 {count} 个，记为第 {n} 笔，等待审核。", n=number, count=count))
        for problem in all_told(done.warnings, pack=task.pack):
            messages.warning(request, f"{problem.where}: {problem.found} → {problem.expected}")
    else:
        messages.success(request, say("没有改动。"))
    drop_draft(who.username, draft)
    back = {key: request.GET[key] for key in ("form", "month", "unit", "page") if request.GET.get(key)}
    return redirect(f"{reverse('filing', args=[task.pack.name])}?{urlencode(back | {'saved': '1'})}")


def _others(
    task: Filing, changed: set[tuple[str, str]], before: Known, now: Known
) -> dict[str, dict[str, str]]:
    """What somebody else put meanwhile into what this sender also changed."""
    units = unit_names()
    found: dict[str, dict[str, str]] = {}
    for subject, name in sorted(changed):
        one = task.fields.get(name) or task.measures[name]
        books = (before.facts, now.facts) if name in task.fields else (before.this, now.this)
        was, held = (book.get(subject, {}).get(name) for book in books)
        if was != held:
            found.setdefault(subject, {})[name] = fact_text(one, held, units)
    return found
