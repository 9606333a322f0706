"""Lists of any scene: filters, order, pages, saved lists, colours, and what is tried on them (清单)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from databases import County, code

LIST = "/scene/projects/"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Questions to the book must mean the same on both databases."""
    return str(request.param)


@pytest.fixture(params=["book", "columns"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, django_ready: object) -> str:
    """Small scenes are asked of the book, large ones of columns: both give the same pages."""
    import yiben.web.urls  # noqa: F401

    if request.param == "columns":
        from yiben.ledger.record import head
        from yiben.web.quick import Quick

        monkeypatch.setattr("yiben.web.views.scene_list.quick_of", lambda pack: Quick(pack, head()))
    return str(request.param)


@pytest.fixture(autouse=True)
def colours(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, django_ready: object) -> None:
    """Judging takes a second each time: only the test that looks at colours has them judged."""
    # The pages come first: what they have imported by name must be the real thing.
    import yiben.web.urls  # noqa: F401

    if "colours" not in request.node.name:
        monkeypatch.setattr("yiben.web.judged.judged", lambda *given, **named: None)


@pytest.fixture
def clerk(plots: County, browser_of: Callable[[str], Any]) -> Any:
    return browser_of("clerk")


def names(client: Any, address: str, *, name: str = r"项目\d\d") -> list[str]:
    """The names on a list page, in their order."""
    page = client.get(address)
    assert page.status_code == 200
    return re.findall(rf'class="name"><a[^>]*>({name})</a>', page.content.decode())


def plots_listed(client: Any, query: str) -> set[str]:
    """The places on the list of plots."""
    return set(names(client, f"/scene/plots/?{query}", name="[^<]*"))


def test_filters_by_every_kind_of_field(clerk: Any) -> None:
    assert names(clerk, f"{LIST}?f.total_investment.min=9000") == ["项目09", "项目10"]
    assert names(clerk, f"{LIST}?f.total_investment.max=2,000") == ["项目01", "项目02"]
    assert names(clerk, f"{LIST}?f.planned_start.min=2026-09-01&f.planned_start.max=2026-09-30") == ["项目09"]
    assert names(clerk, f"{LIST}?f.stage.is=ready&f.unit.is=TRANSPORT") == ["项目06"]
    assert len(names(clerk, f"{LIST}?f.unit.is=TRANSPORT&f.unit.is=ROADS")) == 7
    assert names(clerk, f"{LIST}?f.name.has=目07") == ["项目07"]
    assert names(clerk, f"{LIST}?f.entered_on.empty=no") == []
    assert len(names(clerk, f"{LIST}?f.entered_on.empty=yes")) == 10
    assert names(clerk, f"{LIST}?q=000004") == ["项目04"]
    assert plots_listed(clerk, "f.is_fenced.is=yes") == {"老厂", "=1+1"}
    assert plots_listed(clerk, "f.area.min=10.4999&f.area.max=10.5") == {"老厂", "河边"}


def test_order_puts_empty_values_last_both_ways(clerk: Any) -> None:
    rising = names(clerk, "/scene/plots/?sort=area", name="[^<]*")
    falling = names(clerk, "/scene/plots/?sort=-area", name="[^<]*")
    assert rising == ["河边", "老厂", "山脚", "=1+1"]
    assert falling == ["山脚", "老厂", "河边", "=1+1"]
    assert names(clerk, f"{LIST}?sort=-total_investment")[0] == "项目10"
    assert names(clerk, f"{LIST}?sort=unit,-name")[:2] == ["项目08", "项目05"]


def test_saved_lists_mean_what_the_pack_says(clerk: Any) -> None:
    assert plots_listed(clerk, "list=large") == {"老厂", "山脚"}
    assert plots_listed(clerk, "list=dear") == {"老厂", "山脚"}
    # Unknown is neither true nor false: a plot of which nobody says whether it is fenced stays out
    # of `not (is_fenced)`, and comes in because nobody has seen it.
    assert plots_listed(clerk, "list=unseen") == {"河边", "山脚"}
    for name in clerk_lists():
        assert clerk.get(f"{LIST}?list={name}").status_code == 200, name


def clerk_lists() -> list[str]:
    from yiben.scenes.loader import built_in_packs

    return list(built_in_packs()["projects"].lists)


def test_computed_columns_and_measures_can_be_shown(clerk: Any) -> None:
    page = clerk.get(
        "/scene/plots/?column=twice&column=per_area&column=cleared&column=cleared_year&month=2026-01"
    )
    text = page.content.decode()
    assert "20.9998" in text and "190.47619" in text and "2.5" in text
    page = clerk.get(
        f"{LIST}?column=invested&column=invested_year&column=plan_year&month=2026-02"
    ).content.decode()
    assert "110.5" in page and "1,200" in page


NO_FILTERS = (
    "f.nothing.is=1",
    "f.name.is';DROP TABLE book_projects;--=1",
    "f.total_investment.min=1 OR 1=1",
    "f.total_investment.min=1e400",
    "f.total_investment.min=NaN",
    "f.planned_start.min=2026-02-30",
    "f.planned_start.min=2026-02-30' OR '1'='1",
    "f.stage.is=') OR 1=1 --",
    "f.name.regex=(a%2B)%2B$",
    "f.name.has=%00",
    "f.recorded_to.is=1",
    "f.subject.has=1",
    "f.total_investment__gte.min=1",
    "f.entered_on.empty=maybe",
    "f..=1",
    "f.=1",
)


def test_a_filter_that_is_no_filter_is_told_and_filters_nothing(clerk: Any) -> None:
    for query in NO_FILTERS:
        page = clerk.get(f"{LIST}?{query}")
        assert page.status_code == 200
        assert "这个筛选条件没有采用" in page.content.decode()
        assert len(names(clerk, f"{LIST}?{query}")) == 10


NONSENSE = (
    "sort=subject;drop",
    "sort=-",
    "sort=recorded_from",
    "sort=__class__",
    "column=__dict__",
    "page=-1",
    "page=99999999999999999999",
    "page=1e9",
    "list=nope",
    "month=9999-12",
    "month=0001-01",
    "as_of=9999-12-31",
    "as_of=0001-01-01T00:00:00%2B14:00",
    "as_of=yesterday",
    "colour=purple",
    "q=%25' OR 1=1 --",
    "q=%00",
    "q=" + "x" * 5000,
)


def test_nonsense_in_the_address_breaks_nothing(clerk: Any) -> None:
    for query in NONSENSE:
        assert clerk.get(f"{LIST}?{query}").status_code == 200


def test_wildcards_are_only_letters(clerk: Any) -> None:
    assert names(clerk, f"{LIST}?f.name.has=%25") == []
    assert names(clerk, f"{LIST}?f.name.has=_") == []


def test_only_rows_are_sent_for_a_partial_update(clerk: Any) -> None:
    page = clerk.get(f"{LIST}?q=項", headers={"hx-request": "true", "hx-target": "rows"})
    assert page.content.decode().lstrip().startswith("<section") and "<html" not in page.content.decode()


def test_pages_hold_fifty_and_end_at_the_limit(
    plots: County, clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots.record(*(plots.project(number) for number in range(100, 180)))
    assert len(names(clerk, LIST, name="项目[0-9]+")) == 50
    assert len(names(clerk, f"{LIST}?page=2", name="项目[0-9]+")) == 40
    monkeypatch.setattr("yiben.web.rows.COUNT_LIMIT", 60)
    monkeypatch.setattr("yiben.web.views.scene_list.COUNT_LIMIT", 60)
    page = clerk.get(f"{LIST}?page=9").content.decode()
    assert "超过 60 条" in page and "2 / 2" in page


def test_a_past_moment_shows_what_was_known(plots: County, clerk: Any) -> None:
    from yiben.ledger.models import Transaction

    third = Transaction.objects.get(id=3).recorded_at.isoformat().replace("+", "%2B")
    assert names(clerk, f"{LIST}?as_of={third}") == ["项目01", "项目02", "项目03"]
    assert names(clerk, f"{LIST}?as_of=2025-01-01") == []


def test_colours_filter_the_list(clerk: Any) -> None:
    red = plots_listed(clerk, "colour=red&month=2026-01")
    assert red == {"河边", "山脚"}
    assert plots_listed(clerk, "colour=green&month=2026-01") == {"老厂"}
    assert plots_listed(clerk, "colour=none&month=2026-01") == {"=1+1"}
    assert plots_listed(clerk, "colour=none&colour=red&month=2026-01") == {"=1+1", "河边", "山脚"}


def test_exports_say_what_the_list_says(clerk: Any) -> None:
    response = clerk.get("/scene/projects/export/csv?f.total_investment.min=9000&sort=-total_investment")
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["项目10", "项目09"]
    chosen = clerk.get("/scene/projects/export/csv?column=land&q=000001").content.decode("utf-8-sig")
    assert len(chosen.splitlines()[0].split(",")) == 3
    assert clerk.get("/scene/projects/export/exe").status_code == 404
    assert clerk.get("/scene/projects/export/parquet").content[:4] == b"PAR1"


def test_exported_cells_never_start_a_formula(clerk: Any, plots: County) -> None:
    import openpyxl

    text = clerk.get("/scene/plots/export/csv").content.decode("utf-8-sig")
    assert not any(re.match(r"^[=+\-@\t]", cell) for row in csv.reader(io.StringIO(text)) for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/scene/plots/export/xlsx").content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(cell.value == "=1+1" for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_an_export_of_the_past_is_of_the_past(clerk: Any, plots: County) -> None:
    from yiben.ledger.models import Transaction

    third = Transaction.objects.get(id=3).recorded_at.isoformat().replace("+", "%2B")
    text = clerk.get(f"/scene/projects/export/csv?as_of={third}").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 4
    assert code(3) in text and code(4) not in text
