"""One very large network as columns (大规模网络): forward and backward pass without objects.

Nodes are numbers; an arc (first, then, weight) says start(then) ≥ start(first) + weight, which is
what finish–start, start–start, finish–finish and start–finish links become once durations are
known. Levels of nodes that wait for nothing more are taken at once; where a network is deep and
thin (a chain), the rest is walked node by node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

# Below this many nodes to a level, a plain walk is faster than array calls.
_THIN = 24
_PROBE = 512


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Arcs as columns, sorted by their first node (`offsets[i]:offsets[i + 1]` leave node i)."""

    count: int
    offsets: Ints
    first: Ints
    then: Ints
    weight: Ints

    @classmethod
    def of(cls, count: int, *, first: Ints, then: Ints, weight: Ints) -> Arcs:
        """The arcs of `count` nodes; raises ValueError on a node number outside them."""
        for column in (first, then):
            if column.size and (column.min() < 0 or column.max() >= count):
                raise ValueError(
                    f"found node {int(column.min())} to {int(column.max())}, expected 0 to {count - 1}"
                )
        if first.size > 1 and (first[1:] < first[:-1]).any():
            order = _order(first)
            first, then, weight = first[order], then[order], weight[order]
        offsets = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(first, minlength=count), out=offsets[1:])
        return cls(count, offsets, first, then, weight)


def _order(first: Ints) -> Ints:
    """The stable order by `first`: sorting one packed column is several times faster than argsort."""
    bits = int(first.size).bit_length()
    packed = (first << bits) | np.arange(first.size, dtype=np.int64)
    packed.sort()
    return packed & ((1 << bits) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Early and late starts of each node, and when the whole ends."""

    early: Ints
    late: Ints
    length: int

    @property
    def slack(self) -> Ints:
        """Total slack (总时差) of each node."""
        return self.late - self.early

    @property
    def critical(self) -> npt.NDArray[np.bool_]:
        """Whether each node is critical."""
        critical: npt.NDArray[np.bool_] = self.late == self.early
        return critical


class Circular(ValueError):
    """The arcs lead in a circle; `path` closes it (环路)."""

    def __init__(self, path: Sequence[int]) -> None:
        self.path = tuple(path)
        super().__init__("found a circle " + " → ".join(map(str, self.path[:20])) + ", expected none")


def times_of(arcs: Arcs, *, duration: Ints) -> Times:
    """Both passes over a network whose nodes begin at 0 or later; raises Circular.

    >>> arcs = Arcs.of(2, first=np.array([0]), then=np.array([1]), weight=np.array([3]))
    >>> times_of(arcs, duration=np.array([3, 4])).length
    7
    """
    early = np.zeros(arcs.count, dtype=np.int64)
    levels, rest = _forward(arcs, early)
    length = int((early + duration).max(initial=0))
    late = length - duration
    _backward_walk(arcs, late, rest)
    for nodes, picked in reversed(levels):
        if picked.size:
            _backward_level(arcs, late, nodes, picked)
    return Times(early, late, length)


def _forward(arcs: Arcs, early: Ints) -> tuple[list[tuple[Ints, Ints]], list[int]]:
    """Fills `early`; gives the levels with their arcs and the nodes that were walked one by one."""
    waiting = np.bincount(arcs.then, minlength=arcs.count)
    mark = np.empty(arcs.count, dtype=np.int64)
    level = np.flatnonzero(waiting == 0)
    levels: list[tuple[Ints, Ints]] = []
    done = 0
    while level.size:
        if len(levels) % _PROBE == _PROBE - 1 and done < _THIN * len(levels):
            return levels, _forward_walk(arcs, early, waiting, level, done)
        picked = _leaving(arcs, level)
        levels.append((level, picked))
        done += level.size
        then = arcs.then[picked]
        np.maximum.at(early, then, early[arcs.first[picked]] + arcs.weight[picked])
        np.subtract.at(waiting, then, 1)
        ready = then[waiting[then] == 0]
        mark[ready] = np.arange(ready.size)
        level = ready[mark[ready] == np.arange(ready.size)]
    if done < arcs.count:
        raise Circular(circle_of(arcs, left=waiting > 0))
    return levels, []


def _leaving(arcs: Arcs, nodes: Ints) -> Ints:
    """The positions of all arcs that leave some nodes, node by node."""
    begin = arcs.offsets[nodes]
    count = arcs.offsets[nodes + 1] - begin
    total = int(count.sum())
    shift = np.repeat(begin - np.concatenate(([0], np.cumsum(count)[:-1])), count)
    return np.arange(total, dtype=np.int64) + shift


def _backward_level(arcs: Arcs, late: Ints, nodes: Ints, picked: Ints) -> None:
    bound = late[arcs.then[picked]] - arcs.weight[picked]
    first = arcs.first[picked]
    begin = np.flatnonzero(np.concatenate(([True], first[1:] != first[:-1])))
    holders = first[begin]
    late[holders] = np.minimum(late[holders], np.minimum.reduceat(bound, begin))


def _forward_walk(arcs: Arcs, early: Ints, waiting: Ints, level: Ints, done: int) -> list[int]:
    starts, left = early.tolist(), waiting.tolist()
    offsets, then, weight = arcs.offsets.tolist(), arcs.then.tolist(), arcs.weight.tolist()
    order: list[int] = level.tolist()
    for node in order:
        start = starts[node]
        for arc in range(offsets[node], offsets[node + 1]):
            other = then[arc]
            bound = start + weight[arc]
            if bound > starts[other]:
                starts[other] = bound
            left[other] -= 1
            if not left[other]:
                order.append(other)
    if done + len(order) < arcs.count:
        raise Circular(circle_of(arcs, left=np.array(left) > 0))
    early[:] = starts
    return order


def _backward_walk(arcs: Arcs, late: Ints, order: list[int]) -> None:
    if not order:
        return
    latest = late.tolist()
    offsets, then, weight = arcs.offsets.tolist(), arcs.then.tolist(), arcs.weight.tolist()
    for node in reversed(order):
        for arc in range(offsets[node], offsets[node + 1]):
            bound = latest[then[arc]] - weight[arc]
            if bound < latest[node]:
                latest[node] = bound
    late[:] = latest


def circle_of(arcs: Arcs, *, left: npt.NDArray[np.bool_]) -> list[int]:
    """A closed path among the nodes that all wait for one another."""
    inside = left[arcs.first] & left[arcs.then]
    holder = dict(zip(arcs.then[inside].tolist(), arcs.first[inside].tolist(), strict=True))
    node = min(holder)
    seen: dict[int, int] = {}
    path: list[int] = []
    while node not in seen:
        seen[node] = len(path)
        path.append(node)
        node = holder[node]
    return [*path[seen[node] :], node][::-1]
