"""Whether moves may be recorded (收支核对): asked inside the one door, under the journal's lock.

A move is a mark of kind `move`. Its slot follows from what makes it the same move again: way,
quantity, subjects, document and part; so one document counts once, whoever states it, and two
processes that state it together cannot both succeed. `record` calls `move_problems` while it
holds the journal's pen, so that no two grants can see the same rest of a pool.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from yiben.allocate.accounts import Account, Chart, Move, check_moves
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem
from yiben.ledger.accounts import MILLIONTHS, Key, exact
from yiben.ledger.books import insert_many, subject_book
from yiben.ledger.canonical import facts_text
from yiben.ledger.models import MoveRow, PackVersion, Seal
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.accounts import AccountBook, Way, account_book
from yiben.scenes.model import Pack
from yiben.scenes.values import EARLIEST, LATEST

if TYPE_CHECKING:
    from yiben.ledger.changes import Change

MOVE = "move"
GREATEST = Decimal(9).scaleb(12)
# Those who may move quantities; filing an own row is not among it.
MOVERS = (Action.RECORD, Action.IMPORT, Action.APPROVE)
NEEDED = ("way", "quantity", "source", "target", "amount", "unit", "day", "document")
SUBJECTS = ("source_subject", "target_subject")
OPTIONAL = (*SUBJECTS, "part", "why", "approver")
LIMITS = {"document": 200, "part": 80, "approver": 80, "why": 2_000} | dict.fromkeys(SUBJECTS, 200)
BEFORE = "recorded before"


def move_slot(facts: Mapping[str, Any]) -> str:
    """The slot of a move: the same for the same document, way, quantity, subjects and part."""
    names = ("way", "quantity", "source", "target", *SUBJECTS, "document", "part")
    text = facts_text({name: str(facts.get(name) or "").strip() for name in names})
    return sha256(text.encode()).hexdigest()[:32]


def move_subject(facts: Mapping[str, Any], *, book: AccountBook) -> str:
    """Under which subject of the journal a move stands: whom it is for, else the account it is about."""
    if subject := facts.get("source_subject") or facts.get("target_subject"):
        return str(subject)
    source, target = str(facts.get("source")), str(facts.get("target"))
    outside = source in book.accounts and book.accounts[source].is_outside
    return f"account:{target if outside else source}"


def move_problems(
    changes: Sequence[Change], pack: Pack, by: Person, action: Action, coming: Container[str]
) -> list[Problem]:
    """Why the moves among some changes may not be recorded; asked under the journal's lock.

    Refused: what the pack does not declare, a move stated before, an amount of zero or less or in
    another unit, a day in a sealed month, and any balance that would fall below zero on any day.
    """
    moves = [change for change in changes if change.kind == MOVE]
    if not moves:
        return []
    book = account_book(pack)
    if book is None:
        expected = "a scene whose pack has a section `accounts`"
        return [Problem("no-accounts", f"a move in {pack.name}", expected, moves[0].place)]
    if action not in MOVERS or by.reach(action) is not None:
        expected = "somebody who may record for the whole county"
        return [Problem("not-allowed", f"{by.username} moving a quantity", expected, moves[0].place)]
    problems: list[Problem] = []
    wanted: list[_Wanted] = []
    for change in moves:
        faults = list(_faults(change, book))
        problems += faults
        if not faults:
            wanted.append(_Wanted.of(change))
    problems += _holder_problems(wanted, pack, book, coming)
    return problems or _law_problems(wanted, pack, book)


@dataclass(slots=True)
class _Wanted:
    """A move that is spelled well, on its way to the law of accounts."""

    source: Key
    target: Key
    amount: Decimal
    unit: str
    day: date
    document: str
    slot: str
    place: Place
    subjects: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, change: Change) -> _Wanted:
        said = change.stated
        source, target = (_key(said, end) for end in ("source", "target"))
        return cls(
            source,
            target,
            Decimal(str(said["amount"])),
            str(said["unit"]),
            date.fromisoformat(str(said["day"])),
            str(said["document"]),
            change.slot,
            change.place,
            [one for one in (source.subject, target.subject) if one],
        )


def _key(said: Mapping[str, Any], end: str) -> Key:
    return Key(str(said[end]), str(said["quantity"]), str(said.get(f"{end}_subject") or ""))


def _faults(change: Change, book: AccountBook) -> Iterator[Problem]:
    """What is wrong with one move as it is spelled."""
    said = change.stated

    def problem(name: str, expected: str, code: str = "move-value") -> Problem:
        found = f"{name}: {said.get(name)!r}" if said.get(name) not in (None, "") else f"no {name}"
        return Problem(code, found, expected, change.place)

    for name in said.keys() - {*NEEDED, *OPTIONAL}:
        yield problem(str(name), f"one of {', '.join((*NEEDED, *OPTIONAL))}")
    for name, limit in LIMITS.items():
        if not isinstance(said.get(name, ""), str | None) or len(said.get(name) or "") > limit:
            yield problem(name, f"a text of at most {limit} characters")
    for name in NEEDED:
        if not str(said.get(name) or "").strip():
            yield problem(name, "a value", f"move-{name}" if name in ("amount", "document") else "move-value")
            return
    way = book.ways.get(str(said["way"]))
    if way is None:
        yield problem("way", f"one of {', '.join(book.ways)}", "move-way")
        return
    if (said["source"], said["target"]) != (way.source, way.target):
        found = f"{said['source']} → {said['target']} as {way.name}"
        yield Problem("move-way", found, f"{way.source} → {way.target}", change.place)
        return
    if said["quantity"] not in book.quantities_of(way):
        yield problem("quantity", f"one of {', '.join(book.quantities_of(way))}", "move-quantity")
        return
    yield from _subject_faults(change, book, way)
    if not _is_day(said["day"]):
        yield problem("day", f"a day between {EARLIEST} and {LATEST}, such as 2026-07-15", "move-day")
    if (expected := _amount_fault(said["amount"])) is not None:
        yield problem("amount", expected, "move-amount")
    if change.current is not None:
        found = f"{said['document']} for {way.label.zh} a second time"
        expected = "each document once for the same way and subject; name the `part` where it has several"
        yield Problem("move-twice", found, expected, change.place)
    elif change.slot != move_slot(said) or change.subject != move_subject(said, book=book):
        expected = "the slot and subject that follow from the move (ledger.accounts.move_slot, move_subject)"
        yield Problem("move-slot", f"{change.subject!r} {change.slot!r}", expected, change.place)


def _subject_faults(change: Change, book: AccountBook, way: Way) -> Iterator[Problem]:
    """A side kept by subject names one; both name the same unless the way goes between subjects."""
    names = [str(change.stated.get(name) or "") for name in SUBJECTS]
    for name, said, end in zip(SUBJECTS, names, (way.source, way.target), strict=True):
        if book.accounts[end].by_subject != bool(said):
            expected = (
                f"none: {end} is not kept by subject" if said else f"whom it is for: {end} is kept by subject"
            )
            yield Problem("move-subject", f"{name} {said!r}", expected, change.place)
    if all(names) and (names[0] == names[1]) == way.between:
        expected = "two different subjects" if way.between else "one subject on both sides"
        yield Problem("move-subject", f"{names[0]!r} and {names[1]!r}", expected, change.place)


def _is_day(value: Any) -> bool:
    try:
        return len(str(value)) == 10 and EARLIEST <= date.fromisoformat(str(value)) < LATEST
    except ValueError:
        return False


def _amount_fault(value: Any) -> str | None:
    if isinstance(value, bool | float):
        return "an exact amount, written as text"
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return "an amount, such as 12.5"
    if not amount.is_finite() or amount <= 0:
        return "an amount above zero; a mistake is balanced by a move the other way"
    if amount > GREATEST or amount != round(amount, MILLIONTHS):
        return f"at most {GREATEST:f} with at most {MILLIONTHS} decimals"
    return None


def _holder_problems(
    wanted: Sequence[_Wanted], pack: Pack, book: AccountBook, coming: Container[str]
) -> list[Problem]:
    """Subjects that the scene which holds does not know."""
    named = {subject for one in wanted for subject in one.subjects}
    if book.holders == pack.name:
        named = {subject for subject in named if subject not in coming}
    known = known_subjects(book.holders, named, pack=pack)
    return [
        Problem("unknown-subject", f"{subject!r} in {book.holders}", "a subject recorded before", one.place)
        for one in wanted
        for subject in one.subjects
        if subject in named and subject not in known
    ]


def known_subjects(scene: str, names: Iterable[str], *, pack: Pack) -> set[str]:
    """Those of some subjects that the book of a scene knows now."""
    asked = sorted(names)
    if not asked or (scene != pack.name and not PackVersion.objects.filter(scene=scene).exists()):
        return set()
    # A subject's name stands in the same columns whatever the pack; fields do not matter here.
    holder = pack if scene == pack.name else _bare(scene, pack)
    rows = subject_book(holder)._default_manager.filter(recorded_to=None)
    found: set[str] = set()
    for start in range(0, len(asked), 500):
        found.update(rows.filter(subject__in=asked[start : start + 500]).values_list("subject", flat=True))
    return found


def _bare(scene: str, pack: Pack) -> Pack:
    return Pack(scene, 1, pack.title, pack.subject, pack.key, pack.display, {})


def _law_problems(wanted: Sequence[_Wanted], pack: Pack, book: AccountBook) -> list[Problem]:
    """The law of accounts over what is recorded and what is wanted, told at the place of the wish."""
    places = {one.slot: one.place for one in wanted}
    by_key: dict[str, Place] = {}
    for one in wanted:
        by_key.setdefault(str(one.source), one.place)
        by_key.setdefault(str(one.target), one.place)
    moment = datetime.min.replace(tzinfo=COUNTY_ZONE)
    moves = [
        Move(
            one.slot,
            one.day,
            str(one.source),
            str(one.target),
            one.amount,
            one.unit,
            one.document,
            moment,
            subject=one.slot,
        )
        for one in wanted
    ]
    keys = {key for one in wanted for key in (one.source, one.target)}
    months = [Period.of(month) for month in Seal.objects.values_list("month", flat=True)]
    before = _before(keys, pack, book, moment)
    problems = check_moves(_chart(keys, book), recorded=before, wanted=moves, sealed=months)
    told = []
    for fault in problems:
        named = fault.place.subject
        place = places.get(named) or by_key.get(named) or fault.place
        found = f"{named}: {fault.found}" if fault.code == "account-overdrawn" else fault.found
        told.append(Problem(fault.code, found, fault.expected, place))
    return told


def _chart(keys: Iterable[Key], book: AccountBook) -> Chart:
    accounts = []
    for key in keys:
        declared, quantity = book.accounts[key.account], book.quantities[key.quantity]
        reason = declared.may_go_below.zh if declared.may_go_below else ""
        accounts.append(Account(str(key), quantity.unit, key.quantity, declared.is_outside, reason))
    for name, one in book.quantities.items():
        accounts.append(Account(f"{BEFORE}/{name}", one.unit, name, outside=True))
    return Chart.of(accounts)


def _before(keys: Iterable[Key], pack: Pack, book: AccountBook, moment: datetime) -> list[Move]:
    """What the touched accounts gained and lost before, one sum a day: all that the law asks for."""
    inside = {key for key in keys if not book.accounts[key.account].is_outside}
    found = []
    for end in ("source", "target"):
        subjects = sorted({key.subject for key in inside})
        rows = MoveRow.objects.filter(scene=pack.name)
        rows = rows.filter(
            **{
                f"{end}__in": {key.account for key in inside},
                "quantity__in": {key.quantity for key in inside},
            }
        )
        if len(subjects) < 800:
            rows = rows.filter(**{f"{end}_subject__in": subjects})
        for account, quantity, subject, day, total in (
            rows.order_by()
            .values_list(end, "quantity", f"{end}_subject", "day")
            .annotate(total=Sum("amount"))
        ):
            key = Key(account, quantity, subject)
            if key in inside:
                pair = (str(key), f"{BEFORE}/{quantity}")
                one, other = pair if end == "source" else pair[::-1]
                unit = book.quantities[quantity].unit
                name = f"{BEFORE}/{end}/{key}/{day}"
                found.append(Move(name, day, one, other, exact(total), unit, BEFORE, moment))
    return found


def project_moves(changes: Sequence[Change], *, scene: str, number: int) -> None:
    """Keep the moves of one transaction as rows."""
    rows = []
    for change in changes:
        said = change.facts
        texts = (said.get(name) or "" for name in (*SUBJECTS, "part", "why", "approver"))
        amount = int(Decimal(said["amount"]).scaleb(MILLIONTHS))
        named = (said[name] for name in ("way", "source", "target", "quantity", "day", "document"))
        rows.append((scene, change.slot, amount, number, *named, *texts))
    if rows:
        insert_many(MoveRow, COLUMNS, rows)


COLUMNS = (
    *("scene", "slot", "amount", "recorded_from", "way", "source", "target", "quantity", "day", "document"),
    *(*SUBJECTS, "part", "why", "approver"),
)
