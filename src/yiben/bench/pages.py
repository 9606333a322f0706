"""Pages under load (页面压力): the list of a large scene, filtered and sorted, by twenty users at once."""

from __future__ import annotations

import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from yiben.bench import Line

SUBJECTS, USERS, SECONDS, PAUSE = 1_000_000, 20, 20.0, 1.0
PASSWORD = "bench-password-9"
NAMES = ("name", "class", "stage", "unit", "town", "total_investment", "planned_start", "leader", "land")
P95_BUDGET = 0.2


def run(*, scale: float = 1.0) -> list[Line]:
    """p95 of list pages over `SUBJECTS` × scale subjects, USERS users who pause a second between pages."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        count = _in_a_process_of_its_own(home, round(SUBJECTS * scale))
        with _Site(home) as site:
            site.warm()
            times, failures = site.load()
    times.sort()
    p95 = times[int(len(times) * 0.95)] if times else 99.0
    middle = statistics.median(times) if times else 99.0
    kept = p95 < P95_BUDGET and not failures
    note = f"{count:,} subjects, {len(times)} pages, median {middle * 1000:.0f} ms, {failures} failures"
    return [Line("pages: list filtered and sorted, 20 users", p95, "p95 under 0.2 s", kept, note=note)]


def _in_a_process_of_its_own(home: Path, count: int) -> int:
    """Fill the ledger's book in another process, because Django is set up once per process."""
    code = f"from yiben.bench.pages import fill; fill({count})"
    subprocess.run([sys.executable, "-c", code], env=_environment(home), check=True)
    return count


def _environment(home: Path) -> dict[str, str]:
    settings = {
        "YIBEN_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "yiben.site.settings",
        "YIBEN_DATABASE": "",
    }
    return os.environ | settings


def fill(count: int) -> None:
    """A county of `count` made-up projects, straight into the book: here only pages are measured."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from yiben.ledger.books import PREFIX, insert_many, subject_book
    from yiben.ledger.packs import install_pack
    from yiben.people.access import machine
    from yiben.people.models import Duty, Officer, Unit
    from yiben.scenes.loader import built_in_packs

    call_command("migrate", verbosity=0)
    units = [Unit.objects.create(code=f"U{number:02d}", name=f"单位{number:02d}") for number in range(40)]
    officer = Officer.objects.create_officer("bench", name="压力", unit=units[0], password=PASSWORD)
    Duty.objects.create(officer=officer, role="clerk", unit=units[0])
    pack = built_in_packs()["projects"]
    install_pack(pack, by=machine("bench", unit="U00"), at=datetime.now(UTC))
    names = ["subject", "recorded_from", *(PREFIX + name for name in ("code", *NAMES))]
    with transaction.atomic():
        insert_many(subject_book(pack), names, _rows(pack, count))


def _rows(pack: Any, count: int) -> Iterator[tuple[Any, ...]]:
    dice = random.Random(1)
    stages, classes = list(pack.fields["stage"].choices), list(pack.fields["class"].choices)
    for number in range(count):
        key = f"2601-331022-04-01-{number:07d}"
        yield (
            *(key, 1, key),
            f"{dice.choice('海山云平石龙')}{dice.choice('川谷溪湾')}{dice.choice(('产业园', '道路', '学校'))}{number}",
            *(dice.choice(classes), dice.choice(stages), f"U{dice.randrange(40):02d}"),
            f"乡镇{dice.randrange(15)}",
            dice.randrange(100, 500_000) * 10**6,
            f"20{dice.randrange(20, 28)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 28):02d}",
            f"领导{dice.randrange(20)}",
            dice.randrange(900) * 10**6,
        )


def queries(dice: random.Random) -> Iterator[str]:
    """Addresses of list pages as people ask for them."""
    stages = ("ready", "construction", "completed", "reserve")
    while True:
        stage, unit = dice.choice(stages), f"U{dice.randrange(40):02d}"
        sort = dice.choice(("-total_investment", "planned_start", "name", "-land", "unit,-total_investment"))
        yield dice.choice(
            (
                f"f.stage.is={stage}&sort={sort}",
                f"f.unit.is={unit}&f.stage.is={stage}&sort={sort}",
                f"f.total_investment.min={dice.randrange(400_000)}&sort={sort}&page={dice.randrange(1, 20)}",
                f"q={quote(dice.choice(('产业园', '道路', '云湾')))}{dice.randrange(100)}",
                f"f.town.has={quote('乡镇')}{dice.randrange(15)}&f.planned_start.min=2024-01-01&sort={sort}",
                "list=to_start",
            )
        )


class _Site:
    """The site as it is served: two workers of one thread."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.home = home
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> _Site:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port)]
        command += ["--workers", "2", "--blocking-threads", "1", "--no-ws", "yiben.site.wsgi:application"]
        log = (self.home / "server.log").open("wb")
        self.server = subprocess.Popen(command, env=_environment(self.home), stdout=log, stderr=log)
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{self.address}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.25)
        return self

    def __exit__(self, *error: object) -> None:
        self.server.terminate()
        self.server.wait(30)

    def browser(self) -> urllib.request.OpenerDirector:
        """A signed-in browser."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        page = opener.open(f"{self.address}/sign-in", timeout=60).read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found is not None, "the sign-in page has no form"
        sent = {"username": "bench", "password": PASSWORD, "csrfmiddlewaretoken": found[1], "next": "/health"}
        opener.open(f"{self.address}/sign-in", urlencode(sent).encode(), timeout=60).close()
        return opener

    def warm(self) -> None:
        """Ask until every worker has the scene in columns: pages are then quick many times in a row."""
        opener, quick = self.browser(), 0
        deadline = time.perf_counter() + 300
        while quick < 60 and time.perf_counter() < deadline:
            start = time.perf_counter()
            opener.open(f"{self.address}/scene/projects/?sort=name", timeout=120).close()
            quick = quick + 1 if time.perf_counter() - start < P95_BUDGET else 0

    def load(self) -> tuple[list[float], int]:
        """The time of every page that USERS users asked for, and how many failed."""
        times: list[float] = []
        failures = [0]
        openers = [self.browser() for _ in range(USERS)]
        until = time.perf_counter() + SECONDS

        def user(number: int) -> None:
            opener, dice = openers[number], random.Random(number)
            asked = queries(dice)
            time.sleep(dice.random() * PAUSE)
            while time.perf_counter() < until:
                start = time.perf_counter()
                try:
                    opener.open(f"{self.address}/scene/projects/?{next(asked)}", timeout=60).read()
                    times.append(time.perf_counter() - start)
                except (urllib.error.URLError, OSError):
                    failures[0] += 1
                time.sleep(PAUSE * (0.5 + dice.random()))

        users = [threading.Thread(target=user, args=(number,)) for number in range(USERS)]
        for one in users:
            one.start()
        for one in users:
            one.join()
        return times, failures[0]
