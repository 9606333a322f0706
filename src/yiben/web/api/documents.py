"""Documents (公文): bulletins drafted, published, approved, fetched, reproduced; slips; proof of a file."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File
from ninja.files import UploadedFile

from yiben.journeys.publish_bulletin import (
    approve_bulletin,
    file_of,
    publish_bulletin,
    published_bulletins,
    reproduce_bulletin,
)
from yiben.journeys.verify_document import verify_document
from yiben.kernel.periods import Period
from yiben.ledger.models import Seal
from yiben.people.roles import Action
from yiben.web.api import shapes_work as shapes
from yiben.web.api.interface import REFUSALS, api, month_of
from yiben.web.doors import needs, needs_any, person
from yiben.web.downloads import attachment
from yiben.web.scenes_here import pack_named
from yiben.web.uploads import safe_name
from yiben.web.views.documents import MEDIA, bulletin_for, may_see_drafts, slip_paper
from yiben.writers.documents import WRITERS

FILE = {200: None, **REFUSALS}


def _month(text: str, scene: str) -> Period:
    if not text.strip():
        raise Http404("no month is named")
    return month_of(text, scene=scene)


def _kind(kind: str) -> str:
    if kind not in WRITERS:
        raise Http404(f"no format is called {kind!r}")
    return kind


@api.get("/scenes/{scene}/documents", response={200: list[shapes.DocumentLine], **REFUSALS})
@needs(Action.READ)
def documents(request: HttpRequest, scene: str) -> Any:
    """The published bulletins of a scene; those that wait for approval for those who may see drafts."""
    pack, who = pack_named(scene), person(request)
    drafts, sealed = may_see_drafts(who, pack), set(Seal.objects.values_list("month", flat=True))
    return [
        {
            "month": one.mark.slot,
            "title": one.document.title,
            "digest": one.document.digest,
            "approved": one.is_approved,
            "approved_by": one.paper.issue.approved_by,
            "sealed": one.mark.slot in sealed,
            "transaction": one.transaction,
        }
        for one in published_bulletins(pack)
        if one.is_approved or drafts
    ]


@api.get("/scenes/{scene}/documents/{month}", response={200: shapes.DocumentOut, **REFUSALS})
@needs(Action.READ)
def document(request: HttpRequest, scene: str, month: str) -> Any:
    """One bulletin as data: as published, else as it would be now for those who may see drafts."""
    paper, published = bulletin_for(pack_named(scene), _month(month, scene), person(request))
    return {
        "digest": paper.document.digest,
        "published": published is not None,
        "approved": paper.issue.is_approved,
        "approved_by": paper.issue.approved_by,
        "document": json.loads(paper.document.canonical()),
    }


@api.post("/scenes/{scene}/documents/{month}/publish", response={200: shapes.IssuedOut, **REFUSALS})
@needs(Action.PUBLISH)
def document_publish(request: HttpRequest, scene: str, month: str, sent: shapes.ReasonIn) -> Any:
    """Freeze the bulletin as it is now; it then waits for its approval."""
    site, by, at = request.build_absolute_uri("/").rstrip("/"), person(request), timezone.now()
    asked, reason = _month(month, scene), sent.reason
    done = publish_bulletin(pack_named(scene), asked, by=by, at=at, reason=reason, site=site, way="api")
    return {"transaction": done.transaction, "digest": done.document.digest, "approved": done.is_approved}


@api.post("/scenes/{scene}/documents/{month}/approve", response={200: shapes.IssuedOut, **REFUSALS})
@needs(Action.APPROVE)
def document_approve(request: HttpRequest, scene: str, month: str) -> Any:
    """Approve a published bulletin for issue; who published it does not approve it."""
    asked, by = _month(month, scene), person(request)
    done = approve_bulletin(pack_named(scene), asked, by=by, at=timezone.now(), way="api")
    told = {"transaction": done.published.transaction, "digest": done.published.document.digest}
    return told | {"approved": done.published.is_approved, "untypeset": done.untypeset}


@api.get("/scenes/{scene}/documents/{month}/reproduce", response={200: shapes.AgainOut, **REFUSALS})
@needs(Action.READ)
def document_reproduce(request: HttpRequest, scene: str, month: str) -> Any:
    """A published bulletin compiled again from the ledger: each figure and file that differs."""
    pack = pack_named(scene)
    _, published = bulletin_for(pack, _month(month, scene), person(request))
    if published is None or not may_see_drafts(person(request), pack):
        raise Http404("not published")
    again = reproduce_bulletin(scene, published)
    return {
        "same": again.same,
        "digest": published.document.digest,
        "again": again.document.digest,
        "figures": [list(one) for one in again.figures],
        "files": dict(again.files),
    }


@api.get("/scenes/{scene}/documents/{month}/file/{kind}", response=FILE)
@needs(Action.EXPORT)
def document_file(request: HttpRequest, scene: str, month: str, kind: str) -> HttpResponse:
    """The bulletin as docx, pdf or html; an approved one byte for byte as it was issued."""
    form = _kind(kind)
    paper, published = bulletin_for(pack_named(scene), _month(month, scene), person(request))
    data = file_of(published, form) if published else WRITERS[form](paper)
    return attachment(data, name=f"{paper.document.title}.{form}", kind=MEDIA[form])


@api.get("/scenes/{scene}/slips/{number}/file/{kind}", response=FILE)
@needs(Action.READ)
def slip_file(request: HttpRequest, scene: str, number: str, kind: str) -> HttpResponse:
    """A slip as a file, for those whom its case concerns."""
    paper = slip_paper(request, pack_named(scene), number)
    return attachment(WRITERS[_kind(kind)](paper), name=f"{number}.{kind}", kind=MEDIA[kind])


@api.post("/verify/document", response={200: shapes.ProofOut, **REFUSALS})
@needs_any(Action.AUDIT, Action.SEAL, Action.PUBLISH, Action.APPROVE)
def verify_file(request: HttpRequest, file: UploadedFile = File(...)) -> Any:  # noqa: B008
    """Whether a bulletin's or slip's file is what it says, by itself and against the ledger."""
    found = verify_document(file.read(), name=safe_name(file.name or "file"))
    problems = [one.as_dict() for one in found.problems]
    return {"clean": found.clean, "digest": found.read.paper.document.digest, "problems": problems}
