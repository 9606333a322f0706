"""The month's filing (月度填报): submitted by the unit, verified by another pair of eyes, or returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from yiben.journeys.filing_book import (
    KIND,
    RETURNED,
    SUBMITTED,
    VERIFIED,
    Filed,
    FilingTask,
    Known,
    known_of,
    states_of,
)
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Place, Problem, Refused, errors_of
from yiben.ledger.record import Recorded, Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Field
from yiben.scenes.values import check_fact


@dataclass(frozen=True, slots=True)
class Stated:
    """What a unit states of one subject for the period (一行填报).

    `totals` are cumulated amounts that the filer stated beside the month's, to be checked;
    `reason` is why a number goes backwards.
    """

    subject: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, Any] = field(default_factory=dict)
    totals: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission did (报送结果), with what was worth a second look."""

    recorded: Recorded
    subjects: tuple[str, ...]
    warnings: tuple[Problem, ...]


def submit(
    task: FilingTask,
    rows: Sequence[Stated],
    *,
    by: Person,
    at: datetime,
    seen: int | None = None,
    way: str = "page",
    why: str = "",
) -> Submitted:
    """File some subjects for a period: checked, recorded and marked as submitted, all or nothing.

    A verified row is closed to its filer. Raises Refused, people.access.NotAllowed.
    """
    by.require(Action.FILE)
    subjects = [one.subject for one in rows]
    known = known_of(task, subjects, number=None)
    states = states_of(task, subjects)
    today = at.astimezone(COUNTY_ZONE).date()
    problems = _task_problems(task, today)
    for one in rows:
        problems += _row_problems(task, one, known, states.get(one.subject), by, today, why)
    if errors_of(problems):
        raise Refused(problems)
    statements: list[Statement] = []
    for one in rows:
        place = Place(subject=one.subject)
        if one.facts:
            statements.append(Statement(one.subject, one.facts, place=place))
        if one.measures:
            statements.append(Statement(one.subject, one.measures, "period", task.slot, place=place))
        mark = _mark(SUBMITTED, by, at, filed_by=by.username, note="", reasons=one.reason or why)
        statements.append(Statement(one.subject, mark, KIND, task.mark, place=place))
    done = record(
        statements,
        pack=task.pack,
        by=by,
        at=at,
        way=way,
        why=why,
        seen=head() if seen is None else seen,
        action=Action.FILE,
    )
    return Submitted(done, tuple(subjects), tuple(problems))


def _mark(state: str, by: Person, at: datetime, **more: str) -> dict[str, str]:
    moment = at.astimezone(COUNTY_ZONE).isoformat(timespec="seconds")
    return {"state": state, "by": by.username, "at": moment, **more}


def _task_problems(task: FilingTask, today: date) -> list[Problem]:
    if today < task.period.first:
        found = f"{task.period}, which begins on {task.period.first}"
        return [Problem("filing-early", found, "a period that has begun")]
    return []


def _row_problems(
    task: FilingTask,
    one: Stated,
    known: Known,
    state: Filed | None,
    by: Person,
    today: date,
    why: str,
) -> list[Problem]:
    """Everything that is wrong with, or odd about, one subject's row."""
    if state is not None and state.state == VERIFIED and not by.may(Action.VERIFY):
        found = f"{task.period}, verified by {state.by}"
        return [
            Problem("filing-verified", found, "a row that was returned first", Place(subject=one.subject))
        ]
    problems = [
        found
        for name, value in one.measures.items()
        if name in task.measures
        for found in check_measure(
            task.measures[name], value, subject=one.subject, known=known, reason=one.reason or why
        )
    ]
    problems += [
        found
        for name, value in one.totals.items()
        if name in task.measures
        for found in _total_problems(task.measures[name], value, one, known)
    ]
    actual = task.pack.settings.get("judging", {}).get("actual_dates", [])
    for name, value in one.facts.items():
        fact, _ = check_fact(task.fields[name], value) if name in task.fields else (None, "")
        if name in actual and isinstance(fact, str) and date.fromisoformat(fact) > today:
            place = Place(subject=one.subject, field=name)
            problems.append(Problem("filing-future", fact, f"a day that has come, {today} or before", place))
    return problems


def check_measure(one: Field, value: Any, *, subject: str, known: Known, reason: str) -> list[Problem]:
    """One number against the periods before it and the plan (填报校验).

    A cumulated amount or a standing percentage never goes backwards without a reason; more than
    the year's plan is only a warning. What the field itself forbids (0 to 100) the ledger tells.
    """
    fact, fault = check_fact(one, value)
    if fault or fact is None or not one.is_number:
        return []
    number, place = Decimal(str(fact)), Place(subject=subject, field=one.name)
    if not one.adds:
        before = known.last.get(subject, {}).get(one.name)
        if one.type != "percent" or before is None or number >= Decimal(str(before)) or reason.strip():
            return []
        return [Problem("filing-backwards", f"{number} after {before}", "no less, or a reason", place)]
    problems = []
    total = known.sums.get((subject, one.name), Decimal(0)) + number
    if number < 0 and not reason.strip():
        found = f"{number}: the cumulated amount falls to {total}"
        problems.append(Problem("filing-backwards", found, "no less, or a reason", place))
    plan = known.plans.get((subject, one.name))
    if plan is not None and total > plan:
        found = f"{total} so far this year"
        problems.append(Problem("filing-over-plan", found, f"at most the plan of {plan}", place, "warning"))
    return problems


def _total_problems(one: Field, value: Any, row: Stated, known: Known) -> list[Problem]:
    """A stated cumulated amount is what there was before and the period's own."""
    fact, fault = check_fact(one, value)
    place = Place(subject=row.subject, field=one.name)
    if fault:
        return [Problem("bad-value", repr(value), fault, place)]
    if fact is None or not one.adds:
        return []
    own = row.measures.get(one.name, known.this.get(row.subject, {}).get(one.name))
    before = known.sums.get((row.subject, one.name), Decimal(0))
    own_fact, _ = check_fact(one, own)
    expected = before + Decimal(str(own_fact or 0))
    if Decimal(str(fact)) == expected:
        return []
    said = f"{expected}: {before} before and {own_fact or 0} now"
    return [Problem("filing-total", str(fact), said, place)]


def verify_filings(
    task: FilingTask,
    subjects: Sequence[str],
    *,
    by: Person,
    at: datetime,
    seen: int | None = None,
    way: str = "page",
) -> Recorded:
    """Put a second pair of eyes' word under some filings at once (批量审核). Raises Refused."""
    return _judge(task, subjects, VERIFIED, "", by=by, at=at, seen=seen, way=way)


def return_filings(
    task: FilingTask,
    subjects: Sequence[str],
    *,
    note: str,
    by: Person,
    at: datetime,
    seen: int | None = None,
    way: str = "page",
) -> Recorded:
    """Give some filings back with a note (退回修改). Raises Refused."""
    return _judge(task, subjects, RETURNED, note, by=by, at=at, seen=seen, way=way)


def _judge(
    task: FilingTask,
    subjects: Sequence[str],
    state: str,
    note: str,
    *,
    by: Person,
    at: datetime,
    seen: int | None,
    way: str,
) -> Recorded:
    by.require(Action.VERIFY)
    states = states_of(task, subjects)
    problems = [_judging_problem(task, one, state, states.get(one), by) for one in subjects]
    found = [one for one in problems if one is not None]
    if not subjects:
        found.append(Problem("filing-nothing", "no row", "at least one"))
    if state == RETURNED and not note.strip():
        found.append(Problem("filing-note", "no note", "why it is returned", Place(field="note")))
    if len(note) > 1_000:
        found.append(Problem("filing-note", f"{len(note)} characters", "at most 1000", Place(field="note")))
    if found:
        raise Refused(found)
    mark = _mark(state, by, at, note=note.strip())
    return record(
        [Statement(one, mark, KIND, task.mark, place=Place(subject=one)) for one in subjects],
        pack=task.pack,
        by=by,
        at=at,
        way=way,
        why=note.strip(),
        seen=head() if seen is None else seen,
        action=Action.VERIFY,
    )


def _judging_problem(
    task: FilingTask, subject: str, state: str, filed: Filed | None, by: Person
) -> Problem | None:
    place = Place(subject=subject)
    allowed = (SUBMITTED,) if state == VERIFIED else (SUBMITTED, VERIFIED)
    if filed is None or filed.state not in allowed:
        found = filed.state if filed else "nothing filed"
        return Problem("filing-state", found, "a row that was submitted", place)
    if state == VERIFIED and filed.filed_by == by.username:
        return Problem("filing-own", f"{by.username}, who filed it", "another pair of eyes", place)
    return None
