"""Reasons in words with numbers, what-if, and refusals of the one function of the room."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from yiben.allocate.engine import allocate
from yiben.allocate.intake import county_policy
from yiben.allocate.model import Claim, Need, Policy, Pool
from yiben.allocate.whatif import UnknownChange, what_if
from yiben.kernel.problems import Refused

TIERS = ("实施类", "前期攻坚类", "储备类")
POLICY = Policy("县", TIERS)
LAND = [Pool("土地", D(1914), "亩")]


def claim(id, tier, wanted, least=None, **more):
    need = Need(D(str(wanted)), D(str(wanted if least is None else least)))
    return Claim(id, tier, {"土地": need}, **more)


CLAIMS = [
    claim("甲", "实施类", "1901.5"),
    claim("乙", "储备类", 25, score=D(80)),
    claim("丙", "储备类", 40, score=D(90)),
]


def test_the_order_of_service_is_data():
    policy = county_policy()
    assert policy.tiers == TIERS
    plan = allocate(
        [Pool("土地", D(100), "亩")],
        claims=[claim("甲", "储备类", 60), claim("乙", "实施类", 60)],
        policy=policy,
    )
    assert [(grant.claim.id, grant.served) for grant in plan.grants] == [("乙", True), ("甲", False)]


def test_the_reason_names_the_class_the_pool_and_the_gap():
    grant = allocate(LAND, claims=CLAIMS, policy=POLICY).grant_of("乙")
    assert not grant.served and grant.cause == "pool-short"
    for said in (
        "储备类",
        "1914亩",
        "实施类用去 1901.5亩",
        "可用 12.5亩",
        "最低需要 25亩",
        "缺 12.5亩",
        "第 2 位",
    ):
        assert said in grant.reason_zh
    assert "short by 12.5 亩" in grant.reason_en and "number 2 in line" in grant.reason_en


def test_a_partial_grant_says_how_much_less():
    grant = allocate(LAND, claims=[*CLAIMS, claim("丁", "前期攻坚类", 30, 10)], policy=POLICY).grant_of("丁")
    assert grant.served and not grant.whole and grant.granted == {"土地": D("12.5")}
    assert "差 17.5亩" in grant.reason_zh and "17.5 less" in grant.reason_en


def test_reserves_and_town_shares_are_kept():
    policy = Policy("县", TIERS, reserves={"土地": D(100)}, town_shares={"昌化": {"土地": D(50)}})
    claims = [claim("城", "实施类", 2000, 1, town="锦城"), claim("镇", "储备类", 50, town="昌化")]
    plan = allocate(LAND, claims=claims, policy=policy)
    assert plan.grant_of("城").granted["土地"] == 1914 - 100 - 50
    assert plan.grant_of("镇").granted["土地"] == 50


def test_what_if_tells_who_gains_and_loses():
    plan = allocate(LAND, claims=CLAIMS, policy=POLICY)
    more = what_if(plan, pools=LAND, claims=CLAIMS, changes=["土地=+491.4"])
    assert more.gainers == ("丙", "乙") and more.losers == ()
    other = what_if(plan, pools=LAND, claims=CLAIMS, changes=["order=储备类>实施类"])
    assert set(other.gainers) == {"乙", "丙"} and other.losers == ("甲",)
    gone = what_if(plan, pools=LAND, claims=CLAIMS, changes=["drop=甲"])
    assert gone.losers == ("甲",)


@pytest.mark.parametrize(
    "change", ["月亮=3", "土地", "goals=beauty", "method=magic", "drop=无名", "土地=abc", "score.甲=x"]
)
def test_an_unknown_change_is_refused(change):
    plan = allocate(LAND, claims=CLAIMS, policy=POLICY)
    with pytest.raises(UnknownChange, match="expected"):
        what_if(plan, pools=LAND, claims=CLAIMS, changes=[change])


def test_no_change_shifts_nothing():
    plan = allocate(LAND, claims=CLAIMS, policy=POLICY)
    assert what_if(plan, pools=LAND, claims=CLAIMS, changes=["土地=1914亩"]).shifts == ()


@pytest.mark.parametrize(
    ("pools", "claims", "policy", "code"),
    [
        (LAND, [claim("甲", "别类", 1)], POLICY, "claim-tier"),
        (LAND, [claim("甲", "实施类", -1)], POLICY, "claim-amount"),
        (LAND, [claim("甲", "实施类", 0)], POLICY, "claim-amount"),
        (LAND, [claim("甲", "实施类", 5, 6)], POLICY, "claim-least"),
        (LAND, [claim("甲", "实施类", "1.1234567")], POLICY, "claim-places"),
        (LAND, [claim("甲", "实施类", "1e13")], POLICY, "claim-absurd"),
        (LAND, [claim("甲", "实施类", 1, score=D(-1))], POLICY, "claim-score"),
        (LAND, [claim("甲", "实施类", 1), claim("甲", "实施类", 2)], POLICY, "claim-twice"),
        (LAND, [Claim("甲", "实施类", {})], POLICY, "claim-empty"),
        (LAND, [Claim("甲", "实施类", {"月亮": Need(D(1), D(1))})], POLICY, "claim-pool"),
        ([Pool("土地", D(-1), "亩")], [], POLICY, "pool-amount"),
        ([*LAND, *LAND], [], POLICY, "pool-twice"),
        (LAND, [], Policy("县", TIERS, reserves={"土地": D(2000)}), "pool-overcommitted"),
        (LAND, [], Policy("县", TIERS, reserves={"月亮": D(1)}), "pool-unknown"),
    ],
)
def test_bad_questions_are_refused_whole(pools, claims, policy, code):
    with pytest.raises(Refused) as refusal:
        allocate(pools, claims=claims, policy=policy)
    assert code in [problem.code for problem in refusal.value.problems]
    assert all(problem.expected for problem in refusal.value.problems)


def test_no_claims_leave_the_pool_whole():
    assert allocate(LAND, claims=[], policy=POLICY).left == {"土地": D(1914)}


def test_the_reason_tells_what_is_kept_for_others():
    policy = Policy("县", TIERS, reserves={"土地": D(100)}, town_shares={"昌化": {"土地": D(50)}})
    plan = allocate(LAND, claims=[claim("城", "实施类", 1800, town="锦城")], policy=policy)
    grant = plan.grant_of("城")
    assert not grant.served and plan.left == {"土地": D(1814)}
    assert "机动和其他乡镇专留 150亩，可用 1764亩" in grant.reason_zh and "缺 36亩" in grant.reason_zh
    assert "150 亩 kept for others, 1764 亩 left" in grant.reason_en
