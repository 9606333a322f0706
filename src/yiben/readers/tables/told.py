"""Cells and what a cell reader says of them beside a value (单元格)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

# What a sheet can hold in a cell; "" is empty. A csv has texts only.
Cell = str | int | float | bool | date | datetime | time | timedelta


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that could not be read: the check's code, and what was expected."""

    code: str
    expected: str


@dataclass(frozen=True, slots=True)
class Told:
    """A value that was read with a reservation, which the sender is told once for each column."""

    value: str | int | bool
    code: str
    expected: str
