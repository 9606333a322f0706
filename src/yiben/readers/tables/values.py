"""From a cell to a canonical value (单元格取值): exact, or told why not.

Each kind of field has a reader `Cell -> Value | None | Told | Wrong`; None is an empty cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from yiben.readers.tables.dates import DateReader
from yiben.readers.tables.model import Value
from yiben.readers.tables.numbers import NumberReader
from yiben.readers.tables.told import Cell, Told, Wrong
from yiben.scenes.model import Field
from yiben.scenes.project_code import read_project_code
from yiben.scenes.values import MAX_TEXT

CellReader = Callable[[Cell], "Value | Told | Wrong | None"]
# What clerks write into a cell that has nothing to say.
_EMPTY = frozenset({"", "-", "－", "—", "——", "–", "/", "／", "\\", "--"})
_EMPTY_WORDS = _EMPTY | {"无", "暂无", "空", "未填"}
_YES = frozenset({"是", "有", "√", "✓", "✔", "☑", "y", "yes", "true", "t", "1", "对"})
_NO = frozenset({"否", "无", "没有", "×", "✗", "✘", "x", "☐", "n", "no", "false", "f", "0", "不是"})
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
_HAN = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_BREAK = re.compile(rf"(?<={_HAN})\s*\n\s*(?={_HAN})")


def reader_for(
    field: Field, *, unit: str = "", year: int | None = None, origin: date | None = None
) -> CellReader:
    """The reader of one column: `unit` is the file's unit for it, `year` what `7月15日` lacks."""
    if field.is_number:
        return NumberReader(field, unit=unit or field.unit)
    if field.type in ("date", "month"):
        return DateReader(field, year=year, origin=origin)
    if field.type == "boolean":
        return _read_boolean
    if field.type == "choice":
        return ChoiceReader(field)
    if field.type == "project_code":
        return _read_code
    return _read_long_text if field.type == "long_text" else _read_text


def text_of(cell: Cell) -> str | Wrong:
    """A cell as text, trimmed, without invisible characters; whole numbers without `.0`."""
    if isinstance(cell, str):
        return _UNSEEN.sub("", cell.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        if abs(cell) >= 1e15:
            return Wrong("number-for-text", "a cell of format text: Excel rounds more than 15 digits")
        return f"{cell:.15g}"
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell.isoformat()


def is_blank(cell: Cell) -> bool:
    """Whether a cell says nothing."""
    return cell == "" or (isinstance(cell, str) and not _UNSEEN.sub("", cell).strip())


def _read_long_text(cell: Cell) -> Value | Wrong | None:
    text = text_of(cell)
    if isinstance(text, Wrong) or text in _EMPTY:
        return text if isinstance(text, Wrong) else None
    return _measured(text, "long_text")


def _measured(text: str, kind: str) -> str | Wrong:
    """A text, if the book has room for it."""
    longest = MAX_TEXT[kind]
    return text if len(text) <= longest else Wrong("text-too-long", f"at most {longest} characters")


def _read_text(cell: Cell) -> Value | Wrong | None:
    """Text on one line: breaks inside a cell are layout; between Chinese characters they vanish."""
    text = _read_long_text(cell)
    if not isinstance(text, str):
        return text
    return _measured(_BREAK.sub("", text).replace("\n", " ") if "\n" in text else text, "text")


def _read_code(cell: Cell) -> Value | Wrong | None:
    text = _read_text(cell)
    if not isinstance(text, str) or text in _EMPTY_WORDS:
        return text if isinstance(text, Wrong) else None
    code, problems = read_project_code(text)
    return str(code) if code else Wrong(problems[0].code, problems[0].expected)


def _read_boolean(cell: Cell) -> Value | Wrong | None:
    if isinstance(cell, bool):
        return cell
    text = text_of(cell)
    if isinstance(text, Wrong) or text in _EMPTY:
        return None if not isinstance(text, Wrong) else text
    folded = fold(text)
    if folded in _YES or folded in _NO:
        return folded in _YES
    return Wrong("boolean-unknown", "是 or 否")


@dataclass(frozen=True, slots=True)
class ChoiceReader:
    """Reads one of a field's choices, by its label in either language or by its code (选项)."""

    field: Field

    def __call__(self, cell: Cell) -> Value | Wrong | None:
        text = text_of(cell)
        if isinstance(text, Wrong):
            return text
        codes = choice_codes(self.field)
        code = codes.get(fold(text)) if text else None
        if code is not None:
            return code
        return None if text in _EMPTY_WORDS else Wrong("choice-unknown", f"one of {choice_words(self.field)}")


def choice_codes(field: Field) -> dict[str, str]:
    """Every folded spelling of a field's choices, with its code; codes win over labels."""
    spelled = {
        fold(word): code for code, label in field.choices.items() for word in (label.en, label.zh) if word
    }
    return {**spelled, **{fold(code): code for code in field.choices}}


def choice_words(field: Field, *, limit: int = 20) -> str:
    """The labels of the choices, for a message."""
    labels = [label.zh for label in field.choices.values()]
    return ", ".join(labels[:limit]) + (" …" if len(labels) > limit else "")


def fold(text: str) -> str:
    """A text for comparison: one width, one case, no spaces, plain brackets."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    return "".join(plain.translate(_BRACKETS).split())


_BRACKETS = str.maketrans("【】〔〕[]{}", "()()()()")
