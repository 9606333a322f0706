"""The rulebook's files: what is refused, with file and line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from yiben.kernel.problems import errors_of
from yiben.rulebook import read_file

GOOD = """
jurisdiction: CN
source: {document: 某办法, article: 第三条}
sure: text
values:
  gap:
    name: {zh: 差距, en: Gap}
    unit: share
    changes: [{day: 2024-01-01, value: 0.10}, {day: 2025-09-01, value: 0.20}]
    until: 2026-01-01
    local: [{jurisdiction: "3310", changes: [{day: 2025-01-01, value: 0.15}]}]
"""


def test_a_good_file_gives_exact_dated_values() -> None:
    (entry,), problems = read_file(GOOD, file="a/b.yaml", head="a.b")
    assert problems == [] and entry.id == "a.b.gap" and entry.line == 6
    assert entry.version().dated.on(date(2025, 8, 31)) == Decimal("0.10")
    assert entry.version("331022").dated.on(date(2025, 8, 31)) == Decimal("0.15")
    assert entry.days == (date(2024, 1, 1), date(2025, 1, 1), date(2025, 9, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("unit: share", "unit: 3", 8, "rulebook-unit"),
        ("sure: text", "sure: maybe", 6, "rulebook-sure"),
        ("day: 2025-09-01", "day: 2025-13-01", 9, "rulebook-day"),
        ("day: 2025-09-01", "day: 2023-09-01", 9, "rulebook-order"),
        ("until: 2026-01-01", "until: 2020-01-01", 10, "rulebook-order"),
        ("{zh: 差距, en: Gap}", "差距", 7, "rulebook-label"),
        ("value: 0.20", "value: null", 9, "rulebook-value"),
        ('"3310"', "杭州", 11, "rulebook-jurisdiction"),
        ("document: 某办法", "title: 某办法", 6, "rulebook-source"),
        ("until:", "til:", 10, "rulebook-key"),
        ("  gap:", "  Gap-1:", 6, "rulebook-name"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int, code: str) -> None:
    assert old in GOOD
    entries, problems = read_file(GOOD.replace(old, new), file="a/b.yaml", head="a.b")
    assert entries == []
    assert (code, line) in [(one.code, one.place.line) for one in problems]


def test_a_file_of_another_shape_is_left_out_with_a_warning() -> None:
    entries, problems = read_file("a: 1\n", file="x.yaml", head="x")
    assert entries == [] and problems and errors_of(problems) == []
