"""Rows that are no subject (非数据行): totals, section titles, notes, repeated headers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from yiben.readers.tables.model import LeftOutKind
from yiben.readers.tables.values import fold, is_blank

_TOTAL = re.compile(
    r"(?:.{0,10}?[-—:,]?)(?:合计|小计|总计|共计|汇总|总和|累计|全部)(?:数|栏)?[::]?(?:\(.*\))?"
    r"|(?:sub|grand)?-?total:?"
)
_SECTION = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.,]|\([一二三四五六七八九十]{1,3}\)|[ivx]{1,4}[、.]).+"
)
_NOTE = re.compile(
    r"(?:注|备注|说明|附注|填表说明|填报说明|填表人|填报人|制表人?|审核人?|单位负责人|联系人|联系电话|note|remark)s?[::].*"
)
_NUMBER = re.compile(r"[-+]?[\d,.]+%?")
_NUMBERING = re.compile(r"\(?\d{1,3}\)?(?:=.*)?|[甲乙丙丁戊]|[a-z]{1,2}")
SUMMED_TYPES = frozenset({"money", "quantity", "integer", "decimal"})


def is_suspicious(key: str) -> bool:
    """Whether a text key may be a total, section or note instead of a subject.

    >>> is_suspicious("合 计"), is_suspicious("合计桥改造")
    (True, False)
    """
    folded = fold(key)
    return bool(_TOTAL.fullmatch(folded) or _SECTION.fullmatch(folded) or _NOTE.fullmatch(folded))


def kind_of_row(cells: Sequence[Any], *, header: frozenset[str], has_key: bool) -> LeftOutKind | None:
    """What a row is that seems to be no subject; None where it may be one after all."""
    said = [cell for cell in cells if not is_blank(cell)]
    texts = [fold(cell) for cell in said if isinstance(cell, str)]
    if len(texts) > 1 and sum(text in header for text in texts) >= max(2, (len(said) + 1) // 2):
        return "header"
    if any(_TOTAL.fullmatch(text) for text in texts[:4]):
        return "total"
    if texts and _NOTE.fullmatch(texts[0]):
        return "note"
    if _is_numbering(said):
        return "numbering"
    if texts and (_SECTION.fullmatch(texts[0]) and len(texts) == 1):
        return "section"
    if not has_key and len(said) == 1 and texts and not _NUMBER.fullmatch(texts[0]):
        return "section" if len(texts[0]) <= 20 else "note"
    return None


def _is_numbering(said: Sequence[Any]) -> bool:
    """The row of column numbers below a header: 1 2 3 …, or 甲 乙 1 2."""
    texts = [
        fold(cell if isinstance(cell, str) else f"{cell:g}")
        for cell in said
        if isinstance(cell, str | float | int)
    ]
    if len(texts) != len(said) or len(texts) < 3 or not all(map(_NUMBERING.fullmatch, texts)):
        return False
    numbers = [int(found[0]) for text in texts if (found := re.search(r"\d+", text))]
    return len(numbers) >= 2 and all(after == before + 1 for before, after in itertools.pairwise(numbers))


class Sums:
    """Running sums of the number columns (合计的核对), to know a total that does not say so.

    Rows are added once, in the order of the sheet. A column with an unreadable cell is `tainted`:
    its sum is not known and is left out of the comparison.
    """

    def __init__(self, width: int) -> None:
        self.last = 0
        self.tainted: set[int] = set()
        self._whole = [Decimal(0)] * width
        self._since = [Decimal(0)] * width
        self._count = self._count_since = 0

    def add(self, row: int, values: Sequence[str | int | None]) -> None:
        """One subject's numbers."""
        self.last = row
        self._count += 1
        self._count_since += 1
        for place, value in enumerate(values):
            if value is not None:
                number = Decimal(value)
                self._whole[place] += number
                self._since[place] += number

    def close(self) -> None:
        """A total stood here: what follows is summed anew beside the whole."""
        self._since = [Decimal(0)] * len(self._since)
        self._count_since = 0

    def matches(self, values: Sequence[str | int | None]) -> bool:
        """Whether these numbers are the sums of all rows above, or of those since the last total."""
        given = [
            (place, Decimal(value))
            for place, value in enumerate(values)
            if value is not None and place not in self.tainted
        ]
        if not any(number for _, number in given):
            return False
        return (self._count > 1 and all(self._whole[place] == number for place, number in given)) or (
            self._count_since > 1 and all(self._since[place] == number for place, number in given)
        )
