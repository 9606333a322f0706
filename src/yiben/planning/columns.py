"""From projects to columns (项目组列): projects of one structure side by side, ready for the passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np

from yiben.planning.calendar import WorkingCalendar, indices
from yiben.planning.network import Node, network_of
from yiben.planning.plan import Plan
from yiben.planning.portfolio import Grids, Group, Hold, Template, passes
from yiben.planning.worktime import OFFICE_DAY, every_day


@dataclass(frozen=True, slots=True)
class Project:
    """A project with its plan and the day from which it can begin (在库项目)."""

    name: str
    plan: Plan
    start: date


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A group with the projects that stand in its columns, and their dates (项目组排程)."""

    projects: tuple[Project, ...]
    group: Group
    grids: Grids

    def finish(self, project: int, key: str) -> date:
        """The last day of a node of a project."""
        at = self.grids.early_finish[self.group.template.keys.index(key), project]
        day: date = (np.datetime64("2007-01-01", "D") + int(at) - 1).item()
        return day


def template_of(plan: Plan) -> Template | None:
    """The structure of a plan in columns; None where it has a circle, fixed or actual dates, or
    calendars other than the two of office days, which columns do not carry."""
    network, _ = network_of(plan.nodes, links=plan.links)
    if network is None or any(_own(node, plan) for node in plan.nodes):
        return None
    at = {key: number for number, key in enumerate(network.order)}
    working = tuple(network.nodes[key].time is not every_day() for key in network.order)
    holds = tuple(
        Hold(
            at[link.first],
            at[link.then],
            link.type,
            ceil(link.lag / OFFICE_DAY),
            link.time is not every_day(),
        )
        for link in network.links
    )
    return Template(network.order, working, holds)


def _own(node: Node, plan: Plan) -> bool:
    dated = node.constraint.at is not None or node.manual is not None or node.started is not None
    return dated or bool(node.efforts) or (node.time is not plan.time and node.time is not every_day())


def durations_of(plan: Plan, *, template: Template) -> list[int]:
    """The durations of a plan's nodes in whole days, in the template's order; part days round up."""
    nodes = {node.key: node for node in plan.nodes}
    return [ceil(nodes[key].duration / OFFICE_DAY) for key in template.keys]


def side_by_side(projects: Sequence[Project], *, calendar: WorkingCalendar) -> list[Columns]:
    """Every project scheduled, those of one structure in one group."""
    groups: dict[Template, list[Project]] = {}
    for project in projects:
        template = template_of(project.plan)
        assert template is not None, "plans are checked before they come here"
        groups.setdefault(template, []).append(project)
    return [_columns(template, group, calendar) for template, group in groups.items()]


def _columns(template: Template, projects: Sequence[Project], calendar: WorkingCalendar) -> Columns:
    start = indices(np.array([project.start for project in projects], dtype="datetime64[D]"))
    rows = [durations_of(project.plan, template=template) for project in projects]
    group = Group(template, start, np.array(rows, dtype=np.int16).T)
    return Columns(tuple(projects), group, passes(group, calendar=calendar))
