"""The command from end to end on an empty ledger: a new scene, its file, its table, seal and verification."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from databases import Book, County, code
from yiben.cli import COMMANDS, main

PACK = """pack: wells
version: 1
title: {zh: 机井, en: Wells}
key: code
display: name
fields:
  code: {type: text, required: true, label: {zh: 编号, en: Code}}
  name: {type: text, label: {zh: 名称, en: Name}, aliases: [井名]}
  town: {type: place, label: {zh: 乡镇, en: Town}}
  depth: {type: quantity, unit: 米, min: 0, label: {zh: 井深, en: Depth}}
  cost: {type: money, unit: 万元, min: 0, label: {zh: 造价, en: Cost}}
  drilled_on: {type: date, label: {zh: 成井日期, en: Drilled on}}
rules:
  too_dear:
    label: {zh: 造价偏高, en: Too dear}
    family: other
    applies: depth > 0
    red: cost * 10000 / depth > 1000
    otherwise: green
    because: {zh: "每米{cost * 10000 / depth:.0f}元", en: "{cost * 10000 / depth:.0f} yuan a metre"}
boards:
  by_town:
    label: {zh: 乡镇机井, en: Wells by town}
    group: [town]
    columns:
      wells: {label: {zh: 眼数, en: Wells}, value: count(*)}
      cost: {label: {zh: 造价合计, en: Cost}, value: sum(cost)}
    order: [-cost]
"""
WELLS = "编号,井名,乡镇,井深,造价(元),成井日期\nW1,东井,东溪,100,125000,2024年5月3日\nW2,西井,西山,90.5,83000,2023-11-02\n合计,,,190.5,208000,\n"


@pytest.fixture
def backend() -> str:
    return "sqlite"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def rows(*words: str) -> list[dict[str, object]]:
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_help_lists_every_command() -> None:
    said = run("--help").output
    assert all(name in said for name in COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    done = run(command, "--help")
    assert done.exit_code == 0 and "Usage:" in done.output


def test_a_new_scene_from_one_file_end_to_end(book: Book, tmp_path: Path) -> None:
    pack, data, out = tmp_path / "wells.yaml", tmp_path / "wells.csv", tmp_path / "out.csv"
    pack.write_text(PACK, encoding="utf-8")
    data.write_text(WELLS, encoding="utf-8")
    assert run("init", "--county", "云溪县", "--password", "a long password").exit_code == 0
    [taken] = rows("import", str(pack), str(data))
    assert (taken["created"], taken["left_out"]) == (2, "total 1")
    [again] = rows("import", "wells", str(data))
    assert (again["created"], again["updated"], again["transaction"]) == (0, 0, 0)
    assert [row["town"] for row in rows("board", "by_town", "--scene", "wells")] == ["东溪", "西山"]
    [red] = rows("assess", "wells", "--month", "2026-03", "--colour", "red")
    assert (red["subject"], red["because"]) == ("W1", "每米1250元")
    assert run("export", "wells", "--out", str(out)).exit_code == 0
    assert "125000" not in out.read_text(encoding="utf-8-sig") and "12.5" in out.read_text(
        encoding="utf-8-sig"
    )
    [sealed] = rows("seal", "2026-03")
    assert sealed["transactions"] == 1
    [verdict] = rows("verify")
    assert verdict["clean"] is True and verdict["entries"] == 2


def test_a_fact_stated_by_hand_and_its_history(county: County) -> None:
    county.record(county.project(1, land="10"))
    [done] = rows("record", "projects", code(1), "land=12.5", "--why", "复测", "--as", "clerk")
    assert done["updated"] == 1
    newest, oldest = rows("history", "projects", code(1), "--name", "land")
    assert (newest["value"], newest["officer"], oldest["superseded_by"]) == (
        '"12.5"',
        "clerk",
        done["transaction"],
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("record", "projects", code(1), "land=-3"), "at least 0"),
        (("record", "projects", code(1), "lnad=3"), "land"),
        (("record", "nothing", "x", "a=1"), "expected one that is installed"),
        (("record", "projects", code(1), "land"), "expected NAME=VALUE"),
        (("record", "projects", code(1), "invested=5", "--period", "2026-13"), "2026-13"),
        (("record", "projects", code(1), "land=3", "--as", "nobody"), "expected one who exists"),
        (("record", "projects", code(1), "land=3", "--as", "leader"), "may not"),
        (("seal", "2999-01"), "a month that is over"),
        (("seal", "2026Q1"), "one month"),
        (("board", "no_such_board"), "no board 'no_such_board'"),
        (("assess", "--replay", "2026-10..x"), "is not a period"),
        (("export", "projects", "--out", "x.doc"), "ends in .xlsx, .csv or .parquet"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(county: County, words: tuple[str, ...], said: str) -> None:
    from yiben.ledger.record import head

    county.record(county.project(1))
    before = head()
    done = run(*words)
    assert done.exit_code != 0 and said in done.output
    assert head() == before


def test_a_broken_pack_is_told_with_its_line(book: Book, tmp_path: Path) -> None:
    pack = tmp_path / "wells.yaml"
    pack.write_text(
        PACK.replace("type: money", "type: monny").replace("depth > 0", "depht > 0"), encoding="utf-8"
    )
    done = run("scenes", "check", str(pack))
    assert done.exit_code == 1 and "wells.yaml:11" in done.output and "'monny'" in done.output


def test_a_ledger_that_is_not_there_is_told(tmp_path: Path, sqlite_templates) -> None:
    from databases import switch_to

    switch_to(f"sqlite:///{tmp_path / 'none.sqlite'}", home=tmp_path)
    done = run("verify")
    assert done.exit_code == 1 and "yiben init" in done.output


def test_a_backup_comes_back_into_an_empty_ledger(county: County, tmp_path_factory) -> None:
    from databases import switch_to

    county.record(county.project(1), county.project(2))
    kept, home = county.home / "kept.zip", tmp_path_factory.mktemp("other")
    assert run("backup", str(kept)).exit_code == 0
    assert run("backup", str(kept)).exit_code == 1
    head = rows("verify")[0]["head"]
    switch_to(f"sqlite:///{home / 'yiben.sqlite'}", home=home)
    done = run("restore", str(kept))
    assert done.exit_code == 0 and str(head) in done.output
    assert rows("verify")[0]["head"] == head
    assert run("restore", str(kept)).exit_code == 1


def test_a_report_is_taken_in_and_a_bad_file_does_not_stop_it(book: Book, tmp_path: Path) -> None:
    good, bad = tmp_path / "上半年.txt", tmp_path / "坏.docx"
    good.write_text("云溪县2025年上半年工作总结\n一、一季度GDP增长6.7%,排名全市第二。\n", encoding="utf-8")
    bad.write_bytes(b"\x00\x01" * 40)
    assert run("init", "--password", "a long password").exit_code == 0
    done = run("take-in", str(bad), str(good), "--format", "json")
    assert done.exit_code == 1 and "坏.docx" in done.stderr
    [row] = json.loads(done.stdout)
    assert row["figures"] >= 2 and row["transaction"] == 1
