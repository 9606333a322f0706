"""A county with accounts for the tests of moves: packs installed, wishes in one line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from databases import START, County

AT = datetime(2026, 6, 30, 9, tzinfo=START.tzinfo)


def install(county: County, *names: str) -> None:
    """Install some of the packs that ship."""
    from yiben.ledger.packs import install_pack
    from yiben.scenes.loader import built_in_packs

    for name in names:
        install_pack(built_in_packs()[name], by=county.system, at=START)


def pack_of(name: str) -> Any:
    """A pack that ships."""
    from yiben.scenes.loader import built_in_packs

    return built_in_packs()[name]


def wish(way: str, amount: object, document: str, *, day: str = "2026-06-01", **rest: str) -> dict[str, str]:
    """One move asked for."""
    return {"way": way, "amount": str(amount), "day": day, "document": document, **rest}


def move(county: County, scene: str, *wishes: dict[str, str], at: datetime = AT, **options: Any) -> Any:
    """Record some moves as the clerk."""
    from yiben.journeys.move_quantities import Wish, move_quantities

    given = {"pack": pack_of(scene), "by": county.person("clerk"), "at": at} | options
    return move_quantities([Wish(**one) for one in wishes], **given)


def held(scene: str, **options: Any) -> dict[str, Any]:
    """Balances by printed key; those of nothing are left out."""
    from yiben.journeys.move_quantities import standings

    return {str(one.key): one.balance for one in standings(pack_of(scene), **options) if one.balance}


def codes(refused: Any) -> list[str]:
    """The codes of a refusal."""
    return [problem.code for problem in refused.value.problems]


def later(hours: int) -> datetime:
    """A moment some hours after AT."""
    return AT + timedelta(hours=hours)
