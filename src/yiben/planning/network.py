"""A network of nodes and links (网络计划), and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from itertools import pairwise

from yiben.kernel.problems import Place, Problem
from yiben.planning.worktime import WorkTime


class LinkType(Enum):
    """Which end of a node holds which end of the next (搭接关系)."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"

    @property
    def from_start(self) -> bool:
        """Whether the first node's start holds (otherwise its finish)."""
        return self in (LinkType.SS, LinkType.SF)

    @property
    def to_finish(self) -> bool:
        """Whether the second node's finish is held (otherwise its start)."""
        return self in (LinkType.FF, LinkType.SF)


class ConstraintType(Enum):
    """A date that a node must keep (日期限制)."""

    ASAP = "as-soon-as-possible"
    ALAP = "as-late-as-possible"
    START_ON = "start-on"
    FINISH_ON = "finish-on"
    START_FROM = "start-not-before"
    START_BY = "start-not-after"
    FINISH_FROM = "finish-not-before"
    FINISH_BY = "finish-not-after"


@dataclass(frozen=True, slots=True)
class Constraint:
    """A kind of limit and its instant; `at` is None for the two kinds without a date."""

    type: ConstraintType = ConstraintType.ASAP
    at: int | None = None


FREE = Constraint()


@dataclass(frozen=True, slots=True)
class Effort:
    """Work of one resource within a node: how many ticks on which working time (投入)."""

    time: WorkTime
    ticks: int


@dataclass(frozen=True, slots=True)
class Node:
    """A step of a plan with a duration, or a milestone without one (节点).

    `time` is the calendar that it runs on, `duration` its ticks on `duration_time` (elapsed
    durations run round the clock). `efforts` replaces the duration where resources drive it.
    `manual` dates were set by hand and are not computed. `started`, `finished` are actual.
    """

    key: str
    time: WorkTime
    duration: int = 0
    name: str = ""
    duration_time: WorkTime | None = None
    remaining: int | None = None
    constraint: Constraint = FREE
    deadline: int | None = None
    efforts: tuple[Effort, ...] = ()
    manual: tuple[int, int] | None = None
    external: bool = False
    milestone: bool = False
    started: int | None = None
    finished: int | None = None
    place: Place = field(default_factory=Place)

    @property
    def title(self) -> str:
        """The name, or the key where there is none."""
        return self.name or self.key


@dataclass(frozen=True, slots=True)
class Link:
    """One node holds another (逻辑关系), after a lag, or before with a lead (negative lag).

    The lag counts on `time`, by default the calendar of the second node; `percent` makes it a
    share of the first node's duration. `legal` is None where nobody said, True where a statute
    orders it and False where it is customary; `article` says which.
    """

    first: str
    then: str
    type: LinkType = LinkType.FS
    lag: int = 0
    time: WorkTime | None = None
    percent: float | None = None
    legal: bool | None = None
    article: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes and links of one plan, checked: every link has both ends and there is no circle."""

    nodes: Mapping[str, Node]
    links: tuple[Link, ...]
    order: tuple[str, ...]

    def links_into(self) -> dict[str, list[Link]]:
        """The links that hold each node."""
        return _grouped(self.nodes, self.links, end="then")

    def links_from(self) -> dict[str, list[Link]]:
        """The links by which each node holds others."""
        return _grouped(self.nodes, self.links, end="first")


def network_of(nodes: Iterable[Node], *, links: Sequence[Link]) -> tuple[Network | None, list[Problem]]:
    """The checked network, or what is wrong: a key used twice, a missing end, a circle (with its path)."""
    table: dict[str, Node] = {}
    problems: list[Problem] = []
    for node in nodes:
        if node.key in table:
            problems.append(Problem("node-twice", f"node {node.key!r} twice", "each key once", node.place))
        table.setdefault(node.key, node)
    for link in links:
        problems += _ends_missing(link, table)
    if problems:
        return None, problems
    order, circle = order_of(table, links=links)
    if circle:
        return None, [circle_problem(circle, nodes=table, links=links)]
    return Network(table, tuple(links), tuple(order)), []


def _ends_missing(link: Link, nodes: Mapping[str, Node]) -> list[Problem]:
    expected = "the key of a node in the plan"
    return [
        Problem(
            "unknown-node",
            f"{role} {key!r} of the link {link.first} → {link.then}",
            f"{expected}{_nearest(key, nodes)}",
            link.place,
        )
        for role, key in (("predecessor", link.first), ("successor", link.then))
        if key not in nodes
    ]


def _nearest(key: str, nodes: Mapping[str, Node]) -> str:
    close = get_close_matches(key, list(nodes)[:5000], n=1)
    return f", such as {close[0]!r}" if close else ""


def order_of(keys: Iterable[str], *, links: Sequence[Link]) -> tuple[list[str], list[str]]:
    """An order in which each node comes after those that hold it, and a circle where there is one."""
    followers: dict[str, list[str]] = {key: [] for key in keys}
    waiting = dict.fromkeys(followers, 0)
    for link in links:
        followers[link.first].append(link.then)
        waiting[link.then] += 1
    order = [key for key, count in waiting.items() if count == 0]
    for key in order:
        for then in followers[key]:
            waiting[then] -= 1
            if waiting[then] == 0:
                order.append(then)
    if len(order) == len(followers):
        return order, []
    return order, _circle({key for key, count in waiting.items() if count > 0}, links)


def _circle(left: set[str], links: Sequence[Link]) -> list[str]:
    """A closed path among nodes that all wait: going back from any of them must return to it."""
    holder = {link.then: link.first for link in links if link.first in left and link.then in left}
    key = min(holder)
    seen: dict[str, int] = {}
    path: list[str] = []
    while key not in seen:
        seen[key] = len(path)
        path.append(key)
        key = holder[key]
    return [*path[seen[key] :], key][::-1]


def circle_problem(path: Sequence[str], *, nodes: Mapping[str, Node], links: Sequence[Link]) -> Problem:
    """The refusal of a circle, with the path that closes it."""
    steps = set(pairwise(path))
    place = next((link.place for link in links if (link.first, link.then) in steps), Place())
    shown = [nodes[key].title for key in path]
    if len(shown) > 13:
        shown = [*shown[:6], f"… {len(shown) - 12} more …", *shown[-6:]]
    return Problem("circle", " → ".join(shown), "links that never lead back to the same node", place)


def _grouped(keys: Iterable[str], links: Iterable[Link], *, end: str) -> dict[str, list[Link]]:
    groups: dict[str, list[Link]] = {key: [] for key in keys}
    for link in links:
        groups[link.then if end == "then" else link.first].append(link)
    return groups
