"""The law of accounts (收支账): two-sided moves, balances at any moment, and what is refused.

Pure functions over frozen values. The ledger stores moves append-only and asks these checks
before it records; a mistake is corrected by a move the other way, never by an edit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from yiben.allocate.model import Allocation
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem
from yiben.kernel.units import UnitMismatch, UnknownUnit, convert, plain


@dataclass(frozen=True, slots=True)
class Account:
    """One account (账户): a quantity of one thing in one unit.

    `outside` accounts are declared sources and sinks (上级下达, 报废 …): they have no balance of
    their own to overdraw. `overdraft` gives the pack's reason where going below zero is allowed.
    """

    name: str
    unit: str
    thing: str
    outside: bool = False
    overdraft: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One move (收支): a quantity that leaves one account and enters another on a day.

    `document` is the paper it rests on; `recorded_at` the moment when it became known.
    """

    id: str
    day: date
    source: str
    target: str
    amount: Decimal
    unit: str
    document: str
    recorded_at: datetime
    subject: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """The accounts of a book (账户表) and which way moves may go; no `ways` means any way."""

    accounts: Mapping[str, Account]
    ways: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, accounts: Iterable[Account], *, ways: Iterable[tuple[str, str]] = ()) -> Chart:
        """The chart of some accounts."""
        return cls({account.name: account for account in accounts}, frozenset(ways))


def known_at(moves: Iterable[Move], *, moment: datetime | None) -> list[Move]:
    """The moves that were recorded by `moment`; all of them where it is None."""
    return [move for move in moves if moment is None or move.recorded_at <= moment]


def balances(
    chart: Chart, *, moves: Iterable[Move], on: date | None = None, as_of: datetime | None = None
) -> dict[str, Decimal]:
    """The balance of every account at the end of day `on`, as it was known at `as_of`.

    The sum over all accounts of one thing is always zero: outside accounts carry the other side.
    """
    totals = {name: Decimal(0) for name in chart.accounts}
    for move in known_at(moves, moment=as_of):
        if on is None or move.day <= on:
            totals[move.source] -= move.amount
            totals[move.target] += move.amount
    return {name: plain(total) for name, total in totals.items()}


def flows(
    moves: Iterable[Move], *, on: date | None = None, as_of: datetime | None = None
) -> dict[tuple[str, str], Decimal]:
    """What went from account to account up to a day, as known at a moment (流向, for a Sankey)."""
    found: dict[tuple[str, str], Decimal] = {}
    for move in known_at(moves, moment=as_of):
        if on is None or move.day <= on:
            way = (move.source, move.target)
            found[way] = found.get(way, Decimal(0)) + move.amount
    return found


def check_moves(
    chart: Chart, *, recorded: Sequence[Move], wanted: Sequence[Move], sealed: Collection[Period] = ()
) -> list[Problem]:
    """Why `wanted` may not be recorded after `recorded`; an empty list means they may.

    Refused: unknown accounts, a way the book does not have, amounts of zero or less, units of
    another kind, no document, the same move twice, a day in a sealed month, and any balance that
    would be below zero at the end of any day, also after a backdated move.
    """
    problems = []
    ids = {move.id for move in recorded}
    facts = {_fact(move) for move in recorded}
    for move in wanted:
        problems += _check_move(chart, move, ids=ids, facts=facts, sealed=sealed)
        ids.add(move.id)
        facts.add(_fact(move))
    return problems or _overdrafts(chart, [*recorded, *wanted], touched=wanted)


def _fact(move: Move) -> tuple[object, ...]:
    return (move.document, move.source, move.target, move.subject, move.day, move.amount, move.unit)


def _check_move(
    chart: Chart,
    move: Move,
    *,
    ids: Collection[str],
    facts: Collection[tuple[object, ...]],
    sealed: Collection[Period],
) -> list[Problem]:
    found: list[tuple[str, str, str, str]] = []
    for side in (move.source, move.target):
        if side not in chart.accounts:
            found.append(("account-unknown", side, f"one of {', '.join(sorted(chart.accounts))}", "account"))
    if move.source == move.target:
        found.append(("move-one-sided", f"{move.source} on both sides", "two different accounts", "target"))
    if chart.ways and (move.source, move.target) not in chart.ways:
        ways = ", ".join(f"{one} → {other}" for one, other in sorted(chart.ways))
        found.append(("move-way", f"{move.source} → {move.target}", f"one of {ways}", "target"))
    if not move.amount.is_finite() or move.amount <= 0:
        found.append(("move-amount", str(move.amount), "an amount above zero", "amount"))
    if not move.document.strip():
        found.append(("move-document", "no document number", "the paper that the move rests on", "document"))
    if move.id in ids:
        found.append(("move-twice", f"move {move.id} a second time", "each move once", "id"))
    elif _fact(move) in facts:
        said = (
            f"{plain(move.amount)}{move.unit} from {move.source} to {move.target} under {move.document} again"
        )
        found.append(("move-double-count", said, "each fact counted once", "document"))
    if month := next((month for month in sealed if move.day in month), None):
        found.append(("month-sealed", f"a move on {move.day}", f"a day outside the sealed {month}", "day"))
    if not found:
        found += _unit_problems(chart, move)
    return [
        Problem(code, said, expected, Place(subject=move.id, field=field))
        for code, said, expected, field in found
    ]


def _unit_problems(chart: Chart, move: Move) -> list[tuple[str, str, str, str]]:
    source, target = chart.accounts[move.source], chart.accounts[move.target]
    if source.thing != target.thing:
        found = f"{source.thing} into {target.thing}"
        return [("move-things", found, "two accounts of the same thing", "target")]
    for account in (source, target):
        if move.unit != account.unit:
            try:
                same = f"; {move.amount}{move.unit} is {convert(move.amount, move.unit, account.unit)}{account.unit}"
            except (UnknownUnit, UnitMismatch) as error:
                same = f"; {error}"
            return [
                ("move-unit", move.unit, f"{account.unit}, in which {account.name} is kept{same}", "unit")
            ]
    return []


def _overdrafts(chart: Chart, moves: Sequence[Move], *, touched: Sequence[Move]) -> list[Problem]:
    """The first day on which each touched account would stand below zero."""
    problems = []
    wanted = dict.fromkeys(side for move in touched for side in (move.source, move.target))
    by_account: dict[str, dict[date, Decimal]] = {
        name: {} for name in wanted if not chart.accounts[name].outside and not chart.accounts[name].overdraft
    }
    for move in moves:
        for name, change in ((move.source, -move.amount), (move.target, move.amount)):
            if (by_day := by_account.get(name)) is not None:
                by_day[move.day] = by_day.get(move.day, Decimal(0)) + change
    for name, by_day in by_account.items():
        total, unit = Decimal(0), chart.accounts[name].unit
        for day, change in sorted(by_day.items()):
            total += change
            if total < 0:
                place = Place(subject=name, field="balance")
                found = f"{plain(total)}{unit} on {day}"
                problems.append(Problem("account-overdrawn", found, "a balance of zero or more", place))
                break
    return problems


def moves_of(
    plan: Allocation,
    *,
    accounts: Mapping[str, tuple[str, str]],
    day: date,
    document: str,
    approver: str,
    at: datetime,
) -> list[Move]:
    """The moves that carry out an accepted allocation (方案落账): one for each grant and pool.

    `accounts` names for each pool the account it is granted from and the account it is granted to.
    """
    units = {pool.name: pool.unit for pool in plan.pools}
    moves = []
    for grant in plan.grants:
        for pool, amount in grant.granted.items():
            if amount > 0:
                source, target = accounts[pool]
                name = f"{document}/{pool}/{grant.claim.id}"
                why = f"{grant.reason_zh} 批准：{approver}"
                moves.append(
                    Move(name, day, source, target, amount, units[pool], document, at, grant.claim.id, why)
                )
    return moves
