"""Who said it and when (来龙去脉): the entries behind a subject, a fact, a number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yiben.ledger.models import Entry, Transaction


@dataclass(frozen=True, slots=True)
class Said:
    """One fact as somebody stated it (一次陈述), and the transaction that superseded it, if any."""

    entry: int
    transaction: int
    at: datetime
    officer: str
    unit: str
    way: str
    why: str
    source: str
    subject: str
    kind: str
    slot: str
    name: str
    value: Any
    superseded_by: int | None = None


def history(
    scene: str,
    subject: str,
    *,
    name: str | None = None,
    kind: str | None = None,
    slot: str | None = None,
    up_to: int | None = None,
) -> list[Said]:
    """Every fact stated about a subject, newest first; narrowed to a name, kind or slot.

    `up_to` leaves out what was recorded after that transaction.
    """
    entries = Entry.objects.filter(scene=scene, subject=subject)
    limits = {"kind": kind, "slot": slot, "transaction_id__lte": up_to}
    entries = entries.filter(**{key: value for key, value in limits.items() if value is not None})
    rows = list(entries.order_by("-id"))
    tellers = Transaction.objects.in_bulk({entry.transaction_id for entry in rows})
    superseded: dict[tuple[str, str, str], int] = {}
    found = []
    for entry in rows:
        teller = tellers[entry.transaction_id]
        for fact, value in json.loads(entry.facts).items():
            if name is None or fact == name:
                key = (entry.kind, entry.slot, fact)
                found.append(_said(entry, teller, fact, value, superseded.get(key)))
                superseded[key] = teller.id
    return found


def _said(entry: Entry, teller: Transaction, name: str, value: Any, superseded: int | None) -> Said:
    return Said(
        entry=entry.id,
        transaction=teller.id,
        at=teller.recorded_at,
        officer=teller.officer,
        unit=teller.unit,
        way=teller.way,
        why=teller.why,
        source=teller.source,
        subject=entry.subject,
        kind=entry.kind,
        slot=entry.slot,
        name=name,
        value=value,
        superseded_by=superseded,
    )


def transactions(*, scene: str | None = None, limit: int = 100) -> Iterator[Transaction]:
    """The newest transactions, of one scene or of all."""
    rows = Transaction.objects.order_by("-id")
    return iter(rows.filter(scene=scene)[:limit] if scene else rows[:limit])
