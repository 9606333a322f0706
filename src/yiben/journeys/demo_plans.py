"""The demo county's year plan (演示年度计划): frozen in January, then changed only with an approval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from yiben.journeys.change_plan import answer_change, change_days, freeze_plans
from yiben.journeys.demo_projects import DemoProject
from yiben.journeys.plan_project import plan_project
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.periods import Period
from yiben.ledger.record import Recorded
from yiben.people.access import Person
from yiben.scenes.model import Pack

REASONS = ("前序手续办理延后", "征迁交地晚于计划", "施工图审查意见较多,需复核")


def freeze_demo_plans(pack: Pack, month: Period, *, clerk: Person, at: datetime) -> Recorded:
    """The year's plan is set: the days of all nodes become the baseline."""
    return freeze_plans(
        pack, year=month.year, by=clerk, at=at, way="demo", why=f"{month.year}年度计划下达(演示)"
    )


def change_demo_plans(
    projects: Sequence[DemoProject],
    month: Period,
    *,
    pack: Pack,
    clerk: Person,
    leader: Person,
    at: datetime,
    answered: bool,
) -> int:
    """Nodes due in `month` that come later ask for another day; the leader answers a day after.

    Every fourth question is sent back with a note. With `answered` false all wait on the leader's
    desk. Gives the number of questions.
    """
    late = [
        (project, node, real)
        for project in projects
        for node, planned, real in project.nodes()
        if real is not None and month.first <= planned <= month.last_day < real
    ]
    asked = 0
    for place, (project, node, real) in enumerate(late):
        plan = plan_project(pack, project.code, on=at.astimezone(COUNTY_ZONE).date(), by=clerk)
        if plan.row(node).actual is not None:
            continue  # Another day of the register says that it is done.
        asked += 1
        reason = REASONS[place % len(REASONS)]
        change_days(
            pack, project.code, days={node: real}, reason=reason, by=clerk, at=at, way="demo", plan=plan
        )
        if answered:
            agree = place % 4 != 3
            note = "" if agree else "请先与审批部门会商,提出压缩工期的措施后再报"
            answer_change(
                pack,
                project.code,
                node=node,
                agree=agree,
                note=note,
                by=leader,
                at=at + timedelta(days=1),
                way="demo",
            )
    return asked
