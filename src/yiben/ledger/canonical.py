"""The one spelling of what is hashed (规范写法): the same facts give the same bytes for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from yiben.ledger.merkle import leaf_hash

GENESIS = "0" * 64
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def facts_text(facts: Mapping[str, Any]) -> str:
    """Facts as canonical JSON: keys sorted, no spaces, characters as they are.

    >>> facts_text({"b": None, "a": "1.5"})
    '{"a":"1.5","b":null}'
    """
    return _encode(facts)


def entry_leaf(
    number: int, transaction: int, scene: str, subject: str, kind: str, slot: str, facts: str
) -> bytes:
    """The leaf hash of one entry, over all of its columns."""
    return leaf_hash(_encode([number, transaction, scene, subject, kind, slot, facts]).encode())


def moment_text(moment: datetime) -> str:
    """A moment in UTC with microseconds, whatever zone it came in."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


TRANSACTION_COLUMNS = (
    *("id", "recorded_at", "officer", "unit", "way", "why", "scene", "pack_version", "source"),
    *("first_entry", "entry_count", "entries_root", "previous"),
)


def transaction_digest(header: Mapping[str, Any]) -> str:
    """The digest of a transaction's header, which holds its entries' root and its predecessor."""
    return sha256(_encode([_plain(header[name]) for name in TRANSACTION_COLUMNS]).encode()).hexdigest()


SEAL_COLUMNS = ("id", "month", "sealed_at", "officer", "transaction_count", "entry_count", "root", "previous")


def seal_digest(header: Mapping[str, Any]) -> str:
    """The digest of a seal, chained to the seal before."""
    return sha256(_encode([_plain(header[name]) for name in SEAL_COLUMNS]).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return moment_text(value) if isinstance(value, datetime) else value
