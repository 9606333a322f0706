"""Energy budgets from the book: set, passed on, set again; never more passed on than there is."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from databases import County
from journeys.counted import AT, codes, held, install, later, move, pack_of, wish

FIVE = (("甲", 2000, "a"), ("乙", 1700, "b"), ("丙", 1400, "c"), ("丁", 1100, "d"), ("戊", 800, "b"))


def enterprises(county: County) -> None:
    """Five textile firms whose intensity falls from 2.0 to 0.8, and a small one that is out."""
    from yiben.ledger.record import Statement

    install(county, "energy_budget")
    rows = [
        Statement(name, {"name": name, "trade": "textile", "per_mu_class": mu, "energy_last": energy,
                         "electricity_last": 4000000, "value_added_last": 1000})
        for name, energy, mu in FIVE
    ]  # fmt: skip
    small = {"name": "己", "trade": "other", "per_mu_class": "a", "energy_last": 90}
    county.record(*rows, Statement("己", small), pack=pack_of("energy_budget"))


def setting(county: County, document: str = "文1", **options: Any) -> Any:
    from yiben.journeys.set_energy_budgets import set_energy_budgets

    given = {"year": 2026, "place": "330109", "by": county.person("clerk"), "at": AT} | options
    return set_energy_budgets(document=document, **given)


def row(name: str) -> dict[str, Any]:
    from yiben.ledger.frames import frame

    return next(one for one in frame(pack_of("energy_budget")).to_pylist() if one["subject"] == name)


def test_budgets_are_set_by_band_and_class(county: County) -> None:
    """Best intensity first: 戊 1 %, 丁 2 %, 丙 4 %, 乙 5 %, 甲 7 %; A +0.8, B +0.3, C −1, D −2 points."""
    enterprises(county)
    done = setting(county)
    assert (len(done.budgets), done.outside) == (5, 1)
    wanted = {"甲": 2000 * D("0.938"), "乙": 1700 * D("0.953"), "丙": 1400 * D("0.95"),
              "丁": 1100 * D("0.96"), "戊": 800 * D("0.993")}  # fmt: skip
    for name, amount in wanted.items():
        assert row(name)["budget"] == row(name)["budget_base"] == amount
    assert (row("甲")["band"], row("甲")["why_in"], row("己")["why_in"]) == (5, "trade", "out")
    assert row("己")["budget"] is None
    assert held("energy_budget")["budget/energy"] == sum(wanted.values())


def test_passed_on_and_set_again(county: County) -> None:
    from yiben.ledger.record import Statement

    enterprises(county)
    setting(county)
    move(
        county,
        "energy_budget",
        wish("transfer", 76, "协议1", subject="甲", to_subject="乙", day="2026-06-30"),
        at=later(1),
    )
    county.record(Statement("丙", {"per_mu_class": "b"}), pack=pack_of("energy_budget"))
    setting(county, "文2", at=later(2))
    assert (row("甲")["budget"], row("甲")["passed"]) == (D(1800), -76)
    assert row("乙")["budget"] == 1700 * D("0.953") + 76
    assert row("丙")["budget"] == 1400 * D("0.963")
    assert held("energy_budget", by_subject=True)["budget/energy/甲"] == 1800
    again = setting(county, "文3", at=later(3))
    assert again.recorded.entries == 0, "nothing has changed, so nothing is recorded"


def test_more_than_the_budget_cannot_be_passed_on(county: County) -> None:
    from yiben.kernel.problems import Refused
    from yiben.ledger.record import Statement

    enterprises(county)
    setting(county)
    with pytest.raises(Refused) as refused:
        move(
            county,
            "energy_budget",
            wish("transfer", 1877, "协议1", subject="甲", to_subject="乙", day="2026-06-30"),
        )
    assert codes(refused) == ["account-overdrawn"]
    move(
        county,
        "energy_budget",
        wish("transfer", 1800, "协议1", subject="甲", to_subject="乙", day="2026-06-30"),
    )
    county.record(Statement("甲", {"energy_last": 1100}), pack=pack_of("energy_budget"))
    before = row("甲")
    with pytest.raises(Refused):
        setting(county, "文2", at=later(1))
    assert row("甲") == before, "all or nothing"


def test_a_dry_run_sets_nothing(county: County) -> None:
    enterprises(county)
    assert len(setting(county, preview=True).budgets) == 5
    assert row("甲")["budget"] is None and not held("energy_budget")
