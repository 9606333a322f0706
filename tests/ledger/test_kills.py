"""Killed at any moment, the ledger keeps all that it acknowledged and nothing half-done.

YIBEN_KILLS sets how many children are killed on each database (the promise is checked with 500).
"""

from __future__ import annotations

import json
import os
import random
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Sum

from children import Tell, start
from databases import START, County, code
from yiben.kernel.periods import Period

KILLS = int(os.environ.get("YIBEN_KILLS", "25"))
LONG_AGO = Period.of("1900-01")


def work(county: County, dice: random.Random, tell: Tell) -> None:
    """Import, record and seal for ever; tell each piece of work when it is acknowledged."""
    from yiben.ledger.attachments import store
    from yiben.ledger.models import Seal
    from yiben.ledger.record import head
    from yiben.ledger.seals import seal

    head()
    tell("ready")
    while True:
        number = dice.randrange(10_000)
        way = dice.choice(["file", "one", "one", "one", "seal"])
        if way == "seal":
            last = Seal.objects.order_by("-id").values_list("month", flat=True).first()
            month = Period.of(last).shift(1) if last else LONG_AGO
            tell(f"seal {seal(month, by=county.system, at=START).digest}")
        elif way == "file":
            data = f"{number},{dice.random()}\n".encode() * dice.randrange(1, 5_000)
            kept = store(data, name=f"{number}.csv", by=county.system, at=START)
            tell(f"attachment {kept.digest}")
            first = number // 10 * 10
            rows = [
                county.project(key, land=str(dice.randrange(1000)), note=kept.digest)
                for key in range(first, first + dice.randrange(1, 150))
            ]
            done = county.record(*rows, way="file", source=kept.digest, at=START)
            tell(f"transaction {done.transaction} {done.digest} {done.entries}")
        else:
            done = county.record(
                county.project(number, land=str(dice.randrange(1000))),
                county.only(number, kind="period", slot="2026-01", invested=str(dice.randrange(1000))),
                at=START + timedelta(seconds=number),
            )
            tell(f"transaction {done.transaction} {done.digest} {done.entries}")


def check_kept(lines: list[str]) -> int:
    """Every acknowledged piece of work is there; gives the number of pieces."""
    from yiben.ledger.attachments import load
    from yiben.ledger.models import Attachment, Entry, Seal, Transaction

    for line in lines:
        assert not line.startswith("FAILED"), line
        kind, *parts = line.split()
        if kind == "seal":
            assert Seal.objects.filter(digest=parts[0]).exists()
        elif kind == "attachment":
            assert Attachment.objects.get(digest=parts[0]).size == len(load(parts[0]))
        elif parts[1:]:
            number, digest, count = int(parts[0]), parts[1], int(parts[2])
            assert Transaction.objects.get(id=number).digest == digest
            assert Entry.objects.filter(transaction_id=number).count() == count
    return len(lines)


def check_whole() -> None:
    """No half transaction: headers and entries account for each other."""
    from yiben.ledger.models import Entry, Transaction

    headers = Transaction.objects.aggregate(total=Sum("entry_count"))["total"] or 0
    assert headers == Entry.objects.count()
    assert not Entry.objects.exclude(transaction_id__in=Transaction.objects.values("id")).exists()


def check_books(county: County) -> None:
    """The books that the kills left behind are those that the entries make."""
    from yiben.ledger.frames import frames
    from yiben.ledger.rebuild import rebuild

    def now() -> list[Any]:
        found = frames(county.pack)
        keys = {"subjects": ["subject"], "measures": ["subject", "period"]}
        return [getattr(found, name).sort_by([(one, "ascending") for one in by]) for name, by in keys.items()]

    before = now()
    rebuild()
    assert all(one.equals(other) for one, other in zip(before, now(), strict=True))


def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(county: County) -> None:
    from yiben.ledger.verify import verify

    dice, acknowledged = random.Random(500), 0
    for turn in range(KILLS):
        child = start(lambda tell, seed=turn: work(county, random.Random(seed), tell))
        assert child.first_line() == "ready"
        time.sleep(dice.uniform(0, 0.12))
        child.kill()
        acknowledged += check_kept(child.lines())
        check_whole()
        if turn % 25 == 24:
            assert verify().problems == []
    verdict = verify()
    assert verdict.problems == []
    check_books(county)
    assert acknowledged > KILLS // 2
    print(
        f"{county.backend}: {KILLS} kills, {acknowledged} acknowledged, {verdict.transactions} transactions,"
        f" {verdict.entries} entries, {verdict.seals} seals"
    )


def test_a_killed_rebuild_leaves_the_books(county: County) -> None:
    from yiben.ledger.rebuild import rebuild

    county.record(*(county.project(number) for number in range(300)))

    def work_on(tell: Tell) -> None:
        tell("ready")
        while True:
            rebuild()

    for turn in range(max(3, KILLS // 10)):
        child = start(work_on)
        child.first_line()
        time.sleep(random.Random(turn).uniform(0, 0.15))
        child.kill()
        assert child.lines() == []
        assert county.record(county.project(7)).unchanged == 1
    check_books(county)


def test_a_killed_copy_of_a_file_leaves_no_half_file(county: County) -> None:
    if county.backend != "sqlite":
        return
    from yiben.ledger.attachments import store

    data = os.urandom(3_000_000)

    def work_on(tell: Tell) -> None:
        tell("ready")
        store(data, name="a.bin", by=county.system, at=START)

    for turn in range(8):
        child = start(work_on)
        child.first_line()
        time.sleep(random.Random(turn).uniform(0, 0.02))
        child.kill()
        child.lines()
        for path in (county.home / "files").glob("??/" + "?" * 64):
            assert path.read_bytes() == data
        for path in (county.home / "files").glob("??/*"):
            path.unlink()


def test_the_log_of_a_killed_writer_is_read_by_the_next(county: County) -> None:
    """The very last acknowledged row is there for a process that starts after the kill."""

    def work_on(tell: Tell) -> None:
        county.record(county.project(1, note="последний"))
        tell("done")
        time.sleep(60)

    child = start(work_on)
    assert child.first_line() == "done"
    child.kill()
    child.lines()
    from yiben.ledger.models import Entry

    entry = Entry.objects.get(subject=code(1))
    assert json.loads(entry.facts)["note"] == "последний"
    assert connection.vendor == ("sqlite" if county.backend == "sqlite" else "postgresql")
    assert Path(county.home).is_dir()
