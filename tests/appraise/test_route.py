"""The review route at and around each threshold, on the day of each order and the day before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from yiben.appraise.energy import Totals
from yiben.appraise.factors import Factors
from yiben.appraise.project import Project
from yiben.appraise.route import review_route
from yiben.kernel.problems import Refused
from yiben.rulebook import built_in

BOOK = built_in()


def route(day, tce, *, kwh=0, coal=0, place="331022", kva=None, **flags):
    zero = D(0)
    totals = Totals(D(str(tce)), zero, zero, zero, zero, zero, D(kwh), D(coal))
    project = Project("某项目", place, day, (), flags=flags, transformer_kva=None if kva is None else D(kva))
    found = review_route(project, totals=totals, factors=Factors(BOOK, day, place))
    return found


def short(*arguments, **more):
    found = route(*arguments, **more)
    return found.route, found.decider


O44, LAST44, O2, LAST2, O31 = (
    date(2017, 1, 1), date(2023, 5, 31), date(2023, 6, 1), date(2025, 8, 31), date(2025, 9, 1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "tce", "kwh", "coal", "expected"),
    [
        # Order 44: both below 1000 tce and below 5 million kWh; the province from 5000 tce.
        (O44, "999.99", 4999999, 0, ("exempt", "none")),
        (O44, "1000", 0, 0, ("review", "local")),
        (O44, "999.99", 5000000, 0, ("review", "local")),
        (LAST44, "4999.99", 0, 0, ("review", "local")),
        (LAST44, "5000", 0, 0, ("review", "province")),
        # Order 2: the province from 10 000 tce.
        (O2, "5000", 0, 0, ("review", "local")),
        (O2, "9999.99", 0, 0, ("review", "local")),
        (O2, "10000", 0, 0, ("review", "province")),
        (O2, "999.99", 4999999, 5000, ("exempt", "none")),
        (LAST2, "999.99", 5000000, 0, ("review", "local")),
        # Order 31: the test of electricity is gone, 1000 t of coal comes.
        (O31, "999.99", 5000000, 0, ("exempt", "none")),
        (O31, "999.99", 8000000, 999, ("exempt", "none")),
        (O31, "999.99", 0, 1000, ("review", "local")),
        (O31, "1000", 0, 0, ("review", "local")),
        (O31, "10000", 0, 0, ("review", "province")),
    ],
)
def test_thresholds_of_the_orders(day, tce, kwh, coal, expected):
    assert short(day, tce, kwh=kwh, coal=coal) == expected


@pytest.mark.parametrize(
    ("day", "number"), [(O44, "第44号"), (LAST44, "第44号"), (O2, "第2号"), (LAST2, "第2号"), (O31, "第31号")]
)
def test_the_order_is_quoted(day, number):
    found = route(day, 1000)
    assert number in found.order_zh and number in found.sentence_zh
    assert found.carbon_appraisal == (day >= O31)


def test_before_order_44_nothing_is_guessed():
    with pytest.raises(Refused, match=r"no value of energy\.review\.order"):
        route(date(2016, 12, 31), 1000)


@pytest.mark.parametrize(
    ("tce", "kva", "negative", "expected"),
    [
        ("2999.99", 399, False, ("commitment", "town")),
        ("2999.99", 400, False, ("commitment", "county")),
        ("2999.99", None, False, ("commitment", "town")),
        ("2999.99", 399, True, ("review", "county")),
        ("3000", 399, False, ("review", "county")),
        ("4999.99", None, False, ("review", "county")),
        ("5000", None, True, ("review", "province")),
    ],
)
def test_tonglu_2021(tce, kva, negative, expected):
    assert short(date(2021, 2, 8), tce, place="330122", kva=kva, negative_list=negative) == expected


def test_tonglu_only_in_its_days():
    assert short(date(2021, 2, 7), 500, place="330122") == ("exempt", "none")
    assert short(date(2023, 5, 31), 500, place="330122") == ("commitment", "town")
    assert short(date(2023, 6, 1), 500, place="330122") == ("exempt", "none")


@pytest.mark.parametrize(
    ("tce", "crossing", "expected"),
    [("999", False, ("exempt", "none")), ("1000", False, ("review", "county")), ("1000", True, ("review", "city")),
     ("4999.99", False, ("review", "county")), ("5000", False, ("review", "province"))],
)  # fmt: skip
def test_fujian_2021(tce, crossing, expected):
    assert short(date(2022, 1, 5), tce, place="350427", crosses_counties=crossing) == expected


def test_secret_and_simple_trades_need_no_review():
    assert short(O31, 50000, secret=True) == ("exempt", "none")
    assert short(O2, 50000, simple_trade=True) == ("exempt", "none")


def test_an_appraised_region_in_zhejiang_allows_commitment():
    assert short(O31, 2000, region_appraised=True) == ("commitment", "local")
    assert short(O31, 2000, region_appraised=True, negative_list=True) == ("review", "local")
    assert short(O31, 20000, region_appraised=True) == ("review", "province")
    assert short(O31, 2000, region_appraised=True, place="320100") == ("review", "local")


def test_the_line_of_order_31_is_not_said_more_surely_than_it_is_known():
    for tce in (2000, 20000):
        found = route(O31, tce)
        assert found.sure == "general" and "待核对原文" in found.sentence_zh
        assert "to be verified" in found.sentence_en
    for day, tce in ((O31, 500), (LAST2, 20000), (O44, 6000)):
        assert "待核" not in route(day, tce).sentence_zh
    assert route(O31, 2000, region_appraised=True).sure == "text"


def test_statutory_days_only_where_the_law_gives_them():
    assert route(O31, 2000).decision_days == 15
    assert route(O31, 2000, place="320100").decision_days is None
    assert route(O31, 500).decision_days is None
