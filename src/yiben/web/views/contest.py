"""The planning contest's page (谋划擂台赛): call it, score it, see who is still to score, and its ranks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from yiben.journeys.planning_contest import (
    Contest,
    Sheet,
    call_contest,
    contest_of,
    score_sheets,
    sheets_of,
)
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.record import head
from yiben.people.models import Officer
from yiben.people.roles import Action
from yiben.web.doors import needs, person
from yiben.web.problems import all_told
from yiben.web.scenes_here import all_packs, pack_named
from yiben.web.shown import number_text, unit_names
from yiben.web.subjects import officer_names
from yiben.web.views.boards import boards_of
from yiben.web.where import NotForLists, where_of
from yiben.web.words import label_of, say

SCORE = "s."
ENTRIES_OFFERED = 200


@needs(Action.READ)
@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest, scene: str) -> HttpResponse:
    """One contest day: the reader's own sheets to fill in, how far the others are, where the ranks are."""
    found, who = _contest(scene), person(request)
    every = sheets_of(found)
    days = sorted({sheet.held_on for sheet in every}, reverse=True)
    held_on = _day(request.GET.get("day", "")) or next(iter(days), None)
    sheets = [sheet for sheet in every if sheet.held_on == held_on]
    mine = [sheet for sheet in sheets if sheet.judge == who.username]
    sent: Mapping[str, str] = {}
    problems: Any = []
    if request.method == "POST":
        if not mine or not who.may(Action.FILE):
            return render(request, "refused.html", status=403)
        sent = request.POST
        try:
            done = score_sheets(
                found, _typed(found, sent), by=who, at=timezone.now(), seen=_seen(sent.get("seen", ""))
            )
            said = say("已记为第 {n} 笔。", n=done.transaction) if done.transaction else say("没有改动。")
            messages.success(request, said)
            return redirect(f"{reverse('contest', args=[scene])}?day={held_on}&saved=1")
        except Refused as refusal:
            problems = all_told(refusal.problems, pack=found.pack)
    view = {
        "pack": found.pack,
        "contest": found,
        "days": days,
        "held_on": held_on,
        "aspects": [(one, label_of(one.label)) for one in found.aspects],
        "remark": label_of(found.pack.fields[found.remark].label) if found.remark else "",
        "most": number_text(found.most),
        "rows": [_row(found, sheet, sent) for sheet in mine],
        "judges": _progress(sheets),
        "entries": len({sheet.entry for sheet in sheets}),
        "boards": _boards(found, held_on),
        "problems": problems,
        "seen": head(),
        "draft": f"contest:{scene}:{held_on}:{who.username}",
        **(_offered(found) if who.may(Action.RECORD) else {}),
    }
    return render(request, "contest.html", view, status=422 if problems else 200)


@needs(Action.RECORD)
@require_POST
def call(request: HttpRequest, scene: str) -> HttpResponse:
    """Call the contest for a day: a sheet for every judge and entry."""
    found = _contest(scene)
    day = _day(request.POST.get("day", ""))
    entries = [*request.POST.getlist("entry"), *request.POST.get("entries", "").split()]
    try:
        if day is None:
            messages.error(request, say("比赛日期：应为日期，如 2026-09-30。"))
            return redirect(reverse("contest", args=[scene]))
        done = call_contest(
            found,
            held_on=day,
            entries=entries,
            judges=request.POST.getlist("judge"),
            by=person(request),
            at=timezone.now(),
        )
        messages.success(request, say("已发出 {n} 份评分表。", n=done.created))
    except Refused as refusal:
        for one in all_told(refusal.problems, pack=found.pack):
            messages.error(request, f"{one.where}：{one.found}；{one.expected}")
    return redirect(reverse("contest", args=[scene]) + (f"?day={day}" if day else ""))


def _contest(scene: str) -> Contest:
    found = contest_of(pack_named(scene))
    if found is None:
        raise Http404(f"the scene {scene!r} declares no contest")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _seen(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else head()


def _typed(found: Contest, sent: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What was typed, by sheet and field; the names of controls are `s.<field>.<sheet>`."""
    fields = {one.name for one in found.aspects} | {found.remark}
    typed: dict[str, dict[str, str]] = {}
    for name, text in sent.items():
        if name.startswith(SCORE):
            field, _, key = name.removeprefix(SCORE).partition(".")
            if field in fields:
                typed.setdefault(key, {})[field] = str(text)
    return typed


def _row(found: Contest, sheet: Sheet, sent: Mapping[str, str]) -> dict[str, Any]:
    """A sheet as a row of controls: what was typed, else what is known."""
    controls = []
    for one in found.aspects:
        name = f"{SCORE}{one.name}.{sheet.key}"
        known = sheet.scores[one.name]
        value = sent.get(name, "" if known is None else number_text(str(known)))
        controls.append({"name": name, "value": value, "label": label_of(one.label), "most": one.greatest})
    name = f"{SCORE}{found.remark}.{sheet.key}"
    return {
        "sheet": sheet,
        "href": reverse("subject", args=[found.scene, sheet.entry]) if found.scene in all_packs() else "",
        "controls": controls,
        "remark": {"name": name, "value": sent.get(name, sheet.remark)} if found.remark else None,
        "total": "" if sheet.total is None else number_text(sheet.total),
    }


def _progress(sheets: list[Sheet]) -> list[dict[str, Any]]:
    """How many of their sheets each judge has filled in; never what they wrote."""
    names = officer_names(sheet.judge for sheet in sheets)
    rows = []
    for judge in sorted({sheet.judge for sheet in sheets}):
        own = [sheet for sheet in sheets if sheet.judge == judge]
        done = sum(sheet.is_scored for sheet in own)
        rows.append(
            {
                "name": names.get(judge, judge),
                "done": done,
                "all": len(own),
                "width": f"{done / len(own) * 100:.0f}",
            }
        )
    return rows


def _boards(found: Contest, held_on: date | None) -> list[dict[str, str]]:
    """The boards that rank the contest, for the period that holds its day."""
    if held_on is None:
        return []
    declared = boards_of(found.pack)
    lengths = {"month": 1, "quarter": 3, "year": 12}
    rows = []
    for name in found.boards:
        if name not in declared:
            continue
        length = lengths.get(declared[name].every, 12)
        first = held_on.replace(month=(held_on.month - 1) // length * length + 1, day=1)
        address = reverse("board", args=[found.pack.name, name])
        rows.append(
            {"label": label_of(declared[name].label), "href": f"{address}?period={Period(first, length)}"}
        )
    return rows


def _offered(found: Contest) -> dict[str, Any]:
    """What a clerk may choose from: rows of the source scene's list, and officers who may file."""
    source = all_packs().get(found.scene)
    entries: list[tuple[str, str, str]] = []
    if source is not None:
        rows = subject_book(source)._default_manager.filter(recorded_to=None)
        saved = source.lists.get(found.list)
        if saved is not None and saved.where:
            try:
                rows = rows.filter(where_of(saved.where, pack=source))
            except NotForLists:
                rows = rows.none()
        units = unit_names()
        columns = [PREFIX + source.display, PREFIX + (source.unit_field or source.display)]
        entries = [
            (key, str(name or key), units.get(str(unit), ""))
            for key, name, unit in rows.order_by(PREFIX + source.display).values_list("subject", *columns)[
                :ENTRIES_OFFERED
            ]
        ]
    officers = Officer.objects.filter(
        is_active=True, duties__role__in=("filer", "verifier", "unit_head", "clerk")
    )
    judges = (
        officers.distinct().order_by("unit__code", "username").values_list("username", "name", "unit__name")
    )
    return {
        "may_call": True,
        "offered": entries,
        "officers": list(judges),
        "today": timezone.localdate(),
        "source": label_of(source.title) if source else "",
    }
