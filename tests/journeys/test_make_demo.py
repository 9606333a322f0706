"""The demo county: made the same twice, filed, judged, published, sealed and verified."""

from __future__ import annotations

import pytest

from databases import Book
from yiben.kernel.periods import Period, months_between


@pytest.fixture
def backend() -> str:
    return "sqlite"


LAST = Period.of("2025-03")


def portrait() -> tuple[object, ...]:
    """Everything that two runs must have in common."""
    from yiben.journeys.assess_scene import assess_scene
    from yiben.journeys.draw_board import draw_board
    from yiben.ledger.models import Seal
    from yiben.ledger.packs import installed
    from yiben.ledger.verify import verify

    pack = installed("projects")
    verdict = verify()
    assert verdict.clean
    findings = assess_scene(pack, months_between(Period.of("2025-01"), LAST))
    board = draw_board(pack, "monthly_show", period=LAST)
    return (
        verdict.head,
        list(Seal.objects.values_list("month", "root", "digest")),
        findings.colours.to_pylist(),
        findings.reasons.to_pylist(),
        board.digest,
    )


def test_two_runs_give_the_same_county(book: Book, sqlite_templates, tmp_path_factory) -> None:
    from databases import switch_to
    from yiben.journeys.make_demo import make_demo

    make_demo(last=LAST)
    first = portrait()
    other = tmp_path_factory.mktemp("again")
    with sqlite_templates.copy(other, county=False) as url:
        switch_to(url, home=other)
        make_demo(last=LAST)
        assert portrait() == first
    book.reconnect()


def test_another_seed_makes_another_county() -> None:
    from yiben.journeys.demo_projects import demo_projects

    one, two = demo_projects(1), demo_projects(2)
    assert len(one) == len(two) == 162
    assert [project.code for project in one] != [project.code for project in two]
    assert [project.facts for project in demo_projects(1)] == [project.facts for project in one]


def test_every_made_entry_says_so(book: Book) -> None:
    from yiben.journeys.make_demo import make_demo
    from yiben.ledger.models import Transaction

    make_demo(last=Period.of("2025-01"))
    assert set(Transaction.objects.values_list("way", flat=True)) == {"demo"}
    progress = Transaction.objects.filter(
        entries__kind__in=("field", "period", "node"), scene="projects"
    ).distinct()
    assert progress.count() > 10
    assert all("演示数据" in why for why in progress.values_list("why", flat=True))
