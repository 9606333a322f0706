"""The book as it was known at a moment (截至某时的表), as typed columns for the whole scene.

Rows come from the projections by a filter on `recorded_from`/`recorded_to`; nothing is replayed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Max, Model, Q, QuerySet

from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.periods import Period
from yiben.ledger.books import PREFIX, period_book, subject_book
from yiben.ledger.columns import fetch
from yiben.ledger.models import MarkVersion, NodeVersion, Transaction
from yiben.ledger.record import head
from yiben.scenes.frames import (
    ALWAYS_FROM,
    ALWAYS_TO,
    EXEMPTIONS_SCHEMA,
    NODES_SCHEMA,
    Frames,
    decimals_of,
    measures_schema,
    subjects_schema,
)
from yiben.scenes.model import Pack

# A month is judged by what was known when this day of the next month ended.
CLOSE_DAY = 10


def moment_head(as_of: datetime | None) -> int:
    """The newest transaction recorded at or before a moment; the newest of all for None."""
    if as_of is None:
        return head()
    newest = Transaction.objects.filter(recorded_at__lte=as_of).aggregate(Max("id"))["id__max"]
    return newest or 0


def close_of(month: Period) -> datetime:
    """The moment by whose knowledge a month is judged: the end of the closing day that follows."""
    return datetime.combine(month.end + timedelta(days=CLOSE_DAY), time(), tzinfo=COUNTY_ZONE)


def frame(pack: Pack, *, as_of: datetime | None = None) -> pa.Table:
    """The scene's subjects as known at `as_of` (None: now), in `subjects_schema`."""
    return subjects_at(pack, moment_head(as_of))


def subjects_at(pack: Pack, number: int) -> pa.Table:
    """The scene's subjects as known after transaction `number`."""
    book = subject_book(pack)
    names = ["subject", *(PREFIX + name for name in pack.fields)]
    return _always(fetch(_known(book, number), names), subjects_schema(pack))


def frames(
    pack: Pack,
    *,
    as_of: datetime | None = None,
    up_to: int | None = None,
    months: Sequence[Period] = (),
    replay: bool = False,
) -> Frames:
    """All tables of a scene as known at `as_of`, or after transaction `up_to`.

    With `replay`, each row says at the close of which months it was what the book said, so that
    every month of the past is judged by what was known then.
    """
    number = moment_head(as_of) if up_to is None else up_to
    closes = [min(number, one) for one in _closes(pack, months)]
    if replay:
        assert months, "a replay needs its months"
    span = _Span(tuple(months), closes) if replay else None
    return Frames(
        pack=pack,
        subjects=_subjects(pack, number, span),
        measures=_measures(pack, number, span),
        nodes=_nodes(pack, number, span),
        exemptions=_exemptions(pack, number, span),
        months=tuple(months),
        versioned=replay,
    )


def _closes(pack: Pack, months: Sequence[Period]) -> list[int]:
    """The newest transaction known at each month's close.

    A month that was over before the book was opened is judged by the first close of the book's
    life: there is no earlier knowledge of it.
    """
    opened = (
        Transaction.objects.filter(scene=pack.name)
        .order_by("id")
        .values_list("recorded_at", flat=True)
        .first()
    )
    if opened is None:
        return [0 for _ in months]
    month = Period.month_of(opened.astimezone(COUNTY_ZONE).date())
    first = next(close for back in (-1, 0) if (close := close_of(month.shift(back))) >= opened)
    return [moment_head(max(first, close_of(one))) for one in months]


class _Span:
    """Translates transaction numbers into the months at whose close they were known."""

    def __init__(self, months: tuple[Period, ...], closes: list[int]) -> None:
        self.months, self.closes = months, closes
        self.starts = [*(month.first for month in months), ALWAYS_TO]

    def known(self, rows: pa.Table) -> pa.Table:
        """Replace recorded_from/to by known_from/to and drop rows that no month's close saw."""
        # A row counts from the first month whose close is at or after its transaction.
        closes = np.asarray(self.closes, dtype=np.int64)
        first = np.searchsorted(closes, rows["recorded_from"].to_numpy(), side="left")
        ends = rows["recorded_to"].fill_null(np.iinfo(np.int64).max).to_numpy()
        last = np.searchsorted(closes, ends, side="left")
        starts = np.asarray(self.starts, dtype="datetime64[D]")
        keep = pa.array(first < last)
        table = rows.append_column("known_from", pa.array(starts[first], pa.date32()))
        table = table.append_column("known_to", pa.array(starts[last], pa.date32()))
        return table.filter(keep)


def _known(model: type[Model], number: int) -> QuerySet[Any]:
    rows = model._default_manager.filter(recorded_from__lte=number)
    return rows.filter(Q(recorded_to=None) | Q(recorded_to__gt=number))


def _versions(model: type[Model], number: int, span: _Span | None) -> QuerySet[Any]:
    if span is None:
        return _known(model, number)
    return model._default_manager.filter(recorded_from__lte=min(number, max(span.closes, default=0)))


def _subjects(pack: Pack, number: int, span: _Span | None) -> pa.Table:
    names = ["subject", *(PREFIX + name for name in pack.fields)]
    return _spanned(_versions(subject_book(pack), number, span), names, subjects_schema(pack), span)


def _measures(pack: Pack, number: int, span: _Span | None) -> pa.Table:
    schema = measures_schema(pack)
    if not pack.measures:
        return schema.empty_table()
    names = ["subject", "period_from", "every", *(PREFIX + name for name in pack.measures)]
    return _spanned(_versions(period_book(pack), number, span), names, schema, span)


def _nodes(pack: Pack, number: int, span: _Span | None) -> pa.Table:
    if not pack.nodes:
        return NODES_SCHEMA.empty_table()
    rows = _versions(NodeVersion, number, span).filter(scene=pack.name)
    return _spanned(rows, ["subject", "node", "planned_on", "forecast_on", "actual_on"], NODES_SCHEMA, span)


def _exemptions(pack: Pack, number: int, span: _Span | None) -> pa.Table:
    rows = _versions(MarkVersion, number, span).filter(scene=pack.name, kind="exemption")
    found = []
    for subject, rule, facts, start, end in rows.values_list(
        "subject", "slot", "facts", "recorded_from", "recorded_to"
    ):
        said = json.loads(facts)
        if not said.get("first_month"):
            continue
        last = said.get("last_month")
        found.append(
            {
                "subject": subject,
                "rule": rule,
                "first_month": Period.of(said["first_month"]).first,
                "end_month": Period.of(last).end if last else ALWAYS_TO,
                "reason": said.get("reason", ""),
                "approver": said.get("approver", ""),
                "recorded_from": start,
                "recorded_to": end,
            }
        )
    if not found:
        return EXEMPTIONS_SCHEMA.empty_table()
    fields = [one for one in EXEMPTIONS_SCHEMA if not one.name.startswith("known_")]
    raw = pa.schema([*fields, pa.field("recorded_from", pa.int64()), pa.field("recorded_to", pa.int64())])
    table = pa.Table.from_pylist(found, schema=raw)
    table = span.known(table) if span else table
    return _always(table, EXEMPTIONS_SCHEMA)


def _spanned(rows: QuerySet[Any], names: list[str], schema: pa.Schema, span: _Span | None) -> pa.Table:
    if span is None:
        return _always(fetch(rows, names), schema)
    return _always(span.known(fetch(rows, [*names, "recorded_from", "recorded_to"])), schema)


def _always(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Bring fetched columns into the schema: names without prefix, exact decimals, days, known."""
    columns = []
    for one, name in zip(schema, schema.names, strict=True):
        source = next(
            (found for found in (name, PREFIX + name, f"{name}_from") if found in table.column_names), None
        )
        if source is None:
            bound = ALWAYS_FROM if name == "known_from" else ALWAYS_TO
            columns.append(pa.repeat(pa.scalar(bound, pa.date32()), table.num_rows))
        else:
            columns.append(_cast(table[source], one.type))
    return pa.table(columns, schema=schema)


def _cast(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_decimal(wanted):
        return _decimals(column, wanted)
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column), wanted)])
    return pc.cast(column, wanted)


def _decimals(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    """Whole millionths as decimals with six places: the same bits, read with a scale."""
    whole = pc.cast(column, pa.int64()).combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.int64())
    known = np.asarray(whole.is_valid()) if whole.null_count else None
    return pa.chunked_array([decimals_of(np.asarray(whole.fill_null(0)), known, wanted)])
