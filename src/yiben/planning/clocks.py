"""Two clocks on one plan (政府用时与业主用时): what counts in 最多80天/90天, and what does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yiben.planning.approvals import Made
from yiben.planning.limits import Limit, limit
from yiben.planning.worktime import OFFICE_DAY, WorkTime, every_day


@dataclass(frozen=True, slots=True)
class Counted:
    """Days of one clock in one stage (用时).

    `working_days` counts time during which at least one item of the clock runs, so that items
    side by side count once; `summed_days` adds the items up as if they stood in a row.
    """

    clock: str
    stage: str
    working_days: float
    calendar_days: float
    summed_days: float
    items: tuple[str, ...]


def count_clocks(made: Made, *, spans: Mapping[str, tuple[int, int]]) -> list[Counted]:
    """The days of each clock, stage by stage, for the dates that a plan gives its items."""
    groups: dict[tuple[str, str], list[str]] = {}
    for key, item in made.items.items():
        groups.setdefault((item.stage, item.clock), []).append(key)
    return [
        Counted(
            clock=clock,
            stage=stage,
            working_days=covered([spans[key] for key in keys], time=made.working) / OFFICE_DAY,
            calendar_days=covered([spans[key] for key in keys], time=every_day()) / OFFICE_DAY,
            summed_days=float(sum(made.items[key].days for key in keys)),
            items=tuple(keys),
        )
        for (stage, clock), keys in groups.items()
    ]


def government_days(made: Made, *, spans: Mapping[str, tuple[int, int]], stages: Sequence[str] = ()) -> float:
    """Working days of government time up to and with some stages (all of them by default)."""
    keys = [
        key
        for key, item in made.items.items()
        if item.clock == "government" and (not stages or item.stage in stages)
    ]
    return covered([spans[key] for key in keys], time=made.working) / OFFICE_DAY


def promise_of(made: Made, *, on: date) -> Limit | None:
    """The promise that the template is measured by, on a day; None where there is none."""
    return limit(made.template.promise, on=on, place=made.place) if made.template.promise else None


def covered(spans: Iterable[tuple[int, int]], *, time: WorkTime) -> int:
    """Ticks of working time that lie in at least one span."""
    total, reached = 0, None
    for start, finish in sorted(spans):
        begin = start if reached is None else max(start, reached)
        if finish > begin:
            total += time.between(begin, finish)
        reached = finish if reached is None else max(reached, finish)
    return total
