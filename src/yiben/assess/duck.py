"""Judging on the embedded engine (嵌入式引擎): DuckDB, in the process, spilling to disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from sqlglot import exp

from yiben.assess.model import TABLES, Book, CannotJudge, Stored

DIALECT = "duckdb"


class Duck:
    """One judging's connection; closed by `opened`."""

    engine = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def take(self, book: Book) -> None:
        """Give the book's tables their names."""
        for one in TABLES:
            rows = getattr(book, one)
            if not isinstance(book, Stored):
                self.connection.register(one, rows)
            elif rows:
                files = exp.Array(expressions=[exp.Literal.string(str(path)) for path in rows])
                source = exp.Anonymous(this="read_parquet", expressions=[files])
                self._run(
                    exp.Create(this=exp.to_table(one), kind="VIEW", expression=exp.select("*").from_(source))
                )

    def keep(self, title: str, query: exp.Query) -> None:
        """Work out a query once and keep its rows under a name."""
        made = exp.Create(
            this=exp.to_table(title),
            kind="TABLE",
            replace=True,
            expression=query,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
        self._run(made)

    def table(self, query: exp.Query) -> pa.Table:
        """The rows of a query."""
        try:
            return self.connection.sql(query.sql(dialect=DIALECT)).to_arrow_table()
        except duckdb.Error as error:
            raise CannotJudge(_first_line(error)) from error

    def write(self, query: exp.Query, path: Path) -> None:
        """The rows of a query as a Parquet file, never all in memory."""
        try:
            self.connection.sql(query.sql(dialect=DIALECT)).write_parquet(str(path), compression="zstd")
        except duckdb.Error as error:
            raise CannotJudge(_first_line(error)) from error

    def _run(self, statement: exp.Expr) -> None:
        try:
            self.connection.execute(statement.sql(dialect=DIALECT))
        except duckdb.Error as error:
            raise CannotJudge(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


@contextmanager
def opened(*, memory: str = "2500MB", threads: int | None = None) -> Iterator[Duck]:
    """A connection of its own, that spills to a folder which is gone afterwards."""
    with TemporaryDirectory(prefix="yiben-assess-") as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": spill,
            "preserve_insertion_order": "false",
        }
        if threads is not None:
            settings["threads"] = threads
        connection = duckdb.connect(":memory:", config=settings)
        connection.execute("SET enable_progress_bar = false")
        try:
            yield Duck(connection)
        finally:
            connection.close()
