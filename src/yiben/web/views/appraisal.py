"""Appraisal of a project (能碳评价): a form that computes while one types, a page to print, what was kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiben.appraise.effect import BANDS
from yiben.appraise.page import as_html
from yiben.appraise.route import DECIDERS, ROUTES
from yiben.appraise.verdict import Verdict
from yiben.journeys.appraise_project import Appraised, appraise_project, keep_appraisal, kept_appraisals
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Refused
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.web.account_problems import accounts_told
from yiben.web.appraisal_form import (
    PARTS,
    REGION,
    ROWS,
    UNITS,
    carrier_choices,
    form_of,
    typed_file,
    usual_carriers,
)
from yiben.web.doors import needs, person
from yiben.web.scenes_here import pack_named
from yiben.web.shown import number_text
from yiben.web.subjects import subject_of
from yiben.web.words import language, say

LAMPS = {"fits": "green", "conditional": "yellow", "does-not-fit": "red", "unknown": "none"}
WORDS = {
    "fits": "符合",
    "conditional": "有条件",
    "does-not-fit": "不符合",
    "unknown": "未评价影响",
    "energy": "综合能耗",
    "carbon": "二氧化碳排放",
    "energy_intensity": "单位增加值能耗",
    "carbon_intensity": "单位增加值碳排放",
    "m": "能耗增量影响 m",
    "n": "能耗强度影响 n",
    "m_carbon": "碳排放空间占用",
    "n_carbon": "碳强度影响",
    "name": "所在地名称",
    "gdp": "生产总值",
    "increment": "能耗增量控制数",
    "energy_room": "能耗空间",
    "carbon_room": "碳排放空间",
    "carrier": "品种",
    "amount": "年消费量",
    "renewable": "其中可再生",
    "feedstock": "其中原料",
}
MEASURES = {
    "energy": "tce",
    "carbon": "tCO2",
    "energy_intensity": "tce/万元",
    "carbon_intensity": "tCO2/万元",
}


@needs(Action.READ)
@require_safe
def appraisal(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """The form, filled from what was kept last, with its answer."""
    pack, name = _project(request, scene, key)
    kept = kept_appraisals(scene, subject=key)
    form = form_of(kept[-1].text) if kept else {}
    view = _form(pack, key, name, form) | {
        "kept": [
            {
                "day": one.facts["applied_on"],
                "conclusion": one.facts["conclusion"],
                "transaction": one.transaction,
            }
            for one in reversed(kept)
        ],
        "lamps": LAMPS,
        "may_keep": person(request).may(Action.RECORD),
    }
    return render(
        request, "accounts/appraisal.html", view | (_answer(request, pack, key, form) if kept else {})
    )


def _project(request: HttpRequest, scene: str, key: str) -> tuple[Pack, str]:
    pack = pack_named(scene)
    return pack, subject_of(pack, key, person=person(request)).name


def _form(pack: Pack, key: str, name: str, form: dict[str, str]) -> dict[str, Any]:
    today = timezone.now().astimezone(COUNTY_ZONE).date().isoformat()
    return {
        "pack": pack,
        "key": key,
        "name": name,
        "form": {"applied_on": today} | form,
        "uses": [[_cell(form, part, row) for part in PARTS] for row in range(ROWS)],
        "part_labels": [say(WORDS[part]) for part in PARTS],
        "region": [
            {
                "name": f"region.{part}",
                "label": say(WORDS[part]),
                "unit": UNITS.get(part, ""),
                "value": form.get(f"region.{part}", ""),
            }
            for part in REGION
        ],
        "carriers": carrier_choices(),
    }


def _cell(form: dict[str, str], part: str, row: int) -> dict[str, str]:
    """One input of the table of energy; a row that is still empty offers a usual carrier."""
    value = form.get(f"{part}.{row}", "")
    if part == "carrier" and not value:
        value = usual_carriers()[row]
    return {"name": f"{part}.{row}", "part": part, "value": value, "label": say(WORDS[part])}


@needs(Action.READ)
@require_POST
def answer(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """The verdict on what is typed so far; nothing is kept."""
    pack, _ = _project(request, scene, key)
    view = _answer(request, pack, key, request.POST.dict())
    return render(request, "accounts/verdict.html", {"pack": pack, "key": key, "lamps": LAMPS} | view)


def _appraised(request: HttpRequest, pack: Pack, key: str, form: dict[str, str]) -> Appraised:
    at = timezone.now()
    return appraise_project(pack, key, extras=typed_file(form), file=say("表单"), by=person(request), at=at)


def _answer(request: HttpRequest, pack: Pack, key: str, form: dict[str, str]) -> dict[str, Any]:
    try:
        found = _appraised(request, pack, key, form)
    except Refused as error:
        return {"problems": accounts_told(error)}
    return verdict_view(found)


def verdict_view(found: Appraised) -> dict[str, Any]:
    """A verdict as the page shows it."""
    verdict, at = found.verdict, 0 if language() == "zh" else 1
    return {
        "verdict": verdict,
        "conclusion": say(WORDS[verdict.conclusion]),
        "lamp": LAMPS[verdict.conclusion],
        "route": ROUTES[verdict.route.route][at],
        "decider": DECIDERS[verdict.route.decider][at],
        "reasons": verdict.reasons_zh if at == 0 else verdict.reasons_en,
        "notes": [note[at] for note in found.notes],
        "indicators": [
            {"label": say(WORDS[name]), "text": number_text(value, decimals=4), "unit": MEASURES[name]}
            for name, value in verdict.indicators.as_mapping().items()
        ],
        "shares": _shares(verdict, at),
        "rooms": [
            {"label": say(WORDS[f"{one.name}_room"]), "before": number_text(one.before, decimals=2), "asked": number_text(one.asked, decimals=2), "after": number_text(one.after, decimals=2), "fits": one.fits}
            for one in verdict.together.rooms
        ],
        "lines": [
            {"name": one.use.name, "amount": f"{number_text(one.use.amount)} {one.use.unit}", "calorific": number_text(one.calorific, decimals=4), "equivalent": number_text(one.equivalent, decimals=4), "carbon": number_text(one.carbon, decimals=4)}
            for one in verdict.lines
        ],
        "warnings": accounts_told(list(verdict.warnings)),
    }  # fmt: skip


def _shares(verdict: Verdict, at: int) -> list[dict[str, str]]:
    alone = {one.name: one for one in verdict.alone.shares}
    return [
        {
            "label": say(WORDS[one.name]),
            "alone": f"{alone[one.name].percent:.4f}%",
            "together": f"{one.percent:.4f}%",
            "band": BANDS[one.band][at],
        }
        for one in verdict.together.shares
    ]


@needs(Action.READ)
@require_POST
def print_page(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """The one printable page of what is typed."""
    pack, _ = _project(request, scene, key)
    try:
        return HttpResponse(as_html(_appraised(request, pack, key, request.POST.dict()).verdict))
    except Refused as error:
        view = {"pack": pack, "key": key, "problems": accounts_told(error), "alone": True}
        return render(request, "accounts/verdict.html", view, status=422)


@needs(Action.RECORD)
@require_POST
def keep(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Keep the verdict under the project, with its page and what was typed."""
    pack, name = _project(request, scene, key)
    form = request.POST.dict()
    try:
        found = _appraised(request, pack, key, form)
        done = keep_appraisal(found, pack=pack, subject=key, by=person(request), at=timezone.now())
    except Refused as error:
        view = _form(pack, key, name, form) | {
            "problems": accounts_told(error),
            "may_keep": True,
            "lamps": LAMPS,
        }
        return render(request, "accounts/appraisal.html", view, status=422)
    text = say("已存档，第 {n} 笔。", n=done.transaction) if done.transaction else say("与已存档的相同。")
    messages.success(request, text)
    return redirect("appraisal", scene, key)


@needs(Action.READ)
@require_safe
def kept_page(request: HttpRequest, scene: str, key: str, day: str) -> HttpResponse:
    """A kept verdict's page, byte for byte."""
    _project(request, scene, key)
    for one in kept_appraisals(scene, subject=key):
        if one.facts["applied_on"] == day:
            return HttpResponse(one.page)
    raise Http404(f"no verdict of {day!r} was kept")
