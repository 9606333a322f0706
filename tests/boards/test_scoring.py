"""Each mechanic by hand-made arithmetic, at its edges."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.boards.drawing import draw
from yiben.boards.scoring import completion_points
from yiben.boards.tables import frames_from_rows
from yiben.kernel.periods import Period
from yiben.scenes.boards import board_of
from yiben.scenes.expressions import Expression
from yiben.scenes.mechanics import Completion, Slope
from yiben.scenes.model import Pack

Build = Callable[[str], Pack]
D = Decimal


def column(pack_with: Build, columns: str, rows: list[dict[str, Any]], extra: str = "") -> list[Any]:
    """The last column of a board of subjects, in the order of the rows' codes."""
    pack = pack_with(f"b:\n  label: b\n  show: [code]\n  order: [code]\n{extra}  columns:\n{columns}")
    filled = [{"code": f"{number:04}", **row} for number, row in enumerate(rows)]
    drawn = draw(board_of(pack, "b"), frames_from_rows(pack, filled))
    return drawn.column(drawn.columns[-1].name)


def costs(*numbers: Any) -> list[dict[str, Any]]:
    return [{"cost": number} for number in numbers]


def test_completion_in_proportion_and_without_a_plan(pack_with: Build) -> None:
    rows = [{"cost": 30, "budget": 40}, {"cost": 30, "budget": 0}, {"cost": None, "budget": 40}]
    text = "    s: {completion: {done: cost, plan: budget, points: 10, no_plan: 2}}\n"
    assert column(pack_with, text, rows) == [D("7.50"), D("2.00"), None]


@pytest.mark.parametrize(
    ("percent", "points"),
    [(100, 25), (90, 24), (0, 15), (110, 27), (130, 31), (150, 33), (180, 35), (200, 35), (101, "25.2")],
)
def test_completion_with_slopes_of_the_ningbo_kind(percent: int, points: Any) -> None:
    of = Expression("x", None, frozenset())  # type: ignore[arg-type]
    above = (Slope(D("0.2"), D(130)), Slope(D("0.1")))
    mechanic = Completion(of, of, D(25), above, (Slope(D("0.1")),), cap=D(10))
    assert completion_points(mechanic, Fraction(percent, 100)) == Fraction(points)


def test_steps_from_and_over(pack_with: Build) -> None:
    text = "    s: {steps: {of: cost, bands: [{over: 10, points: 20}, {from: 5, points: 10}], otherwise: 3}, decimals: 0}\n"
    assert column(pack_with, text, costs(11, 10, 5, 4, None)) == [20, 10, 10, 3, None]


def test_lookup(pack_with: Build) -> None:
    text = "    s: {lookup: {of: kind, points: {road: 15}, otherwise: 6}, decimals: 0}\n"
    assert column(pack_with, text, [{"kind": "road"}, {"kind": "school"}, {}]) == [15, 6, 6]


@pytest.mark.parametrize(("ties", "points"), [("skip", [7, 7, 0, 0]), ("dense", [7, 7, 5, 0])])
def test_rank_points_with_declared_ties(ties: str, points: list[int], pack_with: Build) -> None:
    bands = "bands: [{to: 1, points: 7}, {to: 2, points: 5}]"
    text = f"    s: {{rank_points: {{of: cost, {bands}, ties: {ties}}}, decimals: 0}}\n"
    assert column(pack_with, text, costs(9, 9, 8, 7)) == points


def test_per_unit_with_cap_and_whole_units(pack_with: Build) -> None:
    text = "    s: {per_unit: {of: cost, points: 1, each: 10, beyond: 80, base: 5, whole: true}, least: 3, most: 7, decimals: 0}\n"
    assert column(pack_with, text, costs(80, 89, 95, 200, 71, 70, 0)) == [5, 5, 6, 7, 5, 4, 3]


def test_max_as_full(pack_with: Build) -> None:
    text = "    s: {max_full: {of: cost, points: 16}}\n"
    assert column(pack_with, text, costs(50, 200, 0)) == [D("4.00"), D("16.00"), D("0.00")]
    assert column(pack_with, text, costs(0, 0)) == [D("0.00")] * 2


def test_mean_as_full_with_floor_and_ceiling(pack_with: Build) -> None:
    text = "    s: {mean_full: {of: cost, points: 24, otherwise: 0}, least: 0, most: 36}\n"
    assert column(pack_with, text, costs(10, 40, -5, -5)) == [D("24.00"), D("36.00"), D("0.00"), D("0.00")]
    assert column(pack_with, text, costs(-1, -2)) == [D("0.00")] * 2


def test_a_mean_of_totals_is_not_the_mean_of_ratios(pack_with: Build) -> None:
    text = "    now: {value: cost}\n    was: {value: budget}\n"
    text += "    s: {mean_full: {of: now / was - 1, points: 10, mean: sum(now) / sum(was) - 1}}\n"
    rows = [{"cost": 300, "budget": 200}, {"cost": 120, "budget": 100}]
    assert column(pack_with, text, rows) == [D("12.50"), D("5.00")]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=8))
def test_a_scale_keeps_the_order_and_reaches_both_ends(pack_with: Build, numbers: list[int]) -> None:
    scaled = column(pack_with, "    s: {scale: {of: cost}, decimals: 9}\n", costs(*numbers))
    turned = column(pack_with, "    s: {scale: {of: cost, best: low}, decimals: 9}\n", costs(*numbers))
    if len(set(numbers)) == 1:
        assert set(scaled) == {D("100.000000000")}
        return
    assert (min(scaled), max(scaled)) == (0, 100)
    pairs = sorted(zip(numbers, scaled, strict=True))
    assert [one for _, one in pairs] == sorted(scaled)
    assert all(abs(one + other - 100) <= D("1e-9") for one, other in zip(scaled, turned, strict=True))


@pytest.mark.parametrize(("sign", "change"), [("plain", "-300.00"), ("absolute", "300.00"), ("blank", None)])
def test_change_against_a_base_year(sign: str, change: str | None, pack_with: Build) -> None:
    text = f"{{of: mean, against: {{year_of: 2021}}, negative_base: {sign}}}"
    columns = f"mean: {{value: avg(cost)}}, s: {{change: {text}, blank: N/A}}"
    pack = pack_with(
        f"b: {{label: b, group: [town, year_of], order: [town, year_of], columns: {{{columns}}}}}"
    )
    rows = [
        {"code": "1", "town": "A", "year_of": 2021, "cost": -5},
        {"code": "2", "town": "A", "year_of": 2022, "cost": 10},
        {"code": "3", "town": "B", "year_of": 2022, "cost": 10},
        {"code": "4", "town": "C", "year_of": 2021, "cost": 0},
        {"code": "5", "town": "C", "year_of": 2022, "cost": 4},
    ]
    drawn = draw(board_of(pack, "b"), frames_from_rows(pack, rows))
    got = dict(zip([row.key for row in drawn.rows], drawn.column("s"), strict=True))
    assert got["A", "2022"] == (None if change is None else D(change))
    assert got["B", "2022"] is None and got["C", "2022"] is None and got["C", "2021"] is None
    assert drawn.texts()[-1][-1] == "N/A"


def test_change_against_the_year_before(pack_with: Build) -> None:
    columns = "mean: {value: avg(cost)}, s: {change: {of: mean, against: {year_of: previous}}}"
    pack = pack_with(f"b: {{label: b, group: [year_of], order: [year_of], columns: {{{columns}}}}}")
    rows = [
        {"code": str(year), "year_of": year, "cost": cost} for year, cost in ((2021, 4), (2022, 5), (2024, 6))
    ]
    drawn = draw(board_of(pack, "b"), frames_from_rows(pack, rows))
    assert drawn.column("s") == [None, D("25.00"), None]


def test_gate_and_portion(pack_with: Build) -> None:
    assert column(
        pack_with, "    s: {gate: {when: cost >= 5, points: 5}, decimals: 0}\n", costs(5, 4, None)
    ) == [5, 0, 0]
    assert column(pack_with, "    s: {portion: {of: cost}}\n", costs(1, 3, None)) == [
        D("25.00"),
        D("75.00"),
        None,
    ]


def test_total_takes_the_weights_of_its_quarter(pack_with: Build) -> None:
    pack = pack_with(
        """
        b:
          label: b
          every: quarter
          columns:
            one: {value: cost}
            two: {value: budget}
            s: {total: {parts: {one: 1, two: 1}, quarters: {q2: {one: 0.5, two: 0.25}}}}
        """
    )
    frames = frames_from_rows(pack, [{"code": "1", "cost": 10, "budget": 100}, {"code": "2", "cost": 7}])
    sums = {
        quarter: draw(board_of(pack, "b"), frames, period=Period.of(f"2025{quarter}")).column("s")
        for quarter in ("Q1", "Q2")
    }
    assert sums == {"Q1": [D("110.00"), D("7.00")], "Q2": [D("30.00"), D("3.50")]}


def test_bonus_items_with_caps_of_their_own_and_of_all(pack_with: Build) -> None:
    items = "{when: kind = 'road', points: 20}, {of: cost, points: 2, most: 10}, {of: budget, points: -3}"
    text = f"    s: {{bonus: {{items: [{items}]}}, least: -5, most: 25, decimals: 0}}\n"
    rows = [{"kind": "road", "cost": 9, "budget": 0}, {"cost": 3, "budget": 1}, {"budget": 9}, {}]
    assert column(pack_with, text, rows) == [25, 3, -5, 0]


def test_flag_says_the_first_case_that_holds(pack_with: Build) -> None:
    flags = "bad: {when: cost < 50, label: 差}, fair: {when: cost < 80, label: 中}, good: {label: 好}"
    assert column(pack_with, f"    s: {{flag: {{{flags}}}}}\n", costs(49, 50, 80, None)) == [
        *("bad", "fair", "good", "good"),
    ]


def test_prize_classes_are_lowered_by_failed_parts(pack_with: Build) -> None:
    prizes = "first: {to: 1, label: 一}, second: {to: 3, label: 二}, third: {to: 4, label: 三}"
    text = f"    r: {{rank: {{by: [-c]}}}}\n    s: {{grade: {{of: r, lower_by: budget, prizes: {{{prizes}}}}}}}\n"
    rows = [{"cost": 9, "budget": 1}, {"cost": 8}, {"cost": 7, "budget": 2}, {"cost": 6}, {"cost": 5}]
    found = column(pack_with, "    c: {value: cost}\n" + text, rows)
    assert found == ["second", "second", None, "third", None]


def test_grades_by_score(pack_with: Build) -> None:
    prizes = "pass: {from: 50, label: 合格}, fail: {label: 不合格}"
    assert column(
        pack_with, f"    s: {{grade: {{of: cost, prizes: {{{prizes}}}}}}}\n", costs(50, "49.9", None)
    ) == [
        *("pass", "fail", None),
    ]


MARK = """\
    done: {value: cost}
    goal: {value: budget}
    r: {rank: {by: [-done]}}
    s: {mark: {rank: r, red: {label: 红, when: done > goal, top: 2}, black: {label: 黑, when: done < goal, bottom: 2, unless: town = 'storm'}}}
"""


def test_marks_need_both_tests(pack_with: Build) -> None:
    rows = [
        {"cost": 9, "budget": 9},  # first, but only just fulfilled
        {"cost": 8, "budget": 5},  # second and over-fulfilled
        {"cost": 7, "budget": 1},  # over-fulfilled, but third
        {"cost": 6, "budget": 8},  # behind, but not among the last two
        {"cost": 5, "budget": 9, "town": "storm"},  # last but one and behind, spared
        {"cost": 4, "budget": 9},  # last and behind
    ]
    assert column(pack_with, MARK, rows) == [None, "red", None, None, None, "black"]


def test_equal_ranks_at_the_end_are_marked_alike(pack_with: Build) -> None:
    rows = [{"cost": cost, "budget": 5} for cost in (9, 8, 8, 1, 1, 0)]
    # Ranks 1 2 2 4 4 6: both second places are among the first two; from below 1 2 2.
    assert column(pack_with, MARK, rows) == ["red", "red", "red", "black", "black", "black"]


def test_groups_are_marked_apart(pack_with: Build) -> None:
    text = MARK.replace("top: 2", "top: {road: 1, school: 2}").replace("bottom: 2", "bottom: {road: 1}")
    rows = [{"kind": kind, "cost": cost, "budget": 5} for kind in ("road", "school") for cost in (9, 8, 1)]
    pack = pack_with(
        f"b:\n  label: b\n  show: [code, kind]\n  within: [kind]\n  order: [code]\n  columns:\n{text}"
    )
    filled = [{"code": f"{number:04}", **row} for number, row in enumerate(rows)]
    found = draw(board_of(pack, "b"), frames_from_rows(pack, filled)).column("s")
    assert found == ["red", None, "black", "red", "red", None]


def test_carry_rounded_makes_ties_of_printed_scores(pack_with: Build) -> None:
    for carry, ranks in (("exact", [1, 2, 3]), ("rounded", [1, 1, 3])):
        text = f"    v: {{value: cost, decimals: 1, carry: {carry}}}\n    s: {{rank: {{by: [-v]}}}}\n"
        assert column(pack_with, text, costs("9.04", "9.01", "8")) == ranks
