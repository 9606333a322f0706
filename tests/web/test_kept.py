"""Judged colours are kept beside the ledger, found by the next process, and never stale (研判留存)."""

from __future__ import annotations

from typing import Any

import pytest

from databases import County
from yiben.kernel.periods import Period

MONTH = Period.of("2026-02")


def judged(county: County) -> Any:
    """The colours as a page gets them."""
    from yiben.web.judged import judged as asked

    return asked(county.pack, month=MONTH)


@pytest.fixture
def fresh(life: County) -> Any:
    """What a new process has in memory: nothing."""
    from yiben.web import judged as judging

    def forget() -> None:
        judging._results.clear()

    forget()
    yield forget
    forget()


def test_the_next_process_finds_what_was_judged(
    life: County, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judged(life)
    assert first is not None and first.colours()
    fresh()
    monkeypatch.setattr("yiben.web.judged.assess_scene", _not_again)
    again = judged(life)
    assert again is not None
    assert again.findings.colours == first.findings.colours
    assert again.all_reasons() == first.all_reasons()


def test_a_new_entry_and_a_damaged_file_are_judged_anew(life: County, fresh: Any) -> None:
    first = judged(life)
    assert first is not None
    kept = sorted((life.home / "judged").iterdir())
    assert [one.suffix for one in kept] == [".colours", ".reasons"]
    kept[0].write_bytes(b"ARROW1 and then nothing of use")
    fresh()
    second = judged(life)
    assert second is not None and second.colours() == first.colours()
    life.record(life.only(1, stage="paused"))
    fresh()
    third = judged(life)
    assert third is not None and third.number > first.number


def test_a_folder_that_cannot_be_written_costs_no_page(life: County, fresh: Any) -> None:
    (life.home / "judged").write_text("a file where the folder should be")
    assert judged(life) is not None


def _not_again(*given: Any, **named: Any) -> Any:
    raise AssertionError("judged again although the result was kept")
