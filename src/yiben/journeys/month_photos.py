"""Photos of the month (月影像) and evidence: cleaned, stored by their hash, noted in the ledger."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yiben.cases.photos import MAX_BYTES, NotAPhoto, Photo, read_photo
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.attachments import kind_of, store
from yiben.ledger.marks import Mark, marks
from yiben.ledger.models import Attachment
from yiben.ledger.record import Recorded, Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.readers.tables.workbook_check import check_packed
from yiben.scenes.cases import case_book
from yiben.scenes.model import Pack

KIND = "photo"
PICTURES = frozenset({"jpeg", "png", "heic"})
MAX_ZIP_PARTS = 5_000
OFFICE_PART = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class MonthPhoto:
    """A photo of a subject in a month (影像)."""

    subject: str
    month: Period
    digest: str
    name: str
    kind: str
    taken_at: datetime | None
    caption: str
    by: str
    transaction: int


def add_photos(
    pack: Pack,
    subject: str,
    month: Period,
    files: Sequence[tuple[str, bytes]],
    *,
    by: Person,
    at: datetime,
    caption: str = "",
    way: str = "page",
) -> Recorded:
    """Keep the photos of a subject for a month; the same photo twice is kept once. Raises Refused.

    A photo that was taken on another day than in the month is kept with its true time, so that
    everybody sees it.
    """
    by.require(Action.FILE)
    problems = [] if files else [Problem("photo-none", "no file", "at least one photo")]
    if len(caption) > 500:
        problems.append(Problem("photo-caption", f"{len(caption)} characters", "at most 500"))
    read: list[tuple[str, Photo]] = []
    for name, data in files:
        try:
            read.append((name, _read(data, name, keep_place=case_book(pack).place_data)))
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        raise Refused(problems)
    statements = []
    for name, photo in read:
        kept = store(photo.data, name=name, by=by, at=at, kinds=PICTURES)
        facts = _facts(photo, kept, caption, by)
        statements.append(Statement(subject, facts, KIND, f"{month}@{kept.digest[:16]}"))
    return record(statements, pack=pack, by=by, at=at, way=way, why=caption, seen=head(), action=Action.FILE)


def _facts(photo: Photo, kept: Attachment, caption: str, by: Person) -> dict[str, Any]:
    facts: dict[str, Any] = {"digest": kept.digest, "name": kept.name, "kind": photo.kind, "by": by.username}
    if photo.taken_at:
        facts["taken_at"] = photo.taken_at.isoformat(timespec="seconds")
    if caption.strip():
        facts["caption"] = caption.strip()
    if photo.latitude is not None and photo.longitude is not None:
        facts["latitude"] = f"{float(photo.latitude):.6f}"
        facts["longitude"] = f"{float(photo.longitude):.6f}"
    return facts


def _read(data: bytes, name: str, *, keep_place: bool) -> Photo:
    place = Place(file=name[:120])
    if len(data) > MAX_BYTES:
        found = f"{len(data) // 1_000_000} MB"
        raise Refused([Problem("file-size", found, f"at most {MAX_BYTES // 1_000_000} MB", place)])
    try:
        return read_photo(data, keep_place=keep_place)
    except NotAPhoto as error:
        found, _, expected = str(error).removeprefix("found ").partition(", expected ")
        raise Refused(
            [Problem("photo-kind", found, expected or "a JPEG, PNG or HEIC picture", place)]
        ) from error


def photos_of(pack: Pack, subject: str, *, month: Period | None = None) -> list[MonthPhoto]:
    """The photos of a subject that stand now, newest month first, by taken time within it."""
    found = [
        photo_of(mark) for mark in marks(pack.name, kind=KIND, subject=subject) if "removed" not in mark.facts
    ]
    wanted = [one for one in found if month is None or one.month == month]
    return sorted(wanted, key=lambda one: (-one.month.first.toordinal(), str(one.taken_at), one.digest))


def photo_of(mark: Mark) -> MonthPhoto:
    """A photo from the mark that holds it."""
    facts = mark.facts
    taken = facts.get("taken_at")
    return MonthPhoto(
        subject=mark.subject,
        month=Period.of(mark.slot.partition("@")[0]),
        digest=facts["digest"],
        name=facts["name"],
        kind=facts["kind"],
        taken_at=datetime.fromisoformat(taken).astimezone(COUNTY_ZONE) if taken else None,
        caption=facts.get("caption", ""),
        by=facts.get("by", ""),
        transaction=mark.transaction,
    )


def remove_photo(
    pack: Pack, subject: str, slot: str, *, reason: str, by: Person, at: datetime, way: str = "page"
) -> Recorded:
    """Take a photo off the page, with a reason; the ledger keeps that it was there. Raises Refused."""
    by.require(Action.FILE)
    if not marks(pack.name, kind=KIND, subject=subject, slot=slot):
        raise Refused([Problem("photo-unknown", repr(slot[:80]), "a photo of this subject")])
    if not reason.strip():
        raise Refused([Problem("photo-reason", "no reason", "why it is taken off")])
    statement = Statement(subject, {"removed": reason.strip()[:500]}, KIND, slot)
    return record(
        [statement], pack=pack, by=by, at=at, way=way, why=reason[:500], seen=head(), action=Action.FILE
    )


def keep_evidence(pack: Pack, files: Sequence[tuple[str, bytes]], *, by: Person, at: datetime) -> list[str]:
    """Keep files that prove an answer (佐证材料), told by content; gives their digests. Raises Refused.

    Photos lose their place like those of the month; PDF and office documents are kept as they are.
    """
    problems: list[Problem] = []
    cleaned: list[tuple[str, bytes]] = []
    for name, data in files:
        try:
            cleaned.append((name, _evidence(data, name, keep_place=case_book(pack).place_data)))
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        raise Refused(problems)
    return [store(data, name=name, by=by, at=at).digest for name, data in cleaned]


def _evidence(data: bytes, name: str, *, keep_place: bool) -> bytes:
    kind, place = kind_of(data), Place(file=name[:120])
    if kind == "pdf" and len(data) <= MAX_BYTES:
        return data
    if kind == "zip" and len(data) <= MAX_BYTES:
        if _is_office(data):
            # Nothing here unpacks it, but whoever opens it would.
            if problems := check_packed(data, place=place):
                raise Refused(problems)
            return data
        expected = "a photo, a PDF, or a document of Word, Excel or WPS"
        raise Refused([Problem("file-kind", "a packed folder", expected, place)])
    return _read(data, name, keep_place=keep_place).data


def _is_office(data: bytes) -> bool:
    """Whether packed bytes are an office document, by the list of its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return OFFICE_PART in names and len(names) <= MAX_ZIP_PARTS
