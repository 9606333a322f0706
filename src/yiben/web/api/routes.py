"""Every route of the interface (接口目录): the modules that declare them, and their addresses with doors."""

from __future__ import annotations

from django.urls import URLPattern

from yiben.web.api import (
    accounts,
    boards,
    books,
    cases,
    documents,
    filing,
    journal,
    people,
    plans,
    reports,
    tables,
    webhooks,
)
from yiben.web.api.interface import api
from yiben.web.doors import SIGNED_IN

MODULES = (
    books,
    filing,
    cases,
    boards,
    documents,
    reports,
    plans,
    accounts,
    tables,
    people,
    webhooks,
    journal,
)


def api_patterns() -> list[URLPattern]:
    """The interface's addresses, each view with the door of its one operation."""
    doors = {}
    for route, path_view in api.default_router.path_operations.items():
        (operation,) = path_view.operations
        doors[route.replace("{", "<").replace("}", ">").lstrip("/")] = getattr(
            operation.view_func, "door", None
        )
    patterns: list[URLPattern] = list(api.urls[0])
    for pattern in patterns:
        # What ninja adds by itself, the description of the interface, is for everybody who is known.
        pattern.callback.door = doors.get(str(pattern.pattern), SIGNED_IN)  # type: ignore[attr-defined]
    return patterns
