"""A browser walks from the cockpit to a fact and a board, on a wall screen and on a phone (浏览器)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from databases import County, code
from served import (
    PASSWORD,
    chromium_started,
    grave_findings,
    keep,
    let_everybody_in,
    serving,
    signed_in,
    too_wide,
)

pytestmark = pytest.mark.browser
SIZES = {"wall": (1920, 1080), "phone": (360, 740)}
SUBJECT = f"/scene/projects/subject/{code(1)}"
PAGES = {
    "cockpit": "/",
    "list": "/scene/projects/",
    "subject": SUBJECT,
    "fact": f"{SUBJECT}/fact/invested?kind=period",
    "boards": "/scene/projects/boards",
    "board": "/scene/projects/board/monthly_show?period=2026-02",
    "import": "/scene/projects/import",
    "edit": f"{SUBJECT}/edit",
    "filing": "/scene/projects/filing?month=2026-02&unit=ROADS",
    "scenes": "/scenes",
    "scene": "/scenes/projects",
    "audit": "/audit",
    "account": "/account",
    "screen": "/scene/projects/screen",
    "plots": "/scene/plots/",
    "plot": "/scene/plots/subject/A~2F1",
}


@pytest.fixture
def site(plots: County) -> Iterator[str]:
    """The site as it is served, on a free port of loopback."""
    let_everybody_in()
    with serving(plots.home, plots.url) as address:
        yield address


@pytest.fixture
def chromium(site: str) -> Iterator[Any]:
    """The machine's own Chromium; it comes after the site, because Django may not run beside its loop."""
    with chromium_started() as browser:
        yield browser


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_readable_and_accessible(chromium: Any, site: str, size: str) -> None:
    page, complaints = signed_in(chromium, site, size=SIZES[size])
    faults: list[str] = []
    for name, address in PAGES.items():
        response = page.goto(f"{site}{address}")
        assert response.status == 200, address
        page.wait_for_load_state("networkidle")
        keep(page, f"{name}-{size}")
        if wide := too_wide(page):
            faults.append(f"{name}: {wide} px wider than the screen")
        faults += [f"{name}: {one}" for one in grave_findings(page)]
    page.context.close()
    assert not faults, "\n".join(faults)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("size", SIZES)
def test_a_number_is_followed_from_the_cockpit_to_its_entries(chromium: Any, site: str, size: str) -> None:
    page, complaints = signed_in(chromium, site, size=SIZES[size])
    page.goto(f"{site}/scene/projects/cockpit?month=2026-02")
    page.click("dd a.fact >> nth=0")
    page.wait_for_selector("#rows")
    page.fill("#q", "项目01")
    page.locator("#rows tbody tr >> nth=1").wait_for(state="detached")
    assert "q=" in page.url
    page.click("#rows td.name a")
    page.wait_for_selector("#history")
    page.click("a.fact:has-text('60') >> nth=0")
    page.wait_for_selector("text=来历")
    assert "2026-02" in page.inner_text("main") and "system" in page.inner_text("main")
    page.goto(f"{site}/scene/projects/board/monthly_show?period=2026-02")
    page.click("td.name a >> nth=0")
    page.wait_for_selector("#rows")
    page.context.close()
    assert not complaints, "\n".join(complaints)


def test_switching_the_language_keeps_what_was_typed(chromium: Any, site: str) -> None:
    page, complaints = signed_in(chromium, site, size=SIZES["phone"])
    page.goto(f"{site}{SUBJECT}/edit")
    page.fill("#in-field-owner", "还没保存的业主")
    page.click("button[name=language]")
    page.wait_for_selector("text=Unsent changes")
    assert page.input_value("#in-field-owner") == "还没保存的业主"
    page.click("button[type=submit].btn-primary")
    page.wait_for_selector("text=Recorded as transaction")
    page.goto(f"{site}{SUBJECT}/edit")
    assert page.is_hidden("[data-draft-note]")
    page.context.close()
    assert not complaints, "\n".join(complaints)


def test_pages_can_be_read_without_scripts(chromium: Any, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/sign-in")
    page.fill("#username", "clerk")
    page.fill("#password", PASSWORD)
    page.click("button.btn-primary")
    page.goto(f"{site}/scene/projects/")
    page.fill("#q", "项目02")
    page.click("form[role=search] button[type=submit]")
    assert page.locator("#rows tbody tr").count() == 1
    page.goto(f"{site}{SUBJECT}?as_of=2026-01-05")
    assert "以下全页为当时账面所知" in page.inner_text("main")
    context.close()
