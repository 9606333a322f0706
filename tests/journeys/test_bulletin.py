"""The monthly bulletin from the book to the proof of its file, a year later too."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from databases import County, code
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

FEBRUARY = Period.of("2026-02")
CLOSED = datetime(2026, 3, 10, 10, tzinfo=UTC)
PUBLISHED = datetime(2026, 3, 11, 2, tzinfo=UTC)
A_YEAR_LATER = datetime(2027, 3, 11, 2, tzinfo=UTC)


@pytest.fixture
def filed(county: County) -> County:
    """Three projects with a plan; one red since February; January and February filed."""
    county.record(
        county.project(1, started_on="2026-01-05", planned_start="2026-01-01"),
        county.project(2, unit="EDUCATION", started_on="2026-02-05", planned_start="2026-01-01"),
        county.project(3, stage="ready", planned_start="2025-11-01", **{"class": "government"}),
        *(county.only(number, kind="period", slot="2026", plan_year="1200") for number in (1, 2, 3)),
        county.only(1, kind="period", slot="2026-01", invested="100.5"),
        county.only(1, kind="period", slot="2026-02", invested="200.25"),
        county.only(2, kind="period", slot="2026-02", invested="50"),
    )
    return county


@pytest.fixture
def sealed(filed: County) -> County:
    """February closed, with its board published."""
    from yiben.journeys.draw_board import publish_board
    from yiben.ledger.seals import seal

    publish_board(filed.pack, "monthly_show", period=FEBRUARY, by=filed.person("clerk"), at=CLOSED)
    seal(FEBRUARY, by=filed.system, at=CLOSED)
    return filed


def compiled(county: County, month: Period = FEBRUARY) -> Any:
    from yiben.journeys.publish_bulletin import compile_bulletin

    return compile_bulletin(county.pack, month, at=PUBLISHED)


def published(county: County, **options: Any) -> Any:
    from yiben.journeys.publish_bulletin import approve_bulletin, publish_bulletin

    publish_bulletin(county.pack, FEBRUARY, by=county.person("clerk"), at=PUBLISHED, **options)
    return approve_bulletin(county.pack, FEBRUARY, by=county.person("leader"), at=PUBLISHED).published


def test_numbers_follow_from_the_book(filed: County) -> None:
    document, tally = compiled(filed)
    assert tally.exact["done"] == Decimal("350.75") and tally.exact["plan"] == 3600
    assert tally.exact["completion"] == Fraction("350.75") / 3600
    assert tally.exact["gap"] == Fraction("350.75") / 3600 - Fraction(2, 12)
    assert tally.exact["month_more"] == Fraction("149.75")
    assert tally.exact["event.started_on.month"] == 1 and tally.exact["event.started_on.year"] == 2
    assert document.figure("done").text == "350.75" and document.figure("completion").text == "9.7%"
    assert {part.subject for part in tally.parts["done"]} == {code(1), code(2)}


def test_every_printed_number_names_its_figure(filed: County) -> None:
    from yiben.writers.documents.model import Paragraph

    document, _ = compiled(filed)
    known = {one.id for one in document.figures}
    assert {run.figure for run in document.runs() if run.figure} == known
    for block in document.blocks:
        if isinstance(block, Paragraph) and block.style == "body":
            loose = "".join(run.text for run in block.runs if not run.figure)
            for time in ("2026年2月末", "2026年度", "1—2月", "2月当月"):
                loose = loose.replace(time, "")
            assert not any(one.isdigit() for one in loose), loose


def test_reds_come_with_their_reasons_and_changes(filed: County) -> None:
    document, tally = compiled(filed)
    assert tally.exact["colour.red.now"] == len(tally.parts["colour.red.now"]) > 0
    assert f"reason.{code(3)}" in {one.id for one in document.figures}
    assert "未开工" in document.figure(f"reason.{code(3)}").value


def test_a_month_must_be_sealed_and_over(filed: County) -> None:
    from yiben.journeys.publish_bulletin import compile_bulletin, publish_bulletin

    with pytest.raises(Refused, match="seal"):
        publish_bulletin(filed.pack, FEBRUARY, by=filed.person("clerk"), at=PUBLISHED)
    with pytest.raises(Refused, match="one month"):
        compile_bulletin(filed.pack, Period.of("2026"), at=PUBLISHED)


def test_who_publishes_does_not_approve(sealed: County) -> None:
    from yiben.journeys.publish_bulletin import approve_bulletin, publish_bulletin
    from yiben.people.access import NotAllowed

    with pytest.raises(NotAllowed):
        publish_bulletin(sealed.pack, FEBRUARY, by=sealed.person("leader"), at=PUBLISHED)
    waiting = publish_bulletin(sealed.pack, FEBRUARY, by=sealed.system, at=PUBLISHED)
    assert not waiting.is_approved
    with pytest.raises(Refused, match="somebody else"):
        approve_bulletin(sealed.pack, FEBRUARY, by=sealed.system, at=PUBLISHED)
    with pytest.raises(NotAllowed):
        approve_bulletin(sealed.pack, FEBRUARY, by=sealed.person("clerk"), at=PUBLISHED)
    done = approve_bulletin(sealed.pack, FEBRUARY, by=sealed.person("leader"), at=PUBLISHED)
    assert done.published.paper.issue.approved_by == "周县长"
    with pytest.raises(Refused, match="approved already"):
        approve_bulletin(sealed.pack, FEBRUARY, by=sealed.person("leader"), at=PUBLISHED)


def test_it_holds_the_seal_and_the_published_board(sealed: County) -> None:
    from yiben.ledger.models import Seal

    document = published(sealed).document
    seal = Seal.objects.get(month="2026-02")
    assert document.seal is not None and document.seal.root == seal.root
    assert "board.monthly_show.2026-02" in {one.id for one in document.figures}


def test_a_year_later_it_is_made_again_byte_for_byte(sealed: County) -> None:
    from yiben.journeys.publish_bulletin import reproduce_bulletin
    from yiben.people.models import Unit

    one = published(sealed)
    sealed.record(sealed.only(2, kind="period", slot="2026-02", invested="900"), at=A_YEAR_LATER)
    Unit.objects.filter(code="TRANSPORT").update(name="交通运输局")
    again = reproduce_bulletin("projects", one)
    assert again.same and not again.figures
    assert {"docx", "html"} <= set(again.files) and all(again.files.values())


def test_a_correction_needs_a_reason_and_a_difference(sealed: County) -> None:
    from yiben.journeys.publish_bulletin import publish_bulletin, published_bulletins

    first = published(sealed)
    options: dict[str, Any] = {"by": sealed.person("clerk"), "at": A_YEAR_LATER}
    with pytest.raises(Refused, match="reason"):
        publish_bulletin(sealed.pack, FEBRUARY, **options)
    with pytest.raises(Refused, match="something to correct"):
        publish_bulletin(sealed.pack, FEBRUARY, reason="更正", **options)
    sealed.record(sealed.only(2, kind="period", slot="2026-02", invested="60"), at=A_YEAR_LATER)
    second = publish_bulletin(sealed.pack, FEBRUARY, reason="更正", **options)
    assert second.paper.issue.corrects == first.document.digest and not second.is_approved
    assert [one.document.digest for one in published_bulletins(sealed.pack)] == [second.document.digest]


def test_the_approved_file_stays_whatever_the_writer_becomes(
    sealed: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yiben.journeys import publish_bulletin as journey
    from yiben.journeys.verify_document import verify_document
    from yiben.writers.documents import WRITERS

    one = published(sealed)
    issued = journey.file_of(one, "docx")
    assert issued == WRITERS["docx"](one.paper)
    monkeypatch.setitem(WRITERS, "docx", lambda paper: b"another setting")
    assert journey.file_of(one, "docx") == issued and verify_document(issued).clean
    again = journey.reproduce_bulletin("projects", one)
    assert again.same and not again.files["docx"] and again.files["html"]


@pytest.mark.parametrize("form", ["docx", "html"])
def test_a_file_is_proved_against_the_ledger(sealed: County, form: str) -> None:
    from yiben.journeys.verify_document import verify_document
    from yiben.writers.documents import WRITERS

    data = WRITERS[form](published(sealed).paper)
    verdict = verify_document(data, name=f"bulletin.{form}")
    assert verdict.clean, verdict.problems
    assert verdict.journal is not None and verdict.journal.clean


def test_a_corrected_bulletin_still_proves_what_it_was(sealed: County) -> None:
    from yiben.journeys.publish_bulletin import publish_bulletin
    from yiben.journeys.verify_document import verify_document
    from yiben.writers.documents import WRITERS

    data = WRITERS["docx"](published(sealed).paper)
    sealed.record(sealed.only(2, kind="period", slot="2026-02", invested="60"), at=A_YEAR_LATER)
    publish_bulletin(sealed.pack, FEBRUARY, by=sealed.person("clerk"), at=A_YEAR_LATER, reason="更正")
    assert verify_document(data).clean


def test_forged_papers_are_found(sealed: County) -> None:
    """A paper forged all through, digest and all, is clean by itself and unknown to the ledger."""
    from dataclasses import replace

    from yiben.journeys.verify_document import verify_document
    from yiben.writers.documents import write_docx

    paper = published(sealed).paper
    lifted = replace(paper.document.figure("done"), value="999", text="999.00")
    figures = tuple(lifted if one.id == "done" else one for one in paper.document.figures)
    forged = replace(paper, document=replace(paper.document, figures=figures))
    assert verify_document(write_docx(forged), ledger=False).clean
    assert "document-unknown" in {one.code for one in verify_document(write_docx(forged)).problems}
    rooted = replace(paper.document, seal=replace(paper.document.seal, root="0" * 64))  # type: ignore[type-var]
    found = verify_document(write_docx(replace(paper, document=rooted)))
    assert "verify-printed" in {one.code for one in found.problems}


def test_a_draft_does_not_pass_for_approved(sealed: County) -> None:
    from dataclasses import replace

    from yiben.journeys.publish_bulletin import publish_bulletin
    from yiben.journeys.verify_document import verify_document
    from yiben.writers.documents import write_docx

    paper = publish_bulletin(sealed.pack, FEBRUARY, by=sealed.person("clerk"), at=PUBLISHED).paper
    issue = replace(paper.issue, approved_by="周县长", approved_at=PUBLISHED)
    [problem] = verify_document(write_docx(replace(paper, issue=issue))).problems
    assert problem.code == "document-issue" and problem.expected == "not approved"


def test_a_book_that_was_changed_is_found(sealed: County) -> None:
    from django.db.models import F

    from yiben.journeys.verify_document import verify_document
    from yiben.ledger.books import PREFIX, period_book
    from yiben.writers.documents import write_docx

    data = write_docx(published(sealed).paper)
    column = f"{PREFIX}invested"
    rows = period_book(sealed.pack)._default_manager.filter(**{f"{column}__gt": 0})
    rows.update(**{column: F(column) + 1_000_000})
    problems = verify_document(data).problems
    assert any(one.code == "document-figure" and one.place.field == "done" for one in problems)


def test_closed_cases_move_the_rate(filed: County) -> None:
    from yiben.journeys.open_cases import open_cases

    open_cases(filed.pack, FEBRUARY, by=filed.person("clerk"), at=CLOSED)
    _, before = compiled(filed)
    assert "cases.all" not in before.figures  # opened in March: not February's
    document, tally = compiled(filed, Period.of("2026-03"))
    assert tally.exact["cases.all"] >= 1 and tally.exact["cases.closed"] == 0
    assert document.figure("cases.rate").text == "0.0%"
    assert {part.kind for part in tally.parts["cases.all"]} == {"case"}


def test_a_slip_is_printed_and_proved(filed: County) -> None:
    from yiben.journeys.open_cases import open_cases
    from yiben.journeys.print_slip import print_slip
    from yiben.journeys.read_cases import NoSuchCase, cases_of
    from yiben.journeys.verify_document import verify_document
    from yiben.people.models import Unit
    from yiben.writers.documents import write_docx
    from yiben.writers.documents.laid_out import lay_out, visible_lines

    open_cases(filed.pack, FEBRUARY, by=filed.person("clerk"), at=CLOSED)
    slip = cases_of(filed.pack)[0].slip
    paper = print_slip("projects", slip.number)
    told = visible_lines(lay_out(paper))
    assert slip.number in told and "提示单" in told and "交通局：" in told
    data = write_docx(paper)
    assert data == write_docx(print_slip("projects", slip.number))
    Unit.objects.filter(code="TRANSPORT").update(name="交通运输局")
    assert verify_document(data).clean
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert slip.number in json.dumps(
            package.read("docProps/core.xml").decode() + "".join(told), ensure_ascii=False
        )
    with pytest.raises(NoSuchCase):
        print_slip("projects", "发改提示〔2026〕99号")


def test_an_empty_scene_has_an_honest_bulletin(county: County) -> None:
    document, tally = compiled(county)
    assert tally.exact["subjects"] == 0 and "completion" not in tally.figures
    assert document.figure("done").text == "0.00"
