"""One subject's plan (项目计划页): the chart, days by drag or table, schedules, approvals, files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yiben.journeys.change_plan import answer_change, cascade_of, change_days, freeze_plans, record_schedule
from yiben.journeys.plan_files import KINDS, preview_sheet, take_sheet, write_plan
from yiben.journeys.plan_nodes import NoSuchSubject
from yiben.journeys.plan_project import ProjectPlan, arrange, plan_project
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.record import head
from yiben.people.roles import Action
from yiben.scenes.model import Pack
from yiben.web import uploads
from yiben.web.doors import needs, person
from yiben.web.downloads import attachment
from yiben.web.plan_view import plan_view, schedule_view, sheet_view
from yiben.web.problems import all_told
from yiben.web.scenes_here import pack_named
from yiben.web.views.imports import XLSX
from yiben.web.words import say

DAY = "day."
FILE_KINDS = {"xlsx": XLSX, "xml": "application/xml"}
MOST_BYTES = 20_000_000


def _plan(request: HttpRequest, scene: str, key: str) -> ProjectPlan:
    pack: Pack = pack_named(scene)
    if not pack.nodes:
        raise Http404(f"the scene {scene!r} has no nodes")
    try:
        return plan_project(pack, key, on=timezone.localdate(), by=person(request))
    except NoSuchSubject as error:
        raise Http404(str(error)) from error


def _address(plan: ProjectPlan) -> str:
    return reverse("plan", args=[plan.pack.name, plan.subject])


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2007 <= day.year <= 2058 else None


def _page(
    request: HttpRequest,
    plan: ProjectPlan,
    *,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    view = plan_view(
        plan,
        who=person(request),
        show=request.GET.get("show", ""),
        scale=request.GET.get("scale", ""),
        typed=typed or {},
    )
    return render(request, "plans/plan.html", view | more, status=status)


@needs(Action.READ)
@require_safe
def plan(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """The plan of one subject; with a finish or start day, a schedule beside it to look at."""
    found = _plan(request, scene, key)
    more: dict[str, Any] = {}
    start, finish = (_day(request.GET.get(name, "")) for name in ("from", "to"))
    if start or finish:
        try:
            arranged = arrange(found, start=start, finish=finish, goal=request.GET.get("goal", ""))
            more["schedule"] = schedule_view(found, arranged, start=start, finish=finish)
        except Refused as refusal:
            more["problems"] = all_told(refusal.problems, pack=found.pack)
    return _page(request, found, **more)


def _refused(
    request: HttpRequest, plan: ProjectPlan, problems: Any, *, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    """The page again with what was typed; after a clash the next submission is a decision."""
    clashes = any(one.code == "changed-meanwhile" for one in problems)
    again = plan_project(plan.pack, plan.subject, on=plan.on, by=person(request))
    more = {"problems": all_told(problems, pack=plan.pack), "clashes": clashes}
    more |= {"why": request.POST.get("why", ""), "problem_days": typed or {}}
    return _page(request, again, status=422, typed=typed, **more)


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 18 else head()


@needs(Action.RECORD)
@require_POST
def change(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Give nodes other days, with those that they push where that is wished."""
    found = _plan(request, scene, key)
    typed = {name.removeprefix(DAY): text for name, text in request.POST.items() if name.startswith(DAY)}
    days: dict[str, date] = {}
    wrong: list[Problem] = []
    for node, text in typed.items():
        if text.strip() == request.POST.get(f"was.{node}", "").strip():
            continue
        day = _day(text)
        if day is None:
            wrong.append(Problem("bad-day", repr(text)[:40], "a day such as 2026-09-30"))
        else:
            days[node] = day
    if wrong:
        return _refused(request, found, wrong, typed=typed)
    if not days:
        messages.success(request, say("没有改动。"))
        return redirect(_address(found))
    try:
        if request.POST.get("cascade"):
            for node, day in list(days.items()):
                if any(row.node == node for row in found.rows):
                    days = cascade_of(found, node=node, to=day) | days
        done = change_days(
            found.pack,
            key,
            days=days,
            reason=request.POST.get("why", ""),
            by=person(request),
            at=timezone.now(),
            seen=_seen(request),
        )
    except Refused as refusal:
        return _refused(request, found, refusal.problems, typed=typed)
    if done.asked:
        text = say("计划已冻结：已提出 {n} 个节点的调整申请，等待批准。", n=len(done.dates))
    else:
        text = say("已记为第 {n} 笔。", n=done.receipt.transaction)
    messages.success(request, text)
    return redirect(_address(found))


@needs(Action.RECORD)
@require_POST
def schedule(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Take the days of a schedule into the book."""
    found = _plan(request, scene, key)
    start, finish = (_day(request.POST.get(name, "")) for name in ("from", "to"))
    try:
        arranged = arrange(found, start=start, finish=finish, goal=request.POST.get("goal", ""))
        done = record_schedule(
            found,
            arranged=arranged,
            reason=request.POST.get("why", ""),
            by=person(request),
            at=timezone.now(),
            seen=_seen(request),
        )
    except Refused as refusal:
        return _refused(request, found, refusal.problems)
    if done.asked:
        text = say("计划已冻结：已提出 {n} 个节点的调整申请，等待批准。", n=len(done.dates))
    else:
        text = say("已按排程记入 {n} 个节点，第 {t} 笔。", n=len(done.dates), t=done.receipt.transaction)
    messages.success(request, text)
    return redirect(_address(found))


@needs(Action.APPROVE)
@require_POST
def answer(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Approve or refuse a change that waits."""
    found = _plan(request, scene, key)
    agree = request.POST.get("agree") == "yes"
    try:
        answer_change(
            found.pack,
            key,
            node=request.POST.get("node", ""),
            agree=agree,
            note=request.POST.get("note", "").strip()[:500],
            by=person(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        return _refused(request, found, refusal.problems)
    messages.success(request, say("已批准，预测日期已更新。") if agree else say("已退回，日期不变。"))
    return redirect(_address(found))


@needs(Action.PUBLISH)
@require_POST
def freeze(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Freeze this subject's plan for the year."""
    found = _plan(request, scene, key)
    try:
        done = freeze_plans(
            found.pack, year=found.on.year, by=person(request), at=timezone.now(), subjects=[key]
        )
    except Refused as refusal:
        return _refused(request, found, refusal.problems)
    messages.success(request, say("年度计划已冻结，记为第 {n} 笔；此后改日期须经批准。", n=done.transaction))
    return redirect(_address(found))


@needs(Action.EXPORT)
@require_safe
def file(request: HttpRequest, scene: str, key: str, kind: str) -> HttpResponse:
    """The plan as xlsx or MS Project XML."""
    if kind not in KINDS:
        raise Http404(f"no plan file is called {kind!r}")
    found = _plan(request, scene, key)
    try:
        data = write_plan(found, kind=kind)
    except Refused as refusal:
        return _refused(request, found, refusal.problems)
    return attachment(data, name=f"{found.name}-{say('计划')}-{found.on}.{kind}", kind=FILE_KINDS[kind])


@needs(Action.IMPORT)
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest, scene: str, key: str) -> HttpResponse:
    """Send a plan sheet and see what it would change."""
    found = _plan(request, scene, key)
    view: dict[str, Any] = {"pack": found.pack, "plan": found}
    if request.method == "GET":
        return render(request, "plans/import.html", view)
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > MOST_BYTES:
        view["problem"] = say("请选择 xlsx 计划表。")
        return render(request, "plans/import.html", view, status=400)
    data = sent.read()
    try:
        preview = preview_sheet(found, data=data, file=uploads.safe_name(sent.name or "plan.xlsx"))
    except Refused as refusal:
        view["problems"] = all_told(refusal.problems, pack=found.pack)
        return render(request, "plans/import.html", view, status=422)
    upload = uploads.keep(
        data,
        name=sent.name or "plan.xlsx",
        officer=request.user.get_username(),
        scene=scene,
        period="",
        hold_back=False,
    )
    view |= {"upload": upload, "preview": sheet_view(found, preview), "seen": found.seen}
    return render(request, "plans/import.html", view)


@needs(Action.IMPORT)
@require_POST
def confirm(request: HttpRequest, scene: str, key: str, token: str) -> HttpResponse:
    """Take the previewed sheet in, or throw it away."""
    found = _plan(request, scene, key)
    upload = uploads.find(token, officer=request.user.get_username(), scene=scene)
    if upload is None:
        raise Http404("no such file waits for your word")
    if request.POST.get("drop"):
        uploads.drop(token)
        return redirect(_address(found))
    try:
        changed, receipt = take_sheet(
            found,
            data=upload.data,
            file=upload.name,
            reason=request.POST.get("why", ""),
            by=person(request),
            at=timezone.now(),
            seen=_seen(request),
        )
    except Refused as refusal:
        view = {"pack": found.pack, "plan": found, "problems": all_told(refusal.problems, pack=found.pack)}
        return render(request, "plans/import.html", view, status=422)
    uploads.drop(token)
    actual = receipt.entries if receipt else 0
    moved = len(changed.dates) if changed else 0
    asked = say("（待批准）") if changed and changed.asked else ""
    messages.success(
        request, say("计划表已导入：实际日期 {a} 项，日期调整 {b} 项{c}。", a=actual, b=moved, c=asked)
    )
    return redirect(_address(found))
