"""Many rows changed at once: previewed, then stated through the one door, all or nothing (批量修改)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from databases import County, code

Browser = Callable[[str], Any]
ADDRESS = "/scene/projects/bulk"


def _facts(number: int) -> dict[str, Any]:
    from yiben.ledger.books import PREFIX, subject_book
    from yiben.scenes.loader import built_in_packs

    book = subject_book(built_in_packs()["projects"])._default_manager
    row = book.filter(recorded_to=None, subject=code(number)).values().get()
    return {name: row[PREFIX + name] for name in ("leader", "town", "stage")}


def test_a_preview_states_nothing_and_a_confirmation_states_all(life: County, browser_of: Browser) -> None:
    from yiben.ledger.record import head

    before, clerk = head(), browser_of("clerk")
    sent = {"key": [code(1), code(2)], "f.leader": "副县长 吴建波", "f.town": "", "why": "分工调整"}
    page = clerk.post(ADDRESS, sent | {"step": "preview"}).content.decode()
    assert head() == before and page.count("<b>副县长 吴建波</b>") == 2
    done = clerk.post(ADDRESS, sent | {"step": "confirm", "seen": str(before)})
    assert done.status_code == 302 and head() == before + 1
    assert [_facts(number)["leader"] for number in (1, 2, 3)] == ["副县长 吴建波", "副县长 吴建波", None]


def test_a_wrong_value_changes_no_row_and_stays_as_typed(life: County, browser_of: Browser) -> None:
    from yiben.ledger.record import head

    before = head()
    sent = {"key": [code(1), code(2)], "f.land": "很大", "f.leader": "县长", "step": "confirm"}
    refused = browser_of("clerk").post(ADDRESS, sent)
    page = refused.content.decode()
    assert refused.status_code == 422 and head() == before
    assert 'value="很大"' in page and 'value="县长"' in page


def test_what_another_changed_meanwhile_is_not_overwritten(life: County, browser_of: Browser) -> None:
    from yiben.ledger.record import head

    seen = head()
    life.record(life.only(2, leader="县长 周明远"))
    sent = {"key": [code(1), code(2)], "f.leader": "副县长 吴建波", "step": "confirm", "seen": str(seen)}
    refused = browser_of("clerk").post(ADDRESS, sent)
    assert refused.status_code == 422 and "县长 周明远" in refused.content.decode()
    assert [_facts(number)["leader"] for number in (1, 2)] == [None, "县长 周明远"]


def test_the_list_offers_it_to_those_who_may_and_no_row_is_told(life: County, browser_of: Browser) -> None:
    assert 'name="key"' in browser_of("clerk").get("/scene/projects/").content.decode()
    assert 'name="key"' not in browser_of("leader").get("/scene/projects/").content.decode()
    assert browser_of("leader").post(ADDRESS, {"key": code(1)}).status_code == 403
    told = browser_of("clerk").post(ADDRESS, {"key": "nowhere"}, follow=True).content.decode()
    assert "没有选择任何一行" in told


def test_chosen_rows_go_to_the_page_of_slips(life: County, browser_of: Browser) -> None:
    from django.urls import reverse

    query = f"?key={code(1)}&key={code(3)}"
    page = browser_of("clerk").get(reverse("slips-new", args=["projects"]) + query).content.decode()
    assert page.count(f'value="{code(1)}"') > 1 and page.count(f'value="{code(3)}"') > 1


def test_no_chosen_row_is_dropped_from_the_page_of_slips(life: County, browser_of: Browser) -> None:
    from django.urls import reverse

    keys = "&".join(f"key=P{number}" for number in range(30))
    page = browser_of("clerk").get(reverse("slips-new", args=["projects"]) + "?" + keys).content.decode()
    assert all(f'value="P{number}"' in page for number in range(30))
