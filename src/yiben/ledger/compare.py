"""Whether the books still show what the entries say (账簿核对)."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from yiben.kernel.problems import Place, Problem
from yiben.ledger.books import books_of
from yiben.ledger.packs import installed, scene_names
from yiben.ledger.rebuild import rebuild
from yiben.ledger.record import lock_journal

MOST_TOLD = 20
# Of each table: subject → the sum of the hashes of its rows, so that their order does not count.
Sums = dict[str, Counter[str]]


def compare_books() -> list[Problem]:
    """Rebuild the books, compare them with those at hand, and take the rebuilding back.

    `verify` proves the journal; this proves what is read from it every day. Each subject whose
    rows differ is named; `yiben rebuild` mends them. While it runs nobody can record.
    """
    with connection.constraint_checks_disabled(), transaction.atomic():
        lock_journal()
        shown = _sums()
        rebuild()
        wanted = _sums()
        transaction.set_rollback(True)
    found = []
    for table in sorted(shown.keys() | wanted.keys()):
        here, there = shown.get(table, Counter()), wanted.get(table, Counter())
        found += [
            Problem(
                "book-differs",
                f"rows of {subject} in {table} that are not those of its entries",
                "the rows that `yiben rebuild` makes",
                Place(file="ledger", sheet=table, subject=subject),
            )
            for subject in sorted(here.keys() | there.keys())
            if here[subject] != there[subject]
        ][:MOST_TOLD]
    return found


def _sums() -> Sums:
    present = set(connection.introspection.table_names())
    return {
        model._meta.db_table: _sum_of(model) for model in projections() if model._meta.db_table in present
    }


def projections() -> list[type[models.Model]]:
    """Every table that is made from the entries: the scenes' books and those that all share."""
    shared = [
        model
        for model in apps.get_app_config("ledger").get_models()
        if any(field.name == "recorded_from" for field in model._meta.fields)
    ]
    return [*shared, *(book for scene in scene_names() for book in books_of(installed(scene)))]


def _sum_of(model: type[models.Model]) -> Counter[str]:
    names = [field.name for field in model._meta.fields if field.name != "row_id"]
    place = names.index("subject") if "subject" in names else names.index("scene")
    sums: Counter[str] = Counter()
    for row in model._default_manager.order_by().values_list(*names).iterator(chunk_size=5_000):
        sums[str(row[place])] += _hash_of(row)
    return sums


def _hash_of(row: tuple[Any, ...]) -> int:
    return int.from_bytes(blake2b(repr(row).encode(errors="surrogatepass"), digest_size=16).digest(), "big")
