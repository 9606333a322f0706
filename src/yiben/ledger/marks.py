"""Marks (标注): exemptions, filings, published boards and whatever else was stated beside fields."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from yiben.ledger.models import MarkVersion


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as it stands: its facts and the transaction that stated them last."""

    subject: str
    kind: str
    slot: str
    facts: dict[str, Any]
    transaction: int


def marks(scene: str, *, kind: str, subject: str | None = None, slot: str | None = None) -> list[Mark]:
    """The marks of one kind that stand now, oldest first; narrowed to a subject or slot."""
    limits = {"subject": subject, "slot": slot}
    rows = MarkVersion.objects.filter(scene=scene, kind=kind, recorded_to=None)
    rows = rows.filter(**{name: value for name, value in limits.items() if value is not None})
    return [
        Mark(row.subject, row.kind, row.slot, json.loads(row.facts), row.recorded_from)
        for row in rows.order_by("row_id")
    ]


def marks_at(scene: str, *, subject: str, number: int | None) -> list[Mark]:
    """Every mark of a subject as known after transaction `number` (None: now), by kind and slot."""
    rows = MarkVersion.objects.filter(scene=scene, subject=subject)
    if number is None:
        rows = rows.filter(recorded_to=None)
    else:
        later = Q(recorded_to=None) | Q(recorded_to__gt=number)
        rows = rows.filter(later, recorded_from__lte=number)
    return [
        Mark(row.subject, row.kind, row.slot, json.loads(row.facts), row.recorded_from)
        for row in rows.order_by("kind", "slot")
    ]
