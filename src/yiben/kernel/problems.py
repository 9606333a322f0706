"""What is wrong with an input, told in the sender's own terms (问题)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file › sheet › cell, file:line, or file with a character span.

    Only the parts that are known are filled; `str()` joins them as a person would say them.
    """

    file: str = ""
    sheet: str = ""
    cell: str = ""
    line: int | None = None
    start: int | None = None
    end: int | None = None
    subject: str = ""
    field: str = ""

    def __str__(self) -> str:
        file = f"{self.file}:{self.line}" if self.line is not None else self.file
        span = f"characters {self.start}–{self.end}" if self.start is not None else ""
        parts = [file, self.sheet, self.cell, span, self.subject, self.field]
        return " › ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the world got wrong: where, what was found, what was expected.

    `code` names the check (stable, lower-case with hyphens) and is looked up in the message
    catalogue for the reader's language; `found` and `expected` are complete by themselves.
    """

    code: str
    found: str
    expected: str
    place: Place = field(default_factory=Place)
    severity: Severity = "error"

    def __str__(self) -> str:
        where = str(self.place)
        said = f"found {self.found}, expected {self.expected}"
        return f"{where}: {said}" if where else said

    def as_dict(self) -> dict[str, object]:
        """The problem as plain values for JSON; empty parts of the place are left out."""
        place = {key: value for key, value in asdict(self.place).items() if value not in ("", None)}
        return {
            "code": self.code,
            "severity": self.severity,
            "where": str(self.place),
            "place": place,
            "found": self.found,
            "expected": self.expected,
        }


class Refused(Exception):
    """An input was not accepted; nothing was changed. Carries every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        assert problems, "a refusal must say why"
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that forbid going on; warnings are left out."""
    return [problem for problem in problems if problem.severity == "error"]
