"""What stands beside a subject is told in words, as known at the page's moment (对象旁的记录)."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from databases import County, code
from yiben.kernel.periods import Period

MONTH = Period.of("2026-02")


def _photographs() -> Any:
    """The pictures that the tests of cases draw."""
    place = Path(__file__).parent.parent / "cases" / "photographs.py"
    spec = importlib.util.spec_from_file_location("photographs", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _page(browser_of: Callable[[str], Any], query: str = "") -> str:
    text: str = browser_of("clerk").get(f"/scene/projects/subject/{code(1)}{query}").content.decode()
    return text


def test_cases_filings_plans_and_photos_are_told_in_words(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    from yiben.journeys.change_plan import freeze_plans
    from yiben.journeys.month_photos import add_photos
    from yiben.journeys.open_cases import open_cases

    before = next(life.moments)
    life.record(life.only(1, planned_start="2025-01-01", stage="ready", started_on=None))
    opened = open_cases(life.pack, month=MONTH, by=life.system, at=next(life.moments))
    assert any(subject == code(1) for subject, _ in opened.opened)
    freeze_plans(life.pack, year=2026, by=life.system, at=next(life.moments), subjects=[code(1)])
    filed = {"state": "submitted", "by": "roads", "at": "2026-03-02T17:00:00+08:00", "filed_by": "roads"}
    life.record(life.only(1, kind="filing", slot="monthly@2026-02", **filed))
    photo = [("a.jpg", _photographs().jpeg())]
    add_photos(life.pack, code(1), MONTH, photo, by=life.system, at=next(life.moments), caption="基础完工")
    page = _page(browser_of)
    assert "发改提示" in page and "逾期未开工" in page
    assert "2026 年计划已下达：1 个节点" in page and "开工 2026-01-10" in page
    assert "项目进度月报" in page and "已报送" in page
    assert "基础完工" in page and "/file/" in page
    assert "step_001" not in page.replace("fact/step_001", "") and "{&#x27;" not in page
    earlier = _page(browser_of, f"?as_of={before.isoformat().replace('+', '%2B')}")
    assert "发改提示" not in earlier and "年计划已下达" not in earlier and "基础完工" not in earlier


def test_english_words_are_complete(life: County, browser_of: Callable[[str], Any]) -> None:
    filed = {"state": "returned", "by": "roads", "note": "核对数字"}
    life.record(life.only(1, kind="filing", slot="monthly@2026-02", **filed))
    browser = browser_of("clerk")
    browser.post("/language", {"language": "en", "next": "/"})
    page = browser.get(f"/scene/projects/subject/{code(1)}").content.decode()
    assert "Monthly progress" in page and "经手人" not in page and "已退回" not in page
