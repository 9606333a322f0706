"""A project of the ledger appraised: what the book gives, what the file adds, what is kept."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest

from databases import County, code
from journeys.counted import AT, codes, install, later, move, wish

EXTRAS = """\
applied_on: 2026-03-10
value_added: 1.2亿元
energy:
  - {carrier: electricity, amount: 2400万千瓦时}
factors:
  electricity_equivalent: {value: 0.2950, year: 2025, source: published by the province}
region:
  name: 本县
  energy: 250万吨标准煤
  gdp: 720亿元
"""


def projects(county: County) -> None:
    install(county, "energy_quota")
    county.record(county.project(1, industry="通用设备制造业"), county.project(2), county.project(3))
    move(county, "energy_quota", wish("free", 12000, "能1", quantity="energy", day="2026-01-05"))
    grant = {"quantity": "energy", "day": "2026-02-01"}
    move(county, "energy_quota", wish("grant", 3000, "批1", subject=code(2), **grant))


def appraised(county: County, *, extras: str = EXTRAS, number: int = 1, by: str = "clerk"):  # type: ignore[no-untyped-def]
    from yiben.journeys.appraise_project import appraise_project

    return appraise_project(county.pack, code(number), extras=extras, by=county.person(by), at=AT)


def test_book_and_file_make_one_project(county: County) -> None:
    projects(county)
    found = appraised(county)
    project = found.verdict.project
    assert (project.name, project.code, project.place) == ("项目1", code(1), "331022")
    assert project.trade == "通用设备制造业" and not project.government
    assert project.applied_on.isoformat() == "2026-03-10"
    assert found.verdict.indicators.energy == D("7080")


def test_room_and_grants_come_from_the_accounts(county: County) -> None:
    """12,000 freed, 3,000 granted this year: alone 12,000 − 7,080 fits, together 1,920 tce are left."""
    projects(county)
    found = appraised(county)
    alone, together = found.verdict.alone, found.verdict.together
    assert [(room.before, room.asked, room.after) for room in alone.rooms] == [(12000, 7080, 4920)]
    assert [(room.before, room.asked, room.after) for room in together.rooms] == [(12000, 10080, 1920)]
    assert len(found.notes) == 1 and "项目2" in found.notes[0][0]
    move(
        county,
        "energy_quota",
        wish("grant", 2000, "批2", subject=code(3), quantity="energy", day="2026-03-01"),
    )
    assert appraised(county).verdict.conclusion == "does-not-fit"


def test_what_was_granted_in_another_year_is_out_of_the_room(county: County) -> None:
    projects(county)
    found = appraised(county, extras=EXTRAS.replace("2026-03-10", "2027-03-10"))
    assert [(room.before, room.asked) for room in found.verdict.together.rooms] == [(9000, 7080)]


def test_what_the_file_states_of_the_room_stands(county: County) -> None:
    projects(county)
    found = appraised(county, extras=EXTRAS + "  energy_room: 5万吨标准煤\ngranted: []\n")
    assert [(room.before, room.asked) for room in found.verdict.together.rooms] == [(50000, 7080)]


def test_a_kept_verdict_is_found_again_and_counts_for_others(county: County) -> None:
    from yiben.journeys.appraise_project import keep_appraisal, kept_appraisals
    from yiben.ledger.verify import verify

    projects(county)
    found = appraised(county, number=2)
    done = keep_appraisal(found, pack=county.pack, subject=code(2), by=county.person("clerk"), at=later(1))
    (kept,) = kept_appraisals("projects", subject=code(2))
    assert kept.transaction == done.transaction and kept.facts["conclusion"] == found.verdict.conclusion
    assert "项目2 能碳评价结论" in kept.page and kept.text == found.text
    assert json.loads(kept.facts["verdict"])["indicators"]["energy"] == "7080"
    again = keep_appraisal(found, pack=county.pack, subject=code(2), by=county.person("clerk"), at=later(2))
    assert again.transaction == 0
    other = appraised(county)
    assert other.notes == () and other.verdict.project.granted[0].name == "项目2"
    assert other.verdict.project.granted[0].value_added == 12000
    assert appraised(county, number=2, extras="").text == found.text
    assert verify().clean


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("extras", "expected", "line"),
    [
        (EXTRAS.replace("electricity,", "steam_engine,"), "project-carrier", 4),
        (EXTRAS.replace("2400万千瓦时", "-2"), "project-negative", 4),
        (EXTRAS.replace("2400万千瓦时", "3吨"), "project-unit", 4),
        ("", "project-missing", None),
        ("- 1\n- 2\n", "project-shape", None),
        ("{energy: 1}", "project-shape", None),
        ("energy: [", "yaml", 1),
    ],
)
def test_bad_files_are_refused_with_their_line(
    county: County, extras: str, expected: str, line: int | None
) -> None:
    from yiben.kernel.problems import Refused

    projects(county)
    with pytest.raises(Refused) as refused:
        appraised(county, extras=extras)
    assert any(expected in one for one in codes(refused))
    if line:
        assert line in [problem.place.line for problem in refused.value.problems]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_who_may_appraise_and_keep(county: County) -> None:
    from yiben.journeys.appraise_project import keep_appraisal
    from yiben.kernel.problems import Refused
    from yiben.people.access import NotAllowed

    projects(county)
    with pytest.raises(Refused, match="does not know"):
        appraised(county, by="school")
    with pytest.raises(Refused, match="does not know"):
        appraised(county, number=99)
    found = appraised(county, by="transport")
    with pytest.raises(NotAllowed):
        keep_appraisal(found, pack=county.pack, subject=code(1), by=county.person("transport"), at=AT)
