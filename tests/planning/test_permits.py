"""Expiry of permits."""

from datetime import date

import pytest

from yiben.planning.calendar import china
from yiben.planning.permits import Permit, after, expiries, expiry_of

ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("kind", "granted", "last"),
    [
        ("verification", date(2024, 12, 1), date(2026, 12, 1)),
        ("eia", date(2022, 2, 28), date(2027, 2, 28)),
        ("building_permit", date(2026, 11, 30), date(2027, 2, 28)),
        ("building_permit", date(2026, 9, 15), date(2026, 12, 15)),
        ("land_review", date(2024, 2, 29), date(2027, 2, 28)),
    ],
)
def test_terms_by_hand(kind: str, granted: date, last: date) -> None:
    expiry, problems = expiry_of(Permit("p", kind, granted), on=ON, place="33", calendar=china())
    assert problems == [] and expiry is not None
    assert expiry.last_day == last and expiry.days_left == (last - ON).days and not expiry.lapsed
    assert expiry.rule.source


def test_a_verification_must_be_asked_for_30_working_days_before() -> None:
    expiry, _ = expiry_of(Permit("p", "verification", date(2024, 12, 1)), on=ON, place="33", calendar=china())
    assert expiry is not None and expiry.ask_by is not None
    assert china().between(expiry.ask_by, expiry.last_day) == 30


def test_extensions_lengthen_the_term() -> None:
    once = Permit("p", "building_permit", date(2026, 6, 1), extensions=1)
    twice = Permit("p", "building_permit", date(2026, 6, 1), extensions=2)
    found = [expiry_of(one, on=ON, place="33", calendar=china())[0] for one in (once, twice)]
    assert [one.last_day for one in found if one] == [date(2026, 12, 1), date(2027, 3, 1)]


def test_what_was_used_does_not_lapse() -> None:
    used = Permit("p", "building_permit", date(2026, 6, 1), used_on=date(2026, 7, 1))
    assert expiry_of(used, on=ON, place="33", calendar=china()) == (None, [])
    early = Permit("p", "building_permit", date(2026, 6, 1), used_on=date(2026, 5, 1))
    assert expiry_of(early, on=ON, place="33", calendar=china())[1][0].code == "permit-used-early"


def test_coming_alerts_are_soonest_first() -> None:
    permits = [
        Permit("late", "building_permit", date(2026, 8, 1)),
        Permit("soon", "building_permit", date(2026, 9, 1)),
        Permit("far", "eia", date(2026, 9, 1)),
        Permit("ask", "verification", date(2025, 1, 20)),
        Permit("old", "verification", date(2010, 1, 1)),
    ]
    found, problems = expiries(permits, on=ON, within_days=30, place="331002", calendar=china())
    assert [one.permit.project for one in found] == ["late", "soon", "ask"]
    assert found[0].lapsed and [problem.code for problem in problems] == ["no-rule"]


def test_terms_in_days_and_over_the_year() -> None:
    assert after(date(2026, 12, 30), amount=3, unit="日") == date(2027, 1, 2)
    assert after(date(2026, 10, 31), amount=2, unit="月") == date(2026, 12, 31)
    assert after(date(2024, 2, 29), amount=1, unit="年") == date(2025, 2, 28)
