"""Allocation against exhaustive search: the law of the room, on thousands of small cases."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.allocate.engine import allocate
from yiben.allocate.fill import Changes, Wish, flips
from yiben.allocate.linear import NotProven
from yiben.allocate.model import Allocation, Claim, Need, Policy, Pool

TIERS = ("实施类", "前期攻坚类", "储备类")
POOLS = ("land", "tce", "bond")
ORDERS = (("score", "served"), ("served", "score"), ("served",), ("score",))
AMOUNTS = (("score", "granted"), ("granted", "served"))


@st.composite
def questions(draw, most_claims: int = 8, orders=ORDERS + AMOUNTS):
    """Small pools, small numbers: many ties, many cases at the very edge."""
    pool_count = draw(st.integers(1, 3))
    pools = [Pool(name, Decimal(draw(st.integers(0, 14))), "亩") for name in POOLS[:pool_count]]
    claims = []
    for number in range(draw(st.integers(0, most_claims))):
        needs = {}
        for pool in pools:
            if draw(st.booleans()):
                wanted = draw(st.integers(1, 6))
                needs[pool.name] = Need(Decimal(wanted), Decimal(draw(st.integers(0, wanted))))
        if needs:
            tier, score = draw(st.sampled_from(TIERS)), Decimal(draw(st.integers(0, 4)))
            claims.append(Claim(f"P{number}", tier, needs, score=score, town=draw(st.sampled_from("abc"))))
    shares: dict[str, dict[str, Decimal]] = {}
    reserves = {}
    for pool in pools:
        rest = int(pool.amount)
        for town in "ab":
            if rest and draw(st.integers(0, 3)) == 0:
                share = draw(st.integers(0, rest))
                rest -= share
                shares.setdefault(town, {})[pool.name] = Decimal(share)
        if rest and draw(st.integers(0, 3)) == 0:
            reserves[pool.name] = Decimal(draw(st.integers(0, rest)))
    orders = (
        ("score", "served"),
        ("served", "score"),
        ("score", "granted"),
        ("granted", "served"),
        ("served",),
    )
    policy = Policy("t", TIERS, goals=draw(st.sampled_from(orders)), reserves=reserves, town_shares=shares)
    return pools, claims, policy


def room_of(pools, policy):
    common = {}
    for pool in pools:
        kept = sum((share.get(pool.name, 0) for share in policy.town_shares.values()), Decimal(0))
        common[pool.name] = pool.amount - policy.reserves.get(pool.name, 0) - kept
    return common


def fits(amounts, claims, pools, policy, common):
    """True where the granted amounts keep every pool, reserve and town share."""
    for pool in pools:
        by_town: dict[str, Decimal] = {}
        for claim, given_here in zip(claims, amounts, strict=True):
            by_town[claim.town] = by_town.get(claim.town, Decimal(0)) + given_here.get(pool.name, 0)
        beyond = sum(
            max(Decimal(0), total - policy.town_shares.get(town, {}).get(pool.name, 0))
            for town, total in by_town.items()
        )
        if beyond > common[pool.name]:
            return False
    return True


def raised(served, claims, pools, policy, common):
    """The greatest grants for a served set, one unit at a time, in tier and rank order."""
    amounts = [
        {pool: need.least for pool, need in claim.needs.items()} if taken else {}
        for claim, taken in zip(claims, served, strict=True)
    ]
    if not fits(amounts, claims, pools, policy, common):
        return None
    for claim, mine in zip(claims, amounts, strict=True):
        for pool in list(mine):
            while mine[pool] < claim.needs[pool].wanted:
                mine[pool] += 1
                if not fits(amounts, claims, pools, policy, common):
                    mine[pool] -= 1
                    break
    return amounts


def served_sets(claims, pools, policy, common):
    """Every served set whose least amounts fit; what does not fit is not extended."""

    def extend(chosen):
        if len(chosen) == len(claims):
            yield tuple(chosen)
            return
        for taken in (0, 1):
            asked = [claim.needs for claim, own in zip(claims, [*chosen, taken], strict=False) if own]
            towns = [claim for claim, own in zip(claims, [*chosen, taken], strict=False) if own]
            least = [{pool: need.least for pool, need in needs.items()} for needs in asked]
            if not taken or fits(least, towns, pools, policy, common):
                yield from extend([*chosen, taken])

    yield from extend([])


def exhaustive(pools, claims, policy):
    """Every served set that fits is tried; the best by goals of tier after tier, then by rank."""
    claims = sorted(claims, key=lambda claim: (TIERS.index(claim.tier), -claim.score, claim.id))
    common = room_of(pools, policy)
    best = None
    for served in served_sets(claims, pools, policy, common):
        amounts = raised(served, claims, pools, policy, common) if "granted" in policy.goals else None
        key = []
        for tier in TIERS:
            mine = [at for at, claim in enumerate(claims) if claim.tier == tier]
            for goal in policy.goals:
                if goal == "score":
                    key.append(sum(claims[at].score for at in mine if served[at]))
                elif goal == "served":
                    key.append(sum(served[at] for at in mine))
                else:
                    key += [sum(amounts[at].get(pool.name, 0) for at in mine) for pool in pools]
        if best is None or (key, served) > best:
            best = (key, served)
    amounts = raised(best[1], claims, pools, policy, common)
    return {claim.id: (bool(taken), got) for claim, taken, got in zip(claims, best[1], amounts, strict=True)}


def said(plan: Allocation):
    return {
        grant.claim.id: (
            grant.served,
            {pool: amount for pool, amount in grant.granted.items() if grant.served},
        )
        for grant in plan.grants
    }


@settings(max_examples=1000, deadline=None)
@given(questions(most_claims=12, orders=ORDERS))
def test_equal_to_exhaustive_search(question):
    pools, claims, policy = question
    assert said(allocate(pools, claims=claims, policy=policy)) == exhaustive(pools, claims, policy)


@settings(max_examples=300, deadline=None)
@given(questions(orders=AMOUNTS))
def test_equal_to_exhaustive_search_where_amounts_count(question):
    pools, claims, policy = question
    assert said(allocate(pools, claims=claims, policy=policy)) == exhaustive(pools, claims, policy)


@settings(max_examples=100, deadline=None)
@given(questions(), st.randoms())
def test_independent_of_the_order_of_claims(question, dice):
    pools, claims, policy = question
    shuffled = list(claims)
    dice.shuffle(shuffled)
    assert allocate(pools, claims=shuffled, policy=policy) == allocate(pools, claims=claims, policy=policy)


@settings(max_examples=200, deadline=None)
@given(questions(most_claims=12))
def test_grants_and_rest_add_up_to_the_pool(question):
    pools, claims, policy = question
    plan = allocate(pools, claims=claims, policy=policy)
    for pool in pools:
        granted = sum((grant.granted.get(pool.name, Decimal(0)) for grant in plan.grants), Decimal(0))
        assert granted + plan.left[pool.name] + policy.reserves.get(pool.name, 0) == pool.amount
        assert plan.left[pool.name] >= 0


@settings(max_examples=200, deadline=None)
@given(questions(most_claims=8))
def test_in_turn_fills_each_claim_before_the_next(question):
    pools, claims, policy = question
    policy = Policy("t", TIERS, in_turn=True, reserves=policy.reserves, town_shares=policy.town_shares)
    plan = allocate(pools, claims=claims, policy=policy)
    ordered = [grant.claim for grant in plan.grants]
    common = room_of(pools, policy)
    taken: list[dict[str, Decimal]] = [{} for _ in ordered]
    for at, claim in enumerate(ordered):
        options = product(*(range(int(need.least), int(need.wanted) + 1) for need in claim.needs.values()))
        best: dict[str, Decimal] = {}
        for option in options:
            asked = dict(zip(claim.needs, map(Decimal, option), strict=True))
            if any(option) and fits([*taken[:at], asked, *taken[at + 1 :]], ordered, pools, policy, common):
                best = max(best, asked, key=lambda amounts: tuple(amounts.values()))
        taken[at] = best
    assert [grant.granted if grant.served else {} for grant in plan.grants] == taken


def test_a_thousand_claims_are_proven_and_repeat():
    """Enough claims for the pricing step: the same answer from a shuffled list."""
    dice = random.Random(7)
    claims = []
    for number in range(1000):
        wanted = Decimal(dice.randint(100, 9000)) / 100
        needs = {
            pool: Need(wanted, wanted if dice.random() < 0.5 else wanted / 2)
            for pool in dice.sample(POOLS, 2)
        }
        claims.append(Claim(f"P{number:04d}", dice.choice(TIERS), needs, score=Decimal(dice.randint(1, 99))))
    pools = [Pool(pool, Decimal(15000), "亩") for pool in POOLS]
    policy = Policy("t", TIERS)
    plan = allocate(pools, claims=claims, policy=policy)
    dice.shuffle(claims)
    assert allocate(pools, claims=claims, policy=policy) == plan
    assert plan.tiers[0].served == plan.tiers[0].claims
    assert 0 < plan.tiers[1].served < plan.tiers[1].claims


def test_pricing_and_plain_proof_agree(monkeypatch):
    """With the pricing step for large cases switched on for small ones, the answers stay exact."""
    monkeypatch.setattr("yiben.allocate.search.CORE", 2)
    monkeypatch.setattr("yiben.allocate.search.CHUNK", 3)
    dice = random.Random(11)
    for _ in range(40):
        pools = [Pool(pool, Decimal(dice.randint(5, 20)), "亩") for pool in POOLS]
        claims = []
        for number in range(10):
            needs = {}
            for pool in dice.sample(POOLS, dice.randint(1, 3)):
                wanted = dice.randint(1, 6)
                needs[pool] = Need(Decimal(wanted), Decimal(dice.randint(0, wanted)))
            claims.append(Claim(f"P{number}", dice.choice(TIERS), needs, score=Decimal(dice.randint(0, 3))))
        policy = Policy("t", TIERS, goals=dice.choice([("score", "granted"), ("score", "served")]))
        assert said(allocate(pools, claims=claims, policy=policy)) == exhaustive(pools, claims, policy)


def _tight_claims(dice: random.Random, count: int) -> list[Claim]:
    """All or nothing, the score as large as the amounts: every unit of every pool counts."""
    claims = []
    for number in range(count):
        amounts = {
            pool: Decimal(dice.randint(100, 9999)) / 100 for pool in dice.sample(POOLS, dice.randint(1, 3))
        }
        needs = {pool: Need(amount, amount) for pool, amount in amounts.items()}
        claims.append(
            Claim(f"P{number:04d}", dice.choice(TIERS), needs, score=sum(amounts.values(), Decimal(0)))
        )
    return claims


def test_without_a_proof_the_answer_says_how_good_it_is(monkeypatch):
    """Where the effort ends before the proof: value and bound are told, or refused if the policy says so."""
    monkeypatch.setattr("yiben.allocate.search.PROOF_EFFORT", 0.0)
    dice = random.Random(3)
    claims = []
    for number in range(60):
        needs = {pool: Need(Decimal(wanted := dice.randint(50, 99)), Decimal(wanted)) for pool in POOLS}
        claims.append(Claim(f"P{number}", TIERS[0], needs, score=Decimal(dice.randint(40, 99))))
    pools = [Pool(pool, Decimal(2000), "亩") for pool in POOLS]
    plan = allocate(pools, claims=claims, policy=Policy("t", TIERS))
    told = next(one for one in plan.doubts if one.goal == "score")
    assert told.reached == plan.tiers[0].reached["score"] < told.bound
    assert str(told.bound) in told.text("zh") and TIERS[0] in told.text("en")
    assert all(amount >= 0 for amount in plan.left.values())
    dice.shuffle(claims)
    assert allocate(pools, claims=claims, policy=Policy("t", TIERS)) == plan
    with pytest.raises(NotProven, match="no answer exceeds"):
        allocate(pools, claims=claims, policy=Policy("t", TIERS, only_proven=True))


def test_scores_as_large_as_amounts_use_the_pools_to_the_last_unit():
    """600 claims in one tier: half of what is wanted is there, and not a hundredth of it is left over."""
    dice = random.Random(5)
    claims = [replace(claim, tier=TIERS[0]) for claim in _tight_claims(dice, 600)]
    pools = [
        Pool(pool, sum((one.needs[pool].wanted for one in claims if pool in one.needs), Decimal(0)) // 2)
        for pool in POOLS
    ]
    plan = allocate(pools, claims=claims, policy=Policy("t", TIERS, goals=("score",)))
    assert set(plan.left.values()) == {Decimal(0)}
    assert not [one for one in plan.doubts if one.goal == "score"]


def test_swaps_change_exactly_what_is_wished():
    """Whatever two pairs are found by sorting is among what trying all of them finds."""
    dice, hits = random.Random(9), 0
    for _ in range(60):
        count = dice.randint(4, 9)
        exact = np.array([[dice.randint(-3, 3), dice.randint(-3, 3)] for _ in range(count)], np.int64)
        upper = np.array([[dice.randint(-3, 3)] for _ in range(count)], np.int64)
        target, most = np.array([dice.randint(-2, 2), dice.randint(-2, 2)]), np.array([2])
        ways = [
            set(some)
            for size in range(1, 5)
            for some in combinations(range(count), size)
            if (exact[list(some)].sum(axis=0) == target).all() and upper[list(some)].sum() <= 2
        ]
        found = flips(Changes(np.arange(count), exact, upper), Wish(target, most))
        assert found is None or set(found) in ways
        hits += found is not None
    assert hits > 5
