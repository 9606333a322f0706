"""All plans of a scene (全部项目节点): nodes by month in colour, the node list, completion rates, the freeze."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiben.journeys.change_plan import freeze_plans
from yiben.journeys.plan_nodes import asked_changes
from yiben.journeys.plan_portfolio import Planned, Portfolio, lapsing, moves_of, plan_portfolio
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period, months_between
from yiben.kernel.problems import Refused
from yiben.people.roles import Action
from yiben.planning.exchange import nodelist
from yiben.planning.living import Completion, NodeRow
from yiben.scenes.model import Pack
from yiben.scenes.plans import plan_book
from yiben.web.doors import needs, person
from yiben.web.downloads import attachment
from yiben.web.problems import all_told
from yiben.web.scenes_here import pack_named, period_named
from yiben.web.shown import unit_names
from yiben.web.views.imports import XLSX
from yiben.web.words import label_of, say

MONTHS, PAGE, PERMIT_DAYS, LISTED = 12, 50, 90, 12
LAMPS = (Colour.RED, Colour.YELLOW, Colour.GREEN)


@needs(Action.READ)
@require_safe
def portfolio(request: HttpRequest, scene: str) -> HttpResponse:
    """Nodes of all subjects by month with their colours, and what slips, lapses and waits."""
    pack = _pack(scene)
    on, who = timezone.localdate(), person(request)
    plans = plan_portfolio(pack, on=on, by=who)
    first = _month(request.GET.get("month", ""), on)
    months = months_between(first, first.shift(MONTHS - 1))
    units, book = unit_names(), plan_book(pack)
    cells = plans.by_month_and_subject(months)
    chosen = _chosen(request, plans, cells)
    pages = max(1, -(-len(chosen) // PAGE))
    number = min(max(1, _number(request.GET.get("page", ""))), pages)
    year = Period(on.replace(month=1, day=1), 12)
    pushed = sorted(plans.pushed(), key=lambda row: -row[2])
    lapses = lapsing(plans, within_days=PERMIT_DAYS)
    asked = [one for one in asked_changes(pack) if who.may(Action.APPROVE)] if who.may(Action.APPROVE) else []
    view = {
        "pack": pack,
        "on": on,
        "months": [_month_head(plans, month) for month in months],
        "rows": [
            _line(pack, plans.subjects[at], cells[at], units, book.class_field)
            for at in chosen[(number - 1) * PAGE : number * PAGE]
        ],
        "count": len(chosen),
        "page": {"number": number, "pages": pages},
        "whole": _rate(plans.completion(year, by="all"), {}),
        "by_unit": _rate(plans.completion(year, by="unit"), units),
        "by_class": _rate(plans.completion(year, by="class"), _classes(pack)),
        "year": year,
        "pushed": [
            {"subject": one, "node": label_of(pack.nodes[node].label), "days": days}
            for one, node, days in pushed[:LISTED]
        ],
        "pushed_count": len(pushed),
        "lapses": [
            {"subject": one, "node": label_of(pack.nodes[node].label), "expiry": expiry}
            for one, node, expiry in lapses[:LISTED]
        ],
        "lapse_count": len(lapses),
        "asked": len(asked),
        "frozen": int(plans.frozen.sum()),
        "filters": {name: request.GET.get(name, "") for name in ("unit", "class", "colour", "q")},
        "units": sorted(
            {(one.unit, units.get(one.unit, one.unit)) for one in plans.subjects if one.unit},
            key=lambda pair: pair[1],
        ),
        "classes": list(_classes(pack).items()),
        "lamps": LAMPS,
        "earlier": first.shift(-MONTHS),
        "later": first.shift(MONTHS),
        "first": first,
    }
    return render(request, "plans/portfolio.html", view)


def _pack(scene: str) -> Pack:
    pack = pack_named(scene)
    if not pack.nodes:
        raise Http404(f"the scene {scene!r} has no nodes")
    return pack


def _month(text: str, on: date) -> Period:
    asked = period_named(text)
    return asked if asked is not None and asked.months == 1 else Period.month_of(on).shift(-1)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 1


def _chosen(request: HttpRequest, plans: Portfolio, cells: dict[int, Any]) -> list[int]:
    """The subjects with nodes in these months that pass the filters, the gravest first."""
    wanted = {name: request.GET.get(name, "") for name in ("unit", "class", "colour", "q")}
    found = []
    for at, months in cells.items():
        one = plans.subjects[at]
        colours = [colour for month in months for _, colour in month]
        if (
            wanted["unit"] in ("", one.unit)
            and wanted["class"] in ("", one.project_class)
            and wanted["q"].strip().lower() in f"{one.name} {one.subject}".lower()
            and (not wanted["colour"] or wanted["colour"] in {colour.word for colour in colours})
        ):
            found.append((-colours.count(Colour.RED), -colours.count(Colour.YELLOW), one.name, at))
    return [row[-1] for row in sorted(found)]


def _month_head(plans: Portfolio, month: Period) -> dict[str, Any]:
    counts = plans.by_month([month])[0]
    return {
        "period": month,
        "counts": [(colour, counts.get(colour, 0)) for colour in LAMPS if counts.get(colour)],
        "sum": sum(counts.values()),
    }


def _line(
    pack: Pack, one: Planned, months: list[Any], units: dict[str, str], class_field: str
) -> dict[str, Any]:
    return {
        "subject": one,
        "unit": units.get(one.unit, one.unit),
        "class": _classes(pack).get(one.project_class, ""),
        "months": [
            [{"label": label_of(pack.nodes[node].label), "colour": colour} for node, colour in month]
            for month in months
        ],
    }


def _classes(pack: Pack) -> dict[str, str]:
    field = pack.fields.get(plan_book(pack).class_field)
    return {key: label_of(label) for key, label in field.choices.items()} if field else {}


def _rate(rows: list[Completion], names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": names.get(one.group, one.group) or say("未写明"),
            "due": one.due,
            "done": one.done,
            "in_time": one.in_time,
            "rate": f"{one.rate:.0%}" if one.rate is not None else "—",
            "width": round((one.rate or 0) * 100),
        }
        for one in rows
    ]


@needs(Action.READ)
@require_safe
def nodes(request: HttpRequest, scene: str) -> HttpResponse:
    """The node list of a month (节点清单)."""
    pack, on = _pack(scene), timezone.localdate()
    month = _asked_month(request, on)
    plans = plan_portfolio(pack, on=on, by=person(request))
    rows = _listed(pack, plans, month)
    pages = max(1, -(-len(rows) // (4 * PAGE)))
    number = min(max(1, _number(request.GET.get("page", ""))), pages)
    view = {
        "pack": pack,
        "month": month,
        "earlier": month.shift(-1),
        "later": month.shift(1),
        "rows": rows[(number - 1) * 4 * PAGE : number * 4 * PAGE],
        "count": len(rows),
        "page": {"number": number, "pages": pages},
        "whole": _rate(plans.completion(month, by="all"), {}),
        "by_unit": _rate(plans.completion(month, by="unit"), unit_names()),
        "by_class": _rate(plans.completion(month, by="class"), _classes(pack)),
    }
    return render(request, "plans/nodes.html", view)


def _asked_month(request: HttpRequest, on: date) -> Period:
    asked = period_named(request.GET.get("month", ""))
    return asked if asked is not None and asked.months == 1 else Period.month_of(on)


def _listed(pack: Pack, plans: Portfolio, month: Period) -> list[dict[str, Any]]:
    """The list's rows with the words that a page shows; `row` is as the file wants it."""
    rows = plans.node_list(month)
    moves = moves_of(pack, [row.project for row in rows])
    names = {one.subject: one.name for one in plans.subjects}
    units, classes = unit_names(), _classes(pack)
    return [
        {
            "subject": row.project,
            "row": replace(
                row,
                project=names[row.project],
                project_class=classes.get(row.project_class, ""),
                unit=units.get(row.unit, row.unit),
                name=label_of(pack.nodes[row.node].label),
                moves=moves.get((row.project, row.node), 0),
            ),
        }
        for row in rows
    ]


@needs(Action.EXPORT)
@require_safe
def nodes_file(request: HttpRequest, scene: str) -> HttpResponse:
    """The node list of a month as xlsx."""
    pack, on = _pack(scene), timezone.localdate()
    month = _asked_month(request, on)
    rows: list[NodeRow] = [
        one["row"] for one in _listed(pack, plan_portfolio(pack, on=on, by=person(request)), month)
    ]
    title = f"{label_of(pack.title)} {month} {say('节点清单')}"
    return attachment(nodelist.write(rows, title=title), name=f"{title}.xlsx", kind=XLSX)


@needs(Action.PUBLISH)
@require_POST
def freeze(request: HttpRequest, scene: str) -> HttpResponse:
    """Set the year's plan for every subject that is open and not set yet (年度计划下达)."""
    pack, year = _pack(scene), timezone.localdate().year
    why = request.POST.get("why", "").strip()[:500]
    try:
        done = freeze_plans(pack, year=year, by=person(request), at=timezone.now(), why=why)
        text = say("已冻结 {n} 个项目的年度计划，记为第 {t} 笔。", n=done.entries, t=done.transaction)
        messages.success(request, text)
    except Refused as refusal:
        for one in all_told(refusal.problems, pack=pack):
            messages.error(request, f"{one.found} → {one.expected}")
    return redirect("plans", scene)
