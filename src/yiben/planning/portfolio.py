"""The same passes over all projects at once (全部项目一并排程): columns, not objects.

Projects of one template stand side by side: a row for each node, a column for each project.
A day is its number from 1 January 2007; a start is the day whose morning it is, a finish the day
after the last, so that the evening of one day and the next morning are one instant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from yiben.planning.calendar import OutsideCalendar, WorkingCalendar
from yiben.planning.network import LinkType

Grid = npt.NDArray[np.int16]
Row = npt.NDArray[np.int64]

# Projects taken together: small enough that the rows at work stay in the processor's cache.
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Hold:
    """A link between two rows of the template (搭接): lag in days on one of the clocks."""

    first: int
    then: int
    type: LinkType = LinkType.FS
    lag: int = 0
    working: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """The common structure of a group of projects: nodes in an order that the holds follow (模板).

    `working[i]` says whether node i counts in working days; otherwise in calendar days.
    """

    keys: tuple[str, ...]
    working: tuple[bool, ...]
    holds: tuple[Hold, ...]

    def __post_init__(self) -> None:
        assert len(self.keys) == len(self.working), "one clock to a node"
        assert all(0 <= h.first < h.then < len(self.keys) for h in self.holds), "holds go down the rows"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Projects of one template: a start day each and a duration for every node (项目组).

    `not_before` and `actual_finish` give rows (by node number) with a day for each project, −1 where
    there is none. `absent` marks the projects that do not need a node: its duration must be 0 there,
    and its holds pass through it.
    """

    template: Template
    start: Row
    duration: Grid
    not_before: Mapping[int, Row] = field(default_factory=dict)
    actual_finish: Mapping[int, Row] = field(default_factory=dict)
    absent: Mapping[int, npt.NDArray[np.bool_]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Grids:
    """Early and late starts and finishes of every node of every project, and when each ends."""

    early_start: Grid
    early_finish: Grid
    late_start: Grid
    late_finish: Grid
    end: Row

    @property
    def critical(self) -> npt.NDArray[np.bool_]:
        """Which nodes cannot slip a day without the project ending later."""
        return (self.late_start <= self.early_start) | (self.late_finish <= self.early_finish)


@dataclass(frozen=True, slots=True, eq=False)
class _Clock:
    """Arithmetic on one clock over a row of instants."""

    before: Row | None = None
    nth: Row | None = None

    def ahead(self, at: Row, days: Row | int) -> Row:
        """The instant at which `days` are done."""
        if self.before is None or self.nth is None:
            return at + days
        rank = np.take(self.before, at)
        done = np.take(self.nth, np.maximum(rank + days - 1, 0), mode="clip") + 1
        return done if isinstance(days, int) else np.where(days > 0, done, at)

    def back(self, at: Row, days: Row | int) -> Row:
        """The instant from which `days` lead to `at`."""
        if self.before is None or self.nth is None:
            return at - days
        begin = np.take(self.nth, np.maximum(np.take(self.before, at) - days, 0), mode="clip")
        return begin if isinstance(days, int) else np.where(days > 0, begin, at)

    def shift(self, at: Row, days: int) -> Row:
        """A lag or lead."""
        return at if days == 0 else self.ahead(at, days) if days > 0 else self.back(at, -days)

    def morning(self, at: Row) -> Row:
        """The next morning on which work goes on."""
        if self.before is None or self.nth is None:
            return at
        return np.take(self.nth, np.take(self.before, at), mode="clip")

    def evening(self, at: Row) -> Row:
        """The instant after the last day worked before `at`."""
        if self.before is None or self.nth is None:
            return at
        return np.take(self.nth, np.maximum(np.take(self.before, at) - 1, 0)) + 1


def passes(group: Group, *, calendar: WorkingCalendar) -> Grids:
    """Forward and backward pass over every project of a group; raises OutsideCalendar."""
    nodes, projects = group.duration.shape
    early_start, early_finish, late_start, late_finish = (
        np.empty((nodes, projects), dtype=np.int16) for _ in range(4)
    )
    end = np.empty(projects, dtype=np.int64)
    if projects and (group.start.min() < 0 or group.start.max() >= calendar.before.size - 1):
        raise OutsideCalendar(
            f"found start day {int(group.start.min())}, expected 0 to {calendar.before.size - 2}"
        )
    working, always = _Clock(calendar.before, calendar.nth), _Clock()
    for begin in range(0, projects, _CHUNK):
        part = slice(begin, min(begin + _CHUNK, projects))
        es, ef = _forward(group, part, working, always)
        end[part] = np.max(ef, axis=0) if nodes else group.start[part]
        if projects and int(end[part].max(initial=0)) >= calendar.before.size - 366:
            raise OutsideCalendar("found a plan that ends after 2059, expected an earlier end")
        ls, lf = _backward(group, part, end[part], working, always)
        for grid, rows in ((early_start, es), (early_finish, ef), (late_start, ls), (late_finish, lf)):
            grid[:, part] = rows
    return Grids(early_start, early_finish, late_start, late_finish, end)


def _forward(group: Group, part: slice, working: _Clock, always: _Clock) -> tuple[Row, Row]:
    template = group.template
    shape = (len(template.keys), part.stop - part.start)
    es, ef = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    holds = _by(template.holds, len(template.keys), then=True)
    for node, works in enumerate(template.working):
        clock = working if works else always
        days = group.duration[node, part].astype(np.int64)
        start = group.start[part]
        for hold in holds[node]:
            lag = working if hold.working else always
            held = lag.shift((es if hold.type.from_start else ef)[hold.first], hold.lag)
            start = np.maximum(start, clock.back(held, days) if hold.type.to_finish else held)
        if node in group.not_before:
            start = np.maximum(start, group.not_before[node][part])
        # A milestone may stay in the evening of a day that was worked.
        stays = (days == 0) & (clock.evening(start) == start)
        es[node] = np.where(stays, start, clock.morning(start))
        ef[node] = clock.ahead(es[node], days)
        if node in group.actual_finish:
            done = group.actual_finish[node][part]
            ef[node] = np.where(done >= 0, done + 1, ef[node])
            es[node] = np.minimum(es[node], ef[node])
    return es, ef


def _backward(group: Group, part: slice, end: Row, working: _Clock, always: _Clock) -> tuple[Row, Row]:
    template = group.template
    shape = (len(template.keys), part.stop - part.start)
    ls, lf = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    holds = _by(template.holds, len(template.keys), then=False)
    for node in reversed(range(len(template.keys))):
        clock = working if template.working[node] else always
        days = group.duration[node, part].astype(np.int64)
        finish = end
        for hold in holds[node]:
            lag = working if hold.working else always
            late = (lf if hold.type.to_finish else ls)[hold.then]
            if hold.type is LinkType.SS or template.working[hold.then] != template.working[node]:
                late = (working if template.working[hold.then] else always).morning(late)
            held = lag.shift(late, -hold.lag)
            finish = np.minimum(finish, clock.ahead(held, days) if hold.type.from_start else held)
        lf[node] = clock.evening(finish)
        ls[node] = clock.back(lf[node], days)
    return ls, lf


def _by(holds: Sequence[Hold], nodes: int, *, then: bool) -> list[list[Hold]]:
    rows: list[list[Hold]] = [[] for _ in range(nodes)]
    for hold in holds:
        rows[hold.then if then else hold.first].append(hold)
    return rows


@dataclass(frozen=True, slots=True)
class Moved:
    """A node that a slip moves, and by how many calendar days (连带顺延)."""

    node: str
    project: int
    days: int


def cascade(group: Group, *, node: int, project: int, days: int, calendar: WorkingCalendar) -> list[Moved]:
    """What moves in a project when one of its nodes takes `days` longer on its own clock."""
    one = slice(project, project + 1)
    bounds = {n: row[one] for n, row in group.not_before.items()}
    actual = {n: row[one] for n, row in group.actual_finish.items()}
    alone = Group(group.template, group.start[one], group.duration[:, one], bounds, actual)
    longer = alone.duration.copy()
    longer[node] += days
    slipped = Group(group.template, alone.start, longer, bounds, actual)
    was = passes(alone, calendar=calendar).early_finish[:, 0].astype(int)
    now = passes(slipped, calendar=calendar).early_finish[:, 0].astype(int)
    keys = group.template.keys
    return [Moved(keys[n], project, int(now[n] - was[n])) for n in np.flatnonzero(now != was)]


def due_between(group: Group, grids: Grids, *, first: int, last: int) -> list[tuple[int, int, int]]:
    """(project, node, day) of every open node whose last day is from `first` to `last`, by day."""
    day = np.maximum(grids.early_finish.astype(np.int64) - 1, group.start)
    open_ = np.ones(day.shape, dtype=np.bool_)
    for node, none in group.absent.items():
        open_[node] &= ~none
    for node, done in group.actual_finish.items():
        open_[node] &= done < 0
    node_at, project_at = np.nonzero((day >= first) & (day <= last) & open_)
    days = day[node_at, project_at]
    order = np.lexsort((node_at, project_at, days))
    return list(zip(project_at[order].tolist(), node_at[order].tolist(), days[order].tolist(), strict=True))
