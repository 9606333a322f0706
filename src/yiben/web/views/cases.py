"""Cases (督办): the list with its filters and rates, the page of one case, and its steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiben.cases.drafts import drop_draft, find_draft
from yiben.cases.model import Case
from yiben.cases.rates import close_rates
from yiben.journeys import answer_case
from yiben.journeys.answer_case import Call, Span, escalate_overdue
from yiben.journeys.month_photos import keep_evidence
from yiben.journeys.open_cases import open_cases
from yiben.journeys.read_cases import NoSuchCase, cases_of, find_case, may_see, seen_by
from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.models import Attachment
from yiben.people.access import NotAllowed
from yiben.people.roles import Action
from yiben.scenes.cases import case_book
from yiben.scenes.model import Pack
from yiben.web.cases import (
    VIEWS,
    Asked,
    case_address,
    case_row,
    in_view,
    offered,
    rate_rows,
    rule_label,
    timeline,
)
from yiben.web.doors import needs, needs_any, person
from yiben.web.judged import judged
from yiben.web.problems import all_told
from yiben.web.scenes_here import month_asked, pack_named, period_named
from yiben.web.shown import unit_names
from yiben.web.subjects import officer_names
from yiben.web.words import label_of, say
from yiben.writers.documents import WRITERS

PAGE = 50
MAX_FILES = 20


@needs(Action.READ)
@require_safe
def case_list(request: HttpRequest, scene: str) -> HttpResponse:
    """The cases of a scene that concern the reader, those due first in front."""
    pack, who, on = pack_named(scene), person(request), timezone.localdate()
    book, units, asked = case_book(pack), unit_names(), Asked.of(request.GET)
    mine = seen_by(who, cases_of(pack))
    wanted = [case for case in mine if asked.wants(case, on=on, book=book)]
    wanted.sort(key=lambda case: (not case.is_open, case.due if case.is_open else date.max, case.slip.number))
    if asked.view in ("closed", "all"):
        wanted.sort(key=lambda case: case.steps[-1].at, reverse=True)
    pages = max(1, -(-len(wanted) // PAGE))
    number = min(max(1, asked.page), pages)
    month = month_asked(request.GET.get("month", ""), scene=scene)
    view: dict[str, Any] = {
        "pack": pack,
        "asked": asked,
        "filtered": bool(
            asked.level or asked.type or asked.unit or asked.rule or asked.origin or asked.due_by
        ),
        "views": [
            (name, say(label), sum(in_view(name, case, on=on, book=book) for case in mine))
            for name, label in VIEWS.items()
        ],
        "rows": [case_row(case, pack, units, on=on) for case in wanted[(number - 1) * PAGE : number * PAGE]],
        "count": len(wanted),
        "number": number,
        "pages": pages,
        "levels": [(name, label_of(one.label)) for name, one in book.levels.items()],
        "types": [(name, label_of(one.label)) for name, one in book.slips.items()],
        "units": sorted({(case.unit, units.get(case.unit, case.unit)) for case in mine}),
        "rules": [(name, rule_label(raw)) for name, raw in pack.rules.items()],
        "origins": [(name, label_of(one)) for name, one in book.origins.items()],
        "month": month,
        "overdue": sum(case.is_overdue(on) and bool(book.next_level(case.level)) for case in mine),
        **_rates(pack, mine, request.GET.get("rate_by", "class"), on, request.GET.get("period", "")),
    }
    return render(request, "cases/list.html", view)


def _rates(pack: Pack, cases: list[Case], by: str, on: date, text: str) -> dict[str, Any]:
    """The close-out table of the year (or another period), by class, unit, level or rule."""
    book, period = case_book(pack), period_named(text) or Period(on.replace(month=1, day=1), 12)
    by = by if by in ("class", "unit", "level", "rule", "origin") else "class"
    words: dict[str, str] = {
        "unit": unit_names(),
        "level": {name: label_of(one.label) for name, one in book.levels.items()},
        "rule": {name: rule_label(raw) for name, raw in pack.rules.items()},
        "origin": {name: label_of(one) for name, one in book.origins.items()},
    }.get(by, {})
    if by == "class" and book.class_field:
        choices = pack.fields[book.class_field].choices
        words = {name: label_of(one) for name, one in choices.items()}
    whole = close_rates(cases, book=book, period=period, on=on)
    return {
        "rates": rate_rows(close_rates(cases, book=book, period=period, on=on, by=by), words),
        "whole": rate_rows(whole, {})[0] if whole else None,
        "rate_by": by,
        "rate_period": str(period),
    }


def _case(request: HttpRequest, scene: str, key: str, slot: str) -> tuple[Pack, Case]:
    """The case of an address, if it concerns the reader; else there is none."""
    pack = pack_named(scene)
    try:
        case = find_case(pack, key, slot)
    except NoSuchCase as error:
        raise Http404(str(error)) from error
    if not may_see(person(request), case):
        raise Http404("no such case")
    return pack, case


@needs(Action.READ)
@require_safe
def case_page(request: HttpRequest, scene: str, key: str, slot: str) -> HttpResponse:
    """One case: its slips, its steps, and what the reader may do next."""
    pack, case = _case(request, scene, key, slot)
    return _render(request, pack, case)


def _draft_key(case: Case) -> str:
    return f"case:{case.scene}:{case.subject}:{case.slot}"[:300]


def _render(
    request: HttpRequest, pack: Pack, case: Case, *, problems: Any = (), sent: Any = None, status: int = 200
) -> HttpResponse:
    who, on, units = person(request), timezone.localdate(), unit_names()
    kept = find_draft(who.username, _draft_key(case)) if sent is None else None
    book = case_book(pack)
    next_level = book.levels.get(book.next_level(case.level))
    steps = timeline(case, pack, units, officer_names(step.by for step in case.steps))
    view = {
        "pack": pack,
        "case": case,
        "row": case_row(case, pack, units, on=on),
        "steps": steps,
        "files": _file_names(steps),
        "slip_kinds": [kind for kind in WRITERS if kind != "html"],
        "may_do": offered(case, who, pack),
        "evidence": case.level in book.evidence,
        "draft": f"{_draft_key(case)}:{who.username}",
        "draft_key": _draft_key(case),
        "sent": sent if sent is not None else (kept.values if kept else {}),
        "kept": kept,
        "problems": all_told(problems, pack=pack),
        "next_level": label_of(next_level.label) if next_level else "",
        "levels": [(name, label_of(one.label)) for name, one in book.levels.items()],
        "today": on,
        "this_month": Period.month_of(on),
        **_finding_now(pack, case, on),
    }
    return render(request, "cases/case.html", view, status=status)


def _file_names(steps: list[dict[str, Any]]) -> dict[str, Attachment]:
    digests = [one for step in steps for one in step["files"]]
    return Attachment.objects.in_bulk(digests) if digests else {}


def _finding_now(pack: Pack, case: Case, on: date) -> dict[str, Any]:
    """What the rule says of the last full month: whether the trouble is still there."""
    if not case.rule or not case.is_open:
        return {}
    month = month_asked("", scene=pack.name)
    result = judged(pack, month=month, as_of=None)
    if result is None:
        return {}
    colour = result.rules_of(case.subject).get(case.rule)
    return {"colour_now": colour, "judged_month": month} if colour is not None else {}


@needs_any(Action.ANSWER, Action.REVIEW, Action.APPROVE)
@require_POST
def case_step(request: HttpRequest, scene: str, key: str, slot: str, do: str) -> HttpResponse:
    """Take one step; the journey asks for the right to it."""
    pack, case = _case(request, scene, key, slot)
    if do not in STEPS:
        raise Http404(f"no step is called {do!r}")
    who = person(request)
    seen = request.POST.get("seen", "")
    call = Call(who, timezone.now(), int(seen) if seen.isdecimal() and len(seen) < 9 else None)
    try:
        after = STEPS[do](request, pack, (case.subject, case.slot), call)
    except Refused as refusal:
        case = find_case(pack, case.subject, case.slot)
        return _render(request, pack, case, problems=refusal.problems, sent=request.POST, status=422)
    except NotAllowed:
        return render(request, "refused.html", status=403)
    drop_draft(who.username, _draft_key(case))
    messages.success(request, say(DONE[do], number=after.slip.number))
    return redirect(case_address(after) + "?saved=1")


DONE = {
    "receive": "{number} 已签收。",
    "note": "进展已记下。",
    "answer": "{number} 已反馈，等待审核。",
    "ask": "豁免申请已提交，等待批准。",
    "refuse": "已不予豁免。",
    "close": "{number} 已销号。",
    "return": "{number} 已退回重办。",
    "extend": "已延期。",
    "escalate": "已升级，新发 {number}。",
    "exempt": "已批准豁免。",
    "void": "已作废。",
    "reopen": "已重开，新发 {number}。",
}
Key = tuple[str, str]
Taker = Callable[[HttpRequest, Pack, Key, Call], Case]


def _text(request: HttpRequest, name: str = "text") -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()


def _files(request: HttpRequest, pack: Pack) -> list[str]:
    """The files that came with a step, kept before the step is recorded."""
    uploads = request.FILES.getlist("files")
    if len(uploads) > MAX_FILES:
        raise Refused([Problem("case-files", f"{len(uploads)} files", f"at most {MAX_FILES}")])
    sent = [(one.name or "file", one.read()) for one in uploads]
    return keep_evidence(pack, sent, by=person(request), at=timezone.now()) if sent else []


def _answer(request: HttpRequest, pack: Pack, key: Key, call: Call) -> Case:
    text = _text(request, "finish_on")
    try:
        finish_on = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused([Problem("bad-value", text[:20], "a day, such as 2026-07-15")]) from error
    return answer_case.answer(
        pack,
        key,
        call=call,
        cause=_text(request, "cause"),
        measure=_text(request, "measure"),
        result=_text(request, "result"),
        finish_on=finish_on,
        files=_files(request, pack),
    )


def _span(request: HttpRequest) -> Span:
    return Span(_text(request, "first_month"), _text(request, "last_month"))


def _exempt(request: HttpRequest, pack: Pack, key: Key, call: Call) -> Case:
    span = _span(request) if _text(request, "first_month") else None
    return answer_case.exempt(pack, key, call=call, reason=_text(request, "reason"), span=span)


def _extend(request: HttpRequest, pack: Pack, key: Key, call: Call) -> Case:
    days = _text(request, "days")
    number = int(days) if days.isdecimal() and len(days) < 4 else 0
    return answer_case.extend(pack, key, call=call, days=number, text=_text(request))


STEPS: dict[str, Taker] = {
    "receive": lambda request, pack, key, call: answer_case.receive(pack, key, call=call),
    "note": lambda request, pack, key, call: answer_case.note(
        pack, key, _text(request), call=call, files=_files(request, pack)
    ),
    "answer": _answer,
    "ask": lambda request, pack, key, call: answer_case.ask_exemption(
        pack,
        key,
        call=call,
        reason=_text(request, "reason"),
        span=_span(request),
        files=_files(request, pack),
    ),
    "refuse": lambda request, pack, key, call: answer_case.refuse_exemption(
        pack, key, call=call, text=_text(request)
    ),
    "close": lambda request, pack, key, call: answer_case.close(pack, key, call=call, text=_text(request)),
    "return": lambda request, pack, key, call: answer_case.send_back(
        pack, key, call=call, text=_text(request)
    ),
    "extend": _extend,
    "escalate": lambda request, pack, key, call: answer_case.escalate(
        pack, key, call=call, text=_text(request)
    ),
    "exempt": _exempt,
    "void": lambda request, pack, key, call: answer_case.void(pack, key, call=call, text=_text(request)),
    "reopen": lambda request, pack, key, call: answer_case.reopen(
        pack, key, call=call, text=_text(request), level=_text(request, "level")
    ),
}


@needs(Action.REVIEW)
@require_POST
def open_findings(request: HttpRequest, scene: str) -> HttpResponse:
    """Open the cases of a month's findings."""
    pack = pack_named(scene)
    month = month_asked(request.POST.get("month", ""), scene=scene)
    try:
        done = open_cases(pack, month, by=person(request), at=timezone.now())
    except Refused as refusal:
        for one in all_told(refusal.problems, pack=pack):
            messages.error(request, f"{one.where}: {one.found} → {one.expected}")
        return redirect("cases", scene)
    messages.success(
        request,
        say(
            "{month} 研判：新立 {a} 件，重开 {b} 件，{c} 件已在办。",
            month=month,
            a=len(done.opened),
            b=len(done.reopened),
            c=done.standing,
        ),
    )
    return redirect("cases", scene)


@needs(Action.REVIEW)
@require_POST
def escalate_all(request: HttpRequest, scene: str) -> HttpResponse:
    """Raise every overdue case by one level."""
    pack = pack_named(scene)
    raised = escalate_overdue(pack, by=person(request), at=timezone.now(), way="page")
    messages.success(request, say("已升级 {n} 件。", n=len(raised)))
    return redirect("cases", scene)
