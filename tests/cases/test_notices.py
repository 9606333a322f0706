"""Notices: off by default, in each robot's form, signed, by mail, and never in the way of a step."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from databases import County, code
from yiben.cases.model import Slip, case_of, step_fact, step_name
from yiben.kernel.periods import Period
from yiben.scenes.cases import case_book
from yiben.scenes.loader import built_in_packs

BOOK = case_book(built_in_packs()["projects"])


@pytest.fixture
def backend() -> str:
    return "sqlite"


def notice(django_ready: Any) -> Any:
    from yiben.cases.notices import Notice

    slip = Slip("supervise", 2026, 7, "督办〔2026〕7号", "TRANSPORT", date(2026, 9, 1), "red")
    said = {"slip": slip.as_fact(), "name": "东溪桥", "zh": "计划3月开工,至今未开工"}
    fact = step_fact("open", at=datetime(2026, 8, 20, tzinfo=UTC), by="c", unit="DRC", **said)
    case = case_of({step_name(1): fact}, scene="projects", subject="P1", slot="late_start@1")
    return Notice.of(case, book=BOOK, title="重大项目")


@pytest.mark.parametrize("robot", ["dingtalk", "wecom", "feishu", "json"])
def test_every_robot_gets_its_form(django_ready: Any, robot: str) -> None:
    from yiben.cases.notices import payload_for

    sent = payload_for(robot, notice(django_ready))
    text = json.dumps(sent, ensure_ascii=False)
    assert "督办〔2026〕7号" in text and "东溪桥" in text and "2026-09-01" in text
    assert {"dingtalk": "msgtype", "wecom": "msgtype", "feishu": "msg_type", "json": "event"}[robot] in sent


def test_dingtalk_is_signed_and_keeps_its_secret(django_ready: Any) -> None:
    from yiben.cases.notices import signed

    url = "https://oapi.dingtalk.com/robot/send?access_token=abc&secret=SECxyz"
    address = signed(url, robot="dingtalk", milliseconds=1_700_000_000_000)
    assert "SECxyz" not in address and "timestamp=1700000000000" in address
    # Worked out by hand: HMAC-SHA256 of "1700000000000\nSECxyz" with the key SECxyz.
    import base64
    import hashlib
    import hmac
    from urllib.parse import parse_qs, urlsplit

    digest = hmac.new(b"SECxyz", b"1700000000000\nSECxyz", hashlib.sha256).digest()
    assert parse_qs(urlsplit(address).query)["sign"] == [base64.b64encode(digest).decode()]


@pytest.mark.parametrize("setting", ["ftp://x", "oapi.dingtalk.com", "smtp://host", "https://"])
def test_a_wrong_address_is_told(django_ready: Any, setting: str) -> None:
    from yiben.cases.notices import BadTarget, targets_of

    with pytest.raises(BadTarget):
        targets_of(setting)


class Robot(BaseHTTPRequestHandler):
    """Takes what robots are sent."""

    got: list[tuple[str, dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Robot.got.append((self.path, json.loads(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def robot() -> Iterator[str]:
    Robot.got = []
    server = HTTPServer(("127.0.0.1", 0), Robot)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_what_cannot_be_sent_is_logged_and_the_rest_arrives(
    django_ready: Any, robot: str, caplog: pytest.LogCaptureFixture
) -> None:
    from yiben.cases.notices import deliver, targets_of

    targets = targets_of(f"http://127.0.0.1:9/dead wecom+{robot}/hook")
    assert deliver(notice(django_ready), targets) == 1
    assert [body["msgtype"] for _, body in Robot.got] == ["markdown"]
    assert "could not be sent" in caplog.text


def open_one(county: County) -> None:
    from yiben.journeys.open_cases import open_cases

    at = datetime(2026, 9, 10, 2, tzinfo=UTC)
    county.record(county.project(1, stage="ready", planned_start="2026-01-02"))
    open_cases(county.pack, Period.of("2026-08"), by=county.person("clerk"), at=at)


def test_a_step_tells_after_it_is_recorded(
    county: County, robot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from yiben.cases import notices
    from yiben.ledger.record import head

    seen: list[int] = []
    monkeypatch.setattr(settings, "NOTICES", f"json+{robot}", raising=False)
    monkeypatch.setattr(
        notices, "_hand_over", lambda one, targets: (seen.append(head()), notices.deliver(one, targets))
    )
    open_one(county)
    assert seen == [head()]
    assert Robot.got[0][1]["numbers"] == ["发改提示〔2026〕1号"]


def test_off_by_default_and_a_bad_setting_stops_nothing(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from yiben.cases import notices
    from yiben.journeys.read_cases import cases_of

    assert not notices.notices_on()
    monkeypatch.setattr(settings, "NOTICES", "nonsense", raising=False)
    open_one(county)
    assert len(cases_of(county.pack, subject=code(1))) == 1


def test_mail_goes_to_the_units_officers(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    from yiben.cases import notices
    from yiben.people.models import Officer

    Officer.objects.filter(username="transport").update(email="wang@example.org")
    Officer.objects.filter(username="school").update(email="zhao@example.org")
    sent: list[Any] = []

    class Server:
        def __init__(self, host: str, port: int, timeout: float) -> None:
            assert (host, port) == ("mail.example.org", 2525)

        def __enter__(self) -> Server:
            return self

        def __exit__(self, *error: Any) -> None: ...

        def login(self, name: str, word: str) -> None:
            sent.append((name, word))

        def send_message(self, mail: Any) -> None:
            sent.append((mail["To"], mail["Subject"]))

    monkeypatch.setattr(notices.smtplib, "SMTP", Server)
    targets = notices.targets_of("smtp://yiben:a%40b@mail.example.org:2525/?from=yiben@example.org")
    assert notices.deliver(notice(None), targets) == 1
    assert sent == [("yiben", "a@b"), ("wang@example.org", "重大项目督办单:东溪桥")]
