"""The year's energy budgets (核定用能预算): enterprises of the book → rules → budgets → moves and facts.

The base is worked out by the rules in force and set in the accounts, so that nobody can pass on
more than they have; what was passed on between enterprises is read from the accounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from yiben.appraise.budget import Budget, Enterprise, Rules, budgets
from yiben.journeys.move_quantities import Wish, book_of, move_quantities
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.accounts import ENDS, NOW, Key, balance, exact
from yiben.ledger.frames import frame
from yiben.ledger.models import MoveRow
from yiben.ledger.packs import installed
from yiben.ledger.record import Recorded, Statement, head, lock_journal, record
from yiben.people.access import Person
from yiben.rulebook import built_in
from yiben.scenes.accounts import AccountBook
from yiben.scenes.model import Pack

SCENE, ENERGY = "energy_budget", "energy"
CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Set:
    """What was set: a budget for each enterprise that is in, how many are out, and the transaction."""

    budgets: tuple[Budget, ...]
    outside: int
    recorded: Recorded


def set_energy_budgets(
    *, year: int, document: str, by: Person, at: datetime, place: str, way: str = "command",
    preview: bool = False,
) -> Set:  # fmt: skip
    """Work out and state the budgets of `year` for every enterprise of the scene.

    The rules are those of the year's first day; a county elsewhere adopts the example's. Setting
    again moves only what has changed. Raises Refused: figures that are amiss, and a base below
    what an enterprise has already passed on (then nothing is set).
    """
    pack = installed(SCENE)
    with transaction.atomic():
        lock_journal()
        rows = frame(pack).to_pylist()
        if not rows:
            raise Refused([Problem("budget-nobody", f"scene {SCENE} is empty", "enterprises in the book")])
        rules = Rules(built_in(), date(year, 1, 1), place, adopt=True)
        found = budgets([_enterprise(row, pack) for row in rows], rules=rules)
        by_code = {one.enterprise.id: one for one in found}
        book = book_of(pack)
        wishes = [
            wish
            for row in rows
            for wish in _changes(book, row["subject"], by_code.get(row["subject"]), document, at)
        ]
        if wishes:
            move_quantities(wishes, pack=pack, by=by, at=at, way=way, why=document)
        passed = _passed(book)
        facts = [Statement(row["subject"], _facts(row["subject"], by_code, passed)) for row in rows]
        done = record(facts, pack=pack, by=by, at=at, way=way, why=document, seen=head())
        if preview:
            transaction.set_rollback(True)
    return Set(tuple(found), len(rows) - len(found), done)


def _enterprise(row: Mapping[str, Any], pack: Pack) -> Enterprise:
    def label(name: str) -> str:
        return pack.fields[name].choices[row[name]].zh

    return Enterprise(
        id=row["subject"],
        name=row["name"],
        trade=label("trade"),
        energy=row["energy_last"],
        electricity_kwh=row["electricity_last"] or ZERO,
        value_added=row["value_added_last"] or ZERO,
        per_mu_class=label("per_mu_class"),
        penalty_percent=row["penalty"] or ZERO,
        reward=row["reward"] or ZERO,
    )


def _base(found: Budget | None) -> Decimal:
    return found.amount.quantize(CENT, ROUND_HALF_UP) if found else ZERO


def _changes(
    book: AccountBook, subject: str, found: Budget | None, document: str, at: datetime
) -> Sequence[Wish]:
    """The move that brings what was set up to the base, or down to it."""
    gap = _base(found) - _set_so_far(book, subject)
    if not gap:
        return ()
    day = at.astimezone(COUNTY_ZONE).date().isoformat()
    return (Wish("set" if gap > 0 else "cut", str(abs(gap)), day, document, ENERGY, subject=subject),)


def _set_so_far(book: AccountBook, subject: str) -> Decimal:
    passed = _passed(book, subject).get(subject, ZERO)
    given_back = _sum(book, subject, "surrender")
    return balance(book, Key("budget", ENERGY, subject)) - passed + given_back


def _sum(book: AccountBook, subject: str, way: str) -> Decimal:
    rows = NOW.rows(book.scene).filter(way=way, source_subject=subject).values_list("amount", flat=True)
    return exact(sum(rows))


def _passed(book: AccountBook, subject: str = "") -> dict[str, Decimal]:
    """What each enterprise got from others less what it passed on."""
    found: dict[str, Decimal] = {}
    for end, sign in zip(ENDS, (-1, 1), strict=True):
        rows = MoveRow.objects.filter(scene=book.scene, way="transfer")
        if subject:
            rows = rows.filter(**{f"{end}_subject": subject})
        for name, amount in rows.values_list(f"{end}_subject", "amount"):
            found[name] = found.get(name, ZERO) + sign * exact(amount)
    return found


def _facts(subject: str, by_code: Mapping[str, Budget], passed: Mapping[str, Decimal]) -> dict[str, Any]:
    one, net = by_code.get(subject), passed.get(subject, ZERO)
    base = _base(one)
    return {
        "why_in": one.why_in if one else "out",
        "band": one.band + 1 if one else None,
        "cut": one.cut_percent if one else None,
        "budget_base": base if one else None,
        "passed": net,
        "budget": base + net if one or net else None,
    }
