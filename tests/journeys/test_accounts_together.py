"""Many at once on one pool, and the law of accounts at every past moment."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from children import Tell, start
from databases import Book, County, code
from journeys.counted import AT, held, install, later, move, pack_of, wish

GRANTERS = 20


def test_twenty_processes_never_overdraw_one_pool(county: County) -> None:
    """Twenty ask for 30 亩 each of a pool of 365: twelve are served, eight are told what is left."""
    from yiben.kernel.problems import Refused
    from yiben.ledger.verify import verify

    install(county, "land_quota")
    county.record(*(county.project(number) for number in range(1, GRANTERS + 1)))
    move(county, "land_quota", wish("receive", 365, "计划", quantity="new_land"))

    def grant(tell: Tell, number: int) -> None:
        asked = wish("grant", 30, f"纪要{number}", quantity="new_land", subject=code(number))
        try:
            done = move(county, "land_quota", asked, at=later(1))
            tell(json.dumps(["granted", done.transaction]))
        except Refused as refused:
            (problem,) = refused.problems
            tell(json.dumps(["refused", problem.code, problem.found]))

    works = [start(lambda tell, number=number: grant(tell, number)) for number in range(1, GRANTERS + 1)]
    told = [json.loads(line) for work in works for line in work.lines()]
    assert sorted({one[0] for one in told}) == ["granted", "refused"]
    refused = [one for one in told if one[0] == "refused"]
    assert len(told) == GRANTERS and len(refused) == 8
    assert all(one[1:] == ["account-overdrawn", "pool/new_land: -25亩 on 2026-06-01"] for one in refused)
    assert held("land_quota")["pool/new_land"] == 5
    assert held("land_quota")["granted/new_land"] == 360
    assert verify().clean


def test_one_document_stated_by_twenty_processes_counts_once(county: County) -> None:
    from yiben.kernel.problems import Refused

    install(county, "land_quota")
    asked = wish("receive", 100, "同一文号", quantity="new_land")

    def receive(tell: Tell) -> None:
        try:
            move(county, "land_quota", asked)
            tell("received")
        except Refused as refused:
            tell(refused.problems[0].code)

    works = [start(receive) for _ in range(GRANTERS)]
    told = sorted(line for work in works for line in work.lines())
    assert told == ["move-twice"] * (GRANTERS - 1) + ["received"]
    assert held("land_quota")["pool/new_land"] == 100


WAYS = ("receive", "grant", "release", "use", "give_back")
STEPS = st.lists(
    st.tuples(st.sampled_from(WAYS), st.integers(1, 40), st.integers(0, 60), st.integers(1, 2)),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_law_holds_at_every_past_moment(county: County) -> None:
    """Sums are constant but for sources and sinks; what was known once is never known otherwise."""
    from yiben.kernel.problems import Refused
    from yiben.ledger.accounts import View, balances
    from yiben.ledger.record import head
    from yiben.scenes.accounts import account_book

    install(county, "land_quota")
    county.record(county.project(1), county.project(2))
    book = account_book(pack_of("land_quota"))
    assert book is not None
    number = [0]

    @settings(max_examples=40, deadline=None)
    @given(STEPS)
    def law(steps: list[tuple[str, int, int, int]]) -> None:
        first, seen = head(), []
        start_of = balances(book)
        for way, amount, day, project in steps:
            number[0] += 1
            rest = {} if way in ("receive", "give_back") else {"subject": code(project)}
            on = (date(2026, 1, 1) + timedelta(days=day)).isoformat()
            asked = wish(way, amount, f"文{number[0]}", day=on, quantity="new_land", **rest)
            try:
                move(county, "land_quota", asked, at=later(number[0]))
            except Refused as refused:
                assert {one.code for one in refused.problems} == {"account-overdrawn"}
            seen.append((head(), balances(book, by_subject=True)))
        for at, known in seen:
            assert balances(book, view=View(at), by_subject=True) == known
        assert balances(book, view=View(first)) == start_of
        for on in (date(2026, 1, 1) + timedelta(days=step) for step in range(0, 62, 7)):
            found = balances(book, view=View(None, on), by_subject=True)
            assert sum(found.values()) == 0
            assert all(
                amount >= 0 for key, amount in found.items() if not book.accounts[key.account].is_outside
            )
        outside = [
            sum(amount for key, amount in known.items() if book.accounts[key.account].is_outside)
            for _, known in seen
        ]
        inside = [
            sum(amount for key, amount in known.items() if not book.accounts[key.account].is_outside)
            for _, known in seen
        ]
        assert all(one + other == 0 for one, other in zip(inside, outside, strict=True))
        assert all(amount >= 0 for amount in inside)

    law()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_six_thousand_moves_in_one_go(county: County) -> None:
    """A long list is one transaction, and the pool ends at exactly nothing."""
    install(county, "relief_goods")
    from yiben.ledger.record import Statement

    batches = [Statement(f"B{number}", {"name": "棉被", "sort": "clothing"}) for number in range(3_000)]
    county.record(*batches, pack=pack_of("relief_goods"))
    done = move(
        county,
        "relief_goods",
        *(wish("buy", 2, "清单", quantity="pieces", subject=f"B{number}") for number in range(3_000)),
        *(wish("scrap", 2, "清单", quantity="pieces", subject=f"B{number}") for number in range(3_000)),
        at=AT,
    )
    assert done.entries == 6_000
    assert held("relief_goods")["scrapped/pieces"] == D(6_000) and "stock/pieces" not in held("relief_goods")


def test_a_county_without_accounts_has_none(book: Book) -> None:
    from yiben.journeys.move_quantities import UnknownAccount, account_packs, find_account

    assert account_packs() == {}
    with pytest.raises(UnknownAccount, match="no scene has accounts"):
        find_account("pool")
