"""Whether a subject may leave its book (撤销核对): not while it holds anything in any account.

Asked inside the one door, under the journal's lock, so that no grant can slip in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q

from yiben.kernel.problems import Problem
from yiben.kernel.units import plain
from yiben.ledger.accounts import balances_of
from yiben.ledger.models import MoveRow
from yiben.ledger.moving import MOVE, SUBJECTS
from yiben.ledger.packs import installed
from yiben.scenes.accounts import AccountBook, account_book
from yiben.scenes.model import Pack

if TYPE_CHECKING:
    from yiben.ledger.changes import Change

WITHDRAW = "withdraw"


def holding_problems(changes: Sequence[Change], pack: Pack) -> list[Problem]:
    """Withdrawals of subjects that still hold a balance: who holds how much where, and what to do."""
    leaving = {change.subject: change for change in changes if change.kind == WITHDRAW}
    if not leaving:
        return []
    problems = []
    for change in changes:
        for name in SUBJECTS:
            if change.kind == MOVE and change.stated.get(name) in leaving:
                found = f"{change.stated[name]!r} both moved for and withdrawn"
                problems.append(Problem("stated-twice", found, "one or the other", change.place))
    for book in _books_held_by(pack, list(leaving)):
        for key, amount in balances_of(book, list(leaving)).items():
            account, quantity = book.accounts[key.account], book.quantities[key.quantity]
            if amount and not account.is_outside:
                held = f"{plain(amount)}{quantity.unit} {quantity.label.zh}"
                found = f"{key.subject!r} holds {held} in {book.scene}/{account.name} ({account.label.zh})"
                place = leaving[key.subject].place
                problems.append(Problem("withdraw-holding", found, _way_out(book, account.name), place))
    return problems


def _books_held_by(pack: Pack, subjects: Sequence[str]) -> list[AccountBook]:
    """The accounts of every scene that are kept for this scene's subjects and moved for some of them."""
    scenes: set[str] = set()
    for start in range(0, len(subjects), 400):
        some = subjects[start : start + 400]
        rows = MoveRow.objects.filter(Q(source_subject__in=some) | Q(target_subject__in=some))
        scenes.update(rows.order_by().values_list("scene", flat=True).distinct())
    books = [account_book(pack if scene == pack.name else installed(scene)) for scene in sorted(scenes)]
    return [book for book in books if book is not None and book.holders == pack.name]


def _way_out(book: AccountBook, account: str) -> str:
    ways = [way.label.zh for way in book.ways.values() if way.source == account]
    return f"a balance of zero; first move it on by one of {', '.join(ways) or 'the ways that the pack declares'}"
