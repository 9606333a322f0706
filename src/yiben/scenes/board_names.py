"""The names that a board's expressions may use, and what kind of value each has (榜单取数口径)."""

from __future__ import annotations

from collections.abc import Mapping

from yiben.scenes.columns import Kind, kind_of
from yiben.scenes.model import NUMBER_TYPES, Pack

# What the period itself says, in every expression of a board with `every`.
PERIOD_KINDS: Mapping[str, Kind] = {
    "time_progress": "number",
    "year": "whole",
    "quarter": "whole",
    "months": "whole",
    "period_start": "date",
    "month": "date",
    "month_end": "date",
}
PERIOD_NAMES = tuple(PERIOD_KINDS)
# What the findings say of a subject: the worst colour of the last month, and how often red.
FINDING_NAMES = ("colour", "red_count", "yellow_count", "red_months", "red_in_a_row")
# A measure as seen from the board's period. One that adds: the period's own sum, the year's so far,
# all so far, and the first two a year earlier. Any other: the latest value in the period, the
# latest there is, and the period's a year earlier.
FLOW_ENDINGS = ("", "_year", "_total", "_before", "_year_before")
STOCK_ENDINGS = ("", "_latest", "_before")
NODE_ENDINGS = ("_planned", "_forecast", "_actual")
NODE_COUNTS = ("nodes_due", "nodes_done")


def subject_names(pack: Pack) -> dict[str, str]:
    """Every name that an expression over subjects may use, and what it belongs to (取数口径)."""
    names = dict.fromkeys(PERIOD_NAMES, "period") | dict.fromkeys(FINDING_NAMES, "finding")
    if pack.nodes:
        names |= dict.fromkeys(NODE_COUNTS, "node_count")
    names |= {node + ending: "node" for node in pack.nodes for ending in NODE_ENDINGS}
    for measure in pack.measures.values():
        flow = measure.adds and measure.type in NUMBER_TYPES
        names |= {measure.name + ending: "measure" for ending in (FLOW_ENDINGS if flow else STOCK_ENDINGS)}
    # A name that the pack itself gives goes before one that follows from another.
    names |= dict.fromkeys(pack.measures, "measure")
    return names | dict.fromkeys(("subject", *pack.fields, *pack.computed), "field")


# Names of these kinds mean nothing without a period.
TIMED = frozenset({"measure", "node_count", "finding", "period"})


def kinds_of_names(pack: Pack) -> dict[str, Kind]:
    """The kind of value behind every name of `subject_names`."""
    kinds: dict[str, Kind] = dict(PERIOD_KINDS)
    kinds |= {name: "text" if name == "colour" else "whole" for name in FINDING_NAMES}
    kinds |= dict.fromkeys(NODE_COUNTS, "whole")
    kinds |= {node + ending: "date" for node in pack.nodes for ending in NODE_ENDINGS}
    for measure in pack.measures.values():
        kinds |= {measure.name + ending: kind_of(measure.type) for ending in (*FLOW_ENDINGS, *STOCK_ENDINGS)}
    kinds |= {name: kind_of(one.type) for name, one in {**pack.measures, **pack.fields}.items()}
    kinds |= {name: kind_of(one.type) for name, one in pack.computed.items()}
    return kinds | {"subject": "text"}
