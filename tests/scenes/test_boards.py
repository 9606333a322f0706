"""Mistakes in a boards section are told with file, line, found and expected."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from yiben.kernel.problems import Problem, Refused
from yiben.scenes.boards import board_of, read_boards
from yiben.scenes.loader import load_pack, read_pack
from yiben.scenes.mechanics_reader import READERS
from yiben.scenes.model import Pack

HEAD = """\
pack: works
version: 1
title: 工程
key: code
fields:
  code: {type: text, label: 编号}
  town: {type: text, label: 乡镇}
  cost: {type: money, unit: 元, label: 造价}
measures:
  spent: {type: money, unit: 元, every: month, adds: true, label: 完成}
boards:
"""


def read(boards: str) -> tuple[Pack | None, list[Problem]]:
    return read_pack(HEAD + indent(dedent(boards), "  "), file="works.yaml")


def board(columns: str, extra: str = "") -> str:
    return f"b:\n  label: b\n{extra}  columns:\n{indent(dedent(columns), '    ')}\n"


GROUP = "  group: [town]\n"


@pytest.mark.parametrize(
    ("text", "line", "found", "expected"),
    [
        ("b: {columns: {x: {value: cost}}}", 12, "label", "this key"),
        ("b: {label: b, columns: {x: {value: cost}}, grp: [town]}", 12, "grp", "group"),
        (board("x: {valu: cost}"), 15, "valu", "value"),
        (board("x: {label: x}"), 15, "no way of scoring", "exactly one of: value"),
        (board("x: {value: cost, portion: {of: cost}}"), 15, "value and portion", "exactly one of"),
        (board("x: {value: csot}"), 15, "csot", "cost"),
        (board("x: {value: sum(cost)}"), 15, "SUM", "comparisons"),
        (board("x: {value: cost}", GROUP), 16, "'cost' of single subjects", "sum(cost)"),
        (board("x: {value: sum(cost)}\ny: {value: avg(x)}", GROUP), 17, "'x' inside AVG(x)", "columns of the subjects"),
        (board("x: {value: sum(town)}", GROUP), 16, "a text: town", "a number"),
        (board("x: {value: sum(cost) filter (where cost)}", GROUP), 16, "a number: cost", "yes or no"),
        (board("x: {value: cost + month}", "  every: month\n"), 16, "a date: month", "a number"),
        (board("x: {value: cost}", "  where: cost + 1\n"), 14, "a number: 'cost + 1'", "yes or no"),
        (board("x: {value: max(town)}\ny: {value: x + 1}", GROUP), 17, "a text: x", "a number"),
        (board("x: {value: sum(avg(cost))}", GROUP), 16, "an aggregate inside", "one aggregate at a time"),
        (board("x: {value: y + 1}\ny: {value: sum(cost)}", GROUP), 16, "unknown column 'y'", "known"),
        (board("x: {value: in_a_row(cost > 1) }"), 15, "in_a_row()", "red_in_a_row"),
        (board("x: {value: count(*)}", "  group: [twon]\n"), 14, "no field 'twon'", "town"),
        (board("town: {value: count(*)}", GROUP), 16, "'town' heads the row already", "another name"),
        (board("x: {value: cost}", "  group: [town]\n  show: [code]\n"), 15, "`show` beside `group`", "subjects only"),
        (board("x: {rank: {by: [-score]}}"), 15, "no earlier column 'score'", "one of: code"),
        (board("x: {value: spent}"), 12, "spent without a period", "`every: month`"),
        (board("x: {value: cost, decimals: 13}"), 15, "13", "maximum 12"),
        (board("x: {value: cost, least: 5, most: 1}"), 15, "least 5, most 1", "least not above most"),
        (board("x: {steps: {of: cost, bands: [{from: 1, points: 1}, {from: 5, points: 2}]}}"), 15, "1, 5", "highest down"),
        (board("x: {rank_points: {of: cost, bands: [{to: 3, points: 1}, {to: 2, points: 2}]}}"), 15, "3, 2", "rise"),
        (board("x: {per_unit: {of: cost, points: 1, each: 0}}"), 15, "each: 0", "other than 0"),
        (board("x: {scale: {of: cost, to: [9, 1]}}"), 15, "9 to 1", "a lower and a higher end"),
        (board("x: {change: {of: cost, against: {town: a}}}"), 15, "'town'", "the board's group"),
        (board("x: {flag: {a: {label: a}, b: {when: cost > 1, label: b}}}"), 15, "cases after", "last one"),
        (board("x: {flag: {a: {label: a}}, decimals: 1}"), 15, "decimals or bounds", "a number"),
        (board("x: {total: {quarters: {q1: [code]}}}"), 15, "weights by quarter", "`every`"),
        (board("x: {value: cost}\nr: {rank: {by: [x]}}\nm: {mark: {rank: r, red: {label: r, when: x > 1, top: {a: 1}}}}"), 17, "a number for each group", "`within`"),
        (board("x: {value: count(*)}\nr: {rank: {by: [x]}}", GROUP + "  having: r < 3\n"), 15, "r", "before the first one"),
        (board("x: {completion: {done: cost, plan: cost, points: 1, above: [{per_point: 1, until: 130}, {per_point: 1, until: 120}]}}"), 15, "130, 120", "away from 100"),
        (board("x: {value: cost}", "  each: {cost: cost + 1}\n"), 14, "'cost' is a name of the scene", "another name"),
        (board("x: {value: cost}", "  where: (select 1)\n"), 14, "", "comparisons"),
        (board("x: {value: cost}", "  limit: {topp: 3}\n"), 14, "topp", "top"),
        (board("x: {value: cost, rounding: up}"), 15, "'up'", "half_up, half_even"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(text: str, line: int, found: str, expected: str) -> None:
    pack, problems = read(text)
    assert pack is None
    told = [problem for problem in problems if found in problem.found and expected in problem.expected]
    assert told, [str(problem) for problem in problems]
    assert (told[0].place.file, told[0].place.line) == ("works.yaml", line)


def test_an_unknown_board_is_told_with_those_there_are() -> None:
    pack, _ = read(board("x: {value: cost}"))
    assert pack is not None
    with pytest.raises(Refused, match="no board 'c', expected one of: b"):
        board_of(pack, "c")


def test_every_mechanic_is_in_the_schema_and_explained() -> None:
    from yiben.scenes.loader import pack_schema

    columns = pack_schema()["$defs"]["boards"]["$defs"]["column"]["properties"]
    assert set(READERS) <= set(columns)
    assert all(columns[name].get("description") or "$ref" in columns[name] for name in READERS)


def test_the_example_pack_reads_without_a_problem() -> None:
    pack = load_pack(Path(__file__).resolve().parents[2] / "examples" / "public_works" / "pack.yaml")
    boards, problems = read_boards(pack)
    assert not problems
    assert set(boards) == {"regional_summary", "contractor_ranking", "annual_trends"}
