"""What is written reads back as the same: xlsx and csv, in both languages, and Parquet exactly."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiben.readers.tables import read_table
from yiben.scenes.frames import measures_schema, subjects_schema
from yiben.writers.tables import write_csv, write_parquet, write_xlsx

WAYS = {"xlsx": write_xlsx, "csv": write_csv}


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("language", ["zh", "en"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_reading_what_was_written_gives_the_same(everything, tables, canonical, way, language, data):
    table = data.draw(tables)
    target = io.BytesIO()
    WAYS[way](table, everything, to=target, language=language)
    draft = read_table(target.getvalue(), name=f"x.{way}", pack=everything)
    assert [str(problem) for problem in draft.problems if problem.code != "percent-as-share"] == []
    assert [row.facts for row in draft.rows()] == canonical(table)


@pytest.mark.parametrize("way", list(WAYS))
def test_measures_come_back_in_their_periods(everything, way):
    schema = measures_schema(everything)
    bounds = {"known_from": date(1, 1, 1), "known_to": date(9999, 12, 31)}
    table = pa.Table.from_pylist(
        [
            {"subject": "K1", "period": date(2026, 7, 1), "every": "month", "done": Decimal("1.5"), **bounds},
            {"subject": "K1", "period": date(2026, 1, 1), "every": "year", "plan": Decimal(60), **bounds},
        ],
        schema=schema,
    )
    target = io.BytesIO()
    WAYS[way](table, everything, to=target)
    draft = read_table(target.getvalue(), name="x", pack=everything)
    assert not draft.problems
    assert [(row.key, row.measures) for row in draft.rows()] == [
        ("K1", {"2026-07": {"done": "1.5"}}),
        ("K1", {"2026": {"plan": "60"}}),
    ]


@given(data=st.data())
def test_parquet_keeps_every_type_and_says_where_it_is_from(everything, tables, data):
    table = data.draw(tables)
    target = io.BytesIO()
    at = datetime(2026, 8, 1, 9, 30, tzinfo=UTC)
    write_parquet(table, everything, to=target, as_of=at, head_hash="ab12")
    read = pq.read_table(io.BytesIO(target.getvalue()))
    assert read.equals(table)
    assert read.schema.metadata[b"yiben.scene"] == b"everything"
    assert read.schema.metadata[b"yiben.pack_version"] == b"2"
    assert read.schema.metadata[b"yiben.as_of"] == at.isoformat().encode()
    assert read.schema.metadata[b"yiben.head_hash"] == b"ab12"
    assert pa.types.is_decimal(read.schema.field("total").type)
    assert read.schema.field("total").metadata[b"unit"] == "万元".encode()


def test_a_frame_leaves_its_inner_columns_out(everything):
    table = subjects_schema(everything).empty_table()
    target = io.BytesIO()
    write_csv(table, everything, to=target)
    heading = target.getvalue().decode("utf-8-sig").splitlines()[0]
    assert heading.startswith("编号,名称,备注") and "known" not in heading and "总投资(万元)" in heading
