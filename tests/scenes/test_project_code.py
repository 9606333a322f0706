"""The national project code in both forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.scenes.project_code import read_project_code, tidy_code


@pytest.mark.parametrize(
    ("text", "form", "code"),
    [
        ("2204-331022-04-01-123456", "new", "2204-331022-04-01-123456"),
        ("2010-330100-04-01-100001", "new", "2010-330100-04-01-100001"),
        ("２２０４－３３１０２２－０４－０１－１２３４５６", "new", "2204-331022-04-01-123456"),
        ("2204 331022 04 01 123456", "new", "2204-331022-04-01-123456"),
        ("2017-331022-48-01-001234", "old", "2017-331022-48-01-001234"),
        ("2020-331022-48-01-001234-000", "old", "2020-331022-48-01-001234-000"),
        ("2018-320500-70-b01-001234", "old", "2018-320500-70-B01-001234"),
        ("2012-331022-04-01-123456", "new", "2012-331022-04-01-123456"),
        ("2012-331022-48-03-123456-000", "old", "2012-331022-48-03-123456-000"),
    ],
)
def test_both_forms_are_read(text, form, code):
    read, problems = read_project_code(text)
    assert not problems and read is not None
    assert (read.form, str(read)) == (form, code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "project-code-shape"),
        ("2204-331022-04-01", "project-code-shape"),
        ("2204-331022-04-01-12345X", "project-code-shape"),
        ("2213-331022-04-01-123456", "project-code-time"),
        ("2009-331022-04-01-123456", "project-code-time"),
        ("2021-331022-48-01-123456-000", "project-code-time"),
        ("2204-991022-04-01-123456", "project-code-region"),
        ("2204-331022-04-09-123456", "project-code-type"),
    ],
)
def test_what_is_no_code_is_told(text, code):
    read, problems = read_project_code(text)
    assert read is None and [problem.code for problem in problems] == [code]


def test_a_county_that_knows_the_check_digit_hands_it_in():
    read, problems = read_project_code(
        "2204-331022-04-01-123456", check_digit=lambda code: code.endswith("7")
    )
    assert read is None and problems[0].code == "project-code-check"


@given(st.text(max_size=40))
def test_nothing_raises_and_what_is_read_reads_again(text):
    read, problems = read_project_code(text)
    assert (read is None) == bool(problems)
    if read is not None:
        assert read_project_code(str(read))[0] == read
        assert tidy_code(str(read)) == str(read)
