"""A plan as read from a file or made from a template (计划): nodes, links, outline, bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from yiben.kernel.problems import Place, Problem, Severity
from yiben.planning.network import Link, LinkType, Network, Node, circle_problem, network_of, order_of
from yiben.planning.schedule import Dates, Schedule, lagged, schedule, schedule_from_finish
from yiben.planning.worktime import OFFICE_DAY, NoWorkingTime, WorkTime, moment_of


@dataclass(frozen=True, slots=True)
class Summary:
    """A heading with the nodes and headings below it (摘要任务); its dates follow from theirs."""

    key: str
    name: str
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a plan file says (计划文件).

    `start` and `finish` are instants; with `from_finish` the plan is scheduled back from
    `finish`. `aside` are nodes that are kept but not scheduled (inactive).
    """

    name: str
    start: int
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    time: WorkTime
    finish: int | None = None
    from_finish: bool = False
    summaries: tuple[Summary, ...] = ()
    rows: tuple[str, ...] = ()
    aside: Mapping[str, str] | None = None
    critical_slack: int = 0
    day: int = OFFICE_DAY
    leads_before_start: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with its schedule; headings have dates too."""

    plan: Plan
    schedule: Schedule
    headings: Mapping[str, Dates]

    @property
    def dates(self) -> Mapping[str, Dates]:
        """Dates of nodes and headings by key."""
        return {**self.schedule.dates, **self.headings}

    @property
    def names(self) -> Mapping[str, str]:
        """Names of nodes and headings by key."""
        named = {node.key: node.title for node in self.plan.nodes}
        return {**named, **{heading.key: heading.name for heading in self.plan.summaries}}


def schedule_plan(plan: Plan) -> tuple[Planned | None, list[Problem]]:
    """The plan with its dates, or why it has none."""
    try:
        return _schedule_plan(plan)
    except NoWorkingTime as error:
        expected = "a calendar with working time for the whole plan"
        return None, [Problem("no-working-time", str(error), expected, Place(file=plan.name))]


def conflicts_of(planned: Planned, *, severity: Severity = "error") -> list[Problem]:
    """Where a fixed date and the order cannot both be kept (限制冲突): the chain, and by how many days.

    Nodes dated by hand or begun already are taken as they are.
    """
    found = []
    done = planned.schedule
    into = done.network.links_into()
    for key in done.network.order:
        node, dates = done.network.nodes[key], done.dates[key]
        if node.started is not None or node.manual is not None:
            continue
        gaps = [(_gap(planned, link), link.first) for link in into[key]]
        gap, first = max(gaps, default=(0, ""))
        if gap > 0 and node.constraint.at is not None:
            wanted = f"{node.constraint.type.value} {_said(node.constraint.at)}"
            found.append(_conflict(planned, node, [*done.chain_to(first), key], wanted, gap, severity))
        if node.deadline is not None and (late := node.time.between(node.deadline, dates.early_finish)) > 0:
            wanted = f"deadline {_said(node.deadline)}"
            found.append(_conflict(planned, node, done.chain_to(key), wanted, late, severity))
    return found


def _gap(planned: Planned, link: Link) -> int:
    """By how many ticks the second node is earlier than the link allows."""
    first, then = planned.schedule.dates[link.first], planned.schedule.dates[link.then]
    network = planned.schedule.network
    held = lagged(link, first.early_start if link.type.from_start else first.early_finish, network)
    got = then.early_finish if link.type.to_finish else then.early_start
    return network.nodes[link.then].time.between(got, held)


def _conflict(
    planned: Planned, node: Node, chain: Sequence[str], wanted: str, ticks: int, severity: Severity
) -> Problem:
    names = " → ".join(planned.names[key] for key in chain[-12:])
    found = f"{names}: {ticks / planned.plan.day:g} days too late for {wanted}"
    expected = "a later date, shorter durations or another order"
    return Problem("impossible-constraint", found, expected, node.place, severity)


def _said(tick: int) -> str:
    return moment_of(tick).isoformat(sep=" ", timespec="minutes")


def _schedule_plan(plan: Plan) -> tuple[Planned | None, list[Problem]]:
    leaves = _leaves(plan.summaries, {node.key for node in plan.nodes})
    plain = [link for link in plan.links if link.first not in leaves and link.then not in leaves]
    nodes = {node.key: node for node in plan.nodes}
    held = [link for link in plan.links if link.first in leaves or link.then in leaves]
    network, problems = network_of(plan.nodes, links=plain)
    if network is None:
        return None, problems
    done = _run(plan, network)
    if held:
        spread, problems = _spread(held, leaves, nodes, done)
        if problems:
            return None, problems
        links = [*plain, *spread]
        order, circle = order_of(nodes, links=links)
        if circle:
            return None, [circle_problem(circle, nodes=nodes, links=links)]
        done = _run(plan, Network(nodes, tuple(links), tuple(order)))
    return Planned(plan, done, _headings(plan, done)), []


def _run(plan: Plan, network: Network) -> Schedule:
    slack, leads = plan.critical_slack, plan.leads_before_start
    if plan.from_finish and plan.finish is not None:
        return schedule_from_finish(
            network, finish=plan.finish, critical_slack=slack, leads_before_start=leads
        )
    return schedule(network, start=plan.start, critical_slack=slack, leads_before_start=leads)


def _leaves(summaries: Iterable[Summary], keys: set[str]) -> dict[str, list[str]]:
    """The nodes below each heading, at any depth."""
    below = {heading.key: heading.children for heading in summaries}
    found: dict[str, list[str]] = {}
    for key in below:
        waiting, nodes = list(below[key]), []
        while waiting:
            child = waiting.pop()
            waiting += below.get(child, ())
            if child in keys:
                nodes.append(child)
        found[key] = nodes[::-1]
    return found


def _spread(
    links: Sequence[Link], leaves: Mapping[str, Sequence[str]], nodes: Mapping[str, Node], done: Schedule
) -> tuple[list[Link], list[Problem]]:
    """Links from and to headings, said of the nodes below them.

    From a heading's start its earliest node holds, from its finish all of them do.
    """
    spread: list[Link] = []
    problems: list[Problem] = []
    for link in links:
        missing = [key for key in (link.first, link.then) if key not in leaves and key not in nodes]
        for key in missing:
            found = f"{key!r} in the link {link.first} → {link.then}"
            problems.append(Problem("unknown-node", found, "the key of a node in the plan", link.place))
        if missing:
            continue
        firsts = leaves.get(link.first, [link.first])
        if link.first in leaves and link.type in (LinkType.SS, LinkType.SF):
            firsts = sorted(firsts, key=lambda key: done.dates[key].early_start)[:1]
        for first in firsts:
            spread += [replace(link, first=first, then=then) for then in leaves.get(link.then, [link.then])]
    return spread, problems


def _headings(plan: Plan, done: Schedule) -> dict[str, Dates]:
    leaves = _leaves(plan.summaries, set(done.dates))
    return {key: _rolled_up(plan, [done.dates[k] for k in below]) for key, below in leaves.items() if below}


def _rolled_up(plan: Plan, below: Sequence[Dates]) -> Dates:
    es, ef = min(d.early_start for d in below), max(d.early_finish for d in below)
    ls, lf = min(d.late_start for d in below), max(d.late_finish for d in below)
    total = min(plan.time.between(es, ls), plan.time.between(ef, lf))
    return Dates(es, ef, ls, lf, total, max(0, total), any(d.critical for d in below))
