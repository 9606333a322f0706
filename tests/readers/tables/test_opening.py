"""What kind of file it is, and whether it is safe."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.tables.opening import decode, delimiter_of, open_table

PLAIN = "编号,项目名称\nA1,椒江大桥\n"


def code_of(data: bytes, name: str = "x.xlsx") -> str:
    return open_table(data, name=name)[1][0].code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_texts_in_the_encodings_of_the_trade(encoding):
    grids, problems = open_table(PLAIN.encode(encoding), name="a.csv")
    assert not problems
    assert list(grids[0].rows()) == [["编号", "项目名称"], ["A1", "椒江大桥"]]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found(mark):
    assert delimiter_of(f"编号{mark}名称{mark}备注\nA{mark}甲、乙{mark}丙\n") == mark


def test_quoted_texts_with_commas_and_breaks():
    rows = list(open_table(b'a,b\n"1,5","x\ny"\n', name="a.csv")[0][0].rows())
    assert rows[1] == ["1,5", "x\ny"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b" \r\n", "file-empty"),
        (b"%PDF-1.7 ...", "file-not-a-table"),
        (b"\x89PNG\r\n", "file-not-a-table"),
        (b"<html><table><tr><td>1</td></tr></table>", "file-is-markup"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "file-is-markup"),
        (b"PK\x03\x04 broken", "file-damaged"),
        (b"\xff\xff\xff\xff", "file-encoding"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file-damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file-encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT_CUR".encode("utf-16-le"), "file-has-macros"),
    ],
)
def test_other_files_are_refused_with_advice(data, code):
    assert code_of(data) == code


def packed(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def test_zips_that_are_no_plain_workbooks():
    assert code_of(packed(readme_dot_txt=b"x")) == "file-not-a-table"
    assert code_of(packed(xl__workbook_dot_xml=b"<x/>", xl__vbaProject_dot_bin=b"x")) == "file-has-macros"
    assert code_of(packed(xl__workbook_dot_bin=b"x")) == "file-binary"
    assert code_of(packed(xl__workbook_dot_xml=b"<x/>", bomb=b"\0" * 60_000_000)) == "file-bomb"
    assert code_of(packed(xl__workbook_dot_xml=b"<x/>")) == "file-damaged"


def test_a_zip_that_lies_about_its_sizes_is_found_out():
    data = bytearray(packed(xl__workbook_dot_xml=b"<x/>", xl__sharedStrings_dot_xml=b"\0" * 60_000_000))
    real, said = (60_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert code_of(bytes(data.replace(real, said))) == "file-bomb"


def test_a_cell_far_outside_is_refused_before_it_costs_memory(workbook):
    data = workbook(["编号"], ["A1"])
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", far)
            new.writestr(part, content)
    grids, problems = open_table(target.getvalue(), name="x.xlsx")
    assert (grids, [one.code for one in problems]) == ([], ["sheet-too-large"])


def test_decode_refuses_what_is_no_text():
    assert decode(b"\xff\xff") is None


@given(st.binary(max_size=300))
def test_no_bytes_raise(data):
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        grids, _ = open_table(start + data, name="x")
        for grid in grids:
            list(grid.rows())


@given(st.data())
def test_no_damage_to_a_workbook_raises(workbook_bytes, data):
    place = data.draw(st.integers(0, len(workbook_bytes) - 1))
    length = data.draw(st.integers(1, 40))
    damaged = (
        workbook_bytes[:place] + data.draw(st.binary(max_size=length)) + workbook_bytes[place + length :]
    )
    for grid in open_table(damaged, name="x.xlsx")[0]:
        list(grid.rows())


@pytest.fixture(scope="module")
def workbook_bytes() -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for row in range(5):
        sheet.write_row(row, 0, ["编号", row, row / 7])
    book.close()
    return target.getvalue()
