"""Accounts (收支账): balances and flows of a scene, each number down to the moves behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yiben.journeys.move_quantities import Standing, Wish, account_packs, move_quantities, standings
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Refused
from yiben.ledger.accounts import Moved, View, flows, moves
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.frames import moment_head
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.accounts import AccountBook, account_book
from yiben.scenes.model import Pack
from yiben.web.account_problems import accounts_told
from yiben.web.doors import needs, person
from yiben.web.flow_picture import flow_picture, height_of
from yiben.web.rows import scope_of
from yiben.web.scenes_here import all_packs, moment_asked, pack_named
from yiben.web.shown import number_text
from yiben.web.words import label_of, say

MOST_MOVES = 300
MOST_SUBJECTS = 300
WORDS = {"source": "来源", "pool": "池", "holding": "持有", "sink": "去向"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which past is asked for (口径): dated up to a day, as known at a moment."""

    on: date | None
    as_of: datetime | None

    @property
    def view(self) -> View:
        """The moves that count."""
        return View(None if self.as_of is None else moment_head(self.as_of), self.on)

    def query(self) -> str:
        """The same question for a link."""
        parts = [f"on={self.on.isoformat()}"] if self.on else []
        parts += [f"as_of={self.as_of.astimezone(COUNTY_ZONE).date().isoformat()}"] if self.as_of else []
        return "&".join(parts)


def asked_of(request: HttpRequest) -> Asked:
    """The past that the address names; what is no day is no limit."""
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = None
    return Asked(on, moment_asked(request.GET.get("as_of", "")))


def counted(scene: str) -> tuple[Pack, AccountBook]:
    """A scene with its accounts; a scene without accounts has no such page."""
    pack = pack_named(scene)
    book = account_book(pack)
    if book is None:
        raise Http404(f"scene {scene!r} has no accounts")
    return pack, book


@needs(Action.READ)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every pool of the county with its balance."""
    asked = asked_of(request)
    rows = []
    for pack in account_packs().values():
        found = standings(pack, as_of=asked.as_of, on=asked.on)
        inside = [one for one in found if one.kind in ("pool", "holding")]
        rows.append({"pack": pack, "figures": [_figure(pack, one, asked) for one in inside if one.balance]})
    return render(request, "accounts/overview.html", {"rows": rows, "asked": asked})


def _figure(pack: Pack, one: Standing, asked: Asked) -> dict[str, Any]:
    href = f"{reverse('accounts-account', args=[pack.name, one.key.account])}?quantity={one.key.quantity}"
    return {
        "label": label_of(one.label),
        "quantity": label_of(one.quantity),
        "text": number_text(one.balance),
        "unit": one.unit,
        "kind": one.kind,
        "href": f"{href}&{asked.query()}".rstrip("&"),
    }


@needs(Action.READ)
@require_safe
def scene_accounts(request: HttpRequest, scene: str) -> HttpResponse:
    """The accounts of a scene: what flowed, as a picture, and what each account holds, as a table."""
    pack, book = counted(scene)
    asked = asked_of(request)
    found = standings(pack, as_of=asked.as_of, on=asked.on)
    flowed = flows(book, view=asked.view)
    names = [name for name in book.quantities if any(key[2] == name for key in flowed)]
    quantity = request.GET.get("quantity", "")
    if quantity not in book.quantities:
        quantity = names[0] if names else next(iter(book.quantities))
    held = [one for one in found if one.key.quantity == quantity]
    picture = flow_picture(
        book, quantity, flows=flowed, balances={one.key.account: one.balance for one in held}
    )
    view = {
        "pack": pack,
        "book": book,
        "asked": asked,
        "quantity": book.quantities[quantity],
        "quantities": [book.quantities[name] for name in book.quantities],
        "moved": names,
        "picture": picture,
        "height": height_of(picture) if picture else 0,
        "rows": [_figure(pack, one, asked) | _sums(one, flowed) for one in held],
        "ways": _way_rows(book, quantity, flowed),
        "others": [one for one in all_packs().values() if account_book(one)],
        "may_move": _may_move(person(request)),
        "today": timezone.now().astimezone(COUNTY_ZONE).date(),
    }
    return render(request, "accounts/scene.html", view)


def _sums(one: Standing, flowed: Mapping[tuple[str, str, str], Decimal]) -> dict[str, Any]:
    """What came into and went out of an account, between different accounts."""
    came = sum(
        amount
        for (source, target, name), amount in flowed.items()
        if name == one.key.quantity and target == one.key.account and source != target
    )
    went = sum(
        amount
        for (source, target, name), amount in flowed.items()
        if name == one.key.quantity and source == one.key.account and source != target
    )
    return {"kind_said": say(WORDS[one.kind]), "came": number_text(came), "went": number_text(went)}


def _way_rows(
    book: AccountBook, quantity: str, flowed: Mapping[tuple[str, str, str], Decimal]
) -> list[dict[str, Any]]:
    rows = []
    for way in book.ways.values():
        amount = flowed.get((way.source, way.target, quantity))
        if amount:
            ends = (label_of(book.accounts[end].label) for end in (way.source, way.target))
            rows.append(
                {"label": label_of(way.label), "ends": " → ".join(ends), "amount": number_text(amount)}
            )
    return rows


def _may_move(who: Person) -> bool:
    return who.may(Action.RECORD) and who.reach(Action.RECORD) is None


@needs(Action.READ)
@require_safe
def account_page(request: HttpRequest, scene: str, name: str) -> HttpResponse:
    """One account: its balance by subject, and the moves behind it, each with its paper."""
    pack, book = counted(scene)
    if name not in book.accounts:
        raise Http404(f"no account is called {name!r}")
    account = book.accounts[name]
    asked, who = asked_of(request), person(request)
    quantity = request.GET.get("quantity", "")
    quantity = quantity if quantity in account.quantities else account.quantities[0]
    subject = request.GET.get("subject", "")
    own = own_subjects(book.holders, who)
    listed = list(
        moves(book, view=asked.view, account=name, quantity=quantity, subject=subject, newest=MOST_MOVES + 1)
    )
    seen = [one for one in listed if own is None or not one.subject or one.subject in own]
    holders = [
        one
        for one in standings(pack, as_of=asked.as_of, on=asked.on, by_subject=True)
        if one.key.account == name and one.key.quantity == quantity and one.key.subject and one.balance
    ]
    holders = [one for one in holders if own is None or one.key.subject in own]
    names = subject_names(book.holders, {one.subject for one in seen} | {one.key.subject for one in holders})
    total = next(
        one.balance
        for one in standings(pack, as_of=asked.as_of, on=asked.on)
        if (one.key.account, one.key.quantity) == (name, quantity)
    )
    view = {
        "pack": pack,
        "book": book,
        "account": account,
        "asked": asked,
        "quantity": book.quantities[quantity],
        "quantities": [book.quantities[one] for one in account.quantities],
        "subject": subject,
        "subject_name": names.get(subject, subject),
        "total": number_text(total),
        "holders": [
            {
                "subject": one.key.subject,
                "name": names.get(one.key.subject, one.key.subject),
                "text": number_text(one.balance),
            }
            for one in sorted(holders, key=lambda row: -row.balance)[:MOST_SUBJECTS]
        ],
        "moves": [move_row(one, book, names, account=name) for one in seen[:MOST_MOVES]],
        "more": len(listed) > MOST_MOVES,
        "may_audit": who.may(Action.AUDIT),
    }
    return render(request, "accounts/account.html", view)


def own_subjects(scene: str, who: Person) -> set[str] | None:
    """The subjects within a person's reach; None where it is the whole county."""
    pack = all_packs().get(scene)
    if who.reach(Action.READ) is None or pack is None or not pack.unit_field:
        return None if who.reach(Action.READ) is None else set()
    rows = subject_book(pack)._default_manager.filter(scope_of(pack, who))
    return set(rows.values_list("subject", flat=True))


def subject_names(scene: str, subjects: Iterable[str]) -> dict[str, str]:
    """The names under which some subjects are shown."""
    pack = all_packs().get(scene)
    wanted = sorted(subject for subject in subjects if subject)[:2_000]
    if pack is None or not wanted:
        return {}
    rows = subject_book(pack)._default_manager.filter(recorded_to=None, subject__in=wanted)
    return {subject: name or subject for subject, name in rows.values_list("subject", PREFIX + pack.display)}


def move_row(one: Moved, book: AccountBook, names: Mapping[str, str], *, account: str = "") -> dict[str, Any]:
    """A move as a line of a table; going out of `account` it is negative."""
    way = book.ways.get(one.way)
    out = one.source.account == account and one.target.account != account
    ends = (label_of(book.accounts[key.account].label) for key in (one.source, one.target))
    return {
        "day": one.day,
        "way": label_of(way.label) if way else one.way,
        "ends": " → ".join(ends),
        "amount": ("−" if out else "") + number_text(one.amount),
        "out": out,
        "subject": one.subject,
        "name": names.get(one.subject, one.subject),
        "document": " ".join(part for part in (one.document, one.part) if part),
        "why": one.why,
        "approver": one.approver,
        "transaction": one.transaction,
    }


@needs(Action.RECORD)
@require_http_methods(["GET", "POST"])
def new_move(request: HttpRequest, scene: str) -> HttpResponse:
    """Record one move: checked by the law of accounts, all or nothing."""
    pack, book = counted(scene)
    sent = {name: request.POST.get(name, "") for name in Wish.__dataclass_fields__ if name != "place"}
    view: dict[str, Any] = {
        "pack": pack,
        "book": book,
        "ways": [
            {"name": way.name, "label": label_of(way.label), "ends": _ends(book, way.source, way.target)}
            for way in book.ways.values()
        ],
        "sent": sent,
        "holder": all_packs().get(book.holders),
        "today": timezone.now().astimezone(COUNTY_ZONE).date().isoformat(),
    }
    if request.method == "POST":
        try:
            done = move_quantities([Wish(**sent)], pack=pack, by=person(request), at=timezone.now())
        except Refused as error:
            return render(
                request, "accounts/new_move.html", view | {"problems": accounts_told(error, book)}, status=422
            )
        messages.success(request, say("已记账，第 {n} 笔。", n=done.transaction))
        return redirect("accounts-scene", scene)
    view["sent"] = sent | {name: request.GET.get(name, "") for name in ("way", "subject", "quantity")}
    return render(request, "accounts/new_move.html", view)


def _ends(book: AccountBook, *names: str) -> str:
    return " → ".join(label_of(book.accounts[name].label) for name in names)
