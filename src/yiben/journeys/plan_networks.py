"""The approval networks of a whole portfolio (项目组网络): one for all subjects whose facts lead to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from yiben.journeys.plan_nodes import stated_facts
from yiben.planning import templates
from yiben.planning.approvals import Made, make
from yiben.planning.calendar import WorkingCalendar
from yiben.planning.limits import limit
from yiben.planning.recorded_columns import Network, Rows, Said, network_of_made
from yiben.scenes.model import Pack
from yiben.scenes.plans import PlanBook

NOTHING = -1


class Networks:
    """The networks of a portfolio, made once for all subjects whose facts lead to the same one."""

    def __init__(self, pack: Pack, book: PlanBook, on: date, calendar: WorkingCalendar) -> None:
        self.pack, self.book, self.on, self.calendar = pack, book, on, calendar
        self.made: dict[tuple[str, tuple[Any, ...]], tuple[Made, Network]] = {}
        self.bounds: dict[str, dict[str, list[Any]]] = {}

    def groups(self, facts: Mapping[str, list[Any]]) -> dict[tuple[str, tuple[Any, ...]], list[int]]:
        """Subjects by network; those without one are left out."""
        names = [*self.book.template_fields, *(source.field for source in self.book.facts.values())]
        groups: dict[tuple[str, tuple[Any, ...]], list[int]] = {}
        known: dict[tuple[Any, ...], tuple[str, tuple[Any, ...]] | None] = {}
        for at, row in enumerate(zip(*(facts[name] for name in names), strict=True)):
            if row not in known:
                known[row] = self._key(dict(zip(names, row, strict=True)))
            if (key := known[row]) is not None:
                groups.setdefault(key, []).append(at)
        return groups

    def _key(self, said: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]] | None:
        name = self.book.template_of(said)
        template = templates.built_in().get(name)
        if template is None:
            return None
        stated = stated_facts(self.pack, self.book, template, said)
        key = (name, tuple(self._side(template, fact, value) for fact, value in sorted(stated.items())))
        return key if key in self.made or self._make(key, template, stated) else None

    def _make(
        self, key: tuple[str, tuple[Any, ...]], template: templates.Template, stated: dict[str, Any]
    ) -> bool:
        made, _ = make(template, calendar=self.calendar, on=self.on, place=self.book.place, facts=stated)
        if made is not None:
            self.made[key] = made, network_of_made(made)
        return made is not None

    def _side(self, template: templates.Template, fact: str, value: Any) -> Any:
        """Between which thresholds a number lies; two numbers between the same ones make one network."""
        if template.name not in self.bounds:
            self.bounds[template.name] = self._thresholds(template)
        bounds = self.bounds[template.name].get(fact, [])
        numeric = not isinstance(value, str | bool)
        return (fact, sum(value >= bound for bound in bounds)) if numeric else (fact, value)

    def _thresholds(self, template: templates.Template) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for item in template.items.values():
            for tier in (item, *item.get("tiers", ())):
                self._collect(tier.get("when", {}), found)
        return found

    def _collect(self, test: Mapping[str, Any], found: dict[str, list[Any]]) -> None:
        for name, wanted in test.items():
            if name in ("any", "all"):
                for part in wanted:
                    self._collect(part, found)
            elif name == "not":
                self._collect(wanted, found)
            else:
                for kind in ("at_least", "below"):
                    bound = wanted.get(kind)
                    if isinstance(bound, str):
                        known = limit(bound, on=self.on, place=self.book.place)
                        bound = known.value if known else None
                    if bound is not None:
                        found.setdefault(name, []).append(bound)


def in_network(
    network: Network, rows: Sequence[tuple[int, int]], planned: Rows, forecast: Rows, actual: Rows
) -> Said:
    """The recorded days in the rows of a network."""
    grids = []
    for days in (planned, forecast, actual):
        grid = np.full((len(network.keys), days.shape[1]), NOTHING, dtype=np.int64)
        for item, number in rows:
            grid[item] = days[number]
        grids.append(grid)
    return Said(*grids)
