"""The plan sheet: read(write(x)) = x, and every mistake has its cell."""

import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from yiben.planning.backward import from_date
from yiben.planning.calendar import china
from yiben.planning.exchange.drafts import DATES, Draft, Row, Wait, plan_of
from yiben.planning.exchange.sheet import read, without_places, write
from yiben.planning.network import LinkType

DAY = st.dates(date(2008, 1, 1), date(2050, 12, 31))
NAME = st.text("设计审查开工abc", min_size=1, max_size=6)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    rows = []
    for number in range(draw(st.integers(1, 5))):
        waits = tuple(
            Wait(
                str(before + 1),
                draw(st.sampled_from(LinkType)),
                Decimal(draw(st.integers(1, 5))),
                draw(st.booleans()),
            )
            for before in range(number)
            if draw(st.booleans())
        )
        dates = draw(st.dictionaries(st.sampled_from(list(DATES)), DAY, max_size=1))
        optional = st.none() | DAY
        rows.append(
            Row(
                str(number + 1),
                draw(NAME),
                Decimal(draw(st.integers(0, 40))) / 2,
                draw(st.booleans()),
                draw(st.sampled_from(["", "经信局"])),
                waits,
                dates,
                draw(optional),
                draw(optional),
                draw(optional),
            )
        )
    return Draft("示例计划", tuple(rows), draw(st.none() | DAY), draw(st.none() | DAY))


@given(drafts())
@settings(deadline=None, max_examples=40)
def test_it_reads_what_it_writes(draft: Draft) -> None:
    again, problems = read(write(draft), file="计划.xlsx")
    assert problems == [] and again is not None
    assert without_places(again) == without_places(draft)


def test_computed_dates_stand_beside_and_another_reader_sees_them() -> None:
    rows = (Row("1", "设计", Decimal(3)), Row("2", "开工", Decimal(0), waits=(Wait("1"),)))
    draft = Draft("计划", rows, date(2026, 9, 28))
    plan, _ = plan_of(draft, calendar=china(), file="x")
    assert plan is not None
    arranged, _ = from_date(plan, goal="2", start=date(2026, 9, 28))
    assert arranged is not None
    content = write(draft, arranged=arranged)
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    heads = [cell.value for cell in sheet[2]]
    found = {head: sheet[3][at].value for at, head in enumerate(heads)}
    assert found["排程完成"].date() == date(2026, 9, 30) and found["关键"] == "是"
    assert read(content, file="x.xlsx")[0] is not None and write(draft, arranged=arranged) == content


def book(*rows: list[object]) -> bytes:
    memory = io.BytesIO()
    work = xlsxwriter.Workbook(memory, {"in_memory": True})
    sheet = work.add_worksheet("计划")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    work.close()
    return memory.getvalue()


HEAD: list[object] = ["序号", "任务名称", "工期（天）", "前置任务", "不早于", "计日方式"]


@pytest.mark.parametrize(
    ("row", "cell", "found"),
    [
        ([1, "a", "x", "", "", ""], "C2", "'x'"),
        ([1, "a", -3, "", "", ""], "C2", "'-3'"),
        ([1, "a", 3, "7 XX+", "", ""], "D2", ""),
        ([1, "a", 3, "", "明天", ""], "E2", "'明天'"),
        ([1, "a", 3, "", "", "农历"], "F2", "'农历'"),
        (["", "a", 3, "", "", ""], "A2", "an empty cell"),
    ],
)
def test_mistakes_have_their_cell(row: list[object], cell: str, found: str) -> None:
    draft, problems = read(book(HEAD, row), file="计划.xlsx")
    if cell == "D2":
        assert draft is not None
        plan, problems = plan_of(draft, calendar=china(), file="计划.xlsx", default_start=date(2026, 3, 2))
        assert plan is not None and plan.links[0].first == "7 XX+"
        return
    assert draft is None and problems[0].place.cell == cell and found in problems[0].found
    assert str(problems[0]).startswith(f"计划.xlsx › 计划 › {cell}: found")


def test_dates_are_read_in_the_usual_spellings() -> None:
    rows: list[list[object]] = [
        [n, "a", 1, "", text, ""] for n, text in enumerate(["2026/9/3", "2026年9月3日", "2026.9.3"])
    ]
    draft, _ = read(book(HEAD, *rows), file="x.xlsx")
    assert draft is not None and all(row.dates["start_not_before"] == date(2026, 9, 3) for row in draft.rows)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"text", book(["甲", "乙"])])
def test_other_files_are_refused(content: bytes) -> None:
    draft, problems = read(content, file="x.xlsx")
    assert draft is None and problems[0].place.file == "x.xlsx"
