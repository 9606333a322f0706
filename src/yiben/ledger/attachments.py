"""Files by the hash of their bytes (附件): stored once, checked when written and when read."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from yiben.kernel.pictures import is_heic
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.models import Attachment
from yiben.people.access import Person

MAX_BYTES = 100_000_000
# What a file is, is told by its first bytes and never by its name.
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1", "parquet"),
)


class AttachmentDamaged(ValueError):
    """The stored bytes no longer hash to the name under which they lie."""


def kind_of(data: bytes) -> str:
    """The kind of a file by its content: png, jpeg, pdf, zip, ole, parquet, text or unknown."""
    for magic, kind in MAGIC:
        if data.startswith(magic):
            return kind
    if is_heic(data):
        return "heic"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "unknown" if b"\x00" in data[:4096] else "text"


def store(
    data: bytes, *, name: str, by: Person, at: datetime, kinds: frozenset[str] | None = None
) -> Attachment:
    """Keep a file; the same bytes are kept once. Raises Refused on size, kind or name."""
    kind = kind_of(data)
    clean = Path(name.replace("\\", "/")).name[:255]
    problems = []
    if not data or len(data) > MAX_BYTES:
        problems.append(
            Problem("file-size", f"{len(data)} bytes", f"1 to {MAX_BYTES} bytes", Place(file=clean))
        )
    if kinds is not None and kind not in kinds:
        problems.append(Problem("file-kind", kind, "one of " + ", ".join(sorted(kinds)), Place(file=clean)))
    if clean in ("", ".", "..") or not clean.isprintable():
        problems.append(Problem("file-name", repr(name), "a file name"))
    if problems:
        raise Refused(problems)
    digest = sha256(data).hexdigest()
    path = path_of(digest)
    if not path.exists() or path.read_bytes() != data:
        write_whole(path, data)
    return Attachment.objects.get_or_create(
        digest=digest,
        defaults={"size": len(data), "kind": kind, "name": clean, "stored_at": at, "officer": by.username},
    )[0]


def load(digest: str) -> bytes:
    """The bytes of a stored file; raises FileNotFoundError, AttachmentDamaged."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise FileNotFoundError(f"{digest!r} is not the name of an attachment")
    data = path_of(digest).read_bytes()
    if sha256(data).hexdigest() != digest:
        raise AttachmentDamaged(f"attachment {digest} was changed on disk")
    return data


def path_of(digest: str) -> Path:
    """Where the file with these bytes lies."""
    return Path(settings.HOME) / "files" / digest[:2] / digest


def write_whole(path: Path, data: bytes) -> None:
    """Write beside and move into place, so that a killed process leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
