"""Databases for tests: each is made and migrated once, and copied for every test that asks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from yiben.ledger.record import Recorded, Statement
    from yiben.people.access import Person
    from yiben.scenes.model import Pack

PREFIX = "yiben_test_"
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
UNITS = (
    ("DRC", "发改局", "Development and Reform", ""),
    ("TRANSPORT", "交通局", "Transport", ""),
    ("ROADS", "公路事务中心", "Road Service", "TRANSPORT"),
    ("EDUCATION", "教育局", "Education", ""),
)
# Username, name, unit, role: one officer for each kind of right.
OFFICERS = (
    ("clerk", "陈经办", "DRC", "clerk"),
    ("transport", "王交通", "TRANSPORT", "filer"),
    ("roads", "李公路", "ROADS", "filer"),
    ("school", "赵教育", "EDUCATION", "filer"),
    ("head", "孙局长", "TRANSPORT", "unit_head"),
    ("leader", "周县长", "DRC", "leader"),
    ("admin", "吴管理", "DRC", "administrator"),
    ("auditor", "郑审计", "DRC", "auditor"),
    ("idle", "冯无岗", "DRC", ""),
)


@dataclass(frozen=True, slots=True)
class Book:
    """An empty, migrated ledger of one test: Django's default database points at it."""

    backend: str
    url: str
    home: Path

    def reconnect(self) -> None:
        """Point Django at this database again, after a test has looked at another."""
        switch_to(self.url, home=self.home)


@dataclass(frozen=True, slots=True)
class County(Book):
    """A small county: four units, an officer for each role, and the pack `projects` installed."""

    moments: Iterator[datetime] = field(default_factory=lambda: _moments(START))

    @property
    def pack(self) -> Pack:
        """The built-in pack of key projects."""
        from yiben.scenes.loader import built_in_packs

        return built_in_packs()["projects"]

    @property
    def system(self) -> Person:
        """The system itself, which may do everything."""
        from yiben.people.access import machine

        return machine("system", unit="DRC")

    def person(self, username: str) -> Person:
        """The rights of one of the county's officers."""
        from yiben.people.access import person_of
        from yiben.people.models import Officer

        return person_of(Officer.objects.select_related("unit").get(username=username))

    def project(self, number: int, **facts: Any) -> Statement:
        """What is stated of project `number`: a whole new row, with `facts` on top."""
        from yiben.ledger.record import Statement

        whole = {"name": f"项目{number}", "class": "industrial", "stage": "construction"}
        whole |= {"unit": "TRANSPORT", "total_investment": "1000"}
        return Statement(code(number), whole | facts)

    def only(self, number: int, *, kind: str = "field", slot: str = "", **facts: Any) -> Statement:
        """Just these facts of project `number`."""
        from yiben.ledger.record import Statement

        return Statement(code(number), facts, kind, slot)

    def record(self, *statements: Statement, **options: Any) -> Recorded:
        """Record as the system, an hour later each time, having seen everything."""
        from yiben.ledger.record import head, record

        given = {"pack": self.pack, "by": self.system, "way": "page", "seen": head()} | options
        return record(statements, **({"at": next(self.moments)} | given))


def code(number: int) -> str:
    """The project code of project `number`."""
    return f"2601-331022-04-01-{number:06d}"


def _moments(start: datetime) -> Iterator[datetime]:
    while True:
        yield start
        start += timedelta(hours=1)


def start_django(home: Path) -> None:
    """Set Django up once, for tests: cheap password hashes, mails kept in memory."""
    import django
    from django.conf import settings

    os.environ.update(YIBEN_HOME=str(home), DJANGO_SETTINGS_MODULE="yiben.site.settings")
    os.environ.pop("YIBEN_DATABASE", None)
    django.setup()
    from django.test.utils import setup_test_environment

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    setup_test_environment()


def switch_to(url: str, *, home: Path) -> None:
    """Make `url` Django's default database and `home` its folder."""
    from django.conf import settings
    from django.db import connections

    from yiben.site.environment import database_from

    connections.close_all()
    wanted = connections.configure_settings({"default": database_from(url, home=home)})
    connections.settings["default"] = wanted["default"]
    if "default" in [one.alias for one in connections.all(initialized_only=True)]:
        del connections["default"]
    settings.HOME = home


def migrate_and_seed(*, county: bool) -> None:
    """Make the tables in the default database and, for a county, its units, officers and pack."""
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    if county:
        _seed_county()
    connections.close_all()


def _seed_county() -> None:
    from yiben.ledger.packs import install_pack
    from yiben.people.access import machine
    from yiben.people.models import Duty, Officer, Unit
    from yiben.scenes.loader import built_in_packs

    units: dict[str, Unit] = {}
    for unit, name, english, parent in UNITS:
        units[unit] = Unit.objects.create(code=unit, name=name, name_en=english, parent=units.get(parent))
    for username, name, unit, role in OFFICERS:
        officer = Officer.objects.create_officer(
            username, name=name, unit=units[unit], password="a long password"
        )
        if role:
            Duty.objects.create(officer=officer, role=role, unit=units[unit])
    install_pack(built_in_packs()["projects"], by=machine("system", unit="DRC"), at=START)


class SqliteTemplates:
    """Migrated SQLite files, one for each kind of start, copied on demand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, path: Path) -> str:
        """The address of a database file."""
        return f"sqlite:///{path}"

    @contextmanager
    def copy(self, home: Path, *, county: bool) -> Iterator[str]:
        """A fresh copy below `home`."""
        template = self.folder / f"{'county' if county else 'empty'}.sqlite"
        if not template.exists():
            switch_to(self.url(template), home=self.folder)
            migrate_and_seed(county=county)
        path = home / "yiben.sqlite"
        shutil.copyfile(template, path)
        yield self.url(path)


class PostgresTemplates:
    """Migrated PostgreSQL databases, copied by CREATE DATABASE … TEMPLATE."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.made: set[str] = set()
        self.counter = 0

    def url(self, name: str) -> str:
        """The address of a database on the server."""
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement outside any transaction, in the server's own database."""
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as link:
            cursor = link.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def create(self, name: str, *, template: str = "template0") -> None:
        """Make a database."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\'')

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextmanager
    def copy(self, home: Path, *, county: bool) -> Iterator[str]:
        """A fresh copy, dropped afterwards."""
        template = f"{PREFIX}{os.getpid()}_{'county' if county else 'empty'}"
        if template not in self.made:
            self.create(template)
            self.made.add(template)
            switch_to(self.url(template), home=home)
            migrate_and_seed(county=county)
        self.counter += 1
        name = f"{PREFIX}{os.getpid()}_{self.counter}"
        self.create(name, template=template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def clean(self) -> None:
        """Drop the templates, and whatever runs that were killed have left behind."""
        for name in self.made:
            self.drop(name)
        for (name,) in self.run("SELECT datname FROM pg_database WHERE datname LIKE 'yiben\\_test\\_%'"):
            owner = name.removeprefix(PREFIX).partition("_")[0]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                self.drop(name)


def find_server() -> str:
    """The address of a PostgreSQL server for tests; empty where there is none.

    YIBEN_TEST_POSTGRES names it; else the local one on the usual port is tried.
    """
    import psycopg

    named = os.environ.get("YIBEN_TEST_POSTGRES")
    for url in [named] if named else ["postgresql://127.0.0.1:5432/postgres", "postgresql:///postgres"]:
        try:
            with psycopg.connect(url, connect_timeout=3) as link:
                parts = urlsplit(url)
                who = parts.netloc if "@" in parts.netloc else f"{link.info.user}@{parts.netloc}"
                return urlunsplit(parts._replace(netloc=who))
        except psycopg.Error:
            continue
    return ""
