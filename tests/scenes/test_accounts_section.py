"""The accounts section of a pack: what ships is right, and every mistake is told with its line."""

from __future__ import annotations

import pytest

from yiben.scenes.accounts import account_book
from yiben.scenes.loader import built_in_packs, read_pack

PACK = """\
pack: water
version: 1
title: 用水
key: code
fields:
  code: {type: text, required: true, label: 编号}
  need: {type: quantity, unit: 立方米, label: 需水}
accounts:
  quantities:
    water: {label: 用水指标, unit: 立方米}
    waste: {label: 排污, unit: 吨}
  accounts:
    above: {label: 上级, kind: source}
    pool: {label: 池, kind: pool}
    held: {label: 持有, kind: holding, by_subject: true}
    dry: {label: 旱池, kind: pool, quantities: [water], may_go_below: {zh: 枯水期预支, en: Advance in dry months}}
  ways:
    receive: {label: 下达, source: above, target: pool}
    grant: {label: 安排, source: pool, target: held, grant: true}
    lend: {label: 预支, source: dry, target: pool}
    pass_on: {label: 调剂, source: held, target: held, between: true}
  claims:
    wanted: {water: need}
    tiers:
      - {tier: 实施类, where: need > 0}
"""
WITH_ACCOUNTS = [name for name, pack in built_in_packs().items() if "accounts" in pack.sections]


def test_a_section_is_read() -> None:
    pack, problems = read_pack(PACK, file="water.yaml")
    assert pack is not None and problems == []
    book = account_book(pack)
    assert book is not None and book.holders == "water"
    assert book.accounts["held"].by_subject and book.accounts["above"].is_outside
    dry = book.accounts["dry"].may_go_below
    assert dry is not None and dry.zh == "枯水期预支"
    assert book.quantities_of(book.ways["lend"]) == ("water",)
    assert book.needs_subject(book.ways["grant"]) and not book.needs_subject(book.ways["receive"])
    grant = book.grant_from("pool")
    assert grant is not None and grant.name == "grant" and book.grant_from("dry") is None
    assert book.claims is not None and book.claims.tiers == (("实施类", "need > 0"),)


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ("unit: 立方米}\n    waste", "unit: 桶}\n    waste", 10, "a unit that Yiben knows"),
        ("label: 排污", "label: 用水指标", 11, "a label of its own"),
        ("kind: pool}\n    held", "kind: basin}\n    held", 14, "one of source, pool, holding, sink"),
        ("quantities: [water]", "quantities: [wine]", 16, "one of water, waste"),
        ("target: pool}\n    grant", "target: lake}\n    grant", 18, "one of above, pool, held, dry"),
        ("target: held, between: true", "target: held", 21, "another account"),
        ("source: dry, target: pool", "source: dry, target: pool, between: true", 20, "kept by subject"),
        (
            "source: above, target: pool}",
            "source: above, target: pool, grant: true}",
            18,
            "from a pool to a holding",
        ),
        ("    lend: {label: 预支, source: dry, target: pool}\n", "", 16, "a way from or to dry"),
        (
            "    lend: {label: 预支, source: dry",
            "    lend: {label: 预支, source: above",
            20,
            "one way between",
        ),
        ("wanted: {water: need}", "wanted: {wine: need}", 23, "one of"),
        ("wanted: {water: need}", "wanted: {water: thirst}", 23, "a known column"),
        ("where: need > 0", "where: need >", 25, "an expression"),
        ("where: need > 0", "where: drop(need)", 25, "comparisons"),
        ("  claims:\n    wanted: {water: need}", "  claims:\n    wants: {water: need}", 23, "one of"),
        ("kind: source}", "kind: source, may_go_below: 透支}", 13, "a pool or holding"),
        ("kind: source}", "kind: source, colour: red}", 13, "one of"),
    ],
)
def test_every_mistake_is_told_with_its_line(old: str, new: str, line: int, expected: str) -> None:
    assert PACK.count(old) == 1, PACK.count(old)
    pack, problems = read_pack(PACK.replace(old, new), file="water.yaml")
    assert pack is None
    told = [(problem.place.line, problem.expected) for problem in problems]
    assert any(at == line and expected in said for at, said in told), told
    assert all(problem.place.file == "water.yaml" and problem.found for problem in problems)


@pytest.mark.parametrize("name", WITH_ACCOUNTS)
def test_what_ships_can_be_asked_in_both_languages(name: str) -> None:
    book = account_book(built_in_packs()[name])
    assert book is not None
    for part in (book.quantities, book.accounts, book.ways):
        assert all(one.label.zh and one.label.en for one in part.values())
    assert {one.kind for one in book.accounts.values()} >= {"source", "holding", "sink"}
    assert any(book.accounts[way.source].kind == "source" for way in book.ways.values())


def test_the_six_books_of_factors_ship() -> None:
    six = {"land_quota", "energy_quota", "bonds", "standard_parcels", "grain_reserve", "relief_goods"}
    assert six <= set(WITH_ACCOUNTS)


def test_packs_shared_out_together_keep_one_order() -> None:
    """Land, energy and bonds are claimed by the same projects, so their orders agree."""
    orders = set()
    for name in ("land_quota", "energy_quota", "bonds"):
        book = account_book(built_in_packs()[name])
        assert book is not None and book.claims is not None and book.holders == "projects"
        orders.add(book.claims.order())
        columns = {*built_in_packs()["projects"].fields}
        assert set(book.claims.wanted.values()) <= columns
    assert len(orders) == 1
