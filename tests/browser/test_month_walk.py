"""One month with the people of the county: filed on a phone, judged, answered, closed, published, proved.

The pictures of every station lie in test-output/walk-*.png.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from browser.small_county import Served
from cases.photographs import tiff
from databases import code
from served import grave_findings, keep, signed_in, too_wide

pytestmark = pytest.mark.browser
PHONE, DESK, WALL = (390, 844), (1366, 900), (1920, 1080)
SCENE = "/scene/projects"
SLOW, LATE = code(1), code(3)


@contextmanager
def officer(chromium: Any, served: Served, username: str, size: tuple[int, int]) -> Iterator[Any]:
    """A signed-in officer; at the end nothing may have complained."""
    page, complaints = signed_in(chromium, served.address, size=size, username=username)
    page.county, page.complaints = served.address, complaints
    yield page
    page.context.close()
    assert not complaints, (username, complaints)


def go(page: Any, path: str) -> None:
    """Open a page of the county, which must be there."""
    response = page.goto(f"{page.county}{path}")
    assert response.status == 200, (path, response.status)
    page.wait_for_load_state("networkidle")


def station(page: Any, name: str) -> None:
    """Keep the picture of where the walk stands; the page must fit its screen and be accessible."""
    keep(page, f"walk-{name}")
    assert too_wide(page) == 0, name
    assert grave_findings(page) == [], name


def photo(page: Any) -> bytes:
    """A real picture with the place where it was taken, as phones write it."""
    picture = page.screenshot(type="jpeg", quality=60)
    exif = b"Exif\x00\x00" + tiff(place=True)
    return picture[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + picture[2:]


def test_a_month_of_the_county(chromium: Any, served: Served, tmp_path: Path) -> None:
    served.wind("2026-07-03T21:10")
    with officer(chromium, served, "transport", PHONE) as page:
        the_liaison_files(page)
    served.wind("2026-07-06T09:00")
    with officer(chromium, served, "clerk", DESK) as page:
        the_clerk_returns_one(page)
    with officer(chromium, served, "transport", PHONE) as page:
        the_liaison_files_again(page)
    served.wind("2026-07-09T17:00")
    with officer(chromium, served, "clerk", DESK) as page:
        the_clerk_verifies_and_judges(page)
        the_clerk_sends_a_round_of_slips(page)
        assert rate(page, "2026") == "0.00%"
    served.wind("2026-07-15T20:00")
    with officer(chromium, served, "head", PHONE) as page:
        the_head_answers(page)
    served.wind("2026-07-16T09:00")
    with officer(chromium, served, "clerk", DESK) as page:
        the_clerk_closes(page)
        assert rate(page, "2026") not in ("0.00%", "")
    with officer(chromium, served, "leader", DESK) as page:
        the_leader_sees_why(page)
    served.wind("2026-08-10T10:00")
    with officer(chromium, served, "clerk", DESK) as page:
        the_clerk_seals_and_publishes(page)
    with officer(chromium, served, "leader", DESK) as page:
        issued = the_leader_approves(page, tmp_path)
    served.wind("2027-08-12T15:00")
    with officer(chromium, served, "auditor", WALL) as page:
        the_auditor_proves(page, issued, tmp_path)


def the_liaison_files(page: Any) -> None:
    """With one hand at nine in the evening, on a line that drops."""
    go(page, "/work")
    station(page, "01-liaison-work")
    page.locator("main a.btn-primary").first.click()
    page.wait_for_selector("section.file-card")
    box = page.locator(f'[name="s.{SLOW}.invested"]')
    box.fill("30")
    note = page.locator(f"#{box.get_attribute('id')}-note".replace(".", "\\."))
    assert "55" in note.inner_text()  # five months of 5 and the 30 of June
    box.fill("3000")
    assert "已超过年度计划" in note.inner_text()
    page.context.set_offline(True)
    box.fill("5")
    page.fill(f'[name="s.{SLOW}.physical"]', "30")
    page.wait_for_timeout(1_800)  # The server's draft cannot be kept now; the phone's is.
    page.context.set_offline(False)
    forgive(page, "ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    page.reload()
    page.wait_for_selector("[data-draft-note]:visible")
    assert page.input_value(f'[name="s.{SLOW}.physical"]') == "30"
    station(page, "02-liaison-draft-is-back")
    page.click("button.btn-primary:has-text('报送')")
    page.wait_for_selector("[aria-invalid=true]")
    assert "倒退" in page.inner_text("main")  # 40 % stood in May
    forgive(page, "status of 422")
    page.fill(f'[name="s.{SLOW}.physical"]', "45")
    page.fill(f'[name="s.{code(2)}.invested"]', "100")
    page.fill(f'[name="s.{code(2)}.physical"]', "48")
    page.click("button.btn-primary:has-text('报送')")
    page.wait_for_selector(".notice.success, .notice:has-text('已报送')")
    station(page, "03-liaison-filed")
    page.locator("section.file-card", has=page.locator(f'a[href*="{SLOW}"]')).locator(
        "a:has-text('月影像')"
    ).click()
    page.set_input_files("#files", [{"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo(page)}])
    page.fill("#caption", "路基施工")
    page.click("button.btn-primary:has-text('上传')")
    page.wait_for_selector("figure img")
    assert "路基施工" in page.inner_text("main")
    station(page, "04-liaison-photo")


def forgive(page: Any, *texts: str) -> None:
    """Strike out complaints that belong to what was just done: a dropped line, a refusal that was told."""
    page.complaints[:] = [one for one in page.complaints if not any(text in one for text in texts)]


def the_clerk_returns_one(page: Any) -> None:
    """Who has not filed is seen at once; one filing goes back with a note."""
    go(page, f"{SCENE}/filing?month=2026-06")
    table = page.inner_text("main table")
    assert "教育局" in table and "公路事务中心" in table
    station(page, "05-clerk-who-has-not-filed")
    go(page, f"{SCENE}/filing/verify?month=2026-06")
    station(page, "06-clerk-verify")
    page.check("[data-tick-all]")
    page.uncheck("[data-tick-all]")
    assert page.locator("input[name=subject]:checked").count() == 0
    page.check(f'input[name=subject][value="{SLOW}"]')
    page.fill("input[name=note]", "投资数请与统计口径核对")
    page.click("button[value=return]")
    page.wait_for_selector(".notice:has-text('退回')")
    station(page, "07-clerk-returned")


def the_liaison_files_again(page: Any) -> None:
    go(page, "/work")
    page.click("a.btn:has-text('被退回')")
    page.wait_for_selector("text=投资数请与统计口径核对")
    station(page, "08-liaison-returned")
    page.fill(f'[name="s.{SLOW}.invested"]', "6")
    page.click("button.btn-primary:has-text('报送')")
    page.wait_for_selector(".notice:has-text('已报送')")


def the_clerk_verifies_and_judges(page: Any) -> None:
    """All without doubts at once; then the month's findings open cases, each once."""
    go(page, f"{SCENE}/filing/verify?month=2026-06&state=submitted")
    assert page.locator("input[name=subject]:checked").count() >= 2
    page.click("button[value=verify]")
    page.wait_for_selector(".notice:has-text('审核')")
    go(page, f"{SCENE}/cockpit?month=2026-06")
    station(page, "09-clerk-cockpit")
    go(page, f"{SCENE}/cases?month=2026-06")
    page.click("button:has-text('研判立件')")
    page.wait_for_selector(".notice:has-text('新立')")
    told = page.inner_text(".notice")
    assert int(re.search(r"新立 (\d+) 件", told)[1]) >= 2  # type: ignore[index]
    station(page, "10-clerk-cases")
    page.click("button:has-text('研判立件')")
    page.wait_for_selector(".notice:has-text('新立 0 件')")


def the_clerk_sends_a_round_of_slips(page: Any) -> None:
    """A round of inspection on the spot: two slips from one form, three lists."""
    page.click("a.btn:has-text('督查发单')")
    page.fill("#title", "七月重点工程现场督查")
    page.fill("#members", "发改局、住建局")
    for row, subject in ((1, code(4)), (2, code(7))):
        page.fill(f"#r{row}s", subject)
        page.fill(f"#r{row}p", "围挡破损，扬尘未治理")
        page.fill(f"#r{row}t", "三日内修复围挡、加装喷淋")
    station(page, "11-clerk-round")
    page.click("button.btn-primary:has-text('发单')")
    page.wait_for_selector("h2:has-text('责任清单')")
    station(page, "12-clerk-three-lists")


def rate(page: Any, period: str) -> str:
    """The close-out rate over all, as the list of cases says it."""
    go(page, f"{SCENE}/cases?view=all&period={period}")
    found = re.search(r"销号率\s*([\d.]+%)", page.inner_text(".page-head"))
    return found[1] if found else ""


def the_head_answers(page: Any) -> None:
    """The slip on a phone: read, receipted, answered with a photo from the site."""
    go(page, "/work")
    station(page, "13-head-work")
    page.click("a:has-text('发改提示') >> nth=0")
    page.wait_for_selector("text=环城东路改造工程")
    station(page, "14-head-slip")
    page.click("button:has-text('签收')")
    page.wait_for_selector("text=办理中")
    page.fill("#cause", "征迁尾户未签约，作业面未交付")
    page.fill("#measure", "尾户已签约交地，增加两个班组，倒排工期")
    page.set_input_files("#files", [{"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo(page)}])
    station(page, "15-head-answer")
    page.click("button:has-text('提交反馈')")
    page.wait_for_selector("text=待审核")
    page.wait_for_selector(".evidence img")
    station(page, "16-head-answered")


def the_clerk_closes(page: Any) -> None:
    """The answer is looked at, with its photo, and closed; the slip's file is there to be printed."""
    go(page, f"{SCENE}/cases?view=answered")
    page.click("a:has-text('发改提示') >> nth=0")
    page.wait_for_selector(".evidence img")
    with page.expect_download() as sent:
        page.click("a:has-text('docx') >> nth=0")
    assert sent.value.suggested_filename.endswith(".docx")
    page.fill("#review", "现场已核，同意销号")
    page.click("button:has-text('同意销号')")
    page.wait_for_selector(".lamp.green:has-text('已销号')")
    station(page, "17-clerk-closed")


def the_leader_sees_why(page: Any) -> None:
    """Two minutes: the cockpit, what is red, and why."""
    go(page, f"{SCENE}/cockpit?month=2026-06")
    assert "红灯清单" in page.inner_text("main")
    station(page, "18-leader-cockpit")
    page.click("text=中医院迁建工程 >> nth=0")
    page.wait_for_selector("#why")
    assert "未开工" in page.inner_text("main")
    station(page, "19-leader-why")


def the_clerk_seals_and_publishes(page: Any) -> None:
    """The month's table, the seals of June and July, and July's bulletin."""
    go(page, f"{SCENE}/board/monthly_show?period=2026-07")
    publish(page)
    station(page, "20-clerk-table")
    for month in ("2026-06", "2026-07"):
        go(page, "/audit")
        page.click(f"summary:has-text('封 {month}')")
        page.click(f"button:has-text('确认封 {month}')")
        page.wait_for_selector(f".notice:has-text('{month} 已封账')")
    station(page, "21-clerk-sealed")
    go(page, f"{SCENE}/documents/bulletin@2026-07")
    publish(page)
    page.wait_for_selector(".lamp.yellow:has-text('待签发')")
    station(page, "22-clerk-bulletin")


def publish(page: Any) -> None:
    """Open the menu of publishing and confirm."""
    page.click("details[data-menu] > summary.btn:has-text('发布')")
    page.click("details[open] button.btn-primary")
    page.wait_for_selector(".notice:has-text('发布')")


def the_leader_approves(page: Any, folder: Path) -> bytes:
    """The bulletin is read, with its close-out rate, and approved; gives its file."""
    go(page, f"{SCENE}/documents/bulletin@2026-07")
    assert "销号率" in page.inner_text("article")
    page.click("button:has-text('签发')")
    page.wait_for_selector(".lamp.green:has-text('已签发')")
    station(page, "23-leader-approved")
    return downloaded(page, folder / "issued.docx")


def downloaded(page: Any, to: Path) -> bytes:
    """The bulletin's docx."""
    with page.expect_download() as sent:
        page.click(".tools a:has-text('docx')")
    sent.value.save_as(str(to))
    return to.read_bytes()


def the_auditor_proves(page: Any, issued: bytes, folder: Path) -> None:
    """A year later: the whole journal recomputed, the bulletin made again, byte for byte the same."""
    go(page, "/audit")
    page.click("button:has-text('全账核验')")
    page.wait_for_selector(".notice.good:has-text('核验无误')")
    station(page, "24-auditor-verified")
    go(page, f"{SCENE}/documents/bulletin@2026-07")
    page.click("a.btn:has-text('重算核对')")
    page.wait_for_selector(".notice.good:has-text('逐字节一致')")
    assert "✗" not in page.inner_text(".notice.good")
    station(page, "25-auditor-reproduced")
    assert downloaded(page, folder / "a-year-later.docx") == issued
    page.click("article a[href*='cases.closed'] >> nth=0")
    page.wait_for_selector("h1")
    station(page, "26-auditor-where-a-number-comes-from")
