"""The commands account, move, allocate and appraise on a ledger: tables, JSON, files and refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from databases import County, code
from journeys.counted import install, move, wish

EXTRAS = "applied_on: 2026-03-10\nenergy:\n  - {carrier: natural_gas, amount: 180万立方米}\n"


@pytest.fixture
def backend() -> str:
    """Commands are thin; one database is enough for them."""
    return "sqlite"


def run(*arguments: str) -> Any:
    from click.testing import CliRunner

    from yiben.cli import main

    return CliRunner().invoke(main, list(arguments))


def rows(*arguments: str) -> list[dict[str, Any]]:
    done = run(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def quotas(county: County) -> None:
    install(county, "land_quota", "relief_goods")
    county.record(county.project(1, land="40"), county.project(2, land="90"))
    move(county, "land_quota", wish("receive", 100, "土1", quantity="new_land", day="2026-05-01"))


def test_balances_by_scene_account_and_label(county: County) -> None:
    quotas(county)
    by_name = rows("account", "land_quota/pool/new_land")
    assert [(row["balance"], row["unit"], row["label"]) for row in by_name] == [("100", "亩", "县指标池")]
    assert rows("account", "县指标池")[0]["balance"] == "100"
    assert rows("account", "land_quota/pool/new_land", "--on", "2026-04-30")[0]["balance"] == "0"
    assert rows("account", "land_quota/pool/new_land", "--as-of", "2020-01-01")[0]["balance"] == "0"
    assert {row["account"] for row in rows("account", "land_quota")} >= {"plan", "pool", "granted", "used"}
    assert rows("account", "land_quota/pool", "--moves")[0]["document"] == "土1"
    assert "县指标池" in run("account", "land_quota").output
    unknown = run("account", "nothing")
    assert unknown.exit_code == 1 and "land_quota/pool" in unknown.output


def test_moves_from_the_command_line_and_from_a_file(county: County, tmp_path: Path) -> None:
    quotas(county)
    grant = (
        "move",
        "land_quota",
        "安排",
        "30",
        "--quantity",
        "new_land",
        "--subject",
        code(1),
        "--document",
        "会1",
    )
    assert rows(*grant, "--day", "2026-06-01", "--dry-run")[0]["transaction"] == 0
    assert rows(*grant, "--day", "2026-06-01")[0]["moves"] == 1
    again = run(*grant, "--day", "2026-06-01")
    assert again.exit_code == 1 and "a second time" in again.output
    assert rows("account", f"land_quota/granted/new_land/{code(1)}")[0]["balance"] == "30"
    file = tmp_path / "moves.csv"
    head = "方式,数量,指标,项目代码,日期,文号\n"
    file.write_text(
        f"{head}安排,20,新增建设用地,{code(2)},2026-06-02,会2\n退回,1,新增建设用地,,,\n", encoding="utf-8"
    )
    done = run("move", "land_quota", "--file", str(file))
    assert done.exit_code == 1 and "moves.csv:3" in done.output and "nothing was changed" in done.output
    file.write_text(f"{head}安排,20,新增建设用地,{code(2)},2026-06-02,会2\n", encoding="utf-8")
    assert rows("move", "land_quota", "--file", str(file))[0]["moves"] == 1
    file.write_text("甲,乙\n1,2\n", encoding="utf-8")
    done = run("move", "land_quota", "--file", str(file))
    assert done.exit_code == 1 and "moves.csv:1" in done.output
    assert run("move", "land_quota").exit_code == 2


def test_allocation_of_the_ledger_and_its_acceptance(county: County) -> None:
    quotas(county)
    plan = json.loads(run("allocate", "land_quota", "--claims", "projects", "--format", "json").stdout)
    assert [(one["id"], one["served"]) for one in plan["grants"]] == [(code(1), True), (code(2), False)]
    assert plan["left"] == {"新增建设用地": "60"}
    what_if = run(
        "allocate", "land_quota", "--claims", "projects", "--what-if", "新增建设用地=130", "--format", "jsonl"
    )
    assert {json.loads(line)["after"] for line in what_if.stdout.splitlines()} <= {"40", "90", "0"}
    accepted = run(
        "allocate", "land_quota", "--claims", "projects", "--accept", "--document", "会3", "--approver", "leader"
    )  # fmt: skip
    assert accepted.exit_code == 0 and "1 moves recorded" in accepted.output
    bad = run(
        "allocate", "land_quota", "--claims", "projects", "--accept", "--document", "会4", "--approver", "x"
    )
    assert bad.exit_code == 1 and "may approve" in bad.output
    assert run("allocate", "--claims", "nowhere").exit_code == 2
    assert run("allocate", "nothing", "--claims", "projects").exit_code == 2


def test_appraisal_of_a_project_of_the_ledger(county: County, tmp_path: Path) -> None:
    quotas(county)
    extras = tmp_path / "energy.yaml"
    extras.write_text(EXTRAS, encoding="utf-8")
    done = run("appraise", code(1), "--extras", str(extras), "--keep", "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["code"] == code(1) and "kept as transaction" in done.stderr
    assert run("appraise", code(1)).exit_code == 0
    missing = run("appraise", code(2))
    assert missing.exit_code == 1 and "no energy" in missing.output
    assert run("appraise", "nothing.yaml").exit_code == 2
    assert run("appraise", code(77), "--extras", str(extras)).exit_code == 1
