"""Pools and claims in, grants with reasons out (分配): the one function of the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from yiben.allocate.linear import NotProven
from yiben.allocate.model import Allocation, Claim, Doubt, Grant, Policy, Pool, TierResult
from yiben.allocate.problem import Instance, check, instance_of
from yiben.allocate.reasons import Shortfall, reason_of
from yiben.allocate.search import Search, in_turn, served_best, split
from yiben.kernel.problems import Refused


def allocate(pools: Sequence[Pool], *, claims: Sequence[Claim], policy: Policy) -> Allocation:
    """The grants of `claims` on `pools` under `policy`; raises Refused with every problem.

    The optimum of each goal of each tier is proven before the next is looked at; what could not be
    proven within the effort stands in `doubts`, or raises NotProven where the policy says so. The
    answer does not depend on the order in which the claims came.

    >>> from decimal import Decimal as D
    >>> from yiben.allocate.model import Need
    >>> need = {"land": Need(D(60), D(60))}
    >>> claims = [Claim("b", "储备类", need), Claim("a", "实施类", need)]
    >>> plan = allocate([Pool("land", D(100), "亩")], claims=claims, policy=Policy("p", ("实施类", "储备类")))
    >>> [(grant.claim.id, grant.served) for grant in plan.grants]
    [('a', True), ('b', False)]
    """
    problems = check(pools, claims, policy)
    if problems:
        raise Refused(problems)
    instance = instance_of(pools, claims, policy)
    if policy.in_turn:
        served, amounts = in_turn(instance)
    else:
        search = served_best(instance, policy)
        doubts = tuple(_doubts(instance, search))
        if doubts and policy.only_proven:
            raise NotProven("; ".join(one.text("en") for one in doubts))
        served, amounts = search.best, split(instance, search.best)
        return replace(_said(instance, policy, served, amounts), doubts=doubts)
    return _said(instance, policy, served, amounts)


def _doubts(instance: Instance, search: Search) -> Iterator[Doubt]:
    """What the search had to leave open, in amounts."""
    for one in search.open:
        goal = one.goal
        scale = {"score": instance.score_scale, "served": Decimal(1)}.get(goal.kind)
        scale = instance.pool_scale[goal.pool] if scale is None else scale
        reached, bound = Decimal(one.reached) / scale, Decimal(one.bound) / scale
        yield Doubt(instance.tiers[goal.tier], goal.kind, reached, bound)
    if search.unsettled:
        count = len(instance.rows)
        yield Doubt("", "choice", Decimal(count - search.unsettled), Decimal(count))


def _said(
    instance: Instance, policy: Policy, served: Sequence[int], amounts: Sequence[tuple[int, ...]]
) -> Allocation:
    used = _used(instance, amounts)
    tiers = tuple(_tier(instance, number, served, amounts) for number in range(len(instance.tiers)))
    grants = []
    refused: dict[int, int] = {}
    for number, row in enumerate(instance.rows):
        if not served[number]:
            refused[row.tier] = refused.get(row.tier, 0) + 1
        given = {
            pool.name: instance.amount(amounts[number][at], at)
            for at, pool in enumerate(instance.pools)
            if row.wanted[at]
        }
        place = refused.get(row.tier, 0) if not served[number] else 0
        short = [] if served[number] else _shortfalls(instance, number, used)
        cause, zh, en = reason_of(row.claim, given, tiers[: row.tier + 1], instance.pools, short, place)
        grants.append(Grant(row.claim, given, bool(served[number]), place, cause, zh, en))
    left = {}
    for at, pool in enumerate(instance.pools):
        whole = instance.common[at] + sum(share[at] for share in instance.shares.values())
        left[pool.name] = instance.amount(whole - sum(row[at] for row in amounts), at)
    return Allocation(policy, instance.pools, tuple(grants), tiers, left)


def _used(instance: Instance, amounts: Sequence[tuple[int, ...]]) -> dict[tuple[str, int], int]:
    used: dict[tuple[str, int], int] = {}
    for row, given in zip(instance.rows, amounts, strict=True):
        for at, units in enumerate(given):
            used[row.town, at] = used.get((row.town, at), 0) + units
    return used


def _room(instance: Instance, town: str, pool: int, used: dict[tuple[str, int], int]) -> int:
    """What a claim of `town` could still get from a pool: its own set-aside and the common part."""
    towns = {name for name, at in used if at == pool} | {town}
    beyond = 0
    for name in towns:
        beyond += max(0, used.get((name, pool), 0) - instance.share(name)[pool])
    own = max(0, instance.share(town)[pool] - used.get((town, pool), 0))
    return instance.common[pool] - beyond + own


def _shortfalls(instance: Instance, number: int, used: dict[tuple[str, int], int]) -> list[Shortfall]:
    row = instance.rows[number]
    found = []
    for at, pool in enumerate(instance.pools):
        if row.wanted[at]:
            room = _room(instance, row.town, at, used)
            least, rest = instance.amount(row.least[at], at), instance.amount(room, at)
            if row.least[at] > room or (row.least[at] == 0 and room == 0):
                granted = sum(units for (_, number), units in used.items() if number == at)
                kept = pool.amount - instance.amount(granted + room, at)
                found.append(Shortfall(pool, at, least, rest, kept))
    return found


def _tier(
    instance: Instance, tier: int, served: Sequence[int], amounts: Sequence[tuple[int, ...]]
) -> TierResult:
    mine = [number for number, row in enumerate(instance.rows) if row.tier == tier]
    granted = {
        pool.name: instance.amount(sum(amounts[number][at] for number in mine), at)
        for at, pool in enumerate(instance.pools)
    }
    count = sum(served[number] for number in mine)
    score = sum((instance.rows[number].claim.score for number in mine if served[number]), Decimal(0))
    reached = {"score": score, "served": Decimal(count)}
    return TierResult(instance.tiers[tier], len(mine), count, reached, granted)
