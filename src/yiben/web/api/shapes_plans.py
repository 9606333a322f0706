"""The shapes of plans, accounts, reports and tables (计划、收支、报告、表的数据格式)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema

from yiben.web.api.shapes import ProblemOut
from yiben.web.api.shapes import RecordOut as RecordOut
from yiben.web.api.shapes import Text as Text
from yiben.web.api.shapes_work import Day, Name, Seen

ReportKind = Literal["figure", "mention", "promise", "check"]


class PlanRowOut(Schema):
    """One item of a plan: an approval item, a recorded node, or both."""

    key: str
    node: str
    name: dict[str, str]
    start: date
    finish: date
    baseline: date | None
    planned: date | None
    forecast: date | None
    actual: date | None
    slack_days: float | None
    must: bool
    milestone: bool
    after: list[str]
    moves: int
    pushed: int
    short: int
    assumed: bool
    colour: str


class AskedOut(Schema):
    """A change of a frozen plan that waits for approval."""

    node: str
    reason: str
    by: str
    at: datetime
    dates: dict[str, list[date]]


class PlanOut(Schema):
    """A subject's plan seen from today."""

    scene: str
    subject: str
    seen: int
    chain: list[str]
    rows: list[PlanRowOut]
    asked: list[AskedOut]
    problems: list[ProblemOut]


class ChangeIn(Schema):
    """New days for some nodes; with `cascade` those that they push move as well."""

    subject: Name
    days: dict[Text, Day] = Field(min_length=1, max_length=200)
    reason: Text = Field(default="", max_length=500)
    cascade: bool = False
    seen: Seen | None = None
    preview: bool = False


class ScheduleIn(Schema):
    """A schedule from a start or back from a finish, to a goal of the network."""

    subject: Name
    start: Day | None = None
    finish: Day | None = None
    goal: Name = ""
    reason: Text = Field(default="", max_length=500)
    seen: Seen | None = None
    preview: bool = False


class ChangedOut(Schema):
    """What a change did: recorded, or asked for; per node the day before and after."""

    transaction: int
    asked: bool
    dates: dict[str, list[date | None]]


class PlanAnswerIn(Schema):
    """The answer to a change that waits."""

    subject: Name
    node: Name
    agree: bool
    note: Text = Field(default="", max_length=500)


class FreezeIn(Schema):
    """Whose plans to set for the year; none named: all that are open and not set yet."""

    year: int = Field(default=0, ge=0, le=2058)
    subjects: list[Name] = Field(default_factory=list, max_length=10_000)
    why: Text = Field(default="", max_length=500)


class NodeLine(Schema):
    """One line of the node list."""

    subject: str
    class_: str = Field(alias="class")
    unit: str
    node: str
    baseline: date | None
    forecast: date
    actual: date | None
    late_days: int
    colour: str


class SheetIn(Schema):
    """For whose plan the sheet is, and whether only to look."""

    subject: Name
    reason: Text = Field(default="", max_length=500)
    seen: int = Field(default=0, ge=0, lt=2**62)
    preview: bool = True


class SheetRowOut(Schema):
    """What a line of a plan sheet would change."""

    node: str
    was: date | None
    to: date | None
    was_actual: date | None
    to_actual: date | None


class SheetOut(Schema):
    """What a plan sheet changes, and what was recorded."""

    rows: list[SheetRowOut]
    problems: list[ProblemOut]
    preview: bool
    asked: bool
    transactions: list[int]


class StandingOut(Schema):
    """An account with its balance."""

    scene: str
    account: str
    quantity: str
    subject: str
    kind: str
    unit: str
    balance: str


class MoveOut(Schema):
    """A recorded move."""

    transaction: int
    way: str
    source: str
    target: str
    quantity: str
    subject: str
    amount: str
    day: date
    document: str
    part: str
    why: str
    approver: str


class MoveIn(Schema):
    """One move to record: by which way, how much, on which day, by which paper."""

    way: Name
    amount: Name
    day: Name
    document: Name
    quantity: Name = ""
    unit: Name = ""
    subject: Name = ""
    to_subject: Name = ""
    part: Name = ""
    why: Text = Field(default="", max_length=500)
    approver: Name = ""


class MovesIn(Schema):
    """Moves to record together."""

    moves: list[MoveIn] = Field(min_length=1, max_length=1_000)
    why: Text = Field(default="", max_length=500)
    preview: bool = False


class PoolOut(Schema):
    """A pool that can be shared out."""

    pool: str
    unit: str
    balance: str


class AllocationIn(Schema):
    """Which pools to share out (none: all), and what is supposed to be otherwise."""

    pools: list[Name] = Field(default_factory=list, max_length=50)
    changes: list[Name] = Field(default_factory=list, max_length=50)


class AcceptIn(AllocationIn):
    """The same question, the transaction that its answer rested on, and the paper that decides."""

    number: int = Field(ge=0, lt=2**62)
    document: Name
    approver: Name = ""
    preview: bool = False


class GrantOut(Schema):
    """What one claim gets, and why."""

    claim: str
    served: bool
    granted: dict[str, str]
    reason: dict[str, str]


class ProposalOut(Schema):
    """An allocation, and the transaction that it rests on."""

    number: int
    left: dict[str, str]
    grants: list[GrantOut]


class AppraisalIn(Schema):
    """A project, and as YAML what the book does not hold of it."""

    subject: Name
    extras: Text = Field(default="", max_length=100_000)


class AppraisedOut(Schema):
    """A verdict, the transaction that it rests on, and the one that kept it."""

    number: int
    verdict: dict[str, Any]
    kept: int | None


class KeptOut(Schema):
    """A verdict that was kept."""

    applied_on: str
    conclusion: str
    transaction: int


class ReportOut(Schema):
    """A work report and how much was read of it."""

    digest: str
    title: str
    name: str | None
    kind: str | None
    body: str | None
    place: str | None
    issued_on: date | None
    figures: int | None
    projects: int | None
    promises: int | None
    contradictions: int | None
    open: int | None


class ReportRecord(Schema):
    """One record of a report."""

    slot: str
    facts: dict[str, Any]


class ReportDetail(ReportOut):
    """A report with its records of one kind."""

    count: int
    records: list[ReportRecord]


class TakenOut(Schema):
    """What taking a report in did."""

    digest: str
    transaction: int
    figures: int
    projects: int
    promises: int
    checks: int


class DecisionIn(Schema):
    """The reviewer's word on one record."""

    kind: ReportKind
    slot: Name
    state: Literal["open", "accepted", "rejected"]
    corrections: dict[Text, Any] = Field(default_factory=dict)
    target: Name = ""


class ReviewIn(Schema):
    """Decisions that stand or fall together."""

    decisions: list[DecisionIn] = Field(min_length=1, max_length=2_000)
    seen: int = Field(default=0, ge=0, lt=2**62)


class ImportIn(Schema):
    """How to take a file in: its period, as a preview, holding rows with errors back."""

    period: Name = ""
    preview: bool = True
    hold_back: bool = False
    why: Text = Field(default="", max_length=500)


class ImportedOut(RecordOut):
    """What an import did, or would do."""

    held_back: int
    problems: list[ProblemOut]


class PackIn(Schema):
    """A pack's YAML text."""

    text: Text = Field(min_length=1, max_length=1_000_000)
    name: Name = "pack.yaml"


class InstalledOut(Schema):
    """The scene that was installed."""

    scene: str
    version: int
    is_new: bool
