"""A subject that holds something may not leave its book: who holds how much, and what to do."""

from __future__ import annotations

import pytest

from databases import County, code
from journeys.counted import install, move, pack_of, wish


def granted(county: County) -> None:
    """Project 1 holds 12.5 亩 of land and 30 万元 of bonds."""
    install(county, "land_quota", "bonds")
    county.record(county.project(1), county.project(2))
    land = {"quantity": "new_land", "day": "2026-06-01"}
    move(county, "land_quota", wish("receive", 100, "计划〔2026〕1号", **land))
    move(county, "land_quota", wish("grant", "12.5", "纪要〔2026〕6号", subject=code(1), **land))
    move(county, "bonds", wish("receive", 100, "债〔2026〕1号", quantity="bond"))
    move(county, "bonds", wish("grant", 30, "纪要〔2026〕7号", quantity="bond", subject=code(1)))


def test_a_subject_with_a_balance_stays(county: County) -> None:
    from yiben.kernel.problems import Refused
    from yiben.ledger.record import Statement, head

    granted(county)
    before = head()
    with pytest.raises(Refused) as refused:
        county.record(Statement(code(1), {}, "withdraw"), Statement(code(2), {}, "withdraw"))
    told = sorted(problem.found for problem in refused.value.problems)
    assert [problem.code for problem in refused.value.problems] == ["withdraw-holding"] * 2
    assert "12.5亩" in told[0] and "land_quota/granted" in told[0] and code(1) in told[0]
    assert "30万元" in told[1] and "bonds/granted" in told[1]
    assert all(
        "核减退回" in problem.expected or "收回" in problem.expected for problem in refused.value.problems
    )
    assert head() == before
    county.record(Statement(code(2), {}, "withdraw"))


def test_once_given_back_or_used_it_may_go(county: County) -> None:
    from yiben.ledger.record import Statement

    granted(county)
    move(county, "land_quota", wish("use", "12.5", "批复", quantity="new_land", subject=code(1)))
    move(county, "bonds", wish("release", 30, "收回", quantity="bond", subject=code(1)))
    county.record(Statement(code(1), {}, "withdraw"))


@pytest.mark.parametrize("backend", ["sqlite"])
def test_moved_and_withdrawn_at_once_is_refused(county: County) -> None:
    """A batch that takes goods in and leaves its book in the same breath."""
    from yiben.kernel.problems import Refused
    from yiben.ledger.moving import move_slot
    from yiben.ledger.record import Statement

    install(county, "relief_goods")
    pack = pack_of("relief_goods")
    county.record(Statement("B1", {"name": "帐篷", "sort": "shelter"}), pack=pack)
    facts = {
        "way": "buy", "quantity": "pieces", "source": "purchase", "target": "stock",
        "target_subject": "B1", "amount": "5", "unit": "件", "day": "2026-01-05", "document": "入库单",
    }  # fmt: skip
    bought = Statement("B1", facts, "move", move_slot(facts))
    with pytest.raises(Refused) as refused:
        county.record(bought, Statement("B1", {}, "withdraw"), pack=pack)
    assert "stated-twice" in [problem.code for problem in refused.value.problems]
