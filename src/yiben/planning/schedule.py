"""Forward and backward pass over one network (关键线路法): dates, slack, critical chain.

The conventions are those of MS Project, so that a plan file of its gives the same dates to the
minute: work that is done in the evening ends that evening, work that follows begins next morning;
a date set by a start–finish link is kept as it is; a node dated by hand does not move, its latest
finish is not moved back to the evening before, and links from its start do not limit it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yiben.planning.network import ConstraintType, Link, LinkType, Network, Node
from yiben.planning.worktime import WorkTime


@dataclass(frozen=True, slots=True)
class Dates:
    """Early and late dates of a node, its slack in ticks, and whether it is critical (六时标注)."""

    early_start: int
    early_finish: int
    late_start: int
    late_finish: int
    total_slack: int
    free_slack: int
    critical: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """The dates of every node of a network, and what drove each (进度计划)."""

    network: Network
    start: int
    finish: int
    dates: Mapping[str, Dates]
    drivers: Mapping[str, Link] = field(repr=False)

    def chain_to(self, key: str) -> list[str]:
        """The nodes that led to the date of `key`, first to last (控制线路)."""
        path = [key]
        while (link := self.drivers.get(path[-1])) is not None:
            path.append(link.first)
        return path[::-1]

    def critical_chain(self) -> list[str]:
        """The chain that decides when the plan ends (关键线路)."""
        last = max(self.network.order, key=lambda key: self.dates[key].early_finish, default=None)
        return [] if last is None else self.chain_to(last)


@dataclass(slots=True)
class _Pass:
    """Dates under way; a value only while one schedule is computed."""

    network: Network
    start: int
    leads_before_start: bool = False
    finish: int = 0
    es: dict[str, int] = field(default_factory=dict)
    ef: dict[str, int] = field(default_factory=dict)
    ls: dict[str, int] = field(default_factory=dict)
    lf: dict[str, int] = field(default_factory=dict)
    drivers: dict[str, Link] = field(default_factory=dict)


def schedule(
    network: Network,
    *,
    start: int,
    finish: int | None = None,
    critical_slack: int = 0,
    leads_before_start: bool = False,
) -> Schedule:
    """Dates of every node when the plan begins at `start`.

    `finish` is the instant to schedule back from, by default when the last node is done; with an
    earlier one slack is negative, and the nodes with the least slack are those that do not fit.
    No node begins before `start` unless its own date says so, or with `leads_before_start`
    (as in MS Project) because a link with a lead draws it there.
    """
    run = _Pass(network, start, leads_before_start)
    into, out = network.links_into(), network.links_from()
    _forward(run, into)
    run.finish = max(run.ef.values(), default=start) if finish is None else finish
    _backward(run, out)
    if any(node.constraint.type is ConstraintType.ALAP for node in network.nodes.values()):
        _forward(run, into)
    dates = {key: _dates(run, network.nodes[key], out[key], critical_slack) for key in network.order}
    end = max((d.early_finish for d in dates.values()), default=start)
    return Schedule(network, start, end, dates, run.drivers)


def schedule_from_finish(
    network: Network, *, finish: int, critical_slack: int = 0, leads_before_start: bool = False
) -> Schedule:
    """Dates when the plan must end at `finish` and begins as late as it can (倒排)."""
    run = _Pass(network, start=finish, finish=finish)
    _backward(run, network.links_from())
    return schedule(
        network,
        start=min(run.ls.values(), default=finish),
        finish=finish,
        critical_slack=critical_slack,
        leads_before_start=leads_before_start,
    )


# -- the passes ------------------------------------------------------------------------------


def _forward(run: _Pass, into: Mapping[str, list[Link]]) -> None:
    for key in run.network.order:
        node = run.network.nodes[key]
        if node.manual is not None:
            run.es[key], run.ef[key] = node.manual
        elif node.started is not None:
            run.es[key] = node.started
            run.ef[key] = _finish_of_started(node, node.started)
        else:
            run.es[key], run.ef[key] = _earliest(run, node, into[key])


def _finish_of_started(node: Node, started: int) -> int:
    if node.finished is not None:
        return node.finished
    finish = _ahead(node, started)
    at = node.constraint.at
    late = node.constraint.type is ConstraintType.FINISH_FROM and at is not None
    return max(finish, at) if late and at is not None else finish


def _earliest(run: _Pass, node: Node, links: list[Link]) -> tuple[int, int]:
    start, held = _unheld_start(run, node), None
    for number, link in enumerate(links):
        candidate, end = _held_start(run, link, node)
        if number == 0 or candidate > start:
            start, held = candidate, end
            run.drivers[node.key] = link
    begin = _begin(node, start)
    begin, finish = _constrained_early(run, node, begin)
    if finish is None:
        finish = _ahead(node, begin)
        if held is not None and begin == start and node.time.between(finish, held) == 0:
            finish = held
    return begin, finish


def _unheld_start(run: _Pass, node: Node) -> int:
    at = node.constraint.at
    if at is not None and node.constraint.type is ConstraintType.START_FROM:
        return at
    if at is not None and node.constraint.type is ConstraintType.FINISH_FROM:
        return _back(node, at)
    return run.start


def _held_start(run: _Pass, link: Link, node: Node) -> tuple[int, int | None]:
    """When `node` can start for `link`, and the finish that a start–finish link sets."""
    first = run.network.nodes[link.first]
    late = first.constraint.type is ConstraintType.ALAP and link.first in run.ls
    starts, ends = (run.ls, run.lf) if late else (run.es, run.ef)
    held = lagged(link, starts[link.first] if link.type.from_start else ends[link.first], run.network)
    if link.type is LinkType.SF:
        unmoved = link.lag == 0 and link.percent is None
        return _back(node, held), held if unmoved else None
    if link.type is LinkType.FF:
        return max(_back(node, held), run.start), None
    return held if run.leads_before_start else max(held, run.start), None


def _begin(node: Node, start: int) -> int:
    """The start moved to where work goes on; a milestone may stay in the evening."""
    if not node.efforts:
        begin = node.time.next_start(start)
    else:
        begin = min(effort.time.next_start(start) for effort in node.efforts)
    stays = node.milestone or (node.duration == 0 and not node.efforts)
    return start if stays and begin > start and node.time.previous_end(start) == start else begin


def _constrained_early(run: _Pass, node: Node, begin: int) -> tuple[int, int | None]:
    kind, at = node.constraint.type, node.constraint.at
    if at is None:
        return begin, None
    before = begin
    finish = None
    if kind is ConstraintType.START_FROM:
        begin = max(begin, at)
    elif kind is ConstraintType.START_BY:
        begin = min(begin, at)
    elif kind is ConstraintType.FINISH_FROM:
        begin = max(begin, _back(node, at))
    elif kind is ConstraintType.FINISH_BY:
        begin = min(begin, _back(node, at))
    elif kind is ConstraintType.START_ON:
        begin = at
    elif kind is ConstraintType.FINISH_ON:
        begin, finish = _back(node, at), at
    if begin > before:
        run.drivers.pop(node.key, None)
    return begin, finish


def _backward(run: _Pass, out: Mapping[str, list[Link]]) -> None:
    for key in reversed(run.network.order):
        node = run.network.nodes[key]
        if node.external and node.manual is not None:
            run.ls[key], run.lf[key] = node.manual
        elif node.finished is not None:
            run.lf[key] = node.finished
            run.ls[key] = node.finished if node.started is None else node.started
        else:
            _latest(run, node, out[key])


def _latest(run: _Pass, node: Node, links: list[Link]) -> None:
    finish = run.finish
    for link in links:
        if run.network.nodes[link.then].finished is None:
            finish = min(finish, _held_finish(run, link, node))
    finish = _constrained_late(node, finish)
    if node.manual is None:
        finish = _previous_end(node, finish)
    run.lf[node.key] = finish
    run.ls[node.key] = _back(node, finish, remaining=True)


def _held_finish(run: _Pass, link: Link, node: Node) -> int:
    """When `node` must be finished so that `link` does not push the second node past its latest dates.

    The evening and the next morning are one instant to the second node; where the first runs on
    another calendar, it has until the morning.
    """
    then = run.network.nodes[link.then]
    late = (run.lf if link.type.to_finish else run.ls)[link.then]
    if link.type is LinkType.SS or then.time is not node.time:
        late = then.time.next_start(late)
    held = lagged(link, late, run.network, back=True)
    if not link.type.from_start:
        return held
    return run.finish if node.manual is not None or node.started is not None else _ahead(node, held)


def _constrained_late(node: Node, finish: int) -> int:
    kind, at = node.constraint.type, node.constraint.at
    if at is not None:
        if kind is ConstraintType.START_ON:
            finish = _ahead(node, at)
        elif kind is ConstraintType.FINISH_ON:
            finish = at
        elif kind is ConstraintType.START_BY:
            finish = min(finish, _ahead(node, at))
        elif kind is ConstraintType.FINISH_BY:
            finish = min(finish, at)
    return finish if node.deadline is None else min(finish, node.deadline)


def _dates(run: _Pass, node: Node, links: list[Link], critical_slack: int) -> Dates:
    key = node.key
    es, ef, lf = run.es[key], run.ef[key], run.lf[key]
    ls = run.ls[key] if node.started is None else node.started
    at_finish = _clock(node).between(ef, lf)
    total = at_finish if node.started is not None else min(_clock(node).between(es, ls), at_finish)
    if node.constraint.type is ConstraintType.ALAP:
        total = 0
    if node.finished is not None:
        return Dates(es, ef, ls, lf, total, 0, False)
    holding = [link for link in links if run.network.nodes[link.then].finished is None]
    free = min((_free(run, link, node) for link in holding), default=total)
    free = max(0, min(free, _clock(node).between(ef, run.finish)))
    return Dates(es, ef, ls, lf, total, free, total <= critical_slack)


def _free(run: _Pass, link: Link, node: Node) -> int:
    first = node.constraint.type is ConstraintType.ALAP
    then = run.network.nodes[link.then].constraint.type is ConstraintType.ALAP
    mine = ((run.ls if first else run.es) if link.type.from_start else (run.lf if first else run.ef))[
        node.key
    ]
    ends, starts = (run.lf, run.ls) if then else (run.ef, run.es)
    yours = (ends if link.type.to_finish else starts)[link.then]
    return _clock(node).between(mine, lagged(link, yours, run.network, back=True))


# -- durations and lags ----------------------------------------------------------------------


def lagged(link: Link, tick: int, network: Network, *, back: bool = False) -> int:
    """`tick` with the lag of a link added, or taken off (`back`)."""
    lag = link.lag
    if link.percent is not None:
        lag = round(network.nodes[link.first].duration * link.percent / 100)
    time = link.time or network.nodes[link.then].time
    return tick if lag == 0 else time.back(tick, lag) if back else time.forward(tick, lag)


def _clock(node: Node) -> WorkTime:
    return node.duration_time or node.time


def _ahead(node: Node, tick: int) -> int:
    if node.efforts:
        return max(effort.time.forward(tick, effort.ticks) for effort in node.efforts)
    return _clock(node).forward(tick, node.duration)


def _back(node: Node, tick: int, *, remaining: bool = False) -> int:
    if node.efforts:
        return min(effort.time.back(tick, effort.ticks) for effort in node.efforts)
    left = node.remaining if remaining and node.remaining is not None else node.duration
    return _clock(node).back(tick, left)


def _previous_end(node: Node, tick: int) -> int:
    if node.efforts:
        return max(effort.time.previous_end(tick) for effort in node.efforts)
    return node.time.previous_end(tick)
