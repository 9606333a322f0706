"""Energy budgets by Xiaoshan's rules: who is in, bands, class shifts, alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from yiben.appraise.budget import Enterprise, Rules, budgets, freed, month_colour, why_in
from yiben.kernel.colours import Colour
from yiben.kernel.dated import NotYetInForce
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused
from yiben.rulebook import built_in

RULES = Rules(built_in(), date(2022, 5, 1), "330109")


def one(id="甲", trade="纺织", energy=2000, kwh=0, value=1000, per_mu="B"):
    return Enterprise(id, id, trade, D(energy), D(kwh), D(value), per_mu)


@pytest.mark.parametrize(
    ("enterprise", "why"),
    [
        (one(energy=1001), "trade"),
        (one(energy=1000), ""),
        (one(energy=500, kwh=3000001), "trade"),
        (one(energy=500, kwh=3000000), ""),
        (one(trade="食品", energy=1200, value=2000), ""),  # exactly 0.6
        (one(trade="食品", energy=1201, value=2000), "intensity"),
        (one(trade="食品", energy=10, per_mu="C"), "class"),
        (one(trade="食品", energy=10, per_mu="D"), "class"),
        (one(trade="食品", energy=10, per_mu="A"), ""),
    ],
)
def test_who_is_in(enterprise, why):
    assert why_in(enterprise, rules=RULES) == why


def test_five_bands_and_class_shifts():
    """Five enterprises of rising intensity: cuts 1, 2, 4, 5, 7 %; class A + 0.8 points and so on."""
    classes = ["A", "B", "C", "D", "B"]
    given = [one(str(at), value=2000 - 300 * at, per_mu=name) for at, name in enumerate(classes)]
    found = budgets(list(reversed(given)), rules=RULES)
    assert [budget.cut_percent for budget in found] == [1, 2, 4, 5, 7]
    assert [budget.amount for budget in found] == [
        D(2000) * D("0.998"), D(2000) * D("0.983"), D(2000) * D("0.95"), D(2000) * D("0.93"), D(2000) * D("0.933"),
    ]  # fmt: skip
    assert "削减 1%" in found[0].sentence_zh


def test_rewards_penalties_and_transfers():
    given = replace(one(), penalty_percent=D(1), reward=D(20), transferred_in=D(5), transferred_out=D(7))
    (budget,) = budgets([given], rules=RULES)
    assert budget.amount == D(2000) * (100 - 1 + D("0.3") - 1) / 100 + 18


def test_equal_intensity_shares_the_better_band():
    found = budgets([one(str(at)) for at in range(10)], rules=RULES)
    assert {budget.cut_percent for budget in found} == {D(1)}


@pytest.mark.parametrize(
    ("used", "colour"),
    [("300", Colour.GREEN), ("300.01", Colour.YELLOW), ("330", Colour.YELLOW), ("330.01", Colour.RED)],
)
def test_monthly_alert_against_a_quarter_of_the_budget(used, colour):
    assert month_colour(D(1200), used=D(used), month=Period.of("2022-03"), rules=RULES) is colour


def test_elsewhere_the_rules_must_be_adopted():
    there = Rules(built_in(), date(2022, 5, 1), "331022")
    with pytest.raises(NotYetInForce):
        budgets([one()], rules=there)
    assert len(budgets([one()], rules=replace(there, adopt=True))) == 1
    with pytest.raises(NotYetInForce):
        budgets([one()], rules=Rules(built_in(), date(2021, 12, 31), "330109"))


@pytest.mark.parametrize("wrong", [replace(one(), energy=D(-1)), replace(one(), per_mu_class="E")])
def test_bad_enterprises_are_refused(wrong):
    with pytest.raises(Refused):
        budgets([wrong], rules=RULES)
    with pytest.raises(Refused, match="once"):
        budgets([one(), one()], rules=RULES)


def test_freed_energy():
    assert (freed(D(500), after=D(410)), freed(D(500), after=D(600))) == (D(90), D(0))


def test_more_than_the_budget_cannot_be_transferred():
    with pytest.raises(Refused, match="at most its budget of"):
        budgets([replace(one(), transferred_out=D(2001))], rules=RULES)
