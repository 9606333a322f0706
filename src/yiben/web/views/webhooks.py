"""Subscriptions (事件推送): for the administrator; what is sent to whom, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiben.cases.models import Delivery, Webhook
from yiben.cases.webhooks import FORMS, add_webhook, end_webhook, shown_url, webhooks_on
from yiben.kernel.problems import Refused
from yiben.people.roles import Action
from yiben.web.doors import needs, person
from yiben.web.problems import all_told
from yiben.web.scenes_here import all_packs
from yiben.web.words import label_of, say

LISTED = 100
EVENTS = {"finding": "研判结果", "case": "督办", "publication": "发布"}
WORDS = {"waiting": "待发送", "arrived": "已送达", "given_up": "已放弃"}
LAMPS = {"waiting": "yellow", "arrived": "green", "given_up": "red"}


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    standing = Webhook.objects.filter(ended_at=None)
    view = {
        "is_on": webhooks_on(),
        "rows": [
            {
                "one": one,
                "url": shown_url(one.url),
                "events": [say(EVENTS[name]) for name in one.events.split()],
            }
            for one in standing
        ],
        "deliveries": [
            {"one": one, "said": say(WORDS[one.state]), "lamp": LAMPS[one.state]}
            for one in Delivery.objects.select_related("webhook")[:LISTED]
        ],
        "events": [(name, say(label)) for name, label in EVENTS.items()],
        "forms": FORMS,
        "scenes": [(name, label_of(pack.title)) for name, pack in all_packs().items()],
        "sent": request.POST,
    }
    return render(request, "webhooks.html", view | more, status=status)


@needs(Action.MANAGE)
@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """The subscriptions and the newest deliveries."""
    return _page(request)


@needs(Action.MANAGE)
@require_POST
def webhook_add(request: HttpRequest) -> HttpResponse:
    """Subscribe an address; the secret of its signatures is shown once."""
    sent = request.POST
    try:
        made, secret = add_webhook(
            sent.get("name", "").replace("\x00", ""),
            url=sent.get("url", "").strip(),
            events=sent.getlist("event"),
            form=sent.get("form", ""),
            scene=sent.get("scene", "").replace("\x00", ""),
            by=person(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        return _page(request, status=422, problems=all_told(refusal.problems))
    return _page(request, secret=secret, made=made, sent={})


@needs(Action.MANAGE)
@require_POST
def webhook_end(request: HttpRequest, webhook: int) -> HttpResponse:
    """End a subscription."""
    try:
        end_webhook(webhook if webhook < 2**31 else 0, by=person(request), at=timezone.now())
        messages.success(request, say("已停止推送。"))
    except Refused as refusal:
        for one in all_told(refusal.problems):
            messages.error(request, f"{one.found};{one.expected}")
    return redirect("webhooks")
