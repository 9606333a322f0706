"""Behind every number stand the entries that said it."""

from __future__ import annotations

from databases import START, County, code


def test_every_statement_of_a_fact_newest_first(county: County) -> None:
    from yiben.ledger.history import history

    county.record(
        county.project(1, land="1"), at=START, by=county.person("clerk"), why="初报", source="a.xlsx"
    )
    county.record(county.only(1, land="2", owner="城投"))
    county.record(county.only(1, land=None))
    said = history("projects", code(1), name="land")
    assert [(one.value, one.transaction, one.superseded_by) for one in said] == [
        (None, 3, None), ("2", 2, 3), ("1", 1, 2),
    ]  # fmt: skip
    first = said[-1]
    assert (first.officer, first.unit, first.at, first.why, first.source) == (
        "clerk",
        "DRC",
        START,
        "初报",
        "a.xlsx",
    )
    assert [one.transaction for one in history("projects", code(1), name="land", up_to=2)] == [2, 1]
    assert {one.name for one in history("projects", code(1), up_to=2) if one.transaction == 2} == {
        "land",
        "owner",
    }


def test_periods_and_nodes_are_kept_apart(county: County) -> None:
    from yiben.ledger.history import history

    county.record(county.project(1))
    for slot in ("2026-01", "2026-02"):
        county.record(county.only(1, kind="period", slot=slot, invested="5"))
    assert [one.superseded_by for one in history("projects", code(1), name="invested")] == [None, None]
    assert [one.slot for one in history("projects", code(1), kind="period", slot="2026-01")] == ["2026-01"]
    assert history("projects", code(2)) == []


def test_the_newest_transactions_come_first(county: County) -> None:
    from yiben.ledger.history import transactions

    for number in range(1, 5):
        county.record(county.project(number))
    assert [one.id for one in transactions(limit=3)] == [4, 3, 2]
    assert list(transactions(scene="grain")) == []
