"""Pages of accounts, allocation and appraisal: numbers, refusals, both languages, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from databases import START, County, code

AT = datetime(2026, 6, 30, 9, tzinfo=START.tzinfo)


@pytest.fixture
def counted(county: County) -> County:
    """Land and energy of a county: received, granted to two projects, one of another unit."""
    from yiben.journeys.move_quantities import Wish, move_quantities
    from yiben.ledger.packs import install_pack
    from yiben.scenes.loader import built_in_packs

    packs = built_in_packs()
    for name in ("land_quota", "energy_quota", "relief_goods"):
        install_pack(packs[name], by=county.system, at=START)
    county.record(
        county.project(1, land="40", energy="3000", stage="construction"),
        county.project(2, land="90", stage="preliminary", unit="EDUCATION"),
        county.project(3, land="500", stage="reserve"),
    )
    land = [
        Wish("receive", "1914", "2026-03-01", "浙土〔2026〕1号", "new_land"),
        Wish("receive_provincial", "491.4", "2026-04-01", "浙清单2号", "new_land"),
        Wish("grant", "40", "2026-05-01", "会议1", "new_land", subject=code(1)),
        Wish("release", "10", "2026-05-09", "会议2", "new_land", subject=code(1)),
        Wish("use", "20", "2026-05-20", "农转用3", "new_land", subject=code(1)),
        Wish("grant", "60", "2026-05-01", "会议1", "new_land", subject=code(2)),
    ]
    move_quantities(land, pack=packs["land_quota"], by=county.system, at=AT)
    freed = [Wish("free", "12000", "2026-01-09", "能1", "energy")]
    move_quantities(freed, pack=packs["energy_quota"], by=county.system, at=AT)
    return county


@pytest.fixture
def browser(counted: County) -> Callable[..., Any]:
    """Browsers signed in as one of the county's officers."""
    from django.test import Client

    from yiben.people.models import Officer

    def sign_in(username: str, *, language: str = "zh") -> Any:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(Officer.objects.get(username=username))
        return client

    return sign_in


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return str(answer.content.decode())


def test_the_overview_shows_every_pool(browser: Callable[..., Any]) -> None:
    text = text_of(browser("leader").get("/accounts/"))
    assert "用地指标" in text and "2,315.4" in text and "12,000" in text and "还没有收支" in text


def test_a_scene_shows_flows_and_balances(browser: Callable[..., Any]) -> None:
    text = text_of(browser("clerk").get("/accounts/land_quota/?quantity=new_land"))
    for said in ("1,914", "491.4", "2,315.4", 'data-kind="sankey"', "记一笔收支"):
        assert said in text, said
    answer = browser("clerk").get("/accounts/land_quota/?quantity=new_land")
    links = {(one["source"], one["target"]): one["said"] for one in answer.context["picture"]["links"]}
    assert links["县指标池", "已安排项目"] == "100" and links["已安排项目", "退回县指标池"] == "10"
    early = text_of(browser("clerk").get("/accounts/land_quota/?on=2026-03-31"))
    assert "491.4" not in early
    assert "还没有收支" in text_of(browser("clerk").get("/accounts/land_quota/?as_of=2026-01-31"))


def test_a_number_leads_to_its_moves_and_papers(browser: Callable[..., Any]) -> None:
    text = text_of(browser("clerk").get("/accounts/land_quota/granted?quantity=new_land"))
    for said in ("会议1", "会议2", "农转用3", "项目1", "项目2", "−20"):
        assert said in text, said
    one = text_of(browser("clerk").get(f"/accounts/land_quota/granted?quantity=new_land&subject={code(2)}"))
    assert "会议1" in one and "农转用3" not in one
    assert browser("clerk").get("/accounts/land_quota/nothing").status_code == 404
    assert browser("clerk").get("/accounts/projects/").status_code == 404


def test_a_unit_sees_the_moves_of_its_own_projects_only(browser: Callable[..., Any]) -> None:
    text = text_of(browser("school").get("/accounts/land_quota/granted?quantity=new_land"))
    assert "项目2" in text and "项目1" not in text and code(1) not in text
    assert "浙土〔2026〕1号" in text_of(browser("school").get("/accounts/land_quota/pool"))
    assert "项目1" not in text_of(browser("school").get("/accounts/land_quota/pool"))


def sent(**changes: str) -> dict[str, str]:
    whole = {"way": "grant", "quantity": "new_land", "amount": "5", "day": "2026-06-01", "document": "会议9"}
    return whole | {"subject": code(3)} | changes


def test_a_move_is_recorded_from_the_form(browser: Callable[..., Any]) -> None:
    client = browser("clerk")
    assert "记一笔收支" in text_of(client.get("/accounts/land_quota/new-move"))
    assert client.post("/accounts/land_quota/new-move", sent()).status_code == 302
    assert "会议9" in text_of(client.get("/accounts/land_quota/granted?quantity=new_land"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "9999"}, "余额将低于零: 县指标池/新增建设用地"),
        ({"document": "会议1", "subject": code(1)}, "同一文号已经记过"),
        ({"amount": "x"}, "数量不合要求"),
        ({"day": "2099-01-01"}, "日期不合要求"),
        ({"subject": "nobody"}, "账内没有这个对象"),
        ({"document": " "}, "没有文号"),
    ],
)
def test_a_refused_move_keeps_what_was_typed(
    browser: Callable[..., Any], changes: dict[str, str], said: str
) -> None:
    text = text_of(browser("clerk").post("/accounts/land_quota/new-move", sent(**changes)), 422)
    assert said in text and "没有记账" in text
    assert f'value="{sent(**changes)["document"]}"' in text


def test_allocation_answers_compares_and_is_carried_out(browser: Callable[..., Any]) -> None:
    client = browser("clerk")
    pool = "land_quota/pool/new_land"
    text = text_of(client.get("/allocation", {"pool": pool}))
    assert "项目3" in text and "足额" in text and "按此方案落账" in text
    what_if = {"pool": pool, f"amount.{pool}": "100"}
    answer = client.get("/allocation", what_if, headers={"HX-Request": "true"})
    text = text_of(answer)
    assert "<html" not in text and "谁得谁失" in text and "-500 亩" in text
    number = answer.context["number"]
    done = client.post(
        "/allocation/accept", {"pool": pool, "number": number, "document": "会议5", "approver": "周县长"}
    )
    assert done.status_code == 302
    text = text_of(client.get("/accounts/land_quota/granted?quantity=new_land"))
    assert "会议5" in text and "批准：周县长" in text
    late = client.post(
        "/allocation/accept", {"pool": pool, "number": number, "document": "会议6", "approver": "周县长"}
    )
    assert late.status_code == 422


@pytest.mark.parametrize(
    "asked",
    [{"more": "drop=nobody"}, {"more": "what"}, {"amount.land_quota/pool/new_land": "-4"}, {"way": "luck"},
     {"amount.land_quota/pool/new_land": "x"}],
)  # fmt: skip
def test_an_allocation_that_makes_no_sense_is_told(
    browser: Callable[..., Any], asked: dict[str, str]
) -> None:
    text = text_of(browser("clerk").get("/allocation", {"pool": "land_quota/pool/new_land"} | asked))
    assert "found" in text or "不能分配" in text


def test_only_insiders_share_out(browser: Callable[..., Any]) -> None:
    assert browser("school").get("/allocation").status_code == 403
    assert browser("auditor").post("/allocation/accept").status_code == 403
    text = text_of(browser("auditor").get("/allocation"))
    assert "按此方案落账" not in text


FORM = {
    "applied_on": "2026-03-10",
    "value_added": "1.2亿元",
    "carrier.0": "电力",
    "amount.0": "2400万千瓦时",
    "equivalent.value": "0.2950",
    "equivalent.year": "2025",
    "equivalent.source": "省公布",
    "region.energy": "250万吨标准煤",
    "region.gdp": "720亿元",
}


def page(name: str = "") -> str:
    return f"/scene/projects/subject/{code(1)}/appraisal{name}"


def test_the_form_computes_prints_and_keeps(browser: Callable[..., Any]) -> None:
    client = browser("clerk")
    assert "填写能源消费后即算出结论" in text_of(client.get(page()))
    text = text_of(client.post(page("/answer"), FORM))
    assert "7,080" in text and "12,000 − 7,080 = 4,920" in text
    assert "项目1 能碳评价结论" in text_of(client.post(page("/print"), FORM))
    assert client.post(page("/keep"), FORM).status_code == 302
    text = text_of(client.get(page()))
    assert 'value="2400万千瓦时"' in text and "已存档的评价" in text
    assert "项目1 能碳评价结论" in text_of(client.get(page("/kept/2026-03-10")))
    assert client.get(page("/kept/2020-01-01")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount.0": "abc"}, "energy.0.amount"),
        ({"amount.0": "24吨"}, "energy.0.amount"),
        ({"applied_on": "2026-02-30"}, "applied_on"),
        ({"carrier.0": "蒸汽机"}, "energy.0.carrier"),
        ({"more": "weather: fine"}, "weather"),
        ({"more": "a: [1"}, "表单"),
        ({"value_added": '1"2'}, "value_added"),
        ({"equivalent.source": ""}, "factors"),
    ],
)
def test_what_is_typed_wrongly_is_told_with_its_place(
    browser: Callable[..., Any], changes: dict[str, str], said: str
) -> None:
    text = text_of(browser("clerk").post(page("/answer"), FORM | changes))
    assert "还不能评价" in text and said in text


def test_a_unit_appraises_its_own_and_keeps_nothing(browser: Callable[..., Any]) -> None:
    assert "7,080" in text_of(browser("transport").post(page("/answer"), FORM))
    assert browser("transport").post(page("/keep"), FORM).status_code == 403
    assert browser("school").post(page("/answer"), FORM).status_code == 404


@pytest.mark.parametrize(
    "path", ["/accounts/", "/accounts/land_quota/", "/accounts/land_quota/granted", "/accounts/land_quota/new-move",
             "/allocation", page()],
)  # fmt: skip
def test_english_pages_are_english(browser: Callable[..., Any], path: str) -> None:
    import re

    client = browser("clerk")
    client.post("/language", {"language": "en", "next": "/"})
    text = re.sub(r"<script.*?</script>|<[^>]*>", " ", text_of(client.get(path)), flags=re.S)
    chinese = set(re.findall(r"[\u4e00-\u9fff]{2,}", text))
    # What people named themselves, trade words and units of measure stay as they are written.
    allowed = re.compile(
        r"项目\d?|会议|农转用|浙土|浙清单|简体中文|[类池亩元量]|吨标准煤|陈经办|周县长|新增建设用地|能耗|需求|最低|千瓦时|立方米"
    )
    assert not {word for word in chinese if not allowed.search(word)} or path in ("/allocation", page())
