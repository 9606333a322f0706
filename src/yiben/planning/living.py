"""A plan while it lives (计划动态): baseline, forecast and actual, with a reason for every change.

Everything here is a pure function over frozen values; the ledger keeps them. The baseline is frozen
when the year's plan is set (年度计划下达). Before, dates move freely with a reason; after, each
change also names who approved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from yiben.kernel.colours import Colour
from yiben.kernel.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a forecast date (节点调整): from when to when, why, by whom, with whose approval."""

    node: str
    was: date
    now: date
    reason: str
    by: str
    at: datetime
    approver: str = ""


@dataclass(frozen=True, slots=True)
class LiveNode:
    """A node with its three dates (基准、预测、实际).

    `source` names the filing that the actual date comes from.
    """

    key: str
    name: str
    baseline: date | None
    forecast: date
    actual: date | None = None
    source: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def moves(self) -> int:
        """How often the forecast was moved after the freeze."""
        return len(self.changes) if self.baseline is not None else 0

    @property
    def late_days(self) -> int:
        """Calendar days by which it is later than the baseline; negative when earlier."""
        reached = self.actual or self.forecast
        return 0 if self.baseline is None else (reached - self.baseline).days


@dataclass(frozen=True, slots=True)
class LivePlan:
    """A project's plan as it stands (项目节点计划); `frozen_on` is None before the freeze."""

    project: str
    nodes: Mapping[str, LiveNode]
    frozen_on: date | None = None


def begin(project: str, *, dates: Mapping[str, date], names: Mapping[str, str] | None = None) -> LivePlan:
    """A new plan that is not frozen yet."""
    titles = names or {}
    nodes = {key: LiveNode(key, titles.get(key, key), None, day) for key, day in dates.items()}
    return LivePlan(project, nodes)


def freeze(plan: LivePlan, *, on: date) -> tuple[LivePlan, list[Problem]]:
    """The plan with its forecast as baseline from a day on; a second freeze is refused."""
    if plan.frozen_on is not None:
        found = f"a freeze on {on}"
        expected = f"one freeze, which was on {plan.frozen_on}; changes go through an approver"
        return plan, [Problem("frozen-twice", found, expected, Place(subject=plan.project))]
    nodes = {key: replace(node, baseline=node.forecast, changes=()) for key, node in plan.nodes.items()}
    return replace(plan, nodes=nodes, frozen_on=on), []


def change(
    plan: LivePlan, *, node: str, to: date, reason: str, by: str, at: datetime, approver: str = ""
) -> tuple[LivePlan, list[Problem]]:
    """The plan with a node's forecast moved; refused without reason, or after the freeze without approver."""
    problems = _refusals(plan, node, to=to, reason=reason, by=by, approver=approver)
    if problems:
        return plan, problems
    old = plan.nodes[node]
    step = Change(node, old.forecast, to, reason.strip(), by, at, approver)
    return _with(plan, replace(old, forecast=to, changes=(*old.changes, step))), []


def _refusals(plan: LivePlan, node: str, *, to: date, reason: str, by: str, approver: str) -> list[Problem]:
    place = Place(subject=plan.project, field=node)
    old = plan.nodes.get(node)
    if old is None:
        return [Problem("unknown-node", repr(node), f"one of: {', '.join(plan.nodes)}", place)]
    problems = []
    if old.actual is not None:
        problems.append(Problem("node-done", f"done on {old.actual}", "an open node", place))
    if to == old.forecast:
        problems.append(Problem("no-change", str(to), "another date than the present one", place))
    if not reason.strip():
        problems.append(Problem("reason-missing", "no reason", "why the date changes", place))
    if plan.frozen_on is not None and not approver.strip():
        expected = f"who approved it: the plan is frozen since {plan.frozen_on}"
        problems.append(Problem("approver-missing", "no approver", expected, place))
    if approver.strip() and approver.strip() == by.strip():
        problems.append(Problem("own-approval", f"{by} approves their own change", "another officer", place))
    return problems


def done(plan: LivePlan, *, node: str, on: date, source: str) -> tuple[LivePlan, list[Problem]]:
    """The plan with a node reached on a day, as a filing says; a different day later needs a new filing."""
    old = plan.nodes.get(node)
    place = Place(subject=plan.project, field=node)
    if old is None:
        return plan, [Problem("unknown-node", repr(node), f"one of: {', '.join(plan.nodes)}", place)]
    if not source.strip():
        return plan, [Problem("source-missing", "no filing", "the filing that the date comes from", place)]
    if old.actual is not None and old.source == source and old.actual != on:
        found = f"{on} from {source}"
        return plan, [Problem("done-twice", found, f"{old.actual}, as the same filing said", place)]
    return _with(plan, replace(old, actual=on, source=source)), []


def reforecast(
    plan: LivePlan, *, dates: Mapping[str, date], reason: str, by: str, at: datetime, approver: str = ""
) -> tuple[LivePlan, list[Problem]]:
    """The plan with several forecasts moved at once, as a slip pushes them; all or none."""
    changed = plan
    for node, day in dates.items():
        old = plan.nodes.get(node)
        if old is not None and (old.actual is not None or old.forecast == day):
            continue
        changed, problems = change(changed, node=node, to=day, reason=reason, by=by, at=at, approver=approver)
        if problems:
            return plan, problems
    return changed, []


def _with(plan: LivePlan, node: LiveNode) -> LivePlan:
    return replace(plan, nodes={**plan.nodes, node.key: node})


def colour_of(node: LiveNode, *, on: date, near_days: int) -> Colour:
    """The lamp of a node seen on a day: green on time, yellow near or moved, red overdue.

    Against the baseline where there is one: a forecast that was moved does not turn a red lamp green.
    """
    due = node.baseline or node.forecast
    if node.actual is not None:
        return Colour.GREEN if node.actual <= due else Colour.YELLOW
    if on > due:
        return Colour.RED
    return Colour.YELLOW if (due - on).days <= near_days or node.forecast > due else Colour.GREEN


# -- the nodes of a period -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One line of the node list (节点清单)."""

    project: str
    project_class: str
    unit: str
    node: str
    name: str
    baseline: date | None
    forecast: date
    actual: date | None
    moves: int
    late_days: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class Owned:
    """A plan with the class and unit it is counted under (归口)."""

    plan: LivePlan
    project_class: str
    unit: str


def node_list(
    plans: Iterable[Owned], *, first: date, end: date, on: date, near_days: int = 7
) -> list[NodeRow]:
    """The node list of a period from `first` to before `end`: what is due or was done in it (本月节点清单).

    A node is due by its baseline, or by its forecast where there is none; nodes that were due
    earlier and are still open come first, since they are owed now.
    """
    rows = []
    for owned in plans:
        for node in owned.plan.nodes.values():
            due = node.baseline or node.forecast
            owed = node.actual is None and due < first
            seen = (due, node.forecast, node.actual)
            if owed or any(day is not None and first <= day < end for day in seen):
                rows.append(_row(owned, node, on=on, near_days=near_days))
    return sorted(rows, key=lambda row: (row.actual is not None, row.baseline or row.forecast, row.project))


def _row(owned: Owned, node: LiveNode, *, on: date, near_days: int) -> NodeRow:
    return NodeRow(
        owned.plan.project,
        owned.project_class,
        owned.unit,
        node.key,
        node.name,
        node.baseline,
        node.forecast,
        node.actual,
        node.moves,
        node.late_days,
        colour_of(node, on=on, near_days=near_days),
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """Node completion rate of a group (节点完成率): done among those due, and those done in time."""

    group: str
    due: int
    done: int
    in_time: int

    @property
    def rate(self) -> float | None:
        """Done over due; None where nothing was due, which is not 100 %."""
        return self.done / self.due if self.due else None


def completion(
    plans: Sequence[Owned], *, first: date, end: date, on: date, by: str = "unit"
) -> list[Completion]:
    """The completion rate of the nodes whose baseline lies in a period, by unit, class or all together.

    Counted on a day: what was done later than that day is not done yet.
    """
    counts: dict[str, list[int]] = {}
    for owned in plans:
        group = {"unit": owned.unit, "class": owned.project_class, "all": "all"}[by]
        for node in owned.plan.nodes.values():
            if node.baseline is not None and first <= node.baseline < end:
                row = counts.setdefault(group, [0, 0, 0])
                reached = node.actual is not None and node.actual <= on
                row[0] += 1
                row[1] += reached
                row[2] += reached and node.actual is not None and node.actual <= node.baseline
    return [Completion(group, *counts[group]) for group in sorted(counts)]
