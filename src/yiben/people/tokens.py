"""Tokens for programs (接口令牌): shown once, kept as a digest, with an end and no more rights than wanted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from yiben.kernel.problems import Place, Problem, Refused
from yiben.people.access import Person
from yiben.people.models import ApiToken, AuditEvent, Officer
from yiben.people.roles import Action

MAX_NAME = 60
DAYS = (30, 90, 365)
READING = frozenset({Action.READ, Action.EXPORT})


@dataclass(frozen=True, slots=True)
class Bearer:
    """For whom a token speaks (持牌人), and to which actions it was narrowed (None: all of theirs)."""

    officer: Officer
    actions: frozenset[Action] | None


def make_token(
    officer: Officer,
    *,
    name: str,
    at: datetime,
    days: int = DAYS[-1],
    actions: Collection[Action] | None = None,
) -> str:
    """A token by which a program speaks for an officer; shown once, kept as a digest only.

    It ends after `days` and may do the `actions` among what its officer may do at that moment;
    None is all of it. Raises Refused.
    """
    if days not in DAYS:
        expected = "one of " + ", ".join(map(str, DAYS)) + " days"
        raise Refused([Problem("token-days", str(days), expected, Place(field="days"))])
    secret = f"yb_{secrets.token_urlsafe(32)}"
    words = "" if actions is None else " ".join(sorted(actions)) or "none"
    ApiToken.objects.create(
        officer=officer,
        name=name[:MAX_NAME] or "token",
        digest=digest_of(secret),
        made_at=at,
        expires_at=at + timedelta(days=days),
        actions=words,
    )
    detail = f"{name[:MAX_NAME]}, {days} days, {words or 'all rights'}"
    AuditEvent.objects.create(at=at, officer=officer.username, event="token-made", detail=detail)
    return secret


def standing_tokens(officer: Officer, *, at: datetime) -> list[ApiToken]:
    """The tokens that still speak for an officer."""
    alive = Q(expires_at=None) | Q(expires_at__gt=at)
    return list(ApiToken.objects.filter(alive, officer=officer, ended_at=None))


def end_token(officer: Officer, token: int, *, at: datetime) -> None:
    """End one of an officer's own tokens."""
    held = ApiToken.objects.filter(pk=token, officer=officer, ended_at=None).first()
    if held is not None:
        held.ended_at = at
        held.save(update_fields=["ended_at"])
        AuditEvent.objects.create(at=at, officer=officer.username, event="token-ended", detail=held.name)


def end_every_token(officer: Officer, *, by: Person, at: datetime) -> int:
    """End all tokens of an officer, by an administrator; gives how many there were."""
    by.require(Action.MANAGE)
    count = ApiToken.objects.filter(officer=officer, ended_at=None).update(ended_at=at)
    detail = f"{officer.username}: {count}"
    AuditEvent.objects.create(at=at, officer=by.username, event="tokens-ended", detail=detail)
    return count


def bearer_of(secret: str, *, at: datetime) -> Bearer | None:
    """For whom a token speaks; None where it never was, has ended, or its officer was closed."""
    held = (
        ApiToken.objects.filter(digest=digest_of(secret), ended_at=None, officer__is_active=True)
        .select_related("officer__unit")
        .first()
    )
    if held is None or (held.expires_at is not None and held.expires_at <= at):
        return None
    if held.used_on != at.date():
        # A day is enough to see which tokens are still in use, and costs one write a day.
        ApiToken.objects.filter(pk=held.pk).update(used_on=at.date())
    return Bearer(held.officer, _actions(held.actions))


def _actions(text: str) -> frozenset[Action] | None:
    known = {str(one): one for one in Action}
    return frozenset(known[word] for word in text.split() if word in known) if text else None


def digest_of(secret: str) -> str:
    """What is kept of a token: long random secrets need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
