"""Sums of money in running text."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from yiben.readers.amounts import amount_of, amounts_in
from yiben.readers.numerals import NotANumber


@pytest.mark.parametrize(
    ("text", "value", "currency", "sure"),
    [
        ("约4.287亿美元", Decimal("428700000"), "美元", "blur"),
        ("不到1.9万台币", Decimal(19000), "新台币", "blur-"),
        ("至少九千块钱以上", Decimal(9000), "元", "blur+"),
        ("1万-5万元", (Decimal(10000), Decimal(50000)), "元", "blur"),
        ("几十万块", (Decimal(100000), Decimal(1000000)), "元", "blur"),
        ("123元1角1分", Decimal("123.11"), "元", "accurate"),
        ("10k~15k", (Decimal(10000), Decimal(15000)), "元", "blur"),
        ("1w-2w", (Decimal(10000), Decimal(20000)), "元", "blur"),
        ("¥12.5万", Decimal(125000), "元", "accurate"),
        ("200万USD", Decimal(2000000), "美元", "accurate"),
    ],
)
def test_amount_of_reads_value_currency_and_sureness(
    text: str, value: object, currency: str, sure: str
) -> None:
    amount = amount_of(text)
    assert (amount.value, amount.currency, amount.sure) == (value, currency, sure)


def test_amount_of_refuses_other_text() -> None:
    with pytest.raises(NotANumber):
        amount_of("桥头村")


def test_numbers_without_currency_are_left_out() -> None:
    assert list(amounts_in("基站总数是10000,其中有9000台")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("薪酬能给到10k~15k。", ["10k~15k"]),
        ("月薪8k到12k，另有补贴", ["8k到12k"]),
        ("标价￥3,500.00起", ["3,500.00"]),
        ("30kW的电机、1.5kg的货", []),
    ],
)
def test_sums_are_found_in_running_text(text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in amounts_in(text)] == found


@pytest.mark.shared
def test_published_money_cases(shared: Path) -> None:
    folder = shared / "data/jionlp"
    right = total = 0
    for text, wanted in json.loads((folder / "money_parser_cases.json").read_text(encoding="utf-8"))[
        "groups"
    ][0]["cases"]:
        total += 1
        amount = amount_of(text)
        values = amount.value if isinstance(amount.value, tuple) else (amount.value,)
        said = [wanted["num"]] if isinstance(wanted["num"], str) else wanted["num"]
        near = all(
            abs(value - Decimal(one)) <= Decimal("0.01") for value, one in zip(values, said, strict=True)
        )
        right += near and (amount.currency, amount.sure) == (wanted["case"], wanted["definition"])
    for text, wanted in json.loads((folder / "money_extractor_cases.json").read_text(encoding="utf-8"))[
        "groups"
    ][0]["cases"]:
        total += 1
        right += [[a.start, a.end] for a in amounts_in(text)] == [one["offset"] for one in wanted]
    assert right / total >= 0.97
