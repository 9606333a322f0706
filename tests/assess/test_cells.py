"""Judging in arrays gives what the plan of the embedded engine gives, or leaves it to the plan."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assess.books import PROJECTS, book
from assess.random_books import random_book
from yiben.assess import Book, Findings, RuleSet, assess, judge, rule_set
from yiben.assess.cells import NotInCells
from yiben.assess.cells.values import (
    EXACT_DOUBLE,
    WIDE,
    Cells,
    constant,
    divided,
    doubles,
    multiplied,
    resized,
)
from yiben.kernel.periods import Period
from yiben.scenes.loader import read_pack
from yiben.scenes.rules import Overall, read_rules

MONTHS = list(Period.of("2025-03/2025-09").each_month())
# Each is a condition of a rule; between them they hold every form that has a meaning in arrays.
CONDITIONS = (
    "a < b",
    "a <= n or b > 2.5",
    "not (a > b)",
    "a is null and not (d is null)",
    "a / b > 0.3",
    "ratio(a, b) * n >= 1",
    "least(a, 100) * greatest(least(b, 100), -100) between 0.5 and 100",
    "a * time_progress > b",
    "a / 3 - b / 7 < 0.000000000001",
    "a / 100 + n > b - 1",
    "n % 7 = 6 or a % b = 0",
    "n * n - n > 20",
    "round(a, 2) = a",
    "round(a / 3, 1) > 0.5",
    "floor(a) = n or ceil(b) = n",
    "abs(a - b) < 2.5",
    "-a > b",
    "greatest(a, b, n) > 2",
    "least(a, n) <= 0",
    "coalesce(a, b, 0) <> 0",
    "nullif(n, 3) is null",
    "case when a > b then a when b > 5 then n else 0.5 end > 0.4",
    "case n when 3 then 1 when 0 then 2 end = 1",
    "if(f, a, b) > 0",
    "if(a > b, d, e) > '2024-06-01'",
    "months_from(d, e) >= 11",
    "days_from(d, e) > 300",
    "plus_months(d, n) < e",
    "plus_days(d, n) >= '2025-02-28'",
    "year(d) = 2024 and month(e) = 2",
    "f",
    "f is null or t like '%甲%'",
    "d between '2024-02-01' and e",
    "d in ('2024-01-31', '2025-12-31')",
    "t in ('a', '甲乙') and d <= month_end",
    "in_a_row(a > b or d > month_end) >= 3",
    "a > null",
)
PACK = """
pack: cells
version: 1
title: 数组对照
key: code
fields:
  code: {type: text, label: 代码}
  a: {type: money, label: A}
  b: {type: money, label: B}
  n: {type: integer, label: N}
  d: {type: date, label: D}
  e: {type: date, label: E}
  t: {type: text, label: T}
  f: {type: boolean, label: F}
rules:
"""


def by_plan(monkeypatch: pytest.MonkeyPatch, *wanted: Any, **more: Any) -> Findings:
    """The findings of the plan, whatever arrays could do."""

    def refuse(*_: object) -> None:
        raise NotInCells

    with monkeypatch.context() as patch:
        patch.setattr(judge, "Sweep", refuse)
        return assess(*wanted, **more)


def in_arrays(monkeypatch: pytest.MonkeyPatch, *wanted: Any, **more: Any) -> Findings:
    """The findings of the arrays; what does not fit them is an error here."""
    with monkeypatch.context() as patch:
        patch.setattr(judge, "NotInCells", KeyboardInterrupt)
        return assess(*wanted, **more)


def alike(
    monkeypatch: pytest.MonkeyPatch, frames: Book, rules: RuleSet, reasons: Sequence[Period] = MONTHS[-2:]
) -> Findings:
    """Judge in both ways, all reasons told, and compare row for row."""
    more: dict[str, Any] = {"rules": rules, "months": MONTHS, "reasons": reasons, "all_reasons": True}
    mine, other = in_arrays(monkeypatch, frames, **more), by_plan(monkeypatch, frames, **more)
    for one in ("colours", "reasons"):
        assert getattr(mine, one).schema == getattr(other, one).schema
        assert getattr(mine, one).to_pylist() == getattr(other, one).to_pylist()
    return mine


def every_rule() -> RuleSet:
    """All rules of the built-in pack that look nothing up, with histories, together."""
    rules, judging, problems = read_rules(PROJECTS)
    assert not problems
    kept = [
        replace(one, yellow_for=2) if one.name == "node_late" else one for one in rules if not one.lookups
    ]
    overall = Overall("weighed", red_points=4, yellow_points=2)
    return RuleSet(PROJECTS, rule_set(PROJECTS).scheme, tuple(kept), judging, overall)


def test_random_books_are_judged_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    found = alike(monkeypatch, random_book(PROJECTS, seed=1, subjects=80), every_rule(), MONTHS[-1:])
    assert found.reasons.num_rows > 0


def test_every_form_of_an_expression_means_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [
        f"  r{at}: {{label: R{at}, family: other, otherwise: green, red: \"{one}\", because: {{zh: '{at}'}}}}"
        for at, one in enumerate(CONDITIONS)
    ]
    pack, problems = read_pack(PACK + "\n".join(rules), file="cells.yaml")
    assert pack is not None, problems
    dice = random.Random(7)
    amounts = ["0", "1", "-1", "0.125", "-2.5", "2.5", "1.005", "1234.567891", "3", "9000", "-9000.5"]
    days = [None, date(2024, 1, 31), date(2024, 2, 29), date(2025, 2, 28), date(2025, 12, 31)]
    rows = [
        {
            "subject": f"s{number:03d}",
            "a": Decimal(dice.choice(amounts)) if dice.random() < 0.9 else None,
            "b": Decimal(dice.choice(amounts)) if dice.random() < 0.9 else None,
            "n": dice.choice([None, 0, 3, -4, 13]),
            "d": dice.choice(days),
            "e": dice.choice(days),
            "t": dice.choice([None, "a", "甲乙", "b"]),
            "f": dice.choice([None, True, False]),
        }
        for number in range(300)
    ]
    found = alike(monkeypatch, book(pack, subjects=rows), rule_set(pack), reasons=())
    for rule in rule_set(pack).names[:-1]:
        shades = set(found.colours[rule].to_pylist())
        assert len(shades) == 2, f"{rule} holds everywhere or nowhere: it tells nothing"


def test_what_does_not_fit_is_left_to_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "  r: {label: R, family: other, otherwise: green, red: 'a / b > 0.3', because: {zh: 'r'}}"
    pack, problems = read_pack(PACK + rule, file="cells.yaml")
    assert pack is not None, problems
    frames = book(pack, subjects=[{"subject": "s", "a": Decimal("99999999"), "b": Decimal("0.000001")}])
    told: dict[str, Any] = {"rules": rule_set(pack), "months": MONTHS[:1]}
    with pytest.raises(NotInCells), monkeypatch.context() as patch:
        patch.setattr(judge, "NotInCells", KeyboardInterrupt)
        assess(frames, **told)
    assert assess(frames, **told).colours["overall"].to_pylist() == [4]


def test_a_number_beyond_a_double_is_divided_in_the_engines_steps() -> None:
    amount = EXACT_DOUBLE * 10 + 7
    exact = constant("number", amount, WIDE)
    whole, part = divmod(amount, 10**12)
    assert doubles(exact)[0, 0] == whole + part / 10**12


def test_numbers_stay_exact_or_are_refused() -> None:
    money = constant("number", 5_000_001, (20, 6))
    assert multiplied(money, constant("number", 3, (3, 1))).data.tolist() == [[15_000_003]]
    assert resized(constant("number", -2_500_000, (20, 6)), (20, 0)).data.tolist() == [[-3]]
    assert divided(constant("whole", 2), constant("whole", 3)).data.tolist() == [[666_666_666_667]]
    zero = divided(constant("whole", 2), constant("whole", 0))
    assert zero.known is not None and not zero.known.any()
    with pytest.raises(NotInCells):
        multiplied(constant("whole", 1 << 40), constant("whole", 1 << 40))
    with pytest.raises(NotInCells):
        Cells("whole", money.data, None, 1 << 62)
