"""`yiben cases` from opening to the rate, on both databases."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from databases import County, code
from yiben.cli import main


def run(*words: str, fails: bool = False) -> Any:
    result = CliRunner().invoke(main, ["cases", *words])
    assert (result.exit_code != 0) == fails, result.output
    return result.output if fails or "json" not in words else json.loads(result.stdout)


def test_a_case_from_the_command_line(county: County) -> None:
    county.record(county.project(1, stage="ready", planned_start="2026-01-02"))
    opened = run("open", "--month", "2026-08", "--as", "clerk", "--format", "json")
    assert opened[0]["opened"] == 1
    (line,) = run("list", "--format", "json")
    assert (line["subject"], line["state"], line["level"]) == (code(1), "sent", "blue")
    number = line["number"]
    words = ("--cause", "征迁", "--measure", "交地")
    assert "may not" in run("answer", number, *words, "--as", "school", fails=True)
    (line,) = run("answer", number, *words, "--as", "transport", "--format", "json")
    assert line["state"] == "answered"
    assert "refused" in run("review", number, "--back", "--as", "clerk", fails=True)
    (line,) = run("review", number, "--as", "clerk", "--format", "json")
    assert line["state"] == "closed"
    (line,) = run("rate", "--by", "class", "--format", "json")
    assert (line["class"], line["percent"]) == ("industrial", "100.00")
    assert run("list", "--format", "json") == []
    assert "found no slip" in run("reopen", "没有〔2026〕1号", "--text", "x", fails=True)
    (line,) = run("reopen", number, "--text", "复发", "--as", "clerk", "--format", "json")
    assert line["state"] == "sent"
    assert run("escalate", "--as", "clerk", "--format", "json") == []
    assert len(run("list", "--state", "sent", "--unit", "TRANSPORT", "--format", "json")) == 1
