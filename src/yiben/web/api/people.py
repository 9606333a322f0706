"""People (单位与人员): who the caller is, the units, the officers and their duties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query

from yiben.people import manage
from yiben.people.models import Officer, Unit
from yiben.people.roles import Action
from yiben.web.api import shapes_people as shapes
from yiben.web.api.interface import MOST_ROWS, REFUSALS, api
from yiben.web.doors import needs, person, signed_in


@api.get("/me", response={200: shapes.MeOut, **REFUSALS})
@signed_in
def me(request: HttpRequest) -> Any:
    """Who the caller is, and which units each right reaches (null: the whole county)."""
    who = person(request)
    rights = {str(action): None if reach is None else sorted(reach) for action, reach in who.scopes.items()}
    told = {"username": who.username, "name": who.name, "unit": who.unit}
    return told | {"roles": sorted(who.roles), "rights": rights}


@api.get("/units", response={200: list[shapes.UnitOut], **REFUSALS})
@needs(Action.READ)
def units(request: HttpRequest) -> Any:
    """Every unit with the one above it."""
    rows = Unit.objects.select_related("parent").order_by("code")
    return [
        {"code": one.code, "name": one.name, "name_en": one.name_en}
        | {"parent": one.parent.code if one.parent else None}
        for one in rows
    ]


@api.post("/units/add", response={200: shapes.UnitOut, **REFUSALS})
@needs(Action.MANAGE)
def unit_add(request: HttpRequest, sent: shapes.UnitIn) -> Any:
    """Add a unit below another one, or at the top."""
    made = manage.add_unit(sent.code, **sent.dict(exclude={"code"}), by=person(request), at=timezone.now())
    return sent.dict() | {"parent": made.parent.code if made.parent else None}


@api.get("/officers", response={200: list[shapes.OfficerOut], **REFUSALS})
@needs(Action.MANAGE)
def officers(
    request: HttpRequest, after: shapes.Text = "", limit: int = Query(100, ge=1, le=MOST_ROWS)
) -> Any:
    """The officers with their duties, in the order of usernames."""
    rows = Officer.objects.filter(username__gt=after).select_related("unit").prefetch_related("duties__unit")
    return [_officer(one) for one in rows.order_by("username")[:limit]]


def _officer(one: Officer) -> dict[str, Any]:
    duties = [{"duty": held.pk, "role": held.role, "unit": held.unit.code} for held in one.duties.all()]
    told = {"username": one.username, "name": one.name, "unit": one.unit.code, "duties": duties}
    return told | {"is_active": one.is_active, "locked_until": one.locked_until}


@api.post("/officers/add", response={200: shapes.OfficerOut, **REFUSALS})
@needs(Action.MANAGE)
def officer_add(request: HttpRequest, sent: shapes.OfficerIn) -> Any:
    """Add an officer, without duties."""
    call: dict[str, Any] = {"by": person(request), "at": timezone.now()}
    return _officer(manage.add_officer(sent.username, **sent.dict(exclude={"username"}), **call))


@api.post("/officers/change", response={200: shapes.OfficerOut, **REFUSALS})
@needs(Action.MANAGE)
def officer_change(request: HttpRequest, sent: shapes.OfficerChangeIn) -> Any:
    """Give or take a duty, set a password, close or open the account, end its tokens or second factor."""
    call: dict[str, Any] = {"by": person(request), "at": timezone.now()}
    name = sent.username
    deeds: dict[str, Callable[[], object]] = {
        "give": lambda: manage.give_duty(name, role=sent.role, unit=sent.unit, **call),
        "take": lambda: manage.take_duty(sent.duty, **call),
        "password": lambda: manage.set_password(name, password=sent.password, **call),
        "close": lambda: manage.set_active(name, is_active=False, **call),
        "open": lambda: manage.set_active(name, is_active=True, **call),
        "tokens": lambda: manage.end_tokens(name, **call),
        "second": lambda: manage.end_second_factor(name, **call),
    }
    found = manage.officer_called(name)
    deeds[sent.what]()
    found.refresh_from_db()
    return _officer(found)
