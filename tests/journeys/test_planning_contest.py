"""The planning contest (谋划擂台赛): called, scored by its judges, ranked by mean and by trimmed mean."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from databases import County, code
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

DAY = date(2026, 8, 20)
JUDGES = ("clerk", "transport", "roads", "school", "head")
ASPECTS = ("weight", "foresight", "feasibility", "benefit", "presentation")
# What each judge gives every aspect of the three entries.
GIVEN = {
    "clerk": ("19", "18", "15"),
    "transport": ("18.5", "18", "20"),
    "roads": ("19", "18", "14"),
    "school": ("19", "18", "14"),
    "head": ("9", "18", "14"),
}


@pytest.fixture
def called(county: County) -> Any:
    """A contest of three projects before five judges, no sheet filled in."""
    from yiben.journeys.planning_contest import call_contest, contest_of
    from yiben.ledger.packs import install_pack, installed
    from yiben.scenes.loader import built_in_packs

    install_pack(built_in_packs()["planning_contest"], by=county.system, at=next(county.moments))
    county.record(*(county.project(number, stage="reserve") for number in (1, 2, 3)))
    contest = contest_of(installed("planning_contest"))
    assert contest is not None
    entries = [code(number) for number in (1, 2, 3)]
    call_contest(
        contest, held_on=DAY, entries=entries, judges=JUDGES, by=county.system, at=next(county.moments)
    )
    return contest


def _score(county: County, contest: Any, judge: str, scores: tuple[str, ...]) -> Any:
    from yiben.journeys.planning_contest import score_sheets, sheets_of
    from yiben.ledger.record import head

    own = sheets_of(contest, held_on=DAY, judge=judge)
    given = {
        sheet.key: dict.fromkeys(ASPECTS, score) for sheet, score in zip(own, scores, strict=True) if score
    }
    return score_sheets(contest, given, by=county.person(judge), at=next(county.moments), seen=head())


def _ranks(contest: Any, name: str) -> list[tuple[str, str, str]]:
    from yiben.journeys.draw_board import draw_board

    drawn = draw_board(contest.pack, name, period=Period.of("2026Q3"))
    places = {one.name: number for number, one in enumerate(drawn.columns)}
    wanted = ("name", "score", "prize" if "prize" in places else "rank")
    return [
        tuple(drawn.columns[places[one]].text(row.cells[places[one]], "zh") for one in wanted)  # type: ignore[misc]
        for row in drawn.rows
    ]


def test_the_highest_and_the_lowest_sheet_are_dropped_from_five_judges_on(
    county: County, called: Any
) -> None:
    from yiben.journeys.planning_contest import sheets_of

    for judge, scores in GIVEN.items():
        _score(county, called, judge, scores)
    assert all(sheet.is_scored for sheet in sheets_of(called, held_on=DAY))
    # 95, 92.5, 95, 95, 45: without 95 and 45 the mean is 94.17; with all of them 84.5.
    assert _ranks(called, "contest") == [
        ("项目1", "94.2", "一等奖"), ("项目2", "90.0", "二等奖"), ("项目3", "71.7", "二等奖"),
    ]  # fmt: skip
    assert _ranks(called, "contest_mean") == [
        ("项目2", "90.0", "1"), ("项目1", "84.5", "2"), ("项目3", "77.0", "3"),
    ]  # fmt: skip


def test_fewer_judges_are_averaged_and_fewer_than_three_give_no_rank(county: County, called: Any) -> None:
    for judge in ("clerk", "head"):
        _score(county, called, judge, GIVEN[judge])
    assert _ranks(called, "contest") == []
    _score(county, called, "roads", ("19", "", ""))
    # (95 + 45 + 95) / 3
    assert _ranks(called, "contest") == [("项目1", "78.3", "一等奖")]


@pytest.mark.parametrize("text", ["20.1", "-1", "9.55", "NaN", "很好", ""])
def test_a_score_out_of_its_points_is_refused_whole(county: County, called: Any, text: str) -> None:
    from yiben.journeys.planning_contest import score_sheets, sheets_of
    from yiben.ledger.record import head

    own = sheets_of(called, held_on=DAY, judge="roads")
    given = {sheet.key: dict.fromkeys(ASPECTS, "15") for sheet in own}
    given[own[1].key] = given[own[1].key] | {"benefit": text}
    with pytest.raises(Refused) as refused:
        score_sheets(called, given, by=county.person("roads"), at=next(county.moments), seen=head())
    assert "项目2 › 效益" in str(refused.value) and "0 to 20" in str(refused.value)
    assert not any(sheet.is_scored for sheet in sheets_of(called, held_on=DAY))


def test_nobody_fills_in_the_sheet_of_another(county: County, called: Any) -> None:
    from yiben.journeys.planning_contest import score_sheets, sheets_of
    from yiben.ledger.record import head

    other = sheets_of(called, held_on=DAY, judge="head")[0]
    with pytest.raises(Refused, match="a sheet of transport"):
        score_sheets(
            called,
            {other.key: dict.fromkeys(ASPECTS, "20")},
            by=county.person("transport"),
            at=next(county.moments),
            seen=head(),
        )


def test_calling_names_every_unknown_entry_and_judge_and_keeps_what_stands(
    county: County, called: Any
) -> None:
    from yiben.journeys.planning_contest import call_contest, sheets_of

    given = {"held_on": DAY, "by": county.system}
    with pytest.raises(Refused) as refused:
        call_contest(
            called, entries=["nowhere"], judges=["leader", "nobody"], at=next(county.moments), **given
        )
    said = str(refused.value)
    assert "nowhere" in said and "leader" in said and "nobody" in said
    _score(county, called, "clerk", GIVEN["clerk"])
    county.record(county.project(4, stage="reserve"))
    entries = [code(1), code(4)]
    call_contest(called, entries=entries, judges=["clerk"], at=next(county.moments), **given)
    own = sheets_of(called, held_on=DAY, judge="clerk")
    assert [sheet.is_scored for sheet in own] == [True, True, True, False]


def test_judges_score_on_their_page(county: County, called: Any) -> None:
    from django.test import Client

    from yiben.journeys.planning_contest import sheets_of
    from yiben.people.models import Officer

    def browser(username: str) -> Any:
        client = Client(raise_request_exception=True)
        officer = Officer.objects.get(username=username)
        client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        return client

    address = "/scene/planning_contest/contest"
    page = browser("roads").get(address).content.decode()
    own = sheets_of(called, held_on=DAY, judge="roads")
    names = [f"s.{aspect}.{own[0].key}" for aspect in ASPECTS]
    assert all(f'name="{name}"' in page for name in names) and "陈经办" in page
    sent = dict.fromkeys(names, "18.5")
    refused = browser("roads").post(address, sent | {names[0]: "31"})
    assert refused.status_code == 422 and 'value="31"' in refused.content.decode()
    assert browser("roads").post(address, sent).status_code == 302
    assert sheets_of(called, held_on=DAY, judge="roads")[0].total == Decimal("92.5")
    assert browser("leader").post(address, sent).status_code == 403
    seen = browser("school").get(address).content.decode()
    assert "18.5" not in seen and "92.5" not in seen
