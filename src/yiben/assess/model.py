"""What goes into judging and what comes out (研判的输入与结果)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.scenes.frames import Frames
from yiben.scenes.model import Pack
from yiben.scenes.rules import RuleSet

TABLES = ("subjects", "measures", "nodes", "exemptions")
COLOURED = (Colour.EXEMPT, Colour.YELLOW, Colour.RED)


class CannotJudge(ValueError):
    """The engine could not judge these frames: they break what their schemas promise."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A scene's tables as Parquet files (落盘的表): for more rows than memory, and for many counties.

    Each name of `TABLES` has its files; `of_folders` finds them as `<folder>/<table>.parquet`.
    """

    pack: Pack
    subjects: tuple[Path, ...]
    measures: tuple[Path, ...]
    nodes: tuple[Path, ...]
    exemptions: tuple[Path, ...] = ()
    versioned: bool = False

    @classmethod
    def of_folders(cls, folders: Sequence[Path], *, pack: Pack, versioned: bool = False) -> Stored:
        """The tables of one or many counties, each in its own folder."""
        files = {
            one: tuple(path for folder in folders if (path := folder / f"{one}.parquet").is_file())
            for one in TABLES
        }
        missing = [one for one in ("subjects", "measures", "nodes") if not files[one]]
        if missing:
            raise CannotJudge(f"found no {missing[0]}.parquet in {len(folders)} folders")
        return cls(pack, files["subjects"], files["measures"], files["nodes"], files["exemptions"], versioned)


Book = Frames | Stored


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's word on one subject (and node) in one month, with reason and numbers (研判结果)."""

    subject: str
    month: date
    rule: str
    node: str
    colour: Colour
    zh: str
    en: str
    numbers: Mapping[str, Decimal | str | bool | None]

    def text(self, language: str) -> str:
        """The reason in a language (`zh…` is Chinese, all else English)."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Findings:
    """The colours of every judged month, and the reasons of those months that were asked for.

    `colours`: subject, month, one small number per rule (kernel.colours), overall. `reasons`:
    subject, month, rule, node, colour, zh, en, numbers (JSON). Where the result was written to
    files the tables are read from there on demand.
    """

    rules: RuleSet
    months: tuple[Period, ...]
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)

    @property
    def colours(self) -> pa.Table:
        """One row for each subject and judged month, in order."""
        return self._table("colours")

    @property
    def reasons(self) -> pa.Table:
        """One row for each coloured finding of the months asked for, in order."""
        return self._table("reasons")

    def _table(self, name: str) -> pa.Table:
        if name in self.tables:
            return self.tables[name]
        return pa.concat_tables([pq.read_table(path) for path in self.files[name]])

    def each(self) -> Iterator[Finding]:
        """Every finding that has a reason."""
        for row in self.reasons.to_pylist():
            yield finding_of(row)

    def of_subject(self, subject: str, *, month: Period | None = None) -> list[Finding]:
        """The findings of one subject, of one month if it is named."""
        return [one for one in self.each_where(subject=subject) if month is None or one.month == month.first]

    def each_where(self, *, subject: str) -> Iterator[Finding]:
        """The findings of one subject."""
        rows = self.reasons.filter(pc.equal(self.reasons["subject"], subject))
        for row in rows.to_pylist():
            yield finding_of(row)

    def counts(self, month: Period) -> dict[Colour, int]:
        """How many subjects have which overall colour in a month."""
        found = dict.fromkeys(Colour, 0)
        for row in self.rows(month):
            found[Colour(row["overall"])] += 1
        return found

    def rows(self, month: Period) -> list[dict[str, Any]]:
        """The colours of one month as plain rows."""
        held = self.colours.filter(pc.equal(self.colours["month"], pa.scalar(month.first, pa.date32())))
        rows: list[dict[str, Any]] = held.to_pylist()
        return rows


def finding_of(row: Mapping[str, Any]) -> Finding:
    """A row of the reasons table as a finding."""
    numbers = json.loads(row["numbers"], parse_float=Decimal, parse_int=Decimal)
    return Finding(
        subject=row["subject"],
        month=row["month"],
        rule=row["rule"],
        node=row["node"],
        colour=Colour(row["colour"]),
        zh=row["zh"],
        en=row["en"],
        numbers=numbers,
    )
