"""Figures by the construction of sentences: measure, subject, period, status, compare, scope."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yiben.readers.report import Figure, read_report

TITLE = "云岭县2023年工作总结和2024年工作思路\n一、2023年工作完成情况\n全县"


def figures(sentence: str, *, title: str = TITLE) -> list[Figure]:
    return list(read_report(title + sentence).figures)


@pytest.mark.parametrize(
    ("sentence", "measure", "value", "compare"),
    [
        ("固定资产投资增长12.5%。", "growth", "12.5", "yoy"),
        ("固定资产投资下降12.5%。", "growth", "-12.5", "yoy"),
        ("PPI环比下降0.2%。", "growth", "-0.2", "previous"),
        ("粮食总产量超任务目标19.9%。", "growth", "19.9", "target"),
        ("外贸出口总额是上年的2倍。", "growth", "2", "yoy"),
        ("开工率提高1.9个百分点。", "change", "1.9", None),
        ("增速高于全省2.2个百分点。", "change", "2.2", "province"),
        ("利率比全市平均低0.35个百分点。", "change", "-0.35", "city"),
        ("用地指标比去年多333亩。", "change", "333", "yoy"),
        ("综合评价较上年提升9个位次。", "change", "9", "yoy"),
        ("项目开工率达89%。", "share", "89", None),
        ("服务业占GDP比重达61.19%。", "share", "61.19", None),
        ("营商环境指数96.7，", "index", "96.7", None),
        ("粮食产量不低于40万吨。", "level", "40", None),
        ("营商环境评价列全省第23位。", "rank", "23", None),
    ],
)
def test_measure_value_and_base(sentence: str, measure: str, value: str, compare: str | None) -> None:
    (figure,) = figures(sentence)
    assert (figure.measure, figure.value, figure.compare) == (measure, Decimal(value), compare)


def test_a_list_hands_out_its_names() -> None:
    found = figures("火灾数、刑事立案数、诈骗立案数分别下降24.4%、17.7%、36.3%。")
    assert [(f.subject, f.value) for f in found] == [
        ("火灾数增速", Decimal("-24.4")),
        ("刑事立案数增速", Decimal("-17.7")),
        ("诈骗立案数增速", Decimal("-36.3")),
    ]


def test_a_shared_suffix_is_given_back() -> None:
    found = figures("养老保险、医疗保险参保率分别达到98%、99.98%以上。")
    assert [f.subject for f in found] == ["养老保险参保率", "医疗保险参保率"]
    assert [f.bound for f in found] == ["min", "min"]


def test_urban_and_rural_are_taken_apart() -> None:
    found = figures("城乡居民人均可支配收入分别达到5.71万元、3.27万元。")
    assert [f.subject for f in found] == ["城镇居民人均可支配收入", "农村居民人均可支配收入"]


def test_from_one_value_to_another() -> None:
    before, after = figures("预警销号率由36.6%提升至79.59%。")
    assert (before.period, after.period, after.measure) == ("previous", "2023", "share")
    assert before.subject == after.subject == "预警销号率"


def test_three_bases_in_a_row() -> None:
    found = figures("社会消费品零售总额增长8.9%，分别高于国家和省市2.3、2.2和4.2个百分点。")
    assert [f.compare for f in found[1:]] == ["nation", "province", "city"]


def test_months_of_a_quarter() -> None:
    found = figures("规上工业增加值三季度月度分别增长5.1%、14.1%和4.7%。")
    assert [f.period for f in found] == ["2023-07", "2023-08", "2023-09"]


@pytest.mark.parametrize(
    ("sentence", "period"),
    [
        ("1-6月，项目投资增长5%。", "2023H1"),
        ("前三季度项目投资增长5%。", "2023-01/2023-09"),
        ("一季度项目投资增长5%。", "2023Q1"),
        ("截至6月底，开工项目5个。", "asof:2023-06"),
        ("2020年至2023年发现问题4项。", "2020/2023"),
        ("7月份项目投资增长5%。", "2023-07"),
        ("项目投资增长5%。", "2023"),
    ],
)
def test_periods_stated_in_the_sentence(sentence: str, period: str) -> None:
    assert figures(sentence)[0].period == period


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("项目投资增长5%。", "actual"),
        ("预计项目投资增长5%。", "forecast"),
        ("力争项目投资增长5%。", "target"),
        ("年度计划投资31亿元。", "target"),
        ("审批时间最多80天。", "rule"),
    ],
)
def test_status(sentence: str, status: str) -> None:
    assert figures(sentence)[0].status == status


def test_a_plan_section_makes_targets_of_its_year() -> None:
    (figure,) = figures(
        "新增就业5000人以上。", title="云岭县2023年工作总结和2024年工作思路\n二、2024年工作思路\n"
    )
    assert (figure.status, figure.period, figure.bound) == ("target", "2024", "min")


def test_scope_is_handed_on_to_later_ranks() -> None:
    found = [
        f for f in figures("GDP增长6.7%，排名全市第二；固投增长21.6%，排名第一。") if f.measure == "rank"
    ]
    assert [(f.scope, f.value) for f in found] == [("全市", Decimal(2)), ("全市", Decimal(1))]
    assert found[1].subject == "固定资产投资增速"


def test_an_aspect_takes_the_thing_named_before() -> None:
    _, money = figures("储备重大项目54个，总投资1988.6亿元。")
    assert money.subject == "储备重大项目总投资"


def test_another_area_that_speaks_is_the_place() -> None:
    (figure,) = figures("项目顺利。台州市已开展测评19次。")
    assert figure.place == "台州市"


def test_every_figure_says_why() -> None:
    assert all(f.why for f in figures("预计固投增长29%左右，排名全市第一。"))


@pytest.mark.parametrize(
    ("sentence", "subjects"),
    [
        (
            "生产总值214.7亿元，增长4.9%，总量居全市第5位、增速居全市第3位。",
            ["生产总值", "生产总值增速", "生产总值", "生产总值增速"],
        ),
        (
            "肉羊存栏12.4万只，出栏18.9万只，分别增长2.3%和下降0.8%。",
            ["肉羊存栏", "肉羊出栏", "肉羊存栏增速", "肉羊出栏增速"],
        ),
        (
            "规上服务业企业实现营业收入36.2亿元，利润总额4.1亿元。",
            ["规上服务业企业营业收入", "规上服务业企业利润总额"],
        ),
        (
            "城北水厂项目总投资6.3亿元，年度计划投资2亿元，累计完成投资1.7亿元。",
            ["城北水厂项目总投资", "城北水厂项目年度计划投资", "城北水厂项目累计完成投资"],
        ),
        ("居民消费价格(CPI)上涨1.9%。", ["居民消费价格增速"]),
        ("人口自然增长率为-0.87‰。", ["人口自然增长率"]),
        ("粮食单产每亩411公斤。", ["粮食单产"]),
        (
            "采矿业、制造业增加值分别增长2.2%、6.8%，拉动规上工业增加值增长0.4个和4.7个百分点。",
            [
                "采矿业增加值增速",
                "制造业增加值增速",
                "采矿业增加值拉动规上工业增加值增速",
                "制造业增加值拉动规上工业增加值增速",
            ],
        ),
        (
            "青溪大桥、城北水厂总投资分别为3亿元、5亿元，分别完成年度计划的80%和95%。",
            [
                "青溪大桥总投资",
                "城北水厂总投资",
                "青溪大桥总投资完成年度计划比重",
                "城北水厂总投资完成年度计划比重",
            ],
        ),
        (
            "南湖路工程完成投资3亿元，形象进度达60%。",
            ["南湖路工程完成投资", "南湖路工程形象进度"],
        ),
    ],
)
def test_each_clause_names_its_own_thing(sentence: str, subjects: list[str]) -> None:
    assert [figure.subject for figure in figures(sentence)] == subjects


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("人口自然增长率为-0.87‰。", ["-0.87"]),
        ("工业投资、民间投资分别增长5.8%和-4.2%。", ["5.8", "-4.2"]),
        ("工业投资、民间投资分别增长-4.2%、5.8%。", ["-4.2", "5.8"]),
        ("工业投资、民间投资分别下降4.2%、5.8%。", ["-4.2", "-5.8"]),
        ("工业投资、民间投资分别下降4.2%和增长5.8%。", ["-4.2", "5.8"]),
    ],
)
def test_each_number_has_its_own_sign(sentence: str, values: list[str]) -> None:
    assert [str(figure.value) for figure in figures(sentence)] == values


def test_the_unit_of_the_last_points_is_shared() -> None:
    found = figures("分别拉动生产总值增长1.5个和4.3个百分点。")
    assert [(f.value, f.unit, f.measure) for f in found] == [
        (Decimal("1.5"), "个百分点", "change"),
        (Decimal("4.3"), "个百分点", "change"),
    ]


def test_a_lead_in_months_is_no_period() -> None:
    found = figures("云岭大桥提前3个月通车，优良率94.5%。")
    assert found[-1].period == "2023"


def test_the_year_of_a_goal_holds_for_its_sentence() -> None:
    title = "云岭县2025年政府工作报告\n二、2025年工作安排\n"
    (figure,) = figures("到2027年，全社会研发投入占生产总值比重达到3.2%。", title=title)
    assert figure.period == "2027"


def test_the_structure_of_industries_is_three_shares() -> None:
    found = figures("三次产业结构由上年的7.8∶46.5∶45.7调整为7.5∶46.9∶45.6。")
    assert [f.period for f in found] == ["previous"] * 3 + ["2023"] * 3
    assert {f.measure for f in found} == {"share"}
    assert found[3].subject == "第一产业增加值占生产总值比重"
