"""Subscriptions (事件推送): listed, added, ended, and the log of what was sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query

from yiben.cases.models import Delivery, Webhook
from yiben.cases.webhooks import add_webhook, end_webhook, shown_url
from yiben.people.roles import Action
from yiben.web.api import shapes_people as shapes
from yiben.web.api.interface import MOST_ROWS, REFUSALS, api
from yiben.web.doors import needs, person


def _told(one: Webhook, **more: Any) -> dict[str, Any]:
    kept = {name: getattr(one, name) for name in ("name", "form", "scene", "made_by", "made_at", "ended_at")}
    return kept | {"webhook": one.pk, "url": shown_url(one.url), "events": one.events.split()} | more


@api.get("/webhooks", response={200: list[shapes.WebhookOut], **REFUSALS})
@needs(Action.MANAGE)
def webhooks(request: HttpRequest) -> Any:
    """Every subscription, those that were ended included, without what their addresses keep secret."""
    return [_told(one) for one in Webhook.objects.all()[:MOST_ROWS]]


@api.post("/webhooks/add", response={200: shapes.WebhookMade, **REFUSALS})
@needs(Action.MANAGE)
def webhook_add(request: HttpRequest, sent: shapes.WebhookIn) -> Any:
    """Subscribe an address; the secret of its signatures is shown this once."""
    call: dict[str, Any] = {"by": person(request), "at": timezone.now()}
    made, secret = add_webhook(sent.name, **sent.dict(exclude={"name"}), **call)
    return _told(made, secret=secret)


@api.post("/webhooks/{webhook}/end", response={200: shapes.WebhookOut, **REFUSALS})
@needs(Action.MANAGE)
def webhook_end(request: HttpRequest, webhook: int) -> Any:
    """End a subscription; what waits for it is given up."""
    end_webhook(webhook if 0 < webhook < 2**31 else 0, by=person(request), at=timezone.now())
    return _told(Webhook.objects.get(pk=webhook))


@api.get("/webhooks/log", response={200: list[shapes.DeliveryOut], **REFUSALS})
@needs(Action.MANAGE)
def webhook_log(request: HttpRequest, limit: int = Query(100, ge=1, le=MOST_ROWS)) -> Any:
    """What was sent, newest first: how often it was tried, and what came back."""
    return list(Delivery.objects.all()[:limit])
