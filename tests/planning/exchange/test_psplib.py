"""Published networks."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.planning.exchange import psplib
from yiben.planning.lags import solve


@pytest.mark.shared
def test_the_length_of_every_instance(shared: Path) -> None:
    folder = shared / "data/schedules/networks"
    rows = list(csv.DictReader((folder / "lengths.csv").open(encoding="utf-8")))
    for row in rows:
        instance, problems = psplib.read((folder / row["instance"]).read_bytes(), file=row["instance"])
        assert instance is not None and problems == []
        times, problems = solve(instance.network)
        assert times is not None and problems == []
        assert times.length == int(row["cpm_length_in_header"]) == instance.stated, row
    assert len(rows) == 60


def test_patterson() -> None:
    text = b"4 1\n 5\n0 0 2 2 3\n3 1 1\n 4\n2 1 1 4\n0 0 0\n"
    instance, _ = psplib.read(text, file="a.RCP")
    assert instance is not None
    times, _ = solve(instance.network)
    assert times is not None and times.length == 3 and times.critical.tolist() == [True, True, False, True]


SCH = (
    b"2 1 0 0\n0 1 2 1 2 [0] [0]\n1 1 2 2 3 [4] [3]\n2 1 2 1 3 [%d] [5]\n3 1 0\n"
    b"0 1 0 0\n1 1 3 1\n2 1 5 1\n3 1 0 0\n1\n"
)


def test_minimum_and_maximum_lags() -> None:
    instance, _ = psplib.read(SCH % -6, file="a.SCH")
    assert instance is not None
    times, _ = solve(instance.network)
    assert times is not None and times.early.tolist() == [0, 0, 4, 9]
    instance, _ = psplib.read(SCH % -3, file="a.SCH")
    assert instance is not None
    times, problems = solve(instance.network, file="a.SCH")
    assert times is None and "1 periods too many" in problems[0].found


@pytest.mark.parametrize(
    ("content", "file"),
    [
        (b"", "a.sm"),
        (b"PRECEDENCE RELATIONS:\n1 1 2 2\n****\nREQUESTS/DURATIONS:\n1 1 0\n****\n", "a.sm"),
        (b"PRECEDENCE RELATIONS:\n1 1 1 7\n****\nREQUESTS/DURATIONS:\n1 1 0\n****\n", "a.sm"),
        (b"PRECEDENCE RELATIONS:\n1 1 1 1\n****\nREQUESTS/DURATIONS:\n1\n****\n", "a.sm"),
        (b"4 1\n5\n0 0 2", "a.rcp"),
        (b"x", "a.rcp"),
        (b"99999999999 1", "a.rcp"),
        (b"", "a.sch"),
        (b"2 1 0 0\n0 1 9 1 [0]\n", "a.sch"),
        ((SCH % -6).replace(b"[4]", b""), "a.sch"),
        ((SCH % -6).replace(b"2 3 [4]", b"9 3 [4]"), "a.sch"),
        ((SCH % -6).replace(b"2 1 5 1", b"2 1 x 1"), "a.sch"),
        (b"1", "a.txt"),
    ],
)
def test_broken_files_are_told(content: bytes, file: str) -> None:
    instance, problems = psplib.read(content, file=file)
    assert instance is None and problems[0].place.file == file and problems[0].expected


def test_a_circle_in_a_file_is_told() -> None:
    text = b"PRECEDENCE RELATIONS:\n1 1 1 2\n2 1 1 1\n****\nREQUESTS/DURATIONS:\n1 1 3\n2 1 4\n****\n"
    instance, _ = psplib.read(text, file="a.sm")
    assert instance is not None
    times, problems = solve(instance.network, file="a.sm")
    assert times is None and problems[0].code == "impossible-lags" and "1 → 2 → 1" in problems[0].found


@given(st.binary(max_size=120), st.sampled_from(["a.sm", "a.rcp", "a.sch"]))
def test_no_bytes_make_the_readers_raise(content: bytes, file: str) -> None:
    instance, problems = psplib.read(content, file=file)
    assert (instance is None) == bool(problems)
