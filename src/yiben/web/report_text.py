"""A report's text cut at its records (原文标注), so that each can be shown where it stands."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Sequence
from dataclasses import dataclass

from yiben.ledger.marks import Mark

_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
# Where records lie inside each other the first of these is drawn.
ORDER = ("check", "figure", "mention", "promise")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text; with a kind it is a record and `slot` names it."""

    text: str
    kind: str = ""
    slot: str = ""
    state: str = ""


def segments(source: str, records: Sequence[Mark], *, html: bool = False) -> list[Segment]:
    """The text in runs, plain ones and records by turns; promises as wholes are not drawn."""
    found: list[Segment] = []
    at = 0
    chosen = [mark for mark in records if mark.kind in ("figure", "mention") or _is_wrong(mark)]
    for mark in sorted(chosen, key=lambda one: (one.facts["start"], ORDER.index(one.kind))):
        start, end = mark.facts["start"], mark.facts["end"]
        if start < at or end > len(source):
            continue
        found.append(Segment(_plain(source[at:start], html)))
        kind = "wrong" if mark.kind == "check" else mark.kind
        found.append(
            Segment(_plain(source[start:end], html), kind, mark.slot, mark.facts.get("state", "open"))
        )
        at = end
    found.append(Segment(_plain(source[at:], html)))
    return [one for one in found if one.text]


def _is_wrong(mark: Mark) -> bool:
    return mark.kind == "check" and not mark.facts.get("holds", True)


def _plain(text: str, html: bool) -> str:
    return entities.unescape(_TAGS.sub("", text)) if html else text
