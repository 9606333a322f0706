"""What a page says about itself."""

from __future__ import annotations

import pytest

from yiben.readers.lexicon import lexicon
from yiben.readers.outline import outline_of
from yiben.readers.pages import page_of
from yiben.readers.quantities import WIDTHS
from yiben.readers.report import read_report


@pytest.mark.parametrize(
    ("title", "reviewed", "planned", "kind"),
    [
        ("三门县2022年工作总结和2023年工作思路", "2022", "2023", "yearly"),
        ("天台县政府2022年七月份工作总结和八月份工作安排", "2022-07", "2022-08", "monthly"),
        ("青川县2023年1-7月经济运行情况", "2023-01/2023-07", None, "statistics"),
        ("湖南省2023年国民经济和社会发展统计公报", "2023", None, "statistics"),
        ("临安区2024年上半年工作总结及下半年工作计划", "2024H1", "2024H2", "half-year"),
        ("2024年政府工作报告", "2023", "2024", "government work report"),
        ("安徽省2022年国民经济和社会发展计划执行情况与2023年计划草案的报告", "2022", "2023", "yearly"),
    ],
)
def test_periods_and_kind_from_the_title(title: str, reviewed: str, planned: str | None, kind: str) -> None:
    page = page_of(f"{title}\n一、工作情况\n全县工作顺利。", words=lexicon())
    assert (page.reviewed, page.planned, page.kind) == (reviewed, planned, kind)


def test_labels_are_furniture() -> None:
    text = "索引号: 1133/2022-1\n发布机构: 天台县人民政府办公室 发文日期: 2022-08-01\n正文开始。\n分享: |".translate(
        WIDTHS
    )
    page = page_of(text, words=lexicon())
    assert page.place == "天台县"
    assert page.issued_on == "2022-08-01"
    assert page.issuer == "天台县人民政府办公室"
    assert len(page.furniture) == 3


def test_the_place_is_the_area_that_calls_itself_ours() -> None:
    page = page_of("我区与杭州市、白玉县合作。临安区项目顺利，临安区投资增长，全区平稳。", words=lexicon())
    assert page.place == "临安区"


def test_sections_plan_or_review() -> None:
    text = "云岭县2023年工作总结和2024年工作思路\n一、2023年主要工作\n(一)在谋划发展思路上创新\n甲。\n二、2024年工作思路\n乙。\n(一)抓项目\n丙。"
    page = page_of(text, words=lexicon())
    outline = outline_of(text, page, words=lexicon())
    told = {
        word: (outline.at(text.index(word)).plans, outline.at(text.index(word)).period) for word in "甲乙丙"
    }
    assert told == {"甲": (False, "2023"), "乙": (True, "2024"), "丙": (True, "2024")}


def test_the_end_of_a_longer_word_is_no_county() -> None:
    """范县 is a county, but 示范县 is a model county."""
    from yiben.readers.lexicon import lexicon
    from yiben.readers.pages import places_in

    said = "三门县创成全省示范县,并与范县结对。"
    assert [name for _, _, name in places_in(said, words=lexicon())] == ["三门县", "范县"]


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("青川市2023年国民经济和社会发展统计公报", "青川市"),
        ("浙江省临江县2025年政府工作报告", "临江县"),
        ("滨河区8月份重点项目建设进展通报", "滨河区"),
        ("天台县发展和改革局关于2022年上半年工作总结", "天台县"),
        ("关于浙江省2024年国民经济和社会发展计划执行情况的报告", "浙江省"),
    ],
)
def test_the_title_says_whose_page_it_is_known_or_not(title: str, place: str) -> None:
    assert page_of(f"{title}\n一、工作情况\n工作顺利。", words=lexicon()).place == place


def test_the_day_under_a_title_begins_no_plan() -> None:
    text = "青川市2023年国民经济和社会发展统计公报\n青川市统计局 2024年3月28日\n年末企业812家。"
    page = page_of(text, words=lexicon())
    assert [section.period for section in outline_of(text, page, words=lexicon()).sections] == ["2023"]


def test_the_caption_of_a_table_is_no_title() -> None:
    text = "滨河区8月份重点项目通报\n全区36个项目。\n表1 各镇街重点项目完成情况(单位:亿元、%)\n"
    assert page_of(text, words=lexicon()).title == "滨河区8月份重点项目通报"


def test_a_planned_amount_rules_its_own_clause_only() -> None:
    text = "滨河区2025年8月重点项目通报\n36个项目年度计划投资98亿元,1-8月完成投资71亿元,占年度计划的72%。力争全年投资105亿元。"
    assert [one.status for one in read_report(text).figures] == [
        "actual", "target", "actual", "actual", "target",
    ]  # fmt: skip
