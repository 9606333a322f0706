"""What headings mean."""

from __future__ import annotations

import pytest

from yiben.kernel.units import UNITS
from yiben.readers.tables.headings import Vocabulary, caption_units, take_apart


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("总投资",), "total"),
        (("总 投 资\n（万元）",), "total"),
        (("总投资/亿元",), "total"),
        (("总投资（单位：亿元）",), "total"),
        (("总投资亿元",), "total"),
        (("投资(万元)", "总投资"), "total"),
        (("total",), "total"),
        (("Total Investment (10,000 yuan)",), "total"),
        (("项目编号*",), "code"),
        (("所在乡镇（街道）",), "town"),
        (("所在乡镇",), "town"),
        (("基本情况", "项目名称"), "name"),
        (("项目名称", "1"), "name"),
        (("形象进度%",), "progress"),
        (("2026年7月完成投资",), "done"),
        (("7月", "完成投资(万元)"), "done"),
        (("2026年完成投资（亿元）", "5月"), "done"),
        (("2026年计划", "投资(万元)"), "plan"),
        (("2026年年度计划投资",), "plan"),
        (("两倍投资(万元)",), "double"),
    ],
)
def test_headings_are_known_in_many_spellings(roads, parts, name):
    match = Vocabulary.of(roads).match(parts)[1]
    assert match is not None and match.name == name


@pytest.mark.parametrize(
    "parts",
    [
        ("1-7月完成投资",),
        ("累计完成投资",),
        ("自年初累计", "完成投资"),
        ("去年同期", "完成投资"),
        ("完成投资", "同比增长(%)"),
        ("2026年完成投资",),
        ("幸运数字",),
        ("",),
    ],
)
def test_other_numbers_are_not_mistaken(roads, parts):
    assert Vocabulary.of(roads).match(parts)[1] is None


def test_uses_beside_fields(roads):
    words = Vocabulary.of(roads)
    assert words.match(("序号",))[1].use == "order"
    assert words.match(("月份",))[1].use == "period"
    assert words.match(("双倍",))[1] is None
    assert words.nearest(take_apart(("总投资额",))) == "总投资"


@pytest.mark.parametrize(
    ("parts", "unit", "remark"),
    [
        (("总投资(万元)",), "万元", ""),
        (("总投资", "（亿元）"), "亿元", ""),
        (("总投资", "元"), "元", ""),
        (("投资(万元)", "占比(%)"), "%", ""),
        (("用地(公顷)",), "公顷", ""),
        (("总投资(万美元)",), "", "万美元"),
        (("所在乡镇(街道)",), "", ""),
    ],
)
def test_units_in_headings(parts, unit, remark):
    heading = take_apart(parts)
    assert (heading.unit, heading.remark) == (unit, remark)


def test_units_of_captions():
    assert caption_units(["三门县进度表", "单位：万元、亩"]) == {"money": UNITS["万元"], "area": UNITS["亩"]}
    assert caption_units(["单位:万元", "(亿元)"]) == {}
