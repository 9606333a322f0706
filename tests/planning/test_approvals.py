"""From template and facts to a plan: limits by date and place, triggers, variants, two clocks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yiben.planning.approvals import Made, make
from yiben.planning.backward import from_date, to_date
from yiben.planning.calendar import china
from yiben.planning.clocks import count_clocks, government_days, promise_of
from yiben.planning.templates import built_in
from yiben.planning.worktime import every_day


def made(name: str, *, on: date = date(2026, 3, 2), place: str = "331002", **options: Any) -> Made:
    result, problems = make(built_in()[name], calendar=china(), on=on, place=place, **options)
    assert result is not None, problems
    return result


def test_statutory_and_promised_limits() -> None:
    statutory, promised = made("industrial", basis="statutory"), made("industrial")
    assert (statutory.items["eia"].days, statutory.items["eia"].count) == (30, "calendar")
    assert (promised.items["eia"].days, promised.items["eia"].count) == (7, "working")
    assert "环境影响评价法" in statutory.items["eia"].source and statutory.items["eia"].sure == "text"
    node = next(node for node in statutory.plan.nodes if node.key == "eia")
    assert node.time is every_day()


def test_promises_hold_only_where_they_were_made() -> None:
    elsewhere = made("industrial", place="440100")
    assert elsewhere.items["eia"].days == 30 and elsewhere.items["building_permit"].days == 7


@pytest.mark.parametrize(
    ("on", "facts", "needed"),
    [
        (date(2025, 8, 31), {"electricity_kwh": 5_000_000}, True),
        (date(2025, 9, 1), {"electricity_kwh": 5_000_000}, False),
        (date(2025, 9, 1), {"coal_t": 1000}, True),
        (date(2025, 8, 31), {"coal_t": 1000}, False),
        (date(2026, 1, 1), {"energy_tce": 999}, False),
        (date(2026, 1, 1), {"energy_tce": 1000}, True),
    ],
)
def test_the_energy_review_is_asked_by_size_and_day(on: date, facts: dict[str, int], needed: bool) -> None:
    assert ("energy_review" in made("industrial", on=on, facts=facts).items) is needed


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, 0),
        ({"land_ha": Decimal("4.9"), "earthwork_m3": 9_999}, 0),
        ({"land_ha": 5}, 5),
        ({"earthwork_m3": 10_000}, 5),
        ({"land_ha": 10}, 12),
        ({"earthwork_m3": 50_000}, 12),
    ],
)
def test_soil_and_water_tiers(facts: dict[str, Any], days: int) -> None:
    assert made("industrial", facts=facts, basis="statutory").items["soil_water"].days == days


def test_region_appraisal_turns_reviews_into_commitments() -> None:
    facts = {"energy_tce": 3000, "land_ha": 12, "region_appraised": True}
    items = made("industrial", facts=facts).items
    assert [items[key].days for key in ("energy_review", "eia", "soil_water")] == [0, 0, 0]
    assert "承诺备案" in items["energy_review"].label["zh"]
    report = made("industrial", facts={"eia": "report", "region_appraised": True}, basis="statutory").items[
        "eia"
    ]
    assert report.days == 30 and "降为报告表" in report.label["zh"]


def test_standard_land_has_two_contracts_and_conditions_ready() -> None:
    items = made("industrial", facts={"standard_land": True}).items
    assert "investment_contract" in items and items["planning_conditions"].days == 0
    assert "investment_contract" not in made("industrial").items


def test_items_that_are_not_needed_let_the_order_pass() -> None:
    owned = made("industrial", facts={"owns_land": True})
    assert not {"land_sale", "land_contract", "property_right"} & set(owned.items)
    holds = {(link.first, link.then) for link in owned.plan.links}
    assert ("filing", "engineering_permit") in holds and ("filing", "design") in holds


def test_verification_takes_the_place_of_filing() -> None:
    assert made("industrial_verified", basis="statutory").items["filing"].days == 20
    assert made("industrial_verified").items["filing"].valid == "approvals.validity.verification"


def test_own_durations_and_what_is_refused() -> None:
    assert made("industrial", days={"design": Decimal("12.5")}).items["design"].days == Decimal("12.5")
    for options in (
        {"facts": {"colour": 1}},
        {"days": {"nothing": Decimal(1)}},
        {"days": {"design": Decimal(-1)}},
    ):
        result, problems = make(
            built_in()["industrial"], calendar=china(), on=date(2026, 1, 1), place="33", **options
        )
        assert result is None and problems
    result, problems = make(built_in()["industrial"], calendar=china(), on=date(2006, 1, 1), place="33")
    assert result is None and problems[0].code == "outside-calendar" and "2007-01-01" in problems[0].expected


# -- the worked examples of docs/zh/planning.md, counted by hand there --------------------------------


@pytest.mark.parametrize(
    ("name", "facts", "start_on", "chain", "government"),
    [
        (
            "industrial",
            {"standard_land": True, "region_appraised": True},
            date(2026, 6, 16),
            (
                "planning_conditions",
                "land_sale",
                "land_contract",
                "design",
                "contractor",
                "building_permit",
                "start",
            ),
            19,
        ),
        (
            "government",
            {},
            date(2026, 7, 14),
            (
                "proposal",
                "study",
                "feasibility",
                "design",
                "preliminary_design",
                "drawings",
                "tender",
                "building_permit",
                "start",
            ),
            46,
        ),
        (
            "commercial_residential",
            {},
            date(2026, 6, 26),
            (
                "planning_conditions",
                "auction",
                "land_contract",
                "design",
                "contractor",
                "building_permit",
                "start",
            ),
            29,
        ),
    ],
)
def test_the_worked_example_of_each_class(
    name: str, facts: dict[str, Any], start_on: date, chain: tuple[str, ...], government: float
) -> None:
    project = made(name, facts=facts)
    arranged, problems = from_date(project.plan, goal=project.goal, start=date(2026, 3, 2))
    assert arranged is not None and problems == []
    assert arranged.step("start").finish == start_on and arranged.chain == chain
    assert government_days(project, spans=arranged.spans, stages=("before_start",)) == government


def test_filing_to_start_in_one_working_day() -> None:
    project = made("one_day_start")
    arranged, _ = from_date(project.plan, goal="start", start=date(2026, 3, 2))
    assert arranged is not None
    assert {step.finish for step in arranged.steps} == {date(2026, 3, 2)}
    assert government_days(project, spans=arranged.spans) == 1


def test_construction_permits_from_17_and_a_half_to_10_days() -> None:
    found = []
    for on in (date(2022, 6, 30), date(2022, 7, 1)):
        project = made("construction_permits", on=on)
        arranged, _ = from_date(project.plan, goal="acceptance", start=date(2026, 3, 2))
        assert arranged is not None
        found.append(government_days(project, spans=arranged.spans))
    assert found == [17.5, 10]


def test_low_risk_small_projects_keep_20_days() -> None:
    project = made("low_risk_small", facts={"floor_m2": 4999})
    arranged, _ = to_date(project.plan, goal="start", finish=date(2026, 9, 30))
    assert arranged is not None
    promise = promise_of(project, on=project.on)
    assert promise is not None and government_days(project, spans=arranged.spans) == promise.value == 20
    assert "outside" in made("low_risk_small", facts={"floor_m2": 5000}).items


def test_items_side_by_side_count_once() -> None:
    project = made("industrial", facts={"energy_tce": 2000}, basis="statutory")
    arranged, _ = from_date(project.plan, goal="start", start=date(2026, 3, 2))
    assert arranged is not None
    counted = {(one.stage, one.clock): one for one in count_clocks(project, spans=arranged.spans)}
    before = counted["before_start", "government"]
    assert before.working_days < before.summed_days and "energy_review" in before.items
    assert counted["before_start", "excluded"].items == ("land_sale",)
