"""Moves through the ledger: two published books, every refusal, and the past as it was known."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from databases import START, County, code
from journeys.counted import AT, codes, held, install, later, move, pack_of, wish


def relief(county: County) -> None:
    """The relief goods of one county in 2022, as its report prints them."""
    from yiben.ledger.record import Statement

    install(county, "relief_goods")
    county.record(
        Statement("2022", {"name": "2022年救灾物资", "sort": "other"}), pack=pack_of("relief_goods")
    )
    move(
        county,
        "relief_goods",
        wish("采购入库", 24945, "入库单", quantity="件数", subject="2022", day="2022-06-01"),
        wish("采购入库", "20.75", "采购发票", quantity="金额", subject="2022", day="2022-06-01"),
        wish("调入入库", "67.4", "调拨单", quantity="金额", subject="2022", day="2022-06-01"),
    )
    move(
        county,
        "relief_goods",
        wish("hand_out", 454, "出库单", quantity="pieces", subject="2022", day="2022-09-01"),
        wish("hand_out", "3.82", "出库单", quantity="money", subject="2022", day="2022-09-01"),
        wish("scrap", 625, "报废单", quantity="pieces", subject="2022", day="2022-11-01"),
        wish("scrap", "5.46", "报废单", quantity="money", subject="2022", day="2022-11-01"),
        at=later(1),
    )


def test_relief_goods_balance_as_the_report_says(county: County) -> None:
    """24,945 in − 454 out − 625 scrapped = 23,866 pieces; 20.75 + 67.4 = 88.15 − 3.82 − 5.46 = 78.87."""
    relief(county)
    found = held("relief_goods")
    assert found["stock/pieces"] == 24945 - 454 - 625 == 23866
    assert found["stock/money"] == D("78.87")
    assert held("relief_goods", on=date(2022, 8, 31))["stock/money"] == D("88.15")
    assert held("relief_goods", as_of=later(0))["stock/pieces"] == 24945
    assert held("relief_goods", on=date(2022, 10, 1))["handed_out/pieces"] == 454
    assert held("relief_goods", by_subject=True)["stock/pieces/2022"] == 23866
    assert sum(D(amount) for key, amount in found.items() if key.endswith("pieces")) == 0


@pytest.mark.shared
def test_relief_goods_stand_in_the_report(shared: Path) -> None:
    text = (shared / "reports" / "000.txt").read_text(encoding="utf-8", errors="replace")
    assert re.search("24945件", text) and "88.15万元" in text and "454件" in text and "625件" in text


def linan(county: County) -> None:
    """1,914 亩 of plan and 491.4 亩 of the provincial list come in."""
    install(county, "land_quota")
    county.record(*(county.project(number, land="30") for number in (1, 2, 3)))
    move(
        county,
        "land_quota",
        wish("计划下达", 1914, "杭土资〔2023〕1号", quantity="新增建设用地", day="2023-03-01"),
        wish("省清单下达", "491.4", "浙清单〔2023〕2号", quantity="新增建设用地", day="2023-05-01"),
    )


def test_land_of_linan_comes_in_and_is_granted(county: County) -> None:
    linan(county)
    assert held("land_quota")["pool/new_land"] == D("2405.4")
    move(
        county,
        "land_quota",
        wish(
            "grant",
            "2405.4",
            "专题会议纪要〔2023〕7号",
            quantity="new_land",
            subject=code(1),
            day="2023-06-01",
        ),
        at=later(1),
    )
    assert held("land_quota") == {
        "plan/new_land": -1914, "provincial/new_land": D("-491.4"), "granted/new_land": D("2405.4"),
    }  # fmt: skip
    assert held("land_quota", on=date(2023, 4, 1)) == {"plan/new_land": -1914, "pool/new_land": 1914}
    assert held("land_quota", as_of=AT)["pool/new_land"] == D("2405.4")
    assert held("land_quota", as_of=START) == {}


GRANT = {"quantity": "new_land", "subject": code(1)}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (wish("grant", "2405.5", "a", **GRANT), "account-overdrawn"),
        (wish("grant", "1914.1", "a", day="2023-04-01", **GRANT), "account-overdrawn"),
        (wish("use", "1", "a", **GRANT), "account-overdrawn"),
        (wish("计划下达", 7, "杭土资〔2023〕1号", quantity="new_land", day="2023-04-01"), "move-twice"),
        (wish("grant", "0", "a", **GRANT), "move-amount"),
        (wish("grant", "-3", "a", **GRANT), "move-amount"),
        (wish("grant", "NaN", "a", **GRANT), "move-amount"),
        (wish("grant", "1e15", "a", **GRANT), "move-amount"),
        (wish("grant", "0.0000001", "a", **GRANT), "move-amount"),
        (wish("grant", "三十", "a", **GRANT), "move-amount"),
        (wish("grant", "", "a", **GRANT), "move-amount"),
        (wish("grant", "3", "  ", **GRANT), "move-document"),
        (wish("grant", "3", "a", day="2026-02-30", **GRANT), "move-day"),
        (wish("grant", "3", "a", day="2026-07-01", **GRANT), "move-day"),
        (wish("grant", "3", "a", quantity="new_land"), "move-subject"),
        (wish("grant", "3", "a", quantity="new_land", subject="nobody"), "unknown-subject"),
        (wish("receive", "3", "a", **GRANT), "move-subject"),
        (wish("赠送", "3", "a", **GRANT), "move-way"),
        (wish("grant", "3", "a", subject=code(1)), "move-quantity"),
        (wish("grant", "3", "a", quantity="能耗", subject=code(1)), "move-quantity"),
        (wish("grant", "2", "a", unit="公顷", **GRANT), "move-unit"),
        (wish("grant", "2", "a", unit="箩筐", **GRANT), "move-unit"),
        (wish("adjust", "2", "a", to_subject=code(1), **GRANT), "move-subject"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("backend", ["sqlite"])
def test_refused_with_place_found_and_expected(county: County, wrong: dict[str, str], expected: str) -> None:
    from yiben.kernel.problems import Refused

    linan(county)
    before = held("land_quota")
    with pytest.raises(Refused) as refused:
        move(county, "land_quota", wrong, at=later(1))
    assert expected in codes(refused)
    assert all(problem.found and problem.expected for problem in refused.value.problems)
    assert held("land_quota") == before


def test_mixed_mu_and_hectare_are_told_with_the_conversion(county: County) -> None:
    from yiben.kernel.problems import Refused

    linan(county)
    with pytest.raises(Refused) as refused:
        move(county, "land_quota", wish("grant", 2, "a", unit="公顷", **GRANT))
    assert "2公顷 is 30亩" in refused.value.problems[0].expected


def test_a_document_counts_once_and_its_parts_by_name(county: County) -> None:
    from yiben.kernel.problems import Refused

    linan(county)
    move(county, "land_quota", wish("grant", 10, "纪要1", **GRANT), at=later(1))
    for again in (10, 11):
        with pytest.raises(Refused) as refused:
            move(county, "land_quota", wish("grant", again, "纪要1", **GRANT), at=later(2))
        assert codes(refused) == ["move-twice"]
    with pytest.raises(Refused) as refused:
        move(county, "land_quota", wish("grant", 1, "纪要2", **GRANT), wish("grant", 1, "纪要2", **GRANT))
    assert "move-twice" in codes(refused)
    move(county, "land_quota", wish("grant", 11, "纪要1", part="第二批", **GRANT), at=later(3))
    assert held("land_quota")["granted/new_land"] == 21


def test_a_sealed_month_takes_no_move(county: County) -> None:
    from yiben.kernel.periods import Period
    from yiben.kernel.problems import Refused
    from yiben.ledger.seals import seal

    linan(county)
    seal(Period.of("2026-05"), by=county.system, at=later(1))
    with pytest.raises(Refused) as refused:
        move(county, "land_quota", wish("grant", 1, "纪要", day="2026-05-31", **GRANT), at=later(2))
    assert codes(refused) == ["month-sealed"]
    move(county, "land_quota", wish("grant", 1, "纪要", day="2026-06-01", **GRANT), at=later(2))


def test_a_mistake_is_balanced_by_a_move_the_other_way(county: County) -> None:
    linan(county)
    move(county, "land_quota", wish("grant", 10, "纪要1", **GRANT), at=later(1))
    move(county, "land_quota", wish("release", 10, "更正1", **GRANT), at=later(2))
    assert held("land_quota")["pool/new_land"] == D("2405.4")
    assert held("land_quota", as_of=later(1))["granted/new_land"] == 10


def test_quota_passes_from_one_project_to_another(county: County) -> None:
    linan(county)
    move(county, "land_quota", wish("grant", 10, "纪要1", **GRANT), at=later(1))
    move(county, "land_quota", wish("项目间调剂", 4, "调剂单", to_subject=code(2), **GRANT), at=later(2))
    found = held("land_quota", by_subject=True)
    assert found[f"granted/new_land/{code(1)}"] == 6 and found[f"granted/new_land/{code(2)}"] == 4


def test_one_bad_move_undoes_all(county: County) -> None:
    from yiben.kernel.problems import Refused

    linan(county)
    with pytest.raises(Refused):
        move(
            county,
            "land_quota",
            wish("grant", 2000, "纪要1", **GRANT),
            wish("grant", 406, "纪要1", quantity="new_land", subject=code(2)),
        )
    assert held("land_quota")["pool/new_land"] == D("2405.4")


def test_a_preview_moves_nothing(county: County) -> None:
    linan(county)
    done = move(county, "land_quota", wish("grant", 2, "纪要1", **GRANT), preview=True)
    assert done.entries == 1 and held("land_quota")["pool/new_land"] == D("2405.4")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_only_those_who_record_for_the_county_move(county: County) -> None:
    from yiben.kernel.problems import Refused
    from yiben.ledger.moving import MOVE
    from yiben.ledger.record import Statement, record
    from yiben.people.access import NotAllowed
    from yiben.people.roles import Action

    linan(county)
    with pytest.raises(NotAllowed):
        move(county, "land_quota", wish("grant", 2, "纪要1", **GRANT), by=county.person("roads"))
    facts = {"way": "grant", "amount": "1"}
    with pytest.raises(Refused) as refused:
        record(
            [Statement(code(1), facts, MOVE, "x")],
            pack=pack_of("land_quota"), by=county.person("roads"), at=AT, way="api", action=Action.FILE,
        )  # fmt: skip
    assert "not-allowed" in codes(refused)


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    "change",
    [
        {"slot": "other"},
        {"subject": "account:plan"},
        {"source": "used"},
        {"weight": 3},
        {"amount": 1.5},
        {"way": ""},
    ],
)
def test_the_door_itself_refuses_a_move_that_is_put_together_wrongly(
    county: County, change: dict[str, object]
) -> None:
    """Whoever calls `record` with facts of their own meets the same law."""
    from yiben.kernel.problems import Refused
    from yiben.ledger.moving import MOVE, move_slot
    from yiben.ledger.record import Statement, record

    linan(county)
    facts: dict[str, object] = {
        "way": "grant", "source": "pool", "target": "granted", "quantity": "new_land", "amount": "5", "unit": "亩",
        "day": "2026-06-01", "document": "a", "target_subject": code(1),
    }  # fmt: skip
    whole = {"slot": move_slot(facts), "subject": code(1)} | change
    slot, subject = str(whole.pop("slot")), str(whole.pop("subject"))
    with pytest.raises(Refused):
        record(
            [Statement(subject, facts | whole, MOVE, slot)],
            pack=pack_of("land_quota"), by=county.system, at=AT, way="api",
        )  # fmt: skip


def test_moves_are_rebuilt_from_the_entries(county: County) -> None:
    from yiben.ledger.models import MoveRow
    from yiben.ledger.rebuild import rebuild
    from yiben.ledger.verify import verify

    relief(county)
    rows = [row[1:] for row in MoveRow.objects.order_by("row_id").values_list()]
    MoveRow.objects.filter(way="buy").delete()
    rebuild("relief_goods")
    assert [row[1:] for row in MoveRow.objects.order_by("row_id").values_list()] == rows and len(rows) == 7
    assert verify().clean


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_newer_pack_may_not_drop_an_account(county: County) -> None:
    from yiben.kernel.problems import Refused
    from yiben.ledger.packs import install_pack
    from yiben.scenes.loader import read_pack

    install(county, "relief_goods")
    text = pack_of("relief_goods").source.replace("version: 1", "version: 2")
    for old, new in (("unit: 件}", "unit: 个}"), ("kind: holding, by_subject: true}", "kind: holding}")):
        assert old in text
        pack, problems = read_pack(text.replace(old, new), file="relief_goods.yaml")
        assert pack is not None, problems
        with pytest.raises(Refused) as refused:
            install_pack(pack, by=county.system, at=START)
        assert set(codes(refused)) == {"pack-succession"}
        assert refused.value.problems[0].place.line
