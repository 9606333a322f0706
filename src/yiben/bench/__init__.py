"""Speed, measured as a ratio against a peer or a floor in the same run (性能对照)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One measured line: what took how long, against what, and whether the budget holds.

    `seconds` is ours, `against_seconds` the peer's or floor's in the same run (None where the
    budget is absolute); `budget` says the promise in words, `kept` whether it held.
    """

    name: str
    seconds: float
    budget: str
    kept: bool
    against: str = ""
    against_seconds: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Our time over the peer's; below 1 is faster than the peer."""
        return self.seconds / self.against_seconds if self.against_seconds else None
