"""What is a quantity and what is not, by the construction of the language."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.lexicon import lexicon
from yiben.readers.quantities import WIDTHS, Quantity, lexer_for


def read(text: str) -> list[Quantity]:
    return lexer_for(lexicon()).read(text.translate(WIDTHS))


def said(text: str) -> list[str]:
    view = text.translate(WIDTHS)
    return [view[one.start : one.end] for one in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("总投资1988.6亿元，占比12.5％", ["1988.6亿元", "12.5%"]),
        ("引进企业一家，建成两座水厂", ["一家", "两座"]),
        ("开展招聘活动近200场，带动1500余人", ["200场", "1500余人"]),
        ("引进项目投资60多亿，贷款13.44亿", ["60多亿", "13.44亿"]),
        ("增速居全市第3位、全省第二", ["第3位", "第二"]),
        ("位列全省前三十", ["前三十"]),
        ("分别高于国家和省市4.3、3.7、4.5个百分点", ["4.3", "3.7", "4.5个百分点"]),
        ("投资5-6亿元，涨幅3%至5%", ["5-6亿元", "3%至5%"]),
        ("用时仅1个工作日", ["1个工作日"]),
        ("营商指数96.7，得分92.29分", ["96.7", "92.29分"]),
        ("筹资三百万元，流转两千亩", ["三百万元", "两千亩"]),
        ("新增耕地8.89万平方米、装机30.66兆伏安", ["8.89万平方米", "30.66兆伏安"]),
        ("亿元以上项目20个，其中10亿元以上5个", ["20个", "5个"]),
        ("完成6个1000吨标煤以上项目审查", ["6个"]),
    ],
)
def test_quantities_are_found(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "一、主要指标",
        "（二）重点工作",
        "2023年1-6月",
        "“十四五”规划",
        "《支持企业42条》",
        "“500精英”计划",
        "创成5A级景区",
        "山区26县",
        "8+4政策体系",
        "203省道改建",
        "中心陵园二期",
        "三次产业",
        "2.0版",
        "110千伏变电站",
        "三门县、五台山、万名干部",
        "第一季度、第二批、第三产业、第一人民医院",
        "三个“一号工程”",
        "打造15分钟生活圈",
        "“30分钟服务圈”",
        "今后五年、三年行动计划",
    ],
)
def test_names_dates_and_titles_are_left_out(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("增长3%左右", "approx"),
        ("约15兆瓦", "approx"),
        ("突破50亿元", "min"),
        ("80%以上", "min"),
        ("不超过30天", "max"),
        ("控制在5.5%以内", "max"),
        ("1500余人", "approx"),
        ("增长3%", "exact"),
    ],
)
def test_bounds(text: str, bound: str) -> None:
    assert [one.bound for one in read(text)] == [bound]


def test_values_keep_their_digits() -> None:
    values = [one.value for one in read("1,234.50万元、-4.5%、三十五个、5-6亿元")]
    assert values[0] == Decimal("1234.50")
    assert values[-1] == (Decimal(5), Decimal(6))


@given(
    st.text(
        alphabet="一二三第前0123456789.,-~%％亿万元个家位名年月日《》“”至到和、，。以上左右约超百分点",
        max_size=40,
    )
)
def test_any_text_gives_ordered_spans_inside_it(text: str) -> None:
    found = read(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@given(
    st.decimals(min_value=Decimal("0.01"), max_value=Decimal(99999), places=2),
    st.sampled_from(["亿元", "%", "个百分点", "亩", "万吨", "家"]),
)
def test_what_is_written_is_read(value: Decimal, unit: str) -> None:
    found = read(f"全县实现{value}{unit}，")
    assert [(one.value, one.unit) for one in found] == [(value, unit)]


def test_the_shares_of_three_industries() -> None:
    found = read("三次产业结构为8:46:46,产业大会8:30:00开始,产业比例10:20:30。")
    assert [(str(one.value), one.kind) for one in found] == [
        ("8", "percent"),
        ("46", "percent"),
        ("46", "percent"),
    ]
