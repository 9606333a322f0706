"""The rules section: what is refused, with file and line; rule sets and choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from yiben.kernel.colours import Colour
from yiben.kernel.problems import Refused, errors_of
from yiben.scenes.loader import BUILT_IN, load_pack, read_pack
from yiben.scenes.rules import read_rules, rule_set

GOOD = """
pack: tasks
version: 1
title: 任务
key: code
fields:
  code: {type: text, label: 代码}
  due: {type: date, label: 期限}
  amount: {type: money, label: 金额}
measures:
  done: {type: money, every: month, adds: true, label: 完成}
rules:
  behind:
    label: 落后
    family: investment
    thresholds: {red_gap: alerts.county.progress_red_gap}
    applies: amount > 0
    red: time_progress - ratio(done_year, amount) > red_gap
    otherwise: green
    because: {zh: "完成{ratio(done_year, amount):.1%}"}
settings:
  judging:
    overall: worst
    actual_dates: [due]
    schemes: {other: {label: 其他, day: 2025-01-01}}
"""


def _problems(old: str, new: str) -> list[tuple[str, int | None]]:
    assert old in GOOD
    _, problems = read_pack(GOOD.replace(old, new), file="tasks.yaml")
    return [(one.code, one.place.line) for one in errors_of(problems)]


def test_a_good_section_is_read() -> None:
    pack, problems = read_pack(GOOD, file="tasks.yaml")
    assert pack is not None and problems == []
    (rule,), judging, _ = read_rules(pack)
    assert rule.otherwise == Colour.GREEN and list(rule.conditions) == [Colour.RED]
    assert judging.actual_dates == ("due",) and rule_set(pack).names == ("behind",)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("alerts.county.progress_red_gap", "alerts.county.nothing", "rule-threshold", 16),
        ("red_gap: alerts", "amount: alerts", "rule-threshold", 16),
        ("applies: amount > 0", "applies: amount", "expression-kind", 17),
        ("applies: amount > 0", "applies: amount > 'much'", "expression-kind", 17),
        ("applies: amount > 0", "applies: amount > due", "expression-kind", 17),
        ("applies: amount > 0", "applies: amout > 0", "expression-column", 17),
        ("applies: amount > 0", "applies: due > '2025-13-01'", "expression-kind", 17),
        ("applies: amount > 0", "applies: in_a_row(in_a_row(amount > 0) > 1) > 2", "expression-nesting", 17),
        ("applies: amount > 0", "applies: read_text('x') = 'y'", "expression-function", 17),
        ("applies: amount > 0", "applies: (select 1) = 1", "expression-not-allowed", 17),
        ("otherwise: green", "otherwise: blue", "pack-schema", 19),
        ("    otherwise: green\n", "", "pack-schema", 13),
        (":.1%", ":9q", "because-format", 20),
        ("完成{ratio", "完成{{ratio", "because-braces", 20),
        ("  behind:", "  overall:", "rule-reserved", 13),
        ("overall: worst", "overall: best", "judging-overall", 23),
        ("overall: worst", "overall: {families: [weather]}", "judging-family", 23),
        ("actual_dates: [due]", "actual_dates: [amount]", "judging-date", 24),
        ("day: 2025-01-01", "day: soon", "judging-day", 25),
        ("overall: worst", "loud: true", "judging-key", 23),
        ("family: investment", "family: investment\n    schemes: [nowhere]", "rule-scheme", 16),
        ("family: investment", "family: investment\n    recovery: {yellow_for: 12}", "rule-recovery", 16),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, code: str, line: int) -> None:
    assert (code, line) in _problems(old, new)


def test_an_unknown_rule_set_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Refused, match="yinchuan_2025"):
        rule_set(load_pack(Path(str(BUILT_IN / "projects.yaml"))), scheme="nowhere")


def test_the_published_rule_sets_are_selectable_and_sourced() -> None:
    pack = load_pack(Path(str(BUILT_IN / "projects.yaml")))
    for scheme in ("yinchuan_2025", "wuhan", "sanya_2022", "sanya_2022_month", "ouhai_2020"):
        chosen = rule_set(pack, scheme=scheme)
        assert chosen.rules and chosen.scheme.source is not None
        for rule in chosen.rules:
            assert rule.note is not None, "what the notice leaves open must be told"
