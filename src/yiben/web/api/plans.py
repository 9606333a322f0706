"""Plans (计划): a project's nodes and schedule, changes and their approval, the freeze, files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form
from ninja.files import UploadedFile

from yiben.journeys.change_plan import answer_change, cascade_of, change_days, freeze_plans, record_schedule
from yiben.journeys.plan_files import KINDS, preview_sheet, take_sheet, write_plan
from yiben.journeys.plan_portfolio import plan_portfolio
from yiben.journeys.plan_project import ProjectPlan, arrange, plan_project
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.record import head
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.web.api import shapes_plans as shapes
from yiben.web.api.interface import REFUSALS, api, month_of, recorded
from yiben.web.doors import needs, person
from yiben.web.downloads import attachment
from yiben.web.scenes_here import pack_named
from yiben.web.uploads import safe_name
from yiben.web.views.plan_pages import FILE_KINDS, MOST_BYTES


def _pack(scene: str) -> Pack:
    pack = pack_named(scene)
    if not pack.nodes:
        raise Http404(f"the scene {scene!r} has no nodes")
    return pack


def _plan(request: HttpRequest, scene: str, key: str) -> ProjectPlan:
    return plan_project(_pack(scene), key, on=timezone.localdate(), by=person(request))


@api.get("/scenes/{scene}/plan", response={200: shapes.PlanOut, **REFUSALS})
@needs(Action.READ)
def plan(request: HttpRequest, scene: str, key: shapes.Text) -> Any:
    """One subject's plan seen from today: rows with their days, slack and colour, and what waits."""
    found = _plan(request, scene, key)
    kept = ("key", "node", "name", "start", "finish", "baseline", "planned", "forecast", "actual")
    more = ("slack_days", "must", "milestone", "after", "moves", "pushed", "short", "assumed")
    return {
        "scene": scene,
        "subject": key,
        "seen": found.seen,
        "chain": list(found.chain),
        "rows": [
            {name: getattr(row, name) for name in (*kept, *more)} | {"colour": row.colour.word}
            for row in found.rows
        ],
        "asked": [
            {"node": one.node, "reason": one.reason, "by": one.by, "at": one.at}
            | {"dates": {name: list(days) for name, days in one.dates.items()}}
            for one in found.asked
        ],
        "problems": [one.as_dict() for one in found.problems],
    }


def _changed(done: Any) -> dict[str, Any]:
    return {
        "transaction": done.receipt.transaction,
        "asked": done.asked,
        "dates": {node: list(days) for node, days in done.dates.items()},
    }


@api.post("/scenes/{scene}/plan/change", response={200: shapes.ChangedOut, **REFUSALS})
@needs(Action.RECORD)
def plan_change(request: HttpRequest, scene: str, sent: shapes.ChangeIn) -> Any:
    """Give nodes other days; a frozen plan's change is asked for and waits for approval."""
    found, days = _plan(request, scene, sent.subject), dict(sent.days)
    if sent.cascade:
        for node, day in sent.days.items():
            if any(row.node == node for row in found.rows):
                days = cascade_of(found, node=node, to=day) | days
    call = {"by": person(request), "at": timezone.now(), "way": "api"}
    return _changed(
        change_days(
            found.pack,
            sent.subject,
            days=days,
            reason=sent.reason,
            seen=sent.seen,
            preview=sent.preview,
            **call,
        )
    )


@api.post("/scenes/{scene}/plan/schedule", response={200: shapes.ChangedOut, **REFUSALS})
@needs(Action.RECORD)
def plan_schedule(request: HttpRequest, scene: str, sent: shapes.ScheduleIn) -> Any:
    """Schedule the approval network from a start or back from a finish, and take its days into the book."""
    found = _plan(request, scene, sent.subject)
    if sent.start is None and sent.finish is None:
        raise Refused([Problem("bad-day", "neither start nor finish", "one of them")])
    arranged = arrange(found, start=sent.start, finish=sent.finish, goal=sent.goal)
    call = {"by": person(request), "at": timezone.now(), "way": "api"}
    more = {"reason": sent.reason, "seen": sent.seen, "preview": sent.preview}
    return _changed(record_schedule(found, arranged=arranged, **more, **call))


@api.post("/scenes/{scene}/plan/answer", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.APPROVE)
def plan_answer(request: HttpRequest, scene: str, sent: shapes.PlanAnswerIn) -> Any:
    """Approve or refuse a change that waits."""
    found = _plan(request, scene, sent.subject)
    call = {"by": person(request), "at": timezone.now(), "way": "api"}
    more = {"node": sent.node, "agree": sent.agree, "note": sent.note}
    return recorded(answer_change(found.pack, sent.subject, **more, **call))


@api.post("/scenes/{scene}/plans/freeze", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.PUBLISH)
def plans_freeze(request: HttpRequest, scene: str, sent: shapes.FreezeIn) -> Any:
    """Set the year's plan, for some subjects or for every one that is open and not set yet."""
    call = {"by": person(request), "at": timezone.now(), "way": "api"}
    year = sent.year or timezone.localdate().year
    return recorded(
        freeze_plans(_pack(scene), year=year, subjects=sent.subjects or None, why=sent.why, **call)
    )


@api.get("/scenes/{scene}/nodes", response={200: list[shapes.NodeLine], **REFUSALS})
@needs(Action.READ)
def nodes(request: HttpRequest, scene: str, month: str = "") -> Any:
    """The node list of a month."""
    asked, pack = month_of(month, scene=scene), _pack(scene)
    plans = plan_portfolio(pack, on=timezone.localdate(), by=person(request))
    names = ("unit", "node", "baseline", "forecast", "actual", "late_days")
    return [
        {name: getattr(row, name) for name in names}
        | {"subject": row.project, "class": row.project_class, "colour": row.colour.word}
        for row in plans.node_list(asked)
    ]


@api.get("/scenes/{scene}/plan/file/{kind}", response={200: None, **REFUSALS})
@needs(Action.EXPORT)
def plan_file(request: HttpRequest, scene: str, kind: str, key: shapes.Text) -> HttpResponse:
    """The plan as xlsx or MS Project XML."""
    if kind not in KINDS:
        raise Http404(f"no plan file is called {kind!r}")
    found = _plan(request, scene, key)
    return attachment(write_plan(found, kind=kind), name=f"{found.name}.{kind}", kind=FILE_KINDS[kind])


@api.post("/scenes/{scene}/plan/import", response={200: shapes.SheetOut, **REFUSALS})
@needs(Action.IMPORT)
def plan_import(
    request: HttpRequest,
    scene: str,
    sent: shapes.SheetIn = Form(...),  # noqa: B008
    file: UploadedFile = File(...),  # noqa: B008
) -> Any:
    """Take a plan sheet in; as a preview, tell what it would change."""
    found = _plan(request, scene, sent.subject)
    if (file.size or 0) > MOST_BYTES:
        raise Refused([Problem("file-size", f"{file.size} bytes", f"at most {MOST_BYTES} bytes")])
    data, name = file.read(), safe_name(file.name or "plan.xlsx")
    shown = preview_sheet(found, data=data, file=name)
    rows = [
        {part: getattr(row, part) for part in ("node", "was", "to", "was_actual", "to_actual")}
        for row in shown.rows
    ]
    told: dict[str, Any] = {"rows": rows, "problems": [one.as_dict() for one in shown.problems]}
    if sent.preview:
        return told | {"preview": True, "asked": False, "transactions": []}
    call = {"by": person(request), "at": timezone.now(), "seen": sent.seen or head()}
    changed, receipt = take_sheet(found, data=data, file=name, reason=sent.reason, **call)
    numbers = [changed.receipt.transaction] if changed else []
    numbers += [receipt.transaction] if receipt else []
    return told | {"preview": False, "asked": bool(changed and changed.asked), "transactions": numbers}
