"""A ledger from its backup (恢复): everything is checked first, and all of it comes or nothing."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction

from yiben.ledger.archive import (
    MANIFEST,
    MEMBER_NAME,
    Manifest,
    Member,
    damaged,
    fields_of,
    kept_models,
    manifest_of,
    member_of,
)
from yiben.ledger.attachments import path_of, write_whole
from yiben.ledger.books import insert_many
from yiben.ledger.rebuild import rebuild
from yiben.ledger.verify import Verdict, verify

PIECE = 1 << 20
ROWS = 2_000
MOST_MANIFEST = 100_000_000
# What a broken zip makes the standard library raise, wherever the damage lies.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


def inspect(path: Path) -> Manifest:
    """Check a backup file by itself, without any database; raises Refused naming what is amiss."""
    with _opened(path) as zipped:
        return _checked(zipped, path.name)


def restore(path: Path, *, progress: Callable[[int], None] | None = None) -> Manifest:
    """Fill the empty, migrated database at hand from a backup and rebuild its books.

    The archive is checked before the first row is written, and the journal is verified before
    the database transaction ends. Raises Refused; then the database is as empty as before.
    """
    with _opened(path) as zipped:
        manifest = _checked(zipped, path.name)
        _require_empty(path.name)
        written: list[Path] = []
        try:
            _restore_files(zipped, manifest, written)
            # SQLite makes tables inside a transaction only while it checks no foreign keys.
            with connection.constraint_checks_disabled(), transaction.atomic():
                for model in kept_models():
                    _restore_table(zipped, model, path.name, progress)
                connection.check_constraints()
                rebuild()
                _require_clean(verify(), manifest, path.name)
        except BaseException as error:
            for file in written:
                file.unlink(missing_ok=True)
            if isinstance(error, DatabaseError | ValueError | TypeError | KeyError):
                found = f"{type(error).__name__}: {error}"
                raise damaged("rows", found, "rows that this database can keep", path.name) from error
            raise
    return manifest


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except BROKEN as error:
        raise damaged("unreadable", str(error), "a backup file that can be read", path.name) from error


def _checked(zipped: zipfile.ZipFile, file: str) -> Manifest:
    """The manifest, after every member was found to be what it says."""
    names = [info.filename for info in zipped.infolist()]
    if names.count(MANIFEST) != 1 or zipped.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise damaged("manifest", f"{names.count(MANIFEST)} manifests", f"one {MANIFEST}", file)
    try:
        manifest = manifest_of(zipped.read(MANIFEST), file=file)
    except BROKEN as error:
        raise damaged("manifest", str(error), "a whole manifest", file, MANIFEST) from error
    listed = [member.name for member in manifest.members]
    tables = {member_of(model) for model in kept_models()}
    for name in sorted({*names, *listed} - {MANIFEST}):
        if not MEMBER_NAME.fullmatch(name) or (name.startswith("tables/") and name not in tables):
            raise damaged("member", repr(name), "only tables and files that Yiben knows", file)
        if (names.count(name), listed.count(name)) != (1, 1):
            found = f"{names.count(name)} times in the archive, {listed.count(name)} times in the manifest"
            raise damaged("member", found, "once in each", file, name)
    for member in manifest.members:
        _check_member(zipped, member, file)
    return manifest


def _check_member(zipped: zipfile.ZipFile, member: Member, file: str) -> None:
    whole, size = sha256(), 0
    try:
        with zipped.open(member.name) as source:
            while size <= member.size and (piece := source.read(PIECE)):
                whole.update(piece)
                size += len(piece)
    except BROKEN as error:
        raise damaged("member", str(error), "a whole member", file, member.name) from error
    if (size, whole.hexdigest()) != (member.size, member.sha256):
        found = f"{size} bytes with hash {whole.hexdigest()[:12]}"
        raise damaged("member", found, f"{member.size} with {member.sha256[:12]}", file, member.name)
    if member.name.startswith("files/") and member.name != f"files/{member.sha256}":
        raise damaged("member", f"hash {member.sha256[:12]}", "the hash that is its name", file, member.name)


def _require_empty(file: str) -> None:
    for model in kept_models():
        if model._default_manager.exists():
            found = f"rows in {model._meta.db_table}"
            raise damaged("target", found, "an empty database, fresh from `yiben init --bare`", file)


def _require_clean(verdict: Verdict, manifest: Manifest, file: str) -> None:
    if not verdict.clean:
        raise damaged("journal", str(verdict.problems[0]), "a journal that verifies", file)
    found = (verdict.transactions, verdict.entries, verdict.seals, verdict.head)
    expected = (manifest.transactions, manifest.entries, manifest.seals, manifest.head)
    if found != expected:
        raise damaged("head", str(found), str(expected), file)


def _restore_files(zipped: zipfile.ZipFile, manifest: Manifest, written: list[Path]) -> None:
    for member in manifest.members:
        if member.name.startswith("files/"):
            path = path_of(member.sha256)
            if not path.exists():
                write_whole(path, zipped.read(member.name))
                written.append(path)


def _restore_table(
    zipped: zipfile.ZipFile, model: type[models.Model], file: str, progress: Callable[[int], None] | None
) -> None:
    by_column = {field.column: field for field in fields_of(model)}
    count = 0
    for rows in _chunks(zipped, member_of(model)):
        columns = list(rows[0])
        unknown = [column for column in columns if column not in by_column]
        if unknown or any(list(row) != columns for row in rows):
            expected = "the columns " + ", ".join(by_column)
            raise damaged("columns", ", ".join(unknown or ["uneven rows"]), expected, file, member_of(model))
        fields = [by_column[column] for column in columns]
        moments = [index for index, field in enumerate(fields) if isinstance(field, models.DateField)]
        cells = [list(row.values()) for row in rows]
        for row in cells:
            for index in moments:
                row[index] = _stored(fields[index], row[index])
        insert_many(model, [field.name for field in fields], cells)
        count += len(rows)
        if progress:
            progress(count)
    _reset_sequence(model)


def _stored(field: models.Field[Any, Any], value: Any) -> Any:
    """A day or moment in the spelling of the database at hand."""
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        value = datetime.fromisoformat(value)
    return field.get_db_prep_save(value, connection)


def _chunks(zipped: zipfile.ZipFile, name: str) -> Iterator[list[dict[str, Any]]]:
    if name not in zipped.namelist():
        return
    rows: list[dict[str, Any]] = []
    with zipped.open(name) as lines:
        for line in lines:
            rows.append(json.loads(line))
            if len(rows) == ROWS:
                yield rows
                rows = []
    if rows:
        yield rows


def _reset_sequence(model: type[models.Model]) -> None:
    """Let the next row that Django numbers by itself come behind the restored ones."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
