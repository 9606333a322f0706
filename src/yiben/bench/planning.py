"""Speed of plans: a whole portfolio, one very large network, and a file (排程性能)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import networkx
import numpy as np

from yiben.bench import Line
from yiben.planning.calendar import china
from yiben.planning.network import LinkType
from yiben.planning.passes import Arcs, Ints, Times, times_of
from yiben.planning.portfolio import Grids, Group, Hold, Template, passes

T = TypeVar("T")

_NODES = 40
_SEED = 7


def run(scale: float = 1.0) -> list[Line]:
    """The lines of issue 5's speed bars; `scale` 1 is the size of the bars."""
    small, large = max(1000, int(100_000 * scale)), max(10_000, int(1_000_000 * scale))
    return [*_portfolio(small, large), *_network(max(10_000, int(1_000_000 * scale)))]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def _template(chance: np.random.Generator) -> Template:
    """Forty nodes with about two holds each, of all four kinds, three in four on working days."""
    holds = [Hold(max(0, n - 1 - int(chance.integers(0, 4))), n) for n in range(1, _NODES)]
    kinds = list(LinkType)
    for n in range(3, _NODES):
        first = max(0, n - 2 - int(chance.integers(0, 5)))
        holds.append(Hold(first, n, kinds[n % 4], int(chance.integers(0, 5)), bool(n % 2)))
    working = tuple(bool(x) for x in chance.integers(0, 4, _NODES) > 0)
    return Template(tuple(map(str, range(_NODES))), working, tuple(holds))


def _group(projects: int) -> Group:
    chance = np.random.default_rng(_SEED)
    template = _template(chance)
    start = chance.integers(6600, 7300, projects)
    return Group(template, start, chance.integers(0, 25, (_NODES, projects)).astype(np.int16))


def _portfolio(small: int, large: int) -> list[Line]:
    calendar = china()
    few, many = _group(small), _group(large)
    passes(_group(1000), calendar=calendar)
    seconds, grids = _timed(lambda: passes(few, calendar=calendar))
    longer, _ = _timed(lambda: passes(many, calendar=calendar))
    growth = longer / seconds
    return [
        Line(
            f"both passes, {small:,} projects × {_NODES} nodes",
            seconds,
            "< 1 s, one core, working days",
            seconds < 1.0 * max(1.0, small / 100_000),
            note=f"last day {_latest(grids)}",
        ),
        Line(
            f"both passes, {large:,} projects × {_NODES} nodes",
            longer,
            f"linear: ≤ {1.5 * large / small:.0f} × the line above",
            growth <= 1.5 * large / small,
            note=f"{growth:.1f} × the time for {large / small:.0f} × the projects",
        ),
    ]


def _latest(grids: Grids) -> str:
    return str(np.datetime64("2007-01-01", "D") + int(grids.end.max()) - 1)


def _arcs(count: int) -> tuple[Ints, Ints, Ints]:
    """A random network: each activity waits for two of the last thousands before it."""
    chance = np.random.default_rng(_SEED)
    then = np.repeat(np.arange(1, count), 2)
    first = np.maximum(0, then - 1 - chance.integers(0, max(10, count // 100), then.size))
    return first, then, chance.integers(1, 20, count)


def _network(count: int) -> list[Line]:
    first, then, duration = _arcs(count)
    seconds, times = _timed(lambda: _ours(count, first, then, duration))
    theirs, length = _timed(lambda: _networkx(count, first, then, duration))
    assert times.length == length, f"found {times.length}, networkx says {length}"
    chain = np.arange(count - 1)
    alone, _ = _timed(lambda: _ours(count, chain, chain + 1, duration))
    return [
        Line(
            f"one network, {count:,} activities, {first.size:,} links",
            seconds,
            "< 1 s and ≥ 20 × networkx",
            seconds < 1.0 and theirs / seconds >= 20,
            against="networkx",
            against_seconds=theirs,
            note=f"{theirs / seconds:.0f} × as fast, same length {length}",
        ),
        Line(
            f"one chain of {count:,} activities (worst shape)",
            alone,
            "< 3 s",
            alone < 3.0,
            note="walked node by node",
        ),
    ]


def _ours(count: int, first: Ints, then: Ints, duration: Ints) -> Times:
    return times_of(Arcs.of(count, first=first, then=then, weight=duration[first]), duration=duration)


def _networkx(count: int, first: Ints, then: Ints, duration: Ints) -> int:
    """Both passes on a networkx graph; building the graph is part of it, as it is in ours."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(zip(first.tolist(), then.tolist(), strict=True))
    lengths: list[int] = duration.tolist()
    order: list[int] = list(networkx.topological_sort(graph))
    early = [0] * count
    for node in order:
        for held in graph.pred[node]:
            early[node] = max(early[node], early[held] + lengths[held])
    end = max(begin + length for begin, length in zip(early, lengths, strict=True))
    late = [end - length for length in lengths]
    for node in reversed(order):
        for then_ in graph.succ[node]:
            late[node] = min(late[node], late[then_] - lengths[node])
    return end
