"""A red project from its finding to the proof of its bulletin, and the auditor who comes a year later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from cases.photographs import jpeg, tiff
from databases import County, code
from yiben.kernel.periods import Period

JUNE, JULY = Period.of("2026-06"), Period.of("2026-07")
FILED = datetime(2026, 7, 3, 12, tzinfo=UTC)
OPENED = datetime(2026, 7, 9, 1, tzinfo=UTC)
ANSWERED = datetime(2026, 7, 16, 13, tzinfo=UTC)
CLOSED = datetime(2026, 7, 17, 2, tzinfo=UTC)
SEALED = datetime(2026, 8, 10, 10, tzinfo=UTC)
A_YEAR_LATER = datetime(2027, 8, 12, 2, tzinfo=UTC)
RED = (code(1), "investment_behind@1")


@pytest.fixture
def filed(county: County) -> County:
    """Three projects under construction: one far behind its plan, two well on their way."""
    from yiben.journeys.file_month import Stated, submit, verify_filings
    from yiben.journeys.filing_book import FilingTask

    county.record(
        *(
            county.project(
                number, started_on="2025-11-03", entered_on="2025-11-20", planned_start="2025-11-01"
            )
            for number in (1, 2, 3)
        ),
        *(county.only(number, kind="period", slot="2026", plan_year="1200") for number in (1, 2, 3)),
        *(
            county.only(number, kind="period", slot="2026-05", invested="500", physical="40")
            for number in (2, 3)
        ),
    )
    task = FilingTask(county.pack, county.pack.forms["monthly"], JUNE)
    rows = [
        Stated(code(number), measures={"invested": done, "physical": "50"})
        for number, done in ((1, "10"), (2, "105"), (3, "120"))
    ]
    submit(task, rows, by=county.person("transport"), at=FILED)
    subjects = [row.subject for row in rows]
    verify_filings(task, subjects, by=county.person("clerk"), at=FILED + timedelta(days=1))
    return county


@dataclass(frozen=True, slots=True)
class Closed:
    """What the walk left behind: the published bulletin, its files and the printed slip."""

    published: Any
    files: dict[str, bytes]
    slip: bytes


def rate(county: County, at: datetime) -> tuple[int, int]:
    """The close-out rate of July as known at a moment: closed, all."""
    from yiben.cases.rates import close_rates
    from yiben.journeys.read_cases import cases_of
    from yiben.scenes.cases import case_book

    book, known = case_book(county.pack), cases_of(county.pack, as_of=at)
    [line] = close_rates(known, book=book, period=JULY, on=at.date())
    return line.closed, line.all


def close_the_red(county: County) -> bytes:
    """Finding, slip, receipt, answer with a photo, review; gives the slip as it was printed."""
    from yiben.journeys import answer_case
    from yiben.journeys.answer_case import Call
    from yiben.journeys.assess_scene import assess_scene
    from yiben.journeys.month_photos import keep_evidence
    from yiben.journeys.open_cases import open_cases
    from yiben.journeys.print_slip import print_slip
    from yiben.journeys.read_cases import find_case
    from yiben.kernel.colours import Colour
    from yiben.ledger.attachments import load
    from yiben.writers.documents import write_docx

    pack = county.pack
    reds = [(one.subject, one.rule) for one in assess_scene(pack, [JUNE]).each() if one.colour is Colour.RED]
    assert reds == [(code(1), "investment_behind")]
    assert open_cases(pack, JUNE, by=county.person("clerk"), at=OPENED).opened == (RED,)
    case = find_case(pack, *RED)
    assert "落后时间进度" in case.reason("zh") and case.unit == "TRANSPORT"
    assert rate(county, OPENED) == (0, 1)

    head = county.person("head")
    answer_case.receive(pack, RED, call=Call(head, OPENED + timedelta(hours=3)))
    taken = jpeg(tiff(place=True))
    [digest] = keep_evidence(pack, [("现场.jpg", taken)], by=head, at=ANSWERED)
    assert b"Exif" in load(digest) and load(digest) != taken  # the time stays, the place is gone
    answer_case.answer(
        pack,
        RED,
        call=Call(head, ANSWERED),
        cause="征迁尾户未签约",
        measure="已签约交地，增加两个班组",
        files=[digest],
    )
    assert rate(county, ANSWERED) == (0, 1)
    done = answer_case.close(pack, RED, call=Call(county.person("clerk"), CLOSED), text="现场已核，同意销号")
    assert done.state == "closed" and rate(county, CLOSED) == (1, 1)
    return write_docx(print_slip("projects", case.slip.number))


def walk(filed: County) -> Closed:
    """The whole of July: the red is closed, the month is sealed, table and bulletin are out."""
    from yiben.journeys.draw_board import publish_board
    from yiben.journeys.publish_bulletin import approve_bulletin, file_of, publish_bulletin
    from yiben.ledger.seals import seal

    slip = close_the_red(filed)
    clerk = filed.person("clerk")
    filed.record(
        *(
            filed.only(number, kind="period", slot="2026-07", invested="200", physical="60")
            for number in (1, 2)
        ),
        at=SEALED - timedelta(days=2),
    )
    publish_board(filed.pack, "monthly_show", period=JULY, by=clerk, at=SEALED)
    seal(JULY, by=clerk, at=SEALED)
    publish_bulletin(filed.pack, JULY, by=clerk, at=SEALED + timedelta(hours=1))
    approved = approve_bulletin(
        filed.pack, JULY, by=filed.person("leader"), at=SEALED + timedelta(hours=2)
    ).published
    files = {form: file_of(approved, form) for form in approved.mark.facts["files"]}
    return Closed(approved, files, slip)


@pytest.fixture
def papers(backend: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Setting a PDF takes seconds and asks no database: one of the two is enough to see its bytes again."""
    from yiben.writers.documents import WRITERS

    if backend == "postgres":
        monkeypatch.delitem(WRITERS, "pdf")
    return backend


def test_from_the_finding_to_the_auditor_a_year_later(papers: str, filed: County) -> None:
    walked = walk(filed)
    assert {"docx", "html"} <= set(walked.files)
    shown_and_proved(walked)
    the_world_moves_on(filed)
    made_again(filed, walked)


def shown_and_proved(walked: Closed) -> None:
    """The bulletin shows the closing, bears the seal, and its file is proved against the ledger."""
    from yiben.journeys.verify_document import verify_document
    from yiben.ledger.models import Seal
    from yiben.ledger.verify import verify

    document = walked.published.document
    assert document.figure("cases.rate").text == "100.0%"
    assert (document.figure("cases.closed").value, document.figure("cases.all").value) == ("1", "1")
    assert "board.monthly_show.2026-07" in {one.id for one in document.figures}
    sealed = Seal.objects.get(month="2026-07")
    assert document.seal is not None and document.seal.root == sealed.root
    verdict = verify(printed={sealed.root})
    assert verdict.clean and verdict.seals == 1
    for name, data in (("bulletin.docx", walked.files["docx"]), ("slip.docx", walked.slip)):
        proof = verify_document(data, name=name)
        assert proof.clean, (name, proof.problems)


def the_world_moves_on(county: County) -> None:
    """Numbers are corrected, names change: the bulletin of today would be another one."""
    from yiben.journeys.publish_bulletin import compile_bulletin, published_bulletin
    from yiben.people.models import Unit

    county.record(county.only(1, kind="period", slot="2026-07", invested="1"), at=A_YEAR_LATER)
    county.record(county.project(2, name="改了名的项目"), at=A_YEAR_LATER + timedelta(minutes=1))
    Unit.objects.filter(code="TRANSPORT").update(name="交通运输局")
    today, _ = compile_bulletin(county.pack, JULY, at=A_YEAR_LATER + timedelta(hours=1))
    then = published_bulletin(county.pack, JULY).document
    assert today.figure("done").value != then.figure("done").value


def made_again(county: County, walked: Closed) -> None:
    """The auditor makes the same bytes from the ledger alone: the kept files are gone."""
    from yiben.journeys.publish_bulletin import published_bulletin, reproduce_bulletin
    from yiben.journeys.verify_document import verify_document
    from yiben.ledger.attachments import path_of

    one = published_bulletin(county.pack, JULY)
    kept = {form: sha256(data).hexdigest() for form, data in walked.files.items()}
    assert kept == one.mark.facts["files"]
    for digest in kept.values():
        path_of(digest).unlink()
    again = reproduce_bulletin("projects", one)
    assert again.same and not again.figures and again.files == dict.fromkeys(kept, True)
    assert verify_document(walked.slip).clean
