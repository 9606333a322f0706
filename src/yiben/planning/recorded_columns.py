"""All projects seen from a day (全部项目按账推演): `recorded.foresee` over columns.

Projects of one network stand side by side, a row for each item, days as numbers from 1 January
2007, −1 where nothing is recorded. A test holds both forms to the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yiben.planning.approvals import Made
from yiben.planning.calendar import WorkingCalendar
from yiben.planning.columns import durations_of, template_of
from yiben.planning.portfolio import Grid, Group, Template, passes

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network ready for columns (网络列): its rows, usual durations, and which may take its own."""

    template: Template
    usual: tuple[int, ...]
    own: tuple[bool, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What is recorded, by item and project (账内日期): plan, forecast, actual; −1 is nothing."""

    planned: Rows
    forecast: Rows
    actual: Rows

    @property
    def expected(self) -> Rows:
        """The day that people count on now."""
        return np.where(
            self.actual >= 0, self.actual, np.where(self.forecast >= 0, self.forecast, self.planned)
        )


def network_of_made(made: Made) -> Network:
    """The network of a project in columns."""
    template = template_of(made.plan)
    assert template is not None, "a template's network has no dates of its own"
    own = tuple(
        made.items[key].clock == "owner" and made.items[key].stage != "before_start" for key in template.keys
    )
    return Network(template, tuple(durations_of(made.plan, template=template)), own, template.keys)


def foresee_columns(network: Network, said: Said, *, on: int, calendar: WorkingCalendar) -> Rows:
    """The last day of every item of every project as seen on day `on`."""
    template, expected = network.template, said.expected
    days = _durations(network, said, calendar)
    start = _begin(template, said, days, on, calendar)
    basis = np.where(said.planned >= 0, said.planned, expected)
    was = _finish(template, start, days, _not_before(template, basis, days, calendar), {}, calendar)
    done = _done(template, said.actual, days, calendar)
    open_ = (expected >= 0) & (done < 0)
    held = np.where(open_, np.maximum(expected, on), -1)
    actual = {n: done[n] for n in range(len(template.keys)) if (done[n] >= 0).any()}
    now = _finish(template, start, days, _not_before(template, held, days, calendar), actual, calendar)
    moved = np.maximum(now - np.maximum(was, said.planned), 0)
    carried = np.where(said.planned >= 0, np.maximum(expected, said.planned + moved), now)
    seen = np.where(expected >= 0, np.maximum(carried, on), now)
    return np.where(said.actual >= 0, said.actual, seen)


def _durations(network: Network, said: Said, calendar: WorkingCalendar) -> Rows:
    """Each project's own building times where its plan tells them, else the usual ones."""
    template, projects = network.template, said.planned.shape[1]
    days = np.repeat(np.array(network.usual, dtype=np.int64)[:, None], projects, axis=1)
    for node, may in enumerate(network.own):
        firsts = [hold.first for hold in template.holds if hold.then == node]
        if not may or not firsts:
            continue
        before = said.planned[firsts]
        latest, planned = before.max(axis=0), said.planned[node]
        tells = (planned >= 0) & (before >= 0).all(axis=0) & (latest < planned)
        if template.working[node]:
            span = calendar.before[np.maximum(planned, 0) + 1] - calendar.before[np.maximum(latest, 0) + 1]
        else:
            span = planned - latest
        days[node] = np.where(tells, np.clip(span, 0, 20_000), days[node])
    return days


def _begin(template: Template, said: Said, days: Rows, on: int, calendar: WorkingCalendar) -> Rows:
    """The day on which the first recorded item had to begin; one without a duration, its own day."""
    far = np.iinfo(np.int64).max
    starts = []
    for rows in (said.planned, said.actual):
        ends = np.maximum(rows, 0)
        begins = np.minimum(_starts(template, ends, days, calendar), ends)
        starts.append(np.where(rows >= 0, begins, far).min(axis=0))
    first = np.minimum(*starts)
    begin: Rows = np.clip(first, 0, on)
    return begin


def _starts(template: Template, finish: Rows, days: Rows, calendar: WorkingCalendar) -> Rows:
    """The day on whose morning each item begins that ends with the day `finish`."""
    rows = np.empty_like(finish)
    for node in range(len(template.keys)):
        rows[node] = _start(template, node, finish[node], days, calendar)
    return rows


def _start(template: Template, node: int, finish: Rows, days: Rows, calendar: WorkingCalendar) -> Rows:
    if not template.working[node]:
        first: Rows = np.maximum(finish + 1 - days[node], 0)
        return first
    rank = np.maximum(calendar.before[finish + 1] - days[node], 0)
    begins: Rows = np.where(days[node] > 0, calendar.nth[rank], finish + 1)
    return begins


def _not_before(template: Template, last: Rows, days: Rows, calendar: WorkingCalendar) -> dict[int, Rows]:
    starts = _starts(template, _worked(template, np.maximum(last, 0), calendar), days, calendar)
    return {
        node: np.where(last[node] >= 0, starts[node], -1)
        for node in range(len(template.keys))
        if (last[node] >= 0).any()
    }


def _worked(template: Template, last: Rows, calendar: WorkingCalendar) -> Rows:
    """Days of items on the working clock as the last working day up to them."""
    before = calendar.nth[np.maximum(calendar.before[last + 1] - 1, 0)]
    worked: Rows = np.where(np.array(template.working)[:, None], before, last)
    return worked


def _done(template: Template, actual: Rows, days: Rows, calendar: WorkingCalendar) -> Rows:
    """The last day of what is done, and of what must be since something done waited for it."""
    far = np.iinfo(np.int64).max // 2
    until = np.where(actual >= 0, actual + 1, far)
    for node in reversed(range(len(template.keys))):
        for hold in template.holds:
            if hold.first != node:
                continue
            ends = until[hold.then]
            last = np.where(ends < far, ends - 1, 0)
            begins = _start(template, hold.then, last, days, calendar)
            held = np.where(ends < far, ends if hold.type.to_finish else begins, far)
            until[node] = np.where(actual[node] >= 0, until[node], np.minimum(until[node], held))
    return np.where(until < far, np.maximum(until - 1, 0), -1)


def _finish(
    template: Template,
    start: Rows,
    days: Rows,
    not_before: dict[int, Rows],
    actual: dict[int, Rows],
    calendar: WorkingCalendar,
) -> Rows:
    duration: Grid = days.astype(np.int16)
    grids = passes(Group(template, start, duration, not_before, actual), calendar=calendar)
    return np.maximum(grids.early_finish.astype(np.int64) - 1, start)
