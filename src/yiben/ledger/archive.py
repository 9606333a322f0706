"""What a backup file holds (备份档案): one zip of JSON lines and files, named in a manifest.

    manifest.json               what is in it, each member with its size and SHA-256
    tables/ledger_entry.jsonl   one JSON object a row, for every table but the projections
    files/<sha256>              the attachments

Nothing in it depends on the database that it came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.apps import apps
from django.db import models

from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.models import MarkVersion, MoveRow, NodeVersion

FORMAT, VERSION = "yiben-backup", 1
MANIFEST = "manifest.json"
# Rebuilt from the entries after a restore.
PROJECTIONS = (NodeVersion, MarkVersion, MoveRow)
MEMBER_NAME = re.compile(r"tables/[a-z][a-z0-9_]{0,62}\.jsonl|files/[0-9a-f]{64}")
# What is told of a journal that did not verify; the verdict itself tells more.
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside the archive (成员): its name, size in bytes, hash and number of rows."""

    name: str
    size: int
    sha256: str
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself (清单).

    `head` is the digest of the newest transaction: whoever notes it down can tell later that the
    backup is this one. `faults` are those that verification found while it was made, `lost` the
    attachments that were missing or damaged on disk; both are empty in a good backup.
    """

    made_at: str
    transactions: int
    entries: int
    seals: int
    head: str
    members: tuple[Member, ...]
    faults: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def as_text(self) -> str:
        """The manifest as JSON."""
        whole = {"format": FORMAT, "version": VERSION} | asdict(self)
        return json.dumps(whole, ensure_ascii=False, indent=1)


def manifest_of(text: bytes, *, file: str) -> Manifest:
    """The manifest in a JSON text; raises Refused where it is none."""
    try:
        raw = json.loads(text)
        if (raw.pop("format"), raw.pop("version")) != (FORMAT, VERSION):
            raise ValueError("another format or version")
        members = tuple(Member(**member) for member in raw.pop("members"))
        faults, lost = (tuple(map(str, raw.pop(name))) for name in ("faults", "lost"))
        manifest = Manifest(**raw, members=members, faults=faults, lost=lost)
        _check_types(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged("manifest", repr(error), f"a manifest of {FORMAT} version {VERSION}", file) from error
    return manifest


def _check_types(manifest: Manifest) -> None:
    numbers = [manifest.transactions, manifest.entries, manifest.seals]
    texts = [manifest.made_at, manifest.head]
    for member in manifest.members:
        numbers += [member.size, member.rows]
        texts += [member.name, member.sha256]
    if any(type(one) is not int or one < 0 for one in numbers) or any(type(one) is not str for one in texts):
        raise ValueError("numbers and texts are mixed up")


def damaged(code: str, found: str, expected: str, file: str, member: str = "") -> Refused:
    """A refusal of an archive, with the member at fault."""
    return Refused([Problem(f"backup-{code}", found, expected, Place(file=file, sheet=member))])


def kept_models() -> list[type[models.Model]]:
    """Every table that a backup holds: all of Yiben's own, without the projections."""
    return [
        model
        for config in apps.get_app_configs()
        if config.name.startswith("yiben.")
        for model in config.get_models()
        if model not in PROJECTIONS and model._meta.managed
    ]


def member_of(model: type[models.Model]) -> str:
    """The member that holds a table."""
    return f"tables/{model._meta.db_table}.jsonl"


def fields_of(model: type[models.Model]) -> Sequence[models.Field[Any, Any]]:
    """The table's columns, by their fields."""
    return model._meta.concrete_fields
