"""Calendars of MS Project files."""

from datetime import date
from xml.etree.ElementTree import fromstring

import pytest

from yiben.kernel.problems import Problem
from yiben.planning.exchange.mspdi_calendars import read_calendars
from yiben.planning.worktime import OFFICE_HOURS, WorkTime

TIMES = "<WorkingTimes><WorkingTime><FromTime>09:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime></WorkingTimes>"
MORNING = ((5400, 7200),)


def calendars(body: str) -> dict[str, WorkTime]:
    problems: list[Problem] = []
    found = read_calendars(
        fromstring(f"<Project><Calendars>{body}</Calendars></Project>"),
        file="x.xml",
        around=0,
        problems=problems,
    )
    assert problems == []
    return found


def spans(time: WorkTime, text: str) -> tuple[tuple[int, int], ...]:
    return time.spans_of((date.fromisoformat(text) - date(1970, 1, 1)).days)


def exception(kind: str, first: str, last: str, working: int = 0) -> str:
    return (
        f"<Calendar><UID>1</UID><Name>c</Name><Exceptions><Exception><TimePeriod><FromDate>{first}T00:00:00</FromDate>"
        f"<ToDate>{last}T23:59:00</ToDate></TimePeriod>{kind}<DayWorking>{working}</DayWorking>{TIMES * working}"
        "</Exception></Exceptions></Calendar>"
    )


def test_weekdays_and_inheritance() -> None:
    found = calendars(
        f"<Calendar><UID>1</UID><WeekDays><WeekDay><DayType>7</DayType><DayWorking>1</DayWorking>{TIMES}</WeekDay>"
        "</WeekDays></Calendar><Calendar><UID>2</UID><BaseCalendarUID>1</BaseCalendarUID><WeekDays><WeekDay>"
        "<DayType>2</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays></Calendar>"
    )
    assert spans(found["2"], "2026-03-07") == MORNING and spans(found["2"], "2026-03-02") == ()
    assert spans(found["2"], "2026-03-03") == OFFICE_HOURS and spans(found["1"], "2026-03-02") == OFFICE_HOURS


def test_a_calendar_that_is_its_own_base_ends() -> None:
    found = calendars("<Calendar><UID>1</UID><BaseCalendarUID>1</BaseCalendarUID></Calendar>")
    assert spans(found["1"], "2026-03-02") == OFFICE_HOURS


def test_old_style_exceptions() -> None:
    found = calendars(
        "<Calendar><UID>1</UID><WeekDays><WeekDay><DayType>0</DayType><DayWorking>0</DayWorking><TimePeriod>"
        "<FromDate>2026-03-03T00:00:00</FromDate><ToDate>2026-03-04T23:59:00</ToDate></TimePeriod></WeekDay></WeekDays></Calendar>"
    )
    assert [spans(found["1"], f"2026-03-0{d}") for d in (2, 3, 4, 5)] == [OFFICE_HOURS, (), (), OFFICE_HOURS]


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("<Type>1</Type>", {2, 3, 4, 5, 6, 9, 10, 11, 12, 13}),
        ("<Type>1</Type><Period>3</Period>", {2, 5, 11}),
        ("<EnteredByOccurrences>1</EnteredByOccurrences><Occurrences>2</Occurrences><Type>1</Type>", {2, 3}),
        ("<Type>6</Type><DaysOfWeek>20</DaysOfWeek>", {3, 5, 10, 12}),
        ("<Type>6</Type><DaysOfWeek>4</DaysOfWeek><Period>2</Period>", {3}),
        ("<Type>4</Type><MonthDay>10</MonthDay>", {10}),
        ("<Type>5</Type><MonthItem>5</MonthItem><MonthPosition>1</MonthPosition>", {10}),
        ("<Type>2</Type><Month>2</Month><MonthDay>4</MonthDay>", {4}),
        ("<Type>3</Type><Month>2</Month><MonthItem>4</MonthItem><MonthPosition>0</MonthPosition>", {2}),
        ("<Type>3</Type><Month>3</Month><MonthItem>4</MonthItem><MonthPosition>0</MonthPosition>", set()),
    ],
)
def test_recurring_exceptions(kind: str, days: set[int]) -> None:
    found = calendars(exception(kind, "2026-03-02", "2026-03-13"))["1"]
    weekdays = [d for d in range(2, 14) if d not in (7, 8)]
    assert {d for d in weekdays if spans(found, f"2026-03-{d:02}") == ()} == days


def test_the_last_weekday_of_a_month() -> None:
    kind = "<Type>5</Type><MonthItem>8</MonthItem><MonthPosition>4</MonthPosition>"
    found = calendars(exception(kind, "2026-03-01", "2026-04-30"))["1"]
    off = [
        d for d in range(1, 32) if date(2026, 3, d).weekday() == 4 and spans(found, f"2026-03-{d:02}") == ()
    ]
    assert off == [27]


def test_exceptions_may_work_and_work_weeks_may_differ() -> None:
    found = calendars(exception("<Type>1</Type>", "2026-03-07", "2026-03-07", working=1))["1"]
    assert spans(found, "2026-03-07") == MORNING
    week = calendars(
        "<Calendar><UID>1</UID><WorkWeeks><WorkWeek><TimePeriod><FromDate>2026-03-02T00:00:00</FromDate><ToDate>"
        "2026-03-08T23:59:00</ToDate></TimePeriod><WeekDays><WeekDay><DayType>4</DayType><DayWorking>1</DayWorking>"
        f"{TIMES}</WeekDay></WeekDays></WorkWeek></WorkWeeks></Calendar>"
    )["1"]
    assert spans(week, "2026-03-04") == MORNING and spans(week, "2026-03-11") == OFFICE_HOURS


def test_night_shifts_and_midnight() -> None:
    times = "<WorkingTimes><WorkingTime><FromTime>00:00:00</FromTime><ToTime>00:00:00</ToTime></WorkingTime></WorkingTimes>"
    found = calendars(
        f"<Calendar><UID>1</UID><WeekDays><WeekDay><DayType>2</DayType><DayWorking>1</DayWorking>{times}</WeekDay></WeekDays></Calendar>"
    )
    assert spans(found["1"], "2026-03-02") == ((0, 14400),)


def test_wrong_times_are_told() -> None:
    problems: list[Problem] = []
    body = "<Project><Calendars><Calendar><UID>1</UID><Name>n</Name><WeekDays><WeekDay><DayType>2</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>x</FromTime><ToTime>9:00</ToTime></WorkingTime></WorkingTimes></WeekDay></WeekDays></Calendar></Calendars></Project>"
    read_calendars(fromstring(body), file="x.xml", around=0, problems=problems)
    assert problems[0].place.subject == "Calendar 1 n" and problems[0].place.field == "FromTime"
