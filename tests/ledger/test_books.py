"""Books follow their packs: a newer pack adds columns, and never loses what was written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from databases import START, County
from yiben.kernel.problems import Refused
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack

OLD = """
pack: grain
version: 1
title: {zh: 储备粮}
key: store
fields:
  store: {type: text, required: true, label: {zh: 库点}}
  stock: {type: quantity, unit: 吨, label: {zh: 库存}}
measures:
  moved: {type: quantity, unit: 吨, every: month, label: {zh: 轮换}}
"""
NEW = OLD.replace("version: 1", "version: 2").replace(
    "measures:",
    "  keeper: {type: text, label: {zh: 保管员}}\nmeasures:\n  lost: {type: quantity, unit: 吨, every: month, label: {zh: 损耗}}",
)


def pack_of(text: str) -> Pack:
    pack, problems = read_pack(text, file="grain.yaml")
    assert pack is not None, problems
    return pack


def install(county: County, text: str) -> bool:
    from yiben.ledger.packs import install_pack

    return install_pack(pack_of(text), by=county.system, at=START)


def state(county: County, pack: Pack, **facts: object) -> None:
    from yiben.ledger.record import Statement

    kind = "period" if "moved" in facts or "lost" in facts else "field"
    county.record(Statement("城东库", facts, kind, "2026-01" if kind == "period" else ""), pack=pack)


def test_a_pack_is_installed_once(county: County) -> None:
    from yiben.ledger.packs import installed, scene_names

    assert install(county, OLD) is True
    assert install(county, OLD) is False
    assert installed("grain").version == 1
    assert scene_names() == ["grain", "projects"]


def test_a_newer_pack_adds_columns_and_old_entries_stay_readable(county: County) -> None:
    from yiben.ledger.frames import frames, subjects_at
    from yiben.ledger.history import history
    from yiben.ledger.packs import installed
    from yiben.ledger.rebuild import rebuild

    install(county, OLD)
    state(county, pack_of(OLD), stock="100")
    state(county, pack_of(OLD), moved="5")
    assert install(county, NEW) is True
    state(county, pack_of(NEW), keeper="老王")
    state(county, pack_of(NEW), lost="0.1")
    new = installed("grain")
    (row,) = frames(new).subjects.to_pylist()
    assert (row["stock"], row["keeper"]) == (100, "老王")
    (measure,) = frames(new).measures.to_pylist()
    assert (measure["moved"], str(measure["lost"])) == (5, "0.100000")
    assert subjects_at(new, 1)["keeper"].to_pylist() == [None]
    assert subjects_at(installed("grain", version=1), 1)["stock"].to_pylist() == [100]
    assert [said.value for said in history("grain", "城东库", name="stock")] == ["100"]
    before = frames(new)
    rebuild("grain")
    assert frames(new).subjects.equals(before.subjects) and frames(new).measures.equals(before.measures)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("version: 1", "version: 1 # another text", "version"),
        ("  stock: {type: quantity, unit: 吨, label: {zh: 库存}}\n", "", "fields"),
        ("stock: {type: quantity, unit: 吨", "stock: {type: text", "fields.stock"),
        ("stock: {type: quantity, unit: 吨", "stock: {type: quantity, unit: 公斤", "fields.stock"),
        ("unit: 吨, every: month", "unit: 吨, every: year", "measures.moved"),
        ("key: store", "key: stock", "key"),
    ],
)
def test_a_pack_that_would_lose_something_is_refused(county: County, old: str, new: str, field: str) -> None:
    from yiben.ledger.packs import installed

    install(county, OLD)
    text = OLD.replace(old, new)
    text = text if field == "version" else text.replace("version: 1", "version: 2")
    with pytest.raises(Refused) as refused:
        install(county, text)
    assert [problem.place.field for problem in refused.value.problems] == [field]
    assert installed("grain").version == 1


def test_an_older_version_does_not_come_back(county: County) -> None:
    install(county, OLD)
    install(county, NEW)
    with pytest.raises(Refused):
        install(county, OLD)


def test_unknown_scenes_are_told_with_those_that_exist(county: County) -> None:
    from yiben.ledger.packs import UnknownScene, installed

    with pytest.raises(UnknownScene, match="projects"):
        installed("grain")


def test_only_those_who_manage_install(county: County) -> None:
    from yiben.ledger.packs import install_pack
    from yiben.people.access import NotAllowed

    for username in ("clerk", "transport", "leader", "auditor", "idle"):
        with pytest.raises(NotAllowed):
            install_pack(pack_of(OLD), by=county.person(username), at=START)
    assert install_pack(pack_of(OLD), by=county.person("admin"), at=START)


def test_a_pack_without_measures_has_one_book(county: County) -> None:
    from yiben.ledger.books import books_of

    text = OLD.partition("measures:")[0]
    assert len(books_of(pack_of(text))) == 1
    install(county, text)
    assert len(books_of(replace(pack_of(OLD)))) == 2
