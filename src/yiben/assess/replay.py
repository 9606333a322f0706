"""What a changed rule would have flagged, and when (规则回放)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from yiben.assess.judge import assess
from yiben.assess.model import Book, CannotJudge, Findings
from yiben.assess.terms import Engine
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.rulebook import Rulebook
from yiben.scenes.rules import RuleSet

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Change:
    """One subject and rule (or `overall`) that the two rule sets judge differently in some months.

    `months` holds each month that differs with the colour before and after, in order.
    """

    subject: str
    rule: str
    months: tuple[tuple[date, Colour, Colour], ...]

    @property
    def first_month(self) -> date:
        """The first month in which the rule sets part."""
        return self.months[0][0]

    @property
    def newly_flagged(self) -> tuple[date, ...]:
        """The months that are yellow or red only under the new rules."""
        return tuple(month for month, old, new in self.months if old < Colour.YELLOW <= new)

    @property
    def no_longer_flagged(self) -> tuple[date, ...]:
        """The months that were yellow or red only under the old rules."""
        return tuple(month for month, old, new in self.months if new < Colour.YELLOW <= old)

    def as_dict(self) -> dict[str, Any]:
        """The change as plain values for JSON."""
        months = [
            {"month": f"{month:%Y-%m}", "old": old.word, "new": new.word} for month, old, new in self.months
        ]
        return {
            "subject": self.subject,
            "rule": self.rule,
            "first_month": f"{self.first_month:%Y-%m}",
            "months": months,
        }


@dataclass(frozen=True)
class Replay:
    """The same months judged by two rule sets (两套规则的对照)."""

    old: Findings
    new: Findings
    changes: tuple[Change, ...]


def replay(
    old_rules: RuleSet,
    new_rules: RuleSet,
    book: Book,
    *,
    months: Sequence[Period],
    engine: Engine = "duckdb",
    regulations: Rulebook | None = None,
) -> Replay:
    """Judge the months by both rule sets and tell, subject by subject, where they part.

    A rule that only one of them has counts as not applicable in the other. With a versioned book
    each month is judged by what was known at its close.
    """
    old, new = (
        assess(book, rules=one, months=months, engine=engine, reasons=(), regulations=regulations)
        for one in (old_rules, new_rules)
    )
    return Replay(old, new, tuple(_changes(old, new)))


def _changes(old: Findings, new: Findings) -> Iterator[Change]:
    keys = [old.colours.select(["subject", "month"]), new.colours.select(["subject", "month"])]
    if not keys[0].equals(keys[1]):
        raise CannotJudge("the two judgings saw different subjects or months")
    subjects, months = old.colours["subject"], old.colours["month"]
    names = list(dict.fromkeys([*old.rules.names, *new.rules.names, OVERALL]))
    found: dict[tuple[str, str], list[tuple[date, Colour, Colour]]] = defaultdict(list)
    for rule in names:
        before, after = _column(old, rule), _column(new, rule)
        for row in pc.indices_nonzero(pc.not_equal(before, after)).to_pylist():
            pair = Colour(before[row].as_py()), Colour(after[row].as_py())
            found[subjects[row].as_py(), rule].append((months[row].as_py(), *pair))
    for (subject, rule), parted in sorted(
        found.items(), key=lambda item: (item[0][0], names.index(item[0][1]))
    ):
        yield Change(subject, rule, tuple(sorted(parted)))


def _column(findings: Findings, rule: str) -> pa.ChunkedArray:
    rows = findings.colours
    if rule in rows.schema.names:
        return rows[rule]
    return pa.chunked_array([pa.array([int(Colour.NONE)] * rows.num_rows, pa.uint8())])
