"""The cockpit and the big screen (驾驶舱与大屏): one month of one scene."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yiben.kernel.colours import Colour
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.web.cockpit import Glance, glance
from yiben.web.doors import needs, person, signed_in
from yiben.web.scenes_here import main_pack, month_asked, pack_named
from yiben.web.shown import number_text, percent_text, unit_names
from yiben.web.words import label_of, language, say

REDS_SHOWN = 12
CHANGES_SHOWN = 8


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The main scene's cockpit; a welcome for officers without duties or a ledger without scenes."""
    pack = main_pack()
    if pack is None or not person(request).may(Action.READ):
        return render(request, "welcome.html", {"has_scenes": pack is not None})
    return _page(request, pack, "cockpit.html")


@needs(Action.READ)
@require_safe
def cockpit(request: HttpRequest, scene: str) -> HttpResponse:
    """One scene's month at a glance."""
    return _page(request, pack_named(scene), "cockpit.html")


@needs(Action.READ)
@require_safe
def screen(request: HttpRequest, scene: str) -> HttpResponse:
    """The same month for the wall of a meeting room."""
    return _page(request, pack_named(scene), "screen.html")


def _page(request: HttpRequest, pack: Pack, template: str) -> HttpResponse:
    month = month_asked(request.GET.get("month", ""), scene=pack.name)
    seen = glance(pack, month=month, person=person(request))
    units = unit_names()
    view = {
        "pack": pack,
        "month": month,
        "months": [month.shift(step) for step in range(-11, 2)],
        "glance": seen,
        "progress": _progress(seen),
        "funnel": _funnel(seen),
        "colours": [
            (one, seen.colours[one], seen.colours[one] - seen.last_colours[one])
            for one in (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.EXEMPT)
        ],
        "units": [_unit_row(seen, code, units) for code in range(len(seen.units))],
        "reds": [_red_row(seen, red, units) for red in seen.reds[:REDS_SHOWN]],
        "worse": seen.worse[:CHANGES_SHOWN],
        "better": seen.better[:CHANGES_SHOWN],
        "bars": _bars(seen),
    }
    return render(request, template, view)


def _progress(seen: Glance) -> dict[str, Any]:
    """The figures of done against plan, in words and widths."""
    pair, total = seen.pair, seen.total
    if pair is None:
        return {}
    gap = seen.gap
    return {
        "label": label_of(pair.done.label),
        "plan_label": label_of(pair.plan.label) if pair.plan else "",
        "unit": pair.done.unit,
        "name": pair.done.name,
        "plan_name": pair.plan.name if pair.plan else "",
        "adds_by_month": pair.done.every == "month",
        "done": number_text(total.done, decimals=2),
        "plan": number_text(total.plan, decimals=2) if total.plan else "",
        "in_month": number_text(total.in_month, decimals=2),
        "last_month": number_text(seen.last_month, decimals=2),
        "change": _change(total.in_month, seen.last_month),
        "completion": percent_text(total.completion),
        "width": _width(total.completion),
        "time": percent_text(seen.time_progress),
        "time_width": _width(seen.time_progress),
        "gap": "" if gap is None else number_text(abs(gap), decimals=1),
        "is_behind": gap is not None and gap < 0,
    }


def _width(share: Decimal | None) -> str:
    """A share as the width of a bar, at most the whole."""
    return f"{min(max(share or Decimal(0), Decimal(0)), Decimal(1)) * 100:.1f}"


def _change(now: Decimal, before: Decimal) -> str:
    if not before:
        return ""
    change = (now - before) / before * 100
    return f"{'+' if change >= 0 else ''}{change:.1f}%"


def _funnel(seen: Glance) -> dict[str, Any]:
    """A bar for each stage, parted by class."""
    if not seen.stages:
        return {}
    most = max((sum(counts.values()) for _, counts in seen.stages), default=0) or 1
    stage_field = seen.pack.fields[seen.pack.stage_field]
    choices = seen.class_field.choices if seen.class_field else {}
    classes = [*list(choices)[:4], ""]
    rows = []
    aside = {one.name for one in seen.pack.stages if one.side}
    for name, counts in seen.stages:
        total = sum(counts.values())
        if name in aside and not total:
            continue
        known = {one: counts.get(one, 0) for one in classes[:-1]}
        known[""] = total - sum(known.values())
        parts = [
            {"style": f"k{index}", "width": f"{count / most * 100:.2f}", "count": count}
            for index, count in enumerate(known.values())
            if count
        ]
        label = stage_field.choices.get(name)
        rows.append(
            {"name": name, "label": label_of(label) if label else name, "total": total, "parts": parts}
        )
    keys = [(f"k{index}", label_of(choices[name])) for index, name in enumerate(classes[:-1])]
    title = label_of(seen.class_field.label) if seen.class_field else ""
    return {"rows": rows, "keys": keys, "class": title}


def _unit_row(seen: Glance, index: int, units: dict[str, str]) -> dict[str, Any]:
    code, one = seen.units[index]
    completion = one.completion or Decimal(0)
    return {
        "rank": index + 1,
        "code": code,
        "name": units.get(code, code),
        "subjects": one.subjects,
        "done": number_text(one.done, decimals=0),
        "plan": number_text(one.plan, decimals=0),
        "completion": percent_text(completion),
        "width": _width(completion),
        "gap": f"{(completion - seen.time_progress) * 100:+.1f}",
        "is_behind": completion < seen.time_progress,
        "red": one.red,
    }


def _red_row(seen: Glance, red: Any, units: dict[str, str]) -> dict[str, Any]:
    rules = {rule.name: rule for rule in seen.judged.findings.rules.rules} if seen.judged else {}
    reasons = [
        {
            "rule": label_of(rules[one.rule].label),
            "node": _node_label(seen, one.node),
            "text": one.text(language()),
        }
        for one in red.reasons[:2]
    ]
    return {
        "subject": red.subject,
        "name": red.name,
        "unit": units.get(red.unit, red.unit),
        "reasons": reasons,
        "more": max(0, len(red.reasons) - 2),
    }


def _node_label(seen: Glance, node: str) -> str:
    return label_of(seen.pack.nodes[node].label) if node in seen.pack.nodes else ""


def _bars(seen: Glance) -> dict[str, Any]:
    if seen.pair is None or not any(amount for _, amount in seen.by_month):
        return {}
    return {
        "labels": [str(month) for month, _ in seen.by_month],
        "unit": seen.pair.done.unit,
        "series": [
            {"name": label_of(seen.pair.done.label), "values": [float(amount) for _, amount in seen.by_month]}
        ],
        "title": say("近十二个月"),
    }
