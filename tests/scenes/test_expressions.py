"""Expressions: the white list, the columns, the kinds, and hostile texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.kernel.problems import Place
from yiben.scenes.columns import rule_columns
from yiben.scenes.expressions import parse_expression
from yiben.scenes.kinds import kind_problems
from yiben.scenes.loader import BUILT_IN, load_pack

HERE = Place(file="x.yaml", line=1)
COLUMNS = {"a": "number", "n": "whole", "d": "date", "t": "text", "f": "boolean"}


@pytest.mark.parametrize(
    "text",
    [
        "a > 0 and not f",
        "case when a > n then 1 else a end >= 2",
        "d between '2025-01-01' and plus_months(d, 3)",
        "t in ('x', 'y') or t like 'x%'",
        "ratio(a, n) < 0.3",
        "coalesce(a, n, 0) - round(a, 2) != 0",
        "cast('2025-01-01' as date) <= d",
    ],
)
def test_good_expressions_pass(text: str) -> None:
    parsed, problems = parse_expression(text, columns=COLUMNS, place=HERE)
    assert parsed is not None and problems == []
    assert kind_problems(parsed.tree, columns=COLUMNS, wanted="boolean", text=text, place=HERE)[1] == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        *("select 1", "a; drop table x", "(select a)", "exists (select 1)", "a > (select max(a) from x)"),
        *("read_csv('x')", "pragma_version()", "x.a > 1", "cast(a as text)", "a::json", "sum(a)", "[1,2]"),
        *("a > 1 --", "'", "a >", "count(*)", "a over ()", "lambda x: x", "$1", "?", "b > 0", "days_from(d)"),
        "(" * 500 + "a" + ")" * 500,
        "a + " * 900 + "a",
    ],
)
def test_everything_else_is_refused_with_its_place(text: str) -> None:
    parsed, problems = parse_expression(text, columns=COLUMNS, place=HERE)
    if text == "a > 1 --":
        assert parsed is not None, "a comment changes nothing"
        return
    assert parsed is None and problems and all(one.place == HERE for one in problems)


@pytest.mark.parametrize(
    "text", ["a > t", "d > 1", "d + 1 > d", "f + 1 > 0", "not a", "t > d", "year(a) > 1", "t like 'a\\b'"]
)
def test_kinds_are_not_mixed(text: str) -> None:
    parsed, _ = parse_expression(text, columns=COLUMNS, place=HERE)
    assert parsed is not None
    assert kind_problems(parsed.tree, columns=COLUMNS, wanted="boolean", text=text, place=HERE)[1]  # type: ignore[arg-type]


@given(st.text(max_size=60))
def test_any_text_gives_an_expression_or_problems_and_never_raises(text: str) -> None:
    parsed, problems = parse_expression(text, columns=COLUMNS, place=HERE)
    assert (parsed is None) == bool(problems)


def test_a_rule_reads_fields_measures_nodes_and_forms() -> None:
    columns = rule_columns(load_pack(Path(str(BUILT_IN / "projects.yaml"))), per="node")
    for name in (
        "invested_year",
        "physical_latest",
        "start_actual",
        "filed_monthly",
        "planned_on",
        "plan_year",
    ):
        assert name in columns
    assert "physical_total" not in columns and "filed_yearly" in columns
