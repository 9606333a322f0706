"""A book that was changed behind the ledger's back is told from one that was not."""

from __future__ import annotations

import pytest
from django.db import connection

from databases import County, code


@pytest.fixture
def written(county: County) -> County:
    county.record(county.project(1, land="1"), county.project(2), county.project(3))
    county.record(county.only(1, land="2"), county.only(1, kind="period", slot="2026-01", invested="5"))
    county.record(county.only(2, kind="node", slot="start", planned_on="2026-03-01"))
    county.record(
        county.only(2, kind="exemption", slot="late", reason="汛期"), county.only(3, kind="withdraw")
    )
    return county


def test_untouched_books_are_those_of_the_entries(written: County) -> None:
    from yiben.ledger.compare import compare_books
    from yiben.ledger.verify import verify

    assert compare_books() == []
    assert verify().clean
    assert written.record(written.project(2)).unchanged == 1


@pytest.mark.parametrize(
    ("statement", "table", "number"),
    [
        ("UPDATE book_projects SET land = 3000000 WHERE land = 2000000", "book_projects", 1),
        ("UPDATE book_projects SET land = 3000000 WHERE land = 1000000", "book_projects", 1),
        ("UPDATE book_projects SET recorded_to = NULL WHERE name = '项目3'", "book_projects", 3),
        ("DELETE FROM book_projects WHERE name = '项目2'", "book_projects", 2),
        ("UPDATE book_projects_period SET invested = invested + 1", "book_projects_period", 1),
        ("UPDATE ledger_nodeversion SET planned_on = '2026-04-01'", "ledger_nodeversion", 2),
        ("DELETE FROM ledger_markversion", "ledger_markversion", 2),
    ],
)
def test_a_changed_book_is_named_and_mended(written: County, statement: str, table: str, number: int) -> None:
    from yiben.ledger.compare import compare_books
    from yiben.ledger.rebuild import rebuild

    with connection.cursor() as cursor:
        cursor.execute(statement)
    (problem,) = compare_books()
    assert (problem.place.sheet, problem.place.subject) == (table, code(number))
    assert len(compare_books()) == 1, "comparing changes nothing"
    rebuild()
    assert compare_books() == []
