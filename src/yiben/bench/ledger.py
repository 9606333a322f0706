"""The ledger's speed: recording, verifying, sealing, and the book as of any moment (账本)."""

from __future__ import annotations

import os
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from yiben.bench import Line
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack

AT = datetime(2026, 1, 5, tzinfo=UTC)
SUBJECTS, VERSIONS, ROWS = 1_000_000, 6, 100_000
KINDS = (
    "type: text",
    "type: money, unit: 万元",
    "type: date",
    "type: boolean",
    "type: quantity, unit: 亩",
    "type: integer",
)


def run(*, scale: float = 1.0) -> list[Line]:
    """Measure on a SQLite ledger made for the purpose; `scale` 1 is the size of the promises."""
    with tempfile.TemporaryDirectory(prefix="yiben-bench-") as folder:
        _start(Path(folder))
        return [*_recording(int(ROWS * scale)), *_frames(int(SUBJECTS * scale), scale)]


def _start(home: Path) -> None:
    """Django on an empty ledger in `home`."""
    os.environ.update(YIBEN_HOME=str(home), DJANGO_SETTINGS_MODULE="yiben.site.settings")
    os.environ.pop("YIBEN_DATABASE", None)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _pack(name: str, columns: int) -> Pack:
    """A pack whose fields go round through all kinds of values."""
    lines = [
        f"  c{number}: {{{KINDS[number % len(KINDS)]}, label: {{zh: 列{number}}}}}"
        for number in range(1, columns)
    ]
    head = f"pack: {name}\nversion: 1\ntitle: {{zh: 测速}}\nkey: key\nfields:\n"
    text = head + "  key: {type: text, required: true, label: {zh: 键}}\n" + "\n".join(lines)
    pack, problems = read_pack(text, file=f"{name}.yaml")
    assert pack is not None, problems
    from yiben.ledger.packs import install_pack
    from yiben.people.access import machine

    install_pack(pack, by=machine("bench", unit="DRC"), at=AT)
    return pack


def _cells(row: int, version: int, columns: int) -> list[Any]:
    """One row's values after the key, as the book stores them."""
    values = (f"说明{row}", row * 1_000_000 + version, "2026-03-01", row % 2, 12_500_000 + version, row)
    return [values[number % len(values)] for number in range(1, columns)]


@contextmanager
def _timed(seconds: list[float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - started)


def _recording(rows: int) -> list[Line]:
    from django.db import connection

    from yiben.kernel.periods import Period
    from yiben.ledger.record import Statement, record
    from yiben.ledger.seals import seal
    from yiben.ledger.verify import verify
    from yiben.people.access import machine
    from yiben.scenes.values import fact_of

    pack, me = _pack("wide", 30), machine("bench", unit="DRC")
    fields = list(pack.fields.values())[1:]

    def statements() -> Iterator[Statement]:
        for row in range(rows):
            facts = {
                one.name: fact_of(one, cell) for one, cell in zip(fields, _cells(row, 0, 30), strict=True)
            }
            facts |= {one.name: bool(facts[one.name]) for one in fields if one.type == "boolean"}
            yield Statement(f"2601-{row:08d}", facts)

    took: list[float] = []
    before = _peak_mb()
    for _ in range(2):
        with _timed(took):
            done = record(statements(), pack=pack, by=me, at=AT, way="file", seen=0)
    assert done.unchanged == rows, "stating the same twice changes nothing"
    peak = _peak_mb()
    with _timed(took):
        verdict = verify()
    with _timed(took):
        seal(Period.of("2025-12"), by=me, at=AT)
    assert verdict.clean and verdict.entries == rows
    connection.close()
    floor = _plain_insert(rows)
    each = f"{rows / took[0]:,.0f} rows/s, peak {peak:,.0f} MB (was {before:,.0f})"
    budget = 30 * rows / ROWS
    return [
        Line(f"record {rows:,} × 30 with journal", took[0], f"< {budget:.0f} s", took[0] < budget, "plain insert", floor, each),
        Line("record the same again", took[1], f"< {budget:.0f} s", took[1] < budget, "plain insert", floor),
        Line(f"verify {rows:,} entries", took[2], f"< {budget / 3:.0f} s", took[2] < budget / 3),
        Line("seal the month", took[3], "< 1 s", took[3] < 1),
    ]  # fmt: skip


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _plain_insert(rows: int) -> float:
    """The floor of recording: the same values into a table without checks, journal or versions."""
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        link = sqlite3.connect(Path(folder) / "plain.sqlite")
        names = [f"c{number}" for number in range(30)]
        link.execute(f"CREATE TABLE plain ({', '.join(names)})")
        marks = ", ".join("?" * 30)
        with _timed(took):
            values = ([f"2601-{row:08d}", *_cells(row, 0, 30)] for row in range(rows))
            link.executemany(f"INSERT INTO plain VALUES ({marks})", values)
            link.commit()
        link.close()
    return took[0]


def _frames(subjects: int, scale: float) -> list[Line]:
    from django.db import connection

    from yiben.ledger.frames import subjects_at

    pack = _pack("long", 10)
    _fill(pack, subjects)
    connection.close()
    floor = _raw_scan(pack)
    lines = []
    for name, number, readers in (
        ("long ago", VERSIONS // 2, "readers started"),
        ("now", VERSIONS, "readers kept"),
    ):
        took: list[float] = []
        with _timed(took):
            table = subjects_at(pack, number)
        assert table.num_rows == subjects
        budget = max(2 * scale, 1)
        older = (VERSIONS - 1) * subjects
        title = f"frame {name}: {subjects:,} of {subjects + older:,} versions"
        lines.append(
            Line(
                title, took[0], f"< {budget:.0f} s", took[0] < budget, "raw ADBC read of them", floor, readers
            )
        )
        connection.close()
    return lines


def _fill(pack: Pack, subjects: int) -> None:
    """Every subject in all its versions, written straight into the book."""
    from django.db import transaction

    from yiben.ledger.books import PREFIX, insert_many, subject_book

    names = ["subject", "recorded_from", "recorded_to", *(PREFIX + name for name in pack.fields)]

    def rows() -> Iterator[list[Any]]:
        for version in range(1, VERSIONS + 1):
            ended = version + 1 if version < VERSIONS else None
            for row in range(subjects):
                key = f"2601-331022-04-01-{row:07d}"
                yield [key, version, ended, key, *_cells(row, version, 10)]

    with transaction.atomic():
        insert_many(subject_book(pack), names, rows())


def _raw_scan(pack: Pack) -> float:
    """The floor of a frame: the driver alone reads the same rows and makes nothing of them."""
    from django.conf import settings

    from yiben.ledger.column_reader import columns_of, sqlite_driver

    columns = ", ".join(["subject", *pack.fields])
    where = f"recorded_from <= {VERSIONS // 2} AND recorded_to > {VERSIONS // 2}"
    took: list[float] = []
    with _timed(took):
        path = str(settings.DATABASES["default"]["NAME"])
        columns_of(sqlite_driver(), path, f"SELECT {columns} FROM book_long WHERE {where}", []).read_all()
    return took[0]
