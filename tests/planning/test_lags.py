"""Minimum and maximum lags."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.lags import LagNetwork, solve


def network(count: int, rows: list[tuple[int, int, int]], duration: list[int] | None = None) -> LagNetwork:
    first, then, lag = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    lengths = np.array(duration or [1] * count, dtype=np.int64)
    return LagNetwork(tuple(f"n{n}" for n in range(count)), lengths, first, then, lag)


def test_a_maximum_lag_that_fits() -> None:
    times, problems = solve(network(3, [(0, 1, 4), (1, 0, -9), (1, 2, 2)]))
    assert problems == [] and times is not None
    assert times.early.tolist() == [0, 4, 6] and times.length == 7


def test_a_maximum_lag_draws_the_first_later() -> None:
    times, _ = solve(network(3, [(0, 2, 10), (1, 2, 2), (2, 1, -3)]))
    assert times is not None and times.early.tolist() == [0, 7, 10]


def test_lags_that_contradict_each_other_are_named_with_the_amount() -> None:
    times, problems = solve(network(3, [(0, 1, 7), (1, 0, -4)]), file="x.SCH")
    assert times is None and problems[0].code == "impossible-lags"
    assert "3 periods too many" in problems[0].found and "n0" in problems[0].found
    assert problems[0].place.file == "x.SCH"


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(-8, 8)), min_size=1, max_size=25))
def test_answers_hold_every_lag_or_there_is_no_answer(rows: list[tuple[int, int, int]]) -> None:
    times, problems = solve(network(7, rows))
    best = [0] * 7
    for _ in range(8):
        before = list(best)
        for first, then, lag in rows:
            best[then] = max(best[then], best[first] + lag)
    if times is None:
        assert problems and best != before
    else:
        assert times.early.tolist() == best == before
        assert all(times.late[then] - times.late[first] >= lag for first, then, lag in rows)
        assert (times.late >= times.early).all()
