"""Tier after tier, goal after goal, each optimum proven before the next (逐类逐目标求最优).

Prices of the pools from the relaxation give, by exact integer arithmetic (Lagrangian bound), the
claims whose fate is the same in every optimum; the solver then proves the small rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from yiben.allocate.fill import MOST_CLAIMS, Changes, Wish, improved
from yiben.allocate.linear import Goal, Rows, model_of, prices_of, solve, town_of
from yiben.allocate.model import Policy
from yiben.allocate.problem import Instance

PRICE_STEP = 2**24
CORE = 250
CHUNK = 40
# Effort of one try, of one proof, of all proofs, and of the choice among equals.
TRY_EFFORT, PROOF_EFFORT, ALL_PROOFS, ALL_CHOICES = 1.0, 4.0, 8.0, 4.0


@dataclass(frozen=True, slots=True)
class Open:
    """A goal whose optimum was not proven (未证毕): the best known value and the most it could be."""

    goal: Goal
    reached: int
    bound: int


@dataclass(slots=True)
class Search:
    """What is known so far: fixed claims, goals held at their optimum, a best known answer.

    `open` are goals that were held at their best known value without a proof; `unsettled` is how
    many claims were left as the best known answer has them, without settling every choice among
    equals.
    """

    instance: Instance
    fixed: list[int | None]
    best: list[int]
    held: list[tuple[Goal, int]] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    unsettled: int = 0
    spent: float = 0.0

    @property
    def free(self) -> list[int]:
        """The claims that may still go either way."""
        return [number for number, value in enumerate(self.fixed) if value is None]


def goals_of(instance: Instance, policy: Policy) -> list[Goal]:
    """The goals in the order in which they are held."""
    goals = []
    for tier in range(len(instance.tiers)):
        for kind in policy.goals:
            if kind == "granted":
                goals += [Goal(kind, tier, pool) for pool in range(len(instance.pools))]
            else:
                goals.append(Goal(kind, tier))
    return goals


def served_best(instance: Instance, policy: Policy) -> Search:
    """Which claims are served, by goals (`best`: 0 or 1 for each row), and what stayed open.

    Among equals the first in rank order is served (lexicographic over tier, then rank).
    """
    search = Search(instance, [None] * len(instance.rows), [0] * len(instance.rows))
    _drop_hopeless(search)
    for goal in goals_of(instance, policy):
        _hold(search, goal)
    _choose_among_equals(search)
    assert all(taken == value for taken, value in zip(search.best, search.fixed, strict=True))
    return search


def _drop_hopeless(search: Search) -> None:
    """A claim whose least is more than a pool could ever give is not served in any answer."""
    instance = search.instance
    for number, row in enumerate(instance.rows):
        share = instance.share(row.town)
        room = [common + own for common, own in zip(instance.common, share, strict=True)]
        if any(least > most for least, most in zip(row.least, room, strict=True)):
            search.fixed[number] = 0


def _hold(search: Search, goal: Goal) -> None:
    """Find the optimum of one goal, hold it, and fix the claims that every optimum agrees on.

    Claims of later tiers are left out of the question: a served set stays feasible without them,
    so they cannot raise an earlier tier's optimum.
    """
    asked = _asked(search, goal.tier)
    model = model_of(search.instance, asked, search.held, goal=goal)
    if not model.objective:
        search.held.append((goal, model.constant))
        return
    prices, share = _prices(model)
    bound, worth = _bound(search, goal, prices)
    known = _value_of_best(search, goal)
    if len(model.served) > CORE:
        known = max(known, _try_core(search, goal, worth, share))
        if known < bound // PRICE_STEP and _can_fill(search, goal):
            scarce = [pool for pool in range(len(search.instance.common)) if prices.get(("common", pool))]
            known = _fill(search, goal, worth, share, scarce, bound // PRICE_STEP)
        _fix_agreed(search, bound=bound, worth=worth, known=known)
    if known < bound // PRICE_STEP:
        known = _solve(search, goal, most=bound // PRICE_STEP)
    _fix_agreed(search, bound=bound, worth=worth, known=known)
    search.held.append((goal, known))


def _asked(search: Search, tier: int) -> list[int | None]:
    rows = search.instance.rows
    return [
        0 if value is None and row.tier > tier else value
        for value, row in zip(search.fixed, rows, strict=True)
    ]


def _solve(search: Search, goal: Goal, *, most: int) -> int:
    asked = _asked(search, goal.tier)
    model = model_of(search.instance, asked, search.held, goal=goal)
    model.rows["most",] = (model.objective, None, most - model.constant)
    hint = {number: search.best[number] for number in model.served}
    effort = max(0.0, min(PROOF_EFFORT, ALL_PROOFS - search.spent))
    answer = solve(model, hint=hint, effort=effort)
    search.spent += answer.effort
    known = _value_of_best(search, goal)
    if answer.value is not None and (answer.value > known or answer.proven):
        search.best, known = _merged(asked, answer.served), answer.value
    if not answer.proven:
        limit = most if answer.bound is None else min(most, answer.bound)
        if known < limit:
            search.open.append(Open(goal, known, limit))
    return known


def _merged(asked: Sequence[int | None], values: Mapping[int, int]) -> list[int]:
    return [values[number] if value is None else value for number, value in enumerate(asked)]


def _value_of_best(search: Search, goal: Goal) -> int:
    return 0 if goal.kind == "granted" else _value(search, goal, search.best)


def _value(search: Search, goal: Goal, answer: Sequence[int]) -> int:
    rows = search.instance.rows
    return sum(goal.of_served(row) for row, taken in zip(rows, answer, strict=True) if taken)


def _prices(model: Rows) -> tuple[dict[tuple[object, ...], int], dict[int, float]]:
    """Prices as whole steps of 1 / PRICE_STEP; any whole numbers of zero or more give a true bound."""
    raw, share = prices_of(model)
    return {name: round(price * PRICE_STEP) for name, price in raw.items()}, share


def _bound(search: Search, goal: Goal, prices: dict[tuple[object, ...], int]) -> tuple[int, dict[int, int]]:
    """An upper bound of the goal (× PRICE_STEP), and what each free claim is worth at these prices."""
    instance, pools = search.instance, range(len(search.instance.pools))
    scales = [
        (goal, PRICE_STEP),
        *((held, prices.get(("held", at), 0)) for at, (held, _) in enumerate(search.held)),
    ]
    scales = [(each, scale) for each, scale in scales if scale]
    bound = -sum(prices.get(("held", at), 0) * value for at, (_, value) in enumerate(search.held))
    common = [prices.get(("common", pool), 0) for pool in pools]
    bound += sum(price * instance.common[pool] for pool, price in zip(pools, common, strict=True))
    by_town = {"": common}
    for town, share in instance.shares.items():
        by_town[town] = [min(prices.get(("town", town, pool), common[pool]), common[pool]) for pool in pools]
        bound += sum(price * own for price, own in zip(by_town[town], share, strict=True))
    worth: dict[int, int] = {}
    for number, row in enumerate(instance.rows):
        if search.fixed[number] == 0:
            continue
        price = by_town[town_of(instance, row)]
        value = sum(scale * each.of_served(row) for each, scale in scales)
        for pool in pools:
            if row.wanted[pool]:
                unit = sum(scale * each.of_unit(row, pool) for each, scale in scales) - price[pool]
                value += unit * (row.wanted[pool] if unit > 0 else row.least[pool])
        if search.fixed[number] == 1:
            bound += value
        else:
            worth[number] = value
            bound += max(0, value)
    return bound, worth


def _fix_agreed(search: Search, *, bound: int, worth: dict[int, int], known: int) -> None:
    for number, value in worth.items():
        if bound - abs(value) < known * PRICE_STEP:
            search.fixed[number] = int(value > 0)


def _try_core(search: Search, goal: Goal, worth: dict[int, int], share: dict[int, float]) -> int:
    """A good answer soon: solve over the claims nearest to the edge, the others as priced."""
    edge = sorted(share, key=lambda number: (share[number] in (0.0, 1.0), abs(worth[number]), number))
    inside = set(edge[:CORE])
    guess = [
        value if value is not None else (None if number in inside else int(worth[number] > 0))
        for number, value in enumerate(_asked(search, goal.tier))
    ]
    answer = solve(model_of(search.instance, guess, search.held, goal=goal), hint={}, effort=TRY_EFFORT)
    if answer.value is None:
        return -1
    if answer.value > _value_of_best(search, goal):
        search.best = _merged(guess, answer.served)
    return answer.value


def _fill(
    search: Search, goal: Goal, worth: dict[int, int], share: dict[int, float], scarce: list[int], bound: int
) -> int:
    """The best known value after rounding the relaxation down and using up the `scarce` pools by swaps."""
    instance = search.instance
    edge = _edge(search, worth)
    loose = [pool for pool in range(len(instance.pools)) if pool not in scarce]
    rows = [instance.rows[number] for number in edge]
    own = np.array([[goal.of_served(row)] for row in rows], np.int64)
    least = np.array([row.least for row in rows], np.int64)

    def changes_of(answer: Sequence[int]) -> Changes:
        sign = np.array([[1 - 2 * answer[number]] for number in edge], np.int64)
        return Changes(
            np.array(edge), np.hstack([sign * least[:, scarce], sign * own]), sign * least[:, loose]
        )

    def wants(answer: Sequence[int]) -> list[Wish]:
        slack, gap = _slack(search, answer), bound - _value(search, goal, answer)
        most = np.array([slack[pool] for pool in loose], np.int64)
        rest = [slack[pool] for pool in scarce]
        if not any(rest):
            targets = [[*rest, step] for step in range(gap, 0, -1)[:3]]
        else:
            targets = [[slack[one] if one == pool else 0 for one in scarce] for pool in scarce if slack[pool]]
            targets.append(rest)
        return [Wish(np.array(target, np.int64), most) for target in targets]

    asked = _asked(search, goal.tier)
    first = _merged(asked, {number: int(part > 0.999999) for number, part in share.items()})
    answer = improved(first, changes_of, wants)
    fits = min(_slack(search, answer)) >= 0
    fits = fits and all(_value(search, held, answer) >= value for held, value in search.held)
    if fits and _value(search, goal, answer) > _value_of_best(search, goal):
        search.best = answer
    return _value_of_best(search, goal)


def _edge(search: Search, worth: dict[int, int]) -> list[int]:
    """The claims nearest to the edge, as many of each combination of pools: swaps need them all."""
    by_pools: dict[tuple[bool, ...], list[int]] = {}
    for number in sorted(worth, key=lambda number: (abs(worth[number]), number)):
        row = search.instance.rows[number]
        by_pools.setdefault(tuple(map(bool, row.least)), []).append(number)
    each = MOST_CLAIMS // max(1, len(by_pools))
    return [number for group in by_pools.values() for number in group[:each]]


def _can_fill(search: Search, goal: Goal) -> bool:
    """Whether a served set alone says what it takes: no amounts as goals, nothing set aside for towns."""
    kinds = [goal.kind, *(held.kind for held, _ in search.held)]
    return "granted" not in kinds and not search.instance.shares


def _slack(search: Search, answer: Sequence[int]) -> list[int]:
    """What an answer leaves of each pool that has no town shares."""
    instance = search.instance
    served = [row for row, taken in zip(instance.rows, answer, strict=True) if taken]
    return [room - sum(row.least[pool] for row in served) for pool, room in enumerate(instance.common)]


def _choose_among_equals(search: Search) -> None:
    """Among answers equal in every goal take the one that serves the first in rank order."""
    _follow_twins(search)
    spent = 0.0
    while free := search.free:
        chunk = free[:CHUNK]
        weights = {number: 1 << (len(chunk) - 1 - at) for at, number in enumerate(chunk)}
        if not all(search.best[number] for number in chunk):
            model = model_of(search.instance, search.fixed, search.held, weights=weights)
            hint = {number: search.best[number] for number in free}
            answer = solve(model, hint=hint, effort=max(0.0, min(PROOF_EFFORT, ALL_CHOICES - spent)))
            spent += answer.effort
            if not answer.proven:
                known = sum(weight for number, weight in weights.items() if search.best[number])
                if answer.value is not None and answer.value > known:
                    search.best = _merged(search.fixed, answer.served)
                search.unsettled = len(free)
                search.fixed = list(search.best)
                return
            search.best = _merged(search.fixed, answer.served)
        for number in chunk:
            search.fixed[number] = search.best[number]
        _follow_twins(search)


def _follow_twins(search: Search) -> None:
    """Claims that no goal can tell apart: once one is refused, so are those ranked after it."""
    refused = set()
    rows = search.instance.rows
    for number, value in enumerate(search.fixed):
        if value == 0:
            refused.add(rows[number].pattern)
        elif value is None and rows[number].pattern in refused:
            search.fixed[number] = 0


def in_turn(instance: Instance) -> tuple[list[int], list[tuple[int, ...]]]:
    """Claims filled one by one in rank order: served if the least fits, then up to the wanted."""
    served: list[int] = []
    amounts: list[tuple[int, ...]] = []
    room = list(instance.common)
    own = {town: list(share) for town, share in instance.shares.items()}
    for row in instance.rows:
        set_aside = own.get(row.town, [0] * len(room))
        most = [common + kept for common, kept in zip(room, set_aside, strict=True)]
        fits = all(least <= there for least, there in zip(row.least, most, strict=True))
        given = tuple(min(want, there) if fits else 0 for want, there in zip(row.wanted, most, strict=True))
        fits = fits and any(given)
        served.append(int(fits))
        amounts.append(given if fits else (0,) * len(room))
        for pool, units in enumerate(amounts[-1]):
            from_own = min(units, set_aside[pool])
            set_aside[pool] -= from_own
            room[pool] -= units - from_own
    return served, amounts


def split(instance: Instance, served: Sequence[int]) -> list[tuple[int, ...]]:
    """Amounts for the served: everyone the least, then up to the wanted in tier and rank order.

    Pools with town shares form a polymatroid, so this order also reaches every tier's greatest total.
    """
    room = list(instance.common)
    own = {town: list(share) for town, share in instance.shares.items()}
    amounts = [[0] * len(room) for _ in instance.rows]
    for raising in (False, True):
        for number, row in enumerate(instance.rows):
            if not served[number]:
                continue
            set_aside = own.get(row.town, [0] * len(room))
            for pool in range(len(room)):
                ask = row.wanted[pool] - row.least[pool] if raising else row.least[pool]
                given = min(ask, set_aside[pool] + room[pool])
                from_own = min(given, set_aside[pool])
                set_aside[pool] -= from_own
                room[pool] -= given - from_own
                amounts[number][pool] += given
                assert raising or given == ask, "the served set fits"
    return [tuple(row) for row in amounts]
