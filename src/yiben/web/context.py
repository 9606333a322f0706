"""What every page may use beside its own values."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from yiben.people.roles import Action
from yiben.web.doors import person
from yiben.web.scenes_here import all_packs
from yiben.web.words import language


def furniture(request: HttpRequest) -> dict[str, Any]:
    """The nonce for inline scripts, the language, and for officers their rights and scenes."""
    base: dict[str, Any] = {"nonce": getattr(request, "csp_nonce", ""), "language": language()}
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return base
    who = person(request)
    may = {action.value: who.may(action) for action in Action}
    return base | {"who": who, "may": may, "packs": list(all_packs().values()) if may["read"] else []}
