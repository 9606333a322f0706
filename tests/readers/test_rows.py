"""Tables inside a report's text."""

from __future__ import annotations

from decimal import Decimal

from yiben.readers.report import read_report

TITLE = "青川县2023年1-7月主要经济指标\n"


def test_each_cell_is_a_figure_of_its_row() -> None:
    text = TITLE + (
        "指标 | 单位 | 7月 | 1-7月 | 同比增长(%) |\n固定资产投资 | 亿元 | 5.1 | 32.56 | 12.1 |\n工业用电量 | 万千瓦时 | - | 9865.4 | -6.6 |\n"
    )
    found = [(f.subject, f.value, f.unit, f.measure, f.period) for f in read_report(text).figures]
    assert found == [
        ("固定资产投资", Decimal("5.1"), "亿元", "level", "2023-07"),
        ("固定资产投资", Decimal("32.56"), "亿元", "level", "2023-01/2023-07"),
        ("固定资产投资增速", Decimal("12.1"), "%", "growth", "2023-01/2023-07"),
        ("工业用电量", Decimal("9865.4"), "万千瓦时", "level", "2023-01/2023-07"),
        ("工业用电量增速", Decimal("-6.6"), "%", "growth", "2023-01/2023-07"),
    ]


def test_blanks_set_cells_apart_too() -> None:
    text = TITLE + "单位：亿元\n指标名称    累计    同比增长(%)\n工业投资    10.2    20.4\n"
    assert [(f.value, f.unit) for f in read_report(text).figures] == [
        (Decimal("10.2"), "亿元"),
        (Decimal("20.4"), "%"),
    ]


def test_rows_of_counties_take_their_place() -> None:
    text = "台州市2023年主要经济指标\n地区 | 固定资产投资(亿元) | 位次 |\n三门县 | 90.1 | 2 |\n天台县 | 80.5 | 3 |\n"
    found = read_report(text).figures
    assert [f.place for f in found] == ["三门县", "三门县", "天台县", "天台县"]
    assert [f.measure for f in found] == ["level", "rank", "level", "rank"]
