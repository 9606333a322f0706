"""The planning contest (谋划擂台赛): called for a day, scored by several judges, ranked by its boards.

One row of the scene is one judge's sheet for one entry. Calling the contest makes every sheet
empty, so that it stands from the start who is to score what; each judge fills in their own and
nobody else's. Ranks, prizes and the way of the mean are boards of the pack and need nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.packs import installed
from yiben.ledger.record import Recorded, Statement, record
from yiben.people.access import Person, person_of
from yiben.people.models import Officer
from yiben.people.roles import Action
from yiben.scenes.model import Field, Pack
from yiben.scenes.values import Fact, fact_of

FIELDS = ("held_on", "entry", "name", "entered_by", "judge", "unit")
MOST_ENTRIES, MOST_JUDGES = 200, 40


@dataclass(frozen=True, slots=True)
class Contest:
    """What a pack's `settings.contest` says: the aspects of a sheet and where entries come from."""

    pack: Pack
    aspects: tuple[Field, ...]
    decimals: int
    remark: str
    scene: str
    list: str
    boards: tuple[str, ...]

    @property
    def most(self) -> Decimal:
        """The highest total that a sheet can reach."""
        return sum((Decimal(one.greatest or 0) for one in self.aspects), Decimal(0))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One judge's sheet for one entry (评分表)."""

    key: str
    held_on: date
    entry: str
    name: str
    entered_by: str
    judge: str
    scores: Mapping[str, Fact]
    remark: str

    @property
    def is_scored(self) -> bool:
        """Whether the judge has filled it in."""
        return all(value is not None for value in self.scores.values())

    @property
    def total(self) -> Decimal | None:
        """The sum of the aspects; None while one is missing."""
        if not self.is_scored:
            return None
        return sum((Decimal(str(value)) for value in self.scores.values()), Decimal(0))


def contest_of(pack: Pack) -> Contest | None:
    """The contest that a pack declares; None where it declares none, or fields that it lacks."""
    said: Any = pack.settings.get("contest")
    if not isinstance(said, dict) or any(name not in pack.fields for name in FIELDS):
        return None
    aspects = [pack.fields[name] for name in said.get("aspects", ()) if name in pack.fields]
    entries = said.get("entries") or {}
    remark = str(said.get("remark", ""))
    return Contest(
        pack=pack,
        aspects=tuple(aspects),
        decimals=int(said.get("decimals", 1)),
        remark=remark if remark in pack.fields else "",
        scene=str(entries.get("scene", "")),
        list=str(entries.get("list", "")),
        boards=tuple(str(one) for one in said.get("boards", ())),
    )


def sheets_of(contest: Contest, *, held_on: date | None = None, judge: str = "") -> list[Sheet]:
    """The sheets of a day (of all days if none is named), by entry and judge; of one judge if named."""
    pack = contest.pack
    rows = subject_book(pack)._default_manager.filter(recorded_to=None)
    if held_on is not None:
        rows = rows.filter(**{PREFIX + "held_on": held_on.isoformat()})
    if judge:
        rows = rows.filter(**{PREFIX + "judge": judge})
    names = [*FIELDS, *(one.name for one in contest.aspects), *([contest.remark] if contest.remark else [])]
    found = []
    for row in rows.order_by(PREFIX + "held_on", PREFIX + "name", PREFIX + "judge").values(
        "subject", *(PREFIX + name for name in names)
    ):
        facts = {name: fact_of(pack.fields[name], row[PREFIX + name]) for name in names}
        found.append(
            Sheet(
                key=row["subject"],
                held_on=date.fromisoformat(str(facts["held_on"])),
                entry=str(facts["entry"]),
                name=str(facts["name"]),
                entered_by=str(facts["entered_by"] or ""),
                judge=str(facts["judge"]),
                scores={one.name: facts[one.name] for one in contest.aspects},
                remark=str(facts.get(contest.remark) or ""),
            )
        )
    return found


def call_contest(
    contest: Contest,
    *,
    held_on: date,
    entries: Sequence[str],
    judges: Sequence[str],
    by: Person,
    at: datetime,
    way: str = "page",
    preview: bool = False,
) -> Recorded:
    """Make an empty sheet for every judge and entry; those that stand already stay. Raises Refused."""
    by.require(Action.RECORD)
    problems: list[Problem] = []
    known = _entries(contest, entries, problems)
    units = _judges(judges, problems)
    if problems:
        raise Refused(problems)
    standing = {sheet.key for sheet in sheets_of(contest, held_on=held_on)}
    statements = []
    for code, (name, unit) in known.items():
        for judge, judges_unit in units.items():
            key = f"{held_on.isoformat()}/{code}/{judge}"
            if key not in standing:
                facts = {"sheet": key, "held_on": held_on, "entry": code, "name": name, "judge": judge}
                facts |= {"unit": judges_unit} | ({"entered_by": unit} if unit else {})
                statements.append(Statement(key, facts))
    return record(statements, pack=contest.pack, by=by, at=at, way=way, preview=preview)


def _entries(contest: Contest, codes: Sequence[str], problems: list[Problem]) -> dict[str, tuple[str, str]]:
    """Name and unit of each entered subject, in the order of their codes."""
    wanted = sorted({one.strip() for one in codes if one.strip()})
    if not 0 < len(wanted) <= MOST_ENTRIES:
        problems.append(
            Problem(
                "contest-entries", f"{len(wanted)} entries", f"1 to {MOST_ENTRIES}", Place(field="entries")
            )
        )
        return {}
    source = installed(contest.scene)
    columns = [PREFIX + source.display, *([PREFIX + source.unit_field] if source.unit_field else [])]
    rows = subject_book(source)._default_manager.filter(recorded_to=None, subject__in=wanted)
    found = {row[0]: (str(row[1] or row[0]), str(row[2] or "") if len(row) > 2 else "")
             for row in rows.order_by("subject").values_list("subject", *columns)}  # fmt: skip
    for one in wanted:
        if one not in found:
            expected = f"the key of a row of {source.title.zh}"
            problems.append(Problem("contest-entry", repr(one[:80]), expected, Place(field="entries")))
    return found


def _judges(usernames: Sequence[str], problems: list[Problem]) -> dict[str, str]:
    """The unit of each judge; a judge must be an officer who may file."""
    wanted = sorted({one.strip() for one in usernames if one.strip()})
    place = Place(field="judges")
    if not 0 < len(wanted) <= MOST_JUDGES:
        problems.append(Problem("contest-judges", f"{len(wanted)} judges", f"1 to {MOST_JUDGES}", place))
    units = {}
    officers = Officer.objects.filter(username__in=wanted, is_active=True).select_related("unit")
    for officer in officers:
        if person_of(officer).may(Action.FILE, unit=officer.unit.code):
            units[officer.username] = officer.unit.code
    for one in wanted:
        if one not in units:
            expected = "an active officer who may file for their unit"
            problems.append(Problem("contest-judge", repr(one[:60]), expected, place))
    return units


def score_sheets(
    contest: Contest,
    given: Mapping[str, Mapping[str, str]],
    *,
    by: Person,
    at: datetime,
    seen: int,
    way: str = "page",
) -> Recorded:
    """Fill in the judge's own sheets: texts by aspect, by sheet; sheets left empty stay open.

    Raises Refused with the sheet and aspect of every score that is missing, no number, out of its
    points or finer than the contest counts, and for a sheet that is not the judge's own.
    """
    by.require(Action.FILE)
    own = {sheet.key: sheet for sheet in sheets_of(contest, judge=by.username)}
    problems: list[Problem] = []
    statements = []
    for key, texts in given.items():
        if key not in own:
            expected = f"a sheet of {by.username}"
            problems.append(Problem("contest-sheet", repr(key[:80]), expected, Place(subject=key[:80])))
            continue
        faults: list[Problem] = []
        facts = dict(_scores(contest, own[key], texts, faults))
        problems += faults
        if facts and not faults:
            statements.append(Statement(key, facts, place=Place(subject=own[key].name)))
    if problems:
        raise Refused(problems)
    return record(statements, pack=contest.pack, by=by, at=at, way=way, seen=seen, action=Action.FILE)


def _scores(
    contest: Contest, sheet: Sheet, texts: Mapping[str, str], problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    """What a sheet states: nothing where nothing was typed, else every aspect."""
    typed = {name: text.strip() for name, text in texts.items() if text.strip()}
    if not typed:
        return
    for one in contest.aspects:
        text = typed.get(one.name, "")
        least, greatest = Decimal(one.least or 0), Decimal(one.greatest or 100)
        expected = f"{least} to {greatest}, at most {contest.decimals} decimal"
        place = Place(subject=sheet.name, field=one.label.zh)
        try:
            score = Decimal(text)
        except InvalidOperation:
            score = Decimal("NaN")
        is_sound = score.is_finite() and least <= score <= greatest
        if not is_sound or score != round(score, contest.decimals):
            problems.append(Problem("contest-score", repr(text[:20]), expected, place))
        else:
            yield one.name, score
    if contest.remark and contest.remark in typed:
        yield contest.remark, typed[contest.remark]
