"""What the page of a plan shows (计划页内容): rows, chart, chance, schedule and sheet in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.safestring import mark_safe

from yiben.journeys.change_plan import planned_days
from yiben.journeys.plan_files import SheetPreview, draw_plan
from yiben.journeys.plan_history import past_days
from yiben.journeys.plan_project import PlanRow, ProjectPlan, risk_of
from yiben.kernel.problems import Refused
from yiben.ledger.frozen import BASELINE
from yiben.ledger.marks import marks
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.planning.backward import Arranged
from yiben.planning.calendar import china
from yiben.planning.rows import clock_facts
from yiben.web.shown import unit_names
from yiben.web.subjects import officer_names
from yiben.web.words import label_of, language, say

# Pixels a day: a week is then 84, a month about 120, a year about 440 wide.
SCALES = {"week": 12.0, "month": 4.0, "year": 1.2}
ROOM = 1150
CLOCKS = {"government": "政府用时", "owner": "业主用时", "excluded": "不计时"}
SURE = {"text": "原文", "secondary": "转述", "general": "通行做法"}


def plan_view(
    plan: ProjectPlan, *, who: Person, show: str, scale: str, typed: Mapping[str, str]
) -> dict[str, Any]:
    """Everything that the template needs."""
    rows = rows_shown(plan, show=show)
    may_edit = who.may(Action.RECORD, unit=plan.unit or None)
    names = officer_names([one.by for one in plan.asked] + [c.by for r in plan.rows for c in r.changes])
    scale = scale if scale in SCALES else ""
    return {
        "pack": plan.pack,
        "plan": plan,
        "unit_name": unit_names().get(plan.unit, plan.unit),
        "template": _label(plan.made.template.label) if plan.made else "",
        "rows": [_row(plan, row, typed, may_edit) for row in rows],
        "chart": _chart(plan, rows, SCALES.get(scale) or _fitting(rows)),
        "scale": scale,
        "scales": [("week", say("周")), ("month", say("月")), ("year", say("年"))],
        "show": show if show == "all" else "",
        "chain": [name_of(plan, key) for key in plan.chain],
        "goal": plan.row(plan.goal) if plan.goal else None,
        "goal_name": name_of(plan, plan.goal) if plan.goal else "",
        "risk": _risk(plan),
        "clocks": _clocks(plan),
        "tight": _tight(plan),
        "may_edit": may_edit,
        "may_answer": who.may(Action.APPROVE, unit=plan.unit or None),
        "may_freeze": who.may(Action.PUBLISH) and str(plan.on.year) not in _frozen_years(plan),
        "asked": [
            {
                "one": one,
                "by": names.get(one.by, one.by),
                "mine": one.by == who.username,
                "dates": [(_node_name(plan, node), was, to) for node, (was, to) in one.dates.items()],
            }
            for one in plan.asked
        ],
        "changes": sorted(
            (
                {"node": _label(row.name), "change": one, "by": names.get(one.by, one.by)}
                for row in plan.rows
                for one in row.changes
            ),
            key=lambda row: row["change"].at,
            reverse=True,
        ),
        "permits": [{"expiry": one, "name": _permit_name(plan, one.permit.kind)} for one in plan.permits],
        "plan_problems": plan.problems,
        "provisional": listed(map(str, _provisional(plan))),
    }


def rows_shown(plan: ProjectPlan, *, show: str) -> list[PlanRow]:
    """All rows, or those that matter now: recorded nodes, and open items up to the end of building."""
    if show == "all":
        return list(plan.rows)
    last = max((row.finish for row in plan.rows if row.expected), default=None)
    return [
        row
        for row in plan.rows
        if row.expected is not None or (not row.assumed and (last is None or row.finish <= last))
    ]


def _fitting(rows: list[PlanRow]) -> float:
    """The width of a day at which the chart fills a wide page, and a phone scrolls a little."""
    if not rows:
        return SCALES["month"]
    days = (max(row.finish for row in rows) - min(row.start for row in rows)).days + 7
    return max(SCALES["year"], min(SCALES["week"], ROOM / days))


def _chart(plan: ProjectPlan, rows: list[PlanRow], day_width: float) -> str:
    drawn: str = draw_plan(plan, rows=rows, language=language(), day_width=day_width, label_width=0)
    # Every text in the drawing was escaped where it was drawn.
    return mark_safe(drawn)


def _label(names: Mapping[str, str]) -> str:
    return names.get(language()) or names.get("zh", "")


def name_of(plan: ProjectPlan, key: str) -> str:
    """The name of an item in the reader's language."""
    row = next((row for row in plan.rows if row.key == key), None)
    return _label(row.name) if row else key


def listed(names: Iterable[str]) -> str:
    """Names in a row, as the reader's language writes them."""
    return ("、" if language() == "zh" else ", ").join(names)


def _node_name(plan: ProjectPlan, node: str) -> str:
    return label_of(plan.pack.nodes[node].label) if node in plan.pack.nodes else node


def _row(plan: ProjectPlan, row: PlanRow, typed: Mapping[str, str], may_edit: bool) -> dict[str, Any]:
    shown = str(row.expected or "")
    due = row.baseline or row.planned
    item = row.item
    return {
        "row": row,
        "name": _label(row.name),
        "clock": say(CLOCKS[item.clock]) if item else "",
        "days": f"{item.days.normalize():f}" if item else "",
        "count": (say("工作日") if item.count == "working" else say("日历日")) if item else "",
        "unit": item.unit if item else "",
        "source": item.source if item and item.source not in ("template", "stated for this project") else "",
        "sure": say(SURE[item.sure]) if item else "",
        "editable": may_edit and bool(row.node) and row.actual is None,
        "shown": shown,
        "text": typed.get(row.node, shown),
        "typed": row.node in typed and typed[row.node] != shown,
        "late": (row.finish - due).days if due and row.finish != due else 0,
        "due": due,
    }


def _risk(plan: ProjectPlan) -> dict[str, Any] | None:
    """The chance that the goal's date holds, with the three nodes that matter most."""
    goal = plan.row(plan.goal) if plan.goal else None
    wanted = goal.expected if goal else None
    if goal is None or goal.actual is not None or wanted is None or wanted < plan.on:
        return None
    try:
        found = risk_of(plan, wanted=wanted, past=past_days(plan))
    except Refused:
        return None
    return {
        "percent": f"{found.chance:.0%}",
        "wanted": wanted,
        "half": found.half,
        "most": found.four_in_five,
        "by_history": any(one.basis == "history" for one in found.most_influential),
        "nodes": listed(name_of(plan, one.node) for one in found.most_influential),
    }


def _clocks(plan: ProjectPlan) -> dict[str, Any] | None:
    if plan.made is None or plan.foreseen is None:
        return None
    return clock_facts(plan.made, arranged=plan.foreseen.arranged)


def _tight(plan: ProjectPlan) -> dict[str, Any] | None:
    one = plan.tight
    if one is None:
        return None
    chain = " → ".join(name_of(plan, key) for key in one.chain)
    return {"chain": chain, "earliest": one.earliest, "wanted": one.wanted, "days": one.short_calendar_days}


def _frozen_years(plan: ProjectPlan) -> set[str]:
    return {mark.slot for mark in marks(plan.pack.name, kind=BASELINE, subject=plan.subject)}


def _permit_name(plan: ProjectPlan, kind: str) -> str:
    made = plan.made
    items = made.items.values() if made else ()
    return next((_label(item.label) for item in items if item.valid.endswith(f".{kind}")), kind)


def _provisional(plan: ProjectPlan) -> list[int]:
    if not plan.rows:
        return []
    first, last = min(row.start for row in plan.rows), max(row.finish for row in plan.rows)
    return china().provisional(first, last)


def schedule_view(
    plan: ProjectPlan, arranged: Arranged, *, start: date | None, finish: date | None
) -> dict[str, Any]:
    """A schedule beside what the book says."""
    rows = {row.key: row for row in plan.rows}
    days = planned_days(plan, arranged=arranged)
    why = arranged.impossible
    return {
        "start": start,
        "finish": finish,
        "rows": [
            {
                "name": name_of(plan, step.key) if step.key in rows else step.name,
                "step": step,
                "node": rows[step.key].node if step.key in rows else "",
                "was": rows[step.key].expected if step.key in rows else None,
                "changes": step.key in rows and rows[step.key].node in days,
            }
            for step in arranged.steps
            if step.key not in rows or (rows[step.key].actual is None and not rows[step.key].assumed)
        ],
        "changes": len(days),
        "begin": min((step.start for step in arranged.steps), default=None),
        "late": bool(arranged.steps) and min(_open_starts(plan, arranged), default=plan.on) < plan.on,
        "impossible": None
        if why is None
        else {
            "chain": " → ".join(name_of(plan, key) for key in why.chain),
            "earliest": why.earliest,
            "days": why.short_calendar_days,
            "working": f"{why.short_days:g}",
        },
    }


def _open_starts(plan: ProjectPlan, arranged: Arranged) -> list[date]:
    settled = {row.key for row in plan.rows if row.actual is not None or row.assumed}
    return [step.start for step in arranged.steps if step.key not in settled]


def sheet_view(plan: ProjectPlan, preview: SheetPreview) -> dict[str, Any]:
    """What a sheet would change, in words."""
    return {
        "rows": [
            {"name": _label(row.name), "row": row, "place": str(row.place)}
            for row in preview.rows
            if row.node in preview.days or row.changes_actual
        ],
        "same": len(preview.rows) - len(preview.days) - len(preview.actual),
        "left_out": listed(preview.left_out),
        "days": len(preview.days),
        "actual": len(preview.actual),
        "frozen": plan.is_frozen,
    }
