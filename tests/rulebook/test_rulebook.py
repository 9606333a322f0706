"""The built-in rulebook: every shelf is sound, and outside its days and places it raises."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from yiben import rulebook
from yiben.kernel.problems import errors_of
from yiben.rulebook import NotInForceHere, NotYetInForce, UnknownValue


def test_every_built_in_file_is_sound() -> None:
    assert errors_of(rulebook.check()) == []


def test_a_value_is_exact_and_dated() -> None:
    id = "alerts.yinchuan.progress_red_gap"
    assert rulebook.value(id, on=date(2025, 3, 1)) == Decimal("0.30")
    with pytest.raises(NotYetInForce):
        rulebook.value(id, on=date(2025, 2, 28))


def test_a_value_holds_only_in_its_jurisdiction() -> None:
    id = "alerts.yinchuan.progress_red_gap"
    assert rulebook.value(id, on=date(2025, 4, 1), place="640104") == Decimal("0.30")
    with pytest.raises(NotInForceHere):
        rulebook.value(id, on=date(2025, 4, 1), place="331022")
    adopted = rulebook.built_in().adopted(id, on=date(2025, 4, 1), place="331022")
    assert adopted == Decimal("0.30")


def test_an_unknown_value_is_told() -> None:
    with pytest.raises(UnknownValue, match=r"alerts\.nowhere\.gap"):
        rulebook.value("alerts.nowhere.gap", on=date(2025, 1, 1))


def test_a_countys_own_values_replace_the_built_in_ones() -> None:
    text = """
jurisdiction: "331022"
source: {document: 县里的办法}
sure: text
values:
  progress_red_gap: {name: {zh: 红, en: Red}, unit: share, changes: [{day: 2025-01-01, value: 0.25}]}
"""
    own, problems = rulebook.read_file(text, file="own.yaml", head="alerts.county")
    assert problems == []
    book = rulebook.built_in().joined(own)
    assert book.value("alerts.county.progress_red_gap", on=date(2025, 1, 1)) == Decimal("0.25")
    assert "red_shortfall" in book.below("alerts.sanya")
