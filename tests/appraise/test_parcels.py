"""Standard land promises and the idle tests at their edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from yiben.appraise.parcels import Parcel, check_parcel, idle_test
from yiben.kernel.problems import Refused
from yiben.rulebook import built_in

BOOK = built_in()
PARCEL = Parcel(
    "台地2022-9", "331022", area=D(90), price=D(5000), start_by=date(2022, 3, 1),
    promises={"investment_per_mu": D(400), "floor_area_ratio": D("1.2"), "tax_per_mu": D(30), "energy_standard": D("0.5")},
    investment_total=D(36000),
)  # fmt: skip


def test_promises_are_checked_at_their_stage():
    built = check_parcel(
        PARCEL,
        stage="completion",
        on=date(2024, 6, 1),
        measured={"investment_per_mu": D(390), "floor_area_ratio": D("1.2")},
        book=BOOK,
    )
    assert {one.promise.name: (one.kept, one.gap) for one in built} == {
        "investment_per_mu": (False, D(10)), "floor_area_ratio": (True, D(0)),
    }  # fmt: skip
    output = check_parcel(
        PARCEL,
        stage="output",
        on=date(2026, 6, 1),
        measured={"tax_per_mu": D(31), "energy_standard": D("0.6")},
        book=BOOK,
    )
    assert {one.promise.name: one.kept for one in output} == {"tax_per_mu": True, "energy_standard": False}


def test_not_measured_is_neither_kept_nor_broken():
    found = check_parcel(PARCEL, stage="completion", on=date(2024, 6, 1), measured={}, book=BOOK)
    assert [one.kept for one in found] == [None, None]


def test_a_late_start_is_counted_in_days():
    (late,) = check_parcel(
        replace(PARCEL, started_on=date(2022, 3, 11)),
        stage="start",
        on=date(2022, 4, 1),
        measured={},
        book=BOOK,
    )
    assert (late.kept, late.gap) == (False, D(10))
    (kept,) = check_parcel(
        replace(PARCEL, started_on=date(2022, 3, 1)),
        stage="start",
        on=date(2022, 4, 1),
        measured={},
        book=BOOK,
    )
    assert kept.kept is True


def test_an_unknown_promise_is_refused():
    with pytest.raises(Refused, match="expected one of"):
        check_parcel(
            replace(PARCEL, promises={"beauty": D(1)}),
            stage="output",
            on=date(2026, 6, 1),
            measured={},
            book=BOOK,
        )


@pytest.mark.parametrize(
    ("on", "idle", "back"),
    [
        (date(2023, 3, 1), False, False),
        (date(2023, 3, 2), True, False),
        (date(2024, 2, 29), True, False),
        (date(2024, 3, 1), True, True),
    ],
)
def test_not_begun(on, idle, back):
    found = idle_test(PARCEL, on=on, book=BOOK)
    assert (found.idle, found.may_be_taken_back) == (idle, back)
    assert found.fee == (D(1000) if idle else 0)


@pytest.mark.parametrize(
    ("area", "money", "on", "idle"),
    [
        (30, 9000, date(2024, 6, 1), False),  # exactly a third and a quarter
        ("29.99", 9000, date(2024, 6, 1), True),
        (30, "8999.99", date(2024, 6, 1), True),
        (10, 100, date(2024, 5, 31), False),  # stopped a day less than a year
    ],
)
def test_begun_and_stopped(area, money, on, idle):
    parcel = replace(
        PARCEL,
        started_on=date(2022, 6, 1),
        stopped_on=date(2023, 6, 1),
        begun_area=D(area),
        investment_done=D(money),
    )
    assert idle_test(parcel, on=on, book=BOOK).idle is idle


def test_work_that_goes_on_is_never_idle():
    parcel = replace(PARCEL, started_on=date(2022, 6, 1), begun_area=D(1))
    assert not idle_test(parcel, on=date(2030, 1, 1), book=BOOK).idle


def test_the_governments_fault_costs_nothing():
    found = idle_test(replace(PARCEL, excused=True), on=date(2025, 1, 1), book=BOOK)
    assert (found.idle, found.fee, found.may_be_taken_back) == (True, D(0), False)


@pytest.mark.parametrize(
    "wrong", [{"area": D(0)}, {"price": D(-1)}, {"begun_area": D(91)}, {"investment_done": D("NaN")}]
)
def test_absurd_parcels_are_refused(wrong):
    with pytest.raises(Refused):
        idle_test(replace(PARCEL, **wrong), on=date(2025, 1, 1), book=BOOK)
