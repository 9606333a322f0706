"""Quotas to projects (要素分配): claims read from the book → allocate → accept → moves.

The pools are accounts of installed scenes; what a claim still wants is its need less what it was
granted already. A proposal remembers the transaction that it was worked out on: where anything
moved in its pools since then, it is not accepted but worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
from django.db import transaction
from sqlglot import exp

from yiben.allocate.accounts import moves_of
from yiben.allocate.engine import allocate
from yiben.allocate.intake import county_policy
from yiben.allocate.model import Allocation, Claim, Need, Policy, Pool
from yiben.allocate.whatif import Comparison, what_if
from yiben.boards.compiler import row_sql
from yiben.boards.inputs import computed_tree
from yiben.journeys.move_quantities import Wish, account_packs, book_of, find_account, move_quantities
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Place, Problem, Refused
from yiben.kernel.units import plain
from yiben.ledger.accounts import Key, View, balance, granted, newest_move
from yiben.ledger.frames import subjects_at
from yiben.ledger.packs import installed
from yiben.ledger.record import Recorded, head, lock_journal
from yiben.people.access import Person, person_of
from yiben.people.models import Officer
from yiben.people.roles import Action
from yiben.scenes.accounts import Claims
from yiben.scenes.expressions import parse_expression
from yiben.scenes.model import Pack

EXACT = 6


@dataclass(frozen=True, slots=True)
class LedgerPool:
    """A pool of the ledger as one to be shared out (账内指标池)."""

    name: str
    pack: Pack
    key: Key
    amount: Decimal
    unit: str

    @property
    def pool(self) -> Pool:
        """The pool as the engine knows it."""
        return Pool(self.name, self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An allocation worked out from the book (分配方案), and the transaction that it rests on."""

    pools: tuple[LedgerPool, ...]
    claims: tuple[Claim, ...]
    plan: Allocation
    number: int


def pools_of(*names: str) -> list[LedgerPool]:
    """The pools called so (`find_account`), each with its balance now; none named: all that can grant.

    Raises Refused for an account that is no pool, UnknownAccount.
    """
    if not names:
        return _all_pools()
    pools = []
    for name in names:
        pack, key = find_account(name)
        book = book_of(pack)
        if key is None:
            pools += [one for one in _all_pools() if one.pack.name == pack.name]
            continue
        if book.accounts[key.account].kind != "pool" or book.grant_from(key.account) is None:
            expected = "a pool with a way marked `grant`"
            raise Refused(
                [Problem("not-a-pool", f"{pack.name}/{key.account}", expected, Place(file=pack.file))]
            )
        if name.count("/") < 2 and book.claims is not None and key.quantity not in book.claims.wanted:
            key = Key(key.account, next(iter(book.claims.wanted)))
        pools.append(_pool(pack, key))
    if len({(one.pack.name, one.key) for one in pools}) < len(pools):
        raise Refused([Problem("pool-twice", ", ".join(names), "each pool once")])
    return pools


def _all_pools() -> list[LedgerPool]:
    """Every quantity of every pool that claims can be made on."""
    found = []
    for pack in account_packs().values():
        book = book_of(pack)
        for account in book.accounts.values():
            if book.claims is not None and book.grant_from(account.name) is not None:
                held = [name for name in account.quantities if name in book.claims.wanted]
                found += [_pool(pack, Key(account.name, name)) for name in held]
    return found


def _pool(pack: Pack, key: Key) -> LedgerPool:
    book = book_of(pack)
    quantity = book.quantities[key.quantity]
    return LedgerPool(quantity.label.zh, pack, key, balance(book, key), quantity.unit)


def claims_from_scene(
    scene: str, *, pools: Sequence[LedgerPool], by: Person, number: int | None = None
) -> list[Claim]:
    """What the subjects of a scene still want of some pools, as far as the person may see them.

    Raises Refused where the pools' packs read claims from another scene or in different orders,
    or where an expression names a column that the scene does not have.
    """
    rules = _rules(scene, pools)
    pack = installed(scene)
    number = head() if number is None else number
    columns: dict[str, tuple[str, str]] = {}
    first = next(iter(rules.values()))
    for part in ("where", "score", "by", "town"):
        if text := getattr(first, part):
            columns[part] = (text, part)
    columns |= {f"tier_{at}": (where, f"tiers.{at}.where") for at, (_, where) in enumerate(first.tiers)}
    for at, pool in enumerate(pools):
        wanted, least = rules[pool.name].wanted, rules[pool.name].least
        columns[f"wanted_{at}"] = (wanted[pool.key.quantity], f"wanted.{pool.key.quantity}")
        if pool.key.quantity in least:
            columns[f"least_{at}"] = (least[pool.key.quantity], f"least.{pool.key.quantity}")
    rows = _rows(pack, columns, by=by, number=number, book_file=pools[0].pack)
    held = [granted(book_of(pool.pack), pool.key.quantity, view=View(number)) for pool in pools]
    claims = [_claim(row, first, pools, held, pack) for row in rows if row.get("where", True)]
    return [claim for claim in claims if claim is not None]


def _rules(scene: str, pools: Sequence[LedgerPool]) -> dict[str, Claims]:
    problems, found = [], {}
    for pool in pools:
        book = book_of(pool.pack)
        place = Place(file=pool.pack.file, field="accounts.claims")
        if book.claims is None or pool.key.quantity not in book.claims.wanted:
            expected = f"a pack that says what a claim wants of {pool.key.quantity} (accounts.claims.wanted)"
            problems.append(Problem("claims-unknown", f"{pool.pack.name}/{pool.key}", expected, place))
        elif book.holders != scene:
            problems.append(Problem("claims-scene", scene, f"{book.holders}, which holds {pool.name}", place))
        else:
            found[pool.name] = book.claims
    if len({one.order() for one in found.values()}) > 1:
        names = ", ".join(sorted({pool.pack.name for pool in pools}))
        expected = "the same tiers, where, score, by and town in each pack"
        problems.append(Problem("claims-order", f"different orders in {names}", expected))
    if not pools:
        problems.append(Problem("claims-unknown", "no pool", "at least one pool"))
    if len({pool.name for pool in pools}) < len(pools):
        problems.append(Problem("pool-twice", "two pools of one name", "each quantity from one pool"))
    if problems:
        raise Refused(problems)
    return found


def _rows(
    pack: Pack, columns: Mapping[str, tuple[str, str]], *, by: Person, number: int, book_file: Pack
) -> list[dict[str, Any]]:
    """The expressions of the claims over the scene's subjects as known after transaction `number`."""
    query = exp.select("subject", exp.column(pack.display).as_("_name")).from_(exp.to_table("subjects"))
    known = {*pack.fields, *pack.computed}
    problems = []
    for name, (text, path) in columns.items():
        line = book_file.line_of(f"accounts.claims.{path}")
        place = Place(file=book_file.file, line=line, field=f"accounts.claims.{path}")
        parsed, faults = parse_expression(text, columns=known, place=place)
        problems += faults
        if parsed is not None:
            query = query.select(exp.alias_(row_sql(parsed.tree.transform(_put(pack))), name))
    if problems:
        raise Refused(problems)
    table = subjects_at(pack, number)
    reach = by.reach(Action.READ)
    if reach is not None and pack.unit_field:
        mine = pa.array([unit in reach for unit in table[pack.unit_field].to_pylist()])
        table = table.filter(mine)
    with duckdb.connect(":memory:") as connection:
        connection.register("subjects", table)
        rows: list[dict[str, Any]] = (
            connection.sql(query.order_by(exp.column("subject")).sql("duckdb")).to_arrow_table().to_pylist()
        )
    return rows


def _put(pack: Pack) -> Any:
    """Computed columns put in for their names."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in pack.computed:
            return exp.Paren(this=computed_tree(pack, node.name)[0].copy())
        return node

    return put


def _claim(
    row: Mapping[str, Any],
    rules: Claims,
    pools: Sequence[LedgerPool],
    held: Sequence[Mapping[str, Decimal]],
    pack: Pack,
) -> Claim | None:
    """One subject's claim: what it wants less what it holds; None where nothing is wanted."""
    subject = str(row["subject"])
    tier = next((name for at, (name, _) in enumerate(rules.tiers) if row[f"tier_{at}"]), None)
    if tier is None:
        return None
    needs = {}
    for at, pool in enumerate(pools):
        wanted = _exact(row[f"wanted_{at}"]) - held[at].get(subject, Decimal(0))
        if wanted > 0:
            least = min(wanted, _exact(row[f"least_{at}"])) if f"least_{at}" in row else wanted
            needs[pool.name] = Need(wanted, max(least, Decimal(0)))
    if not needs:
        return None
    by = row.get("by")
    return Claim(
        id=subject,
        tier=tier,
        needs=needs,
        name=str(row["_name"] or ""),
        score=_exact(row.get("score")),
        by=by.date() if isinstance(by, datetime) else by,
        town=str(row.get("town") or ""),
    )


def _exact(value: Any) -> Decimal:
    """An amount with at most six decimals; nothing is zero."""
    return plain(round(Decimal(str(value)), EXACT)) if value is not None else Decimal(0)


def propose(scene: str, *, pools: Sequence[LedgerPool], by: Person, policy: Policy | None = None) -> Proposal:
    """The allocation of the pools as they stand. Raises Refused, allocate.linear.NotProven."""
    by.require(Action.READ)
    number = head()
    claims = claims_from_scene(scene, pools=pools, by=by, number=number)
    plan = allocate([one.pool for one in pools], claims=claims, policy=policy or county_policy())
    return Proposal(tuple(pools), tuple(claims), plan, number)


def changed(proposal: Proposal, changes: Sequence[str]) -> tuple[Proposal, Comparison]:
    """The proposal under some what-if changes, and who gains and who loses by them.

    Raises Refused, allocate.whatif.UnknownChange, allocate.linear.NotProven.
    """
    pools = [one.pool for one in proposal.pools]
    compared = what_if(proposal.plan, pools=pools, claims=proposal.claims, changes=changes)
    return replace(proposal, plan=compared.after), compared


def accept(
    proposal: Proposal,
    *,
    document: str,
    approver: str,
    by: Person,
    at: datetime,
    way: str = "page",
    preview: bool = False,
) -> list[Recorded]:
    """Carry out a proposal: one move for each grant and pool, all of them or none.

    Somebody who may approve accepts in their own name; a clerk names the approver, an officer who
    may. Raises Refused where something moved since the proposal, or the law of accounts forbids.
    """
    action = _action(by, approver)
    by_pack: dict[str, list[Wish]] = {}
    pools = {pool.name: pool for pool in proposal.pools}
    day = at.astimezone(COUNTY_ZONE).date()
    ends = {name: (name, name) for name in pools}
    for one in moves_of(proposal.plan, accounts=ends, day=day, document=document, approver=approver, at=at):
        pool = pools[one.source]
        grant = book_of(pool.pack).grant_from(pool.key.account)
        assert grant is not None, "only pools that can grant are proposed"
        wish = Wish(
            grant.name, str(one.amount), day.isoformat(), document, pool.key.quantity, pool.unit,
            subject=one.subject, why=one.why, approver=approver,
        )  # fmt: skip
        by_pack.setdefault(pool.pack.name, []).append(wish)
    if not by_pack:
        raise Refused([Problem("nothing-granted", "a proposal without a grant", "at least one grant")])
    done = []
    with transaction.atomic():
        lock_journal()
        _refuse_if_moved(proposal)
        for name, wishes in by_pack.items():
            done.append(
                move_quantities(
                    wishes, pack=pools_by_pack(proposal)[name], by=by, at=at, way=way,
                    why=f"要素分配 {document} 批准：{approver}", action=action,
                )
            )  # fmt: skip
        if preview:
            transaction.set_rollback(True)
    return done


def pools_by_pack(proposal: Proposal) -> dict[str, Pack]:
    """The packs that a proposal's pools belong to, by name."""
    return {pool.pack.name: pool.pack for pool in proposal.pools}


def _action(by: Person, approver: str) -> Action:
    if by.may(Action.APPROVE) and approver in (by.username, by.name):
        return Action.APPROVE
    by.require(Action.RECORD)
    officer = (
        Officer.objects.filter(username=approver).first() or Officer.objects.filter(name=approver).first()
    )
    if officer is None or not person_of(officer).may(Action.APPROVE):
        expected = "an officer who may approve (县领导)"
        raise Refused([Problem("approver", repr(approver), expected, Place(field="approver"))])
    return Action.RECORD


def _refuse_if_moved(proposal: Proposal) -> None:
    """What the proposal rests on must still stand; asked under the journal's lock."""
    moved = [name for name in pools_by_pack(proposal) if newest_move(name) > proposal.number]
    if moved:
        found = f"moves in {', '.join(moved)} after transaction {proposal.number}"
        raise Refused([Problem("accounts-changed", found, "a proposal worked out on what stands now")])
