"""The months that are judged, with those before them that history needs (研判月份)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from yiben.kernel.dated import NotYetInForce
from yiben.kernel.periods import Period
from yiben.rulebook import Rulebook, Value
from yiben.scenes.lookups import entry_name
from yiben.scenes.rules import RuleSet

TIME_PROGRESS_STEP = Decimal("0.000000000001")
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Moment:
    """One month on the line: its place (from 1), its days, and what the rulebook says in it.

    `thresholds` holds (rule, name) → value, for a table (rule, name/key) → value; nothing where the rule set is not in force. `silent`
    names the rules for which the rulebook has no value, which only history may ask about.
    """

    index: int
    month: Period
    judged: bool
    in_force: bool
    thresholds: dict[tuple[str, str], Value]
    silent: frozenset[str] = frozenset()

    def speaks(self, rule: str) -> bool:
        """Whether a rule has anything to say in the month."""
        return self.in_force and rule not in self.silent

    @property
    def month_end(self) -> date:
        """The last day of the month."""
        return self.month.last_day

    @property
    def time_progress(self) -> Decimal:
        """Months elapsed of the year over 12, rounded as a quotient is (时间进度)."""
        return self.month.time_progress().quantize(TIME_PROGRESS_STEP, ROUND_HALF_UP)

    def period(self, every: str, *, back: int = 0) -> date:
        """The first day of the month's period of a rhythm, or of the one before.

        >>> Moment(1, Period.of("2025-05"), True, True, {}).period("quarter")
        datetime.date(2025, 4, 1)
        """
        size = MONTHS_OF[every]
        first = self.month.first
        start = first.replace(month=(first.month - 1) // size * size + 1)
        return Period(start, size).shift(-back).first


def timeline(rules: RuleSet, *, months: Sequence[Period], book: Rulebook, depth: int) -> list[Moment]:
    """Every month from the first that is needed to the last that is judged, in order.

    `depth` is how many look-backs lie behind one another, so that consecutive tests give the same
    count whatever the first month asked for. A threshold without a value raises NotYetInForce
    where a month is judged by it; in a month that only history asks about the rule is silent.
    """
    assert months, "at least one month is judged"
    asked = set(months)
    first, last = min(months), max(months)
    month = first.shift((1 - rules.judging.looks_back) * depth)
    line: list[Moment] = []
    while month <= last:
        in_force = _in_force(rules, month)
        values, silent = _thresholds(rules, month, book) if in_force else ({}, frozenset())
        if silent and month >= first:
            day, name = month.last_day, min(silent)
            raise NotYetInForce(f"rule {name} has no threshold on {day}; its rule set is in force.")
        line.append(Moment(len(line) + 1, month, month in asked, in_force, values, silent))
        month = month.shift(1)
    return line


def _in_force(rules: RuleSet, month: Period) -> bool:
    scheme = rules.scheme
    begun = scheme.day is None or scheme.day <= month.last_day
    return begun and (scheme.until is None or month.last_day < scheme.until)


def _thresholds(
    rules: RuleSet, month: Period, book: Rulebook
) -> tuple[dict[tuple[str, str], Value], frozenset[str]]:
    """The values of a month, and the rules for which there is none."""
    values: dict[tuple[str, str], Value] = {}
    silent: set[str] = set()
    for rule in rules.rules:
        for name, id in rule.thresholds.items():
            try:
                found = book.adopted(id, on=month.last_day, place=rules.judging.place)
            except NotYetInForce:
                silent.add(rule.name)
            else:
                if name in rule.lookups:
                    values |= {(rule.name, entry_name(name, key)): one for key, one in found.items()}
                else:
                    values[rule.name, name] = found
    return values, frozenset(silent)
