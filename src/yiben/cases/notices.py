"""Notices of cases (督办通知): by mail and to the robots of DingTalk, WeCom and Feishu groups.

One setting, YIBEN_NOTICES, names where they go; empty (the default) sends none. They leave after
the database has committed, on a thread of their own; a dead line or a wrong address is logged and
never undoes or delays a step.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import smtplib
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, quote_plus, unquote, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db import transaction

from yiben.cases.model import Case
from yiben.people.models import Officer
from yiben.scenes.cases import CaseBook

SECONDS = 5
LINES_SHOWN = 20
ROBOTS = {"oapi.dingtalk.com": "dingtalk", "qyapi.weixin.qq.com": "wecom", "open.feishu.cn": "feishu"}
STATES = {
    "sent": "已发出",
    "received": "已签收",
    "returned": "退回重办",
    "answered": "已反馈待审核",
    "asked": "申请豁免待批",
    "closed": "已销号",
    "exempt": "已豁免",
    "void": "已作废",
}
log = logging.getLogger("yiben.notices")


class BadTarget(ValueError):
    """A part of YIBEN_NOTICES names no address that notices can go to."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told (通知): a heading, lines of text, and whom it concerns."""

    heading: str
    lines: tuple[str, ...]
    unit: str
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, case: Case, *, book: CaseBook, title: str) -> Notice:
        """The notice of a case as it stands; says nothing that only insiders may read."""
        slip = case.slip
        kind = book.slips[slip.type].label.zh
        name = str(case.opening.get("name", "")) or case.subject
        lines = (
            f"{slip.number} {STATES[case.state]}",
            f"事由:{case.reason('zh')}",
            f"答复期限:{case.due}" if case.waits_for_unit else "",
        )
        facts = {
            "event": f"case.{case.steps[-1].do}",
            "scene": case.scene,
            "subject": case.subject,
            "case": case.slot,
            "number": slip.number,
            "state": case.state,
            "level": case.level,
            "unit": case.unit,
            "due": case.due.isoformat(),
            "at": case.steps[-1].at.isoformat(),
        }
        shown = tuple(line for line in lines if line)
        return cls(f"{title}{kind}:{name}", shown, case.unit, facts)

    @classmethod
    def of_round(cls, cases: Sequence[Case], *, title: str) -> Notice:
        """One notice for all slips that a round sent to one unit; robots refuse floods."""
        first = cases[0]
        shown = [
            f"{one.slip.number} {one.opening.get('name') or one.subject},{one.due}前答复" for one in cases
        ]
        more = [f"……共{len(cases)}件"] if len(cases) > LINES_SHOWN else []
        facts = {
            "event": "case.open",
            "scene": first.scene,
            "unit": first.unit,
            "number": first.slip.number,
            "numbers": [one.slip.number for one in cases],
        }
        heading = f"{title}:新发{len(cases)}件督办"
        return cls(heading, (*shown[:LINES_SHOWN], *more), first.unit, facts)

    @property
    def text(self) -> str:
        """Heading and lines as plain text."""
        return "\n".join((self.heading, *self.lines))


Target = Callable[[Notice], None]


def payload_for(robot: str, notice: Notice) -> dict[str, Any]:
    """The message in the form that a robot takes; unknown ones get plain JSON."""
    marked = "\n\n".join((f"**{notice.heading}**", *notice.lines))
    if robot == "dingtalk":
        return {"msgtype": "markdown", "markdown": {"title": notice.heading, "text": marked}}
    if robot == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": marked}}
    if robot == "feishu":
        return {"msg_type": "text", "content": {"text": notice.text}}
    return {"heading": notice.heading, "lines": list(notice.lines), **notice.facts}


def signed(url: str, *, robot: str, milliseconds: int) -> str:
    """The address with DingTalk's signature where it carries a secret; the secret is taken out."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    secret = query.pop("secret", "")
    if robot == "dingtalk" and secret:
        said = f"{milliseconds}\n{secret}".encode()
        digest = hmac.new(secret.encode(), said, hashlib.sha256).digest()
        query |= {"timestamp": str(milliseconds), "sign": base64.b64encode(digest).decode()}
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote_plus)))


def _webhook(url: str, robot: str) -> Target:
    def send(notice: Notice) -> None:
        body = json.dumps(payload_for(robot, notice), ensure_ascii=False).encode()
        address = signed(url, robot=robot, milliseconds=int(time.time() * 1000))
        request = urllib.request.Request(
            address, data=body, headers={"Content-Type": "application/json; charset=utf-8"}
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            response.read(10_000)

    return send


def _mail(url: str) -> Target:
    parts = urlsplit(url)
    sender = parse_qs(parts.query).get("from", [unquote(parts.username or "")])[0]
    if not parts.hostname or "@" not in sender:
        raise BadTarget("found a mail address without host or sender, expected smtp://host/?from=name@host")

    def send(notice: Notice) -> None:
        to = receivers_of(notice.unit)
        if not to:
            return
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = notice.heading, sender, ", ".join(to)
        mail.set_content(notice.text)
        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        with kind(parts.hostname or "", parts.port or 0, timeout=SECONDS) as server:
            if parts.password:
                server.login(unquote(parts.username or ""), unquote(parts.password))
            server.send_message(mail)

    return send


def receivers_of(unit: str) -> list[str]:
    """The mail addresses of the active officers of a unit."""
    found = Officer.objects.filter(unit__code=unit, is_active=True).exclude(email="")
    return sorted(found.values_list("email", flat=True))


def targets_of(setting: str) -> list[Target]:
    """Where notices go, from the setting: addresses parted by spaces. Raises BadTarget.

    `https://…` is a robot or any other webhook; `dingtalk+https://…` names the form for a host
    that does not tell it; `smtp://name:password@host:port/?from=name@host` is mail to the unit.
    """
    targets = []
    for part in setting.split():
        robot, plus, rest = part.partition("+")
        url = rest if plus and robot in (*ROBOTS.values(), "json") else part
        scheme = urlsplit(url).scheme
        if scheme in ("smtp", "smtps"):
            targets.append(_mail(url))
        elif scheme in ("http", "https") and urlsplit(url).hostname:
            named = robot if url is rest else ROBOTS.get(urlsplit(url).hostname or "", "json")
            targets.append(_webhook(url, named))
        else:
            raise BadTarget(f"found {scheme or part[:20]!r}, expected http(s):// or smtp(s)://")
    return targets


def deliver(notice: Notice, targets: list[Target]) -> int:
    """Send a notice to every target; failures are logged. Gives how many arrived."""
    arrived = 0
    for send in targets:
        try:
            send(notice)
            arrived += 1
        except Exception:
            log.warning("a notice of %s could not be sent", notice.facts.get("number"), exc_info=True)
    return arrived


@lru_cache(maxsize=1)
def _messenger() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="yiben-notices")


def _deliver_apart(notice: Notice, targets: list[Target]) -> None:
    from django.db import connection

    try:
        deliver(notice, targets)
    finally:
        connection.close()


def notices_on() -> bool:
    """Whether the setting names any target."""
    return bool(getattr(settings, "NOTICES", ""))


def tell_after_commit(notice: Notice) -> None:
    """Send a notice once the step is in the ledger; nothing where notices are off."""
    if not notices_on():
        return
    try:
        targets = targets_of(settings.NOTICES)
    except BadTarget:
        log.exception("YIBEN_NOTICES is not understood; no notice is sent")
        return
    transaction.on_commit(lambda: _hand_over(notice, targets), robust=True)


def _hand_over(notice: Notice, targets: list[Target]) -> None:
    _messenger().submit(_deliver_apart, notice, targets)


def tell_round(cases: Sequence[Case], *, title: str) -> None:
    """After a round of sending: one notice for each unit that received slips."""
    by_unit: dict[str, list[Case]] = {}
    for case in cases:
        by_unit.setdefault(case.unit, []).append(case)
    for received in by_unit.values():
        tell_after_commit(Notice.of_round(received, title=title))
