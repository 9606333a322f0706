"""`yiben plan` over the ledger."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from databases import County, code


@pytest.fixture
def backend() -> str:
    """The command is thin: one database is enough."""
    return "sqlite"


@pytest.fixture
def planned(county: County) -> County:
    """One project with two planned nodes."""
    county.record(
        county.project(1, name="码头一期", stage="ready"),
        county.only(1, kind="node", slot="building_permit", planned_on="2027-08-16"),
        county.only(1, kind="node", slot="start", planned_on="2027-08-31"),
    )
    return county


def run(*words: str):
    from yiben.cli import main

    return CliRunner().invoke(main, ["plan", *words])


def test_a_project_is_found_by_key_and_by_name(planned: County) -> None:
    for name in (code(1), "码头一期"):
        done = run(name, "--on", "2027-01-04", "--format", "json")
        assert done.exit_code == 0, done.output
        rows = {row["node"]: row for row in json.loads(done.stdout)}
        assert rows["start"]["planned"] == "2027-08-31" and rows["start"]["colour"] == "green"
    assert "expected a project" in run("没有的项目").output


def test_a_schedule_is_shown_recorded_or_refused(planned: County) -> None:
    shown = run(code(1), "--on", "2027-01-04", "--to", "2027-09-30", "--format", "json")
    rows = {row["node"]: row for row in json.loads(shown.stdout)}
    assert rows["start"]["finish"] == "2027-09-30" and rows["start"]["changes"] is True
    late = run(code(1), "--on", "2027-01-04", "--to", "2027-02-01")
    assert late.exit_code == 1 and "working days) late" in late.output
    told = run(code(1), "--on", "2027-01-04", "--to", "2027-09-30", "--record")
    assert told.exit_code == 1 and "no reason" in told.output
    done = run(code(1), "--on", "2027-01-04", "--to", "2027-09-30", "--record", "--reason", "倒排")
    assert done.exit_code == 0, done.output
    again = json.loads(run(code(1), "--on", "2027-01-04", "--format", "json").stdout)
    assert {row["node"]: row for row in again}["start"]["planned"] == "2027-09-30"


def test_the_nodes_of_a_month(planned: County) -> None:
    done = run("--portfolio", "--month", "2027-08", "--on", "2027-08-26", "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["node"], row["colour"]) for row in rows] == [("building_permit", "red"), ("start", "yellow")]
    assert run("--portfolio", "--month", "八月").exit_code == 1
