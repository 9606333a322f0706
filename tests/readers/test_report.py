"""Whole reports: bars against hand-made answers, laws for any text, and the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from yiben.cli import main
from yiben.readers.report import read_report
from yiben.readers.samples import broken_text, sample_report

FIELDS = {
    "doc",
    "start",
    "end",
    "text",
    "value",
    "unit",
    "measure",
    "bound",
    "subject",
    "place",
    "period",
    "status",
    "compare",
    "scope",
}


@given(st.integers(0, 1_000_000))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_and_every_span_leads_back(seed: int) -> None:
    raw = broken_text(seed)
    report = read_report(raw)
    for record in (*report.figures, *report.projects, *report.promises):
        assert raw[record.start : record.end] == record.text


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_text_of_any_characters_is_read(raw: str) -> None:
    for figure in read_report(raw).figures:
        assert raw[figure.start : figure.end] == figure.text


def test_a_made_up_report_is_read_in_full() -> None:
    report = read_report(sample_report(3000))
    assert len(report.figures) > 40 and len(report.projects) > 3
    assert all(f.subject and f.period and f.status for f in report.figures)


def test_reading_twice_gives_the_same() -> None:
    raw = sample_report(2000, seed=7)
    assert read_report(raw) == read_report(raw)


def test_read_writes_a_file_a_kind_and_resumes(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"r{number}.txt").write_text(sample_report(600, seed=number), encoding="utf-8")
    (tmp_path / "in" / "bad.txt").write_bytes(b"\x00\x01\x02" * 100)
    call = ["read", str(tmp_path / "in"), "--format", "jsonl", "--out", str(tmp_path / "out")]
    first = CliRunner().invoke(main, call)
    assert first.exit_code == 1
    assert "bad.txt" in first.stderr and "binary" in first.stderr
    made = sorted(path.name for path in (tmp_path / "out").glob("*_r1.jsonl"))
    assert made == ["checks_r1.jsonl", "figures_r1.jsonl", "projects_r1.jsonl", "promises_r1.jsonl"]
    rows = [
        json.loads(line)
        for line in (tmp_path / "out" / "figures_r1.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert rows and set(rows[0]) >= FIELDS
    target = tmp_path / "out" / "figures_r1.jsonl"
    before = target.stat().st_mtime_ns
    CliRunner().invoke(main, call)
    assert target.stat().st_mtime_ns == before


def test_read_answers_an_earlier_report(tmp_path: Path) -> None:
    early, late = tmp_path / "early.txt", tmp_path / "late.txt"
    early.write_text(
        "云岭县2022年工作总结和2023年工作思路\n二、2023年工作思路\n固定资产投资增长12%以上。",
        encoding="utf-8",
    )
    late.write_text("云岭县2023年工作总结\n一、完成情况\n固定资产投资增长9.8%。", encoding="utf-8")
    result = CliRunner().invoke(main, ["read", str(late), "--answers", str(early)])
    assert result.exit_code == 0
    assert "missed" in result.output


def test_repair_prints_clean_text_and_lists_repairs(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("完成投資４５億元,縣經濟發展", encoding="utf-8")
    result = CliRunner().invoke(main, ["repair", str(path)])
    assert result.stdout == "完成投资45亿元,县经济发展"
    assert "width" in result.stderr


def test_check_fails_where_arithmetic_does_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("办理时间从17.5天缩短至10天，缩短6.5天。", encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 1
    assert "FAILS" in result.output
    assert CliRunner().invoke(main, ["check", str(tmp_path / "missing.txt")]).exit_code == 1


def test_reading_loads_no_database() -> None:
    code = "import sys; from yiben.readers.report import read_report; read_report('GDP增长5%'); print([m for m in ('duckdb', 'pyarrow', 'django', 'numpy') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


@pytest.mark.shared
def test_the_bars_on_hand_made_answers(shared: Path, tmp_path: Path) -> None:
    for doc in ("000", "003", "004"):
        report = read_report((shared / f"reports/{doc}.txt").read_text(encoding="utf-8"), doc=doc)
        for kind in ("figures", "projects"):
            rows = "\n".join(
                json.dumps(record.as_dict(), ensure_ascii=False) for record in getattr(report, kind)
            )
            (tmp_path / f"{kind}_{doc}.jsonl").write_text(rows, encoding="utf-8")
    bars = {
        "quantity_f1": 0.98,
        "full_f1": 0.93,
        "subject": 0.95,
        "place": 0.95,
        "project_f1": 0.90,
        "event": 0.85,
    }
    wanted = [word for name, least in bars.items() for word in ("--min", f"{name}={least}")]
    scored = subprocess.run(
        [
            sys.executable,
            str(shared / "tools/score_reading.py"),
            str(shared / "gold"),
            str(tmp_path),
            "000",
            "003",
            "004",
            *wanted,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert scored.returncode == 0, scored.stdout
