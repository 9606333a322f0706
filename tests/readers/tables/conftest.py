"""A small made-up book of roads, and a maker of workbooks."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack

ROADS = """
pack: roads
version: 3
title: {zh: 道路项目, en: Roads}
subject: {zh: 道路, en: road}
key: code
display: name
unit_field: unit
fields:
  code: {type: text, required: true, label: {zh: 编号, en: Code}, aliases: [项目编号]}
  name: {type: text, required: true, label: {zh: 项目名称, en: Name}, aliases: [名称]}
  kind: {type: choice, required: true, label: {zh: 类别, en: Kind}, choices: {new: {zh: 新建, en: New}, repair: {zh: 维修(大修), en: Repair}}}
  unit: {type: unit, label: {zh: 责任单位, en: Unit}}
  town: {type: place, label: {zh: 所在乡镇(街道), en: Town}}
  total: {type: money, unit: 万元, min: 0, label: {zh: 总投资, en: Total investment}}
  land: {type: quantity, unit: 亩, min: 0, label: {zh: 用地面积, en: Land}}
  lanes: {type: integer, min: 1, max: 12, label: {zh: 车道数, en: Lanes}}
  grade: {type: decimal, decimals: 2, label: {zh: 评分, en: Grade}}
  started: {type: date, label: {zh: 开工日期, en: Started}, aliases: [开工时间]}
  due: {type: month, label: {zh: 完工月份, en: Due}}
  urban: {type: boolean, label: {zh: 是否城区, en: Urban}}
  note: {type: long_text, label: {zh: 备注, en: Note}}
measures:
  done: {type: money, unit: 万元, every: month, adds: true, label: {zh: 本月完成投资, en: Done in the month}, aliases: [完成投资]}
  progress: {type: percent, min: 0, max: 100, every: month, label: {zh: 形象进度, en: Progress}}
  plan: {type: money, unit: 万元, every: year, adds: true, label: {zh: 年度计划投资, en: Plan of the year}, aliases: [年计划]}
computed:
  double: {type: money, unit: 万元, label: {zh: 两倍投资, en: Twice}, expression: total * 2}
forms:
  monthly: {label: {zh: 月报, en: Monthly}, fields: [done, progress, started]}
"""


@pytest.fixture(scope="session")
def roads() -> Pack:
    """The pack of the book of roads."""
    pack, problems = read_pack(ROADS, file="roads.yaml")
    assert pack is not None, problems
    return pack


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Makes an xlsx: `sheets` maps a name to rows, `merges` and `formats` are given by cell name."""

    def make(
        *rows: list[Any],
        sheet: str = "表",
        merges: tuple[tuple[str, Any], ...] = (),
        formats: dict[str, str] | None = None,
        formulas: dict[str, tuple[str, Any]] | None = None,
        more: dict[str, list[list[Any]]] | None = None,
        hidden: tuple[str, ...] = (),
    ) -> bytes:
        target = io.BytesIO()
        book = xlsxwriter.Workbook(target, {"in_memory": True})
        for name, lines in {sheet: list(rows), **(more or {})}.items():
            page = book.add_worksheet(name)
            for row, line in enumerate(lines):
                for column, value in enumerate(line):
                    if isinstance(value, str) and value:
                        page.write_string(row, column, value)
                    elif value != "":
                        page.write(row, column, value)
            if name in hidden:
                page.hide()
        page = book.get_worksheet_by_name(sheet)
        for cells, value in merges:
            page.merge_range(cells, value)
        for cell, form in (formats or {}).items():
            row, column = xlsxwriter.utility.xl_cell_to_rowcol(cell)
            page.write(row, column, rows[row][column], book.add_format({"num_format": form}))
        for cell, (formula, value) in (formulas or {}).items():
            page.write_formula(cell, formula, None, value)
        book.close()
        return target.getvalue()

    return make
