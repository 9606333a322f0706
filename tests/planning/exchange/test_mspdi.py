"""MS Project files read: what they hold, and what is refused."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.exchange import mspdi
from yiben.planning.network import ConstraintType, LinkType
from yiben.planning.plan import Plan, schedule_plan
from yiben.planning.worktime import ELAPSED, OFFICE_DAY, instant, moment_of

HEAD = (
    "<StartDate>2026-03-02T08:00:00</StartDate><CalendarUID>1</CalendarUID><MinutesPerDay>480</MinutesPerDay>"
)


def task(uid: int, body: str = "", hours: int = 8) -> str:
    return f"<Task><UID>{uid}</UID><Name>t{uid}</Name><Duration>PT{hours}H0M0S</Duration>{body}</Task>"


def link(first: int, kind: int = 1, lag: int = 0, form: int = 7) -> str:
    return (
        f"<PredecessorLink><PredecessorUID>{first}</PredecessorUID><Type>{kind}</Type>"
        f"<LinkLag>{lag}</LinkLag><LagFormat>{form}</LagFormat></PredecessorLink>"
    )


def project(*tasks: str, head: str = HEAD, more: str = "") -> bytes:
    return (
        f'<Project xmlns="http://schemas.microsoft.com/project">{head}<Tasks>{"".join(tasks)}</Tasks>{more}</Project>'
    ).encode()


def read(content: bytes) -> Plan:
    plan, problems = mspdi.read(content, file="x.xml")
    assert plan is not None, problems
    return plan


def starts(content: bytes) -> dict[str, str]:
    planned, problems = schedule_plan(read(content))
    assert planned is not None, problems
    return {key: moment_of(dates.early_start).isoformat()[5:16] for key, dates in planned.dates.items()}


def test_link_types_and_lag_units() -> None:
    links = read(
        project(
            task(1),
            task(2, link(1, 0, 4800)),
            task(3, link(1, 2, -4800)),
            task(4, link(1, 3, 14400, 8)),
            task(5, link(1, 1, 50, 19)),
        )
    ).links
    assert [one.type for one in links] == [LinkType.FF, LinkType.SF, LinkType.SS, LinkType.FS]
    assert [one.lag for one in links] == [OFFICE_DAY, -OFFICE_DAY, 14400, 0]
    assert links[2].time is ELAPSED and links[3].percent == 50


def test_elapsed_and_percent_lags_move_the_start() -> None:
    found = starts(project(task(1, hours=16), task(2, link(1, 1, 28800, 8)), task(3, link(1, 3, 50, 19))))
    assert (found["2"], found["3"]) == ("03-06T08:00", "03-03T08:00")


def test_constraints_deadlines_and_actual_dates() -> None:
    plan = read(
        project(
            task(1, "<ConstraintType>4</ConstraintType><ConstraintDate>2026-03-05T08:00:00</ConstraintDate>"),
            task(2, "<Deadline>2026-03-06T17:00:00</Deadline><ActualStart>2026-03-03T08:00:00</ActualStart>"),
            task(3, "<ConstraintType>1</ConstraintType><Milestone>1</Milestone>", hours=0),
        )
    )
    one, two, three = plan.nodes
    assert one.constraint.type is ConstraintType.START_FROM
    assert two.deadline == instant(datetime(2026, 3, 6, 17)) and two.started == instant(
        datetime(2026, 3, 3, 8)
    )
    assert three.constraint.type is ConstraintType.ALAP and three.milestone


def test_summaries_follow_the_outline() -> None:
    level = "<OutlineLevel>{}</OutlineLevel>".format
    content = project(
        task(0, level(0)),
        task(1, level(1) + link(4)),
        task(2, level(2)),
        task(3, level(2) + link(2)),
        task(4, level(1)),
    )
    plan = read(content)
    assert {heading.key: heading.children for heading in plan.summaries} == {"0": ("1", "4"), "1": ("2", "3")}
    assert starts(content) == {
        "0": "03-02T08:00",
        "1": "03-03T08:00",
        "2": "03-03T08:00",
        "3": "03-04T08:00",
        "4": "03-02T08:00",
    }


def test_inactive_tasks_hold_nothing() -> None:
    content = project(task(1), task(2, "<Active>0</Active>" + link(1)), task(3, link(2)))
    plan = read(content)
    assert dict(plan.aside or {}) == {"2": "t2"} and starts(content) == {
        "1": "03-02T08:00",
        "3": "03-02T08:00",
    }


def test_manual_tasks_keep_their_dates() -> None:
    dates = "<Manual>1</Manual><Start>2026-03-04T10:00:00</Start><Finish>2026-03-05T11:00:00</Finish>"
    found = starts(project(task(1, hours=80), task(2, dates + link(1)), task(3, link(2))))
    assert (found["2"], found["3"]) == ("03-04T10:00", "03-05T11:00")


def test_scheduled_from_the_finish() -> None:
    head = "<ScheduleFromStart>0</ScheduleFromStart><FinishDate>2026-03-06T17:00:00</FinishDate>" + HEAD
    assert starts(project(task(1), task(2, link(1)), head=head)) == {"1": "03-05T08:00", "2": "03-06T08:00"}


def test_assigned_people_work_on_their_own_calendar() -> None:
    calendars = (
        "<Calendars><Calendar><UID>1</UID><Name>std</Name></Calendar><Calendar><UID>2</UID><Name>half</Name>"
        "<BaseCalendarUID>1</BaseCalendarUID><WeekDays><WeekDay><DayType>2</DayType><DayWorking>0</DayWorking></WeekDay>"
        "</WeekDays></Calendar></Calendars>"
    )
    more = (
        "<Resources><Resource><UID>5</UID><Type>1</Type><CalendarUID>2</CalendarUID></Resource></Resources>"
        "<Assignments><Assignment><TaskUID>1</TaskUID><ResourceUID>5</ResourceUID><Units>0.5</Units>"
        "<Work>PT8H0M0S</Work></Assignment></Assignments>"
    )
    plan = read(project(task(1), head=HEAD + calendars, more=more))
    assert plan.nodes[0].efforts[0].ticks == 2 * OFFICE_DAY
    planned, _ = schedule_plan(plan)
    assert planned is not None and moment_of(planned.schedule.finish) == datetime(2026, 3, 4, 17)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "xml-broken"),
        (b"<Project", "xml-broken"),
        (b"\x00\xff\xfe", "xml-broken"),
        (b"<Other/>", "not-mspdi"),
        (b"<Project/>", "empty-plan"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><Project>&x;</Project>', "xml-entities"),
        (
            b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><Project>&c;</Project>',
            "xml-entities",
        ),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Project/>', "xml-entities"),
        (project(task(1, "<ConstraintType>9</ConstraintType>")), "constraint-type"),
        (project(task(1, "<ConstraintType>4</ConstraintType>")), "constraint-date"),
        (project("<Task><UID>1</UID><Duration>8 hours</Duration></Task>"), "bad-value"),
        (project(task(1), task(2, link(1, 7))), "link-type"),
        (project(task(1, "<Deadline>soon</Deadline>")), "bad-value"),
        (project(task(1, "<Deadline>9999-99-99T00:00:00</Deadline>")), "bad-value"),
    ],
)
def test_broken_files_are_refused_with_their_place(content: bytes, code: str) -> None:
    plan, problems = mspdi.read(content, file="x.xml")
    assert plan is None and problems[0].code == code
    assert str(problems[0]).startswith("x.xml") and problems[0].expected


def test_unknown_predecessors_and_circles_are_refused() -> None:
    for body, code in ((link(9), "unknown-node"), (link(2), "circle")):
        planned, problems = schedule_plan(read(project(task(1, body), task(2, link(1)))))
        assert planned is None and problems[0].code == code
        assert problems[0].place.file == "x.xml" and problems[0].place.subject.startswith("Task")


def test_links_to_other_files_are_left_out_with_a_warning() -> None:
    cross = link(1).replace("<Type>", "<CrossProject>1</CrossProject><Type>")
    plan, problems = mspdi.read(project(task(1), task(2, cross)), file="x.xml")
    assert plan is not None and plan.links == () and problems[0].severity == "warning"


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    plan, problems = mspdi.read(content, file="x.xml")
    assert (plan is None) == bool(problems)


@given(st.data())
def test_no_damage_makes_the_reader_raise(data: st.DataObject) -> None:
    good = project(task(1), task(2, link(1)), more="<Resources/>")
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + data.draw(st.binary(max_size=4)) + good[at + data.draw(st.integers(0, 4)) :]
    plan, _ = mspdi.read(bad, file="x.xml")
    if plan is not None:
        schedule_plan(plan)
