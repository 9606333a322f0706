"""A scene in columns follows what is recorded, as if it were made anew (大表速查)."""

from __future__ import annotations

from typing import Any

import pytest

from databases import County


def rows(quick: Any) -> list[tuple[Any, ...]]:
    return list(quick.connection.execute("SELECT * FROM book ORDER BY subject").fetchall())


def test_following_equals_making_anew(plots: County) -> None:
    from yiben.ledger.packs import installed
    from yiben.ledger.record import head
    from yiben.web.quick import Quick

    pack = installed("projects")
    quick = Quick(pack, head())
    plots.record(plots.only(1, land="99.5", note="新"), plots.project(40))
    plots.record(plots.only(2, kind="withdraw"))
    plots.record(plots.only(3, kind="period", slot="2026-03", invested="1"))
    assert quick.follow(head())
    assert rows(quick) == rows(Quick(pack, head()))
    assert quick.follow(head())


def test_too_many_changes_are_read_anew(plots: County, monkeypatch: pytest.MonkeyPatch) -> None:
    from yiben.ledger.packs import installed
    from yiben.ledger.record import head
    from yiben.web import quick

    pack = installed("projects")
    made = quick.Quick(pack, head())
    monkeypatch.setattr(quick, "MANY_CHANGES", 1)
    plots.record(*(plots.only(number, land="1") for number in (2, 3)))
    assert not made.follow(head())


def test_a_large_scene_is_put_in_columns_behind_the_page(
    plots: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from yiben.ledger.packs import installed
    from yiben.web import quick

    pack = installed("projects")
    assert quick.quick_of(pack) is None
    monkeypatch.setattr(quick, "LARGE", 5)
    assert quick.quick_of(pack) is None
    for thread in threading.enumerate():
        if thread.name == "columns of projects":
            thread.join(60)
    made = quick.quick_of(pack)
    assert made is not None and quick.quick_of(pack) is made
    plots.record(plots.only(1, land="77"))
    assert quick.quick_of(pack) is made and made.number > 12
