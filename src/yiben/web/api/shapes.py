"""The shapes of what comes in and goes out (接口数据格式)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AfterValidator

MOST_STATEMENTS = 5_000


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("found broken characters, expected text")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Colours = Literal["red", "yellow", "green", "exempt", "none"]


class ProblemOut(Schema):
    """One thing that is wrong: where, what was found, what was expected."""

    code: str
    severity: str
    where: str
    found: str
    expected: str


class RefusedOut(Schema):
    """Nothing was recorded, and why."""

    detail: str
    problems: list[ProblemOut]


class Told(Schema):
    """A refusal in one sentence."""

    detail: str


class SceneOut(Schema):
    """A scene in the list."""

    name: str
    version: int
    title: dict[str, str]
    key: str
    display: str
    has_rules: bool
    boards: list[str]


class FieldOut(Schema):
    """A field or measure of a scene."""

    name: str
    type: str
    label: dict[str, str]
    unit: str
    required: bool
    every: str
    adds: bool
    choices: dict[str, dict[str, str]]


class SceneDetail(SceneOut):
    """A scene with everything that can be stated in it."""

    fields: list[FieldOut]
    measures: list[FieldOut]
    nodes: dict[str, dict[str, str]]
    stages: list[str]
    lists: list[str]
    forms: list[str]


class SubjectOut(Schema):
    """A subject with its fields; decimals are text, so that nothing is rounded on the way."""

    subject: str
    facts: dict[str, Any]


class SubjectsOut(Schema):
    """Some subjects in the order of their keys; `next` is the key to go on after."""

    scene: str
    known_at: int
    rows: list[SubjectOut]
    next: str | None


class NodeOut(Schema):
    """A node of a subject."""

    node: str
    planned_on: date | None
    forecast_on: date | None
    actual_on: date | None
    reason: str


class SubjectDetail(SubjectOut):
    """A subject with nodes and measures by period, as known after transaction `known_at`."""

    scene: str
    known_at: int
    is_withdrawn: bool
    nodes: list[NodeOut]
    measures: dict[str, dict[str, Any]]


class StatementIn(Schema):
    """What is stated about one subject, as a field, for a period, for a node, or its withdrawal."""

    subject: Text = Field(min_length=1, max_length=200)
    kind: Literal["field", "period", "node", "withdraw"] = "field"
    slot: Text = Field(default="", max_length=80)
    facts: dict[Text, Any] = Field(default_factory=dict)


class RecordIn(Schema):
    """Statements to record together; `seen` is the newest transaction that the sender has read."""

    statements: list[StatementIn] = Field(min_length=1, max_length=MOST_STATEMENTS)
    seen: int | None = Field(default=None, ge=0, lt=2**62)
    why: Text = Field(default="", max_length=500)
    preview: bool = False


class RecordOut(Schema):
    """What was recorded: its transaction (0 where nothing changed) and counts."""

    transaction: int
    digest: str
    entries: int
    created: int
    updated: int
    unchanged: int
    preview: bool


class ReasonOut(Schema):
    """Why a rule gave its colour."""

    rule: str
    node: str
    colour: str
    zh: str
    en: str
    numbers: dict[str, Any]


class FindingOut(Schema):
    """A subject's colour in a month, by rule, with reasons."""

    subject: str
    colour: str
    rules: dict[str, str]
    reasons: list[ReasonOut]


class FindingsOut(Schema):
    """The findings of a month, in the order of keys."""

    scene: str
    month: str
    known_at: int
    scheme: str
    rows: list[FindingOut]
    next: str | None


class BoardOut(Schema):
    """A board that a scene declares, and the periods for which it was published."""

    name: str
    label: dict[str, str]
    every: str
    published: list[str]


class SaidOut(Schema):
    """One statement of a fact, and the transaction that superseded it."""

    entry: int
    transaction: int
    at: datetime
    officer: str
    unit: str
    way: str
    why: str
    source: str
    kind: str
    slot: str
    name: str
    value: Any
    superseded_by: int | None


class HeadOut(Schema):
    """The newest end of the journal's chain, and the last seal."""

    transaction: int
    digest: str
    recorded_at: datetime | None
    seal: dict[str, Any] | None


class PublishIn(Schema):
    """Which period's board to publish; the reason makes it an erratum of one that was published."""

    period: Text = Field(default="", max_length=40)
    reason: Text = Field(default="", max_length=500)


class PublishedOut(Schema):
    """A published board: its transaction, digest and period."""

    transaction: int
    digest: str
    period: str


class ReproducedOut(Schema):
    """A published board drawn again: whether it is the same, and where not."""

    same: bool
    digest: str
    again: str
    differences: list[str]


class VerdictOut(Schema):
    """What a verification of the journal found."""

    clean: bool
    transactions: int
    entries: int
    seals: int
    head: str
    problems: list[ProblemOut]


class SealOut(Schema):
    """A month's seal."""

    month: str
    sealed_at: datetime
    officer: str
    transaction_count: int
    entry_count: int
    root: str
    previous: str
    digest: str


class MonthIn(Schema):
    """A month by name, such as 2026-07; where it may be left out, the one that is being closed."""

    month: Text = Field(default="", max_length=40)


class TransactionOut(Schema):
    """The header of a transaction, and its place in the chain."""

    id: int
    recorded_at: datetime
    officer: str
    unit: str
    way: str
    why: str
    scene: str
    pack_version: int
    source: str
    entry_count: int
    entries_root: str
    previous: str
    digest: str


class EntryOut(Schema):
    """One entry of a transaction."""

    id: int
    subject: str
    kind: str
    slot: str
    facts: dict[str, Any]


class TransactionDetail(TransactionOut):
    """A transaction with its first entries."""

    entries: list[EntryOut]


class EventOut(Schema):
    """A sign-in, its failure, or a change of rights."""

    id: int
    at: datetime
    officer: str
    event: str
    detail: str
    address: str
