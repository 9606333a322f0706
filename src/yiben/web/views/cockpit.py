"""The cockpit and the big screen (驾驶舱与大屏): one month of one scene."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yiben.kernel.colours import Colour
from yiben.people.roles import Action
from yiben.scenes.cases import case_book
from yiben.scenes.model import Field, Label, Pack
from yiben.web.cases import rate_rows
from yiben.web.cockpit import Glance, Progress, glance
from yiben.web.doors import needs, person, signed_in
from yiben.web.scenes_here import main_pack, month_asked, pack_named
from yiben.web.shown import EMPTY, number_text, percent_text, unit_names
from yiben.web.town_map import colour_of, shapes_of, shares
from yiben.web.words import label_of, language, say

REDS_SHOWN = 12
CHANGES_SHOWN = 8
# A longer table shows its top and its bottom; the rest on demand.
TABLE_WHOLE, TABLE_ENDS = 16, 6
SCREEN_ENDS = 4
CLASSES_SHOWN = 4


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
    # Of a month that is over, cases are told as its last day left them.
    latest = month_asked("", scene=pack.name)
    on = timezone.localdate() if month >= latest else month.last_day
    seen = glance(pack, month=month, person=person(request), on=on)
    units = unit_names()
    is_screen = template == "screen.html"
    table = [_unit_row(seen, code, units) for code in range(len(seen.units))]
    whole = TABLE_WHOLE if not is_screen else 2 * SCREEN_ENDS
    ends = TABLE_ENDS if not is_screen else SCREEN_ENDS
    cut = len(table) > whole and request.GET.get("table") != "all"
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
        "close_out": _close_out(seen),
        "map": _map(seen),
        "units": table[:ends] if cut else table,
        "last_units": table[-ends:] if cut else [],
        "units_between": len(table) - 2 * ends if cut else 0,
        "reds": [_red_row(seen, red, units) for red in seen.reds[:REDS_SHOWN]],
        "worse": seen.worse[:CHANGES_SHOWN],
        "better": seen.better[:CHANGES_SHOWN],
        "bars": _bars(seen),
    }
    return render(request, template, view)


def _close_out(seen: Glance) -> dict[str, Any]:
    """Cases in words: how many stand open, and the year's close-out rate, whole and by class."""
    found = seen.close_out
    if found is None:
        return {}
    book = case_book(seen.pack)
    words: dict[str, str] = {}
    if book.class_field:
        words = {name: label_of(one) for name, one in seen.pack.fields[book.class_field].choices.items()}
    return {
        "on": found.on,
        "year": str(found.year),
        "open": found.open,
        "overdue": found.overdue,
        "whole": rate_rows([found.whole], {"": say("全部")})[0],
        "classes": sorted(rate_rows(found.classes, words), key=_in_order_of(words))[:CLASSES_SHOWN],
    }


def _in_order_of(words: dict[str, str]) -> Callable[[dict[str, Any]], int]:
    """A sorting key: rows in the order of a field's choices, unknown ones last."""
    places = {name: place for place, name in enumerate(words)}
    return lambda row: places.get(row["key"], len(places))


def _map(seen: Glance) -> dict[str, Any]:
    """The towns as shapes and as rows of a table; each leads to the list of what stands in it."""
    if not seen.towns:
        return {}
    shapes, is_own = shapes_of(seen.towns)
    rows = [_town_row(seen, one.name, one.progress) for one in seen.towns]
    rows.sort(key=lambda row: (-row["red"], -row["yellow"], row["name"]))
    drawn = {one["properties"]["name"] for one in shapes["features"]}
    yellow, red = shares(seen.month)
    return {
        "rows": rows,
        "yellow": yellow,
        "red": red,
        "missing": [row["name"] for row in rows if row["name"] not in drawn],
        "data": {
            "shapes": shapes,
            "own": is_own,
            "judged": seen.judged is not None,
            "towns": rows,
            "words": {
                "count": label_of(seen.pack.subject),
                "red": say("红灯"),
                "yellow": say("黄灯"),
                "green": say("绿灯"),
                "completion": say("完成率"),
            },
        },
    }


def _town_row(seen: Glance, name: str, one: Progress) -> dict[str, Any]:
    query = {f"f.{seen.pack.place_field}.is": name, "month": str(seen.month)}
    colour = colour_of(one, seen.month) if seen.judged else Colour.NONE
    return {
        "name": name,
        "count": one.subjects,
        "red": one.red,
        "yellow": one.yellow,
        "green": one.green,
        "colour": colour.word,
        "done": number_text(one.done, decimals=0),
        "completion": percent_text(one.completion) if seen.pair else EMPTY,
        "href": f"{reverse('list', args=[seen.pack.name])}?{urlencode(query)}",
    }


def _progress(seen: Glance) -> dict[str, Any]:
    """The figures of done against plan, in words and widths."""
    pair, total = seen.pair, seen.total
    if pair is None:
        return {}
    gap = seen.gap
    return {
        "label": label_of(pair.done.label),
        "year_label": label_of(_whole_label(pair.done)),
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


def _whole_label(one: Field) -> Label:
    """What a month's measure is called where it stands for many months: without "of the month".

    >>> _whole_label(Field("invested", "money", Label("本月完成投资", "Invested in the month"))).zh
    '完成投资'
    """
    zh = one.label.zh.removeprefix("本月").removeprefix("当月")
    return Label(zh or one.label.zh, one.label.en.removesuffix(" in the month"))


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
            {
                "name": label_of(_whole_label(seen.pair.done)),
                "values": [float(amount) for _, amount in seen.by_month],
            }
        ],
        "title": say("近十二个月"),
    }
