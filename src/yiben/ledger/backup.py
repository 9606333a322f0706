"""A portable copy of the whole ledger in one file, made while everybody goes on (备份)."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from django.db import models

from yiben.ledger.archive import (
    MANIFEST,
    MOST_FAULTS,
    Manifest,
    Member,
    fields_of,
    kept_models,
    member_of,
)
from yiben.ledger.attachments import path_of
from yiben.ledger.canonical import moment_text
from yiben.ledger.models import Attachment
from yiben.ledger.snapshot import snapshot
from yiben.ledger.stored import stored_rows
from yiben.ledger.verify import verify
from yiben.people.access import Person
from yiben.people.roles import Action

PIECE = 1 << 20
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=lambda one: _plain(one)).encode


def backup(
    path: Path, *, by: Person, at: datetime, progress: Callable[[int], None] | None = None
) -> Manifest:
    """Write a backup to `path`, as of one moment; gives its manifest.

    The journal is verified on the way, and the verdict stands in the manifest. The file appears
    under its name only when it is whole, and only its owner may read it, because it holds the
    officers' password hashes. Raises people.access.NotAllowed, FileExistsError.
    """
    by.require(Action.MANAGE)
    if path.exists():
        raise FileExistsError(f"{path} exists; a backup never overwrites another")
    with (
        _whole_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as zipped,
    ):
        with snapshot():
            verdict = verify()
            members = [_write_table(zipped, model, progress) for model in kept_models()]
            digests = [row[0] for row in stored_rows(Attachment, ("digest",))]
        files = {digest: _write_file(zipped, digest) for digest in digests}
        manifest = Manifest(
            made_at=moment_text(at),
            transactions=verdict.transactions,
            entries=verdict.entries,
            seals=verdict.seals,
            head=verdict.head,
            members=(*members, *(member for member in files.values() if member)),
            faults=tuple(str(problem) for problem in verdict.problems[:MOST_FAULTS]),
            lost=tuple(digest for digest, member in files.items() if member is None),
        )
        zipped.writestr(MANIFEST, manifest.as_text())
    return manifest


@contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when all of it is on the disk; nothing is left of a half one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


class _Hashed:
    """Counts and hashes what is written through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash, self.size = file, sha256(), 0

    def write(self, data: bytes) -> None:
        """Pass on one piece."""
        self.hash.update(data)
        self.size += len(data)
        self.file.write(data)

    def member(self, name: str, rows: int = 0) -> Member:
        """What went through, as a line of the manifest."""
        return Member(name, self.size, self.hash.hexdigest(), rows)


def _write_table(
    zipped: zipfile.ZipFile, model: type[models.Model], progress: Callable[[int], None] | None
) -> Member:
    names = [field.name for field in fields_of(model)]
    columns = [field.column for field in fields_of(model)]
    count = 0
    with zipped.open(member_of(model), "w", force_zip64=True) as file:
        out = _Hashed(file)
        lines: list[str] = []
        for row in stored_rows(model, names):
            lines.append(_encode(dict(zip(columns, row, strict=True))))
            count += 1
            if len(lines) == 1_000:
                out.write(("\n".join(lines) + "\n").encode(errors="surrogateescape"))
                lines.clear()
                if progress:
                    progress(count)
        out.write("".join(f"{line}\n" for line in lines).encode(errors="surrogateescape"))
    return out.member(member_of(model), count)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="surrogateescape")
    raise TypeError(f"a backup has no spelling for {type(value).__name__}")


def _write_file(zipped: zipfile.ZipFile, digest: str) -> Member | None:
    """Copy an attachment, or nothing at all where its bytes are gone or changed."""
    try:
        with path_of(digest).open("rb") as source:
            if _hash_of(source) != digest:
                return None
            source.seek(0)
            info = zipfile.ZipInfo(f"files/{digest}")
            info.compress_type = zipfile.ZIP_STORED
            with zipped.open(info, "w", force_zip64=True) as file:
                out = _Hashed(file)
                while piece := source.read(PIECE):
                    out.write(piece)
            return out.member(info.filename)
    except FileNotFoundError:
        return None


def _hash_of(file: IO[bytes]) -> str:
    whole = sha256()
    while piece := file.read(PIECE):
        whole.update(piece)
    return whole.hexdigest()
