"""Documents as bytes: one spelling, read back whole, anything else refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writers.documents.papers import document, paper
from yiben.writers.documents.model import NotADocument, Paragraph, Run, document_of, paper_of


def test_a_paper_is_read_back_whole() -> None:
    assert paper_of(paper().envelope()) == paper()
    assert document_of(document().canonical()) == document()


@given(st.text(max_size=40))
def test_any_text_is_kept(text: str) -> None:
    if any("\ud800" <= one <= "\udfff" for one in text):
        return
    said = paper(blocks=(Paragraph((Run(text),)),))
    assert paper_of(said.envelope()) == said


@pytest.mark.parametrize(
    "envelope",
    [b"", b"{}", b"[]", b"null", b'{"format": "other"}', paper().envelope() + b" ", b"\xff", b"[" * 5000],
)
def test_other_bytes_are_refused(envelope: bytes) -> None:
    with pytest.raises(NotADocument):
        paper_of(envelope)


def test_the_digest_covers_every_number() -> None:
    changed = document(number="2026年第10期")
    assert changed.digest != document().digest
