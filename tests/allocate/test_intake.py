"""Claims, pools and policies as they come in: values, or problems with line, found, expected."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.allocate.intake import read_claims, read_policy, read_pool
from yiben.allocate.model import Pool

POOLS = [Pool("土地", D(100), "亩"), Pool("能耗", D(1000), "tce")]
CSV = "项目编号,项目名称,类别,得分,需要时间,乡镇,需求.土地,最低.土地,需求.能耗\n"


def problems_of(text, file="c.csv"):
    return read_claims(text, file=file, pools=POOLS)[1]


def test_csv_json_and_yaml_say_the_same():
    claims, problems = read_claims(
        CSV + 'P1,甲,实施类,87.5,2025-09-01,锦城,"1,200.5",600亩,\n', file="c.csv", pools=POOLS
    )
    assert problems == []
    jsonl = '{"id":"P1","name":"甲","tier":"实施类","score":87.5,"by":"2025-09-01","town":"锦城","wanted":{"土地":1200.5},"least":{"土地":600}}\n'
    yaml = "claims:\n- {id: P1, name: 甲, tier: 实施类, score: 87.5, by: 2025-09-01, town: 锦城, 需求: {土地: 1200.5}, 最低: {土地: 600亩}}\n"
    assert read_claims(jsonl, file="c.jsonl", pools=POOLS)[0] == claims
    assert read_claims(yaml, file="c.yaml", pools=POOLS)[0] == claims
    assert claims[0].needs["土地"].wanted == D("1200.5") and claims[0].needs["土地"].least == 600


@pytest.mark.parametrize(
    ("row", "field", "found"),
    [
        ("P1,甲,实施类,1,,锦城,8.5公顷,,\n", "需求.土地", "8.5公顷"),
        ("P1,甲,实施类,1,,锦城,-3,,\n", "需求.土地", "-3"),
        ("P1,甲,实施类,1,,锦城,3箩筐,,\n", "需求.土地", "3箩筐"),
        ("P1,甲,实施类,1,,锦城,3吨,,\n", "需求.土地", "3吨"),
        ("P1,甲,实施类,n/a,,锦城,3,,\n", "score", "n/a"),
        ("P1,甲,实施类,1,下月,锦城,3,,\n", "by", "下月"),
        (",甲,实施类,1,,锦城,3,,\n", "id", ""),
        ("P1,甲,,1,,锦城,3,,\n", "tier", ""),
    ],
)
def test_a_bad_cell_is_told_with_its_line(row, field, found):
    (problem,) = problems_of(CSV + row)
    assert (problem.place.line, problem.place.field) == (2, field)
    assert found in problem.found and problem.expected


def test_the_hectare_is_said_in_mu():
    (problem,) = problems_of(CSV + "P1,甲,实施类,1,,锦城,8.5公顷,,\n")
    assert "127.5亩" in problem.expected


def test_an_unknown_column_and_a_broken_line_are_told():
    assert problems_of("id,tier,颜色\nP1,实施类,红\n")[0].place.field == "颜色"
    assert problems_of('{"id"', file="c.jsonl")[0].code == "claims-json"
    assert problems_of("- 1\n- 2\n", file="c.yaml")[0].code == "claims-shape"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120), st.sampled_from(["c.csv", "c.yaml", "c.jsonl", "c.json"]))
def test_no_content_makes_the_reader_raise(text, file):
    read_claims(text, file=file, pools=POOLS)
    read_policy(text, file=file)


@pytest.mark.parametrize("text", ["土地", "土地=", "=5亩", "土地=-5亩", "土地=五亩"])
def test_a_bad_pool_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        read_pool(text)


def test_a_policy_is_read_with_its_parts():
    text = "name: 县\ntiers: [实施类, 储备类]\nmethod: in_turn\nreserves: {土地: 12.5}\ntown_shares: {昌化: {土地: 50}}\n"
    policy, problems = read_policy(text, file="p.yaml")
    assert problems == []
    assert (
        policy.in_turn and policy.reserves == {"土地": D("12.5")} and policy.town_shares["昌化"]["土地"] == 50
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [("tiers: []\n", "tiers"), ("tiers: [a]\ngoals: [beauty]\n", "goals"), ("tiers: [a]\nmethod: magic\n", "method"),
     ("tiers: [a]\nreserves: {土地: -1}\n", "reserves.土地"), ("tiers: [a]\ncolour: red\n", "colour"),
     ("tiers: [a, a]\n", "tiers")],
)  # fmt: skip
def test_a_bad_policy_is_told(text, field):
    policy, problems = read_policy(text, file="p.yaml")
    assert policy is None
    assert problems[0].place.field == field
