"""Two-high projects (两高) and the energy that must be given up elsewhere for them (等量、减量替代)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from yiben.appraise.factors import Factors
from yiben.appraise.project import ZERO, Project


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line of the two-high ledger (两高台账): asked, ratio, needed, found, still missing."""

    energy: Decimal
    ratio: Decimal
    given_up: Decimal

    @property
    def needed(self) -> Decimal:
        """What must be given up."""
        return self.energy * self.ratio

    @property
    def missing(self) -> Decimal:
        """What is still missing; zero where the replacement is complete."""
        return max(ZERO, self.needed - self.given_up)


def is_two_high(project: Project, *, energy: Decimal, factors: Factors) -> bool:
    """Whether the project is two-high: as the file says, else by trade and the line of energy."""
    if project.two_high is not None:
        return project.two_high
    if project.trade not in factors.value("energy.two_high.trades"):
        return False
    return energy >= factors.number("energy.two_high.line_tce")


def exchange_of(project: Project, *, energy: Decimal, factors: Factors) -> Exchange:
    """The replacement that the project owes and has, equal or reduced."""
    ratios = factors.value("energy.two_high.ratio")
    ratio = Decimal(ratios["reduced" if project.reduced else "equal"])
    return Exchange(energy, ratio, sum((one.energy for one in project.replacements), ZERO))
