"""The journal's rows exactly as they lie in the database (原样读出), for checking and for copying.

Nothing is converted in between: a value of another type or another spelling than the one that
was written is seen as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import connection, models

CHUNK = 5_000


@contextmanager
def broken_text_kept() -> Iterator[None]:
    """Let bytes that are no UTF-8 through as half characters, so that their row can be named."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    usual = raw.text_factory
    raw.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = usual


def stored_rows(model: type[models.Model], names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a journal table in their order; moments come as datetimes in UTC.

    On SQLite the table itself is read and no index, so that a damaged index hides nothing. A
    moment whose stored spelling is not the one that was written comes as that text.
    """
    if connection.vendor != "sqlite":
        yield from model._default_manager.order_by("pk").values_list(*names).iterator(chunk_size=CHUNK)
        return
    fields = [model._meta.get_field(name) for name in names]
    moments = [index for index, one in enumerate(fields) if isinstance(one, models.DateTimeField)]
    columns = ", ".join(
        f'CAST("{one.column}" AS TEXT)' if isinstance(one, models.DateTimeField) else f'"{one.column}"'
        for one in fields
    )
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{model._meta.db_table}" NOT INDEXED ORDER BY rowid')  # noqa: S608
        while rows := cursor.fetchmany(CHUNK):
            if moments:
                rows = [_with_moments(row, moments) for row in rows]
            yield from rows


def _with_moments(row: tuple[Any, ...], moments: Sequence[int]) -> tuple[Any, ...]:
    cells = list(row)
    for index in moments:
        cells[index] = _moment(cells[index])
    return tuple(cells)


def _moment(text: Any) -> Any:
    """The moment that Django wrote as this text; anything else stays the text that it is."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return text
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None and str(moment) == text else text
