"""What the rules read of a slice of subjects (分片底表): fields, nodes, and measures by period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa

from yiben.assess.cells.days import FARTHEST, number_of
from yiben.assess.cells.rows import Rows, Source, field_value, highest, known_of, numbers
from yiben.assess.cells.values import MOST, Array, Cells, Known, NotInCells, Value, number_kind
from yiben.assess.flat import Flat
from yiben.assess.terms import MONEY, SUM, WHOLE
from yiben.scenes.columns import Column, kind_of


@dataclass(frozen=True)
class Series:
    """A measure by period: `data` and `known` have the shape (days, subjects), 0 where nothing is known."""

    kind: str
    days: tuple[date, ...]
    data: Array
    known: Array


@dataclass
class Slice:
    """Some subjects with all that is read of them; arrays have the shape (…, subjects)."""

    subjects: pa.Array
    fields: dict[str, Value] = field(default_factory=dict)
    texts: dict[str, pa.ChunkedArray] = field(default_factory=dict)
    nodes: dict[str, Cells] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    before: dict[str, Cells] = field(default_factory=dict)
    filed: dict[str, tuple[tuple[date, ...], Array]] = field(default_factory=dict)
    exempt: dict[str, Array] = field(default_factory=dict)


def taken(source: Source, subjects: pa.Array, plan: Flat, flags: pa.Table | None) -> Slice:
    """Everything that the plan's needs name, of some subjects."""
    found = Slice(subjects)
    _take_fields(found, source, plan)
    for name in plan.layout.needs.flags:
        assert flags is not None
        found.fields[name] = field_value(flags[name], "boolean")
    if plan.layout.needs.nodes:
        _take_nodes(found, source, plan)
    if plan.layout.needs.measures or plan.layout.needs.filed:
        _take_measures(found, source, plan)
    if plan.layout.exempt_rules():
        _take_exemptions(found, source, plan)
    return found


def in_order(rows: Rows, count: int) -> pa.Table:
    """The rows of the subjects table in the order of the slice, each subject once."""
    there = np.flatnonzero(rows.place >= 0)
    order = np.full(count, -1, dtype=np.int64)
    order[rows.place[there]] = there
    if len(there) != count or (order < 0).any():
        raise NotInCells("a subject stands twice")
    return rows.table.take(pa.array(order))


def _take_fields(found: Slice, source: Source, plan: Flat) -> None:
    names = plan.layout.needs.fields
    rows = in_order(source.rows("subjects", names, found.subjects), len(found.subjects))
    for name in names:
        kind = kind_of(plan.layout.pack.fields[name].type)
        if kind == "text":
            found.texts[name] = rows[name]
        else:
            found.fields[name] = field_value(rows[name], kind)


def _take_nodes(found: Slice, source: Source, plan: Flat) -> None:
    count = len(found.subjects)
    needed = plan.layout.needs.nodes
    parts = sorted({f"{one.part}_on" for one in needed})
    rows = source.rows("nodes", ["node", *parts], found.subjects)
    node = rows.table["node"].dictionary_encode().unify_dictionaries()
    words = node.chunk(0).dictionary.to_pylist() if node.num_chunks else []
    codes = [one.indices.fill_null(-1).to_numpy(zero_copy_only=False) for one in node.chunks]
    slot = np.concatenate(codes) if codes else np.empty(0, dtype=np.int32)
    for part in parts:
        data, known = numbers(rows.table[part], "date")
        at, values = _chosen(rows.place, slot, known, data, count)
        # One spare row for nodes that the book does not have.
        grid, there = _scattered(at, values, (len(words) + 1, count))
        for column in needed:
            if f"{column.part}_on" == part:
                row = words.index(column.of) if column.of in words else len(words)
                known_row = None if there[row].all() else there[row][None, :]
                found.nodes[column.name] = Cells("date", grid[row][None, :], known_row, FARTHEST)


def _chosen(place: Array, slot: Array, known: Known, data: Array, count: int) -> tuple[Array, Array]:
    """Where each known value goes in a grid of slots × subjects, and the values."""
    there = (place >= 0) & (slot >= 0)
    if known is not None:
        there &= known
    if there.all():
        return slot.astype(np.int64) * count + place, data
    return slot[there].astype(np.int64) * count + place[there], data[there]


def _scattered(at: Array, values: Array, shape: tuple[int, int]) -> tuple[Array, Array]:
    grid, there = np.zeros(shape, dtype=values.dtype), np.zeros(shape, dtype=bool)
    grid.reshape(-1)[at] = values
    there.reshape(-1)[at] = True
    if int(np.count_nonzero(there)) != len(at):
        raise NotInCells("two rows for one period or node")
    return grid, there


def _take_measures(found: Slice, source: Source, plan: Flat) -> None:
    needs, pack, count = plan.layout.needs, plan.layout.pack, len(found.subjects)
    asked = {
        form.of: [one for one in pack.forms[form.of].fields if one in pack.measures] for form in needs.filed
    }
    names = sorted({one.of for one in needs.measures} | {one for fields in asked.values() for one in fields})
    rows = source.rows("measures", ["period", *names], found.subjects)
    period, dated = numbers(rows.table["period"], "date")
    if dated is not None and not dated.all():
        raise NotInCells("a row without a period")
    by_measure: dict[str, list[Column]] = {}
    for column in needs.measures:
        by_measure.setdefault(column.of, []).append(column)
    for name, columns in by_measure.items():
        kind = columns[0].kind
        data, known = numbers(rows.table[name], kind)
        days = tuple(sorted({day for column in columns for day in plan.periods(column)}))
        at, values = _chosen(rows.place, slots_of(period, days), known, data, count)
        found.series[name] = Series(kind, days, *_scattered(at, values, (len(days), count)))
        for column in columns:
            if column.part in ("total", "latest"):
                first = number_of(plan.periods(column)[0])
                early = (period < first) & (rows.place >= 0) & (True if known is None else known)
                found.before[column.name] = _before(
                    column, rows.place[early], period[early], data[early], count
                )
    for form in needs.filed:
        rhythm = pack.forms[form.of].every
        days = tuple(sorted({one.period(rhythm) for one in plan.span(form)}))
        stated = np.zeros(len(period), dtype=bool)
        for name in asked[form.of]:
            known = known_of(rows.table[name])
            stated |= True if known is None else known
        slot = slots_of(period, days)
        hit = stated & (slot >= 0) & (rows.place >= 0)
        grid = np.zeros((len(days), count), dtype=bool)
        grid[slot[hit], rows.place[hit]] = True
        found.filed[form.of] = (days, grid)


def slots_of(period: Array, days: tuple[date, ...]) -> Array:
    """The place of each row's period among some days, −1 where it is none of them."""
    wanted = np.array([number_of(one) for one in days], dtype=np.int64)
    low, high = int(wanted[0]), int(wanted[-1])
    places = np.full(high - low + 2, -1, dtype=np.int32)
    places[wanted - low] = np.arange(len(wanted))
    inside = (period >= low) & (period <= high)
    return places[np.where(inside, period - low, high - low + 1)]


def _before(column: Column, place: Array, period: Array, data: Array, count: int) -> Cells:
    """What a running total or the latest value was before the first period at hand."""
    held = np.zeros(count, dtype=np.int64)
    if column.part == "total":
        if highest(data) * max(1, len(data)) >= MOST:
            raise NotInCells("a sum does not fit 64 bits")
        np.add.at(held, place, data)
        return Cells(
            number_kind(column.kind),
            held[None, :],
            None,
            highest(held),
            SUM if column.kind == "number" else WHOLE,
        )
    order = np.argsort(period, kind="stable")
    there = np.zeros(count, dtype=bool)
    held[place[order]], there[place] = data[order], True
    size = MONEY if column.kind == "number" else WHOLE
    return Cells(number_kind(column.kind), held[None, :], there[None, :], highest(held), size)


def _take_exemptions(found: Slice, source: Source, plan: Flat) -> None:
    """For each rule the months of the line (rows) in which a subject is exempt."""
    columns = ["rule", "first_month", "end_month"]
    rows = source.rows("exemptions", columns, found.subjects)
    line, count = plan.layout.line, len(found.subjects)
    for rule in plan.layout.exempt_rules():
        found.exempt[rule] = np.zeros((len(line), count), dtype=bool)
    for place, row in zip(rows.place.tolist(), rows.table.select(columns).to_pylist(), strict=True):
        if place >= 0 and row["rule"] in found.exempt:
            for at, moment in enumerate(line):
                month = moment.month.first
                if row["first_month"] <= month and (row["end_month"] is None or month < row["end_month"]):
                    found.exempt[row["rule"]][at, place] = True
