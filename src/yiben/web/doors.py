"""Who may come in (准入): every route names the action that it needs, or says that it is public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from yiben.people.access import Person, person_of
from yiben.people.roles import Action

View = Callable[..., HttpResponse]
PUBLIC = "public"
SIGNED_IN = "signed_in"


def needs(action: Action) -> Callable[[View], View]:
    """Mark a view as open to people whose duties hold `action` (for some unit at least)."""

    def mark(view: View) -> View:
        view.door = action  # type: ignore[attr-defined]
        return view

    return mark


def needs_any(*actions: Action) -> Callable[[View], View]:
    """Mark a view as open to people whose duties hold one of some actions."""

    def mark(view: View) -> View:
        view.door = frozenset(actions)  # type: ignore[attr-defined]
        return view

    return mark


def opens(door: object, who: Person) -> bool:
    """Whether a door opens to a signed-in person; anything that is no door stays closed."""
    if door in (PUBLIC, SIGNED_IN):
        return True
    if isinstance(door, Action):
        return who.may(door)
    return isinstance(door, frozenset) and any(who.may(action) for action in door)


def public(view: View) -> View:
    """Mark a view as open to everybody: signing in, the language switch, health."""
    view.door = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Mark a view as open to every signed-in officer, whatever their duties."""
    view.door = SIGNED_IN  # type: ignore[attr-defined]
    return view


def person(request: HttpRequest) -> Person:
    """The signed-in person's rights, read once a request; a token may have been made with fewer."""
    found: Any = getattr(request, "_person", None)
    if found is None:
        assert request.user.is_authenticated, "a page asked for a person behind a public door"
        found = person_of(request.user)  # type: ignore[arg-type]
        narrowed = getattr(request, "_narrowed", None)
        found = request._person = found if narrowed is None else found.narrowed_to(narrowed)  # type: ignore[attr-defined]
    return found  # type: ignore[no-any-return]
