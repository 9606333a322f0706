"""Boards over the ledger: drawn, published once, reproduced later, corrected in the open."""

from __future__ import annotations

import pytest

from databases import County, code
from yiben.kernel.periods import Period

MARCH = Period.of("2026-03")


@pytest.fixture
def filed(county: County) -> County:
    """Two units that filed March, one of them well."""
    county.record(
        county.project(1, planned_start="2026-01-01", started_on="2026-01-05"),
        county.project(2, unit="EDUCATION", planned_start="2026-01-01", started_on="2026-01-05"),
        *(county.only(number, kind="period", slot="2026", plan_year="1000") for number in (1, 2)),
        county.only(1, kind="period", slot="2026-03", invested="300"),
        county.only(2, kind="period", slot="2026-03", invested="20"),
    )
    return county


def ranks(board) -> dict[object, object]:
    return dict(zip(board.column("unit"), board.column("rank"), strict=True))


def test_a_board_ranks_units(filed: County) -> None:
    from yiben.journeys.draw_board import draw_board

    assert ranks(draw_board(filed.pack, "monthly_show", period=MARCH)) == {"TRANSPORT": 1, "EDUCATION": 2}


def test_a_published_board_is_reproduced_after_the_book_moved_on(filed: County) -> None:
    from yiben.journeys.draw_board import publish_board, published_boards, reproduce_board

    clerk = filed.person("clerk")
    publish_board(filed.pack, "monthly_show", period=MARCH, by=clerk, at=next(filed.moments))
    filed.record(filed.only(2, kind="period", slot="2026-03", invested="900"))
    [published] = published_boards(filed.pack)
    again = reproduce_board("projects", published)
    assert again.same and ranks(again.board) == {"TRANSPORT": 1, "EDUCATION": 2}


def test_a_second_publication_is_an_erratum(filed: County) -> None:
    from yiben.boards.frozen import NothingToCorrect
    from yiben.journeys.draw_board import publish_board, published_boards

    clerk = filed.person("clerk")
    options = {"period": MARCH, "by": clerk, "reason": "三月数据更正"}
    first = publish_board(filed.pack, "monthly_show", at=next(filed.moments), **options)
    with pytest.raises(NothingToCorrect):
        publish_board(filed.pack, "monthly_show", at=next(filed.moments), **options)
    filed.record(filed.only(2, kind="period", slot="2026-03", invested="900"))
    second = publish_board(filed.pack, "monthly_show", at=next(filed.moments), **options)
    assert second.frozen.correction is not None
    assert second.frozen.correction.corrects == first.frozen.digest
    assert ranks(second.frozen.board) == {"EDUCATION": 1, "TRANSPORT": 2}
    assert [one.frozen.digest for one in published_boards(filed.pack)] == [second.frozen.digest]


def test_only_who_may_publish_does(filed: County) -> None:
    from yiben.journeys.draw_board import publish_board
    from yiben.people.access import NotAllowed

    with pytest.raises(NotAllowed):
        publish_board(
            filed.pack, "monthly_show", period=MARCH, by=filed.person("transport"), at=next(filed.moments)
        )


def test_findings_are_judged_by_what_was_known_at_the_close(filed: County) -> None:
    """A correction recorded long after March's close changes March's colour only in hindsight."""
    from datetime import UTC, datetime

    from yiben.journeys.assess_scene import assess_scene

    def colour() -> int:
        rows = {row["subject"]: row for row in assess_scene(filed.pack, [MARCH]).rows(MARCH)}
        return rows[code(2)]["investment_behind"]

    before = colour()
    late = datetime(2026, 6, 1, tzinfo=UTC)
    filed.record(filed.only(2, kind="period", slot="2026-03", invested="900"), at=late)
    assert colour() == before
