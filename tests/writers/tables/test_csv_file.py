"""Csv that goes out."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.tables.blocks import GUARDED, unguarded
from yiben.scenes.frames import arrow_type
from yiben.writers.tables import write_csv
from yiben.writers.tables.csv_file import DANGEROUS, guarded


def test_mark_decimals_and_guards(everything, tmp_path: Path):
    table = pa.table(
        {
            "code": ["=1+1", "K2"],
            "total": pa.array([Decimal("1280.500000"), None], arrow_type("money")),
            "change": pa.array([Decimal("-5"), Decimal("0.000001")], arrow_type("money")),
            "urban": [True, None],
        }
    )
    write_csv(table, everything, to=tmp_path / "x.csv")
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines() == [
        "编号,总投资(万元),增减(亿元),是否城区",
        "'=1+1,1280.5,-5,是",
        "K2,,0.000001,",
    ]
    stream = io.BytesIO()
    write_csv(table, everything, to=stream)
    assert stream.getvalue() == data


def test_reader_and_writer_guard_the_same():
    assert DANGEROUS == GUARDED


@given(st.text(st.sampled_from("'=+-@ab%|\t＝"), max_size=6))
def test_a_guard_is_taken_off_exactly(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in DANGEROUS or not text
