"""Thresholds looked up in a table: what is refused, what is found, alike on both engines and over time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from assess.books import book
from assess.test_spark import same
from yiben import rulebook
from yiben.assess import assess, explain, rule_set
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.kernel.problems import errors_of
from yiben.rulebook import read_file
from yiben.scenes.loader import built_in_packs, read_pack
from yiben.scenes.model import Pack

PACK = """
pack: stores
version: 1
title: 库存
key: code
fields:
  code: {type: text, label: 代码}
  kind: {type: choice, label: 品种, choices: {wheat: 小麦, paddy: 稻谷, salt: 食盐}}
  age: {type: integer, label: 年数}
computed:
  first: {type: text, label: 首字, expression: "case when kind = 'salt' then '其他' else '稻谷' end"}
rules:
  old:
    label: 超期
    family: other
    applies: years is not null
    thresholds: {years: {table: grain.reserve.storage_years, by: kind}, least: {table: grain.reserve.storage_years, by: first}}
    red: age > years and in_a_row(age > least) >= 1
    otherwise: green
    because: {zh: "{age}年，{years}年，{least}"}
"""


def pack_of(text: str = PACK) -> Pack:
    pack, problems = read_pack(text, file="stores.yaml")
    assert pack is not None and not errors_of(problems), problems
    return pack


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("storage_years, by: kind", "storage_years, by: age", "a text"),
        ("storage_years, by: kind", "storage_years, by: nothing", "a known column"),
        ("{table: grain.reserve.storage_years, by: kind}", "grain.reserve.storage_years", "by: a text"),
        ("grain.reserve.storage_years, by: kind", "alerts.county.progress_red_gap, by: kind", "a table of numbers"),
        ("grain.reserve.storage_years, by: kind", "energy.budget.trades, by: kind", "a table of numbers"),
        ("grain.reserve.storage_years, by: kind", "grain.reserve.nothing, by: kind", "a value of the rulebook"),
    ],
)  # fmt: skip
def test_a_wrong_lookup_is_told_with_its_line(old: str, new: str, expected: str) -> None:
    assert old in PACK
    _, problems = read_pack(PACK.replace(old, new, 1), file="stores.yaml")
    told = [one for one in problems if expected in one.expected]
    assert told and told[0].place.line == 17, problems


def test_a_list_is_no_threshold_and_the_rule_is_left_out() -> None:
    text = PACK.replace("{table: grain.reserve.storage_years, by: kind}", "funds.projects.idle_months")
    pack, problems = read_pack(text, file="x")
    assert [(one.code, one.severity) for one in problems] == [("rule-threshold", "warning")]
    assert pack is not None and rule_set(pack).names == ()


def stores() -> list[dict[str, Any]]:
    kinds = ("wheat", "paddy", "salt", None)
    return [{"subject": f"{kind}-{age}", "kind": kind, "age": age} for kind in kinds for age in (3, 4, 5, 6)]


def test_each_subject_meets_its_own_number() -> None:
    pack = pack_of()
    rules = rule_set(pack)
    months = [Period.of("2025-06")]
    found = assess(book(pack, subjects=stores()), rules=rules, months=months, all_reasons=True)
    reds = {row["subject"] for row in found.colours.to_pylist() if row["old"] == Colour.RED}
    assert reds == {"wheat-6", "paddy-4", "paddy-5", "paddy-6"}
    (one,) = found.of_subject("wheat-6")
    assert one.zh == "6年，5年，3" and one.numbers["years"] == Decimal(5)
    assert "正常储存年限 = 5 (年" in explain(one, rules=rules)
    assert found.of_subject("salt-6") == [] and found.of_subject("None-6") == []


def changing() -> rulebook.Rulebook:
    """Storage years that change in mid-2025: wheat shorter, salt new, paddy gone."""
    text = """
jurisdiction: CN
sure: general
source: {document: 试验}
values:
  storage_years:
    name: {zh: 年限, en: Years}
    unit: 年
    changes:
      - {day: 2009-12-29, value: {小麦: 5, 稻谷: 3}}
      - {day: 2025-06-30, value: {小麦: 4, salt: 5}}
"""
    values, problems = read_file(text, file="x.yaml", head="grain.reserve")
    assert not problems
    return rulebook.built_in().joined(values)


def test_a_table_that_changes_is_looked_up_by_the_month() -> None:
    pack = pack_of()
    months = list(Period.of("2025-05/2025-06").each_month())
    frames = book(pack, subjects=stores())
    found = assess(frames, rules=rule_set(pack), months=months, regulations=changing())
    rows = {(row["subject"], row["month"].month): row["old"] for row in found.colours.to_pylist()}
    green, red, none = Colour.GREEN, Colour.RED, Colour.NONE
    assert [rows["wheat-5", month] for month in (5, 6)] == [green, green], "5 > 4, but `least` is gone"
    assert [rows["paddy-4", month] for month in (5, 6)] == [red, none]
    assert [rows["salt-6", month] for month in (5, 6)] == [none, green]


@pytest.mark.spark
def test_both_engines_look_up_alike(spark_session: Any) -> None:
    months = list(Period.of("2025-05/2025-06").each_month())
    grain = built_in_packs()["grain_reserve"]
    lots = [
        {"subject": f"{kind}-{year}", "kind": kind, "harvest_year": year, "gap_approved": bool(year % 2)}
        for kind in grain.fields["kind"].choices
        for year in range(2019, 2025)
    ]
    for pack, subjects, laws in ((pack_of(), stores(), changing()), (grain, lots, rulebook.built_in())):
        frames = book(pack, subjects=subjects)
        given: dict[str, Any] = {"rules": rule_set(pack), "months": months, "all_reasons": True}
        mine = assess(frames, regulations=laws, **given)
        assert mine.reasons.num_rows > 5
        same(mine, assess(frames, regulations=laws, engine="spark", session=spark_session, **given))
