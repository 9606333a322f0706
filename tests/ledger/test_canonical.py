"""The spelling that is hashed never changes: these digests are fixed for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from yiben.ledger.canonical import (
    GENESIS,
    entry_leaf,
    facts_text,
    moment_text,
    seal_digest,
    transaction_digest,
)

HEADER = {
    "id": 7,
    "recorded_at": datetime(2026, 1, 5, 1, 0, 0, 5, tzinfo=UTC),
    "officer": "clerk",
    "unit": "发改局",
    "way": "file",
    "why": "",
    "scene": "projects",
    "pack_version": 1,
    "source": "7月.xlsx",
    "first_entry": 40,
    "entry_count": 2,
    "entries_root": "ab" * 32,
    "previous": GENESIS,
}


def test_facts_have_one_spelling() -> None:
    assert facts_text({"b": None, "a": "项目", "c": True, "d": 5}) == '{"a":"项目","b":null,"c":true,"d":5}'
    assert facts_text({"a": 1, "b": 2}) == facts_text({"b": 2, "a": 1})


def test_digests_are_fixed_for_ever() -> None:
    leaf = entry_leaf(40, 7, "projects", "2601", "field", "", '{"a":"1.5"}')
    assert leaf.hex() == "27531c6bbc63fc9b216938d6a3f16ce83f5c441be7fffd614e3836c977c1b4dc"
    assert transaction_digest(HEADER) == "be37fad8abcc8a682efd3e68637073022d5695346e37139ea7c939769e3b846d"
    seal = {"id": 1, "month": "2026-01", "sealed_at": HEADER["recorded_at"], "officer": "clerk"}
    seal |= {"transaction_count": 7, "entry_count": 41, "root": "cd" * 32, "previous": GENESIS}
    assert seal_digest(seal) == "3af9fe8488262d2fc04871803b48a3ccf2d1f60fe1131335a77cb4ad64fcbff8"


def test_the_same_moment_in_another_zone_is_the_same_text() -> None:
    there = HEADER["recorded_at"].astimezone(timezone(timedelta(hours=8)))
    assert moment_text(there) == moment_text(HEADER["recorded_at"]) == "2026-01-05T01:00:00.000005Z"


def test_every_column_is_in_the_digest() -> None:
    whole = transaction_digest(HEADER)
    for name, value in HEADER.items():
        if isinstance(value, datetime):
            other = value + timedelta(microseconds=1)
        else:
            other = value + 1 if isinstance(value, int) else value + "x"
        assert transaction_digest(HEADER | {name: other}) != whole
    parts = (40, 7, "projects", "2601", "field", "", "{}")
    leaves = {entry_leaf(*parts)}
    for index, value in enumerate(parts):
        changed = [*parts]
        changed[index] = value + 1 if isinstance(value, int) else value + "x"
        leaves.add(entry_leaf(*changed))
    assert len(leaves) == len(parts) + 1
