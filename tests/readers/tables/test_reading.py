"""Whole tables read against a pack: what a county really sends."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.kernel.problems import Place
from yiben.readers.tables import read_table

HEAD = ["编号", "项目名称", "总投资(万元)", "开工日期"]


def codes(draft) -> list[str]:
    return [problem.code for problem in draft.problems]


def test_a_monthly_table_as_counties_make_it(roads, workbook):
    """Title, caption, merged two-row header, section, repeated unit, totals and a note."""
    data = workbook(
        ["三门县2026年7月道路项目进度表"],
        ["", "", "", "", "", "", "单位:万元"],
        ["序号", "项目\n编号", "项目名称", "责任单位", "2026年完成投资(亿元)", "", "总投资", "形象进度(%)"],
        ["", "", "", "", "6月", "7月", "", ""],
        ["1", "2", "3", "4", "5", "6", "7", "8"],
        ["一、新建项目(2个)"],
        [1, "A1", "椒江大桥", "交通局", 0.1, 0.2, 5000, "85%"],
        [2, "A2", "滨海路", "", "－", "500万元", "1,280.5", 0.5],
        ["小计", "", "", "", 0.1, 0.25, 6280.5],
        ["二、维修项目(1个)"],
        [3, "A3", "山前路", "公路局", 0, 0.01, 100, 10],
        ["", "", "", "", 0.1, 0.26, 6380.5],
        ["注:形象进度由业主单位填报。"],
        merges=(
            ("A1:H1", "三门县2026年7月道路项目进度表"),
            ("E3:F3", "2026年完成投资(亿元)"),
            ("D7:D8", "交通局"),
            *tuple(
                (f"{column}3:{column}4", text)
                for column, text in zip(
                    "ABCDGH",
                    ["序号", "项目\n编号", "项目名称", "责任单位", "总投资", "形象进度(%)"],
                    strict=True,
                )
            ),
        ),
        formats={"H8": "0%"},
    )
    draft = read_table(data, name="7月.xlsx", pack=roads)
    assert list(map(str, draft.problems)) == []
    assert [(row.key, row.facts, row.measures) for row in draft.rows()] == [
        (
            "A1",
            {"code": "A1", "name": "椒江大桥", "unit": "交通局", "total": "5000"},
            {"2026-06": {"done": "1000"}, "2026-07": {"done": "2000", "progress": "85"}},
        ),
        (
            "A2",
            {"code": "A2", "name": "滨海路", "unit": "交通局", "total": "1280.5"},
            {"2026-07": {"done": "500", "progress": "50"}},
        ),
        (
            "A3",
            {"code": "A3", "name": "山前路", "unit": "公路局", "total": "100"},
            {"2026-06": {"done": "0"}, "2026-07": {"done": "100", "progress": "10"}},
        ),
    ]
    assert [(one.kind, one.row) for one in draft.left_out] == [
        ("numbering", 5),
        ("section", 6),
        ("total", 9),
        ("section", 10),
        ("total", 12),
        ("note", 13),
    ]


def test_a_problem_says_place_found_and_expected(roads, workbook):
    draft = read_table(
        workbook(HEAD, ["A1", "甲", "n/a", "2026-02-30"], sheet="产业项目"), name="7月进度.xlsx", pack=roads
    )
    assert [str(problem) for problem in draft.problems] == [
        '7月进度.xlsx › 产业项目 › C2 › total: found "n/a", expected an amount in 万元, such as 1280.5',
        '7月进度.xlsx › 产业项目 › D2 › started: found "2026-02-30", expected a date such as 2026-07-15: 2026-02 has 28 days',
    ]
    assert draft.bad_rows == {("产业项目", 2)}
    assert draft.can_hold_back and draft.row_count == 0


def test_bad_rows_are_held_back_and_the_rest_is_there(roads, workbook):
    draft = read_table(
        workbook(HEAD, ["A1", "甲", 1, ""], ["A2", "乙", "x", ""], ["A3", "丙", 3, ""]), name="x", pack=roads
    )
    assert [row.key for row in draft.rows()] == ["A1", "A3"]
    assert draft.can_hold_back


@pytest.mark.parametrize(
    ("heading", "code"),
    [("总投资(亩)", "unit-mismatch"), ("总投资(万美元)", "unit-unknown")],
)
def test_wrong_units_are_refused(roads, workbook, heading, code):
    draft = read_table(workbook(["编号", heading], ["A1", 5]), name="x", pack=roads)
    assert codes(draft) == [code]
    assert draft.problems[0].place.cell == "B1"
    assert not draft.can_hold_back


def test_units_are_converted_exactly(roads, workbook):
    draft = read_table(
        workbook(["编号", "总投资(亿元)", "用地面积(公顷)"], ["A1", 1.23456789, 2]), name="x", pack=roads
    )
    assert next(draft.rows()).facts == {"code": "A1", "total": "12345.6789", "land": "30"}


def test_keys_twice_even_if_hidden_by_width_and_case(roads, workbook):
    draft = read_table(
        workbook(HEAD, ["A1", "甲", 1, ""], ["Ａ１ ", "乙", 2, ""], ["a1", "丙", 3, ""], ["B", "丁", 4, ""]),
        name="x",
        pack=roads,
    )
    assert codes(draft) == ["key-twice", "key-twice"]
    assert [row.key for row in draft.rows()] == ["B"]
    assert {row for _, row in draft.bad_rows} == {2, 3, 4}


def test_a_row_without_key_is_told(roads, workbook):
    draft = read_table(
        workbook(HEAD, ["A1", "甲", 1, ""], ["", "乙", 2, ""], ["", "", "", ""]), name="x", pack=roads
    )
    assert [(one.code, one.place.cell) for one in draft.problems] == [("key-missing", "A3")]


def test_without_the_key_column_known_names_can_stand_for_it(roads, workbook):
    data = workbook(["项目名称", "总投资"], ["甲", 1], ["乙", 2], ["合计", 3])
    assert codes(read_table(data, name="x", pack=roads)) == ["key-column-missing"]
    draft = read_table(data, name="x", pack=roads, keys_by_name={"甲": "A1"})
    assert [row.key for row in draft.rows()] == ["A1"]
    assert codes(draft) == ["name-unknown"]


def test_measures_need_a_period_from_somewhere(roads, workbook):
    data = workbook(["编号", "完成投资", "年计划"], ["A1", 5, 60])
    assert codes(read_table(data, name="x", pack=roads)) == ["period-needed", "period-needed"]
    draft = read_table(data, name="x", pack=roads, period="2026-07")
    assert next(draft.rows()).measures == {"2026-07": {"done": "5"}, "2026": {"plan": "60"}}
    named = read_table(workbook(["编号", "完成投资"], ["A1", 5], sheet="2026年7月"), name="x", pack=roads)
    assert next(named.rows()).measures == {"2026-07": {"done": "5"}}


def test_a_plan_of_the_year_takes_its_year_from_the_title(roads, workbook):
    draft = read_table(
        workbook(["2026年度投资计划表"], ["编号", "年度计划投资"], ["A1", 60]), name="x", pack=roads
    )
    assert next(draft.rows()).measures == {"2026": {"plan": "60"}}


def test_another_month_in_the_title_is_told(roads, workbook):
    data = workbook(["2026年6月进度表"], ["编号", "完成投资"], ["A1", 5])
    draft = read_table(data, name="x", pack=roads, period="2026-07")
    assert codes(draft) == ["period-differs"] and not draft.errors
    assert next(draft.rows()).measures == {"2026-07": {"done": "5"}}


def test_a_column_of_periods(roads):
    text = "编号\t期间\t完成投资\t年计划\nA1\t2026年6月\t5\t\nA1\t2026-07\t6\t\nA1\t2026\t\t60\nA1\t2026\t1\t\nA2\t近期\t1\t\n"
    draft = read_table(text.encode(), name="pasted", pack=roads)
    assert [row.measures for row in draft.rows()] == [
        {"2026-06": {"done": "5"}},
        {"2026-07": {"done": "6"}},
        {"2026": {"plan": "60"}},
    ]
    assert codes(draft) == ["period-too-long", "period-unreadable"]


def test_unknown_columns_are_reported_with_the_nearest_label(roads, workbook):
    draft = read_table(workbook(["编号", "总投资额度", "累计完成投资"], ["A1", 5, 6]), name="x", pack=roads)
    assert [(one.severity, one.place.cell) for one in draft.problems] == [
        ("warning", "B1"),
        ("warning", "C1"),
    ]
    assert "总投资" in draft.problems[0].expected
    assert next(draft.rows()).facts == {"code": "A1"}


def test_two_columns_for_one_field_are_refused(roads, workbook):
    draft = read_table(workbook(["编号", "总投资", "总投资(亿元)"], ["A1", 5, 6]), name="x", pack=roads)
    assert codes(draft) == ["column-twice"]


def test_percent_cells_and_columns_of_shares(roads, workbook):
    rows = [["A1", 0.85], ["A2", 0.5], ["A3", 1]]
    shown = workbook(["编号", "形象进度"], *rows, formats={"B2": "0%", "B3": "0.00%", "B4": "0%"})
    draft = read_table(shown, name="x", pack=roads, period="2026-07")
    assert [row.measures["2026-07"]["progress"] for row in draft.rows()] == ["85", "50", "100"]
    draft = read_table(workbook(["编号", "形象进度(%)"], *rows), name="x", pack=roads, period="2026-07")
    assert [row.measures["2026-07"]["progress"] for row in draft.rows()] == ["0.85", "0.5", "1"]
    assert codes(draft) == ["percent-as-share"]
    quoted = workbook(["编号", "形象进度"], *rows, formats={"B2": '0.00"%"'})
    assert (
        next(read_table(quoted, name="x", pack=roads, period="2026-07").rows()).measures["2026-07"][
            "progress"
        ]
        == "0.85"
    )


def test_formulas_without_value_and_errors_are_told(roads, workbook):
    data = workbook(
        HEAD,
        ["A1", "甲", "", ""],
        ["A2", "乙", "", ""],
        ["A3", "丙", "", ""],
        formulas={"C2": ("=1+1", ""), "C3": ("=1/0", "#DIV/0!"), "C4": ("=2+2", 4)},
    )
    draft = read_table(data, name="x", pack=roads)
    assert [(one.code, one.place.cell) for one in draft.problems] == [
        ("formula-without-value", "C2"),
        ("cell-error", "C3"),
    ]
    assert [row.facts["total"] for row in draft.rows()] == ["4"]


def test_several_sheets_each_bring_their_columns(roads, workbook):
    data = workbook(
        ["编号", "项目名称"],
        ["A1", "甲"],
        more={
            "7月": [["编号", "2026年7月完成投资"], ["A1", 5]],
            "说明": [["填表说明"]],
            "空": [],
            "通讯录": [["姓名", "电话"], ["张", 1]],
            "底稿": [["编号", "项目名称"], ["A9", "旧"]],
        },
        hidden=("底稿",),
    )
    draft = read_table(data, name="x", pack=roads)
    assert [(row.sheet, row.key) for row in draft.rows()] == [("表", "A1"), ("7月", "A1")]
    assert codes(draft) == ["sheet-hidden"]
    assert [(one.kind, one.sheet) for one in draft.left_out] == [
        ("other-sheet", "说明"),
        ("no-table", "通讯录"),
        ("hidden-sheet", "底稿"),
    ]


def test_sheets_that_contradict_each_other_are_refused(roads, workbook):
    data = workbook(
        ["编号", "总投资"], ["A1", 5], ["A2", 6], more={"二": [["编号", "总投资"], ["A1", 7], ["A2", 6]]}
    )
    draft = read_table(data, name="x", pack=roads)
    assert [(one.code, one.place.sheet, one.place.cell) for one in draft.problems] == [
        ("stated-twice", "二", "B2")
    ]


def test_merged_numbers_are_not_counted_twice(roads, workbook):
    data = workbook(["编号", "总投资"], ["A1", 5], ["A2", ""], merges=(("B2:B3", 5),))
    draft = read_table(data, name="x", pack=roads)
    assert [row.facts.get("total") for row in draft.rows()] == ["5", None]
    assert codes(draft) == ["number-merged"]


def test_real_rows_are_never_taken_for_totals(roads, workbook):
    data = workbook(HEAD, ["A1", "合计桥", 1, ""], ["A2", "总计路改造", 2, ""], ["A3", "丙", 3, ""])
    draft = read_table(data, name="x", pack=roads)
    assert draft.row_count == 3 and not draft.left_out


def test_a_later_check_can_name_the_cell(roads, workbook):
    draft = read_table(workbook(["编号", "总投资", "2026年7月完成投资"], ["A1", 5, 6]), name="x", pack=roads)
    row = Place(file="x", sheet=next(draft.rows()).sheet, cell="2:2")
    cells = [draft.cell_of(replace(row, field=name)).cell for name in ("total", "done", "land")]
    assert cells == ["B2", "C2", "2:2"]


def test_no_table_and_no_file(roads, workbook):
    assert codes(read_table(workbook(["姓名"], ["张"]), name="x", pack=roads)) == ["no-table"]
    assert codes(read_table(b"", name="x", pack=roads)) == ["file-empty"]
    assert codes(read_table("你好".encode(), name="x", pack=roads)) == ["no-table"]


def test_a_very_wide_sheet_is_read_in_good_time(roads):
    head = [f"说明{number}" for number in range(1_900)] + ["编号", "总投资"]
    text = "\t".join(["编号", "项目名称", *head[:1_900], "总投资"])
    draft = read_table(f"{text}\nA1\t甲{chr(9) * 1901}5\n".encode(), name="x", pack=roads)
    assert next(draft.rows()).facts == {"code": "A1", "name": "甲", "total": "5"}


def test_the_digest_is_of_the_bytes(roads):
    one, two = (
        read_table(text.encode(), name="x", pack=roads) for text in ("编号,总投资\nA,1", "编号,总投资\nA,2")
    )
    assert one.file_digest != two.file_digest and len(one.file_digest) == 64


def test_thousands_of_faults_are_counted_not_listed(roads):
    lines = "\n".join(f"A{number},x" for number in range(12_000))
    draft = read_table(f"编号,总投资\n{lines}".encode(), name="x.csv", pack=roads)
    assert draft.problems[-1].code == "more-problems" and len(draft.problems) == 10_001
    assert len(draft.bad_rows) == 12_000 and draft.row_count == 0


def test_dates_of_spreadsheets(roads, workbook):
    day = datetime.date(2026, 7, 15)
    draft = read_table(
        workbook(["编号", "开工日期", "完工月份"], ["A1", 46218, "2026年8月"]), name="x", pack=roads
    )
    assert next(draft.rows()).facts == {"code": "A1", "started": day.isoformat(), "due": "2026-08"}


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.sampled_from(["编号", "项目名称", "总投资(万元)", "合计", "A1", "7月完成投资", "期间"]),
                st.text(max_size=6),
            ),
            max_size=6,
        ),
        max_size=12,
    )
)
def test_no_table_raises(roads, rows):
    text = "\n".join("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row) for row in rows)
    draft = read_table(text.encode("utf-8", "replace"), name="x", pack=roads)
    assert len(list(draft.rows())) == draft.row_count
