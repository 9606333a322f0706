"""A plan seen from a day (按账推演): what is recorded of a project's nodes, carried on by its network.

Recorded dates come first: an actual date is final, a forecast (or else the plan) is not moved earlier,
and nothing that is open is done before today. The network then says what a slip costs: each node moves
by as many days as the same network moves when the recorded dates take the place of the planned ones.
A plan that was always tighter than the limits is told as such, and only its slips are carried on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from yiben.kernel.problems import Problem
from yiben.planning.approvals import Made
from yiben.planning.backward import Arranged, Impossible, evening, from_date, last_day, morning
from yiben.planning.calendar import WorkingCalendar
from yiben.planning.network import Constraint, ConstraintType, Link, Node
from yiben.planning.plan import Plan
from yiben.planning.worktime import OFFICE_DAY, every_day


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the ledger says of one item (节点三日期): the last day by plan, by forecast, and in fact."""

    planned: date | None = None
    forecast: date | None = None
    actual: date | None = None

    @property
    def expected(self) -> date | None:
        """The day that people count on now."""
        return self.actual or self.forecast or self.planned


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A project's items as they are foreseen on a day (推演结果).

    `arranged` has every item with its foreseen first and last day, `pushed` the calendar days by
    which slips of others move an item beyond what people say, `short` the days by which a planned
    date is too early for the network. `tight` tells the chain that does not fit the planned goal.
    `assumed` are items that nobody recorded but that must be done, `past` those whose time is over.
    """

    arranged: Arranged
    pushed: Mapping[str, int]
    short: Mapping[str, int]
    assumed: frozenset[str]
    past: frozenset[str] = frozenset()
    tight: Impossible | None = None

    def is_taken_as_done(self, key: str) -> bool:
        """Whether an item without a record counts as done: nobody says that it is late."""
        return key in self.assumed or key in self.past


def foresee(
    made: Made, *, recorded: Mapping[str, Recorded], on: date, calendar: WorkingCalendar
) -> tuple[Foreseen | None, list[Problem]]:
    """Every item of a project's network with its dates as seen on a day.

    Items in `recorded` that the network does not have are left aside. An unrecorded item that a
    done one waited for is taken as done.
    """
    known = {key: said for key, said in recorded.items() if key in made.items and said.expected is not None}
    plan = with_own_durations(made, recorded=known, calendar=calendar)
    begin = _begin(plan, known, on)
    goal = goal_of(made, recorded=known)
    planned, problems = from_date(_as_planned(plan, known, calendar), goal=goal, start=begin)
    if planned is None:
        return None, problems
    done = _done(plan, known)
    arranged, problems = from_date(_as_expected(plan, known, done, on, calendar), goal=goal, start=begin)
    if arranged is None:
        return None, problems
    was, now = _finishes(planned), _finishes(arranged)
    finish: dict[str, date] = {}
    pushed: dict[str, int] = {}
    for key, day in now.items():
        said = known.get(key, Recorded())
        finish[key] = _foreseen(said, was[key], day, on)
        stated = None if said.expected is None else max(said.expected, on)
        if stated is not None and said.actual is None and finish[key] > stated:
            pushed[key] = (finish[key] - stated).days
    short = {
        key: (was[key] - said.planned).days
        for key, said in known.items()
        if said.planned is not None and said.actual is None and was[key] > said.planned
    }
    assumed = frozenset(key for key in done if key not in known or known[key].actual is None)
    wanted = known[goal].planned if short.get(goal) else None
    tight = _tight(made, planned, goal, wanted, calendar) if wanted is not None and wanted >= on else None
    past = frozenset(key for key, day in finish.items() if key not in known and day < on)
    return Foreseen(_moved(arranged, finish, now), pushed, short, assumed, past, tight), []


def _moved(arranged: Arranged, finish: Mapping[str, date], now: Mapping[str, date]) -> Arranged:
    """The arranged items on their foreseen days."""
    steps = tuple(
        replace(step, start=min(step.start + (last - now[step.key]), last), finish=last)
        for step in arranged.steps
        for last in (finish[step.key],)
    )
    milestones = {node.key for node in arranged.plan.nodes if node.duration == 0}
    spans = {
        step.key: (
            evening(step.finish) if step.key in milestones else morning(step.start),
            evening(step.finish),
        )
        for step in steps
    }
    return replace(arranged, steps=steps, spans=spans)


def goal_of(made: Made, *, recorded: Mapping[str, Recorded]) -> str:
    """The network's goal, or once it is reached the last recorded item that is still open."""
    goal = recorded.get(made.goal)
    if goal is None or goal.actual is None:
        return made.goal
    open_ = {key: said.expected for key, said in recorded.items() if said.actual is None and said.expected}
    return max(open_, key=lambda key: (open_[key], key), default=made.goal)


def with_own_durations(made: Made, *, recorded: Mapping[str, Recorded], calendar: WorkingCalendar) -> Plan:
    """The plan with the project's own building times (本项目工期) in place of the network's.

    After the start of works a template's duration is only a usual one; where the planned dates of
    an owner's item and of all that it waits for are recorded, the time between them is the project's.
    """
    into: dict[str, list[str]] = {}
    for link in made.plan.links:
        into.setdefault(link.then, []).append(link.first)
    nodes = []
    for node in made.plan.nodes:
        days = _own_days(made, node.key, into.get(node.key, ()), recorded, calendar)
        nodes.append(node if days is None else replace(node, duration=days * OFFICE_DAY))
    return replace(made.plan, nodes=tuple(nodes))


def _own_days(
    made: Made, key: str, firsts: Sequence[str], recorded: Mapping[str, Recorded], calendar: WorkingCalendar
) -> int | None:
    item, said = made.items[key], recorded.get(key)
    if item.clock != "owner" or item.stage == "before_start" or said is None or said.planned is None:
        return None
    before = [recorded[first].planned if first in recorded else None for first in firsts]
    stated = [day for day in before if day is not None]
    if not stated or len(stated) < len(before) or max(stated) >= said.planned:
        return None
    return calendar.between(max(stated), said.planned, clock=item.count)


def _begin(plan: Plan, known: Mapping[str, Recorded], on: date) -> date:
    """The day on which the first recorded item had to begin, or today where that is earlier."""
    nodes = {node.key: node for node in plan.nodes}
    days = [
        (key, day) for key, said in known.items() for day in (said.planned, said.actual) if day is not None
    ]
    starts = [last_day(nodes[key].time.back(evening(day), nodes[key].duration) + 1) for key, day in days]
    return min([*starts, on])


def _as_planned(plan: Plan, known: Mapping[str, Recorded], calendar: WorkingCalendar) -> Plan:
    """The plan with its planned dates, where there are none with the actual ones."""
    return _held(
        plan,
        {
            key: day
            for key, said in known.items()
            if (day := said.planned or said.actual or said.forecast) is not None
        },
        calendar,
    )


def _as_expected(
    plan: Plan,
    known: Mapping[str, Recorded],
    done: Mapping[str, tuple[int, int]],
    on: date,
    calendar: WorkingCalendar,
) -> Plan:
    """The plan with actual dates as they are, and recorded open items not before they are expected or today.

    Items that nobody records follow the network: that they are late is not known of them.
    """
    held = {key: max(said.expected, on) for key, said in known.items() if key not in done and said.expected}
    nodes = tuple(
        replace(node, started=done[node.key][0], finished=done[node.key][1]) if node.key in done else node
        for node in _held(plan, held, calendar).nodes
    )
    return replace(plan, nodes=nodes)


def _held(plan: Plan, days: Mapping[str, date], calendar: WorkingCalendar) -> Plan:
    nodes = tuple(
        replace(
            node,
            constraint=Constraint(
                ConstraintType.FINISH_FROM, evening(_worked(days[node.key], node, calendar))
            ),
        )
        if node.key in days
        else node
        for node in plan.nodes
    )
    return replace(plan, nodes=nodes)


def _worked(day: date, node: Node, calendar: WorkingCalendar) -> date:
    """The day itself, or for an item on the working clock the last working day up to it."""
    return day if node.time is every_day() else calendar.add(day + timedelta(days=1), days=-1)


def _done(plan: Plan, known: Mapping[str, Recorded]) -> dict[str, tuple[int, int]]:
    """Start and finish of what is done, and of what must be since something done waited for it."""
    nodes = {node.key: node for node in plan.nodes}
    spans = {key: _span(nodes[key], evening(said.actual)) for key, said in known.items() if said.actual}
    after: dict[str, list[Link]] = {}
    for link in plan.links:
        after.setdefault(link.first, []).append(link)
    waiting = list(spans)
    into: dict[str, list[Link]] = {}
    for link in plan.links:
        into.setdefault(link.then, []).append(link)
    while waiting:
        key = waiting.pop()
        for link in into.get(key, ()):
            said = known.get(link.first)
            if said is not None and said.actual is not None:
                continue
            until = spans[key][1 if link.type.to_finish else 0]
            before = spans.get(link.first)
            if before is None or before[1] > until:
                spans[link.first] = _span(nodes[link.first], until)
                waiting.append(link.first)
    return spans


def _span(node: Node, finish: int) -> tuple[int, int]:
    return node.time.back(finish, node.duration), finish


def _finishes(arranged: Arranged) -> dict[str, date]:
    return {key: last_day(span[1]) for key, span in arranged.spans.items()}


def _foreseen(said: Recorded, was: date, now: date, on: date) -> date:
    if said.actual is not None:
        return said.actual
    if said.planned is None or said.expected is None:
        return now
    # A planned day off was held on the working day before; that gap is no slip.
    return max(said.expected, said.planned + max(now - max(was, said.planned), timedelta(0)), on)


def _tight(made: Made, planned: Arranged, goal: str, wanted: date, calendar: WorkingCalendar) -> Impossible:
    """Why the planned day of the goal was too early from the beginning."""
    reached = planned.step(goal).finish
    names = {node.key: node.title for node in made.plan.nodes}
    return Impossible(
        chain=planned.chain,
        names=tuple(names[key] for key in planned.chain),
        earliest=reached,
        wanted=wanted,
        short_days=float(calendar.between(wanted, reached)),
        short_calendar_days=(reached - wanted).days,
    )
