"""The last place where a pattern stands (末次匹配)."""

from __future__ import annotations

import re
import sys
from collections import deque


def last_match(
    pattern: re.Pattern[str], text: str, start: int = 0, end: int = sys.maxsize
) -> re.Match[str] | None:
    """The last match of `pattern` in `text[start:end]`, or None."""
    tail = deque(pattern.finditer(text, start, end), maxlen=1)
    return tail[0] if tail else None
