"""Judging on the distributed engine (分布式引擎): Apache Spark, the same trees in its dialect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from sqlglot import exp

from yiben.assess.model import TABLES, Book, CannotJudge, Stored

DIALECT = "spark"
# Whatever the cluster's defaults: overflow is an error and decimals keep their digits.
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.session.timeZone": "UTC",
}


class Spark:
    """One judging's session: temporary views of its own beside those of other sessions."""

    engine = "spark"

    def __init__(self, session: SparkSession) -> None:
        self.session = session
        self.kept: list[DataFrame] = []

    def take(self, book: Book) -> None:
        """Give the book's tables their names."""
        for one in TABLES:
            rows = getattr(book, one)
            if not isinstance(book, Stored):
                self.session.createDataFrame(rows).createOrReplaceTempView(one)
            elif rows:
                self.session.read.parquet(*map(str, rows)).createOrReplaceTempView(one)

    def keep(self, title: str, query: exp.Query) -> None:
        """Work out a query once and keep its rows under a name."""
        frame = self._frame(query).persist(StorageLevel.MEMORY_AND_DISK)
        frame.createOrReplaceTempView(title)
        self.kept.append(frame)

    def table(self, query: exp.Query) -> pa.Table:
        """The rows of a query, with colours as the small unsigned numbers that they are."""
        try:
            rows: pa.Table = self._frame(query).toArrow()
        except PySparkException as error:
            raise CannotJudge(_first_line(error)) from error
        fields = [
            pa.field(one.name, pa.uint8()) if one.type == pa.int8() else pa.field(one.name, one.type)
            for one in rows.schema
        ]
        return rows.cast(pa.schema(fields))

    def write(self, query: exp.Query, path: Path) -> None:
        """The rows of a query as a folder of Parquet files, one for each part."""
        try:
            self._frame(query).write.mode("overwrite").parquet(str(path))
        except PySparkException as error:
            raise CannotJudge(_first_line(error)) from error

    def _frame(self, query: exp.Query) -> DataFrame:
        try:
            return self.session.sql(query.sql(dialect=DIALECT))
        except PySparkException as error:
            raise CannotJudge(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def local_session() -> SparkSession:
    """A session inside this process, quiet and without a page of its own."""
    builder = SparkSession.builder.master("local[*]").appName("yiben")
    builder = builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "4").config("spark.default.parallelism", "4")
    return builder.getOrCreate()


@contextmanager
def opened(session: SparkSession | None) -> Iterator[Spark]:
    """A session for one judging, beside `session` or inside this process; what it kept is let go."""
    own = (session or local_session()).newSession()
    for key, value in SETTINGS.items():
        own.conf.set(key, value)
    runner = Spark(own)
    try:
        yield runner
    finally:
        for frame in runner.kept:
            frame.unpersist()
