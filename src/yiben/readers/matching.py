"""The last place where a pattern stands (末次匹配)."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterable


class Suffixes:
    """Words looked for at the end of a text; much quicker than a pattern that ends with `$`."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self.sizes = sorted({len(word) for word in self.words}, reverse=True)
        self.ends = tuple(self.words)

    def of(self, text: str) -> str:
        """The longest of the words that `text` ends with, or ''."""
        if not text.endswith(self.ends):
            return ""
        return next(text[-size:] for size in self.sizes if text[-size:] in self.words)


def last_match(
    pattern: re.Pattern[str], text: str, start: int = 0, end: int = sys.maxsize
) -> re.Match[str] | None:
    """The last match of `pattern` in `text[start:end]`, or None."""
    tail = deque(pattern.finditer(text, start, end), maxlen=1)
    return tail[0] if tail else None
