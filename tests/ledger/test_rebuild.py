"""The books are nothing but the entries: dropped and rebuilt they are the same."""

from __future__ import annotations

from typing import Any

import pytest

from databases import County


def everything(county: County) -> list[list[tuple[Any, ...]]]:
    """Every row of every projection, without its row number."""
    from yiben.ledger.books import books_of
    from yiben.ledger.models import MarkVersion, NodeVersion

    models = [*books_of(county.pack), NodeVersion, MarkVersion]
    return [
        sorted((row[1:] for row in model._default_manager.order_by().values_list()), key=repr)
        for model in models
    ]


def write_a_lot(county: County) -> None:
    county.record(*(county.project(number) for number in range(1, 30)))
    county.record(county.only(1, land="1"), county.only(2, land="2"), county.only(3, kind="withdraw"))
    county.record(
        county.only(1, kind="period", slot="2026-01", invested="5"),
        county.only(1, kind="period", slot="2026", plan_year="50"),
    )
    county.record(county.only(1, kind="period", slot="2026-01", physical="12.5"))
    county.record(county.only(1, kind="node", slot="start", planned_on="2026-01-01"))
    county.record(county.only(1, kind="node", slot="start", actual_on="2026-02-01", reason="雨"))
    county.record(county.only(2, kind="exemption", slot="late", reason="汛期"))
    county.record(county.only(2, kind="exemption", slot="late", approver="县长", reason=None))
    county.record(county.project(3, land="3"), county.only(1, land=None))
    # One transaction that says several things of one subject, far apart.
    county.record(*(county.project(number) for number in range(1000, 1900)), county.only(1000, land="7"))
    county.record(county.only(1001, kind="withdraw"))


def test_rebuilt_books_are_the_same(county: County) -> None:
    from yiben.ledger.rebuild import rebuild

    write_a_lot(county)
    before = everything(county)
    told: list[int] = []
    assert rebuild(progress=told.append) == told[-1] == 943
    assert everything(county) == before
    assert all(before)


def test_damaged_and_missing_books_come_back(county: County) -> None:
    from django.db import connection

    from yiben.ledger.books import drop_books
    from yiben.ledger.rebuild import rebuild

    write_a_lot(county)
    before = everything(county)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE book_projects SET land = 99")
        cursor.execute("DELETE FROM ledger_nodeversion")
    rebuild("projects")
    assert everything(county) == before
    drop_books(county.pack)
    rebuild()
    assert everything(county) == before
    assert county.record(county.project(5)).unchanged == 1
    assert county.record(county.project(5, land="4")).updated == 1


def test_a_stopped_rebuild_leaves_the_old_books(county: County) -> None:
    from yiben.ledger.rebuild import rebuild

    write_a_lot(county)
    before = everything(county)

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(progress=stop)
    assert everything(county) == before
    assert county.record(county.project(5)).unchanged == 1
