"""The pages of filing and cases: who sees what, each step from the page, files, drafts, languages."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from databases import County, code

Browser = Callable[[str], Any]
MONTH = "2026-02"


def pictures() -> Any:
    """The small pictures that the tests of cases/ make by hand."""
    place = Path(__file__).parent.parent / "cases" / "photographs.py"
    spec = importlib.util.spec_from_file_location("photographs", place)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def upload(name: str, data: bytes) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, data)


@pytest.fixture
def cased(life: County) -> County:
    """The county with a case about project 4 (roads, late to start) and one about project 3 (transport)."""
    from django.utils import timezone

    from yiben.journeys.open_cases import Matter, open_by_hand, open_cases
    from yiben.kernel.periods import Period

    now = timezone.now()
    by = life.person("clerk")
    open_cases(life.pack, Period.month_of((now - timedelta(days=40)).date()), by=by, at=now)
    open_by_hand(life.pack, [Matter(code(3), "工地扬尘", "三日内整改")], by=by, at=now, origin="inspection")
    return life


def case_url(life: County, number: int = 4, rule: str = "late_start@1", do: str = "") -> str:
    values = ["projects", code(number), rule]
    return reverse("case-step", args=[*values, do]) if do else reverse("case", args=values)


def state(life: County, number: int = 4, rule: str = "late_start@1") -> str:
    from yiben.journeys.read_cases import find_case

    return find_case(life.pack, code(number), rule).state


ANSWER = {"cause": "征迁未完", "measure": "签约交地"}


def test_the_list_shows_what_concerns_the_reader(cased: County, browser_of: Browser) -> None:
    address = reverse("cases", args=["projects"])
    whole = browser_of("clerk").get(address).content.decode()
    assert "项目04" in whole and "项目03" in whole
    roads = browser_of("roads").get(address).content.decode()
    assert "项目04" in roads and "项目03" not in roads
    school = browser_of("school").get(address).content.decode()
    assert "项目03" not in school and "项目04" not in school
    for query in (
        "view=overdue",
        "view=all&level=blue",
        "q=提示",
        "due=2026-01-01",
        "due=x&page=9",
        "rate_by=unit",
    ):
        assert browser_of("clerk").get(f"{address}?{query}").status_code == 200


def test_a_case_of_another_unit_is_not_there(cased: County, browser_of: Browser) -> None:
    from yiben.journeys.read_cases import cases_of, may_see

    case = cases_of(cased.pack)[0]
    for username in ("transport", "roads", "school", "clerk", "leader", "auditor"):
        response = browser_of(username).get(reverse("case", args=["projects", case.subject, case.slot]))
        assert response.status_code == (200 if may_see(cased.person(username), case) else 404)


def test_answered_with_a_photo_reviewed_and_closed(cased: County, browser_of: Browser) -> None:
    made = pictures()
    page = browser_of("roads")
    assert page.post(case_url(cased, do="receive"), {"seen": "1"}).status_code == 302
    sent = ANSWER | {"seen": "2", "files": [upload("现场.jpg", made.jpeg())]}
    assert page.post(case_url(cased, do="answer"), sent).status_code == 302
    assert state(cased) == "answered"
    clerk = browser_of("clerk")
    shown = clerk.get(case_url(cased)).content.decode()
    assert "征迁未完" in shown and "/slips/" in shown
    digest = shown.split(f"/subject/{code(4)}/file/")[1][:64]
    file = reverse("stored-file", args=["projects", code(4), digest])
    answer = page.get(file)
    assert answer.headers["Content-Type"] == "image/jpeg" and made.PLACE_BYTES not in answer.content
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert clerk.get(reverse("stored-file", args=["projects", code(3), digest])).status_code == 404
    assert clerk.post(case_url(cased, do="close"), {"text": "已核", "seen": "3"}).status_code == 302
    assert state(cased) == "closed"


def test_every_role_meets_every_step(cased: County, browser_of: Browser) -> None:
    """A step outside one's duties is refused; nothing is recorded by trying."""
    from yiben.ledger.record import head

    receivers = ("roads", "transport", "head")
    for username in ("transport", "roads", "school", "leader", "admin", "auditor", "idle"):
        for do in (
            "receive",
            "answer",
            "ask",
            "note",
            "close",
            "return",
            "extend",
            "escalate",
            "void",
            "exempt",
        ):
            if (username in receivers and do in ("receive", "answer", "ask", "note")) or (
                username == "leader" and do == "exempt"
            ):
                continue
            before = head()
            sent = ANSWER | {"text": "x", "reason": "y", "first_month": "2026-01", "days": "3"}
            response = browser_of(username).post(case_url(cased, do=do), sent)
            assert response.status_code in (403, 404, 422), (username, do, response.status_code)
            assert head() == before


def test_what_is_wrong_is_told_and_nothing_typed_is_lost(cased: County, browser_of: Browser) -> None:
    browser = browser_of("clerk")
    response = browser.post(
        case_url(cased, do="answer"), {"cause": "写了一半的原因", "measure": "", "seen": "1"}
    )
    assert response.status_code == 422 and "写了一半的原因" in response.content.decode()
    bomb = upload("a.docx", b"PK\x03\x04" + b"x" * 100)
    response = browser.post(case_url(cased, do="answer"), ANSWER | {"files": [bomb], "seen": "1"})
    assert response.status_code == 422
    assert browser.post(case_url(cased, do="answer"), ANSWER | {"seen": "7"}).status_code == 422
    assert browser.post(case_url(cased, do="explode"), {}).status_code == 404
    assert state(cased) == "sent"


def test_script_in_words_is_shown_harmless(cased: County, browser_of: Browser) -> None:
    clerk = browser_of("clerk")
    clerk.post(case_url(cased, do="note"), {"text": "<script>alert(1)</script>", "seen": "1"})
    shown = clerk.get(case_url(cased)).content.decode()
    assert "&lt;script&gt;alert(1)" in shown and "<script>alert(1)" not in shown


def test_opening_and_raising_from_the_list(life: County, browser_of: Browser) -> None:
    from yiben.journeys.read_cases import cases_of

    clerk = browser_of("clerk")
    response = clerk.post(reverse("cases-open", args=["projects"]), {"month": "2026-10"}, follow=True)
    assert response.status_code == 200 and cases_of(life.pack)
    count = len(cases_of(life.pack))
    clerk.post(reverse("cases-open", args=["projects"]), {"month": "2026-10"})
    assert len(cases_of(life.pack)) == count
    assert clerk.post(reverse("cases-escalate", args=["projects"])).status_code == 302


def test_a_round_of_inspection_from_the_page(life: County, browser_of: Browser) -> None:
    from yiben.journeys.read_cases import cases_of

    clerk, address = browser_of("clerk"), reverse("slips-new", args=["projects"])
    assert clerk.get(address).status_code == 200
    sent = {"origin": "inspection", "title": "第一次督查", "on": "2026-03-02", "members": "发改、住建"}
    sent |= {
        "r1.subject": code(1),
        "r1.problem": "进度慢",
        "r1.task": "赶工",
        "r1.level": "yellow",
        "r1.days": "4",
    }
    sent |= {"r3.subject": code(2), "r3.problem": "未开工", "r3.to": "EDUCATION", "r3.type": "liaison"}
    wrong = clerk.post(address, sent | {"r4.subject": "nowhere", "r4.problem": "x"})
    assert wrong.status_code == 422 and "第一次督查" in wrong.content.decode() and not cases_of(life.pack)
    response = clerk.post(address, sent, follow=True)
    assert response.status_code == 200 and "任务清单" in response.content.decode()
    first, second = sorted(cases_of(life.pack), key=lambda case: case.subject)
    assert (first.level, second.unit, second.slip.type) == ("yellow", "EDUCATION", "liaison")
    assert clerk.get(reverse("inspections", args=["projects"])).status_code == 200


def test_filed_verified_and_returned_from_the_pages(life: County, browser_of: Browser) -> None:
    filing = reverse("filing", args=["projects"]) + f"?form=monthly&month={MONTH}"
    verify = reverse("filing-verify", args=["projects"]) + f"?form=monthly&month={MONTH}"
    filer, clerk = browser_of("transport"), browser_of("clerk")
    name = f"s.{code(3)}.invested"
    assert name in filer.get(filing).content.decode()
    response = filer.post(filing, {name: "61", f"s.{code(3)}.physical": "20", "seen": "999999"}, follow=True)
    assert "待审核" in response.content.decode()
    assert code(3) in clerk.get(verify).content.decode()
    assert clerk.post(verify, {"subject": code(3), "do": "return", "note": ""}).status_code == 422
    assert clerk.post(verify, {"subject": code(3), "do": "return", "note": "请核对"}).status_code == 302
    assert "请核对" in filer.get(filing).content.decode()
    filer.post(filing, {name: "60", "seen": "999999"})
    assert clerk.post(verify, {"subject": code(3), "do": "verify"}).status_code == 302
    assert "已审核" in filer.get(filing).content.decode()
    assert filer.post(filing, {name: "70", "seen": "999999"}).status_code == 422
    backwards = {f"s.{code(6)}.physical": "5", "seen": "999999"}
    assert filer.post(filing, backwards).status_code in (200, 302, 422)


def test_a_draft_is_found_again_on_another_machine(life: County, browser_of: Browser) -> None:
    filing = reverse("filing", args=["projects"]) + f"?form=monthly&month={MONTH}"
    desk, phone = browser_of("transport"), browser_of("transport")
    page = desk.get(filing).content.decode()
    key = page.split('name="draft_key" value="')[1].split('"')[0]
    name = f"s.{code(3)}.invested"
    kept = desk.post(reverse("draft"), {"draft_key": key, name: "77.5", "csrfmiddlewaretoken": "x"})
    assert kept.status_code == 200 and "草稿" in kept.content.decode()
    assert 'value="77.5"' in phone.get(filing).content.decode()
    assert 'value="77.5"' not in browser_of("head").get(filing).content.decode()
    phone.post(filing, {name: "77.5", "seen": "999999"})
    from yiben.cases.models import Draft

    assert not Draft.objects.exists()
    assert desk.post(reverse("draft"), {"draft_key": "", name: "1"}).status_code == 422


def test_photos_from_the_page(life: County, browser_of: Browser) -> None:
    made = pictures()
    address = reverse("photos", args=["projects", code(3)]) + f"?month={MONTH}"
    filer = browser_of("transport")
    response = filer.post(address, {"files": [upload("a.jpg", made.jpeg())], "caption": "东侧"}, follow=True)
    shown = response.content.decode()
    assert "东侧" in shown and "2026-08-27 15:04" in shown and "拍摄时间不在本月" in shown
    assert filer.post(address, {"files": [upload("a.jpg", b"<svg onload=x>")]}).status_code == 422
    assert filer.post(address, {}).status_code == 422
    for username in ("school", "auditor"):
        answer = browser_of(username).post(address, {"files": [upload("a.png", made.png())]})
        assert answer.status_code in (403, 404)
    slot = shown.split('name="slot" value="')[1].split('"')[0]
    filer.post(reverse("photo-remove", args=["projects", code(3)]), {"slot": slot, "reason": "重复"})
    assert "还没有照片" in filer.get(address).content.decode()


@pytest.mark.parametrize("username", ["transport", "head", "clerk", "leader", "auditor", "admin"])
def test_my_work_is_there_for_everybody(cased: County, browser_of: Browser, username: str) -> None:
    response = browser_of(username).get(reverse("work"))
    assert response.status_code == 200
    assert ("待我反馈" in response.content.decode()) == (username in ("transport", "head"))


def test_every_word_of_these_pages_has_its_english(django_ready: Any) -> None:
    import ast
    import re

    from yiben.web.words import english

    web = Path(__file__).parents[2] / "src/yiben/web"
    texts: set[str] = set()
    for path in (web / "templates").rglob("*.html"):
        if path.parent.name in ("cases", "filing") or path.name in ("autosave.html", "filing.html"):
            found = path.read_text(encoding="utf-8")
            texts |= set(re.findall(r"\{%\s*say\s+[\"']([^\"']+)[\"']", found))
    for name in (
        "cases",
        "filing",
        "views/cases",
        "views/work",
        "views/verify",
        "views/photos",
        "views/filing",
    ):
        tree = ast.parse((web / f"{name}.py").read_text(encoding="utf-8"))
        said = [one for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        prose = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        texts |= {
            one.value for one in said if id(one) not in prose and re.search("[\u4e00-\u9fff]", one.value)
        }
    assert len(texts) > 150
    assert not {text for text in texts if text not in english()}


def test_an_english_reader_meets_no_chinese_of_ours(cased: County, browser_of: Browser) -> None:
    client = browser_of("clerk")
    client.cookies["django_language"] = "en"
    shown = client.get(reverse("cases", args=["projects"])).content.decode()
    assert "Close-out rate" in shown and "销号" not in shown and "Blue reminder" in shown
    assert "not started" in client.get(case_url(cased)).content.decode()


def test_the_cumulated_amount_may_be_typed_instead(life: County, browser_of: Browser) -> None:
    """Project 3 had 50.5 in January: 110.5 by February is 60 in the month; both typed must agree."""
    from yiben.ledger.books import PREFIX, period_book

    filing = reverse("filing", args=["projects"]) + "?form=monthly&month=2026-02"
    own, total, filer = f"s.{code(3)}.invested", f"s.{code(3)}.invested.total", browser_of("transport")
    assert f'name="{total}"' in filer.get(filing).content.decode()
    refused = filer.post(filing, {own: "61", total: "110.5", "seen": "999999"})
    assert refused.status_code == 422 and "111.5" in refused.content.decode()
    refused = filer.post(filing, {own: "", total: "lots", "seen": "999999"})
    assert refused.status_code == 422 and 'value="lots"' in refused.content.decode()
    assert filer.post(filing, {own: "", total: "120.5", "seen": "999999"}).status_code == 302
    rows = period_book(life.pack)._default_manager.filter(subject=code(3), period="2026-02", recorded_to=None)
    assert rows.get().__dict__[PREFIX + "invested"] == 70_000_000


def test_a_heic_of_any_phone_is_kept_and_said_to_be_one(life: County, browser_of: Browser) -> None:
    made = pictures().heic()
    address = reverse("photos", args=["projects", code(3)]) + f"?month={MONTH}"
    filer = browser_of("transport")
    for name, data in (("a.heic", made), ("b.heic", made[:8] + b"heix" + made[12:])):
        assert filer.post(address, {"files": [upload(name, data)]}).status_code == 302
    shown = filer.get(address).content.decode()
    assert "a.heic" in shown and "b.heic" in shown and "HEIC 照片" in shown
