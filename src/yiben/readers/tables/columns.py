"""From a header to columns that can be read (列的安排): field, unit, period and reader of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem
from yiben.kernel.units import UNITS, Unit
from yiben.readers.tables.header_rows import HeadedColumn, Header
from yiben.readers.tables.headings import Match, Vocabulary, caption_units
from yiben.readers.tables.model import Column, letters_of
from yiben.readers.tables.periods import named_period, slot_of
from yiben.readers.tables.unit_words import same_kind
from yiben.readers.tables.values import CellReader, fold, reader_for
from yiben.scenes.model import Field, Pack

# A caption with a day in it says when the table was made, not what it is about.
_MADE_ON = re.compile(r"填报|制表|编制|打印|导出|截[止至]|日期|\d日")


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column that states a field or measure, with the reader of its cells."""

    column: Column
    field: Field
    read: CellReader
    lacks_period: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet's table is read: its columns, and what the header itself got wrong (版式)."""

    columns: tuple[Column, ...]
    stated: tuple[ReadColumn, ...]
    key: int | None
    name: int | None
    period: int | None
    year: int | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a header: the file and sheet, the period asked for, the caption's units."""

    file: str
    sheet: str
    header_row: int
    period: Period | None
    year: int | None
    units: Mapping[str, Unit]
    origin: date | None

    def at(self, index: int, name: str = "") -> Place:
        """The place of a column's heading."""
        return Place(self.file, self.sheet, f"{letters_of(index)}{self.header_row}", field=name)


def lay_out(
    header: Header,
    *,
    words: Vocabulary,
    file: str,
    sheet: str,
    period: Period | None,
    origin: date | None = None,
    by_name: bool = False,
) -> Layout:
    """The layout of a table below `header`; `by_name` lets the display name stand for the key."""
    told = _told_period(header.captions, sheet)
    chosen = period or told
    setting = Setting(
        file,
        sheet,
        header.first_data_row,
        chosen,
        chosen.year if chosen else _told_year(header.captions, sheet),
        caption_units(list(header.captions)),
        origin,
    )
    rows_have_periods = any(one.match and one.match.use == "period" for one in header.columns)
    problems = _period_problems(period, told, setting)
    columns: list[Column] = []
    stated: dict[tuple[str, str], tuple[int, ReadColumn]] = {}
    for headed in header.columns:
        column, read, wrong = _arrange(headed, words, setting, rows_have_periods=rows_have_periods)
        problems += wrong
        if read is not None and headed.match is not None:
            column, twice = _keep_closer(stated, read, headed.match, setting)
            problems += twice
        columns.append(column)
    kept = {read.column.index for _, read in stated.values()}
    final = tuple(
        column if column.use not in ("field", "measure") or column.index in kept else _unread(column)
        for column in columns
    )
    return _finish(
        final, [read for _, read in stated.values()], words.pack, setting, problems, by_name=by_name
    )


def _finish(
    columns: tuple[Column, ...],
    stated: list[ReadColumn],
    pack: Pack,
    setting: Setting,
    problems: list[Problem],
    *,
    by_name: bool,
) -> Layout:
    stated.sort(key=lambda read: read.column.index)
    places = {read.column.name: read.column.index for read in stated if read.column.use == "field"}
    key, name = places.get(pack.key), places.get(pack.display)
    if key is None and not (by_name and name is not None):
        label = pack.fields[pack.key].label.zh
        expected = f"a column {label}, by which {pack.subject.text('en')} rows are told apart"
        place = Place(setting.file, setting.sheet, f"{setting.header_row}:{setting.header_row}")
        problems.append(Problem("key-column-missing", f"no column {label}", expected, place))
    period = next((column.index for column in columns if column.use == "period"), None)
    return Layout(columns, tuple(stated), key, name, period, setting.year, tuple(problems))


def _unread(column: Column) -> Column:
    return Column(column.index, column.heading, "unknown")


def _keep_closer(
    stated: dict[tuple[str, str], tuple[int, ReadColumn]], read: ReadColumn, match: Match, setting: Setting
) -> tuple[Column, list[Problem]]:
    """Of two columns for one field, the one whose heading is closer; equal ones are a problem."""
    slot = (read.column.name, read.column.period)
    before = stated.get(slot)
    if before is None or match.rank < before[0]:
        stated[slot] = match.rank, read
    if before is None:
        return read.column, []
    loser = before[1].column if match.rank < before[0] else read.column
    first = before[1].column
    found = f"{read.column.heading!r} and {first.heading!r} ({first.letters}) for {read.field.label.zh}"
    severity = "error" if match.rank == before[0] else "warning"
    place = setting.at(loser.index, read.column.name)
    return read.column, [
        Problem("column-twice", found, "one column for each field and period", place, severity)  # type: ignore[arg-type]
    ]


def _arrange(
    headed: HeadedColumn, words: Vocabulary, setting: Setting, *, rows_have_periods: bool
) -> tuple[Column, ReadColumn | None, list[Problem]]:
    """One column's place in the layout."""
    match = headed.match
    if match is None:
        return Column(headed.index, headed.written, "unknown"), None, _unknown(headed, words, setting)
    if match.use not in ("field", "measure"):
        return Column(headed.index, headed.written, match.use, match.name), None, []
    field = words.pack.fields.get(match.name) or words.pack.measures[match.name]
    unit, problems = _unit(headed, field, setting)
    slot, lacks = "", False
    if match.use == "measure" and not (rows_have_periods and match.named is None):
        slot = _slot(match, field, setting) or ""
        lacks = not slot
    column = Column(headed.index, headed.written, match.use, match.name, unit, slot, field.every)
    if any(problem.severity == "error" for problem in problems):
        return column, None, problems
    reader = reader_for(field, unit=unit, year=setting.year, origin=setting.origin)
    return column, ReadColumn(column, field, reader, lacks), problems


def _unknown(headed: HeadedColumn, words: Vocabulary, setting: Setting) -> list[Problem]:
    """A column that the pack does not know is told, with the nearest label, and not read."""
    if not headed.written:
        return []
    near = words.nearest(headed.heading)
    expected = (
        f"a column of the book; did you mean {near}?" if near else "a column of the book; it is not read"
    )
    place = setting.at(headed.index)
    return [Problem("column-unknown", f"a column {headed.written!r}", expected, place, "warning")]


def _unit(headed: HeadedColumn, field: Field, setting: Setting) -> tuple[str, list[Problem]]:
    """The unit in which the file gives a column: its heading's, else the caption's, else ours."""
    if not (field.is_number and field.unit in UNITS):
        return field.unit, []
    own, heading = UNITS[field.unit], headed.heading
    if heading.unit:
        if same_kind(UNITS[heading.unit], own):
            return heading.unit, []
        problem = _unit_problem("unit-mismatch", heading.unit, field, headed, setting)
        return field.unit, [problem]
    if heading.remark:
        return field.unit, [_unit_problem("unit-unknown", heading.remark, field, headed, setting)]
    told = setting.units.get(own.kind)
    return (told.name if told and same_kind(told, own) else field.unit), []


def _unit_problem(code: str, unit: str, field: Field, headed: HeadedColumn, setting: Setting) -> Problem:
    kin = [name for name, one in UNITS.items() if same_kind(one, UNITS[field.unit])][:8]
    found = f"the unit {unit} in {headed.written!r}"
    return Problem(code, found, "one of the units " + ", ".join(kin), setting.at(headed.index, field.name))


def _slot(match: Match, field: Field, setting: Setting) -> str | None:
    period = match.named.period(year=setting.year) if match.named else setting.period
    if period is None and field.every == "year" and setting.year is not None:
        period = Period.of(str(setting.year))
    return slot_of(period, field.every) if period else None


def _told_period(captions: tuple[str, ...], sheet: str) -> Period | None:
    """The one period that the captions, or the sheet's name, give; None where they give several."""
    for texts in (captions, (sheet,)):
        named = [named_period(fold(text)) for text in texts if not _MADE_ON.search(fold(text))]
        periods = {one.period(year=None) for one in named if one is not None and one.kind != "year"} - {None}
        if len(periods) == 1:
            return periods.pop()
    return None


def _told_year(captions: tuple[str, ...], sheet: str) -> int | None:
    years = {int(year) for text in (*captions, sheet) for year in re.findall(r"(20\d{2})年?", text)}
    return years.pop() if len(years) == 1 else None


def _period_problems(period: Period | None, told: Period | None, setting: Setting) -> list[Problem]:
    """A caption that speaks of another month than the one asked for is told as a warning."""
    if period is None or told is None or told.months != period.months or told == period:
        return []
    place = Place(setting.file, setting.sheet, "1:1")
    return [
        Problem("period-differs", f"a table of {told}", f"a table of {period}, as asked", place, "warning")
    ]
