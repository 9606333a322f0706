"""What a case is (督办件): a thread of steps under one subject, folded into where it stands.

A case is one mark of the ledger, kind `case`; each step is one of its facts, `step_001` and on,
and is never stated again. So where a case stands, now or on any past day, is a fold of its steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period

KIND = "case"
SENT, RECEIVED, ANSWERED, RETURNED = "sent", "received", "answered", "returned"
ASKED, CLOSED, EXEMPT, VOID = "asked", "closed", "exempt", "void"
WAITING = frozenset({SENT, RECEIVED, RETURNED})
OPEN = WAITING | {ANSWERED, ASKED}
STATES = (SENT, RECEIVED, RETURNED, ANSWERED, ASKED, CLOSED, EXEMPT, VOID)
# What may be done while a case stands where, and where it stands then (None: where it stood).
MOVES: Mapping[str, tuple[frozenset[str], str | None]] = {
    "open": (frozenset(), SENT),
    "receive": (frozenset({SENT}), RECEIVED),
    "note": (OPEN, None),
    "answer": (WAITING, ANSWERED),
    "ask": (WAITING, ASKED),
    "refuse": (frozenset({ASKED}), RETURNED),
    "close": (frozenset({ANSWERED}), CLOSED),
    "return": (frozenset({ANSWERED}), RETURNED),
    "extend": (WAITING, None),
    "escalate": (WAITING, SENT),
    "exempt": (OPEN, EXEMPT),
    "void": (OPEN, VOID),
    "reopen": (frozenset({CLOSED, EXEMPT}), SENT),
}
# What each step is called: shown on pages, and told as the reason in the journal.
DEEDS = {
    "open": "立件发单",
    "receive": "签收",
    "note": "进展",
    "answer": "反馈",
    "ask": "申请豁免",
    "refuse": "不予豁免",
    "close": "销号",
    "return": "退回重办",
    "extend": "延期",
    "escalate": "升级",
    "exempt": "批准豁免",
    "void": "作废",
    "reopen": "重开",
}


class BadCase(ValueError):
    """The steps of a case do not follow one another; only a changed database can bring that."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that was sent (提示单 / 督办单 / 联系单 / 报告单): its number, receiver and deadline."""

    type: str
    year: int
    serial: int
    number: str
    to: str
    due: date
    level: str
    demand: str = ""
    copy: str = ""

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Slip:
        """A slip as a step keeps it."""
        return cls(
            type=raw["type"],
            year=raw["year"],
            serial=raw["serial"],
            number=raw["number"],
            to=raw["to"],
            due=date.fromisoformat(raw["due"]),
            level=raw["level"],
            demand=raw.get("demand", ""),
            copy=raw.get("copy", ""),
        )

    def as_fact(self) -> dict[str, Any]:
        """The slip as a step keeps it."""
        raw = {
            "type": self.type,
            "year": self.year,
            "serial": self.serial,
            "number": self.number,
            "to": self.to,
            "due": self.due.isoformat(),
            "level": self.level,
        }
        return raw | {name: text for name in ("demand", "copy") if (text := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done (一个步骤): what, by whom, for which unit, when, with which words."""

    number: int
    do: str
    at: datetime
    by: str
    unit: str
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def slip(self) -> Slip | None:
        """The slip that the step sent, if it sent one."""
        return Slip.of(self.said["slip"]) if "slip" in self.said else None

    @property
    def day(self) -> date:
        """The county's day of the step."""
        return self.at.astimezone(COUNTY_ZONE).date()


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its steps leave it (督办件现状)."""

    scene: str
    subject: str
    slot: str
    steps: tuple[Step, ...]
    state: str
    level: str
    slip: Slip
    due: date
    reopened: int = 0
    returned: int = 0

    @property
    def opening(self) -> Mapping[str, Any]:
        """What was said when it was opened: origin, rule, month, reason, task, class, name …"""
        return self.steps[0].said

    @property
    def rule(self) -> str:
        """The rule whose finding opened it; empty for one opened by hand."""
        return str(self.opening.get("rule", ""))

    @property
    def responsible(self) -> str:
        """The unit whose subject it was when the case was opened (责任单位)."""
        return str(self.opening.get("responsible", ""))

    @property
    def unit(self) -> str:
        """The unit that must answer: the newest slip's receiver."""
        return self.slip.to

    @property
    def opened_on(self) -> date:
        """The day on which it was opened."""
        return self.steps[0].day

    @property
    def month(self) -> Period | None:
        """The month whose judging opened it."""
        text = self.opening.get("month", "")
        return Period.of(text) if text else None

    @property
    def colour(self) -> Colour:
        """The colour of the finding that opened it."""
        word = str(self.opening.get("colour", ""))
        return Colour.of(word) if word else Colour.NONE

    @property
    def is_open(self) -> bool:
        """Whether something remains to be done."""
        return self.state in OPEN

    @property
    def waits_for_unit(self) -> bool:
        """Whether the receiver is the one to act."""
        return self.state in WAITING

    @property
    def closed_on(self) -> date | None:
        """The day of closing, while it is closed."""
        return self.steps[-1].day if self.state == CLOSED else None

    @property
    def slips(self) -> list[Slip]:
        """Every slip that was sent in this case, in order."""
        return [step.slip for step in self.steps if step.slip is not None]

    def may(self, do: str) -> bool:
        """Whether a step can follow from where the case stands."""
        return self.state in MOVES[do][0]

    def last(self, do: str) -> Step | None:
        """The newest step of one sort."""
        return next((step for step in reversed(self.steps) if step.do == do), None)

    def is_overdue(self, on: date) -> bool:
        """Whether the receiver should have answered by now."""
        return self.waits_for_unit and on > self.due

    def reason(self, language: str) -> str:
        """Why it was opened, or reopened last, in the reader's language."""
        told = [step.said for step in self.steps if step.said.get("zh")]
        said = told[-1] if told else {}
        zh, en = str(said.get("zh", "")), str(said.get("en", ""))
        return zh if language.startswith("zh") else en or zh


def step_name(number: int) -> str:
    """The fact that holds a step: step_001, step_002 …"""
    return f"step_{number:03d}"


def step_fact(do: str, *, at: datetime, by: str, unit: str, **said: Any) -> dict[str, Any]:
    """A step as the ledger keeps it; what is empty is left out."""
    kept = {name: value for name, value in said.items() if value not in (None, "", [], ())}
    moment = at.astimezone(COUNTY_ZONE).isoformat(timespec="seconds")
    return {"do": do, "at": moment, "by": by, "unit": unit, **kept}


def steps_of(facts: Mapping[str, Any]) -> list[Step]:
    """The steps that a mark holds, in order."""
    found = []
    for name in sorted(name for name in facts if name.startswith("step_")):
        raw = dict(facts[name])
        head = {key: raw.pop(key) for key in ("do", "at", "by", "unit")}
        found.append(
            Step(
                int(name[5:]),
                head["do"],
                datetime.fromisoformat(head["at"]),
                head["by"],
                head["unit"],
                raw,
            )
        )
    return found


def fold(steps: Iterable[Step], *, scene: str, subject: str, slot: str) -> Case | None:
    """Where a case stands after some steps; None before the first. Raises BadCase."""
    case: Case | None = None
    for step in steps:
        case = _after(case, step, scene, subject, slot)
    return case


def _after(case: Case | None, step: Step, scene: str, subject: str, slot: str) -> Case:
    if case is None:
        slip = step.slip
        if step.do != "open" or slip is None:
            raise BadCase(f"{subject} {slot} begins with {step.do}, expected its opening with a slip")
        return Case(scene, subject, slot, (step,), SENT, slip.level, slip, slip.due)
    allowed, state = MOVES.get(step.do, (frozenset(), None))
    if case.state not in allowed:
        raise BadCase(f"{subject} {slot}: {step.do} while {case.state}")
    slip = step.slip or case.slip
    due = step.said.get("due")
    return replace(
        case,
        steps=(*case.steps, step),
        state=state or case.state,
        level=slip.level,
        slip=slip,
        due=date.fromisoformat(due) if due else (step.slip.due if step.slip else case.due),
        reopened=case.reopened + (step.do == "reopen"),
        returned=case.returned + (step.do in ("return", "refuse")),
    )


def case_of(facts: Mapping[str, Any], *, scene: str, subject: str, slot: str) -> Case:
    """The case that a mark holds. Raises BadCase."""
    case = fold(steps_of(facts), scene=scene, subject=subject, slot=slot)
    if case is None:
        raise BadCase(f"{subject} {slot} has no step")
    return case


def on_day(case: Case, day: date) -> Case | None:
    """The case as it stood when a day ended; None where it was not open yet."""
    steps = [step for step in case.steps if step.day <= day]
    return fold(steps, scene=case.scene, subject=case.subject, slot=case.slot)
