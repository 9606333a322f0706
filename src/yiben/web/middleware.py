"""What stands before every page: the language, the door check and the content security policy."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation

from yiben.kernel.problems import Refused
from yiben.ledger.packs import UnknownScene
from yiben.people.access import NotAllowed
from yiben.people.tokens import bearer_of
from yiben.web.doors import PUBLIC, opens, person
from yiben.web.problems import all_told
from yiben.web.views import errors

PROBLEMS_SHOWN = 300
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Next = Callable[[HttpRequest], HttpResponse]


class TokenSignIn:
    """Programs sign in with a token; a browser's session only reads through the interface.

    A page of another site can make a browser send its session, but not a token: so nothing is
    recorded through the interface without one.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() == "bearer":
                bearer = bearer_of(secret.strip(), at=timezone.now())
                request.user = bearer.officer if bearer else AnonymousUser()  # type: ignore[assignment]
                request._narrowed = bearer.actions if bearer else None  # type: ignore[attr-defined]
            elif request.method not in SAFE_METHODS:
                request.user = AnonymousUser()
        return self.get_response(request)


class DenyByDefault:
    """A view without a door is closed to everybody; one with a door asks for its action."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let the request through, send it to sign in, or refuse it."""
        door = getattr(view, "door", None)
        if door == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return self._send_to_sign_in(request)
        return None if opens(door, person(request)) else self._refuse(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What the rooms below refuse, told as a page: not allowed, not there, or not accepted."""
        if isinstance(error, NotAllowed):
            return self._refuse(request)
        if isinstance(error, UnknownScene):
            return errors.not_found(request, error)
        if isinstance(error, Refused):
            page = {"problems": all_told(error.problems[:PROBLEMS_SHOWN])}
            return render(request, "not_accepted.html", page, status=422)
        return None

    def _send_to_sign_in(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": "sign in or send a token"}, status=401)
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": "your duties do not allow this"}, status=403)
        return render(request, "refused.html", status=403)


class UploadLimit:
    """A request with more than the site takes is refused before any of it is read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // 1_000_000
            text = f"一次最多上传 {limit} MB / At most {limit} MB at a time"
            return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class Language:
    """The reader's language: what they chose here, else what their record says, else Chinese.

    The browser's own list is left aside: a borrowed machine set to English is not a choice.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if not chosen and request.user.is_authenticated:
            chosen = request.user.language
        known = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(known):
            request.LANGUAGE_CODE = known  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", known)
        return response


class ContentSecurityPolicy:
    """Nothing is loaded from outside; scripts run only with this response's nonce."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = self.get_response(request)
        nonce = request.csp_nonce  # type: ignore[attr-defined]
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
            "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        )
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        return response
