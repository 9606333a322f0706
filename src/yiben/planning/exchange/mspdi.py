"""MS Project XML (MSPDI) read into a plan (读取 Project 计划)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from yiben.kernel.problems import Place, Problem, errors_of
from yiben.planning.exchange.elements import Fields, children, local, parse
from yiben.planning.exchange.mspdi_calendars import office_week, read_calendars
from yiben.planning.network import FREE, Constraint, ConstraintType, Effort, Link, LinkType, Node
from yiben.planning.plan import Plan, Summary
from yiben.planning.worktime import ELAPSED, TICKS_PER_MINUTE, WorkTime, both

LINK_TYPES = {0: LinkType.FF, 1: LinkType.FS, 2: LinkType.SF, 3: LinkType.SS}
CONSTRAINTS = {
    0: ConstraintType.ASAP,
    1: ConstraintType.ALAP,
    2: ConstraintType.START_ON,
    3: ConstraintType.FINISH_ON,
    4: ConstraintType.START_FROM,
    5: ConstraintType.START_BY,
    6: ConstraintType.FINISH_FROM,
    7: ConstraintType.FINISH_BY,
}
# Codes of duration and lag formats that run round the clock; the second half are estimates.
_ELAPSED = {4, 6, 8, 10, 12, 20, 36, 38, 40, 42, 44, 52}
_PERCENT = {19, 20, 51, 52}


@dataclass(slots=True)
class _File:
    """What is known about a file while it is read."""

    file: str
    root: Element
    problems: list[Problem]
    calendars: Mapping[str, WorkTime]
    time: WorkTime
    resources: Mapping[str, tuple[str, WorkTime | None]]
    assignments: Mapping[str, list[Fields]]


def read(content: bytes, *, file: str) -> tuple[Plan | None, list[Problem]]:
    """The plan of an MSPDI file, or what is wrong with it."""
    root, problems = parse(content, file=file)
    if root is None:
        return None, problems
    if local(root) != "Project":
        place = Place(file=file)
        return None, [Problem("not-mspdi", f"<{local(root)[:40]}>", "<Project> of MS Project XML", place)]
    head = Fields.of(root, file=file, subject="Project", problems=problems)
    tasks = [
        Fields.of(row, file=file, subject="Task", problems=problems)
        for row in children(root, "Tasks", "Task")
    ]
    start, finish = head.moment("StartDate"), head.moment("FinishDate")
    if start is None:
        starts = [at for task in tasks if (at := task.moment("Start")) is not None]
        start = min(starts, default=None)
    if start is None or not tasks:
        found = "no StartDate" if start is None else "no Task"
        return None, [
            *problems,
            Problem("empty-plan", found, "a StartDate and at least one Task", head.place()),
        ]
    source = _open(root, head, problems, around=start)
    plan = _plan(source, head, start=start, finish=finish)
    return (None if errors_of(problems) else plan), problems


def _open(root: Element, head: Fields, problems: list[Problem], *, around: int) -> _File:
    calendars = read_calendars(root, file=head.file, around=around, problems=problems)
    time = calendars.get(head.text("CalendarUID")) or next(iter(calendars.values()), None)
    resources = {}
    for row in children(root, "Resources", "Resource"):
        one = Fields.of(row, file=head.file, subject="Resource", problems=problems)
        resources[one.text("UID")] = (one.text("Type", "1"), calendars.get(one.text("CalendarUID")))
    assignments: dict[str, list[Fields]] = defaultdict(list)
    for row in children(root, "Assignments", "Assignment"):
        one = Fields.of(row, file=head.file, subject="Assignment", problems=problems)
        assignments[one.text("TaskUID")].append(one)
    time = time or office_week(around=around)
    return _File(head.file, root, problems, calendars, time, resources, assignments)


def _plan(source: _File, head: Fields, *, start: int, finish: int | None) -> Plan:
    rows: list[tuple[Fields, Element, int]] = []
    for row in children(source.root, "Tasks", "Task"):
        task = Fields.of(row, file=source.file, subject="Task", problems=source.problems)
        task.subject = f"Task {task.text('UID')} {task.text('Name')}".strip()
        if not task.flag("IsNull"):
            rows.append((task, row, task.number("OutlineLevel")))
    summaries = _summaries(rows)
    headings = {heading.key for heading in summaries}
    aside = {t.text("UID"): t.text("Name") for t, _, _ in rows if not t.flag("Active", default=True)}
    from_finish = not head.flag("ScheduleFromStart", default=True) and finish is not None
    nodes, links = [], []
    for task, row, _ in rows:
        key = task.text("UID")
        if key not in aside:
            links += _links(source, task, row, aside)
            if key not in headings:
                nodes.append(_node(source, task, from_finish=from_finish))
    day = max(1, head.number("MinutesPerDay", 480)) * TICKS_PER_MINUTE
    return Plan(
        name=head.text("Title") or head.text("Name") or source.file,
        start=start,
        nodes=tuple(nodes),
        links=tuple(links),
        time=source.time,
        finish=finish,
        from_finish=from_finish,
        summaries=summaries,
        rows=tuple(task.text("UID") for task, _, _ in rows),
        aside=aside,
        critical_slack=head.number("CriticalSlackLimit") * day,
        day=day,
        leads_before_start=True,
    )


def _summaries(rows: Sequence[tuple[Fields, Element, int]]) -> tuple[Summary, ...]:
    """Headings with what stands right below them, by the levels of the outline."""
    below: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for task, _, level in rows:
        while above and above[-1][0] >= level:
            above.pop()
        key = task.text("UID")
        names[key] = task.text("Name")
        if above:
            below[above[-1][1]].append(key)
        above.append((level, key))
    return tuple(Summary(key, names[key], tuple(keys)) for key, keys in below.items())


def _node(source: _File, task: Fields, *, from_finish: bool) -> Node:
    own = source.calendars.get(task.text("CalendarUID"))
    efforts = () if task.text("Type") == "1" else _efforts(source, task, own)
    duration = task.duration("Duration") or 0
    started, finished = task.moment("ActualStart"), task.moment("ActualFinish")
    external = task.flag("ExternalTask") or task.flag("IsSubproject")
    start, finish = task.moment("Start"), task.moment("Finish")
    by_hand = (task.flag("Manual") or external) and start is not None and finish is not None
    return Node(
        key=task.text("UID"),
        time=own or source.time,
        duration=duration,
        name=task.text("Name"),
        duration_time=ELAPSED if task.number("DurationFormat") in _ELAPSED else None,
        remaining=task.duration("RemainingDuration") if started is not None else None,
        constraint=_constraint(task, from_finish=from_finish),
        deadline=task.moment("Deadline"),
        efforts=efforts,
        manual=(start, finish) if by_hand and start is not None and finish is not None else None,
        external=external,
        milestone=task.flag("Milestone"),
        started=started,
        finished=finished,
        place=task.place(),
    )


def _constraint(task: Fields, *, from_finish: bool) -> Constraint:
    code = task.number("ConstraintType")
    kind = CONSTRAINTS.get(code)
    if kind is None:
        found, expected = str(code), "a ConstraintType from 0 to 7"
        task.problems.append(Problem("constraint-type", found, expected, task.place("ConstraintType")))
        return FREE
    if code < 2:
        return FREE if from_finish else Constraint(kind)
    at = task.moment("ConstraintDate")
    if at is None:
        expected = f"a ConstraintDate for the constraint {kind.value}"
        task.problems.append(Problem("constraint-date", "none", expected, task.place("ConstraintDate")))
        return FREE
    return Constraint(kind, at)


def _efforts(source: _File, task: Fields, own: WorkTime | None) -> tuple[Effort, ...]:
    """The work of assigned people and machines; material and cost drive no duration."""
    efforts = []
    for row in source.assignments.get(task.text("UID"), []):
        kind, hours = source.resources.get(row.text("ResourceUID"), ("", None))
        work, units = row.duration("Work") or 0, row.real("Units", 1.0)
        if kind != "1" or work <= 0 or units <= 0:
            continue
        time = own or hours or source.time
        if own is not None and hours is not None and not task.flag("IgnoreResourceCalendar"):
            time = both(own, hours)
        efforts.append(Effort(time, round(work / units)))
    return tuple(efforts)


def _links(source: _File, task: Fields, element: Element, aside: Mapping[str, str]) -> list[Link]:
    links = []
    for row in children(element, "PredecessorLink"):
        fields = Fields.of(row, file=source.file, subject=task.subject, problems=source.problems)
        first, place = fields.text("PredecessorUID"), fields.place("PredecessorUID")
        kind = LINK_TYPES.get(fields.number("Type", 1))
        if kind is None:
            found, expected = fields.text("Type"), "0 (FF), 1 (FS), 2 (SF) or 3 (SS)"
            source.problems.append(Problem("link-type", found, expected, fields.place("Type")))
        elif fields.flag("CrossProject"):
            found, expected = f"a link to the other file {first}", "links inside the file"
            source.problems.append(Problem("cross-project", found, expected, place, severity="warning"))
        elif first not in aside:
            links.append(_link(fields, first=first, then=task.text("UID"), kind=kind))
    return links


def _link(fields: Fields, *, first: str, then: str, kind: LinkType) -> Link:
    form = fields.number("LagFormat", 7)
    lag = fields.number("LinkLag")
    percent = fields.real("LinkLag") if form in _PERCENT and lag else None
    time = ELAPSED if form in _ELAPSED else None
    place = fields.place("PredecessorUID")
    return Link(first, then, kind, 0 if percent is not None else lag, time, percent, place=place)
