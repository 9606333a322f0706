"""The demo's months of cases: a believable share closed, the same for the same dice, still verifiable."""

from __future__ import annotations

import random

import pytest

from databases import Book


@pytest.fixture
def backend() -> str:
    return "sqlite"


def test_three_demo_months_have_cases_of_every_sort(book: Book) -> None:
    from yiben.cases.model import OPEN
    from yiben.journeys import make_demo as demo
    from yiben.journeys.demo_cases import open_demo_cases
    from yiben.journeys.demo_projects import FIRST, demo_projects
    from yiben.journeys.filing_book import FilingTask, states_of
    from yiben.journeys.read_cases import cases_of
    from yiben.kernel.periods import months_between
    from yiben.ledger.packs import install_pack
    from yiben.ledger.verify import verify
    from yiben.people.access import machine
    from yiben.people.models import Duty
    from yiben.scenes.loader import built_in_packs

    demo.make_people()
    pack = built_in_packs()["projects"]
    install_pack(pack, by=machine("system", unit="FGJ"), at=demo.OPENED)
    projects, dice = demo_projects(demo.SEED), random.Random(1)
    demo._load_register(projects)
    liaisons = {
        one.unit.code: demo._officer(one.officer.username)
        for one in Duty.objects.filter(role="filer").select_related("unit", "officer")
    }
    for month in months_between(FIRST, FIRST.shift(2)):
        demo.file_month(projects, month, dice)
        open_demo_cases(
            month,
            pack=pack,
            clerk=demo._officer("clerk"),
            liaisons=liaisons,
            leader=demo._officer("leader"),
            dice=dice,
        )
    cases = cases_of(pack)
    assert len(cases) > 10 and {case.state for case in cases} & OPEN
    assert any(case.last("answer") for case in cases)
    keys = [(case.subject, case.rule) for case in cases if case.is_open]
    assert len(keys) == len(set(keys))
    states = states_of(FilingTask(pack, pack.forms["monthly"], FIRST))
    assert {one.state for one in states.values()} >= {"verified"}
    assert verify().clean
