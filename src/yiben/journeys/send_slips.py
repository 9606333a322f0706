"""Sending slips (发单): numbers taken under the journal's lock, registered, recorded with their case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from yiben.cases.deadlines import due_on
from yiben.cases.model import KIND, Slip, step_fact, step_name
from yiben.cases.numbers import register_slot, register_subject, serial_of, slip_number
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.models import MarkVersion
from yiben.ledger.packs import scene_names
from yiben.ledger.record import Recorded, Statement, head, lock_journal, record
from yiben.people.access import Person
from yiben.people.models import Unit
from yiben.people.roles import Action
from yiben.scenes.cases import CaseBook, case_book
from yiben.scenes.model import Pack

MAX_WORDS = 4_000
REGISTER = "document"


@dataclass(slots=True)
class Desk:
    """What one round of sending has at hand (发文台): the clock, the officer, the numbers given out."""

    pack: Pack
    by: Person
    at: datetime
    book: CaseBook
    given: dict[tuple[str, int], int] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The county's day."""
        return self.at.astimezone(COUNTY_ZONE).date()

    def send(
        self,
        subject: str,
        slot: str,
        *,
        level: str,
        to: str,
        type: str = "",
        days: int | None = None,
        demand: str = "",
        copy: str = "",
    ) -> dict[str, Any]:
        """A slip with the next number of its type, as a step keeps it; the register gets its line."""
        one = self.book.levels[level]
        kind = self.book.slips[type or one.slip]
        year = self.today.year
        serial = self._next(kind.name, year)
        slip = Slip(
            type=kind.name,
            year=year,
            serial=serial,
            number=slip_number(kind, year=year, serial=serial),
            to=to,
            due=due_on(self.today, days=days or one.days),
            level=level,
            demand=demand,
            copy=copy,
        )
        facts = {"number": slip.number, "subject": subject, "case": slot, "to": to}
        self.statements.append(
            Statement(register_subject(kind.name), facts, REGISTER, register_slot(year, serial))
        )
        return slip.as_fact()

    def _next(self, kind: str, year: int) -> int:
        key = (kind, year)
        if key not in self.given:
            lines = MarkVersion.objects.filter(
                scene__in=scene_names(),
                kind=REGISTER,
                subject=register_subject(kind),
                slot__startswith=f"{year}-",
            )
            newest = lines.aggregate(newest=Max("slot"))["newest"]
            self.given[key] = serial_of(newest) if newest else 0
        self.given[key] += 1
        return self.given[key]

    def step(self, subject: str, slot: str, number: int, do: str, **said: Any) -> None:
        """State one more step of a case."""
        fact = step_fact(do, at=self.at, by=self.by.username, unit=self.by.unit, **said)
        self.statements.append(Statement(subject, {step_name(number): fact}, KIND, slot))


@contextmanager
def at_desk(pack: Pack, *, by: Person, at: datetime) -> Iterator[Desk]:
    """Hold the journal's pen while numbers are taken and cases are looked up."""
    with transaction.atomic():
        lock_journal()
        yield Desk(pack, by, at, case_book(pack))


def put_down(
    desk: Desk, *, way: str, why: str, action: Action, seen: int | None = None, by: Person | None = None
) -> Recorded:
    """Record everything that the desk has written, as one transaction of the ledger."""
    return record(
        desk.statements,
        pack=desk.pack,
        by=by or desk.by,
        at=desk.at,
        way=way,
        why=why[:2_000],
        seen=head() if seen is None else seen,
        action=action,
    )


def word_problems(words: Mapping[str, str], *, required: Sequence[str] = ()) -> list[Problem]:
    """What is wrong with the words of a step: missing ones, and ones beyond measure."""
    problems = [
        Problem("case-words", f"no {name}", "a sentence or two", Place(field=name))
        for name in required
        if not words.get(name, "").strip()
    ]
    problems += [
        Problem("case-words", f"{len(text)} characters", f"at most {MAX_WORDS}", Place(field=name))
        for name, text in words.items()
        if len(text) > MAX_WORDS
    ]
    return problems


def unit_problems(codes: Sequence[str]) -> list[Problem]:
    """Receivers that are not units of the county."""
    known = set(Unit.objects.filter(code__in=set(codes), is_active=True).values_list("code", flat=True))
    return [
        Problem("case-receiver", repr(code), "the code of an active unit", Place(field="to"))
        for code in sorted(set(codes) - known)
    ]


def refuse_any(problems: Sequence[Problem]) -> None:
    """Raise Refused where there is any problem."""
    if problems:
        raise Refused(problems)
