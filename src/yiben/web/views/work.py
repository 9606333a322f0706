"""My work (我的待办): what waits for the signed-in officer, over all scenes, soonest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yiben.journeys.filing_book import RETURNED, SUBMITTED, states_of
from yiben.journeys.my_work import Inbox, inbox
from yiben.kernel.periods import Period
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.web.cases import case_row
from yiben.web.doors import needs, person
from yiben.web.filing import Filing, forms_of, period_for, state_word
from yiben.web.scenes_here import all_packs
from yiben.web.shown import unit_names
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
