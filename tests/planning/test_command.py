"""`yiben plan` as a person types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from yiben.bench import planning as bench
from yiben.cli.planning import plan


def run(*args: str) -> Result:
    return CliRunner().invoke(plan, list(args))


def answer(*args: str) -> dict[str, Any]:
    result = run(*args, "--format", "json")
    assert result.exit_code == 0, result.output
    body: dict[str, Any] = json.loads(result.output)
    return body


INDUSTRIAL = ("--template", "industrial", "--on", "2026-03-02", "--place", "331002")


def test_a_template_back_from_a_date() -> None:
    body = answer(*INDUSTRIAL, "--to", "2026-09-30")
    assert body["goal_date"] == "2026-09-30" and body["begin"] == "2026-06-05"
    assert body["critical_chain"][-1] == "start" and body["provisional_years"] == [2027, 2028, 2029]
    assert body["government_days_before_start"] == 29 and body["promise_kept"] is True
    assert {row["key"]: row["finish"] for row in body["rows"]}["building_permit"] == "2026-09-30"


def test_the_impossible_names_chain_and_days() -> None:
    result = run(*INDUSTRIAL, "--from", "2026-03-02", "--to", "2026-04-30")
    assert result.exit_code == 1
    assert "57 days (38 working days) late" in result.output and "土地出让公告与成交 → " in result.output


def test_facts_durations_and_basis() -> None:
    body = answer(
        *INDUSTRIAL, "--from", "2026-03-02", "--fact", "standard_land=true", "--fact", "land_ha=12",
        "--days", "design=10", "--basis", "statutory",
    )  # fmt: skip
    rows = {row["key"]: row for row in body["rows"]}
    assert rows["design"]["days"] == 10 and rows["soil_water"]["days"] == 12 and "investment_contract" in rows


def test_the_two_figures_of_the_report() -> None:
    one_day = answer("--template", "one_day_start", "--from", "2026-03-02")
    assert (one_day["goal_date"], one_day["government_days_whole"]) == ("2026-03-02", 1)
    permits = ("--template", "construction_permits", "--from", "2026-03-02", "--on")
    assert answer(*permits, "2022-06-30")["government_days_whole"] == 17.5
    assert answer(*permits, "2022-07-01")["government_days_whole"] == 10


def test_files_in_and_out(tmp_path: Path) -> None:
    source = tmp_path / "p.yaml"
    source.write_text(
        "plan: 示例\nstart: 2026-09-28\nnodes:\n  a: {label: 设计, days: 3}\n  b: {label: 开工, days: 2, after: a}\n",
        encoding="utf-8",
    )
    assert answer(str(source))["finish"] == "2026-10-09T17:00"
    back = answer(str(source), "--to", "2026-10-10")
    assert (back["goal"], back["goal_date"], back["begin"]) == ("b", "2026-10-10", "2026-09-29")
    for name in ("out.xml", "out.xlsx"):
        target = tmp_path / name
        assert run(str(source), "--from", "2026-09-28", "--output", str(target)).exit_code == 0
        assert answer(str(target))["finish"] == "2026-10-09T17:00"
    chart = tmp_path / "g.svg"
    assert run(str(source), "--gantt", str(chart)).exit_code == 0
    assert chart.read_text(encoding="utf-8").startswith("<svg")
    assert len(run(str(source), "--format", "jsonl").output.splitlines()) == 2


def test_impossible_dates_in_a_file_are_refused_with_their_line(tmp_path: Path) -> None:
    source = tmp_path / "p.yaml"
    source.write_text(
        "start: 2026-09-28\nnodes:\n  a: {label: 设计, days: 3}\n"
        "  b: {label: 开工, days: 2, after: a, finish_not_after: 2026-09-30}\n",
        encoding="utf-8",
    )
    result = run(str(source))
    assert result.exit_code == 1
    assert (
        "p.yaml:4" in result.output and "设计 → 开工: 2 days too late for finish-not-after" in result.output
    )


def test_a_portfolio_by_month(tmp_path: Path) -> None:
    path = tmp_path / "l.yaml"
    row = "- {{name: {}, template: {}, start: 2026-03-02, unit: u}}\n"
    path.write_text(
        "place: '331002'\nprojects:\n" + row.format("甲", "industrial") + row.format("乙", "government"),
        encoding="utf-8",
    )
    body = answer("--portfolio", str(path), "--month", "2026-07")
    assert body["projects"] == 2
    assert [(row["day"], row["project"], row["node"]) for row in body["rows"] if row["node"] == "start"] == [
        ("2026-07-14", "乙", "start")
    ]
    assert len(answer("--portfolio", str(path))["rows"]) > len(body["rows"])


def test_a_county_templates_and_holidays(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("template: ours\nextends: one_day_start\n", encoding="utf-8")
    rows = answer("--list", "--templates", str(tmp_path))["rows"]
    assert "ours" in {row["template"] for row in rows}
    holidays = tmp_path / "2027.json"
    holidays.write_text(
        '{"year": 2027, "days": [{"name": "x", "date": "2027-03-01", "isOffDay": true}]}', encoding="utf-8"
    )
    body = answer(
        "--template",
        "ours",
        "--templates",
        str(tmp_path),
        "--holidays",
        str(holidays),
        "--from",
        "2027-03-01",
    )
    assert body["goal_date"] == "2027-03-02" and "provisional_years" not in body


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nothing.xml",), "no file 'nothing.xml'"),
        (("--template", "nothing"), "expected one of commercial_residential"),
        ((*INDUSTRIAL, "--fact", "colour=red"), "'colour'"),
        ((*INDUSTRIAL, "--fact", "colour"), "NAME=VALUE"),
        ((*INDUSTRIAL, "--days", "design=long"), "ITEM=DAYS"),
        ((*INDUSTRIAL, "--goal", "nothing", "--to", "2026-09-30"), "'nothing'"),
        (("--template", "industrial", "--from", "2006-12-31"), "2007-01-01"),
        ((*INDUSTRIAL, "--to", "2007-01-05"), "2007"),
        (("--portfolio", "nothing.yaml"), "a YAML list of projects"),
    ],
)
def test_refusals_say_found_and_expected(args: tuple[str, ...], said: str) -> None:
    result = run(*args)
    assert result.exit_code == 1 and said in result.output and "Traceback" not in result.output
    body = json.loads(run(*args, "--format", "json").output)
    assert body["problems"][0]["expected"]


def test_nothing_asked_is_a_usage_error() -> None:
    assert run().exit_code == 2 and run("--portfolio", "x", "--month", "never").exit_code == 1


@pytest.mark.shared
def test_the_shared_files(shared: Path) -> None:
    folder = shared / "data/schedules"
    body = answer(str(folder / "networks/j3010_1.sm"))
    assert body["length"] == body["stated_length"] == 41 and body["equal"] is True
    rows = answer(str(folder / "mspdi/mspdirelations.xml"))["rows"]
    assert rows[5]["early_finish"] == "2006-09-25T08:00" and rows[5]["total_slack_tenth_min"] == 4800


def test_the_bench_runs_small() -> None:
    lines = bench.run(scale=0.001)
    assert len(lines) == 4 and "same length" in lines[2].note
