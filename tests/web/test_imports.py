"""The import page: a preview changes nothing, the same file confirmed does (导入页)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from databases import County, code

IMPORT = "/scene/projects/import"


def table(*rows: tuple[str, ...]) -> bytes:
    head = ("项目代码", "项目名称", "项目类别", "阶段", "责任单位", "总投资(万元)")
    return "\n".join(",".join(row) for row in (head, *rows)).encode()


GOOD = table(
    (code(71), "新一", "工业", "在建", "交通局", "100"),
    (code(1), "项目01", "工业", "在建", "公路事务中心", "5000"),
)
BAD = table(
    (code(71), "新一", "工业", "在建", "交通局", "很多"), (code(72), "新二", "工业", "在建", "教育局", "100")
)


def send(client: Any, data: bytes, *, name: str = "七月.csv", **more: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data), **more})


def token_of(response: Any) -> str:
    found = re.search(r"/import/([A-Za-z0-9_-]{20,})", response.content.decode())
    assert found is not None
    return found[1]


def head() -> int:
    from yiben.ledger.record import head

    return head()


def test_a_preview_changes_nothing_and_a_confirmed_file_is_recorded(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    client = browser_of("clerk")
    before = head()
    preview = send(client, GOOD)
    text = preview.content.decode()
    assert preview.status_code == 200 and "新增 1 项、变更 1 项" in text
    assert head() == before
    address = f"{IMPORT}/{token_of(preview)}"
    assert browser_of("leader").post(address).status_code == 403
    assert client.post(address, {"why": "七月"}).status_code == 302
    assert head() == before + 1
    assert client.post(address).status_code == 404
    same = send(client, GOOD)
    assert "新增 0 项、变更 0 项" in same.content.decode()


def test_bad_rows_refuse_the_file_or_are_held_back(life: County, browser_of: Callable[[str], Any]) -> None:
    import openpyxl

    client = browser_of("clerk")
    before = head()
    refused = send(client, BAD)
    text = refused.content.decode()
    assert refused.status_code == 422 and "很多" in text and "F2" in text
    marked = client.get(f"{IMPORT}/{token_of(refused)}/corrected.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(marked.content))
    assert any(cell.comment for sheet in book for row in sheet.iter_rows() for cell in row)
    assert client.post(f"{IMPORT}/{token_of(refused)}").status_code == 422
    assert head() == before
    held = send(client, BAD, hold_back="yes")
    assert held.status_code == 200
    assert client.post(f"{IMPORT}/{token_of(held)}").status_code == 302
    assert client.get(f"/scene/projects/subject/{code(72)}").status_code == 200
    assert client.get(f"/scene/projects/subject/{code(71)}").status_code == 404


def test_pasted_tables_are_taken_too(life: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("clerk")
    preview = client.post(IMPORT, {"text": GOOD.decode().replace(",", "\t")})
    assert preview.status_code == 200
    assert client.post(f"{IMPORT}/{token_of(preview)}", {"drop": "1"}).status_code == 302
    assert client.post(f"{IMPORT}/{token_of(preview)}").status_code == 404


def test_another_officers_file_is_not_there(life: County, browser_of: Callable[[str], Any]) -> None:
    from yiben.people.models import Duty, Officer, Unit

    Duty.objects.create(
        officer=Officer.objects.get(username="idle"), role="clerk", unit=Unit.objects.get(code="DRC")
    )
    token = token_of(send(browser_of("clerk"), GOOD))
    assert browser_of("idle").post(f"{IMPORT}/{token}").status_code == 404
    assert browser_of("idle").get(f"{IMPORT}/{token}/corrected.xlsx").status_code == 404


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<x/>")
        book.writestr("xl/workbook.xml", "<x/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("book.xlsx", bomb),
        ("book.xlsx", lambda: b"MZ\x90\x00" + b"\x00" * 200),
        ("book.csv", lambda: b""),
        ("page.xlsx", lambda: b"<html><script>alert(1)</script></html>"),
        ("noise.csv", lambda: bytes(range(256)) * 40),
        ("../../etc/passwd", lambda: GOOD.replace(b"\n", b"\n\x00")),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(
    name: str, make: Callable[[], bytes], life: County, browser_of: Callable[[str], Any]
) -> None:
    before = head()
    response = send(browser_of("clerk"), make(), name=name)
    assert response.status_code in (400, 422)
    assert head() == before


def test_the_files_name_loses_its_path(life: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("clerk")
    preview = send(client, GOOD, name="..\\..\\<b>七月.csv")
    assert "../" not in preview.content.decode() and "<b>七月" not in preview.content.decode()
    kept = list((Path(life.home) / "uploads").iterdir())
    assert len(kept) == 2 and all(re.fullmatch(r"[A-Za-z0-9_-]+\.(json|bin)", path.name) for path in kept)
