"""Dates of cells (日期): as spreadsheets hold them and as clerks write them."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yiben.readers.numerals import NotANumber, digits_of, number_of
from yiben.readers.tables.told import Cell, Told, Wrong
from yiben.scenes.model import Field

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)
SERIALS_FROM = date(1899, 12, 30)
_CLOCK = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_PART = r"(?P<part>初|上旬|中旬|下旬|月?底|月?末)?"
_SEP = r"\s*[年./-]\s*"
_DAY = re.compile(
    rf"(?P<year>\d{{4}}|\d{{2}}(?=\s*年)){_SEP}(?P<month>\d{{1,2}})\s*[月./-]\s*(?P<day>\d{{1,2}})\s*[日号]?{_CLOCK}"
)
_MONTH = re.compile(rf"(?P<year>\d{{4}}|\d{{2}}(?=\s*年)){_SEP}(?P<month>\d{{1,2}})\s*月?份?{_PART}")
_SOLID = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})?")
_YEAR_END = re.compile(r"(?P<year>\d{4})\s*年?(?P<part>年底|年末|底|末)")
_NO_YEAR = re.compile(rf"(?P<month>\d{{1,2}})\s*月(?:(?P<day>\d{{1,2}})\s*[日号]?|份?{_PART})")
_HAN_DIGITS = re.compile(r"[〇零○一二三四五六七八九]{4}(?=年)")
_HAN_COUNT = re.compile(r"[十一二三四五六七八九廿卅]+(?=[月日号])")
_EMPTY = frozenset({"", "-", "—", "——", "–", "/", "\\", "--", "无", "暂无", "空", "未填", "待定", "未定"})
_PART_DAYS = {"初": 1, "上旬": 10, "中旬": 20}


@dataclass(frozen=True, slots=True)
class DateReader:
    """Reads the dates or months of one column (日期列); a month is kept as 2026-07.

    `year` is the year that a date such as 7月15日 lacks; `origin` the day 0 of serial numbers.
    """

    field: Field
    year: int | None = None
    origin: date | None = None

    def __call__(self, cell: Cell) -> str | Told | Wrong | None:
        """One cell's date as ISO text."""
        if isinstance(cell, datetime):
            return self._accept(cell.date())
        if isinstance(cell, date):
            return self._accept(cell)
        if isinstance(cell, bool) or not isinstance(cell, str | int | float):
            return self._unreadable()
        return self._read_text(cell) if isinstance(cell, str) else self._read_number(cell)

    def expected(self) -> str:
        """What the column holds, with an example."""
        return "a month such as 2026-07" if self.field.type == "month" else "a date such as 2026-07-15"

    def _read_number(self, cell: int | float) -> str | Told | Wrong | None:
        text = f"{cell:.15g}"
        if re.fullmatch(r"(19|20)\d{2}\.1", text):
            expected = f"{text[:4]}-01 or {text[:4]}-10 as text: the number {text} could be both"
            return Wrong("date-ambiguous", expected)
        if re.fullmatch(r"(19|20)\d{2}\.\d{1,2}|(19|20)\d{4}|(19|20)\d{6}", text):
            return self._read_text(text)
        origin = self.origin or SERIALS_FROM
        if (EARLIEST - origin).days <= cell <= (LATEST - origin).days:
            return self._accept(origin + timedelta(days=int(cell)))
        return self._unreadable()

    def _read_text(self, cell: str) -> str | Told | Wrong | None:
        text = unicodedata.normalize("NFKC", cell).strip()
        if text in _EMPTY:
            return None
        text = _arabic(text)
        if found := _DAY.fullmatch(text) or _SOLID.fullmatch(text):
            return self._build(found["year"], found["month"], found["day"] or "")
        if found := _MONTH.fullmatch(text):
            return self._build(found["year"], found["month"], "", found["part"] or "")
        if found := _YEAR_END.fullmatch(text):
            return self._build(found["year"], "12", "", "底")
        found = _NO_YEAR.fullmatch(text)
        if found and self.year is not None:
            value = self._build(str(self.year), found["month"], found["day"] or "", found["part"] or "")
            whole = value.value if isinstance(value, Told) else value
            expected = f"a date with its year; read as of {self.year}"
            return value if not isinstance(whole, str) else Told(whole, "date-without-year", expected)
        return self._unreadable()

    def _build(self, year: str, month: str, day: str, part: str = "") -> str | Told | Wrong:
        """The date of these parts, or why there is no such day."""
        years, months = int(year) + (2000 if len(year) == 2 else 0), int(month)
        if not (1 <= months <= 12 and 1 <= years <= 9999):
            return Wrong("date-impossible", f"{self.expected()}: a month from 1 to 12")
        last = monthrange(years, months)[1]
        if day:
            if not 1 <= int(day) <= last:
                return Wrong("date-impossible", f"{self.expected()}: {years}-{months:02d} has {last} days")
            return self._accept(date(years, months, int(day)))
        value = self._accept(date(years, months, _PART_DAYS.get(part, last) if part else 1))
        if self.field.type == "month" or not isinstance(value, str):
            return value
        expected = "a date with its day; a month alone is read as its first day, 底 and 下旬 as its last"
        return Told(value, "date-without-day", expected)

    def _accept(self, day: date) -> str | Wrong:
        if not EARLIEST <= day <= LATEST:
            return Wrong("date-out-of-range", f"{self.expected()}, between 1950 and 2100")
        return day.isoformat()[:7] if self.field.type == "month" else day.isoformat()

    def _unreadable(self) -> Wrong:
        return Wrong("date-unreadable", self.expected())


def _arabic(text: str) -> str:
    """A date in Chinese numerals with Arabic ones.

    >>> _arabic("二〇二六年七月十五日")
    '2026年7月15日'
    """
    try:
        text = _HAN_DIGITS.sub(lambda found: digits_of(found[0].replace("○", "〇")), text)
        return _HAN_COUNT.sub(lambda found: str(number_of(found[0])), text)
    except NotANumber:
        return text
