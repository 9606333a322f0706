"""The contract of the engines: DuckDB and Spark give equal findings for every rule set."""

from __future__ import annotations

from typing import Any

import pytest

from assess.books import PROJECTS, book
from assess.random_books import random_book
from yiben.assess import Book, Findings, RuleSet, assess, rule_set
from yiben.kernel.periods import Period
from yiben.scenes.loader import read_pack
from yiben.scenes.rules import read_rules

PACK = PROJECTS
SCHEMES = sorted({scheme for rule in read_rules(PACK)[0] for scheme in rule.schemes})
MONTHS = list(Period.of("2025-03/2025-09").each_month())
ENGINES_PACK = """
pack: engines
version: 1
title: 引擎对照
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
  told:
    label: 各种写法
    family: other
    otherwise: green
    red: ratio(a, b) * a > 1000000
    because:
      zh: "{a / b}|{a / b:.2%}|{a * b}|{a * b:,.3f}|{a + n}|{n % 7}|{a % b}|{round(a, 2)}|{round(a / 3, 1):.1f}|{floor(a)}|{ceil(a)}|{abs(a)}|{greatest(a, b)}|{least(a, n)}|{coalesce(a, b, 0)}|{nullif(n, 3)}|{case when a > b then a when b > 5 then n else 0.5 end}|{if(f, 'x', t)}|{concat(t, '-', lower(t))}|{t || upper(t)}|{length(t)}|{months_from(d, e)}|{days_from(d, e)}|{plus_months(d, n)}|{plus_days(d, n)}|{year(d)}|{month(e)}|{f}|{-a}|{a / b / n}|{a * time_progress}|{a - b - 0.000001}|{n * n}|{t like '%甲%'}|{d between '2024-02-01' and e}|{t in ('a', '甲乙')}|{d is null or e is not null}"
      en: "{time_progress:.4f}"
"""


def same(left: Findings, right: Findings) -> None:
    """Both tables are equal, row for row."""
    for one in ("colours", "reasons"):
        mine, other = getattr(left, one), getattr(right, one)
        assert mine.num_rows == other.num_rows
        for row, twin in zip(mine.to_pylist(), other.to_pylist(), strict=True):
            assert row == twin


def both(frames: Book, rules: RuleSet, session: Any) -> None:
    """Judge on both engines, all reasons told, and compare."""
    mine = assess(frames, rules=rules, months=MONTHS, reasons=MONTHS[-2:], all_reasons=True)
    assert mine.reasons.num_rows > 0
    theirs = assess(
        frames,
        rules=rules,
        months=MONTHS,
        reasons=MONTHS[-2:],
        all_reasons=True,
        engine="spark",
        session=session,
    )
    same(mine, theirs)


@pytest.mark.spark
@pytest.mark.parametrize("versioned", [False, True], ids=["flat", "versioned"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_both_engines_give_equal_findings(scheme: str, versioned: bool, spark_session: Any) -> None:
    seed = SCHEMES.index(scheme) * 2 + versioned
    frames = random_book(PACK, seed=seed, versioned=versioned)
    both(frames, rule_set(PACK, scheme=scheme), spark_session)


@pytest.mark.spark
def test_both_engines_read_every_expression_alike(spark_session: Any) -> None:
    pack, problems = read_pack(ENGINES_PACK, file="engines.yaml")
    assert pack is not None, problems
    from datetime import date
    from decimal import Decimal

    amounts = [
        None,
        "0",
        "1",
        "-1",
        "0.000001",
        "-2.5",
        "2.5",
        "1.005",
        "123456.789012",
        "99999999.999999",
        "3",
    ]
    days = [None, date(2024, 1, 31), date(2024, 2, 29), date(2025, 2, 28), date(2025, 12, 31)]
    texts = [None, "a", "甲乙", 'x"y\\z\n']
    rows = [
        {
            "subject": f"s{i:03d}{j:02d}",
            "a": None if a is None else Decimal(a),
            "b": None if b is None else Decimal(b),
            "n": [None, 0, 3, -4, 13][(i + j) % 5],
            "d": days[(i + j) % 5],
            "e": days[(i * 2 + j) % 5],
            "t": texts[(i + j) % 4],
            "f": [None, True, False][(i + j) % 3],
        }
        for i, a in enumerate(amounts)
        for j, b in enumerate(amounts)
    ]
    both(book(pack, subjects=rows), rule_set(pack), spark_session)
