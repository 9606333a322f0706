"""Large scenes in columns (大表速查): a list page of a million subjects in a few hundredths of a second.

A row store answers "of these, ordered by that, the first fifty" quickly only where an index happens
to fit. So each process keeps the current book of a large scene in DuckDB's columns, brought up to
date by what was recorded since: it says which subjects stand on a page, and the page itself is then
read from the ledger's own book. Small scenes, past moments, and a scene whose columns are still
being made are asked of the book directly; both ways must give the same page.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection
from django.db.models import Q
from sqlglot import exp

from yiben.boards.compiler import row_sql
from yiben.boards.inputs import computed_tree
from yiben.kernel.colours import Colour
from yiben.kernel.problems import Place
from yiben.ledger.books import subject_book
from yiben.ledger.frames import subjects_at
from yiben.ledger.models import Transaction
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.expressions import parse_expression
from yiben.scenes.frames import subjects_schema
from yiben.scenes.model import Field, Pack
from yiben.scenes.values import DECIMAL_TYPES, scale_of, typed_of
from yiben.web.behind import start_behind
from yiben.web.filters import Filter, cell_for
from yiben.web.rows import Column, facts_of_rows, known_at

LARGE = 20_000
# More changes than these at once are quicker read anew than one by one.
MANY_CHANGES = 20_000
MEMORY, THREADS = "1500MB", 2
LIST = "list_"

_kept: dict[tuple[str, str, int], Quick] = {}
_making: set[tuple[str, str, int]] = set()
_lock = threading.Lock()


class Quick:
    """The current book of one scene in columns, as known after transaction `number`."""

    def __init__(self, pack: Pack, number: int) -> None:
        self.pack, self.number = pack, number
        self.lists = _list_conditions(pack)
        self.lock = threading.Lock()
        self.connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY, "threads": THREADS})
        self._take(subjects_at(pack, number), keep=False)

    def _take(self, typed: pa.Table, *, keep: bool) -> None:
        """Put typed rows into the book: amounts as whole numbers, each saved list as yes or no."""
        self.connection.register("coming", typed)
        query = exp.select(*_columns(self.pack, self.lists)).from_("coming").sql("duckdb")
        self.connection.execute(f"INSERT INTO book {query}" if keep else f"CREATE TABLE book AS {query}")
        self.connection.unregister("coming")

    def follow(self, number: int) -> bool:
        """Take over what was recorded up to `number`; False where reading anew is quicker."""
        with self.lock:
            if number <= self.number:
                return True
            book = subject_book(self.pack)._default_manager
            touched = Q(recorded_from__gt=self.number) | Q(recorded_to__gt=self.number)
            subjects = list(
                book.filter(touched).values_list("subject", flat=True).distinct()[: MANY_CHANGES + 1]
            )
            if len(subjects) > MANY_CHANGES:
                return False
            if subjects:
                self.connection.register("gone", pa.table({"subject": pa.array(subjects, pa.string())}))
                self.connection.execute("DELETE FROM book WHERE subject IN (SELECT subject FROM gone)")
                self.connection.unregister("gone")
                self._take(_typed_rows(self.pack, subjects), keep=True)
            self.number = number
            return True

    def page(
        self,
        *,
        filters: Sequence[Filter],
        search: str,
        saved: str,
        reach: frozenset[str] | None,
        colours: tuple[bool, Sequence[str]] | None,
        order: Sequence[str],
        first: int,
        size: int,
        most: int,
    ) -> tuple[list[str], int]:
        """The keys of one page, and how many match (at most `most`).

        `colours` are keys that must be among the rows (True) or must not (False).
        """
        values: list[Any] = []
        tests = [*self._conditions(filters, search, saved, reach, values)]
        cursor = self.connection.cursor()
        if colours is not None:
            cursor.register("coloured", pa.table({"key": pa.array(list(colours[1]), pa.string())}))
            among = exp.In(this=exp.column("subject"), query=exp.select("key").from_("coloured").subquery())
            tests.append(among if colours[0] else exp.Not(this=among))
        rows = exp.select("subject").from_("book")
        for test in tests:
            rows = rows.where(test)
        bounded = rows.limit(most).subquery("found")
        counting = exp.select(exp.Count(this=exp.Star())).from_(bounded)
        ((count,),) = cursor.execute(counting.sql("duckdb"), values).fetchall()
        last = "-subject" if order and order[-1].startswith("-") else "subject"
        asked = rows.order_by(*map(_term, [*order, last])).limit(size).offset(first)
        found = cursor.execute(asked.sql("duckdb"), values).fetchall()
        cursor.close()
        return [row[0] for row in found], int(count)

    def _conditions(
        self,
        filters: Sequence[Filter],
        search: str,
        saved: str,
        reach: frozenset[str] | None,
        values: list[Any],
    ) -> Iterator[exp.Expr]:
        """The conditions of a page; what they compare with goes into `values`, never into the text."""
        for one in filters:
            yield _condition(one, values)
        if search:
            yield exp.or_(_holds(self.pack.display, search, values), _holds("subject", search, values))
        if saved in self.lists:
            yield exp.column(LIST + saved, quoted=True)
        if reach is not None and self.pack.unit_field:
            values += sorted(reach)
            yield _among(self.pack.unit_field, len(reach))


def quick_of(pack: Pack) -> Quick | None:
    """The scene in columns, up to date; None where the book itself is to be asked."""
    key = (str(connection.settings_dict["NAME"]), pack.name, pack.version)
    newest = Transaction.objects.filter(scene=pack.name).order_by("-id").values_list("id", flat=True).first()
    with _lock:
        found = _kept.get(key)
    if found is not None and found.follow(newest or 0):
        return found
    if found is None and not _is_large(pack):
        return None
    _make_behind(pack, newest or 0, key)
    return None


def _is_large(pack: Pack) -> bool:
    return known_at(subject_book(pack), None).order_by()[: LARGE + 1].count() > LARGE


def _make_behind(pack: Pack, number: int, key: tuple[str, str, int]) -> None:
    """Make the columns behind the page that first asked for them."""
    with _lock:
        if key in _making:
            return
        _making.add(key)

    def work() -> None:
        try:
            made = Quick(pack, number)
            with _lock:
                for old in [one for one in _kept if one[:2] == key[:2]]:
                    del _kept[old]
                _kept[key] = made
        finally:
            with _lock:
                _making.discard(key)

    start_behind(work, name=f"columns of {pack.name}")


def _columns(pack: Pack, lists: dict[str, exp.Expr]) -> list[exp.Expr]:
    columns: list[exp.Expr] = [exp.column("subject")]
    for name, one in pack.fields.items():
        column: exp.Expr = exp.column(name, quoted=True)
        if one.type in DECIMAL_TYPES:
            scaled = exp.Mul(this=column, expression=exp.Literal.number(10 ** scale_of(one.type)))
            column = exp.cast(exp.Paren(this=scaled), "BIGINT")
        columns.append(exp.alias_(column, name, quoted=True))
    for name, condition in lists.items():
        said = exp.Coalesce(this=condition, expressions=[exp.false()])
        columns.append(exp.alias_(said, LIST + name, quoted=True))
    return columns


def _list_conditions(pack: Pack) -> dict[str, exp.Expr]:
    """The saved lists' conditions over typed columns, computed columns put in for their names."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in pack.computed:
            return exp.Paren(this=computed_tree(pack, node.name)[0].copy())
        return node

    found: dict[str, exp.Expr] = {}
    for name, one in pack.lists.items():
        parsed = parse_expression(one.where or "1 = 1", columns=None, place=Place(file=pack.file))[0]
        if parsed is not None:
            found[name] = exp.Paren(this=row_sql(parsed.tree.copy().transform(put)))
    return found


def _typed_rows(pack: Pack, subjects: Sequence[str]) -> pa.Table:
    """The current rows of some subjects, in the columns of a frame."""
    columns = [Column(name, one) for name, one in pack.fields.items()]
    schema = subjects_schema(pack)
    found: list[dict[str, Any]] = []
    for start in range(0, len(subjects), 500):
        rows = known_at(subject_book(pack), None).filter(subject__in=list(subjects[start : start + 500]))
        for row in facts_of_rows(rows, pack=pack, columns=columns):
            typed = {name: typed_of(one, row[name]) for name, one in pack.fields.items()}
            months = {
                name: typed[name].first
                for name, one in pack.fields.items()
                if one.type == "month" and typed[name]
            }
            found.append({"subject": row["subject"]} | typed | months)
    return pa.Table.from_pylist(found, schema=schema)


def _term(name: str) -> exp.Ordered:
    column = exp.column(name.removeprefix("-"), quoted=True)
    return exp.Ordered(this=column, desc=name.startswith("-"), nulls_first=False)


def _among(name: str, count: int) -> exp.Expr:
    """Whether a column is one of `count` values; of none, it is not."""
    if not count:
        return exp.false()
    return exp.In(this=exp.column(name, quoted=True), expressions=[exp.Placeholder() for _ in range(count)])


def _holds(column: str, text: str, values: list[Any]) -> exp.Expr:
    """Whether a text holds another, letters of either size alike."""
    held: exp.Expr = exp.column(column, quoted=True)
    if text.lower() != text.upper():
        held, text = exp.Lower(this=held), text.lower()
    values.append(text)
    return exp.Anonymous(this="contains", expressions=[held, exp.Placeholder()])


def _condition(one: Filter, values: list[Any]) -> exp.Expr:
    column = exp.column(one.field.name, quoted=True)
    if one.operator == "empty":
        blank = exp.Is(this=column, expression=exp.Null())
        return blank if one.values[0] == "yes" else exp.Not(this=blank)
    if one.operator == "has":
        return _holds(one.field.name, one.values[0], values)
    values += [_cell(one.field, value) for value in one.values]
    if one.operator == "is":
        return _among(one.field.name, len(one.values))
    compare = exp.GTE if one.operator == "min" else exp.LTE
    return compare(this=column, expression=exp.Placeholder())


def _cell(one: Field, value: str) -> Any:
    cell = cell_for(one, value)[0]
    return date.fromisoformat(cell) if one.type in ("date", "month") else cell


def reach_of(pack: Pack, person: Person) -> frozenset[str] | None:
    """The units whose rows the person sees; None is all."""
    return person.reach(Action.READ) if pack.unit_field else None


def coloured_keys(known: dict[str, Colour], chosen: Sequence[Colour]) -> tuple[bool, list[str]]:
    """The keys that a choice of colours lets in, or (with "not applicable") those that it keeps out."""
    if Colour.NONE in chosen:
        return False, [subject for subject, colour in known.items() if colour not in chosen]
    return True, [subject for subject, colour in known.items() if colour in chosen]
