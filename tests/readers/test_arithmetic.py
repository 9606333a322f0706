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
