"""Texts, choices, yes and no, codes."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.tables.told import Wrong
from yiben.readers.tables.values import fold, is_blank, reader_for, text_of
from yiben.scenes.model import Field, Label

TEXT = reader_for(Field("name", "text", Label("名称")))
LONG = reader_for(Field("note", "long_text", Label("备注")))
YES = reader_for(Field("urban", "boolean", Label("城区")))
KIND = reader_for(
    Field(
        "kind",
        "choice",
        Label("类别"),
        choices={"new": Label("新建", "New"), "fix": Label("维修(大修)", "Repair")},
    )
)
CODE = reader_for(Field("code", "project_code", Label("项目代码")))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 椒江大桥 ", "椒江大桥"),
        ("椒江\n大桥", "椒江大桥"),
        ("Road\nnorth", "Road north"),
        ("\ufeff名\u200b称", "名称"),
        (3311.0, "3311"),
        (3.5, "3.5"),
        (True, "TRUE"),
        (date(2026, 7, 15), "2026-07-15"),
        (datetime(2026, 7, 15), "2026-07-15"),
        (time(8, 30), "08:30:00"),
        ("－", None),
        ("无", "无"),
        ("=1+1", "=1+1"),
    ],
)
def test_texts_are_trimmed_and_kept(cell, text):
    assert TEXT(cell) == text


def test_long_texts_keep_their_lines():
    assert LONG("一\r\n二") == "一\n二"
    assert isinstance(LONG("长" * 20_001), Wrong)
    assert isinstance(TEXT("长" * 501), Wrong)


def test_a_number_that_the_spreadsheet_cut_is_refused():
    assert TEXT(2.2043310220401123e19).code == "number-for-text"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("是", True),
        ("否", False),
        ("√", True),
        ("×", False),
        ("有", True),
        ("无", False),
        (True, True),
        (1.0, True),
        ("Ｎ", False),
        ("－", None),
    ],
)
def test_yes_and_no(cell, value):
    assert YES(cell) is value


def test_maybe_is_neither():
    assert YES("大概").code == "boolean-unknown"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("新建", "new"),
        ("new", "new"),
        ("NEW", "new"),
        ("维修（大修）", "fix"),
        (" 维修 (大修)", "fix"),
        ("Repair", "fix"),
        ("/", None),
    ],
)
def test_choices_by_label_or_code(cell, code):
    assert KIND(cell) == code


def test_an_unknown_choice_names_the_known_ones():
    read = KIND("改建")
    assert read.code == "choice-unknown"
    assert "新建, 维修(大修)" in read.expected


def test_project_codes_are_tidied():
    assert CODE("２２０４－３３１０２２－０４－０１－１２３４５６ ") == "2204-331022-04-01-123456"
    assert CODE("22043310220401123456") == "2204-331022-04-01-123456"
    assert CODE("2213-331022-04-01-123456").code == "project-code-time"


def test_folding_and_blanks():
    assert fold("总投资\n（万元）") == fold("总投资 (万元)")
    assert is_blank(" \u200b\n") and not is_blank(0)


@given(
    st.one_of(
        st.text(),
        st.floats(),
        st.integers(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
        st.booleans(),
    )
)
def test_no_cell_raises(cell):
    for read in (TEXT, LONG, YES, KIND, CODE):
        read(cell)
    text_of(cell)
