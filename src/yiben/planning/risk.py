"""The chance that a date holds (按期概率): simulated with a fixed seed, so that it can be repeated.

Each node's duration is drawn from the unit's own history where there is enough of it, else from a
stated range (least, most likely, most). Time runs on the working calendar of the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from yiben.kernel.problems import Place, Problem
from yiben.planning.calendar import WorkingCalendar, indices
from yiben.planning.portfolio import Group, Template, passes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Range:
    """How many days a node may take (工期范围): least, most likely and most."""

    least: float
    likely: float
    most: float


@dataclass(frozen=True, slots=True)
class Influence:
    """How much a node decides when the goal is reached (影响度).

    `share` is the rank correlation of its duration with the finish, `critical` how often the
    node could not slip, `basis` whether history or a stated range was used.
    """

    node: str
    share: float
    critical: float
    basis: str


@dataclass(frozen=True, slots=True)
class Risk:
    """What the simulation found (风险研判): the chance, the spread of finishes, and what matters most."""

    chance: float
    runs: int
    seed: int
    half: date
    four_in_five: date
    most_influential: tuple[Influence, ...]


def simulate(
    template: Template,
    *,
    start: date,
    wanted: date,
    goal: str,
    ranges: Mapping[str, Range],
    calendar: WorkingCalendar,
    history: Mapping[str, Sequence[float]] | None = None,
    least_history: int = 8,
    runs: int = 2000,
    seed: int = 20260101,
) -> tuple[Risk | None, list[Problem]]:
    """The chance that `goal` is done by the end of `wanted`; the same seed gives the same answer.

    `ranges` must cover every node with a duration; `history` holds days that each node took in
    finished projects and is used from `least_history` cases on.
    """
    problems = _wrong(template, goal, ranges, runs)
    if problems:
        return None, problems
    past = history or {}
    chance = np.random.default_rng(seed)
    drawn = {
        key: _draw(chance, ranges.get(key), past.get(key, ()), least_history, runs) for key in template.keys
    }
    lengths = np.array([drawn[key][0] for key in template.keys])
    leading = _leading(template, goal)
    lengths[[n for n in range(len(template.keys)) if n not in leading]] = 0
    begin = int(indices(np.array([start], dtype="datetime64[D]"))[0])
    group = Group(_until(template, goal), np.full(runs, begin), np.rint(lengths).astype(np.int16))
    grids = passes(group, calendar=calendar)
    finish = grids.early_finish[template.keys.index(goal)].astype(np.int64) - 1
    bound = int(indices(np.array([wanted], dtype="datetime64[D]"))[0])
    shares = [
        Influence(key, _rank_correlation(lengths[n], finish), float(grids.critical[n].mean()), drawn[key][1])
        for n, key in enumerate(template.keys)
        if n in leading and lengths[n].min() < lengths[n].max()
    ]
    top = sorted(shares, key=lambda one: (-one.share, -one.critical, one.node))[:3]
    half, most = (_day(np.quantile(finish, q, method="higher")) for q in (0.5, 0.8))
    return Risk(float((finish <= bound).mean()), runs, seed, half, most, tuple(top)), []


def _wrong(template: Template, goal: str, ranges: Mapping[str, Range], runs: int) -> list[Problem]:
    problems = []
    if goal not in template.keys:
        problems.append(Problem("unknown-node", repr(goal), f"one of: {', '.join(template.keys)}", Place()))
    for key in ranges:
        if key not in template.keys:
            problems.append(
                Problem("unknown-node", repr(key), f"one of: {', '.join(template.keys)}", Place())
            )
    for key, span in ranges.items():
        if not 0 <= span.least <= span.likely <= span.most <= 3650:
            expected = "0 ≤ least ≤ likely ≤ most ≤ 3650 days"
            problems.append(Problem("bad-range", f"{span}", expected, Place(subject=key)))
    if not 1 <= runs <= 1_000_000:
        problems.append(Problem("bad-runs", str(runs), "1 to 1000000 runs", Place()))
    return problems


def _draw(
    chance: np.random.Generator, span: Range | None, past: Sequence[float], least: int, runs: int
) -> tuple[Floats, str]:
    if len(past) >= least:
        return chance.choice(np.asarray(past, dtype=np.float64), size=runs), "history"
    if span is None:
        return np.zeros(runs), "none"
    if span.least == span.most:
        return np.full(runs, span.least), "range"
    return chance.triangular(span.least, span.likely, span.most, size=runs), "range"


def _leading(template: Template, goal: str) -> set[int]:
    keys = {template.keys.index(goal)}
    for hold in sorted(template.holds, key=lambda hold: -hold.then):
        if hold.then in keys:
            keys.add(hold.first)
    return keys


def _until(template: Template, goal: str) -> Template:
    """The template without the holds of what does not lead to the goal."""
    keys = _leading(template, goal)
    return Template(template.keys, template.working, tuple(h for h in template.holds if h.then in keys))


def _rank_correlation(first: Floats, second: npt.NDArray[np.int64]) -> float:
    ranks = [_ranks(first), _ranks(second.astype(np.float64))]
    if any(rank.std() == 0 for rank in ranks):
        return 0.0
    return round(float(np.corrcoef(ranks[0], ranks[1])[0, 1]), 6)


def _ranks(values: Floats) -> Floats:
    _, where, count = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    return middle[where]


def _day(at: np.int64 | np.float64) -> date:
    day: date = (np.datetime64("2007-01-01", "D") + int(at)).item()
    return day
