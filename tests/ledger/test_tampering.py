"""Random meddling with the stored journal: whatever changes an entry is found.

YIBEN_TAMPERS sets how often each way is tried (the product's promise is checked with 1000).
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, transaction

from databases import START, County
from yiben.kernel.periods import Period

TAMPERS = int(os.environ.get("YIBEN_TAMPERS", "60"))
# What counts as an entry's content: the rows themselves, and what an index says there are.
CONTENT = (
    "SELECT rowid, id, typeof(id), transaction_id, typeof(transaction_id), scene, subject, kind, slot,"
    " typeof(facts), CAST(facts AS BLOB), leaf FROM ledger_entry NOT INDEXED ORDER BY rowid",
    "SELECT scene, subject, id FROM ledger_entry INDEXED BY entry_by_subject ORDER BY scene, subject, id",
    "SELECT id, typeof(id), CAST(recorded_at AS BLOB), officer, unit, way, why, scene, pack_version, source,"
    " first_entry, entry_count, entries_root, previous, digest FROM ledger_transaction NOT INDEXED ORDER BY rowid",
    "SELECT id, month, CAST(sealed_at AS BLOB), officer, transaction_count, entry_count, root, previous, digest"
    " FROM ledger_seal NOT INDEXED ORDER BY rowid",
)


def write(county: County) -> None:
    """Some forty transactions of different kinds, under three seals."""
    from yiben.ledger.seals import seal

    for month in (1, 2, 3):
        county.record(
            *(county.project(month * 100 + number, content="建设内容" * 20) for number in range(60))
        )
        for number in range(12):
            key = month * 100 + number
            county.record(
                county.only(key, land=f"{number}.5"),
                county.only(key, kind="period", slot=f"2026-0{month}", invested=f"{number}"),
                why="月报",
            )
        county.record(county.only(month * 100 + 50, kind="withdraw", reason="重复"))
        seal(Period.of(f"2026-0{month}"), by=county.system, at=START + timedelta(days=40 * month))
    county.record(county.project(1), why="封账之后")


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Fail instead of hanging."""

    def stop(*_: object) -> None:
        raise AssertionError(f"verification hangs: more than {seconds} s")

    usual = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, usual)


def is_found() -> bool:
    from yiben.ledger.verify import verify

    with at_most(60):
        return not verify().clean


def content_of(path: Path) -> Any:
    """What an outsider reads in the file; None where it cannot be read."""
    link = sqlite3.connect(path)
    link.text_factory = bytes
    try:
        return [link.execute(statement).fetchall() for statement in CONTENT]
    except (sqlite3.Error, ValueError, OverflowError, MemoryError):
        return None
    finally:
        link.close()


@pytest.fixture
def closed_file(county: County) -> Path:
    """A written SQLite ledger, folded into one file that nobody has open."""
    if county.backend != "sqlite":
        pytest.skip("bytes of a file are changed on SQLite only")
    write(county)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return county.home / "yiben.sqlite"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_one_changed_byte(closed_file: Path) -> None:
    whole, dice = closed_file.read_bytes(), random.Random(20261122)
    before = content_of(closed_file)
    assert before is not None and not is_found()
    connection.close()
    changed, missed = 0, []
    for _ in range(TAMPERS):
        place = dice.randrange(len(whole))
        value = dice.choice([whole[place] ^ (1 << dice.randrange(8)), dice.randrange(256)])
        if value == whole[place]:
            continue
        for rest in closed_file.parent.glob("yiben.sqlite-*"):
            rest.unlink()
        closed_file.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
        differs = content_of(closed_file) != before
        changed += differs
        if differs and not is_found():
            missed.append((place, whole[place], value))
        connection.close()
    print(f"{TAMPERS} bytes changed, {changed} of them in entries, {len(missed)} missed")
    assert not missed
    assert changed > TAMPERS // 10


def some_value(dice: random.Random, value: Any) -> Any:
    """Another value of the same kind, often one that is hard to tell from the first."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=dice.choice([1, -1, 1_000_000]))
    if isinstance(value, int):
        return dice.choice([value + 1, value - 1, 0, -value, value * 2])
    if not value:
        return dice.choice([" ", "x"])
    place = dice.randrange(len(value))
    other = chr(ord(value[place]) ^ 1)
    return dice.choice(
        [
            value[:place] + other + value[place + 1 :],
            value + " ",
            value[:place] + value[place + 1 :],
            value.swapcase(),
        ]
    )


def meddle(dice: random.Random) -> str:
    """Change, remove, copy or swap rows of the journal; says what was done."""
    from yiben.ledger.models import Entry, Seal, Transaction

    model = dice.choice([Entry, Entry, Entry, Transaction, Transaction, Seal])
    rows = list(model._default_manager.order_by("id").values_list("id", flat=True))
    number, way = dice.choice(rows), dice.choice(["change", "change", "change", "remove", "copy", "swap"])
    one = model._default_manager.filter(id=number)
    if way == "remove":
        # The last seal leaves nothing behind that would miss it; it is no entry either.
        number = rows[0] if model is Seal else number
        model._default_manager.filter(id=number)._raw_delete("default")
    elif way == "copy":
        row = one.values().get() | {"id": rows[-1] + dice.choice([1, 1, 2])}
        model._default_manager.create(**row)
    elif way == "swap" and model is Entry:
        other = Entry.objects.get(id=dice.choice(rows))
        mine = one.get()
        for target, source in ((mine.id, other), (other.id, mine)):
            Entry.objects.filter(id=target).update(
                facts=source.facts, subject=source.subject, leaf=source.leaf
            )
    else:
        name = dice.choice([field.attname for field in model._meta.concrete_fields])
        one.update(**{name: some_value(dice, one.values_list(name, flat=True).get())})
    return f"{way} {model.__name__} {number}"


def rows_now() -> Any:
    from yiben.ledger.models import Entry, Seal, Transaction

    return [list(model._default_manager.order_by("id").values_list()) for model in (Entry, Transaction, Seal)]


def test_one_changed_row(county: County) -> None:
    write(county)
    with connection.cursor() as cursor:
        for table in ("ledger_transaction", "ledger_entry", "ledger_seal"):
            if county.backend == "postgres":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                cursor.execute(f"DROP TRIGGER {table}_no_update")
                cursor.execute(f"DROP TRIGGER {table}_no_delete")
    dice, before = random.Random(7), rows_now()
    assert not is_found()
    changed, missed = 0, []
    for _ in range(TAMPERS):
        with transaction.atomic():
            done = "refused by the database"
            try:
                with transaction.atomic():
                    done = meddle(dice)
            except Error:
                pass
            differs = rows_now() != before
            changed += differs
            if differs and not is_found():
                missed.append(done)
            transaction.set_rollback(True)
    print(f"{TAMPERS} rows meddled with, {changed} changed something, {len(missed)} missed")
    assert not missed
    assert changed > TAMPERS // 2
    assert not is_found()
