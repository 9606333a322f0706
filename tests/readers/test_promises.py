"""Promises of a plan and their answers in a later report."""

from __future__ import annotations

import pytest

from yiben.readers.promises import alike, answers_of
from yiben.readers.report import Report, read_report


def plan(sentence: str) -> Report:
    return read_report(f"云岭县2022年工作总结和2023年工作思路\n二、2023年工作思路\n{sentence}", doc="plan")


def later(sentence: str) -> Report:
    return read_report(
        f"云岭县2023年工作总结和2024年工作思路\n一、2023年工作完成情况\n{sentence}", doc="later"
    )


@pytest.mark.parametrize(
    ("promised", "stated", "verdict"),
    [
        ("固定资产投资增长12%以上。", "固定资产投资增长12.8%。", "kept"),
        ("固定资产投资增长12%以上。", "固定资产投资增长9.8%。", "missed"),
        ("新增跨境电商企业20家。", "新增跨境电商企业26家。", "exceeded"),
        ("新增跨境电商企业20家。", "新建公园3个。", "unmentioned"),
        ("审批办理时间压缩到10天以内。", "审批办理时间压缩到8天。", "exceeded"),
        ("地区生产总值增长6%左右。", "GDP增长5.9%。", "kept"),
    ],
)
def test_targets_are_answered(promised: str, stated: str, verdict: str) -> None:
    answers = [a for a in answers_of(plan(promised), later(stated)) if a.promise.kind == "target"]
    assert [a.verdict for a in answers] == [verdict]


def test_both_places_are_shown() -> None:
    first, second = plan("新增跨境电商企业20家。"), later("新增跨境电商企业26家。")
    (answer,) = (a for a in answers_of(first, second) if a.promise.kind == "target")
    assert answer.promise.doc == "plan" and answer.doc == "later"
    assert (answer.promise.text, answer.text) == ("20家", "26家")
    assert answer.as_dict()["answer"] is not None


@pytest.mark.parametrize(
    ("promised", "stated", "verdict"),
    [
        ("力争云岭大桥开工建设。", "云岭大桥开工建设。", "kept"),
        ("开工建设云岭大桥。", "云岭大桥建成通车。", "exceeded"),
        ("建成投用云岭大桥。", "云岭大桥完成初步设计方案。", "missed"),
    ],
)
def test_projects_are_answered_by_their_event(promised: str, stated: str, verdict: str) -> None:
    answers = [a for a in answers_of(plan(promised), later(stated)) if a.promise.kind == "project"]
    assert [a.verdict for a in answers] == [verdict]


def test_planned_acts_are_promises() -> None:
    acts = [p for p in plan("深化数字化改革。出台促进服务业发展的若干意见。").promises if p.kind == "act"]
    assert [p.what for p in acts] == ["深化数字化改革", "出台促进服务业发展的若干意见"]
    assert {p.by for p in acts} == {"2023"}


def test_indicators_agree_under_their_names() -> None:
    assert alike("地区生产总值增速", "GDP增速") == 1.0
    assert alike("新增就业", "森林覆盖率") < 0.3
