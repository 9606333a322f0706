"""Many rows at once (批量): the same values for all that were chosen, previewed through the one door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiben.kernel.problems import Place, Refused
from yiben.ledger.books import subject_book
from yiben.ledger.record import Statement, head, record
from yiben.people.roles import Action
from yiben.scenes.model import Field, Pack
from yiben.scenes.values import Fact
from yiben.web.doors import needs, person
from yiben.web.forms import control, read_form
from yiben.web.problems import all_told
from yiben.web.rows import Column, facts_of_rows, known_at, scope_of, visible_fields
from yiben.web.scenes_here import pack_named
from yiben.web.shown import fact_text, unit_names
from yiben.web.subjects import GROUPS
from yiben.web.words import label_of, say

FIELD = "f."
MOST = 500


@needs(Action.RECORD)
@require_POST
def bulk(request: HttpRequest, scene: str) -> HttpResponse:
    """Choose values for the chosen rows, see what each would change, then state it: all or nothing."""
    pack, who = pack_named(scene), person(request)
    keys = list(dict.fromkeys(request.POST.getlist("key")))[:MOST]
    fields = _fields(pack, visible_fields(pack, who))
    rows = known_at(subject_book(pack), None).filter(scope_of(pack, who), subject__in=keys)
    facts = facts_of_rows(rows, pack=pack, columns=[Column(name, one) for name, one in fields.items()])
    if not facts:
        messages.error(request, say("没有选择任何一行。"))
        return redirect(reverse("list", args=[scene]))
    wanted, errors = read_form(fields, request.POST, prefix=FIELD, before={})
    why = request.POST.get("why", "").strip()[:500]
    step = request.POST.get("step", "")
    asked = step in ("preview", "confirm") and not errors and bool(wanted)
    problems: list[Any] = []
    if asked:
        try:
            done = record(
                [
                    Statement(str(row["subject"]), wanted, place=Place(subject=_name(pack, row)))
                    for row in facts
                ],
                pack=pack,
                by=who,
                at=timezone.now(),
                way="page",
                why=why,
                seen=_seen(request.POST.get("seen", "")),
                preview=step == "preview",
            )
            if step == "confirm":
                said = say("{count} 行已改，记为第 {n} 笔。", count=done.updated, n=done.transaction)
                messages.success(request, said if done.transaction else say("没有改动。"))
                return redirect(reverse("list", args=[scene]))
        except Refused as refusal:
            problems = all_told(refusal.problems, pack=pack)
    view = {
        "pack": pack,
        "keys": [str(row["subject"]) for row in facts],
        "chosen": [_name(pack, row) for row in facts],
        "groups": _groups(fields, request.POST, errors),
        "changes": _changes(pack, fields, facts, wanted) if asked and not problems else [],
        "sent": [(name, text) for name, text in request.POST.items() if name.startswith(FIELD) and text],
        "nothing": step == "preview" and not wanted and not errors,
        "why": why,
        "seen": head(),
        "problems": problems,
    }
    return render(request, "bulk.html", view, status=422 if problems or errors else 200)


def _fields(pack: Pack, visible: Mapping[str, Field]) -> dict[str, Field]:
    """What many rows may share: not the key, not the name."""
    return {name: one for name, one in visible.items() if name not in (pack.key, pack.display)}


def _name(pack: Pack, row: Mapping[str, Fact]) -> str:
    return str(row.get(pack.display) or row["subject"])


def _seen(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else head()


def _groups(fields: Mapping[str, Field], sent: Mapping[str, str], errors: Mapping[str, str]) -> list[Any]:
    """An empty control for each field; what stays empty stays as it is."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, one in fields.items():
        text = str(sent.get(FIELD + name, ""))
        row = control(one, name=FIELD + name, text=text, error=errors.get(name, ""))
        groups.setdefault(one.group, []).append(row | {"required": False})
    return [{"title": say(GROUPS.get(name, name)), "controls": rows} for name, rows in groups.items()]


def _changes(
    pack: Pack, fields: Mapping[str, Field], facts: list[dict[str, Fact]], wanted: Mapping[str, Fact]
) -> list[dict[str, Any]]:
    """Row by row and field by field: what stands and what would stand; equal ones are left out."""
    units = unit_names()
    return [
        {
            "name": _name(pack, row),
            "href": reverse("subject", args=[pack.name, str(row["subject"])]),
            "label": label_of(fields[name].label),
            "before": fact_text(fields[name], row.get(name), units),
            "after": fact_text(fields[name], value, units),
        }
        for row in facts
        for name, value in wanted.items()
        if row.get(name) != value and wanted[name] is not None
    ]
