"""m and n with their bands, rooms and the peak path."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.appraise.effect import band_of, effect_of, m_percent, n_percent
from yiben.appraise.energy import Totals
from yiben.appraise.factors import Factors
from yiben.appraise.project import Granted, Project, Region
from yiben.rulebook import built_in

M, N = [1, 3, 10, 20], [D("0.1"), D("0.3"), 1, D("3.5")]


@pytest.mark.parametrize(
    ("ends", "percent", "band"),
    [(M, "1", 0), (M, "1.0001", 1), (M, "3", 1), (M, "3.01", 2), (M, "10", 2), (M, "10.01", 3), (M, "20", 3),
     (M, "20.01", 4), (M, "-5", 0), (N, "0.1", 0), (N, "0.1001", 1), (N, "0.3", 1), (N, "0.31", 2), (N, "1", 2),
     (N, "1.01", 3), (N, "3.5", 3), (N, "3.51", 4), (N, "-0.2", 0)],
)  # fmt: skip
def test_upper_ends_belong_to_the_lighter_band(ends, percent, band):
    assert band_of(D(percent), ends=ends) == band


def test_m_by_hand():
    """8431.7385 ÷ 120 000 = 7.0264 %."""
    assert round(m_percent(D("8431.7385"), increment=D(120000)), 4) == D("7.0264")


def test_n_by_hand():
    """a 2.5 m tce, b 7.2 m 万元: c = 0.3472; ((2500000+9000)/(7200000+12000) − c)/c = 0.1930 %."""
    n = n_percent(energy=D(2500000), gdp=D(7200000), added_energy=D(9000), added_value=D(12000))
    assert round(n, 4) == D("0.1930")


@given(*(st.integers(1, 10**7) for _ in range(4)))
def test_n_is_zero_exactly_at_the_places_own_intensity(a, b, d, e):
    n = n_percent(energy=D(a), gdp=D(b), added_energy=D(d), added_value=D(e))
    more = d * b - a * e
    assert abs(n) < D("1e-20") if more == 0 else (n > 0) == (more > 0)


def totals(controlled, carbon):
    return Totals(D(0), D(controlled), D(controlled), D(controlled), D(controlled), D(carbon), D(0), D(0))


def effect(granted=(), **region):
    project = Project("某项目", "330112", date(2026, 3, 1), (), production_year=2028, region=Region(**region))
    factors = Factors(built_in(), project.applied_on, project.place)
    return effect_of(
        project, totals=totals(1000, 2000), value_added=D(5000), granted=granted, factors=factors
    )


def test_room_alone_and_together():
    other = (Granted("甲", D(800), D(500), D(100), 2026),)
    alone, together = effect(energy_room=D(1500)), effect(other, energy_room=D(1500))
    assert (alone.rooms[0].after, alone.fits) == (D(500), True)
    assert (together.rooms[0].after, together.fits) == (D(-300), False)


def test_exactly_filling_the_room_fits():
    assert effect(energy_room=D(1000)).fits


def test_peak_path_counts_each_from_its_year():
    limit = {2027: D(10000), 2028: D(10000)}
    expected = {2027: D(9000), 2028: D(7600)}
    found = effect((Granted("甲", D(0), D(500), D(0), 2027),), limit=limit, expected=expected)
    assert [(year.year, year.added, year.margin) for year in found.path] == [
        (2027, D(500), D(500)),
        (2028, D(2500), D(-100)),
    ]
    assert not found.fits


def test_nothing_known_of_the_place_gives_no_band():
    assert effect().band is None


def test_the_gravest_band_counts():
    found = effect(increment=D(200000), energy=D(1000), gdp=D(10000))
    assert {share.name: share.band for share in found.shares} == {"m": 0, "n": 4}
    assert found.band == 4
