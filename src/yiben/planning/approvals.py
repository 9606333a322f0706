"""From a template and a project's facts to a plan (审批流程生成): which items, how long, by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

import numpy as np

from yiben.kernel.problems import Place, Problem
from yiben.planning.calendar import Clock, OutsideCalendar, WorkingCalendar, indices
from yiben.planning.limits import Limit, limit
from yiben.planning.network import Link, LinkType, Node
from yiben.planning.plan import Plan
from yiben.planning.templates import Template
from yiben.planning.worktime import OFFICE_DAY, WorkTime, every_day, instant, office_time
from yiben.rulebook import Rulebook

Basis = Literal["promised", "statutory"]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a project's own network (事项): how long it takes, on which clock, and why.

    `source` and `sure` say where the duration comes from; an item without a rule carries the
    county's own default (`sure` is then `general`). `valid` names how long its result holds.
    """

    key: str
    label: Mapping[str, str]
    unit: str
    clock: str
    stage: str
    days: Decimal
    count: Clock
    source: str
    sure: str
    valid: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A project's network made from a template (项目审批网络)."""

    template: Template
    items: Mapping[str, Item]
    plan: Plan
    working: WorkTime
    on: date
    place: str

    @property
    def goal(self) -> str:
        """The item that the plan is for, such as the start of works."""
        return self.template.goal


def make(
    template: Template,
    *,
    calendar: WorkingCalendar,
    on: date,
    place: str,
    facts: Mapping[str, Any] | None = None,
    basis: Basis = "promised",
    days: Mapping[str, Decimal] | None = None,
    book: Rulebook | None = None,
) -> tuple[Made | None, list[Problem]]:
    """The network of a project with these facts, by the rules in force `on` a day at a place.

    `basis` says whether promised limits count where there are any, or only statutory ones; `days`
    gives some items another duration. Facts or items that the template does not know are refused.
    """
    problems = [*_unknown_facts(template, facts or {}), *_unknown_items(template, days or {})]
    try:
        indices_of(on)
    except OutsideCalendar as error:
        problems.append(Problem("outside-calendar", str(on), str(error).partition("expected ")[2], Place()))
    if problems:
        return None, problems
    stated = {name: fact.get("default") for name, fact in template.facts.items()} | dict(facts or {})
    asked = _Asked(template, stated, on, place, basis, book)
    items = {key: item for key in template.items if (item := _item(asked, key, days or {})) is not None}
    working = office_time(calendar)
    nodes = tuple(_node(item, working) for item in items.values())
    links = tuple(_links(template, items, working))
    start = instant(datetime.combine(on, time(8)))
    rows = tuple(items)
    plan = Plan(template.label.get("zh", template.name), start, nodes, links, working, rows=rows)
    return Made(template, items, plan, working, on, place), []


def indices_of(day: date) -> int:
    """The number of a day in the calendar; raises OutsideCalendar before 2007."""
    return int(indices(np.array([day], dtype="datetime64[D]"))[0])


@dataclass(frozen=True, slots=True)
class _Asked:
    template: Template
    facts: Mapping[str, Any]
    on: date
    place: str
    basis: Basis
    book: Rulebook | None

    def limit(self, id: str) -> Limit | None:
        """The limit in force there and then."""
        return limit(id, on=self.on, place=self.place, book=self.book)


def _unknown_facts(template: Template, facts: Mapping[str, Any]) -> list[Problem]:
    known = ", ".join(template.facts) or "none"
    place = Place(file=template.file, subject=template.name)
    return [
        Problem("unknown-fact", repr(name), f"one of: {known}", place)
        for name in facts
        if name not in template.facts
    ]


def _unknown_items(template: Template, days: Mapping[str, Decimal]) -> list[Problem]:
    place = Place(file=template.file, subject=template.name)
    unknown = [key for key in days if key not in template.items]
    wrong = [key for key, value in days.items() if not 0 <= value <= 10_000]
    return [
        *(
            Problem("unknown-node", repr(key), f"one of: {', '.join(template.items)}", place)
            for key in unknown
        ),
        *(Problem("bad-duration", f"{key}={days[key]}", "days from 0 to 10000", place) for key in wrong),
    ]


def _item(asked: _Asked, key: str, days: Mapping[str, Decimal]) -> Item | None:
    raw: Mapping[str, Any] = asked.template.items[key]
    if "when" in raw and not holds(asked, raw["when"]):
        return None
    tiers = raw.get("tiers", ())
    tier: Mapping[str, Any] = next((t for t in tiers if "when" not in t or holds(asked, t["when"])), {})
    rule = {**_durations(raw if not _durations(tier) else tier)}
    merged = {**raw, **tier}
    amount, count, source, sure = _duration(asked, rule)
    if key in days:
        amount, source, sure = days[key], "stated for this project", "general"
    return Item(
        key=key,
        label=merged["label"],
        unit=str(raw.get("unit", "")),
        clock=merged.get("clock", "owner"),
        stage=raw.get("stage", "before_start"),
        days=amount,
        count=count,
        source=source,
        sure=sure,
        valid=merged.get("valid", ""),
    )


def _durations(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("limit", "promise", "days", "count") if name in row}


def _duration(asked: _Asked, rule: Mapping[str, Any]) -> tuple[Decimal, Clock, str, str]:
    names = ("promise", "limit") if asked.basis == "promised" else ("limit",)
    for name in names:
        found = asked.limit(rule[name]) if name in rule else None
        if found is not None:
            return found.value, "calendar" if found.unit == "日" else "working", found.source, found.sure
    count: Clock = rule.get("count", "working")
    return Decimal(rule.get("days", 0)), count, "template", "general"


def holds(asked: _Asked, test: Mapping[str, Any]) -> bool:
    """Whether a condition on facts holds; a threshold that is not in force tests nothing."""
    return all(_holds(asked, name, wanted) for name, wanted in test.items())


def _holds(asked: _Asked, name: str, wanted: Any) -> bool:
    if name == "any":
        return any(holds(asked, part) for part in wanted)
    if name == "all":
        return all(holds(asked, part) for part in wanted)
    if name == "not":
        return not holds(asked, wanted)
    value = asked.facts.get(name)
    if "is" in wanted and value != wanted["is"]:
        return False
    for kind in ("at_least", "below"):
        if kind in wanted:
            bound = wanted[kind]
            if isinstance(bound, str):
                found = asked.limit(bound)
                bound = None if found is None else found.value
            if value is None or bound is None or (value >= bound) is not (kind == "at_least"):
                return False
    return True


def _node(item: Item, working: WorkTime) -> Node:
    time = working if item.count == "working" else every_day()
    return Node(item.key, time, round(item.days * OFFICE_DAY), item.label.get("zh", item.key))


def _links(template: Template, items: Mapping[str, Item], working: WorkTime) -> list[Link]:
    links: dict[tuple[str, str, str], Link] = {}
    for key in items:
        for wait in template.after(key):
            for first in _present(template, wait["item"], items):
                kind = LinkType(wait.get("type", "FS"))
                counted = wait.get("count", "working")
                link = Link(
                    first,
                    key,
                    kind,
                    lag=round(Decimal(wait.get("lag", 0)) * OFFICE_DAY),
                    time=working if counted == "working" else every_day(),
                    legal=bool(wait.get("legal", False)),
                    article=str(wait.get("article", "")),
                )
                links.setdefault((first, key, kind.value), link)
    return list(links.values())


def _present(template: Template, key: str, items: Mapping[str, Item]) -> list[str]:
    """The item itself, or where this project does not need it, what it would have waited for."""
    if key in items:
        return [key]
    return [found for wait in template.after(key) for found in _present(template, wait["item"], items)]
