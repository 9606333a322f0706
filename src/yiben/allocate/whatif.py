"""What if the pool or the order were different (方案比较): who gains, who loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from yiben.allocate.engine import allocate
from yiben.allocate.model import GOALS, Allocation, Claim, Policy, Pool


class UnknownChange(ValueError):
    """A what-if names something that the question does not have."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One claim that fares differently (增减): pool, before, after."""

    claim: Claim
    pool: str
    before: Decimal
    after: Decimal

    @property
    def gain(self) -> Decimal:
        """What the claim gains; negative where it loses."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two answers side by side (方案对比): every shift, in order of tier and rank of the new answer."""

    before: Allocation
    after: Allocation
    shifts: tuple[Shift, ...]

    @property
    def gainers(self) -> tuple[str, ...]:
        """The ids of the claims that gain in some pool and lose in none."""
        return self._moved(up=True)

    @property
    def losers(self) -> tuple[str, ...]:
        """The ids of the claims that lose in some pool."""
        return self._moved(up=False)

    def _moved(self, *, up: bool) -> tuple[str, ...]:
        losing = {shift.claim.id for shift in self.shifts if shift.gain < 0}
        ids = dict.fromkeys(shift.claim.id for shift in self.shifts)
        return tuple(name for name in ids if (name not in losing) == up)


def compare(before: Allocation, *, after: Allocation) -> Comparison:
    """Every claim and pool whose grant differs between two answers."""
    old = {grant.claim.id: grant for grant in before.grants}
    shifts = []
    for grant in after.grants:
        was = old.pop(grant.claim.id, None)
        for pool, amount in grant.granted.items():
            earlier = was.granted.get(pool, Decimal(0)) if was else Decimal(0)
            if earlier != amount:
                shifts.append(Shift(grant.claim, pool, earlier, amount))
    for gone in old.values():
        shifts += [
            Shift(gone.claim, pool, amount, Decimal(0)) for pool, amount in gone.granted.items() if amount
        ]
    return Comparison(before, after, tuple(shifts))


def what_if(
    before: Allocation, *, pools: Sequence[Pool], claims: Sequence[Claim], changes: Sequence[str]
) -> Comparison:
    """The answer under `changes`, next to the one before.

    A change is written `POOL=AMOUNT`, `POOL=+AMOUNT`, `order=储备类>实施类`, `goals=served,score`,
    `method=in_turn`, `reserve.POOL=AMOUNT`, `score.ID=90`, `tier.ID=实施类` or `drop=ID`.
    Raises UnknownChange, and Refused as `allocate` does.
    """
    policy = before.policy
    for change in changes:
        key, sign, value = change.partition("=")
        if not sign:
            raise UnknownChange(f"found {change!r}, expected KEY=VALUE")
        pools, claims, policy = _changed(list(pools), list(claims), policy, key.strip(), value.strip())
    return compare(before, after=allocate(pools, claims=claims, policy=policy))


def _changed(
    pools: list[Pool], claims: list[Claim], policy: Policy, key: str, value: str
) -> tuple[list[Pool], list[Claim], Policy]:
    for at, pool in enumerate(pools):
        if pool.name == key:
            amount = _amount(value.removesuffix(pool.unit))
            amount += pool.amount if value[0] in "+-" else 0
            return [*pools[:at], replace(pool, amount=amount), *pools[at + 1 :]], claims, policy
    if key == "order":
        tiers = tuple(part.strip() for part in value.replace("→", ">").split(">"))
        return pools, claims, replace(policy, tiers=tiers + tuple(t for t in policy.tiers if t not in tiers))
    if key == "goals":
        goals = tuple(part.strip() for part in value.split(","))
        if unknown := [goal for goal in goals if goal not in GOALS]:
            raise UnknownChange(f"found goal {unknown[0]!r}, expected one of {', '.join(GOALS)}")
        return pools, claims, replace(policy, goals=goals, in_turn=False)
    if key == "method":
        if value not in ("best", "in_turn"):
            raise UnknownChange(f"found method {value!r}, expected best or in_turn")
        return pools, claims, replace(policy, in_turn=value == "in_turn")
    if key.startswith("reserve."):
        reserves = {**policy.reserves, key.removeprefix("reserve."): _amount(value)}
        return pools, claims, replace(policy, reserves=reserves)
    return pools, _claims_changed(claims, key, value, [pool.name for pool in pools]), policy


def _claims_changed(claims: list[Claim], key: str, value: str, pools: list[str]) -> list[Claim]:
    what, _, name = key.partition(".")
    name = value if what == "drop" else name
    for at, claim in enumerate(claims):
        if claim.id == name:
            rest = [*claims[:at], *claims[at + 1 :]]
            if what == "drop":
                return rest
            if what == "score":
                return [*rest, replace(claim, score=_amount(value))]
            if what == "tier":
                return [*rest, replace(claim, tier=value)]
    known = f"{', '.join(pools)}, order, goals, method, reserve.POOL, score.ID, tier.ID or drop"
    raise UnknownChange(f"found {key}={value!r}, expected {known} with an id that is claimed")


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise UnknownChange(f"found {text!r}, expected an amount such as 200 or +200") from None
