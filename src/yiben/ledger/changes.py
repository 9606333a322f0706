"""From what is stated to what changes (变更): checked against the pack, the book and the rights."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem
from yiben.ledger.books import PREFIX, insert_many, period_book, subject_book
from yiben.ledger.checks import FREE_KINDS, MONTHS, name_problems, permission_problems, value_problems
from yiben.ledger.clashes import clash_problems
from yiben.ledger.frozen import frozen_problems
from yiben.ledger.holdings import holding_problems
from yiben.ledger.models import MarkVersion, NodeVersion
from yiben.ledger.moving import MOVE, move_problems, project_moves
from yiben.people.access import Person
from yiben.people.models import Unit
from yiben.people.roles import Action
from yiben.scenes.model import Field, Pack
from yiben.scenes.values import Fact, cell_of, fact_of

if TYPE_CHECKING:
    from yiben.ledger.record import Statement


@dataclass(slots=True)
class Current:
    """What the book says now about one subject, period, node or mark."""

    row_id: int
    recorded_from: int
    facts: dict[str, Any]


@dataclass(slots=True)
class Change:
    """One entry to be: the facts that differ from what is known, and what is known."""

    subject: str
    kind: str
    slot: str
    stated: dict[str, Any]
    place: Place
    facts: dict[str, Any] = field(default_factory=dict)
    current: Current | None = None

    @property
    def is_new(self) -> bool:
        """Whether nothing was known under this key before."""
        return self.current is None


def changes_of(
    statements: Sequence[Statement],
    *,
    pack: Pack,
    by: Person,
    action: Action,
    seen: int | None,
    number: int,
) -> tuple[list[Change], list[Problem]]:
    """The changes that some statements make, with every problem that they have."""
    merged, problems = _merged(statements)
    changes = []
    for change in merged:
        faults = name_problems(change)
        problems += faults
        if not faults:
            changes.append(change)
    known = current_facts(pack, changes)
    book = {key[1]: current for key, current in known.items() if key[0] == "field"}
    for change in changes:
        kind = "field" if change.kind == "withdraw" else change.kind
        change.current = known.get((kind, change.subject, change.slot))
    coming = {change.subject: change for change in changes if change.kind == "field"}
    units = _units_by_name(pack, changes)
    for change in changes:
        if _is_orphan(change, book, coming):
            problems.append(_unknown_subject(pack, change))
        elif change.kind == "withdraw" and change.subject in coming:
            found = f"{change.subject!r} both stated and withdrawn"
            problems.append(Problem("stated-twice", found, "one or the other", change.place))
        else:
            problems += value_problems(change, pack, units)
    for change in changes:
        problems += permission_problems(change, pack, book, coming, by, action)
    problems += frozen_problems(changes, pack, action)
    problems += move_problems(changes, pack, by, action, coming)
    problems += holding_problems(changes, pack)
    return changes, problems + clash_problems(changes, pack, seen, number)


def _merged(statements: Iterable[Statement]) -> tuple[list[Change], list[Problem]]:
    merged: dict[tuple[str, str, str], Change] = {}
    problems = []
    for one in statements:
        key = (one.kind, one.subject, one.slot)
        change = merged.get(key)
        if change is None:
            merged[key] = Change(one.subject, one.kind, one.slot, dict(one.facts), one.place)
            continue
        for name, value in one.facts.items():
            if name in change.stated and change.stated[name] != value:
                found = f"{change.stated[name]!r} and {value!r} for the same {name}"
                problems.append(Problem("stated-twice", found, "one value", one.place))
        change.stated.update(one.facts)
    return list(merged.values()), problems


def current_facts(pack: Pack, changes: Sequence[Change]) -> dict[tuple[str, str, str], Current]:
    """What the book says now under every (kind, subject, slot) that some changes touch.

    The subjects themselves are always read, under kind `field` and an empty slot.
    """
    subjects = sorted({change.subject for change in changes})
    book = _read(subject_book(pack), ("subject",), pack.fields, subject__in=subjects)
    known = {("field", subject, ""): current for subject, current in book.items()}
    for kind in sorted({change.kind for change in changes} - {"field", "withdraw"}):
        chosen = [change for change in changes if change.kind == kind]
        known |= {(kind, *key): current for key, current in _current_of(kind, pack, chosen).items()}
    return known


def _current_of(kind: str, pack: Pack, changes: Sequence[Change]) -> dict[Any, Current]:
    subjects = sorted({change.subject for change in changes})
    if kind == "period":
        slots = {change.slot for change in changes}
        limits: dict[str, Any] = {"period__in": slots} if len(slots) < 100 else {}
        return _read(period_book(pack), ("subject", "period"), pack.measures, subject__in=subjects, **limits)
    if kind == "node":
        rows = NodeVersion.objects.filter(scene=pack.name, subject__in=subjects, recorded_to=None).values()
        return {
            (row["subject"], row["node"]): Current(
                row["row_id"],
                row["recorded_from"],
                {name: _iso(row[name]) for name in ("planned_on", "forecast_on", "actual_on")}
                | {"reason": row["reason"] or None},
            )
            for row in rows
        }
    marks = MarkVersion.objects.filter(scene=pack.name, kind=kind, subject__in=subjects, recorded_to=None)
    return {
        (row.subject, row.slot): Current(row.row_id, row.recorded_from, json.loads(row.facts))
        for row in marks
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _read(
    book: type[Model], key: tuple[str, ...], fields: Mapping[str, Field], **limits: Any
) -> dict[Any, Current]:
    names = list(fields)
    rows = book._default_manager.filter(recorded_to=None, **limits).values_list(
        "row_id", "recorded_from", *key, *(PREFIX + name for name in names)
    )
    width = 2 + len(key)
    columns = [fields[name] for name in names]
    return {
        (row[2] if len(key) == 1 else row[2:width]): Current(
            row[0],
            row[1],
            {
                one.name: fact_of(one, cell)
                for one, cell in zip(columns, row[width:], strict=True)
                if cell is not None
            },
        )
        for row in rows
    }


def _is_orphan(change: Change, book: Mapping[str, Current], coming: Container[str]) -> bool:
    """Whether something is stated about a subject that nobody has introduced."""
    if change.kind in ("field", *FREE_KINDS):
        return False
    return change.subject not in book and change.subject not in coming


def _unknown_subject(pack: Pack, change: Change) -> Problem:
    found = f"{pack.subject.zh} {change.subject!r}, which the book does not know"
    return Problem("unknown-subject", found, "a subject that was recorded before", change.place)


def _units_by_name(pack: Pack, changes: Iterable[Change]) -> dict[str, str]:
    """Unit codes by code, name and English name; read only where a unit is stated."""
    names = {one.name for one in pack.fields.values() if one.type == "unit"}
    if not any(names & change.stated.keys() for change in changes if change.kind == "field"):
        return {}
    rows = list(Unit.objects.filter(is_active=True).values_list("code", "name", "name_en"))
    by_name = {english: code for code, _, english in rows if english}
    return by_name | {name: code for code, name, _ in rows} | {code: code for code, _, _ in rows}


def project(changes: Sequence[Change], *, pack: Pack, number: int) -> None:
    """Bring the books up to date: close the versions that end, insert those that begin."""
    for kind in sorted({change.kind for change in changes}):
        chosen = [change for change in changes if change.kind == kind]
        if kind == "field":
            _project_book(subject_book(pack), chosen, pack.fields, number, _subject_head)
        elif kind == "withdraw":
            _close(subject_book(pack), chosen, number)
        elif kind == "period":
            _project_book(period_book(pack), chosen, pack.measures, number, _period_head)
        elif kind == "node":
            _project_nodes(chosen, pack.name, number)
        else:
            _project_marks(chosen, pack.name, number)


def _close(model: type[Model], changes: Sequence[Change], number: int) -> None:
    ended = [change.current.row_id for change in changes if change.current]
    for start in range(0, len(ended), 500):
        model._default_manager.filter(row_id__in=ended[start : start + 500]).update(recorded_to=number)


def _subject_head(change: Change) -> dict[str, Any]:
    return {"subject": change.subject}


def _period_head(change: Change) -> dict[str, Any]:
    period = Period.of(change.slot)
    every = next(word for word, months in MONTHS.items() if months == period.months)
    return {"subject": change.subject, "period": change.slot, "period_from": period.first, "every": every}


def _project_book(
    model: type[Model], changes: Sequence[Change], fields: Mapping[str, Field], number: int, head: Any
) -> None:
    _close(model, changes, number)
    heads = [head(change) for change in changes]
    names = [*heads[0], "recorded_from", *(PREFIX + name for name in fields)]
    columns = list(fields.values())
    rows = []
    for change, start in zip(changes, heads, strict=True):
        facts: dict[str, Fact] = {**(change.current.facts if change.current else {}), **change.facts}
        rows.append((*start.values(), number, *(cell_of(one, facts.get(one.name)) for one in columns)))
    insert_many(model, names, rows)


def _project_nodes(changes: Sequence[Change], scene: str, number: int) -> None:
    _close(NodeVersion, changes, number)
    rows = []
    for change in changes:
        facts = {**(change.current.facts if change.current else {}), **change.facts}
        days = [facts.get(name) for name in ("planned_on", "forecast_on", "actual_on")]
        rows.append((scene, change.subject, change.slot, *days, facts.get("reason") or "", number))
    names = ("scene", "subject", "node", "planned_on", "forecast_on", "actual_on", "reason", "recorded_from")
    insert_many(NodeVersion, names, rows)


def _project_marks(changes: Sequence[Change], scene: str, number: int) -> None:
    _close(MarkVersion, changes, number)
    rows = []
    for change in changes:
        facts = {**(change.current.facts if change.current else {}), **change.facts}
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
        rows.append((scene, change.subject, change.kind, change.slot, text, number))
    insert_many(MarkVersion, ("scene", "subject", "kind", "slot", "facts", "recorded_from"), rows)
    project_moves([change for change in changes if change.kind == MOVE], scene=scene, number=number)
