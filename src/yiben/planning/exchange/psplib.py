"""Published test networks read (标准算例): PSPLIB `.sm`, Patterson `.rcp`, ProGen/max `.SCH`.

Only durations and precedence are used: the length of the plan without limits of resources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from yiben.kernel.problems import Place, Problem
from yiben.planning.lags import LagNetwork
from yiben.planning.passes import Ints

_TOO_MANY = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """A network of numbered activities, the first and the last without duration (算例).

    `lags` are in periods from start to start; `stated` is the length that the file itself gives.
    """

    name: str
    network: LagNetwork
    stated: int | None = None


@dataclass(slots=True)
class _Unreadable(Exception):
    """A place in the file that does not read as it should."""

    found: str
    expected: str
    line: int | None = None


def read(content: bytes, *, file: str) -> tuple[Instance | None, list[Problem]]:
    """The network of a file, by the ending of its name; or what is wrong with it."""
    ending = file.rpartition(".")[2].lower()
    reader = {"sm": _sm, "rcp": _rcp, "sch": _sch}.get(ending)
    if reader is None:
        expected = "a file ending in .sm, .rcp or .SCH"
        return None, [Problem("not-an-instance", file, expected, Place(file=file))]
    try:
        return reader(content.decode("utf-8", errors="replace"), file), []
    except _Unreadable as error:
        place = Place(file=file, line=error.line)
        return None, [Problem("instance-broken", error.found, error.expected, place)]


def _sm(text: str, file: str) -> Instance:
    lines = text.splitlines()
    followers = {row[0]: row for _, row in _rows(lines, "PRECEDENCE RELATIONS")}
    requests = list(_rows(lines, "REQUESTS/DURATIONS"))
    durations: dict[int, int] = {}
    for number, row in requests:
        if len(row) < 3:
            raise _Unreadable(f"{len(row)} numbers", "job, mode, duration and its requests", number)
        if len(row) >= 3 and row[0] not in durations:
            durations[row[0]] = row[2]
    if not followers or not durations:
        raise _Unreadable("no jobs", "the parts PRECEDENCE RELATIONS and REQUESTS/DURATIONS")
    arcs = [(job, then) for job, row in followers.items() for then in _followers(row)]
    return Instance(file, _network(durations, arcs), _stated(lines))


def _followers(row: Sequence[int]) -> Sequence[int]:
    if len(row) < 3 or len(row) != 3 + row[2]:
        raise _Unreadable(
            f"job {row[0]} with {len(row) - 3} successors", f"{row[2] if len(row) > 2 else '?'} of them"
        )
    return row[3:]


def _stated(lines: Sequence[str]) -> int | None:
    for at, line in enumerate(lines):
        if "MPM-Time" in line and at + 1 < len(lines):
            numbers = re.findall(r"-?\d+", lines[at + 1])
            return int(numbers[-1]) if numbers else None
    return None


def _rows(lines: Sequence[str], title: str) -> Iterator[tuple[int, list[int]]]:
    """The rows of numbers below a title, up to the line of stars after them."""
    at = next((at for at, line in enumerate(lines) if line.strip().startswith(title)), len(lines))
    seen = False
    for number, line in enumerate(lines[at + 1 :], start=at + 2):
        if seen and line.startswith("*"):
            return
        parts = line.split()
        if parts and all(part.lstrip("-").isdigit() for part in parts):
            seen = True
            yield number, [int(part) for part in parts]


def _network(durations: dict[int, int], arcs: Sequence[tuple[int, int]]) -> LagNetwork:
    at = {job: number for number, job in enumerate(sorted(durations))}
    for first, then in arcs:
        for job in (first, then):
            if job not in at:
                raise _Unreadable(f"job {job}", "a job with a duration")
    length = np.array([durations[job] for job in sorted(durations)], dtype=np.int64)
    begins, ends = _column(at[a] for a, _ in arcs), _column(at[b] for _, b in arcs)
    names = tuple(map(str, sorted(durations)))
    return LagNetwork(names, length, begins, ends, length[begins])


def _column(values: Iterator[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _rcp(text: str, file: str) -> Instance:
    numbers = iter(_numbers(text))
    count, resources = _next(numbers), _next(numbers)
    if not 0 < count <= _TOO_MANY or not 0 <= resources <= 1000:
        raise _Unreadable(f"{count} jobs, {resources} resources", "the numbers of jobs and resources")
    for _ in range(resources):
        _next(numbers)
    durations: dict[int, int] = {}
    arcs: list[tuple[int, int]] = []
    for job in range(1, count + 1):
        durations[job] = _next(numbers)
        for _ in range(resources):
            _next(numbers)
        arcs += [(job, _next(numbers)) for _ in range(_next(numbers))]
    return Instance(file, _network(durations, arcs))


def _numbers(text: str) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), start=1):
        for part in line.split():
            try:
                yield int(part)
            except ValueError:
                raise _Unreadable(f"{part[:40]!r}", "whole numbers", number) from None


def _next(numbers: Iterator[int]) -> int:
    value = next(numbers, None)
    if value is None:
        raise _Unreadable("the end of the file", "more numbers")
    return value


def _sch(text: str, file: str) -> Instance:
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or not lines[0][1].split()[0].isdigit():
        raise _Unreadable("no number of activities", "a first line such as 10 5 0 0", 1)
    count = int(lines[0][1].split()[0]) + 2
    if len(lines) < 2 * count + 1:
        raise _Unreadable(f"{len(lines)} lines", f"at least {2 * count + 1} for {count} activities")
    first, then, lag = [], [], []
    for number, line in lines[1 : count + 1]:
        job, others, lags = _sch_row(number, line, count)
        first += [job] * len(others)
        then += others
        lag += lags
    durations = [_sch_duration(number, line) for number, line in lines[count + 1 : 2 * count + 1]]
    names = tuple(map(str, range(count)))
    columns = [np.array(column, dtype=np.int64) for column in (durations, first, then, lag)]
    return Instance(file, LagNetwork(names, *columns))


def _sch_row(number: int, line: str, count: int) -> tuple[int, list[int], list[int]]:
    plain = [int(part) for part in re.findall(r"-?\d+", re.sub(r"\[[^\]]*\]", " ", line))]
    lags = [int(part) for part in re.findall(r"\[\s*(-?\d+)", line)]
    if len(plain) < 3 or len(plain) != 3 + plain[2] or len(lags) != plain[2]:
        found = f"{max(0, len(plain) - 3)} successors and {len(lags)} lags"
        raise _Unreadable(found, f"{plain[2] if len(plain) > 2 else 'some'} of each", number)
    wrong = [job for job in (plain[0], *plain[3:]) if not 0 <= job < count]
    if wrong:
        raise _Unreadable(f"activity {wrong[0]}", f"an activity from 0 to {count - 1}", number)
    return plain[0], plain[3:], lags


def _sch_duration(number: int, line: str) -> int:
    parts = line.split()
    if len(parts) < 3 or not parts[2].isdigit():
        raise _Unreadable(repr(line.strip()[:40]), "activity, mode, duration and requests", number)
    return int(parts[2])
