"""The REST interface: the same book, the same rights, exact numbers, and no failure on nonsense (接口)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api_doors import API_DOORS
from databases import County, code

API = "/api/v1"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def call(plots: County) -> Callable[..., Any]:
    """A call of the interface by a program that holds an officer's token."""
    from django.test import Client
    from django.utils import timezone

    from yiben.people.models import Officer
    from yiben.people.tokens import make_token

    secrets: dict[str, str] = {}

    def made(address: str, body: Any = None, *, by: str = "clerk", raw: bytes | None = None) -> Any:
        if by not in secrets:
            officer = Officer.objects.get(username=by)
            secrets[by] = make_token(officer, name="test", at=timezone.now())
        headers = {"authorization": f"Bearer {secrets[by]}"}
        client = Client(raise_request_exception=True)
        if body is None and raw is None:
            return client.get(f"{API}{address}", headers=headers)
        sent = raw if raw is not None else body
        return client.post(f"{API}{address}", sent, content_type="application/json", headers=headers)

    return made


def test_scenes_and_their_fields(call: Callable[..., Any]) -> None:
    assert [one["name"] for one in call("/scenes").json()] == ["projects", "plots"]
    plots = call("/scenes/plots").json()
    assert plots["fields"][4] == {
        "name": "area",
        "type": "quantity",
        "label": {"zh": "面积", "en": "Area"},
        "unit": "亩",
        "required": False,
        "every": "",
        "adds": False,
        "choices": {},
    }
    assert call("/scenes/nothing").status_code == 404


def test_subjects_are_read_page_by_page_and_as_of_a_moment(call: Callable[..., Any]) -> None:
    first = call("/scenes/projects/subjects?limit=6").json()
    rest = call(f"/scenes/projects/subjects?limit=6&after={first['next']}").json()
    keys = [row["subject"] for row in (*first["rows"], *rest["rows"])]
    assert keys == [code(number) for number in range(1, 11)] and rest["next"] is None
    assert first["rows"][0]["facts"]["land"] == "1.5"
    assert call("/scenes/projects/subjects?as_of=2025-01-01").json()["rows"] == []
    found = call("/scenes/projects/subjects?f.total_investment.min=9500").json()["rows"]
    assert [row["subject"] for row in found] == [code(10)]
    one = call(f"/scenes/projects/subject?key={code(1)}").json()
    assert one["measures"]["2026-01"] == {"invested": "50.5", "physical": "10"}
    assert one["nodes"][0]["planned_on"] == "2026-01-10"
    assert call("/scenes/plots/subject?key=A/1").json()["facts"]["area"] == "10.5"


def test_recording_is_exact_all_or_nothing_and_shows_clashes(call: Callable[..., Any]) -> None:
    head = call("/verify/head").json()["transaction"]
    raw = b'{"statements": [{"subject": "%s", "facts": {"land": 0.1}}], "seen": %d, "why": "x"}'
    done = call("/scenes/projects/record", raw=raw % (code(1).encode(), head))
    assert done.status_code == 200 and done.json()["transaction"] == head + 1
    assert call(f"/scenes/projects/subject?key={code(1)}").json()["facts"]["land"] == "0.1"
    late = {"statements": [{"subject": code(1), "facts": {"land": "5"}}], "seen": head}
    clash = call("/scenes/projects/record", late)
    assert clash.status_code == 422 and clash.json()["problems"][0]["code"] == "changed-meanwhile"
    half = [{"subject": code(2), "facts": {"land": "5"}}, {"subject": code(3), "facts": {"land": "many"}}]
    refused = call("/scenes/projects/record", {"statements": half, "seen": head + 1})
    assert refused.status_code == 422
    assert call("/verify/head").json()["transaction"] == head + 1
    tried = call("/scenes/projects/record", {"statements": half[:1], "seen": head + 1, "preview": True})
    assert tried.json()["preview"] and call("/verify/head").json()["transaction"] == head + 1
    said = call(f"/scenes/projects/history?key={code(1)}&name=land").json()
    assert [one["value"] for one in said] == ["0.1", "1.5"] and said[0]["way"] == "api"
    assert said[1]["superseded_by"] == head + 1


def test_findings_and_boards_come_with_reasons_and_methods(call: Callable[..., Any]) -> None:
    found = call("/scenes/plots/findings?month=2026-01&colour=red").json()
    assert [row["subject"] for row in found["rows"]] == ["A/2", "~3%?#"]
    assert found["rows"][0]["reasons"][0]["zh"] == "面积10.5亩，尚未踏勘"
    assert [one["name"] for one in call("/scenes/plots/boards").json()] == ["keepers"]
    board = call("/scenes/plots/boards/keepers?period=2026-01").json()
    assert len(board["digest"]) == 64 and board["method"]
    assert call("/scenes/plots/boards/keepers?period=2026-01", by="school").status_code == 404
    assert call("/scenes/plots/boards/nothing").status_code == 404


def test_tokens_end_and_follow_their_officer(plots: County) -> None:
    from django.test import Client
    from django.utils import timezone

    from yiben.people.models import ApiToken, Officer
    from yiben.people.tokens import end_token, make_token

    officer = Officer.objects.get(username="clerk")
    secret = make_token(officer, name="表格", at=timezone.now())
    assert secret not in str(list(ApiToken.objects.values()))
    client = Client()

    def status(text: str) -> int:
        return int(client.get(f"{API}/scenes", headers={"authorization": text}).status_code)

    assert status(f"Bearer {secret}") == 200
    assert status(f"bearer {secret}x") == 401 and status("Bearer ") == 401 and status("Basic eA==") == 401
    Officer.objects.filter(pk=officer.pk).update(is_active=False)
    assert status(f"Bearer {secret}") == 401
    Officer.objects.filter(pk=officer.pk).update(is_active=True)
    end_token(officer, ApiToken.objects.get().pk, at=next(plots.moments))
    assert status(f"Bearer {secret}") == 401


NONSENSE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"statements": []}',
    b'{"statements": [{}]}',
    b'{"statements": [{"subject": "", "facts": {}}]}',
    b'{"statements": [{"subject": "\\u0000", "facts": {}}]}',
    b'{"statements": [{"subject": "\\ud800", "facts": {}}]}',
    b'{"statements": [{"subject": "x", "facts": {"land": NaN}}]}',
    b'{"statements": [{"subject": "x", "facts": {"land": 1e999999}}]}',
    b'{"statements": [{"subject": "x", "facts": {"\\u0000": 1}}]}',
    b'{"statements": [{"subject": "x", "facts": {"name": {"a": [1, {"b": 2}]}}}]}',
    b'{"statements": [{"subject": "x", "facts": {"name": "\\ud800"}}]}',
    b'{"statements": [{"subject": "x", "kind": "board", "facts": {"a": 1}}]}',
    b'{"statements": [{"subject": "x", "kind": "period", "slot": "9999-99", "facts": {"invested": 1}}]}',
    b'{"statements": [{"subject": "x", "kind": "period", "slot": "2026-01/9999-12", "facts": {"invested": 1}}]}',
    b'{"statements": [{"subject": "x", "kind": "node", "slot": "nowhere", "facts": {"actual_on": 7}}]}',
    b'{"statements": [{"subject": "x", "facts": {"planned_start": "0000-00-00"}}], "seen": -1}',
    b'{"statements": [{"subject": "x", "facts": {}}], "seen": 99999999999999999999999}',
    b"[" * 100_000,
    b"\xff\xfe",
]


def test_nonsense_is_refused_and_never_fails(call: Callable[..., Any]) -> None:
    head = call("/verify/head").json()["transaction"]
    for raw in NONSENSE:
        status = call("/scenes/projects/record", raw=raw).status_code
        assert 400 <= status < 500, (raw[:60], status)
    for query in ("as_of=never", "limit=0", "limit=x", "f.nothing.is=1", "as_of=9999-12-31T23:59:59-12:00"):
        assert call(f"/scenes/projects/subjects?{query}").status_code == 422, query
    for query in ("month=2026-13", "month=0001-01", "colour=purple", "month=2026-01/9999-12"):
        assert call(f"/scenes/projects/findings?{query}").status_code == 422, query
    assert call("/scenes/projects/subjects?after=%00").status_code == 422
    assert call("/scenes/projects/subject?key=%00").status_code == 422
    assert call("/scenes/projects/subject?key=nothing").status_code == 404
    assert call("/verify/head").json()["transaction"] == head


def test_the_description_names_every_route(call: Callable[..., Any]) -> None:
    described = call("/openapi.json").json()
    assert described["openapi"].startswith("3.")
    named = {one["operationId"] for path in described["paths"].values() for one in path.values()}
    assert named == API_DOORS.keys() - {"api-root", "openapi-json"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_route_is_in_the_docs(language: str, django_ready: Any) -> None:
    from yiben.web.api.interface import api
    from yiben.web.api.routes import api_patterns

    api_patterns()
    text = (ROOT / "docs" / language / "api.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`([^`\n]+)`", text))
    plain = {re.sub(r"\{[^}]*\}", "{}", one) for one in known}
    for path in api.get_openapi_schema()["paths"]:
        short = re.sub(r"\{[^}]*\}", "{}", str(path).removeprefix("/api/v1/"))
        tail = short.removeprefix("scenes/{}/")
        wanted = {short, f"…/{tail}", "…/" + tail.removeprefix("documents/{}/")}
        assert wanted & plain, path
