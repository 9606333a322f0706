"""What a filing is held against (填报底数): last period, the year so far, the plan, and its state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet

from yiben.kernel.periods import Period
from yiben.ledger.books import PREFIX, period_book, subject_book
from yiben.ledger.models import MarkVersion
from yiben.planning.calendar import china
from yiben.scenes.model import Field, Form, Pack
from yiben.scenes.pairs import pairs_of
from yiben.scenes.values import Fact, fact_of

KIND = "filing"
SUBMITTED, VERIFIED, RETURNED = "submitted", "verified", "returned"
CHUNK = 900


@dataclass(frozen=True, slots=True)
class FilingTask:
    """One form of a scene for one period (填报任务)."""

    pack: Pack
    form: Form
    period: Period

    @property
    def slot(self) -> str:
        """The period as entries name it."""
        return str(self.period)

    @property
    def mark(self) -> str:
        """The slot of the marks that say how far a subject's filing is."""
        return f"{self.form.name}@{self.period}"

    @property
    def due_on(self) -> date:
        """The last day for filing: the form's working day after the period."""
        return china().add(self.period.last_day, days=self.form.due_working_day)

    @property
    def fields(self) -> dict[str, Field]:
        """The form's fields of the subject itself."""
        return {name: self.pack.fields[name] for name in self.form.fields if name in self.pack.fields}

    @property
    def measures(self) -> dict[str, Field]:
        """The form's measures of the period."""
        return {name: self.pack.measures[name] for name in self.form.fields if name in self.pack.measures}


@dataclass(frozen=True, slots=True)
class Filed:
    """How far one subject's filing is (填报状态): its state, and who brought it there."""

    subject: str
    state: str
    by: str
    at: str
    note: str = ""
    filed_by: str = ""
    reasons: str = ""


def states_of(task: FilingTask, subjects: Sequence[str] | None = None) -> dict[str, Filed]:
    """The filings of a period by subject; those who filed nothing are missing."""
    rows = MarkVersion.objects.filter(scene=task.pack.name, kind=KIND, slot=task.mark, recorded_to=None)
    if subjects is not None and len(subjects) < CHUNK:
        rows = rows.filter(subject__in=list(subjects))
    found = {}
    for subject, text in rows.values_list("subject", "facts"):
        facts = json.loads(text)
        found[subject] = Filed(
            subject=subject,
            state=facts["state"],
            by=facts.get("by", ""),
            at=facts.get("at", ""),
            note=facts.get("note") or "",
            filed_by=facts.get("filed_by", ""),
            reasons=facts.get("reasons") or "",
        )
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What the book said of some subjects for a filing: fields, this period, earlier periods, plans.

    `sums` are the year so far without this period.
    """

    facts: dict[str, dict[str, Fact]]
    this: dict[str, dict[str, Fact]]
    last: dict[str, dict[str, Fact]]
    sums: dict[tuple[str, str], Decimal]
    plans: dict[tuple[str, str], Decimal]


def known_of(task: FilingTask, subjects: Sequence[str], *, number: int | None) -> Known:
    """What the book said after transaction `number` (None: now)."""
    known = Known({}, {}, {}, {}, {})
    for start in range(0, len(subjects), CHUNK):
        part = _known_part(task, subjects[start : start + CHUNK], number)
        for name in Known.__slots__:
            getattr(known, name).update(getattr(part, name))
    return known


def _known_part(task: FilingTask, subjects: Sequence[str], number: int | None) -> Known:
    pack = task.pack
    known = Known(_facts(task, subjects, number), {}, {}, {}, {})
    if not task.measures:
        return known
    january, previous = task.period.first.replace(month=1), task.period.shift(-1)
    rows = _known_at(period_book(pack), number).filter(
        subject__in=list(subjects),
        period_from__gte=min(january, previous.first),
        period_from__lte=task.period.first,
    )
    plan_of = {pair.done.name: pair.plan.name for pair in pairs_of(pack) if pair.plan}
    for row in rows.values():
        _take(known, task, row, january, str(previous), plan_of)
    return known


def _take(
    known: Known,
    task: FilingTask,
    row: Mapping[str, Any],
    january: date,
    previous: str,
    plan_of: Mapping[str, str],
) -> None:
    """Put one row of the period book where it belongs."""
    subject, measures = row["subject"], task.measures
    values = {name: fact_of(one, row[PREFIX + name]) for name, one in measures.items()}
    if row["period"] == task.slot:
        known.this[subject] = values
    elif row["period"] == previous:
        known.last[subject] = values
    if row["every"] == task.form.every and january <= row["period_from"] < task.period.first:
        for name, one in measures.items():
            if one.adds and values[name] is not None:
                key = (subject, name)
                known.sums[key] = known.sums.get(key, Decimal(0)) + Decimal(str(values[name]))
    for name, plan in plan_of.items():
        cell = row.get(PREFIX + plan)
        if row["period"] == str(task.period.year) and cell is not None:
            known.plans[subject, name] = Decimal(str(fact_of(task.pack.measures[plan], cell)))


def _facts(task: FilingTask, subjects: Sequence[str], number: int | None) -> dict[str, dict[str, Fact]]:
    """The form's fields of the subjects, their shown name, and their unit."""
    pack = task.pack
    fields = {pack.display: pack.fields[pack.display], **task.fields}
    if pack.unit_field:
        fields[pack.unit_field] = pack.fields[pack.unit_field]
    rows = _known_at(subject_book(pack), number).filter(subject__in=list(subjects))
    return {
        row[0]: {name: fact_of(one, cell) for (name, one), cell in zip(fields.items(), row[1:], strict=True)}
        for row in rows.values_list("subject", *(PREFIX + name for name in fields))
    }


def _known_at(model: type[Model], number: int | None) -> QuerySet[Any]:
    rows = model._default_manager.all()
    if number is None:
        return rows.filter(recorded_to=None)
    return rows.filter(recorded_from__lte=number).filter(Q(recorded_to=None) | Q(recorded_to__gt=number))


def who_filed(task: FilingTask, subjects: Sequence[str]) -> Iterator[str]:
    """Those of some subjects that have stated any measure of the period, by whatever way."""
    columns = [PREFIX + name for name in task.measures]
    if not columns:
        return
    rows = period_book(task.pack)._default_manager.filter(recorded_to=None, period=task.slot)
    wanted = set(subjects)
    for row in rows.values_list("subject", *columns):
        if row[0] in wanted and any(cell is not None for cell in row[1:]):
            yield row[0]
