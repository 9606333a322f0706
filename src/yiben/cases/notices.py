"""Notices of cases (督办通知): by mail and to the robots of DingTalk, WeCom and Feishu groups.

One setting, YIBEN_NOTICES, names where they go; empty (the default) sends none. They leave after
the database has committed, on a thread of their own; a dead line or a wrong address is logged and
never undoes or delays a step. Subscriptions (webhooks.py) hear of the same steps.
"""

from __future__ import annotations

import json
import logging
import smtplib
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.db import transaction

from yiben.cases.model import Case
from yiben.cases.robots import ROBOTS
from yiben.cases.robots import Notice as Notice
from yiben.cases.robots import payload_for as payload_for
from yiben.cases.robots import signed as signed
from yiben.cases.webhooks import tell_webhooks, webhooks_on
from yiben.people.models import Officer

SECONDS = 5
log = logging.getLogger("yiben.notices")


class BadTarget(ValueError):
    """A part of YIBEN_NOTICES names no address that notices can go to."""


Target = Callable[[Notice], None]


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
    """Whether anybody is to hear of steps: by the setting, or by subscription."""
    return bool(getattr(settings, "NOTICES", "")) or webhooks_on()


def tell_after_commit(notice: Notice) -> None:
    """Send a notice once the step is in the ledger; nothing where notices are off."""
    tell_webhooks(notice)
    if not settings.NOTICES:
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
