"""What a document is (公文): frozen values with one spelling, from which every format is written.

Each number that a document says is a `Figure`: exact value, how it is printed, by which rule it
was computed, and where its sources are shown. Runs of text name the figure that they print.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

FORMAT = "yiben-document-1"
Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A computed number (数据): its exact value, its print, its rule and the page of its sources.

    `parts` counts the facts that went in; `path` is the address of the page that lists them;
    a result that is a text (a reason, a published board) is no number.
    """

    id: str
    value: str
    unit: str
    text: str
    metric: str
    parts: int = 0
    path: str = ""
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text (文字); `figure` names the number that it prints."""

    text: str
    figure: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading (标题); its number follows from its place."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph (段落) in one of the declared styles."""

    runs: tuple[Run, ...]
    style: str = "body"

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table (列)."""

    text: str
    align: Align = "center"


@dataclass(frozen=True, slots=True)
class Table:
    """A table (表) with its title, the unit of its numbers, and a note below."""

    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Run, ...], ...]
    unit: str = ""
    note: str = ""


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class SealPrint:
    """The month's seal as it is printed (封账印记)."""

    month: str
    number: int
    root: str
    digest: str
    transactions: int
    entries: int


@dataclass(frozen=True, slots=True)
class Basis:
    """What a document was computed from (依据): scene, pack version, month, and the book's moment.

    `seen` is the newest transaction that was read and `head` its digest, which commits to
    everything recorded up to it.
    """

    scene: str
    version: int
    month: str
    seen: int
    head: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A document (公文): `key` names it in its scene (such as `bulletin@2026-09`)."""

    kind: str
    key: str
    head: str
    number: str
    title: str
    subtitle: str
    receiver: str
    blocks: tuple[Block, ...]
    signer: str
    day: date
    copies: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    seal: SealPrint | None = None
    basis: Basis | None = None

    def canonical(self) -> bytes:
        """The document as bytes: sorted keys, no spaces, UTF-8."""
        return canonical_bytes(as_plain(self))

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical bytes, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def figure(self, id: str) -> Figure:
        """The figure of that name; raises KeyError."""
        for one in self.figures:
            if one.id == id:
                return one
        raise KeyError(f"the document has no figure {id!r}")

    def runs(self) -> Iterator[Run]:
        """Every run of every block, in order."""
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield from block.runs
            elif isinstance(block, Table):
                for row in block.rows:
                    yield from row


@dataclass(frozen=True, slots=True)
class Issue:
    """How far a document has come (签发): who published it and who approved it, and when."""

    published_by: str = ""
    published_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    corrects: str = ""
    reason: str = ""

    @property
    def is_approved(self) -> bool:
        """Whether somebody with the right to approve did so."""
        return self.approved_at is not None


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it is handed out (文件): with its issue, and the site that shows its sources."""

    document: Document
    issue: Issue = Issue()
    site: str = ""

    def envelope(self) -> bytes:
        """What is embedded in every file: enough to check it without a ledger."""
        raw = {
            "format": FORMAT,
            "document": as_plain(self.document),
            "issue": as_plain(self.issue),
            "site": self.site,
        }
        return canonical_bytes(raw)


class NotADocument(ValueError):
    """Some bytes are not the envelope of a document; says what was found."""


def paper_of(envelope: bytes) -> Paper:
    """The paper that an envelope spells; raises NotADocument."""
    try:
        raw = json.loads(envelope)
        if raw["format"] != FORMAT:
            raise NotADocument(f"found format {raw['format']!r}, expected {FORMAT!r}")
        paper = Paper(_document(raw["document"]), _issue(raw["issue"]), raw["site"])
        spelled = paper.envelope()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, NotADocument):
            raise
        raise NotADocument(f"found {type(error).__name__}: {error}, expected an envelope") from error
    if spelled != envelope:
        raise NotADocument("found another spelling, expected the envelope as it was written")
    return paper


def document_of(payload: bytes) -> Document:
    """The document that canonical bytes spell; raises NotADocument."""
    issue: Mapping[str, Any] = as_plain(Issue())
    raw = {"format": FORMAT, "document": json.loads(payload), "issue": issue, "site": ""}
    return paper_of(canonical_bytes(raw)).document


def canonical_bytes(value: Any) -> bytes:
    """JSON with one spelling."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def as_plain(value: Any) -> Any:
    """A value of this module as plain JSON; blocks carry their kind."""
    if isinstance(value, tuple):
        return [as_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if not hasattr(value, "__dataclass_fields__"):
        return value
    raw = {one.name: as_plain(getattr(value, one.name)) for one in fields(value)}
    kind = BLOCKS_BY_TYPE.get(type(value))
    return {"is": kind, **raw} if kind else raw


BLOCKS_BY_TYPE: dict[type, str] = {Heading: "heading", Paragraph: "paragraph", Table: "table"}


def _block(raw: Mapping[str, Any]) -> Block:
    match raw["is"]:
        case "heading":
            return Heading(raw["text"], raw["level"])
        case "paragraph":
            return Paragraph(tuple(Run(**run) for run in raw["runs"]), raw["style"])
        case "table":
            columns = tuple(TableColumn(**one) for one in raw["columns"])
            rows = tuple(tuple(Run(**run) for run in row) for row in raw["rows"])
            return Table(raw["title"], columns, rows, raw["unit"], raw["note"])
        case other:
            raise NotADocument(f"found a block {other!r}, expected heading, paragraph or table")


def _document(raw: Mapping[str, Any]) -> Document:
    plain = ("kind", "key", "head", "number", "title", "subtitle", "receiver", "signer")
    basis = raw["basis"]
    return Document(
        **{name: raw[name] for name in plain},
        blocks=tuple(_block(one) for one in raw["blocks"]),
        day=date.fromisoformat(raw["day"]),
        copies=tuple(raw["copies"]),
        figures=tuple(Figure(**one) for one in raw["figures"]),
        seal=SealPrint(**raw["seal"]) if raw["seal"] else None,
        basis=Basis(**{**basis, "at": datetime.fromisoformat(basis["at"])}) if basis else None,
    )


def _issue(raw: Mapping[str, Any]) -> Issue:
    moments = {
        name: datetime.fromisoformat(raw[name]) if raw[name] else None
        for name in ("published_at", "approved_at")
    }
    return Issue(**{**raw, **moments})
