"""The monthly bulletin (月度通报): compiled from the book, published, approved, reproduced for ever.

What a bulletin is computed from is the book after one transaction (`seen`); what it says beside
numbers (names of county, issuer and units) is kept with it, because names may change later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from yiben.cases.robots import Notice
from yiben.cases.webhooks import tell_webhooks
from yiben.journeys.bulletin_matter import Names, bulletin_matter, names_now
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.attachments import load, store
from yiben.ledger.marks import Mark, marks
from yiben.ledger.models import Seal
from yiben.ledger.packs import installed
from yiben.ledger.record import Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.writers.documents import WRITERS, CannotTypeset, Document, Issue, Paper, document_of
from yiben.writers.documents.bulletin import bulletin_key, write_bulletin
from yiben.writers.documents.counted import Tally

KIND = "document"


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """A published document and the mark that holds it (已发布文件)."""

    paper: Paper
    mark: Mark

    @property
    def document(self) -> Document:
        """What it says."""
        return self.paper.document

    @property
    def is_approved(self) -> bool:
        """Whether it was approved for issue."""
        return self.paper.issue.is_approved

    @property
    def transaction(self) -> int:
        """The transaction that stated it last."""
        return self.mark.transaction


@dataclass(frozen=True, slots=True)
class Approved:
    """What approving did (签发结果): the document, and why no PDF was made where none was."""

    published: PublishedDocument
    untypeset: str = ""


@dataclass(frozen=True, slots=True)
class ReproducedDocument:
    """A published document compiled again (复现): each figure that differs, and each file."""

    same: bool
    document: Document
    figures: tuple[tuple[str, str, str], ...]
    files: Mapping[str, bool]


class NoSuchDocument(LookupError):
    """No document of that name was published."""


def compile_bulletin(
    pack: Pack, month: Period, *, at: datetime, up_to: int | None = None, names: Names | None = None
) -> tuple[Document, Tally]:
    """The bulletin of a month as the book after a transaction gives it, with the sources of its numbers.

    Raises Refused for a period that is no month.
    """
    if month.months != 1:
        raise Refused([Problem("bulletin-period", str(month), "one month, such as 2026-07")])
    number = head() if up_to is None else up_to
    matter = bulletin_matter(pack, month, at=at, number=number, names=names or names_now())
    return write_bulletin(matter), matter.tally


def draft_bulletin(pack: Pack, month: Period, *, at: datetime, site: str = "") -> Paper:
    """The bulletin as it would be now; marked as a draft, nothing is stored."""
    return Paper(compile_bulletin(pack, month, at=at)[0], Issue(), site)


def publish_bulletin(
    pack: Pack,
    month: Period,
    *,
    by: Person,
    at: datetime,
    reason: str = "",
    site: str = "",
    way: str = "page",
) -> PublishedDocument:
    """Freeze a month's bulletin and keep it in the ledger; it then waits for its approval.

    The month must be sealed, for its root is printed. A second time corrects the first, needs a
    reason, and must be approved again. Raises Refused, people.access.NotAllowed.
    """
    by.require(Action.PUBLISH)
    seen = head()
    before = published_bulletins(pack, month=month)
    problems = _publish_problems(month, before, reason)
    if problems:
        raise Refused(problems)
    names = names_now()
    document, _ = compile_bulletin(pack, month, at=at, up_to=seen, names=names)
    if before and _says_the_same(document, before[0].document):
        found = f"the same numbers and words as {before[0].document.digest[:16]}"
        raise Refused([Problem("document-unchanged", found, "something to correct")])
    file = store(document.canonical(), name=f"{pack.name}-{document.key}.json", by=by, at=at)
    facts: dict[str, Any] = {
        "title": document.title,
        "month": str(month),
        "payload": file.digest,
        "digest": document.digest,
        "seen": seen,
        "version": pack.version,
        "at": at.isoformat(),
        "names": asdict(names),
        "site": site,
        "published_by": by.name,
        "publisher": by.username,
        "approved_by": "",
        "approver": "",
        "approved_at": "",
        "files": {},
        "reason": reason,
        "corrects": before[0].document.digest if before else "",
    }
    _state(pack, document.key, facts, by=by, at=at, action=Action.PUBLISH, way=way, why=reason)
    _tell(pack, "bulletin", document)
    return published_bulletin(pack, month)


def _tell(pack: Pack, event: str, document: Document) -> None:
    """To those who subscribed: what was published or approved."""
    told = {"scene": pack.name, "document": document.key, "digest": document.digest}
    title = pack.title.zh
    tell_webhooks(Notice.of_publication(event, name=document.title, title=title, facts=told))


def _publish_problems(month: Period, before: Sequence[PublishedDocument], reason: str) -> list[Problem]:
    problems = []
    if not Seal.objects.filter(month=str(month)).exists():
        expected = f"a sealed month: its root is printed (yiben seal {month})"
        problems.append(Problem("document-unsealed", f"{month} without a seal", expected))
    if before and not reason.strip():
        problems.append(
            Problem("document-reason", f"{month} published already", "a reason for the correction")
        )
    return problems


def _says_the_same(one: Document, other: Document) -> bool:
    return (one.blocks, one.figures, one.title) == (other.blocks, other.figures, other.title)


def approve_bulletin(pack: Pack, month: Period, *, by: Person, at: datetime, way: str = "page") -> Approved:
    """Approve a published bulletin for issue (签发); keeps its files as they are then.

    Who published it may not approve it. Raises NoSuchDocument, Refused, people.access.NotAllowed.
    """
    by.require(Action.APPROVE)
    waiting = published_bulletin(pack, month)
    place = Place(subject=waiting.document.key)
    if waiting.is_approved:
        raise Refused([Problem("document-approved", "approved already", "a document that waits", place)])
    if waiting.mark.facts["publisher"] == by.username:
        found = f"{by.username}, who published it"
        raise Refused([Problem("document-own", found, "somebody else to approve it", place)])
    facts = {"approved_by": by.name, "approver": by.username, "approved_at": at.isoformat()}
    paper = paper_of_facts(waiting.document, {**waiting.mark.facts, **facts})
    files, untypeset = written(paper)
    kept = {
        form: store(data, name=f"{pack.name}-{waiting.document.key}.{form}", by=by, at=at).digest
        for form, data in files.items()
    }
    _state(pack, waiting.document.key, {**facts, "files": kept}, by=by, at=at, action=Action.APPROVE, way=way)
    _tell(pack, "approved", waiting.document)
    return Approved(published_bulletin(pack, month), untypeset)


def written(paper: Paper) -> tuple[dict[str, bytes], str]:
    """The paper in every format, and why there is no PDF where there is none."""
    files, untypeset = {}, ""
    for form, write in WRITERS.items():
        try:
            files[form] = write(paper)
        except CannotTypeset as error:
            untypeset = str(error)
    return files, untypeset


def file_of(published: PublishedDocument, form: str) -> bytes:
    """The file of a published document: as it was approved, else as it is written now.

    Raises CannotTypeset.
    """
    digest = published.mark.facts["files"].get(form)
    return load(digest) if digest else WRITERS[form](published.paper)


def _state(
    pack: Pack,
    key: str,
    facts: Mapping[str, Any],
    *,
    by: Person,
    at: datetime,
    action: Action,
    way: str,
    why: str = "",
) -> None:
    """State facts of a document's mark."""
    kind, _, slot = key.partition("@")
    statement = Statement(f"{KIND}:{kind}", facts, KIND, slot)
    record([statement], pack=pack, by=by, at=at, way=way, why=why, seen=head(), action=action)


def published_bulletins(pack: Pack, *, month: Period | None = None) -> list[PublishedDocument]:
    """The bulletins of a scene as they stand, newest month first."""
    slot = str(month) if month else None
    found = [
        published_of(mark) for mark in marks(pack.name, kind=KIND, subject=f"{KIND}:bulletin", slot=slot)
    ]
    return sorted(found, key=lambda one: one.mark.slot, reverse=True)


def published_bulletin(pack: Pack, month: Period) -> PublishedDocument:
    """The bulletin of a month as it stands; raises NoSuchDocument."""
    found = published_bulletins(pack, month=month)
    if not found:
        raise NoSuchDocument(f"no {bulletin_key(month)} was published in {pack.name}")
    return found[0]


def published_of(mark: Mark) -> PublishedDocument:
    """The document that a mark holds; raises FileNotFoundError, AttachmentDamaged, NotADocument."""
    document = document_of(load(mark.facts["payload"]))
    return PublishedDocument(paper_of_facts(document, mark.facts), mark)


def paper_of_facts(document: Document, facts: Mapping[str, Any]) -> Paper:
    """A document with its issue, as a mark's facts tell it."""
    approved_at = facts["approved_at"]
    issue = Issue(
        published_by=facts["published_by"],
        published_at=datetime.fromisoformat(facts["at"]),
        approved_by=facts["approved_by"],
        approved_at=datetime.fromisoformat(approved_at) if approved_at else None,
        corrects=facts["corrects"],
        reason=facts["reason"],
    )
    return Paper(document, issue, facts["site"])


def names_of(mark: Mark) -> Names:
    """What a published document calls people and places."""
    return Names(**mark.facts["names"])


def reproduce_bulletin(scene: str, published: PublishedDocument) -> ReproducedDocument:
    """A published bulletin compiled again from the book, pack and clock of its day, and its files."""
    facts, old = published.mark.facts, published.document
    pack = installed(scene, version=facts["version"])
    document, _ = compile_bulletin(
        pack,
        Period.of(facts["month"]),
        at=datetime.fromisoformat(facts["at"]),
        up_to=facts["seen"],
        names=names_of(published.mark),
    )
    again, _ = written(paper_of_facts(document, facts)) if facts["files"] else ({}, "")
    files = {form: sha256(data).hexdigest() for form, data in again.items()}
    return ReproducedDocument(
        same=document.canonical() == old.canonical(),
        document=document,
        figures=figure_differences(old, document),
        files={form: files.get(form) == digest for form, digest in facts["files"].items()},
    )


def figure_differences(old: Document, new: Document) -> tuple[tuple[str, str, str], ...]:
    """Each figure that differs: its name, the value in the one and in the other."""
    before = {one.id: one.value for one in old.figures}
    after = {one.id: one.value for one in new.figures}
    names = dict.fromkeys([*before, *after])
    return tuple(
        (name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name) != after.get(name)
    )
