"""Text that leads back to its source."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.offsets import Mapped


def test_a_span_keeps_inner_noise_and_drops_what_follows() -> None:
    source = "5.71萬(wàn)元(yuan)整"
    mapped = Mapped.by_edits(source, [(5, 10, ""), (11, 17, "")])
    assert mapped.text == "5.71萬元整"
    assert mapped.span_of(0, 6) == (0, 11)
    assert mapped.span_of(0, 5) == (0, 5)


def test_a_replacement_leads_to_the_whole_of_what_it_replaced() -> None:
    mapped = Mapped.by_edits("百?gou)?qiang)縣", [(1, 13, "强")])
    assert mapped.span_of(1, 2) == (1, 13)


@given(
    st.text(alphabet="abc一二", max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4), st.text("xy", max_size=2)), max_size=6),
)
def test_unedited_characters_lead_to_themselves(source: str, cuts: list[tuple[int, int, str]]) -> None:
    edits, edge = [], 0
    for start, size, new in sorted(cuts):
        if edge <= start <= len(source) and start + size <= len(source):
            edits.append((start, start + size, new))
            edge = start + size
    mapped = Mapped.by_edits(source, edits)
    for place, char in enumerate(mapped.text):
        start, end = mapped.span_of(place, place + 1)
        assert 0 <= start <= end <= len(source)
        if char not in "xy":
            assert source[start:end] == char
