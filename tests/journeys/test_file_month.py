"""Filing: submitted, checked against what was before, verified by another, returned with a note."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from databases import County, code
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

JULY = Period.of("2026-07")
AT = datetime(2026, 8, 3, 2, tzinfo=UTC)


def task(county: County, period: Period = JULY) -> Any:
    from yiben.journeys.filing_book import FilingTask

    return FilingTask(county.pack, county.pack.forms["monthly"], period)


def file(county: County, *rows: Any, who: str = "transport", period: Period = JULY, **options: Any) -> Any:
    from yiben.journeys.file_month import submit

    given = {"by": county.person(who), "at": AT} | options
    return submit(task(county, period), rows, **given)


def row(number: int = 1, *, total: Any = None, reason: str = "", facts: Any = None, **measures: Any) -> Any:
    from yiben.journeys.file_month import Stated

    totals = {"invested": total} if total is not None else {}
    return Stated(code(number), facts or {}, measures, totals, reason)


def set_up(county: County) -> None:
    """Two projects with a plan of 1000 for the year and 300 invested by June."""
    county.record(
        *(county.project(number) for number in (1, 2)),
        *(county.only(number, kind="period", slot="2026", plan_year="1000") for number in (1, 2)),
        *(county.only(1, kind="period", slot=f"2026-0{month}", invested="150") for month in (5, 6)),
        county.only(1, kind="period", slot="2026-06", physical="40"),
    )


def state(county: County, number: int = 1) -> str | None:
    from yiben.journeys.filing_book import states_of

    found = states_of(task(county)).get(code(number))
    return found.state if found else None


def codes(refusal: Any) -> list[str]:
    return [one.code for one in refusal.value.problems]


def test_submitted_verified_and_closed_to_its_filer(county: County) -> None:
    from yiben.journeys.file_month import verify_filings

    set_up(county)
    assert state(county) is None
    done = file(county, row(invested="100", physical="50", progress_note="主体完成"))
    assert (done.subjects, done.warnings, state(county)) == ((code(1),), (), "submitted")
    verify_filings(task(county), [code(1)], by=county.person("head"), at=AT)
    assert state(county) == "verified"
    with pytest.raises(Refused) as refusal:
        file(county, row(invested="120"))
    assert codes(refusal) == ["filing-verified"]


def test_returned_with_a_note_and_filed_again(county: County) -> None:
    from yiben.journeys.file_month import return_filings
    from yiben.journeys.filing_book import states_of

    set_up(county)
    file(county, row(invested="100"))
    with pytest.raises(Refused, match="why it is returned"):
        return_filings(task(county), [code(1)], note=" ", by=county.person("clerk"), at=AT)
    return_filings(task(county), [code(1)], note="与形象进度不符", by=county.person("clerk"), at=AT)
    found = states_of(task(county))[code(1)]
    assert (found.state, found.note, found.filed_by) == ("returned", "与形象进度不符", "transport")
    file(county, row(invested="90"))
    assert (state(county), states_of(task(county))[code(1)].note) == ("submitted", "")


def test_nobody_verifies_their_own(county: County) -> None:
    from yiben.journeys.file_month import verify_filings

    set_up(county)
    file(county, row(1, invested="100"), row(2, invested="5"), who="head")
    with pytest.raises(Refused, match="another pair of eyes"):
        verify_filings(task(county), [code(1), code(2)], by=county.person("head"), at=AT)
    done = verify_filings(task(county), [code(1), code(2)], by=county.person("clerk"), at=AT)
    assert done.entries == 2
    for who in ("transport", "leader", "auditor", "admin"):
        with pytest.raises(PermissionError):
            verify_filings(task(county), [code(1)], by=county.person(who), at=AT)


def test_only_what_was_submitted_is_verified(county: County) -> None:
    from yiben.journeys.file_month import verify_filings

    set_up(county)
    with pytest.raises(Refused, match="nothing filed"):
        verify_filings(task(county), [code(1)], by=county.person("clerk"), at=AT)
    with pytest.raises(Refused, match="at least one"):
        verify_filings(task(county), [], by=county.person("clerk"), at=AT)


def test_another_units_row_is_refused_whole(county: County) -> None:
    set_up(county)
    with pytest.raises(Refused) as refusal:
        file(county, row(1, invested="100"), row(2, invested="1"), who="school")
    assert set(codes(refusal)) == {"not-allowed"}
    assert state(county) is None


@pytest.mark.parametrize(
    ("measures", "code_"),
    [
        ({"physical": "39"}, "filing-backwards"),
        ({"invested": "-10"}, "filing-backwards"),
        ({"physical": "101"}, "bad-value"),
        ({"physical": "-1"}, "bad-value"),
        ({"invested": "much"}, "bad-value"),
    ],
)
def test_numbers_are_held_against_what_was_before(
    county: County, measures: dict[str, str], code_: str
) -> None:
    set_up(county)
    with pytest.raises(Refused) as refusal:
        file(county, row(**measures))
    assert code_ in codes(refusal)


def test_backwards_goes_with_a_reason_that_is_kept(county: County) -> None:
    from yiben.journeys.filing_book import states_of

    set_up(county)
    file(county, row(physical="38", invested="-20", reason="监理复核核减"))
    assert states_of(task(county))[code(1)].reasons == "监理复核核减"


def test_the_same_share_as_last_month_is_not_backwards(county: County) -> None:
    set_up(county)
    file(county, row(physical="40", invested="0"))
    assert state(county) == "submitted"


@pytest.mark.parametrize(
    ("total", "fits"), [("400", True), ("400.0", True), ("399.99", False), ("100", False)]
)
def test_the_cumulated_amount_is_last_plus_this(county: County, total: str, fits: bool) -> None:
    set_up(county)
    if fits:
        file(county, row(invested="100", total=total))
        return
    with pytest.raises(Refused, match="400: 300 before and 100 now"):
        file(county, row(invested="100", total=total))


def test_more_than_the_plan_is_a_warning(county: County) -> None:
    set_up(county)
    assert file(county, row(invested="700")).warnings == ()
    done = file(county, row(invested="700.01"))
    assert [one.code for one in done.warnings] == ["filing-over-plan"] and state(county) == "submitted"


def test_days_to_come_and_periods_to_come_are_refused(county: County) -> None:
    set_up(county)
    with pytest.raises(Refused, match="a day that has come"):
        file(county, row(invested="1", facts={"started_on": "2026-08-04"}))
    file(county, row(invested="1", facts={"started_on": "2026-08-03"}))
    with pytest.raises(Refused, match="a period that has begun"):
        file(county, row(invested="1"), period=Period.of("2026-09"))


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(county: County) -> None:
    from yiben.ledger.record import head

    set_up(county)
    seen = head()
    file(county, row(invested="100"), seen=seen)
    with pytest.raises(Refused, match="recorded by transport"):
        file(county, row(invested="110"), who="head", seen=seen)


def test_the_due_day_is_a_working_day(county: County) -> None:
    assert task(county).due_on == date(2026, 8, 7)
    assert task(county, Period.of("2026-09")).due_on == date(2026, 10, 13)


def test_who_filed_by_whatever_way(county: County) -> None:
    from yiben.journeys.filing_book import who_filed

    set_up(county)
    assert list(who_filed(task(county), [code(1), code(2)])) == []
    county.record(county.only(2, kind="period", slot="2026-07", invested="3"))
    assert list(who_filed(task(county), [code(1), code(2)])) == [code(2)]


def test_photos_of_the_month(county: County) -> None:
    import importlib.util
    from pathlib import Path

    from yiben.journeys.month_photos import add_photos, photos_of, remove_photo
    from yiben.ledger.attachments import load

    place = Path(__file__).parent.parent / "cases" / "photographs.py"
    spec = importlib.util.spec_from_file_location("photographs", place)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)

    set_up(county)
    by, files = county.person("transport"), [("IMG_1.jpg", made.jpeg()), ("../../x.png", made.png())]
    add_photos(county.pack, code(1), JULY, files, by=by, at=AT, caption="北侧")
    again = add_photos(county.pack, code(1), JULY, files, by=by, at=AT + timedelta(hours=1), caption="北侧")
    assert again.entries == 0
    found = photos_of(county.pack, code(1), month=JULY)
    assert [one.kind for one in found] == ["jpeg", "png"] or [one.kind for one in found] == ["png", "jpeg"]
    assert {one.name for one in found} == {"IMG_1.jpg", "x.png"}
    assert {f"{one.taken_at:%Y-%m-%d %H:%M}" for one in found if one.taken_at} == {"2026-08-27 15:04"}
    assert all(b"GPS" not in load(one.digest) and made.PLACE_BYTES not in load(one.digest) for one in found)
    with pytest.raises(Refused) as refusal:
        add_photos(county.pack, code(1), JULY, [("a.jpg", b"<script>"), ("b.png", b"%PDF")], by=by, at=AT)
    assert codes(refusal) == ["photo-kind", "photo-kind"]
    with pytest.raises(Refused) as refusal:
        add_photos(county.pack, code(1), JULY, files, by=county.person("school"), at=AT, caption="x")
    assert set(codes(refusal)) == {"not-allowed"}
    slot = f"2026-07@{found[0].digest[:16]}"
    remove_photo(county.pack, code(1), slot, reason="重复", by=by, at=AT)
    assert len(photos_of(county.pack, code(1))) == 1


@pytest.mark.parametrize(
    ("data", "kept"),
    [(b"%PDF-1.7 x", True), (b"PK\x03\x04broken", False), (b"MZ\x00", False), (b"plain words", False)],
)
def test_evidence_is_told_by_content(county: County, data: bytes, kept: bool) -> None:
    from yiben.journeys.month_photos import keep_evidence

    files = [("材料.docx", data)]
    if kept:
        assert len(keep_evidence(county.pack, files, by=county.person("transport"), at=AT)) == 1
        return
    with pytest.raises(Refused):
        keep_evidence(county.pack, files, by=county.person("transport"), at=AT)


def test_drafts_are_kept_and_bounded(county: County) -> None:
    from yiben.cases.drafts import drop_draft, drop_old_drafts, find_draft, save_draft

    save_draft("transport", "k", {"a": "1"}, at=AT)
    save_draft("transport", "k", {"a": "2", "b": "字\x00"}, at=AT + timedelta(minutes=1))
    found = find_draft("transport", "k")
    assert found is not None and found.values == {"a": "2", "b": "字\x00"}
    assert find_draft("head", "k") is None
    with pytest.raises(Refused):
        save_draft("transport", "k", {"a": "字" * 500_000}, at=AT)
    with pytest.raises(Refused):
        save_draft("transport", "", {}, at=AT)
    drop_draft("transport", "k")
    assert find_draft("transport", "k") is None
    save_draft("transport", "old", {"a": "1"}, at=AT)
    assert drop_old_drafts(at=AT + timedelta(days=61)) == 1
