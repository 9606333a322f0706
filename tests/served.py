"""The site as it is served, and the machine's own Chromium, for tests of pages (浏览器测试)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, skip_or_fail

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
# What axe calls serious or critical fails a test; the lighter ones are matters of taste.
GRAVE = ("serious", "critical")


def let_everybody_in() -> None:
    """Give every officer of the county the tests' password, hashed as the site hashes."""
    from django.contrib.auth.hashers import ScryptPasswordHasher

    from yiben.people.models import Officer

    Officer.objects.update(password=ScryptPasswordHasher().encode(PASSWORD, "saltsaltsalt"))


@contextmanager
def serving(
    home: Path,
    url: str,
    *,
    target: str = "yiben.site.wsgi:application",
    more: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The site on a free port of loopback; `target` is the WSGI door, `more` is put into its environment."""
    if not (ROOT / "src/yiben/web/static/built/manifest.json").exists():
        skip_or_fail("the bundle is not built (npm ci && npm run build)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "YIBEN_HOME": str(home),
        "YIBEN_DATABASE": url,
        "DJANGO_SETTINGS_MODULE": "yiben.site.settings",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests"))),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", "2", "--no-ws", target]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, env=environment | (more or {}), stdout=log, stderr=subprocess.STDOUT
        )
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(240):
                if _answers(f"{address}/health"):
                    break
                time.sleep(0.25)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@contextmanager
def chromium_started() -> Iterator[Any]:
    """The machine's own Chromium. Start it after the county is made: Django may not run beside its loop."""
    path = os.environ.get("YIBEN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        skip_or_fail("no Chromium is installed (set YIBEN_CHROMIUM)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def signed_in(
    chromium: Any, site: str, *, size: tuple[int, int], username: str = "clerk"
) -> tuple[Any, list[str]]:
    """A page of a signed-in officer, and what it complains of: script errors, 5xx, requests to other hosts."""
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda sent: complaints.append(sent.url) if not _is_own(sent.url, site) else None)
    page.on(
        "response", lambda got: complaints.append(f"{got.status} {got.url}") if got.status >= 500 else None
    )
    sign_in(page, site, username)
    return page, complaints


def sign_in(page: Any, site: str, username: str) -> None:
    """Sign in on a page."""
    page.goto(f"{site}/sign-in")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_selector("h1")


def _is_own(address: str, site: str) -> bool:
    return address.startswith((site, "data:", "blob:"))


def keep(page: Any, name: str) -> None:
    """A picture of the page among the test's output."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)


def too_wide(page: Any) -> int:
    """By how many pixels the page is wider than the window; 0 where nothing scrolls sideways."""
    return max(0, int(page.evaluate("document.documentElement.scrollWidth - innerWidth")))


def grave_findings(page: Any) -> list[str]:
    """What axe finds that is serious or critical, with its first places."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [
        f"{one['id']} ({len(one['nodes'])}) at " + "; ".join(str(node["target"]) for node in one["nodes"][:3])
        for one in axe.run(page).response["violations"]
        if one["impact"] in GRAVE
    ]
