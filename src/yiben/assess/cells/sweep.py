"""The whole book, slice by slice (逐片研判): colours as they come, and the rows that texts need."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from yiben.assess.cells.blocks import BLOCK, Block, histories, overall
from yiben.assess.cells.program import Program
from yiben.assess.cells.rows import Rows, Source, places
from yiben.assess.cells.slices import in_order, taken
from yiben.assess.cells.values import Array, Cells, NotInCells, Truth, Value
from yiben.assess.duck import Duck
from yiben.assess.flat import Flat
from yiben.assess.grid import months_table, name, select, table, threshold_name, varying
from yiben.assess.model import Book
from yiben.assess.needs import fields_of_flags
from yiben.assess.reasons import JUDGED, case_name
from yiben.assess.scopes import flag_columns
from yiben.assess.timeline import Moment
from yiben.kernel.colours import Colour
from yiben.scenes.frames import decimals_of

WORKERS = 2
KEPT = "__kept"
FLAGGED = "__flagged"


@dataclass(frozen=True)
class Wanted:
    """What is to come out: the judged months, those with reasons, and whether greens have any."""

    judged: tuple[Moment, ...]
    explained: tuple[Moment, ...]
    all_colours: bool


class Sweep:
    """One judging of a flat book in arrays."""

    def __init__(self, book: Book, plan: Flat, runner: Duck, wanted: Wanted) -> None:
        self.plan, self.runner, self.wanted = plan, runner, wanted
        self.program = Program.of(plan)
        self.source = Source(book)
        self.lock = Lock()
        self.rules = plan.layout.rules.rules

    def colours(self) -> pa.Table:
        """The colours of every subject and month, in order; keeps the rows that texts need."""
        parts = [self._table(held, colours, by_month=False) for held, colours in self._judged()]
        if not parts:
            raise NotInCells("a book without subjects")
        return pa.concat_tables(parts).combine_chunks()

    def write(self, path: Path) -> None:
        """The colours as one Parquet file, a slice at a time and month by month within it."""
        writer = None
        try:
            for held, colours in self._judged():
                rows = self._table(held, colours, by_month=True)
                writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd", store_schema=False)
                writer.write_table(rows)
        finally:
            if writer is not None:
                writer.close()
        if writer is None:
            raise NotInCells("a book without subjects")

    def _judged(self) -> Iterator[tuple[pa.Array, Array]]:
        """Each slice's subjects with their colours: (rules and overall, months, subjects)."""
        self.begun = False
        with ThreadPoolExecutor(WORKERS) as pool:
            waiting = []
            for subjects in self.source.slices():
                waiting.append(pool.submit(self._slice, subjects))
                if len(waiting) > WORKERS:
                    yield waiting.pop(0).result()
            for one in waiting:
                yield one.result()

    def _slice(self, subjects: pa.Array) -> tuple[pa.Array, Array]:
        held = taken(self.source, subjects, self.plan, self._flags(subjects))
        colours = np.empty((len(self.rules) + 1, len(self.wanted.judged), len(subjects)), dtype=np.uint8)
        kept = []
        for start in range(0, len(subjects), BLOCK):
            span = slice(start, min(start + BLOCK, len(subjects)))
            past = histories(held, self.program, span)
            block = Block(held, self.program, span, self.wanted.judged, past)
            shades = [block.colour(case) for case in self.program.cases]
            self._lay(block, shades, colours[:, :, span])
            if self.wanted.explained and self.rules:
                kept.append(self._kept(block, shades))
        if kept:
            self._keep(pa.concat_tables(kept))
        return subjects, colours

    def _flags(self, subjects: pa.Array) -> pa.Table | None:
        """The tests of texts of each subject, worked out by the engine."""
        layout = self.plan.layout
        if not layout.needs.flags:
            return None
        rows = self.source.rows("subjects", fields_of_flags(layout.needs), subjects)
        with self.runner.connection.cursor() as link:
            link.register("subjects", in_order(rows, len(subjects)))
            query = select(name("subject", "s"), *flag_columns(layout, "s"))
            found = link.sql(
                query.from_(table("subjects", "s"), copy=False).sql(dialect="duckdb")
            ).to_arrow_table()
        return in_order(Rows(found, places(found["subject"], subjects)), len(subjects))

    def _lay(self, block: Block, shades: list[Array], into: Array) -> None:
        """The colours of the cases as those of the rules, and the overall one."""
        by_rule = {one.name: np.zeros((1, 1), dtype=np.uint8) for one in self.rules}
        for case, shade in zip(self.program.cases, shades, strict=True):
            by_rule[case.rule.name] = np.maximum(by_rule[case.rule.name], shade)
        for number, rule in enumerate(self.rules):
            into[number] = by_rule[rule.name]
        into[-1] = overall(by_rule, self.rules, self.plan.layout.rules.overall, block.shape())

    def _table(self, subjects: pa.Array, colours: Array, *, by_month: bool) -> pa.Table:
        months, count = colours.shape[1:]
        days = pa.array([one.month.first for one in self.wanted.judged], pa.date32())
        if by_month:
            at_subject = np.tile(np.arange(count, dtype=np.int32), months)
            at_month = np.repeat(np.arange(months, dtype=np.int32), count)
            columns = [pa.DictionaryArray.from_arrays(at_subject, subjects), days.take(pa.array(at_month))]
            columns += [pa.array(one.reshape(-1)) for one in colours]
        else:
            at_subject = np.repeat(np.arange(count, dtype=np.int32), months)
            at_month = np.tile(np.arange(months, dtype=np.int32), count)
            columns = [subjects.take(pa.array(at_subject)), days.take(pa.array(at_month))]
            columns += [pa.array(np.ascontiguousarray(one.T).reshape(-1)) for one in colours]
        return pa.table(columns, names=["subject", "month", *(one.name for one in self.rules), "overall"])

    # -- the rows that texts need -------------------------------------------------------------

    def _kept(self, block: Block, shades: list[Array]) -> pa.Table:
        """The columns of those subjects and months that have any finding to tell."""
        shape, needs = block.shape(), self.plan.layout.needs
        told = np.zeros(shape, dtype=bool)
        for shade in shades:
            told |= (shade != Colour.NONE) & ((shade != Colour.GREEN) | self.wanted.all_colours)
        told &= np.array([[one in self.wanted.explained] for one in block.moments])
        month, subject = np.nonzero(told)
        place = pa.array(subject + block.span.start)
        columns: dict[str, pa.Array] = {"subject": block.held.subjects.take(place)}
        columns["__i"] = pa.array(np.array([one.index for one in block.moments])[month])
        for title in needs.fields:
            text = block.held.texts.get(title)
            if text is not None:
                columns[title] = text.take(place)
            else:
                columns[title] = _arrow(block.column(title), shape, month, subject)
        titles = [*needs.flags, *(one.name for one in (*needs.nodes, *needs.measures, *needs.filed))]
        titles += [one.name for one in self.plan.past.entries]
        for title in titles:
            columns[title] = _arrow(block.column(title), shape, month, subject)
        for number, shade in enumerate(shades):
            columns[case_name(number)] = pa.array(np.broadcast_to(shade, shape)[month, subject])
        return pa.table(columns)

    def _keep(self, rows: pa.Table) -> None:
        with self.lock, self.runner.connection.cursor() as link:
            link.register(FLAGGED, rows)
            head = (
                f'INSERT INTO "{KEPT}" SELECT *'
                if self.begun
                else f'CREATE OR REPLACE TABLE "{KEPT}" AS SELECT *'
            )
            link.execute(f'{head} FROM "{FLAGGED}"')
            self.begun = True

    def keep_judged(self) -> None:
        """What texts read, under the name by which they know it."""
        months = months_table(self.plan.layout, self.wanted.explained).subquery("m", copy=False)
        kept = exp.Column(this=exp.Star(), table=exp.to_identifier("k"))
        rest = [name(one, "m") for one in ("month", "month_end", "year", "time_progress")]
        changing = varying(self.plan.layout, self.plan.layout.line[0])
        rest += [name(threshold_name(*key), "m") for key, _, _ in changing]
        on = exp.EQ(this=name("__i", "k"), expression=name("__i", "m"))
        query = select(kept, *rest).from_(table(KEPT, "k"), copy=False).join(months, on=on, join_type="inner")
        self.runner.keep(JUDGED, query)


def _arrow(value: Value, shape: tuple[int, int], month: Array, subject: Array) -> pa.Array:
    """Values of some months and subjects as a column of the type that plans give it."""
    if isinstance(value, Truth):
        yes, no = (np.broadcast_to(one, shape)[month, subject] for one in (value.yes, value.no))
        return pa.array(yes, mask=~(yes | no))
    assert isinstance(value, Cells)
    data = np.broadcast_to(value.data, shape)[month, subject]
    known = None if value.known is None else np.broadcast_to(value.known, shape)[month, subject]
    if value.kind == "number":
        return decimals_of(data, known, pa.decimal128(*value.size))
    whole = pa.date32() if value.kind == "date" else pa.int64()
    return pa.array(
        data.astype(np.int32 if value.kind == "date" else np.int64), mask=None if known is None else ~known
    ).cast(whole)
