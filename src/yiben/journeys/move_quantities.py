"""Moves between accounts (收支记账): wishes in the trade's words → one transaction, all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Place, Problem, Refused
from yiben.kernel.units import plain
from yiben.ledger.accounts import Key, View, balances
from yiben.ledger.frames import moment_head
from yiben.ledger.moving import MOVE, move_slot, move_subject
from yiben.ledger.packs import installed, scene_names
from yiben.ledger.record import Recorded, Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.accounts import AccountBook, DeclaredAccount, Quantity, Way, account_book
from yiben.scenes.model import Label, Pack

Named = TypeVar("Named", Way, Quantity, DeclaredAccount)
# Headings of files with moves; the English names are those of `Wish`.
HEADINGS = {
    "方式": "way", "收支方式": "way", "数量名称": "quantity", "指标": "quantity", "品名": "quantity",
    "数量": "amount", "单位": "unit", "日期": "day", "文号": "document", "依据": "document", "凭证": "document",
    "对象": "subject", "项目代码": "subject", "编号": "subject", "调入对象": "to_subject", "批次": "part",
    "事由": "why", "批准人": "approver",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """One move as somebody asks for it (拟记收支); the way and the quantity by name or by label.

    `quantity` and `unit` may be left out where the way carries one quantity only.
    """

    way: str
    amount: str
    day: str
    document: str
    quantity: str = ""
    unit: str = ""
    subject: str = ""
    to_subject: str = ""
    part: str = ""
    why: str = ""
    approver: str = ""
    place: Place = field(default_factory=Place)


def move_quantities(
    wishes: Sequence[Wish],
    *,
    pack: Pack,
    by: Person,
    at: datetime,
    way: str = "page",
    why: str = "",
    action: Action = Action.RECORD,
    preview: bool = False,
) -> Recorded:
    """Record some moves of one scene. Raises Refused with every problem, and then nothing is moved.

    Beside what the door itself refuses: a move that comes twice in the same list, and a day that
    lies after `at`, because what has not happened is a plan and no move.
    """
    by.require(action)
    book = book_of(pack)
    problems: list[Problem] = []
    statements: dict[str, Statement] = {}
    today = at.astimezone(COUNTY_ZONE).date().isoformat()
    for wish in wishes:
        facts, faults = _facts(wish, book)
        problems += faults
        if faults:
            continue
        slot = move_slot(facts)
        if slot in statements:
            expected = "each document once for the same way and subject; name the `part` where it has several"
            problems.append(
                Problem("move-twice", f"{wish.document} twice in this list", expected, wish.place)
            )
        if str(facts["day"]) > today:
            problems.append(
                Problem("move-day", f"{facts['day']}, which is to come", f"a day up to {today}", wish.place)
            )
        statements[slot] = Statement(move_subject(facts, book=book), facts, MOVE, slot, wish.place)
    if not wishes:
        problems.append(Problem("move-value", "no move at all", "at least one"))
    if problems:
        raise Refused(problems)
    return record(
        _incoming_first(list(statements.values()), book),
        pack=pack, by=by, at=at, way=way, why=why, seen=head(), action=action, preview=preview,
    )  # fmt: skip


def _incoming_first(statements: list[Statement], book: AccountBook) -> list[Statement]:
    """What comes in from outside first, so that a long list is checked with its own receipts there."""
    return sorted(statements, key=lambda one: not book.accounts[one.facts["source"]].is_outside)


def book_of(pack: Pack) -> AccountBook:
    """The accounts of a scene; raises Refused where its pack has none."""
    book = account_book(pack)
    if book is None:
        expected = "a scene whose pack has a section `accounts`"
        raise Refused([Problem("no-accounts", f"scene {pack.name}", expected, Place(file=pack.file))])
    return book


def account_packs() -> dict[str, Pack]:
    """Every installed scene that has accounts, by name."""
    packs = {name: installed(name) for name in scene_names()}
    return {name: pack for name, pack in packs.items() if account_book(pack) is not None}


def _facts(wish: Wish, book: AccountBook) -> tuple[dict[str, str], list[Problem]]:
    """The facts of a move, its way and quantity found by name or label."""
    way = _named(wish.way, book.ways)
    if way is None:
        known = ", ".join(f"{one.label.zh} ({one.name})" for one in book.ways.values())
        return {}, [Problem("move-way", f"way {wish.way!r}", f"one of {known}", wish.place)]
    carried = {name: book.quantities[name] for name in book.quantities_of(way)}
    quantity = _named(wish.quantity, carried)
    if quantity is None and not wish.quantity and len(carried) == 1:
        quantity = next(iter(carried.values()))
    if quantity is None:
        known = ", ".join(f"{one.label.zh} ({one.name})" for one in carried.values())
        return {}, [Problem("move-quantity", f"quantity {wish.quantity!r}", f"one of {known}", wish.place)]
    facts = {
        "way": way.name, "source": way.source, "target": way.target, "quantity": quantity.name,
        "amount": _exact(wish.amount), "unit": wish.unit.strip() or quantity.unit, "day": wish.day.strip(),
        "document": wish.document.strip(), "part": wish.part.strip(), "why": wish.why.strip(),
        "approver": wish.approver.strip(), **_subjects(wish, way, book),
    }  # fmt: skip
    return {name: text for name, text in facts.items() if text}, []


def _exact(text: str) -> str:
    """An amount in its one spelling; what is none stays as it is and is refused at the door."""
    said = text.strip().replace(",", "").replace("，", "")
    try:
        number = Decimal(said)
    except ArithmeticError:
        return said
    return str(plain(number)) if number.is_finite() else said


def _subjects(wish: Wish, way: Way, book: AccountBook) -> dict[str, str]:
    """Whom a move is for, on the sides that are kept by subject; one that has no side is kept to be told."""
    subject, other = wish.subject.strip(), wish.to_subject.strip()
    source, target = (book.accounts[end].by_subject for end in (way.source, way.target))
    if not source and not target:
        return {"source_subject": subject, "target_subject": other}
    return {
        "source_subject": subject if source else "",
        "target_subject": (other or subject) if target else other,
    }


def _named(text: str, known: Mapping[str, Named]) -> Named | None:
    """The one called so by name or by label in either language."""
    said = text.strip()
    if said in known:
        return known[said]
    return next((one for one in known.values() if said and said in (one.label.zh, one.label.en)), None)


def read_wishes(text: str, *, file: str) -> tuple[list[Wish], list[Problem]]:
    """The moves of a CSV text with Chinese or English headings, and what is wrong with it."""
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True))
    except csv.Error as error:
        return [], [Problem("moves-csv", str(error), "a well-formed CSV file", Place(file=file))]
    if not rows:
        return [], [Problem("moves-csv", "an empty file", "a heading line and moves", Place(file=file))]
    names = [HEADINGS.get(cell.strip(), cell.strip()) for cell in rows[0]]
    known = {name for name in Wish.__dataclass_fields__ if name != "place"}
    missing = [name for name in ("way", "amount", "day", "document") if name not in names]
    faults = [
        Problem("moves-heading", repr(name), f"one of {', '.join(HEADINGS)}", Place(file=file, line=1))
        for name in names
        if name and name not in known
    ] + [
        Problem("moves-heading", f"no column {name}", "方式, 数量, 日期 and 文号", Place(file=file, line=1))
        for name in missing
    ] + [
        Problem("moves-heading", f"column {name} twice", "each column once", Place(file=file, line=1))
        for name in sorted({name for name in names if name and names.count(name) > 1})
    ]  # fmt: skip
    if faults:
        return [], faults
    wishes = []
    for line, row in enumerate(rows[1:], start=2):
        cells = {name: cell for name, cell in zip(names, row, strict=False) if name}
        if any(cell.strip() for cell in row):
            cells = {"way": "", "amount": "", "day": "", "document": ""} | cells
            wishes.append(Wish(**cells, place=Place(file=file, line=line)))
    return wishes, []


@dataclass(frozen=True, slots=True)
class Standing:
    """One account as it stands (账户余额): its key, balance and unit, and what it is called."""

    key: Key
    balance: Decimal
    unit: str
    label: Label
    kind: str
    quantity: Label


def standings(
    pack: Pack, *, as_of: datetime | None = None, on: date | None = None, by_subject: bool = False
) -> list[Standing]:
    """Every account of a scene with its balance, as dated up to `on` and known at `as_of`."""
    book = book_of(pack)
    view = View(None if as_of is None else moment_head(as_of), on)
    found = balances(book, view=view, by_subject=by_subject)
    accounts, quantities = list(book.accounts), list(book.quantities)

    def order(key: Key) -> tuple[int, int, str]:
        return accounts.index(key.account), quantities.index(key.quantity), key.subject

    return [
        Standing(
            key,
            amount,
            book.quantities[key.quantity].unit,
            book.accounts[key.account].label,
            book.accounts[key.account].kind,
            book.quantities[key.quantity].label,
        )
        for key, amount in sorted(found.items(), key=lambda row: order(row[0]))
    ]


class UnknownAccount(LookupError):
    """No account of an installed scene is called so, or several are."""


def find_account(name: str) -> tuple[Pack, Key | None]:
    """The account called `name`: SCENE, SCENE/ACCOUNT[/QUANTITY[/SUBJECT]], or ACCOUNT by name or label.

    A scene alone gives all of its accounts (no key); a key without quantity means its first one.
    """
    packs = account_packs()
    parts = [part.strip() for part in name.split("/", 3)]
    scene = packs.get(parts[0]) or next((pack for pack in packs.values() if pack.title.zh == parts[0]), None)
    if scene is not None:
        return scene, _key_in(scene, parts[1:]) if len(parts) > 1 else None
    found = []
    for pack in packs.values():
        if _named(parts[0], book_of(pack).accounts) is not None:
            found.append(pack)
    if len(found) != 1:
        known = ", ".join(f"{pack}/{one}" for pack in packs for one in book_of(packs[pack]).accounts)
        many = f", which is in {', '.join(pack.name for pack in found)}" if found else ""
        raise UnknownAccount(
            f"found account {name!r}{many}, expected one of {known or 'none: no scene has accounts'}"
        )
    return found[0], _key_in(found[0], parts)


def _key_in(pack: Pack, parts: Sequence[str]) -> Key:
    book = book_of(pack)
    account = _named(parts[0], book.accounts)
    if account is None:
        raise UnknownAccount(f"found account {parts[0]!r}, expected one of {', '.join(book.accounts)}")
    held = {name: book.quantities[name] for name in account.quantities}
    quantity = _named(parts[1], held) if len(parts) > 1 and parts[1] else next(iter(held.values()))
    if quantity is None:
        raise UnknownAccount(f"found quantity {parts[1]!r}, expected one of {', '.join(held)}")
    return Key(account.name, quantity.name, parts[2] if len(parts) > 2 else "")
