"""Balances and moves of a scene's accounts (收支账), as dated on any day and known at any moment.

Everything here is a sum over the projection of moves (`MoveRow`), so the past is a filter: what was
recorded by a transaction, and what is dated up to a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum

from yiben.kernel.units import plain
from yiben.ledger.models import MoveRow
from yiben.scenes.accounts import AccountBook

MILLIONTHS = 6
ENDS = ("source", "target")


class Key(NamedTuple):
    """One balance: an account, what it holds, and for whom where it is kept by subject (账户键)."""

    account: str
    quantity: str
    subject: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


@dataclass(frozen=True, slots=True)
class Moved:
    """One recorded move (一笔收支) with the transaction that recorded it."""

    transaction: int
    slot: str
    way: str
    source: Key
    target: Key
    amount: Decimal
    day: date
    document: str
    part: str = ""
    why: str = ""
    approver: str = ""

    @property
    def quantity(self) -> str:
        """What was moved."""
        return self.source.quantity

    @property
    def subject(self) -> str:
        """For whom; empty where neither side is kept by subject."""
        return self.source.subject or self.target.subject


@dataclass(frozen=True, slots=True)
class View:
    """Which moves count (口径): those known after transaction `number` and dated up to `on`.

    None means all of them: what is known now, on any day.
    """

    number: int | None = None
    on: date | None = None

    def rows(self, scene: str) -> QuerySet[MoveRow]:
        """The moves of a scene that count."""
        rows = MoveRow.objects.filter(scene=scene)
        if self.number is not None:
            rows = rows.filter(recorded_from__lte=self.number)
        return rows if self.on is None else rows.filter(day__lte=self.on)


NOW = View()


def exact(millionths: Any) -> Decimal:
    """A stored amount as the exact number that it is."""
    return plain(Decimal(int(millionths)).scaleb(-MILLIONTHS))


def balances(book: AccountBook, *, view: View = NOW, by_subject: bool = False) -> dict[Key, Decimal]:
    """The balance of every account of a scene; outside accounts carry the other side.

    The sum over all of one quantity is always zero. With `by_subject`, accounts that are kept by
    subject stand once for each; without, their subjects are added up.
    """
    found = {Key(one.name, quantity): 0 for one in book.accounts.values() for quantity in one.quantities}
    for end, sign in zip(ENDS, (-1, 1), strict=True):
        names = (end, "quantity", f"{end}_subject") if by_subject else (end, "quantity")
        rows = view.rows(book.scene).order_by().values_list(*names)
        for *named, total in rows.annotate(total=Sum("amount")):
            key = Key(*named)
            found[key] = found.get(key, 0) + sign * int(total)
    empty = {
        Key(one.name, name) for one in book.accounts.values() for name in one.quantities if one.by_subject
    }
    return {
        key: exact(total) for key, total in found.items() if not (by_subject and key in empty and not total)
    }


def balances_of(book: AccountBook, subjects: Sequence[str]) -> dict[Key, Decimal]:
    """What is kept now for some subjects in the accounts of a scene, zeros among it."""
    found: dict[Key, int] = {}
    for start in range(0, len(subjects), 500):
        for end, sign in zip(ENDS, (-1, 1), strict=True):
            side = f"{end}_subject"
            rows = NOW.rows(book.scene).filter(**{f"{side}__in": subjects[start : start + 500]}).order_by()
            for *named, total in rows.values_list(end, "quantity", side).annotate(total=Sum("amount")):
                key = Key(*named)
                found[key] = found.get(key, 0) + sign * int(total)
    return {key: exact(total) for key, total in found.items()}


def balance(book: AccountBook, key: Key, *, view: View = NOW) -> Decimal:
    """What one account holds; of all its subjects where the key names none."""
    total = 0
    for end, sign in zip(ENDS, (-1, 1), strict=True):
        rows = view.rows(book.scene).filter(**{end: key.account, "quantity": key.quantity})
        if key.subject:
            rows = rows.filter(**{f"{end}_subject": key.subject})
        total += sign * int(rows.aggregate(total=Sum("amount"))["total"] or 0)
    return exact(total)


def flows(book: AccountBook, *, view: View = NOW) -> dict[tuple[str, str, str], Decimal]:
    """What went each way (流向): way, quantity and document-free sums, keyed source, target, quantity."""
    rows = view.rows(book.scene).order_by().values_list("source", "target", "quantity")
    return {
        (one, other, name): exact(total) for one, other, name, total in rows.annotate(total=Sum("amount"))
    }


def granted(book: AccountBook, quantity: str, *, view: View = NOW) -> dict[str, Decimal]:
    """What each subject has got of a quantity and not given back, whether used by now or not."""
    found: dict[str, int] = {}
    rows = view.rows(book.scene).filter(quantity=quantity).order_by()
    for end, sign in zip(ENDS, (-1, 1), strict=True):
        name = f"{end}_subject"
        totals = rows.exclude(**{name: ""}).values_list(name).annotate(total=Sum("amount"))
        for subject, total in totals:
            found[subject] = found.get(subject, 0) + sign * int(total)
    return {subject: exact(total) for subject, total in found.items() if total}


def moves(
    book: AccountBook,
    *,
    view: View = NOW,
    account: str = "",
    quantity: str = "",
    subject: str = "",
    newest: int | None = None,
) -> Iterator[Moved]:
    """The moves that count, newest day first; narrowed to an account, a quantity, a subject."""
    rows = view.rows(book.scene).order_by("-day", "-row_id")
    if account:
        sides = (Q(**{end: account} | ({f"{end}_subject": subject} if subject else {})) for end in ENDS)
        rows = rows.filter(next(sides) | next(sides))
    elif subject:
        rows = rows.filter(Q(source_subject=subject) | Q(target_subject=subject))
    if quantity:
        rows = rows.filter(quantity=quantity)
    for row in rows[:newest] if newest else rows.iterator(chunk_size=2_000):
        yield _moved(row)


def _moved(row: MoveRow) -> Moved:
    return Moved(
        row.recorded_from,
        row.slot,
        row.way,
        Key(row.source, row.quantity, row.source_subject),
        Key(row.target, row.quantity, row.target_subject),
        exact(row.amount),
        row.day,
        row.document,
        row.part,
        row.why,
        row.approver,
    )


def newest_move(scene: str) -> int:
    """The newest transaction that moved something in a scene; 0 where nothing was."""
    row = (
        MoveRow.objects.filter(scene=scene).order_by("-recorded_from").values_list("recorded_from", flat=True)
    )
    return row.first() or 0
