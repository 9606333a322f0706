"""Drawing: who is in, in which order, cut where, and the same bytes for the same inputs."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yiben.boards.drawing import draw
from yiben.boards.tables import frames_from_rows
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused
from yiben.scenes.boards import board_of
from yiben.scenes.model import Pack

Build = Callable[[str], Pack]
TOWNS = """
towns:
  label: {zh: 乡镇榜, en: Towns}
  group: [town]
  having: works >= 2
  columns:
    works: {value: count(*)}
    total: {value: sum(cost), decimals: 0}
    rank: {rank: {by: [-total]}}
"""


def rows(*pairs: tuple[str | None, Any]) -> list[dict[str, Any]]:
    return [{"code": str(number), "town": town, "cost": cost} for number, (town, cost) in enumerate(pairs)]


def test_having_is_settled_before_ranks(pack_with: Build) -> None:
    pack = pack_with(TOWNS)
    frames = frames_from_rows(pack, rows(("A", 1), ("A", 2), ("B", 99), ("C", 5), ("C", 6)))
    drawn = draw(board_of(pack, "towns"), frames)
    assert [row.cells for row in drawn.rows] == [("C", 2, 11, 1), ("A", 2, 3, 2)]


def test_subjects_without_a_group_are_told(pack_with: Build) -> None:
    pack = pack_with(TOWNS)
    frames = frames_from_rows(pack, rows(("A", 1), ("A", 2), (None, 9), (None, 9)))
    drawn = draw(board_of(pack, "towns"), frames)
    assert drawn.column("town") == ["A"]
    assert drawn.notes[0].en.startswith("2 subjects without town")
    kept = pack_with(TOWNS.replace("  having", "  blank_groups: keep\n  having"))
    assert draw(board_of(kept, "towns"), frames_from_rows(kept, rows((None, 1), (None, 2)))).column(
        "town"
    ) == [None]


def test_equal_inputs_give_equal_bytes_in_any_order(pack_with: Build) -> None:
    pack = pack_with(TOWNS)
    table = rows(*((random.Random(n).choice("ABCDE"), f"{n}.{n % 100:02}") for n in range(300)))
    digests = set()
    for seed in range(4):
        random.Random(seed).shuffle(table)
        digests.add(draw(board_of(pack, "towns"), frames_from_rows(pack, table)).digest)
    assert len(digests) == 1
    changed = [*table[:-1], {**table[-1], "cost": "0.01"}]
    other = draw(board_of(pack, "towns"), frames_from_rows(pack, changed))
    assert other.digest not in digests


def test_the_declaration_is_part_of_what_is_drawn(pack_with: Build) -> None:
    table = rows(("A", 1), ("A", 2))
    one, other = (pack_with(text) for text in (TOWNS, TOWNS.replace(">= 2", ">= 1")))
    drawn = [draw(board_of(pack, "towns"), frames_from_rows(pack, table)) for pack in (one, other)]
    assert drawn[0].inputs == drawn[1].inputs
    assert drawn[0].declared != drawn[1].declared
    assert drawn[0].digest != drawn[1].digest


@pytest.mark.parametrize(("ties", "left", "noted"), [("cut", 2, True), ("keep", 3, False)])
def test_a_tie_at_the_limit_is_declared_and_told(ties: str, left: int, noted: bool, pack_with: Build) -> None:
    text = f"b: {{label: b, show: [code], columns: {{r: {{rank: {{by: [-c]}}}}}}, limit: {{top: 2, ties: {ties}}}}}"
    pack = pack_with(text.replace("columns: {", "columns: {c: {value: cost}, "))
    drawn = draw(board_of(pack, "b"), frames_from_rows(pack, rows(("A", 9), ("A", 8), ("A", 8), ("A", 7))))
    assert len(drawn.rows) == left
    assert bool(drawn.notes) is noted


def test_top_and_bottom_within_groups(pack_with: Build) -> None:
    pack = pack_with(
        """
        b:
          label: b
          show: [code, town]
          within: [town]
          limit: {top: 1, bottom: 1}
          columns: {c: {value: cost, decimals: 0}, r: {rank: {by: [-c]}}}
        """
    )
    table = rows(*(("A", n) for n in (3, 2, 1)), *(("B", n) for n in (9, 8, 7)), ("C", 5))
    drawn = draw(board_of(pack, "b"), frames_from_rows(pack, table))
    assert [row.cells[1:] for row in drawn.rows] == [
        *(("A", 3, 1), ("A", 1, 3), ("B", 9, 1), ("B", 7, 3), ("C", 5, 1)),
    ]


def test_a_further_column_breaks_ties(pack_with: Build) -> None:
    text = "b: {label: b, columns: {c: {value: cost}, d: {value: budget}, r: {rank: {by: [-c, -d]}}}, order: [r]}"
    pack = pack_with(text)
    table = [
        {"code": str(n), "name": str(n), "cost": c, "budget": b}
        for n, (c, b) in enumerate([(5, 1), (5, 2), (6, 0), (None, 9)])
    ]
    drawn = draw(board_of(pack, "b"), frames_from_rows(pack, table))
    assert list(zip(drawn.column("name"), drawn.column("r"), strict=True)) == [
        *(("2", 1), ("1", 2), ("0", 3), ("3", None)),
    ]


def test_a_column_may_take_the_name_of_the_field_that_it_reads(pack_with: Build) -> None:
    pack = pack_with("b: {label: b, columns: {cost: {value: cost * 2}, twice: {value: cost * 2}}}")
    (record,) = draw(board_of(pack, "b"), frames_from_rows(pack, rows(("A", 3)))).records()
    assert (record["cost"], record["twice"]) == (Decimal("6.00"), Decimal("12.00"))


def test_a_group_by_something_computed(pack_with: Build) -> None:
    pack = pack_with(
        """
        b:
          label: b
          group: [size]
          order: [size]
          each: {size: {value: "case when saved >= 10 then 'big' else 'small' end", label: {zh: 规模, en: Size}}}
          columns: {n: {value: count(*)}}
        """
    )
    table = [{"code": str(n), "budget": 10 + n, "cost": 5} for n in range(10)]
    drawn = draw(board_of(pack, "b"), frames_from_rows(pack, table))
    assert drawn.texts("en") == [["Size", "n"], ["big", "5"], ["small", "5"]]


MEASURED = """
b:
  label: b
  every: month
  show: [code]
  columns:
    plan: {value: plan, decimals: 0}
    now: {value: spent, decimals: 0}
    so_far: {value: spent_year, decimals: 0}
    in_all: {value: spent_total, decimals: 0}
    then: {value: spent_before, decimals: 0}
    so_far_then: {value: spent_year_before, decimals: 0}
    physical: {value: physical, decimals: 0}
    latest: {value: physical_latest, decimals: 0}
    pace: {value: so_far / plan - time_progress, decimals: 4}
"""


def test_measures_as_seen_from_a_month(pack_with: Build) -> None:
    pack = pack_with(MEASURED)
    measures = [
        ("1", "2025", {"plan": 120}),
        ("1", "2024-12", {"spent": 5, "physical": 10}),
        ("1", "2024-03", {"spent": 7}),
        ("1", "2025-02", {"spent": 20, "physical": 30}),
        ("1", "2025-03", {"spent": 30}),
        ("1", "2025-04", {"spent": 1000, "physical": 99}),
    ]
    frames = frames_from_rows(pack, [{"code": "1"}, {"code": "2"}], measures=measures)
    first, second = draw(board_of(pack, "b"), frames, period=Period.of("2025-03")).records()
    assert first == {"code": "1", "plan": 120, "now": 30, "so_far": 50, "in_all": 62, "then": 7} | {
        "so_far_then": 7,
        "physical": None,
        "latest": 30,
        "pace": Decimal("0.1667"),
    }
    assert second["so_far"] == 0 and second["now"] is None and second["pace"] is None


def test_what_was_known_at_the_close_of_the_month_counts(pack_with: Build) -> None:
    pack = pack_with("b: {label: b, every: month, show: [code], columns: {c: {value: cost, decimals: 0}}}")
    april, end = date(2025, 4, 1), date(9999, 12, 31)
    table = [
        {"code": "1", "cost": 10, "known_from": date(2025, 1, 1), "known_to": april},
        {"code": "1", "cost": 20, "known_from": april, "known_to": end},
    ]
    frames = frames_from_rows(pack, table)
    seen = [
        draw(board_of(pack, "b"), frames, period=Period.of(month)).column("c")
        for month in ("2025-03", "2025-04")
    ]
    assert seen == [[10], [20]]
    assert draw(board_of(pack, "b"), frames, period=Period.of("2024-12")).rows == ()


def test_nodes_and_findings(pack_with: Build) -> None:
    import pyarrow as pa

    pack = pack_with(
        """
        b:
          label: b
          every: month
          show: [code]
          columns:
            permit: {value: permit_actual}
            due: {value: nodes_due}
            done: {value: nodes_done}
            colour: {flag: {red: {when: colour = 'red', label: 红}, other: {label: 其他}}}
            reds: {value: red_count}
            months: {value: red_months}
            row: {value: red_in_a_row}
        """
    )
    nodes = [
        {"subject": "1", "node": "permit", "planned_on": date(2025, 3, 5), "actual_on": date(2025, 3, 7)},
        {"subject": "1", "node": "finish", "planned_on": date(2025, 3, 20), "actual_on": date(2025, 4, 2)},
    ]
    months = [date(2025, month, 1) for month in (1, 2, 3, 4)]
    findings = pa.table(
        {
            "subject": ["1"] * 4,
            "month": months,
            "start": pa.array([4, 2, 4, 4], pa.uint8()),
            "pace": pa.array([2, 2, 4, 2], pa.uint8()),
            "overall": pa.array([4, 2, 4, 4], pa.uint8()),
        }
    )
    frames = frames_from_rows(pack, [{"code": "1"}, {"code": "2"}], nodes=nodes)
    board = board_of(pack, "b")
    march = list(draw(board, frames, period=Period.of("2025-03"), findings=findings).records())
    assert march[0] == {"code": "1", "permit": "2025-03-07", "due": 2, "done": 1, "colour": "red"} | {
        "reds": 2,
        "months": 1,
        "row": 1,
    }
    assert march[1] == {"code": "2", "permit": None, "due": 0, "done": 0, "colour": "other"} | {
        "reds": 0,
        "months": 0,
        "row": 0,
    }
    april = draw(board, frames, period=Period.of("2025-04"), findings=findings)
    assert april.column("row") == [2, 0]
    words = findings.set_column(4, "overall", pa.array(["red", "green", "red", "red"])).select(
        ["subject", "month", "overall"]
    )
    assert draw(board, frames, period=Period.of("2025-04"), findings=words).column("row") == [2, 0]
    with pytest.raises(Refused, match="no findings"):
        draw(board, frames, period=Period.of("2025-04"))


@pytest.mark.parametrize("period", [None, "2025", "2025Q1", "2025-01/2025-02"])
def test_the_period_must_suit_the_board(period: str | None, pack_with: Build) -> None:
    pack = pack_with(MEASURED)
    with pytest.raises(Refused, match="expected one month, such as 2025-07"):
        draw(board_of(pack, "b"), frames_from_rows(pack, []), period=Period.of(period) if period else None)


def test_values_that_an_expression_cannot_take_are_told(pack_with: Build) -> None:
    expression = "sum(cost * cost * cost * cost)"
    pack = pack_with(f"b: {{label: b, group: [town], columns: {{x: {{value: {expression}}}}}}}")
    table = [{"code": "1", "name": "x", "town": "T", "cost": 10**12, "started_on": date(2025, 1, 1)}]
    with pytest.raises(Refused) as refused:
        draw(board_of(pack, "b"), frames_from_rows(pack, table))
    assert "works.yaml" in str(refused.value)


def test_an_empty_scene_gives_an_empty_board(pack_with: Build) -> None:
    pack = pack_with(TOWNS)
    assert draw(board_of(pack, "towns"), frames_from_rows(pack, [])).rows == ()
