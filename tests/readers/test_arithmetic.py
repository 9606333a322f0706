"""Checks found in a text: sums, shares, growth against levels, differences."""

from __future__ import annotations

from pathlib import Path

import pytest

from yiben.readers.arithmetic import Check
from yiben.readers.report import read_report


def checks(sentence: str) -> list[Check]:
    return list(read_report(f"云岭县2023年工作总结\n一、完成情况\n{sentence}").checks)


@pytest.mark.parametrize(
    ("sentence", "kind", "holds"),
    [
        ("共审批项目417件。其中备案项目351件，核准项目6件，审批项目60件。", "sum", True),
        ("累计收集问题106个，及时化解101个、交办5个。", "sum", True),
        ("合计金额88.15万元（其中本单位采购20.75万元，调入67.4万元）。", "sum", True),
        ("兑现补助资金2.89亿元，较2021年增加4000万元，增长16.1%。", "growth", True),
        ("兑现补助资金2.89亿元，较2021年增加4000万元，增长36.1%。", "growth", False),
        ("重点项目9个，年度计划投资31亿元，完成投资42亿元，占年度计划的135%。", "share", True),
        ("重点项目9个，年度计划投资31亿元，完成投资42亿元，占年度计划的145%。", "share", False),
        ("办理时间从17.5天缩短至10天，缩短7.5天。", "difference", True),
        ("办理时间从17.5天缩短至10天，缩短6.5天。", "difference", False),
    ],
)
def test_relations_are_found_and_judged(sentence: str, kind: str, holds: bool) -> None:
    assert [(c.kind, c.holds) for c in checks(sentence)] == [(kind, holds)]


def test_a_contradiction_beside_a_right_sum_is_found() -> None:
    found = checks(
        "共完成审批417件，总投资约538.71亿元。其中备案项目351件，总投资约515.54亿元；核准项目6件，总投资约8.18亿元；审批项目60件，总投资约65.27亿元。"
    )
    assert [(c.holds, c.unit) for c in found] == [(True, "件"), (False, "亿元")]
    assert str(found[1].off_by) == "50.28"
    assert [o.text for o in found[1].operands] == ["515.54亿元", "8.18亿元", "65.27亿元"]


@pytest.mark.parametrize(
    "sentence",
    [
        "开工项目20个，其中亿元以上项目5个、十亿元以上项目2个。",
        "新增贷款259.6亿元（其中助农贷款13.44亿元）。",
        "全年新开工项目35个，其中重点项目50个以上，服务业项目12个以上。",
        "新建公园5个，改造小区8个，修复古桥2个。",
        "规上企业128家，比先进县少60家。生产总值增长6%。",
        "地方财政收入341.9亿元，其中税收180.2亿元，增长12%。财政支出235.6亿元。",
    ],
)
def test_parts_that_need_not_add_up_raise_no_alarm(sentence: str) -> None:
    assert [c for c in checks(sentence) if not c.holds] == []


@pytest.mark.shared
def test_the_one_contradiction_of_the_real_reports(shared: Path) -> None:
    failed = {}
    for path in sorted((shared / "reports").glob("*.txt")):
        report = read_report(path.read_text(encoding="utf-8"), doc=path.stem)
        if wrong := [c.stated.text for c in report.checks if not c.holds]:
            failed[path.stem] = wrong
    assert failed == {"004": ["538.71亿元"]}


TABLE = (
    "单位：万元\n项目名称 | 总投资 | 累计完成投资 | 工期（天） |\n城北水厂 | 4600 | 1260 | 300 |\n"
    "青溪大桥 | 8350 | 2146 | 420 |\n南区小学 | 1200 | 900 | 200 |\n合计 | {total} | {done} | 420 |\n"
)


@pytest.mark.parametrize(
    ("total", "done", "verdicts"),
    [
        ("14150", "4306", {"14150": True, "4306": True}),
        ("14151", "4306", {"14151": True, "4306": True}),
        ("15150", "4306", {"15150": False, "4306": True}),
    ],
)
def test_a_row_of_totals_is_held_against_the_rows_above(
    total: str, done: str, verdicts: dict[str, bool]
) -> None:
    found = checks(TABLE.format(total=total, done=done))
    assert {check.stated.text: check.holds for check in found if check.kind == "table"} == verdicts


def test_whole_counts_are_not_rounded() -> None:
    table = "镇街 | 合计（户） | 签约（户） | 未签约（户） |\n海游镇 | 120 | 100 | 20 |\n沙柳镇 | 81 | 60 | 20 |\n珠岙镇 | 75 | 70 | 5 |\n"
    found = [check for check in checks(table) if check.kind == "table"]
    assert [(check.stated.text, check.holds, str(check.off_by)) for check in found] == [
        ("120", True, "0"),
        ("81", False, "-1"),
        ("75", True, "0"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        "农业 | 30.2 |\n其中：渔业 | 12.1 |\n工业 | 41.3 |\n合计 | 71.5 |\n",
        "一、工业 | 50 |\n（一）轻工业 | 20 |\n（二）重工业 | 30 |\n二、农业 | 40 |\n合计 | 90 |\n",
        "甲区 | 10.24 |\n乙区 | 20.13 |\n小计 | 30.37 |\n丙县 | 5.0 |\n丁县 | 6.0 |\n小计 | 11.0 |\n总计 | 41.37 |\n",
        "全市 | 120.5 |\n甲区 | 60.2 |\n乙县 | 55.1 |\n",
        "东区 | 10.3 |\n西区 | 10.3 |\n南区 | 10.3 |\n合计 | 31 |\n",
    ],
)
def test_tables_that_are_right_raise_no_alarm(rows: str) -> None:
    assert [check.said for check in checks(f"单位：亿元\n名称 | 产值 |\n{rows}") if not check.holds] == []


@pytest.mark.parametrize(
    ("sentence", "kind", "holds"),
    [
        ("规上企业由142家增加到267家，净增125家，增长88%。", "growth", True),
        ("规上企业由142家增加到267家，净增125家，增长98%。", "growth", False),
        ("考核断面15个，其中优良断面13个，占86.7%。", "share", True),
        ("考核断面15个，其中优良断面13个，占96.7%。", "share", False),
    ],
)
def test_growth_and_shares_follow_from_levels(sentence: str, kind: str, holds: bool) -> None:
    assert (kind, holds) in [(check.kind, check.holds) for check in checks(sentence)]


def test_what_follows_a_whole_sum_is_no_part_of_it() -> None:
    found = checks("进出口总额757.9亿元。其中，出口517.7亿元，进口240.2亿元，贸易顺差277.6亿元。")
    assert found[0].said == "517.7 + 240.2 → 757.9 = 757.9 亿元"
    assert all(check.holds for check in found)
