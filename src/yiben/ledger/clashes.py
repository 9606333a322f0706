"""What somebody else changed since the writer looked (冲突): both values are shown, none is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from yiben.kernel.problems import Problem
from yiben.ledger.models import Entry, Transaction
from yiben.scenes.model import Pack

if TYPE_CHECKING:
    from yiben.ledger.changes import Change

# What a withdrawal would sweep away unseen.
SWEPT = ("field", "period", "node")


def clash_problems(changes: Sequence[Change], pack: Pack, seen: int | None, number: int) -> list[Problem]:
    """Every fact that was changed after transaction `seen`, and what contradicts itself.

    `number` is the transaction that is being written: what it said already, in an earlier run of
    statements, may not be said otherwise in a later one.
    """
    known_to = seen or 0
    suspects = [change for change in changes if _is_suspect(change, known_to, number)]
    if not suspects:
        return []
    later: dict[str, list[Entry]] = {}
    subjects = sorted({change.subject for change in suspects})
    rows = Entry.objects.filter(scene=pack.name, subject__in=subjects, transaction_id__gt=known_to)
    for entry in rows.order_by("id"):
        later.setdefault(entry.subject, []).append(entry)
    found = [
        (change, entry, name)
        for change in suspects
        for entry in later.get(change.subject, ())
        for name in _clashing_names(change, entry)
    ]
    tellers = Transaction.objects.in_bulk({entry.transaction_id for _, entry, _ in found})
    return [_problem(change, entry, name, tellers.get(entry.transaction_id)) for change, entry, name in found]


def _is_suspect(change: Change, known_to: int, number: int) -> bool:
    """Whether somebody may have changed what the change is about; asked before any query."""
    if not change.facts:
        return False
    if change.current is None:
        return change.kind == "field" and known_to < number
    if change.kind == "withdraw":
        return known_to < number
    return change.current.recorded_from > known_to


def _clashing_names(change: Change, entry: Entry) -> Iterator[str]:
    if change.kind == "withdraw":
        if entry.kind in SWEPT:
            yield from sorted(json.loads(entry.facts))
    elif entry.kind == "withdraw":
        if change.kind == "field" and change.current is None:
            yield "withdrawn"
    elif (entry.kind, entry.slot) == (change.kind, change.slot) and change.current is not None:
        yield from sorted(json.loads(entry.facts).keys() & change.facts.keys())


def _problem(change: Change, entry: Entry, name: str, teller: Transaction | None) -> Problem:
    said = json.loads(entry.facts).get(name)
    current = change.current.facts.get(name, said) if change.current else said
    wanted = "to withdraw it" if change.kind == "withdraw" else repr(change.facts.get(name, "to state it"))
    if teller is None:
        # The transaction has no header yet: it is the one being written.
        found = f"{name} = {current!r} and {wanted} in the same transaction"
        return Problem("stated-twice", found, "one value", change.place)
    found = (
        f"{name} = {current!r}, recorded by {teller.officer} at {teller.recorded_at:%Y-%m-%d %H:%M}"
        f" as no. {teller.id}"
    )
    expected = f"what you saw (you want {wanted}); look again and decide"
    return Problem("changed-meanwhile", found, expected, change.place)
