"""A scheduled plan written as MS Project XML (写出 Project 计划): other programs open it with the same dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from yiben.planning.exchange.mspdi import CONSTRAINTS, LINK_TYPES
from yiben.planning.network import ConstraintType, Link, Node
from yiben.planning.plan import Planned
from yiben.planning.schedule import Dates
from yiben.planning.worktime import (
    ELAPSED,
    OFFICE_DAY,
    TICKS_PER_DAY,
    TICKS_PER_MINUTE,
    Spans,
    WorkTime,
    every_day,
    moment_of,
)

NAMESPACE = "http://schemas.microsoft.com/project"
_LINK_CODES = {kind: code for code, kind in LINK_TYPES.items()}
_CONSTRAINT_CODES = {kind: code for code, kind in CONSTRAINTS.items()}
_MARGIN_DAYS = 400


@dataclass(frozen=True, slots=True)
class Baseline:
    """The frozen dates of a node, as instants (基准)."""

    start: int
    finish: int


def write(planned: Planned, *, baselines: Mapping[str, Baseline] | None = None) -> bytes:
    """The MSPDI file of a scheduled plan, with early and late dates, slack and baselines."""
    plan, root = planned.plan, Element("Project", xmlns=NAMESPACE)
    calendars = _calendars(planned)
    numbers = _numbers(planned)
    _fill(
        root,
        SaveVersion=14,
        Name=plan.name,
        Title=plan.name,
        ScheduleFromStart=int(not plan.from_finish),
        StartDate=_text(planned.schedule.start),
        FinishDate=_text(planned.schedule.finish),
        CriticalSlackLimit=plan.critical_slack // max(1, plan.day),
        CalendarUID=calendars[id(plan.time)][0],
        DefaultStartTime="08:00:00",
        DefaultFinishTime="17:00:00",
        MinutesPerDay=plan.day // TICKS_PER_MINUTE,
        MinutesPerWeek=5 * plan.day // TICKS_PER_MINUTE,
        DaysPerMonth=20,
        DurationFormat=7,
        HonorConstraints=1,
    )
    table = SubElement(root, "Calendars")
    first = (planned.schedule.start // TICKS_PER_DAY) - _MARGIN_DAYS
    last = (planned.schedule.finish // TICKS_PER_DAY) + _MARGIN_DAYS
    for uid, time in calendars.values():
        _write_calendar(SubElement(table, "Calendar"), uid, time, first=first, last=last)
    tasks = SubElement(root, "Tasks")
    into = planned.schedule.network.links_into()
    nodes = {node.key: node for node in plan.nodes}
    for order, (key, level) in enumerate(_outline(planned), start=1):
        task = SubElement(tasks, "Task")
        if key in nodes:
            _write_node(task, planned, nodes[key], (numbers, order, level), calendars)
            for link in into[key]:
                _write_link(SubElement(task, "PredecessorLink"), link, numbers)
            _write_baseline(task, (baselines or {}).get(key))
        else:
            _write_heading(task, planned, key, (numbers, order, level))
    SubElement(root, "Resources")
    SubElement(root, "Assignments")
    indent(root, space=" ")
    content: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def _fill(element: Element, **values: object) -> None:
    for name, value in values.items():
        SubElement(element, name).text = _clean(str(value))


def _clean(text: str) -> str:
    """The text without characters that XML cannot carry."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))


def _text(tick: int) -> str:
    return moment_of(tick).isoformat(timespec="seconds")


def _span(ticks: int) -> str:
    seconds = abs(ticks) * 6
    return f"{'-' if ticks < 0 else ''}PT{seconds // 3600}H{seconds % 3600 // 60}M{seconds % 60}S"


def _calendars(planned: Planned) -> dict[int, tuple[int, WorkTime]]:
    times = [planned.plan.time, *(node.time for node in planned.plan.nodes)]
    table: dict[int, tuple[int, WorkTime]] = {}
    for time in times:
        if time is not ELAPSED and id(time) not in table:
            table[id(time)] = (len(table) + 1, time)
    return table


def _numbers(planned: Planned) -> dict[str, int]:
    """A whole number for every key, its own where all keys are whole numbers."""
    keys = [key for key, _ in _outline(planned)]
    if all(key.isascii() and key.isdigit() and len(key) < 10 for key in keys):
        return {key: int(key) for key in keys}
    return {key: number for number, key in enumerate(keys, start=1)}


def _outline(planned: Planned) -> Iterator[tuple[str, int]]:
    """Keys with their level, headings before what stands below them."""
    below = {heading.key: heading.children for heading in planned.plan.summaries}
    inside = {child for children in below.values() for child in children}
    dated = planned.dates
    rows = list(planned.plan.rows) or [*below, *(node.key for node in planned.plan.nodes)]
    waiting = [(key, 0 if key == "0" else 1) for key in reversed(rows) if key not in inside]
    while waiting:
        key, level = waiting.pop()
        if key in dated:
            yield key, level
        waiting += [(child, level + 1) for child in reversed(below.get(key, ()))]


def _write_calendar(element: Element, uid: int, time: WorkTime, *, first: int, last: int) -> None:
    days = {day: time.spans_of(day) for day in range(first, last + 1)}
    week = [_usual(spans for day, spans in days.items() if (day + 3) % 7 == weekday) for weekday in range(7)]
    _fill(element, UID=uid, Name=time.name, IsBaseCalendar=1, BaseCalendarUID=-1)
    rows = SubElement(element, "WeekDays")
    for code in range(1, 8):
        row = SubElement(rows, "WeekDay")
        _fill(row, DayType=code)
        _write_spans(row, week[(code - 2) % 7])
    odd = [(day, spans) for day, spans in days.items() if spans != week[(day + 3) % 7]]
    if odd:
        table = SubElement(element, "Exceptions")
        for begin, end, spans in _runs(odd):
            _write_exception(SubElement(table, "Exception"), begin, end, spans)


def _usual(found: Iterable[Spans]) -> Spans:
    return Counter(found).most_common(1)[0][0]


def _runs(odd: list[tuple[int, Spans]]) -> Iterator[tuple[int, int, Spans]]:
    begin, spans = odd[0]
    end = begin
    for day, now in odd[1:]:
        if day != end + 1 or now != spans:
            yield begin, end, spans
            begin, spans = day, now
        end = day
    yield begin, end, spans


def _write_exception(element: Element, begin: int, end: int, spans: Spans) -> None:
    first, last = _text(begin * TICKS_PER_DAY), _text(end * TICKS_PER_DAY)[:10] + "T23:59:00"
    _fill(element, EnteredByOccurrences=0)
    _fill(SubElement(element, "TimePeriod"), FromDate=first, ToDate=last)
    _fill(
        element, Occurrences=end - begin + 1, Name=f"{'调休上班' if spans else '放假'} {first[:10]}", Type=1
    )
    _write_spans(element, spans)


def _write_spans(element: Element, spans: Spans) -> None:
    _fill(element, DayWorking=int(bool(spans)))
    if spans:
        times = SubElement(element, "WorkingTimes")
        for start, end in spans:
            _fill(SubElement(times, "WorkingTime"), FromTime=_clock(start), ToTime=_clock(end))


def _clock(tick: int) -> str:
    minutes = tick % TICKS_PER_DAY // TICKS_PER_MINUTE
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def _write_node(
    task: Element,
    planned: Planned,
    node: Node,
    at: tuple[Mapping[str, int], int, int],
    calendars: Mapping[int, tuple[int, WorkTime]],
) -> None:
    numbers, order, level = at
    dates = planned.schedule.dates[node.key]
    elapsed = node.duration_time is ELAPSED
    late = node.constraint.type is ConstraintType.ALAP
    start, finish = (dates.late_start, dates.late_finish) if late else (dates.early_start, dates.early_finish)
    length = node.time.between(start, finish) if node.efforts else node.duration
    _fill(task, UID=numbers[node.key], ID=order, Name=node.title, Active=1)
    _fill(task, Manual=int(node.manual is not None), Type=1, IsNull=0, OutlineLevel=level, Priority=500)
    _fill(task, Start=_text(start), Finish=_text(finish), Duration=_span(length))
    if node.manual is not None:
        _fill(task, ManualStart=_text(start), ManualFinish=_text(finish), ManualDuration=_span(length))
    _fill(task, DurationFormat=8 if elapsed else 7, Milestone=int(node.milestone or length == 0), Summary=0)
    _write_dates(task, dates)
    done = 100 if node.finished is not None else 0
    _fill(task, PercentComplete=done)
    if node.started is not None:
        _fill(task, ActualStart=_text(node.started))
    if node.finished is not None:
        _fill(task, ActualFinish=_text(node.finished))
    left = 0 if done else length if node.remaining is None else node.remaining
    _fill(task, ActualDuration=_span(length - left), RemainingDuration=_span(left))
    _fill(task, ConstraintType=_CONSTRAINT_CODES[node.constraint.type])
    calendar = -1 if node.time is planned.plan.time else calendars[id(node.time)][0]
    _fill(task, CalendarUID=calendar)
    if node.constraint.at is not None:
        _fill(task, ConstraintDate=_text(node.constraint.at))
    if node.deadline is not None:
        _fill(task, Deadline=_text(node.deadline))


def _write_heading(task: Element, planned: Planned, key: str, at: tuple[Mapping[str, int], int, int]) -> None:
    numbers, order, level = at
    dates = planned.headings[key]
    length = planned.plan.time.between(dates.early_start, dates.early_finish)
    _fill(task, UID=numbers[key], ID=order, Name=planned.names[key], Active=1, Manual=0, Type=1, IsNull=0)
    _fill(task, OutlineLevel=level, Priority=500, Start=_text(dates.early_start))
    _fill(task, Finish=_text(dates.early_finish), Duration=_span(length), DurationFormat=7)
    _fill(task, Milestone=0, Summary=1)
    _write_dates(task, dates)
    _fill(task, PercentComplete=0, ConstraintType=0, CalendarUID=-1)


def _write_dates(task: Element, dates: Dates) -> None:
    _fill(task, Critical=int(dates.critical))
    _fill(task, EarlyStart=_text(dates.early_start), EarlyFinish=_text(dates.early_finish))
    _fill(task, LateStart=_text(dates.late_start), LateFinish=_text(dates.late_finish))
    _fill(task, FreeSlack=dates.free_slack, TotalSlack=dates.total_slack)


def _write_link(element: Element, link: Link, numbers: Mapping[str, int]) -> None:
    lag, form = link.lag, 7
    if link.percent is not None:
        lag, form = round(link.percent), 19
    elif link.time is ELAPSED:
        form = 8
    elif link.time is every_day():
        lag, form = lag * TICKS_PER_DAY // OFFICE_DAY, 8
    _fill(element, PredecessorUID=numbers[link.first], Type=_LINK_CODES[link.type], CrossProject=0)
    _fill(element, LinkLag=lag, LagFormat=form)


def _write_baseline(task: Element, baseline: Baseline | None) -> None:
    if baseline is not None:
        row = SubElement(task, "Baseline")
        _fill(row, Number=0, Start=_text(baseline.start), Finish=_text(baseline.finish))
