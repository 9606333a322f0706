"""Templates to fill in (填报模板): headings with units, drop-down lists, notes, frozen panes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from yiben.kernel.periods import Period
from yiben.scenes.model import Field, Form, Pack
from yiben.writers.tables.out_columns import heading_of
from yiben.writers.tables.xlsx_file import set_made_at, sheet_name

ROWS_TO_FILL = 2_000
_HEADER = 1
_LIST_CHARACTERS = 250
_TEXTS = {
    "zh": {"notes": "说明", "choices": "选项", "yes": "是", "no": "否", "required": "必填", "empty": ""},
    "en": {
        "notes": "Notes",
        "choices": "Choices",
        "yes": "yes",
        "no": "no",
        "required": "required",
        "empty": "",
    },
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = date(1950, 1, 1), date(2100, 12, 31)


def template(
    pack: Pack,
    *,
    form: str | None = None,
    subjects: Sequence[Mapping[str, Any]] | None = None,
    period: Period | str | None = None,
    language: str = "zh",
) -> bytes:
    """An xlsx to fill in: every field of the pack, or the key, the name and what `form` asks for.

    `subjects` (canonical values by field name) are written in as rows to update; `period` names the
    month, quarter or year that the measures speak of, and stands in their headings. Raises
    KeyError where the pack has no such form.
    """
    asked = Period.of(period) if isinstance(period, str) else period
    fields = _fields(pack, pack.forms[form] if form else None, with_measures=asked is not None)
    texts = _TEXTS["zh" if language.startswith("zh") else "en"]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    set_made_at(book)
    sheet = book.add_worksheet(sheet_name(pack.title.text(language)))
    _title(book, sheet, pack, pack.forms[form] if form else None, language)
    lists = _ChoiceLists(book, texts)
    last = _HEADER + len(subjects or ()) + ROWS_TO_FILL
    for place, field in enumerate(fields):
        _column(book, sheet, place, field, asked, language)
        _validate(sheet, place, field, lists, last, language)
    for row, subject in enumerate(subjects or (), start=_HEADER + 1):
        for place, field in enumerate(fields):
            _write(sheet, row, place, subject.get(field.name), field, language)
    sheet.freeze_panes(_HEADER + 1, min(2, len(fields)))
    _notes(book, fields, texts, language)
    lists.close()
    book.close()
    return target.getvalue()


def _fields(pack: Pack, form: Form | None, *, with_measures: bool) -> list[Field]:
    if form is None:
        return [*pack.fields.values(), *(pack.measures.values() if with_measures else ())]
    names = dict.fromkeys([pack.key, pack.display, *form.fields])
    found = [pack.fields.get(name) or pack.measures.get(name) for name in names]
    return [field for field in found if field is not None]


def _title(book: Any, sheet: Any, pack: Pack, form: Form | None, language: str) -> None:
    parts = [pack.title.text(language)] + ([form.label.text(language)] if form else [])
    sheet.write_string(0, 0, " · ".join(parts), book.add_format({"bold": True, "font_size": 14}))


def _column(book: Any, sheet: Any, place: int, field: Field, period: Period | None, language: str) -> None:
    """The heading of one column, and the format of the cells below it."""
    colour = "#FCE4D6" if field.required else "#DCE6F1"
    style = book.add_format(
        {"bold": True, "bg_color": colour, "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    heading = template_heading(field, period=period, language=language)
    formats = {"date": "yyyy-mm-dd", "month": "yyyy-mm", "integer": "0", "rank": "0"}
    kept_as_text = not field.is_number and field.type not in formats and field.type != "boolean"
    form = book.add_format({"num_format": "@" if kept_as_text else formats.get(field.type, "General")})
    sheet.set_column(place, place, max(12, min(36, 2 * len(heading))), form)
    sheet.write_string(_HEADER, place, heading, style)
    if field.help is not None:
        sheet.write_comment(_HEADER, place, field.help.text(language))


def template_heading(field: Field, *, period: Period | None, language: str) -> str:
    """A column's heading: label, the measure's period, the unit, and * where it is required."""
    heading = heading_of(field, language=language)
    if field.every and period is not None:
        months = _MONTHS[field.every]
        first = period.first.replace(month=(period.first.month - 1) // months * months + 1)
        label = field.label.text(language)
        heading = f"{label}({Period(first, months)}){heading.removeprefix(label)}"
    return heading + ("*" if field.required else "")


def _validate(sheet: Any, place: int, field: Field, lists: _ChoiceLists, last: int, language: str) -> None:
    """The drop-down list or limits of one column; a wrong entry is refused in the spreadsheet."""
    rule = _rule(place, field, lists, language)
    if rule is not None:
        sheet.data_validation(_HEADER + 1, place, last, place, {**rule, "error_type": "stop"})


def _rule(place: int, field: Field, lists: _ChoiceLists, language: str) -> dict[str, Any] | None:
    if field.choices:
        return lists.rule([label.text(language) for label in field.choices.values()])
    if field.type == "boolean":
        return lists.rule([lists.texts["yes"], lists.texts["no"]])
    if field.type in ("date", "month"):
        return {"validate": "date", "criteria": "between", "minimum": _DAYS[0], "maximum": _DAYS[1]}
    if not field.is_number or (field.least is None and field.greatest is None):
        return None
    kind = {"validate": "integer" if field.type in ("integer", "rank") else "decimal"}
    if field.least is not None and field.greatest is not None:
        return {
            **kind,
            "criteria": "between",
            "minimum": float(field.least),
            "maximum": float(field.greatest),
        }
    if field.least is not None:
        return {**kind, "criteria": ">=", "value": float(field.least)}
    return {**kind, "criteria": "<=", "value": float(field.greatest or 0)}


class _ChoiceLists:
    """Drop-down lists: short ones in the rule itself, long ones on a hidden sheet."""

    def __init__(self, book: Any, texts: Mapping[str, str]) -> None:
        self.book = book
        self.texts = texts
        self.columns: list[list[str]] = []

    def rule(self, words: list[str]) -> dict[str, Any]:
        """The validation that allows these words."""
        if sum(len(word) + 1 for word in words) <= _LIST_CHARACTERS and not any(
            "," in word for word in words
        ):
            return {"validate": "list", "source": words}
        self.columns.append(words)
        place = xlsxwriter.utility.xl_col_to_name(len(self.columns) - 1)
        return {"validate": "list", "source": f"='{self.texts['choices']}'!${place}$1:${place}${len(words)}"}

    def close(self) -> None:
        """Writes the hidden sheet, if any list needs it."""
        if not self.columns:
            return
        sheet = self.book.add_worksheet(self.texts["choices"])
        for place, words in enumerate(self.columns):
            for row, word in enumerate(words):
                sheet.write_string(row, place, word)
        sheet.hide()


def _write(sheet: Any, row: int, place: int, value: Any, field: Field, language: str) -> None:
    """One value of a subject that is already in the book."""
    if value is None or value == "":
        return
    if field.choices:
        label = field.choices.get(str(value))
        sheet.write_string(row, place, label.text(language) if label else str(value))
    elif field.type == "boolean":
        texts = _TEXTS["zh" if language.startswith("zh") else "en"]
        sheet.write_string(row, place, texts["yes" if value else "no"])
    elif field.is_number and len(Decimal(str(value)).as_tuple().digits) <= 15:
        sheet.write_number(row, place, float(value))
    elif field.type in ("date", "month"):
        text = str(value)
        day = (
            value if isinstance(value, date) else date.fromisoformat(text if len(text) > 7 else f"{text}-01")
        )
        sheet.write_datetime(row, place, day)
    else:
        sheet.write_string(row, place, str(value))


def _notes(book: Any, fields: list[Field], texts: Mapping[str, str], language: str) -> None:
    """A sheet that says of each column what belongs into it."""
    sheet = book.add_worksheet(texts["notes"])
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 3, 40)
    for row, field in enumerate(fields):
        words = ", ".join(label.text(language) for label in field.choices.values())
        limits = [f"≥ {field.least}"] * (field.least is not None) + [f"≤ {field.greatest}"] * (
            field.greatest is not None
        )
        said = [
            heading_of(field, language=language),
            texts["required"] if field.required else "",
            words or ", ".join(limits),
            field.help.text(language) if field.help else "",
        ]
        for place, text in enumerate(said):
            sheet.write_string(row, place, text)
