"""The demo county's accounts (演示收支): quotas come in, are shared out, used and spent; stores are filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from yiben.journeys.allocate_quotas import LedgerPool, accept, claims_from_scene, pools_of, propose
from yiben.journeys.move_quantities import Wish, book_of, move_quantities
from yiben.journeys.set_energy_budgets import SCENE as SCENE_OF_BUDGETS
from yiben.journeys.set_energy_budgets import set_energy_budgets
from yiben.kernel.clock import COUNTY_ZONE
from yiben.ledger.accounts import balances
from yiben.ledger.frames import frame
from yiben.ledger.moving import known_subjects
from yiben.ledger.packs import installed, scene_names
from yiben.ledger.record import Statement, head, record
from yiben.people.access import Person
from yiben.scenes.accounts import Way, account_book
from yiben.scenes.model import Pack

SCENE = "projects"
CENT = Decimal("0.01")


@cache
def demo_figures() -> Mapping[str, Any]:
    """What moves in the demo county."""
    text = (resources.files("yiben.journeys") / "demo_accounts.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def open_demo_accounts(*, by: Person, approver: str, at: datetime) -> int:
    """One year of the demo's accounts, dated on the day of `at`; gives the number of moves.

    To be called once a year, while that month is open and the projects are in the book; a second
    call of the same year is refused like any document that comes twice. `by` may record for the
    whole county, `approver` is an officer who may approve.
    """
    count = _fill_stores(by, at)
    pools = [one for one in pools_of() if one.pack.name in {row["scene"] for row in demo_figures()["quotas"]}]
    claims = claims_from_scene(SCENE, pools=pools, by=by)
    asked = {
        (one.pack.name, one.key.quantity): sum(
            (claim.needs[one.name].wanted for claim in claims if one.name in claim.needs), Decimal(0)
        )
        for one in pools
    }
    for row in demo_figures()["quotas"]:
        amount = _part(asked.get((row["scene"], row["quantity"]), Decimal(0)), row["share"])
        wishes = [_wish(row, amount, "", at)] if amount > 0 else []
        count += _record(wishes, installed(row["scene"]), by, at)
    # Money needs no land and land no money: each pool is shared out by itself.
    for pool in pools:
        count += _share_out(pool, by, approver, at)
    count += sum(_go_on(row, by, at) for row in demo_figures()["follow"])
    return count + _set_budgets(by, at)


def _set_budgets(by: Person, at: datetime) -> int:
    """The year's energy budgets, where the county keeps them."""
    if SCENE_OF_BUDGETS not in scene_names() or not frame(installed(SCENE_OF_BUDGETS)).num_rows:
        return 0
    document = f"云发改能源〔{_year(at)}〕9号"
    done = set_energy_budgets(year=_year(at), document=document, by=by, at=at, place="", way="demo")
    return done.recorded.entries


def _share_out(pool: LedgerPool, by: Person, approver: str, at: datetime) -> int:
    proposal = propose(SCENE, pools=pools_of(f"{pool.pack.name}/{pool.key}"), by=by)
    if not any(grant.served for grant in proposal.plan.grants):
        return 0
    document = f"要素保障专题会议纪要〔{_year(at)}〕6号"
    done = accept(proposal, document=document, approver=approver, by=by, at=at, way="demo")
    return sum(one.entries for one in done)


def _go_on(row: Mapping[str, str], by: Person, at: datetime) -> int:
    """A part of what each subject holds goes on its way."""
    pack = installed(row["scene"])
    book = book_of(pack)
    way: Way = book.ways[row["way"]]
    held = balances(book, by_subject=True)
    wishes = [
        _wish(row, _part(amount, row["share"]), key.subject, at)
        for key, amount in held.items()
        if (key.account, key.quantity) == (way.source, row["quantity"])
    ]
    return _record([wish for wish in wishes if Decimal(wish.amount) > 0], pack, by, at)


def _fill_stores(by: Person, at: datetime) -> int:
    """Books beside the projects: goods, lots, parcels … come in the first year, and move in that year."""
    count, kept = 0, scene_names()
    for scene, batches in demo_figures()["books"].items():
        if scene not in kept:
            continue
        pack = installed(scene)
        book = account_book(pack)
        known = known_subjects(scene, [batch["key"] for batch in batches], pack=pack)
        fresh = [
            batch for batch in batches if batch["key"] not in known and batch.get("since", 0) <= _year(at)
        ]
        statements = [Statement(batch["key"], _facts(scene, batch["facts"], at)) for batch in fresh]
        if not fresh:
            continue
        record(statements, pack=pack, by=by, at=at, way="demo", seen=head())
        wish = Wish("", "", at.astimezone(COUNTY_ZONE).date().isoformat(), "")
        wishes = [
            replace(
                wish,
                way=way,
                quantity=quantity,
                amount=amount,
                subject=batch["key"] if book and book.needs_subject(book.ways[way]) else "",
                part=batch["key"],
                document=_paper(way, at),
            )
            for batch in fresh
            for way, quantity, amount in batch.get("moves", ())
        ]
        count += _record(wishes, pack, by, at)
    return count


def _facts(scene: str, facts: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {**facts, "harvest_year": _year(at) - 1} if scene == "grain_reserve" else dict(facts)


def _paper(way: str, at: datetime) -> str:
    return f"出入库单〔{_year(at)}〕{way}"


def _wish(row: Mapping[str, str], amount: Decimal, subject: str, at: datetime) -> Wish:
    return Wish(
        way=row["way"],
        amount=str(amount),
        day=at.astimezone(COUNTY_ZONE).date().isoformat(),
        document=row["document"].format(year=_year(at)),
        quantity=row["quantity"],
        subject=subject,
        why=row.get("why", ""),
    )


def _record(wishes: list[Wish], pack: Pack, by: Person, at: datetime) -> int:
    return move_quantities(wishes, pack=pack, by=by, at=at, way="demo").entries if wishes else 0


def _part(amount: Decimal, share: str) -> Decimal:
    return (amount * Decimal(share)).quantize(CENT, ROUND_DOWN)


def _year(at: datetime) -> int:
    return at.astimezone(COUNTY_ZONE).year
