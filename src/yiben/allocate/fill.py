"""Better answers by exact swaps (凑整): a few claims in, a few out, so that the pools are used to the unit.

Where scores follow the amounts, the best answer uses every priced pool to its last unit: a
subset-sum question that a branching solver meets badly, though thousands of claims give millions of
ways. All pairs of claims are listed with what flipping them changes; two pairs that together change
exactly what is wanted are found by one sort. What is found is an answer, never a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
MOST_CLAIMS = 1200
MOST_ROUNDS = 12
MOST_CHECKED = 4000


@dataclass(frozen=True, slots=True)
class Changes:
    """What flipping each claim changes: `exact` columns must meet a target, `upper` may not exceed one.

    Rows are claims, already signed: serving adds, refusing takes away.
    """

    claims: Ints
    exact: Ints
    upper: Ints


@dataclass(frozen=True, slots=True)
class Wish:
    """What an answer still lacks: the first exact columns change by `target`, the upper by at most `most`."""

    target: Ints
    most: Ints


def flips(changes: Changes, wish: Wish) -> list[int] | None:
    """At most four claims whose flips change what is wished.

    None where no two pairs do so; the first found in a fixed order, so that the same question has
    the same answer.
    """
    count = len(changes.claims)
    if not count:
        return None
    # One more row that changes nothing makes single claims and nothing at all pairs too.
    target, most = wish.target, wish.most
    exact = np.vstack([changes.exact[:, : len(target)], np.zeros((1, len(target)), np.int64)])
    upper = np.vstack([changes.upper, np.zeros((1, changes.upper.shape[1]), np.int64)])
    dice = np.random.default_rng(20261122)
    factors = dice.integers(1, 2**62, exact.shape[1], dtype=np.int64) | 1
    with np.errstate(over="ignore"):
        keys = exact @ factors
        wanted = int(np.sum(target * factors, dtype=np.int64))
        left, right = np.triu_indices(count + 1, 1)
        pairs = keys[left] + keys[right]
        needed = np.int64(wanted) - pairs
    order = np.argsort(pairs, kind="stable")
    at = np.searchsorted(pairs[order], needed)
    at[at == len(order)] = 0
    hits = np.flatnonzero(pairs[order[at]] == needed)[:MOST_CHECKED]
    for one, other in zip(hits, order[at[hits]], strict=True):
        chosen = [int(each) for each in (left[one], right[one], left[other], right[other]) if each < count]
        if len(set(chosen)) != len(chosen):
            continue
        fits = (exact[chosen].sum(axis=0) == target).all() and (upper[chosen].sum(axis=0) <= most).all()
        if fits:
            return [int(changes.claims[each]) for each in chosen]
    return None


def improved(
    best: Sequence[int],
    changes_of: Callable[[Sequence[int]], Changes],
    wants: Callable[[Sequence[int]], list[Wish]],
) -> list[int]:
    """The answer after swaps, one wish after another, until none can be met.

    `wants` gives what is still wished of an answer, most wanted first.
    """
    answer = list(best)
    for _ in range(MOST_ROUNDS):
        wished = wants(answer)
        found = None
        changes = changes_of(answer) if wished else None
        for wish in wished:
            assert changes is not None
            found = flips(changes, wish)
            if found is not None:
                break
        if found is None:
            return answer
        for number in found:
            answer[number] = 1 - answer[number]
    return answer
