"""What enters the ledger, what is refused, and that nothing half-done ever stays."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from databases import START, Book, County, code
from yiben.kernel.problems import Place, Refused


def codes_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def now(county: County, number: int) -> dict[str, object]:
    """What the book says of one project now."""
    from yiben.ledger.frames import frame

    rows = {row["subject"]: row for row in frame(county.pack).to_pylist()}
    return rows[code(number)]


def counts() -> tuple[int, ...]:
    """How many rows each table of journal and books holds."""
    from yiben.ledger.books import books_of
    from yiben.ledger.models import Entry, MarkVersion, NodeVersion, Transaction
    from yiben.ledger.packs import installed

    books = books_of(installed("projects"))
    return tuple(
        model._default_manager.count() for model in (Transaction, Entry, NodeVersion, MarkVersion, *books)
    )


def test_an_empty_ledger_has_no_head(book: Book) -> None:
    from yiben.ledger.record import head

    assert head() == 0


def test_new_facts_are_recorded_once(county: County) -> None:
    first = county.record(county.project(1), county.project(2))
    assert (first.transaction, first.entries, first.created) == (1, 2, 2)
    again = county.record(county.project(1), county.project(2))
    assert (again.transaction, again.entries, again.unchanged) == (0, 0, 2)


def test_an_entry_holds_only_what_differs(county: County) -> None:
    from yiben.ledger.models import Entry

    county.record(county.project(1, land="12.50"))
    done = county.record(county.project(1, land="13"))
    assert (done.created, done.updated) == (0, 1)
    assert json.loads(Entry.objects.get(id=2).facts) == {"land": "13"}
    assert now(county, 1)["land"] == Decimal("13")
    assert now(county, 1)["name"] == "项目1"


def test_a_transaction_says_who_when_how_and_why(county: County) -> None:
    from yiben.ledger.models import Transaction

    clerk = county.person("clerk")
    county.record(county.project(1), by=clerk, at=START, way="file", why="月报", source="7月.xlsx")
    one = Transaction.objects.get()
    assert (one.officer, one.unit, one.way, one.why, one.source) == (
        "clerk",
        "DRC",
        "file",
        "月报",
        "7月.xlsx",
    )
    assert (one.recorded_at, one.scene, one.pack_version, one.entry_count) == (START, "projects", 1, 1)


def test_time_never_runs_backwards(county: County) -> None:
    from yiben.ledger.models import Transaction

    county.record(county.project(1), at=START)
    county.record(county.project(2), at=START - timedelta(days=3))
    moments = Transaction.objects.order_by("id").values_list("recorded_at", flat=True)
    assert list(moments) == [START, START]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"land": "-1"}, "bad-value"),
        ({"land": 1.5}, "bad-value"),
        ({"land": "1.2345678"}, "bad-value"),
        ({"land": "NaN"}, "bad-value"),
        ({"land": "1e400"}, "bad-value"),
        ({"planned_start": "2026-02-30"}, "bad-value"),
        ({"planned_start": "1899-12-31"}, "bad-value"),
        ({"stage": "dreaming"}, "bad-value"),
        ({"unit": "no such unit"}, "bad-value"),
        ({"provincial": "yes"}, "bad-value"),
        ({"name": "x" * 501}, "bad-value"),
        ({"name": "a\x00b"}, "bad-value"),
        ({"name": "a\ud800b"}, "bad-value"),
        ({"name": ""}, "missing-value"),
        ({"colour_of_hair": "red"}, "unknown-field"),
        ({"code": code(2)}, "key-changed"),
    ],
)
def test_a_bad_value_is_told_with_its_place_and_changes_nothing(
    county: County, facts: dict[str, object], expected: str
) -> None:
    from dataclasses import replace

    place = Place(file="7月进度.xlsx", sheet="产业项目", cell="D14")
    bad = replace(county.project(1, **facts), place=place)
    with pytest.raises(Refused) as refused:
        county.record(county.project(2), bad)
    assert codes_of(refused) == [expected]
    assert str(refused.value.problems[0]).startswith("7月进度.xlsx › 产业项目 › D14")
    assert ": found " in str(refused.value.problems[0])
    assert set(counts()) == {0}


def test_every_problem_is_told_at_once(county: County) -> None:
    with pytest.raises(Refused) as refused:
        county.record(county.project(1, land="-1", stage="no"), county.project(2, floor_area="x"))
    assert codes_of(refused) == ["bad-value"] * 3


def test_a_new_row_needs_its_required_fields(county: County) -> None:
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, name="只有名字"))
    assert codes_of(refused) == ["missing-value"] * 4


def test_a_required_field_may_not_be_emptied(county: County) -> None:
    county.record(county.project(1))
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, name=None))
    assert codes_of(refused) == ["missing-value"]


def test_an_optional_field_may_be_emptied(county: County) -> None:
    county.record(county.project(1, land="5"))
    county.record(county.only(1, land=None))
    assert now(county, 1)["land"] is None
    assert county.record(county.only(1, land=None)).unchanged == 1


@pytest.mark.parametrize("spelling", ["TRANSPORT", "交通局", "Transport"])
def test_units_are_known_by_code_and_names(county: County, spelling: str) -> None:
    county.record(county.project(1, unit=spelling))
    assert now(county, 1)["unit"] == "TRANSPORT"


def test_amounts_of_equal_value_are_one_fact(county: County) -> None:
    county.record(county.project(1, land="12.50", total_investment=Decimal("1E+3")))
    assert county.record(county.project(1, land=Decimal("12.5"), total_investment=1000)).unchanged == 1


def test_the_same_subject_twice_must_agree(county: County) -> None:
    done = county.record(county.project(1), county.only(1, land="5"))
    assert done.entries == 1
    with pytest.raises(Refused) as refused:
        county.record(county.only(2, land="5"), county.project(2, land="6"))
    assert "stated-twice" in codes_of(refused)


def test_the_same_subject_twice_must_agree_however_far_apart(county: County) -> None:
    many = [county.project(number) for number in range(1, 1700)]
    with pytest.raises(Refused) as refused:
        county.record(*many, county.only(1, name="另一个名字"))
    assert codes_of(refused) == ["stated-twice"]
    assert county.record(*many, county.only(1, land="3"), county.only(1, name="项目1")).entries == 1700


def test_a_transaction_is_all_or_nothing_over_many_chunks(county: County) -> None:
    rows = [county.project(number) for number in range(1, 2001)]
    with pytest.raises(Refused):
        county.record(*rows, county.project(2001, land="-1"))
    assert set(counts()) == {0}
    assert county.record(*rows).entries == 2000
    assert counts()[:2] == (1, 2000)


def test_a_broken_source_of_statements_leaves_nothing(county: County) -> None:
    def statements():
        yield from (county.project(number) for number in range(1, 1001))
        raise RuntimeError("the file ended in the middle")

    from yiben.ledger.record import record

    with pytest.raises(RuntimeError):
        record(statements(), pack=county.pack, by=county.system, at=START, way="file")
    assert set(counts()) == {0}


def test_a_preview_is_the_real_run_rolled_back(county: County) -> None:
    county.record(county.project(1))
    before = counts()
    rows = [
        county.project(1, land="2"),
        county.project(2),
        county.only(2, kind="period", slot="2026-01", invested="3"),
    ]
    shown = county.record(*rows, preview=True, at=START)
    assert counts() == before
    done = county.record(*rows, at=START)
    assert done == shown
    with pytest.raises(Refused):
        county.record(county.project(3, land="-1"), preview=True)


def test_measures_belong_to_a_period_of_their_own_rhythm(county: County) -> None:
    county.record(county.project(1))
    county.record(
        county.only(1, kind="period", slot="2026-01", invested="120.5", physical="12"),
        county.only(1, kind="period", slot="2026", plan_year="9000"),
    )
    for slot, facts in (
        ("2026", {"invested": "1"}),
        ("2026-01", {"plan_year": "1"}),
        ("2026Q1", {"invested": "1"}),
    ):
        with pytest.raises(Refused) as refused:
            county.record(county.only(1, kind="period", slot=slot, **facts))
        assert codes_of(refused) == ["unknown-field"]
    for slot in ("", "2026-13", "January"):
        with pytest.raises(Refused) as refused:
            county.record(county.only(1, kind="period", slot=slot, invested="1"))
        assert "bad-period" in codes_of(refused)


def test_nodes_hold_planned_forecast_and_actual_days(county: County) -> None:
    from yiben.ledger.frames import frames

    county.record(county.project(1))
    county.record(county.only(1, kind="node", slot="start", planned_on="2026-02-01"))
    county.record(county.only(1, kind="node", slot="start", actual_on="2026-03-01", reason="征迁滞后"))
    (row,) = frames(county.pack).nodes.to_pylist()
    assert (str(row["planned_on"]), row["forecast_on"], str(row["actual_on"])) == (
        "2026-02-01",
        None,
        "2026-03-01",
    )
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, kind="node", slot="lunch", planned_on="2026-02-01"))
    assert codes_of(refused) == ["unknown-node"]


def test_marks_hold_any_plain_facts(county: County) -> None:
    from yiben.ledger.models import MarkVersion

    county.record(county.project(1))
    facts = {"reason": "汛期", "months": [1, 2], "deep": {"a": None}}
    assert county.record(county.only(1, kind="exemption", slot="late_start", **facts)).entries == 1
    assert county.record(county.only(1, kind="exemption", slot="late_start", **facts)).unchanged == 1
    assert json.loads(MarkVersion.objects.get().facts) == facts


@pytest.mark.parametrize(
    "facts", [{"a": float("nan")}, {"a": "\ud800"}, {"a": object()}, {"a": Decimal(1)}, {"a": "x" * 300_000}]
)
def test_a_mark_that_cannot_be_kept_is_told(county: County, facts: dict[str, object]) -> None:
    county.record(county.project(1))
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, kind="filing", slot="2026-01", **facts))
    assert codes_of(refused) == ["bad-value"]


@pytest.mark.parametrize("slot", ["x" * 81, "a\x00b", "\ud800"])
def test_a_slot_that_cannot_be_kept_is_told(county: County, slot: str) -> None:
    county.record(county.project(1))
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, kind="filing", slot=slot, done=True))
    assert codes_of(refused) == ["bad-slot"]


def test_a_mark_on_the_scene_needs_a_key_that_can_be_kept(county: County) -> None:
    from yiben.ledger.record import Statement

    for key in ("", "x" * 201, "a\x00b"):
        with pytest.raises(Refused) as refused:
            county.record(Statement(key, {"a": 1}, "board", "2026-01"))
        assert codes_of(refused) == ["bad-key"]


def test_nothing_is_said_of_unknown_subjects_or_in_unknown_kinds(county: County) -> None:
    with pytest.raises(Refused) as refused:
        county.record(county.only(9, kind="period", slot="2026-01", invested="1"))
    assert codes_of(refused) == ["unknown-subject"]
    county.record(county.project(1))
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, kind="rumour", slot="2026-01", invested="1"))
    assert codes_of(refused) == ["unknown-kind"]


def test_a_withdrawn_subject_leaves_the_book_but_not_the_past(county: County) -> None:
    from yiben.ledger.frames import frame, subjects_at

    county.record(county.project(1), county.project(2))
    county.record(county.only(1, kind="withdraw", reason="重复录入"))
    assert frame(county.pack)["subject"].to_pylist() == [code(2)]
    assert subjects_at(county.pack, 1).num_rows == 2
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, kind="withdraw"))
    assert codes_of(refused) == ["unknown-subject"]
    assert county.record(county.project(1)).created == 1
    assert frame(county.pack).num_rows == 2


def test_stating_and_withdrawing_at_once_is_refused(county: County) -> None:
    county.record(county.project(1))
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, land="2"), county.only(1, kind="withdraw"))
    assert codes_of(refused) == ["stated-twice"]


def test_a_clash_shows_both_values(county: County) -> None:
    county.record(county.project(1, land="1"))
    county.record(county.only(1, land="13"), seen=1, by=county.person("clerk"), at=START + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, land="14"), seen=1)
    (problem,) = refused.value.problems
    assert problem.code == "changed-meanwhile"
    assert "'13'" in problem.found and "clerk" in problem.found and "'14'" in problem.expected
    assert now(county, 1)["land"] == Decimal("13")
    assert county.record(county.only(1, land="14"), seen=2).updated == 1


def test_other_facts_of_the_subject_do_not_clash(county: County) -> None:
    county.record(county.project(1))
    county.record(county.only(1, land="13"), seen=1)
    assert county.record(county.only(1, floor_area="7"), seen=1).updated == 1
    assert county.record(county.only(1, land="13"), seen=1).unchanged == 1


def test_whoever_saw_nothing_may_only_add(county: County) -> None:
    county.record(county.project(1), seen=None)
    assert county.record(county.project(1), seen=None).unchanged == 1
    with pytest.raises(Refused) as refused:
        county.record(county.project(1, name="改名"), seen=None)
    assert codes_of(refused) == ["changed-meanwhile"]


def test_two_who_make_the_same_subject_do_not_overwrite_each_other(county: County) -> None:
    county.record(county.project(1, land="1"), seen=0)
    with pytest.raises(Refused) as refused:
        county.record(county.project(1, land="2"), seen=0)
    assert codes_of(refused) == ["changed-meanwhile"]


def test_nobody_revives_what_was_withdrawn_meanwhile(county: County) -> None:
    county.record(county.project(1))
    county.record(county.only(1, kind="withdraw"))
    with pytest.raises(Refused) as refused:
        county.record(county.project(1, land="2"), seen=1)
    assert "changed-meanwhile" in codes_of(refused)


def test_nobody_withdraws_what_was_changed_meanwhile(county: County) -> None:
    county.record(county.project(1))
    county.record(county.only(1, land="2"))
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, kind="withdraw"), seen=1)
    assert codes_of(refused) == ["changed-meanwhile"]


@pytest.mark.parametrize(
    ("kind", "slot", "first", "second"),
    [
        ("period", "2026-01", {"invested": "1"}, {"invested": "2"}),
        ("node", "start", {"planned_on": "2026-01-01"}, {"planned_on": "2026-01-02"}),
        ("exemption", "late_start", {"reason": "a"}, {"reason": "b"}),
    ],
)
def test_clashes_in_periods_nodes_and_marks(
    county: County, kind: str, slot: str, first: dict[str, str], second: dict[str, str]
) -> None:
    county.record(county.project(1))
    county.record(county.only(1, kind=kind, slot=slot, **first), seen=1)
    with pytest.raises(Refused) as refused:
        county.record(county.only(1, kind=kind, slot=slot, **second), seen=1)
    assert codes_of(refused) == ["changed-meanwhile"]


def test_a_filer_writes_for_the_own_unit_and_those_below(county: County) -> None:
    from yiben.people.roles import Action

    county.record(
        county.project(1, unit="TRANSPORT"),
        county.project(2, unit="ROADS"),
        county.project(3, unit="EDUCATION"),
    )
    transport, roads = county.person("transport"), county.person("roads")
    for number in (1, 2):
        month = county.only(number, kind="period", slot="2026-01", invested="1")
        assert county.record(month, by=transport, action=Action.FILE).entries == 1
    for person, number in ((transport, 3), (roads, 1)):
        with pytest.raises(Refused) as refused:
            county.record(county.only(number, land="1"), by=person, action=Action.FILE)
        assert codes_of(refused) == ["not-allowed"]


def test_a_filer_gives_no_project_away_and_takes_none(county: County) -> None:
    from yiben.people.roles import Action

    county.record(county.project(1, unit="TRANSPORT"), county.project(3, unit="EDUCATION"))
    for statement in (
        county.only(1, unit="EDUCATION"),
        county.only(3, unit="TRANSPORT"),
        county.project(4, unit="EDUCATION"),
    ):
        with pytest.raises(Refused) as refused:
            county.record(statement, by=county.person("transport"), action=Action.FILE)
        assert codes_of(refused) == ["not-allowed"]
    new = [county.project(5, unit="ROADS"), county.only(5, kind="period", slot="2026-01", invested="1")]
    assert county.record(*new, by=county.person("transport"), action=Action.FILE).entries == 2


def test_a_filer_does_not_write_about_the_scene_as_a_whole(county: County) -> None:
    from yiben.ledger.record import Statement
    from yiben.people.roles import Action

    board = Statement("red_flags", {"rows": []}, "board", "2026-01")
    with pytest.raises(Refused) as refused:
        county.record(board, by=county.person("transport"), action=Action.FILE)
    assert codes_of(refused) == ["not-allowed"]
    assert county.record(board, by=county.person("clerk")).entries == 1


@pytest.mark.parametrize("username", ["transport", "leader", "admin", "auditor", "idle"])
def test_only_those_who_may_record_come_in(county: County, username: str) -> None:
    from yiben.people.access import NotAllowed

    with pytest.raises(NotAllowed, match=username):
        county.record(county.project(1), by=county.person(username))
    assert set(counts()) == {0}


def test_the_text_about_a_transaction_has_its_limits(county: County) -> None:
    with pytest.raises(Refused) as refused:
        county.record(county.project(1), source="x" * 301)
    assert codes_of(refused) == ["bad-source"]
    with pytest.raises(Refused) as refused:
        county.record(county.project(1), why="a\x00b")
    assert codes_of(refused) == ["bad-why"]
