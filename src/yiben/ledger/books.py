"""The books (场景账簿): one table of versions for each scene's subjects, one for its periods.

A book is a projection: typed columns, one row per version, `recorded_from` ≤ known <
`recorded_to` in transaction numbers. It can be dropped and rebuilt from the entries. Decimal
columns hold whole millionths (see scenes/values.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.apps.registry import Apps
from django.db import connection, models
from django.db.models.sql import InsertQuery

from yiben.scenes.model import Field, Pack
from yiben.scenes.values import DECIMAL_TYPES, WHOLE_TYPES

PREFIX = "f_"
HEAD = ("subject", "recorded_from", "recorded_to")


def column_of(field: Field) -> models.Field[Any, Any]:
    """The database column of one field or measure; every column may be empty."""
    options: dict[str, Any] = {"null": True, "blank": True, "db_column": field.name}
    if field.type in DECIMAL_TYPES or field.type in WHOLE_TYPES:
        return models.BigIntegerField(**options)
    if field.type in ("date", "month"):
        return models.DateField(**options)
    return models.BooleanField(**options) if field.type == "boolean" else models.TextField(**options)


def subject_book(pack: Pack) -> type[models.Model]:
    """The model of the scene's subject versions, table `book_<scene>`."""
    return _book(pack.name, pack.version, tuple(pack.fields.values()), periods=False)


def period_book(pack: Pack) -> type[models.Model]:
    """The model of the scene's measures by period, table `book_<scene>_period`."""
    return _book(pack.name, pack.version, tuple(pack.measures.values()), periods=True)


def _book(scene: str, version: int, fields: tuple[Field, ...], *, periods: bool) -> type[models.Model]:
    # Keyed by names and types, because a Field holds mappings and cannot be hashed.
    return _make_book(scene, tuple((one.name, one.type) for one in fields), periods)


@cache
def _make_book(scene: str, columns: tuple[tuple[str, str], ...], periods: bool) -> type[models.Model]:
    table = f"book_{scene}_period" if periods else f"book_{scene}"
    key = ["subject", "period"] if periods else ["subject"]
    body: dict[str, Any] = {
        "__module__": __name__,
        "row_id": models.BigAutoField(primary_key=True),
        "subject": models.CharField(max_length=200),
        "recorded_from": models.BigIntegerField(db_index=True),
        "recorded_to": models.BigIntegerField(null=True, db_index=True),
    }
    if periods:
        body |= {"period": models.CharField(max_length=15), "period_from": models.DateField()}
        body |= {"every": models.CharField(max_length=8)}
    for name, kind in columns:
        body[PREFIX + name] = column_of(Field(name, kind, None))  # type: ignore[arg-type]
    now = models.UniqueConstraint(
        fields=key, condition=models.Q(recorded_to__isnull=True), name=f"{table}_now"
    )
    # A registry of its own, because another version of the pack makes another model of that name.
    options = {
        "app_label": "books",
        "db_table": table,
        "managed": False,
        "constraints": [now],
        "apps": Apps(),
    }
    body["Meta"] = type("Meta", (), options)
    return type(f"Book_{scene}_{'period' if periods else 'subject'}", (models.Model,), body)


def books_of(pack: Pack) -> list[type[models.Model]]:
    """Every book of the scene."""
    return [subject_book(pack), period_book(pack)] if pack.measures else [subject_book(pack)]


def make_books(pack: Pack) -> None:
    """Create the scene's tables, or add the columns that a newer pack version brings."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
    for book in books_of(pack):
        table = book._meta.db_table
        with connection.schema_editor(atomic=False) as editor:
            if table not in existing:
                editor.create_model(book)
                continue
            with connection.cursor() as cursor:
                present = {
                    column.name for column in connection.introspection.get_table_description(cursor, table)
                }
            for field in book._meta.local_concrete_fields:
                if field.column not in present:
                    editor.add_field(book, field)


def drop_books(pack: Pack) -> None:
    """Drop the scene's projections; the journal keeps everything that they showed."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
    for book in books_of(pack):
        if book._meta.db_table in existing:
            with connection.schema_editor(atomic=False) as editor:
                editor.delete_model(book)


def insert_many(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain cells, in the order of the attribute `names`.

    Django writes the statement once from the model; the rows go through the driver's own
    executemany, which is many times faster than one object per row.
    """
    fields = [model._meta.get_field(name) for name in names]
    query = InsertQuery(model)
    query.insert_values(fields, [model()], raw=True)
    statement, _ = query.get_compiler(connection=connection).as_sql()[0]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
