"""What a plan sheet or plan file says, before it is a plan (计划草稿): rows with their places.

A row is one node. What it waits for is written as in a spreadsheet: `A; B SS+2; C FS-3日历日` means
after A is finished, two working days after B began, and three calendar days before C is finished.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from yiben.kernel.problems import Place, Problem, errors_of
from yiben.planning.backward import evening, last_day, morning
from yiben.planning.calendar import FIRST_DAY, LAST_DAY, WorkingCalendar
from yiben.planning.network import FREE, Constraint, ConstraintType, Link, LinkType, Node
from yiben.planning.plan import Plan
from yiben.planning.worktime import OFFICE_DAY, WorkTime, every_day, office_time

# Dates that a row may give, with the constraint that each means; ends are evenings.
DATES: Mapping[str, ConstraintType] = {
    "start_on": ConstraintType.START_ON,
    "start_not_before": ConstraintType.START_FROM,
    "start_not_after": ConstraintType.START_BY,
    "finish_on": ConstraintType.FINISH_ON,
    "finish_not_before": ConstraintType.FINISH_FROM,
    "finish_not_after": ConstraintType.FINISH_BY,
}
_EVENING = {"finish_on", "finish_not_before", "finish_not_after"}
_WAIT = re.compile(
    r"(?P<key>.+?)(?:\s*(?P<type>FS|SS|FF|SF))?(?:\s*(?P<lag>[+-]\s*\d+(?:\.\d+)?)\s*(?P<count>日历日|日历天|工作日|天|日|wd|cd)?)?"
)
_SPLIT = re.compile(r"[;；,，、\n]+")
_CALENDAR_WORDS = {"日历日", "日历天", "cd"}


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that a row waits for."""

    key: str
    type: LinkType = LinkType.FS
    lag: Decimal = Decimal(0)
    calendar_days: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One node as a sheet or file gives it (节点行)."""

    key: str
    name: str
    days: Decimal
    calendar_days: bool = False
    unit: str = ""
    waits: tuple[Wait, ...] = ()
    dates: Mapping[str, date] = field(default_factory=dict)
    baseline: date | None = None
    started: date | None = None
    finished: date | None = None
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan sheet or plan file (计划表): rows and bounds."""

    name: str
    rows: tuple[Row, ...]
    start: date | None = None
    finish: date | None = None
    goal: str = ""


def waits_of(text: str, *, place: Place, keys: set[str] | None = None) -> tuple[list[Wait], list[Problem]]:
    """What a row waits for, from its cell.

    A name that is itself a known key is taken whole, even where it ends like a link type.
    """
    waits: list[Wait] = []
    problems: list[Problem] = []
    for part in (part.strip() for part in _SPLIT.split(text)):
        if not part:
            continue
        if keys is not None and part in keys:
            waits.append(Wait(part))
            continue
        found = _WAIT.fullmatch(part)
        if found is None or (found["count"] and not found["lag"]):
            problems.append(
                Problem("bad-predecessor", repr(part), "such as A, A SS+2 or A FS-3日历日", place)
            )
            continue
        lag = Decimal((found["lag"] or "0").replace(" ", ""))
        kind = LinkType(found["type"] or "FS")
        waits.append(Wait(found["key"].strip(), kind, lag, (found["count"] or "") in _CALENDAR_WORDS))
    return waits, problems


def text_of(waits: Sequence[Wait]) -> str:
    """What a row waits for, as its cell is written."""
    return "; ".join(_wait_text(wait) for wait in waits)


def _wait_text(wait: Wait) -> str:
    lag = f"{wait.lag:+f}" if wait.lag else ""
    kind = "" if wait.type is LinkType.FS and not lag else f" {wait.type.value}"
    return f"{wait.key}{kind}{lag}{'日历日' if lag and wait.calendar_days else ''}"


def plan_of(
    draft: Draft, *, calendar: WorkingCalendar, file: str, default_start: date | None = None
) -> tuple[Plan | None, list[Problem]]:
    """The plan that a draft means, or what is wrong with it."""
    problems = _outside(draft, file)
    start = draft.start or default_start
    if start is None and draft.finish is None:
        expected = "start: or finish:, or --from / --to"
        problems.append(Problem("start-missing", "no date", expected, Place(file=file, field="start")))
    if not draft.rows:
        problems.append(Problem("empty-plan", "no node", "at least one node", Place(file=file)))
    if errors_of(problems):
        return None, problems
    working = office_time(calendar)
    nodes = tuple(_node(row, working) for row in draft.rows)
    links = tuple(_link(row, wait, working) for row in draft.rows for wait in row.waits)
    begin = start or draft.finish
    assert begin is not None, "a draft without dates was refused above"
    return Plan(
        draft.name,
        morning(begin),
        nodes,
        links,
        working,
        finish=None if draft.finish is None else evening(draft.finish),
        from_finish=start is None,
        rows=tuple(row.key for row in draft.rows),
    ), problems


def draft_of(plan: Plan) -> Draft:
    """The rows of a plan in days, as a sheet says them: for plans that were not read from a sheet."""
    waits: dict[str, list[Wait]] = {}
    for link in plan.links:
        lag = Decimal(link.lag) / OFFICE_DAY
        waits.setdefault(link.then, []).append(Wait(link.first, link.type, lag, link.time is every_day()))
    rows = tuple(
        Row(
            node.key,
            node.title,
            Decimal(node.duration) / OFFICE_DAY,
            calendar_days=node.time is every_day(),
            waits=tuple(waits.get(node.key, ())),
        )
        for node in plan.nodes
    )
    return Draft(plan.name, rows, last_day(plan.start + 1))


def _outside(draft: Draft, file: str) -> list[Problem]:
    stated = [
        (Place(file=file, field="start"), draft.start),
        (Place(file=file, field="finish"), draft.finish),
    ]
    for row in draft.rows:
        stated += [(row.place, day) for day in (*row.dates.values(), row.baseline, row.started, row.finished)]
    expected = f"a day from {FIRST_DAY} to {LAST_DAY}"
    return [
        Problem("outside-calendar", str(day), expected, place)
        for place, day in stated
        if day is not None and not FIRST_DAY <= day <= LAST_DAY
    ]


def _node(row: Row, working: WorkTime) -> Node:
    return Node(
        key=row.key,
        time=every_day() if row.calendar_days else working,
        duration=round(row.days * OFFICE_DAY),
        name=row.name,
        constraint=_constraint(row),
        started=None if row.started is None else morning(row.started),
        finished=None if row.finished is None else evening(row.finished),
        place=row.place,
    )


def _constraint(row: Row) -> Constraint:
    for name, day in row.dates.items():
        return Constraint(DATES[name], evening(day) if name in _EVENING else morning(day))
    return FREE


def _link(row: Row, wait: Wait, working: WorkTime) -> Link:
    time = every_day() if wait.calendar_days else working
    lag = round(wait.lag * OFFICE_DAY)
    return Link(wait.key, row.key, wait.type, lag=lag, time=time if lag else None, place=row.place)
