"""The interface itself (接口): how bodies are read, how refusals are told, and what every route shares."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.operation import Operation
from ninja.parser import Parser

from yiben.allocate.linear import NotProven
from yiben.allocate.whatif import UnknownChange
from yiben.boards.frozen import NothingToCorrect
from yiben.journeys.move_quantities import UnknownAccount
from yiben.journeys.plan_nodes import NoSuchSubject
from yiben.journeys.publish_bulletin import NoSuchDocument
from yiben.journeys.read_cases import NoSuchCase
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.packs import UnknownScene
from yiben.people.access import NotAllowed
from yiben.scenes.model import Label
from yiben.web.api import shapes
from yiben.web.scenes_here import moment_asked, month_asked, period_named
from yiben.writers.documents import CannotTypeset

MOST_ROWS = 500
MOST_PROBLEMS = 500
DESCRIPTION = """\
One ledger for a county's work: every route does what a page does, through the same journeys.

Send a token as `Authorization: Bearer …`; make it on the page "My account". A browser's session may
read only. A refusal (422) lists every problem with its place, what was found and what was expected,
and nothing was recorded.
"""


class ExactParser(Parser):
    """Reads JSON without floats: 0.1 stays 0.1, and what is no number is no number."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain values, decimals exact."""
        try:
            return json.loads(request.body, parse_float=Decimal, parse_constant=_no_number)
        except RecursionError as error:
            raise ValueError("nesting too deep") from error


def _no_number(text: str) -> Any:
    raise ValueError(f"found {text}, expected a number")


class Interface(NinjaAPI):
    """The interface, its operations named as its functions are."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name under which programs made from the description call an operation."""
        return operation.view_func.__name__


api = Interface(
    title="Yiben 一本账",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url="/openapi.json",
    openapi_extra={
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    },
    parser=ExactParser(),
    urls_namespace="api",
)
REFUSALS: dict[int, Any] = {401: shapes.Told, 403: shapes.Told, 404: shapes.Told, 422: shapes.RefusedOut}


def _told(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    told = [one.as_dict() for one in problems[:MOST_PROBLEMS]]
    return api.create_response(request, {"detail": "nothing was recorded", "problems": told}, status=422)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return _told(request, error.problems)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the described shape, told like every other problem."""
    problems = [
        Problem(
            "bad-request",
            str(one.get("input", one.get("type")))[:80],
            str(one["msg"]),
            Place(field=".".join(map(str, one["loc"]))),
        )
        for one in error.errors
    ]
    return _told(request, tuple(problems))


@api.exception_handler(NotAllowed)
def _not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=403)


def _not_there(request: HttpRequest, error: LookupError) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=404)


for _missing in (NoSuchCase, NoSuchDocument, NoSuchSubject, UnknownAccount, UnknownScene):
    api.add_exception_handler(_missing, _not_there)


@api.exception_handler(NothingToCorrect)
def _nothing_to_correct(request: HttpRequest, error: NothingToCorrect) -> HttpResponse:
    return _told(request, (Problem("nothing-to-correct", str(error), "a board that differs"),))


@api.exception_handler(CannotTypeset)
def _cannot_typeset(request: HttpRequest, error: CannotTypeset) -> HttpResponse:
    return _told(request, (Problem("cannot-typeset", str(error), "a font with every character"),))


@api.exception_handler(UnknownChange)
@api.exception_handler(NotProven)
def _not_answered(request: HttpRequest, error: Exception) -> HttpResponse:
    return _told(request, (Problem("not-answered", str(error), "another question"),))


def moment(text: str) -> datetime | None:
    """The moment that a parameter names; None is now. Raises Refused."""
    found = moment_asked(text)
    if text.strip() and found is None:
        expected = "a day or moment, such as 2026-07-31 or 2026-07-31T18:00:00+08:00"
        raise Refused([Problem("bad-moment", repr(text[:40]), expected)])
    return found


def period_of(text: str) -> Period | None:
    """The period that a parameter names; None where it names none. Raises Refused."""
    period = period_named(text)
    if text and period is None:
        raise Refused([Problem("bad-period", repr(text[:40]), "a period, such as 2026-07, 2026Q3 or 2026")])
    return period


def month_of(text: str, *, scene: str) -> Period:
    """The month that a parameter names, else the one that is being closed. Raises Refused."""
    period = period_of(text)
    if period is not None and period.months != 1:
        raise Refused([Problem("bad-period", repr(text[:40]), "a month, such as 2026-07")])
    return month_asked(text, scene=scene)


def label(one: Label) -> dict[str, str]:
    """A label in both languages."""
    return {"zh": one.zh, "en": one.en or one.zh}


def recorded(done: Any, **more: Any) -> dict[str, Any]:
    """What was recorded, for `shapes.RecordOut`."""
    kept = ("transaction", "digest", "entries", "created", "updated", "unchanged")
    return {name: getattr(done, name) for name in kept} | {"preview": False} | more
