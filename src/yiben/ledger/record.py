"""The one door in (记账): permission, validation, one database transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.books import insert_many
from yiben.ledger.canonical import GENESIS, entry_leaf, facts_text, transaction_digest
from yiben.ledger.changes import Change, changes_of, project
from yiben.ledger.checks import header_problems
from yiben.ledger.merkle import tree_root
from yiben.ledger.models import Entry, Transaction
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Pack

WAYS = ("page", "file", "api", "reader", "rule", "command", "demo")
CHUNK = 800
# One writer at a time holds this lock on PostgreSQL; SQLite's BEGIN IMMEDIATE does the same.
LOCK = 0x59_49_42_45


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody states about one subject: named facts, at a period or node where it applies.

    kind      field (slot empty) · period (slot 2026-07) · node (slot = the node) · withdraw ·
              any other kind is kept as a mark (exemption, filing, board …)
    place     where it stood in what was sent, for problems
    """

    subject: str
    facts: Mapping[str, Any]
    kind: str = "field"
    slot: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a call of `record` did: the transaction (0 when nothing changed) and its counts."""

    transaction: int
    digest: str
    entries: int
    created: int
    updated: int
    unchanged: int


class _RolledBack(Exception):
    """Carries the outcome of a preview out of the transaction that it undoes."""

    def __init__(self, outcome: Recorded) -> None:
        self.outcome = outcome


def head() -> int:
    """The number of the newest transaction; a writer names it as what was seen."""
    newest = Transaction.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def record(
    statements: Iterable[Statement],
    *,
    pack: Pack,
    by: Person,
    at: datetime,
    way: str,
    why: str = "",
    seen: int | None = None,
    source: str = "",
    action: Action = Action.RECORD,
    preview: bool = False,
) -> Recorded:
    """State facts: the only way in which anything enters the ledger.

    `seen` is the newest transaction that the writer had before their eyes; a fact that changed
    since then to something else is a clash and refuses the whole call, with both values shown.
    None means that the writer saw nothing: only new facts are taken. Facts equal to what is
    known are dropped, so stating the same twice records nothing. `preview` does everything and
    undoes it. Raises Refused (all problems), people.access.NotAllowed.
    """
    assert way in WAYS, way
    by.require(action)
    try:
        with transaction.atomic():
            outcome = _record(statements, pack, by, at, way, why, seen, source, action)
            if preview:
                raise _RolledBack(outcome)
    except _RolledBack as undone:
        return undone.outcome
    return outcome


def _record(
    statements: Iterable[Statement],
    pack: Pack,
    by: Person,
    at: datetime,
    way: str,
    why: str,
    seen: int | None,
    source: str,
    action: Action,
) -> Recorded:
    lock_journal()
    previous = Transaction.objects.order_by("-id").first()
    number = previous.id + 1 if previous else 1
    first_entry = previous.first_entry + previous.entry_count if previous else 1
    writer = _Writer(pack, number, first_entry)
    problems: list[Problem] = header_problems(why, source)
    for chunk in _chunks(statements):
        changes, faults = changes_of(chunk, pack=pack, by=by, action=action, seen=seen, number=number)
        problems += faults
        if not problems:
            writer.write(changes)
    if problems:
        raise Refused(problems)
    if not writer.leaves:
        return Recorded(0, "", 0, 0, 0, writer.unchanged)
    header = {
        "id": number,
        "recorded_at": max(at, previous.recorded_at) if previous else at,
        "officer": by.username,
        "unit": by.unit,
        "way": way,
        "why": why,
        "scene": pack.name,
        "pack_version": pack.version,
        "source": source,
        "first_entry": first_entry,
        "entry_count": len(writer.leaves),
        "entries_root": tree_root(writer.leaves).hex(),
        "previous": previous.digest if previous else GENESIS,
    }
    digest = transaction_digest(header)
    Transaction.objects.create(**header, digest=digest)
    return Recorded(number, digest, len(writer.leaves), writer.created, writer.updated, writer.unchanged)


def lock_journal() -> None:
    """Wait for the journal's single pen; given back when the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _chunks(statements: Iterable[Statement]) -> Iterable[Sequence[Statement]]:
    """Statements in runs of about CHUNK subjects; those of one subject stay together if adjacent."""
    run: list[Statement] = []
    subjects: set[str] = set()
    for statement in statements:
        if len(subjects) >= CHUNK and statement.subject not in subjects:
            yield run
            run, subjects = [], set()
        run.append(statement)
        subjects.add(statement.subject)
    if run:
        yield run


class _Writer:
    """Writes the entries and book versions of one transaction, chunk by chunk."""

    def __init__(self, pack: Pack, number: int, first_entry: int) -> None:
        self.pack, self.number, self.first_entry = pack, number, first_entry
        self.leaves: list[bytes] = []
        self.created = self.updated = self.unchanged = 0

    def write(self, changes: Sequence[Change]) -> None:
        """Append the changed facts as entries and bring the books up to date."""
        rows = []
        for change in changes:
            if not change.facts:
                self.unchanged += 1
                continue
            entry = self.first_entry + len(self.leaves)
            text = facts_text(change.facts)
            key = (entry, self.number, self.pack.name, change.subject, change.kind, change.slot, text)
            leaf = entry_leaf(*key)
            self.leaves.append(leaf)
            rows.append((*key, leaf.hex()))
            self.created += change.is_new
            self.updated += not change.is_new
        columns = ("id", "transaction", "scene", "subject", "kind", "slot", "facts", "leaf")
        if rows:
            insert_many(Entry, columns, rows)
            project([change for change in changes if change.facts], pack=self.pack, number=self.number)
