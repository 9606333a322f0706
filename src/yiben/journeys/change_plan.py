"""Changing a plan (计划调整): days recorded with a reason, the year's freeze, changes asked for and approved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from yiben.journeys.plan_nodes import Asked, asked_changes, facts_of, recorded_nodes
from yiben.journeys.plan_project import ProjectPlan, plan_project
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.frozen import BASELINE, NODE_CHANGE
from yiben.ledger.marks import marks
from yiben.ledger.models import NodeVersion
from yiben.ledger.record import Recorded as Receipt
from yiben.ledger.record import Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.planning.backward import Arranged
from yiben.planning.calendar import china
from yiben.planning.living import LivePlan, change
from yiben.planning.recorded import Recorded, foresee
from yiben.scenes.model import Pack

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of days did (调整结果): recorded at once, or asked for where the plan is frozen."""

    receipt: Receipt
    dates: Mapping[str, tuple[date | None, date]]
    asked: bool


def change_days(
    pack: Pack,
    subject: str,
    *,
    days: Mapping[str, date],
    reason: str,
    by: Person,
    at: datetime,
    seen: int | None = None,
    way: str = "page",
    preview: bool = False,
    plan: ProjectPlan | None = None,
) -> Changed:
    """Give nodes other days: before the freeze they are the plan, after it they wait for an approval.

    Raises Refused: without reason, for a node that is done, and where somebody else changed it since
    `seen` (both values are told).
    """
    plan = plan or plan_project(pack, subject, on=at.astimezone(COUNTY_ZONE).date(), by=by)
    problems = list(_unknown_nodes(pack, subject, days))
    frozen = plan.live.frozen_on is not None
    wanted = {node: day for node, day in days.items() if node in pack.nodes}
    for node, day in wanted.items():
        if node in plan.live.nodes:
            # The approver comes later; everything else is refused now.
            stand_in = "·" if frozen else ""
            problems += change(
                plan.live, node=node, to=day, reason=reason, by=by.username, at=at, approver=stand_in
            )[1]
        elif not reason.strip():
            place = Place(subject=subject, field=node)
            problems.append(Problem("reason-missing", "no reason", "why the date changes", place))
    if problems:
        raise Refused(problems)
    known = {node: plan.live.nodes[node].forecast for node in wanted if node in plan.live.nodes}
    moved = {node: (known.get(node), day) for node, day in wanted.items()}
    held = [node for node in wanted if frozen and _has_baseline(plan.live, node)]
    statements = [
        *(_stated(plan, node, day, reason) for node, day in wanted.items() if node not in held),
        *_asks(subject, {node: moved[node] for node in held}, reason, by, at),
    ]
    receipt = record(
        statements,
        pack=pack,
        by=by,
        at=at,
        way=way,
        why=reason,
        seen=head() if seen is None else seen,
        preview=preview,
    )
    return Changed(receipt, moved, bool(held))


def _unknown_nodes(pack: Pack, subject: str, days: Mapping[str, date]) -> Iterator[Problem]:
    place = Place(subject=subject)
    if not 0 < len(days) <= MOST_AT_ONCE:
        yield Problem(
            "no-change", f"{len(days)} nodes", f"1 to {MOST_AT_ONCE} nodes with another date", place
        )
    for node in days:
        if node not in pack.nodes:
            yield Problem("unknown-node", repr(node), "one of " + ", ".join(pack.nodes), place)


def _has_baseline(live: LivePlan, node: str) -> bool:
    return node in live.nodes and live.nodes[node].baseline is not None


def _stated(plan: ProjectPlan, node: str, day: date, reason: str) -> Statement:
    """The plan's day; a forecast that was stated follows, so that both say the same."""
    row = next((row for row in plan.rows if row.node == node), None)
    facts: dict[str, object] = {"planned_on": day, "reason": reason}
    if row is not None and row.forecast is not None:
        facts["forecast_on"] = day
    return Statement(plan.subject, facts, "node", node, Place(subject=plan.subject, field=node))


def _asks(
    subject: str,
    dates: Mapping[str, tuple[date | None, date]],
    reason: str,
    by: Person,
    at: datetime,
) -> Iterator[Statement]:
    """One question for all nodes together, kept under the first of them."""
    if not dates:
        return
    first = next(iter(dates))
    facts = {
        "dates": {node: [str(was), str(now)] for node, (was, now) in dates.items()},
        "reason": reason,
        "by": by.username,
        "at": at.isoformat(),
        "state": "asked",
        "approver": "",
        "answer": "",
    }
    yield Statement(subject, facts, NODE_CHANGE, first, Place(subject=subject, field=first))


def answer_change(
    pack: Pack,
    subject: str,
    *,
    node: str,
    agree: bool,
    note: str = "",
    by: Person,
    at: datetime,
    way: str = "page",
) -> Receipt:
    """Approve or refuse a change that waits (审批调整): by somebody with that right who did not ask for it.

    Raises Refused, also where the dates moved on since the question was asked; NotAllowed.
    """
    by.require(Action.APPROVE)
    seen = head()
    asked = next((one for one in asked_changes(pack, subject=subject) if one.node == node), None)
    place = Place(subject=subject, field=node)
    if asked is None:
        raise Refused([Problem("no-question", "no change that waits", "one that somebody asked for", place)])
    if asked.by == by.username:
        found = f"{by.username} approves their own change"
        raise Refused([Problem("own-approval", found, "another officer", place)])
    if not agree and not note.strip():
        raise Refused([Problem("reason-missing", "no reason", "why the change is refused", place)])
    statements = list(_approved(pack, subject, asked)) if agree else []
    state = {"state": "approved" if agree else "refused", "approver": by.username, "answer": note.strip()}
    statements.append(Statement(subject, state, NODE_CHANGE, node, place))
    why = note.strip() or asked.reason
    return record(statements, pack=pack, by=by, at=at, way=way, why=why, seen=seen, action=Action.APPROVE)


def _approved(pack: Pack, subject: str, asked: Asked) -> Iterator[Statement]:
    now = recorded_nodes(pack, subject, facts_of(pack, subject))
    for node, (was, to) in asked.dates.items():
        place = Place(subject=subject, field=node)
        known = now.get(node, Recorded())
        counted = known.forecast or known.planned
        if known.actual is not None:
            raise Refused([Problem("node-done", f"done on {known.actual}", "an open node", place)])
        if counted != was:
            found = f"{counted} in the book, {was} when the change to {to} was asked for"
            raise Refused([Problem("changed-meanwhile", found, "a new question", place)])
        yield Statement(subject, {"forecast_on": to, "reason": asked.reason}, "node", node, place)


# -- the year's plan -------------------------------------------------------------------------------


def freeze_plans(
    pack: Pack,
    *,
    year: int,
    by: Person,
    at: datetime,
    subjects: Sequence[str] | None = None,
    way: str = "page",
    why: str = "",
) -> Receipt:
    """Set the year's plan (年度计划下达): the days of all recorded nodes become the baseline.

    By default for every subject with a node that is open or due in the year, and that has no
    baseline for it yet. Raises Refused where a named subject has one, or has no node.
    """
    by.require(Action.PUBLISH)
    slot, seen = f"{year:04d}", head()
    frozen = {one.subject for one in marks(pack.name, kind=BASELINE, slot=slot)}
    days = _days_to_freeze(pack, year, subjects)
    problems = [
        Problem("frozen-twice", f"{one} is frozen for {slot}", "one freeze a year", Place(subject=one))
        for one in subjects or ()
        if one in frozen
    ]
    problems += [
        Problem("no-nodes", f"{one} has no planned node", "at least one", Place(subject=one))
        for one in subjects or ()
        if one not in days
    ]
    if problems:
        raise Refused(problems)
    statements = [
        Statement(
            subject,
            {"dates": dates, "frozen_on": str(at.astimezone(COUNTY_ZONE).date()), "year": year},
            BASELINE,
            slot,
        )
        for subject, dates in days.items()
        if subject not in frozen
    ]
    if not statements:
        raise Refused([Problem("no-nodes", f"no plan that is open for {slot}", "one with planned nodes")])
    return record(
        statements,
        pack=pack,
        by=by,
        at=at,
        way=way,
        why=why or f"{year}年度计划下达",
        seen=seen,
        action=Action.PUBLISH,
    )


def _days_to_freeze(pack: Pack, year: int, subjects: Iterable[str] | None) -> dict[str, dict[str, str]]:
    """By subject, each node's day: the plan of what is done, what people count on of the rest."""
    if subjects is not None:
        return {
            subject: days
            for subject in subjects
            if (days := _frozen_days(recorded_nodes(pack, subject, facts_of(pack, subject))))
        }
    rows = NodeVersion.objects.filter(scene=pack.name, recorded_to=None).order_by("subject", "row_id")
    nodes: dict[str, dict[str, Recorded]] = {}
    for subject, node, planned, forecast, actual in rows.values_list(
        "subject", "node", "planned_on", "forecast_on", "actual_on"
    ).iterator(chunk_size=10_000):
        nodes.setdefault(subject, {})[node] = Recorded(planned, forecast, actual)
    concerned = {
        subject: _frozen_days(said)
        for subject, said in nodes.items()
        if any(one.actual is None or one.actual.year >= year for one in said.values())
    }
    return {subject: days for subject, days in concerned.items() if days}


def _frozen_days(nodes: Mapping[str, Recorded]) -> dict[str, str]:
    return {
        name: str(day)
        for name, said in nodes.items()
        if (day := (said.planned or said.actual) if said.actual else said.expected) is not None
    }


# -- a schedule into the book ----------------------------------------------------------------------


def planned_days(plan: ProjectPlan, *, arranged: Arranged) -> dict[str, date]:
    """The days that a schedule gives to the open nodes, where they differ from the book's (倒排结果)."""
    days = {}
    for row in plan.rows:
        if row.node and row.item is not None and row.actual is None:
            day = arranged.step(row.key).finish
            if day != (row.forecast or row.planned):
                days[row.node] = day
    return days


def record_schedule(
    plan: ProjectPlan,
    *,
    arranged: Arranged,
    reason: str,
    by: Person,
    at: datetime,
    seen: int | None = None,
    way: str = "page",
    preview: bool = False,
) -> Changed:
    """Take the days of a schedule into the book; a schedule that does not fit is refused with its chain."""
    if arranged.impossible is not None:
        raise Refused([arranged.impossible.as_problem(file=plan.name)])
    return change_days(
        plan.pack,
        plan.subject,
        days=planned_days(plan, arranged=arranged),
        reason=reason,
        by=by,
        at=at,
        seen=plan.seen if seen is None else seen,
        way=way,
        preview=preview,
        plan=plan,
    )


def cascade_of(plan: ProjectPlan, *, node: str, to: date) -> dict[str, date]:
    """The days of the other nodes that a node's new day pushes (连带顺延)."""
    row = plan.row(node)
    if plan.made is None or row.item is None:
        return {}
    slipped = dict(plan.recorded)
    slipped[row.key] = Recorded(row.planned, to, None)
    found, problems = foresee(plan.made, recorded=slipped, on=plan.on, calendar=china())
    if found is None:
        raise Refused(problems)
    return {
        other.node: day
        for other in plan.rows
        if other.node
        and other.node != node
        and other.item is not None
        and other.expected
        and not other.actual
        for day in (found.arranged.step(other.key).finish,)
        if day > max(other.expected, plan.on)
    }
