"""A made-up book with a field of every type, and strategies for its rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from yiben.scenes.frames import field_column
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack

EVERY_TYPE = """
pack: everything
version: 2
title: {zh: 样样都有/全, en: Everything}
key: code
display: name
fields:
  code: {type: text, required: true, label: {zh: 编号, en: Code}}
  name: {type: text, label: {zh: 名称, en: Name}, help: {zh: 全称, en: In full}}
  note: {type: long_text, label: {zh: 备注, en: Note}}
  kind: {type: choice, label: {zh: 类别, en: Kind}, choices: {new: {zh: "新建,扩建", en: New}, repair: {zh: 维修(大修), en: Repair}}}
  unit: {type: unit, label: {zh: 责任单位, en: Unit}}
  urban: {type: boolean, label: {zh: 是否城区, en: Urban}}
  lanes: {type: integer, min: 0, label: {zh: 车道数, en: Lanes}}
  place: {type: rank, label: {zh: 排名, en: Rank}}
  total: {type: money, unit: 万元, min: 0, label: {zh: 总投资, en: Total investment}}
  change: {type: money, unit: 亿元, label: {zh: 增减, en: Change}}
  land: {type: quantity, unit: 亩, label: {zh: 用地面积, en: Land}}
  share: {type: percent, min: -1000, max: 1000, label: {zh: 占比, en: Share}}
  gap: {type: percentage_point, label: {zh: 差距, en: Gap}}
  grade: {type: index, label: {zh: 评分, en: Grade}}
  north: {type: latitude, label: {zh: 纬度, en: Latitude}}
  started: {type: date, label: {zh: 开工日期, en: Started}}
  due: {type: month, label: {zh: 完工月份, en: Due}}
measures:
  done: {type: money, unit: 万元, every: month, adds: true, label: {zh: 本月完成投资, en: Done in the month}}
  plan: {type: money, unit: 万元, every: year, adds: true, label: {zh: 年度计划投资, en: Plan of the year}}
forms:
  monthly: {label: {zh: 月报, en: Monthly}, fields: [done, kind]}
"""
_DANGEROUS = [
    "=1+1",
    "+86",
    "-5",
    "@SUM(A1)",
    "'=x",
    "''+1",
    "|cmd",
    "%a",
    "＝1",
    "a_x0041_b",
    "<b>&amp;",
    '"q",;',
]
_words = st.one_of(
    st.text(st.sampled_from("道路桥A1 ,;\"'<&>=+-@_x0041（）"), min_size=1, max_size=12),
    st.sampled_from(_DANGEROUS),
).map(str.strip)
# What a reader takes for an empty cell cannot come back as a text.
texts = _words.filter(lambda text: text not in ("", "-", "--", "/", "－"))
_numbers = st.decimals(Decimal(-10) ** 12, Decimal(10) ** 12, places=6, allow_nan=False)
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("text", "unit", "long_text"), texts),
    **dict.fromkeys(("money", "quantity", "percentage_point", "index"), _numbers),
    "choice": st.sampled_from(["new", "repair"]),
    "boolean": st.booleans(),
    "integer": st.integers(0, 10**13),
    "rank": st.integers(1, 10**6),
    "percent": st.decimals(-1000, 1000, places=3),
    "latitude": st.decimals(-90, 90, places=9),
    "date": st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 12, 31)),
    "month": st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 12, 31)).map(
        lambda day: day.replace(day=1)
    ),
}
LIMITS = {"total": st.decimals(0, Decimal(10) ** 12, places=6)}


@pytest.fixture(scope="session")
def everything() -> Pack:
    """The pack with a field of every type."""
    pack, problems = read_pack(EVERY_TYPE, file="everything.yaml")
    assert pack is not None, problems
    return pack


@pytest.fixture(scope="session")
def tables(everything: Pack) -> st.SearchStrategy[pa.Table]:
    """Tables of the book: any values that a reader can give."""
    columns = {
        one.name: st.one_of(st.none(), LIMITS.get(one.name, BY_TYPE[one.type]))
        for one in everything.fields.values()
    }
    row = st.fixed_dictionaries({**columns, "code": st.integers(1, 10**6).map("K{}".format)})
    schema = pa.schema([field_column(one) for one in everything.fields.values()])
    rows = st.lists(row, max_size=5, unique_by=lambda one: one["code"])
    return rows.map(lambda several: pa.Table.from_pylist(several, schema=schema))


@pytest.fixture
def canonical() -> Callable[[pa.Table], list[dict[str, Any]]]:
    """A table's rows as the ledger writes values: decimals and dates as text, nothing for null."""

    def spell(value: Any, name: str) -> Any:
        if name == "due":
            return value.isoformat()[:7]
        if isinstance(value, Decimal):
            return f"{value.normalize() + 0:f}"
        return value.isoformat() if isinstance(value, datetime.date) else value

    return lambda table: [
        {name: spell(value, name) for name, value in row.items() if value is not None}
        for row in table.to_pylist()
    ]
