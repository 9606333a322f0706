"""Dropping and rebuilding the books from the entries alone (重建账簿)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from django.db import connection, transaction

from yiben.kernel.problems import Place
from yiben.ledger.books import drop_books, make_books
from yiben.ledger.changes import Change, Current, current_facts, project
from yiben.ledger.models import Entry, MarkVersion, MoveRow, NodeVersion
from yiben.ledger.packs import installed, scene_names
from yiben.ledger.record import CHUNK, lock_journal
from yiben.scenes.model import Pack


def rebuild(scene: str | None = None, *, progress: Callable[[int], None] | None = None) -> int:
    """Rebuild the books of one scene, or of all; gives the number of entries read.

    The journal is only read. While it runs nobody can record; if it is stopped half-way the old
    books are still there, because tables too are dropped and made inside the transaction.
    """
    count = 0
    for name in [scene] if scene else scene_names():
        pack = installed(name)
        # SQLite changes tables inside a transaction only while it checks no foreign keys.
        with connection.constraint_checks_disabled(), transaction.atomic():
            lock_journal()
            drop_books(pack)
            make_books(pack)
            for model in (NodeVersion, MarkVersion, MoveRow):
                model.objects.filter(scene=name).delete()
            for number, changes in _runs(name):
                _replay(changes, pack, number)
                count += len(changes)
                if progress:
                    progress(count)
    return count


def _runs(scene: str) -> Iterator[tuple[int, list[Change]]]:
    """The scene's entries in runs of one transaction, in which no subject's row comes twice."""
    rows = (
        Entry.objects.filter(scene=scene)
        .order_by("id")
        .values_list("transaction_id", "subject", "kind", "slot", "facts")
        .iterator(chunk_size=5_000)
    )
    run: list[Change] = []
    keys: set[tuple[str, str, str]] = set()
    running = 0
    for number, subject, kind, slot, facts in rows:
        key = ("field" if kind == "withdraw" else kind, subject, slot)
        if run and (number != running or key in keys or len(run) >= CHUNK):
            yield running, run
            run, keys = [], set()
        running = number
        keys.add(key)
        run.append(Change(subject, kind, slot, {}, Place(), facts=json.loads(facts)))
    if run:
        yield running, run


def _replay(changes: list[Change], pack: Pack, number: int) -> None:
    known: dict[tuple[str, str, str], Current] = current_facts(pack, changes)
    for change in changes:
        kind = "field" if change.kind == "withdraw" else change.kind
        change.current = known.get((kind, change.subject, change.slot))
    project(changes, pack=pack, number=number)
