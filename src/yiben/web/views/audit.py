"""Transactions, seals and verification (审计与核验), and the audit of sign-ins and rights."""

from __future__ import annotations

import json
import time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused
from yiben.ledger.frames import COUNTY_ZONE
from yiben.ledger.models import Entry, Seal, Transaction
from yiben.ledger.seals import seal
from yiben.ledger.verify import verify
from yiben.people.models import AuditEvent
from yiben.people.roles import Action
from yiben.web.doors import needs, needs_any, person
from yiben.web.problems import all_told
from yiben.web.scenes_here import all_packs, period_named
from yiben.web.shown import unit_names
from yiben.web.subjects import KINDS, WAYS, officer_names
from yiben.web.words import say

PAGE = 60
ENTRIES_SHOWN = 300
EVENTS = {
    "sign-in": "登录",
    "sign-out": "退出",
    "sign-in-failed": "登录失败",
    "sign-in-locked": "锁定期内尝试登录",
    "sign-in-refused": "登录被拒（该地址失败过多）",
    "locked-out": "账号锁定",
    "password-changed": "更改密码",
    "password-refused": "更改密码被拒",
    "password-set": "重设密码",
    "unit-added": "新增单位",
    "officer-added": "新增人员",
    "officer-opened": "恢复账号",
    "officer-closed": "停用账号",
    "duty-given": "授予岗位",
    "duty-taken": "撤去岗位",
    "token-made": "建立令牌",
    "token-ended": "作废令牌",
    "tokens-ended": "作废全部令牌",
    "second-factor-on": "启用二次验证",
    "second-factor-off": "关闭二次验证",
    "recovery-code-used": "使用恢复码",
    "webhook-added": "新增推送",
    "webhook-ended": "停止推送",
}


@needs_any(Action.AUDIT, Action.SEAL)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """The journal from its newest end, the seals, and the events."""
    return render(request, "audit.html", _view(request))


def _view(request: HttpRequest) -> dict[str, Any]:
    before = request.GET.get("before", "")
    rows = Transaction.objects.order_by("-id")
    if scene := request.GET.get("scene", ""):
        rows = rows.filter(scene=scene)
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(id__lt=int(before))
    shown = list(rows[: PAGE + 1])
    events: list[dict[str, Any]] = []
    if person(request).may(Action.AUDIT):
        events = [
            {"event": one, "said": say(EVENTS.get(one.event, one.event))}
            for one in AuditEvent.objects.all()[:100]
        ]
    return {
        "transactions": [_told(row) for row in _named(shown[:PAGE])],
        "next": shown[PAGE - 1].id if len(shown) > PAGE else None,
        "seals": Seal.objects.order_by("-id"),
        "events": events,
        "scene_chosen": scene,
        "scenes": all_packs().values(),
        "may_seal": person(request).may(Action.SEAL),
        "next_seal": _next_seal(),
    }


def _next_seal() -> str:
    """The month that would be sealed next: the one after the last seal, if it is over."""
    last = Seal.objects.order_by("-month").first()
    today = timezone.now().astimezone(COUNTY_ZONE).date()
    if last is not None:
        month = Period.of(last.month).shift(1)
        return str(month) if today >= month.end else ""
    first = Transaction.objects.order_by("id").first()
    if first is None:
        return ""
    month = Period.month_of(first.recorded_at.astimezone(COUNTY_ZONE).date())
    return str(month) if today >= month.end else ""


def _named(rows: list[Transaction]) -> list[tuple[Transaction, str, str]]:
    names = officer_names(row.officer for row in rows)
    units = unit_names()
    return [(row, names.get(row.officer, row.officer), units.get(row.unit, row.unit)) for row in rows]


def _told(found: tuple[Transaction, str, str]) -> dict[str, Any]:
    row, who, unit = found
    return {"row": row, "told_by": who, "unit": unit, "way": say(WAYS.get(row.way, row.way))}


@needs_any(Action.AUDIT, Action.SEAL)
@require_POST
def run_verify(request: HttpRequest) -> HttpResponse:
    """Recompute every hash, link and seal, and tell what was found."""
    start = time.perf_counter()
    verdict = verify()
    view = _view(request) | {
        "verdict": verdict,
        "seconds": f"{time.perf_counter() - start:.1f}",
        "problems": all_told(verdict.problems),
    }
    return render(request, "audit.html", view)


@needs(Action.SEAL)
@require_POST
def run_seal(request: HttpRequest) -> HttpResponse:
    """Close a month."""
    month = period_named(request.POST.get("month", ""))
    if month is None:
        messages.error(request, say("请写明月份，如 2026-07。"))
        return redirect("audit")
    try:
        made = seal(month, by=person(request), at=timezone.now())
        messages.success(request, say("{month} 已封账，封印 {root}。", month=made.month, root=made.root[:16]))
    except Refused as refusal:
        for one in all_told(refusal.problems):
            messages.error(request, f"{one.found};{one.expected}")
    return redirect("audit")


@needs(Action.AUDIT)
@require_safe
def transaction(request: HttpRequest, number: int) -> HttpResponse:
    """One transaction with its header, its place in the chain, and its entries."""
    row = Transaction.objects.filter(id=number).first()
    if row is None:
        raise Http404(f"no transaction has number {number}")
    entries = [
        {
            "entry": one,
            "kind": say(KINDS.get(one.kind, one.kind)),
            "facts": list(json.loads(one.facts).items()),
            "subject": one.subject,
        }
        for one in Entry.objects.filter(transaction_id=number).order_by("id")[:ENTRIES_SHOWN]
    ]
    view = _told(_named([row])[0]) | {"entries": entries, "more": row.entry_count - len(entries)}
    return render(request, "transaction.html", view)
