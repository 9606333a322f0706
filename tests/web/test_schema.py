"""Whatever the description allows, and much that it does not, never makes the interface fail (模糊测试)."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from databases import County, code

# For each operation and mode; enough to reach every parameter, few enough for every run of the suite.
EXAMPLES = 2
# Compiling a draft of a bulletin or judging a month is the same long work for every request.
COSTLY = {"document", "document_file", "document_reproduce", "cases_open", "board_publish", "board_reproduce"}


@pytest.fixture
def described(life: County) -> tuple[Any, dict[str, str]]:
    """The interface's own description, and a token that may do everything: no door stops the fuzz."""
    from django.core.wsgi import get_wsgi_application
    from django.utils import timezone

    from yiben.journeys.open_cases import Matter, open_by_hand
    from yiben.people.models import Duty, Officer, Unit
    from yiben.people.roles import Role
    from yiben.people.tokens import make_token

    officer = Officer.objects.get(username="clerk")
    for role in Role:
        Duty.objects.get_or_create(officer=officer, role=role, unit=Unit.objects.get(code="DRC"))
    open_by_hand(life.pack, [Matter(code(1), "停工", "复工")], by=life.system, at=timezone.now())
    secret = make_token(officer, name="fuzz", at=timezone.now())
    headers = {"Authorization": f"Bearer {secret}"}
    site = get_wsgi_application()
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site, headers=headers), headers


def at_home(case: Any, *, deep: bool) -> None:
    """Names that exist in place of made-up ones, so that the fuzz gets past "no such thing"."""
    known: dict[str, Any] = {"scene": "projects", "name": "monthly_show", "month": "2026-01"}
    known |= {"subject": code(1), "key": code(1), "case": "by_hand@1", "kind": "csv"}
    if deep:
        known |= {"form": "", "period": "2026-01", "subjects": [code(1), code(3)], "seen": None}
    if "number" in case.path_parameters or "month" in case.path_parameters:
        known["kind"] = "docx"
    for part in (case.path_parameters, case.query, case.body):
        _put(part, known)


def _put(part: Any, known: dict[str, Any]) -> None:
    if isinstance(part, dict):
        part.update({name: value for name, value in known.items() if name in part})
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _put(inner, known)


def fuzz(
    operation: Any, mode: GenerationMode, headers: dict[str, str], *, examples: int
) -> list[tuple[int, str]]:
    """Send made-up requests of one operation; gives each status with how to send the request again."""
    answers: list[tuple[int, str]] = []

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        at_home(case, deep=mode is GenerationMode.POSITIVE)
        answers.append((case.call(headers=headers).status_code, case.as_curl_command()))

    with warnings.catch_warnings(), suppress(Unsatisfiable):
        warnings.simplefilter("ignore")
        send()
    return answers


def test_no_route_fails_on_anything(described: tuple[Any, dict[str, str]]) -> None:
    schema, headers = described
    operations = [result.ok() for result in schema.get_all_operations()]
    answers = {}
    for operation in operations:
        raw = operation.definition.raw
        count = 1 if raw["operationId"] in COSTLY else EXAMPLES
        told = [one for one in raw.get("parameters", ()) if one["in"] != "path"]
        # Any text is a right part of an address: only queries and bodies can be wrong.
        wrong = [GenerationMode.NEGATIVE] if told or "requestBody" in raw else []
        for mode in (GenerationMode.POSITIVE, *wrong):
            answers[mode.value, operation.label] = fuzz(operation, mode, headers, examples=count)
    failed = {key: text for key, found in answers.items() for status, text in found if status >= 500}
    assert failed == {}
    statuses = {status for found in answers.values() for status, _ in found}
    assert {200, 404, 422} <= statuses and len(operations) > 80
