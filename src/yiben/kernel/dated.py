"""Values that a regulation changes from a day on (按施行日期取值)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


class NotYetInForce(LookupError):
    """A regulated value was asked for on a day for which no regulation gives one."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A regulated value and every day on which it changed (按施行日期取值).

    A day before the first change, or on and after `until`, is a question that the regulation
    does not answer: we raise there, because a silent default would look like law.
    """

    name: str
    changes: tuple[tuple[date, T], ...]
    until: date | None = None

    def __post_init__(self) -> None:
        starts = [start for start, _ in self.changes]
        assert starts, f"{self.name} has no value at all"
        assert starts == sorted(set(starts)), f"{self.name}: days of change must rise"

    def on(self, day: date) -> T:
        """The value in force on `day`; raises NotYetInForce outside the regulated days.

        >>> Dated("limit", ((date(2025, 9, 1), 1000),)).on(date(2025, 9, 1))
        1000
        """
        if self.until is not None and day >= self.until:
            raise NotYetInForce(f"{self.name} has no value from {self.until} on; asked for {day}.")
        for start, value in reversed(self.changes):
            if start <= day:
                return value
        raise NotYetInForce(f"{self.name} has no value before {self.changes[0][0]}; asked for {day}.")
