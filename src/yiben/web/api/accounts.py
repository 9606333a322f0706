"""Accounts, allocation and appraisal (收支、分配、评价): as the book stands, and what is recorded of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query

from yiben.appraise.page import as_data
from yiben.journeys.allocate_quotas import Proposal, accept, changed, pools_of, propose
from yiben.journeys.appraise_project import appraise_project, keep_appraisal, kept_appraisals
from yiben.journeys.move_quantities import Wish, account_packs, move_quantities, standings
from yiben.ledger.accounts import View, moves
from yiben.ledger.frames import moment_head
from yiben.people.roles import Action
from yiben.web.api import shapes_plans as shapes
from yiben.web.api.interface import MOST_ROWS, REFUSALS, api, moment, recorded
from yiben.web.doors import needs, needs_any, person
from yiben.web.scenes_here import pack_named
from yiben.web.subjects import subject_of
from yiben.web.views.accounts import counted, own_subjects
from yiben.web.views.allocation import INSIDERS, address, holder_of


def _standing(one: Any, scene: str) -> dict[str, Any]:
    told = {"scene": scene, "account": one.key.account, "quantity": one.key.quantity}
    return told | {
        "subject": one.key.subject,
        "kind": one.kind,
        "unit": one.unit,
        "balance": str(one.balance),
    }


@api.get("/accounts", response={200: list[shapes.StandingOut], **REFUSALS})
@needs(Action.READ)
def accounts(request: HttpRequest, on: date | None = None, as_of: str = "") -> Any:
    """Every account of the county with its balance, dated up to a day, as known at a moment."""
    known = moment(as_of)
    return [
        _standing(one, pack.name)
        for pack in account_packs().values()
        for one in standings(pack, as_of=known, on=on)
    ]


@api.get("/accounts/{scene}/moves", response={200: list[shapes.MoveOut], **REFUSALS})
@needs(Action.READ)
def account_moves(
    request: HttpRequest,
    scene: str,
    account: shapes.Text = "",
    quantity: shapes.Text = "",
    subject: shapes.Text = "",
    on: date | None = None,
    as_of: str = "",
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """The moves of a scene's accounts, newest first, as far as the caller's reach goes."""
    _, book = counted(scene)
    known = moment(as_of)
    view, own = (
        View(None if known is None else moment_head(known), on),
        own_subjects(book.holders, person(request)),
    )
    if (account and account not in book.accounts) or (quantity and quantity not in book.quantities):
        raise Http404("no such account or quantity")
    found = moves(book, view=view, account=account, quantity=quantity, subject=subject, newest=limit)
    kept = ("transaction", "way", "day", "document", "part", "why", "approver", "subject", "quantity")
    return [
        {name: getattr(one, name) for name in kept}
        | {"source": str(one.source), "target": str(one.target), "amount": str(one.amount)}
        for one in found
        if own is None or not one.subject or one.subject in own
    ]


@api.post("/accounts/{scene}/move", response={200: shapes.RecordOut, **REFUSALS})
@needs(Action.RECORD)
def account_move(request: HttpRequest, scene: str, sent: shapes.MovesIn) -> Any:
    """Record moves: checked by the law of accounts, all or nothing."""
    pack, _ = counted(scene)
    wishes = [Wish(**one.dict()) for one in sent.moves]
    call = {"by": person(request), "at": timezone.now(), "way": "api", "preview": sent.preview}
    return recorded(move_quantities(wishes, pack=pack, why=sent.why, **call), preview=sent.preview)


def _proposal(request: HttpRequest, sent: shapes.AllocationIn) -> Proposal:
    """The answer to a question: pools by address (none: all), and what is supposed to be otherwise."""
    every = pools_of()
    wanted = set(sent.pools)
    missing = wanted - {address(one) for one in every}
    if missing or not every:
        raise Http404(
            f"no pool is called {', '.join(sorted(missing))!r}" if missing else "there are no pools"
        )
    chosen = [one for one in every if not wanted or address(one) in wanted]
    base = propose(holder_of(chosen), pools=chosen, by=person(request))
    return changed(base, sent.changes)[0] if sent.changes else base


@api.get("/allocation/pools", response={200: list[shapes.PoolOut], **REFUSALS})
@needs_any(*INSIDERS)
def allocation_pools(request: HttpRequest) -> Any:
    """Every pool that can be shared out, with its balance."""
    return [{"pool": address(one), "unit": one.unit, "balance": str(one.amount)} for one in pools_of()]


@api.post("/allocation/propose", response={200: shapes.ProposalOut, **REFUSALS})
@needs_any(*INSIDERS)
def allocation_propose(request: HttpRequest, sent: shapes.AllocationIn) -> Any:
    """Who would get what, in policy order and with reasons; nothing is recorded."""
    return _told(_proposal(request, sent))


def _told(found: Proposal) -> dict[str, Any]:
    return {
        "number": found.number,
        "left": {name: str(amount) for name, amount in found.plan.left.items()},
        "grants": [
            {
                "claim": one.claim.id,
                "served": one.served,
                "granted": {name: str(amount) for name, amount in one.granted.items()},
                "reason": {"zh": one.reason_zh, "en": one.reason_en},
            }
            for one in found.plan.grants
        ],
    }


@api.post("/allocation/accept", response={200: list[shapes.RecordOut], **REFUSALS})
@needs_any(Action.RECORD, Action.APPROVE)
def allocation_accept(request: HttpRequest, sent: shapes.AcceptIn) -> Any:
    """Carry out the answer that rests on transaction `number`; where anything moved since, it is refused."""
    found = _proposal(request, sent)
    seen = Proposal(found.pools, found.claims, found.plan, sent.number)
    call = {"by": person(request), "at": timezone.now(), "way": "api", "preview": sent.preview}
    done = accept(seen, document=sent.document, approver=sent.approver, **call)
    return [recorded(one, preview=sent.preview) for one in done]


@api.post("/scenes/{scene}/appraisal/answer", response={200: shapes.AppraisedOut, **REFUSALS})
@needs(Action.READ)
def appraisal_answer(request: HttpRequest, scene: str, sent: shapes.AppraisalIn) -> Any:
    """The verdict on a project's energy and carbon, from the book and a YAML text; nothing is kept."""
    pack, by = pack_named(scene), person(request)
    subject_of(pack, sent.subject, person=by)
    found = appraise_project(pack, sent.subject, extras=sent.extras, by=by, at=timezone.now())
    return {"number": found.number, "verdict": as_data(found.verdict), "kept": None}


@api.post("/scenes/{scene}/appraisal/keep", response={200: shapes.AppraisedOut, **REFUSALS})
@needs(Action.RECORD)
def appraisal_keep(request: HttpRequest, scene: str, sent: shapes.AppraisalIn) -> Any:
    """Keep the verdict under the project, with its page and what it was computed from."""
    pack, by, at = pack_named(scene), person(request), timezone.now()
    subject_of(pack, sent.subject, person=by)
    found = appraise_project(pack, sent.subject, extras=sent.extras, by=by, at=at)
    done = keep_appraisal(found, pack=pack, subject=sent.subject, by=by, at=at, way="api")
    return {"number": found.number, "verdict": as_data(found.verdict), "kept": done.transaction}


@api.get("/scenes/{scene}/appraisals", response={200: list[shapes.KeptOut], **REFUSALS})
@needs(Action.READ)
def appraisals(request: HttpRequest, scene: str, key: shapes.Text) -> Any:
    """The verdicts that were kept under a project."""
    pack = pack_named(scene)
    subject_of(pack, key, person=person(request))
    return [
        {"applied_on": one.facts["applied_on"], "conclusion": one.facts["conclusion"]}
        | {"transaction": one.transaction}
        for one in kept_appraisals(scene, subject=key)
    ]
