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


def test_one_process_works_behind_at_a_time(life: County) -> None:
    from yiben.web.behind import only_one

    path = life.home / "judged" / ".lock"
    with only_one(path) as first, only_one(path) as second:
        assert (first, second) == (True, False)
    with only_one(path) as again:
        assert again


def test_work_behind_gives_way_and_leaves_the_page_its_rank(life: County) -> None:
    import os
    import threading

    from yiben.web.behind import LOWEST, start_behind

    found: list[int] = []

    def rank() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    start_behind(rank, name="a test").join(30)
    start_behind(rank, name="a test", gives_way=False).join(30)
    assert found == [LOWEST, before]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_a_large_scene_is_judged_behind_and_found_by_the_next_process(
    life: County, fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr("yiben.web.judged.LARGE", 3)
    assert judged(life) is None
    _wait(threading)
    first = judged(life)
    assert first is not None and first.colours()
    fresh()
    monkeypatch.setattr("yiben.web.judged.assess_scene", _not_again)
    assert judged(life) is None
    _wait(threading)
    assert judged(life).colours() == first.colours()


def _wait(threading: Any) -> None:
    for one in threading.enumerate():
        if one.name.startswith("judge "):
            one.join(60)
