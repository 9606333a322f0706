"""Text that remembers where each character came from (偏移对照)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text made from another one by edits; `start_of` and `end_of` lead back.

    `marks` are the places in this text where a new run begins, `origins` the place in the source
    of each run's first character, `flat` whether the run stands for one source span as a whole
    (a replacement) instead of character for character.
    """

    text: str
    marks: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)
    ends: tuple[int, ...] = field(default=())

    @classmethod
    def by_edits(cls, source: str, edits: Iterable[tuple[int, int, str]]) -> Mapped:
        """`source` with each (start, end, new) put in; edits are in order and do not overlap."""
        pieces: list[str] = []
        marks, origins, ends = [], [], []
        at = made = 0
        for start, end, new in edits:
            if start > at:
                marks.append(made)
                origins.append(at)
                ends.append(-1)
                pieces.append(source[at:start])
                made += start - at
            if new:
                marks.append(made)
                origins.append(start)
                ends.append(end)
                pieces.append(new)
                made += len(new)
            at = end
        marks.append(made)
        origins.append(at)
        ends.append(-1)
        pieces.append(source[at:])
        return cls("".join(pieces), tuple(marks), tuple(origins), tuple(ends))

    @property
    def unchanged(self) -> bool:
        """Whether the text is its source, character for character."""
        return len(self.marks) == 1 and self.origins[0] == 0

    def start_of(self, place: int) -> int:
        """The place in the source of the character at `place`."""
        if len(self.marks) == 1:
            return self.origins[0] + place - self.marks[0]
        run = bisect_right(self.marks, place) - 1
        end = self.ends[run]
        where = self.origins[run] + place - self.marks[run]
        return where if end < 0 else min(where, max(end - 1, self.origins[run]))

    def end_of(self, place: int) -> int:
        """The place in the source just after the character before `place`."""
        if place <= 0:
            return self.start_of(0)
        if len(self.marks) == 1:
            return self.origins[0] + place - self.marks[0]
        run = bisect_right(self.marks, place - 1) - 1
        end = self.ends[run]
        if end < 0:
            return self.origins[run] + place - self.marks[run]
        last = run + 1 >= len(self.marks) or self.marks[run + 1] == place
        return end if last else min(end, self.origins[run] + place - self.marks[run])

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source of `[start, end)`."""
        return self.start_of(start), max(self.end_of(end), self.start_of(start))
