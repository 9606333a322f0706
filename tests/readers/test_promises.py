"""Promises of a plan and their answers in a later report."""

from __future__ import annotations

from pathlib import Path

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


@pytest.mark.parametrize(
    ("promised", "stated", "verdict"),
    [
        ("深化数字化改革。", "数字化改革有序开展。", "kept"),
        ("制定出台生物医药产业扶持政策。", "出台了生物医药产业扶持政策。", "kept"),
        ("开展城乡供水一体化试点。", "城乡供水一体化试点尚未启动。", "missed"),
        ("开展城乡供水一体化试点。", "完成老旧小区改造。", "unmentioned"),
        ("加快推进各项重点工作落实。", "扎实推进各项重点工作。", "unmentioned"),
    ],
)
def test_acts_are_answered_by_what_the_review_says(promised: str, stated: str, verdict: str) -> None:
    answers = [a for a in answers_of(plan(promised), later(stated)) if a.promise.kind == "act"]
    assert {a.verdict for a in answers} <= {verdict}
    assert answers or verdict == "unmentioned"


def test_an_act_shows_both_places() -> None:
    review = later("一年来，全县上下共同努力。推进基层治理，数字化改革有序开展，成效明显。")
    (answer,) = (a for a in answers_of(plan("深化数字化改革。"), review) if a.promise.kind == "act")
    assert (answer.promise.text, answer.text) == ("深化数字化改革", "数字化改革有序开展")
    assert answer.start is not None and answer.end is not None
    raw = "云岭县2023年工作总结和2024年工作思路\n一、2023年工作完成情况\n一年来，全县上下共同努力。推进基层治理，数字化改革有序开展，成效明显。"
    assert raw[answer.start : answer.end] == "数字化改革有序开展"


def test_what_a_plan_says_again_is_no_deed() -> None:
    again = read_report("云岭县2024年工作思路\n一、2024年工作思路\n深化数字化改革。", doc="later")
    (answer,) = (a for a in answers_of(plan("深化数字化改革。"), again) if a.promise.kind == "act")
    assert answer.verdict == "unmentioned"


def test_a_project_that_is_only_described_is_answered_by_its_words() -> None:
    review = later("城东片区雨污分流改造全线完成，群众满意。")
    answers = answers_of(plan("实施城东片区雨污分流改造工程。"), review)
    assert "kept" in {answer.verdict for answer in answers}


@pytest.mark.shared
def test_forecasts_of_the_half_year_meet_the_outcomes_of_the_year(shared: Path) -> None:
    half, year = (
        read_report((shared / f"reports/{doc}.txt").read_text(encoding="utf-8"), doc=doc)
        for doc in ("000", "002")
    )
    found = {(a.promise.what, a.promise.text): (a.verdict, a.text) for a in answers_of(half, year)}
    assert found["固定资产投资增速", "29%"] == ("kept", "28.8%")
    assert found["GDP增速", "3%"] == ("missed", "2.6%")
    assert found["固定资产投资增速", "第一"] == ("missed", "第二")


@pytest.mark.shared
def test_targets_of_the_next_year_meet_a_later_report(shared: Path) -> None:
    report = read_report((shared / "reports/002.txt").read_text(encoding="utf-8"), doc="002")
    targets = [p for p in report.promises if p.kind == "target" and p.by == "2023"]
    growth = next(p for p in targets if "生产总值" in p.what and p.measure == "growth")
    review = read_report(
        "三门县2023年工作总结\n一、2023年工作完成情况\n全县地区生产总值增长99.9%。", doc="2023"
    )
    answers = {(a.promise.start): a for a in answers_of(report, review)}
    assert answers[growth.start].verdict in ("kept", "exceeded")
    assert answers[growth.start].text == "99.9%"
