"""Storage years and the rotation gap by place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from yiben.appraise.grain import Lot, age_of, gap_of, rotation_due
from yiben.kernel.colours import Colour
from yiben.kernel.problems import Refused
from yiben.rulebook import built_in

BOOK = built_in()


@pytest.mark.parametrize(
    ("kind", "harvest", "years", "due", "over"),
    [("稻谷", 2022, 1, False, False), ("稻谷", 2021, 2, False, False), ("稻谷", 2020, 3, True, False), ("稻谷", 2019, 4, True, True),
     ("小麦", 2018, 5, True, False), ("玉米", 2020, 3, True, False), ("食用油", 2021, 2, True, False), ("豆类", 2020, 3, True, True)],
)  # fmt: skip
def test_the_year_after_the_harvest_is_the_second(kind, harvest, years, due, over):
    age = age_of(Lot("1号仓", kind, D(100), harvest), on=date(2022, 6, 1), book=BOOK)
    assert (age.years, age.due, age.over) == (years, due, over)


def test_rotation_plan_of_sanmen():
    """早籼谷 4,878.232 t and 晚籼谷 200 t of 2020 are due in 2022; the harvest of 2021 is not."""
    lots = [
        Lot("早籼谷", "稻谷", D("4878.232"), 2020),
        Lot("晚籼谷", "稻谷", D(200), 2020),
        Lot("新粮", "稻谷", D(3000), 2021),
    ]
    due = rotation_due(lots, year=2022, book=BOOK)
    assert sum(age.lot.tonnes for age in due) == D("5078.232")


@pytest.mark.parametrize(
    ("place", "approved", "by"),
    [
        ("331022", False, date(2022, 8, 28)),
        ("331022", True, date(2022, 8, 28)),
        ("440100", False, date(2022, 6, 28)),
        ("440100", True, date(2022, 8, 28)),
    ],
)
def test_gap_of_raw_grain_by_place(place, approved, by):
    out = date(2022, 2, 28)
    kept = gap_of(out, refilled_on=by, on=by, kind="raw", place=place, book=BOOK, approved=approved)
    assert (kept.colour, kept.refill_by) == (Colour.GREEN, by)
    late = gap_of(
        out,
        refilled_on=None,
        on=by.replace(day=by.day + 1),
        kind="raw",
        place=place,
        book=BOOK,
        approved=approved,
    )
    assert late.colour is Colour.RED and "超期 1 天" in late.reason_zh


def test_finished_grain_may_never_be_empty():
    day = date(2022, 5, 5)
    same = gap_of(day, refilled_on=day, on=day, kind="finished", place="331022", book=BOOK)
    next_day = gap_of(day, refilled_on=date(2022, 5, 6), on=day, kind="finished", place="331022", book=BOOK)
    assert (same.colour, next_day.colour) == (Colour.GREEN, Colour.RED)


def test_a_place_without_a_rule_and_an_unknown_kind_are_refused():
    with pytest.raises(Refused):
        gap_of(date(2022, 5, 5), refilled_on=None, on=date(2022, 6, 1), kind="raw", place="510100", book=BOOK)
    with pytest.raises(Refused, match="小麦"):
        age_of(Lot("1", "荞麦", D(1), 2020), on=date(2022, 1, 1), book=BOOK)
    with pytest.raises(Refused):
        age_of(Lot("1", "小麦", D(1), 2023), on=date(2022, 1, 1), book=BOOK)


def test_a_gap_over_the_end_of_a_month():
    gap = gap_of(
        date(2022, 8, 31), refilled_on=None, on=date(2022, 9, 1), kind="raw", place="330000", book=BOOK
    )
    assert gap.refill_by == date(2023, 2, 28)
