"""The three colours of an alert (三色预警)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Colour(IntEnum):
    """灯色, ordered from harmless to grave so that the worst is the greatest.

    `NONE` (不适用) means that no rule had anything to say; it is not green.
    `EXEMPT` (豁免) means that an approved exemption stands in the rule's place.
    """

    NONE = 0
    EXEMPT = 1
    GREEN = 2
    YELLOW = 3
    RED = 4

    @property
    def word(self) -> str:
        """The stable lower-case name used in data, URLs and style sheets."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Colour:
        """The colour called `word`; raises ValueError on any other word.

        >>> Colour.of("red") > Colour.of("yellow")
        True
        """
        try:
            return cls[word.upper()]
        except KeyError:
            known = ", ".join(colour.word for colour in cls)
            raise ValueError(f"no colour is called {word!r}; expected one of {known}") from None


def worst(colours: Iterable[Colour]) -> Colour:
    """The gravest of some colours; `Colour.NONE` of none."""
    return max(colours, default=Colour.NONE)
