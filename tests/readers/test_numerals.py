"""Chinese numerals: examples, published cases, and laws."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.numerals import NotANumber, cheque_of, chinese_of, digits_of, number_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三百万", "3000000"),
        ("一千零一十万五", "10105000"),
        ("两千六", "2600"),
        ("一百零二", "102"),
        ("一百二", "120"),
        ("廿二", "22"),
        ("10.1万", "101000"),
        ("1,234.5", "1234.5"),
        ("１２．５", "12.5"),
        ("负三点一四", "-3.14"),
        ("壹佰捌拾壹圆柒角", "181.7"),
        ("十万亿", "10000000000000"),
    ],
)
def test_number_of_reads_all_forms(text: str, value: str) -> None:
    assert number_of(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "元整", "负", "零点", "点零", "零点零大", "万里长城", "10..1万"])
def test_number_of_refuses_what_is_no_number(text: str) -> None:
    with pytest.raises(NotANumber):
        number_of(text)


@pytest.mark.parametrize("text", ["一一", "百十一", "十一十二", "点一"])
def test_strict_refuses_shortened_forms(text: str) -> None:
    with pytest.raises(NotANumber):
        number_of(text, strict=True)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_reading_what_was_written_gives_the_number_back(value: int) -> None:
    assert number_of(chinese_of(value)) == value
    assert number_of(chinese_of(value, financial=True)) == value


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with contextlib.suppress(NotANumber):
        assert isinstance(number_of(text), Decimal)


def test_digits_are_read_one_by_one() -> None:
    assert digits_of("二〇〇二") == "2002"
    assert digits_of("负零一") == "-01"


def test_cheque_writes_yuan_jiao_fen() -> None:
    assert cheque_of("1000054.43") == "壹佰万零伍拾肆元肆角叁分"
    assert cheque_of(12) == "壹拾贰元整"


@pytest.mark.shared
def test_published_cases(shared: Path) -> None:
    cases = json.loads((shared / "data/numerals/cn2an_test_cases.json").read_text(encoding="utf-8"))
    right = total = 0
    for group in cases["groups"]:
        name = group["group"]
        for case in group["cases"]:
            total += 1
            right += _agrees(name, case)
    assert right / total >= 0.97


def _agrees(name: str, case: object) -> bool:
    strict = "strict" in name
    try:
        if "error" in name:
            number_of(str(case), strict=strict)
            return False
        text, wanted = case  # type: ignore[misc]
        if "direct" in name:
            return digits_of(text) == wanted
        wanted = Decimal(str(wanted))
        return abs(number_of(text, strict=strict) - wanted) <= abs(wanted) * Decimal("1e-12")
    except NotANumber:
        return "error" in name
