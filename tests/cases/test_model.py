"""The fold of steps: where a case stands, which step may follow, what it was on a past day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.cases.model import (
    CLOSED,
    MOVES,
    OPEN,
    BadCase,
    Case,
    Slip,
    case_of,
    fold,
    on_day,
    step_fact,
    step_name,
    steps_of,
)

START = datetime(2026, 8, 11, 1, tzinfo=UTC)
SLIP = Slip("prompt", 2026, 1, "提示〔2026〕1号", "TRANSPORT", date(2026, 8, 25), "blue")
KEY = {"scene": "projects", "subject": "P1", "slot": "late_start@1"}


def facts_of(*deeds: str) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for number, do in enumerate(deeds, start=1):
        said = {"slip": SLIP.as_fact()} if do in ("open", "escalate", "reopen") else {}
        at = START + timedelta(days=number - 1)
        facts[step_name(number)] = step_fact(do, at=at, by="clerk", unit="DRC", **said)
    return facts


def case(*deeds: str) -> Case:
    return case_of(facts_of("open", *deeds), **KEY)


def test_a_case_goes_from_slip_to_closing() -> None:
    done = case("receive", "answer", "close")
    assert (done.state, done.is_open, done.closed_on) == (CLOSED, False, date(2026, 8, 14))
    assert (done.unit, done.level, done.due) == ("TRANSPORT", "blue", SLIP.due)


def test_sent_back_and_reopened_are_counted() -> None:
    done = case("answer", "return", "answer", "close", "reopen")
    assert (done.state, done.returned, done.reopened) == ("sent", 1, 1)
    assert [slip.number for slip in done.slips] == [SLIP.number] * 2


@pytest.mark.parametrize(
    ("deeds", "wrong"),
    [((), "close"), (("answer",), "answer"), (("answer", "close"), "answer"), (("void",), "reopen")],
)
def test_a_step_that_cannot_follow_is_told(deeds: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(BadCase, match=wrong):
        case(*deeds, wrong)


def test_the_first_step_must_open() -> None:
    with pytest.raises(BadCase, match="begins with answer"):
        case_of(facts_of("answer"), **KEY)
    with pytest.raises(BadCase, match="no step"):
        case_of({}, **KEY)


def test_as_it_stood_on_a_day() -> None:
    done = case("receive", "answer", "close")
    assert on_day(done, date(2026, 8, 10)) is None
    then = on_day(done, date(2026, 8, 13))
    assert then is not None and then.state == "answered"


def test_steps_stay_in_order_beyond_a_hundred() -> None:
    facts = facts_of("open", *["note"] * 120)
    assert [step.number for step in steps_of(facts)] == list(range(1, 122))


@given(st.lists(st.sampled_from(sorted(MOVES)), max_size=12))
def test_allowed_moves_always_fold_and_forbidden_ones_never(deeds: list[str]) -> None:
    """A step that `may` allows folds; one that it does not raises."""
    now = case()
    done: list[str] = []
    for do in deeds:
        steps = steps_of(facts_of("open", *done, do))
        if now.may(do):
            after = fold(steps, **KEY)
            assert after is not None and len(after.steps) == len(now.steps) + 1
            assert after.is_open == (after.state in OPEN)
            now, done = after, [*done, do]
        else:
            with pytest.raises(BadCase):
                fold(steps, **KEY)


@given(st.lists(st.sampled_from(["receive", "note", "answer", "return", "close", "reopen"]), max_size=10))
def test_every_day_is_a_prefix_of_the_whole(deeds: list[str]) -> None:
    """As of the last day is now; as of any day are the steps up to it."""
    now, done = case(), []
    for do in deeds:
        if now.may(do):
            done.append(do)
            now = case(*done)
    assert on_day(now, now.steps[-1].day) == now
    for number in range(1, len(now.steps) + 1):
        then = on_day(now, now.steps[number - 1].day)
        assert then is not None and then.steps == now.steps[:number]
