"""The whole verdict from a file: figures by hand, refusals with lines, completion, page."""

from __future__ import annotations

import json
import re
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.appraise.intake import read_project
from yiben.appraise.page import as_data, as_html
from yiben.appraise.verdict import appraise
from yiben.kernel.problems import Refused
from yiben.rulebook import built_in

BOOK = built_in()
FILE = """\
项目: 精密铸件项目
地区: "330112"
申请日期: 2026-03-10
行业: 通用设备制造业
投产年份: 2027
能源:
  - {品种: 电力, 数量: 2400万千瓦时, 可再生: 300万千瓦时}
  - {品种: 天然气, 数量: 180, 单位: 万立方米}
  - {品种: 柴油, 数量: 35吨}
增加值: 1.2亿元
自带系数:
  电力等价值: {数值: 0.2950, 年份: 2025, 来源: 省能源主管部门公布值}
所在地:
  能耗: 250万吨标准煤
  生产总值: 720亿元
  碳排放: 480万吨二氧化碳
  能耗增量: 12万吨标准煤
  能耗空间: 3万吨标准煤
本期已批:
  - {名称: 甲项目, 能耗: 1.1万吨标准煤, 碳排放: 2.2万吨二氧化碳, 增加值: 4亿元, 年份: 2026}
"""


def read(text):
    return read_project(text, file="p.yaml", book=BOOK)


def verdict_of(text):
    project, problems = read(text)
    assert problems == []
    return appraise(project, book=BOOK)


def test_the_example_by_hand():
    """Electricity 24 m kWh: 2949.6 and 7080 tce; gas 2185.74; diesel 50.9985.

    Controlled: 9316.7385 − 300 万 kWh × 0.295 = 8431.7385 tce. CO2: 21 m kWh × 0.4974 = 10445.4;
    gas 180 × 21.62188809 = 3891.9399; diesel 110.0793; together 14447.4191 t.
    """
    verdict = verdict_of(FILE)
    assert verdict.totals.calorific == D("5186.3385")
    assert verdict.totals.equivalent == D("9316.7385")
    assert verdict.totals.controlled == D("8431.7385")
    assert round(verdict.totals.carbon, 4) == D("14447.4191")
    assert round(verdict.indicators.energy_intensity, 6) == D("0.776395")
    shares = {share.name: share for share in verdict.alone.shares}
    assert round(shares["m"].percent, 4) == D("7.0264") and shares["m"].band == 2
    together = {share.name: share for share in verdict.together.shares}
    assert round(together["m"].percent, 4) == D("16.1931") and together["m"].band == 3
    assert round(shares["n"].percent, 4) == D("0.1703") and round(together["n"].percent, 4) == D("0.0547")
    assert verdict.conclusion == "conditional"
    assert (verdict.route.route, verdict.route.decider, verdict.route.carbon_appraisal) == (
        "review",
        "local",
        True,
    )


def test_every_factor_has_a_source_and_a_day_or_is_the_files_own():
    verdict = verdict_of(FILE)
    assert all(factor.source and (factor.day or factor.sure == "given") for factor in verdict.factors)
    names = {factor.id for factor in verdict.factors}
    assert {"carbon.grid.average", "energy.conversion.electricity", "energy.effect.m_bands"} <= names
    (grid,) = [factor for factor in verdict.factors if factor.id == "carbon.grid.average"]
    assert (grid.year, grid.jurisdiction) == (2023, "33")


def test_the_page_is_self_contained_and_prints_every_factor():
    verdict = verdict_of(FILE)
    page = as_html(verdict)
    assert not re.search(r"(src|href)=|https?:|<script", page)
    for factor in verdict.factors:
        assert factor.source in page.replace("&quot;", '"')
    assert "结论：有条件" in page and "14447.4191" in page


def test_the_page_escapes_what_the_applicant_wrote():
    page = as_html(verdict_of(FILE.replace("精密铸件项目", "'<script>alert(1)</script>'")))
    assert "<script" not in page


def test_the_data_is_plain_json():
    data = json.loads(json.dumps(as_data(verdict_of(FILE)), ensure_ascii=False))
    assert data["totals"]["controlled"] == "8431.7385"
    assert data["route"]["code"] == "other"


def test_before_2022_nothing_is_taken_out():
    old = FILE.replace("2026-03-10", "2021-12-31").replace(
        "自带系数:", "自带系数:\n  电网排放因子: {数值: 0.7035, 来源: 当年口径}"
    )
    assert verdict_of(old).taken_out == ()
    assert verdict_of(old.replace("2021-12-31", "2022-01-01")).taken_out == ("feedstock", "renewable")


def test_a_rebuilt_project_counts_its_increment():
    text = (
        FILE
        + "改建: true\n改建前:\n  - {品种: 电力, 数量: 2000万千瓦时}\n  - {品种: 天然气, 数量: 150万立方米}\n"
    )
    verdict = verdict_of(text)
    assert verdict.totals.calorific == D("5186.3385") - D("2458") - D("1821.45")
    assert verdict.route.route == "exempt"


def test_two_high_needs_replacement():
    text = FILE.replace("通用设备制造业", "化工")
    assert verdict_of(text).conclusion == "does-not-fit"
    assert verdict_of(text).exchange.missing == D("9316.7385")
    full = text + "替代来源:\n  - {名称: 关停窑炉, 能耗: 9316.7385, 文号: 临能〔2026〕1号}\n"
    assert verdict_of(full).exchange.missing == 0 and verdict_of(full).conclusion == "conditional"
    reduced = verdict_of(full + "减量替代: true\n").exchange
    assert reduced.needed == D("9316.7385") * D("1.5") and reduced.missing > 0


def test_promised_against_measured():
    text = FILE + (
        "实测:\n  日期: 2028-12-31\n  系数年份: 2023\n  增加值: 1.1亿元\n"
        "  能源:\n    - {品种: 电力, 数量: 2300万千瓦时, 可再生: 300万千瓦时}\n    - {品种: 天然气, 数量: 180万立方米}\n"
    )
    # The equivalent value is the file's own, the grid factor that of the stated year.
    kept = {one.promise.name: one for one in verdict_of(text).completion}
    assert kept["energy"].measured == D("6785") + D("2185.74") and kept["energy"].kept
    assert kept["energy_intensity"].kept is False
    assert round(kept["energy_intensity"].gap, 6) == round(D("8970.74") / 11000 - D("9316.7385") / 12000, 6)


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("数量: 35吨", "数量: -35吨", 9, "project-negative"),
        ("数量: 35吨", "数量: 35亩", 9, "project-unit"),
        ("数量: 35吨", "数量: 35箩筐", 9, "project-unit"),
        ("数量: 35吨", "数量: 99999999999吨", 9, "project-absurd"),
        ("数量: 35吨", "数量: .nan", 9, "yaml-value"),
        ("品种: 柴油", "品种: 木柴", 9, "project-carrier"),
        ("申请日期: 2026-03-10", "申请日期: 三月十日", 3, "project-value"),
        ("可再生: 300万", "可再生: 3000万", 7, "project-value"),
        ('地区: "330112"', "地区: 临安", 2, "project-value"),
        ("能耗: 250万吨标准煤", "能耗: 250万亩", 14, "project-unit"),
        ("行业:", "颜色:", 4, "project-key"),
        ("来源: 省能源主管部门公布值", "来源: ", 12, "project-value"),
    ],
)
def test_bad_input_is_told_with_its_line(old, new, line, code):
    assert old in FILE
    project, problems = read(FILE.replace(old, new))
    assert project is None
    assert code in [problem.code for problem in problems]
    wrong = next(problem for problem in problems if problem.code == code)
    assert (wrong.place.file, wrong.place.line) == ("p.yaml", line)
    assert wrong.found and wrong.expected


def test_a_missing_factor_year_is_refused_with_the_years_there_are():
    with pytest.raises(Refused) as refusal:
        verdict_of(FILE + "系数年份: 2024\n")
    (problem,) = refusal.value.problems
    assert problem.place.line == 7
    assert "2021、2022、2023" in problem.expected


def test_no_value_added_is_refused_where_n_is_asked():
    with pytest.raises(Refused, match="no value added"):
        verdict_of(FILE.replace("增加值: 1.2亿元\n", ""))


def test_without_figures_of_the_place_the_effect_is_unknown():
    bare = FILE[: FILE.index("所在地:")]
    assert verdict_of(bare).conclusion == "unknown"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_content_makes_the_reader_raise(text):
    read(text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FILE.splitlines()), st.text(alphabet="-0123456789.:{}[] 吨亩a", max_size=12))
def test_a_damaged_line_is_a_problem_or_a_project(line, junk):
    project, problems = read(FILE.replace(line, line + junk, 1))
    assert (project is None) == bool(problems)


def test_the_page_prints_promise_and_measure():
    measured = (
        "实测:\n  日期: 2028-12-31\n  系数年份: 2023\n  能源:\n    - {品种: 电力, 数量: 2500万千瓦时}\n"
    )
    page = as_html(verdict_of(FILE + measured))
    assert "承诺与实测" in page and "未实测" in page


@pytest.mark.parametrize(
    ("more", "conclusion"),
    [
        ("淘汰工艺: 是\n", "does-not-fit"),
        ("quota_exceeded: true\n", "does-not-fit"),
        ("未完成目标: 是\n", "conditional"),  # pauses energy-hungry projects only
        ("淘汰工艺: 否\n", "conditional"),
    ],
)
def test_what_the_law_of_zhejiang_does_not_let_pass(more, conclusion):
    assert verdict_of(FILE + more).conclusion == conclusion


def test_a_missed_goal_pauses_two_high_projects():
    text = (
        FILE
        + "两高: 是\n未完成目标: 是\n替代来源:\n  - {名称: 关停窑炉, 能耗: 10000, 文号: 临能〔2026〕1号}\n"
    )
    verdict = verdict_of(text)
    assert verdict.conclusion == "does-not-fit" and "暂停" in verdict.reasons_zh[-1]


def test_a_refusal_without_a_rule_at_the_place_is_not_invented():
    text = FILE.replace('"330112"', '"320102"') + "淘汰工艺: 是\n"
    with pytest.raises(Refused, match="refusals"):
        verdict_of(text)


def test_more_energy_than_any_plant_uses_is_a_slip_of_the_unit():
    with pytest.raises(Refused) as refusal:
        verdict_of(FILE.replace("数量: 35吨", "数量: 7000万吨"))
    assert refusal.value.problems[0].code == "project-absurd"


def test_feedstock_and_renewable_do_not_exceed_the_whole():
    _, problems = read(FILE.replace("数量: 35吨", "数量: 35吨, 原料: 20吨, 可再生: 20吨"))
    assert [problem.place.line for problem in problems] == [9]
    assert read(FILE.replace("数量: 35吨", "数量: 35吨, 原料: 20吨, 可再生: 15吨"))[1] == []


def test_a_file_may_be_json():
    text = '{"name": "x", "place": "330112", "applied_on": "2026-03-10", "energy": [{"carrier": "diesel", "amount": 35}]}'
    assert verdict_of(text).totals.calorific == D("50.9985")
