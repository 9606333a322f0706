"""Signing in, lock-out, session, language, and what every response carries (登录与安全头)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from databases import County

PASSWORD = "a long password"


@pytest.fixture
def stranger(county: County) -> Any:
    from django.test import Client

    return Client()


def sign_in(client: Any, *, username: str = "clerk", password: str = PASSWORD, next: str = "") -> Any:
    return client.post("/sign-in", {"username": username, "password": password, "next": next})


def test_signing_in_and_out_is_audited(stranger: Any) -> None:
    from yiben.people.models import AuditEvent

    response = sign_in(stranger, next="/scenes")
    assert response.headers["Location"] == "/scenes"
    assert stranger.get("/account").status_code == 200
    stranger.post("/sign-out")
    assert stranger.get("/account").status_code == 302
    events = list(AuditEvent.objects.order_by("id").values_list("officer", "event"))
    assert events == [("clerk", "sign-in"), ("clerk", "sign-out")]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"]
)
def test_signing_in_never_leads_away(stranger: Any, target: str) -> None:
    assert sign_in(stranger, next=target).headers["Location"] == "/"


def test_five_failures_lock_the_account_for_a_while(stranger: Any) -> None:
    from django.utils import timezone

    from yiben.people.models import AuditEvent, Officer

    for _ in range(5):
        assert sign_in(stranger, password="wrong").status_code == 401
    locked = sign_in(stranger)
    assert locked.status_code == 401 and "锁定" in locked.content.decode()
    assert AuditEvent.objects.filter(event="locked-out").count() == 1
    Officer.objects.filter(username="clerk").update(locked_until=timezone.now() - timedelta(seconds=1))
    assert sign_in(stranger).status_code == 302
    assert Officer.objects.get(username="clerk").failed_sign_ins == 0


def test_a_success_forgets_earlier_failures(stranger: Any) -> None:
    for _ in range(4):
        sign_in(stranger, password="wrong")
    assert sign_in(stranger).status_code == 302
    for _ in range(4):
        sign_in(stranger, password="wrong")
    assert sign_in(stranger).status_code == 302


def test_one_address_cannot_try_every_name(stranger: Any) -> None:
    from django.test import override_settings

    with override_settings(SIGN_IN_FAILURES_PER_ADDRESS=3):
        for number in range(3):
            sign_in(stranger, username=f"nobody{number}")
        refused = sign_in(stranger)
    assert refused.status_code == 401 and "次数过多" in refused.content.decode()


def test_unknown_and_wrong_sound_alike(stranger: Any) -> None:
    texts = [sign_in(stranger, username=name, password="x").content.decode() for name in ("nobody", "clerk")]
    assert all("用户名或密码不正确" in text for text in texts)


def test_a_closed_account_does_not_open(stranger: Any) -> None:
    from yiben.people.models import Officer

    sign_in(stranger)
    Officer.objects.filter(username="clerk").update(is_active=False)
    assert stranger.get("/account").status_code == 302
    assert sign_in(stranger).status_code == 401


def test_changing_the_password_needs_the_old_one_and_a_good_new_one(stranger: Any) -> None:
    sign_in(stranger)
    good = {"old": PASSWORD, "new": "another-long-one-9", "again": "another-long-one-9"}
    assert stranger.post("/account", good | {"old": "wrong"}).status_code == 400
    assert stranger.post("/account", good | {"again": "different"}).status_code == 400
    assert stranger.post("/account", good | {"new": "short", "again": "short"}).status_code == 400
    assert stranger.post("/account", good).status_code == 302
    assert stranger.get("/account").status_code == 200
    stranger.post("/sign-out")
    assert sign_in(stranger).status_code == 401
    assert sign_in(stranger, password="another-long-one-9").status_code == 302


def test_forms_need_their_token(county: County) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    refused = sign_in(client)
    assert refused.status_code == 403 and "页面已过期" in refused.content.decode()
    client.get("/sign-in")
    token = client.cookies["csrftoken"].value
    sent = {"username": "clerk", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post("/sign-in", sent).status_code == 302


def test_every_page_carries_its_security_headers(stranger: Any) -> None:
    for address in ("/sign-in", "/health", "/nowhere", "/api/v1/scenes"):
        headers = stranger.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe-eval" not in policy
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe-inline" not in scripts and "http" not in scripts
        assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_nonce_differs_each_time(stranger: Any) -> None:
    policies = {stranger.get("/sign-in").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_too_large_a_request_is_refused_unread(stranger: Any) -> None:
    response = stranger.post("/sign-in", {"username": "x"}, headers={"content-length": "999999999"})
    assert response.status_code == 413


def test_the_language_is_chosen_and_kept(stranger: Any, browser_of: Callable[[str], Any]) -> None:
    assert 'lang="zh-Hans"' in stranger.get("/sign-in", headers={"accept-language": "en"}).content.decode()
    response = stranger.post("/language", {"language": "en", "next": "/sign-in?next=/scenes"})
    assert response.headers["Location"] == "/sign-in?next=/scenes"
    assert "Username" in stranger.get("/sign-in").content.decode()
    stranger.post("/language", {"language": "klingon"})
    assert "Username" in stranger.get("/sign-in").content.decode()
    client = browser_of("clerk")
    client.post("/language", {"language": "en"})
    assert 'lang="en"' in browser_of("clerk").get("/account").content.decode()


def test_error_pages_tell_what_happened(stranger: Any, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("school")
    assert "没有这个页面" in client.get("/scene/nothing/").content.decode()
    assert "权限" in client.get("/units").content.decode()
    assert client.get("/api/v1/scenes/nothing").status_code == 404


def test_the_failure_page_needs_nothing(stranger: Any) -> None:
    from django.test import RequestFactory

    from yiben.web.views.errors import failed

    page = failed(RequestFactory().get("/"))
    assert page.status_code == 500 and "没有办成" in page.content.decode()
    assert failed(RequestFactory().get("/api/v1/x")).headers["Content-Type"] == "application/json"


def test_sessions_are_kept_from_scripts_and_end(stranger: Any, browser_of: Callable[[str], Any]) -> None:

    sign_in(stranger)
    cookie = stranger.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert 0 < int(cookie["max-age"]) <= 12 * 3600
    elsewhere = browser_of("clerk")
    assert elsewhere.get("/account").status_code == 200
    sent = {"old": PASSWORD, "new": "another-long-one-9", "again": "another-long-one-9"}
    assert stranger.post("/account", sent).status_code == 302
    assert elsewhere.get("/account").status_code == 302, "a new password ends other sessions"
    assert stranger.get("/account").status_code == 200


def test_guessing_the_old_password_locks_too(stranger: Any) -> None:
    from yiben.people.models import AuditEvent, Officer

    sign_in(stranger)
    for _ in range(5):
        sent = {"old": "wrong", "new": "another-long-one-9", "again": "another-long-one-9"}
        assert stranger.post("/account", sent).status_code == 400
    assert Officer.objects.get(username="clerk").locked_until is not None
    assert AuditEvent.objects.filter(event="password-refused").count() == 5


@pytest.mark.parametrize("password", ["short1", "clerk-clerk", "password", "12345678"])
def test_weak_passwords_are_refused(stranger: Any, password: str) -> None:
    sign_in(stranger)
    sent = {"old": PASSWORD, "new": password, "again": password}
    told = stranger.post("/account", sent)
    assert told.status_code == 400


def test_the_auditor_sees_sign_ins_and_changes_of_rights(
    stranger: Any, browser_of: Callable[[str], Any]
) -> None:
    sign_in(stranger, password="wrong")
    sign_in(stranger)
    admin = browser_of("admin")
    admin.post("/officers/idle", {"what": "give", "role": "filer", "unit": "ROADS"})
    page = browser_of("auditor").get("/audit").content.decode()
    for said in ("登录失败", "登录", "授予岗位", "idle: filer for ROADS"):
        assert said in page
    assert "授予岗位" not in browser_of("clerk").get("/audit").content.decode()


def test_over_https_cookies_never_travel_in_the_clear() -> None:
    import os
    import subprocess
    import sys

    code = (
        "from yiben.site import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"YIBEN_HTTPS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["True"] * 4
