"""Random books with all that can go wrong: missing figures, zero plans, late facts, changed versions."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from assess.books import book
from yiben.kernel.periods import Period
from yiben.scenes.frames import ALWAYS_FROM, ALWAYS_TO, Frames
from yiben.scenes.model import Pack

STAGES = ("construction", "construction", "ready", "paused", "completed")
FIRST = date(2025, 1, 1)


def random_book(pack: Pack, *, seed: int, subjects: int = 40, versioned: bool = False) -> Frames:
    """A seeded book of projects around 2025."""
    dice = random.Random(seed)
    rows: dict[str, list[dict[str, Any]]] = {"subjects": [], "measures": [], "nodes": [], "exemptions": []}
    for number in range(subjects):
        subject = f"p{number:03d}"
        for known in _versions(dice, versioned):
            rows["subjects"].append({"subject": subject, **_fields(dice), **known})
        _add_measures(dice, subject, rows["measures"], versioned)
        for node in dice.sample(list(pack.nodes), 4):
            for known in _versions(dice, versioned):
                rows["nodes"].append({"subject": subject, "node": node, **_node(dice), **known})
        if dice.random() < 0.2:
            rows["exemptions"].append(_exemption(dice, subject, pack))
    return book(pack, versioned=versioned, **rows)  # type: ignore[arg-type]


def _versions(dice: random.Random, versioned: bool) -> list[dict[str, date]]:
    if not versioned or dice.random() < 0.3:
        return [{"known_from": ALWAYS_FROM, "known_to": ALWAYS_TO}]
    begins = Period.of("2024-06").shift(dice.randrange(14)).first
    turns = Period.month_of(begins).shift(dice.randrange(1, 6)).first
    return [{"known_from": begins, "known_to": turns}, {"known_from": turns, "known_to": ALWAYS_TO}]


def _fields(dice: random.Random) -> dict[str, Any]:
    return {
        "stage": dice.choice(STAGES),
        "total_investment": _money(dice, 20000),
        "bonds": dice.choice([None, Decimal(0), _money(dice, 5000)]),
        "planned_start": _day(dice),
        "started_on": _day(dice),
        "entered_on": _day(dice),
        "permit_on": _day(dice),
        "approval_expires_on": _day(dice),
    }


def _node(dice: random.Random) -> dict[str, date | None]:
    return {"planned_on": _day(dice), "forecast_on": _day(dice), "actual_on": _day(dice)}


def _add_measures(dice: random.Random, subject: str, rows: list[dict[str, Any]], versioned: bool) -> None:
    plan = dice.choice([None, Decimal(0), Decimal(1200), _money(dice, 3000)])
    for year in (2024, 2025):
        if plan is not None:
            rows.append({"subject": subject, "period": date(year, 1, 1), "every": "year", "plan_year": plan})
    for month in Period.of("2024-10/2025-12").each_month():
        if dice.random() < 0.8:
            for known in _versions(dice, versioned):
                rows.append(
                    {"subject": subject, "period": month.first, "every": "month", **_month(dice), **known}
                )


def _month(dice: random.Random) -> dict[str, Any]:
    return {
        "invested": dice.choice([None, Decimal(100), Decimal(-5), _money(dice, 300)]),
        "physical": dice.choice([None, Decimal(dice.randrange(101))]),
        "bond_spent": dice.choice([None, _money(dice, 400)]),
        "progress_note": dice.choice([None, '基础"施工"\n完成']),
    }


def _exemption(dice: random.Random, subject: str, pack: Pack) -> dict[str, Any]:
    first = Period.of("2025-01").shift(dice.randrange(8))
    end = dice.choice([None, first.shift(3).first])
    row = {"subject": subject, "rule": dice.choice(list(pack.rules)), "first_month": first.first}
    return {**row, "end_month": end, "reason": "政策调整", "approver": "县长办公会"}


def _money(dice: random.Random, most: int) -> Decimal:
    return Decimal(dice.randrange(most * 1_000_000)).scaleb(-6)


def _day(dice: random.Random) -> date | None:
    return None if dice.random() < 0.3 else FIRST + timedelta(days=dice.randrange(-200, 400))
