"""Planned and done over time (计划与完成曲线), for every measure of a scene that adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from yiben.kernel.periods import Period, months_between
from yiben.ledger.books import PREFIX
from yiben.scenes.pairs import Pair
from yiben.scenes.values import fact_of
from yiben.web.words import label_of, say


def curve_of(pair: Pair, said: Iterable[Mapping[str, Any]], *, month: Period) -> dict[str, Any] | None:
    """The curve of one subject: cumulated plan (each year's spread evenly over its months) and done.

    `said` are rows of the period book; the done line ends with the last period filed by `month`.
    """
    done: dict[Period, Decimal] = {}
    plans: dict[int, Decimal] = {}
    for row in said:
        period = Period.of(row["period"])
        cell = row.get(PREFIX + pair.done.name)
        if cell is not None and row["every"] == pair.done.every and period.first <= month.first:
            done[Period.month_of(period.last_day)] = Decimal(str(fact_of(pair.done, cell)))
        cell = row.get(PREFIX + pair.plan.name) if pair.plan else None
        if cell is not None and row["every"] == "year":
            plans[period.year] = Decimal(str(fact_of(pair.done, cell)))
    ends = [*done, *(Period.of(str(year)) for year in plans)]
    if not ends:
        return None
    first = min(ends, key=lambda one: one.first)
    last = max(ends, key=lambda one: one.last_day)
    months = months_between(Period.month_of(first.first), Period.month_of(last.last_day))
    last_filed = max(done, default=None)
    planned, filed = Decimal(0), Decimal(0)
    lines: tuple[list[float | None], list[float | None]] = ([], [])
    for one in months:
        planned += plans.get(one.year, Decimal(0)) / 12
        filed += done.get(one, Decimal(0))
        lines[0].append(round(float(planned), 2) if plans else None)
        lines[1].append(round(float(filed), 2) if last_filed and one <= last_filed else None)
    series = [{"name": say("计划（年度计划按月均摊）"), "values": lines[0]}] if plans else []
    series.append({"name": say("完成"), "values": lines[1]})
    if not plans:
        series.insert(0, {"name": say("无计划"), "values": []})
    return {
        "labels": [str(one) for one in months],
        "unit": pair.done.unit,
        "title": label_of(pair.done.label),
        "series": series,
    }
