"""One page of a scene's book (清单页): filtered, sorted, counted within bounds, ready to show.

Beyond `COUNT_LIMIT` matches only "more than" is said, and paging ends there: nobody pages through
a million rows, and an exact count of them would cost every reader a walk through the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Model, Q, QuerySet

from yiben.kernel.periods import Period
from yiben.ledger.books import PREFIX, period_book, subject_book
from yiben.ledger.frames import moment_head
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Computed, Field, Label, Pack
from yiben.scenes.values import SCALE, Fact, fact_of
from yiben.web.where import NotForLists, value_of

PAGE_SIZE = 50
COUNT_LIMIT = 10_000
PARTS = {"": Label("本月", "this month"), "_year": Label("本年累计", "year to date")}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: a field, a computed column, or a measure of the month or the year."""

    name: str
    field: Field | Computed
    part: str = ""

    @property
    def is_measure(self) -> bool:
        """Whether the values are of a month or year and not of the subject itself."""
        return isinstance(self.field, Field) and bool(self.field.every)

    @property
    def can_sort(self) -> bool:
        """Whether rows can be put in order by it."""
        return isinstance(self.field, Field) and not self.field.every

    @property
    def label(self) -> Label:
        """The column's heading."""
        if not self.is_measure or not self.part:
            return self.field.label
        part, own = PARTS[self.part], self.field.label
        return Label(f"{own.zh}({part.zh})", f"{own.en or own.zh} ({part.en})")


def visible_fields(pack: Pack, person: Person) -> dict[str, Field]:
    """The fields of a scene that the person may see."""
    return {name: one for name, one in pack.fields.items() if person.sees_secrets or not one.secret}


def visible_measures(pack: Pack, person: Person) -> dict[str, Field]:
    """The measures of a scene that the person may see."""
    return {name: one for name, one in pack.measures.items() if person.sees_secrets or not one.secret}


def all_columns(pack: Pack, person: Person) -> dict[str, Column]:
    """Every column that the person may choose, by name."""
    columns = {name: Column(name, one) for name, one in visible_fields(pack, person).items()}
    columns |= {name: Column(name, one) for name, one in pack.computed.items()}
    for name, one in visible_measures(pack, person).items():
        columns[name] = Column(name, one)
        if one.adds and one.every == "month":
            columns[f"{name}_year"] = Column(f"{name}_year", one, "_year")
    return columns


def book_at(pack: Pack, *, as_of: datetime | None = None) -> QuerySet[Any]:
    """The scene's rows as known at a moment; None is now."""
    return known_at(subject_book(pack), None if as_of is None else moment_head(as_of))


def known_at(model: type[Model], number: int | None) -> QuerySet[Any]:
    """The versions that held after transaction `number`; None is now."""
    rows = model._default_manager.all()
    if number is None:
        return rows.filter(recorded_to=None)
    return rows.filter(recorded_from__lte=number).filter(Q(recorded_to=None) | Q(recorded_to__gt=number))


def scope_of(pack: Pack, person: Person, *, action: Action = Action.READ) -> Q:
    """The rows within the person's reach: those of their unit and of the units below it."""
    reach = person.reach(action)
    if reach is None or not pack.unit_field:
        return Q()
    return Q(**{f"{PREFIX}{pack.unit_field}__in": sorted(reach)})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows: facts by name for each, and how many match (`more`: beyond the limit)."""

    rows: list[dict[str, Fact]]
    count: int
    more: bool
    number: int

    @property
    def pages(self) -> int:
        """How many pages can be turned."""
        return max(1, -(-self.count // PAGE_SIZE))

    @property
    def first(self) -> int:
        """The place of the page's first row in the whole."""
        return (self.number - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the page's last row in the whole."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def page_of(
    rows: QuerySet[Any], *, pack: Pack, columns: Sequence[Column], order: Sequence[str], number: int
) -> Page:
    """The page `number` of some rows, in `order` (a leading minus turns a column round)."""
    found = rows.order_by()[: COUNT_LIMIT + 1].count()
    count = min(found, COUNT_LIMIT)
    number = max(1, min(number, -(-count // PAGE_SIZE) or 1))
    start = (number - 1) * PAGE_SIZE
    chosen = facts_of_rows(in_order(rows, order)[start : start + PAGE_SIZE], pack=pack, columns=columns)
    return Page(chosen, count, found > COUNT_LIMIT, number)


def in_order(rows: QuerySet[Any], order: Sequence[str]) -> QuerySet[Any]:
    """Rows in order, empty values last; ties go by key in the last column's direction."""
    terms: list[Any] = []
    for name in order:
        column = F(PREFIX + name.lstrip("-"))
        terms.append(column.desc(nulls_last=True) if name.startswith("-") else column.asc(nulls_last=True))
    turned = bool(order) and order[-1].startswith("-")
    return rows.order_by(*terms, "-subject" if turned else "subject")


def facts_of_rows(rows: QuerySet[Any], *, pack: Pack, columns: Sequence[Column]) -> list[dict[str, Fact]]:
    """The facts of some rows, with `subject` and the shown name always among them."""
    fields = {one.name: one.field for one in columns if isinstance(one.field, Field) and not one.is_measure}
    fields[pack.display] = pack.fields[pack.display]
    computed = [one for one in columns if isinstance(one.field, Computed)]
    scaled: dict[str, bool] = {}
    for one in computed:
        try:
            term = value_of(one.field.expression, pack=pack)  # type: ignore[union-attr]
        except NotForLists:
            continue
        rows = rows.annotate(**{f"c_{one.name}": term.made})
        scaled[one.name] = term.scaled
    names = ["subject", *(PREFIX + name for name in fields), *(f"c_{name}" for name in scaled)]
    found = []
    for row in rows.values_list(*names):
        facts: dict[str, Fact] = {"subject": row[0]}
        cells = row[1 : 1 + len(fields)]
        facts |= {
            name: fact_of(one, cell)  # type: ignore[arg-type]
            for (name, one), cell in zip(fields.items(), cells, strict=True)
        }
        for (name, is_scaled), cell in zip(scaled.items(), row[1 + len(fields) :], strict=True):
            facts[name] = _computed_fact(cell, is_scaled)
        found.append(facts)
    return found


def _computed_fact(cell: Any, is_scaled: bool) -> Fact:
    if cell is None or isinstance(cell, bool):
        return cell
    if is_scaled:
        return fact_of(Field("", "decimal", Label("")), int(cell))
    return str(round(cell, SCALE)) if isinstance(cell, float) else cell


def add_measures(
    rows: Sequence[dict[str, Fact]],
    *,
    pack: Pack,
    columns: Sequence[Column],
    month: Period,
    number: int | None,
) -> None:
    """Fill the measures of the month, and their sums since January, into rows of a page."""
    wanted = [one for one in columns if one.is_measure]
    if not wanted or not rows:
        return
    year = Period(month.first.replace(month=1), 12)
    known = known_at(period_book(pack), number).filter(
        subject__in=[row["subject"] for row in rows],
        period_from__gte=year.first,
        period_from__lte=month.first,
    )
    by_subject: dict[Any, list[Mapping[str, Any]]] = {}
    for row in known.values():
        by_subject.setdefault(row["subject"], []).append(row)
    for row in rows:
        said = by_subject.get(row["subject"], [])
        for column in wanted:
            row[column.name] = _measure(column, said, month)


def _measure(column: Column, said: Sequence[Mapping[str, Any]], month: Period) -> Fact:
    field = column.field
    assert isinstance(field, Field)
    names = {str(month)} if field.every == "month" else {str(month.year), quarter_of(month)}
    if column.part:
        cells = [row[PREFIX + field.name] for row in said if row["every"] == field.every]
        known = [cell for cell in cells if cell is not None]
        return fact_of(field, sum(known)) if known else None
    cells = [
        row[PREFIX + field.name] for row in said if row["period"] in names and row["every"] == field.every
    ]
    return fact_of(field, cells[0]) if cells else None


def quarter_of(month: Period) -> str:
    """The quarter that holds a month."""
    return f"{month.year}Q{(month.first.month + 2) // 3}"
