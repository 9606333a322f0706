"""The node list of a month as xlsx (节点清单)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time

import xlsxwriter

from yiben.kernel.colours import Colour
from yiben.planning.living import NodeRow

HEADS = (
    "项目",
    "类别",
    "责任单位",
    "节点",
    "基准完成",
    "预测完成",
    "实际完成",
    "调整次数",
    "延后(天)",
    "灯色",
)
_LAMPS = {Colour.GREEN: ("绿", "#C6E0B4"), Colour.YELLOW: ("黄", "#FFE699"), Colour.RED: ("红", "#F4B6B0")}


def write(rows: Sequence[NodeRow], *, title: str) -> bytes:
    """The list as a workbook with a heading, one row a node, lamps in colour and in words."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
    sheet = book.add_worksheet("节点清单")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    lamps = {name: book.add_format({"bg_color": colour}) for name, colour in _LAMPS.values()}
    sheet.write_string(0, 0, title, bold)
    for column, head in enumerate(HEADS):
        sheet.write_string(1, column, head, bold)
    sheet.freeze_panes(2, 1)
    sheet.set_column(0, len(HEADS) - 1, 14)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(_cells(row)):
            if isinstance(value, date):
                sheet.write_datetime(number, column, datetime.combine(value, time()), day)
            elif isinstance(value, int):
                sheet.write_number(number, column, value)
            elif value:
                sheet.write_string(
                    number, column, value, lamps.get(value) if column == len(HEADS) - 1 else None
                )
    book.close()
    return memory.getvalue()


def _cells(row: NodeRow) -> tuple[str | int | date | None, ...]:
    lamp = _LAMPS.get(row.colour, ("", ""))[0]
    dates = (row.baseline, row.forecast, row.actual)
    return (row.project, row.project_class, row.unit, row.name, *dates, row.moves, row.late_days, lamp)
