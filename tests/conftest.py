"""Fixtures that every room's tests may use, and the rule for what may be skipped.

Engine tests never touch Django. A test that asks for `book` or `county` gets a database of its
own, on SQLite and again on PostgreSQL; a room whose tests need only one overrides `backend`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from databases import Book, County, PostgresTemplates, SqliteTemplates, find_server, start_django, switch_to

ROOT = Path(__file__).resolve().parent.parent
# How long an example takes depends on the machine's other work: no test fails for that.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


def skip_or_fail(reason: str) -> None:
    """Skip a test that this machine cannot run; with YIBEN_REQUIRE_ALL=1 a skip is a failure."""
    if os.environ.get("YIBEN_REQUIRE_ALL") == "1":
        pytest.fail(f"required, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real reports and data, which is not part of the repository."""
    folder = Path(os.environ.get("YIBEN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        skip_or_fail("the folder with the real reports and data is not there (set YIBEN_SHARED)")
    return folder


@pytest.fixture(scope="session")
def django_ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Django, set up once for the session; gives the session's home folder."""
    home = tmp_path_factory.mktemp("home")
    start_django(home)
    return home


@pytest.fixture(scope="session")
def sqlite_templates(django_ready: Path) -> SqliteTemplates:
    """The migrated SQLite files that tests copy."""
    return SqliteTemplates(django_ready)


@pytest.fixture(scope="session")
def postgres_templates(django_ready: Path) -> Iterator[PostgresTemplates]:
    """The migrated PostgreSQL databases that tests copy."""
    server = find_server()
    if not server:
        skip_or_fail("no PostgreSQL server answers (set YIBEN_TEST_POSTGRES)")
    templates = PostgresTemplates(server)
    yield templates
    switch_to("", home=django_ready)
    templates.clean()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """The database that a test runs on; by default each test runs on both."""
    return str(request.param)


@pytest.fixture
def book(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    """An empty, migrated ledger."""
    templates = request.getfixturevalue(f"{backend}_templates")
    with templates.copy(tmp_path, county=False) as url:
        switch_to(url, home=tmp_path)
        yield Book(backend, url, tmp_path)
        switch_to("", home=request.getfixturevalue("django_ready"))


@pytest.fixture
def county(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[County]:
    """A small county with units, officers for every role, and the pack of key projects."""
    templates = request.getfixturevalue(f"{backend}_templates")
    with templates.copy(tmp_path, county=True) as url:
        switch_to(url, home=tmp_path)
        yield County(backend, url, tmp_path)
        switch_to("", home=request.getfixturevalue("django_ready"))
