"""What a board reads of its subjects (取数): one row each, as known at the close of the period."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from yiben.boards.compiler import column, exact, literal, row_sql, with_constants
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place
from yiben.scenes.board_names import NODE_COUNTS, PERIOD_NAMES, subject_names
from yiben.scenes.boards import Board
from yiben.scenes.expressions import parse_expression
from yiben.scenes.frames import ALWAYS_TO, Frames
from yiben.scenes.model import NUMBER_TYPES, Field, Pack

# A findings table has these, then a colour for each rule and one overall.
FINDING_KEYS, OVERALL = ("subject", "month"), "overall"
RUNNING = ("_year", "_total", "_year_before")
LENGTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Base:
    """The subjects that a board ranks: a table sorted by subject, and its fingerprint."""

    table: pa.Table
    digest: str


def period_values(pack: Pack, period: Period | None) -> dict[str, object]:
    """What the period itself says, by the names that expressions use; a field's name stays its own."""
    if period is None:
        return {}
    kinds = subject_names(pack)
    values = (
        *(Fraction(period.last_day.month, 12), period.last_day.year, (period.last_day.month + 2) // 3),
        *(period.months, period.first, period.last_day.replace(day=1), period.last_day),
    )
    named = zip(PERIOD_NAMES, values, strict=True)
    return {name: value for name, value in named if kinds[name] == "period"}


def read_base(
    connection: duckdb.DuckDBPyConnection,
    board: Board,
    frames: Frames,
    period: Period | None,
    findings: pa.Table | None,
) -> Base:
    """One row for each subject that the board's `where` lets in, with what the board reads."""
    query = _Query(board, frames, period, findings)
    for name, table in query.tables().items():
        connection.register(name, table)
    found: pa.Table = connection.sql(query.select().sql(dialect="duckdb")).to_arrow_table()
    return Base(found, table_digest(found))


class _Query:
    """The query over subjects, measures, nodes and findings, built as a tree."""

    def __init__(
        self, board: Board, frames: Frames, period: Period | None, findings: pa.Table | None
    ) -> None:
        self.board, self.frames, self.period, self.findings = board, frames, period, findings
        self.pack: Pack = frames.pack
        self.kinds = subject_names(self.pack)
        self.constants = period_values(self.pack, period)
        there = frozenset(self.kinds) | frozenset(board.each)
        self.wanted = (board.names_read() & there) | {"subject"}
        self.needed = self._closure(self.wanted)

    def _closure(self, names: frozenset[str]) -> set[str]:
        """The names and all that computed columns and `each` need for them."""
        found: set[str] = set()
        left = list(names)
        while left:
            name = left.pop()
            if name in found:
                continue
            found.add(name)
            left += self._inputs(name)
        return found

    def _inputs(self, name: str) -> frozenset[str]:
        if name in self.board.each:
            return self.board.each[name].columns
        if name in self.pack.computed:
            return computed_tree(self.pack, name)[1]
        return frozenset()

    def _of_kind(self, kind: str) -> list[str]:
        return sorted(name for name in self.needed if self.kinds.get(name) == kind)

    def tables(self) -> dict[str, pa.Table]:
        """The tables that the query names, with only the columns that it needs."""
        known = ["known_from", "known_to"]
        fields = [name for name in self._of_kind("field") if name in self.pack.fields]
        tables = {"subjects": self.frames.subjects.select(["subject", *fields, *known])}
        if self._of_kind("measure"):
            measures = sorted({measure_of(self.pack, name)[0].name for name in self._of_kind("measure")})
            tables["measures"] = self.frames.measures.select(
                ["subject", "period", "every", *measures, *known]
            )
        if self._of_kind("node") or self._of_kind("node_count"):
            tables["nodes"] = self.frames.nodes
        if self._of_kind("finding"):
            assert self.findings is not None, "draw() asks for findings before it reads"
            tables["findings"] = self.findings
        return tables

    def select(self) -> exp.Select:
        """The whole query: joined sources, then computed columns, then `each`, then `where`."""
        query = self._joined()
        for name in [*self.pack.computed, *self.board.each]:
            if name in self.needed:
                tree = (
                    self.board.each[name].tree
                    if name in self.board.each
                    else computed_tree(self.pack, name)[0]
                )
                query = exp.select(exp.Star(), exp.alias_(self._sql(tree), name, quoted=True)).from_(
                    query.subquery("inner")
                )
        names = sorted(name for name in self.wanted if self.kinds.get(name) != "period")
        query = exp.select(*map(column, names)).from_(query.subquery("base"))
        if self.board.where is not None:
            query = query.where(self._sql(self.board.where.tree))
        return query.order_by(column("subject"))

    def _sql(self, tree: exp.Expr) -> exp.Expr:
        return row_sql(with_constants(tree, self.constants))

    def _joined(self) -> exp.Select:
        fields = [name for name in self._of_kind("field") if name in self.pack.fields]
        query = exp.select(
            column("subject", "s"), *(column(name, "s") for name in fields if name != "subject")
        )
        query = query.from_(exp.to_table("subjects", alias="s")).where(self._known("s"))
        sources = (
            ("m", ["measure"], self._measures),
            ("n", ["node", "node_count"], self._nodes),
            ("f", ["finding"], self._findings),
        )
        for alias, kinds, build in sources:
            names = [name for kind in kinds for name in self._of_kind(kind)]
            if names:
                on = exp.EQ(this=column("subject", "s"), expression=column("subject", alias))
                query = query.select(*(self._filled(name, alias) for name in names))
                query = query.join(build(names).subquery(alias), on=on, join_type="left")
        return query

    def _filled(self, name: str, alias: str) -> exp.Expr:
        """The joined column; counts and running sums of nothing are 0, no finding is the colour none."""
        running = self.kinds[name] == "measure" and measure_of(self.pack, name)[1] in RUNNING
        if self.kinds[name] not in ("finding", "node_count") and not running:
            return column(name, alias)
        nothing = exp.Literal.string("none") if name == "colour" else exp.Literal.number("0")
        filled = exp.Coalesce(this=column(name, alias), expressions=[nothing])
        return exp.alias_(filled, name, quoted=True)

    def _known(self, table: str = "") -> exp.Expr:
        """The version of a row that held at the close of the period's last month."""
        if self.period is None:
            return exp.EQ(this=column("known_to", table), expression=literal(ALWAYS_TO))
        month = literal(self.period.last_day.replace(day=1))
        began = exp.LTE(this=column("known_from", table), expression=month)
        return exp.and_(began, exp.GT(this=column("known_to", table), expression=month.copy()))

    def _measures(self, names: Sequence[str]) -> exp.Select:
        outputs = [exp.alias_(self._measure(name), name, quoted=True) for name in names]
        query = exp.select(column("subject"), *outputs).from_(exp.to_table("measures"))
        return query.where(self._known()).group_by(column("subject"))

    def _measure(self, name: str) -> exp.Expr:
        measure, ending = measure_of(self.pack, name)
        assert self.period is not None, "a board that reads measures is drawn for a period"
        of_rhythm = exp.EQ(this=column("every"), expression=exp.Literal.string(measure.every))
        first, last = _span(self.period, ending, measure)
        until = exp.LTE(this=column("period"), expression=literal(last))
        value = column(measure.name)
        since = exp.GTE(this=column("period"), expression=literal(first))
        if measure.adds and measure.type in NUMBER_TYPES:
            return _filtered(exp.Sum(this=exact(value)), exp.and_(of_rhythm, since, until))
        there = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
        latest = exp.ArgMax(this=value, expression=column("period"))
        return _filtered(latest, exp.and_(of_rhythm, since, until, there))

    def _nodes(self, names: Sequence[str]) -> exp.Select:
        outputs = [exp.alias_(self._node(name), name, quoted=True) for name in names]
        query = exp.select(column("subject"), *outputs).from_(exp.to_table("nodes"))
        return query.where(self._known()).group_by(column("subject"))

    def _node(self, name: str) -> exp.Expr:
        if name not in NODE_COUNTS:
            node, _, date_name = name.rpartition("_")
            is_node = exp.EQ(this=column("node"), expression=exp.Literal.string(node))
            return _filtered(exp.Max(this=column(f"{date_name}_on")), is_node)
        assert self.period is not None, "a board that counts nodes is drawn for a period"
        since = exp.GTE(this=column("planned_on"), expression=literal(self.period.first))
        until = exp.LTE(this=column("planned_on"), expression=literal(self.period.last_day))
        tests = [since, until]
        if name == "nodes_done":
            tests.append(exp.LTE(this=column("actual_on"), expression=literal(self.period.last_day)))
        return _filtered(exp.Count(this=exp.Star()), exp.and_(*tests))

    def _findings(self, names: Sequence[str]) -> exp.Select:
        assert self.period is not None, "a board that reads findings is drawn for a period"
        assert self.findings is not None, "draw() asks for findings before it reads"
        months = findings_by_month(self.findings, self.period)
        outputs = [exp.alias_(_finding(name, self.period), name, quoted=True) for name in names]
        return (
            exp.select(column("subject"), *outputs)
            .from_(months.subquery("by_month"))
            .group_by(column("subject"))
        )


def findings_by_month(findings: pa.Table, period: Period) -> exp.Select:
    """Each subject's worst colour and how many rules are red or yellow, month by month."""
    rules = [name for name in findings.column_names if name not in (*FINDING_KEYS, OVERALL)]
    overall = [OVERALL] if OVERALL in findings.column_names else rules
    grades = [_grade(findings, name) for name in overall]
    worst = exp.Greatest(this=grades[0], expressions=grades[1:]) if len(grades) > 1 else grades[0]
    outputs = [*map(column, FINDING_KEYS), exp.alias_(exp.Max(this=worst), "worst", quoted=True)]
    for colour in (Colour.RED, Colour.YELLOW):
        counts = [
            _filtered(exp.Count(this=exp.Star()), _is_colour(_grade(findings, name), colour))
            for name in rules or overall
        ]
        total = counts[0]
        for count in counts[1:]:
            total = exp.Add(this=total, expression=count)
        outputs.append(exp.alias_(exp.Paren(this=total), colour.word, quoted=True))
    # The last non-red month before each one tells how long a run of reds is.
    by_subject = exp.select(*outputs).from_(exp.to_table("findings"))
    by_subject = by_subject.where(exp.LTE(this=column("month"), expression=literal(period.last_day)))
    by_subject = by_subject.group_by(column("subject"), column("month"))
    red = _is_colour(column("worst"), Colour.RED)
    other = exp.Case().when(red, exp.Null()).else_(column("month"))
    last = exp.Window(this=exp.Max(this=other), partition_by=[column("subject")])
    return exp.select(exp.Star(), exp.alias_(last, "last_other", quoted=True)).from_(by_subject.subquery("m"))


def _is_colour(tree: exp.Expr, colour: Colour) -> exp.Expr:
    return exp.EQ(this=tree, expression=exp.Literal.number(str(int(colour))))


def _grade(findings: pa.Table, name: str) -> exp.Expr:
    """A colour column as numbers of Colour, whether it holds numbers or words."""
    if pa.types.is_integer(findings.schema.field(name).type):
        return column(name)
    grade = exp.Case(this=column(name))
    for colour in Colour:
        grade = grade.when(exp.Literal.string(colour.word), exp.Literal.number(str(int(colour))))
    return grade


def _finding(name: str, period: Period) -> exp.Expr:
    month = literal(period.last_day.replace(day=1))
    now = exp.EQ(this=column("month"), expression=month)
    red = _is_colour(column("worst"), Colour.RED)
    if name == "colour":
        words = exp.Case(this=_filtered(exp.Max(this=column("worst")), now))
        for colour in Colour:
            words = words.when(exp.Literal.number(str(int(colour))), exp.Literal.string(colour.word))
        return words
    if name in ("red_count", "yellow_count"):
        return _filtered(exp.Max(this=column(name.removesuffix("_count"))), now)
    if name == "red_months":
        since = exp.GTE(this=column("month"), expression=literal(period.first))
        return _filtered(exp.Count(this=exp.Star()), exp.and_(red, since))
    after = exp.GT(this=column("month"), expression=column("last_other"))
    never = exp.Is(this=column("last_other"), expression=exp.Null())
    return _filtered(exp.Count(this=exp.Star()), exp.and_(red, exp.or_(never, after)))


def computed_tree(pack: Pack, name: str) -> tuple[exp.Expr, frozenset[str]]:
    """The tree of a pack's computed column and the fields that it reads."""
    parsed, _ = parse_expression(pack.computed[name].expression, columns=None, place=Place())
    assert parsed is not None, "the pack was checked when it was read"
    return parsed.tree, parsed.columns


def measure_of(pack: Pack, name: str) -> tuple[Field, str]:
    """The measure that a name speaks of, and its ending (`_year`, `_before` …)."""
    if name in pack.measures:
        return pack.measures[name], ""
    for ending in ("_year_before", "_before", "_latest", "_total", "_year"):
        if name.removesuffix(ending) in pack.measures and name.endswith(ending):
            return pack.measures[name.removesuffix(ending)], ending
    raise AssertionError(f"{name} passed the check of the pack but is no measure")


def _filtered(call: exp.Expr, test: exp.Expr) -> exp.Expr:
    return exp.Filter(this=call, expression=exp.Where(this=test))


def _span(period: Period, ending: str, measure: Field) -> tuple[date, date]:
    """First and last day on which a counted value's own period may begin."""
    last = period.last_day
    if ending in ("_before", "_year_before"):
        earlier = Period(_year_earlier(period.first), period.months)
        return _span(earlier, "_year" if ending == "_year_before" else "", measure)
    if ending in ("_total", "_latest"):
        return date.min, last
    if ending == "_year":
        return date(last.year, 1, 1), last
    # A yearly plan covers each of its months: the value whose own period meets ours counts.
    overlap = LENGTHS[measure.every] - 1
    return Period(period.first, 1).shift(-overlap).first, last


def _year_earlier(first: date) -> date:
    return first.replace(year=first.year - 1)


def table_digest(table: pa.Table) -> str:
    """A fingerprint of a table's names, types and values; not of how it lies in memory."""
    digest = hashlib.sha256()
    for field, chunked in zip(table.schema, table.columns, strict=True):
        digest.update(f"{field.name}:{field.type}:{len(chunked)};".encode())
        values = chunked.combine_chunks()
        digest.update(pc.is_null(values).cast(pa.uint8()).to_numpy(zero_copy_only=False))
        for part in _bytes_of(pc.drop_null(values)):
            digest.update(part)
    return digest.hexdigest()


def _bytes_of(values: pa.Array) -> Iterator[Any]:
    """The bytes of an array without nulls: for texts their lengths and then their letters."""
    kind = values.type
    if not len(values):
        return
    if pa.types.is_decimal128(kind):
        yield memoryview(values.buffers()[1])[values.offset * 16 : (values.offset + len(values)) * 16]
    elif pa.types.is_integer(kind) or pa.types.is_date32(kind):
        yield values.cast(pa.int32() if pa.types.is_date32(kind) else kind).to_numpy(zero_copy_only=False)
    else:
        texts = values.cast(pa.large_string())
        starts = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
        yield np.diff(starts)
        if starts[-1] > starts[0]:
            yield memoryview(texts.buffers()[2])[starts[0] : starts[-1]]
