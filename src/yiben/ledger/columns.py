"""Rows of the books as Arrow columns (按列读出), fast for large tables and safe for the file.

A process that holds a SQLite file open must never let a second copy of the SQLite library open
and close the same file: closing it drops the first copy's locks, and another process may then
throw away what this one writes. ADBC brings such a copy. So large SQLite tables are read by child
processes (`column_reader.py`), small ones through Django's own connection.
"""

from __future__ import annotations

import mmap
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pyarrow as pa
from django.db import connection, models
from django.db.models import Max, Min, QuerySet

from yiben.ledger.column_reader import columns_of, postgres_driver
from yiben.ledger.reader_pool import asked

# Up to so many row numbers a table is read row by row; the start of a child costs as much.
SMALL = 10_000
SPLIT_ABOVE = 200_000
READERS, SLICES = 2, 32


class ColumnsUnreadable(RuntimeError):
    """The child process that reads a large table failed; carries what it said."""


def fetch(rows: QuerySet[Any], names: list[str]) -> pa.Table:
    """The columns `names` of some rows of one model, under their database names.

    Inside a database transaction only Django's own connection sees what is not committed; it is
    used there whatever the size. Large tables are read by two readers at once.
    """
    fields = [rows.model._meta.get_field(name) for name in names]
    # Two questions: SQLite answers each from one page, but both together by reading the table.
    low = rows.model._default_manager.aggregate(row=Min("row_id"))["row"] or 0
    high = rows.model._default_manager.aggregate(row=Max("row_id"))["row"] or 0
    if connection.in_atomic_block or high - low < SMALL:
        return _by_row(rows, names, fields)
    shares = _shares(low, high)
    parts = [_statement(rows, names, fields, ranges) for ranges in shares]
    read = _from_postgres if connection.vendor == "postgresql" else _from_child
    settings = dict(connection.settings_dict)
    with ThreadPoolExecutor(len(parts)) as pool:
        tables = list(pool.map(lambda part: read(settings, *part), parts))
    return pa.concat_tables(tables, promote_options="permissive")


def _shares(low: int, high: int) -> list[list[tuple[int, int]]]:
    """Half-open ranges of row numbers, dealt out to the readers in turn.

    Rows known now lie at the end of a book and those of long ago at its beginning; dealing keeps
    both readers busy in either case.
    """
    if high - low <= SPLIT_ABOVE:
        return [[(low, high + 1)]]
    cuts = [low + (high + 1 - low) * step // SLICES for step in range(SLICES + 1)]
    ranges = list(pairwise(cuts))
    return [ranges[reader::READERS] for reader in range(READERS)]


def _by_row(rows: QuerySet[Any], names: list[str], fields: list[Any]) -> pa.Table:
    data = list(zip(*rows.values_list(*names), strict=True)) or [()] * len(names)
    columns = {
        field.column: pa.array(values, pa.int64() if isinstance(field, models.IntegerField) else None)
        for field, values in zip(fields, data, strict=True)
    }
    return pa.table(columns)


def _statement(
    rows: QuerySet[Any], names: list[str], fields: list[Any], ranges: list[tuple[int, int]]
) -> tuple[str, list[Any]]:
    """One statement over some ranges of rows.

    The SQLite driver guesses types from the rows that come first: a first row of our own, which
    is cut off again, leaves it nothing to guess.
    """
    selects, params = [], []
    if connection.vendor == "sqlite":
        whole = (models.IntegerField, models.BooleanField)
        firsts = ("0" if isinstance(field, whole) else "''" for field in fields)
        sample = (f'{first} AS "{field.column}"' for first, field in zip(firsts, fields, strict=True))
        selects.append(f"SELECT {', '.join(sample)}")
    for start, end in ranges:
        part = rows.filter(row_id__gte=start, row_id__lt=end).order_by().values_list(*names)
        sql, values = part.query.get_compiler(connection=connection).as_sql()
        selects.append(sql)
        params += values
    whole_sql = " UNION ALL ".join(selects)
    if connection.vendor == "sqlite":
        return whole_sql.replace("%s", "?"), params
    for number in range(1, len(params) + 1):
        whole_sql = whole_sql.replace("%s", f"${number}", 1)
    return whole_sql, params


def _from_child(settings: dict[str, Any], sql: str, params: list[Any]) -> pa.Table:
    """The answer of a child process, in a file that nobody else finds and that is gone afterwards."""
    with tempfile.NamedTemporaryFile(prefix="yiben-columns-") as answer:
        complaint = asked([str(settings["NAME"]), sql, params, answer.name])
        if complaint is not None:
            raise ColumnsUnreadable(complaint)
        # The mapping outlives the file's name: columns point into it and nothing is copied.
        mapped = mmap.mmap(answer.fileno(), 0, access=mmap.ACCESS_READ)
        return pa.ipc.open_stream(pa.py_buffer(mapped)).read_all().slice(1)


def _from_postgres(settings: dict[str, Any], sql: str, params: list[Any]) -> pa.Table:
    return columns_of(postgres_driver(), _postgres_address(settings), sql, params).read_all()


def _postgres_address(settings: dict[str, Any]) -> str:
    who = quote(settings["USER"] or "") + (f":{quote(settings['PASSWORD'])}" if settings["PASSWORD"] else "")
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"postgresql://{who}@{settings['HOST'] or ''}{port}/{quote(settings['NAME'])}"
