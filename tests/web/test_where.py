"""Expressions of packs as questions to the book mean what the analysis engine says they mean."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from databases import County
from yiben.kernel.problems import Place

TEXTS = [
    "area > 10",
    "area = 10.5",
    "area >= 10.4999 and area < 10.5",
    "area between 10 and 11",
    "not (area > 100)",
    "area + 1 > 11.4",
    "area * 2 >= 21",
    "price / area < 200",
    "coalesce(area, 0) = 0",
    "kind = 'factory' or price > 100",
    "kind in ('field')",
    "not (kind in ('field'))",
    "kind <> 'field'",
    "seen_on is null",
    "seen_on is not null and is_fenced",
    "seen_on >= cast('2026-01-15' as date)",
    "place like '%厂%'",
    "is_fenced = true",
    "not (is_fenced)",
    "twice > 20.9",
    "per_area > 1 and per_area < 191",
    "greatest(area, 50) > 50",
    "abs(-area) > 10",
    "case when area > 100 then 1 else 0 end = 1",
    "area in (10.5, 200)",
    "length(place) > 2",
    "-area < -100",
    "lower(number) = 'a/1'",
    "price - area > 100.25",
    "1 = 1",
]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Both databases."""
    return str(request.param)


def test_every_expression_finds_the_same_rows(plots: County) -> None:
    from sqlglot import exp

    from yiben.boards.compiler import row_sql
    from yiben.boards.inputs import computed_tree
    from yiben.ledger.books import subject_book
    from yiben.ledger.frames import frame
    from yiben.ledger.packs import installed
    from yiben.scenes.expressions import parse_expression
    from yiben.web.where import where_of

    pack = installed("plots")
    book = duckdb.connect(":memory:")
    book.register("plots", frame(pack))

    def put(node: Any) -> Any:
        is_computed = isinstance(node, exp.Column) and node.name in pack.computed
        return exp.Paren(this=computed_tree(pack, node.name)[0].copy()) if is_computed else node

    for text in TEXTS:
        tree = parse_expression(text, columns=None, place=Place())[0]
        assert tree is not None, text
        query = exp.select("subject").from_("plots").where(row_sql(tree.tree.transform(put)))
        expected = {row[0] for row in book.execute(query.sql("duckdb")).fetchall()}
        rows = subject_book(pack)._default_manager.filter(recorded_to=None).filter(where_of(text, pack=pack))
        assert set(rows.values_list("subject", flat=True)) == expected, text


def test_what_lists_cannot_ask_is_said(plots: County) -> None:
    from yiben.ledger.packs import installed
    from yiben.web.where import NotForLists, where_of

    pack = installed("plots")
    for text in ("in_a_row(area > 1) > 2", "nothing > 1", "area >", "days_from(seen_on, seen_on) > 1"):
        with pytest.raises(NotForLists):
            where_of(text, pack=pack)
