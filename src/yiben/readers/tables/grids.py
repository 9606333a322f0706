"""A sheet as rows of cells (表页), whatever kind of file it came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its rows from the first on, and what the cells' values alone do not say.

    Rows and columns count from 0. `merges` are merged ranges (first cell, last cell, inclusive);
    `percent` the rows of each column whose cells are shown as percentages; `gaps` the cells whose
    formula has no value (`formula`) or ends in an error (`#REF!`).
    """

    name: str
    rows: Callable[[], Iterator[list[Any]]]
    merges: tuple[Merge, ...] = ()
    percent: Mapping[int, Set[int]] = field(default_factory=dict)
    gaps: Mapping[tuple[int, int], str] = field(default_factory=dict)
    origin: date | None = None
    is_hidden: bool = False
    unguarded: bool = False
