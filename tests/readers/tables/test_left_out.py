"""Rows that are no subject."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.tables import read_table
from yiben.readers.tables.left_out import is_suspicious, kind_of_row

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "合计",
        "合 计",
        "总  计：",
        "小计(万元)",
        "全县合计",
        "Total",
        "Sub-total",
        "一、产业项目",
        "（二）基础设施",
        "注：以上",
    ],
)
def test_suspicious_keys(text):
    assert is_suspicious(text)


@pytest.mark.parametrize(
    "text", ["合计桥改造", "A1", "总计路", "一号路", "Totally", "2204-331022-04-01-123456"]
)
def test_ordinary_keys(text):
    assert not is_suspicious(text)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["合计", "", 5.0], "total"),
        (["", "小 计", 5.0], "total"),
        (["一、产业项目(3个)", "", 12.0], "section"),
        (["注:按月填报", "", ""], "note"),
        (["填表人：张", "审核人：李", ""], "note"),
        (["1", "2", "3"], "numbering"),
        ([1.0, 2.0, 3.0, 4.0], "numbering"),
        (["甲", "乙", "1", "2"], "numbering"),
        (["编号", "总投资", ""], "header"),
        (["", "某项目", 5.0], None),
        (["", "", 5.0], None),
    ],
)
def test_kinds_of_rows(cells, kind):
    assert kind_of_row(cells, header=frozenset({"编号", "总投资"}), has_key=False) == kind


def test_a_header_that_is_printed_again_is_left_out(roads, workbook):
    head = ["编号", "项目名称", "总投资"]
    draft = read_table(workbook(head, ["A1", "甲", 1], head, ["A2", "乙", 2]), name="x", pack=roads)
    assert [row.key for row in draft.rows()] == ["A1", "A2"]
    assert [(one.kind, one.row) for one in draft.left_out] == [("header", 3)]


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=12), st.integers(1, 11))
def test_sums_without_a_word_are_known(roads, amounts, cut):
    """A subtotal below the first part and a total below all, neither of them labelled."""
    first, second = amounts[:cut], amounts[cut:]
    rows = [f"A{place},{amount}" for place, amount in enumerate(first)]
    rows += ["小计," + str(sum(first))]
    rows += [f"B{place},{amount}" for place, amount in enumerate(second)]
    rows += [f",{sum(second)}"] if len(second) > 1 else []
    rows += [f",{sum(amounts)}"]
    draft = read_table("\n".join(["编号,总投资", *rows]).encode(), name="x.csv", pack=roads)
    assert not draft.problems
    assert draft.row_count == len(amounts)


def test_a_wrong_sum_is_not_swallowed(roads):
    draft = read_table("编号,总投资\nA,1\nB,2\n,4\n".encode(), name="x.csv", pack=roads)
    assert [problem.code for problem in draft.problems] == ["key-missing"]


def test_a_row_with_a_fault_still_counts_in_the_sum(roads):
    draft = read_table("编号,总投资,开工日期\nA,1,\nB,2,x\n,3,\n".encode(), name="x.csv", pack=roads)
    assert [problem.code for problem in draft.problems] == ["date-unreadable"]
