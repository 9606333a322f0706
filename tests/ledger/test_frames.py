"""The book as it was known at any moment, on every path by which it is read."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from databases import START, County, code
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

HOUR = timedelta(hours=1)


def rows_at(county: County, number: int) -> dict[str, dict[str, Any]]:
    from yiben.ledger.frames import subjects_at

    table = subjects_at(county.pack, number)
    return {row["subject"]: row for row in table.to_pylist()}


def replayed(county: County, number: int) -> dict[str, dict[str, Any]]:
    """What the entries up to a transaction add up to, by the plainest reading there is."""
    import json

    from yiben.ledger.models import Entry

    state: dict[str, dict[str, Any]] = {}
    for entry in Entry.objects.filter(scene="projects", transaction_id__lte=number).order_by("id"):
        if entry.kind == "withdraw":
            del state[entry.subject]
        elif entry.kind == "field":
            state.setdefault(entry.subject, {}).update(json.loads(entry.facts))
    return state


def as_facts(county: County, row: dict[str, Any]) -> dict[str, Any]:
    """A frame's row in canonical facts, empty ones left out."""
    from yiben.scenes.values import check_fact

    found = {name: check_fact(one, row[name])[0] for name, one in county.pack.fields.items()}
    return {name: fact for name, fact in found.items() if fact is not None}


def assert_same_books(county: County, number: int) -> None:
    shown = {key: as_facts(county, row) for key, row in rows_at(county, number).items()}
    wanted = {
        key: {name: fact for name, fact in facts.items() if fact is not None}
        for key, facts in replayed(county, number).items()
    }
    assert shown == wanted


CHANGES = st.lists(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.one_of(
                st.none(),
                st.fixed_dictionaries(
                    {},
                    optional={
                        "land": st.none() | st.decimals("0", "999999", places=6).map(str),
                        "provincial": st.none() | st.booleans(),
                        "planned_start": st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(str),
                        "stage": st.sampled_from(["ready", "construction", "paused"]),
                        "owner": st.none()
                        | st.text(
                            st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9
                        ),
                    },
                ),
            ),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda step: step[0],
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=CHANGES)
def test_a_past_frame_is_the_replay_of_its_entries(county: County, story: Any) -> None:
    from yiben.ledger.frames import frame
    from yiben.ledger.record import head

    started = head()
    for step in story:
        statements = [
            county.only(number, kind="withdraw", why="x")
            if facts is None
            else county.project(number, **facts)
            for number, facts in step
        ]
        try:
            county.record(*statements)
        except Refused as refused:
            assert {problem.code for problem in refused.problems} == {"unknown-subject"}
    for number in range(max(started - 1, 0), head() + 1):
        assert_same_books(county, number)
    now = sorted(frame(county.pack).to_pylist(), key=lambda row: row["subject"])
    assert now == sorted(rows_at(county, head()).values(), key=lambda row: row["subject"])


def test_a_frame_has_the_types_of_its_pack(county: County) -> None:
    from yiben.ledger.frames import frame
    from yiben.scenes.frames import subjects_schema

    assert frame(county.pack).schema == subjects_schema(county.pack)
    assert frame(county.pack).num_rows == 0
    facts = {"land": "-0", "latitude": "28.123456", "provincial": False, "started_on": "2026-02-28"}
    county.record(county.project(1, total_investment="9000000000000", **facts))
    (row,) = frame(county.pack).to_pylist()
    assert frame(county.pack).schema == subjects_schema(county.pack)
    assert row["total_investment"] == Decimal("9000000000000")
    assert (row["land"], row["latitude"], row["provincial"]) == (0, Decimal("28.123456"), False)
    assert row["started_on"] == date(2026, 2, 28)


def test_negative_amounts_keep_their_sign(county: County) -> None:
    from yiben.ledger.frames import frames

    county.record(county.project(1), county.only(1, kind="period", slot="2026-01", invested="-0.000001"))
    assert frames(county.pack).measures["invested"].to_pylist() == [Decimal("-0.000001")]


def test_as_of_a_moment_is_what_was_recorded_by_then(county: County) -> None:
    from yiben.ledger.frames import frame

    county.record(county.project(1, land="1"), at=START)
    county.record(county.only(1, land="2"), at=START + HOUR)
    county.record(county.only(1, kind="withdraw"), at=START + 2 * HOUR)
    seen = [frame(county.pack, as_of=START + step * HOUR)["land"].to_pylist() for step in range(-1, 3)]
    assert seen == [[], [1], [2], []]


def test_large_books_are_read_alike(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    from yiben.ledger import columns
    from yiben.ledger.frames import frame, frames

    county.record(
        *(county.project(number, land=f"{number}.5" if number % 2 else None) for number in range(1, 400))
    )
    county.record(
        *(
            county.only(number, kind="period", slot="2026-01", invested=str(number))
            for number in range(1, 300)
        )
    )
    county.record(
        *(county.only(number, kind="node", slot="start", planned_on="2026-03-01") for number in range(1, 200))
    )
    county.record(*(county.only(number, provincial=True) for number in range(1, 100)))

    def everything() -> list[pa.Table]:
        whole = frames(county.pack, months=[Period.of("2026-01")], replay=True)
        tables = [
            frame(county.pack),
            frame(county.pack, as_of=START),
            whole.subjects,
            whole.measures,
            whole.nodes,
        ]
        return [table.sort_by([(name, "ascending") for name in table.column_names[:2]]) for table in tables]

    small = everything()
    monkeypatch.setattr(columns, "SMALL", 0)
    children = everything()
    monkeypatch.setattr(columns, "SPLIT_ABOVE", 50)
    for one, other, split in zip(small, children, everything(), strict=True):
        assert one.num_rows > 0
        assert one.equals(other) and one.equals(split)


def test_a_reader_that_fails_is_told(county: County, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from yiben.ledger import columns, reader_pool
    from yiben.ledger.frames import frame

    if county.backend != "sqlite":
        return
    county.record(county.project(1))
    reader_pool.end_all()
    broken = tmp_path / "reader.py"
    broken.write_text("raise SystemExit('no driver')")
    monkeypatch.setattr(columns, "SMALL", 0)
    monkeypatch.setattr(reader_pool, "READER", broken)
    with pytest.raises(columns.ColumnsUnreadable, match="no driver"):
        frame(county.pack)


def test_reading_columns_keeps_the_locks_of_this_process(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that comes and goes must not throw away the log that we still write to."""
    from yiben.ledger import columns
    from yiben.ledger.frames import frame

    if county.backend != "sqlite":
        return
    monkeypatch.setattr(columns, "SMALL", 0)
    county.record(county.project(1))
    assert frame(county.pack).num_rows == 1
    path = str(county.home / "yiben.sqlite")
    visit = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(c.execute('select count(*) from ledger_entry').fetchone()[0]); c.close()"
    for number in (1, 2, 3):
        seen = subprocess.run([sys.executable, "-c", visit, path], capture_output=True, text=True, check=True)
        assert int(seen.stdout) == number
        county.record(county.project(number + 1))


def test_inside_a_transaction_its_own_rows_are_seen(county: County) -> None:
    from django.db import transaction

    from yiben.ledger.frames import frame

    with transaction.atomic():
        county.record(county.project(1))
        assert frame(county.pack)["subject"].to_pylist() == [code(1)]


def test_a_replay_says_which_months_knew_what(county: County) -> None:
    from yiben.ledger.frames import close_of, frames

    months = [Period.of(f"2026-0{number}") for number in (1, 2, 3)]
    county.record(county.project(1, land="1"), at=close_of(months[0]) - HOUR)
    county.record(county.only(1, land="2"), at=close_of(months[1]) - 2 * HOUR)
    county.record(county.only(1, land="3"), at=close_of(months[1]) - HOUR)
    county.record(county.only(1, kind="period", slot="2026-02", invested="5"), at=close_of(months[1]) + HOUR)
    county.record(
        county.only(1, kind="exemption", slot="late", first_month="2026-02"), at=close_of(months[1]) + HOUR
    )
    county.record(county.only(1, kind="withdraw"), at=close_of(months[2]) + HOUR)
    seen = frames(county.pack, months=months, replay=True)
    known = [(row["land"], row["known_from"], row["known_to"]) for row in seen.subjects.to_pylist()]
    assert sorted(known) == [
        (1, date(2026, 1, 1), date(2026, 2, 1)),
        (3, date(2026, 2, 1), date(9999, 12, 31)),
    ]
    (measure,) = seen.measures.to_pylist()
    assert (measure["known_from"], measure["known_to"]) == (date(2026, 3, 1), date(9999, 12, 31))
    (exemption,) = seen.exemptions.to_pylist()
    assert (exemption["rule"], exemption["known_from"]) == ("late", date(2026, 3, 1))
    assert frames(county.pack, months=months).subjects.num_rows == 0
