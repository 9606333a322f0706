"""Reports written for tests with their right answers inside them (带答案的示例报告).

`{text|subject|words}` is a figure and `<name|event>` a project; `words` name what differs from the
plain case (a level, exact, of the heading's period and place): a measure, a bound, a status, a base
of comparison, `@period`, `#place`, `~scope`, `v=value`, `u=unit`, and `?field` for a field left open. A line
that starts with `%` sets place, period and status for what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from yiben.readers.numerals import NotANumber, number_of

MEASURES = ("level", "growth", "change", "share", "rank", "index")
BOUNDS = ("exact", "approx", "min", "max")
STATUSES = ("actual", "forecast", "target", "rule")
BASES = ("yoy", "previous", "target", "nation", "province", "city")
_MARK = re.compile(r"\{([^{}|]+)\|([^{}|]+)(?:\|([^{}|]*))?\}|<([^<>|]+)\|([^<>|]+)>|^%(.*)\n", re.MULTILINE)


@dataclass(slots=True)
class Wanted:
    """One record that the text holds, with the fields that it must have."""

    start: int
    end: int
    fields: dict[str, object]
    open: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Constructed:
    """A text without its marks, and the figures and projects that are right for it."""

    text: str
    figures: list[Wanted]
    projects: list[Wanted]


def constructed(marked: str) -> Constructed:
    """Take the marks out of a text."""
    pieces: list[str] = []
    size = at = 0
    figures: list[Wanted] = []
    projects: list[Wanted] = []
    base: dict[str, str] = {"status": "actual"}
    for found in _MARK.finditer(marked):
        plain = marked[at : found.start()]
        at = found.end()
        pieces.append(plain)
        size += len(plain)
        if found[6] is not None:
            base = {"status": "actual", **dict(pair.split("=", 1) for pair in found[6].split())}
            continue
        said = found[1] or found[4]
        pieces.append(said)
        if found[1]:
            figures.append(_figure(said, found[2], found[3] or "", size, base))
        else:
            event = found[5]
            wanted = {"name": said, "event": None if event == "none" else event}
            projects.append(Wanted(size, size + len(said), wanted, {"event"} if event == "?event" else set()))
        size += len(said)
    pieces.append(marked[at:])
    return Constructed("".join(pieces), figures, projects)


def _figure(said: str, subject: str, words: str, start: int, base: dict[str, str]) -> Wanted:
    fields: dict[str, object] = {
        "subject": subject,
        "measure": "level",
        "bound": "exact",
        "compare": None,
        "scope": None,
        "place": base.get("place"),
        "period": base.get("period"),
        "status": base["status"],
        "value": _value(said),
    }
    made = Wanted(start, start + len(said), fields)
    for word in words.split():
        key = next(
            (
                name
                for name, group in (
                    ("measure", MEASURES),
                    ("bound", BOUNDS),
                    ("status", STATUSES),
                    ("compare", BASES),
                )
                if word in group and not (name == "status" and word == "target" and "change" in words)
            ),
            None,
        )
        if word == "target" and "change" in words:
            key = "compare"
        if key:
            fields[key] = word
        elif word[0] == "?":
            made.open.add(word[1:])
        elif word.startswith("v="):
            fields["value"] = Decimal(word[2:])
        elif word.startswith("u="):
            fields["unit"] = word[2:]
        else:
            fields[{"@": "period", "#": "place", "~": "scope"}[word[0]]] = word[1:]
    return made


def _value(said: str) -> Decimal | None:
    found = re.search(r"-?[\d,]+(?:\.\d+)?|[一二三四五六七八九十百千]+", said)
    try:
        return number_of(found[0]) if found else None
    except NotANumber:
        return None
