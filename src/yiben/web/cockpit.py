"""The month at a glance (驾驶舱): counted from the book of any scene, within a person's reach.

What is shown follows from the pack: the stage field gives the funnel, the first choice field its
classes, the unit field the table of units, and the first adding measure with its yearly plan the
progress, and the place field the towns. A scene that lacks one of these simply has no such part.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from yiben.assess import Finding
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.ledger.books import PREFIX, period_book, subject_book
from yiben.ledger.models import Transaction
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Field, Pack
from yiben.scenes.pairs import Pair, main_pair
from yiben.scenes.values import fact_of
from yiben.web.close_out import CloseOut, close_out
from yiben.web.judged import Judged, judged
from yiben.web.rows import known_at, scope_of
from yiben.web.subjects import year_of

KEPT = 64
# A field of free text with more places than this is no list of towns.
MOST_PLACES = 200
FALLEN = (Colour.YELLOW, Colour.RED)
_kept: OrderedDict[tuple[Any, ...], Glance] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Progress:
    """Done against plan (计划完成): of the whole, a unit or a class."""

    done: Decimal = Decimal(0)
    plan: Decimal = Decimal(0)
    in_month: Decimal = Decimal(0)
    subjects: int = 0
    red: int = 0
    yellow: int = 0
    green: int = 0

    @property
    def completion(self) -> Decimal | None:
        """Done over plan; None without a plan."""
        return self.done / self.plan if self.plan else None


@dataclass(frozen=True, slots=True)
class Town:
    """A place with what stands in it (乡镇街道), and the middle of where its subjects lie, if known."""

    name: str
    progress: Progress
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A subject whose colour changed since the month before (灯色变化)."""

    subject: str
    name: str
    before: Colour
    after: Colour


@dataclass(frozen=True, slots=True)
class Red:
    """A subject that is red, and its gravest reason (红灯项目)."""

    subject: str
    name: str
    unit: str
    reasons: list[Finding]


@dataclass(slots=True)
class Glance:
    """A scene's month, ready for the cockpit and the big screen."""

    pack: Pack
    month: Period
    count: int = 0
    pair: Pair | None = None
    total: Progress = field(default_factory=Progress)
    last_month: Decimal = Decimal(0)
    by_month: list[tuple[Period, Decimal]] = field(default_factory=list)
    units: list[tuple[str, Progress]] = field(default_factory=list)
    towns: list[Town] = field(default_factory=list)
    stages: list[tuple[str, Counter[str]]] = field(default_factory=list)
    class_field: Field | None = None
    colours: Counter[Colour] = field(default_factory=Counter)
    last_colours: Counter[Colour] = field(default_factory=Counter)
    worse: list[Change] = field(default_factory=list)
    better: list[Change] = field(default_factory=list)
    reds: list[Red] = field(default_factory=list)
    judged: Judged | None = None
    close_out: CloseOut | None = None

    @property
    def time_progress(self) -> Decimal:
        """Months of the year that are over, over twelve."""
        return self.month.time_progress()

    @property
    def gap(self) -> Decimal | None:
        """Completion less time progress, in percentage points."""
        completion = self.total.completion
        return None if completion is None else (completion - self.time_progress) * 100


def glance(pack: Pack, *, month: Period, person: Person, on: date) -> Glance:
    """The month of a scene as the person may see it on a day; kept until the scene's book changes.

    Cases are counted as they stood `on` that day; all else follows from the month alone.
    """
    newest = Transaction.objects.filter(scene=pack.name).order_by("-id").values_list("id", flat=True).first()
    reach = person.reach(Action.READ)
    colours = judged(pack, month=month)
    key = (
        *(str(connection.settings_dict["NAME"]), pack.name, pack.version, str(month), newest),
        *(reach, person.unit, person.sees_secrets, colours.number if colours else None, on),
    )
    if key not in _kept:
        _kept[key] = _count(pack, month, person, colours)
        _kept[key].close_out = close_out(pack, person=person, month=month, on=on)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def class_field_of(pack: Pack) -> Field | None:
    """What subjects are told apart by beside their stage: the first field with choices."""
    stated = pack.settings.get("cockpit", {}).get("class")
    choices = [one for one in pack.fields.values() if one.type == "choice" and one.name != pack.stage_field]
    return pack.fields.get(stated) if stated in pack.fields else next(iter(choices), None)


@dataclass(frozen=True, slots=True)
class _Tally:
    """What each subject adds to a progress: whole cells of the book, and its colour."""

    done: Field | None
    year: Mapping[str, int]
    month: Mapping[str, int]
    plans: Mapping[str, int]
    colours: Mapping[str, Colour]

    def of(self, members: Iterable[str]) -> Progress:
        """The progress of some subjects together."""
        members = list(members)
        lamps = Counter(self.colours.get(one, Colour.NONE) for one in members)
        return Progress(
            done=self._sum(self.year, members),
            plan=self._sum(self.plans, members),
            in_month=self._sum(self.month, members),
            subjects=len(members),
            red=lamps[Colour.RED],
            yellow=lamps[Colour.YELLOW],
            green=lamps[Colour.GREEN],
        )

    def _sum(self, cells: Mapping[str, int], members: Iterable[str]) -> Decimal:
        return _amount(self.done, sum(cells.get(one, 0) for one in members)) if self.done else Decimal(0)


def _count(pack: Pack, month: Period, person: Person, colours: Judged | None) -> Glance:
    class_field = class_field_of(pack)
    told_by = [pack.display, pack.unit_field, pack.stage_field, class_field.name if class_field else ""]
    told_by += [pack.place_field, *_position_fields(pack, person)]
    rows = known_at(subject_book(pack), None).filter(scope_of(pack, person))
    columns = [PREFIX + name for name in told_by if name]
    subjects = {row["subject"]: row for row in rows.values("subject", *columns)}
    found = Glance(pack, month, len(subjects), class_field=class_field, judged=colours)
    now: Mapping[str, Colour] = colours.colours() if colours else {}
    pair = main_pair(pack)
    if pair is not None and (person.sees_secrets or not pair.done.secret):
        found.pair = pair
    tally = _tally(found, now)
    found.total = tally.of(subjects)
    if found.pair is not None:
        _count_progress(found, subjects, person, tally)
    if pack.stage_field:
        _count_stages(found, subjects)
    if pack.place_field:
        found.towns = _towns(pack, subjects, tally, _position_fields(pack, person))
    if colours is not None:
        _count_colours(found, subjects, colours)
    return found


def _position_fields(pack: Pack, person: Person) -> tuple[str, ...]:
    """The fields that say where a subject lies, where the scene has both and the person may see them."""
    insider = person.sees_secrets
    seen = [one for one in pack.fields.values() if insider or not one.secret]
    found = [next((one.name for one in seen if one.type == kind), "") for kind in ("latitude", "longitude")]
    return tuple(found) if all(found) else ()


def _tally(found: Glance, colours: Mapping[str, Colour]) -> _Tally:
    pack, pair, month = found.pack, found.pair, found.month
    if pair is None:
        return _Tally(None, {}, {}, {}, colours)
    year = year_of(month)
    book = known_at(period_book(pack), None)
    held = book.filter(every=pair.done.every, period_from__gte=year.first, period_from__lte=month.first)
    done = PREFIX + pair.done.name
    in_month = _sums(book.filter(every=pair.done.every, period_from=month.first), done)
    plans: dict[str, int] = {}
    if pair.plan is not None:
        plans = _sums(book.filter(every="year", period_from=year.first), PREFIX + pair.plan.name)
    return _Tally(pair.done, _sums(held, done), in_month, plans, colours)


def _count_progress(
    found: Glance, subjects: Mapping[str, Mapping[str, Any]], person: Person, tally: _Tally
) -> None:
    pack, pair = found.pack, found.pair
    assert pair is not None
    last = known_at(period_book(pack), None).filter(
        every=pair.done.every, period_from=found.month.shift(-1).first
    )
    last_sums = _sums(last, PREFIX + pair.done.name)
    found.last_month = _amount(pair.done, sum(cell for one, cell in last_sums.items() if one in subjects))
    if pack.unit_field:
        units = [(unit, tally.of(members)) for unit, members in _grouped(subjects, pack.unit_field).items()]
        planned = [one for one in units if one[1].completion is not None]
        found.units = sorted(planned, key=lambda one: (-(one[1].completion or 0), one[0]))
    found.by_month = _by_month(found, subjects, person)


def _grouped(subjects: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, list[str]]:
    """The subjects by one of their fields; those without a value are left out."""
    groups: dict[str, list[str]] = defaultdict(list)
    for subject, row in subjects.items():
        if row.get(PREFIX + name):
            groups[str(row[PREFIX + name])].append(subject)
    return groups


def _towns(
    pack: Pack,
    subjects: Mapping[str, Mapping[str, Any]],
    tally: _Tally,
    position: tuple[str, ...],
) -> list[Town]:
    """The places in the order of their names, each at the middle of its subjects' positions."""
    groups = _grouped(subjects, pack.place_field)
    if len(groups) > MOST_PLACES:
        return []
    towns = []
    for name, members in sorted(groups.items()):
        middles = []
        for one in position:
            cells = [subjects[key][PREFIX + one] for key in members]
            known = [cell for cell in cells if cell is not None]
            mean = fact_of(pack.fields[one], round(sum(known) / len(known))) if known else None
            middles.append(None if mean is None else float(str(mean)))
        latitude, longitude = middles if middles and None not in middles else (None, None)
        towns.append(Town(name, tally.of(members), latitude, longitude))
    return towns


def _by_month(found: Glance, subjects: Mapping[str, Any], person: Person) -> list[tuple[Period, Decimal]]:
    """What was done in each of the last twelve months."""
    pair = found.pair
    assert pair is not None
    first = found.month.shift(-11).first
    rows = known_at(period_book(found.pack), None).filter(
        every=pair.done.every, period_from__gte=first, period_from__lte=found.month.first
    )
    if person.reach(Action.READ) is not None:
        rows = rows.filter(subject__in=list(subjects))
    sums = dict(rows.values_list("period_from").annotate(cells=Sum(PREFIX + pair.done.name)))
    months = [found.month.shift(-back) for back in range(11, -1, -1)]
    return [
        (one, _amount(pair.done, sums.get(one.first) or 0)) for one in months if one.first in sums or sums
    ]


def _sums(rows: Any, column: str) -> dict[str, int]:
    found = rows.order_by().values_list("subject").annotate(cells=Sum(column))
    return {subject: cells for subject, cells in found if cells}


def _amount(one: Field, cells: int) -> Decimal:
    return Decimal(str(fact_of(one, cells) or 0))


def _count_stages(found: Glance, subjects: Mapping[str, Mapping[str, Any]]) -> None:
    pack = found.pack
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    column = PREFIX + found.class_field.name if found.class_field else ""
    for row in subjects.values():
        counted[str(row[PREFIX + pack.stage_field] or "")][str(row.get(column) or "")] += 1
    names = [one.name for one in pack.stages] or list(pack.fields[pack.stage_field].choices)
    found.stages = [(name, counted.get(name, Counter())) for name in names]


def _count_colours(found: Glance, subjects: Mapping[str, Mapping[str, Any]], colours: Judged) -> None:
    pack = found.pack
    now, before = colours.colours(), colours.colours(found.month.shift(-1))
    display = PREFIX + pack.display
    for subject, row in subjects.items():
        after, earlier = now.get(subject, Colour.NONE), before.get(subject, Colour.NONE)
        found.colours[after] += 1
        found.last_colours[earlier] += 1
        if after != earlier and (after in FALLEN or earlier in FALLEN):
            change = Change(subject, str(row[display] or subject), earlier, after)
            (found.worse if after > earlier else found.better).append(change)
    found.worse.sort(key=lambda one: (-one.after, one.name))
    found.better.sort(key=lambda one: (one.after, one.name))
    reasons = colours.all_reasons()
    reds = [subject for subject in subjects if now.get(subject) is Colour.RED]
    found.reds = [
        Red(
            subject,
            str(subjects[subject][display] or subject),
            str(subjects[subject].get(PREFIX + pack.unit_field) or "") if pack.unit_field else "",
            [one for one in reasons.get(subject, []) if one.colour is Colour.RED],
        )
        for subject in reds
    ]
    found.reds.sort(key=lambda one: (-len(one.reasons), one.unit, one.name))
