"""Simulation with a fixed seed."""

from datetime import date, timedelta

import pytest

from yiben.planning.calendar import china
from yiben.planning.portfolio import Hold, Template
from yiben.planning.risk import Range, Risk, simulate

TEMPLATE = Template(
    ("design", "review", "side", "start", "works"),
    (True, True, False, True, False),
    (Hold(0, 1), Hold(0, 2), Hold(1, 3), Hold(2, 3), Hold(3, 4)),
)
RANGES = {
    "design": Range(20, 30, 60),
    "review": Range(8, 10, 12),
    "side": Range(1, 2, 3),
    "works": Range(100, 200, 900),
}


def ask(wanted: date, **options: object) -> Risk:
    asked = {"start": date(2026, 3, 2), "goal": "start", "ranges": RANGES, "calendar": china()}
    risk, problems = simulate(TEMPLATE, wanted=wanted, **(asked | options))  # type: ignore[arg-type]
    assert risk is not None, problems
    return risk


def test_the_same_seed_gives_the_same_answer() -> None:
    assert ask(date(2026, 5, 8)) == ask(date(2026, 5, 8))
    assert ask(date(2026, 5, 8)).chance != ask(date(2026, 5, 8), seed=2).chance


def test_the_chance_rises_with_time_from_none_to_all() -> None:
    days = [date(2026, 4, 1) + timedelta(days=14 * n) for n in range(8)]
    chances = [ask(day).chance for day in days]
    assert chances == sorted(chances) and chances[0] == 0 and chances[-1] == 1


def test_the_node_with_the_widest_range_matters_most() -> None:
    risk = ask(date(2026, 5, 8))
    assert [one.node for one in risk.most_influential] == ["design", "review", "side"]
    assert risk.most_influential[0].share > 0.9 and risk.most_influential[0].critical == 1
    assert risk.most_influential[0].basis == "range" and risk.half <= risk.four_in_five


def test_certain_durations_give_certain_dates() -> None:
    fixed = {"design": Range(5, 5, 5), "review": Range(5, 5, 5)}
    assert ask(date(2026, 3, 13), ranges=fixed).chance == 1
    assert ask(date(2026, 3, 12), ranges=fixed).chance == 0
    assert ask(date(2026, 3, 13), ranges=fixed).half == date(2026, 3, 13)


def test_own_history_is_used_where_there_is_enough() -> None:
    past = {"design": [31.0] * 8, "review": [10.0] * 7}
    risk = ask(date(2026, 5, 8), history=past)
    assert {one.node: one.basis for one in risk.most_influential} == {"review": "range", "side": "range"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"goal": "nothing"}, "unknown-node"),
        ({"ranges": {"nothing": Range(1, 2, 3)}}, "unknown-node"),
        ({"ranges": {"design": Range(3, 2, 3)}}, "bad-range"),
        ({"runs": 0}, "bad-runs"),
    ],
)
def test_wrong_questions_are_refused(options: dict[str, object], code: str) -> None:
    asked = {"start": date(2026, 3, 2), "goal": "start", "ranges": RANGES, "calendar": china()}
    risk, problems = simulate(TEMPLATE, wanted=date(2026, 5, 8), **(asked | options))  # type: ignore[arg-type]
    assert risk is None and problems[0].code == code
