"""Subscriptions to what happens (事件推送): findings, cases and publications, sent signed to an address.

Off unless YIBEN_WEBHOOKS lists hosts. What is to be sent is written down in the same transaction as
the event, sent after the commit, tried again with growing pauses, and given up in the end; the log
tells of each. The signing secret is derived from the site's own secret and never stored.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import secrets
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from yiben.cases.addresses import BadAddress, address_of, post
from yiben.cases.models import Delivery, Webhook
from yiben.cases.robots import ROBOTS, Notice, payload_for, signed
from yiben.kernel.problems import Place, Problem, Refused
from yiben.people.access import Person
from yiben.people.models import AuditEvent
from yiben.people.roles import Action

EVENTS = ("finding", "case", "publication")
FORMS = ("json", *ROBOTS.values())
# Seconds to wait after each failed try; after the last one it is given up.
PAUSES = (60, 300, 1_800, 7_200, 43_200)
WAITING, ARRIVED, GIVEN_UP = "waiting", "arrived", "given_up"
MOST_AT_ONCE, MOST_STANDING = 200, 50
MAX_NAME = 60
log = logging.getLogger("yiben.webhooks")


def webhooks_on() -> bool:
    """Whether the machine's owner listed any host to send to."""
    return bool(settings.WEBHOOKS)


def add_webhook(
    name: str, *, url: str, events: Sequence[str], form: str = "", scene: str = "", by: Person, at: datetime
) -> tuple[Webhook, str]:
    """A new subscription and its signing secret, shown once. Raises Refused, NotAllowed."""
    by.require(Action.MANAGE)
    host = urlsplit(url).hostname if url.isascii() and "[" not in url else None
    form = form or ROBOTS.get(host or "", "json")
    problems = []
    if not 0 < len(name.strip()) <= MAX_NAME:
        problems.append(
            Problem("webhook-name", repr(name[:MAX_NAME]), "1 to 60 characters", Place(field="name"))
        )
    if not events or set(events) - set(EVENTS):
        found = " ".join(events)[:60] or "no event"
        problems.append(
            Problem("webhook-events", found, "some of " + ", ".join(EVENTS), Place(field="events"))
        )
    if form not in FORMS:
        problems.append(Problem("webhook-form", form[:40], "one of " + ", ".join(FORMS), Place(field="form")))
    if Webhook.objects.filter(ended_at=None).count() >= MOST_STANDING:
        problems.append(Problem("webhook-many", f"{MOST_STANDING} subscriptions", "fewer; end one first"))
    try:
        address_of(url, setting=settings.WEBHOOKS)
    except BadAddress as error:
        found, _, expected = str(error).removeprefix("found ").partition(", expected ")
        problems.append(Problem("webhook-address", found, expected, Place(field="url")))
    if problems:
        raise Refused(problems)
    kept = {"url": url, "form": form, "events": " ".join(sorted(set(events))), "scene": scene[:48]}
    made = Webhook.objects.create(
        name=name.strip(), salt=secrets.token_hex(16), made_by=by.username, made_at=at, **kept
    )
    detail = f"{made.name}: {made.events} to {shown_url(url)}"
    AuditEvent.objects.create(at=at, officer=by.username, event="webhook-added", detail=detail)
    return made, secret_of(made)


def end_webhook(number: int, *, by: Person, at: datetime) -> None:
    """End a subscription; what waits for it is given up. Raises Refused, NotAllowed."""
    by.require(Action.MANAGE)
    held = Webhook.objects.filter(pk=number, ended_at=None).first()
    if held is None:
        raise Refused([Problem("webhook-unknown", str(number), "a subscription that stands")])
    with transaction.atomic():
        Webhook.objects.filter(pk=held.pk).update(ended_at=at)
        held.deliveries.filter(state=WAITING).update(state=GIVEN_UP, answer="the subscription was ended")
        AuditEvent.objects.create(at=at, officer=by.username, event="webhook-ended", detail=held.name)


def shown_url(url: str) -> str:
    """The address without its query, where robots carry their keys."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


def secret_of(webhook: Webhook) -> str:
    """The secret that deliveries of a subscription are signed with."""
    text = f"webhook:{webhook.pk}:{webhook.salt}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def signature(secret: str, *, moment: int, body: bytes) -> str:
    """HMAC-SHA256 over `moment.body`, as the receiver computes it again."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def tell_webhooks(notice: Notice) -> None:
    """Write down what each subscription is to hear of an event, and send it after the commit."""
    if not webhooks_on():
        return
    event, at = str(notice.facts["event"]), timezone.now()
    wanted = [
        one
        for one in Webhook.objects.filter(ended_at=None, scene__in=("", notice.facts["scene"]))
        if event.partition(".")[0] in one.events.split()
    ]
    rows = [
        Delivery(
            webhook=one,
            event=event,
            body=json.dumps(payload_for(one.form, notice), ensure_ascii=False, default=str),
            made_at=at,
            next_at=at,
        )
        for one in wanted
    ]
    if rows:
        Delivery.objects.bulk_create(rows)
        transaction.on_commit(_hand_over, robust=True)


@lru_cache(maxsize=1)
def _messenger() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="yiben-webhooks")


def _hand_over() -> None:
    _messenger().submit(_send_apart)


def _send_apart() -> None:
    """Send what is due on a thread of its own, and come back when the next try is due."""
    try:
        send_due(at=timezone.now())
        left = Delivery.objects.filter(state=WAITING).order_by("next_at").values_list("next_at", flat=True)
        if (soonest := left.first()) is not None:
            again = threading.Timer(max(1.0, (soonest - timezone.now()).total_seconds()), _hand_over)
            again.daemon = True
            again.start()
    except Exception:
        log.exception("deliveries could not be sent; they wait")
    finally:
        connection.close()


def send_due(*, at: datetime) -> dict[str, int]:
    """Send every delivery whose time has come; gives how many arrived, wait, and were given up."""
    counts = {ARRIVED: 0, WAITING: 0, GIVEN_UP: 0}
    if not webhooks_on():
        return counts
    due = Delivery.objects.filter(state=WAITING, next_at__lte=at).select_related("webhook").order_by("id")
    for one in due[:MOST_AT_ONCE]:
        # Whoever moves the next try on has it; other processes pass on.
        pause = PAUSES[min(one.attempts, len(PAUSES) - 1)]
        mine = Delivery.objects.filter(pk=one.pk, state=WAITING, attempts=one.attempts)
        if mine.update(attempts=F("attempts") + 1, next_at=at + timedelta(seconds=pause)):
            counts[_send(one, tries=one.attempts + 1)] += 1
    return counts


def _send(one: Delivery, *, tries: int) -> str:
    """Send one delivery, and note what came of it."""
    body, moment = one.body.encode(), int(time.time())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Yiben",
        "X-Yiben-Event": one.event,
        "X-Yiben-Delivery": str(one.pk),
        "X-Yiben-Timestamp": str(moment),
        "X-Yiben-Signature": "sha256=" + signature(secret_of(one.webhook), moment=moment, body=body),
    }
    try:
        url = signed(one.webhook.url, robot=one.webhook.form, milliseconds=moment * 1_000)
        status = post(address_of(url, setting=settings.WEBHOOKS), body, headers)
        arrived, answer = 200 <= status < 300, f"HTTP {status}"
    except (BadAddress, OSError, ValueError, http.client.HTTPException) as error:
        arrived, answer = False, f"{type(error).__name__}: {error}"[:200]
    state = ARRIVED if arrived else GIVEN_UP if tries > len(PAUSES) else WAITING
    Delivery.objects.filter(pk=one.pk, state=WAITING).update(state=state, answer=answer)
    return state
