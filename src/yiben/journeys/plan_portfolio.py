"""All plans of a scene at once (全部项目节点): columns, not objects, so that ten thousand take a moment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import CharField, DateField, QuerySet
from django.db.models.functions import Cast

from yiben.journeys.plan_networks import NOTHING, Networks, in_network
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.frozen import BASELINE
from yiben.ledger.models import MarkVersion, NodeVersion
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.planning import templates
from yiben.planning.calendar import FIRST_DAY, LAST_DAY, WorkingCalendar, china
from yiben.planning.living import Completion, NodeRow
from yiben.planning.permits import Expiry, Permit, expiries
from yiben.planning.recorded_columns import foresee_columns
from yiben.scenes.model import Pack
from yiben.scenes.plans import PlanBook, item_of, plan_book
from yiben.scenes.values import fact_of

Days = npt.NDArray[np.int64]
Colours = npt.NDArray[np.int8]
_ORIGIN = FIRST_DAY
# Plans that end in the calendar's last two years would leave it when they slip.
_LATEST = (LAST_DAY - FIRST_DAY).days - 800


@dataclass(frozen=True, slots=True)
class Planned:
    """One subject of the portfolio (在库项目), by its place in the columns."""

    subject: str
    name: str
    unit: str
    project_class: str


@dataclass(frozen=True, eq=False)
class Portfolio:
    """The nodes of every subject within reach, as columns (全部节点列): node × subject, days as numbers.

    `due` is the baseline, or the plan where nothing is frozen; `foreseen` is where the network
    carries what is recorded; −1 is nothing.
    """

    pack: Pack
    on: date
    subjects: tuple[Planned, ...]
    nodes: tuple[str, ...]
    frozen: npt.NDArray[np.bool_]
    planned: Days
    forecast: Days
    actual: Days
    baseline: Days
    foreseen: Days
    near_days: int

    @cached_property
    def due(self) -> Days:
        """The day by which each node is judged."""
        unfrozen = np.where(self.planned >= 0, self.planned, self.forecast)
        return np.where(self.baseline >= 0, self.baseline, unfrozen)

    @cached_property
    def colour(self) -> Colours:
        """The lamp of each node: red overdue, yellow near, late or foreseen late, green in time."""
        today = day_number(self.on)
        done, late = self.actual >= 0, self.foreseen > self.due
        near = (self.due - today) <= self.near_days
        open_ = np.where(today > self.due, Colour.RED, np.where(near | late, Colour.YELLOW, Colour.GREEN))
        reached = np.where(self.actual <= self.due, Colour.GREEN, Colour.YELLOW)
        lamps = np.where(done, reached, open_)
        return np.where(self.due >= 0, lamps, Colour.NONE).astype(np.int8)

    def by_month(self, months: Sequence[Period]) -> list[dict[Colour, int]]:
        """How many nodes are due in each month, by colour."""
        return [_counted(self.colour[self._due_in(month)]) for month in months]

    def by_month_and_subject(self, months: Sequence[Period]) -> dict[int, list[list[tuple[str, Colour]]]]:
        """For each subject with due nodes, the nodes of each month with their colour."""
        found: dict[int, list[list[tuple[str, Colour]]]] = {}
        for number, month in enumerate(months):
            for node, at in np.argwhere(self._due_in(month)).tolist():
                cells = found.setdefault(at, [[] for _ in months])
                cells[number].append((self.nodes[node], Colour(int(self.colour[node, at]))))
        return found

    def _due_in(self, month: Period) -> npt.NDArray[np.bool_]:
        return (self.due >= day_number(month.first)) & (self.due < day_number(month.end))

    def node_list(
        self, month: Period, *, moves: Mapping[tuple[str, str], int] | None = None
    ) -> list[NodeRow]:
        """The node list of a month (节点清单): what is owed from before, what is due, foreseen or done in it."""
        first, end = day_number(month.first), day_number(month.end)
        owed = (self.actual < 0) & (self.due >= 0) & (self.due < first)
        seen = owed
        for days in (self.due, self.foreseen, self.actual):
            seen = seen | ((days >= first) & (days < end) & (self.due >= 0))
        rows = [self._row(node, at, moves or {}) for node, at in np.argwhere(seen).tolist()]
        return sorted(
            rows, key=lambda row: (row.actual is not None, row.baseline or row.forecast, row.project)
        )

    def _row(self, node: int, at: int, moves: Mapping[tuple[str, str], int]) -> NodeRow:
        one, due = self.subjects[at], _day(self.due[node, at])
        foreseen, actual = _day(self.foreseen[node, at]), _day(self.actual[node, at])
        assert due is not None and foreseen is not None, "only nodes with a day are listed"
        return NodeRow(
            project=one.subject,
            project_class=one.project_class,
            unit=one.unit,
            node=self.nodes[node],
            name=self.pack.nodes[self.nodes[node]].label.zh,
            baseline=due,
            forecast=foreseen,
            actual=actual,
            moves=moves.get((one.subject, self.nodes[node]), 0),
            late_days=((actual or foreseen) - due).days,
            colour=Colour(int(self.colour[node, at])),
        )

    def completion(self, period: Period, *, by: str = "unit", on: date | None = None) -> list[Completion]:
        """The completion rate of the nodes due in a period (节点完成率), by unit, class or all together.

        Counted on a day, by default the portfolio's own; later days do not count as done yet.
        """
        first, end = day_number(period.first), day_number(period.end)
        due = (self.due >= first) & (self.due < end)
        done = due & (self.actual >= 0) & (self.actual <= day_number(on or self.on))
        in_time = done & (self.actual <= self.due)
        names = [{"unit": one.unit, "class": one.project_class, "all": "all"}[by] for one in self.subjects]
        groups, place = np.unique(np.array(names, dtype=str), return_inverse=True)
        counts = [
            np.bincount(place, weights=mask.sum(axis=0), minlength=len(groups)).astype(int).tolist()
            for mask in (due, done, in_time)
        ]
        rows = zip(groups.tolist(), *counts, strict=True)
        return [Completion(*row) for row in rows if row[1]]

    def pushed(self) -> list[tuple[Planned, str, int]]:
        """Open nodes that slips of others push beyond what people say, by how many days (连带顺延)."""
        expected = np.maximum(np.where(self.forecast >= 0, self.forecast, self.planned), day_number(self.on))
        late = (self.actual < 0) & (self.planned >= 0) & (self.foreseen > expected)
        return [
            (self.subjects[at], self.nodes[node], int(self.foreseen[node, at] - expected[node, at]))
            for node, at in np.argwhere(late).tolist()
        ]


def plan_portfolio(
    pack: Pack, *, on: date, by: Person | None = None, calendar: WorkingCalendar | None = None
) -> Portfolio:
    """Every subject's nodes as the ledger has them now, carried on by their networks to the day `on`."""
    calendar, book = calendar or china(), plan_book(pack)
    subjects, facts, dates = _subjects(pack, book, by)
    place = {one.subject: at for at, one in enumerate(subjects)}
    nodes = tuple(pack.nodes)
    planned, forecast, actual = _recorded(pack, nodes, place)
    _take_fields(pack, dates, planned, actual)
    baseline, frozen = _baselines(pack, nodes, place)
    # From the freeze on, the baseline is the plan.
    planned = np.where(baseline >= 0, baseline, planned)
    foreseen = np.where(actual >= 0, actual, np.where(forecast >= 0, forecast, planned))
    open_ = (actual < 0) & (foreseen >= 0)
    foreseen = np.where(open_, np.maximum(foreseen, day_number(on)), foreseen)
    networks = Networks(pack, book, on, calendar)
    for key, members in networks.groups(facts).items():
        at = np.array(members, dtype=np.int64)
        made, network = networks.made[key]
        items = [item_of(node, template=made.template.name) for node in pack.nodes.values()]
        rows = [(network.keys.index(item), n) for n, item in enumerate(items) if item in made.items]
        if rows:
            said = in_network(network, rows, planned[:, at], forecast[:, at], actual[:, at])
            seen = foresee_columns(network, said, on=day_number(on), calendar=calendar)
            for item, number in rows:
                foreseen[number, at] = np.where(foreseen[number, at] >= 0, seen[item], NOTHING)
    return Portfolio(
        pack,
        on,
        tuple(subjects),
        nodes,
        frozen,
        planned,
        forecast,
        actual,
        baseline,
        foreseen,
        book.near_days,
    )


def day_number(day: date) -> int:
    """A day as its number from 1 January 2007."""
    return (day - _ORIGIN).days


def _day(number: Any) -> date | None:
    return None if number < 0 else _ORIGIN + timedelta(days=int(number))


def _counted(colours: Colours) -> dict[Colour, int]:
    counts = np.bincount(colours, minlength=len(Colour))
    return {colour: int(counts[colour]) for colour in Colour if counts[colour]}


# -- from the ledger -------------------------------------------------------------------------------


def _subjects(
    pack: Pack, book: PlanBook, by: Person | None
) -> tuple[list[Planned], dict[str, list[Any]], dict[str, Days]]:
    """Everybody within reach, with the fields that choose and feed their networks, and the dates."""
    days = {name for node in pack.nodes.values() for name in (node.planned, node.actual)} - {""}
    names = {pack.display, pack.unit_field, book.class_field, *book.template_fields} - {""}
    names |= {source.field for source in book.facts.values()}
    rows = subject_book(pack)._default_manager.filter(recorded_to=None)
    reach = None if by is None else by.reach(Action.READ)
    if reach is not None and pack.unit_field:
        rows = rows.filter(**{f"{PREFIX}{pack.unit_field}__in": sorted(reach)})
    columns = _columns(rows.order_by("subject"), ["subject", *(PREFIX + name for name in (*names, *days))])
    subjects = columns.pop("subject")
    dates = {name: _numbers(columns[PREFIX + name]) for name in days}
    facts = {
        name: [None if cell is None else fact_of(pack.fields[name], cell) for cell in columns[PREFIX + name]]
        for name in names
    }
    blank: list[Any] = [None] * len(subjects)
    shown = (facts.get(name, blank) for name in (pack.display, pack.unit_field, book.class_field))
    people = [
        Planned(key, str(name or key), str(unit or ""), str(kind or ""))
        for key, name, unit, kind in zip(subjects, *shown, strict=True)
    ]
    return people, facts, dates


def _columns(rows: QuerySet[Any], names: list[str]) -> dict[str, list[Any]]:
    """Columns of some rows as the driver gives them, days as text: making a date of each costs more."""
    days = [name for name in names if isinstance(rows.model._meta.get_field(name), DateField)]
    texts = {f"text_{name}": Cast(name, CharField()) for name in days}
    wanted = [f"text_{name}" if name in days else name for name in names]
    statement, values = rows.annotate(**texts).values_list(*wanted).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cells = cursor.fetchall()
    columns = zip(*cells, strict=True) if cells else ((),) * len(names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _recorded(pack: Pack, nodes: tuple[str, ...], place: Mapping[str, int]) -> tuple[Days, Days, Days]:
    rows = NodeVersion.objects.filter(scene=pack.name, recorded_to=None)
    table = _columns(rows, ["subject", "node", "planned_on", "forecast_on", "actual_on"])
    known = {name: number for number, name in enumerate(nodes)}
    subject = np.array([place.get(one, -1) for one in table["subject"]], dtype=np.int64)
    node = np.array([known.get(one, -1) for one in table["node"]], dtype=np.int64)
    keep = (subject >= 0) & (node >= 0)
    grids = []
    for name in ("planned_on", "forecast_on", "actual_on"):
        grid = np.full((len(nodes), len(place)), NOTHING, dtype=np.int64)
        grid[node[keep], subject[keep]] = _numbers(table[name])[keep]
        grids.append(grid)
    return grids[0], grids[1], grids[2]


def _numbers(column: Sequence[str | None]) -> Days:
    """Days as numbers; what lies outside the calendar is nothing. Each day is read once."""
    known: dict[str | None, int] = {None: NOTHING}
    for text in set(column) - {None}:
        number = day_number(date.fromisoformat(str(text)))
        known[text] = number if 0 <= number <= _LATEST else NOTHING
    return np.array([known[text] for text in column], dtype=np.int64)


def _take_fields(pack: Pack, dates: Mapping[str, Days], planned: Days, actual: Days) -> None:
    """Days that fields say where the node itself says none."""
    for number, node in enumerate(pack.nodes.values()):
        for field, grid in ((node.planned, planned), (node.actual, actual)):
            if field:
                grid[number] = np.where(grid[number] >= 0, grid[number], dates[field])


def _baselines(
    pack: Pack, nodes: tuple[str, ...], place: Mapping[str, int]
) -> tuple[Days, npt.NDArray[np.bool_]]:
    grid = np.full((len(nodes), len(place)), NOTHING, dtype=np.int64)
    frozen = np.zeros(len(place), dtype=np.bool_)
    known = {name: number for number, name in enumerate(nodes)}
    rows = MarkVersion.objects.filter(scene=pack.name, kind=BASELINE, recorded_to=None).order_by("slot")
    for subject, facts in rows.values_list("subject", "facts").iterator(chunk_size=10_000):
        if (at := place.get(subject)) is None:
            continue
        frozen[at], grid[:, at] = True, NOTHING
        for node, day in json.loads(facts)["dates"].items():
            if node in known:
                grid[known[node], at] = day_number(date.fromisoformat(day))
    return grid, frozen


def moves_of(pack: Pack, subjects: Sequence[str]) -> dict[tuple[str, str], int]:
    """How often the day of each node was moved, since the freeze where there is one (调整次数)."""
    since = {
        row[0]: row[1]
        for row in MarkVersion.objects.filter(scene=pack.name, kind=BASELINE, recorded_to=None)
        .order_by("slot")
        .values_list("subject", "recorded_from")
    }
    counts: dict[tuple[str, str], int] = {}
    known: dict[tuple[str, str], date] = {}
    wanted = sorted(set(subjects))
    for start in range(0, len(wanted), 500):
        rows = NodeVersion.objects.filter(scene=pack.name, subject__in=wanted[start : start + 500])
        for subject, node, planned, forecast, number in (
            rows.order_by("recorded_from", "row_id")
            .values_list("subject", "node", "planned_on", "forecast_on", "recorded_from")
            .iterator(chunk_size=10_000)
        ):
            key, day = (subject, node), forecast or planned
            if key in known and day and known[key] != day and number > since.get(subject, 0):
                counts[key] = counts.get(key, 0) + 1
            if day:
                known[key] = day
    return counts


def lapsing(
    portfolio: Portfolio, *, within_days: int, calendar: WorkingCalendar | None = None
) -> list[tuple[Planned, str, Expiry]]:
    """Permits that have lapsed or will soon, of subjects whose works have not begun (批复证照到期)."""
    pack, calendar = portfolio.pack, calendar or china()
    book = plan_book(pack)
    kinds = _kinds_of_results(pack, book)
    goal = {"start"} | {
        templates.built_in()[one.template].goal
        for one in book.templates
        if one.template in templates.built_in()
    }
    works = [n for n, name in enumerate(portfolio.nodes) if pack.nodes[name].item in goal]
    begun = (
        (portfolio.actual[works] >= 0).any(axis=0) if works else np.zeros(len(portfolio.subjects), dtype=bool)
    )
    found = []
    for number, name in enumerate(portfolio.nodes):
        kind = kinds.get(name)
        for at in np.flatnonzero((portfolio.actual[number] >= 0) & ~begun).tolist() if kind else ():
            one, day = portfolio.subjects[at], _day(portfolio.actual[number, at])
            assert kind is not None and day is not None
            permits = [Permit(one.name, kind, day)]
            for expiry in expiries(
                permits, on=portfolio.on, within_days=within_days, place=book.place, calendar=calendar
            )[0]:
                found.append((one, name, expiry))
    return sorted(found, key=lambda row: (row[2].last_day, row[0].subject))


def _kinds_of_results(pack: Pack, book: PlanBook) -> dict[str, str]:
    """By node, the name of the term for which its result holds."""
    kinds: dict[str, str] = {}
    for choice in book.templates:
        template = templates.built_in().get(choice.template)
        for name, node in pack.nodes.items():
            item = template.items.get(item_of(node, template=choice.template)) if template else None
            if item and item.get("valid"):
                kinds.setdefault(name, str(item["valid"]).rpartition(".")[2])
    return kinds
