"""The second scene, by its pack alone: three published tables, row for row and cell for cell."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yiben.boards.drawing import draw
from yiben.boards.tables import frames_from_rows
from yiben.scenes.boards import board_of
from yiben.scenes.frames import Frames
from yiben.scenes.loader import load_pack
from yiben.scenes.model import Field

PACK = Path(__file__).resolve().parents[2] / "examples" / "public_works" / "pack.yaml"
TABLES = {
    "regional_summary": (
        "report1_regional_summary",
        [
            "Region",
            "MainIsland",
            "Total Budget",
            "MedianSavings",
            "AvgDelay",
            "HighDelayPct",
            "EfficiencyScore",
        ],
    ),
    "contractor_ranking": (
        "report2_contractor_ranking",
        [
            *(
                "Contractor",
                "Total Cost",
                "NumProjects",
                "AvgDelay",
                "TotalSavings",
                "ReliabilityIndex",
                "RiskFlag",
                "Rank",
            )
        ],
    ),
    "annual_trends": (
        "report3_annual_trends",
        ["FundingYear", "TypeOfWork", "TotalProjects", "AvgSavings", "OverrunRate", "YoYChange"],
    ),
}


def typed(field: Field, text: str) -> Any:
    if not text:
        return None
    if field.type == "integer":
        return int(text)
    return date.fromisoformat(text) if field.type == "date" else text


@pytest.fixture(scope="module")
def frames(shared: Path) -> Frames:
    pack = load_pack(PACK)
    folder = shared / "data" / "public_works"
    with (folder / "veradescent_dpwh_flood_control_projects_2021_2023.csv").open(encoding="utf-8") as file:
        rows = [
            {field.name: typed(field, row[field.aliases[0]]) for field in pack.fields.values()}
            for row in csv.DictReader(file)
        ]
    return frames_from_rows(pack, rows)


@pytest.mark.shared
@pytest.mark.parametrize("board", TABLES)
def test_the_published_table_row_for_row(board: str, frames: Frames, shared: Path) -> None:
    file, headings = TABLES[board]
    with (shared / "data" / "public_works" / f"veradescent_{file}.csv").open(encoding="utf-8") as known:
        expected = [[row[heading] for heading in headings] for row in csv.DictReader(known)]
    drawn = draw(board_of(frames.pack, board), frames)
    assert drawn.texts("en")[1:] == expected
    assert drawn.subjects == 7275


def test_the_pack_knows_every_heading_of_the_file() -> None:
    pack = load_pack(PACK)
    assert len({alias for field in pack.fields.values() for alias in field.aliases}) == 22
