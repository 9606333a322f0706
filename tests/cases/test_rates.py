"""The close-out rate: the figures of real reports, periods, and what is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from yiben.cases.model import Case, Slip, case_of, step_fact, step_name
from yiben.cases.rates import Rate, close_rates
from yiben.kernel.periods import Period
from yiben.scenes.cases import case_book
from yiben.scenes.loader import built_in_packs

BOOK = case_book(built_in_packs()["projects"])
END = date(2022, 12, 31)


def a_case(number: int, *, class_: str = "industrial", opened: str = "2022-03-11", **ends: str) -> Case:
    """A case opened on a day, and answered and ended on another (`close=`, `exempt=`, `void=`)."""
    slip = Slip("prompt", 2022, number, f"提示〔2022〕{number}号", "ECONOMY", date(2022, 3, 25), "blue")
    facts: dict[str, Any] = {}
    deeds = [("open", opened)]
    for do, day in ends.items():
        deeds += [("answer", day)] * (do == "close") + [(do, day)]
    for at, (do, day) in enumerate(deeds, start=1):
        said = {"slip": slip.as_fact(), "class": class_, "origin": "rule"} if do == "open" else {}
        moment = datetime.fromisoformat(f"{day}T04:00:00").replace(tzinfo=UTC)
        facts[step_name(at)] = step_fact(do, at=moment, by="x", unit="DRC", **said)
    return case_of(facts, scene="projects", subject=f"P{number}", slot="late_start@1")


def lin_an() -> list[Case]:
    """The classes of a real half-year: 39 of 49 industrial, 34 of 47 government, all 6 commercial."""
    cases = []
    for class_, closed, total in (("industrial", 39, 49), ("government", 34, 47), ("commercial", 6, 6)):
        for number in range(total):
            ends = {"close": "2022-06-10"} if number < closed else {}
            cases.append(a_case(len(cases) + 1, class_=class_, **ends))
    return cases


def test_the_figures_of_lin_an() -> None:
    lines = close_rates(lin_an(), book=BOOK, on=END, by="class")
    found = {line.key: (line.closed, line.all, line.percent) for line in lines}
    assert found["industrial"] == (39, 49, Decimal("79.59"))
    assert found["government"] == (34, 47, Decimal("72.34"))
    assert found["commercial"] == (6, 6, Decimal("100.00"))


def test_the_rate_moves_from_nothing() -> None:
    before = close_rates(lin_an(), book=BOOK, on=date(2022, 6, 9), by="class")
    assert {line.key: line.percent for line in before}["commercial"] == Decimal("0.00")


def test_nothing_to_close_is_no_rate() -> None:
    assert close_rates([], book=BOOK, on=END) == []
    assert Rate("", 0, 0).percent is None


@pytest.mark.parametrize(
    ("first", "all_", "closed"), [("2022-03", 1, 0), ("2022-05", 1, 1), ("2022-06", 0, 0)]
)
def test_a_period_counts_what_stood_open_in_it(first: str, all_: int, closed: int) -> None:
    lines = close_rates([a_case(1, close="2022-05-20")], book=BOOK, on=END, period=Period.of(first))
    assert [(line.all, line.closed) for line in lines] == ([(all_, closed)] if all_ else [])


def test_void_and_exempt_are_left_out() -> None:
    cases = [a_case(1, close="2022-03-20"), a_case(2, void="2022-03-20"), a_case(3, exempt="2022-03-20")]
    assert close_rates(cases, book=BOOK, on=END) == [Rate("", 1, 1, 1)]


def test_in_time_is_told_by_the_answer() -> None:
    cases = [a_case(1, close="2022-03-25"), a_case(2, close="2022-03-26")]
    assert close_rates(cases, book=BOOK, on=END) == [Rate("", 2, 2, 1)]


def test_lines_add_up_to_the_whole() -> None:
    whole = close_rates(lin_an(), book=BOOK, on=END)[0]
    for by in ("class", "unit", "level", "rule", "origin", "month"):
        lines = close_rates(lin_an(), book=BOOK, on=END, by=by)
        assert (sum(line.closed for line in lines), sum(line.all for line in lines)) == (79, 102)
    assert (whole.closed, whole.all) == (79, 102)
