"""The columns that a rule may read for a subject in a month (研判可用的列)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from yiben.scenes.model import Field, Pack

Kind = Literal["number", "whole", "date", "text", "boolean", "null"]
Origin = Literal["field", "computed", "month", "measure", "node", "filed", "threshold"]


@dataclass(frozen=True, slots=True)
class Column:
    """One readable column: its kind, and from which part of which measure, node or form it comes."""

    name: str
    kind: Kind
    origin: Origin
    of: str = ""
    part: str = ""


MONTH_COLUMNS = (
    Column("month", "date", "month"),
    Column("month_end", "date", "month"),
    Column("year", "whole", "month"),
    Column("time_progress", "number", "month"),
)
# What a rule with `per: node` reads of the node at hand.
NODE_PARTS: Mapping[str, str] = {"planned_on": "planned", "forecast_on": "forecast", "actual_on": "actual"}
ADDING_PARTS = ("this", "previous", "year", "total")
STANDING_PARTS = ("this", "previous", "latest")


def kind_of(field_type: str) -> Kind:
    """The kind of a field type.

    >>> kind_of("money")
    'number'
    """
    if field_type in ("integer", "rank"):
        return "whole"
    if field_type in ("date", "month"):
        return "date"
    if field_type == "boolean":
        return "boolean"
    one = Field(name="x", type=field_type, label=None)  # type: ignore[arg-type]
    return "number" if one.is_number else "text"


def rule_columns(pack: Pack, *, per: str = "subject") -> dict[str, Column]:
    """Every column of subject × month, by name; with those of the node at hand for `per: node`.

    A measure that adds gives m (of this period; null where nothing was filed), m_previous,
    m_year and m_total (0 where nothing was filed); any other m, m_previous and m_latest.
    A node gives n_planned, n_forecast and n_actual; a form with measures filed_<form>.
    """
    columns = {one.name: one for one in MONTH_COLUMNS}
    for field in pack.fields.values():
        columns[field.name] = Column(field.name, kind_of(field.type), "field")
    for computed in pack.computed.values():
        columns[computed.name] = Column(computed.name, kind_of(computed.type), "computed")
    for measure in pack.measures.values():
        for part in ADDING_PARTS if measure.adds else STANDING_PARTS:
            name = measure.name if part == "this" else f"{measure.name}_{part}"
            columns[name] = Column(name, kind_of(measure.type), "measure", measure.name, part)
    for node in pack.nodes:
        for part in NODE_PARTS.values():
            columns[f"{node}_{part}"] = Column(f"{node}_{part}", "date", "node", node, part)
    for form in pack.forms.values():
        if any(name in pack.measures for name in form.fields):
            columns[f"filed_{form.name}"] = Column(f"filed_{form.name}", "boolean", "filed", form.name)
    if per == "node":
        columns["node"] = Column("node", "text", "node")
        columns |= {name: Column(name, "date", "node", "", part) for name, part in NODE_PARTS.items()}
    return columns
