"""Pages of plans: chart, changes with a reason, the freeze, approvals, schedules, files, the node list."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from databases import County, code

TODAY = date.today()
KEY = code(1)
PAGE = f"/scene/projects/subject/{KEY}/plan"


def later(days: int) -> str:
    return str(TODAY + timedelta(days=days))


@pytest.fixture
def planned(county: County) -> County:
    """One industrial project with four planned nodes ahead and one done."""
    days = {"land_supply": 60, "planning_permit": 150, "building_permit": 190, "start": 210}
    county.record(
        county.project(1, name="码头一期", stage="ready", approval="filing"),
        *(county.only(1, kind="node", slot=node, planned_on=later(day)) for node, day in days.items()),
        county.only(1, kind="node", slot="filed", planned_on=later(-40), actual_on=later(-38)),
    )
    return county


def seen() -> str:
    from yiben.ledger.record import head

    return str(head())


def change(client: Any, day: str, **more: str) -> Any:
    sent = {"seen": seen(), "was.start": later(210), "day.start": day, "why": "用地未交付"}
    return client.post(f"{PAGE}/change", sent | more)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def day_of(node: str, name: str) -> str:
    from yiben.ledger.models import NodeVersion

    return str(getattr(NodeVersion.objects.get(subject=KEY, node=node, recorded_to=None), name))


def test_the_page_shows_chart_table_and_chain(planned: County, browser_of: Callable[[str], Any]) -> None:
    from django.conf import settings

    client = browser_of("clerk")
    text = text_of(client.get(PAGE))
    shown = (
        'data-node="start"',
        'data-node-day="start"',
        "前序都有机动",
        "尚未冻结",
        "倒排与正排",
        'class="today"',
    )
    for part in shown:
        assert part in text, part
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "everything before it has slack" in text_of(client.get(PAGE))
    assert "data-node-day" not in text_of(browser_of("leader").get(PAGE))


def test_a_day_is_changed_with_its_reason(planned: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("clerk")
    assert change(client, later(240), why=" ").status_code == 422
    assert day_of("start", "planned_on") == later(210)
    assert change(client, later(240)).status_code == 302
    assert day_of("start", "planned_on") == later(240)
    assert "用地未交付" in text_of(client.get(PAGE))


def test_what_was_not_touched_is_not_recorded(planned: County, browser_of: Callable[[str], Any]) -> None:
    before = seen()
    assert change(browser_of("clerk"), later(210)).status_code == 302
    assert seen() == before


def test_a_clash_shows_both_days_and_keeps_the_typed_one(
    planned: County, browser_of: Callable[[str], Any]
) -> None:
    client, before = browser_of("clerk"), seen()
    assert change(client, later(240)).status_code == 302
    response = change(client, later(260), seen=before)
    text = text_of(response)
    assert response.status_code == 422 and "别人改了同样的节点" in text
    assert later(240) in text and f'value="{later(260)}"' in text
    assert day_of("start", "planned_on") == later(240)


def test_what_follows_moves_along_when_wished(planned: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("clerk")
    sent = {
        "seen": seen(),
        "was.land_supply": later(60),
        "day.land_supply": later(200),
        "why": "征迁",
        "cascade": "yes",
    }
    assert client.post(f"{PAGE}/change", sent).status_code == 302
    assert day_of("land_supply", "planned_on") == later(200)
    assert day_of("start", "planned_on") > later(210)


def test_a_frozen_plan_waits_for_the_leader(planned: County, browser_of: Callable[[str], Any]) -> None:
    clerk, leader = browser_of("clerk"), browser_of("leader")
    assert clerk.post(f"{PAGE}/freeze").status_code == 302
    assert change(clerk, later(240)).status_code == 302
    assert day_of("start", "forecast_on") == "None"
    text = text_of(leader.get(PAGE))
    assert "待批准的调整" in text and "用地未交付" in text
    assert "待我批准的节点调整" in text_of(leader.get("/work")) and PAGE in text_of(leader.get("/work"))
    assert "待我批准的节点调整" not in text_of(clerk.get("/work"))
    assert clerk.post(f"{PAGE}/answer", {"node": "start", "agree": "yes"}).status_code == 403
    assert leader.post(f"{PAGE}/answer", {"node": "start", "agree": "no"}).status_code == 422
    assert leader.post(f"{PAGE}/answer", {"node": "start", "agree": "yes"}).status_code == 302
    assert day_of("start", "forecast_on") == later(240)
    assert clerk.post(f"{PAGE}/freeze").status_code == 422


def test_a_schedule_is_tried_and_then_recorded(planned: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("clerk")
    text = text_of(client.get(f"{PAGE}?to={later(300)}"))
    assert "试排结果" in text and "记入计划" in text
    assert "排不下" in text_of(client.get(f"{PAGE}?to={later(10)}"))
    sent = {"seen": seen(), "to": later(300), "why": "倒排"}
    assert client.post(f"{PAGE}/schedule", sent).status_code == 302
    # A day off is reached on the working day before; the longest run of days off is shorter than two weeks.
    assert later(286) <= day_of("start", "planned_on") <= later(300)
    assert client.post(f"{PAGE}/schedule", sent | {"to": later(10)}).status_code == 422


def test_files_go_out_and_come_back(planned: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("clerk")
    xml = client.get(f"{PAGE}/file/xml")
    assert xml.status_code == 200 and b"<Project" in xml.content
    assert client.get(f"{PAGE}/file/mpp").status_code == 404
    book = client.get(f"{PAGE}/file/xlsx").content
    stream = io.BytesIO(book)
    stream.name = "计划.xlsx"
    text = text_of(client.post(f"{PAGE}/import", {"file": stream}))
    assert "日期调整 0 项" in text
    wrong = io.BytesIO(b"nothing")
    wrong.name = "计划.xlsx"
    assert client.post(f"{PAGE}/import", {"file": wrong}).status_code == 422


def test_an_edited_sheet_is_confirmed(planned: County, browser_of: Callable[[str], Any]) -> None:
    import openpyxl

    client = browser_of("clerk")
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}/file/xlsx").content))
    page = book.active
    heads = {cell.value: cell.column for cell in page[2]}
    row = next(row for row in page.iter_rows(min_row=3) if row[0].value == "start")
    row[heads["不早于完成"] - 1].value = TODAY + timedelta(days=260)
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    stream.name = "计划.xlsx"
    response = client.post(f"{PAGE}/import", {"file": stream})
    token = text_of(response).split("/plan/import/")[1].split('"')[0]
    assert day_of("start", "planned_on") == later(210)
    done = client.post(f"{PAGE}/import/{token}", {"seen": seen(), "why": "调度会议定"})
    assert done.status_code == 302 and day_of("start", "planned_on") == later(260)


def test_the_portfolio_and_the_node_list(planned: County, browser_of: Callable[[str], Any]) -> None:
    import openpyxl

    client = browser_of("clerk")
    month = (TODAY + timedelta(days=60)).strftime("%Y-%m")
    text = text_of(client.get("/scene/projects/plans"))
    assert "码头一期" in text and "逐月节点" in text
    assert "码头一期" not in text_of(client.get("/scene/projects/plans?colour=red"))
    assert "码头一期" in text_of(client.get(f"/scene/projects/plans/nodes?month={month}"))
    sheet = client.get(f"/scene/projects/plans/nodes.xlsx?month={month}")
    cells = [
        cell.value for row in openpyxl.load_workbook(io.BytesIO(sheet.content)).active.rows for cell in row
    ]
    assert "码头一期" in cells and "土地供应" in cells
    assert "码头一期" not in text_of(browser_of("school").get("/scene/projects/plans"))
    assert client.post("/scene/projects/plans/freeze").status_code == 302
    assert browser_of("school").get(PAGE).status_code == 404
