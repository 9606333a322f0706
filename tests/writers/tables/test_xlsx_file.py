"""Workbooks that go out."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from yiben.readers.tables import read_table
from yiben.scenes.frames import arrow_type
from yiben.writers.tables import TextTooLong, write_xlsx, xlsx_file


def table_of(**columns) -> pa.Table:
    types = {
        "total": arrow_type("money"),
        "north": arrow_type("money"),
        "code": pa.string(),
        "name": pa.string(),
    }
    return pa.table({name: pa.array(values, types.get(name)) for name, values in columns.items()})


def written(table: pa.Table, pack, **options) -> bytes:
    target = io.BytesIO()
    write_xlsx(table, pack, to=target, **options)
    return target.getvalue()


def test_headings_formats_and_panes(everything):
    table = table_of(
        code=["K1"],
        total=[Decimal("1280.5")],
        north=[Decimal("28.97")],
        started=[date(2026, 7, 15)],
        lanes=[2026],
    )
    sheet = openpyxl.load_workbook(io.BytesIO(written(table, everything))).active
    assert sheet.title == "样样都有全"
    assert [cell.value for cell in sheet[1]] == ["编号", "总投资(万元)", "纬度", "开工日期", "车道数"]
    assert [cell.number_format for cell in sheet[2]] == ["General", "#,##0.0", "0.00", "yyyy-mm-dd", "0"]
    assert sheet["B2"].value == 1280.5 and sheet["D2"].value.date() == date(2026, 7, 15)
    assert sheet.freeze_panes == "C2" and sheet.auto_filter.ref == "A1:E2"


def test_no_cell_is_ever_a_formula(everything):
    texts = ["=1+1", "+1", "-1", "@x", "\t=1", "{=1}", "http://x", "=HYPERLINK(1)"]
    sheet = openpyxl.load_workbook(io.BytesIO(written(table_of(code=texts), everything))).active
    assert [cell.data_type for (cell,) in sheet.iter_rows(min_row=2)] == ["s"] * 8
    assert [cell.value for (cell,) in sheet.iter_rows(min_row=2)] == texts


def test_digits_that_a_spreadsheet_would_cut_stay_as_text(everything):
    many = Decimal("1234567890123.123456")
    draft = read_table(written(table_of(code=["K1"], total=[many]), everything), name="x", pack=everything)
    assert next(draft.rows()).facts["total"] == str(many)


def test_equal_tables_give_equal_bytes(everything):
    table = table_of(code=["K1"], name=["桥"])
    assert written(table, everything) == written(table, everything)


def test_a_long_table_goes_on_in_a_next_sheet(everything, monkeypatch):
    monkeypatch.setattr(xlsx_file, "ROWS_OF_A_SHEET", 3)
    data = written(table_of(code=[f"K{number}" for number in range(7)]), everything)
    draft = read_table(data, name="x", pack=everything)
    assert [len(block.keys) for block in draft.blocks] == [3, 3, 1]


def test_an_empty_table_is_a_header(everything):
    draft = read_table(written(table_of(code=[], name=[]), everything), name="x", pack=everything)
    assert not draft.problems and draft.row_count == 0 and len(draft.blocks[0].columns) == 2


def test_a_text_that_fits_no_cell_is_refused(everything):
    with pytest.raises(TextTooLong, match="row 2"):
        written(table_of(code=["K1"], name=["长" * 40_000]), everything)


def test_to_a_path_and_in_english(everything, tmp_path: Path):
    write_xlsx(table_of(code=["K1"], kind=["new"]), everything, to=tmp_path / "x.xlsx", language="en")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["Code", "Kind"], ["K1", "New"]]
