"""The plan section of a pack (节点计划): which approval network a subject follows, and what feeds it.

Nodes point into the networks by themselves (`item`, or `template` where a network calls it
otherwise); this section chooses the network by the subject's fields and hands its facts on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from yiben.kernel.problems import Place, Problem
from yiben.kernel.units import UNITS
from yiben.scenes.model import Node, Pack

CLOCKS = ("government", "owner", "excluded")
NEAR_DAYS = 7


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """A network and the field values under which it is taken (模板选择)."""

    template: str
    where: Mapping[str, str]

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether a subject with these facts follows the network."""
        return all(facts.get(name) == value for name, value in self.where.items())


@dataclass(frozen=True, slots=True)
class FactSource:
    """The field that gives a fact of a network, and the unit in which the network counts it."""

    field: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """How a duration may turn out, as shares of its limit (工期波动范围): least, likely, most."""

    least: Decimal
    likely: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class PlanBook:
    """How a scene's subjects are planned (计划规则).

    `place` is the code whose limits hold, `class_field` tells completion rates apart, a node is
    near when it is due within `near_days`; `spreads` are for risk where there is no own history.
    """

    templates: tuple[TemplateChoice, ...] = ()
    facts: Mapping[str, FactSource] = field(default_factory=dict)
    place: str = ""
    class_field: str = ""
    near_days: int = NEAR_DAYS
    spreads: Mapping[str, Spread] = field(default_factory=dict)

    @property
    def template_fields(self) -> tuple[str, ...]:
        """The fields that choose the network."""
        return tuple(dict.fromkeys(name for choice in self.templates for name in choice.where))

    def template_of(self, facts: Mapping[str, Any]) -> str:
        """The network that a subject with these facts follows; empty where none is declared."""
        return next((one.template for one in self.templates if one.holds(facts)), "")


def plan_book(pack: Pack) -> PlanBook:
    """The plan section of a scene, or an empty one."""
    raw: Mapping[str, Any] = pack.sections.get("plan", {})
    return PlanBook(
        templates=tuple(
            TemplateChoice(
                one["template"], {name: str(value) for name, value in one.get("where", {}).items()}
            )
            for one in raw.get("templates", ())
        ),
        facts={name: _source(value) for name, value in raw.get("facts", {}).items()},
        place=str(raw.get("place", "")),
        class_field=raw.get("class_field", ""),
        near_days=raw.get("near_days", NEAR_DAYS),
        spreads={
            name: Spread(*(Decimal(str(share)) for share in shares))
            for name, shares in raw.get("spreads", {}).items()
        },
    )


def _source(raw: Any) -> FactSource:
    return FactSource(raw) if isinstance(raw, str) else FactSource(raw["field"], raw.get("unit", ""))


def item_of(node: Node, *, template: str) -> str:
    """The item of a network that a node stands for; empty where the network has none."""
    return node.templates.get(template, node.item)


def check_plan(pack: Pack) -> list[Problem]:
    """What the schema cannot see: fields that are not there, units that do not convert."""
    return [*_node_problems(pack), *_section_problems(pack)]


def _node_problems(pack: Pack) -> Iterator[Problem]:
    for node in pack.nodes.values():
        for part in ("planned", "actual"):
            name = getattr(node, part)
            if name and (name not in pack.fields or pack.fields[name].type != "date"):
                days = ", ".join(one.name for one in pack.fields.values() if one.type == "date")
                yield _say(pack, f"nodes.{node.name}.{part}", f"no date field {name!r}", f"one of {days}")


def _section_problems(pack: Pack) -> Iterator[Problem]:
    raw = pack.sections.get("plan")
    if raw is None:
        return
    book, known = plan_book(pack), ", ".join(pack.fields)
    for number, choice in enumerate(book.templates):
        for name, value in choice.where.items():
            path = f"plan.templates.{number}.where.{name}"
            if name not in pack.fields:
                yield _say(pack, path, f"no field {name!r}", f"one of {known}")
            elif pack.fields[name].choices and value not in pack.fields[name].choices:
                yield _say(pack, path, repr(value), "one of " + ", ".join(pack.fields[name].choices))
    if book.class_field and book.class_field not in pack.fields:
        yield _say(pack, "plan.class_field", f"no field {book.class_field!r}", f"one of {known}")
    for name, source in book.facts.items():
        yield from _fact_problems(pack, f"plan.facts.{name}", source)
    for name, spread in book.spreads.items():
        if not 0 <= spread.least <= spread.likely <= spread.most:
            said = f"{spread.least}, {spread.likely}, {spread.most}"
            yield _say(pack, f"plan.spreads.{name}", said, "least ≤ likely ≤ most")


def _fact_problems(pack: Pack, path: str, source: FactSource) -> Iterator[Problem]:
    one = pack.fields.get(source.field)
    if one is None:
        yield _say(pack, path, f"no field {source.field!r}", "one of " + ", ".join(pack.fields))
    elif source.unit and (
        source.unit not in UNITS or one.unit not in UNITS or UNITS[source.unit].kind != UNITS[one.unit].kind
    ):
        yield _say(pack, path, f"unit {source.unit!r}", f"a unit into which {one.unit or 'nothing'} converts")


def _say(pack: Pack, path: str, found: str, expected: str) -> Problem:
    return Problem("pack-plan", found, expected, Place(file=pack.file, line=pack.line_of(path), field=path))
