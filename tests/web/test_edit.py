"""Recording by hand and filing the month: clashes are shown, nothing typed is lost (登记与填报)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from databases import County, code

SUBJECT = f"/scene/projects/subject/{code(1)}"
FILING = "/scene/projects/filing?form=monthly&month=2026-02"


def now_of(number: int, name: str) -> Any:
    from yiben.ledger.history import history

    return history("projects", code(number), name=name)[0].value


def seen() -> str:
    from yiben.ledger.record import head

    return str(head())


def test_only_what_was_changed_is_recorded(life: County, browser_of: Callable[[str], Any]) -> None:
    from yiben.ledger.models import Entry

    client = browser_of("clerk")
    count = Entry.objects.count()
    sent = {"seen": seen(), "field.name": "项目01", "field.land": "1,234.5", "field.stage": "construction"}
    response = client.post(f"{SUBJECT}/edit", sent | {"why": "实测", "node.start.actual_on": "2026-03-01"})
    assert response.status_code == 302
    assert now_of(1, "land") == "1234.5" and now_of(1, "actual_on") == "2026-03-01"
    assert Entry.objects.count() == count + 2
    client.post(f"{SUBJECT}/edit", {"seen": seen(), "field.land": "1234.50"})
    assert Entry.objects.count() == count + 2


def test_wrong_values_are_told_beside_their_field_and_kept(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    sent = {
        "seen": seen(),
        "field.land": "很多",
        "field.planned_start": "2026-02-30",
        "field.owner": "新业主",
    }
    response = browser_of("clerk").post(f"{SUBJECT}/edit", sent)
    text = response.content.decode()
    assert response.status_code == 422
    for part in ("很多", "2026-02-30", "新业主", "应为数字", "应为日期"):
        assert part in text, part
    assert now_of(1, "land") == "1.5"


def test_a_clash_shows_both_values_and_then_lets_one_decide(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    client = browser_of("clerk")
    opened = seen()
    life.record(life.only(1, land="77", owner="别人改的业主"))
    mine = {"seen": opened, "field.land": "88", "field.note": "我的备注", "field.owner": ""}
    response = client.post(f"{SUBJECT}/edit", mine)
    text = response.content.decode()
    assert response.status_code == 422
    assert 'value="88"' in text and "<b>77</b>" in text and "我的备注" in text
    assert 'value="别人改的业主"' in text
    assert now_of(1, "land") == "77"
    again = {"seen": seen(), "field.land": "88", "field.note": "我的备注", "field.owner": "别人改的业主"}
    assert client.post(f"{SUBJECT}/edit", again).status_code == 302
    assert now_of(1, "land") == "88" and now_of(1, "owner") == "别人改的业主"


def test_other_peoples_changes_elsewhere_are_no_clash(life: County, browser_of: Callable[[str], Any]) -> None:
    opened = seen()
    life.record(life.only(1, owner="别人改的业主"))
    sent = {"seen": opened, "field.land": "88", "field.owner": ""}
    assert browser_of("clerk").post(f"{SUBJECT}/edit", sent).status_code == 302
    assert now_of(1, "owner") == "别人改的业主"


def test_a_new_subject_needs_its_key_and_what_is_required(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    client = browser_of("clerk")
    sent = {
        "field.code": code(50),
        "field.name": "新项目",
        "field.class": "industrial",
        "field.stage": "idea",
    }
    missing = client.post("/scene/projects/new", sent)
    assert missing.status_code == 422 and "新项目" in missing.content.decode()
    whole = sent | {"field.unit": "TRANSPORT", "field.total_investment": "１２００"}
    assert client.post("/scene/projects/new", whole).status_code == 302
    assert now_of(50, "total_investment") == "1200"
    # The same key again would overwrite what the sender never saw.
    assert client.post("/scene/projects/new", whole | {"field.name": "另一个"}).status_code == 422
    assert now_of(50, "name") == "新项目"


def test_a_liaison_files_the_month_for_own_projects(life: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("roads")
    page = client.get(FILING).content.decode()
    assert "项目01" in page and "项目03" not in page and "项目04" in page
    assert "2026-03" in page and "50.5" in page
    sent = {"seen": seen(), f"s.{code(4)}.invested": "33.3", f"s.{code(4)}.physical": "5"}
    assert client.post(FILING, sent).status_code == 302
    assert now_of(4, "invested") == "33.3"
    others = {"seen": seen(), f"s.{code(3)}.invested": "1"}
    client.post(FILING, others)
    assert now_of(3, "invested") == "60"


def test_progress_never_goes_back_without_a_reason(life: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("roads")
    sent = {"seen": seen(), f"s.{code(1)}.physical": "8", f"s.{code(1)}.invested": "61"}
    refused = client.post(FILING, sent)
    assert refused.status_code == 422 and "倒退" in refused.content.decode()
    assert 'value="8"' in refused.content.decode() and 'value="61"' in refused.content.decode()
    assert now_of(1, "physical") == "15"
    assert client.post(FILING, sent | {"why": "上月误报"}).status_code == 302
    assert now_of(1, "physical") == "8"


def test_filing_twice_at_once_is_a_clash(life: County, browser_of: Callable[[str], Any]) -> None:
    opened = seen()
    life.record(life.only(1, kind="period", slot="2026-02", invested="70"))
    sent = {"seen": opened, f"s.{code(1)}.invested": "80", f"s.{code(1)}.physical": "15"}
    refused = browser_of("roads").post(FILING, sent)
    text = refused.content.decode()
    assert refused.status_code == 422 and 'value="80"' in text and "<b>70</b>" in text


def test_the_clerk_sees_who_has_not_filed(life: County, browser_of: Callable[[str], Any]) -> None:
    text = browser_of("clerk").get(FILING).content.decode()
    assert "已报 2 / 应报 10" in text and "公路事务中心" in text


def test_the_template_of_a_form_brings_the_rows_to_file(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    import io

    import openpyxl

    address = "/scene/projects/template.xlsx?form=monthly&period=2026-02"
    book = openpyxl.load_workbook(io.BytesIO(browser_of("roads").get(address).content))
    cells = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
    assert "项目01" in cells and "项目03" not in cells
    assert browser_of("roads").get("/scene/projects/template.xlsx?form=nothing").status_code == 404
