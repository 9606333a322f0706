"""The database itself refuses to change or remove what is in the journal."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from databases import START, County

STATEMENTS = [
    "UPDATE {table} SET id = id + 1",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE id = 1",
]
TABLES = ["ledger_transaction", "ledger_entry", "ledger_seal", "ledger_packversion", "people_auditevent"]


@pytest.fixture
def written(county: County) -> County:
    """A county with at least one row in every table of the journal."""
    from datetime import timedelta

    from yiben.kernel.periods import Period
    from yiben.ledger.seals import seal
    from yiben.people.models import AuditEvent

    county.record(county.project(1))
    seal(Period.of("2026-01"), by=county.system, at=START + timedelta(days=40))
    AuditEvent.objects.create(at=START, officer="clerk", event="sign-in")
    return county


@pytest.mark.parametrize("table", TABLES)
def test_rows_can_neither_be_changed_nor_removed(written: County, table: str) -> None:
    statements = [one.format(table=table) for one in STATEMENTS]
    if written.backend == "postgres":
        statements.append(f"TRUNCATE {table}")
    for statement in statements:
        with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        assert cursor.fetchone()[0] >= 1


def test_django_cannot_change_them_either(written: County) -> None:
    from yiben.ledger.models import Entry, Transaction

    with pytest.raises(Error, match="append-only"), transaction.atomic():
        Transaction.objects.update(why="another reason")
    entry = Entry.objects.get()
    entry.facts = "{}"
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        entry.save()
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        entry.delete()
