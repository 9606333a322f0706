"""A month is closed once, in order, after it is over; its root holds everything before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from databases import County
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

JANUARY, FEBRUARY = Period.of("2026-01"), Period.of("2026-02")
# The first moment of February in the county, still January in Greenwich.
MIDNIGHT = datetime(2026, 1, 31, 16, 0, tzinfo=UTC)


def test_a_seal_holds_the_root_over_all_transactions(county: County) -> None:
    from yiben.ledger.merkle import leaf_hash, tree_root
    from yiben.ledger.models import Seal, Transaction
    from yiben.ledger.seals import root_over, seal, sealed_months

    for number in (1, 2, 3):
        county.record(county.project(number), county.project(number + 10))
    made = seal(JANUARY, by=county.person("clerk"), at=MIDNIGHT)
    digests = Transaction.objects.order_by("id").values_list("digest", flat=True)
    assert made.root == tree_root(leaf_hash(bytes.fromhex(one)) for one in digests).hex() == root_over(3)
    assert (made.transaction_count, made.entry_count, made.officer) == (3, 6, "clerk")
    county.record(county.project(4))
    later = seal(FEBRUARY, by=county.person("clerk"), at=MIDNIGHT + timedelta(days=40))
    assert later.previous == made.digest and later.root != made.root
    assert root_over(3) == made.root == Seal.objects.get(id=1).root
    assert sealed_months() == ["2026-01", "2026-02"]


def test_an_empty_month_can_be_sealed(county: County) -> None:
    from yiben.ledger.merkle import EMPTY
    from yiben.ledger.seals import seal
    from yiben.ledger.verify import verify

    assert seal(JANUARY, by=county.system, at=MIDNIGHT).root == EMPTY.hex()
    assert verify().clean


def test_a_month_is_over_when_it_is_over_in_the_county(county: County) -> None:
    from yiben.ledger.seals import seal

    with pytest.raises(Refused) as refused:
        seal(JANUARY, by=county.system, at=MIDNIGHT - timedelta(seconds=1))
    assert refused.value.problems[0].code == "seal-early"
    assert seal(JANUARY, by=county.system, at=MIDNIGHT).month == "2026-01"


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("2026-01", "seal-twice"),
        ("2025-12", "seal-order"),
        ("2026Q1", "seal-period"),
        ("2026", "seal-period"),
    ],
)
def test_seals_that_make_no_sense_are_refused(county: County, period: str, code: str) -> None:
    from yiben.ledger.models import Seal
    from yiben.ledger.seals import seal

    seal(JANUARY, by=county.system, at=MIDNIGHT)
    with pytest.raises(Refused) as refused:
        seal(Period.of(period), by=county.system, at=MIDNIGHT + timedelta(days=400))
    assert [problem.code for problem in refused.value.problems] == [code]
    assert Seal.objects.count() == 1


@pytest.mark.parametrize("username", ["transport", "leader", "admin", "auditor", "idle"])
def test_only_those_who_may_seal_do(county: County, username: str) -> None:
    from yiben.ledger.seals import seal
    from yiben.people.access import NotAllowed

    with pytest.raises(NotAllowed):
        seal(JANUARY, by=county.person(username), at=MIDNIGHT)
