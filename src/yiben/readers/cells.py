"""The figures of tables (表内数据): each cell a figure of its row, with unit, measure and period of its column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yiben.readers.drafts import CellAt, Draft
from yiben.readers.lexicon import Lexicon
from yiben.readers.measures import Measure, Reading
from yiben.readers.numerals import NotANumber, number_of
from yiben.readers.pages import Page
from yiben.readers.periods import STATED, resolve, span, stated_in, year_of
from yiben.readers.quantities import Kind, Quantity
from yiben.readers.rows import UNIT, Cell, Table, tables_of
from yiben.readers.subjects import namer_for

_GROWTH = re.compile(r"同比|增长|增速|增幅|增减|升降|涨跌|±|环比|比上年|较上年|比去年|涨幅|降幅")
_POINTS = re.compile(r"百分点")
_INDEX = re.compile(r"指数|得分|评分|为100|=100")
_SHARE = re.compile(r"占比|比重|比例|率|完成%|为预算|占预算|占计划|完成.{0,6}(?:计划|预算|目标).{0,3}%")
_RANK = re.compile(r"位次|排名|名次|位列|排位|座次")
_TARGET = re.compile(r"目标|计划|任务|预算数|预算$")
_LAST_YEAR = re.compile(r"^(?:上年|去年)(?!.*(?:增|±|为100|=100))")
_MONTH = re.compile(r"本月|当月")
_TOTAL = re.compile(r"累计|本年|年初至|止")
_LABEL_HEAD = re.compile(
    r"名称|指标|项目|产品|行业|地区|县|区域|科目|分类|类别名|年份|时间|单位名称|部门|乡镇"
)
_NO_LABEL = re.compile(r"序号|编号|^(?:计量)?单位$|建设地点|责任|备注|类型|性质")
_AREA_HEAD = re.compile(
    r"地区|县区|区县|县市|市县|市州|州市|盟市|旗县|城市|省份|乡镇|街道|园区|功能区|各[省市县区]"
)
_ALL = re.compile(r"(?:全[国省市县区州盟旗]|合计|总计|总数|小计|平均)$")
_ORDER = re.compile(
    r"^(?:[一二三四五六七八九十]+、|\(?[一二三四五六七八九十\d]{1,2}\)|\d{1,2}[.、]|其中[::]?|#|\*|[-·]+|\s)+"
)
_EMPTY_WORDS = re.compile(
    r"(?:本月止?|当月|累计|本年|本期|自年初|年初至|绝对[量值数]|总量|数值|数量|实绩|现价|指标值|完成(?![率%投])|实际(?!使用|利用)|比|较|同比|环比|上年|去年|同期|同月|上月|增长|增速|增幅|增减|升降|涨跌|涨幅|降幅|±|百分点|幅度|位次|排名|名次|排位|全[国省市县区州盟旗]|单位|[%()\[\]:/·+、,\s]|为100|=100|价格|以|止|数$|额$)+"
)


def table_drafts(text: str, rows: Sequence[tuple[int, int]], *, page: Page, words: Lexicon) -> list[Draft]:
    """The figures of every table: subject from the row, unit, measure and period from the header."""
    drafts: list[Draft] = []
    for number, table in enumerate(tables_of(text, rows)):
        drafts += _Reading(table, number, page, words).drafts()
    return drafts


@dataclass(slots=True)
class _Column:
    """What the head of a column says."""

    head: str
    core: str
    unit: str
    period: str | None
    group: str
    now: str | None = None


class _Reading:
    """One table being read."""

    def __init__(self, table: Table, number: int, page: Page, words: Lexicon) -> None:
        self.table, self.number, self.page = table, number, page
        self.words, self.namer = words, namer_for(words)
        self.columns: list[_Column] = []
        for head in table.header:
            self.columns.append(self._column(head, self.columns[-1] if self.columns else None))
        self.label_at = self._label_column()
        self.unit_at = next(
            (at for at, head in enumerate(table.header) if re.fullmatch("(?:计量)?单位", head)), -1
        )
        self.by_area = bool(table.header and _AREA_HEAD.search(table.header[max(self.label_at, 0)]))

    def _column(self, head: str, left: _Column | None) -> _Column:
        found = UNIT.search(head)
        bare = UNIT.sub("", head)
        core = _EMPTY_WORDS.sub("", STATED.sub("", bare))
        core = core if len(core) >= 2 else ""
        moved = bool(_GROWTH.search(head) or _RANK.search(head) or _SHARE.search(head))
        period = self._period(head, left.now if left and moved else None)
        past = (year_of(period) or 0) < (self.page.year or 0)
        now = left.now if left and past else period
        return _Column(
            head, core, found[1] if found else "", period, core or (left.group if left else ""), now
        )

    def _label_column(self) -> int:
        header = self.table.header
        named = [
            at for at, head in enumerate(header) if _LABEL_HEAD.search(head) and not _NO_LABEL.search(head)
        ]
        texts = [
            at
            for at in range(max(map(len, self.table.body), default=0))
            if sum(1 for row in self.table.body if at < len(row) and row[at].text and not row[at].number)
            > len(self.table.body) / 2
        ]
        for at in [*named, *texts]:
            if at in texts and not (at < len(header) and _NO_LABEL.search(header[at])):
                return at
        return -1

    def drafts(self) -> list[Draft]:
        """A draft for each number of the body."""
        found: list[Draft] = []
        for row, cells in enumerate(self.table.body):
            found += self._row(row, cells)
        return found

    def _row(self, row: int, cells: list[Cell]) -> list[Draft]:
        written = self._label(cells)
        label = _ORDER.sub("", re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", written))
        own = UNIT.search(label)
        unit = own[1] if own else ""
        label = UNIT.sub("", label).strip()
        if 0 <= self.unit_at < len(cells) and not cells[self.unit_at].number:
            unit = cells[self.unit_at].text
        period = None
        if label and (said := STATED.fullmatch(label)):
            period = self._period(said[0], None)
        area = self.words.places.get(label) is not None or self.by_area or bool(_ALL.fullmatch(label))
        shift = len(cells) - len(self.columns) if len(cells) > len(self.columns) else 0
        drafts = []
        for index, cell in enumerate(cells):
            column = self.columns[index - shift] if 0 <= index - shift < len(self.columns) else None
            if not cell.number or index == self.label_at or (column and column.head in ("序号", "编号")):
                continue
            at = CellAt(self.number, row, index, written, column.head if column else "")
            draft = self._cell(
                cell, label, unit, column or _Column("", "", "", None, ""), period, at, area=area
            )
            if draft.subject:
                drafts.append(draft)
        return drafts

    def _label(self, cells: list[Cell]) -> str:
        if 0 <= self.label_at < len(cells) and cells[self.label_at].text:
            return cells[self.label_at].text
        return next((cell.text for cell in cells if not cell.number and len(cell.text) > 1), "")

    def _cell(
        self,
        cell: Cell,
        label: str,
        unit: str,
        column: _Column,
        period: str | None,
        at: CellAt,
        *,
        area: bool,
    ) -> Draft:
        percent = cell.text.endswith("%")
        measure, kind, own = _measure(column.head, label, percent)
        said = own or column.unit or ("%" if percent else unit or self.table.unit)
        subject = self._subject(label, column, by_column=area or period is not None)
        if said in ("%", "个百分点", "百分点"):
            measure, kind = self._percent(measure, subject, column.head, points="点" in said)
        if measure == "index":
            said = column.unit or unit
        value = _value(cell.text.rstrip("%"))
        name = subject
        if measure == "growth" and not subject.endswith(("增速", "增长")):
            name = f"{subject}增速"
        draft = Draft(Quantity(cell.start, cell.end, value, said, kind), "", "", Reading(measure, value))
        draft.subject = draft.base = self.namer.indicator_of(name) if measure != "growth" else name
        draft.place = label if self.words.places.get(label) is not None else self.page.place
        target = _TARGET.search(column.head) and measure != "share"
        draft.status = "target" if target else "actual"
        if measure in ("growth", "change"):
            before = re.search("环比|上月|上期|上季", column.head)
            draft.compare = "previous" if before else "yoy"
        if measure == "rank" and (scope := re.search("全[国省市县区州]", column.head)):
            draft.scope = scope[0]
        draft.period = period or column.period or self.page.reviewed
        draft.at = at
        draft.why = [f"table: row {label}, column {column.head or '?'}"]
        return draft

    def _subject(self, label: str, column: _Column, *, by_column: bool) -> str:
        """What a cell is about: its row; of areas and years its column, else the table's title."""
        if by_column:
            return column.group or _noun_of(self.table.title) or label
        core = column.core
        if not label or not core or core in label or _LABEL_HEAD.fullmatch(core):
            return label
        return f"{label}{core}"

    def _percent(self, measure: Measure, subject: str, head: str, *, points: bool) -> tuple[Measure, Kind]:
        if points:
            return "change", "points"
        if measure == "level":
            rate = subject.endswith(("率", "比重", "占比"))
            grows = _GROWTH.search(subject) or (self.namer.is_macro(subject) and head)
            measure = "growth" if grows and not rate else "share"
        return measure, "percent"

    def _period(self, head: str, left: str | None) -> str | None:
        """The period of a column: stated, this month, since the year began, or that of the column before."""
        reviewed, year = self.page.reviewed, self.page.year
        stated = [s for s in stated_in(head) if s.kind not in ("total", "since", "now", "whole")]
        if stated and not (stated[0].kind == "year" and stated[0].compared):
            return resolve(stated[0], head, year=year, default=reviewed)
        months = re.findall(r"-(\d{2})", reviewed or "")
        if months and year:
            if _MONTH.search(head):
                return f"{year:04d}-{months[-1]}"
            if _TOTAL.search(head):
                return span(year, 1, int(months[-1]))
        if _LAST_YEAR.search(head):
            return re.sub(r"\d{4}", lambda y: str(int(y[0]) - 1), left or reviewed or "") or None
        return left or reviewed


def _noun_of(title: str) -> str:
    """What a table's title is about: 各县区固定资产投资增速(%) → 固定资产投资增速."""
    bare = STATED.sub("", UNIT.sub("", title))
    noun = re.sub(
        r"^(?:[\u4e00-\u9fff]{0,8}?各?(?:县[、(]?市?[、]?区[)]?|区县|县区|县市区|市州|乡镇|街道|地区))|(?:情况|一览|汇总|统计|排名)*表?$",
        "",
        bare,
    )
    return noun.strip(" ,、:")


def _measure(head: str, label: str, percent: bool) -> tuple[Measure, Kind, str]:
    if _POINTS.search(head):
        return "change", "points", "个百分点"
    if _RANK.search(head):
        return "rank", "rank", "位"
    if _INDEX.search(head) and not _GROWTH.search(re.sub("以.*为100", "", head)):
        return "index", "bare", ""
    if _GROWTH.search(head):
        money = UNIT.search(head)
        if money and money[1] not in ("%", "百分点") and "±" not in head:
            return "change", "amount", money[1]
        return "growth", "percent", "%"
    if percent or _SHARE.search(head):
        return "share", "percent", "%"
    if label.endswith(("指数", "得分")):
        return "index", "bare", ""
    return "level", "amount", ""


def _value(text: str) -> Decimal | None:
    try:
        return number_of(text.replace("+", "").replace("−", "-"))
    except (NotANumber, ArithmeticError):
        return None
