"""Named projects and their events."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yiben.readers.report import Project, read_report


def projects(sentence: str, *, plans: bool = False) -> list[Project]:
    head = "二、2024年工作思路" if plans else "一、2023年工作完成情况"
    return list(read_report(f"云岭县2023年工作总结和2024年工作思路\n{head}\n{sentence}").projects)


@pytest.mark.parametrize(
    ("sentence", "name", "event"),
    [
        ("云岭大桥开工建设。", "云岭大桥", "start"),
        ("青溪抽水蓄能电站项目正式签约。", "青溪抽水蓄能电站项目", "signed"),
        ("城北污水处理厂二期加快推进。", "城北污水处理厂二期", "construction"),
        ("三星科创园主体结顶。", "三星科创园", "topped_out"),
        ("县中医院搬迁改造项目一期基本完成。", "县中医院搬迁改造项目一期", "complete"),
        ("城东垃圾资源化利用工厂投用。", "城东垃圾资源化利用工厂", "operation"),
        ("技师学院完成初步设计方案。", "技师学院", "preliminary"),
        ("沙山区块取得初步设计批复。", "沙山区块", "approved"),
        ("人民西路区块房屋签约完成率98.5%。", "人民西路区块", "land"),
    ],
)
def test_event_after_the_name(sentence: str, name: str, event: str) -> None:
    assert [(p.name, p.event) for p in projects(sentence)] == [(name, event)]


def test_lists_are_taken_apart() -> None:
    found = projects("加快推进始湖夜游、大瀑布竖井电梯工程、文化中心等项目。", plans=True)
    assert [p.name for p in found] == ["始湖夜游", "大瀑布竖井电梯工程", "文化中心"]
    assert {(p.event, p.status, p.period) for p in found} == {("construction", "target", "2024")}


def test_a_shared_suffix_is_given_back_to_members() -> None:
    found = projects("重点保障大自然、严牌、天铁等上市企业募投项目用地。", plans=True)
    assert [p.name for p in found] == ["大自然募投项目", "严牌募投项目", "天铁募投项目"]
    assert {p.event for p in found} == {"land"}


@pytest.mark.parametrize(
    "sentence",
    [
        "19个安置房项目提速推进。",
        "重大项目加快建设。",
        "持续推进数字化改革。",
        "开展固定资产投资项目碳评价。",
        "深入实施有效投资引领工程。",
        "生态环保项目总投资20亿元。",
        "农业农村基础设施重大项目总投资3亿元。",
        "重点项目总投资98.6亿元。",
    ],
)
def test_groups_and_campaigns_are_no_projects(sentence: str) -> None:
    assert projects(sentence) == []


def test_a_number_inside_a_name_is_no_figure() -> None:
    report = read_report("云岭县2023年工作总结\n中核200兆瓦滩涂光伏项目开工建设。")
    assert [p.name for p in report.projects] == ["中核200兆瓦滩涂光伏项目"]
    assert report.figures == ()


def test_the_amount_of_the_clause_goes_with_the_project() -> None:
    (project,) = projects("水系连通及水美乡村项目完成形象进度投资2.61亿元。")
    assert (float(project.amount or 0), project.unit) == (2.61, "亿元")


@pytest.mark.parametrize(
    "sentence",
    [
        "总投资58亿元的年产20GWh储能电池项目开工建设。",
        "总投资58亿元左右的年产20GWh储能电池项目提前3个月投产。",
        "计划投资58亿元建设的年产20GWh储能电池项目加快推进。",
        "年产20GWh储能电池项目总投资58亿元，年度计划投资6亿元。",
    ],
)
def test_the_investment_before_or_after_the_name_is_the_projects(sentence: str) -> None:
    (project,) = projects(sentence)
    assert (project.name, project.amount, project.unit) == ("年产20GWh储能电池项目", 58, "亿元")


def test_the_sum_of_several_projects_is_no_ones() -> None:
    found = projects("总投资58亿元的城北水厂项目、青溪大桥等3个项目开工建设。")
    assert [(p.name, p.amount) for p in found] == [("城北水厂项目", None), ("青溪大桥", None)]


@pytest.mark.parametrize(
    "sentence",
    [
        "沙山装备产业园因资金问题处于停工状态。",
        "沙山装备产业园因征迁影响进度滞后。",
        "沙山装备产业园尚未取得施工许可证。",
        "沙山装备产业园仍未开工。",
    ],
)
def test_a_project_that_does_not_move_is_named_without_an_event(sentence: str) -> None:
    assert [(p.name, p.event) for p in projects(sentence)] == [("沙山装备产业园", None)]


def test_an_aspect_in_the_next_clause_is_that_of_the_project() -> None:
    report = read_report(
        "云岭县2023年工作总结\n云岭机场改扩建工程可研获国家批复，总投资18.7亿元。"
        "存在问题：青溪大桥因征迁影响进度滞后，完成率仅38.2%；部分单位重视不够，完成率仅70%。"
    )
    assert [f.subject for f in report.figures][:2] == ["云岭机场改扩建工程总投资", "青溪大桥完成率"]
    assert "青溪大桥" not in report.figures[2].subject
    assert [(p.name, p.amount) for p in report.projects] == [
        ("云岭机场改扩建工程", Decimal("18.7")),
        ("青溪大桥", None),
    ]
