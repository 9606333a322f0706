"""Any plan file by its ending."""

from datetime import date

import pytest

from yiben.planning.calendar import china
from yiben.planning.exchange.files import read


def test_each_ending_finds_its_reader() -> None:
    text = b"plan: p\nnodes: {a: {days: 3}, b: {days: 1, after: a}}\n"
    loaded, problems = read(text, file="p.yaml", calendar=china(), start=date(2026, 3, 2))
    assert problems == [] and loaded is not None and loaded.plan is not None and loaded.goal == "b"
    loaded, _ = read(b"2 0\n1 1 2\n4 0\n", file="p.RCP", calendar=china())
    assert loaded is not None and loaded.instance is not None


@pytest.mark.parametrize(
    ("content", "file"),
    [
        (b"x", "plan.mpp"),
        (b"x", "plan"),
        (b"\xff\xfe", "plan.yaml"),
        (b"nodes: {a: {days: 3}}", "plan.yaml"),
        (b"nodes: {}", "plan.yaml"),
        (b"<a", "plan.xml"),
        (b"", "plan.xer"),
        (b"", "plan.sm"),
        (b"", "plan.xlsx"),
    ],
)
def test_what_cannot_be_read_is_told(content: bytes, file: str) -> None:
    loaded, problems = read(content, file=file, calendar=china())
    assert loaded is None and problems and problems[0].place.file == file
