"""Large networks: the published lengths are in exchange/test_psplib; here the laws and the shapes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.planning import passes
from yiben.planning.passes import Arcs, Circular, times_of


def arcs_of(pairs: list[tuple[int, int, int]], count: int) -> Arcs:
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    return Arcs.of(count, first=columns[0], then=columns[1], weight=columns[2])


@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19), st.integers(-5, 9)), max_size=60),
    st.lists(st.integers(0, 9), min_size=20, max_size=20),
    st.booleans(),
)
@settings(deadline=None)
def test_both_passes_equal_plain_relaxation(
    pairs: list[tuple[int, int, int]], lengths: list[int], walk: bool
) -> None:
    forward = [(min(a, b), max(a, b), w) for a, b, w in pairs if a != b]
    duration = np.array(lengths, dtype=np.int64)
    arcs = arcs_of(forward, 20)
    with pytest.MonkeyPatch.context() as patch:
        if walk:
            patch.setattr(passes, "_PROBE", 1)
            patch.setattr(passes, "_THIN", 10**6)
        times = times_of(arcs, duration=duration)
    early = [0] * 20
    for first, then, weight in sorted(forward):
        early[then] = max(early[then], early[first] + weight)
    end = max(early[n] + lengths[n] for n in range(20))
    late = [end - length for length in lengths]
    for first, then, weight in sorted(forward, reverse=True):
        late[first] = min(late[first], late[then] - weight)
    assert times.early.tolist() == early and times.late.tolist() == late and times.length == end
    assert times.slack.tolist() == [b - a for a, b in zip(early, late, strict=True)]
    assert times.critical.tolist() == [a == b for a, b in zip(early, late, strict=True)]


@pytest.mark.parametrize("count", [3000, 40])
def test_a_chain_is_as_long_as_its_sum(count: int) -> None:
    first = np.arange(count - 1)
    duration = np.arange(count) % 7
    times = times_of(Arcs.of(count, first=first, then=first + 1, weight=duration[:-1]), duration=duration)
    assert times.length == int(duration.sum()) and times.critical.all()


@pytest.mark.parametrize("size", [5, 3000])
def test_circles_are_named(size: int) -> None:
    first = np.arange(size)
    then = np.roll(first, -1)
    with pytest.raises(Circular) as refused:
        times_of(
            Arcs.of(size, first=first, then=then, weight=np.ones(size, int)), duration=np.ones(size, int)
        )
    assert len(refused.value.path) == size + 1 and refused.value.path[0] == refused.value.path[-1]


def test_a_circle_far_down_a_chain_is_named() -> None:
    first = np.append(np.arange(4999), 4999)
    then = np.append(np.arange(1, 5000), 4990)
    with pytest.raises(Circular) as refused:
        times_of(
            Arcs.of(5000, first=first, then=then, weight=np.ones(5000, int)), duration=np.ones(5000, int)
        )
    assert set(refused.value.path) == set(range(4990, 5000))


def test_unknown_nodes_are_refused() -> None:
    with pytest.raises(ValueError, match="expected 0 to 2"):
        arcs_of([(0, 3, 1)], 3)


def test_an_empty_network_has_length_zero() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert times_of(Arcs.of(0, first=nothing, then=nothing, weight=nothing), duration=nothing).length == 0
