"""Tables inside a report's text (报告中的表格): each cell a figure of its row's subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yiben.readers.figures import Draft
from yiben.readers.lexicon import Lexicon
from yiben.readers.matching import last_match
from yiben.readers.measures import Measure, Reading
from yiben.readers.numerals import NotANumber, number_of
from yiben.readers.pages import Page
from yiben.readers.periods import resolve, stated_in
from yiben.readers.quantities import Kind, Quantity
from yiben.readers.subjects import namer_for

_CELL = re.compile(r"[^|]+")
_GAPS = re.compile(r"\S+(?: \S+)*")
_NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?")
_GROWTH = re.compile(r"同比|增长|增速|增幅|±|环比|比上年|较上年")
_POINTS = re.compile(r"百分点|个百分点")
_SHARE = re.compile(r"占比|比重|完成率|比例|率")
_RANK = re.compile(r"位次|排名|名次|位列")
_TARGET = re.compile(r"目标|计划|任务")
_UNIT = re.compile(r"[(\[]\s*(?:单位[::]?)?\s*([^()\[\]\d]{1,10}?)\s*[)\]]")
_UNIT_LINE = re.compile(r"(?:计量)?单位\s*[::]\s*([^\s|,、;()]{1,10})")
_UNIT_HEAD = re.compile(r"^(?:计量)?单位$")


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    text: str


def table_lines(text: str) -> list[tuple[int, int]]:
    """The spans of lines that are rows of tables: cells set apart by bars, tabs or wide blanks."""
    found: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        if "|" in line or "  " in line.strip():
            cells = _cells(line, 0)
            if (
                len(cells) >= 3
                or ("|" in line and len(cells) == 2 and _NUMBER.fullmatch(cells[1].text))
                or (len(cells) == 2 and found and found[-1][1] + 1 >= at - 1)
            ):
                found.append((at, at + len(line)))
        at += len(line) + 1
    return [span for span in found if _numeric(text, span) or _heads(text, span)]


def _numeric(text: str, span: tuple[int, int]) -> bool:
    cells = _cells(text[span[0] : span[1]], 0)
    numbers = sum(1 for cell in cells if _NUMBER.fullmatch(cell.text))
    return numbers >= 1 and len(cells) >= 2 and not any(len(cell.text) > 40 for cell in cells)


def _heads(text: str, span: tuple[int, int]) -> bool:
    line = text[span[0] : span[1]]
    return (
        len(line) < 160
        and "。" not in line
        and any(mark in line for mark in ("指标", "单位", "项目", "增长", "累计", "名称", "地区"))
    )


def _cells(line: str, at: int) -> list[_Cell]:
    shape = _CELL if "|" in line else re.compile(r"\S+(?:(?: (?! )|(?<=\S)) ?\S+)*")
    cells = []
    for found in shape.finditer(line):
        said = found[0].strip()
        if not said or (len(said) > 2 and set(said) <= set("-: ")):
            continue
        lead = len(found[0]) - len(found[0].lstrip())
        cells.append(_Cell(at + found.start() + lead, at + found.start() + lead + len(said), said))
    return cells


def table_drafts(text: str, rows: Sequence[tuple[int, int]], *, page: Page, words: Lexicon) -> list[Draft]:
    """The figures of every table: subject from the row, unit, measure and period from the header."""
    drafts: list[Draft] = []
    header: list[str] = []
    general, last = "", -1
    for start, end in rows:
        if last < 0 or (start > last + 2 and text[last:start].strip()):
            header, general = [], _unit_near(text, start)
        last = end
        cells = _cells(text[start:end], start)
        values = [cell for cell in cells if _NUMBER.fullmatch(cell.text)]
        if not values or (not header and len(values) == len(cells)):
            header = _joined(header, [cell.text for cell in cells])
            continue
        drafts += _row(cells, header, general, page, words)
    return drafts


def _joined(above: list[str], below: list[str]) -> list[str]:
    if not above or len(above) != len(below):
        return below
    return [one if one == other else f"{one}{other}" for one, other in zip(above, below, strict=True)]


def _unit_near(text: str, start: int) -> str:
    found = last_match(_UNIT_LINE, text, max(0, start - 120), start)
    return found[1] if found else ""


def _row(cells: list[_Cell], header: list[str], general: str, page: Page, words: Lexicon) -> list[Draft]:
    label = next((cell.text for cell in cells if not _NUMBER.fullmatch(cell.text) and len(cell.text) > 1), "")
    label = re.sub(r"^(?:[一二三四五六七八九十]+、|\d{1,2}[.、]|其中[::]|#|\*|\s)+", "", label)
    own = _UNIT.search(label)
    unit = own[1] if own else ""
    subject = _UNIT.sub("", label).strip()
    if not subject:
        return []
    offset = len(header) - len(cells) if len(header) < len(cells) else 0
    for index, head in enumerate(header):
        if _UNIT_HEAD.match(head) and index < len(cells) and not _NUMBER.fullmatch(cells[index].text):
            unit = cells[index].text
    drafts = []
    for index, cell in enumerate(cells):
        if _NUMBER.fullmatch(cell.text) and (head := _head_of(header, index, offset)) != "序号":
            drafts.append(_cell(cell, subject, unit, general, head, page, words))
    return drafts


def _head_of(header: list[str], index: int, offset: int) -> str:
    place = index + offset
    return header[place] if 0 <= place < len(header) else ""


def _cell(cell: _Cell, subject: str, unit: str, general: str, head: str, page: Page, words: Lexicon) -> Draft:
    percent = cell.text.endswith("%")
    value = _value(cell.text.rstrip("%"))
    measure, kind, own = _measure(head, subject, percent)
    headed = _UNIT.search(head)
    said = own or (headed[1] if headed else "") or ("%" if percent else unit or general)
    if said in ("%", "个百分点", "百分点"):
        kind = "points" if "点" in said else "percent"
        if measure == "level":
            measure = (
                "growth"
                if _GROWTH.search(subject) or (namer_for(words).is_macro(subject) and head)
                else "share"
            )
        if "点" in said:
            measure = "change"
    name = subject + ("增速" if measure == "growth" and not subject.endswith(("增速", "增长")) else "")
    draft = Draft(Quantity(cell.start, cell.end, value, said, kind), "", "", Reading(measure, value))
    draft.subject = draft.base = namer_for(words).indicator_of(name) if measure != "growth" else name
    draft.place = subject if subject in words.places else page.place
    draft.status = "target" if _TARGET.search(head) else "actual"
    if measure == "growth":
        draft.compare = "previous" if "环比" in head else "yoy"
    stated = [s for s in stated_in(head) if s.kind not in ("total", "since", "now")]
    draft.period = (
        resolve(stated[0], head, year=page.year, default=page.reviewed) if stated else page.reviewed
    )
    draft.why = [f"table: row {subject}, column {head or '?'}"]
    return draft


def _measure(head: str, subject: str, percent: bool) -> tuple[Measure, Kind, str]:
    if _POINTS.search(head):
        return "change", "points", "个百分点"
    if _RANK.search(head):
        return "rank", "rank", "位"
    if _GROWTH.search(head):
        return "growth", "percent", "%"
    if percent or _SHARE.search(head):
        return "share", "percent", "%"
    if subject.endswith(("指数", "得分")):
        return "index", "bare", ""
    return "level", "amount", ""


def _value(text: str) -> Decimal | None:
    try:
        return number_of(text.replace("+", "").replace("−", "-"))
    except (NotANumber, ArithmeticError):
        return None
