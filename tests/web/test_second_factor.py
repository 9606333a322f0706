"""The second factor: codes by time, each once; recovery; shared lock-out; reset by an administrator (二次验证)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from databases import County

PASSWORD = "a long password"


@pytest.fixture
def stranger(county: County) -> Any:
    from django.test import Client

    return Client()


def officer(username: str = "clerk") -> Any:
    from yiben.people.models import Officer

    return Officer.objects.get(username=username)


def code_now(username: str = "clerk", *, later: int = 0) -> str:
    """The code of an authenticator app, computed here from the shown key and the RFC alone."""
    import base64
    import time

    from yiben.people.models import SecondFactor
    from yiben.people.second_factor import shown_secret

    key = base64.b32decode(shown_secret(SecondFactor.objects.get(officer__username=username)))
    mac = hmac.new(key, (int(time.time()) // 30 + later).to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(int.from_bytes(mac[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def turned_on(username: str = "clerk") -> list[str]:
    from django.utils import timezone

    from yiben.people import second_factor

    second_factor.begin(officer(username), at=timezone.now() - timedelta(minutes=5))
    # Confirmed with the step before, so that the test may use the one of now.
    return second_factor.confirm(officer(username), code_now(username, later=-1), at=timezone.now())


def sign_in(client: Any, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", {"username": "clerk", "password": password} | more)


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (20000000000, "65353130")],
)
def test_codes_are_those_of_the_standard(django_ready: Any, moment: int, code: str) -> None:
    """The vectors of RFC 6238, appendix B, of which ours are the last six digits."""
    from yiben.people.second_factor import one_time_code

    assert one_time_code(b"12345678901234567890", step=moment // 30) == code[-6:]


def test_setting_up_shows_a_code_and_takes_the_password(
    county: County, browser_of: Callable[[str], Any]
) -> None:
    client = browser_of("clerk")
    assert client.post("/account/second", {"what": "begin", "password": "wrong"}).status_code == 400
    shown = client.post("/account/second", {"what": "begin", "password": PASSWORD}).content.decode()
    assert "<svg" in shown and re.search(r"[A-Z2-7]{32}", shown)
    assert client.post("/account/second", {"what": "confirm", "code": "000"}).status_code == 400
    done = client.post("/account/second", {"what": "confirm", "code": code_now()}).content.decode()
    codes = re.findall(r"<code>([0-9a-f]{4}(?:-[0-9a-f]{4}){3})</code>", done)
    assert len(codes) == 10
    from yiben.people.models import SecondFactor

    kept = str(list(SecondFactor.objects.values()))
    assert not any(one in kept for one in codes)
    page = client.get("/account/second").content.decode()
    assert "<svg class" not in page or "otpauth" not in page
    assert "余 10 个恢复码" in client.get("/account").content.decode()
    assert client.post("/account/second", {"what": "end", "password": "wrong"}).status_code == 400
    assert client.post("/account/second", {"what": "end", "password": PASSWORD}).status_code == 302
    assert not SecondFactor.objects.exists()


def test_signing_in_asks_for_the_code_and_takes_it_once(stranger: Any) -> None:
    turned_on()
    assert sign_in(stranger, next="/scenes").headers["Location"] == "/sign-in/code"
    assert stranger.get("/account").status_code == 302, "half signed in is not signed in"
    assert stranger.get("/sign-in/code").status_code == 200
    code = code_now()
    assert stranger.post("/sign-in/code", {"code": code}).headers["Location"] == "/scenes"
    assert stranger.get("/account").status_code == 200
    stranger.post("/sign-out")
    sign_in(stranger)
    assert stranger.post("/sign-in/code", {"code": code}).status_code == 401, "a code opens once"


def test_a_recovery_code_opens_once(stranger: Any) -> None:
    from yiben.people.models import AuditEvent

    codes = turned_on()
    for expected in (302, 401):
        sign_in(stranger)
        assert stranger.post("/sign-in/code", {"code": codes[0].upper()}).status_code == expected
        stranger.post("/sign-out")
    assert AuditEvent.objects.filter(event="recovery-code-used").count() == 1


def test_wrong_codes_and_wrong_passwords_lock_the_same_account(stranger: Any) -> None:
    turned_on()
    for _ in range(3):
        sign_in(stranger, "wrong")
    sign_in(stranger)
    for _ in range(2):
        assert stranger.post("/sign-in/code", {"code": "000000"}).status_code == 401
    assert officer().locked_until is not None
    told = stranger.post("/sign-in/code", {"code": code_now()})
    assert told.status_code == 401 and "锁定" in told.content.decode()
    assert "锁定" in sign_in(stranger).content.decode()


def test_the_half_open_door_closes(stranger: Any) -> None:
    turned_on()
    assert stranger.get("/sign-in/code").headers["Location"] == "/sign-in"
    sign_in(stranger)
    session = stranger.session
    session["half-signed-in"] |= {"until": datetime(2026, 1, 1, tzinfo=UTC).timestamp()}
    session.save()
    assert stranger.post("/sign-in/code", {"code": code_now()}).headers["Location"] == "/sign-in"
    sign_in(stranger)
    held = officer()
    held.set_password("another long one")
    held.save()
    assert stranger.post("/sign-in/code", {"code": code_now()}).headers["Location"] == "/sign-in"


def test_an_administrator_helps_whoever_lost_the_phone(
    stranger: Any, browser_of: Callable[[str], Any]
) -> None:
    from yiben.people.models import AuditEvent

    turned_on()
    assert browser_of("transport").post("/officers/clerk", {"what": "second"}).status_code == 403
    assert browser_of("admin").post("/officers/clerk", {"what": "second"}).status_code == 302
    assert sign_in(stranger).headers["Location"] == "/"
    event = AuditEvent.objects.get(event="second-factor-off")
    assert (event.officer, event.detail) == ("admin", "clerk")
    assert "关闭二次验证" in browser_of("auditor").get("/audit").content.decode()


def test_a_copy_of_the_database_alone_makes_no_code(county: County) -> None:
    from django.test import override_settings
    from django.utils import timezone

    from yiben.people import second_factor

    turned_on()
    with override_settings(SECRET_KEY="another site's secret"):
        stolen = code_now()
    assert not second_factor.accepts(officer(), stolen, at=timezone.now())
    assert second_factor.accepts(officer(), code_now(), at=timezone.now())


def test_tokens_end_are_narrow_and_are_listed(county: County, browser_of: Callable[[str], Any]) -> None:
    from django.test import Client
    from django.utils import timezone

    from yiben.people.models import ApiToken, AuditEvent
    from yiben.people.tokens import bearer_of, make_token

    client, program = browser_of("clerk"), Client()
    page = client.post("/account/tokens", {"name": "报表", "rights": "read", "days": "30"}).content.decode()
    found = re.search(r"yb_[\w-]{40,}", page)
    assert found is not None
    headers = {"authorization": f"Bearer {found[0]}"}
    assert program.get("/api/v1/scenes", headers=headers).status_code == 200
    assert program.post("/api/v1/scenes/projects/cases/escalate", headers=headers).status_code == 403
    me = program.get("/api/v1/me", headers=headers).json()
    assert sorted(me["rights"]) == ["export", "read"] and me["rights"]["read"] is None
    held = ApiToken.objects.get()
    assert held.used_on is not None and held.expires_at - held.made_at == timedelta(days=30)
    assert bearer_of(found[0], at=held.expires_at) is None
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert program.get("/api/v1/scenes", headers=headers).status_code == 401
    whole = make_token(officer(), name="全权", at=timezone.now())
    headers = {"authorization": f"Bearer {whole}"}
    assert program.post("/api/v1/scenes/projects/cases/escalate", headers=headers).status_code == 200
    assert browser_of("admin").post("/officers/clerk", {"what": "tokens"}).status_code == 302
    assert program.get("/api/v1/scenes", headers=headers).status_code == 401
    assert AuditEvent.objects.filter(event="token-made").count() == 2
    assert AuditEvent.objects.filter(event="tokens-ended", officer="admin").count() == 1
