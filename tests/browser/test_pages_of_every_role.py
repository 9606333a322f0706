"""Every page that a role can reach by clicking: it answers, fits three widths, and axe finds nothing grave.

Each role starts at its first page and follows links, one page for each route. A page whose kinds of
elements were all seen before is not given to axe again: the same elements have the same findings.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from browser.small_county import Served
from databases import code
from served import grave_findings, keep, signed_in, too_wide

pytestmark = pytest.mark.browser
WIDTHS = (1920, 768, 360)
READ_BY_AXE = (1920, 360)
ROLES = ("clerk", "transport", "head", "checker", "leader", "admin", "auditor")
# Routes that give a file, data or nothing to look at.
NO_PAGES = {
    "export",
    "template",
    "document-file",
    "slip-file",
    "plan-file",
    "plans-nodes-file",
    "import-corrected",
    "stored-file",
    "health",
}
# Where a role begins beside its first page: what stands behind a form or a filter.
BEGINNINGS = (
    "/",
    "/work",
    f"/scene/projects/subject/{code(1)}",
    "/scene/projects/cases?view=all",
    "/scene/projects/documents/bulletin@2026-06",
    "/scene/projects/filing?month=2026-06&unit=TRANSPORT",
)
# Every page that somebody must have come to by clicking; whatever else there is, is looked at as well.
MUST_BE_SEEN = {
    "account",
    "accounts",
    "accounts-scene",
    "allocation",
    "appraisal",
    "audit",
    "board",
    "boards",
    "case",
    "cases",
    "cockpit",
    "document",
    "document-figure",
    "documents",
    "edit",
    "fact",
    "filing",
    "filing-verify",
    "home",
    "import",
    "inspections",
    "list",
    "new",
    "photos",
    "plan",
    "plans",
    "plans-nodes",
    "report",
    "reports",
    "scene",
    "scenes",
    "screen",
    "slips-new",
    "subject",
    "transaction",
    "units",
    "work",
}
SKELETON = """() => [...new Set([...document.body.querySelectorAll('*:not(svg *)')].map((one) =>
  one.tagName + '.' + one.getAttribute('class') + '|' + [...one.attributes].map((a) => a.name).sort().join()))]"""


def route_of(address: str, site: str) -> str:
    """The name of the route that an address leads to; empty where it leads to no page of the site."""
    from django.urls import Resolver404, resolve

    if not address.startswith(site):
        return ""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return ""
    return "" if match.namespaces or match.url_name in NO_PAGES else str(match.url_name)


def settled_excess(page: Any) -> int:
    """By how much the page is too wide, once its charts have followed the new width."""
    for _ in range(20):
        if not too_wide(page):
            return 0
        page.wait_for_timeout(250)
    return too_wide(page)


class Visit:
    """One role's way through the site: routes seen, faults found."""

    def __init__(self, page: Any, served: Served, read: dict[int, set[str]]) -> None:
        self.page, self.site, self.read = page, served.address, read
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def walk(self) -> None:
        """Follow links until every reachable route has been seen once."""
        waiting = [self.site + path for path in BEGINNINGS]
        while waiting:
            address = waiting.pop(0)
            route = route_of(address, self.site)
            if not route or route in self.seen:
                continue
            if self.look(address, route):
                waiting += self.page.eval_on_selector_all("a[href]", "all => all.map((one) => one.href)")

    def look(self, address: str, route: str) -> bool:
        """Look at one page in every width; False where the role may not see it."""
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        response = self.page.goto(address)
        if address.removeprefix(self.site) in BEGINNINGS and response.status in (403, 404):
            return False
        self.seen.add(route)
        if response.status != 200:
            self.faults.append(f"{route}: {response.status} at {address}")
            return False
        parts = set(self.page.evaluate(SKELETON))
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            if wide := settled_excess(self.page):
                self.faults.append(f"{route}: {wide} px too wide at {width}, {address}")
                keep(self.page, f"too-wide-{route}-{width}")
            if width in READ_BY_AXE and not parts <= self.read[width]:
                self.read[width] |= parts
                self.faults += [f"{route} at {width}: {one}" for one in grave_findings(self.page)]
        return True


def test_every_page_of_every_role(chromium: Any, served: Served) -> None:
    served.wind("2026-08-11T09:00")
    read: dict[int, set[str]] = {width: set() for width in READ_BY_AXE}
    seen: set[str] = set()
    faults: list[str] = []
    for role in ROLES:
        page, complaints = signed_in(chromium, served.address, size=(WIDTHS[0], 900), username=role)
        visit = Visit(page, served, read)
        visit.walk()
        page.context.close()
        seen |= visit.seen
        faults += [f"{role}: {one}" for one in visit.faults]
        # What a role may not see is refused on purpose, and the browser tells of each refusal.
        faults += [f"{role}: {one}" for one in complaints if "status of 40" not in one]
    assert not faults, "\n".join(faults)
    assert seen >= MUST_BE_SEEN, sorted(MUST_BE_SEEN - seen)
