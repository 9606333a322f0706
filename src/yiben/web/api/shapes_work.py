"""The shapes of cases, filings, photos and documents (督办、填报、公文的数据格式)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AfterValidator

from yiben.web.api.shapes import MonthIn as MonthIn
from yiben.web.api.shapes import ProblemOut
from yiben.web.api.shapes import RecordOut as RecordOut
from yiben.web.api.shapes import Text as Text

MOST_ROWS_IN = 1_000
MOST_FILES = 20
WAITS = ("to_answer", "to_review", "to_approve", "to_raise", "unreceived", "for_leader")
CaseState = Literal["sent", "received", "returned", "answered", "asked", "closed", "exempt", "void"]
RateBy = Literal["class", "unit", "level", "rule", "origin", "month"]
Deed = Literal[
    "receive", "note", "answer", "ask", "refuse", "close",
    "return", "extend", "escalate", "exempt", "void", "reopen",
]  # fmt: skip


def _of_our_years(day: date) -> date:
    if not 2007 <= day.year <= 2058:
        raise ValueError(f"found {day}, expected a day from 2007 to 2058")
    return day


Day = Annotated[date, AfterValidator(_of_our_years)]
Words = Annotated[Text, Field(max_length=2_000)]
Name = Annotated[Text, Field(max_length=200)]
Seen = Annotated[int, Field(ge=0, lt=2**62)]


class CaseLine(Schema):
    """A case as it stands; `case` is its name below the subject, `seen` how many steps it has."""

    scene: str
    subject: str
    case: str
    number: str
    name: str
    state: str
    level: str
    unit: str
    responsible: str
    rule: str
    due: date
    overdue: bool
    reopened: int
    returned: int
    reason: dict[str, str]
    seen: int


class CasesOut(Schema):
    """Some of the cases of a scene, and how many there are."""

    scene: str
    count: int
    rows: list[CaseLine]


class StepOut(Schema):
    """One step of a case: what was done, by whom, when, with which words."""

    number: int
    do: str
    at: datetime
    by: str
    unit: str
    said: dict[str, Any]


class CaseOut(CaseLine):
    """A case with its slips and steps, and what the caller may do next."""

    steps: list[StepOut]
    slips: list[dict[str, Any]]
    may_do: list[str]


class InboxOut(Schema):
    """The cases of one scene that wait for the caller."""

    scene: str
    to_answer: list[CaseLine]
    to_review: list[CaseLine]
    to_approve: list[CaseLine]
    to_raise: list[CaseLine]
    unreceived: list[CaseLine]
    for_leader: list[CaseLine]


class StepIn(Schema):
    """One step to take; which words it needs depends on `do`."""

    subject: Name
    case: Name
    do: Deed
    seen: Seen | None = None
    text: Words = ""
    cause: Words = ""
    measure: Words = ""
    result: Words = ""
    finish_on: Day | None = None
    reason: Words = ""
    first_month: Name = ""
    last_month: Name = ""
    days: int = Field(default=0, ge=0, le=10_000)
    to: Name = ""
    type: Name = ""
    level: Name = ""
    files: list[Name] = Field(default_factory=list, max_length=MOST_FILES)


class OpenedOut(Schema):
    """What opening the cases of a month did."""

    month: str
    transaction: int
    opened: list[tuple[str, str]]
    reopened: list[tuple[str, str]]
    standing: int


class MatterIn(Schema):
    """One matter stated by hand: about which subject, what is wrong, what is to be done, by whom."""

    subject: Name
    problem: Words
    task: Words = ""
    to: Name = ""
    person: Name = ""
    level: Name = ""
    type: Name = ""
    days: int | None = Field(default=None, ge=0, le=10_000)


class MattersIn(Schema):
    """Matters stated together; with the origin `inspection` they are a round with its own page."""

    origin: Name = "inspection"
    title: Name = ""
    day: Day | None = None
    members: Words = ""
    note: Words = ""
    matters: list[MatterIn] = Field(min_length=1, max_length=100)


class InspectionOut(Schema):
    """A round of inspection with its three lists."""

    round: str
    title: str
    day: date
    members: str
    note: str
    lists: dict[str, list[dict[str, Any]]]


class RateOut(Schema):
    """One line of the close-out table."""

    key: str
    closed: int
    all: int
    in_time: int
    percent: Decimal | None


class FilingRow(Schema):
    """One subject's filing of a period: its state, what was filed, and last period's values."""

    subject: str
    state: str
    note: str
    facts: dict[str, Any]
    measures: dict[str, Any]
    before: dict[str, Any]


class FilingOut(Schema):
    """What is due of a form; `next` is the subject to go on after."""

    form: str
    period: str
    due_on: date
    seen: int
    rows: list[FilingRow]
    next: str | None


class StatedIn(Schema):
    """What is filed of one subject: fields, measures, stated totals, and why a number goes back."""

    subject: Name
    facts: dict[Text, Any] = Field(default_factory=dict)
    measures: dict[Text, Any] = Field(default_factory=dict)
    totals: dict[Text, Any] = Field(default_factory=dict)
    reason: Words = ""


class FilingIn(Schema):
    """Filings of one form and period, all or nothing."""

    form: Name = ""
    period: Name = ""
    rows: list[StatedIn] = Field(min_length=1, max_length=MOST_ROWS_IN)
    seen: Seen | None = None
    why: Text = Field(default="", max_length=500)


class SubmittedOut(RecordOut):
    """What a submission recorded, and what is worth a second look."""

    warnings: list[ProblemOut]


class JudgeIn(Schema):
    """Filings to verify or return; a return needs its note."""

    form: Name = ""
    period: Name = ""
    subjects: list[Name] = Field(min_length=1, max_length=5_000)
    note: Text = Field(default="", max_length=1_000)
    seen: Seen | None = None


class DraftIn(Schema):
    """What is typed into a form so far."""

    key: Text = Field(min_length=1, max_length=300)
    values: dict[Text, Text] = Field(default_factory=dict)


class DraftOut(DraftIn):
    """A draft as it was kept."""

    saved_at: datetime


class PhotoOut(Schema):
    """A photo of the month."""

    slot: str
    month: str
    digest: str
    name: str
    kind: str
    taken_at: datetime | None
    caption: str
    by: str
    transaction: int


class PhotosIn(Schema):
    """For which subject and month the photos that come along are."""

    subject: Name
    month: Name = ""
    caption: Text = Field(default="", max_length=500)


class PhotoOffIn(Schema):
    """Which photo to take off, and why."""

    subject: Name
    slot: Name
    reason: Words


class ReasonIn(Schema):
    """Why something is done."""

    reason: Text = Field(default="", max_length=500)


class DocumentLine(Schema):
    """A published bulletin in the list."""

    month: str
    title: str
    digest: str
    approved: bool
    approved_by: str
    sealed: bool
    transaction: int


class DocumentOut(Schema):
    """A bulletin as data, as published or as it would be now."""

    digest: str
    published: bool
    approved: bool
    approved_by: str
    document: Any


class IssuedOut(Schema):
    """What publishing or approving did."""

    transaction: int
    digest: str
    approved: bool
    untypeset: str = ""


class AgainOut(Schema):
    """A published bulletin compiled again: figures (name, printed, computed) and files that differ."""

    same: bool
    digest: str
    again: str
    figures: list[list[str]]
    files: dict[str, bool]


class ProofOut(Schema):
    """What was found of a file."""

    clean: bool
    digest: str
    problems: list[ProblemOut]
