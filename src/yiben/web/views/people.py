"""Units and officers (单位与人员): for the administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yiben.kernel.problems import Refused
from yiben.people import manage, second_factor, tokens
from yiben.people.models import Officer, SecondFactor, Unit
from yiben.people.roles import ROLE_LABELS, Action
from yiben.web.doors import needs, person, signed_in
from yiben.web.problems import all_told
from yiben.web.views.sign_in import account_view, password_problem
from yiben.web.words import say
from yiben.writers.documents.codes import code_svg

OFFICERS_SHOWN = 500
WORDS = {
    "unit-code": "单位代码须为字母、数字或 . _ -，1 至 40 个字符",
    "unit-name": "单位名称须为 1 至 120 个字",
    "unit-parent": "上级单位不存在",
    "unit-code-taken": "单位代码已有人用",
    "unit-name-taken": "单位名称已有人用",
    "username": "用户名须为字母、数字或 . _ @ -",
    "username-taken": "用户名已有人用",
    "officer-name": "姓名须为 1 至 60 个字",
    "officer-unit": "所属单位不存在",
    "officer-unknown": "没有这个人员",
    "officer-self": "不能这样改自己的账号",
    "duty-role": "没有这个岗位",
    "duty-unit": "岗位所辖单位不存在",
    "duty-unknown": "没有这个岗位",
}


@needs(Action.MANAGE)
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """The tree of units, and officers with their duties."""
    search = request.GET.get("q", "").strip()[:60]
    officers = Officer.objects.select_related("unit", "second_factor").prefetch_related("duties__unit")
    if search:
        officers = officers.filter(name__icontains=search) | officers.filter(username__icontains=search)
    view = {
        "units": _tree(),
        "officers": list(officers[:OFFICERS_SHOWN]),
        "roles": [(role.value, say(label)) for role, label in ROLE_LABELS.items()],
        "labels": {role.value: say(label) for role, label in ROLE_LABELS.items()},
        "search": search,
        "now": timezone.now(),
    }
    return render(request, "units.html", view)


def _tree() -> list[dict[str, Any]]:
    """Units in the order of their tree, with their depth."""
    rows = list(Unit.objects.order_by("code"))
    below: dict[int | None, list[Unit]] = {}
    for unit in rows:
        below.setdefault(unit.parent_id, []).append(unit)
    found: list[dict[str, Any]] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit in below.get(parent, []):
            found.append({"unit": unit, "depth": depth, "indent": "　" * depth})
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return found


def _do(request: HttpRequest, done: str, work: Callable[[], object]) -> HttpResponse:
    """Do one change and come back, saying what happened."""
    try:
        work()
        messages.success(request, done)
    except Refused as refusal:
        for problem, one in zip(refusal.problems, all_told(refusal.problems), strict=True):
            known = WORDS.get(problem.code)
            messages.error(request, say(known) if known else one.expected)
    return redirect("units")


@needs(Action.MANAGE)
@require_POST
def add_unit(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    sent = request.POST
    return _do(
        request,
        say("已新增单位。"),
        lambda: manage.add_unit(
            sent.get("code", "").strip(),
            name=sent.get("name", "").strip(),
            name_en=sent.get("name_en", "").strip(),
            parent=sent.get("parent", ""),
            by=person(request),
            at=timezone.now(),
        ),
    )


@needs(Action.MANAGE)
@sensitive_post_parameters("password")
@require_POST
def add_officer(request: HttpRequest) -> HttpResponse:
    """Add an officer, with a first duty where one is named."""
    sent = request.POST

    def work() -> None:
        by, at = person(request), timezone.now()
        username = sent.get("username", "").strip()
        name, unit, password = sent.get("name", "").strip(), sent.get("unit", ""), sent.get("password", "")
        manage.add_officer(username, name=name, unit=unit, password=password, by=by, at=at)
        if sent.get("role"):
            manage.give_duty(username, role=sent["role"], unit=unit, by=by, at=at)

    return _do(request, say("已新增人员。"), work)


@needs(Action.MANAGE)
@sensitive_post_parameters("password")
@require_POST
def change_officer(request: HttpRequest, username: str) -> HttpResponse:
    """Give or take a duty, set a password, let in or keep out."""
    sent, by, at = request.POST, person(request), timezone.now()
    what = sent.get("what", "")
    works: dict[str, Callable[[], object]] = {
        "give": lambda: manage.give_duty(
            username, role=sent.get("role", ""), unit=sent.get("unit", ""), by=by, at=at
        ),
        "take": lambda: manage.take_duty(int(sent.get("duty", "0")), by=by, at=at),
        "password": lambda: manage.set_password(username, password=sent.get("password", ""), by=by, at=at),
        "close": lambda: manage.set_active(username, is_active=False, by=by, at=at),
        "open": lambda: manage.set_active(username, is_active=True, by=by, at=at),
        "tokens": lambda: manage.end_tokens(username, by=by, at=at),
        "second": lambda: manage.end_second_factor(username, by=by, at=at),
    }
    if what not in works or not sent.get("duty", "0").isdecimal():
        return redirect("units")
    return _do(request, say("已更改。"), works[what])


@signed_in
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token for one's own programs; it is shown once."""
    sent, officer = request.POST, Officer.objects.get(pk=request.user.pk)
    days = sent.get("days", "")
    secret = tokens.make_token(
        officer,
        name=sent.get("name", "").strip(),
        at=timezone.now(),
        days=int(days) if days.isdecimal() and len(days) < 6 else tokens.DAYS[0],
        actions=None if sent.get("rights") == "all" else tokens.READING,
    )
    return render(request, "account.html", {"secret": secret} | account_view(request))


@signed_in
@require_POST
def end_token(request: HttpRequest, token: int) -> HttpResponse:
    """End one of one's own tokens."""
    tokens.end_token(Officer.objects.get(pk=request.user.pk), token, at=timezone.now())
    return redirect("account")


@signed_in
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """One's own second factor: set up with a QR code, confirmed by its first code, turned off again."""
    officer, at = Officer.objects.get(pk=request.user.pk), timezone.now()
    view: dict[str, Any] = {}
    what = request.POST.get("what", "")
    if what in ("begin", "end"):
        view["problem"] = password_problem(request, request.POST.get("password", ""))
    if what == "begin" and not view["problem"]:
        held = second_factor.begin(officer, at=at)
        view |= {"waits": held.confirmed_at is None} | _setup(held)
    elif what == "confirm":
        view["codes"] = second_factor.confirm(officer, request.POST.get("code", "")[:20], at=at)
        pending = SecondFactor.objects.filter(officer=officer, confirmed_at=None).first()
        if not view["codes"] and pending is not None:
            view |= {"problem": say("验证码不正确。"), "waits": True} | _setup(pending)
    elif what == "end" and not view["problem"]:
        second_factor.end(officer, at=at)
        messages.success(request, say("二次验证已关闭。"))
        return redirect("account")
    view["second"] = second_factor.standing(officer)
    return render(request, "second.html", view, status=400 if view.get("problem") else 200)


def _setup(held: SecondFactor) -> dict[str, Any]:
    # The code is drawn here from our own text, which segno escapes.
    picture = mark_safe(code_svg(second_factor.setup_address(held)))
    return {"picture": picture, "secret": second_factor.shown_secret(held)}
