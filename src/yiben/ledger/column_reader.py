"""Columns straight from a database driver (列式读取); run as a script it serves requests.

As a script: each line of standard input is `[path, sql, params, answer]` as JSON; the rows go to the
file `answer` as an Arrow stream, and a line to standard output says null, or what went wrong. It
ends with its input, or when nobody has asked for a while. It imports nothing of Yiben.
"""

from __future__ import annotations

import gc
import json
import select
import sys
from typing import Any

import pyarrow as pa
from adbc_driver_manager import AdbcConnection, AdbcDatabase, AdbcStatement
from adbc_driver_manager._lib import ArrowArrayHandle, ArrowSchemaHandle

BATCH_ROWS = 65_536
# Pages are looked at where the system keeps them, instead of being copied one by one.
MAPPED_BYTES = 1 << 36
IDLE_SECONDS = 120


def sqlite_driver() -> str:
    """Where the SQLite driver's library lies."""
    import adbc_driver_sqlite

    return str(adbc_driver_sqlite._driver_path())


def postgres_driver() -> str:
    """Where the PostgreSQL driver's library lies."""
    import adbc_driver_postgresql

    return str(adbc_driver_postgresql._driver_path())


def columns_of(driver: str, address: str, sql: str, params: list[Any]) -> pa.RecordBatchReader:
    """The answer to a statement, in batches; the connection lives as long as the reader."""
    database = AdbcDatabase(driver=driver, uri=address)
    connection = AdbcConnection(database)
    if "sqlite" in driver:
        _run(connection, f"PRAGMA mmap_size={MAPPED_BYTES}")
    statement = AdbcStatement(connection)
    if "sqlite" in driver:
        statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
    statement.set_sql_query(sql)
    if params:
        row = pa.RecordBatch.from_arrays(
            [pa.array([one]) for one in params], list(map(str, range(len(params))))
        )
        schema, array = ArrowSchemaHandle(), ArrowArrayHandle()
        row._export_to_c(array.address, schema.address)
        statement.prepare()
        statement.bind(array, schema)
    stream, _ = statement.execute_query()
    return pa.RecordBatchReader._import_from_c(stream.address)


def _run(connection: AdbcConnection, sql: str) -> None:
    statement = AdbcStatement(connection)
    statement.set_sql_query(sql)
    stream, _ = statement.execute_query()
    pa.RecordBatchReader._import_from_c(stream.address).read_all()
    statement.close()


def answer(path: str, sql: str, params: list[Any], target: str) -> None:
    """The rows of a statement on a SQLite file as an Arrow stream in the file `target`."""
    reader = columns_of(sqlite_driver(), path, sql, params)
    with pa.OSFile(target, "wb") as file, pa.ipc.new_stream(file, reader.schema) as out:
        for batch in reader:
            out.write_batch(batch)


def serve() -> None:
    """Answer request after request, each on a connection of its own that is closed again."""
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0] and (line := sys.stdin.readline()):
        said = None
        try:
            answer(*json.loads(line))
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        gc.collect()
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    serve()
