"""Totals of tables (表内合计): rows against 合计, columns against a column of totals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from yiben.readers.drafts import Draft

_TOTAL = re.compile(
    r"(?:^|[^\u4e00-\u9fff])(?:合\s*计|总\s*计|总\s*和|共\s*计|总数)(?:$|[^\u4e00-\u9fff])|(?:合计|总计)$"
)
_WHOLE = re.compile(r"^(?:全[国省市县区州盟旗]|[^,]{0,8}(?:总额|总量|总值|总产值))$")
_SUB = re.compile(r"小\s*计$")
_NO_SUM = re.compile(
    r"人均|平均|单价|均价|浓度|亩产|单产|年限|工期|时间|日期|年份|编号|比$|率|系数|指数|标准|排名"
)
_NO_SUM_UNITS = ("天", "年", "月", "日", "个月", "分", "岁", "倍", "%", "‰", "度", "℃", "分钟", "小时")
_PART = re.compile(r"^\s*(?:其中|#|\*|-|·|—)")
_TOP = re.compile(r"^\s*[一二三四五六七八九十]+、")
_SECOND = re.compile(r"^\s*(?:\([一二三四五六七八九十\d]+\)|\d+[.、])")


@dataclass(frozen=True, slots=True)
class TableSum:
    """A total of a table by the numbers of its drafts, and whether the table demands that it holds."""

    total: int
    parts: tuple[int, ...]
    expected: Decimal
    holds: bool


def table_sums(drafts: Sequence[Draft]) -> Iterator[TableSum]:
    """Every total that a table states, with the sum of what stands beside or above it.

    Where it does not hold it is told only if the table says plainly that it is a total (合计) and
    each way to add up the rows fails, or if the same rows add up in another column.
    """
    tables: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for index, draft in enumerate(drafts):
        if draft.at and _adds_up(draft):
            tables[draft.at.table][(draft.at.row, draft.at.column)] = index
    for cells in tables.values():
        yield from _down(drafts, cells)
        yield from _across(drafts, cells)


def _adds_up(draft: Draft) -> bool:
    """Whether numbers of this kind may be added: amounts and counts, not prices, averages or times."""
    at, unit = draft.at, draft.quantity.unit
    assert at is not None
    if draft.reading.measure != "level" or not isinstance(draft.quantity.value, Decimal):
        return False
    return "/" not in unit and unit not in _NO_SUM_UNITS and not _NO_SUM.search(f"{at.head}{draft.subject}")


def _down(drafts: Sequence[Draft], cells: Mapping[tuple[int, int], int]) -> Iterator[TableSum]:
    """A row of totals against the rows above it, or below it where it stands first."""
    labels = _labels(drafts, cells)
    rows = sorted(labels)
    columns = sorted({column for _, column in cells})
    for row in rows:
        explicit = bool(_TOTAL.search(labels[row]))
        if not explicit and not (row == rows[0] and _WHOLE.match(labels[row])):
            continue
        ways, plain = _ways(labels, rows, row)
        found = []
        for column in columns:
            if made := _best(drafts, cells, row, column, ways):
                found.append(made)
        held = any(made.holds for made in found)
        demanded = held or (explicit and plain and len(ways) == 1)
        yield from (made for made in found if made.holds or demanded)


def _labels(drafts: Sequence[Draft], cells: Mapping[tuple[int, int], int]) -> dict[int, str]:
    labels: dict[int, str] = {}
    for (row, _), index in cells.items():
        at = drafts[index].at
        assert at is not None
        labels[row] = at.label
    return labels


def _ways(labels: Mapping[int, str], rows: Sequence[int], total: int) -> tuple[list[list[int]], bool]:
    """The sets of rows that may make the total (plain rows, top numbers, subtotals), and whether none is a part."""
    first = total == rows[0]
    before = [row for row in rows if row < total]
    since = max((row for row in before if _TOTAL.search(labels[row])), default=-1)
    near = [row for row in rows if row > total] if first else [row for row in before if row > since]
    if first:
        until = next((row for row in near if _TOTAL.search(labels[row])), None)
        near = [row for row in near if until is None or row < until]
    plain = [row for row in near if not _PART.match(labels[row]) and not _SUB.search(labels[row])]
    ways = [plain]
    for shape in (_TOP, _SECOND, _SUB):
        chosen = [row for row in near if shape.search(labels[row])]
        if 2 <= len(chosen) < len(near):
            ways.append(chosen)
    tops = [row for row in plain if not _SECOND.match(labels[row])]
    if 2 <= len(tops) < len(plain):
        ways.append(tops)
    return [way for way in ways if len(way) >= 2], len(plain) == len(near)


def _best(
    drafts: Sequence[Draft],
    cells: Mapping[tuple[int, int], int],
    row: int,
    column: int,
    ways: Sequence[Sequence[int]],
) -> TableSum | None:
    """The first way that holds, else the first that is whole."""
    total = cells.get((row, column))
    if total is None:
        return None
    made = None
    for way in ways:
        parts = [cells[(part, column)] for part in way if (part, column) in cells]
        if len(parts) < max(2, len(way)) or any(
            drafts[part].quantity.unit != drafts[total].quantity.unit for part in parts
        ):
            continue
        one = _summed(drafts, total, parts)
        if one.holds:
            return one
        made = made or one
    return made


def _across(drafts: Sequence[Draft], cells: Mapping[tuple[int, int], int]) -> Iterator[TableSum]:
    """A column of totals against the columns beside it; told where most rows hold."""
    heads: dict[int, str] = {}
    for (_, column), index in cells.items():
        at = drafts[index].at
        assert at is not None
        heads[column] = at.head
    columns = sorted(heads)
    for column in columns:
        if not _TOTAL.search(heads[column]):
            continue
        others = [one for one in columns if one != column and not _PART.match(heads[one])]
        if len(others) < 2:
            continue
        found = []
        for row in sorted({row for row, _ in cells}):
            total = cells.get((row, column))
            parts = [cells[(row, one)] for one in others if (row, one) in cells]
            if total is None or len(parts) < 2:
                continue
            if all(drafts[part].quantity.unit == drafts[total].quantity.unit for part in parts):
                found.append(_summed(drafts, total, parts))
        right = sum(made.holds for made in found)
        if right * 2 > len(found):
            yield from found


def _summed(drafts: Sequence[Draft], total: int, parts: Sequence[int]) -> TableSum:
    values = [drafts[part].quantity.value for part in parts]
    stated = drafts[total].quantity.value
    assert isinstance(stated, Decimal)
    numbers = [value for value in values if isinstance(value, Decimal)]
    expected = sum(numbers, Decimal(0))
    slack = _slack([stated, *numbers], drafts[total].quantity.unit)
    return TableSum(total, tuple(parts), expected, abs(expected - stated) <= slack)


def _slack(values: Sequence[Decimal], unit: str) -> Decimal:
    """What rounding of every number to the last digit written may hide; whole counts hide nothing."""
    if min(map(_exponent, values)) >= 0 and unit[:1] not in ("万", "亿", "千", "百"):
        return Decimal(0)
    return sum((Decimal(1).scaleb(_exponent(value)) / 2 for value in values), Decimal(0))


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
