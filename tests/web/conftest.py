"""A small county with some life in it, and browsers that are signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from databases import County, code

PLOTS = """\
pack: plots
version: 1
title: {zh: 闲置地块, en: Idle plots}
subject: {zh: 地块, en: plot}
key: number
display: place
unit_field: keeper
columns: [place, kind, keeper, area, price, seen_on, guess]
fields:
  number: {type: text, required: true, label: {zh: 编号, en: Number}}
  place: {type: text, required: true, label: {zh: 位置, en: Place}}
  kind: {type: choice, label: {zh: 类型, en: Kind}, choices: {factory: {zh: 厂房, en: Factory}, field: {zh: 空地, en: Field}}}
  keeper: {type: unit, label: {zh: 责任单位, en: Keeper}}
  area: {type: quantity, unit: 亩, min: 0, label: {zh: 面积, en: Area}}
  price: {type: money, unit: 万元, label: {zh: 估价, en: Price}}
  seen_on: {type: date, label: {zh: 踏勘日期, en: Seen on}}
  is_fenced: {type: boolean, label: {zh: 已围挡, en: Fenced}}
  guess: {type: money, unit: 万元, secret: true, label: {zh: 内部估价, en: Inner guess}}
measures:
  cleared: {type: quantity, unit: 亩, every: month, adds: true, label: {zh: 本月清理, en: Cleared}}
computed:
  per_area: {type: decimal, label: {zh: 单价, en: Price per area}, expression: price / area}
  twice: {type: quantity, unit: 亩, label: {zh: 两倍面积, en: Twice the area}, expression: area + area}
lists:
  large: {label: {zh: 大地块, en: Large}, where: "area >= 10.5", order: [-area]}
  dear: {label: {zh: 高价, en: Dear}, where: "price / area > 100 and kind in ('factory', 'field')"}
  unseen: {label: {zh: 未踏勘, en: Unseen}, where: "seen_on is null or not (is_fenced)"}
rules:
  large_unseen:
    label: {zh: 大块未踏勘, en: Large and unseen}
    family: other
    applies: area > 0
    red: area > 10 and seen_on is null
    otherwise: green
    because: {zh: "面积{area:.1f}亩，尚未踏勘", en: "{area:.1f} mu, not yet seen"}
boards:
  keepers:
    label: {zh: 单位清理榜, en: Keepers}
    every: month
    group: [keeper]
    columns:
      plots: {label: {zh: 地块数, en: Plots}, value: count(*)}
      cleared: {label: {zh: 本月清理, en: Cleared}, unit: 亩, value: "coalesce(sum(cleared), 0)"}
      rank: {label: {zh: 名次, en: Rank}, rank: {by: [-cleared]}}
    order: [rank]
forms:
  clearing: {label: {zh: 清理月报, en: Clearing}, fields: [cleared, is_fenced], applies: area > 0}
"""


@pytest.fixture
def backend() -> str:
    """Pages are tested on SQLite; tests of questions to the book ask for both by themselves."""
    return "sqlite"


@pytest.fixture
def life(county: County) -> County:
    """The county with ten projects of three units, two months filed."""
    from yiben.ledger.record import Statement

    units = ("TRANSPORT", "ROADS", "EDUCATION")
    for number in range(1, 11):
        stage = "construction" if number % 2 else "ready"
        county.record(
            county.project(
                number,
                name=f"项目{number:02d}",
                unit=units[number % 3],
                stage=stage,
                total_investment=str(number * 1000),
                planned_start=date(2026, number, 1),
                land=f"{number}.5",
            )
        )
    county.record(
        *(county.only(number, kind="period", slot="2026", plan_year="1200") for number in range(1, 11)),
        *(
            county.only(number, kind="period", slot="2026-01", invested="50.5", physical=10)
            for number in (1, 3, 5)
        ),
        *(
            county.only(number, kind="period", slot="2026-02", invested="60", physical=15)
            for number in (1, 3)
        ),
        Statement(code(1), {"planned_on": "2026-01-10", "reason": "等地"}, "node", "start"),
    )
    return county


@pytest.fixture
def browser_of() -> Callable[[str], Any]:
    """A signed-in client for an officer of the county."""
    from django.test import Client

    from yiben.people.models import Officer

    def made(username: str) -> Any:
        client = Client(raise_request_exception=True)
        officer = Officer.objects.get(username=username)
        client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return made


@pytest.fixture
def plots(life: County) -> County:
    """The county with a second scene that nobody wrote code for."""
    from yiben.ledger.packs import install_pack
    from yiben.ledger.record import Statement, head, record
    from yiben.scenes.loader import read_pack

    pack, problems = read_pack(PLOTS, file="plots.yaml")
    assert pack is not None, problems
    install_pack(pack, by=life.system, at=next(life.moments))
    rows = [
        ("A/1", "老厂", "factory", "TRANSPORT", "10.5", "2000", "2026-01-02", True, "1800"),
        ("A/2", "河边", "field", "ROADS", "10.4999", "10", None, False, "9"),
        ("~3%?#", "山脚", "field", "EDUCATION", "200", "30000", None, None, "1"),
        ("4", "=1+1", "factory", "EDUCATION", None, None, "2026-02-03", True, None),
    ]
    names = ("place", "kind", "keeper", "area", "price", "seen_on", "is_fenced", "guess")
    statements = [
        Statement(key, {name: value for name, value in zip(names, values, strict=True) if value is not None})
        for key, *values in rows
    ]
    statements.append(Statement("A/1", {"cleared": "2.5"}, "period", "2026-01"))
    record(statements, pack=pack, by=life.system, at=next(life.moments), way="file", seen=head())
    return life
