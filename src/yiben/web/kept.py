"""Judged results on disk (研判结果留存): so that a restart, or another worker, need not judge again.

A result follows from the book, the pack, the rulebook and the judging code alone. Its file is named
by a hash of just these, so a file either fits or is not found. Files are written whole or not at
all, may be thrown away at any time, and are not part of the ledger: nothing is proved by them.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import pyarrow as pa
from django.conf import settings
from pyarrow import ipc

from yiben.assess import Findings, rule_set
from yiben.kernel.periods import Period
from yiben.ledger.models import PackVersion, Transaction
from yiben.scenes.model import Pack

TABLES = ("reasons", "colours")
KEPT_FILES = 60
# Rooms whose code or data decide what is found.
DECIDE = ("kernel", "rulebook", "scenes", "assess")

_log = logging.getLogger(__name__)


def keep(findings: Findings, *, pack: Pack, number: int) -> None:
    """Write a result beside the ledger, for the next process that asks; the oldest files go."""
    months = findings.months
    stem = _stem(pack, months, number)
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            _write(getattr(findings, name), to=stem.with_suffix(f".{name}"))
        results = (one for one in stem.parent.iterdir() if not one.name.startswith("."))
        files = sorted(results, key=lambda one: one.stat().st_mtime_ns)
        for old in files[: -KEPT_FILES * len(TABLES)]:
            old.unlink(missing_ok=True)
    except OSError as error:
        # A full or read-only disk costs speed, not the page.
        _log.warning("judged colours of %s were not kept: %s", pack.name, error)


def kept(pack: Pack, months: tuple[Period, ...], number: int) -> Findings | None:
    """The result as it was kept; None where there is none (or its file is damaged)."""
    stem = _stem(pack, months, number)
    try:
        tables = {name: _read(stem.with_suffix(f".{name}")) for name in TABLES}
    except (OSError, pa.ArrowInvalid):
        return None
    return Findings(rule_set(pack), months, tables)


def lock_of(pack: Pack) -> Path:
    """The file under which one process at a time judges a scene behind its pages."""
    return Path(settings.HOME) / "judged" / f".{pack.name}.lock"


def _stem(pack: Pack, months: tuple[Period, ...], number: int) -> Path:
    head = Transaction.objects.filter(id=number).values_list("digest", flat=True).first() or ""
    versions = PackVersion.objects.filter(scene=pack.name, version=pack.version)
    installed = versions.values_list("digest", flat=True).first() or ""
    parts = (_code_digest(), pack.name, str(pack.version), installed, head, *map(str, months))
    name = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
    return Path(settings.HOME) / "judged" / f"{pack.name}-{name}"


def _write(table: pa.Table, *, to: Path) -> None:
    handle, written = tempfile.mkstemp(dir=to.parent, prefix=".being-written-")
    try:
        options = ipc.IpcWriteOptions(compression="lz4")
        with os.fdopen(handle, "wb") as file, ipc.new_file(file, table.schema, options=options) as writer:
            writer.write_table(table)
        os.replace(written, to)
    except BaseException:
        os.unlink(written)
        raise


def _read(path: Path) -> pa.Table:
    with path.open("rb") as file:
        return ipc.open_file(file).read_all()


@cache
def _code_digest() -> str:
    """A hash over everything that decides what is found: engine, rules' grammar, rulebook."""
    digest = hashlib.sha256()

    def take(folder: Traversable) -> None:
        for one in sorted(folder.iterdir(), key=lambda one: one.name):
            if one.is_dir():
                take(one)
            elif one.name.endswith((".py", ".yaml")):
                digest.update(one.name.encode() + b"\0" + one.read_bytes())

    for room in DECIDE:
        take(resources.files("yiben") / room)
    return digest.hexdigest()
