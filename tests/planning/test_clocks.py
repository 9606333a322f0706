"""Time covered by spans."""

from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.clocks import covered
from yiben.planning.worktime import ELAPSED


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=12))
def test_covered_is_the_union(spans: list[tuple[int, int]]) -> None:
    union = {tick for start, length in spans for tick in range(start, start + length)}
    assert covered([(start, start + length) for start, length in spans], time=ELAPSED) == len(union)
