"""Approval templates: the built-in ones are right, a county's own are checked with file and line."""

from pathlib import Path

import pytest

from yiben.planning.templates import APPROVALS, CLASSES, built_in, read_folder


def test_the_three_classes_and_three_approval_types_are_there() -> None:
    pairs = {(one.project_class, one.approval) for one in built_in().values()}
    assert {
        ("industrial", "filing"),
        ("industrial", "verification"),
        ("infrastructure", "approval"),
        ("infrastructure", "verification"),
        ("commercial_residential", "filing"),
    } <= pairs
    assert all(one.project_class in CLASSES and one.approval in APPROVALS for one in built_in().values())


def test_every_legal_order_names_its_article() -> None:
    for template in built_in().values():
        for key in template.items:
            for wait in template.after(key):
                assert not wait.get("legal") or "条" in wait["article"], (template.name, key)


def test_a_county_changes_one_item_without_code(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        "template: ours\nextends: industrial\nlabel: {zh: 本县工业, en: Ours}\n"
        "items:\n  contractor: ~\n  design: {days: 12}\n  building_permit: {after: [drawing_review]}\n",
        encoding="utf-8",
    )
    known, problems = read_folder(tmp_path, over=built_in())
    assert problems == []
    ours = known["ours"]
    assert "contractor" not in ours.items and ours.items["design"]["days"] == 12
    assert ours.items["design"]["label"] == built_in()["industrial"].items["design"]["label"]
    assert built_in()["industrial"].items["design"]["days"] == 30


BASE = (
    "template: t\nlabel: {zh: 甲}\ngoal: a\nfacts: {size: {default: 0}}\nitems:\n  a:\n    label: {zh: 一}\n"
)


@pytest.mark.parametrize(
    ("content", "line", "found", "expected"),
    [
        ("template: t\nitems: [", None, "", "well-formed YAML"),
        ("- 1\n", 1, "list", "a mapping with template:"),
        ("template: t\ngoal: b\nitems: {a: {label: {zh: 一}}}\n", 2, "'b'", "the key of an item"),
        ("template: t\nextends: nowhere\n", 2, "'nowhere'", "one of"),
        (BASE + "    clock: wall\n", 8, "'wall'", "one of government, owner, excluded"),
        (
            BASE + "    limit: approvals.limits.none\n",
            8,
            "'approvals.limits.none'",
            "a value of the rulebook",
        ),
        (BASE + "    days: -1\n", 8, "-1", "a number of days"),
        (BASE + "    colour: red\n", 8, "'colour'", "one of"),
        (BASE + "    after: [b]\n", 8, "predecessor 'b'", "the key of a node"),
        (BASE + "    after: [a]\n", 8, "a → a", "links that never lead back"),
        (BASE + "    after: [{item: a, legal: true}]\n", 8, "a legal order without article", "article:"),
        (BASE + "    when: {colour: {is: red}}\n", 8, "'colour'", "a fact: size"),
        (BASE + "    when: {size: {over: 3}}\n", 8, "{'over': 3}", "{is | at_least | below: value}"),
        (
            BASE + "    when: {size: {at_least: nothing}}\n",
            8,
            "'nothing'",
            "a number or a value of the rulebook",
        ),
        (BASE + "    tiers: [{when: 3}]\n", 8, "3", "{fact: {is | at_least | below: value}}"),
        (BASE + "  b: 3\n", 8, "3", "a mapping, or ~"),
        (BASE + "    stage: never\n", 8, "'never'", "one of before_start"),
    ],
)
def test_mistakes_are_told_with_file_line_found_expected(
    tmp_path: Path, content: str, line: int | None, found: str, expected: str
) -> None:
    (tmp_path / "t.yaml").write_text(content, encoding="utf-8")
    known, problems = read_folder(tmp_path)
    assert known == {} and problems
    told = problems[0]
    assert found in told.found and expected in told.expected, problems
    assert told.place.file == "t.yaml" and (line is None or told.place.line == line)
