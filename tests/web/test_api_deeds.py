"""What pages do is done through the interface: by the same journeys, with the same refusals (接口办事)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from databases import County, code

API = "/api/v1"
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def call(life: County) -> Callable[..., Any]:
    """A call by a program that holds the token of an officer; gives status and data."""
    from django.test import Client
    from django.utils import timezone

    from yiben.people.models import Duty, Officer, Unit
    from yiben.people.tokens import make_token

    # A second pair of eyes, and one more who may approve what the clerk published.
    made = Officer.objects.create_officer("checker", name="审核", unit=Unit.objects.get(code="TRANSPORT"))
    Duty.objects.create(officer=made, role="verifier", unit=made.unit)
    secrets: dict[str, str] = {}

    def send(address: str, body: Any = None, *, by: str = "clerk", form: Any = None) -> tuple[int, Any]:
        if by not in secrets:
            secrets[by] = make_token(Officer.objects.get(username=by), name="t", at=timezone.now())
        headers, client = {"authorization": f"Bearer {secrets[by]}"}, Client()
        if form is not None:
            response = client.post(f"{API}{address}", form, headers=headers)
        elif body is not None:
            response = client.post(f"{API}{address}", body, content_type="application/json", headers=headers)
        else:
            response = client.get(f"{API}{address}", headers=headers)
        is_json = response.headers["Content-Type"].startswith("application/json")
        return response.status_code, response.json() if is_json else response.content

    return send


def test_a_case_from_slip_to_close_out(call: Callable[..., Any]) -> None:
    at = "/scenes/projects"
    matter = {"subject": code(3), "problem": "停工一月", "task": "复工", "level": "red"}
    status, (case,) = call(f"{at}/cases/state", {"origin": "meeting", "title": "例会", "matters": [matter]})
    assert status == 200 and case["state"] == "sent" and case["unit"] == "TRANSPORT"
    assert [one["case"] for one in call("/work", by="transport")[1][0]["to_answer"]] == [case["case"]]
    step = {"subject": code(3), "case": case["case"]}
    status, seen = call(f"{at}/case/step", step | {"do": "receive", "seen": 1}, by="transport")
    assert status == 200 and seen["state"] == "received" and "answer" in seen["may_do"]
    late = call(f"{at}/case/step", step | {"do": "note", "text": "x", "seen": 1}, by="transport")
    assert late[0] == 422 and late[1]["problems"][0]["code"] == "case-moved-on"
    status, digests = call(
        f"{at}/evidence", form={"files": SimpleUploadedFile("现场.png", PIXEL)}, by="transport"
    )
    assert status == 200 and len(digests[0]) == 64
    words = {"cause": "缺料", "measure": "已到料", "result": "复工", "files": digests}
    assert call(f"{at}/case/step", step | {"do": "answer"} | words, by="transport")[1]["state"] == "answered"
    assert call(f"{at}/case/step", step | {"do": "close"}, by="transport")[0] == 403
    assert call(f"{at}/case/step", step | {"do": "close", "text": "属实"})[1]["state"] == "closed"
    status, data = call(f"{at}/file?key={code(3)}&digest={digests[0]}", by="transport")
    assert status == 200 and data.startswith(b"\x89PNG")
    rate = call(f"{at}/close-rates")[1][0]
    assert (rate["closed"], rate["all"], rate["percent"]) == (1, 1, "100.00")
    again = call(f"{at}/case/step", step | {"do": "reopen", "text": "又停"})[1]
    assert again["state"] == "sent" and len(again["slips"]) == 2
    number = again["slips"][1]["number"]
    assert call(f"{at}/slips/{number}/file/docx", by="transport")[1].startswith(b"PK")
    assert call(f"{at}/slips/{number}/file/docx", by="school")[0] == 404
    assert call(f"{at}/case?key={code(3)}&case={case['case']}", by="school")[0] == 404


def test_a_filing_is_submitted_returned_and_verified(call: Callable[..., Any]) -> None:
    at, period = "/scenes/projects/filing", "2026-02"
    status, due = call(f"{at}?period={period}", by="transport")
    assert status == 200 and due["form"] and {row["state"] for row in due["rows"]} <= {"submitted", "missing"}
    row = {"subject": code(3), "measures": {"invested": "70"}}
    sent = {"period": period, "rows": [row], "seen": due["seen"]}
    status, done = call(f"{at}/submit", sent, by="transport")
    assert status == 200 and done["transaction"] == due["seen"] + 1
    foreign = sent | {"rows": [row | {"subject": code(2)}]}
    status, told = call(f"{at}/submit", foreign, by="transport")
    assert status == 422 and told["problems"][0]["code"] == "unknown-subject"
    judged = {"period": period, "subjects": [code(3)]}
    assert call(f"{at}/verify", judged, by="transport")[0] == 403
    status, told = call(f"{at}/return", judged, by="checker")
    assert status == 422 and told["problems"][0]["code"] == "filing-note"
    assert call(f"{at}/return", judged | {"note": "核对投资"}, by="checker")[0] == 200
    returned = call(f"{at}?period={period}", by="transport")[1]["rows"]
    assert {one["state"]: one["note"] for one in returned}["returned"] == "核对投资"
    assert call(f"{at}/submit", {"period": period, "rows": [row]}, by="transport")[0] == 200
    assert call(f"{at}/verify", judged, by="checker")[0] == 200
    locked = call(f"{at}/submit", {"period": period, "rows": [row]}, by="transport")
    assert locked[0] == 422 and locked[1]["problems"][0]["code"] == "filing-verified"


def test_drafts_are_ones_own(call: Callable[..., Any]) -> None:
    assert call("/drafts/save", {"key": "k", "values": {"a": "1"}}, by="transport")[0] == 200
    assert call("/drafts?key=k", by="transport")[1]["values"] == {"a": "1"}
    assert call("/drafts?key=k", by="roads")[0] == 404
    call("/drafts/save", {"key": "k", "values": {}}, by="transport")
    assert call("/drafts?key=k", by="transport")[0] == 404


def test_a_month_is_sealed_published_approved_fetched_and_proved(call: Callable[..., Any]) -> None:
    at = "/scenes/projects/documents/2026-01"
    status, told = call(f"{at}/publish", {})
    assert status == 422 and told["problems"][0]["code"] == "document-unsealed"
    assert call("/seals/close", {"month": "2026-01"})[0] == 200
    status, done = call(f"{at}/publish", {})
    assert status == 200 and not done["approved"]
    assert call(at, by="transport")[0] == 404, "not approved yet, and no draft for a unit"
    assert call(f"{at}/approve", {}, by="clerk")[0] == 403
    assert call(f"{at}/approve", {}, by="leader")[1]["approved"]
    assert call(at, by="transport")[1]["digest"] == done["digest"]
    status, data = call(f"{at}/file/docx", by="transport")
    assert status == 200 and data.startswith(b"PK")
    proof = call("/verify/document", form={"file": SimpleUploadedFile("通报.docx", data)}, by="auditor")
    assert proof[0] == 200 and proof[1]["clean"] and proof[1]["digest"] == done["digest"]
    again = call(f"{at}/reproduce")
    assert again[0] == 200 and again[1]["same"] and all(again[1]["files"].values())
    assert call("/verify/journal", {}, by="auditor")[1]["clean"]


def test_boards_are_published_corrected_with_reason_and_reproduced(call: Callable[..., Any]) -> None:
    at = "/scenes/projects/boards/monthly_show"
    assert call(f"{at}/publish", {"period": "2026Q1"})[0] == 422
    status, done = call(f"{at}/publish", {"period": "2026-01"})
    assert status == 200 and done["period"] == "2026-01"
    assert call(f"{at}/publish", {"period": "2026-01"})[1]["problems"][0]["code"] == "reason-missing"
    same = call(f"{at}/publish", {"period": "2026-01", "reason": "更正"})
    assert same[0] == 422 and same[1]["problems"][0]["code"] == "nothing-to-correct"
    again = call(f"{at}/reproduce?period=2026-01")[1]
    assert again["same"] and again["digest"] == again["again"] == done["digest"]
    assert call(f"{at}/reproduce?period=2026-02")[0] == 404


def test_tables_go_out_and_come_back(call: Callable[..., Any]) -> None:
    at = "/scenes/projects"
    status, data = call(f"{at}/export/csv")
    assert status == 200 and "项目01" in data.decode("utf-8-sig")
    changed = data.decode("utf-8-sig").replace("项目01", "项目一").encode()
    form = {"file": SimpleUploadedFile("项目.csv", changed), "preview": "true"}
    status, seen = call(f"{at}/import", form=form)
    assert status == 200 and seen["preview"] and seen["updated"] == 1
    assert call(f"{at}/subject?key={code(1)}")[1]["facts"]["name"] == "项目01"
    form = {"file": SimpleUploadedFile("项目.csv", changed), "preview": "false"}
    assert call(f"{at}/import", form=form)[1]["updated"] == 1
    assert call(f"{at}/subject?key={code(1)}")[1]["facts"]["name"] == "项目一"
    past = call(f"{at}/subject?key={code(1)}&as_of=2026-02-01")[1]["facts"]["name"]
    assert past == "项目01"
    assert call(f"{at}/export/parquet?as_of=2026-02-01")[1].startswith(b"PAR1")
    assert call(f"{at}/template")[1].startswith(b"PK")


def test_plans_are_read_changed_frozen_and_approved(call: Callable[..., Any]) -> None:
    at = "/scenes/projects"
    status, plan = call(f"{at}/plan?key={code(1)}")
    assert status == 200 and any(row["node"] == "start" for row in plan["rows"])
    sent = {"subject": code(1), "days": {"start": "2026-12-30"}, "reason": "等地", "seen": plan["seen"]}
    status, tried = call(f"{at}/plan/change", sent | {"preview": True})
    assert status == 200 and "start" in tried["dates"]
    assert call(f"{at}/plan/change", sent)[1]["transaction"] > plan["seen"]
    assert call(f"{at}/plans/freeze", {"subjects": [code(1)]})[0] == 200
    status, asked = call(f"{at}/plan/change", sent | {"days": {"start": "2026-12-31"}, "seen": None})
    assert status == 200 and asked["asked"]
    assert call(f"{at}/plan/answer", {"subject": code(1), "node": "start", "agree": True})[0] == 403
    answered = call(f"{at}/plan/answer", {"subject": code(1), "node": "start", "agree": True}, by="leader")
    assert answered[0] == 200
    assert call(f"{at}/plan/file/xlsx?key={code(1)}")[1].startswith(b"PK")
    assert call(f"{at}/plan?key={code(3)}", by="school")[0] == 404


def test_units_and_officers_are_managed(call: Callable[..., Any]) -> None:
    unit = {"code": "WATER", "name": "水利局", "parent": ""}
    assert call("/units/add", unit)[0] == 403
    assert call("/units/add", unit, by="admin") == (200, unit | {"name_en": "", "parent": None})
    new = {"username": "water", "name": "水", "unit": "WATER", "password": "short"}
    assert call("/officers/add", new, by="admin")[0] == 422
    assert call("/officers/add", new | {"password": "long-enough-9"}, by="admin")[0] == 200
    give = {"username": "water", "what": "give", "role": "filer", "unit": "WATER"}
    duties = call("/officers/change", give, by="admin")[1]["duties"]
    assert [(one["role"], one["unit"]) for one in duties] == [("filer", "WATER")]
    assert call("/me", by="transport")[1]["rights"]["file"] == ["ROADS", "TRANSPORT"]
    events = call("/audit?officer=admin", by="auditor")[1]
    assert [one["event"] for one in events[:3]] == ["duty-given", "officer-added", "unit-added"]


def test_a_pack_is_installed_and_mistakes_are_told_by_line(call: Callable[..., Any]) -> None:
    text = "pack: wells\nversion: 1\ntitle: {zh: 水井}\nsubject: {zh: 井}\nkey: number\ndisplay: number\n"
    status, told = call("/packs/install", {"text": text}, by="admin")
    assert status == 422 and told["problems"][0]["where"].startswith("pack.yaml")
    text += "fields:\n  number: {type: text, required: true, label: {zh: 编号}}\n"
    assert call("/packs/install", {"text": text}, by="admin")[1]["is_new"]
    assert "wells" in [one["name"] for one in call("/scenes")[1]]


def test_reports_are_taken_in_and_reviewed(call: Callable[..., Any], life: County) -> None:
    from yiben.ledger.packs import install_pack
    from yiben.scenes.loader import built_in_packs

    assert call("/reports")[0] == 404, "no such scene yet"
    for name in ("reports", "indicators"):
        install_pack(built_in_packs()[name], by=life.system, at=next(life.moments))
    text = "2025年，全县生产总值320亿元，增长6.5%。2026年，计划开工东溪桥。".encode()
    status, taken = call("/reports/take-in", form={"file": SimpleUploadedFile("报告.txt", text)})
    assert status == 200 and taken["figures"] > 0
    digest = taken["digest"]
    records = call(f"/reports/{digest}")[1]["records"]
    decision = {"kind": "figure", "slot": records[0]["slot"], "state": "rejected"}
    assert call(f"/reports/{digest}/review", {"decisions": [decision]})[0] == 200
    assert call(f"/reports/{digest}?state=rejected")[1]["count"] == 1
    assert call(f"/reports/{digest}/review", {"decisions": [decision]}, by="leader")[0] == 403


def test_accounts_move_by_their_law(call: Callable[..., Any], life: County) -> None:
    from yiben.journeys.move_quantities import account_packs
    from yiben.ledger.packs import install_pack
    from yiben.scenes.accounts import account_book
    from yiben.scenes.loader import built_in_packs

    pack = next(one for one in built_in_packs().values() if account_book(one))
    install_pack(pack, by=life.system, at=next(life.moments))
    assert pack.name in account_packs()
    book = account_book(pack)
    assert book is not None
    way = next(one for one in book.ways.values() if book.accounts[one.source].kind == "source")
    held = call("/accounts")[1]
    assert {one["scene"] for one in held} == {pack.name}
    wish = {"way": way.name, "amount": "many", "day": "2026-01-05", "document": "文1"}
    status, told = call(f"/accounts/{pack.name}/move", {"moves": [wish]})
    assert status == 422 and told["problems"]
    assert call(f"/accounts/{pack.name}/moves")[1] == []
    assert call(f"/accounts/{pack.name}/move", {"moves": [wish]}, by="leader")[0] == 403


def test_a_csv_that_is_sent_as_json_is_told(call: Callable[..., Any]) -> None:
    status, told = call("/scenes/projects/import", {"file": "x"})
    assert status == 422 and told["problems"][0]["code"] == "bad-request"
