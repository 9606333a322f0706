"""My work (我的待办): what waits for the signed-in officer, over all scenes, soonest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yiben.journeys.filing_book import RETURNED, SUBMITTED, states_of
from yiben.journeys.my_work import Inbox, inbox
from yiben.journeys.plan_nodes import asked_changes
from yiben.kernel.periods import Period
from yiben.ledger.books import PREFIX, subject_book
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.web.cases import case_row
from yiben.web.doors import needs, person
from yiben.web.filing import Filing, forms_of, period_for, state_word
from yiben.web.scenes_here import all_packs
from yiben.web.shown import unit_names
from yiben.web.subjects import officer_names
from yiben.web.words import label_of, say

PARTS = {
    "to_answer": "待我反馈",
    "to_review": "待我审核",
    "to_approve": "待我批准的豁免",
    "to_raise": "已逾期、可升级",
    "unreceived": "逾期未签收",
    "for_leader": "提请包抓领导",
}
SHOWN = 30


@needs(Action.READ)
@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the reader, with its deadline."""
    who, on = person(request), timezone.localdate()
    units = unit_names()
    scenes = [_scene(inbox(pack, who, on=on), units, on) for pack in all_packs().values()]
    view = {
        "scenes": [one for one in scenes if one["parts"]],
        "asked": [row for pack in all_packs().values() for row in _asked(pack, who, units)],
        "filings": [row for pack in all_packs().values() for row in _filings(pack, who, on)],
        "today": on,
    }
    return render(request, "cases/work.html", view)


def _scene(found: Inbox, units: Mapping[str, str], on: date) -> dict[str, Any]:
    parts = []
    for name, label in PARTS.items():
        cases = getattr(found, name)
        if cases:
            rows = [case_row(case, found.pack, units, on=on) for case in cases[:SHOWN]]
            parts.append({"name": name, "label": say(label), "rows": rows, "count": len(cases)})
    return {"pack": found.pack, "title": label_of(found.pack.title), "parts": parts}


def _asked(pack: Pack, who: Person, units: Mapping[str, str]) -> list[dict[str, Any]]:
    """The changes of frozen dates that the reader may answer: not those of their own asking."""
    if not pack.nodes or not who.may(Action.APPROVE):
        return []
    waiting = [one for one in asked_changes(pack) if one.by != who.username]
    book = _current(pack, [one.subject for one in waiting])
    people = officer_names(one.by for one in waiting)
    return [
        {
            "one": one,
            "href": reverse("plan", args=[pack.name, one.subject]),
            "name": book[one.subject][0],
            "unit": units.get(book[one.subject][1], book[one.subject][1]),
            "dates": [(label_of(pack.nodes[node].label), was, to) for node, (was, to) in one.dates.items()],
            "by": people.get(one.by, one.by),
        }
        for one in waiting[:SHOWN]
        if one.subject in book
    ]


def _current(pack: Pack, subjects: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Name and unit of some subjects as the book has them now; who was withdrawn is left out."""
    rows = subject_book(pack)._default_manager.filter(recorded_to=None, subject__in=list(subjects))
    names = ["subject", PREFIX + pack.display, PREFIX + (pack.unit_field or pack.display)]
    return {key: (str(name or key), str(unit or "")) for key, name, unit in rows.values_list(*names)}


def _filings(pack: Pack, who: Person, on: date) -> list[dict[str, Any]]:
    """The forms of the last period that are not through: missing, returned, to be verified."""
    found = []
    for form in forms_of(pack):
        task = Filing(pack, form, period_for(form, Period.month_of(on).shift(-1)))
        if task.period.end > on or not who.may(Action.FILE):
            continue
        if row := _filing(task, who, on):
            found.append(row)
    return found


def _filing(task: Filing, who: Person, on: date) -> dict[str, Any] | None:
    subjects = list(task.rows(who).values_list("subject", flat=True))
    filed, states = task.filed(subjects), states_of(task, subjects)
    words = [state_word(states.get(one), is_filed=one in filed) for one in subjects]
    missing, returned = words.count("missing"), words.count(RETURNED)
    to_verify = words.count(SUBMITTED) if who.may(Action.VERIFY) else 0
    if not missing and not returned and not to_verify:
        return None
    query = f"?form={task.form.name}&month={task.period.first:%Y-%m}"
    return {
        "label": label_of(task.form.label),
        "period": str(task.period),
        "due_on": task.due_on,
        "is_late": on > task.due_on,
        "missing": missing,
        "returned": returned,
        "to_verify": to_verify,
        "all": len(subjects),
        "href": reverse("filing", args=[task.pack.name]) + query,
        "verify_href": reverse("filing-verify", args=[task.pack.name]) + query,
    }
