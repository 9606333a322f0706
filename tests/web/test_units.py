"""Role × route × unit: what names a subject, case, filing or document is there for its own unit, not for others.

The routes are enumerated from the site and from the interface's description, so that a new one must
take its place here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from api_doors import API_DOORS
from databases import County, code
from yiben.people.roles import RIGHTS, Action, Role

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
# Officer → role, a project of their unit, and one of another: 1 is of ROADS, 2 of EDUCATION, 3 of TRANSPORT.
BOUND = {
    "school": (Role.FILER, 2, 3),
    "roads": (Role.FILER, 1, 3),
    "transport": (Role.FILER, 1, 2),
    "head": (Role.UNIT_HEAD, 3, 2),
    "checker": (Role.VERIFIER, 3, 2),
}
COUNTY_WIDE = {
    "clerk": Role.CLERK,
    "leader": Role.LEADER,
    "admin": Role.ADMINISTRATOR,
    "auditor": Role.AUDITOR,
}
# Pages whose key is no subject: an officer, or a document that holds every unit's figures.
OTHER_KEYS = {"officer-change"}
DOCUMENTS = {"document", "document-figure", "document-file", "document-publish", "document-approve"}
# What they name was never kept here, so that they are not there for their own unit either.
NEVER_KEPT = {"appraisal-kept", "plan-import-confirm", "inspection"}


@pytest.fixture
def lived(life: County) -> County:
    """The county with a case, a photo and an unapproved bulletin for each unit to see or not to see."""
    from django.utils import timezone

    from yiben.journeys.month_photos import add_photos
    from yiben.journeys.open_cases import Matter, open_by_hand
    from yiben.journeys.publish_bulletin import publish_bulletin
    from yiben.kernel.periods import Period
    from yiben.ledger.seals import seal
    from yiben.people.models import Duty, Officer, Unit

    made = Officer.objects.create_officer("checker", name="审核", unit=Unit.objects.get(code="TRANSPORT"))
    Duty.objects.create(officer=made, role="verifier", unit=made.unit)
    at, month = timezone.now() - timedelta(hours=1), Period.of("2026-01")
    matters = [Matter(code(number), f"项目{number:02d}停工", "复工") for number in (1, 2, 3)]
    open_by_hand(life.pack, matters, by=life.system, at=at)
    for number in (1, 2, 3):
        add_photos(life.pack, code(number), month, [("a.png", PIXEL)], by=life.system, at=at)
    seal(month, by=life.system, at=at)
    publish_bulletin(life.pack, month, by=life.system, at=at)
    return life


def case_of(county: County, number: int) -> Any:
    from yiben.journeys.read_cases import cases_of

    return cases_of(county.pack, subject=code(number))[0]


def pages() -> Iterator[tuple[str, list[str], Any]]:
    """Every page whose address names a subject, a slip or a document."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(found: Any) -> Iterator[URLPattern]:
        for one in found:
            if isinstance(one, URLResolver):
                if one.namespace != "api":
                    yield from walk(one.url_patterns)
            else:
                yield one

    for one in walk(get_resolver().url_patterns):
        names = list(one.pattern.converters)
        if {"key", "number", "slot"} & set(names) and "scene" in names and one.name not in OTHER_KEYS:
            yield str(one.name), names, one.callback.door  # type: ignore[attr-defined]


def address(county: County, name: str, parts: list[str], number: int) -> str:
    from django.urls import reverse

    from yiben.ledger.marks import marks

    case = case_of(county, number)
    (photo,) = marks("projects", kind="photo", subject=code(number))
    known = {"scene": "projects", "key": code(number), "slot": case.slot, "number": case.slip.number}
    known |= {"name": "land", "do": "receive", "digest": photo.facts["digest"], "day": "2026-03-10"}
    known |= {"kind": "xlsx" if name == "plan-file" else "docx", "token": "a" * 24, "figure": "subjects"}
    if name in DOCUMENTS:
        known["key"] = "bulletin@2026-01"
    return reverse(name, kwargs={part: known[part] for part in parts})


def bodies(county: County, number: int) -> dict[str, Any]:
    """For every operation that is sent a subject: what is sent."""
    key, case = code(number), case_of(county, number)
    step = {"subject": key, "case": case.slot, "do": "receive"}
    filing = {"period": "2026-02", "subjects": [key]}
    day = {"subject": key, "days": {"start": "2026-12-30"}, "reason": "等地"}
    return {
        "record_statements": {"statements": [{"subject": key, "facts": {"land": "9"}}]},
        "case_step": step,
        "cases_state": {"origin": "meeting", "matters": [{"subject": key, "problem": "x", "task": "y"}]},
        "filing_submit": {"period": "2026-02", "rows": [{"subject": key, "measures": {"invested": "70"}}]},
        "filing_verify": filing,
        "filing_return": filing | {"note": "x"},
        "photos_add": {},
        "photos_remove": {"subject": key, "slot": "x", "reason": "x"},
        "plan_change": day,
        "plan_schedule": {"subject": key, "start": "2026-03-02"},
        "plan_answer": {"subject": key, "node": "start", "agree": True},
        "plan_import": {},
        "plans_freeze": {"subjects": [key]},
        "account_move": {"moves": [{"way": "x", "amount": "1", "day": "x", "document": "x", "subject": key}]},
        "appraisal_answer": {"subject": key},
        "appraisal_keep": {"subject": key},
    }


def operations() -> Iterator[tuple[str, str, str, bool]]:
    """Every operation that is told a subject: its name, method, address, and whether in the query."""
    from yiben.web.api.interface import api

    described = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            asked = {part["name"] for part in one.get("parameters", ())}
            if "key" in asked and one["operationId"] != "draft":
                yield one["operationId"], method, path, True
            elif "subject" in _names_of(one.get("requestBody", {}), described):
                yield one["operationId"], method, path, False


def _names_of(node: Any, described: Any) -> set[str]:
    """The names of all properties below a node of the description, a plural counted as its singular."""
    found: set[str] = set()
    if isinstance(node, dict):
        if reference := node.get("$ref"):
            found |= _names_of(described["components"]["schemas"][reference.rpartition("/")[2]], described)
        found |= {name.removesuffix("s") for name in node.get("properties", {})}
        for one in node.values():
            found |= _names_of(one, described)
    elif isinstance(node, list):
        for one in node:
            found |= _names_of(one, described)
    return found


def may(role: Role, door: Any) -> bool:
    held = RIGHTS[role]
    return bool(held & door) if isinstance(door, frozenset) else door in held


def ask_pages(county: County, client: Any, role: Role, number: int) -> Iterator[tuple[str, bool, Any]]:
    """Each page's answer about one project, and whether the role may open its door at all."""
    for name, parts, door in pages():
        where = address(county, name, parts, number)
        response = client.get(where)
        if response.status_code == 405:
            response = client.post(where, {"slot": "x", "reason": "x"})
        yield name, may(role, door), response


def ask_operations(county: County, client: Any, role: Role, number: int) -> Iterator[tuple[str, bool, Any]]:
    sent = bodies(county, number)
    for name, method, path, is_query in operations():
        case, digest = case_of(county, number), "0" * 64
        where = path.replace("{scene}", "projects").replace("{kind}", "xlsx")
        if is_query:
            response = client.get(f"{where}?key={code(number)}&case={case.slot}&digest={digest}")
        else:
            assert method == "post"
            response = client.post(where, sent[name], content_type="application/json")
        yield f"api:{name}", may(role, API_DOORS[name][0]), response


def program(username: str) -> Any:
    from django.test import Client
    from django.utils import timezone

    from yiben.people.models import Officer
    from yiben.people.tokens import make_token

    secret = make_token(Officer.objects.get(username=username), name="t", at=timezone.now())
    return Client(headers={"authorization": f"Bearer {secret}"})


def test_every_operation_that_names_a_subject_is_told_one_here(lived: County) -> None:
    assert {name for name, _, _, is_query in operations() if not is_query} == set(bodies(lived, 1))


def test_another_unit_finds_nothing_and_changes_nothing(lived: County, browser_of: Any) -> None:
    from yiben.ledger.record import head

    before = head()
    for username, (role, _, other) in BOUND.items():
        asked = [
            *ask_pages(lived, browser_of(username), role, other),
            *ask_operations(lived, program(username), role, other),
        ]
        assert len(asked) > 45
        for name, is_open, response in asked:
            here = (username, name, response.status_code)
            assert response.status_code in ((403, 404, 422) if is_open else (403,)), here
            assert f"项目{other:02d}" not in response.content.decode(errors="replace"), here
    assert head() == before


def test_its_own_unit_finds_all_of_it(lived: County, browser_of: Any) -> None:
    for username, (role, own, _) in BOUND.items():
        asked = [
            *ask_pages(lived, browser_of(username), role, own),
            *ask_operations(lived, program(username), role, own),
        ]
        for name, is_open, response in asked:
            if is_open and name not in NEVER_KEPT | DOCUMENTS | {"api:file"}:
                assert response.status_code not in (401, 403, 404), (username, name, response.status_code)


def test_duties_of_the_whole_county_reach_every_unit(lived: County, browser_of: Any) -> None:
    for number, (username, role) in enumerate(COUNTY_WIDE.items()):
        client = browser_of(username)
        for name, parts, door in pages():
            if name in NEVER_KEPT or door not in (Action.READ, Action.EXPORT):
                continue
            response = client.get(address(lived, name, parts, 1 + number % 2))
            if response.status_code != 405:
                here = (username, name, response.status_code)
                assert (response.status_code < 400) == may(role, door), here
