"""Plans as rows of plain values (排程结果行): what pages, files and the command show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from yiben.planning.approvals import Made
from yiben.planning.backward import Arranged, Step
from yiben.planning.calendar import WorkingCalendar
from yiben.planning.clocks import count_clocks, government_days, promise_of
from yiben.planning.exchange.drafts import Draft
from yiben.planning.exchange.psplib import Instance
from yiben.planning.gantt import Bar
from yiben.planning.passes import Times
from yiben.planning.plan import Planned
from yiben.planning.worktime import moment_of


def item_row(made: Made, *, step: Step) -> dict[str, Any]:
    """One approval item with its dates, as plain values (事项行)."""
    item = made.items[step.key]
    return {
        "key": step.key,
        "name": step.name,
        "unit": item.unit,
        "clock": item.clock,
        "days": _number(item.days),
        "count": item.count,
        "start": str(step.start),
        "finish": str(step.finish),
        "slack_days": step.slack_days,
        "critical": step.must,
        "source": item.source,
        "sure": item.sure,
    }


def clock_facts(made: Made, *, arranged: Arranged) -> dict[str, Any]:
    """Government days against the promise, and the days of both clocks (用时统计)."""
    counted = count_clocks(made, spans=arranged.spans)
    promise = promise_of(made, on=made.on)
    before = government_days(made, spans=arranged.spans, stages=("before_start",))
    whole = government_days(made, spans=arranged.spans)
    facts: dict[str, Any] = {
        "government_days_before_start": before,
        "government_days_whole": whole,
        "clocks": [
            {
                "stage": one.stage,
                "clock": one.clock,
                "working_days": one.working_days,
                "summed_days": one.summed_days,
            }
            for one in counted
        ],
    }
    if promise is not None:
        measured = whole if promise.id.endswith("_whole") else before
        facts |= {"promised_days": _number(promise.value), "promise_kept": measured <= promise.value}
    return facts


def task_rows(planned: Planned) -> list[dict[str, Any]]:
    """One row for each node and heading of a scheduled file, to the minute (任务行)."""
    keys = [key for key in planned.plan.rows if key in planned.dates] or list(planned.dates)
    return [
        {
            "key": key,
            "name": planned.names[key],
            "early_start": moment_of(dates.early_start).isoformat(timespec="minutes"),
            "early_finish": moment_of(dates.early_finish).isoformat(timespec="minutes"),
            "late_start": moment_of(dates.late_start).isoformat(timespec="minutes"),
            "late_finish": moment_of(dates.late_finish).isoformat(timespec="minutes"),
            "total_slack_days": round(dates.total_slack / planned.plan.day, 4),
            "free_slack_days": round(dates.free_slack / planned.plan.day, 4),
            "total_slack_tenth_min": dates.total_slack,
            "free_slack_tenth_min": dates.free_slack,
            "critical": dates.critical,
        }
        for key in keys
        for dates in (planned.dates[key],)
    ]


def plan_facts(planned: Planned) -> dict[str, Any]:
    """Start, finish and critical chain of a scheduled file."""
    return {
        "start": moment_of(planned.schedule.start).isoformat(timespec="minutes"),
        "finish": moment_of(planned.schedule.finish).isoformat(timespec="minutes"),
        "critical_chain": planned.schedule.critical_chain(),
    }


def step_rows(arranged: Arranged) -> list[dict[str, Any]]:
    """One row for each node of a plan to or from a date (节点行)."""
    return [
        {
            "key": step.key,
            "name": step.name,
            "start": str(step.start),
            "finish": str(step.finish),
            "slack_days": step.slack_days,
            "critical": step.must,
        }
        for step in arranged.steps
    ]


def summary(arranged: Arranged, *, calendar: WorkingCalendar) -> dict[str, Any]:
    """When an arranged plan begins, reaches its goal and ends, and which years are provisional."""
    goal = arranged.step(arranged.goal)
    first, last = min(step.start for step in arranged.steps), max(step.finish for step in arranged.steps)
    facts: dict[str, Any] = {
        "begin": str(first),
        "goal": arranged.goal,
        "goal_date": str(goal.finish),
        "end": str(last),
        "critical_chain": list(arranged.chain),
    }
    if years := calendar.provisional(first, last):
        facts["provisional_years"] = years
    return facts


def instance_rows(instance: Instance, *, times: Times) -> list[dict[str, Any]]:
    """One row for each activity of a published network (算例行)."""
    network = instance.network
    columns = (network.duration.tolist(), times.early.tolist(), times.late.tolist())
    return [
        {
            "key": name,
            "duration": duration,
            "early_start": early,
            "late_start": late,
            "critical": early == late,
        }
        for name, duration, early, late in zip(network.names, *columns, strict=True)
    ]


def bars_of(arranged: Arranged, *, draft: Draft | None = None) -> list[Bar]:
    """The bars of the Gantt chart of an arranged plan (横道), with what a sheet says of each node."""
    nodes = {node.key: node for node in arranged.plan.nodes}
    said = {row.key: row for row in draft.rows} if draft is not None else {}
    after: dict[str, list[str]] = {}
    for link in arranged.plan.links:
        after.setdefault(link.then, []).append(link.first)
    bars = []
    for step in arranged.steps:
        row = said.get(step.key)
        bars.append(
            Bar(
                step.key,
                step.name,
                step.start,
                step.finish,
                baseline_finish=row.baseline if row else None,
                actual_start=row.started if row else None,
                actual_finish=row.finished if row else None,
                critical=step.must,
                milestone=nodes[step.key].duration == 0,
                after=tuple(after.get(step.key, ())),
            )
        )
    return bars


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
