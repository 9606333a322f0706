"""Energy budget of enterprises (用能预算化), by the example of Xiaoshan's rules in the rulebook.

Last year's use, cut by the band of the enterprise's intensity rank, shifted by its per-mu class,
minus penalties, plus rewards and what was transferred in or out. A county elsewhere may adopt the
rules (`adopt=True`): then the example's values are used and said so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yiben.appraise.factors import governing
from yiben.kernel.colours import Colour
from yiben.kernel.dated import NotYetInForce
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.rulebook import Rulebook

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Enterprise:
    """One enterprise (用能企业): last year's energy in tce, electricity in kWh, value added in 万元.

    `per_mu_class` is A to D of the per-mu appraisal (亩均评价).
    """

    id: str
    name: str
    trade: str
    energy: Decimal
    electricity_kwh: Decimal
    value_added: Decimal
    per_mu_class: str
    penalty_percent: Decimal = ZERO
    reward: Decimal = ZERO
    transferred_in: Decimal = ZERO
    transferred_out: Decimal = ZERO

    @property
    def intensity(self) -> Decimal:
        """Energy per 10,000 yuan of value added; no value added is the worst of all."""
        return self.energy / self.value_added if self.value_added > 0 else Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Budget:
    """One enterprise's budget for the year (年度用能预算) in tce, with its arithmetic."""

    enterprise: Enterprise
    why_in: str
    rank: int
    band: int
    cut_percent: Decimal
    shift_percent: Decimal
    amount: Decimal

    @property
    def sentence_zh(self) -> str:
        """The arithmetic in one sentence."""
        one = self.enterprise
        return (
            f"上年 {one.energy} tce，强度排名第 {self.rank} 位(第 {self.band + 1} 档)削减 {self.cut_percent}%，"
            f"{one.per_mu_class} 类调整 {self.shift_percent:+}%，惩罚 {one.penalty_percent}%，奖励 {one.reward} tce，"
            f"转入 {one.transferred_in}、转出 {one.transferred_out} tce，预算 {self.amount:.2f} tce。"
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """The budget rules of a place on a day (预算规则)."""

    book: Rulebook
    on: date
    place: str
    adopt: bool = False

    def value(self, name: str) -> Any:
        """One value of the rules; raises NotYetInForce where they are not law and not adopted."""
        id = f"energy.budget.{name}"
        try:
            return governing(self.book, id, on=self.on, place=self.place)[0]
        except NotYetInForce:
            if not self.adopt:
                raise
            return self.book.value(id, on=self.on)


def why_in(one: Enterprise, *, rules: Rules) -> str:
    """Why an enterprise is under budget: `trade`, `intensity` or `class`; empty where it is not.

    An enterprise exactly on a line is not above it.
    """
    large = one.energy > rules.value("size_tce") or one.electricity_kwh > rules.value("size_kwh")
    if large and one.trade in rules.value("trades"):
        return "trade"
    if large and one.intensity > Decimal(rules.value("intensity_line")):
        return "intensity"
    return "class" if one.per_mu_class in rules.value("classes_in") else ""


def budgets(enterprises: Sequence[Enterprise], *, rules: Rules) -> list[Budget]:
    """The budgets of all enterprises that are in, best intensity first.

    Bands hold equal numbers by rank of intensity; equal intensities fall into the better band
    together. Raises Refused for negative figures, unknown classes and an id that comes twice.
    """
    if problems := _check(enterprises, rules.value("class_shift")):
        raise Refused(problems)
    reasons = {one.id: why_in(one, rules=rules) for one in enterprises}
    inside = sorted((one for one in enterprises if reasons[one.id]), key=lambda one: (one.intensity, one.id))
    cuts, shifts = rules.value("cuts"), rules.value("class_shift")
    found, rank = [], 0
    overdrawn = []
    for at, one in enumerate(inside):
        if at == 0 or one.intensity != inside[at - 1].intensity:
            rank = at + 1
        band = (rank - 1) * len(cuts) // len(inside)
        cut, shift = Decimal(cuts[band]), Decimal(shifts[one.per_mu_class])
        amount = one.energy * (100 - cut + shift - one.penalty_percent) / 100
        amount += one.reward + one.transferred_in - one.transferred_out
        if amount < 0:
            given, place = f"{one.transferred_out} tce transferred out", Place(subject=one.name)
            most = amount + one.transferred_out
            overdrawn.append(
                Problem("budget-overdrawn", given, f"at most its budget of {most:.2f} tce", place)
            )
        found.append(Budget(one, reasons[one.id], rank, band, cut, shift, amount))
    if overdrawn:
        raise Refused(overdrawn)
    return found


def _check(enterprises: Sequence[Enterprise], classes: Mapping[str, Any]) -> list[Problem]:
    problems, seen = [], set()
    for one in enterprises:
        place = Place(subject=one.name or one.id)
        figures = (one.energy, one.electricity_kwh, one.penalty_percent, one.reward)
        if any(not figure.is_finite() or figure < 0 for figure in figures):
            problems.append(Problem("budget-negative", "a negative figure", "figures of zero or more", place))
        if one.per_mu_class not in classes:
            expected = f"one of {', '.join(classes)}"
            problems.append(Problem("budget-class", repr(one.per_mu_class), expected, place))
        if one.id in seen:
            problems.append(Problem("budget-twice", one.id, "each enterprise once", place))
        seen.add(one.id)
    return problems


def month_colour(budget: Decimal, *, used: Decimal, month: Period, rules: Rules) -> Colour:
    """The alert of a month (月度预警): use since January against the budget's share of the year."""
    pace = budget * month.time_progress()
    if used > pace * Decimal(rules.value("alert_red")):
        return Colour.RED
    return Colour.YELLOW if used > pace * Decimal(rules.value("alert_yellow")) else Colour.GREEN


def freed(before: Decimal, *, after: Decimal) -> Decimal:
    """Energy that a renovation frees for the pool (技改腾出用能); never below zero."""
    return max(ZERO, before - after)
