"""The published schemes on small made-up counties, with the arithmetic shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from yiben.boards.drawing import draw
from yiben.boards.drawn import DrawnBoard
from yiben.boards.schemes import schemes
from yiben.boards.tables import frames_from_rows
from yiben.kernel.periods import Period
from yiben.scenes.boards import board_of

D = Decimal


def drawn(scheme: str, board: str, period: str, subjects: list[dict[str, Any]], measures: Any) -> DrawnBoard:
    pack = schemes()[scheme]
    frames = frames_from_rows(pack, subjects, measures=measures)
    return draw(board_of(pack, board), frames, period=Period.of(period))


def test_mianyang_spares_the_fulfilled_and_those_hit_by_force_majeure() -> None:
    names = [f"county{number}" for number in range(1, 11)]
    subjects = [{"name": name, "kind": "county"} for name in names]
    subjects += [{"name": f"bureau{number}", "kind": "department"} for number in range(1, 6)]
    measures = [
        (name, "2022Q2", {"push_goal": 10, "push_done": 12 if place < 8 else 9, "push_score": 100 - place})
        for place, name in enumerate(names)
    ]
    measures[0] = (names[0], "2022Q2", {"push_goal": 10, "push_done": 10, "push_score": 100})
    measures[9] = (
        names[9],
        "2022Q2",
        {"push_goal": 10, "push_done": 1, "push_score": 10, "force_majeure": True},
    )
    measures += [
        (f"bureau{n}", "2022Q2", {"push_goal": 10, "push_done": 9, "push_score": n}) for n in range(1, 6)
    ]
    board = drawn("mianyang_red_black_2022", "project_push", "2022Q2", subjects, measures)
    marks = dict(zip(board.column("name"), board.column("mark"), strict=True))
    # First in rank but only just fulfilled: not red; the next four are among the first five.
    assert [marks[name] for name in names[:6]] == [None, "red", "red", "red", "red", None]
    # Fulfilled among the last four: never black; force majeure: never black.
    assert [marks[name] for name in names[6:]] == [None, None, "black", None]
    # Departments are a group of their own, with three on the black list.
    assert [marks[f"bureau{number}"] for number in range(1, 6)] == ["black", "black", "black", None, None]


def test_key_project_award() -> None:
    measures = [
        (
            "A",
            "2020",
            {
                "plan": 100,
                "done": 140,
                "half_year_completion": 60,
                "high_tech": 14,
                "planned_starts": 5,
                "starts": 5,
            }
            | {"events": 6, "late": 1, "management": 14},
        ),
        (
            "B",
            "2020",
            {"plan": 100, "done": 95, "half_year_completion": 55, "high_tech": 19, "management": 15},
        ),
        ("C", "2020", {"plan": 50, "done": 40, "planned_starts": 10, "starts": 6, "management": 10}),
    ]
    board = drawn("key_project_award_2020", "award", "2020", [{"name": name} for name in "ABC"], measures)
    rows = {row["name"]: row for row in board.records()}
    # 25 + 30 × 0.2 + 10 × 0.1 = 32; 25 - 5 × 0.1 = 24.5; 25 - 20 × 0.1 = 23.
    assert [rows[name]["plan_points"] for name in "ABC"] == [D("32.00"), D("24.50"), D("23.00")]
    assert [rows[name]["half_year_points"] for name in "ABC"] == [D("7.00"), D("7.00"), None]
    # Start rates: 100 against 80 is two tens more (7, the cap); none planned 2; 60 against 70 one ten less.
    assert [rows[name]["start_rate_points"] for name in "ABC"] == [D("7.00"), D("2.00"), D("4.00")]
    # A: 5 + 7 + 10 (of 12) - 3 = 19.
    assert rows["A"]["start_points"] == D("19.00")
    # A: 32 + 7 + 5 + 3 + 19 + 14 = 80.
    assert (rows["A"]["score"], rows["A"]["rank"]) == (D("80.00"), 1)


def test_suxian_townships() -> None:
    now = {"industry": 300, "renovation": 110, "key_projects": 50, "key_plan": 40}
    measures = [
        ("east", "2015", now),
        ("east", "2014", {"industry": 200, "renovation": 100}),
        ("west", "2015", {"industry": 120, "renovation": 100, "key_projects": 30, "key_plan": 40}),
        ("west", "2014", {"industry": 100, "renovation": 100}),
    ]
    board = drawn(
        "suxian_townships_2015", "townships", "2015", [{"name": "east"}, {"name": "west"}], measures
    )
    east, west = board.records()
    # Volume: the best is full (16), 120 ÷ 300 × 16 = 6.4.
    assert (east["industry_volume_points"], west["industry_volume_points"]) == (D("16.00"), D("6.40"))
    # Growth 50 % and 20 %, the area 420 ÷ 300 = 40 %: 24 × 50 ÷ 40 = 30, 24 × 20 ÷ 40 = 12.
    assert (east["industry_growth_points"], west["industry_growth_points"]) == (D("30.00"), D("12.00"))
    # Renovation grew 10 % and 0 %, the area 5 %: 48 is cut to 36 (1.5 times 24); 0 is the floor.
    assert (east["renovation_growth_points"], west["renovation_growth_points"]) == (D("36.00"), D("0.00"))
    # Completion 125 % and 75 % of 10 points, at most 10.
    assert (east["key_completion_points"], west["key_completion_points"]) == (D("10.00"), D("7.50"))
    assert east["score"] == D("16") + 30 + 16 + 36 + 10 + 10


def test_yanan_parks() -> None:
    subjects = [
        {
            "code": "1",
            "name": "a",
            "park": "P",
            "kind": "industry",
            "new": True,
            "total": 10,
            "provincial": True,
        },
        {"code": "2", "name": "b", "park": "P", "kind": "function", "new": False, "total": "0.99"},
    ]
    measures = [("1", "2017", {"plan": 4}), ("1", "2017-03", {"done": 1}), ("1", "2017-04", {"done": 2})]
    board = drawn("yanan_parks_2017", "projects", "2017-04", subjects, measures)
    # 5 + 20 + 15 + 60 × 3 ÷ 4 + 20 = 105; 2 + 3 + 6 + 0 = 11.
    assert board.column("score") == [D("105.00"), D("11.00")]
    parks = drawn("yanan_parks_2017", "parks", "2017-04", subjects, measures)
    assert parks.column("in_month") == [D("2.00")]


@pytest.mark.parametrize("scheme", sorted(schemes()))
def test_every_scheme_says_its_method_in_both_languages(scheme: str) -> None:
    pack = schemes()[scheme]
    for name in pack.boards:
        board = board_of(pack, name)
        assert board.source
        period = {"month": "2022-04", "quarter": "2022Q2", "year": "2022"}[board.every]
        method = draw(board, frames_from_rows(pack, []), period=Period.of(period)).method
        assert len(method) >= len(board.columns)
        assert all(one.zh and one.en for one in method)
