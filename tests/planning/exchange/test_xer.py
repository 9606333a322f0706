"""Primavera files."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.exchange import xer
from yiben.planning.network import ConstraintType, LinkType
from yiben.planning.plan import schedule_plan
from yiben.planning.worktime import OFFICE_DAY, moment_of

# A calendar of Monday to Friday 8–12 and 13–17 with 5 March 2026 (serial 46086) off.
SHIFT = "(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())"
CALENDAR = (
    "(0||CalendarData()((0||DaysOfWeek()((0||1()())"
    + "".join(f"(0||{day}()({SHIFT}))" for day in range(2, 7))
    + "(0||7()())))(0||VIEW(ShowTotal|N)())(0||Exceptions()((0||0(d|46086)())))))"
)


def table(name: str, heads: str, *rows: str) -> str:
    return "\n".join(
        [
            f"%T\t{name}",
            "%F\t" + heads.replace(" ", "\t"),
            *("%R\t" + row.replace("|t|", "\t") for row in rows),
        ]
    )


def file(*, links: str = "1|t|2|t|1|t|PR_FS|t|8", cstr: str = "", extra: str = "") -> bytes:
    tasks = [
        f"1|t|9|t|c|t|w|t|A10|t|设计|t|TT_Task|t|16|t|16|t|{cstr}|t|2026-03-04 08:00|t||t|",
        "2|t|9|t|c|t|w|t|A20|t|审查|t|TT_Task|t|8|t|8|t||t||t||t|",
        "3|t|9|t|c|t|w|t|M|t|开工|t|TT_FinMile|t|0|t|0|t||t||t||t|",
        "4|t|9|t|c|t|w|t|L|t|管理|t|TT_LOE|t|80|t|80|t||t||t||t|",
    ]
    parts = [
        "ERMHDR\t19.12\t2026-03-01\tProject",
        table("CALENDAR", "clndr_id clndr_name clndr_data", f"c|t|标准|t|{CALENDAR}"),
        table(
            "PROJECT", "proj_id proj_short_name plan_start_date clndr_id", "9|t|示例|t|2026-03-02 08:00|t|c"
        ),
        table("PROJWBS", "wbs_id parent_wbs_id wbs_name", "r|t||t|全部", "w|t|r|t|前期"),
        table(
            "TASK",
            "task_id proj_id clndr_id wbs_id task_code task_name task_type target_drtn_hr_cnt remain_drtn_hr_cnt"
            " cstr_type cstr_date act_start_date act_end_date",
            *tasks,
        ),
        table(
            "TASKPRED",
            "task_pred_id task_id pred_task_id pred_type lag_hr_cnt",
            links,
            "2|t|3|t|2|t|PR_FS|t|0",
            "3|t|4|t|1|t|PR_SS|t|0",
        ),
        extra,
        "%E",
    ]
    return "\n".join(parts).encode()


def test_a_file_by_hand() -> None:
    plan, problems = xer.read(file(), file="a.xer")
    assert plan is not None and problems == [] and plan.name == "示例"
    assert [node.name for node in plan.nodes] == ["A10 设计", "A20 审查", "M 开工"]
    assert [(link.first, link.then, link.type, link.lag) for link in plan.links] == [
        ("1", "2", LinkType.FS, OFFICE_DAY),
        ("2", "3", LinkType.FS, 0),
    ]
    planned, _ = schedule_plan(plan)
    assert planned is not None
    # Two days to 3 March, a day's lag to the 4th, the 5th is off: the review is on Friday the 6th.
    assert moment_of(planned.dates["2"].early_start) == datetime(2026, 3, 6, 8)
    assert (
        planned.dates["wbs-w"].early_finish == planned.dates["wbs-r"].early_finish == planned.schedule.finish
    )


def test_constraints() -> None:
    plan, _ = xer.read(file(cstr="CS_MSOA"), file="a.xer")
    assert plan is not None and plan.nodes[0].constraint.type is ConstraintType.START_FROM


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-xer"),
        (b"ERMHDR\t1\n%R\t1", "xer-row"),
        (b"ERMHDR\t1\n%T\tPROJECT\n%F\tproj_id\n%R\t1", "empty-plan"),
        (file(links="1|t|2|t|1|t|PR_XX|t|8"), "bad-value"),
        (file(links="1|t|2|t|1|t|PR_FS|t|soon"), "bad-value"),
        (file(cstr="CS_WHAT"), "bad-value"),
        (file().replace(b"2026-03-02 08:00", b"tomorrow"), "bad-value"),
    ],
)
def test_broken_files_have_their_line(content: bytes, code: str) -> None:
    plan, problems = xer.read(content, file="a.xer")
    assert plan is None and problems[0].code == code and problems[0].place.file == "a.xer"
    assert code == "empty-plan" or problems[0].place.line


def test_unknown_predecessors_are_refused() -> None:
    plan, _ = xer.read(file(links="1|t|2|t|77|t|PR_FS|t|0"), file="a.xer")
    assert plan is not None
    planned, problems = schedule_plan(plan)
    assert planned is None and problems[0].code == "unknown-node" and problems[0].place.line


@given(st.data())
def test_no_damage_makes_the_reader_raise(data: st.DataObject) -> None:
    good = file()
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + data.draw(st.binary(max_size=5)) + good[at + data.draw(st.integers(0, 9)) :]
    plan, _ = xer.read(bad, file="a.xer")
    if plan is not None:
        schedule_plan(plan)
