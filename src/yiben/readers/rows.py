"""Tables inside a report's text (报告中的表格): lines, cells, headers of several rows, titles and units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from yiben.readers.matching import last_match

NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?")
UNIT = re.compile(r"[(\[]\s*(?:计量)?(?:单位[::]?)?\s*([^()\[\]\d]{1,10}?)\s*[)\]]")
_SPACED = re.compile(r"\S+(?:(?: (?! )|(?<=\S)) ?\S+)*")
_UNIT_LINE = re.compile(r"(?:计量)?单位\s*[::]\s*([^\s|,、;()]{1,10})")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_TITLE = re.compile(r"表\s*[\d一二三四五六七八九十]|附[表件]|单位\s*[::]|(?:情况|指标|表)(?:\(.*\))?$")
_HEADS = (
    "指标",
    "单位",
    "项目",
    "增长",
    "累计",
    "名称",
    "地区",
    "县区",
    "县市",
    "区县",
    "年份",
    "合计",
    "产品",
    "行业",
    "科目",
)
_NOTHING = re.compile(r"[-—–.…/*\s]*")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with its place in the text; empty cells keep their column."""

    start: int
    end: int
    text: str

    @property
    def number(self) -> bool:
        """Whether the cell holds a number and nothing else."""
        return bool(NUMBER.fullmatch(self.text))


@dataclass(slots=True)
class Table:
    """Rows under one header: its title, the unit of the whole, the heads of the columns, the body."""

    title: str
    unit: str
    header: list[str] = field(default_factory=list)
    body: list[list[Cell]] = field(default_factory=list)


def table_lines(text: str) -> list[tuple[int, int]]:
    """The spans of lines that are rows of tables: cells set apart by bars, tabs or wide blanks."""
    found: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        if "|" in line or "  " in line.strip():
            cells = [cell for cell in _cells(line, 0) if cell.text]
            if (
                len(cells) >= 3
                or ("|" in line and len(cells) == 2 and cells[1].number)
                or (len(cells) == 2 and found and found[-1][1] + 1 >= at - 1)
            ):
                found.append((at, at + len(line)))
        at += len(line) + 1
    return [span for span in found if _numeric(text, span) or _headlike(text[span[0] : span[1]])]


def _numeric(text: str, span: tuple[int, int]) -> bool:
    cells = [cell for cell in _cells(text[span[0] : span[1]], 0) if cell.text]
    numbers = sum(cell.number for cell in cells)
    return numbers >= 1 and len(cells) >= 2 and not any(len(cell.text) > 40 for cell in cells)


def _headlike(line: str) -> bool:
    """Whether a line may be a header: short, no sentence, with a word of headers or bars."""
    short = len(line) < 200 and "。" not in line
    return short and (line.count("|") >= 2 or any(mark in line for mark in _HEADS))


def _cells(line: str, at: int) -> list[Cell]:
    """The cells of a line, empty ones between bars included; a rule of dashes has none."""
    if "|" not in line:
        return [_cell(found[0], at + found.start()) for found in _SPACED.finditer(line)]
    if not line.strip(" |-:"):
        return []
    cells, place = [], 0
    for part in line.split("|"):
        cells.append(_cell(part, at + place))
        place += len(part) + 1
    if not cells[0].text and line.lstrip().startswith("|"):
        cells = cells[1:]
    if cells and not cells[-1].text:
        cells = cells[:-1]
    return cells


def _cell(part: str, at: int) -> Cell:
    said = part.strip()
    start = at + len(part) - len(part.lstrip())
    return Cell(start, start + len(said), said)


def tables_of(text: str, rows: Sequence[tuple[int, int]]) -> Iterator[Table]:
    """The tables that the rows make; a header row after a body, or words between, begin a new one."""
    table: Table | None = None
    heads: list[list[str]] = []
    last = 0
    for start, end in rows:
        cells = _cells(text[start:end], start)
        if table is None or _apart(text[last:start]):
            if table and table.body:
                yield table
            table, heads = Table(*_title_of(text, last, start)), []
        head = _is_head(cells, headed=bool(heads))
        if head and table.body:
            yield table
            table, heads = Table(table.title, table.unit), []
        if head:
            heads.append([cell.text for cell in cells])
        elif not _numbering(cells):
            if not table.body:
                table.header = _joined([_fitted(row, len(cells)) for row in heads])
            table.body.append(cells)
        last = end
    if table and table.body:
        yield table


def _apart(between: str) -> bool:
    """Whether what stands between two rows begins a new table; a short line of a header does not."""
    said = between.strip()
    return bool(said) and (len(said) > 24 or "\n\n" in between or bool(_TITLE.search(said)) or "。" in said)


def _is_head(cells: Sequence[Cell], *, headed: bool) -> bool:
    """Whether a row is one of the header: no numbers, or years where no header stands yet."""
    numbers = [cell.text for cell in cells if cell.number]
    if not numbers:
        said = [cell.text for cell in cells if not _NOTHING.fullmatch(cell.text)]
        return len(said) >= 2 or not headed
    return not headed and all(_YEAR.fullmatch(number) for number in numbers)


def _numbering(cells: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: 甲, 乙, 1, 2, 3."""
    said = [cell.text for cell in cells if cell.text and cell.text not in "甲乙丙丁"]
    return (
        len(said) >= 2 and said == [str(number) for number in range(int(said[0]), int(said[0]) + len(said))]
        if said and said[0] in ("1", "2")
        else False
    )


def _title_of(text: str, since: int, start: int) -> tuple[str, str]:
    """The last line before a table, without its number, and the unit that stands there."""
    before = text[max(since, start - 160) : start]
    unit = last_match(_UNIT_LINE, before)
    lines = [line.strip() for line in before.split("\n") if line.strip()]
    titles = [
        line for line in lines if not line.startswith(("单位", "计量单位", "(单位")) and len(line) <= 60
    ]
    title = titles[-1] if titles and titles[-1][-1] not in "。;,:" else ""
    return re.sub(r"^(?:附?表\s*[\d一二三四五六七八九十-]*[::.、]?\s*)", "", title), unit[1] if unit else ""


def _fitted(row: list[str], width: int) -> list[str]:
    """A header row made as wide as the body: merged cells reach over the columns that they hold."""
    size = len(row)
    if size < width and size > 1 and (width - 1) % (size - 1) == 0:
        times = (width - 1) // (size - 1)
        row = [row[0], *(head for head in row[1:] for _ in range(times))]
    elif size < width:
        row = [""] * (width - size) + row
    return row


def _joined(rows: list[list[str]]) -> list[str]:
    """Header rows as one: upper heads reach to the right over empty cells above filled ones."""
    if not rows:
        return []
    joined = list(rows[-1])
    for row in reversed(rows[:-1]):
        filled, held = [], ""
        for column, head in enumerate(row):
            held = head or (held if column < len(joined) and joined[column] else "")
            filled.append(held)
        joined = [
            upper if lower in ("", upper) else f"{upper}{lower}"
            for upper, lower in zip(filled, joined, strict=False)
        ] + joined[len(filled) :]
    return joined
