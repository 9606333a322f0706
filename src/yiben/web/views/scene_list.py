"""The list of any scene (清单页): filter, sort, choose columns, saved lists, export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem
from yiben.ledger.frames import moment_head
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Field, Pack, SavedList
from yiben.scenes.values import Fact
from yiben.web.doors import needs, person
from yiben.web.filters import Filter, operators_of, question_of, read_filters, search_question
from yiben.web.judged import colour_question, colours_of, judged
from yiben.web.quick import coloured_keys, quick_of, reach_of
from yiben.web.rows import (
    COUNT_LIMIT,
    PAGE_SIZE,
    Column,
    Page,
    add_measures,
    all_columns,
    facts_of_rows,
    known_at,
    page_of,
    scope_of,
    visible_fields,
)
from yiben.web.rows import subject_book as book_of
from yiben.web.scenes_here import moment_asked, month_asked, pack_named
from yiben.web.shown import Shown, shown, unit_names
from yiben.web.where import NotForLists, where_of
from yiben.web.words import label_of, say

COLOURS = (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.EXEMPT, Colour.NONE)
DEFAULT_COLUMNS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list asks for (清单请求), checked against the pack and the rights."""

    pack: Pack
    person: Person
    month: Period
    as_of: datetime | None
    number: int | None
    filters: list[Filter]
    search: str
    saved: SavedList | None
    colours: tuple[Colour, ...]
    columns: list[Column]
    order: tuple[str, ...]
    page: int
    problems: list[Problem] = field(default_factory=list)

    def rows(self) -> Any:
        """The rows that match, unordered."""
        question = scope_of(self.pack, self.person) & question_of(self.filters)
        if self.search:
            question &= search_question(self.pack, self.search)
        if self.saved and self.saved.where:
            try:
                question &= where_of(self.saved.where, pack=self.pack)
            except NotForLists as error:
                self.problems.append(Problem("list-where", str(error), "an expression that lists can ask"))
                question &= Q(pk__in=[])
        if self.colours:
            question &= colour_question(self.pack, self.colours, month=self.month, as_of=self.as_of)
        return known_at(book_of(self.pack), self.number).filter(question)


def asked_of(request: HttpRequest, pack: Pack) -> Asked:
    """What a request asks of a scene's list."""
    query, who = request.GET, person(request)
    filters, problems = read_filters(query, fields=visible_fields(pack, who))
    saved = pack.lists.get(query.get("list", ""))
    columns = all_columns(pack, who)
    chosen = [name for name in query.getlist("column") if name in columns]
    chosen = chosen or [name for name in (saved.columns if saved else ()) if name in columns]
    chosen = chosen or [name for name in pack.columns[:DEFAULT_COLUMNS] if name in columns]
    order = [name for name in query.get("sort", "").split(",") if _can_sort(name, columns)][:3]
    as_of = moment_asked(query.get("as_of", ""))
    page = query.get("page", "")
    return Asked(
        pack=pack,
        person=who,
        month=month_asked(query.get("month", ""), scene=pack.name),
        as_of=as_of,
        number=None if as_of is None else moment_head(as_of),
        filters=filters,
        search=query.get("q", "").strip().replace("\x00", "")[:100],
        saved=saved,
        colours=tuple(one for one in COLOURS if one.word in query.getlist("colour")),
        columns=[columns[name] for name in chosen],
        order=tuple(order)
        or tuple(name for name in (saved.order if saved else ()) if _can_sort(name, columns)),
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,
        problems=problems,
    )


def _can_sort(name: str, columns: Mapping[str, Column]) -> bool:
    column = columns.get(name.removeprefix("-"))
    return column is not None and column.can_sort


@needs(Action.READ)
@require_safe
def scene_list(request: HttpRequest, scene: str) -> HttpResponse:
    """One page of a scene's book."""
    pack = pack_named(scene)
    asked = asked_of(request, pack)
    page = _page(asked)
    add_measures(page.rows, pack=pack, columns=asked.columns, month=asked.month, number=asked.number)
    view = {
        "pack": pack,
        "asked": asked,
        "page": page,
        "rows": _table(asked, page),
        "headings": _headings(asked),
        "has_rules": bool(pack.rules),
        "span": len(asked.columns) + 2 + bool(pack.rules),
        "may_choose": asked.as_of is None and asked.person.may(Action.RECORD),
    }
    if request.headers.get("HX-Target") == "rows":
        return render(request, "parts/scene_rows.html", view)
    who = asked.person
    view |= {
        "filter_fields": [_control(one, request) for one in _filter_fields(pack, who, asked)],
        "chosen": {one.name for one in asked.columns},
        "columns": [{"column": one, "label": label_of(one.label)} for one in all_columns(pack, who).values()],
        "colours": [(one, one in asked.colours) for one in COLOURS],
        "months": [asked.month.shift(-back) for back in range(12)],
        "kept": _kept(request),
    }
    return render(request, "scene_list.html", view)


def _page(asked: Asked) -> Page:
    """The page: which subjects from the scene's columns where it has them, their rows from the book."""
    quick = None if asked.as_of else quick_of(asked.pack)
    if quick is None:
        return page_of(
            asked.rows(), pack=asked.pack, columns=asked.columns, order=asked.order, number=asked.page
        )
    colours = None
    if asked.colours:
        result = judged(asked.pack, month=asked.month)
        colours = coloured_keys(dict(result.colours()) if result else {}, asked.colours)
    given: dict[str, Any] = {
        "filters": asked.filters,
        "search": asked.search,
        "saved": asked.saved.name if asked.saved else "",
        "reach": reach_of(asked.pack, asked.person),
        "colours": colours,
        "order": asked.order,
        "size": PAGE_SIZE,
        "most": COUNT_LIMIT + 1,
    }
    last = -(-COUNT_LIMIT // PAGE_SIZE)
    number = max(1, min(asked.page, last))
    keys, found = quick.page(first=(number - 1) * PAGE_SIZE, **given)
    count = min(found, COUNT_LIMIT)
    pages = -(-count // PAGE_SIZE) or 1
    if number > pages:
        number = pages
        keys, _ = quick.page(first=(number - 1) * PAGE_SIZE, **given)
    rows = known_at(book_of(asked.pack), None).filter(scope_of(asked.pack, asked.person), subject__in=keys)
    facts = {row["subject"]: row for row in facts_of_rows(rows, pack=asked.pack, columns=asked.columns)}
    return Page([facts[key] for key in keys if key in facts], count, found > COUNT_LIMIT, number)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """Parameters that the filter form hands on unchanged."""
    names = ("list", "sort", "as_of", "month", "column")
    return [(name, value) for name in names for value in request.GET.getlist(name)]


def _headings(asked: Asked) -> list[dict[str, Any]]:
    first = asked.order[0] if asked.order else ""
    name = all_columns(asked.pack, asked.person)[asked.pack.display]
    found = []
    for column in [name, *(one for one in asked.columns if one.name != name.name)]:
        is_first = first.removeprefix("-") == column.name
        turned = f"-{column.name}" if first == column.name else column.name
        found.append(
            {
                "label": label_of(column.label),
                "unit": column.field.unit if column.field.unit != "%" else "",
                "style": shown(column.field, None, {}).style,
                "sort": turned if column.can_sort else "",
                "direction": ("descending" if first.startswith("-") else "ascending") if is_first else "",
            }
        )
    return found


def _table(asked: Asked, page: Page) -> list[dict[str, Any]]:
    """The rows as a template wants them: name with address, colour, cells with where they lead."""
    units = unit_names()
    pack = asked.pack
    subjects = [str(row["subject"]) for row in page.rows]
    lamps = colours_of(pack, subjects, month=asked.month, as_of=asked.as_of) if pack.rules else {}
    return [_row(asked, row, units, lamps) for row in page.rows]


def _row(
    asked: Asked, row: Mapping[str, Fact], units: Mapping[str, str], lamps: Mapping[str, Colour]
) -> dict[str, Any]:
    subject = str(row["subject"])
    address = reverse("subject", args=[asked.pack.name, subject])
    cells: list[Shown] = []
    for column in asked.columns:
        if column.name == asked.pack.display:
            continue
        slot = _slot(column, asked.month)
        href = f"{address}/fact/{column.field.name}{slot}" if isinstance(column.field, Field) else ""
        cells.append(shown(column.field, row.get(column.name), units, href=href))
    return {
        "subject": subject,
        "href": address,
        "name": row.get(asked.pack.display) or subject,
        "colour": lamps.get(subject, Colour.NONE),
        "cells": cells,
    }


def _slot(column: Column, month: Period) -> str:
    if not column.is_measure:
        return ""
    every = column.field.every  # type: ignore[union-attr]
    return "?kind=period" if column.part or every != "month" else f"?kind=period&slot={month}"


def _filter_fields(pack: Pack, who: Person, asked: Asked) -> list[Field]:
    """The fields offered for filtering: the pack's own columns, choices, and what is in use."""
    visible = visible_fields(pack, who)
    names = [name for name in pack.columns if name in visible]
    names += [name for name, one in visible.items() if one.type in ("choice", "unit", "boolean")]
    names += [one.field.name for one in asked.filters]
    return [visible[name] for name in dict.fromkeys(names) if name != pack.display]


def _control(one: Field, request: HttpRequest) -> dict[str, Any]:
    """A filter control with what it holds now."""
    operators = operators_of(one)
    query = request.GET
    control: dict[str, Any] = {"field": one, "label": label_of(one.label), "kind": "text"}
    if operators == ("min", "max"):
        kind = {"date": "date", "month": "month"}.get(one.type, "number")
        low, high = query.get(f"f.{one.name}.min", ""), query.get(f"f.{one.name}.max", "")
        return control | {"kind": kind, "low": low, "high": high}
    if operators == ("is",):
        options = _options(one)
        return control | {"kind": "choice", "options": options, "values": query.getlist(f"f.{one.name}.is")}
    return control | {"value": query.get(f"f.{one.name}.has", "")}


def _options(one: Field) -> Sequence[tuple[str, str]]:
    if one.type == "boolean":
        return [("yes", say("是")), ("no", say("否"))]
    if one.type == "unit":
        return list(unit_names().items())
    return [(name, label_of(label)) for name, label in one.choices.items()]
