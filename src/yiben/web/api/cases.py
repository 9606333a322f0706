"""Cases (督办): listed, opened, stated by hand, taken step by step, counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import File, Query
from ninja.files import UploadedFile

from yiben.cases.model import Case
from yiben.cases.rates import close_rates
from yiben.journeys import answer_case
from yiben.journeys.answer_case import Call, Span, escalate_overdue, steps_open_to
from yiben.journeys.inspect import cases_of_inspection, inspect, inspections, three_lists
from yiben.journeys.month_photos import keep_evidence
from yiben.journeys.my_work import inbox
from yiben.journeys.open_cases import Matter, open_by_hand, open_cases
from yiben.journeys.read_cases import cases_of, find_case, may_see, seen_by
from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem, Refused
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.cases import INSPECTION, case_book
from yiben.scenes.model import Pack
from yiben.web.api import shapes_work as shapes
from yiben.web.api.interface import MOST_ROWS, REFUSALS, api, moment, month_of, period_of
from yiben.web.doors import needs, needs_any, person
from yiben.web.scenes_here import all_packs, pack_named

MOST_FILES = 20


def _line(case: Case) -> dict[str, Any]:
    on = timezone.localdate()
    kept = (
        "scene",
        "subject",
        "state",
        "level",
        "unit",
        "due",
        "rule",
        "responsible",
        "reopened",
        "returned",
    )
    named = {"case": case.slot, "number": case.slip.number, "name": str(case.opening.get("name", ""))}
    told = {"reason": {"zh": case.reason("zh"), "en": case.reason("en")}, "overdue": case.is_overdue(on)}
    return {name: getattr(case, name) for name in kept} | named | told | {"seen": len(case.steps)}


def _whole(case: Case, pack: Pack, who: Person) -> dict[str, Any]:
    names = ("number", "do", "at", "by", "unit", "said")
    steps = [{name: getattr(step, name) for name in names} for step in case.steps]
    slips = [slip.as_fact() | {"number": slip.number} for slip in case.slips]
    return _line(case) | {"steps": steps, "slips": slips, "may_do": steps_open_to(case, who, pack=pack)}


@api.get("/work", response={200: list[shapes.InboxOut], **REFUSALS})
@needs(Action.READ)
def work(request: HttpRequest) -> Any:
    """The cases that wait for the caller, in every scene, by deadline."""
    who, on = person(request), timezone.localdate()
    found = [inbox(pack, who, on=on) for pack in all_packs().values()]
    return [
        {"scene": one.pack.name}
        | {name: [_line(case) for case in getattr(one, name)] for name in shapes.WAITS}
        for one in found
    ]


@api.get("/scenes/{scene}/cases", response={200: shapes.CasesOut, **REFUSALS})
@needs(Action.READ)
def cases(
    request: HttpRequest,
    scene: str,
    state: shapes.CaseState | None = None,
    unit: shapes.Text = "",
    rule: shapes.Text = "",
    subject: shapes.Text = "",
    overdue: bool | None = None,
    as_of: str = "",
    offset: int = Query(0, ge=0, le=1_000_000),
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """The cases of a scene that concern the caller, oldest first, also as known at a moment."""
    pack, on = pack_named(scene), timezone.localdate()
    found = [
        case
        for case in seen_by(person(request), cases_of(pack, subject=subject or None, as_of=moment(as_of)))
        if (state is None or case.state == state)
        and (not unit or case.unit == unit)
        and (not rule or case.rule == rule)
        and (overdue is None or case.is_overdue(on) == overdue)
    ]
    return {
        "scene": scene,
        "count": len(found),
        "rows": [_line(one) for one in found[offset : offset + limit]],
    }


def _case(request: HttpRequest, scene: str, key: str, slot: str, as_of: str = "") -> tuple[Pack, Case]:
    """The case, if it concerns the caller; else there is none."""
    pack = pack_named(scene)
    case = find_case(pack, key, slot, as_of=moment(as_of))
    if not may_see(person(request), case):
        raise Http404("no such case")
    return pack, case


@api.get("/scenes/{scene}/case", response={200: shapes.CaseOut, **REFUSALS})
@needs(Action.READ)
def case(request: HttpRequest, scene: str, key: shapes.Text, case: shapes.Text, as_of: str = "") -> Any:
    """One case: its slips, its steps, and what the caller may do next."""
    pack, found = _case(request, scene, key, case, as_of)
    return _whole(found, pack, person(request))


Taker = Callable[[Pack, tuple[str, str], Call, shapes.StepIn], Case]


def _exempt(pack: Pack, key: tuple[str, str], call: Call, sent: shapes.StepIn) -> Case:
    span = Span(sent.first_month, sent.last_month) if sent.first_month else None
    return answer_case.exempt(pack, key, call=call, reason=sent.reason, span=span)


def _answer(pack: Pack, key: tuple[str, str], call: Call, sent: shapes.StepIn) -> Case:
    words = {"cause": sent.cause, "measure": sent.measure, "result": sent.result}
    return answer_case.answer(pack, key, call=call, finish_on=sent.finish_on, files=sent.files, **words)


def _ask(pack: Pack, key: tuple[str, str], call: Call, sent: shapes.StepIn) -> Case:
    span = Span(sent.first_month, sent.last_month)
    return answer_case.ask_exemption(pack, key, call=call, reason=sent.reason, span=span, files=sent.files)


STEPS: dict[str, Taker] = {
    "receive": lambda pack, key, call, sent: answer_case.receive(pack, key, call=call),
    "note": lambda pack, key, call, sent: answer_case.note(pack, key, sent.text, call=call, files=sent.files),
    "answer": _answer,
    "ask": _ask,
    "refuse": lambda pack, key, call, sent: answer_case.refuse_exemption(
        pack, key, call=call, text=sent.text
    ),
    "close": lambda pack, key, call, sent: answer_case.close(pack, key, call=call, text=sent.text),
    "return": lambda pack, key, call, sent: answer_case.send_back(pack, key, call=call, text=sent.text),
    "extend": lambda pack, key, call, sent: answer_case.extend(
        pack, key, call=call, days=sent.days, text=sent.text
    ),
    "escalate": lambda pack, key, call, sent: answer_case.escalate(
        pack, key, call=call, text=sent.text, to=sent.to, type=sent.type
    ),
    "exempt": _exempt,
    "void": lambda pack, key, call, sent: answer_case.void(pack, key, call=call, text=sent.text),
    "reopen": lambda pack, key, call, sent: answer_case.reopen(
        pack, key, call=call, text=sent.text, level=sent.level
    ),
}


@api.post("/scenes/{scene}/case/step", response={200: shapes.CaseOut, **REFUSALS})
@needs_any(Action.ANSWER, Action.REVIEW, Action.APPROVE)
def case_step(request: HttpRequest, scene: str, sent: shapes.StepIn) -> Any:
    """Take one step: receive, note, answer, ask, refuse, close, return, extend, escalate, exempt, void, reopen.

    `seen` is the number of steps that the caller has read; where others went on, the step is refused.
    """
    pack, found = _case(request, scene, sent.subject, sent.case)
    call = Call(person(request), timezone.now(), sent.seen, way="api")
    after = STEPS[sent.do](pack, (found.subject, found.slot), call, sent)
    return _whole(after, pack, person(request))


@api.post("/scenes/{scene}/evidence", response={200: list[str], **REFUSALS})
@needs_any(Action.ANSWER, Action.REVIEW, Action.APPROVE)
def evidence(request: HttpRequest, scene: str, files: list[UploadedFile] = File(...)) -> Any:  # noqa: B008
    """Keep files that prove an answer; their digests go into a step's `files`."""
    if len(files) > MOST_FILES:
        raise Refused([Problem("case-files", f"{len(files)} files", f"at most {MOST_FILES}")])
    sent = [(one.name or "file", one.read()) for one in files]
    return keep_evidence(pack_named(scene), sent, by=person(request), at=timezone.now())


@api.post("/scenes/{scene}/cases/open", response={200: shapes.OpenedOut, **REFUSALS})
@needs(Action.REVIEW)
def cases_open(request: HttpRequest, scene: str, sent: shapes.MonthIn) -> Any:
    """Open the cases of a month's findings; what stands open already is left alone."""
    month, by = month_of(sent.month, scene=pack_named(scene).name), person(request)
    done = open_cases(pack_named(scene), month, by=by, at=timezone.now(), way="api")
    return {"month": str(month), **{name: getattr(done, name) for name in done.__dataclass_fields__}}


@api.post("/scenes/{scene}/cases/escalate", response={200: list[shapes.CaseLine], **REFUSALS})
@needs(Action.REVIEW)
def cases_escalate(request: HttpRequest, scene: str) -> Any:
    """Raise every overdue case by one level."""
    raised = escalate_overdue(pack_named(scene), by=person(request), at=timezone.now(), way="api")
    return [_line(one) for one in raised]


@api.post("/scenes/{scene}/cases/state", response={200: list[shapes.CaseLine], **REFUSALS})
@needs(Action.REVIEW)
def cases_state(request: HttpRequest, scene: str, sent: shapes.MattersIn) -> Any:
    """State matters by hand: a round of inspection, or slips from a meeting or elsewhere."""
    pack, by, at = pack_named(scene), person(request), timezone.now()
    matters = [Matter(**one.dict()) for one in sent.matters]
    if sent.origin == INSPECTION:
        on, words = sent.day or timezone.localdate(), {"members": sent.members, "note": sent.note}
        one = inspect(pack, matters, title=sent.title, on=on, by=by, at=at, way="api", **words)
        opened = one.cases
    else:
        done = open_by_hand(pack, matters, by=by, at=at, origin=sent.origin, source=sent.title, way="api")
        opened = done.opened
    return [_line(find_case(pack, *key)) for key in opened]


@api.get("/scenes/{scene}/inspections", response={200: list[shapes.InspectionOut], **REFUSALS})
@needs(Action.READ)
def inspection_rounds(request: HttpRequest, scene: str) -> Any:
    """The rounds of inspection with their three lists, as far as they concern the caller."""
    pack, who = pack_named(scene), person(request)
    rows = []
    for one in inspections(pack):
        mine = seen_by(who, cases_of_inspection(pack, one))
        if mine or who.may(Action.REVIEW):
            told = {"round": one.slot, "title": one.title, "day": one.on, "members": one.members}
            rows.append(told | {"note": one.note, "lists": three_lists(mine)})
    return rows


@api.get("/scenes/{scene}/close-rates", response={200: list[shapes.RateOut], **REFUSALS})
@needs(Action.READ)
def case_rates(request: HttpRequest, scene: str, period: str = "", by: shapes.RateBy | None = None) -> Any:
    """The close-out rates of a period (the year unless one is named), over all or by one key."""
    pack, on = pack_named(scene), timezone.localdate()
    chosen = period_of(period) or Period(date(on.year, 1, 1), 12)
    mine = seen_by(person(request), cases_of(pack))
    found = close_rates(mine, book=case_book(pack), period=chosen, on=on, by=by or "")
    names = ("key", "closed", "all", "in_time", "percent")
    return [{name: getattr(one, name) for name in names} for one in found]
