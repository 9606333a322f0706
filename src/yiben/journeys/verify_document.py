"""Proving a printed document (核验文件): the file by itself, then against the ledger it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from yiben.cases.model import Case
from yiben.journeys.bulletin_matter import Names
from yiben.journeys.print_slip import print_slip
from yiben.journeys.publish_bulletin import (
    PublishedDocument,
    figure_differences,
    paper_of_facts,
    reproduce_bulletin,
)
from yiben.journeys.read_cases import NoSuchCase, case_by_number
from yiben.kernel.problems import Place, Problem
from yiben.ledger.history import history
from yiben.ledger.marks import Mark
from yiben.ledger.packs import installed, scene_names
from yiben.ledger.verify import Verdict, verify
from yiben.writers.documents import Document, Paper
from yiben.writers.documents.proof import ReadPaper, read_paper


@dataclass(frozen=True, slots=True)
class DocumentVerdict:
    """What was found of a file (文件核验结果).

    `journal` is the whole ledger's verification; None where the file was checked by itself.
    """

    read: ReadPaper
    journal: Verdict | None
    problems: tuple[Problem, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.problems


def verify_document(data: bytes, *, name: str = "", ledger: bool = True) -> DocumentVerdict:
    """Whether a bulletin is what it says; raises Refused where the file holds no document.

    By itself: the embedded data, the printed digest and the visible text agree. With the ledger:
    the whole journal is recomputed and must lead to the printed root and moment, the document must
    have been published so, and each of its numbers is computed again.
    """
    read = read_paper(data, name=name)
    if not ledger:
        return DocumentVerdict(read, None, read.problems)
    document = read.paper.document
    printed = {document.seal.root, document.seal.digest} if document.seal else set()
    if document.basis is not None and document.basis.seen:
        printed.add(document.basis.head)
    journal = verify(printed=printed)
    shown = () if _was_issued(document, read.kind, data) else read.problems
    found = [*shown, *journal.problems, *_against_ledger(read.paper, Place(file=name))]
    return DocumentVerdict(read, journal, tuple(found))


def _was_issued(document: Document, kind: str, data: bytes) -> bool:
    """Whether this is, byte for byte, the file that was approved, however it would be set today."""
    mark = _mark_of(document) if document.kind == "bulletin" else None
    return mark is not None and mark.facts["files"].get(kind) == sha256(data).hexdigest()


def _against_ledger(paper: Paper, place: Place) -> Iterator[Problem]:
    """Whether this very document was published, issued as printed, and says what the book says."""
    document = paper.document
    if document.kind == "slip":
        yield from _slip_problems(document, place)
        return
    mark = _mark_of(document)
    if mark is None:
        found = f"{document.key} with digest {document.digest[:16]}"
        yield Problem("document-unknown", found, "a document that this ledger published", place)
        return
    yield from _issue_problems(paper, mark, place)
    try:
        again = reproduce_bulletin(mark.facts["scene"], PublishedDocument(paper, mark))
    except (LookupError, ValueError, OSError) as error:
        yield Problem(
            "document-sources", f"{type(error).__name__}: {error}", "its sources in the ledger", place
        )
        return
    for name, printed, computed in figure_differences(document, again.document):
        where = replace(place, field=name)
        yield Problem("document-figure", printed or "no such number", computed or "nothing to print", where)
    if not again.same and not again.figures:
        yield Problem("document-words", "other words or tables", "the document that the ledger gives", place)


def _slip_problems(document: Document, place: Place) -> Iterator[Problem]:
    """Whether the slip was sent so; offices keep the names under which it was printed."""
    number = document.key.partition("@")[2]
    scene = document.basis.scene if document.basis else ""
    try:
        if scene not in scene_names():
            raise NoSuchCase(f"no scene {scene!r}")
        names = _names_printed(document, case_by_number(installed(scene), number), number)
        again = print_slip(scene, number, names=names).document
    except LookupError as error:
        yield Problem("document-unknown", str(error), "a slip that this ledger sent", place)
        return
    for name, printed, computed in figure_differences(document, again):
        yield Problem("document-figure", printed, computed, replace(place, field=name))
    if again.canonical() != document.canonical() and not figure_differences(document, again):
        yield Problem("document-words", "other words", "the slip as the ledger gives it", place)


def _names_printed(document: Document, case: Case, number: str) -> Names:
    slip = next(one for one in case.slips if one.number == number)
    units = {slip.to: document.receiver} | dict(zip([slip.copy], document.copies, strict=False))
    return Names(issuer=document.head, units=units)


def _issue_problems(paper: Paper, mark: Mark, place: Place) -> Iterator[Problem]:
    """A draft that was never approved may not pass for an approved paper."""
    issued = paper_of_facts(paper.document, mark.facts)
    if paper.issue.is_approved and paper.issue != issued.issue:
        found = f"approved by {paper.issue.approved_by}"
        expected = f"approved by {issued.issue.approved_by}" if issued.issue.is_approved else "not approved"
        yield Problem("document-issue", found, expected, place)


def _mark_of(document: Document) -> Mark | None:
    """The mark under which a document was published, also where it was corrected since."""
    if document.basis is None:
        return None
    scene = document.basis.scene
    kind, _, slot = document.key.partition("@")
    if scene not in scene_names():
        return None
    facts: dict[str, object] = {}
    stands: Mark | None = None
    subject = f"document:{kind}"
    # Facts are stated only where they change: each transaction's state is all that was said so far.
    told = sorted(history(scene, subject, kind="document", slot=slot), key=lambda one: one.entry)
    for at, one in enumerate(told):
        facts[one.name] = one.value
        last = at + 1 == len(told) or told[at + 1].entry != one.entry
        if last and facts.get("digest") == document.digest:
            stands = Mark(subject, "document", slot, {**facts, "scene": scene}, one.transaction)
    return stands
