"""Webhooks: off by default, only to listed hosts, signed, tried again within bounds, and logged (推送)."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from databases import County, code


class Receiver(BaseHTTPRequestHandler):
    """Takes what is sent, and answers as it is told."""

    got: list[tuple[dict[str, str], bytes]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.got.append((dict(self.headers), body))
        self.send_response(Receiver.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def receiver(county: County, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A receiver that the setting allows; nothing is sent but by the test."""
    from django.conf import settings

    from yiben.cases import webhooks

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Receiver.got, Receiver.status = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(settings, "WEBHOOKS", f"inside:127.0.0.1:{server.server_port}")
    monkeypatch.setattr(webhooks, "_hand_over", lambda: None)
    yield f"http://127.0.0.1:{server.server_port}/hook?key=k"
    server.shutdown()
    server.server_close()


def added(county: County, url: str, *events: str, **more: Any) -> tuple[Any, str]:
    from yiben.cases.webhooks import add_webhook

    return add_webhook(
        "平台", url=url, events=events, by=county.person("admin"), at=next(county.moments), **more
    )


def opened(county: County) -> None:
    from django.utils import timezone

    from yiben.journeys.open_cases import Matter, open_by_hand

    county.record(county.project(1))
    open_by_hand(county.pack, [Matter(code(1), "停工", "复工")], by=county.person("clerk"), at=timezone.now())


def test_a_case_is_told_signed_and_logged(county: County, receiver: str) -> None:
    from django.utils import timezone

    from yiben.cases.models import Delivery
    from yiben.cases.webhooks import send_due

    _, secret = added(county, receiver, "case")
    added(county, receiver, "publication")
    added(county, receiver, "case", scene="another")
    opened(county)
    assert send_due(at=timezone.now()) == {"arrived": 1, "waiting": 0, "given_up": 0}
    ((headers, body),) = Receiver.got
    told = json.loads(body)
    assert told["event"] == "case.open" and told["scene"] == "projects" and told["unit"] == "TRANSPORT"
    assert headers["X-Yiben-Event"] == "case.open"
    mac = hmac.new(secret.encode(), headers["X-Yiben-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Yiben-Signature"] == f"sha256={mac.hexdigest()}"
    assert [(one.state, one.attempts, one.answer) for one in Delivery.objects.all()] == [
        ("arrived", 1, "HTTP 200")
    ]
    assert send_due(at=timezone.now())["arrived"] == 0 and len(Receiver.got) == 1


def test_a_dead_line_is_tried_with_growing_pauses_and_given_up(county: County, receiver: str) -> None:
    from django.utils import timezone

    from yiben.cases.models import Delivery
    from yiben.cases.webhooks import PAUSES, send_due

    added(county, receiver, "case")
    opened(county)
    Receiver.status = 302
    at = timezone.now()
    for number, pause in enumerate(PAUSES, start=1):
        assert send_due(at=at)["waiting"] == 1
        one = Delivery.objects.get()
        assert (one.attempts, one.next_at - at, one.answer) == (number, timedelta(seconds=pause), "HTTP 302")
        assert send_due(at=at)["waiting"] == 0, "not before its time"
        at = one.next_at
    assert list(PAUSES) == sorted(PAUSES)
    assert send_due(at=at)["given_up"] == 1
    assert send_due(at=at + timedelta(days=9)) == {"arrived": 0, "waiting": 0, "given_up": 0}
    assert len(Receiver.got) == len(PAUSES) + 1, "redirects are not followed"


def test_what_was_undone_is_not_told(county: County, receiver: str) -> None:
    from django.db import transaction

    from yiben.cases.models import Delivery

    added(county, receiver, "case")

    class Undo(Exception):
        pass

    with pytest.raises(Undo), transaction.atomic():
        opened(county)
        assert Delivery.objects.count() == 1
        raise Undo
    assert Delivery.objects.count() == 0


def test_boards_and_findings_are_told(county: County, receiver: str) -> None:
    from django.utils import timezone

    from yiben.cases.models import Delivery
    from yiben.journeys.draw_board import publish_board
    from yiben.journeys.open_cases import open_cases
    from yiben.kernel.periods import Period

    added(county, receiver, "publication", "finding", form="wecom")
    county.record(county.project(1, planned_start="2026-01-01"))
    month, clerk = Period.of("2026-01"), county.person("clerk")
    publish_board(county.pack, "monthly_show", period=month, by=clerk, at=timezone.now())
    open_cases(county.pack, month, by=clerk, at=timezone.now())
    events = [(one.event, json.loads(one.body)["msgtype"]) for one in Delivery.objects.order_by("id")]
    assert events == [("publication.board", "markdown"), ("finding.month", "markdown")]


WRONG = [
    "https://elsewhere.example/",
    "http://hooks.example/",
    "https://hooks.example:8443/",
    "https://user@hooks.example/",
    "ftp://hooks.example/",
    "file:///etc/passwd",
    "https://hooks.example/#a",
    "https://hooks.example/ x",
    "https://hooks.example/\r\nX: y",
    "https://[::1",
    "https://hooks.example:99999/",
    "//hooks.example/",
    "https://例子.example/",
    "",
]


@pytest.mark.parametrize("url", WRONG)
def test_only_listed_hosts_are_subscribed(county: County, url: str) -> None:
    from django.test import override_settings

    from yiben.cases.models import Webhook
    from yiben.kernel.problems import Refused

    with override_settings(WEBHOOKS="hooks.example"), pytest.raises(Refused) as refusal:
        added(county, url, "case")
    assert refusal.value.problems[0].code == "webhook-address" and not Webhook.objects.exists()


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "::ffff:10.0.0.8",
        "fe80::1",
    ],
)
def test_a_listed_name_that_leads_inside_is_not_reached(
    django_ready: Any, monkeypatch: pytest.MonkeyPatch, ip: str
) -> None:
    from yiben.cases import addresses

    def lookup(*args: Any, **more: Any) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (ip, 443))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", lookup)
    address = addresses.address_of("https://hooks.example/x", setting="hooks.example")
    with pytest.raises(addresses.BadAddress):
        addresses.checked_ip(address)


def test_even_the_own_network_has_addresses_that_are_never_reached(
    django_ready: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yiben.cases import addresses

    address = addresses.address_of("http://inner:8080/", setting="inside:inner:8080")
    for ip, is_allowed in (("10.0.0.8", True), ("169.254.169.254", False), ("224.0.0.1", False)):
        monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *a, ip=ip, **m: [(0, 0, 0, "", (ip, 80))])
        if is_allowed:
            assert addresses.checked_ip(address) == ip
        else:
            with pytest.raises(addresses.BadAddress):
                addresses.checked_ip(address)


def test_off_is_off(county: County) -> None:
    from yiben.cases.models import Delivery
    from yiben.cases.webhooks import webhooks_on
    from yiben.kernel.problems import Refused

    assert not webhooks_on()
    with pytest.raises(Refused):
        added(county, "https://hooks.example/", "case")
    opened(county)
    assert not Delivery.objects.exists()


def test_the_page_and_the_interface_manage_them(
    county: County, receiver: str, browser_of: Callable[[str], Any]
) -> None:
    from django.test import Client
    from django.utils import timezone

    from yiben.people.models import AuditEvent, Officer
    from yiben.people.tokens import make_token

    client = browser_of("admin")
    sent = {"name": "平台", "url": receiver, "event": ["case", "finding"]}
    page = client.post("/webhooks/add", sent).content.decode()
    assert "签名密钥" in page and "key=k" not in client.get("/webhooks").content.decode()
    wrong = client.post("/webhooks/add", sent | {"url": "https://x.example/"})
    assert wrong.status_code == 422 and "x.example" in wrong.content.decode()
    token = make_token(Officer.objects.get(username="admin"), name="t", at=timezone.now())
    headers = {"authorization": f"Bearer {token}"}
    (listed,) = Client().get("/api/v1/webhooks", headers=headers).json()
    assert listed["events"] == ["case", "finding"] and "?" not in listed["url"]
    assert client.post(f"/webhooks/{listed['webhook']}/end").status_code == 302
    assert Client().get("/api/v1/webhooks", headers=headers).json()[0]["ended_at"]
    events = AuditEvent.objects.filter(event__startswith="webhook").values_list("event", flat=True)
    assert sorted(events) == ["webhook-added", "webhook-ended"]
