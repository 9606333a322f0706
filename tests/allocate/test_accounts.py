"""The law of accounts: relief goods of one county, land of another, and the sums at every past moment."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.allocate.accounts import Account, Chart, Move, balances, check_moves, flows, moves_of
from yiben.allocate.engine import allocate
from yiben.allocate.model import Claim, Need, Policy, Pool
from yiben.kernel.periods import Period

UTC = UTC
NOON = datetime(2022, 1, 1, 12, tzinfo=UTC)


def move(id, source, target, amount, unit, *, day=date(2022, 6, 1), document=None, hours=0):
    at = NOON + timedelta(hours=hours)
    return Move(id, day, source, target, D(amount), unit, document or f"文号{id}", at)


GOODS = Chart.of(
    [
        Account("采购", "件", "救灾物资", outside=True),
        Account("应急局调入", "件", "救灾物资", outside=True),
        Account("库存", "件", "救灾物资"),
        Account("调拨出库", "件", "救灾物资", outside=True),
        Account("报废", "件", "救灾物资", outside=True),
    ],
    ways=[("采购", "库存"), ("应急局调入", "库存"), ("库存", "调拨出库"), ("库存", "报废")],
)
MONEY = Chart.of(
    [
        Account(name, "万元", "物资金额", outside=name != "库存")
        for name in ("采购", "应急局调入", "库存", "调拨出库", "报废")
    ]
)
LAND = Chart.of(
    [
        Account("省下达", "亩", "新增建设用地", outside=True),
        Account("省重大项目清单", "亩", "新增建设用地", outside=True),
        Account("指标池", "亩", "新增建设用地"),
        Account("已安排", "亩", "新增建设用地"),
        Account("已使用", "亩", "新增建设用地", outside=True),
    ]
)


def relief():
    """24,945 pieces in (split by their two sources is not printed: the pieces go in by purchase)."""
    return [
        move("入", "采购", "库存", 24945, "件"),
        move("出", "库存", "调拨出库", 454, "件", day=date(2022, 9, 1)),
        move("废", "库存", "报废", 625, "件", day=date(2022, 11, 1)),
    ]


def test_relief_goods_in_pieces():
    moves = relief()
    assert check_moves(GOODS, recorded=[], wanted=moves) == []
    assert balances(GOODS, moves=moves)["库存"] == 24945 - 454 - 625 == 23866
    assert balances(GOODS, moves=moves, on=date(2022, 8, 31))["库存"] == 24945


def test_relief_goods_in_money():
    """20.75 bought + 67.4 moved in = 88.15; out 3.82, scrapped 5.46: 78.87 万元 stay."""
    moves = [
        move("购", "采购", "库存", "20.75", "万元"),
        move("调", "应急局调入", "库存", "67.4", "万元"),
        move("出", "库存", "调拨出库", "3.82", "万元"),
        move("废", "库存", "报废", "5.46", "万元"),
    ]
    assert check_moves(MONEY, recorded=[], wanted=moves) == []
    assert balances(MONEY, moves=moves[:2])["库存"] == D("88.15")
    assert balances(MONEY, moves=moves)["库存"] == D("78.87")


@pytest.mark.shared
def test_relief_goods_as_the_report_prints_them(shared):
    text = (shared / "reports" / "000.txt").read_text(encoding="utf-8", errors="replace")
    assert re.search(r"共计24945件", text) and "88.15万元" in text
    assert re.search(r"454件", text) and re.search(r"625件", text)


def test_land_of_linan():
    """1,914 亩 of quota + 491.4 亩 by the provincial list = 2,405.4 亩."""
    moves = [
        move("计划", "省下达", "指标池", 1914, "亩"),
        move("清单", "省重大项目清单", "指标池", "491.4", "亩"),
        move("安排", "指标池", "已安排", "2405.4", "亩"),
    ]
    assert check_moves(LAND, recorded=[], wanted=moves) == []
    assert balances(LAND, moves=moves[:2])["指标池"] == D("2405.4")
    assert balances(LAND, moves=moves) == {
        "省下达": D(-1914), "省重大项目清单": D("-491.4"), "指标池": 0, "已安排": D("2405.4"), "已使用": 0,
    }  # fmt: skip


def codes(chart, recorded, wanted, sealed=()):
    return [problem.code for problem in check_moves(chart, recorded=recorded, wanted=wanted, sealed=sealed)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (move("x", "库存", "调拨出库", 23867, "件", day=date(2022, 12, 1)), "account-overdrawn"),
        (move("x", "库存", "报废", 24946, "件", day=date(2022, 7, 1)), "account-overdrawn"),
        (move("入", "采购", "库存", 1, "件", document="新"), "move-twice"),
        (move("x", "采购", "库存", 24945, "件", document="文号入"), "move-double-count"),
        (move("x", "采购", "库存", 0, "件"), "move-amount"),
        (move("x", "采购", "库存", -5, "件"), "move-amount"),
        (move("x", "采购", "库存", "NaN", "件"), "move-amount"),
        (move("x", "采购", "库存", 5, "件", document=" "), "move-document"),
        (move("x", "采购", "采购", 5, "件"), "move-one-sided"),
        (move("x", "采购", "仓库", 5, "件"), "account-unknown"),
        (move("x", "报废", "库存", 5, "件"), "move-way"),
        (move("x", "采购", "库存", 5, "吨"), "move-unit"),
        (move("x", "采购", "库存", 5, "箱子"), "move-unit"),
    ],
)
def test_refused_with_place_found_expected(wrong, code):
    problems = check_moves(GOODS, recorded=relief(), wanted=[wrong])
    assert code in [problem.code for problem in problems]
    assert all(problem.found and problem.expected and problem.place.subject for problem in problems)


def test_mixed_mu_and_hectare_is_refused_with_the_conversion():
    (problem,) = check_moves(LAND, recorded=[], wanted=[move("x", "省下达", "指标池", 2, "公顷")])
    assert problem.code == "move-unit" and "2公顷 is 30亩" in problem.expected


def test_a_backdated_move_that_overdraws_later_is_refused():
    recorded = [
        move("a", "采购", "库存", 10, "件"),
        move("b", "库存", "报废", 10, "件", day=date(2022, 9, 1)),
    ]
    assert codes(GOODS, recorded, [move("c", "库存", "调拨出库", 1, "件", day=date(2022, 7, 1))]) == [
        "account-overdrawn"
    ]


def test_two_moves_of_one_transaction_are_judged_together():
    wanted = [move("a", "采购", "库存", 10, "件"), move("b", "库存", "报废", 11, "件")]
    assert codes(GOODS, [], wanted) == ["account-overdrawn"]


def test_a_sealed_month_takes_no_move():
    june = Period.of("2022-06")
    assert codes(GOODS, [], [move("a", "采购", "库存", 1, "件")], [june]) == ["month-sealed"]
    assert codes(GOODS, [], [move("a", "采购", "库存", 1, "件", day=date(2022, 7, 1))], [june]) == []


def test_an_overdraft_with_a_reason_is_allowed():
    chart = Chart.of([Account("预支池", "亩", "地", overdraft="次年指标预支"), Account("已安排", "亩", "地")])
    assert check_moves(chart, recorded=[], wanted=[move("a", "预支池", "已安排", 5, "亩")]) == []


def test_moves_between_different_things_are_refused():
    chart = Chart.of([Account("地", "亩", "地", outside=True), Account("煤", "亩", "煤")])
    assert codes(chart, [], [move("a", "地", "煤", 1, "亩")]) == ["move-things"]


@st.composite
def books(draw):
    names = ["来源", "池", "已安排", "已使用"]
    moves = []
    for number in range(draw(st.integers(0, 25))):
        source, target = draw(st.permutations(names))[:2]
        day = date(2022, 1, 1) + timedelta(days=draw(st.integers(0, 300)))
        moves.append(
            move(
                f"m{number}",
                source,
                target,
                draw(st.integers(1, 50)),
                "亩",
                day=day,
                hours=draw(st.integers(0, 99)),
            )
        )
    return moves


@settings(max_examples=200, deadline=None)
@given(books(), st.integers(0, 99), st.integers(0, 300))
def test_what_is_accepted_keeps_the_law_at_every_moment(wanted, hours, days):
    """Sums are constant but for declared sources and sinks, and no inside balance is below zero."""
    chart = Chart.of(
        [Account("来源", "亩", "地", outside=True), Account("池", "亩", "地"), Account("已安排", "亩", "地"),
         Account("已使用", "亩", "地", outside=True)]
    )  # fmt: skip
    accepted: list[Move] = []
    for one in sorted(wanted, key=lambda move: move.recorded_at):
        if not check_moves(chart, recorded=accepted, wanted=[one]):
            accepted.append(one)
    moment, day = NOON + timedelta(hours=hours), date(2022, 1, 1) + timedelta(days=days)
    found = balances(chart, moves=accepted, on=day, as_of=moment)
    assert sum(found.values()) == 0
    known = [one for one in accepted if one.recorded_at <= moment and one.day <= day]
    entered = sum(one.amount for one in known if one.source == "来源" and one.target in ("池", "已安排"))
    entered += sum(one.amount for one in known if one.source == "已使用" and one.target in ("池", "已安排"))
    left = sum(
        one.amount for one in known if one.target in ("来源", "已使用") and one.source in ("池", "已安排")
    )
    assert found["池"] + found["已安排"] == entered - left
    assert found["池"] >= 0 and found["已安排"] >= 0


def test_an_accepted_plan_becomes_moves():
    claims = [
        Claim("P1", "实施类", {"土地": Need(D(30), D(30))}),
        Claim("P2", "储备类", {"土地": Need(D(90), D(90))}),
    ]
    plan = allocate([Pool("土地", D(100), "亩")], claims=claims, policy=Policy("p", ("实施类", "储备类")))
    moves = moves_of(
        plan,
        accounts={"土地": ("指标池", "已安排")},
        day=date(2022, 7, 1),
        document="临发改〔2022〕9号",
        approver="张某",
        at=NOON,
    )
    assert [(one.subject, one.amount, one.source, one.target) for one in moves] == [
        ("P1", D(30), "指标池", "已安排")
    ]
    assert "张某" in moves[0].why
    received = [move("计划", "省下达", "指标池", 100, "亩")]
    assert check_moves(LAND, recorded=received, wanted=moves) == []
    assert codes(LAND, [*received, *moves], moves) == ["move-twice"]


def test_flows_for_a_picture():
    assert flows(relief(), on=date(2022, 9, 30)) == {("采购", "库存"): D(24945), ("库存", "调拨出库"): D(454)}
