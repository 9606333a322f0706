"""Claims and pools in whole units, in canonical order (整数化的分配问题).

The solver works in integers only: a tolerance in one tier would leak into the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yiben.allocate.model import Claim, Policy, Pool
from yiben.kernel.problems import Place, Problem

MAX_PLACES = 6
MAX_TOTAL = 2**52


@dataclass(frozen=True, slots=True)
class Row:
    """One claim in whole units: tier number, town, score, least and wanted by pool number."""

    claim: Claim
    tier: int
    town: str
    score: int
    least: tuple[int, ...]
    wanted: tuple[int, ...]

    @property
    def pattern(self) -> tuple[object, ...]:
        """Equal for claims that no goal can tell apart."""
        return (self.tier, self.town, self.score, self.least, self.wanted)


@dataclass(frozen=True, slots=True)
class Instance:
    """The whole problem in whole units; rows in order of tier, then rank.

    `common` is what all towns share of a pool, `shares[town]` what is set aside for one town.
    """

    pools: tuple[Pool, ...]
    rows: tuple[Row, ...]
    tiers: tuple[str, ...]
    common: tuple[int, ...]
    shares: Mapping[str, tuple[int, ...]]
    pool_scale: tuple[Decimal, ...]
    score_scale: Decimal

    def share(self, town: str) -> tuple[int, ...]:
        """What is set aside for `town`, by pool; zeros where nothing is."""
        return self.shares.get(town, (0,) * len(self.pools))

    def amount(self, units: int, pool: int) -> Decimal:
        """Whole units said as an amount of the pool again."""
        return Decimal(units) / self.pool_scale[pool]


def rank_key(claim: Claim, policy: Policy) -> tuple[Any, ...]:
    """The declared order inside a tier: higher score, earlier day, id; as the policy lists them."""
    parts: dict[str, Any] = {
        "score": -claim.score,
        "by": claim.by or date.max,
        "id": claim.id,
    }
    return (*tuple(parts[name] for name in policy.rank), claim.id)


def check(pools: Sequence[Pool], claims: Sequence[Claim], policy: Policy) -> list[Problem]:
    """Everything that forbids an allocation, each with place, found and expected."""
    problems = _check_pools(pools, policy)
    names = {pool.name for pool in pools}
    seen: set[str] = set()
    for claim in claims:
        problems += _check_claim(claim, names, policy, twice=claim.id in seen)
        seen.add(claim.id)
    return problems or _check_size(pools, claims, policy)


def _check_size(pools: Sequence[Pool], claims: Sequence[Claim], policy: Policy) -> list[Problem]:
    problems = []
    for pool in pools:
        amounts = _amounts(pool.name, pool.amount, claims, policy)
        if sum(amounts) * _scale(amounts) >= MAX_TOTAL:
            place = Place(subject=pool.name)
            problems.append(Problem("amounts-too-large", str(sum(amounts)), "sums below 4.5e15 units", place))
    scores = [claim.score for claim in claims]
    if sum(scores) * _scale(scores) >= MAX_TOTAL:
        problems.append(Problem("scores-too-large", str(sum(scores)), "sums below 4.5e15 units"))
    return problems


def _check_pools(pools: Sequence[Pool], policy: Policy) -> list[Problem]:
    problems = []
    by_name = {pool.name: pool for pool in pools}
    if len(by_name) < len(pools):
        problems.append(Problem("pool-twice", "a pool named a second time", "each pool once"))
    for pool in pools:
        kept = policy.reserves.get(pool.name, Decimal(0))
        kept += sum((share.get(pool.name, Decimal(0)) for share in policy.town_shares.values()), Decimal(0))
        place = Place(subject=pool.name)
        if not pool.amount.is_finite() or pool.amount < 0:
            problems.append(Problem("pool-amount", str(pool.amount), "an amount of zero or more", place))
        elif kept > pool.amount:
            expected = f"at most the pool's {pool.amount}{pool.unit}"
            problems.append(
                Problem("pool-overcommitted", f"reserves and town shares of {kept}", expected, place)
            )
        elif _places(pool.amount) > MAX_PLACES:
            problems.append(Problem("pool-places", str(pool.amount), f"at most {MAX_PLACES} decimals", place))
    if "" in policy.town_shares:
        problems.append(
            Problem("town-nameless", "a share for no town", "a town's name", Place(file=policy.name))
        )
    for name in {*policy.reserves, *(pool for share in policy.town_shares.values() for pool in share)}:
        if name not in by_name:
            expected = f"one of the pools {', '.join(sorted(by_name))}"
            problems.append(Problem("pool-unknown", name, expected, Place(file=policy.name)))
    return problems


def _check_claim(claim: Claim, pools: set[str], policy: Policy, *, twice: bool) -> list[Problem]:
    found: list[tuple[str, str, str, str]] = []
    if twice:
        found.append(("claim-twice", claim.id, "each claim id once", "id"))
    if claim.tier not in policy.tiers:
        found.append(("claim-tier", repr(claim.tier), f"one of {', '.join(policy.tiers)}", "tier"))
    if not claim.score.is_finite() or claim.score < 0 or _places(claim.score) > MAX_PLACES:
        found.append(("claim-score", str(claim.score), "a score of zero or more", "score"))
    if not claim.needs:
        found.append(("claim-empty", "no pool", "at least one pool with an amount", "wanted"))
    for pool, need in claim.needs.items():
        if pool not in pools:
            found.append(("claim-pool", pool, f"one of the pools {', '.join(sorted(pools))}", "wanted"))
        if not need.wanted.is_finite() or not need.least.is_finite() or need.wanted <= 0:
            found.append(("claim-amount", str(need.wanted), "an amount above zero", pool))
        elif not 0 <= need.least <= need.wanted:
            expected = f"between 0 and the wanted {need.wanted}"
            found.append(("claim-least", str(need.least), expected, pool))
        elif max(_places(need.wanted), _places(need.least)) > MAX_PLACES:
            found.append(("claim-places", str(need.wanted), f"at most {MAX_PLACES} decimals", pool))
        elif need.wanted > Decimal(10) ** 12:
            found.append(("claim-absurd", str(need.wanted), "an amount below 10^12", pool))
    return [
        Problem(code, said, expected, Place(subject=claim.title, field=where))
        for code, said, expected, where in found
    ]


def instance_of(pools: Sequence[Pool], claims: Sequence[Claim], policy: Policy) -> Instance:
    """The checked problem in whole units; the same whatever order the claims came in."""
    tier_numbers = {name: number for number, name in enumerate(policy.tiers)}
    ordered = sorted(claims, key=lambda claim: (tier_numbers[claim.tier], *rank_key(claim, policy)))
    scales = tuple(_scale(_amounts(pool.name, pool.amount, claims, policy)) for pool in pools)
    score_scale = _scale([claim.score for claim in claims])
    rows = tuple(_row(claim, pools, scales, score_scale, tier_numbers[claim.tier]) for claim in ordered)
    towns = {
        town: tuple(
            int(share.get(pool.name, Decimal(0)) * scale) for pool, scale in zip(pools, scales, strict=True)
        )
        for town, share in sorted(policy.town_shares.items())
    }
    common = tuple(
        int((pool.amount - policy.reserves.get(pool.name, Decimal(0))) * scales[number])
        - sum(share[number] for share in towns.values())
        for number, pool in enumerate(pools)
    )
    for number in range(len(pools)):
        assert sum(row.wanted[number] for row in rows) < MAX_TOTAL, "amounts too large for exact integers"
    return Instance(tuple(pools), rows, policy.tiers, common, towns, scales, score_scale)


def _amounts(name: str, amount: Decimal, claims: Sequence[Claim], policy: Policy) -> list[Decimal]:
    needs = [claim.needs[name] for claim in claims if name in claim.needs]
    kept = [policy.reserves.get(name, Decimal(0))]
    kept += [share.get(name, Decimal(0)) for share in policy.town_shares.values()]
    return [amount, *kept, *(need.wanted for need in needs), *(need.least for need in needs)]


def _row(
    claim: Claim, pools: Sequence[Pool], scales: Sequence[Decimal], score_scale: Decimal, tier: int
) -> Row:
    needs = [claim.needs.get(pool.name) for pool in pools]
    least = tuple(int(need.least * scale) if need else 0 for need, scale in zip(needs, scales, strict=True))
    wanted = tuple(int(need.wanted * scale) if need else 0 for need, scale in zip(needs, scales, strict=True))
    return Row(claim, tier, claim.town, int(claim.score * score_scale), least, wanted)


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _scale(values: Sequence[Decimal]) -> Decimal:
    return Decimal(10) ** max((_places(value) for value in values), default=0)
