"""The plan sheet (节点计划表): one row a node, read from and written to xlsx."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from yiben.kernel.problems import Place, Problem, errors_of
from yiben.planning.backward import Arranged
from yiben.planning.exchange.drafts import DATES, Draft, Row, text_of, waits_of

# Column heads with the names that are accepted for each, the first being the one we write.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "key": ("编号", "序号", "key", "id"),
    "name": ("节点", "节点名称", "任务名称", "name"),
    "unit": ("责任单位", "单位", "unit"),
    "days": ("工期(天)", "工期（天）", "工期", "天数", "days"),
    "count": ("计日方式", "count"),
    "waits": ("前置节点", "前置任务", "predecessors"),
    "start_on": ("必须开始", "start_on"),
    "start_not_before": ("不早于开始", "不早于", "start_not_before"),
    "start_not_after": ("不晚于开始", "start_not_after"),
    "finish_on": ("必须完成", "finish_on"),
    "finish_not_before": ("不早于完成", "finish_not_before"),
    "finish_not_after": ("不晚于完成", "不晚于", "finish_not_after"),
    "baseline": ("基准完成", "计划完成", "baseline"),
    "started": ("实际开始", "actual_start"),
    "finished": ("实际完成", "actual_finish"),
    "planned_start": ("排程开始", "planned_start"),
    "planned_finish": ("排程完成", "planned_finish"),
    "slack": ("机动(天)", "slack"),
    "must": ("关键", "critical"),
}
_COMPUTED = {"planned_start", "planned_finish", "slack", "must"}
_CALENDAR = {"日历日", "日历天", "日", "天", "calendar"}
_WORKING = {"", "工作日", "working"}


def read(content: bytes, *, file: str) -> tuple[Draft | None, list[Problem]]:
    """The draft of the first sheet that has the columns 编号 and 工期, or what is wrong with it."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError, KeyError) as error:
        return None, [Problem("sheet-unreadable", str(error)[:120], "an xlsx workbook", Place(file=file))]
    for name, cells in sheets:
        for number, row in enumerate(cells[:20]):
            heads = _heads(row)
            if {"key", "days"} <= set(heads):
                return _read_sheet(cells, number, heads, file, name)
    expected = "a sheet with the columns 编号 and 工期(天)"
    return None, [Problem("sheet-columns", ", ".join(name for name, _ in sheets), expected, Place(file=file))]


def _heads(row: Sequence[object]) -> dict[str, int]:
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    texts = [str(cell).strip().replace(" ", "") for cell in row]
    return {known[text]: at for at, text in reversed(list(enumerate(texts))) if text in known}


def _read_sheet(
    cells: Sequence[Sequence[object]], head: int, heads: Mapping[str, int], file: str, sheet: str
) -> tuple[Draft | None, list[Problem]]:
    reader = _Reader(file, sheet, heads)
    body = [
        (number, row) for number, row in enumerate(cells[head + 1 :], start=head + 2) if any(map(_said, row))
    ]
    keys = {_text(row[heads["key"]]) for _, row in body}
    rows = tuple(reader.row(number, row, keys) for number, row in body)
    bounds = _bounds(cells[:head])
    title = str(bounds.get("plan") or file.rpartition(".")[0] or file)
    start, finish = (
        value if isinstance(value := bounds.get(name), date) else None for name in ("start", "finish")
    )
    return (None if errors_of(reader.problems) else Draft(title, rows, start, finish)), reader.problems


def _bounds(above: Sequence[Sequence[object]]) -> dict[str, object]:
    """What stands above the head: 计划名称, 开始日期 and 完成日期, each with its value to the right."""
    names = {"计划名称": "plan", "开始日期": "start", "完成日期": "finish"}
    found: dict[str, object] = {}
    for row in above:
        for label, value in pairwise(row):
            if (name := names.get(str(label).strip())) and _said(value):
                found[name] = value if name == "plan" else _day(value)
    return found


class _Reader:
    """The checks of one sheet; every problem carries its cell."""

    def __init__(self, file: str, sheet: str, heads: Mapping[str, int]) -> None:
        self.file, self.sheet, self.heads = file, sheet, heads
        self.problems: list[Problem] = []

    def place(self, number: int, name: str) -> Place:
        """The cell of a column in a row."""
        return Place(file=self.file, sheet=self.sheet, cell=f"{_letters(self.heads.get(name, 0))}{number}")

    def cell(self, row: Sequence[object], name: str) -> object:
        """The value of a column, or an empty text."""
        at = self.heads.get(name)
        return "" if at is None or at >= len(row) or row[at] is None else row[at]

    def row(self, number: int, row: Sequence[object], keys: set[str]) -> Row:
        """One node."""
        key = _text(self.cell(row, "key"))
        if not key:
            self.say(number, "key", "an empty cell", "the number of the node")
        waits, found = waits_of(_text(self.cell(row, "waits")), place=self.place(number, "waits"), keys=keys)
        self.problems += found
        dates = {name: day for name in DATES if (day := self.day(number, row, name)) is not None}
        if len(dates) > 1:
            self.say(number, list(dates)[1], " and ".join(dates), "at most one date constraint to a node")
        return Row(
            key=key,
            name=_text(self.cell(row, "name")) or key,
            days=self.days(number, row),
            calendar_days=self.counts_calendar(number, row),
            unit=_text(self.cell(row, "unit")),
            waits=tuple(waits),
            dates=dates,
            baseline=self.day(number, row, "baseline"),
            started=self.day(number, row, "started"),
            finished=self.day(number, row, "finished"),
            place=self.place(number, "key"),
        )

    def days(self, number: int, row: Sequence[object]) -> Decimal:
        """The duration."""
        text = _text(self.cell(row, "days"))
        try:
            value = Decimal(text or "0")
        except InvalidOperation:
            value = Decimal(-1)
        if not 0 <= value <= 10_000:
            self.say(number, "days", repr(text), "a number of days from 0 to 10000")
            return Decimal(0)
        return value

    def counts_calendar(self, number: int, row: Sequence[object]) -> bool:
        """Whether the duration is in calendar days."""
        text = _text(self.cell(row, "count"))
        if text not in _CALENDAR | _WORKING:
            self.say(number, "count", repr(text), "工作日 or 日历日")
        return text in _CALENDAR

    def day(self, number: int, row: Sequence[object], name: str) -> date | None:
        """A date."""
        value = self.cell(row, name)
        if not _said(value):
            return None
        day = _day(value)
        if day is None:
            self.say(number, name, repr(value), "a date such as 2026-09-30")
        return day

    def say(self, number: int, name: str, found: str, expected: str) -> None:
        """Keep one problem."""
        self.problems.append(Problem("plan-cell", found, expected, self.place(number, name)))


def _said(value: object) -> bool:
    return value is not None and str(value).strip() != ""


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip().replace("/", "-").replace(".", "-")
    parts = text.replace("年", "-").replace("月", "-").removesuffix("日").split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        return None


def _letters(at: int) -> str:
    return chr(65 + at) if at < 26 else chr(64 + at // 26) + chr(65 + at % 26)


def write(draft: Draft, *, arranged: Arranged | None = None) -> bytes:
    """The plan sheet of a draft, with the computed dates beside it where there are any."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
    sheet = book.add_worksheet("节点计划")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["计划名称", draft.name], bold)
    for column, (label, value) in enumerate((("开始日期", draft.start), ("完成日期", draft.finish))):
        sheet.write(0, 2 + 2 * column, label, bold)
        if value is not None:
            sheet.write_datetime(0, 3 + 2 * column, datetime.combine(value, datetime.min.time()), day)
    for column, aliases in enumerate(COLUMNS.values()):
        sheet.write_string(1, column, aliases[0], bold)
    sheet.freeze_panes(2, 2)
    sheet.set_column(0, len(COLUMNS) - 1, 12)
    for number, row in enumerate(draft.rows, start=2):
        for column, cell in enumerate(_cells(row, arranged)):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, datetime.combine(cell, datetime.min.time()), day)
            elif isinstance(cell, Decimal | float):
                sheet.write_number(number, column, float(cell))
            elif cell:
                sheet.write_string(number, column, cell)
    book.close()
    return memory.getvalue()


def _cells(row: Row, arranged: Arranged | None) -> list[str | float | Decimal | date | None]:
    count = "日历日" if row.calendar_days else "工作日"
    said: list[str | float | Decimal | date | None] = [row.key, row.name, row.unit, row.days, count]
    said += [text_of(row.waits), *(row.dates.get(name) for name in DATES)]
    said += [row.baseline, row.started, row.finished]
    if arranged is None:
        return said
    step = arranged.step(row.key)
    return [*said, step.start, step.finish, step.slack_days, "是" if step.must else ""]


def without_places(draft: Draft) -> Draft:
    """The draft without the places of its rows, for comparing what two files say."""
    return replace(draft, rows=tuple(replace(row, place=Place()) for row in draft.rows))
