"""Numbers of cells (数值): exact decimals from spreadsheet numbers and from written ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from yiben.kernel.units import UNITS, UnitMismatch, UnknownUnit, convert, plain, unit_of
from yiben.readers.numerals import NotANumber, number_of
from yiben.readers.tables.told import Cell, Told, Wrong
from yiben.readers.tables.unit_words import unit_named
from yiben.scenes.model import Field
from yiben.scenes.values import FINE_SCALE, FINE_TYPES, SCALE, scale_of

_WRITTEN = re.compile(
    r"(?P<open>\()?(?P<sign>[+-]?)\s*[¥￥]?\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?P<power>e[+-]?\d{1,2})?"
    r"(?P<close>\))?\s*(?P<unit>\D*)",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,13})(?:\.\d{0,5}[1-9])?")
_CHINESE = re.compile(
    r"(?P<number>[零〇一二两三四五六七八九十百千万亿点]+)(?P<unit>元|万元|亿元|亩|公顷|%|吨)?"
)
_EMPTY = frozenset({"", "-", "—", "——", "–", "/", "\\", "--", "无", "暂无", "空", "未填"})
_DASHES = str.maketrans("−﹣–", "---")
# A calculated cell carries 15 digits; a typed one hardly so many.
_CALCULATED_DIGITS = 14
_BOUNDS = {"latitude": ("-90", "90"), "longitude": ("-180", "180"), "rank": ("1", None)}
_EXAMPLES = {"money": "1280.5", "integer": "12", "rank": "3", "percent": "85", "latitude": "28.97"}


class NumberReader:
    """Reads the numbers of one column into the field's unit (数值列), with its bounds and decimals."""

    def __init__(self, field: Field, *, unit: str) -> None:
        self.field = field
        self.source = unit
        self.whole = field.type in ("integer", "rank")
        self.decimals = FINE_SCALE if field.type in FINE_TYPES else min(field.decimals, SCALE)
        # What the ledger's column can hold: eighteen nines in its smallest step.
        self.most = Decimal(9).scaleb(18 - (0 if self.whole else scale_of(field.type)))
        least, greatest = _BOUNDS.get(field.type, (None, None))
        self.least = Decimal(field.least if field.least is not None else least or -self.most)
        self.greatest = Decimal(field.greatest if field.greatest is not None else greatest or self.most)
        self.float_bounds = float(self.least), float(self.greatest)
        self.same_unit = unit == field.unit
        self.kind = UNITS[field.unit].kind if field.unit in UNITS else ""

    def __call__(self, cell: Cell) -> str | int | Told | Wrong | None:
        """One cell's number in the field's unit."""
        if isinstance(cell, bool) or not isinstance(cell, str | float | int):
            return Wrong("number-unreadable", self.expected())
        if isinstance(cell, str):
            return self._read_text(cell)
        text = f"{cell:.15g}"
        value = Decimal(text)
        if not value.is_finite():
            return Wrong("number-unreadable", self.expected())
        return self._accept(value, self.source, digits=len(value.as_tuple().digits))

    def read_floats(self, cells: Sequence[Cell]) -> list[str | int] | None:
        """A run of spreadsheet numbers at once, or None where one of them needs a closer look."""
        if not self.same_unit or set(map(type, cells)) - {float, int}:
            return None
        low, high = self.float_bounds
        numbers: list[float] = list(cells)  # type: ignore[arg-type]
        if not (low <= min(numbers) and max(numbers) <= high):
            return None
        texts = list(map("%.15g".__mod__, numbers))
        if any("e" in text or text == "-0" or "n" in text for text in texts):
            return None
        if self.whole:
            return None if any("." in text for text in texts) else list(map(int, texts))
        longest = self.decimals
        if any(len(text) - text.find(".") - 1 > longest for text in texts if "." in text):
            return None
        return texts  # type: ignore[return-value]

    def expected(self) -> str:
        """What the column holds, in words with an example."""
        what = {"money": "an amount", "integer": "a whole number", "rank": "a rank"}.get(
            self.field.type, "a number"
        )
        unit = f" in {self.field.unit}" if self.field.unit else ""
        return f"{what}{unit}, such as {_EXAMPLES.get(self.field.type, '12.5')}"

    def _read_text(self, cell: str) -> str | int | Told | Wrong | None:
        if self.same_unit and not self.whole and _PLAIN.fullmatch(cell) and cell != "-0":
            return self._accept(Decimal(cell), self.source, digits=0)
        text = unicodedata.normalize("NFKC", cell).translate(_DASHES).strip()
        if text in _EMPTY:
            return None
        found = _WRITTEN.fullmatch(text)
        if not found or bool(found["open"]) != bool(found["close"]):
            return self._read_chinese(text)
        value = Decimal(found["digits"].replace(",", "") + (found["power"] or ""))
        negative = (found["sign"] == "-") != bool(found["open"])
        unit = self._unit_in_cell(found["unit"].strip())
        return (
            unit if isinstance(unit, Wrong) else self._accept(-value if negative else value, unit, digits=0)
        )

    def _read_chinese(self, text: str) -> str | int | Told | Wrong | None:
        found = _CHINESE.fullmatch(text)
        if not found:
            return Wrong("number-unreadable", self.expected())
        try:
            value = number_of(found["number"])
        except NotANumber:
            return Wrong("number-unreadable", self.expected())
        unit = self._unit_in_cell(found["unit"] or "")
        return unit if isinstance(unit, Wrong) else self._accept(value, unit, digits=0)

    def _unit_in_cell(self, written: str) -> str | Wrong:
        """The unit that stands in the cell itself, else the column's."""
        if not written:
            return self.source
        unit = unit_named(written, kind=self.kind)
        if unit is None or not self.field.unit:
            return Wrong("number-unreadable", self.expected())
        return unit.name

    def _accept(self, value: Decimal, unit: str, *, digits: int) -> str | int | Told | Wrong:
        """The value in the field's unit, if its size and decimals are as the field wants them."""
        if unit != self.field.unit and self.field.unit:
            try:
                value = convert(value, unit_of(unit).name, self.field.unit)
            except (UnitMismatch, UnknownUnit):
                return Wrong("unit-mismatch", self.expected())
        if abs(value) > self.most:
            return Wrong("number-too-large", f"{self.expected()}, at most {self.most:f}")
        if not self.least <= value <= self.greatest:
            return Wrong("number-out-of-range", self._range_words())
        rounded = round(value, self.decimals) if _decimals(value) > self.decimals else value
        if rounded == value:
            return self._spell(value)
        if digits >= _CALCULATED_DIGITS or self.field.type in FINE_TYPES:
            expected = f"at most {self.decimals} decimals; calculated values are rounded"
            return Told(self._spell(rounded), "number-rounded", expected)
        return Wrong("number-decimals", f"{self.expected()}, with at most {self.decimals} decimals")

    def _spell(self, value: Decimal) -> str | int:
        return int(value) if self.whole else f"{plain(value) + 0:f}"

    def _range_words(self) -> str:
        low, high = self.least > -self.most, self.greatest < self.most
        limits = [f"at least {self.least:f}"] * low + [f"at most {self.greatest:f}"] * high
        return f"{self.expected()}, " + " and ".join(limits)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
