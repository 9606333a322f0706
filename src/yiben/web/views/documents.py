"""Documents (公文): bulletins by month, as page and file; every number leads to what it came from."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, URLPattern, path, resolve, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from yiben.journeys.print_slip import print_slip
from yiben.journeys.publish_bulletin import (
    PublishedDocument,
    approve_bulletin,
    compile_bulletin,
    draft_bulletin,
    file_of,
    names_of,
    publish_bulletin,
    published_bulletins,
    reproduce_bulletin,
)
from yiben.journeys.read_cases import case_by_number, may_see
from yiben.kernel.periods import NotAPeriod, Period
from yiben.kernel.problems import Refused
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.models import Seal
from yiben.ledger.packs import installed
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.web.doors import needs, person
from yiben.web.downloads import attachment
from yiben.web.problems import all_told
from yiben.web.rows import known_at, scope_of
from yiben.web.scenes_here import month_asked, pack_named
from yiben.web.words import label_of, say
from yiben.writers.documents import WRITERS, CannotTypeset, Figure, Paper
from yiben.writers.documents.counted import Part, Tally
from yiben.writers.documents.laid_out import lay_out
from yiben.writers.documents.page_html import body_html, style_sheet

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "application/octet-stream",
}
PARTS_SHOWN, KEPT, MONTHS_BACK = 500, 8, 12
_tallies: OrderedDict[tuple[Any, ...], Tally] = OrderedDict()


def may_see_drafts(who: Person, pack: Pack) -> bool:
    """Whether an unpublished bulletin may be shown: it holds every unit's figures, and reasons."""
    secret = any(one.secret for one in pack.every_field())
    return who.reach(Action.READ) is None and (who.sees_secrets or not secret)


def _month(key: str) -> Period:
    kind, _, text = key.partition("@")
    try:
        month = Period.of(text)
    except NotAPeriod as error:
        raise Http404(str(error)) from error
    if kind != "bulletin" or month.months != 1:
        raise Http404(f"no document is called {key!r}")
    return month


def bulletin_for(pack: Pack, month: Period, who: Person) -> tuple[Paper, PublishedDocument | None]:
    """The published paper, or the draft for those who may see it."""
    published = next(iter(published_bulletins(pack, month=month)), None)
    if published is not None and (published.is_approved or may_see_drafts(who, pack)):
        return published.paper, published
    if not may_see_drafts(who, pack):
        raise Http404("not published")
    return draft_bulletin(pack, month, at=timezone.now()), None


@needs(Action.READ)
@require_safe
def documents(request: HttpRequest, scene: str) -> HttpResponse:
    """The bulletins of a scene, and the month that waits for one."""
    pack, who = pack_named(scene), person(request)
    drafts = may_see_drafts(who, pack)
    published = {one.mark.slot: one for one in published_bulletins(pack) if one.is_approved or drafts}
    sealed = set(Seal.objects.values_list("month", flat=True))
    newest = month_asked("", scene=pack.name)
    months = {str(newest.shift(-back)) for back in range(MONTHS_BACK)} if drafts else set()
    rows = [
        {"month": month, "key": f"bulletin@{month}", "one": published.get(month), "sealed": month in sealed}
        for month in sorted(months | set(published), reverse=True)
    ]
    return render(request, "documents/documents.html", {"pack": pack, "rows": rows})


@needs(Action.READ)
@require_safe
def document(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """One bulletin as a page; each number leads to its sources."""
    pack, who, month = pack_named(scene), person(request), _month(key)
    paper, published = bulletin_for(pack, month, who)
    reasons = {one.path: _subject_of(one.path) for one in paper.document.figures if not one.is_number}
    mine = _names(pack, who, {subject for subject in reasons.values() if subject})
    seen = {path for path, subject in reasons.items() if not subject or subject in mine}
    view: dict[str, Any] = {
        "pack": pack,
        "key": key,
        "month": month,
        "paper": paper,
        "published": published,
        # Both are written by the documents room, which escapes every text.
        "body": mark_safe(body_html(lay_out(paper, link=lambda one: _page(pack, key, one, seen)))),
        "styles": mark_safe(style_sheet()),
        "kinds": [kind for kind in WRITERS if kind != "html"],
        "sealed": Seal.objects.filter(month=str(month)).exists(),
        "may_publish": who.may(Action.PUBLISH),
        "may_approve": _may_approve(who, published),
        "may_check": published is not None and may_see_drafts(who, pack),
    }
    if published is not None and request.GET.get("check") and may_see_drafts(who, pack):
        view["check"] = reproduce_bulletin(pack.name, published)
    return render(request, "documents/document.html", view)


def _may_approve(who: Person, published: PublishedDocument | None) -> bool:
    waits = published is not None and not published.is_approved
    return waits and who.may(Action.APPROVE) and published.mark.facts["publisher"] != who.username  # type: ignore[union-attr]


def _page(pack: Pack, key: str, one: Figure, seen: set[str]) -> str:
    """Where a number leads: a reason to its subject if the reader may see it, a number to its parts."""
    if one.is_number:
        return reverse("document-figure", args=[pack.name, key, one.id])
    return one.path if one.path in seen else ""


def _subject_of(path: str) -> str:
    """The subject whose page an address is; empty for any other page."""
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    return str(found.kwargs["key"]) if found.url_name == "subject" else ""


@needs(Action.READ)
@require_safe
def figure(request: HttpRequest, scene: str, key: str, figure: str) -> HttpResponse:
    """What one number of a bulletin was computed from: each fact, whose it is, and its own page."""
    pack, who, month = pack_named(scene), person(request), _month(key)
    paper, published = bulletin_for(pack, month, who)
    try:
        one = paper.document.figure(figure)
    except KeyError as error:
        raise Http404(str(error)) from error
    parts = _tally(pack, month, paper, published).parts.get(one.id, ())
    mine = _names(pack, who, {part.subject for part in parts})
    shown = [part for part in parts if part.subject in mine]
    view = {
        "pack": pack,
        "key": key,
        "paper": paper,
        "published": published,
        "figure": one,
        "rows": [_row(pack, month, part, mine[part.subject]) for part in shown[:PARTS_SHOWN]],
        "left": max(0, len(shown) - PARTS_SHOWN),
        "others": len(parts) - len(shown),
    }
    return render(request, "documents/figure.html", view)


def _tally(pack: Pack, month: Period, paper: Paper, published: PublishedDocument | None) -> Tally:
    """The numbers with their sources as of the paper's moment; computed once and kept."""
    basis = paper.document.basis
    assert basis is not None, "a bulletin says what it was computed from"
    key = (str(connection.settings_dict["NAME"]), pack.name, basis.version, str(month), basis.seen)
    if key not in _tallies:
        _, _tallies[key] = compile_bulletin(
            installed(pack.name, version=basis.version),
            month,
            at=basis.at,
            up_to=basis.seen,
            names=names_of(published.mark) if published else None,
        )
        while len(_tallies) > KEPT:
            _tallies.popitem(last=False)
    return _tallies[key]


def _names(pack: Pack, who: Person, subjects: set[str]) -> dict[str, str]:
    """The names of those subjects that the reader may see."""
    book = known_at(subject_book(pack), None).filter(scope_of(pack, who))
    names = book.values_list("subject", PREFIX + pack.display)
    return {subject: name or subject for subject, name in names if subject in subjects}


def _row(pack: Pack, month: Period, part: Part, name: str) -> dict[str, str]:
    subject = reverse("subject", args=[pack.name, part.subject])
    if part.kind in ("field", "period"):
        fact = reverse("fact", args=[pack.name, part.subject, part.name])
        href = f"{fact}?kind={part.kind}" + (f"&slot={part.slot}" if part.slot else "")
    elif part.kind == "case":
        href = reverse("case", args=[pack.name, part.subject, part.name])
    else:
        href = f"{subject}?month={month}"
    field = pack.find(part.name)
    label = label_of(field.label) if field else say("督办件") if part.kind == "case" else say("研判灯色")
    unit = field.unit if field else ""
    value = _value(pack, part)
    return {"name": name, "subject": subject, "href": href, "label": label} | {
        "slot": part.slot,
        "value": value,
        "unit": unit,
    }


def _value(pack: Pack, part: Part) -> str:
    field = pack.fields.get(part.name)
    choice = field.choices.get(part.value) if field is not None else None
    return label_of(choice) if choice else part.value


@needs(Action.EXPORT)
@require_safe
def document_file(request: HttpRequest, scene: str, key: str, kind: str) -> HttpResponse:
    """The bulletin as a file."""
    pack, month = pack_named(scene), _month(key)
    if kind not in WRITERS:
        raise Http404(f"no format is called {kind!r}")
    paper, published = bulletin_for(pack, month, person(request))
    try:
        data = file_of(published, kind) if published else WRITERS[kind](paper)
    except CannotTypeset as error:
        messages.error(request, say("版式文件没有排成:{why}", why=str(error)))
        return redirect(reverse("document", args=[scene, key]))
    name = f"{paper.document.title}{paper.document.subtitle}.{kind}"
    return attachment(data, name=name, kind=MEDIA[kind])


@needs(Action.PUBLISH)
@require_POST
def document_publish(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Freeze the bulletin as it is now; it then waits for its approval."""
    pack, month = pack_named(scene), _month(key)
    reason = request.POST.get("reason", "").strip()[:500]
    site = request.build_absolute_uri("/").rstrip("/")
    try:
        done = publish_bulletin(pack, month, by=person(request), at=timezone.now(), reason=reason, site=site)
        messages.success(request, say("已发布,记为第 {n} 笔,待签发。", n=done.transaction))
    except Refused as error:
        _tell(request, error, pack)
    return redirect(reverse("document", args=[scene, key]))


@needs(Action.APPROVE)
@require_POST
def document_approve(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Approve a published bulletin for issue."""
    pack, month = pack_named(scene), _month(key)
    try:
        done = approve_bulletin(pack, month, by=person(request), at=timezone.now())
        messages.success(request, say("已签发,记为第 {n} 笔。", n=done.published.transaction))
        if done.untypeset:
            messages.warning(request, say("版式文件没有排成:{why}", why=done.untypeset))
    except LookupError as error:
        raise Http404(str(error)) from error
    except Refused as error:
        _tell(request, error, pack)
    return redirect(reverse("document", args=[scene, key]))


def _tell(request: HttpRequest, error: Refused, pack: Pack) -> None:
    for one in all_told(error.problems, pack=pack):
        messages.error(request, f"{one.where}:{one.found};{one.expected}")


def slip_paper(request: HttpRequest, pack: Pack, number: str) -> Paper:
    """A slip ready to be written, for those whom its case concerns; for others there is none."""
    if not may_see(person(request), case_by_number(pack, number)):
        raise Http404(f"no slip {number!r}")
    return print_slip(pack.name, number, site=request.build_absolute_uri("/").rstrip("/"))


@needs(Action.READ)
@require_safe
def slip_file(request: HttpRequest, scene: str, number: str, kind: str) -> HttpResponse:
    """A slip as a file, for those whom its case concerns."""
    pack = pack_named(scene)
    if kind not in WRITERS:
        raise Http404(f"no format is called {kind!r}")
    try:
        paper = slip_paper(request, pack, number)
        return attachment(WRITERS[kind](paper), name=f"{number}.{kind}", kind=MEDIA[kind])
    except LookupError as error:
        raise Http404(str(error)) from error
    except CannotTypeset as error:
        messages.error(request, say("版式文件没有排成:{why}", why=str(error)))
        return redirect(reverse("cases", args=[scene]))


def document_patterns() -> list[URLPattern]:
    """The addresses of documents; made once the converter of keys is known."""
    here = "scene/<slug:scene>/documents"
    return [
        path(here, documents, name="documents"),
        path("scene/<slug:scene>/slips/<key:number>/file/<slug:kind>", slip_file, name="slip-file"),
        path(f"{here}/<key:key>", document, name="document"),
        path(f"{here}/<key:key>/figures/<key:figure>", figure, name="document-figure"),
        path(f"{here}/<key:key>/publish", document_publish, name="document-publish"),
        path(f"{here}/<key:key>/approve", document_approve, name="document-approve"),
        path(f"{here}/<key:key>/file/<slug:kind>", document_file, name="document-file"),
    ]
