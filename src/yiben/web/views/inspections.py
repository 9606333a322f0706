"""Rounds of inspection (现场督查): stated in one form, sent as several slips, shown as three lists."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yiben.cases.drafts import drop_draft, find_draft
from yiben.cases.model import CLOSED
from yiben.journeys.inspect import SUBJECT, cases_of_inspection, inspect, inspections, three_lists
from yiben.journeys.open_cases import Matter, open_by_hand
from yiben.journeys.read_cases import seen_by
from yiben.kernel.problems import Refused
from yiben.ledger.books import PREFIX, subject_book
from yiben.people.roles import Action
from yiben.scenes.cases import INSPECTION, RULE, case_book
from yiben.scenes.model import Pack
from yiben.web.cases import case_row
from yiben.web.doors import needs, person
from yiben.web.problems import all_told
from yiben.web.scenes_here import pack_named
from yiben.web.shown import unit_names
from yiben.web.words import label_of, say

ROWS, MOST_ROWS = 12, 200
PARTS = ("subject", "problem", "task", "to", "person", "level", "type", "days")


@needs(Action.READ)
@require_safe
def inspection_list(request: HttpRequest, scene: str) -> HttpResponse:
    """Every round of inspection, with how far its slips are."""
    pack, who = pack_named(scene), person(request)
    rows = []
    for one in inspections(pack):
        cases = seen_by(who, cases_of_inspection(pack, one))
        closed = sum(case.state == CLOSED for case in cases)
        if cases or who.may(Action.REVIEW):
            rows.append({"one": one, "all": len(cases), "closed": closed, "open": len(cases) - closed})
    return render(request, "cases/inspections.html", {"pack": pack, "rows": rows})


@needs(Action.READ)
@require_safe
def inspection_page(request: HttpRequest, scene: str, slot: str) -> HttpResponse:
    """One round: the three lists, and where each slip stands."""
    pack, who, on = pack_named(scene), person(request), timezone.localdate()
    one = next((one for one in inspections(pack) if one.slot == slot), None)
    if one is None:
        raise Http404("no such inspection")
    cases = seen_by(who, cases_of_inspection(pack, one))
    if not cases and not who.may(Action.REVIEW):
        raise Http404("no such inspection")
    units = unit_names()
    lists = three_lists(cases)
    rows = [case_row(case, pack, units, on=on) for case in cases]
    view = {
        "pack": pack,
        "one": one,
        "rows": [
            {"row": row, "problem": problem["problem"], "task": task["task"], "duty": duty}
            for row, problem, task, duty in zip(
                rows, lists["problem"], lists["task"], lists["duty"], strict=True
            )
        ],
    }
    return render(request, "cases/inspection.html", view)


@needs(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def slips_new(request: HttpRequest, scene: str) -> HttpResponse:
    """State matters by hand: a round of inspection, or slips from a meeting or elsewhere."""
    pack, who, on = pack_named(scene), person(request), timezone.localdate()
    key = f"slips:{scene}"
    kept = find_draft(who.username, key) if request.method == "GET" else None
    sent: Any = request.POST if request.method == "POST" else (kept.values if kept else {})
    problems: Any = []
    if request.method == "POST":
        try:
            response = _send(request, pack)
            drop_draft(who.username, key)
            return response
        except Refused as refusal:
            problems = refusal.problems
    book = case_book(pack)
    # Rows chosen on the list come as `key`, one slip each; a case's page names one `subject`.
    chosen = [*request.GET.getlist("subject"), *request.GET.getlist("key")]
    if len(chosen) > MOST_ROWS:
        messages.warning(
            request, say("选了 {n} 项，一次最多发 {most} 份，其余请另发。", n=len(chosen), most=MOST_ROWS)
        )
    view = {
        "pack": pack,
        "rows": [_row(number, sent, chosen) for number in range(1, _count(sent, chosen) + 1)],
        "filled": sum(bool(sent.get(f"r{number}.problem")) for number in range(1, MOST_ROWS + 1)),
        "sent": sent,
        "kept": kept,
        "draft": f"{key}:{who.username}",
        "draft_key": key,
        "problems": all_told(problems, pack=pack),
        "subjects": _subjects(pack),
        "units": sorted(unit_names().items(), key=lambda one: one[1]),
        "levels": [(name, label_of(one.label)) for name, one in book.levels.items()],
        "types": [(name, label_of(one.label)) for name, one in book.slips.items()],
        "origins": [(name, label_of(one)) for name, one in book.origins.items() if name != RULE],
        "origin": sent.get("origin", INSPECTION),
        "on_text": str(sent.get("on") or on),
    }
    return render(request, "cases/slips_new.html", view, status=422 if problems else 200)


def _count(sent: Any, chosen: list[str]) -> int:
    """How many lines the form has: room for all that was chosen or typed before."""
    typed = [number for number in range(1, MOST_ROWS + 1) if f"r{number}.subject" in sent]
    return min(MOST_ROWS, max(ROWS, len(chosen), *typed))


def _row(number: int, sent: Any, chosen: list[str]) -> dict[str, Any]:
    row = {part: sent.get(f"r{number}.{part}", "") for part in PARTS}
    if not row["subject"] and number <= len(chosen):
        row["subject"] = chosen[number - 1][:200]
    return row | {"number": number}


def _subjects(pack: Pack) -> list[tuple[str, str]]:
    """Keys and names to choose from; a browser completes what is typed."""
    rows = subject_book(pack)._default_manager.filter(recorded_to=None).order_by("subject")
    return [
        (key, str(name or key)) for key, name in rows.values_list("subject", PREFIX + pack.display)[:5_000]
    ]


def _send(request: HttpRequest, pack: Pack) -> HttpResponse:
    post, who, at = request.POST, person(request), timezone.now()
    matters = []
    for number in range(1, MOST_ROWS + 1):
        row = {part: post.get(f"r{number}.{part}", "").replace("\x00", "").strip() for part in PARTS}
        if not row["subject"] and not row["problem"]:
            continue
        days = row.pop("days")
        matters.append(Matter(**row, days=int(days) if days.isdecimal() and len(days) < 4 else None))
    origin, title = post.get("origin", INSPECTION), post.get("title", "").strip()
    if origin != INSPECTION:
        done = open_by_hand(pack, matters, by=who, at=at, origin=origin, source=title[:200])
        messages.success(request, say("已发 {n} 份。", n=len(done.opened)))
        return redirect("cases", pack.name)
    try:
        on = date.fromisoformat(post.get("on", ""))
    except ValueError:
        on = timezone.localdate()
    members, note = post.get("members", "").strip(), post.get("note", "").strip()
    one = inspect(pack, matters, title=title, on=on, by=who, at=at, members=members, note=note)
    messages.success(request, say("已发 {n} 份。", n=len(one.cases)))
    return redirect(SUBJECT, pack.name, one.slot)
