"""What the ledger says of a project's nodes (账内节点): dates, baseline, changes, and its approval network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from yiben.kernel.problems import Place, Problem
from yiben.kernel.units import convert
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.frozen import BASELINE, NODE_CHANGE
from yiben.ledger.history import Said, history
from yiben.ledger.marks import Mark, marks
from yiben.ledger.models import NodeVersion
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.planning import templates
from yiben.planning.approvals import Made, make
from yiben.planning.calendar import WorkingCalendar
from yiben.planning.living import Change, LiveNode, LivePlan
from yiben.planning.recorded import Recorded
from yiben.scenes.model import Pack
from yiben.scenes.plans import PlanBook, item_of
from yiben.scenes.values import fact_of


class NoSuchSubject(LookupError):
    """The scene's book has no subject of that key within the person's reach."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A change of frozen dates that waits for approval (待批调整)."""

    subject: str
    node: str
    dates: Mapping[str, tuple[date, date]]
    reason: str
    by: str
    at: datetime
    transaction: int


def facts_of(pack: Pack, subject: str, *, by: Person | None = None) -> dict[str, Any]:
    """The subject's fields as the book has them; raises NoSuchSubject."""
    book = subject_book(pack)
    row = book._default_manager.filter(recorded_to=None, subject=subject).values().first()
    if row is None:
        raise NoSuchSubject(f"found {subject!r}, expected a {pack.subject.en or pack.subject.zh} of the book")
    facts = {name: fact_of(one, row[PREFIX + name]) for name, one in pack.fields.items()}
    unit = facts.get(pack.unit_field) if pack.unit_field else None
    if by is not None and not by.may(Action.READ, unit=None if unit is None else str(unit)):
        raise NoSuchSubject(f"found {subject!r}, expected one within reach of {by.username}")
    return facts


def recorded_nodes(pack: Pack, subject: str, facts: Mapping[str, Any]) -> dict[str, Recorded]:
    """The three dates of each node: from the node itself, else from the fields that say the same."""
    rows = NodeVersion.objects.filter(scene=pack.name, subject=subject, recorded_to=None)
    said = {row.node: row for row in rows}
    nodes = {}
    for name, node in pack.nodes.items():
        row = said.get(name)
        nodes[name] = Recorded(
            planned=(row and row.planned_on) or _field_day(facts, node.planned),
            forecast=row.forecast_on if row else None,
            actual=(row and row.actual_on) or _field_day(facts, node.actual),
        )
    return nodes


def _field_day(facts: Mapping[str, Any], name: str) -> date | None:
    value = facts.get(name) if name else None
    return date.fromisoformat(str(value)) if value else None


def baseline_of(pack: Pack, subject: str) -> Mark | None:
    """The newest baseline of a subject; None before the first freeze."""
    return max(marks(pack.name, kind=BASELINE, subject=subject), key=lambda one: one.slot, default=None)


def asked_changes(pack: Pack, *, subject: str | None = None) -> list[Asked]:
    """The changes that wait for approval, oldest first."""
    return [
        Asked(
            subject=mark.subject,
            node=mark.slot,
            dates={
                node: (date.fromisoformat(was), date.fromisoformat(now))
                for node, (was, now) in mark.facts["dates"].items()
            },
            reason=mark.facts["reason"],
            by=mark.facts["by"],
            at=datetime.fromisoformat(mark.facts["at"]),
            transaction=mark.transaction,
        )
        for mark in marks(pack.name, kind=NODE_CHANGE, subject=subject)
        if mark.facts.get("state") == "asked"
    ]


def live_plan(pack: Pack, subject: str, *, nodes: Mapping[str, Recorded], baseline: Mark | None) -> LivePlan:
    """The recorded nodes with baseline, forecast, actual date and every change of their dates."""
    dates = baseline.facts["dates"] if baseline else {}
    moved = _changes(pack, subject, since=baseline.transaction if baseline else 0)
    live = {
        name: LiveNode(
            key=name,
            name=pack.nodes[name].label.zh,
            baseline=date.fromisoformat(dates[name]) if name in dates else None,
            forecast=forecast,
            actual=said.actual,
            changes=tuple(moved.get(name, ())),
        )
        for name, said in nodes.items()
        if (forecast := said.forecast or said.planned or said.actual) is not None
    }
    return LivePlan(subject, live, date.fromisoformat(baseline.facts["frozen_on"]) if baseline else None)


def _changes(pack: Pack, subject: str, *, since: int) -> dict[str, list[Change]]:
    """Each change of the day that people counted on, oldest first; after a freeze only those since."""
    approved: dict[int, dict[str, Any]] = {}
    asked: dict[str, dict[str, Any]] = {}
    for one in reversed(history(pack.name, subject, kind=NODE_CHANGE)):
        asked.setdefault(one.slot, {})[one.name] = one.value
        approved[one.transaction] = dict(asked[one.slot])
    found: dict[str, list[Change]] = {}
    for node, entries in _by_entry(history(pack.name, subject, kind="node")).items():
        known: dict[str, Any] = {}
        for said, facts in entries:
            was = known.get("forecast_on") or known.get("planned_on")
            known |= facts
            now = known.get("forecast_on") or known.get("planned_on")
            if was and now and was != now and said.transaction > since:
                answered = approved.get(said.transaction, {})
                found.setdefault(node, []).append(
                    Change(
                        node,
                        date.fromisoformat(was),
                        date.fromisoformat(now),
                        str(facts.get("reason") or known.get("reason") or said.why),
                        answered.get("by", said.officer),
                        said.at,
                        said.officer if answered else "",
                    )
                )
    return found


def _by_entry(rows: list[Said]) -> dict[str, list[tuple[Said, dict[str, Any]]]]:
    entries: dict[int, tuple[Said, dict[str, Any]]] = {}
    for one in reversed(rows):
        entries.setdefault(one.entry, (one, {}))[1][one.name] = one.value
    nodes: dict[str, list[tuple[Said, dict[str, Any]]]] = {}
    for said, facts in entries.values():
        nodes.setdefault(said.slot, []).append((said, facts))
    return nodes


def network_of(
    pack: Pack, book: PlanBook, facts: Mapping[str, Any], *, on: date, calendar: WorkingCalendar
) -> tuple[Made | None, list[Problem]]:
    """The approval network that a subject follows, by its class, approval type and facts."""
    name = book.template_of(facts)
    if not name:
        return None, []
    template = templates.built_in().get(name)
    if template is None:
        place = Place(file=pack.file, line=pack.line_of("plan.templates"), field="plan.templates")
        known = ", ".join(templates.built_in())
        return None, [Problem("unknown-template", repr(name), f"one of {known}", place)]
    stated = stated_facts(pack, book, template, facts)
    return make(template, calendar=calendar, on=on, place=book.place, facts=stated)


def stated_facts(
    pack: Pack, book: PlanBook, template: templates.Template, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The template's facts that the subject's fields give, in the template's units."""
    stated: dict[str, Any] = {}
    for name, source in book.facts.items():
        value = facts.get(source.field)
        if name not in template.facts or value is None:
            continue
        one = pack.fields[source.field]
        if one.is_number:
            number = Decimal(str(value))
            value = convert(number, one.unit, source.unit) if source.unit else number
        stated[name] = value
    return stated


def by_items(pack: Pack, made: Made, nodes: Mapping[str, Recorded]) -> dict[str, Recorded]:
    """What is recorded of the items of a network."""
    return {
        item: nodes[name]
        for name, node in pack.nodes.items()
        if (item := item_of(node, template=made.template.name)) in made.items
        and nodes[name].expected is not None
    }
