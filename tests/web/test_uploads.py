"""Hostile files at every door that takes one: refused with what was found, or shown harmless (上传)."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from databases import County, code

MEGABYTE = 1_000_000
SCRIPT = '"><script>alert(1)</script>.png'
PATHS = "../../../../etc/cron.d/x.png"


def bomb() -> bytes:
    """A workbook whose one sheet unpacks to 300 MB from a few hundred kilobytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(300):
                sheet.write(b" " * MEGABYTE)
    return stream.getvalue()


def outside() -> bytes:
    """A packed folder whose entries lead out of it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("../../../../tmp/yiben-was-here", "x")
        packed.writestr("/tmp/yiben-was-here-too", "x")
    return stream.getvalue()


HOSTILE: dict[str, bytes] = {
    "bomb": bomb(),
    "outside": outside(),
    "program": b"\x7fELF\x02\x01\x01" + bytes(2_000),
    "script": b"<!doctype html><script>alert(1)</script>",
    "picture with a tail": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "entities": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
    "nothing": b"",
}
# Door → its address, the field of the file, who sends, and what goes along.
DOORS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "import": ("/scene/projects/import", "file", "clerk", {}),
    "plan-import": (f"/scene/projects/subject/{code(1)}/plan/import", "file", "clerk", {}),
    "photos": (f"/scene/projects/subject/{code(3)}/photos", "files", "transport", {}),
    "case-step": ("", "files", "transport", {"text": "进展"}),
    "reports": ("/reports", "file", "clerk", {}),
    "install": ("/scenes/install", "file", "admin", {}),
    "api:import": ("/api/v1/scenes/projects/import", "file", "clerk", {"preview": "false"}),
    "api:plan-import": (
        "/api/v1/scenes/projects/plan/import",
        "file",
        "clerk",
        {"subject": code(1), "preview": "false"},
    ),
    "api:photos": ("/api/v1/scenes/projects/photos/add", "files", "transport", {"subject": code(3)}),
    "api:evidence": ("/api/v1/scenes/projects/evidence", "files", "transport", {}),
    "api:take-in": ("/api/v1/reports/take-in", "file", "clerk", {}),
    "api:verify": ("/api/v1/verify/document", "file", "auditor", {}),
}
# What these doors take as text is read as text: markup in it is words like any other.
READS_TEXT = {("reports", "script"), ("reports", "svg"), ("reports", "entities")}
READS_TEXT |= {("api:take-in", kind) for _, kind in READS_TEXT}


@pytest.fixture
def sender(life: County) -> Callable[..., Any]:
    """Sends a file to a door, as a page or as a program."""
    from django.test import Client
    from django.utils import timezone

    from yiben.journeys.open_cases import Matter, open_by_hand
    from yiben.ledger.packs import install_pack
    from yiben.people.models import Officer
    from yiben.people.tokens import make_token
    from yiben.scenes.loader import built_in_packs

    for name in ("reports", "indicators"):
        install_pack(built_in_packs()[name], by=life.system, at=next(life.moments))
    ((subject, slot),) = open_by_hand(
        life.pack, [Matter(code(3), "停工", "复工")], by=life.system, at=timezone.now()
    ).opened
    case = f"/scene/projects/subject/{subject}/case/{slot}/note"

    def send(door: str, data: bytes, *, name: str) -> Any:
        address, field, username, more = DOORS[door]
        officer = Officer.objects.get(username=username)
        client, headers = Client(), {}
        if door.startswith("api:"):
            headers["authorization"] = f"Bearer {make_token(officer, name='t', at=timezone.now())}"
        else:
            client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        sent = SimpleUploadedFile("x", data)
        # Django's own client would clean the name; a hostile one does not.
        sent._name = name  # type: ignore[attr-defined]
        return client.post(address or case, more | {field: sent}, headers=headers)

    return send


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def kept_out(response: Any) -> bool:
    """Whether a door refused: with a problem, or with a message on the page that it leads back to."""
    return response.status_code in (400, 422) or response.status_code == 302


@pytest.mark.parametrize("door", [*DOORS])
def test_every_door_refuses_every_hostile_file(door: str, sender: Callable[..., Any], life: County) -> None:
    from yiben.ledger.models import Attachment
    from yiben.ledger.record import head

    before, kept = head(), Attachment.objects.count()
    for kind, data in HOSTILE.items():
        response = sender(door, data, name=f"{kind}.xlsx")
        if (door, kind) in READS_TEXT:
            before, kept = head(), Attachment.objects.count()
            continue
        assert kept_out(response), (door, kind, response.status_code)
        assert b"<script>alert" not in response.content, (door, kind)
        assert (head(), Attachment.objects.count()) == (before, kept), (door, kind)
    assert not Path("/tmp/yiben-was-here").exists() and not Path("/tmp/yiben-was-here-too").exists()


@pytest.mark.parametrize("door", ["photos", "api:photos", "case-step", "api:evidence", "import", "reports"])
@pytest.mark.parametrize("name", [SCRIPT, PATHS, "a\r\nSet-Cookie: x=1.png", "..", "x" * 400 + ".png"])
def test_a_name_is_only_a_name(door: str, name: str, sender: Callable[..., Any], life: County) -> None:
    pixel = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
        b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
    )
    table = f"项目代码,项目名称\n{code(1)},新名\n".encode()
    data = {"import": table, "reports": "2025年，全县生产总值320亿元。".encode()}.get(door, pixel)
    before = files_below(life.home)
    response = sender(door, data, name=name)
    assert response.status_code < 500 and "x=1" not in str(response.cookies)
    assert b"<script>alert" not in response.content
    for path in files_below(life.home) - before:
        assert re.fullmatch(
            r"(files/[0-9a-f]{2}/[0-9a-f]{64}|uploads/[\w-]+\.(json|bin)|yiben\.sqlite.*)", path
        ), path


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", "=cmd|'/c calc'!A0", "\t=1", "\r=1"])
def test_a_cell_that_would_be_a_formula_goes_out_as_text(
    cell: str, sender: Callable[..., Any], life: County, browser_of: Callable[[str], Any]
) -> None:
    import openpyxl

    life.record(life.only(1, name=cell.strip()))
    client = browser_of("clerk")
    text = client.get("/scene/projects/export/csv").content.decode("utf-8-sig")
    cells = [one for row in csv.reader(io.StringIO(text, newline="")) for one in row]
    assert f"'{cell.strip()}" in cells
    assert not [one for one in cells if one.startswith(("=", "+", "@", "\t", "\r", "-1+"))]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/scene/projects/export/xlsx").content))
    assert not [one for row in book.active.iter_rows() for one in row if one.data_type == "f"]


def test_ten_megabytes_of_text_are_refused_everywhere(
    sender: Callable[..., Any], life: County, browser_of: Callable[[str], Any]
) -> None:
    from django.test import Client
    from django.utils import timezone

    from yiben.ledger.record import head
    from yiben.people.models import Officer
    from yiben.people.tokens import make_token

    long, before = "长" * (10 * MEGABYTE // 3), head()
    client = browser_of("clerk")
    for address, field in (
        ("/scene/projects/import", "text"),
        (f"/scene/projects/subject/{code(1)}/edit", "name"),
        (f"/scene/projects/subject/{code(3)}/plan/change", "why"),
        ("/draft", "draft_key"),
        ("/sign-in", "username"),
    ):
        assert client.post(address, {field: long}).status_code in (400, 413, 422), address
    secret = make_token(Officer.objects.get(username="clerk"), name="t", at=timezone.now())
    sent = {"statements": [{"subject": code(1), "facts": {"name": long}}]}
    response = Client().post(
        "/api/v1/scenes/projects/record",
        sent,
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )
    assert response.status_code in (400, 413, 422)
    assert head() == before


def test_every_door_that_takes_a_file_is_on_the_list(django_ready: Any) -> None:
    """Whoever adds a door for files adds it to the tests above."""
    from yiben.web.api.interface import api
    from yiben.web.api.routes import api_patterns

    api_patterns()
    taking = set()
    for path, methods in api.get_openapi_schema()["paths"].items():
        for one in methods.values():
            if "multipart/form-data" in str(one.get("requestBody", "")):
                taking.add(str(path))
    listed = {
        address.replace("projects", "{scene}") for address, *_ in DOORS.values() if address.startswith("/api")
    }
    assert taking == listed
    import yiben.web

    sources = (Path(yiben.web.__file__).parent / "views").glob("*.py")
    views = {path.stem for path in sources if "request.FILES" in path.read_text(encoding="utf-8")}
    assert views == {"imports", "plan_pages", "photos", "cases", "reports", "scenes"}
