"""Work reports (报告): taken in, read record by record, reviewed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import File, Query
from ninja.files import UploadedFile

from yiben.journeys.take_in_report import RECORDS, SCENE, Decision, records_of, review_report, take_in_report
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.frames import frame
from yiben.ledger.packs import installed
from yiben.people.roles import Action
from yiben.web.api import shapes_plans as shapes
from yiben.web.api.interface import MOST_ROWS, REFUSALS, api, recorded
from yiben.web.doors import needs, person
from yiben.web.uploads import safe_name

MOST_BYTES = 20_000_000


@api.get("/reports", response={200: list[shapes.ReportOut], **REFUSALS})
@needs(Action.READ)
def reports(request: HttpRequest) -> Any:
    """The reports taken in so far, with what was read of each."""
    return sorted(frame(installed(SCENE)).to_pylist(), key=lambda row: str(row["title"]))


@api.post("/reports/take-in", response={200: shapes.TakenOut, **REFUSALS})
@needs(Action.IMPORT)
def report_take_in(request: HttpRequest, file: UploadedFile = File(...)) -> Any:  # noqa: B008
    """Read a document and keep all that it states, open to review; the same again changes nothing."""
    if (file.size or 0) > MOST_BYTES:
        raise Refused([Problem("file-size", f"{file.size} bytes", f"at most {MOST_BYTES} bytes")])
    name, at = safe_name(file.name or "report"), timezone.now()
    done = take_in_report(file.read(), name=name, by=person(request), at=at)
    counts = {name: len(getattr(done.report, name)) for name in RECORDS.values()}
    return {"digest": done.digest, "transaction": done.recorded.transaction, **counts}


@api.get("/reports/{digest}", response={200: shapes.ReportDetail, **REFUSALS})
@needs(Action.READ)
def report(
    request: HttpRequest,
    digest: str,
    kind: shapes.ReportKind = "figure",
    state: shapes.Text = "",
    offset: int = Query(0, ge=0, le=1_000_000),
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """One report and its records of one kind, in the order of the text."""
    row = next((one for one in frame(installed(SCENE)).to_pylist() if one["digest"] == digest), None)
    if row is None:
        raise Http404("no such report")
    found = [one for one in records_of(digest, kind=kind) if not state or one.facts.get("state") == state]
    shown = [{"slot": one.slot, "facts": one.facts} for one in found[offset : offset + limit]]
    return row | {"kind": row["kind"], "count": len(found), "records": shown}


@api.post("/reports/{digest}/review", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.RECORD)
def report_review(request: HttpRequest, digest: str, sent: shapes.ReviewIn) -> Any:
    """Accept, correct or reject records; all decisions stand or fall together."""
    decisions = [Decision(**one.dict()) for one in sent.decisions]
    return recorded(
        review_report(digest, decisions, by=person(request), at=timezone.now(), seen=sent.seen or None)
    )
