"""Tables that go out (导出): a scene as known at a moment, and templates to fill in."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from yiben.boards.compiler import row_sql
from yiben.boards.inputs import computed_tree
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.frames import frame, moment_head
from yiben.ledger.models import Transaction
from yiben.people.access import Person
from yiben.people.models import Unit
from yiben.people.roles import Action
from yiben.scenes.expressions import parse_expression
from yiben.scenes.model import Pack
from yiben.writers.tables import template, write_csv, write_parquet, write_xlsx


def export_scene(
    stream: IO[bytes],
    *,
    pack: Pack,
    by: Person,
    kind: str,
    as_of: datetime | None = None,
    saved: str = "",
    language: str = "zh",
) -> int:
    """Write the rows that the person may see, as xlsx, csv or parquet; gives their number."""
    by.require(Action.EXPORT)
    table = rows_to_export(pack, by=by, as_of=as_of, saved=saved)
    if kind == "parquet":
        number = moment_head(as_of)
        digest = Transaction.objects.filter(id=number).values_list("digest", flat=True).first() or ""
        write_parquet(table, pack, to=stream, as_of=as_of, head_hash=digest)
    else:
        write = write_csv if kind == "csv" else write_xlsx
        write(_with_unit_names(table, pack), pack, to=stream, language=language)
    return int(table.num_rows)


def _with_unit_names(table: pa.Table, pack: Pack) -> pa.Table:
    """The table with units by name, as people know them; a file that comes back may name either."""
    names = dict(Unit.objects.values_list("code", "name"))
    for field in pack.fields.values():
        if field.type == "unit" and field.name in table.column_names:
            column = pa.array([names.get(code, code) for code in table[field.name].to_pylist()], pa.string())
            table = table.set_column(table.column_names.index(field.name), field.name, column)
    return table


def rows_to_export(pack: Pack, *, by: Person, as_of: datetime | None = None, saved: str = "") -> pa.Table:
    """The subjects as known then, cut to what the person may see and to a saved list's rows."""
    table = frame(pack, as_of=as_of).drop_columns(["known_from", "known_to"]).sort_by("subject")
    reach = by.reach(Action.EXPORT)
    if reach is not None and pack.unit_field:
        table = table.filter(pc.is_in(table[pack.unit_field], value_set=pa.array(sorted(reach), pa.string())))
    if saved:
        table = _only(table, pack, saved)
    secret = [name for name, one in pack.fields.items() if one.secret and name in table.column_names]
    return table.drop_columns(["subject", *(secret if not by.sees_secrets else ())])


def _only(table: pa.Table, pack: Pack, saved: str) -> pa.Table:
    if saved not in pack.lists:
        found, expected = f"no list {saved!r}", "one of " + (", ".join(pack.lists) or "none")
        raise Refused([Problem("unknown-list", found, expected, Place(file=pack.file))])
    chosen = pack.lists[saved]
    if chosen.where:
        query = exp.select(exp.Star()).from_(exp.to_table("listed")).where(_condition(pack, chosen.where))
        with duckdb.connect(":memory:") as connection:
            connection.register("listed", table)
            found = connection.sql(query.order_by(exp.column("subject")).sql("duckdb"))
            table = found.to_arrow_table().cast(table.schema)
    wanted = dict.fromkeys(["subject", pack.key, *(name for name in chosen.columns if name in pack.fields)])
    return table.select(list(wanted)) if chosen.columns else table


def _condition(pack: Pack, text: str) -> exp.Expr:
    """A list's condition for DuckDB, with computed columns put in for their names."""
    parsed, problems = parse_expression(text, columns=None, place=Place(file=pack.file))
    if parsed is None:
        raise Refused(problems)

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in pack.computed:
            return exp.Paren(this=computed_tree(pack, node.name)[0].copy())
        return node

    return row_sql(parsed.tree.transform(put))


def make_template(*, pack: Pack, form: str = "", period: Period | None = None, **rest: Any) -> bytes:
    """A template of the whole scene or of one form; raises LookupError where there is no such form."""
    if form and form not in pack.forms:
        raise LookupError(f"found form {form!r}, expected one of: {', '.join(pack.forms) or 'none'}")
    return template(pack, form=form or None, period=period, **rest)
