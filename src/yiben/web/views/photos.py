"""Photos of the month (月影像) and stored files: shown only to those who may see what they belong to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yiben.journeys.month_photos import add_photos, photos_of, remove_photo
from yiben.journeys.read_cases import cases_of, may_see
from yiben.kernel.problems import Refused
from yiben.ledger.attachments import load
from yiben.ledger.models import Attachment
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.web.doors import needs, person
from yiben.web.downloads import attachment as download
from yiben.web.problems import all_told
from yiben.web.scenes_here import month_asked, pack_named
from yiben.web.subjects import officer_names, subject_of

TYPES = {"jpeg": "image/jpeg", "png": "image/png", "heic": "image/heic", "pdf": "application/pdf"}
SHOWN_INSIDE = ("jpeg", "png")
MAX_FILES = 20


@needs(Action.READ)
@require_http_methods(["GET", "POST"])
def photos(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """The photos of one subject by month; filers add to the month."""
    pack, who = pack_named(scene), person(request)
    subject = subject_of(pack, key, person=who)
    month = month_asked(request.GET.get("month", ""), scene=scene)
    unit = str(subject.facts.get(pack.unit_field) or "") if pack.unit_field else ""
    may_add = who.may(Action.FILE, unit=unit or None) and not subject.is_withdrawn
    problems: Any = []
    if request.method == "POST":
        if not may_add:
            return render(request, "refused.html", status=403)
        uploads = request.FILES.getlist("files")[:MAX_FILES]
        files = [(one.name or "photo", one.read()) for one in uploads]
        caption = request.POST.get("caption", "").strip()
        try:
            add_photos(pack, key, month, files, by=who, at=timezone.now(), caption=caption)
            messages.success(request, _added(len(files)))
            query = urlencode({"month": str(month)})
            return redirect(f"{reverse('photos', args=[scene, key])}?{query}")
        except Refused as refusal:
            problems = refusal.problems
    found = photos_of(pack, key)
    names = officer_names(one.by for one in found)
    months: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        row = {"photo": one, "by": names.get(one.by, one.by), "inside": one.kind in SHOWN_INSIDE}
        row["is_other_month"] = one.taken_at is not None and one.taken_at.date() not in one.month
        row["slot"] = f"{one.month}@{one.digest[:16]}"
        months.setdefault(str(one.month), []).append(row)
    view = {
        "pack": pack,
        "subject": subject,
        "month": month,
        "months": list(months.items()),
        "periods": [month.shift(step) for step in range(2, -12, -1)],
        "may_add": may_add,
        "problems": all_told(problems, pack=pack),
    }
    return render(request, "filing/photos.html", view, status=422 if problems else 200)


def _added(count: int) -> str:
    from yiben.web.words import say

    return say("已存 {n} 张照片。", n=count)


@needs(Action.FILE)
@require_POST
def photo_remove(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Take a photo off the page."""
    pack, who = pack_named(scene), person(request)
    subject_of(pack, key, person=who)
    reason, slot = request.POST.get("reason", ""), request.POST.get("slot", "")[:80]
    try:
        remove_photo(pack, key, slot, reason=reason, by=who, at=timezone.now())
    except Refused as refusal:
        for one in all_told(refusal.problems, pack=pack):
            messages.error(request, f"{one.found} → {one.expected}")
    return redirect(reverse("photos", args=[scene, key]))


@needs(Action.READ)
@require_safe
def stored_file(request: HttpRequest, scene: str, key: str, digest: str) -> HttpResponse:
    """A photo or a case's evidence: pictures inside the page, all else as a download."""
    pack = pack_named(scene)
    if not _may_see_file(request, pack, key, digest):
        raise Http404("no such file")
    try:
        kept, data = Attachment.objects.get(digest=digest), load(digest)
    except (Attachment.DoesNotExist, FileNotFoundError) as error:
        raise Http404("no such file") from error
    if kept.kind not in SHOWN_INSIDE:
        return download(data, name=kept.name, kind=TYPES.get(kept.kind, "application/octet-stream"))
    response = HttpResponse(data, content_type=TYPES[kept.kind])
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _may_see_file(request: HttpRequest, pack: Pack, key: str, digest: str) -> bool:
    who = person(request)
    for case in cases_of(pack, subject=key):
        if may_see(who, case) and any(digest in step.said.get("files", ()) for step in case.steps):
            return True
    if any(one.digest == digest for one in photos_of(pack, key)):
        subject_of(pack, key, person=who)
        return True
    return False
