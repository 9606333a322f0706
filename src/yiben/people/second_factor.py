"""A second factor for signing in (二次验证): one-time codes by time (RFC 6238) and recovery codes.

The shared secret is never stored: it is derived from the site's own secret, which lies outside
the database, and a random salt. A copy of the database alone therefore makes no valid code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from yiben.people.access import Person
from yiben.people.models import AuditEvent, Officer, SecondFactor
from yiben.people.roles import Action

STEP_SECONDS, DIGITS, SECRET_BYTES = 30, 6, 20
# Clocks of phones and servers differ: one step before and after is accepted too.
DRIFT = (0, -1, 1)
RECOVERY_CODES = 10


def one_time_code(secret: bytes, *, step: int) -> str:
    """The code of a time step (HOTP of RFC 4226 over the step of RFC 6238).

    >>> one_time_code(b"12345678901234567890", step=59 // 30)
    '287082'
    """
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def begin(officer: Officer, *, at: datetime) -> SecondFactor:
    """A factor that waits for its first code; one that is confirmed already stays as it is."""
    held = SecondFactor.objects.filter(officer=officer).first()
    if held is not None and held.confirmed_at is not None:
        return held
    salt = secrets.token_hex(16)
    return SecondFactor.objects.update_or_create(
        officer=officer, defaults={"salt": salt, "made_at": at, "last_step": 0, "recovery": "[]"}
    )[0]


def standing(officer: Officer) -> SecondFactor | None:
    """The factor that signing in asks for; None where the officer has none."""
    return SecondFactor.objects.filter(officer=officer).exclude(confirmed_at=None).first()


def confirm(officer: Officer, code: str, *, at: datetime) -> list[str]:
    """Turn the factor on with its first code; gives the recovery codes, shown once, or nothing."""
    held = SecondFactor.objects.filter(officer=officer, confirmed_at=None).first()
    if held is None or not _accept_code(held, code, at=at):
        return []
    codes = ["-".join(secrets.token_hex(2) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    digests = json.dumps([_digest(one) for one in codes])
    SecondFactor.objects.filter(pk=held.pk).update(confirmed_at=at, recovery=digests)
    _note(officer.username, at, "second-factor-on", officer.username)
    return codes


def accepts(officer: Officer, code: str, *, at: datetime) -> bool:
    """Whether a code of now, or a recovery code, opens; each opens once."""
    held = standing(officer)
    if held is None:
        return False
    typed = "".join(code.split()).lower()
    if typed.isdecimal() and len(typed) == DIGITS:
        return _accept_code(held, typed, at=at)
    return _accept_recovery(held, typed, at=at)


def end(officer: Officer, *, at: datetime, by: Person | None = None) -> None:
    """Turn the factor off: by its officer, or by an administrator (`by`) for a lost phone."""
    if by is not None:
        by.require(Action.MANAGE)
    if SecondFactor.objects.filter(officer=officer).delete()[0]:
        who = by.username if by is not None else officer.username
        _note(who, at, "second-factor-off", officer.username)


def setup_address(held: SecondFactor, *, issuer: str = "Yiben") -> str:
    """The address that an authenticator app reads from the QR code."""
    name = quote(f"{issuer}:{held.officer.username}")
    return f"otpauth://totp/{name}?{urlencode({'secret': shown_secret(held), 'issuer': issuer})}"


def shown_secret(held: SecondFactor) -> str:
    """The shared secret as people type it."""
    return base64.b32encode(_secret(held)).decode()


def _secret(held: SecondFactor) -> bytes:
    text = f"second-factor:{held.officer_id}:{held.salt}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()[:SECRET_BYTES]


def _accept_code(held: SecondFactor, code: str, *, at: datetime) -> bool:
    """Whether the code is of this step or its neighbours; a step that was used opens no more."""
    now = int(at.timestamp()) // STEP_SECONDS
    typed = "".join(code.split())
    for step in (now + drift for drift in DRIFT):
        if hmac.compare_digest(one_time_code(_secret(held), step=step).encode(), typed.encode()):
            unused = SecondFactor.objects.filter(Q(pk=held.pk) & Q(last_step__lt=step))
            return bool(unused.update(last_step=step))
    return False


def _accept_recovery(held: SecondFactor, code: str, *, at: datetime) -> bool:
    with transaction.atomic():
        locked = SecondFactor.objects.select_for_update().get(pk=held.pk)
        left = json.loads(locked.recovery)
        digest = _digest(code)
        if not any(hmac.compare_digest(digest, one) for one in left):
            return False
        locked.recovery = json.dumps([one for one in left if one != digest])
        locked.save(update_fields=["recovery"])
        _note(held.officer.username, at, "recovery-code-used", f"{len(left) - 1} left")
    return True


def _digest(code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"recovery:{code}".encode(), hashlib.sha256).hexdigest()


def _note(officer: str, at: datetime, event: str, detail: str) -> None:
    AuditEvent.objects.create(at=at, officer=officer, event=event, detail=detail)
