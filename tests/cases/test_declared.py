"""The cases section of packs: the default, what a pack changes, and mistakes with their line."""

from __future__ import annotations

import pytest

from yiben.kernel.colours import Colour
from yiben.scenes.cases import case_book, check_cases
from yiben.scenes.loader import built_in_packs, read_pack

PACK = """\
pack: wells
version: 1
title: 水井
key: name
fields:
  name: {type: text, label: 井名}
  kind: {type: text, label: 类别}
cases:
  class_field: kind
"""


def read(more: str = "") -> tuple[object, list[str]]:
    pack, problems = read_pack(PACK + more, file="wells.yaml")
    return pack, [f"{one.place.line}: {one.found} / {one.expected}" for one in problems]


def test_a_pack_without_the_section_has_cases_too() -> None:
    pack, problems = read_pack(PACK.partition("cases:")[0], file="wells.yaml")
    assert pack is not None and not problems
    book = case_book(pack)
    assert list(book.levels) == ["blue", "yellow", "red", "leader"]
    assert book.level_for("any", Colour.RED) == "blue" and not book.level_for("any", Colour.YELLOW)
    assert (book.next_level("blue"), book.next_level("leader")) == ("yellow", "")


def test_the_projects_pack_is_in_order() -> None:
    pack = built_in_packs()["projects"]
    assert check_cases(pack) == []
    assert {one.label.zh for one in case_book(pack).slips.values()} == {
        "提示单",
        "督办单",
        "联系单",
        "报告单",
    }


@pytest.mark.parametrize(
    ("more", "line", "found"),
    [
        ("  opens: {red: purple}\n", 10, "purple"),
        ("  evidence: [blue, black]\n", 10, "black"),
        ("  leader_field: boss\n", 10, "boss"),
        ("  rules: {late: {red: blue}}\n", 10, "late"),
        ("  levels: {blue: {label: 蓝, slip: letter, days: 3}}\n  evidence: []\n", 10, "letter"),
        ("  slips: {prompt: {label: 单, word: 一}, supervise: {label: 双, word: 一}}\n", 10, "一"),
    ],
)
def test_names_that_point_nowhere_are_told_with_their_line(more: str, line: int, found: str) -> None:
    pack, problems = read(more)
    assert pack is None
    assert any(one.startswith(f"{line}:") and found in one for one in problems), problems


def test_unknown_keys_are_refused_by_the_schema() -> None:
    pack, problems = read("  deadline: 3\n")
    assert pack is None and "deadline" in problems[0]
