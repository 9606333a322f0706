"""Ten percent over the study, spending behind physical progress, idle bond money, cover."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from yiben.appraise.funds import bond_cover, bond_idle, estimate_over, spending_behind
from yiben.kernel.colours import Colour
from yiben.kernel.problems import Refused
from yiben.rulebook import built_in

BOOK, DAY = built_in(), date(2025, 6, 1)


@pytest.mark.parametrize(
    ("estimate", "colour"), [("9000", Colour.GREEN), ("11000", Colour.GREEN), ("11000.01", Colour.RED)]
)
def test_ten_percent_over_the_study(estimate, colour):
    assert estimate_over(D(10000), estimate=D(estimate), on=DAY, book=BOOK).colour is colour


def test_before_the_regulation_nothing_is_guessed():
    assert estimate_over(D(100), estimate=D(111), on=date(2019, 7, 1), book=BOOK).colour is Colour.RED
    with pytest.raises(Refused):
        estimate_over(D(100), estimate=D(111), on=date(2019, 6, 30), book=BOOK)


@pytest.mark.parametrize(
    ("spent", "physical", "colour"),
    [
        ("50", "0.5", Colour.GREEN),
        ("60", "0.5", Colour.GREEN),
        ("49", "0.5", Colour.YELLOW),
        ("30", "0.5", Colour.YELLOW),
        ("29.9", "0.5", Colour.RED),
    ],
)
def test_spending_against_physical_progress(spent, physical, colour):
    assert spending_behind(D(100), spent=D(spent), physical=D(physical), on=DAY, book=BOOK).colour is colour


@pytest.mark.parametrize(("spent", "physical"), [("-1", "0.5"), ("101", "0.5"), ("50", "45"), ("NaN", "0.5")])
def test_absurd_figures_are_refused(spent, physical):
    with pytest.raises(Refused):
        spending_behind(D(100), spent=D(spent), physical=D(physical), on=DAY, book=BOOK)


@pytest.mark.parametrize(
    ("on", "colour"),
    [(date(2025, 6, 30), Colour.GREEN), (date(2025, 7, 1), Colour.YELLOW), (date(2026, 1, 1), Colour.RED)],
)
def test_idle_bond_money(on, colour):
    assert bond_idle(date(2025, 1, 1), last_spent=None, on=on, book=BOOK).colour is colour


def test_cover_at_the_line():
    assert bond_cover(D(110), service=D(100), on=DAY, book=BOOK).colour is Colour.GREEN
    assert bond_cover(D("109.9"), service=D(100), on=DAY, book=BOOK).colour is Colour.RED
