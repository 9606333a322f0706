"""Numbers with their sources (数字与依据): each is computed once, from named facts, and can be asked why.

A `Tally` holds the figures of a document and, beside them, the parts that went into each; the
parts are not printed, but they are what the page behind a number shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from yiben.writers.documents.model import Figure, Run
from yiben.writers.documents.numbers import (
    Exact,
    amount_text,
    decimal_text,
    exact_text,
    percent_text,
    points_text,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One fact that went into a number (依据): whose, which, at which period or node, and its value."""

    subject: str
    name: str
    kind: str = "field"
    slot: str = ""
    value: str = ""


@dataclass(slots=True)
class Tally:
    """The figures of a document in the making (数字簿), by name; a name is used once.

    `path` gives the address of the page behind a number.
    """

    path: Callable[[str], str]
    figures: dict[str, Figure] = field(default_factory=dict)
    parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    exact: dict[str, Exact] = field(default_factory=dict)

    def count(self, id: str, parts: Iterable[Part], *, unit: str, metric: str) -> int:
        """A number of things: as many as there are parts."""
        held = tuple(parts)
        self._put(id, len(held), str(len(held)), unit, metric, held)
        return len(held)

    def amount(self, id: str, parts: Iterable[Part], *, unit: str, metric: str) -> Decimal:
        """A sum of the values of its parts, in the unit of the book."""
        held = tuple(parts)
        total = sum((Decimal(part.value) for part in held), Decimal(0))
        self._put_amount(id, total, unit, metric, held)
        return total

    def difference(self, id: str, left: str, right: str, *, unit: str, metric: str) -> Fraction:
        """One number less another; printed without its sign."""
        found = Fraction(self.exact[left]) - Fraction(self.exact[right])
        if isinstance(self.exact[left], Decimal):
            self._put_amount(id, found, unit, metric, self._both(left, right))
        else:
            self._put(id, found, decimal_text(abs(found)), unit, metric, self._both(left, right))
        return found

    def ratio(self, id: str, of: str, to: str, *, metric: str) -> Fraction | None:
        """One number over another, in percent; None (and no figure) over nothing."""
        if not self.exact[to]:
            return None
        found = Fraction(self.exact[of]) / Fraction(self.exact[to])
        self._put(id, found, percent_text(found), "%", metric, self._both(of, to))
        return found

    def change(self, id: str, of: str, base: str, *, metric: str) -> Fraction | None:
        """The growth of one number over another, in percent without its sign; None over nothing."""
        if not self.exact[base]:
            return None
        found = Fraction(self.exact[of]) / Fraction(self.exact[base]) - 1
        self._put(id, found, percent_text(abs(found)), "%", metric, self._both(of, base))
        return found

    def share(self, id: str, value: Fraction, *, metric: str) -> Fraction:
        """A ratio that follows from the calendar alone."""
        self._put(id, value, percent_text(value), "%", metric, ())
        return value

    def points(self, id: str, left: str, right: str, *, metric: str) -> Fraction:
        """The difference of two ratios in percentage points, printed without its sign."""
        found = Fraction(self.exact[left]) - Fraction(self.exact[right])
        self._put(id, found, points_text(found), "", metric, self._both(left, right))
        return found

    def word(self, id: str, value: str, text: str, *, metric: str, path: str, parts: int = 1) -> None:
        """A result that is a text with a page of its own: a reason, a published board."""
        self.figures[id] = Figure(id, value, "", text, metric, parts, path, is_number=False)

    def said(self, id: str, *, unit: bool = True) -> Run:
        """The number as a run of text, with its unit unless it prints it already."""
        figure = self.figures[id]
        return Run(figure.text + (figure.unit if unit and figure.unit != "%" else ""), id)

    def _both(self, left: str, right: str) -> tuple[Part, ...]:
        return tuple(dict.fromkeys(self.parts[left] + self.parts[right]))

    def _put_amount(self, id: str, value: Exact, unit: str, metric: str, parts: tuple[Part, ...]) -> None:
        text, said_unit = amount_text(abs(value) if isinstance(value, Fraction) else value, unit=unit)
        self._put(id, value, text, said_unit, metric, parts)

    def _put(self, id: str, value: Exact, text: str, unit: str, metric: str, parts: tuple[Part, ...]) -> None:
        assert id not in self.figures, f"the figure {id} is computed twice"
        self.exact[id], self.parts[id] = value, parts
        self.figures[id] = Figure(id, exact_text(value), unit, text, metric, len(parts), self.path(id))


def prose(text: str, tally: Tally) -> tuple[Run, ...]:
    """A sentence whose {names} are replaced by the figures of those names.

    A name followed by `-` is printed without its unit.
    """
    runs: list[Run] = []
    for at, piece in enumerate(text.replace("}", "{").split("{")):
        if at % 2:
            runs.append(tally.said(piece.removesuffix("-"), unit=not piece.endswith("-")))
        elif piece:
            runs.append(Run(piece))
    return tuple(runs)
