"""Periods that headings, captions and cells name (时期): 2026年7月, 7月, 一季度, 2026-07."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from yiben.kernel.periods import NotAPeriod, Period

_HAN = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_HAN |= {"十一": 11, "十二": 12}
_COUNT = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_YEAR = r"(?:(?P<year>(?:19|20)\d{2})(?:年度?|[-./](?=\d))?)"
# Runs of months are totals over them: known, so that they are not mistaken for one month.
_RUN = re.compile(rf"{_YEAR}?(?<!\d){_COUNT}月?(?:-|—|–|~|～|至|到){_COUNT}月")
_FORMS = (
    ("month", re.compile(rf"{_YEAR}(?<=[年./-])(?P<part>{_COUNT})月(?:份|底)?")),
    ("month", re.compile(rf"{_YEAR}(?<=[./-])(?P<part>1[0-2]|0?[1-9])(?!\d)")),
    ("month", re.compile(rf"(?<!\d)(?P<part>{_COUNT})月(?:份|底)?")),
    ("quarter", re.compile(rf"{_YEAR}?第?(?P<part>[一二三四1-4])季度?")),
    ("quarter", re.compile(rf"{_YEAR}?q(?P<part>[1-4])(?!\d)")),
    ("half", re.compile(rf"{_YEAR}(?P<part>[上下])半年")),
    ("year", re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?:年度?|(?!\d))")),
)
_STRAY_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})年?度?")


@dataclass(frozen=True, slots=True)
class Named:
    """A period that a text names: its kind, its number in the year, its year if it says one."""

    kind: str
    part: int
    year: int | None
    rest: str

    def period(self, *, year: int | None) -> Period | None:
        """The period itself; `year` stands in where the text names none."""
        stated = self.year if self.year is not None else year
        if stated is None:
            return None
        if self.kind == "year":
            return Period.of(f"{stated}")
        letter = {"month": "-", "quarter": "Q", "half": "H"}[self.kind]
        part = f"{self.part:02d}" if self.kind == "month" else str(self.part)
        return Period.of(f"{stated}{letter}{part}")


def named_period(text: str) -> Named | None:
    """The one period that a folded text names, with the text around it; None for none or a run.

    >>> named_period("2026年7月完成投资")
    Named(kind='month', part=7, year=2026, rest='完成投资')
    """
    if names_run(text):
        return None
    for kind, form in _FORMS:
        if found := form.search(text):
            groups = found.groupdict()
            part = groups.get("part") or "1"
            rest = text[: found.start()] + text[found.end() :]
            year = groups.get("year")
            if year is None and (stray := _STRAY_YEAR.search(rest)):
                year, rest = stray[1], rest[: stray.start()] + rest[stray.end() :]
            number = _HAN.get(part) or {"上": 1, "下": 2}.get(part) or int(part)
            return Named(kind, number, int(year) if year else None, rest)
    return None


def names_run(text: str) -> bool:
    """Whether a text speaks of several months together (1-7月)."""
    return bool(_RUN.search(text))


def period_in_cell(text: str, *, year: int | None) -> Period | None:
    """The period that a cell of a period column gives: 2026-07, 2026年7月, 202607, 2026Q1."""
    folded = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    try:
        return Period.of(folded.upper())
    except NotAPeriod:
        pass
    if solid := re.fullmatch(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(?:-?01)?", folded):
        return Period.of(f"{solid[1]}-{solid[2]}")
    if day := re.fullmatch(r"((?:19|20)\d{2}-\d{2})-\d{2}(?:t?0+:00(?::00)?)?", folded):
        return Period.of(day[1])
    named = named_period(folded)
    return named.period(year=year) if named and not named.rest else None


def slot_of(period: Period, every: str) -> str | None:
    """The slot of a measure for a period: the month, quarter or year that holds it.

    None where the period is longer than the measure's own, so that it names no one value.
    """
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    if period.months > months:
        return None
    number = (period.first.month - 1) // months
    start = Period(period.first.replace(month=number * months + 1), months)
    return str(start) if period.end <= start.end else None
