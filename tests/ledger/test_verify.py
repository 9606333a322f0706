"""Every way of meddling with the journal that we could think of is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from databases import START, County
from yiben.kernel.periods import Period

TABLES = ("ledger_transaction", "ledger_entry", "ledger_seal", "ledger_packversion")


def write(county: County) -> None:
    """Six transactions with two seals among them, the last transaction unsealed."""
    from yiben.ledger.seals import seal

    county.record(county.project(1), county.project(2), county.project(3))
    county.record(county.only(1, land="12.5"), county.only(1, kind="period", slot="2026-01", invested="5"))
    seal(Period.of("2026-01"), by=county.system, at=START + timedelta(days=40))
    county.record(county.only(2, kind="node", slot="start", planned_on="2026-03-01"))
    county.record(county.only(3, kind="withdraw", reason="重复"))
    seal(Period.of("2026-02"), by=county.system, at=START + timedelta(days=80))
    county.record(county.only(2, owner="城投公司"))
    county.record(county.project(4))


@pytest.fixture
def open_journal(county: County) -> Callable[..., None]:
    """A written journal without its triggers, and a way to run a statement on it."""
    write(county)
    with connection.cursor() as cursor:
        for table in TABLES:
            if county.backend == "postgres":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                cursor.execute(f"DROP TRIGGER {table}_no_update")
                cursor.execute(f"DROP TRIGGER {table}_no_delete")

    def run(statement: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run


def found() -> list[str]:
    from yiben.ledger.verify import verify

    return [str(problem) for problem in verify().problems]


def test_an_untouched_journal_is_clean(county: County) -> None:
    from yiben.ledger.models import Transaction
    from yiben.ledger.verify import verify

    assert verify().clean
    write(county)
    told: list[int] = []
    verdict = verify(progress=told.append)
    assert (verdict.transactions, verdict.entries, verdict.seals) == (6, 9, 2)
    assert verdict.clean and verdict.head == Transaction.objects.get(id=6).digest
    assert told == [3, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_entry SET facts = replace(facts, '12.5', '13.5') WHERE id = 4", "entry 4 of transaction 2"),
        ("UPDATE ledger_entry SET subject = subject || ' ' WHERE id = 5", "entry 5 of transaction 2"),
        ("UPDATE ledger_entry SET slot = '2026-02' WHERE id = 5", "entry 5 of transaction 2"),
        ("UPDATE ledger_entry SET kind = 'exemption' WHERE id = 5", "entry 5 of transaction 2"),
        ("UPDATE ledger_entry SET scene = 'grain' WHERE id = 5", "entry 5 of transaction 2"),
        ("UPDATE ledger_entry SET leaf = upper(leaf) WHERE id = 5", "entry 5 of transaction 2"),
        ("UPDATE ledger_entry SET transaction_id = 1 WHERE id = 4", "entry 4 of transaction 1"),
        ("DELETE FROM ledger_entry WHERE id = 2", "found entry 3, expected entry 2"),
        ("DELETE FROM ledger_entry WHERE id = 9", "expected entry 9 of transaction 6"),
        ("UPDATE ledger_entry SET id = 90 WHERE id = 9", "entry 90"),
        ("INSERT INTO ledger_entry (id, transaction_id, scene, subject, kind, slot, facts, leaf) SELECT 10, transaction_id, scene, subject, kind, slot, facts, leaf FROM ledger_entry WHERE id = 9", "entry 10 of transaction 6"),
        ("UPDATE ledger_transaction SET officer = 'clerk' WHERE id = 2", "transaction 2: changed header"),
        ("UPDATE ledger_transaction SET why = 'x' WHERE id = 6", "transaction 6: changed header"),
        ("UPDATE ledger_transaction SET pack_version = 2 WHERE id = 6", "projects version 2"),
        ("UPDATE ledger_transaction SET digest = previous WHERE id = 3", "transaction 3: changed header"),
        ("UPDATE ledger_transaction SET previous = digest WHERE id = 3", "transaction 3 behind"),
        ("UPDATE ledger_transaction SET entries_root = digest WHERE id = 3", "transaction 3: its entries"),
        ("UPDATE ledger_transaction SET entry_count = 0 WHERE id = 3", "transaction 3 with 0 entries"),
        ("UPDATE ledger_transaction SET first_entry = 9 WHERE id = 3", "transaction 3 with 1 entries from entry 9"),
        ("DELETE FROM ledger_transaction WHERE id = 3", "found transaction 4, expected transaction 3"),
        ("DELETE FROM ledger_transaction WHERE id = 6", "entry 9 of transaction 6"),
        ("UPDATE ledger_seal SET root = digest WHERE id = 1", "seal 1 of 2026-01 was changed"),
        ("UPDATE ledger_seal SET month = '2025-12' WHERE id = 1", "seal 1 of 2025-12 was changed"),
        ("UPDATE ledger_seal SET transaction_count = 1 WHERE id = 2", "transactions under the seal 2"),
        ("DELETE FROM ledger_seal WHERE id = 1", "seal 2 of 2026-02 out of its place"),
        ("UPDATE ledger_packversion SET source = source || ' '", "pack projects version 1 was changed"),
        ("DELETE FROM ledger_packversion", "projects version 1"),
    ],
)  # fmt: skip
def test_meddling_is_named(open_journal: Callable[..., None], statement: str, named: str) -> None:
    open_journal(statement)
    told = found()
    assert any(named in one for one in told), told


def test_a_moment_that_moved_by_a_microsecond_is_found(
    open_journal: Callable[..., None], county: County
) -> None:
    later = (
        "recorded_at + interval '1 microsecond'"
        if county.backend == "postgres"
        else "recorded_at || '.000001'"
    )
    open_journal(f"UPDATE ledger_transaction SET recorded_at = {later} WHERE id = 4")  # noqa: S608
    assert any("transaction 4: changed header" in one for one in found())


def test_a_moment_that_reads_alike_but_is_spelled_otherwise_is_found(
    open_journal: Callable[..., None], county: County
) -> None:
    if county.backend == "postgres":
        return
    for spelling in ("replace(recorded_at, ' ', 'T')", "recorded_at || '.000000'", "recorded_at || '+00:00'"):
        with_spelling = f"UPDATE ledger_transaction SET recorded_at = {spelling} WHERE id = 4"  # noqa: S608
        open_journal("SAVEPOINT before")
        open_journal(with_spelling)
        assert any("transaction 4: changed header" in one for one in found()), spelling
        open_journal("ROLLBACK TO before")


@pytest.mark.parametrize("value", ["x'ff00'", "CAST(facts AS BLOB)", "5", "NULL", "CAST(x'22ff22' AS TEXT)"])
def test_values_of_another_type_are_found(
    open_journal: Callable[..., None], county: County, value: str
) -> None:
    if county.backend == "postgres":
        return
    open_journal("PRAGMA writable_schema = ON")
    open_journal(
        "UPDATE sqlite_master SET sql = replace(sql, '\"facts\" text NOT NULL', '\"facts\" text') WHERE name = 'ledger_entry'"
    )
    connection.close()
    open_journal(f"UPDATE ledger_entry SET facts = {value} WHERE id = 4")  # noqa: S608
    assert any("entry 4 of transaction 2" in one for one in found())


def test_an_end_that_was_cut_off_is_known_by_what_it_left_behind(
    open_journal: Callable[..., None], county: County
) -> None:
    from yiben.ledger.models import Transaction
    from yiben.ledger.rebuild import rebuild
    from yiben.ledger.verify import verify

    receipt = Transaction.objects.get(id=6).digest
    open_journal("DELETE FROM ledger_entry WHERE id = 9")
    open_journal("DELETE FROM ledger_transaction WHERE id = 6")
    assert any("6, which the books know" in one for one in found())
    if county.backend == "sqlite":
        assert any("9, which were once there" in one for one in found())
    # Whoever also rebuilds the books leaves no trace inside; what was printed outside shows it.
    rebuild()
    if county.backend == "sqlite":
        open_journal("UPDATE sqlite_sequence SET seq = 5 WHERE name = 'ledger_transaction'")
        open_journal("UPDATE sqlite_sequence SET seq = 8 WHERE name = 'ledger_entry'")
    assert found() == []
    assert [one.code for one in verify(printed=[receipt]).problems] == ["verify-printed"]


def test_what_was_printed_is_found_again(county: County) -> None:
    from yiben.ledger.models import Seal, Transaction
    from yiben.ledger.verify import verify

    write(county)
    outside = [
        Seal.objects.get(id=1).root,
        Seal.objects.get(id=2).digest,
        Transaction.objects.get(id=2).digest,
    ]
    assert verify(printed=outside).clean
    assert [one.code for one in verify(printed=["0" * 63 + "1"]).problems] == ["verify-printed"]


def test_a_seal_holds_its_transactions(open_journal: Callable[..., None]) -> None:
    """A history rewritten consistently from some point on still breaks the seal before its end."""
    from yiben.ledger.canonical import TRANSACTION_COLUMNS, transaction_digest
    from yiben.ledger.models import Transaction

    previous = Transaction.objects.get(id=2).previous
    for row in Transaction.objects.filter(id__gte=2).order_by("id"):
        header = {name: getattr(row, name) for name in TRANSACTION_COLUMNS} | {"previous": previous}
        header |= {"why": "改写"} if row.id == 2 else {}
        previous = transaction_digest(header)
        open_journal(
            "UPDATE ledger_transaction SET why = %s, previous = %s, digest = %s WHERE id = %s",
            header["why"], header["previous"], previous, row.id,
        )  # fmt: skip
    assert all("another root under the seal" in one for one in found())
    assert len(found()) == 2


def test_verification_does_not_hold_up_writers_nor_see_half_of_them(county: County) -> None:
    from threading import Thread

    from yiben.ledger.verify import verify

    write(county)

    def write_on() -> None:
        county.record(county.project(100))
        connection.close()

    threads: list[Thread] = []

    def meanwhile(entries: int) -> None:
        if entries == 3:
            threads.append(Thread(target=write_on))
            threads[0].start()
            threads[0].join(30)
            assert not threads[0].is_alive()

    verdict = verify(progress=meanwhile)
    assert verdict.clean and verdict.transactions == 6
    assert verify().transactions == 7
