"""The journal (流水与核验): its end, transactions, seals, verification, and the audit of rights."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query

from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.models import Entry, Seal, Transaction
from yiben.ledger.seals import seal
from yiben.ledger.verify import verify
from yiben.people.models import AuditEvent
from yiben.people.roles import Action
from yiben.web.api import shapes
from yiben.web.api.interface import MOST_ROWS, REFUSALS, api, period_of
from yiben.web.doors import needs, needs_any, person

SEAL = ("month", "root", "digest", "transaction_count", "entry_count")
LARGEST = 2**62


@api.get("/verify/head", response={200: shapes.HeadOut, **REFUSALS})
@needs(Action.READ)
def verify_head(request: HttpRequest) -> Any:
    """The newest end of the chain and the last seal: to be kept elsewhere and compared later."""
    newest = Transaction.objects.order_by("-id").first()
    last = Seal.objects.order_by("-id").first()
    return {
        "transaction": newest.id if newest else 0,
        "digest": newest.digest if newest else "",
        "recorded_at": newest.recorded_at if newest else None,
        "seal": {name: getattr(last, name) for name in SEAL} if last else None,
    }


@api.post("/verify/journal", response={200: shapes.VerdictOut, **REFUSALS})
@needs_any(Action.AUDIT, Action.SEAL)
def verify_journal(request: HttpRequest) -> Any:
    """Recompute every hash, link and seal, and tell what was found."""
    found = verify()
    counts = {name: getattr(found, name) for name in ("clean", "transactions", "entries", "seals", "head")}
    return counts | {"problems": [one.as_dict() for one in found.problems]}


@api.get("/seals", response={200: list[shapes.SealOut], **REFUSALS})
@needs(Action.READ)
def seals(request: HttpRequest) -> Any:
    """Every seal, newest first."""
    return list(Seal.objects.order_by("-id"))


@api.post("/seals/close", response={200: shapes.SealOut, **REFUSALS})
@needs(Action.SEAL)
def seal_month(request: HttpRequest, sent: shapes.MonthIn) -> Any:
    """Close a month: one root over everything recorded so far."""
    month: Period | None = period_of(sent.month)
    if month is None:
        raise Refused([Problem("seal-period", "no month", "one month, such as 2026-07")])
    return seal(month, by=person(request), at=timezone.now())


@api.get("/transactions", response={200: list[shapes.TransactionOut], **REFUSALS})
@needs_any(Action.AUDIT, Action.SEAL)
def transactions(
    request: HttpRequest,
    scene: shapes.Text = "",
    before: int = Query(LARGEST, ge=1, le=LARGEST),
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """The journal from its newest end; `before` is the number to go on from."""
    rows = Transaction.objects.filter(id__lt=before).order_by("-id")
    return list((rows.filter(scene=scene) if scene else rows)[:limit])


@api.get("/transactions/{number}", response={200: shapes.TransactionDetail, **REFUSALS})
@needs(Action.AUDIT)
def transaction(request: HttpRequest, number: int) -> Any:
    """One transaction with its first entries."""
    row = Transaction.objects.filter(id=number).first() if 0 < number < LARGEST else None
    if row is None:
        raise Http404(f"no transaction has number {number}")
    header = {name: getattr(row, name) for name in shapes.TransactionOut.model_fields}
    entries = Entry.objects.filter(transaction_id=number).order_by("id")[:MOST_ROWS]
    kept = ("id", "subject", "kind", "slot")
    told = [{name: getattr(one, name) for name in kept} | {"facts": json.loads(one.facts)} for one in entries]
    return header | {"entries": told}


@api.get("/audit", response={200: list[shapes.EventOut], **REFUSALS})
@needs(Action.AUDIT)
def audit_events(
    request: HttpRequest,
    officer: shapes.Text = "",
    event: shapes.Text = "",
    before: int = Query(LARGEST, ge=1, le=LARGEST),
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """Sign-ins and changes of rights, newest first."""
    rows = AuditEvent.objects.filter(id__lt=before)
    if officer:
        rows = rows.filter(officer=officer)
    return list((rows.filter(event=event) if event else rows)[:limit])
