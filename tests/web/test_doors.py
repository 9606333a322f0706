"""Every route has a door, and every role meets the door that its duties say (准入)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from api_doors import ACCEPTERS, API_DOORS, AUDIT_OR_SEAL, SHARERS, STEPPERS
from databases import OFFICERS, County, code
from yiben.people.roles import RIGHTS, Action, Role

PUBLIC, SIGNED_IN = "public", "signed_in"
# Written down by hand, so that a door that changes is noticed: route → (what it needs, its method).
DOORS: dict[str, tuple[Any, str]] = {
    "health": (PUBLIC, "GET"),
    "sign-in": (PUBLIC, "GET"),
    "sign-in-code": (PUBLIC, "GET"),
    "language": (PUBLIC, "POST"),
    "sign-out": (SIGNED_IN, "POST"),
    "account": (SIGNED_IN, "GET"),
    "second": (SIGNED_IN, "GET"),
    "token-make": (SIGNED_IN, "POST"),
    "token-end": (SIGNED_IN, "POST"),
    "home": (SIGNED_IN, "GET"),
    "list": (Action.READ, "GET"),
    "cockpit": (Action.READ, "GET"),
    "screen": (Action.READ, "GET"),
    "bulk": (Action.RECORD, "POST"),
    "contest": (Action.READ, "GET"),
    "contest-call": (Action.RECORD, "POST"),
    "new": (Action.RECORD, "GET"),
    "subject": (Action.READ, "GET"),
    "edit": (Action.RECORD, "GET"),
    "withdraw": (Action.RECORD, "POST"),
    "fact": (Action.READ, "GET"),
    "filing": (Action.FILE, "GET"),
    "filing-verify": (Action.VERIFY, "GET"),
    "photos": (Action.READ, "GET"),
    "photo-remove": (Action.FILE, "POST"),
    "stored-file": (Action.READ, "GET"),
    "draft": (SIGNED_IN, "POST"),
    "work": (Action.READ, "GET"),
    "cases": (Action.READ, "GET"),
    "cases-open": (Action.REVIEW, "POST"),
    "cases-escalate": (Action.REVIEW, "POST"),
    "slips-new": (Action.REVIEW, "GET"),
    "inspections": (Action.READ, "GET"),
    "inspection": (Action.READ, "GET"),
    "case": (Action.READ, "GET"),
    "case-step": (STEPPERS, "POST"),
    "accounts": (Action.READ, "GET"),
    "accounts-scene": (Action.READ, "GET"),
    "accounts-account": (Action.READ, "GET"),
    "accounts-move": (Action.RECORD, "GET"),
    "allocation": (SHARERS, "GET"),
    "allocation-accept": (ACCEPTERS, "POST"),
    "appraisal": (Action.READ, "GET"),
    "appraisal-answer": (Action.READ, "POST"),
    "appraisal-print": (Action.READ, "POST"),
    "appraisal-keep": (Action.RECORD, "POST"),
    "appraisal-kept": (Action.READ, "GET"),
    "plans": (Action.READ, "GET"),
    "plans-nodes": (Action.READ, "GET"),
    "plans-nodes-file": (Action.EXPORT, "GET"),
    "plans-freeze": (Action.PUBLISH, "POST"),
    "plan": (Action.READ, "GET"),
    "plan-change": (Action.RECORD, "POST"),
    "plan-schedule": (Action.RECORD, "POST"),
    "plan-answer": (Action.APPROVE, "POST"),
    "plan-freeze": (Action.PUBLISH, "POST"),
    "plan-file": (Action.EXPORT, "GET"),
    "plan-import": (Action.IMPORT, "GET"),
    "plan-import-confirm": (Action.IMPORT, "POST"),
    "boards": (Action.READ, "GET"),
    "board": (Action.READ, "GET"),
    "publish": (Action.PUBLISH, "POST"),
    "documents": (Action.READ, "GET"),
    "document": (Action.READ, "GET"),
    "document-figure": (Action.READ, "GET"),
    "slip-file": (Action.READ, "GET"),
    "document-file": (Action.EXPORT, "GET"),
    "document-publish": (Action.PUBLISH, "POST"),
    "document-approve": (Action.APPROVE, "POST"),
    "export": (Action.EXPORT, "GET"),
    "template": (Action.READ, "GET"),
    "import": (Action.IMPORT, "GET"),
    "import-confirm": (Action.IMPORT, "POST"),
    "import-corrected": (Action.IMPORT, "GET"),
    "scenes": (Action.READ, "GET"),
    "install": (Action.MANAGE, "POST"),
    "scene": (Action.READ, "GET"),
    "units": (Action.MANAGE, "GET"),
    "unit-add": (Action.MANAGE, "POST"),
    "officer-add": (Action.MANAGE, "POST"),
    "officer-change": (Action.MANAGE, "POST"),
    "reports": (Action.READ, "GET"),
    "report": (Action.READ, "GET"),
    "report-review": (Action.RECORD, "POST"),
    "audit": (AUDIT_OR_SEAL, "GET"),
    "verify": (AUDIT_OR_SEAL, "POST"),
    "seal": (Action.SEAL, "POST"),
    "transaction": (Action.AUDIT, "GET"),
    "webhooks": (Action.MANAGE, "GET"),
    "webhook-add": (Action.MANAGE, "POST"),
    "webhook-end": (Action.MANAGE, "POST"),
    **{f"api:{name}": door for name, door in API_DOORS.items()},
}
VALUES = {
    "scene": "projects",
    "key": code(1),
    "name": "invested",
    "kind": "csv",
    "token": 999,
    "username": "idle",
    "number": 1,
    "slot": "late_start@1",
    "do": "receive",
    "digest": "0" * 64,
    "day": "2026-03-10",
    "figure": "subjects",
    "month": "2026-01",
    "webhook": 1,
}
ROLES = {username: role for username, _, _, role in OFFICERS} | {"checker": "verifier"}


def patterns() -> Iterator[tuple[str, Any]]:
    """Every route of the site: its full name and its view."""
    from django.urls import URLResolver, get_resolver

    def walk(found: Any, prefix: str) -> Iterator[tuple[str, Any]]:
        for one in found:
            if isinstance(one, URLResolver):
                inner = f"{prefix}{one.namespace}:" if one.namespace else prefix
                yield from walk(one.url_patterns, inner)
            else:
                yield f"{prefix}{one.name or one.callback.__name__}", one

    yield from walk(get_resolver().url_patterns, "")


@cache
def converters() -> dict[str, list[str]]:
    """The named parts of every route's address."""
    return {route: list(pattern.pattern.converters) for route, pattern in patterns()}


def address(name: str) -> str:
    """An address of a route, with values that exist."""
    from django.urls import reverse

    for route, wanted in converters().items():
        if route == name:
            values = {key: VALUES[key] for key in wanted}
            if name in ("board", "publish", "api:board") or name.startswith("api:board_"):
                values["name"] = "monthly_show"
            if name in ("import-confirm", "import-corrected"):
                values["token"] = "a" * 24
            text = reverse(name, kwargs=values)
            return f"{text}?key={code(1)}&case=late_start@1" if name.startswith("api:") else text
    raise LookupError(name)


def may(role: str, need: Any) -> bool:
    if need in (PUBLIC, SIGNED_IN):
        return True
    held = RIGHTS[Role(role)] if role else frozenset()
    return bool(held & need) if isinstance(need, frozenset) else need in held


def test_every_route_has_the_door_that_is_written_down(django_ready: Any) -> None:
    routes = dict(patterns())
    assert set(routes) == set(DOORS)
    for name, pattern in routes.items():
        assert getattr(pattern.callback, "door", None) == DOORS[name][0], name


@pytest.mark.parametrize("username", [*ROLES])
def test_every_role_meets_every_door(
    username: str, life: County, browser_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone

    from yiben.people.models import Duty, Officer, Unit
    from yiben.people.tokens import make_token

    if username == "checker":
        unit = Unit.objects.get(code="TRANSPORT")
        made = Officer.objects.create_officer(username, name="审核", unit=unit)
        Duty.objects.create(officer=made, role="verifier", unit=Unit.objects.get(code="DRC"))
    officer = Officer.objects.get(username=username)
    secret = make_token(officer, name="test", at=timezone.now())
    for name, (need, method) in DOORS.items():
        client = browser_of(username)
        headers = {"authorization": f"Bearer {secret}"} if name.startswith("api:") else {}
        call = client.get if method == "GET" else client.post
        response = call(address(name), headers=headers)
        if may(ROLES[username], need):
            assert response.status_code not in (401, 403), (name, response.status_code)
        else:
            assert response.status_code == 403, (name, response.status_code)


def test_strangers_are_sent_to_sign_in_everywhere_but_at_public_doors(life: County) -> None:
    from django.test import Client

    for name, (need, method) in DOORS.items():
        client = Client()
        response = client.get(address(name)) if method == "GET" else client.post(address(name))
        if need == PUBLIC:
            assert response.status_code in (200, 302) and "/sign-in?" not in response.headers.get(
                "Location", ""
            )
        elif name.startswith("api:"):
            assert response.status_code == 401, name
        else:
            assert response.status_code == 302, name
            assert response.headers["Location"].startswith("/sign-in?next="), name


def test_a_view_without_a_door_is_closed(life: County, browser_of: Callable[[str], Any]) -> None:
    from django.http import HttpResponse
    from django.urls import path

    import yiben.web.urls as urls

    def forgotten(request: Any) -> HttpResponse:
        return HttpResponse("open")

    class Routes:
        urlpatterns = [*urls.urlpatterns, path("forgotten", forgotten)]
        handler403 = urls.handler403

    client = browser_of("clerk")
    from django.test import override_settings

    with override_settings(ROOT_URLCONF=Routes):
        assert client.get("/forgotten").status_code == 403


def test_rows_of_other_units_are_not_there(life: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("school")
    listed = client.get("/scene/projects/").content.decode()
    assert "项目02" in listed and "项目03" not in listed
    assert client.get(f"/scene/projects/subject/{code(3)}").status_code == 404
    assert client.get(f"/scene/projects/subject/{code(3)}/fact/land").status_code == 404
    assert client.get(f"/api/v1/scenes/projects/subject?key={code(3)}").status_code == 404
    rows = client.get("/api/v1/scenes/projects/subjects").json()["rows"]
    assert {row["facts"]["unit"] for row in rows} == {"EDUCATION"}
    assert "项目03" not in client.get("/scene/projects/export/csv").content.decode()
    found = client.get("/api/v1/scenes/projects/findings").json()["rows"]
    assert {row["subject"] for row in found} <= {row["subject"] for row in rows}


def test_a_unit_above_sees_those_below(life: County, browser_of: Callable[[str], Any]) -> None:
    listed = browser_of("transport").get("/scene/projects/").content.decode()
    assert "项目01" in listed and "项目03" in listed and "项目02" not in listed


def test_a_session_cannot_record_through_the_interface(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    sent = {"statements": [{"subject": code(1), "facts": {"land": "9"}}], "seen": 99}
    address = "/api/v1/scenes/projects/record"
    assert browser_of("clerk").post(address, sent, content_type="application/json").status_code == 401


def test_secret_values_stay_with_those_who_work_on_them(
    plots: County, browser_of: Callable[[str], Any]
) -> None:
    page = "/scene/plots/subject/A~2F1"
    inside, outside = browser_of("clerk"), browser_of("admin")
    assert "1,800" in inside.get(page).content.decode()
    assert inside.get(f"{page}/fact/guess").status_code == 200
    assert "1,800" not in outside.get(page).content.decode()
    assert outside.get(f"{page}/fact/guess").status_code == 404
    assert "内部估价" not in outside.get("/scene/plots/").content.decode()
    assert "1800" not in outside.get("/scene/plots/export/csv").content.decode()
    assert "guess" not in outside.get("/api/v1/scenes/plots/subject?key=A/1").content.decode()
    assert "guess" not in outside.get("/api/v1/scenes/plots/history?key=A/1").content.decode()
    assert outside.get("/api/v1/scenes/plots/subjects?f.guess.min=1").status_code == 422
