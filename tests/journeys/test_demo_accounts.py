"""The demo's accounts keep the law, and the same year cannot be opened twice."""

from __future__ import annotations

import pytest

from databases import County
from journeys.counted import AT, held, install


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_year_of_demo_accounts(county: County) -> None:
    from yiben.journeys.demo_accounts import open_demo_accounts
    from yiben.kernel.problems import Refused
    from yiben.ledger.verify import verify

    install(county, "land_quota", "energy_quota", "bonds", "relief_goods", "grain_reserve")
    stages = ("construction", "preliminary", "reserve")
    county.record(
        *(
            county.project(
                number,
                stage=stages[number % 3],
                land=str(10 + number),
                energy=str(100 * number),
                bonds="900",
                budget_central="90",
            )
            for number in range(1, 13)
        )
    )
    by = county.person("clerk")
    assert open_demo_accounts(by=by, approver="leader", at=AT) > 30
    for scene in ("land_quota", "energy_quota", "bonds", "relief_goods", "grain_reserve"):
        found = held(scene)
        assert found, scene
    assert held("land_quota")["used/new_land"] > 0 and held("bonds")["spent/bond"] > 0
    assert held("bonds")["spent/central"] > 0
    with pytest.raises(Refused):
        open_demo_accounts(by=by, approver="leader", at=AT)
    install(county, "energy_budget", "two_high", "standard_parcels")
    next_year = AT.replace(year=AT.year + 1)
    assert open_demo_accounts(by=by, approver="leader", at=next_year) > 30
    assert held("energy_budget")["budget/energy"] > 20000 and held("standard_parcels")["ready/area"] > 0
    assert verify().clean
