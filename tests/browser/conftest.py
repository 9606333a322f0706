"""A small county that is made once, served with a clock that the walk winds, and seen by Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from browser.small_county import Served, fill
from databases import County, SqliteTemplates, switch_to
from served import chromium_started, let_everybody_in, serving


@pytest.fixture(scope="session")
def served(sqlite_templates: SqliteTemplates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The county as its people find it on an evening of July: the half-year is over, June is not filed."""
    home = tmp_path_factory.mktemp("county")
    with sqlite_templates.copy(home, county=True) as url:
        switch_to(url, home=home)
        fill(County("sqlite", url, home))
        let_everybody_in()
        switch_to("", home=sqlite_templates.folder)
        clock = home / "clock"
        clock.write_text("2026-07-03T21:10:00+08:00", encoding="utf-8")
        more = {"YIBEN_TEST_CLOCK": str(clock)}
        with serving(home, url, target="browser.clocked:application", more=more) as address:
            yield Served(address, clock)


@pytest.fixture(scope="module")
def chromium(served: Served) -> Iterator[Any]:
    """The machine's own Chromium, started once the county is made; stopped before tests that use Django."""
    with chromium_started() as browser:
        yield browser
