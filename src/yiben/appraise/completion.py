"""Promised against measured (承诺与实测): which promise holds, by how much it is missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Side = Literal["least", "most"]


@dataclass(frozen=True, slots=True)
class Promise:
    """One promised figure (承诺指标): at least or at most so much."""

    name: str
    side: Side
    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """One promise checked (核查结果); `gap` is how far it is missed, zero where it is kept."""

    promise: Promise
    measured: Decimal | None

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None where nothing was measured."""
        return None if self.measured is None else self.gap == 0

    @property
    def gap(self) -> Decimal:
        """How far the measured figure is on the wrong side."""
        if self.measured is None:
            return Decimal(0)
        miss = self.promise.value - self.measured
        return max(Decimal(0), miss if self.promise.side == "least" else -miss)


def check_promises(promises: Sequence[Promise], *, measured: Mapping[str, Decimal]) -> list[Kept]:
    """Each promise against what was measured.

    >>> promise = Promise("tax_per_mu", "least", Decimal(30))
    >>> check_promises([promise], measured={"tax_per_mu": Decimal("28.5")})[0].gap
    Decimal('1.5')
    """
    return [Kept(promise, measured.get(promise.name)) for promise in promises]
