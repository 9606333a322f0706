"""The problems of one file (问题清单), kept to a readable number."""

from __future__ import annotations

from datetime import date
from typing import Any

from yiben.kernel.problems import Place, Problem
from yiben.readers.tables.columns import ReadColumn
from yiben.readers.tables.told import Told

MOST_PROBLEMS = 10_000
_SHOWN = 60


class ProblemList:
    """Collects problems; beyond `MOST_PROBLEMS` only their number is kept."""

    def __init__(self, *, file: str) -> None:
        self.file = file
        self._problems: list[Problem] = []
        self._more = 0
        self._told: dict[tuple[str, int, str], tuple[str, Place, Told, int]] = {}

    def add(self, problem: Problem) -> None:
        """One more problem."""
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(problem)
        else:
            self._more += 1

    def has(self, code: str) -> bool:
        """Whether a problem of this code was told."""
        return any(problem.code == code for problem in self._problems)

    def tell(self, column: ReadColumn, cell: Any, told: Told, place: Place) -> None:
        """A reservation about one cell; the same about other cells of the column is only counted."""
        slot = (place.sheet, column.column.index, told.code)
        before = self._told.get(slot)
        first = before[:3] if before else (found_words(cell), place, told)
        self._told[slot] = (*first, (before[3] if before else 0) + 1)

    def everything(self) -> tuple[Problem, ...]:
        """All problems, errors and warnings, in the order in which they were found."""
        told = [
            Problem(
                why.code,
                found + (f" and {count - 1} more" if count > 1 else ""),
                why.expected,
                place,
                "warning",
            )
            for found, place, why, count in self._told.values()
        ]
        more = []
        if self._more:
            found = f"{self._more} more problems"
            more.append(Problem("more-problems", found, "the first ones mended first", Place(file=self.file)))
        return (*self._problems, *told, *more)


def found_words(cell: Any) -> str:
    """A cell's content for a message: texts in quotes and cut short.

    >>> found_words("n/a"), found_words(1280.5)
    ('"n/a"', '1280.5')
    """
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return f"{cell:.15g}"
    if isinstance(cell, date):
        return cell.isoformat()
    text = " ".join(str(cell).split())
    if text in ("a formula without a stored value",):
        return text
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'
