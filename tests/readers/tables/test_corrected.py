"""The corrected file: faults marked, problems listed, and it can be sent again."""

from __future__ import annotations

import io

import openpyxl
import pytest

from yiben.readers.tables import corrected_file, read_table

HEAD = ["编号", "项目名称", "总投资(万元)", "形象进度"]


@pytest.fixture
def sent(workbook) -> bytes:
    return workbook(
        ["道路项目进度表"],
        HEAD,
        ["A1", "甲", "n/a", 0.85],
        ["A2", "=HYPERLINK(1)", 5, 0.5],
        ["A2", "丙", 6, "约50"],
        sheet="进度",
        merges=(("A1:D1", "道路项目进度表"),),
        formats={"D3": "0%"},
    )


def test_bad_cells_are_marked_and_listed(roads, sent):
    draft = read_table(sent, name="7月.xlsx", pack=roads, period="2026-07")
    book = openpyxl.load_workbook(io.BytesIO(corrected_file(sent, draft, pack=roads)))
    sheet = book["进度"]
    assert "应为金额（万元）" in sheet["C3"].comment.text
    assert sheet["C3"].fill.fgColor.rgb.endswith("F8B4B4")
    assert (
        sheet["B4"].comment is None and sheet["B4"].value == "=HYPERLINK(1)" and sheet["B4"].data_type != "f"
    )
    assert sheet["A1"].value == "道路项目进度表" and str(sheet.merged_cells) == "A1:D1"
    listed = [[cell.value for cell in row] for row in book["问题"].iter_rows(min_row=2)]
    assert [row[2] for row in listed] == ["C3", "D5", "A5"]
    assert listed[0] == ["错误", "进度", "C3", '"n/a"', "应为金额（万元），如 1280.5"]


def test_the_copy_reads_as_the_sent_file_does(roads, sent):
    first = read_table(sent, name="x", pack=roads, period="2026-07")
    second = read_table(corrected_file(sent, first), name="x", pack=roads, period="2026-07")
    assert second.problems == first.problems
    assert list(second.rows()) == list(first.rows())


def test_mended_in_place_it_is_clean(roads, sent):
    draft = read_table(sent, name="x", pack=roads, period="2026-07")
    book = openpyxl.load_workbook(io.BytesIO(corrected_file(sent, draft)))
    for cell, value in (("C3", 7), ("D5", 50), ("A5", "A3"), ("B4", "乙")):
        book["进度"][cell] = value
    target = io.BytesIO()
    book.save(target)
    mended = read_table(target.getvalue(), name="x", pack=roads, period="2026-07")
    assert not mended.problems and mended.row_count == 3


def test_a_csv_gets_a_sheet_and_english_words(roads):
    data = "编号,总投资\nA1,x\n".encode("gb18030")
    draft = read_table(data, name="a.csv", pack=roads)
    book = openpyxl.load_workbook(io.BytesIO(corrected_file(data, draft, pack=roads, language="en")))
    assert book.sheetnames == ["数据", "Problems"]
    assert book["数据"]["B2"].comment.text.startswith('Found: "x"')


def test_a_file_that_was_not_opened_gives_the_list_alone(roads):
    draft = read_table(b"%PDF-", name="a.pdf", pack=roads)
    book = openpyxl.load_workbook(io.BytesIO(corrected_file(b"%PDF-", draft)))
    assert book.sheetnames == ["问题"]
    assert book["问题"]["E2"].value.startswith("应为 xlsx")
