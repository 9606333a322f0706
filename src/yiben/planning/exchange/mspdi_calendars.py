"""Calendars of MS Project XML (日历): weekdays, exceptions with recurrence, work weeks, inheritance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from yiben.kernel.problems import Problem
from yiben.planning.exchange.elements import Fields, children
from yiben.planning.worktime import OFFICE_HOURS, TICKS_PER_DAY, Spans, WorkTime, weekly

_EPOCH = date(1970, 1, 1)
_OFFICE_WEEK: tuple[Spans, ...] = (OFFICE_HOURS,) * 5 + ((), ())
# Days that a recurring exception may fall on before it is cut off.
_LONGEST = 40_000


@dataclass(slots=True)
class _Calendar:
    """One calendar as it stands in the file, before its base is laid under it."""

    uid: str
    name: str
    base: str
    week: dict[int, Spans] = field(default_factory=dict)
    weeks: list[tuple[int, int, dict[int, Spans]]] = field(default_factory=list)
    days: dict[int, Spans] = field(default_factory=dict)


def read_calendars(root: Element, *, file: str, around: int, problems: list[Problem]) -> dict[str, WorkTime]:
    """The working time of every calendar of the file by its UID."""
    found: dict[str, _Calendar] = {}
    for element in children(root, "Calendars", "Calendar"):
        calendar = _calendar(element, file=file, problems=problems)
        found[calendar.uid] = calendar
    return {uid: _work_time(calendar, found, around=around) for uid, calendar in found.items()}


def office_week(*, around: int) -> WorkTime:
    """Monday to Friday in office hours: what holds where a file has no calendar."""
    return weekly("Standard", week=_OFFICE_WEEK, around=around)


def _calendar(element: Element, *, file: str, problems: list[Problem]) -> _Calendar:
    fields = Fields.of(element, file=file, subject="Calendar", problems=problems)
    fields.subject = f"Calendar {fields.text('UID')} {fields.text('Name')}".strip()
    calendar = _Calendar(fields.text("UID"), fields.text("Name"), fields.text("BaseCalendarUID", "-1"))
    for row in children(element, "WeekDays", "WeekDay"):
        day = Fields.of(row, file=file, subject=fields.subject, problems=problems)
        if day.number("DayType") == 0:
            _lay_period(calendar.days, row, day)
        else:
            calendar.week[(day.number("DayType") - 2) % 7] = _spans(row, day)
    for row in children(element, "Exceptions", "Exception"):
        _lay_exception(
            calendar.days, row, Fields.of(row, file=file, subject=fields.subject, problems=problems)
        )
    for row in children(element, "WorkWeeks", "WorkWeek"):
        _lay_work_week(calendar, row, fields)
    return calendar


def _work_time(calendar: _Calendar, table: Mapping[str, _Calendar], *, around: int) -> WorkTime:
    chain: list[_Calendar] = []
    uid = calendar.uid
    while uid in table and table[uid] not in chain:
        chain.append(table[uid])
        uid = table[uid].base
    week = [_from_chain(chain, weekday) for weekday in range(7)]

    def spans_of(day: int) -> Spans:
        for step in chain:
            if (found := step.days.get(day)) is not None:
                return found
            for first, last, spans in step.weeks:
                if first <= day <= last and (day + 3) % 7 in spans:
                    return spans[(day + 3) % 7]
        return week[(day + 3) % 7]

    return WorkTime(calendar.name or f"calendar {calendar.uid}", spans_of, around=around)


def _from_chain(chain: list[_Calendar], weekday: int) -> Spans:
    return next((step.week[weekday] for step in chain if weekday in step.week), _OFFICE_WEEK[weekday])


def _spans(element: Element, fields: Fields) -> Spans:
    if not fields.flag("DayWorking"):
        return ()
    spans = []
    for row in children(element, "WorkingTimes", "WorkingTime"):
        times = Fields.of(row, file=fields.file, subject=fields.subject, problems=fields.problems)
        start, end = _clock(times, "FromTime"), _clock(times, "ToTime")
        if start is not None and end is not None:
            spans.append((start, end if end > start else end + TICKS_PER_DAY))
    return tuple(sorted((start, min(end, TICKS_PER_DAY)) for start, end in spans)) or OFFICE_HOURS


def _clock(fields: Fields, name: str) -> int | None:
    parts = fields.text(name).split(":")
    if len(parts) < 2 or not all(part.strip().isdigit() for part in parts[:2]):
        if fields.text(name):
            fields.problems.append(
                Problem("bad-value", repr(fields.text(name)), "a time such as 08:00:00", fields.place(name))
            )
        return None
    return min(int(parts[0]) * 600 + int(parts[1]) * 10, TICKS_PER_DAY)


def _period(element: Element, fields: Fields) -> tuple[int, int] | None:
    for row in children(element, "TimePeriod"):
        times = Fields.of(row, file=fields.file, subject=fields.subject, problems=fields.problems)
        first, last = times.moment("FromDate"), times.moment("ToDate")
        if first is not None and last is not None and last >= first:
            return first // TICKS_PER_DAY, last // TICKS_PER_DAY
    return None


def _lay_period(days: dict[int, Spans], element: Element, fields: Fields) -> None:
    if (period := _period(element, fields)) is not None:
        spans = _spans(element, fields)
        days.update(dict.fromkeys(range(period[0], min(period[1], period[0] + _LONGEST) + 1), spans))


def _lay_work_week(calendar: _Calendar, element: Element, fields: Fields) -> None:
    if (period := _period(element, fields)) is None:
        return
    week: dict[int, Spans] = {}
    for row in children(element, "WeekDays", "WeekDay"):
        day = Fields.of(row, file=fields.file, subject=fields.subject, problems=fields.problems)
        week[(day.number("DayType") - 2) % 7] = _spans(row, day)
    calendar.weeks.append((*period, week))


def _lay_exception(days: dict[int, Spans], element: Element, fields: Fields) -> None:
    if (period := _period(element, fields)) is None:
        return
    spans = _spans(element, fields)
    falls = _recurrence(fields, period[0])
    left = fields.number("Occurrences") if fields.flag("EnteredByOccurrences") else _LONGEST
    for day in range(period[0], min(period[1], period[0] + _LONGEST) + 1):
        if left > 0 and falls(day):
            days[day] = spans
            left -= 1


def _recurrence(fields: Fields, first: int) -> Callable[[int], bool]:
    """Whether a day is one of those on which the exception falls."""
    kind, every = fields.number("Type", 1), max(1, fields.number("Period", 1))
    start = _EPOCH + timedelta(days=first)
    if kind in (2, 3):
        month = fields.number("Month") + 1
        return lambda day: (d := _date(day)).month == month and _in_month(fields, d, positional=kind == 3)
    if kind in (4, 5):
        begin = start.year * 12 + start.month
        return lambda day: (
            ((d := _date(day)).year * 12 + d.month - begin) % every == 0
            and _in_month(fields, d, positional=kind == 5)
        )
    if kind == 6:
        mask, week = fields.number("DaysOfWeek"), (first + 4) // 7
        return lambda day: mask >> ((day + 4) % 7) & 1 == 1 and ((day + 4) // 7 - week) % every == 0
    return (lambda day: (day - first) % every == 0) if kind in (1, 7) else (lambda day: True)


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def _in_month(fields: Fields, day: date, *, positional: bool) -> bool:
    """Whether `day` is the month day, or the first … fourth or last such weekday of its month."""
    if not positional:
        return day.day == fields.number("MonthDay", 1)
    item, position = fields.number("MonthItem"), fields.number("MonthPosition")
    if not _is_item(item, day):
        return False
    step = 1 if position < 4 else -1
    passed, other = 0, day - timedelta(days=step)
    while other.month == day.month:
        passed += _is_item(item, other)
        other -= timedelta(days=step)
    return passed == (position if position < 4 else 0)


def _is_item(item: int, day: date) -> bool:
    weekday = day.weekday()
    if item >= 3:
        return (weekday + 1) % 7 == item - 3
    return item == 0 or (weekday < 5 if item == 1 else weekday >= 5)
