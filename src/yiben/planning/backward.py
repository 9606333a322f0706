"""Plans to a date (倒排工期): the latest dates that still hold the goal, or the chain that does not fit.

The goal is a node such as the start of works. What leads to it is scheduled back from the date;
what follows it is scheduled forward from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from yiben.kernel.problems import Place, Problem
from yiben.planning.network import Network, Node, network_of
from yiben.planning.plan import Plan, schedule_plan
from yiben.planning.schedule import Dates, Schedule, schedule
from yiben.planning.worktime import (
    OFFICE_DAY,
    TICKS_PER_DAY,
    NoWorkingTime,
    WorkTime,
    instant,
    moment_of,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a plan to a date (节点安排): when to begin and finish, and what it can still slip.

    `slack_days` counts on the node's own clock; `must` says that a day's slip moves the goal.
    """

    key: str
    name: str
    start: date
    finish: date
    slack_days: float
    must: bool


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why a date cannot be held (无法满足): the chain that does not fit, and by how much.

    `earliest` is the first day on which the goal can be reached; `short_days` counts the days
    from the wanted date to it, on the plan's clock, and `short_calendar_days` on the wall's.
    """

    chain: tuple[str, ...]
    names: tuple[str, ...]
    earliest: date
    wanted: date
    short_days: float
    short_calendar_days: int

    def as_problem(self, *, file: str) -> Problem:
        """The refusal in words."""
        late = f"{self.short_calendar_days} days ({self.short_days:g} working days) late"
        found = f"{' → '.join(self.names)} is done on {self.earliest}, {late}"
        return Problem("impossible", found, f"{self.names[-1]} by {self.wanted}", Place(file=file))


@dataclass(frozen=True, slots=True)
class Arranged:
    """A plan to or from a date (排程结果)."""

    plan: Plan
    goal: str
    steps: tuple[Step, ...]
    chain: tuple[str, ...]
    spans: Mapping[str, tuple[int, int]]
    impossible: Impossible | None = None

    def dated(self) -> Plan:
        """The plan with its nodes held at these dates, ready to be written to another program."""
        nodes = tuple(replace(node, manual=self.spans[node.key]) for node in self.plan.nodes)
        start = min((span[0] for span in self.spans.values()), default=self.plan.start)
        return replace(self.plan, nodes=nodes, start=start, from_finish=False)

    def step(self, key: str) -> Step:
        """The dates of one node."""
        return next(step for step in self.steps if step.key == key)


def from_date(plan: Plan, *, goal: str, start: date) -> tuple[Arranged | None, list[Problem]]:
    """Everything as early as it can be when the plan begins on `start` (正排)."""
    planned, problems = schedule_plan(replace(plan, start=morning(start)))
    if planned is None:
        return None, problems
    done = planned.schedule
    spans = {key: (d.early_start, d.early_finish) for key, d in done.dates.items()}
    to_goal = _until(done.network, goal, start=done.start, finish=done.dates[goal].early_finish)
    chain = tuple(done.chain_to(goal))
    steps = _steps(done.network, spans, done.dates, to_goal.dates, chain)
    return Arranged(plan, goal, steps, chain, spans), []


def to_date(
    plan: Plan, *, goal: str, finish: date, not_before: date | None = None
) -> tuple[Arranged | None, list[Problem]]:
    """Everything that leads to `goal` as late as it can be so that it is reached on `finish` (倒排).

    With `not_before`, nothing begins before that day; where that does not fit, the result says
    which chain is too long and by how many days, and gives the earliest dates instead.
    """
    try:
        return _to_date(plan, goal=goal, finish=finish, not_before=not_before)
    except NoWorkingTime as error:
        expected = "dates inside the calendar, 2007 to 2060"
        return None, [Problem("outside-calendar", str(error), expected, Place(file=plan.name))]


def _to_date(
    plan: Plan, *, goal: str, finish: date, not_before: date | None
) -> tuple[Arranged | None, list[Problem]]:
    network, problems = network_of(plan.nodes, links=plan.links)
    if network is None:
        return None, problems
    until = evening(finish)
    if not_before is not None:
        forward = _until(network, goal, start=morning(not_before), finish=until)
        if forward.dates[goal].early_finish > until:
            arranged, problems = from_date(plan, goal=goal, start=not_before)
            if arranged is None:
                return None, problems
            return replace(arranged, impossible=_why(plan, forward, goal, until)), []
    leading = _until(network, goal, start=until, finish=until)
    spans = {key: (d.late_start, d.late_finish) for key, d in leading.dates.items()}
    begin = min((span[0] for span in spans.values()), default=until)
    forward = _until(network, goal, start=begin, finish=until)
    after = _after(network, spans, start=morning(finish))
    spans = {key: spans.get(key, (after[key].early_start, after[key].early_finish)) for key in network.order}
    chain = tuple(forward.chain_to(goal))
    return Arranged(plan, goal, _steps(network, spans, after, forward.dates, chain), chain, spans), []


def _until(network: Network, goal: str, *, start: int, finish: int) -> Schedule:
    """The schedule of the goal and all that leads to it."""
    into, keys, waiting = network.links_into(), {goal}, [goal]
    while waiting:
        for link in into[waiting.pop()]:
            if link.first not in keys:
                keys.add(link.first)
                waiting.append(link.first)
    nodes = {key: network.nodes[key] for key in network.order if key in keys}
    links = tuple(link for link in network.links if link.first in keys and link.then in keys)
    part = Network(nodes, links, tuple(nodes))
    return schedule(part, start=start, finish=finish)


def _after(network: Network, spans: Mapping[str, tuple[int, int]], *, start: int) -> Mapping[str, Dates]:
    """Dates of what follows the goal, with what leads to it held in place."""
    held = {key: _held(node, spans.get(key)) for key, node in network.nodes.items()}
    return schedule(Network(held, network.links, network.order), start=start).dates


def _held(node: Node, span: tuple[int, int] | None) -> Node:
    return node if span is None else replace(node, manual=span)


def _why(plan: Plan, forward: Schedule, goal: str, until: int) -> Impossible:
    reached = forward.dates[goal].early_finish
    chain = forward.chain_to(goal)
    return Impossible(
        chain=tuple(chain),
        names=tuple(forward.network.nodes[key].title for key in chain),
        earliest=last_day(reached),
        wanted=last_day(until),
        short_days=plan.time.between(until, reached) / OFFICE_DAY,
        short_calendar_days=(last_day(reached) - last_day(until)).days,
    )


def _steps(
    network: Network,
    spans: Mapping[str, tuple[int, int]],
    whole: Mapping[str, Dates],
    leading: Mapping[str, Dates],
    chain: tuple[str, ...],
) -> tuple[Step, ...]:
    """Slack of what leads to the goal is measured to the goal, of what follows to the plan's end."""
    steps = []
    for key in network.order:
        node, (start, finish) = network.nodes[key], spans[key]
        free = leading.get(key, whole[key]).total_slack / OFFICE_DAY
        first, last = days_of(start, finish, node.time)
        must = key in chain or (key in leading and leading[key].critical)
        steps.append(Step(key, node.title, first, last, free, must))
    return tuple(steps)


def days_of(start: int, finish: int, time: WorkTime) -> tuple[date, date]:
    """The first and the last day of a span; one without length is on the day of its instant."""
    if start == finish:
        return moment_of(start).date(), moment_of(start).date()
    first, last = first_day(start, time), last_day(finish)
    return min(first, last), last


# -- days and instants -------------------------------------------------------------------------


def morning(day: date) -> int:
    """The instant at which office hours of a day begin."""
    return instant(datetime.combine(day, time(8)))


def evening(day: date) -> int:
    """The instant at which office hours of a day end."""
    return instant(datetime.combine(day, time(17)))


def last_day(tick: int) -> date:
    """The day whose work is done at an instant; a morning belongs to the day before."""
    moment = moment_of(tick)
    return (moment - timedelta(days=1)).date() if tick % TICKS_PER_DAY <= _OPENS else moment.date()


def first_day(tick: int, calendar: WorkTime) -> date:
    """The day on which work goes on from an instant."""
    return moment_of(calendar.next_start(tick)).date()


_OPENS = morning(date(1970, 1, 1))
