"""A browser walks from the cockpit to a fact and a board, on a wall screen and on a phone (浏览器)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from conftest import ROOT, skip_or_fail
from databases import County, code

pytestmark = pytest.mark.browser
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "a long password"
SHOTS = ROOT / "test-output"
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
    from django.contrib.auth.hashers import ScryptPasswordHasher

    from yiben.people.models import Officer

    if not (ROOT / "src/yiben/web/static/built/manifest.json").exists():
        skip_or_fail("the bundle is not built (npm ci && npm run build)")
    hashed = ScryptPasswordHasher().encode(PASSWORD, "saltsaltsalt")
    Officer.objects.update(password=hashed)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "YIBEN_HOME": str(plots.home),
        "YIBEN_DATABASE": plots.url,
        "DJANGO_SETTINGS_MODULE": "yiben.site.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", "2", "--no-ws", "yiben.site.wsgi:application"]
    log = (plots.home / "server.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            if _answers(f"{address}/health"):
                break
            time.sleep(0.25)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.fixture
def chromium(site: str) -> Iterator[Any]:
    """The machine's own Chromium; it comes after the site, because Django may not run beside its loop."""
    path = os.environ.get("YIBEN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        skip_or_fail("no Chromium is installed (set YIBEN_CHROMIUM)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def signed_in(chromium: Any, site: str, *, size: str, username: str = "clerk") -> tuple[Any, list[str]]:
    """A page of a signed-in officer, and what its console complains of."""
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda sent: complaints.append(sent.url) if not _is_own(sent.url, site) else None)
    page.goto(f"{site}/sign-in")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_selector("h1")
    return page, complaints


def _is_own(address: str, site: str) -> bool:
    return address.startswith((site, "data:", "blob:"))


def keep(page: Any, name: str) -> None:
    """A picture of the page among the test's output."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_readable_and_accessible(chromium: Any, site: str, size: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page, complaints = signed_in(chromium, site, size=size)
    faults: list[str] = []
    for name, address in PAGES.items():
        response = page.goto(f"{site}{address}")
        assert response.status == 200, address
        page.wait_for_load_state("networkidle")
        keep(page, f"{name}-{size}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            faults.append(f"{name}: {wide} px wider than the screen")
        for one in axe.run(page).response["violations"]:
            if one["impact"] in ("serious", "critical"):
                where = "; ".join(str(node["target"]) for node in one["nodes"][:3])
                faults.append(f"{name}: {one['id']} ({len(one['nodes'])}) at {where}")
    page.context.close()
    assert not faults, "\n".join(faults)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("size", SIZES)
def test_a_number_is_followed_from_the_cockpit_to_its_entries(chromium: Any, site: str, size: str) -> None:
    page, complaints = signed_in(chromium, site, size=size)
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
    page, complaints = signed_in(chromium, site, size="phone")
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
