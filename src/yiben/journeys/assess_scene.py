"""Judging a scene (研判): the book of each month's close, the chosen rules, the findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa

from yiben.assess import Findings, assess, rule_set
from yiben.assess.replay import replay
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.ledger.frames import frames
from yiben.scenes.frames import Frames
from yiben.scenes.model import Pack

# Rules that count months in a row look back; a year before the first month is enough for all.
LOOK_BACK = 12


def assess_scene(
    pack: Pack,
    months: Sequence[Period],
    *,
    scheme: str = "",
    as_of: datetime | None = None,
    up_to: int | None = None,
    engine: str = "duckdb",
    hindsight: bool = False,
) -> Findings:
    """The findings of some months, each judged by what was known at its close.

    `scheme` chooses a published rule set (empty: the county's own); `as_of` or `up_to` forgets
    everything recorded later. With `hindsight` every month is judged by all that is known now (or
    then), late filings and corrections included. Reasons are given for the last month.
    """
    if hindsight:
        book = frames(pack, as_of=as_of, up_to=up_to)
    else:
        book = _book(pack, months, as_of=as_of, up_to=up_to)
    return assess(book, rules=rule_set(pack, scheme=scheme), months=sorted(set(months)), engine=engine)  # type: ignore[arg-type]


def _book(
    pack: Pack, months: Sequence[Period], *, as_of: datetime | None = None, up_to: int | None = None
) -> Frames:
    """The book at each month's close, with the year before the first month for rules that look back."""
    ordered = sorted(set(months))
    earlier = [ordered[0].shift(-step) for step in range(LOOK_BACK, 0, -1)]
    return frames(pack, as_of=as_of, up_to=up_to, months=[*earlier, *ordered], replay=True)


def compare_schemes(
    pack: Pack, months: Sequence[Period], *, before: str, after: str, as_of: datetime | None = None
) -> Iterator[dict[str, str]]:
    """What another rule set would have flagged in the past months, subject by subject, and when."""
    told = replay(
        rule_set(pack, scheme=before),
        rule_set(pack, scheme=after),
        _book(pack, months, as_of=as_of),
        months=sorted(set(months)),
    )
    for one in told.changes:
        first = one.months[0]
        yield {
            "subject": one.subject,
            "rule": one.rule,
            "first_month": f"{one.first_month:%Y-%m}",
            "before": first[1].word,
            "after": first[2].word,
            "newly_flagged": f"{len(one.newly_flagged)}",
            "no_longer_flagged": f"{len(one.no_longer_flagged)}",
        }


def colours_by_subject(findings: Findings) -> pa.Table:
    """subject, month, colour (the overall word): the form that boards read."""
    colours = findings.colours
    words = pa.array([colour.word for colour in Colour])
    return pa.table(
        {
            "subject": colours["subject"],
            "month": colours["month"],
            "colour": words.take(colours["overall"].cast(pa.int64()).combine_chunks()),
        }
    )
