"""The words as data, and what a county adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from yiben.kernel.problems import Refused
from yiben.readers.lexicon import lexicon
from yiben.readers.report import read_report


def test_a_county_adds_units_places_and_indicators(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "units: {counted: [筐]}\nplaces: {more: [云岭县]}\nindicators: {macro: {青蟹产值: [蟹值]}}\n",
        encoding="utf-8",
    )
    report = read_report(
        "云岭县2023年工作总结\n一、完成情况\n销售青蟹300筐。蟹值增长5%。", words=lexicon(own)
    )
    assert report.page.place == "云岭县"
    assert [(f.value, f.unit, f.subject) for f in report.figures] == [
        (300, "筐", "销售青蟹"),
        (5, "%", "青蟹产值增速"),
    ]


def test_a_list_that_begins_with_an_equals_sign_replaces(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text('pages: {footer: ["=", 只有这个]}\n', encoding="utf-8")
    assert lexicon(own).words("pages", "footer") == ["只有这个"]


@pytest.mark.parametrize("content", ["unknown_part: {}", "- a\n- b", "a: [", ""])
def test_a_wrong_file_is_refused(tmp_path: Path, content: str) -> None:
    own = tmp_path / "wrong.yaml"
    own.write_text(content, encoding="utf-8")
    with pytest.raises(Refused):
        lexicon(own)


def test_places_of_all_provinces_are_known() -> None:
    words = lexicon()
    assert len({*words.places.values()} - {""}) == 34
    assert words.places["三门县"] == "浙江省"
    assert words.short_places["杭州"] == "杭州市"
