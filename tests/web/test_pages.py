"""Every page of every scene, in both languages, with whatever stands in the book (页面)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from databases import County, code

SUBJECT = f"/scene/projects/subject/{code(1)}"
PAGES = [
    "/",
    "/scene/projects/cockpit?month=2026-02",
    "/scene/projects/screen",
    "/scene/projects/",
    SUBJECT,
    f"{SUBJECT}?month=2026-01&as_of=2026-01-05",
    f"{SUBJECT}?history=all",
    f"{SUBJECT}/fact/land",
    f"{SUBJECT}/fact/invested?kind=period&slot=2026-01",
    f"{SUBJECT}/fact/planned_on?kind=node&slot=start",
    "/scene/projects/boards",
    "/scene/projects/board/monthly_show?period=2026-02",
    "/scene/projects/board/quarterly_contest",
    "/scene/plots/cockpit",
    "/scene/plots/screen",
    "/scene/plots/",
    "/scene/plots/subject/A~2F1",
    "/scene/plots/subject/~7E3~25~3F~23",
    "/scene/plots/subject/A~2F1/fact/area",
    "/scene/plots/boards",
    "/scene/plots/board/keepers?period=2026-01",
    "/scene/plots/template.xlsx",
    "/scene/plots/import",
    "/scene/plots/new",
    "/scene/plots/subject/A~2F1/edit",
    "/scene/plots/filing?month=2026-01",
    "/scene/plots/filing?month=2026-01&unit=TRANSPORT",
    "/scenes",
    "/scenes/projects",
    "/scenes/plots",
    "/audit",
    "/account",
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_two_scenes_opens(
    plots: County, browser_of: Callable[[str], Any], language: str
) -> None:
    client = browser_of("clerk")
    client.cookies["django_language"] = language
    for address in PAGES:
        response = client.get(address)
        assert response.status_code == 200, address
        if response.headers["Content-Type"].startswith("text/html"):
            text = response.content.decode()
            assert "<h1" in text and "</html>" in text, address
            assert "{%" not in text and "{{" not in text, address


def test_the_cockpit_counts_what_the_book_says(plots: County, browser_of: Callable[[str], Any]) -> None:
    text = browser_of("clerk").get("/scene/projects/cockpit?month=2026-02").content.decode()
    # January 3 × 50.5 and February 2 × 60 against ten plans of 1,200.
    for figure in ("271.5", "12,000", "2.3%", "16.7%", "120"):
        assert figure in text, figure
    own = browser_of("roads").get("/scene/projects/cockpit?month=2026-02").content.decode()
    assert "271.5" not in own


def test_a_scene_is_installed_from_one_file_and_is_there_at_once(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from web.conftest import PLOTS

    admin = browser_of("admin")
    broken = PLOTS.replace("type: quantity, unit: 亩, min: 0", "type: quantityy, unit: 亩")
    response = admin.post("/scenes/install", {"file": SimpleUploadedFile("plots.yaml", broken.encode())})
    assert response.status_code == 422 and "plots.yaml:" in response.content.decode()
    sent = {"file": SimpleUploadedFile("../../plots.yaml", PLOTS.encode())}
    assert admin.post("/scenes/install", sent).headers["Location"] == "/scenes/plots"
    assert admin.get("/scene/plots/").status_code == 200
    assert browser_of("clerk").get("/scene/plots/import").status_code == 200
    again = admin.post("/scenes/install", {"file": SimpleUploadedFile("x.yaml", b"\xff\xfe")})
    assert again.status_code == 302


def test_a_script_in_a_name_is_only_letters(life: County, browser_of: Callable[[str], Any]) -> None:
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    life.record(life.only(1, name=nasty, note=nasty, unit="TRANSPORT"), why=nasty)
    client = browser_of("clerk")
    for address in (SUBJECT, "/scene/projects/", f"{SUBJECT}/fact/name", f"{SUBJECT}/edit", "/audit", "/"):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text and "<img src=x" not in text, address


def test_a_past_moment_shows_the_whole_page_of_that_day(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    from yiben.ledger.models import Transaction

    then = Transaction.objects.order_by("-id").first()
    assert then is not None
    life.record(life.only(1, land="99", name="改名"), at=then.recorded_at.replace(year=2027))
    client = browser_of("clerk")
    now, before = (
        client.get(SUBJECT).content.decode(),
        client.get(f"{SUBJECT}?as_of=2026-12-31").content.decode(),
    )
    assert "改名" in now and "改名" not in before
    assert "项目01" in before and "以下全页为当时账面所知" in before


def test_each_fact_tells_who_said_it_and_what_took_its_place(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    life.record(life.only(1, land="7"), by=life.person("clerk"), why="实测更正", way="page")
    text = browser_of("clerk").get(f"{SUBJECT}/fact/land").content.decode()
    for part in ("陈经办", "实测更正", "页面", "现行", "取代"):
        assert part in text, part


def test_a_withdrawn_subject_keeps_its_history(life: County, browser_of: Callable[[str], Any]) -> None:
    client = browser_of("clerk")
    assert client.post(f"{SUBJECT}/withdraw", {"why": ""}).status_code == 302
    assert "项目01" in client.get("/scene/projects/").content.decode()
    client.post(f"{SUBJECT}/withdraw", {"why": "重复建档"})
    assert "项目01" not in client.get("/scene/projects/").content.decode()
    text = client.get(SUBJECT).content.decode()
    assert "已撤销" in text and "重复建档" in text


def test_a_board_is_published_once_and_corrected_in_the_open(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    clerk, outside = browser_of("clerk"), browser_of("school")
    page = "/scene/projects/board/monthly_show?period=2026-02"
    assert "尚未发布" in outside.get(page).content.decode()
    clerk.post("/scene/projects/board/monthly_show/publish", {"period": "2026-02"})
    text = outside.get(page).content.decode()
    assert "已发布" in text and "教育局" in text
    assert "逐字节一致" in clerk.get(f"{page}&check=1").content.decode()
    life.record(life.only(1, kind="period", slot="2026-02", invested="600"))
    assert "逐字节一致" in clerk.get(f"{page}&check=1").content.decode()
    publish = "/scene/projects/board/monthly_show/publish"
    assert "须写明原因" in clerk.post(publish, {"period": "2026-02"}, follow=True).content.decode()
    clerk.post(publish, {"period": "2026-02", "reason": "补报投资"})
    assert "补报投资" in outside.get(page).content.decode()


def test_the_auditor_verifies_and_reads_transactions(life: County, browser_of: Callable[[str], Any]) -> None:
    auditor = browser_of("auditor")
    assert "核验无误" in auditor.post("/audit/verify").content.decode()
    text = auditor.get("/transaction/11").content.decode()
    assert "本笔摘要" in text and code(1) in text
    assert auditor.get("/transaction/999").status_code == 404


def test_the_clerk_seals_the_month_that_is_over(life: County, browser_of: Callable[[str], Any]) -> None:
    from yiben.ledger.models import Seal

    clerk = browser_of("clerk")
    assert "封 2026-01" in clerk.get("/audit").content.decode()
    clerk.post("/audit/seal", {"month": "2026-01"})
    assert Seal.objects.get().month == "2026-01"
    assert "已经封账" in clerk.post("/audit/seal", {"month": "2026-01"}, follow=True).content.decode()
    assert "请写明月份" in clerk.post("/audit/seal", {"month": "x"}, follow=True).content.decode()


def test_units_and_officers_are_managed_and_audited(life: County, browser_of: Callable[[str], Any]) -> None:
    from yiben.people.models import AuditEvent, Officer, Unit

    admin = browser_of("admin")
    admin.post("/units/add", {"code": "WATER", "name": "水利局", "parent": "DRC"})
    assert Unit.objects.get(code="WATER").parent.code == "DRC"  # type: ignore[union-attr]
    taken = admin.post("/units/add", {"code": "WATER", "name": "水利局"}, follow=True).content.decode()
    assert "单位代码已有人用" in taken
    new = {
        "username": "water",
        "name": "林水利",
        "unit": "WATER",
        "role": "filer",
        "password": "river-and-rain-7",
    }
    admin.post("/officers/add", new)
    officer = Officer.objects.get(username="water")
    assert officer.duties.get().role == "filer" and officer.check_password("river-and-rain-7")
    assert (
        "密码"
        in admin.post(
            "/officers/add", new | {"username": "w2", "password": "1"}, follow=True
        ).content.decode()
    )
    admin.post("/officers/water", {"what": "take", "duty": officer.duties.get().pk})
    admin.post("/officers/water", {"what": "close"})
    officer.refresh_from_db()
    assert not officer.duties.exists() and not officer.is_active
    mine = Officer.objects.get(username="admin").duties.get().pk
    admin.post("/officers/admin", {"what": "take", "duty": mine})
    admin.post("/officers/admin", {"what": "close"})
    assert Officer.objects.get(username="admin").is_active
    assert Officer.objects.get(username="admin").duties.exists()
    events = set(AuditEvent.objects.values_list("event", flat=True))
    assert {"unit-added", "officer-added", "duty-given", "duty-taken", "officer-closed"} <= events
