"""The bench of tables runs at any size; times are for the bench to judge, not for tests."""

from __future__ import annotations

from yiben.bench.tables import run


def test_every_line_names_its_budget():
    lines = run(scale=0.002)
    assert len(lines) == 5
    assert all(line.seconds > 0 and line.budget for line in lines)
    assert all(line.ratio is not None for line in lines[3:])
