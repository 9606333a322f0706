"""Pages of documents: drafts, publishing, approving, files, and the page behind every number."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from databases import County
from yiben.kernel.periods import Period

PAGE = "/scene/projects/documents/bulletin@2026-01"


@pytest.fixture
def sealed(life: County) -> County:
    """The county with January closed."""
    from yiben.ledger.seals import seal

    seal(Period.of("2026-01"), by=life.system, at=datetime(2026, 2, 10, 10, tzinfo=UTC))
    return life


def test_a_bulletin_goes_from_draft_to_approved(sealed: County, browser_of: Callable[[str], Any]) -> None:
    clerk, leader, school = map(browser_of, ("clerk", "leader", "school"))
    assert "送审稿" in clerk.get(PAGE).content.decode()
    assert school.get(PAGE).status_code == 404
    assert clerk.post(f"{PAGE}/publish").status_code == 302
    assert school.get(PAGE).status_code == 404
    assert clerk.post(f"{PAGE}/approve").status_code == 403
    assert leader.post(f"{PAGE}/approve").status_code == 302
    told = school.get(PAGE).content.decode()
    assert "送审稿" not in told and "签发：周县长" in told
    assert "已签发" in school.get("/scene/projects/documents").content.decode()
    assert "✓" in clerk.get(f"{PAGE}?check=1").content.decode()


def test_an_unsealed_month_is_not_published(life: County, browser_of: Callable[[str], Any]) -> None:
    response = browser_of("clerk").post(f"{PAGE}/publish", follow=True)
    assert "2026-01" in response.content.decode()
    assert "待签发" not in browser_of("clerk").get(PAGE).content.decode()


def test_every_number_leads_to_a_page(sealed: County, browser_of: Callable[[str], Any]) -> None:
    clerk = browser_of("clerk")
    text = clerk.get(PAGE).content.decode()
    article = text[text.index("<article") : text.index("</article>")]
    links = set(re.findall(r'href="(/[^"]+)"', article))
    assert any("/figures/done" in link for link in links)
    for link in links:
        assert clerk.get(link.replace("&amp;", "&")).status_code == 200, link


def test_reasons_lead_only_to_projects_that_the_reader_may_see(
    life: County, browser_of: Callable[[str], Any], request: pytest.FixtureRequest
) -> None:
    late = {"stage": "ready", "planned_start": date(2025, 6, 1)}
    units = {11: "TRANSPORT", 12: "EDUCATION"}
    at = datetime(2026, 1, 9, 3, tzinfo=UTC)
    life.record(*(life.project(number, unit=unit, **late) for number, unit in units.items()), at=at)
    request.getfixturevalue("sealed")
    browser_of("clerk").post(f"{PAGE}/publish")
    browser_of("leader").post(f"{PAGE}/approve")
    led = {}
    for username in ("leader", "school"):
        browser = browser_of(username)
        page = browser.get(PAGE).content.decode()
        led[username] = set(re.findall(r'href="(?:http://testserver)?(/scene/projects/subject/[^"]+)"', page))
        assert all(browser.get(address.replace("&amp;", "&")).status_code == 200 for address in led[username])
    assert led["school"] < led["leader"]


def test_a_number_shows_its_records(sealed: County, browser_of: Callable[[str], Any]) -> None:
    told = browser_of("clerk").get(f"{PAGE}/figures/done").content.decode()
    assert told.count("/fact/invested?kind=period") == 3 and "151.5" in told


def test_files_come_as_attachments(sealed: County, browser_of: Callable[[str], Any]) -> None:
    clerk = browser_of("clerk")
    response = clerk.get(f"{PAGE}/file/docx")
    assert response.content[:2] == b"PK" and "attachment" in response.headers["Content-Disposition"]
    assert clerk.get(f"{PAGE}/file/exe").status_code == 404
    assert clerk.get("/scene/projects/documents/letter@2026-01").status_code == 404
    assert clerk.get("/scene/projects/documents/bulletin@2026").status_code == 404


def test_a_scene_nobody_wrote_code_for_has_its_bulletin(
    plots: County, browser_of: Callable[[str], Any]
) -> None:
    told = browser_of("clerk").get("/scene/plots/documents/bulletin@2026-01").content.decode()
    assert "闲置地块" in told and "2.50亩" in told
    assert "1800" not in told
    assert browser_of("admin").get("/scene/plots/documents/bulletin@2026-01").status_code == 404
