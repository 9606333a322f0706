"""Plans seen from a day: recorded dates first, slips carried on, one form equal to the other."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yiben.planning.approvals import Made, make
from yiben.planning.calendar import FIRST_DAY, china
from yiben.planning.recorded import Recorded, foresee
from yiben.planning.recorded_columns import Said, foresee_columns, network_of_made
from yiben.planning.templates import built_in

ON = date(2026, 3, 20)
NODES = (
    *("filing", "eia", "land_sale", "engineering_permit", "building_permit"),
    *("start", "structure", "completion"),
)


def industrial() -> Made:
    made, problems = make(built_in()["industrial"], calendar=china(), on=ON, place="33")
    assert made is not None and not problems
    return made


def seen(recorded: dict[str, Recorded], *, on: date = ON):
    found, problems = foresee(industrial(), recorded=recorded, on=on, calendar=china())
    assert found is not None and not problems
    return found


def planned(**days: str) -> dict[str, Recorded]:
    return {key: Recorded(planned=date.fromisoformat(day)) for key, day in days.items()}


ROOMY = planned(
    land_sale="2026-04-30", engineering_permit="2026-07-15", building_permit="2026-09-01", start="2026-09-15"
)


def test_a_plan_with_room_stays_as_planned() -> None:
    found = seen(ROOMY)
    assert {key: found.arranged.step(key).finish for key in ROOMY} == {
        key: said.planned for key, said in ROOMY.items()
    }
    assert not found.pushed and found.tight is None


def test_a_slip_uses_up_the_room_before_it_pushes() -> None:
    little = ROOMY | {"land_sale": Recorded(date(2026, 4, 30), date(2026, 5, 10))}
    assert not seen(little).pushed
    much = ROOMY | {"land_sale": Recorded(date(2026, 4, 30), date(2026, 8, 30))}
    found = seen(much)
    assert found.pushed["start"] > 0 and "land_sale" in found.arranged.chain


def test_what_is_overdue_is_not_foreseen_in_the_past() -> None:
    found = seen(ROOMY, on=date(2026, 6, 1))
    assert found.arranged.step("land_sale").finish == date(2026, 6, 1)


def test_what_a_done_item_waited_for_is_taken_as_done() -> None:
    found = seen(ROOMY | {"engineering_permit": Recorded(date(2026, 7, 15), None, date(2026, 3, 10))})
    assert found.is_taken_as_done("design") and not found.is_taken_as_done("contractor")
    assert found.arranged.step("design").finish <= date(2026, 3, 10)


def test_a_plan_that_was_always_too_tight_says_so() -> None:
    found = seen(planned(land_sale="2026-04-30", start="2026-05-15"))
    assert found.tight is not None and found.tight.wanted == date(2026, 5, 15)
    assert found.tight.short_days > 0 and found.tight.chain[-1] == "start"
    assert found.arranged.step("start").finish == date(2026, 5, 15)


def test_building_times_are_the_projects_own() -> None:
    found = seen(ROOMY | planned(structure="2026-12-15", completion="2027-02-15"))
    assert found.arranged.step("structure").finish == date(2026, 12, 15)
    slipped = seen(
        ROOMY | planned(structure="2026-12-15") | {"start": Recorded(date(2026, 9, 15), date(2026, 10, 15))}
    )
    assert slipped.arranged.step("structure").finish == date(2027, 1, 14)


@st.composite
def _recorded(draw: st.DrawFn) -> dict[str, Recorded]:
    day, found = date(2025, 6, 2), {}
    for key in NODES:
        day += timedelta(days=draw(st.integers(1, 70)))
        if draw(st.booleans()):
            continue
        late = draw(st.integers(-10, 40))
        forecast = day + timedelta(days=late) if draw(st.booleans()) else None
        actual = day + timedelta(days=late) if day < ON and draw(st.booleans()) else None
        found[key] = Recorded(day, forecast, actual)
    return found


@settings(max_examples=60, deadline=None)
@example([planned(filing="2025-07-29", completion="2026-03-21")])
@example([planned(filing="2025-06-30", engineering_permit="2025-08-13", building_permit="2025-10-13")])
@given(st.lists(_recorded(), min_size=1, max_size=4))
def test_columns_give_what_single_plans_give(projects: list[dict[str, Recorded]]) -> None:
    network = network_of_made(industrial())
    grids = []
    for part in ("planned", "forecast", "actual"):
        grid = np.full((len(network.keys), len(projects)), -1, dtype=np.int64)
        for at, recorded in enumerate(projects):
            for key, said in recorded.items():
                if (day := getattr(said, part)) is not None:
                    grid[network.keys.index(key), at] = (day - FIRST_DAY).days
        grids.append(grid)
    seen_columns = foresee_columns(network, Said(*grids), on=(ON - FIRST_DAY).days, calendar=china())
    for at, recorded in enumerate(projects):
        alone = seen(recorded)
        for key in recorded:
            day = FIRST_DAY + timedelta(days=int(seen_columns[network.keys.index(key), at]))
            assert day == alone.arranged.step(key).finish, key
