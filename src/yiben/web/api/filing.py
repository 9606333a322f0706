"""The month's filing (填报) and its photos: what is due, drafts, submit, verify, return."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query
from ninja.files import UploadedFile

from yiben.cases.drafts import drop_draft, find_draft, save_draft
from yiben.journeys.file_month import Stated, return_filings, submit, verify_filings
from yiben.journeys.filing_book import known_of, states_of
from yiben.journeys.month_photos import add_photos, photos_of, remove_photo
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.record import head
from yiben.people.roles import Action
from yiben.web.api import shapes_work as shapes
from yiben.web.api.interface import MOST_ROWS, REFUSALS, api, month_of, period_of, recorded
from yiben.web.doors import needs, person, signed_in
from yiben.web.filing import Filing, forms_of, period_for, state_word
from yiben.web.scenes_here import pack_named
from yiben.web.subjects import subject_of
from yiben.web.views.photos import stored_file

MOST_FILES = 20


def _task(scene: str, form: str, period: str) -> Filing:
    """A form of a scene for a period, else for the one that is being closed."""
    pack = pack_named(scene)
    if form and form not in pack.forms:
        raise Http404(f"no form is called {form!r}")
    if not pack.forms:
        raise Http404(f"the scene {scene!r} has no forms")
    chosen = pack.forms[form] if form else forms_of(pack)[0]
    asked = period_of(period)
    fits = asked is None or asked == period_for(chosen, asked)
    if not fits:
        place = Place(field="period")
        raise Refused([Problem("bad-period", period[:40], f"a {chosen.every} of the form", place)])
    return Filing(pack, chosen, asked or period_for(chosen, month_of("", scene=scene)))


@api.get("/scenes/{scene}/filing", response={200: shapes.FilingOut, **REFUSALS})
@needs(Action.FILE)
def filing(
    request: HttpRequest,
    scene: str,
    form: shapes.Text = "",
    period: str = "",
    unit: shapes.Text = "",
    after: shapes.Text = "",
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """What is due of a form for a period, with last period's values, and how far each filing is."""
    task = _task(scene, form, period)
    rows = task.rows(person(request), unit=unit).filter(subject__gt=after)
    found = list(rows.values_list("subject", flat=True)[: limit + 1])
    shown = found[:limit]
    known, states, filed = known_of(task, shown, number=None), states_of(task, shown), task.filed(shown)
    return {
        "form": task.form.name,
        "period": task.slot,
        "due_on": task.due_on,
        "seen": head(),
        "rows": [
            {
                "subject": one,
                "state": state_word(states.get(one), is_filed=one in filed),
                "note": states[one].note if one in states else "",
                "facts": known.facts.get(one, {}),
                "measures": known.this.get(one, {}),
                "before": known.last.get(one, {}),
            }
            for one in shown
        ],
        "next": shown[-1] if len(found) > limit else None,
    }


@api.post("/scenes/{scene}/filing/submit", response={200: shapes.SubmittedOut, **REFUSALS})
@needs(Action.FILE)
def filing_submit(request: HttpRequest, scene: str, sent: shapes.FilingIn) -> Any:
    """File some subjects for a period: checked, recorded and marked as submitted, all or nothing."""
    task, who = _task(scene, sent.form, sent.period), person(request)
    _refuse_others(task, [one.subject for one in sent.rows], set(_due(task, who)))
    rows = [Stated(**one.dict()) for one in sent.rows]
    done = submit(task, rows, by=who, at=timezone.now(), seen=sent.seen, way="api", why=sent.why)
    return recorded(done.recorded, warnings=[one.as_dict() for one in done.warnings])


def _due(task: Filing, who: Any) -> Any:
    return task.rows(who).values_list("subject", flat=True)


def _refuse_others(task: Filing, subjects: list[str], due: set[str]) -> None:
    """What the form does not ask for, or is not the caller's to file, is refused by name."""
    expected = f"a subject that files {task.form.name} in your units"
    others = [one for one in subjects if one not in due]
    if others:
        raise Refused([Problem("unknown-subject", one, expected, Place(subject=one)) for one in others])


@api.post("/scenes/{scene}/filing/verify", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.VERIFY)
def filing_verify(request: HttpRequest, scene: str, sent: shapes.JudgeIn) -> Any:
    """Put a second pair of eyes' word under some filings at once."""
    task, who = _task(scene, sent.form, sent.period), person(request)
    _refuse_others(task, sent.subjects, set(_due(task, who)))
    return recorded(verify_filings(task, sent.subjects, by=who, at=timezone.now(), seen=sent.seen, way="api"))


@api.post("/scenes/{scene}/filing/return", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.VERIFY)
def filing_return(request: HttpRequest, scene: str, sent: shapes.JudgeIn) -> Any:
    """Give some filings back with a note."""
    task, who, at = _task(scene, sent.form, sent.period), person(request), timezone.now()
    _refuse_others(task, sent.subjects, set(_due(task, who)))
    done = return_filings(task, sent.subjects, note=sent.note, by=who, at=at, seen=sent.seen, way="api")
    return recorded(done)


@api.get("/drafts", response={200: shapes.DraftOut, **REFUSALS})
@signed_in
def draft(request: HttpRequest, key: shapes.Text) -> Any:
    """What the caller typed into a form and has not sent."""
    kept = find_draft(person(request).username, key)
    if kept is None:
        raise Http404("no such draft")
    return {"key": key, "values": dict(kept.values), "saved_at": kept.saved_at}


@api.post("/drafts/save", response={200: shapes.DraftOut, **REFUSALS})
@signed_in
def draft_save(request: HttpRequest, sent: shapes.DraftIn) -> Any:
    """Keep what is typed; without values the draft is dropped."""
    at, who = timezone.now(), person(request).username
    if sent.values:
        save_draft(who, sent.key, sent.values, at=at)
    else:
        drop_draft(who, sent.key)
    return {"key": sent.key, "values": sent.values, "saved_at": at}


@api.get("/scenes/{scene}/photos", response={200: list[shapes.PhotoOut], **REFUSALS})
@needs(Action.READ)
def photos(request: HttpRequest, scene: str, key: shapes.Text) -> Any:
    """The photos of a subject, newest month first."""
    pack = pack_named(scene)
    subject_of(pack, key, person=person(request))
    kept = ("digest", "name", "kind", "taken_at", "caption", "by", "transaction")
    return [
        {name: getattr(one, name) for name in kept}
        | {"month": str(one.month), "slot": f"{one.month}@{one.digest[:16]}"}
        for one in photos_of(pack, key)
    ]


@api.post("/scenes/{scene}/photos/add", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.FILE)
def photos_add(
    request: HttpRequest,
    scene: str,
    sent: shapes.PhotosIn = Form(...),  # noqa: B008
    files: list[UploadedFile] = File(...),  # noqa: B008
) -> Any:
    """Add photos to a month of a subject; where they were taken is left out of them."""
    pack, who = pack_named(scene), person(request)
    subject = subject_of(pack, sent.subject, person=who)
    if len(files) > MOST_FILES or subject.is_withdrawn:
        raise Refused(
            [Problem("photo-none", f"{len(files)} files", f"1 to {MOST_FILES} of a subject in use")]
        )
    month, read = month_of(sent.month, scene=scene), [(one.name or "photo", one.read()) for one in files]
    at, caption = timezone.now(), sent.caption
    return recorded(add_photos(pack, sent.subject, month, read, by=who, at=at, caption=caption, way="api"))


@api.post("/scenes/{scene}/photos/remove", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.FILE)
def photos_remove(request: HttpRequest, scene: str, sent: shapes.PhotoOffIn) -> Any:
    """Take a photo off, with a reason; the ledger keeps that it was there."""
    pack, who = pack_named(scene), person(request)
    subject_of(pack, sent.subject, person=who)
    at, reason = timezone.now(), sent.reason
    return recorded(remove_photo(pack, sent.subject, sent.slot, reason=reason, by=who, at=at, way="api"))


@api.get("/scenes/{scene}/file", response={200: None, **REFUSALS}, include_in_schema=True)
@needs(Action.READ)
def file(request: HttpRequest, scene: str, key: shapes.Text, digest: shapes.Text) -> HttpResponse:
    """A photo or a case's evidence, for those who may see what it belongs to."""
    return stored_file(request, scene, key, digest)
