"""A new county's ledger (建账): its first unit and administrator, and the built-in scenes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime

from yiben.ledger.packs import install_pack
from yiben.people.access import machine
from yiben.people.models import Duty, Officer, Unit
from yiben.people.roles import Role
from yiben.scenes.loader import built_in_packs


def set_up(*, county: str, admin: str, password: str | None, at: datetime) -> Iterator[str]:
    """Make what is missing and tell it line by line; running it again changes nothing."""
    top, _ = Unit.objects.get_or_create(code="XIAN", defaults={"name": county or "本县", "kind": "county"})
    bureau, _ = Unit.objects.get_or_create(
        code="FGJ", defaults={"name": "发展和改革局", "kind": "bureau", "parent": top}
    )
    for pack in built_in_packs().values():
        if install_pack(pack, by=machine("system", unit=bureau.code), at=at):
            yield f"scene {pack.name} (version {pack.version}): {pack.title.zh}"
    if Officer.objects.exists():
        yield "there are officers already; no administrator was made"
        return
    chosen = password or secrets.token_urlsafe(12)
    officer = Officer.objects.create_officer(admin, name="系统管理员", unit=bureau, password=chosen)
    Duty.objects.create(officer=officer, role=Role.ADMINISTRATOR.value, unit=top)
    yield f"administrator {admin}" + ("" if password else f", password {chosen}")
