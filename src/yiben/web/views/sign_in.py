"""Signing in and out, with lock-out and audit (登录、退出、锁定)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yiben.people import second_factor
from yiben.people.models import AuditEvent, Officer
from yiben.people.tokens import DAYS, standing_tokens
from yiben.web.doors import public, signed_in
from yiben.web.words import say

HALF, HALF_SECONDS = "half-signed-in", 300
BACKEND = "django.contrib.auth.backends.ModelBackend"


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door: a form, and what it says when it does not open."""
    target = _safe_target(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "GET":
        if request.user.is_authenticated:
            return redirect(target)
        return render(request, "sign_in.html", {"next": target})
    username = request.POST.get("username", "").strip()[:60]
    found = _try(request, username, request.POST.get("password", "")[:200])
    if isinstance(found, str):
        page = {"next": target, "username": username, "problem": found}
        return render(request, "sign_in.html", page, status=401)
    if second_factor.standing(found) is not None:
        return _halfway(request, found, target)
    _enter(request, found, "")
    return redirect(target)


def _try(request: HttpRequest, username: str, password: str) -> Officer | str:
    """The officer whose password is right, or what to say where that is refused."""
    officer = Officer.objects.filter(username=username).select_related("unit").first()
    if refused := _kept_out(request, username, officer):
        return refused
    if officer is None:
        # The same work as for a real officer, so that the time taken does not tell who exists.
        make_password(password)
        audit(request, username, "sign-in-failed", "no such officer")
        return say("用户名或密码不正确。")
    if not officer.is_active or not officer.check_password(password):
        _count_failure(request, officer)
        return say("用户名或密码不正确。")
    return officer


def _kept_out(request: HttpRequest, username: str, officer: Officer | None) -> str:
    """What to say to an address or account that has failed too often; else nothing."""
    if _address_is_spraying(request):
        audit(request, username, "sign-in-refused", "too many failures from this address")
        return say("登录失败次数过多，请稍后再试。")
    now = timezone.now()
    if officer is not None and officer.locked_until and officer.locked_until > now:
        audit(request, username, "sign-in-locked", "")
        minutes = max(1, round((officer.locked_until - now).total_seconds() / 60))
        return say("登录失败次数过多，账号已锁定，请 {minutes} 分钟后再试。", minutes=minutes)
    return ""


def _enter(request: HttpRequest, officer: Officer, detail: str) -> None:
    """Open the session; only a whole sign-in forgets the failures before it."""
    Officer.objects.filter(pk=officer.pk).update(failed_sign_ins=0, locked_until=None)
    login(request, officer, backend=BACKEND)
    audit(request, officer.username, "sign-in", detail)


def _halfway(request: HttpRequest, officer: Officer, target: str) -> HttpResponse:
    """The password was right: remember for a few minutes who waits before the second door."""
    request.session.cycle_key()
    request.session[HALF] = {
        "officer": officer.pk,
        "until": timezone.now().timestamp() + HALF_SECONDS,
        "password": officer.get_session_auth_hash(),
        "next": target,
    }
    return redirect("sign-in-code")


@public
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second door: a code of the phone or a recovery code; failures count as those of passwords do."""
    half = request.session.get(HALF)
    officer = Officer.objects.filter(pk=half["officer"], is_active=True).first() if half else None
    is_fresh = half is not None and timezone.now().timestamp() <= half["until"]
    if officer is None or not is_fresh or officer.get_session_auth_hash() != half["password"]:
        request.session.pop(HALF, None)
        return redirect("sign-in")
    if request.method == "GET":
        return render(request, "sign_in_code.html")
    problem = _kept_out(request, officer.username, officer)
    if not problem and second_factor.accepts(officer, request.POST.get("code", "")[:60], at=timezone.now()):
        del request.session[HALF]
        _enter(request, officer, "second factor")
        return redirect(half["next"])
    if not problem:
        _count_failure(request, officer)
        problem = say("验证码不正确。")
    return render(request, "sign_in_code.html", {"problem": problem}, status=401)


def password_problem(request: HttpRequest, typed: str) -> str:
    """What to say unless the signed-in officer typed their password; wrong ones count towards the lock."""
    officer = Officer.objects.get(pk=request.user.pk)
    if refused := _kept_out(request, officer.username, officer):
        return refused
    if officer.check_password(typed[:200]):
        return ""
    _count_failure(request, officer, event="password-refused")
    return say("原密码不正确。")


def _count_failure(request: HttpRequest, officer: Officer, *, event: str = "sign-in-failed") -> None:
    Officer.objects.filter(pk=officer.pk).update(failed_sign_ins=F("failed_sign_ins") + 1)
    officer.refresh_from_db(fields=["failed_sign_ins"])
    audit(request, officer.username, event, f"failure {officer.failed_sign_ins}")
    if officer.failed_sign_ins >= settings.SIGN_IN_FAILURES_ALLOWED:
        until = timezone.now() + timedelta(minutes=settings.SIGN_IN_LOCKED_MINUTES)
        Officer.objects.filter(pk=officer.pk).update(failed_sign_ins=0, locked_until=until)
        audit(request, officer.username, "locked-out", f"until {until:%Y-%m-%d %H:%M} UTC")


def _address_is_spraying(request: HttpRequest) -> bool:
    since = timezone.now() - timedelta(minutes=settings.SIGN_IN_LOCKED_MINUTES)
    failures = AuditEvent.objects.filter(event="sign-in-failed", address=address_of(request), at__gte=since)
    return failures.count() >= settings.SIGN_IN_FAILURES_PER_ADDRESS


def _safe_target(request: HttpRequest, target: str) -> str:
    """Where to go afterwards: only a page of this site."""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if target and safe else "/"


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    audit(request, request.user.get_username(), "sign-out", "")
    logout(request)
    return redirect("sign-in")


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language and come back to the same page; drafts stay in the browser."""
    chosen = request.POST.get("language", "")
    response = redirect(_safe_target(request, request.POST.get("next", "")))
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=settings.HTTPS,
        )
        if request.user.is_authenticated:
            Officer.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


@signed_in
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: rights, and a new password."""
    problems: list[str] = []
    if request.method == "POST":
        problems = _change_password(request)
        if not problems:
            messages.success(request, say("密码已更改。"), extra_tags="good")
            return redirect("account")
    status = 400 if problems else 200
    return render(request, "account.html", {"problems": problems} | account_view(request), status=status)


def account_view(request: HttpRequest) -> dict[str, Any]:
    """What the page of one's own account shows beside its forms."""
    officer, at = Officer.objects.get(pk=request.user.pk), timezone.now()
    held = second_factor.standing(officer)
    return {
        "tokens": standing_tokens(officer, at=at),
        "token_days": DAYS,
        "second": held,
        "recovery_left": len(json.loads(held.recovery)) if held else 0,
    }


def _change_password(request: HttpRequest) -> list[str]:
    officer = Officer.objects.get(pk=request.user.pk)
    new = request.POST.get("new", "")[:200]
    if problem := password_problem(request, request.POST.get("old", "")):
        return [problem]
    if new != request.POST.get("again", ""):
        return [say("两次输入的新密码不一致。")]
    try:
        validate_password(new, officer)
    except ValidationError as error:
        return list(error.messages)
    officer.set_password(new)
    officer.save(update_fields=["password"])
    update_session_auth_hash(request, officer)
    audit(request, officer.username, "password-changed", "")
    return []


def audit(request: HttpRequest, officer: str, event: str, detail: str) -> None:
    """Add one line to the audit of sign-ins and rights."""
    AuditEvent.objects.create(
        at=timezone.now(), officer=officer[:60], event=event, detail=detail, address=address_of(request)
    )


def address_of(request: HttpRequest) -> str:
    """The address of the machine that asks, as this server sees it; forwarded headers can be forged."""
    return str(request.META.get("REMOTE_ADDR", ""))[:60]
