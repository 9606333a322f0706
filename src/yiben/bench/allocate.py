"""Allocation of 10,000 claims on three pools in three tiers (要素分配), against its budget of 10 s."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial as partial_of

from yiben.allocate.engine import allocate
from yiben.allocate.model import Allocation, Claim, Need, Policy, Pool
from yiben.bench import Line

TIERS = ("实施类", "前期攻坚类", "储备类")
POOLS = {"土地": ("亩", "0.50"), "能耗": ("tce", "0.45"), "债券": ("万元", "0.60")}
BUDGET_SECONDS = 10.0


def run(*, scale: float) -> list[Line]:
    """Whole and partial claims, many and few ties, pools for about half of what is wanted."""
    count = max(10, int(10_000 * scale))
    cases: list[tuple[str, float, int, tuple[str, ...]]] = [
        ("half partial, 100 scores", 0.5, 100, ("score", "served")),
        ("all or nothing, 100 scores", 0.0, 100, ("score", "served")),
        ("all or nothing, equal scores", 0.0, 1, ("score", "served")),
        ("partial, greatest amounts too", 0.5, 100, ("score", "granted", "served")),
    ]
    lines = []
    for name, partial, scores, goals in cases:
        claims = claims_of(count, partial=partial, scores=scores)
        pools = pools_of(claims)
        policy = Policy("bench", TIERS, goals)
        seconds, plan = _timed(partial_of(allocate, pools, claims=claims, policy=policy))
        served = sum(tier.served for tier in plan.tiers)
        title = f"allocate {count} × {len(pools)} × {len(TIERS)}, {name}"
        budget = f"under {BUDGET_SECONDS:.0f} s at scale 1"
        lines.append(Line(title, seconds, budget, seconds < BUDGET_SECONDS, note=f"{served} served, proven"))
    return lines


def _timed(work: Callable[[], Allocation]) -> tuple[float, Allocation]:
    start = time.perf_counter()
    plan = work()
    return time.perf_counter() - start, plan


def claims_of(count: int, *, partial: float, scores: int) -> list[Claim]:
    """Made claims with a fixed seed: amounts in hundredths, one to three pools each."""
    dice = random.Random(20261122)
    claims = []
    for number in range(count):
        needs = {}
        for pool in dice.sample(sorted(POOLS), dice.randint(1, 3)):
            wanted = Decimal(dice.randint(100, 10_000)) / 100
            part = dice.random() < partial
            least = (wanted * dice.randint(30, 100) / 100).quantize(Decimal("0.01")) if part else wanted
            needs[pool] = Need(wanted, least)
        claims.append(
            Claim(f"P{number:05d}", dice.choice(TIERS), needs, score=Decimal(dice.randint(1, scores)))
        )
    return claims


def pools_of(claims: list[Claim]) -> list[Pool]:
    """Pools that hold the stated part of all that is wanted."""
    pools = []
    for name, (unit, part) in POOLS.items():
        wanted = sum((claim.needs[name].wanted for claim in claims if name in claim.needs), Decimal(0))
        pools.append(Pool(name, (wanted * Decimal(part)).quantize(Decimal("0.01")), unit))
    return pools
