"""Primavera P6 XER read into a plan (读取 P6 计划): tasks, logic, calendars, constraints, actual dates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from yiben.kernel.problems import Place, Problem, errors_of
from yiben.planning.network import FREE, Constraint, ConstraintType, Link, LinkType, Node
from yiben.planning.plan import Plan, Summary
from yiben.planning.worktime import OFFICE_DAY, OFFICE_HOURS, TICKS_PER_HOUR, Spans, WorkTime, instant, weekly

_LINKS = {"PR_FS": LinkType.FS, "PR_SS": LinkType.SS, "PR_FF": LinkType.FF, "PR_SF": LinkType.SF}
_CONSTRAINTS = {
    "CS_MSO": ConstraintType.START_ON,
    "CS_MANDSTART": ConstraintType.START_ON,
    "CS_MEO": ConstraintType.FINISH_ON,
    "CS_MANDFIN": ConstraintType.FINISH_ON,
    "CS_MSOA": ConstraintType.START_FROM,
    "CS_MSOB": ConstraintType.START_BY,
    "CS_MEOA": ConstraintType.FINISH_FROM,
    "CS_MEOB": ConstraintType.FINISH_BY,
    "CS_ALAP": ConstraintType.ALAP,
}
_WEEK: tuple[Spans, ...] = (OFFICE_HOURS,) * 5 + ((), ())
_DAY_SERIAL = re.compile(r"\(0\|\|\d+\(d\|(\d+)\)")
_SHIFT = re.compile(
    r"\(s\|(\d{1,2}):(\d{2})\|f\|(\d{1,2}):(\d{2})\)|\(f\|(\d{1,2}):(\d{2})\|s\|(\d{1,2}):(\d{2})\)"
)
# Serial days of the calendar data count from 30 December 1899; instants from 1 January 1970.
_SERIAL_OF_1970 = 25_569
# Activities whose duration is not their own: level of effort and WBS summary.
_FOLLOWING = {"TT_LOE", "TT_WBS"}


@dataclass(slots=True)
class _File:
    """The tables of a file and what is wrong with it."""

    file: str
    tables: dict[str, list[dict[str, str]]]
    problems: list[Problem] = field(default_factory=list)

    def say(self, row: Mapping[str, str], name: str, expected: str) -> None:
        """Keep one problem with the line of the row."""
        place = Place(file=self.file, line=int(row["%line"]), field=name)
        self.problems.append(Problem("bad-value", repr(row.get(name, "")[:60]), expected, place))

    def hours(self, row: Mapping[str, str], name: str) -> int:
        """A number of hours in ticks; 0 where it is empty."""
        text = row.get(name, "")
        try:
            return round(float(text or 0) * TICKS_PER_HOUR)
        except (ValueError, OverflowError):
            self.say(row, name, "a number of hours")
            return 0

    def moment(self, row: Mapping[str, str], name: str) -> int | None:
        """A moment such as 2026-09-30 17:00."""
        text = row.get(name, "").strip()
        if not text:
            return None
        try:
            return instant(datetime.fromisoformat(text).replace(tzinfo=None))
        except ValueError:
            self.say(row, name, "a moment such as 2026-09-30 17:00")
            return None


def read(content: bytes, *, file: str) -> tuple[Plan | None, list[Problem]]:
    """The first project of an XER file, or what is wrong with it."""
    text = _decoded(content)
    if not text.startswith("ERMHDR"):
        return None, [
            Problem("not-xer", repr(text[:20]), "a file that begins with ERMHDR", Place(file=file, line=1))
        ]
    source = _File(file, *_tables(text, file))
    projects, tasks = source.tables.get("PROJECT", []), source.tables.get("TASK", [])
    if not projects or not tasks:
        found = "no PROJECT" if not projects else "no TASK"
        return None, [
            *source.problems,
            Problem("empty-plan", found, "tables PROJECT and TASK", Place(file=file)),
        ]
    project = projects[0]
    mine = [row for row in tasks if row.get("proj_id") == project.get("proj_id")] or tasks
    start = next(
        (at for name in ("last_recalc_date", "plan_start_date") if (at := source.moment(project, name))), None
    )
    if start is None:
        source.say(project, "plan_start_date", "the date on which the project starts")
        return None, source.problems
    times = _calendars(source, around=start)
    nodes = [_node(source, row, times) for row in mine if row.get("task_type") not in _FOLLOWING]
    keys = {node.key for node in nodes}
    aside = {row.get("task_id", "") for row in tasks} - keys
    clocks = {node.key: node.time for node in nodes}
    read_links = (_link(source, row, aside, clocks) for row in source.tables.get("TASKPRED", []))
    links = [link for link in read_links if link is not None]
    if errors_of(source.problems):
        return None, source.problems
    name = project.get("proj_short_name") or file
    default = times.get(project.get("clndr_id", "")) or next(iter(times.values()), None) or _office(start)
    headings, rows = _headings(source, mine, keys)
    return Plan(
        name, start, tuple(nodes), tuple(links), default, summaries=headings, rows=rows, day=OFFICE_DAY
    ), source.problems


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _tables(text: str, file: str) -> tuple[dict[str, list[dict[str, str]]], list[Problem]]:
    tables: dict[str, list[dict[str, str]]] = {}
    problems: list[Problem] = []
    table, heads = "", list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        mark, *cells = line.split("\t")
        if mark == "%T":
            table, heads = (cells[0] if cells else ""), []
        elif mark == "%F":
            heads = cells
        elif mark == "%R" and heads:
            row = dict(zip(heads, cells, strict=False))
            tables.setdefault(table, []).append({**row, "%line": str(number)})
        elif mark == "%R":
            place = Place(file=file, line=number)
            problems.append(
                Problem("xer-row", f"a row of {table or 'no table'}", "%T and %F before it", place)
            )
    return tables, problems


def _office(around: int) -> WorkTime:
    return weekly("Standard", week=_WEEK, around=around)


def _calendars(source: _File, *, around: int) -> dict[str, WorkTime]:
    return {
        row.get("clndr_id", ""): _calendar(row.get("clndr_name", ""), row.get("clndr_data", ""), around)
        for row in source.tables.get("CALENDAR", [])
    }


def _calendar(name: str, data: str, around: int) -> WorkTime:
    """The working time written in P6's nested brackets; days are numbered from Sunday = 1."""
    head, _, tail = data.replace("\x7f", "").partition("Exceptions")
    week = list(_WEEK)
    days = re.split(r"\(0\|\|([1-7])\s*\(\s*\)", head)
    if len(days) > 2:
        week = [()] * 7
        for number, body in zip(days[1::2], days[2::2], strict=False):
            week[(int(number) - 2) % 7] = _shifts(body)
    exceptions: dict[int, Spans] = {}
    parts = _DAY_SERIAL.split(tail)
    for serial, body in zip(parts[1::2], parts[2::2], strict=False):
        exceptions[int(serial) - _SERIAL_OF_1970] = _shifts(body)
    return weekly(name, week=week, exceptions=exceptions, around=around)


def _shifts(body: str) -> Spans:
    spans = []
    for found in _SHIFT.finditer(body):
        a, b, c, d, e, f, g, h = (int(part or 0) for part in found.groups())
        start, end = ((a, b), (c, d)) if found[1] is not None else ((g, h), (e, f))
        first, last = start[0] * 600 + start[1] * 10, end[0] * 600 + end[1] * 10
        spans.append((first, last if last > first else last + 14_400))
    return tuple(sorted((first, min(last, 14_400)) for first, last in spans))


def _node(source: _File, row: Mapping[str, str], times: Mapping[str, WorkTime]) -> Node:
    time = times.get(row.get("clndr_id", "")) or next(iter(times.values()), None) or _office(0)
    duration = source.hours(row, "target_drtn_hr_cnt")
    started, finished = source.moment(row, "act_start_date"), source.moment(row, "act_end_date")
    milestone = row.get("task_type") in ("TT_Mile", "TT_FinMile")
    return Node(
        key=row.get("task_id", ""),
        time=time,
        duration=0 if milestone else duration,
        name=f"{row.get('task_code', '')} {row.get('task_name', '')}".strip(),
        remaining=source.hours(row, "remain_drtn_hr_cnt") if started is not None else None,
        constraint=_constraint(source, row),
        milestone=milestone,
        started=started,
        finished=finished,
        place=Place(file=source.file, line=int(row["%line"])),
    )


def _constraint(source: _File, row: Mapping[str, str]) -> Constraint:
    code = row.get("cstr_type", "").strip()
    if not code:
        return FREE
    kind = _CONSTRAINTS.get(code)
    if kind is None:
        source.say(row, "cstr_type", f"one of {', '.join(_CONSTRAINTS)}")
        return FREE
    at = source.moment(row, "cstr_date")
    if at is None and kind is not ConstraintType.ALAP:
        source.say(row, "cstr_date", f"the date of the constraint {kind.value}")
        return FREE
    return Constraint(kind, None if kind is ConstraintType.ALAP else at)


def _link(
    source: _File, row: Mapping[str, str], aside: AbstractSet[str], times: Mapping[str, WorkTime]
) -> Link | None:
    """One link, its lag on the calendar of its predecessor, which is P6's default.

    None where an end is an activity that is not scheduled.
    """
    then, first = row.get("task_id", ""), row.get("pred_task_id", "")
    kind = _LINKS.get(row.get("pred_type", "PR_FS"))
    if kind is None:
        source.say(row, "pred_type", f"one of {', '.join(_LINKS)}")
        return None
    if {first, then} & aside:
        return None
    lag = source.hours(row, "lag_hr_cnt")
    return Link(
        first,
        then,
        kind,
        lag,
        times.get(first) if lag else None,
        place=Place(file=source.file, line=int(row["%line"])),
    )


def _headings(
    source: _File, tasks: Sequence[Mapping[str, str]], keys: set[str]
) -> tuple[tuple[Summary, ...], tuple[str, ...]]:
    """The work breakdown as headings, each with its activities and the headings below it."""
    below: dict[str, list[str]] = defaultdict(list)
    names = {
        f"wbs-{row.get('wbs_id', '')}": row.get("wbs_name", "") for row in source.tables.get("PROJWBS", [])
    }
    for row in tasks:
        if row.get("task_id", "") in keys:
            below[f"wbs-{row.get('wbs_id', '')}"].append(row.get("task_id", ""))
    for row in source.tables.get("PROJWBS", []):
        parent = f"wbs-{row.get('parent_wbs_id', '')}"
        if parent in names and parent != f"wbs-{row.get('wbs_id', '')}":
            below[parent].append(f"wbs-{row.get('wbs_id', '')}")
    summaries = tuple(Summary(key, names.get(key, key), tuple(children)) for key, children in below.items())
    return summaries, (*names, *(row.get("task_id", "") for row in tasks))
