"""Statutory holidays and make-up workdays by notice of the State Council (节假日与调休).

The base is the table kept by the `chinesecalendar` package; a county lays files over it, one for
each year, as soon as the notice is out and without waiting for a release. A file is JSON or YAML:
`{year: 2027, papers: [...], days: [{name: 春节, date: 2027-02-06, isOffDay: true}, ...]}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from chinese_calendar import constants

from yiben.kernel.problems import Place, Problem

FIRST_YEAR = 2007


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that a notice names: off work (放假), or worked although a weekend (调休上班)."""

    day: date
    off: bool
    name: str


@dataclass(frozen=True, slots=True)
class Holidays:
    """Every special day known, and the years whose notice is out (已公布年份)."""

    days: Mapping[date, SpecialDay]
    published: frozenset[int]

    def of_year(self, year: int) -> list[SpecialDay]:
        """The special days dated in `year`, in order."""
        return sorted((s for s in self.days.values() if s.day.year == year), key=lambda s: s.day)

    def overlaid(self, days: Sequence[SpecialDay], *, year: int) -> Holidays:
        """The same with a county's file laid over: a listed day wins, the rest stays."""
        if not days:
            return self
        return Holidays({**self.days, **{s.day: s for s in days}}, self.published | {year})


def built_in() -> Holidays:
    """The special days of the package, from the last days of 2006 (notice for 2007) on."""
    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    days = {
        day: SpecialDay(day, off, chinese[name])
        for table, off in ((constants.holidays, True), (constants.workdays, False))
        for day, name in table.items()
        if day >= date(FIRST_YEAR - 1, 12, 30)
    }
    years = {day.year for day in constants.holidays if day.year >= FIRST_YEAR}
    return Holidays(days, frozenset(years))


def read_file(path: Path, *, over: Holidays) -> tuple[Holidays, list[Problem]]:
    """`over` with a county's holiday file laid over it; a file with problems changes nothing.

    A file that lists no day (the notice is not out) leaves its year provisional.
    """
    place = Place(file=path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, UnicodeError, ValueError, yaml.YAMLError, RecursionError) as error:
        found = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return over, [Problem("holiday-file-unreadable", found, "a JSON or YAML file of one year", place)]
    year = content.get("year") if isinstance(content, dict) else None
    rows = content.get("days") if isinstance(content, dict) else None
    if not isinstance(year, int) or isinstance(year, bool) or not isinstance(rows, list):
        return over, [Problem("holiday-file-shape", type(content).__name__, "year: and days: [...]", place)]
    days, problems = _days_of(rows, year=year, file=path.name)
    return (over, problems) if problems else (over.overlaid(days, year=year), [])


def read_folder(folder: Path, *, over: Holidays) -> tuple[Holidays, list[Problem]]:
    """`over` with every `YYYY.json|yaml|yml` of a folder laid over it, in the order of the years."""
    problems: list[Problem] = []
    for path in sorted(folder.iterdir()):
        if path.suffix in {".json", ".yaml", ".yml"} and path.stem.isdigit():
            over, found = read_file(path, over=over)
            problems += found
    return over, problems


def _days_of(rows: Sequence[object], *, year: int, file: str) -> tuple[list[SpecialDay], list[Problem]]:
    days: dict[date, SpecialDay] = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        place = Place(file=file, subject=f"days[{number}]")
        if not isinstance(row, dict):
            problems.append(Problem("holiday-row", repr(row), "{name, date, isOffDay}", place))
            continue
        day, off = _day_of(row.get("date")), row.get("isOffDay")
        if day is None or abs(day.year - year) > 1 or day < date(FIRST_YEAR - 1, 12, 30):
            expected = f"a date such as {max(year, FIRST_YEAR)}-10-01"
            problems.append(Problem("holiday-date", repr(row.get("date")), expected, place))
        elif not isinstance(off, bool):
            problems.append(Problem("holiday-off", repr(off), "isOffDay: true or false", place))
        elif day in days:
            problems.append(Problem("holiday-twice", str(day), "each day once", place))
        else:
            days[day] = SpecialDay(day, off, str(row.get("name", "")))
    return list(days.values()), problems


def _day_of(value: object) -> date | None:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
