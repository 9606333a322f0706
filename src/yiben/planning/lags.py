"""Networks with minimum and maximum lags (最小最大时距网络): circles are allowed, contradictions are not.

A maximum lag is an arc back with a negative weight: B no later than 5 after A says
start(A) ≥ start(B) − 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from yiben.kernel.problems import Place, Problem
from yiben.planning.passes import Arcs, Circular, Ints, Times, times_of


@dataclass(frozen=True, slots=True, eq=False)
class LagNetwork:
    """Activities with durations, and lags from start to start; negative ones are maximum lags."""

    names: tuple[str, ...]
    duration: Ints
    first: Ints
    then: Ints
    lag: Ints


def solve(network: LagNetwork, *, file: str = "") -> tuple[Times | None, list[Problem]]:
    """Earliest and latest starts, or the chain of lags that contradicts itself and by how much."""
    count = len(network.names)
    arcs = Arcs.of(count, first=network.first, then=network.then, weight=network.lag)
    try:
        return times_of(arcs, duration=network.duration), []
    except Circular as circle:
        if _gain(network, circle.path) > 0:
            return None, [_contradiction(network, list(circle.path), file)]
    return _relaxed(network, arcs, file)


def _relaxed(network: LagNetwork, arcs: Arcs, file: str) -> tuple[Times | None, list[Problem]]:
    """Relax until nothing moves; what still moves after as many rounds as nodes lies on a circle."""
    early = np.zeros(arcs.count, dtype=np.int64)
    holder = np.full(arcs.count, -1, dtype=np.int64)
    for _ in range(arcs.count + 1):
        bound = early[arcs.first] + arcs.weight
        moved = np.flatnonzero(bound > early[arcs.then])
        if not moved.size:
            break
        at = moved[np.lexsort((bound[moved], arcs.then[moved]))]
        last = at[np.concatenate((arcs.then[at][1:] != arcs.then[at][:-1], [True]))]
        early[arcs.then[last]] = bound[last]
        holder[arcs.then[last]] = arcs.first[last]
    else:
        return None, [_contradiction(network, _walk(holder, int(arcs.then[moved[0]])), file)]
    length = int((early + network.duration).max(initial=0))
    late = length - network.duration
    for _ in range(arcs.count + 1):
        before = late.copy()
        np.minimum.at(late, arcs.first, late[arcs.then] - arcs.weight)
        if (late == before).all():
            break
    return Times(early, late, length), []


def _walk(holder: Ints, node: int) -> list[int]:
    for _ in range(holder.size):
        node = int(holder[node])
    path = [node]
    while (node := int(holder[node])) != path[0]:
        path.append(node)
    return [*path, path[0]][::-1]


def _gain(network: LagNetwork, path: list[int] | tuple[int, ...]) -> int:
    """By how much a closed path pushes its own start later."""
    weights: dict[tuple[int, int], int] = {}
    for first, then, lag in zip(
        network.first.tolist(), network.then.tolist(), network.lag.tolist(), strict=True
    ):
        weights[first, then] = max(lag, weights.get((first, then), lag))
    return sum(weights[step] for step in pairwise(path))


def _contradiction(network: LagNetwork, path: list[int], file: str) -> Problem:
    names = " → ".join(network.names[node] for node in path[:20])
    found = f"{names}: each waits for the other, {_gain(network, path)} periods too many"
    return Problem("impossible-lags", found, "minimum and maximum lags that fit each other", Place(file=file))
