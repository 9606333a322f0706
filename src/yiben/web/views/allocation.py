"""Allocation (要素分配): the answer as the pools stand, what if they stood otherwise, and acceptance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import permutations
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiben.allocate.intake import county_policy
from yiben.allocate.linear import NotProven
from yiben.allocate.model import Allocation, Grant
from yiben.allocate.whatif import Comparison, UnknownChange
from yiben.journeys.allocate_quotas import LedgerPool, Proposal, accept, changed, pools_of, propose
from yiben.journeys.move_quantities import account_packs, book_of
from yiben.kernel.problems import Refused
from yiben.people.models import Duty
from yiben.people.roles import RIGHTS, Action
from yiben.web.account_problems import accounts_told
from yiben.web.doors import needs_any, person
from yiben.web.scenes_here import all_packs
from yiben.web.shown import number_text
from yiben.web.words import label_of, language, say

INSIDERS = (Action.RECORD, Action.APPROVE, Action.AUDIT)
MOST_TIERS = 4
WORDS = {
    "score,served": "得分优先，其次个数",
    "served,score": "个数优先，其次得分",
    "score,served,granted": "得分、个数、数量",
    "in_turn": "按名次逐个满足",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What the form asks (分配设问): which pools, and what is supposed to be otherwise."""

    pools: list[LedgerPool]
    changes: list[str]
    amounts: Mapping[str, str]
    order: str
    way: str
    more: str


def question_of(asked: QueryDict) -> Question:
    """The question that a form states; pools that are not there any more are left out."""
    every = pools_of()
    names = {address(one) for one in every} & set(asked.getlist("pool"))
    chosen = [one for one in every if address(one) in names] or every
    amounts = {address(one): asked.get(f"amount.{address(one)}", "").strip() for one in every}
    changes = [
        f"{one.name}={amounts[address(one)]}"
        for one in chosen
        if amounts[address(one)] and not _same(amounts[address(one)], one.amount)
    ]
    order, way, more = (asked.get(name, "").strip() for name in ("order", "way", "more"))
    if order and order != ">".join(county_policy().tiers):
        changes.append(f"order={order}")
    if way == "in_turn":
        changes.append("method=in_turn")
    elif way and way != ",".join(county_policy().goals):
        changes.append(f"goals={way}")
    changes += [line.strip() for line in more.splitlines() if line.strip()]
    return Question(chosen, changes, amounts, order, way, more)


def refuse_signs(asked: Question) -> None:
    """A supposed balance with a sign would be read as so much more or less; raises UnknownChange."""
    for text in asked.amounts.values():
        if text[:1] in ("+", "-", "−"):
            raise UnknownChange(f"found {text!r}, expected a balance of zero or more")


def _same(text: str, amount: Decimal) -> bool:
    try:
        return Decimal(text.replace(",", "")) == amount
    except InvalidOperation:
        return False


def address(pool: LedgerPool) -> str:
    """The name by which a pool is found again."""
    return f"{pool.pack.name}/{pool.key}"


def holder_of(pools: list[LedgerPool]) -> str:
    """The scene whose subjects claim on the pools."""
    return book_of(pools[0].pack).holders if pools else ""


@needs_any(*INSIDERS)
@require_safe
def allocation(request: HttpRequest) -> HttpResponse:
    """The form with its answer; asked by htmx, the answer alone."""
    view: dict[str, Any] = {"packs_with_accounts": account_packs()}
    try:
        asked = question_of(request.GET)
        view |= _form(asked)
        if asked.pools:
            view |= _answer(asked, request)
    except Refused as error:
        view["problems"] = accounts_told(error)
    except (UnknownChange, NotProven) as error:
        view["failed"] = str(error)
    page = "answer" if request.headers.get("HX-Request") else "allocation"
    return render(request, f"accounts/{page}.html", view)


def _form(asked: Question) -> dict[str, Any]:
    every = pools_of()
    chosen = {address(one) for one in asked.pools}
    tiers = county_policy().tiers[:MOST_TIERS]
    return {
        "pools": [
            {
                "address": address(one),
                "label": label_of(book_of(one.pack).quantities[one.key.quantity].label),
                "pack": one.pack,
                "unit": one.unit,
                "balance": number_text(one.amount),
                "amount": asked.amounts[address(one)] or str(one.amount),
                "chosen": address(one) in chosen,
            }
            for one in every
        ],
        "orders": [(">".join(one), " → ".join(one)) for one in permutations(tiers)],
        "order": asked.order,
        "ways": [(name, say(text)) for name, text in WORDS.items()],
        "way": asked.way,
        "more": asked.more,
        "changes": asked.changes,
    }


def _answer(asked: Question, request: HttpRequest) -> dict[str, Any]:
    refuse_signs(asked)
    who = person(request)
    scene = holder_of(asked.pools)
    base = propose(scene, pools=asked.pools, by=who)
    shown, compared = changed(base, asked.changes) if asked.changes else (base, None)
    return {
        "scene": scene,
        "plan": shown.plan,
        "doubts": [one.text(language()) for one in shown.plan.doubts],
        "number": base.number,
        "heads": [{"name": one.name, "unit": one.unit} for one in base.pools],
        "left": [(one.name, number_text(shown.plan.left[one.name]), one.unit) for one in base.pools],
        "tiers": _tiers(shown.plan),
        "rows": [_row(grant, shown) for grant in shown.plan.grants],
        "shifts": _shifts(compared, base) if compared else [],
        "compared": compared,
        "may_accept": who.may(Action.APPROVE)
        or (who.may(Action.RECORD) and who.reach(Action.RECORD) is None),
        "approvers": [who.name] if who.may(Action.APPROVE) else _approvers(),
        "subject_label": label_of(all_packs()[scene].subject) if scene in all_packs() else "",
    }


def _tiers(plan: Allocation) -> list[dict[str, Any]]:
    return [
        {
            "tier": one.tier,
            "claims": one.claims,
            "served": one.served,
            "granted": [number_text(one.granted.get(pool.name, 0)) for pool in plan.pools],
        }
        for one in plan.tiers
    ]


def _row(grant: Grant, proposal: Proposal) -> dict[str, Any]:
    needs = grant.claim.needs
    cells = [
        {
            "wanted": number_text(needs[pool.name].wanted) if pool.name in needs else "",
            "granted": number_text(grant.granted[pool.name]) if grant.granted.get(pool.name) else "",
            "label": pool.name,
        }
        for pool in proposal.pools
    ]
    reason = grant.reason_zh if language() == "zh" else grant.reason_en
    return {"grant": grant, "cells": cells, "reason": reason, "score": number_text(grant.claim.score)}


def _shifts(compared: Comparison, base: Proposal) -> list[dict[str, Any]]:
    units = {one.name: one.unit for one in base.pools}
    return [
        {
            "claim": one.claim,
            "pool": one.pool,
            "before": number_text(one.before),
            "after": number_text(one.after),
            "gain": ("+" if one.gain > 0 else "") + number_text(one.gain),
            "unit": units.get(one.pool, ""),
            "up": one.gain > 0,
        }
        for one in compared.shifts
    ]


def _approvers() -> list[str]:
    roles = [role.value for role, rights in RIGHTS.items() if Action.APPROVE in rights]
    rows = Duty.objects.filter(role__in=roles, officer__is_active=True).order_by("officer__name")
    return list(dict.fromkeys(rows.values_list("officer__name", flat=True)))


@needs_any(Action.RECORD, Action.APPROVE)
@require_POST
def accept_answer(request: HttpRequest) -> HttpResponse:
    """Carry out the answer that the page showed; where anything moved since, it is refused."""
    who = person(request)
    asked = question_of(request.POST)
    try:
        refuse_signs(asked)
        base = propose(holder_of(asked.pools), pools=asked.pools, by=who)
        shown = changed(base, asked.changes)[0] if asked.changes else base
        number = request.POST.get("number", "")
        seen = Proposal(shown.pools, shown.claims, shown.plan, int(number) if number.isdecimal() else 0)
        done = accept(
            seen,
            document=request.POST.get("document", ""),
            approver=request.POST.get("approver", ""),
            by=who,
            at=timezone.now(),
        )
    except Refused as error:
        view = {"problems": accounts_told(error)} | _form(asked)
        return render(request, "accounts/allocation.html", view, status=422)
    except (UnknownChange, NotProven) as error:
        return render(request, "accounts/allocation.html", {"failed": str(error)} | _form(asked), status=422)
    messages.success(request, say("已落账 {n} 笔安排。", n=sum(one.entries for one in done)))
    return redirect("accounts")
