"""From needs in the book to granted quotas: claims, order, acceptance, and what is refused."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from databases import County, code
from journeys.counted import codes, held, install, later, move, wish


def factors(county: County) -> None:
    """100 亩 and 5,000 tce for five projects that want more."""
    install(county, "land_quota", "energy_quota")
    wants = (
        (1, "construction", "40", None, "900"),
        (2, "construction", "50", "3000", "800"),
        (3, "preliminary", "20", "1500", "700"),
        (4, "reserve", "10", "400", "600"),
        (5, "completed", "99", "9999", "500"),
    )
    rows = [
        county.project(number, stage=stage, land=land, energy=energy, total_investment=money)
        for number, stage, land, energy, money in wants
    ]
    county.record(*rows)
    move(county, "land_quota", wish("receive", 100, "土1", quantity="new_land"))
    move(county, "energy_quota", wish("free", 5000, "能1", quantity="energy"))


def proposal(county: County, *names: str, by: str = "clerk"):  # type: ignore[no-untyped-def]
    from yiben.journeys.allocate_quotas import pools_of, propose

    return propose("projects", pools=pools_of(*names), by=county.person(by))


def served(found) -> set[str]:  # type: ignore[no-untyped-def]
    return {grant.claim.id for grant in found.plan.grants if grant.served}


def test_claims_follow_stage_and_order(county: County) -> None:
    factors(county)
    found = proposal(county)
    assert {pool.name: pool.amount for pool in found.pools} == {"能耗": D(5000), "新增建设用地": D(100)}
    tiers = {claim.id: claim.tier for claim in found.claims}
    assert tiers == {code(1): "实施类", code(2): "实施类", code(3): "前期攻坚类", code(4): "储备类"}
    assert served(found) == {code(1), code(2), code(4)}
    refused = found.plan.grant_of(code(3))
    assert "缺 20亩" in refused.reason_zh and refused.claim.needs["新增建设用地"].wanted == 20


def test_accepted_grants_are_moves_with_reason_and_approver(county: County) -> None:
    from journeys.counted import pack_of
    from yiben.journeys.allocate_quotas import accept
    from yiben.ledger.accounts import moves
    from yiben.scenes.accounts import account_book

    factors(county)
    done = accept(
        proposal(county),
        document="专题会议〔2026〕3号",
        approver="leader",
        by=county.person("clerk"),
        at=later(1),
    )
    assert len(done) == 2 and sum(one.entries for one in done) == 5
    assert "pool/new_land" not in held("land_quota")
    assert held("land_quota", by_subject=True)[f"granted/new_land/{code(2)}"] == 50
    assert held("energy_quota")["pool/energy"] == 5000 - 3000 - 400
    book = account_book(pack_of("land_quota"))
    assert book is not None
    one = next(moves(book, account="granted", subject=code(1)))
    assert one.approver == "leader" and "批准：leader" in one.why and one.document == "专题会议〔2026〕3号"


def test_what_is_granted_is_wanted_no_more(county: County) -> None:
    from yiben.journeys.allocate_quotas import accept

    factors(county)
    accept(proposal(county), document="会1", approver="leader", by=county.person("clerk"), at=later(1))
    move(county, "land_quota", wish("receive", 25, "土2", quantity="new_land"), at=later(2))
    again = proposal(county)
    assert {claim.id for claim in again.claims} == {code(3)} and served(again) == {code(3)}
    move(
        county,
        "land_quota",
        wish("release", 15, "退1", quantity="new_land", subject=code(1), day="2026-06-30"),
        at=later(3),
    )
    back = {claim.id: claim.needs["新增建设用地"].wanted for claim in proposal(county, "land_quota").claims}
    assert back == {code(1): 15, code(3): 20}


def test_a_proposal_that_something_overtook_is_refused(county: County) -> None:
    from yiben.journeys.allocate_quotas import accept
    from yiben.kernel.problems import Refused

    factors(county)
    old = proposal(county)
    move(county, "land_quota", wish("receive", 1, "土2", quantity="new_land"), at=later(1))
    with pytest.raises(Refused) as refused:
        accept(old, document="会1", approver="leader", by=county.person("clerk"), at=later(2))
    assert codes(refused) == ["accounts-changed"] and "granted/new_land" not in held("land_quota")


def test_both_pools_or_none(county: County) -> None:
    """Where the second pack's moves are refused, the first pack's are undone too."""
    from yiben.journeys.allocate_quotas import accept
    from yiben.kernel.problems import Refused

    factors(county)
    move(county, "land_quota", wish("grant", 1, "会1", quantity="new_land", subject=code(1)), at=later(1))
    with pytest.raises(Refused) as refused:
        accept(proposal(county), document="会1", approver="leader", by=county.person("clerk"), at=later(2))
    assert codes(refused) == ["move-twice"]
    assert "granted/energy" not in held("energy_quota") and held("land_quota")["granted/new_land"] == 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_who_may_accept(county: County) -> None:
    from yiben.journeys.allocate_quotas import accept
    from yiben.kernel.problems import Refused
    from yiben.people.access import NotAllowed

    factors(county)
    for approver in ("", "nobody", "clerk", "transport"):
        with pytest.raises(Refused) as refused:
            accept(
                proposal(county), document="会1", approver=approver, by=county.person("clerk"), at=later(1)
            )
        assert codes(refused) == ["approver"]
    with pytest.raises(NotAllowed):
        accept(proposal(county), document="会1", approver="leader", by=county.person("head"), at=later(1))
    with pytest.raises(Refused) as refused:
        accept(proposal(county), document=" ", approver="leader", by=county.person("clerk"), at=later(1))
    assert "move-document" in codes(refused)
    assert accept(
        proposal(county), document="会1", approver="leader", by=county.person("leader"), at=later(1)
    )


@pytest.mark.parametrize("backend", ["sqlite"])
def test_pools_that_are_none_are_refused(county: County) -> None:
    from yiben.journeys.allocate_quotas import claims_from_scene, pools_of
    from yiben.journeys.move_quantities import UnknownAccount
    from yiben.kernel.problems import Refused

    factors(county)
    with pytest.raises(Refused, match="way marked"):
        pools_of("land_quota/granted")
    with pytest.raises(Refused, match="each pool once"):
        pools_of("land_quota/pool", "land_quota/pool")
    with pytest.raises(UnknownAccount):
        pools_of("land_quota/nothing")
    with pytest.raises(Refused, match="which holds"):
        claims_from_scene("land_quota", pools=pools_of("land_quota"), by=county.person("clerk"))
    with pytest.raises(Refused, match=r"accounts\.claims\.wanted"):
        claims_from_scene("projects", pools=pools_of("land_quota/pool/forest"), by=county.person("clerk"))


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_claim_that_names_a_missing_column_is_told_with_its_line(county: County) -> None:
    from journeys.counted import pack_of
    from yiben.journeys.allocate_quotas import LedgerPool, claims_from_scene
    from yiben.kernel.problems import Refused
    from yiben.ledger.accounts import Key
    from yiben.scenes.loader import read_pack

    factors(county)
    text = pack_of("land_quota").source.replace("wanted: {new_land: land}", "wanted: {new_land: acres}")
    pack, _ = read_pack(text, file="land.yaml")
    assert pack is not None
    pool = LedgerPool("x", pack, Key("pool", "new_land"), D(1), "亩")
    with pytest.raises(Refused) as refused:
        claims_from_scene("projects", pools=[pool], by=county.person("clerk"))
    (problem,) = refused.value.problems
    assert problem.place.line and "acres" in problem.found
