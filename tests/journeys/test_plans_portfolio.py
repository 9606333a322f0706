"""All plans at once: by month, the node list, completion rates, and the same days as one by one."""

from __future__ import annotations

from datetime import date

import pytest

from databases import County, code
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period, months_between

ON = date(2026, 9, 15)
YEAR = Period.of("2026")


@pytest.fixture
def near_term(county: County) -> County:
    """24 near-term projects whose start was planned for this year, and all of them begun in time."""
    for number in range(1, 25):
        kind = ("industrial", "government", "commercial")[number % 3]
        unit = ("TRANSPORT", "EDUCATION")[number % 2]
        county.record(
            county.project(number, unit=unit, **{"class": kind}),
            county.only(number, kind="node", slot="start", planned_on="2026-08-31", actual_on="2026-08-20"),
        )
    return county


def portfolio(county: County, *, on: date = ON, by: str | None = None):
    from yiben.journeys.plan_portfolio import plan_portfolio

    return plan_portfolio(county.pack, on=on, by=county.person(by) if by else None)


def test_24_of_24_nodes_done_is_100_percent(near_term: County) -> None:
    plans = portfolio(near_term)
    [whole] = plans.completion(YEAR, by="all")
    assert (whole.due, whole.done, whole.in_time, whole.rate) == (24, 24, 24, 1.0)
    assert {one.group: one.rate for one in plans.completion(YEAR, by="class")} == {
        "commercial": 1.0,
        "government": 1.0,
        "industrial": 1.0,
    }
    assert [one.due for one in plans.completion(YEAR, by="unit")] == [12, 12]


def test_one_open_node_is_not_100_percent(near_term: County) -> None:
    near_term.record(
        near_term.project(25), near_term.only(25, kind="node", slot="start", planned_on="2026-09-10")
    )
    [whole] = portfolio(near_term).completion(YEAR, by="all")
    assert (whole.due, whole.done) == (25, 24) and whole.rate == 0.96


def test_months_are_counted_by_colour(county: County) -> None:
    county.record(
        *(county.project(number) for number in (1, 2, 3)),
        county.only(1, kind="node", slot="start", planned_on="2026-08-31"),
        county.only(2, kind="node", slot="start", planned_on="2026-09-18"),
        county.only(3, kind="node", slot="start", planned_on="2026-11-20"),
    )
    plans = portfolio(county)
    months = months_between(Period.of("2026-08"), Period.of("2026-11"))
    assert plans.by_month(months) == [{Colour.RED: 1}, {Colour.YELLOW: 1}, {}, {Colour.GREEN: 1}]
    assert [row.project for row in plans.node_list(Period.of("2026-09"))] == [code(1), code(2)]


def test_a_unit_sees_its_own_nodes(near_term: County) -> None:
    plans = portfolio(near_term, by="school")
    assert {one.unit for one in plans.subjects} == {"EDUCATION"}


def test_columns_and_single_plans_agree(county: County) -> None:
    from yiben.journeys.plan_project import plan_project

    steps = (
        "filed",
        "eia",
        "land_supply",
        "planning_permit",
        "building_permit",
        "start",
        "structure",
        "completion",
    )
    for number, kind in enumerate(("industrial", "government", "commercial") * 4, start=1):
        statements = [county.project(number, land=number * 20, energy=number * 500, **{"class": kind})]
        for at, node in enumerate(steps):
            month, day = divmod(at * 2 + number, 12)
            facts = {"planned_on": date(2026 + month, day + 1, 3 + number)}
            if at < number % 5:
                facts["actual_on"] = date(2026 + month, day + 1, 5)
            elif (at + number) % 3 == 0:
                facts["forecast_on"] = date(2027 + month, day + 1, 20)
            statements.append(county.only(number, kind="node", slot=node, **facts))
        county.record(*statements)
    plans = portfolio(county)
    for at, one in enumerate(plans.subjects):
        alone = plan_project(county.pack, one.subject, on=ON)
        for row in alone.rows:
            if row.node and row.expected:
                number = int(plans.foreseen[plans.nodes.index(row.node), at])
                assert date(2007, 1, 1).toordinal() + number == row.finish.toordinal(), (
                    one.subject,
                    row.node,
                )
                lamp = Colour(int(plans.colour[plans.nodes.index(row.node), at]))
                assert lamp == row.colour, (one.subject, row.node)


def test_moves_are_counted_from_the_freeze_on(county: County) -> None:
    from yiben.journeys.change_plan import answer_change, change_days, freeze_plans
    from yiben.journeys.plan_portfolio import moves_of

    county.record(county.project(1), county.only(1, kind="node", slot="start", planned_on="2026-08-31"))
    clerk, leader = county.person("clerk"), county.person("leader")
    options = {"by": clerk, "reason": "用地未交付"}
    change_days(county.pack, code(1), days={"start": date(2026, 9, 30)}, at=next(county.moments), **options)
    freeze_plans(county.pack, year=2026, by=clerk, at=next(county.moments))
    assert moves_of(county.pack, [code(1)]) == {}
    change_days(county.pack, code(1), days={"start": date(2026, 10, 30)}, at=next(county.moments), **options)
    answer_change(county.pack, code(1), node="start", agree=True, by=leader, at=next(county.moments))
    assert moves_of(county.pack, [code(1)]) == {(code(1), "start"): 1}
    plans = portfolio(county)
    assert plans.frozen.all() and plans.node_list(Period.of("2026-09"))[0].late_days == 30


def test_permits_that_lapse_soon(county: County) -> None:
    from yiben.journeys.plan_portfolio import lapsing

    county.record(
        *(county.project(number, stage="ready") for number in (1, 2)),
        *(county.only(n, kind="node", slot="building_permit", actual_on="2026-07-01") for n in (1, 2)),
        county.only(2, kind="node", slot="start", actual_on="2026-07-20"),
    )
    [(one, node, expiry)] = lapsing(portfolio(county), within_days=60)
    assert (one.subject, node, expiry.last_day) == (code(1), "building_permit", date(2026, 10, 1))
