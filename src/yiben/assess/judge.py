"""One judging from book to findings (一次研判)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
from sqlglot import exp

from yiben import rulebook
from yiben.assess import duck
from yiben.assess.cells import NotInCells
from yiben.assess.cells.sweep import Sweep, Wanted
from yiben.assess.colours import colours_query
from yiben.assess.flat import Flat
from yiben.assess.grid import Layout
from yiben.assess.history import past_of
from yiben.assess.model import Book, CannotJudge, Findings, Stored
from yiben.assess.needs import needs_of
from yiben.assess.reasons import JUDGED, Reasons
from yiben.assess.terms import Engine
from yiben.assess.timeline import timeline
from yiben.assess.versioned import Versioned
from yiben.kernel.periods import Period
from yiben.rulebook import Rulebook
from yiben.scenes.frames import EXEMPTIONS_SCHEMA
from yiben.scenes.rules import RuleSet

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REASONS_SCHEMA = pa.schema(
    [
        *(pa.field("subject", pa.string()), pa.field("month", pa.date32())),
        *(pa.field("rule", pa.string()), pa.field("node", pa.string()), pa.field("colour", pa.uint8())),
        *(pa.field("zh", pa.string()), pa.field("en", pa.string()), pa.field("numbers", pa.string())),
    ]
)


# What a plan can hold side by side; more months are judged batch by batch.
BATCH_MONTHS = 24
ORDERS = {"colours": ("subject", "month"), "reasons": ("subject", "month", "rule", "node", "zh")}


class Runner(Protocol):
    """An engine at work: takes the book, keeps the rows of a step, gives or writes those of a query."""

    def take(self, book: Book) -> None:
        """Give the book's tables their names."""

    def keep(self, title: str, query: exp.Query) -> None:
        """Work out a query once and keep its rows under a name."""

    def table(self, query: exp.Query) -> pa.Table:
        """The rows of a query."""

    def write(self, query: exp.Query, path: Path) -> None:
        """The rows of a query as Parquet."""


def assess(
    book: Book,
    *,
    rules: RuleSet,
    months: Sequence[Period],
    engine: Engine = "duckdb",
    reasons: Sequence[Period] | None = None,
    all_reasons: bool = False,
    regulations: Rulebook | None = None,
    into: Path | None = None,
    session: SparkSession | None = None,
) -> Findings:
    """The colours of every subject in every month, and why (研判).

    `reasons` are the months whose findings get texts and numbers (the last one if none is named);
    `all_reasons` adds those of green findings. `into` is a folder for the results as Parquet,
    unordered and never whole in memory; without it they are tables in order. `session` is the
    Spark session to use; without one, Spark runs inside the process.

    Raises NotYetInForce where a threshold has no value in a judged month, CannotJudge where the
    engine refuses the frames.
    """
    task = _Task(book, rules, engine, all_reasons, regulations or rulebook.built_in(), into)
    asked = set(months[-1:] if reasons is None else reasons) & set(months)
    with _opened(engine, session) as runner:
        runner.take(book)
        parts = [task.run(runner, batch, [one for one in batch if one in asked]) for batch in batches(months)]
    held = tuple(sorted(set(months)))
    if into is not None:
        files = {title: [part[title] for part in parts if title in part] for title in ORDERS}
        return Findings(rules, held, files={title: tuple(paths) for title, paths in files.items()})
    return Findings(rules, held, tables={title: _joined(title, parts) for title in ORDERS})


def batches(months: Sequence[Period]) -> list[list[Period]]:
    """The months in order, in groups of which each spans at most two years: one plan for each.

    >>> [len(one) for one in batches(list(Period.of("2020/2022").each_month()))]
    [24, 12]
    """
    found: list[list[Period]] = []
    for month in sorted(set(months)):
        if found and month < found[-1][0].shift(BATCH_MONTHS):
            found[-1].append(month)
        else:
            found.append([month])
    return found


@dataclass(frozen=True)
class _Task:
    """What is the same for every batch of months."""

    book: Book
    rules: RuleSet
    engine: Engine
    all_reasons: bool
    regulations: Rulebook
    into: Path | None

    def run(self, runner: Runner, months: Sequence[Period], asked: Sequence[Period]) -> dict[str, Any]:
        """The colours of some months and the reasons of those asked for: tables, or paths of files."""
        past = past_of(self.rules)
        line = timeline(self.rules, months=months, book=self.regulations, depth=past.depth)
        needs = needs_of(self.rules, reasons=bool(asked))
        layout = Layout(self.rules, needs, line, self.engine, _has_exemptions(self.book))
        plan = (Versioned if self.book.versioned else Flat)(layout, past)
        if isinstance(plan, Flat) and isinstance(runner, duck.Duck):
            try:
                return self._in_cells(runner, plan, asked)
            except NotInCells:
                pass  # The plan below judges whatever there is.
        for title, query in plan.steps():
            runner.keep(title, query)
        judged = plan.grid([one for one in line if one.judged])
        results: dict[str, exp.Query] = {"colours": colours_query(layout, past, judged)}
        if asked and self.rules.rules:
            texts = Reasons.of(layout, past, all_colours=self.all_reasons)
            explained = plan.grid([one for one in line if one.month in asked])
            runner.keep(JUDGED, texts.judged(explained))
            if (reasons := texts.query()) is not None:
                results["reasons"] = reasons
        return {title: self._result(runner, title, query, months[0]) for title, query in results.items()}

    def _in_cells(self, runner: duck.Duck, plan: Flat, asked: Sequence[Period]) -> dict[str, Any]:
        """The same results, worked out in arrays; the texts of those that are told by the engine."""
        line = plan.layout.line
        judged, explained = (
            tuple(one for one in line if one.judged and one.month in months)
            for months in ({one.month for one in line}, set(asked))
        )
        sweep = Sweep(self.book, plan, runner, Wanted(judged, explained, self.all_reasons))
        results: dict[str, Any] = {}
        if self.into is None:
            results["colours"] = sweep.colours()
        else:
            results["colours"] = self._path("colours", judged[0].month)
            sweep.write(results["colours"])
        if explained and plan.layout.rules.rules:
            sweep.keep_judged()
            texts = Reasons.of(plan.layout, plan.past, all_colours=self.all_reasons).query()
            if texts is not None:
                results["reasons"] = self._result(runner, "reasons", texts, judged[0].month)
        return results

    def _path(self, title: str, first: Period) -> Path:
        assert self.into is not None, "only results on disk have a path"
        self.into.mkdir(parents=True, exist_ok=True)
        return self.into / f"{title}-{first}.parquet"

    def _result(self, runner: Runner, title: str, query: exp.Query, first: Period) -> Any:
        if self.into is None:
            return runner.table(query)
        path = self._path(title, first)
        runner.write(query, path)
        return path


def _joined(title: str, parts: Sequence[dict[str, Any]]) -> pa.Table:
    """The batches' rows as one table in order."""
    tables = [part[title] for part in parts if title in part]
    if not tables:
        return REASONS_SCHEMA.empty_table()
    rows = pa.concat_tables(tables)
    return rows.sort_by([(name, "ascending") for name in ORDERS[title]])


def _has_exemptions(book: Book) -> bool:
    if isinstance(book, Stored):
        return bool(book.exemptions)
    assert book.exemptions.schema.names == EXEMPTIONS_SCHEMA.names, "exemptions follow their schema"
    return bool(book.exemptions.num_rows)


def _opened(engine: Engine, session: SparkSession | None) -> AbstractContextManager[Runner]:
    if engine == "duckdb":
        return duck.opened()
    if engine != "spark":
        raise CannotJudge(f"found engine {engine!r}, expected duckdb or spark")
    from yiben.assess import spark  # an optional part: only loaded where it is asked for

    return spark.opened(session)
