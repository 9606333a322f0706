"""Tier after tier, goal after goal, each optimum proven before the next (逐类逐目标求最优).

Prices of the pools from the relaxation give, by exact integer arithmetic (Lagrangian bound), the
claims whose fate is the same in every optimum; the solver then proves the small rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from yiben.allocate.linear import Goal, Rows, model_of, prices_of, solve_exactly, solve_quickly, town_of
from yiben.allocate.model import Policy
from yiben.allocate.problem import Instance

PRICE_STEP = 2**24
CORE = 250
CHUNK = 40


@dataclass(slots=True)
class Search:
    """What is known so far: fixed claims, goals held at their optimum, a best known answer."""

    instance: Instance
    fixed: list[int | None]
    best: list[int]
    held: list[tuple[Goal, int]] = field(default_factory=list)

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


def served_best(instance: Instance, policy: Policy) -> tuple[list[int], list[tuple[Goal, int]]]:
    """Which claims are served, by goals: 0 or 1 for each row, and the value each goal reached.

    Among equals the first in rank order is served (lexicographic over tier, then rank).
    """
    search = Search(instance, [None] * len(instance.rows), [0] * len(instance.rows))
    _drop_hopeless(search)
    for goal in goals_of(instance, policy):
        _hold(search, goal)
    _choose_among_equals(search)
    assert all(taken == value for taken, value in zip(search.best, search.fixed, strict=True))
    return search.best, search.held


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
    answer = solve_exactly(model, {number: search.best[number] for number in model.served})
    assert answer is not None, "the best known answer is feasible"
    search.best = _merged(asked, answer[1])
    return answer[0]


def _merged(asked: Sequence[int | None], values: dict[int, int]) -> list[int]:
    return [values[number] if value is None else value for number, value in enumerate(asked)]


def _value_of_best(search: Search, goal: Goal) -> int:
    if goal.kind == "granted":
        return 0
    return sum(
        goal.of_served(row) for row, taken in zip(search.instance.rows, search.best, strict=True) if taken
    )


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
    answer = solve_quickly(model_of(search.instance, guess, search.held, goal=goal))
    if answer is None:
        return -1
    if answer[0] > _value_of_best(search, goal):
        search.best = _merged(guess, answer[1])
    return answer[0]


def _choose_among_equals(search: Search) -> None:
    """Among answers equal in every goal take the one that serves the first in rank order."""
    _follow_twins(search)
    while free := search.free:
        chunk = free[:CHUNK]
        weights = {number: 1 << (len(chunk) - 1 - at) for at, number in enumerate(chunk)}
        if not all(search.best[number] for number in chunk):
            model = model_of(search.instance, search.fixed, search.held, weights=weights)
            answer = solve_exactly(model, {number: search.best[number] for number in free})
            assert answer is not None, "the best known answer is feasible"
            search.best = _merged(search.fixed, answer[1])
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
