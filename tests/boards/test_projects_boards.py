"""The boards of the built-in projects pack, over a small county with telling projects."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from yiben.boards.drawing import draw
from yiben.boards.drawn import DrawnBoard
from yiben.boards.tables import frames_from_rows
from yiben.kernel.periods import Period
from yiben.scenes.boards import board_of
from yiben.scenes.loader import built_in_packs

PERIODS = {
    "monthly_show": "2025-06",
    "quarterly_contest": "2025Q2",
    "red_flag_snail": "2025Q2",
    "towns": "2025-06",
}


def project(code: str, unit: str, town: str, **facts: Any) -> dict[str, Any]:
    usual = {"name": code, "class": "industrial", "stage": "construction", "total_investment": 1000}
    return {"code": code, "unit": unit, "town": town, **usual, **facts}


PROJECTS = [
    project("honest_road", "transport", "east", started_on=date(2024, 5, 1), entered_on=date(2024, 6, 1)),
    project("fast_plant", "industry", "east", planned_start=date(2025, 2, 1), started_on=date(2025, 1, 20)),
    project("late_school", "education", "west", planned_start=date(2025, 3, 1), stage="ready"),
    project("stopped_mall", "commerce", "west", stage="paused"),
    project("spared_dam", "water", "west"),
    project("an_idea", "water", "west", stage="idea"),
]
YEARS = [(one["code"], "2025", {"plan_year": 600}) for one in PROJECTS]
DONE = {"honest_road": 320, "fast_plant": 450, "late_school": 0, "stopped_mall": 10, "spared_dam": 20}
MONTHS = [(code, "2025-06", {"invested": done}) for code, done in DONE.items()]
BEFORE = [("honest_road", "2024-06", {"invested": 160})]


def findings() -> pa.Table:
    colours = {"honest_road": 2, "fast_plant": 2, "late_school": 4, "stopped_mall": 4, "spared_dam": 1}
    return pa.table(
        {
            "subject": list(colours),
            "month": [date(2025, 6, 1)] * len(colours),
            "behind": pa.array(list(colours.values()), pa.uint8()),
            "overall": pa.array(list(colours.values()), pa.uint8()),
        }
    )


def drawn(name: str) -> DrawnBoard:
    frames = frames_from_rows(built_in_packs()["projects"], PROJECTS, measures=[*YEARS, *MONTHS, *BEFORE])
    return draw(board_of(frames.pack, name), frames, period=Period.of(PERIODS[name]), findings=findings())


def test_monthly_show_ranks_units_by_their_gap_to_time() -> None:
    board = drawn("monthly_show")
    assert board.column("unit") == ["industry", "transport", "water", "commerce", "education"]
    # 450 ÷ 600 = 75 %, half the year is over: 25 points ahead.
    first = next(board.records())
    assert (first["completion"], first["gap"], first["starts"]) == (Decimal("75.00"), Decimal("25.00"), 1)
    assert dict(zip(board.column("unit"), board.column("red"), strict=True))["education"] == 1
    assert sum(board.column("projects")) == 5


def test_quarterly_contest_weighs_starts_and_entries_in_the_second_quarter() -> None:
    rows = {row["unit"]: row for row in drawn("quarterly_contest").records()}
    # 320 of 300 due: 106.67; no start due: 100; one started and entered: 100.
    expected = Decimal("0.4") * Decimal(320) / 3 + 30 + 30
    assert rows["transport"]["score"] == expected.quantize(Decimal("0.01"))
    # Nothing invested, a due start missed, nothing started so nothing to enter, one red.
    assert rows["education"]["score"] == Decimal("28.00")


def test_red_flags_and_snails_need_two_tests_and_spare_the_exempted() -> None:
    board = drawn("red_flag_snail")
    marks = dict(zip(board.column("code"), board.column("mark"), strict=True))
    assert marks == {"fast_plant": "red", "honest_road": "red", "late_school": "black"} | {
        "spared_dam": None,
        "stopped_mall": None,
    }


def test_towns_have_growth_where_there_is_a_base() -> None:
    rows = {row["town"]: row for row in drawn("towns").records()}
    # 770 against 160 in the first half of the year before.
    assert rows["east"]["growth"] == Decimal("381.25")
    assert rows["west"]["growth"] is None
    assert rows["east"]["portion"] + rows["west"]["portion"] == 100


@pytest.mark.parametrize("name", PERIODS)
def test_every_cell_can_be_printed_in_both_languages(name: str) -> None:
    board = drawn(name)
    for language in ("zh", "en"):
        assert all(isinstance(text, str) for row in board.texts(language) for text in row)
    assert DrawnBoard.of_dict(board.as_dict()) == board
