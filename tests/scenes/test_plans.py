"""The plan section of a pack and the pointers of nodes."""

from __future__ import annotations

from yiben.planning.templates import built_in
from yiben.scenes.loader import built_in_packs, read_pack
from yiben.scenes.plans import item_of, plan_book

PACK = """\
pack: wells
version: 1
title: 机井
key: code
fields:
  code: {{type: text, required: true, label: 编号}}
  kind: {{type: choice, label: 类型, choices: {{deep: 深, flat: 浅}}}}
  area: {{type: quantity, unit: 亩, label: 面积}}
  day: {{type: date, label: 日期}}
nodes:
  begun: {{label: 开工, item: start, planned: {planned}}}
plan:
  templates: [{{template: industrial, where: {{kind: {kind}}}}}]
  facts: {{land_ha: {{field: area, unit: {unit}}}}}
  spreads: {{owner: [{least}, 1, 2]}}
"""


def problems_of(**changed: object) -> list[str]:
    values = {"planned": "day", "kind": "deep", "unit": "公顷", "least": 0.5} | changed
    _, problems = read_pack(PACK.format(**values), file="wells.yaml")
    return [f"{one.place.line} {one.place.field}" for one in problems]


def test_a_right_section_is_taken() -> None:
    assert problems_of() == []


def test_wrong_pointers_are_told_with_their_line() -> None:
    assert problems_of(planned="area") == ["11 nodes.begun.planned"]
    assert problems_of(kind="steep") == ["13 plan.templates.0.where.kind"]
    assert problems_of(unit="吨") == ["14 plan.facts.land_ha"]
    assert problems_of(least=3) == ["15 plan.spreads.owner"]


def test_key_projects_follow_networks_that_are_there() -> None:
    pack = built_in_packs()["projects"]
    book = plan_book(pack)
    for choice in book.templates:
        template = built_in()[choice.template]
        items = {item_of(node, template=choice.template) for node in pack.nodes.values()}
        assert {"start", "building_permit", "completion"} <= items & set(template.items)
        assert set(book.facts) - set(template.facts) <= {"energy_tce"}
    assert book.template_of({"class": "government", "approval": "verification"}) == "infrastructure_verified"
    assert book.template_of({"class": "unknown"}) == ""
