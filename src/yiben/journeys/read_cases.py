"""Reading the cases of a scene (督办台账): as they stand, as of a moment, and who may see them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Q

from yiben.cases.model import KIND, Case, case_of
from yiben.ledger.frames import moment_head
from yiben.ledger.models import MarkVersion
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Pack

# A version of a mark never changes its facts, so a case that was folded once is kept.
_KEPT_AT_MOST = 20_000
_folded: dict[tuple[str, int], Case] = {}


class NoSuchCase(LookupError):
    """No case of that name stands under that subject."""


def cases_of(
    pack: Pack, *, subject: str | None = None, as_of: datetime | None = None, up_to: int | None = None
) -> list[Case]:
    """The cases of a scene, oldest first; as known at a moment or after a transaction."""
    rows = MarkVersion.objects.filter(scene=pack.name, kind=KIND)
    number = moment_head(as_of) if as_of is not None else up_to
    if number is None:
        rows = rows.filter(recorded_to=None)
    else:
        rows = rows.filter(recorded_from__lte=number).filter(Q(recorded_to=None) | Q(recorded_to__gt=number))
    if subject is not None:
        rows = rows.filter(subject=subject)
    keys = list(rows.values_list("row_id", "subject", "slot"))
    found = list(_fold(pack.name, keys))
    return sorted(found, key=lambda case: (case.steps[0].at, case.slip.number, case.subject, case.slot))


def _fold(scene: str, keys: list[tuple[int, str, str]]) -> Iterator[Case]:
    database = f"{connection.vendor}:{connection.settings_dict['NAME']}"
    if len(_folded) > _KEPT_AT_MOST:
        _folded.clear()
    missing = [row_id for row_id, _, _ in keys if (database, row_id) not in _folded]
    texts: dict[int, str] = {}
    for start in range(0, len(missing), 900):
        part = MarkVersion.objects.filter(row_id__in=missing[start : start + 900])
        texts |= dict(part.values_list("row_id", "facts"))
    for row_id, subject, slot in keys:
        case = _folded.get((database, row_id))
        if case is None or (case.scene, case.subject, case.slot) != (scene, subject, slot):
            text = texts.get(row_id)
            if text is None:
                text = MarkVersion.objects.values_list("facts", flat=True).get(row_id=row_id)
            case = case_of(json.loads(text), scene=scene, subject=subject, slot=slot)
            _folded[database, row_id] = case
        yield case


def find_case(pack: Pack, subject: str, slot: str, *, as_of: datetime | None = None) -> Case:
    """One case; raises NoSuchCase."""
    for case in cases_of(pack, subject=subject, as_of=as_of):
        if case.slot == slot:
            return case
    raise NoSuchCase(f"found no case {slot!r} under {subject!r}")


def case_by_number(pack: Pack, number: str) -> Case:
    """The case in which a slip of that number was sent; raises NoSuchCase."""
    for case in cases_of(pack):
        if any(slip.number == number for slip in case.slips):
            return case
    raise NoSuchCase(f"found no slip {number!r} in {pack.name}")


def may_see(person: Person, case: Case) -> bool:
    """Whether a case concerns a person: it is about their unit's subject, or was sent to their unit."""
    reach = person.reach(Action.READ)
    if reach is None:
        return True
    units = {case.responsible, *(slip.to for slip in case.slips)}
    return bool(units & reach)


def is_receiver(person: Person, case: Case) -> bool:
    """Whether a person answers for the unit to which the newest slip was sent."""
    return person.may(Action.ANSWER, unit=case.unit)


def in_own_reach(person: Person, action: Action, unit: str) -> bool:
    """Whether a unit's work is this person's own: for county-wide duties only that of their unit."""
    reach = person.reach(action)
    return unit == person.unit if reach is None else unit in reach


def seen_by(person: Person, cases: Iterable[Case]) -> list[Case]:
    """The cases among some that a person may see."""
    return [case for case in cases if may_see(person, case)]


def of_states(cases: Iterable[Case], states: Collection[str]) -> list[Case]:
    """The cases that stand in one of some states."""
    return [case for case in cases if case.state in states]
