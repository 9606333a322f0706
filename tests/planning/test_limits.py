"""Limits by day and place."""

from datetime import date
from decimal import Decimal

import pytest

from yiben.planning.limits import approvals, limit, statutory_days_off
from yiben.rulebook.model import UnknownValue


@pytest.mark.parametrize(
    ("id", "value", "unit"),
    [
        ("approvals.limits.filing", 0, "个工作日"),
        ("approvals.limits.verification", 20, "个工作日"),
        ("approvals.limits.eia_report", 60, "日"),
        ("approvals.limits.eia_form", 30, "日"),
        ("approvals.limits.soil_water_report", 12, "个工作日"),
        ("approvals.limits.building_permit", 7, "日"),
        ("approvals.validity.verification", 2, "年"),
        ("approvals.validity.eia", 5, "年"),
        ("approvals.validity.building_permit", 3, "月"),
    ],
)
def test_statutory_numbers(id: str, value: int, unit: str) -> None:
    found = limit(id, on=date(2026, 3, 2), place="331002")
    assert found is not None and (found.value, found.unit) == (Decimal(value), unit)


def test_a_limit_of_another_province_or_time_is_none() -> None:
    assert limit("approvals.limits.soil_water_report", on=date(2026, 1, 1), place="440100") is None
    assert limit("approvals.limits.filing", on=date(2016, 1, 1), place="33") is None


def test_the_electricity_test_ends_on_1_september_2025() -> None:
    id = "approvals.thresholds.energy_review_kwh"
    assert limit(id, on=date(2025, 8, 31), place="33") is not None
    assert limit(id, on=date(2025, 9, 1), place="33") is None


def test_the_promise_of_the_whole_process_by_year() -> None:
    id = "approvals.promises.whole_process"
    days = [date(2018, 12, 31), date(2019, 1, 1), date(2019, 12, 31), date(2020, 1, 1)]
    assert [int(found.value) for day in days if (found := limit(id, on=day, place="33"))] == [100, 90, 90, 80]


def test_names_and_kinds_are_checked() -> None:
    with pytest.raises(UnknownValue):
        limit("approvals.limits.nothing", on=date(2026, 1, 1), place="33")
    with pytest.raises(UnknownValue, match="expected a number"):
        limit("approvals.days_off.fixed", on=date(2026, 1, 1), place="33")
    assert all(entry.source.document for entry in approvals())


def test_statutory_days_off() -> None:
    assert len(statutory_days_off(2027)) == 13
    assert statutory_days_off(2045) == tuple(
        date(2045, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
    )
