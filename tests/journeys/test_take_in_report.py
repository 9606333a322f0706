"""A report taken in: kept with its places, reviewed once, and stated where it belongs."""

from __future__ import annotations

import pytest

from databases import START, County, code
from yiben.kernel.problems import Refused

TEXT = """云溪县发展和改革局2025年上半年工作总结
一、主要指标。一季度GDP增长6.7%,排名全市第二;2025年固定资产投资完成58.5亿元。
二、重大项目。云溪东路改造工程开工建设。共办理审批事项417项,其中备案351项、核准6项、审批60项。
"""


@pytest.fixture
def office(county: County) -> County:
    """The county with the scenes of reports and indicators, and one project that the text names."""
    from yiben.ledger.packs import install_pack
    from yiben.scenes.loader import built_in_packs

    for name in ("reports", "indicators"):
        install_pack(built_in_packs()[name], by=county.system, at=START)
    county.record(county.project(1, name="云溪东路改造工程"))
    return county


def take(office: County, text: str = TEXT):
    from yiben.journeys.take_in_report import take_in_report

    return take_in_report(
        text.encode(), name="上半年.txt", by=office.person("clerk"), at=next(office.moments)
    )


def review(office: County, digest: str, *decisions, **options):
    from yiben.journeys.take_in_report import review_report

    return review_report(digest, decisions, by=office.person("clerk"), at=next(office.moments), **options)


def records(digest: str, kind: str):
    from yiben.journeys.take_in_report import records_of

    return records_of(digest, kind=kind)


def test_every_record_keeps_its_place(office: County) -> None:
    taken = take(office)
    figures = records(taken.digest, "figure")
    assert figures and all(TEXT[m.facts["start"] : m.facts["end"]] == m.facts["text"] for m in figures)
    assert {m.facts["state"] for m in figures} == {"open"}


def test_the_same_document_twice_changes_nothing(office: County) -> None:
    from yiben.journeys.take_in_report import Decision

    taken = take(office)
    [first, *_] = records(taken.digest, "figure")
    review(office, taken.digest, Decision("figure", first.slot, "rejected", {}))
    again = take(office)
    assert again.recorded.transaction == 0
    assert records(taken.digest, "figure")[0].facts["state"] == "rejected"


def test_an_accepted_figure_becomes_an_entry_of_its_indicator(office: County) -> None:
    from yiben.journeys.take_in_report import Decision
    from yiben.ledger.frames import frames
    from yiben.ledger.packs import installed

    taken = take(office)
    growth = next(m for m in records(taken.digest, "figure") if m.facts["text"] == "6.7%")
    review(office, taken.digest, Decision("figure", growth.slot, "accepted", {}))
    book = frames(installed("indicators"))
    [row] = book.measures.to_pylist()
    assert str(row["quarter_actual"]) == "6.700000" and "GDP" in row["subject"]


def test_a_correction_keeps_what_was_read(office: County) -> None:
    from yiben.journeys.take_in_report import Decision

    taken = take(office)
    [first, *_] = records(taken.digest, "figure")
    review(office, taken.digest, Decision("figure", first.slot, "accepted", {"subject": "地区生产总值增速"}))
    after = records(taken.digest, "figure")[0].facts
    assert after["state"] == "corrected" and after["subject"] == "地区生产总值增速"
    assert after["was"] == {"subject": first.facts["subject"]}


def test_a_named_project_gets_its_mention(office: County) -> None:
    from yiben.journeys.take_in_report import Decision
    from yiben.ledger.marks import marks

    taken = take(office)
    mention = next(m for m in records(taken.digest, "mention") if "东路改造" in m.facts["name"])
    review(office, taken.digest, Decision("mention", mention.slot, "accepted", {}))
    [mark] = marks("projects", kind="mention", subject=code(1))
    assert mark.facts["document"] == taken.digest and mark.facts["event"] == mention.facts["event"]


def test_an_unsure_name_offers_candidates_and_waits(office: County) -> None:
    from yiben.journeys.report_targets import candidates

    office.record(office.project(2, name="云溪东路改造工程二期"))
    found = candidates("东路改造工程")
    assert {one.code for one in found} == {code(1), code(2)}
    assert all(one.likeness < 1 for one in found)


def test_a_wrong_decision_changes_nothing(office: County) -> None:
    from yiben.journeys.take_in_report import Decision
    from yiben.ledger.record import head

    taken = take(office)
    [first, *_] = records(taken.digest, "figure")
    before = head()
    with pytest.raises(Refused) as refused:
        review(
            office,
            taken.digest,
            Decision("figure", first.slot, "accepted", {}),
            Decision("figure", "1-2", "accepted", {}),
            Decision("figure", first.slot, "maybe", {"start": 3}),
        )
    assert [one.code for one in refused.value.problems] == [
        "unknown-record",
        "unknown-state",
        "not-correctable",
    ]
    assert head() == before and records(taken.digest, "figure")[0].facts["state"] == "open"


def test_the_number_still_open_falls(office: County) -> None:
    from yiben.journeys.take_in_report import SCENE, Decision
    from yiben.ledger.frames import frame
    from yiben.ledger.packs import installed

    taken = take(office)
    figures = records(taken.digest, "figure")
    before = frame(installed(SCENE)).to_pylist()[0]["open"]
    review(office, taken.digest, *(Decision("figure", m.slot, "accepted", {}) for m in figures))
    assert frame(installed(SCENE)).to_pylist()[0]["open"] == before - len(figures)


def test_an_unreadable_document_is_refused(office: County) -> None:
    from yiben.journeys.take_in_report import take_in_report

    with pytest.raises(Refused):
        take_in_report(
            b"\x00\x01\x02" * 50, name="坏.docx", by=office.person("clerk"), at=next(office.moments)
        )
