"""A project's file (项目能碳申报文件, YAML) into a project, or into what is wrong with it.

Keys may be English or Chinese (`NAMES`). Amounts carry their unit: `1200吨`, `{amount: 800, unit:
万千瓦时}`; a bare number means the unit that the key expects. Never raises on content.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from yiben.appraise.energy import base_unit, carriers
from yiben.appraise.factors import Own
from yiben.appraise.names import FLAGS, KEYS, NAMES, OWN_IDS
from yiben.appraise.project import (
    ZERO,
    Average,
    Granted,
    Measured,
    Project,
    Region,
    Replacement,
    Use,
)
from yiben.kernel.problems import Place, Problem
from yiben.kernel.units import UnitMismatch, UnknownUnit, convert, plain
from yiben.rulebook import Rulebook
from yiben.rulebook.yaml_lines import read_yaml

TONS_OF_STANDARD_COAL, MONEY, CARBON = "tce", "万元", "吨二氧化碳"
# Beyond what the whole nation used in 2023: such a figure is a slip of the unit.
ABSURD = Decimal(10) ** 10


def read_project(text: str, *, file: str, book: Rulebook) -> tuple[Project | None, list[Problem]]:
    """The project that a YAML text describes, and all problems; no project where one is an error."""
    raw, lines, problems = read_yaml(text, file=file, exact=True)
    if problems:
        return None, problems
    return _Reader(file, lines, book).project(raw)


class _Reader:
    """The checks of one file; every problem carries the line of the key that it is about."""

    def __init__(self, file: str, lines: Mapping[str, int], book: Rulebook) -> None:
        self.file, self.lines, self.carriers = file, lines, carriers(book)
        self.problems: list[Problem] = []

    def say(self, path: str, found: object, expected: str, code: str = "project-value") -> None:
        """Keep one problem at the line of `path` or the nearest key above it."""
        self.problems.append(Problem(code, str(found), expected, self.at(path)))

    def at(self, path: str) -> Place:
        """Where `path` stands."""
        near = path
        while near and near not in self.lines:
            near = near.rpartition(".")[0]
        return Place(file=self.file, line=self.lines.get(near), field=path)

    def mapping(self, raw: Any, path: str, known: frozenset[str] | None = None) -> dict[str, tuple[Any, str]]:
        """The known keys of a mapping with their paths; unknown keys are told."""
        if not isinstance(raw, Mapping):
            self.say(path, repr(raw)[:60], "a mapping of keys", "project-shape")
            return {}
        found = {}
        for key, value in raw.items():
            name = NAMES.get(str(key), str(key))
            inner = f"{path}.{key}".lstrip(".")
            if known is not None and name not in known:
                self.say(inner, key, f"one of {', '.join(sorted(known))}", "project-key")
            found[name] = (value, inner)
        return found

    def project(self, raw: Any) -> tuple[Project | None, list[Problem]]:
        """The whole project."""
        top = self.mapping(raw, "", KEYS)
        if not top:
            return None, self.problems

        def text(key: str) -> str:
            return str(top[key][0]) if key in top and top[key][0] is not None else ""

        for key in ("name", "place", "applied_on", "energy"):
            if not text(key):
                self.say(key, f"no {key}", "a value", "project-missing")
        if text("place") and not (text("place").isdigit() and len(text("place")) == 6):
            self.say(top["place"][1], text("place"), 'a code of six digits in quotes, such as "330112"')
        applied = self.day(top.get("applied_on"))
        project = Project(
            name=text("name"),
            place=text("place"),
            applied_on=applied or date.min,
            uses=self.uses(top.get("energy")),
            value_added=self.amount(top.get("value_added"), MONEY),
            code=text("code"),
            trade=text("trade"),
            government=self.truth(top.get("government")) or False,
            rebuilt=self.truth(top.get("rebuilt")) or False,
            before=self.uses(top.get("before")),
            flags={flag: self.truth(top.get(flag)) or False for flag in FLAGS},
            transformer_kva=self.number(top.get("transformer_kva")),
            production_year=self.year(top.get("production_year")),
            process_carbon=self.amount(top.get("process_carbon"), CARBON) or ZERO,
            region=self.region(top.get("region")),
            granted=tuple(self.granted(top.get("granted"))),
            average=self.average(top.get("average")),
            two_high=self.truth(top.get("two_high")),
            reduced=self.truth(top.get("reduced")) or False,
            replacements=tuple(self.replacements(top.get("replacements"))),
            factor_year=self.year(top.get("factor_year")),
            factors=self.own(top.get("factors")),
            measured=self.measured(top.get("measured")),
        )
        if project.rebuilt and not project.before:
            self.say(
                "before", "no use before the rebuilding", "the energy used before, as its increment counts"
            )
        return (None if self.problems else project), self.problems

    def day(self, said: tuple[Any, str] | None) -> date | None:
        """A calendar day."""
        if said is None:
            return None
        try:
            return date.fromisoformat(str(said[0]))
        except ValueError:
            self.say(said[1], repr(said[0]), "a day such as 2025-09-01")
            return None

    def truth(self, said: tuple[Any, str] | None) -> bool | None:
        """true or false; 是 and 否 are understood."""
        if said is None:
            return None
        value = {"是": True, "否": False}.get(str(said[0]), said[0])
        if not isinstance(value, bool):
            self.say(said[1], repr(said[0]), "true or false (是 or 否)")
            return None
        return value

    def year(self, said: tuple[Any, str] | None) -> int | None:
        """A calendar year."""
        if said is None:
            return None
        if isinstance(said[0], int) and 1990 <= said[0] <= 2100:
            return said[0]
        self.say(said[1], repr(said[0]), "a year such as 2023")
        return None

    def number(self, said: tuple[Any, str] | None) -> Decimal | None:
        """A number of zero or more."""
        if said is None or said[0] is None:
            return None
        try:
            value = Decimal(str(said[0]).replace(",", ""))
        except InvalidOperation:
            value = Decimal("NaN")
        if isinstance(said[0], bool) or not value.is_finite():
            self.say(said[1], repr(said[0]), "a number such as 1280.5")
        elif value < 0:
            self.say(said[1], value, "zero or more", "project-negative")
        elif value >= ABSURD:
            self.say(said[1], value, f"less than {ABSURD:,.0f}; look at the unit", "project-absurd")
        else:
            return value
        return None

    def amount(self, said: tuple[Any, str] | None, unit: str) -> Decimal | None:
        """An amount in `unit`; written bare, with its unit behind it, or as {amount, unit}."""
        found = self.quantity(said, unit)
        if found is None or said is None:
            return None
        value, own = found
        if own == unit:
            return value
        return plain(convert(value, own, unit))

    def quantity(self, said: tuple[Any, str] | None, unit: str) -> tuple[Decimal, str] | None:
        """An amount and its unit, which is of the kind of `unit`."""
        if said is None or said[0] is None:
            return None
        raw, path = said
        own = unit
        if isinstance(raw, Mapping):
            inner = self.mapping(raw, path, frozenset({"amount", "unit"}))
            own = str(inner.get("unit", (unit, ""))[0])
            raw, path = inner.get("amount", (None, path))
        elif isinstance(raw, str):
            digits = len(raw) - len(raw.lstrip("+-0123456789.,"))
            own = raw[digits:].strip() or unit
            raw = raw[:digits] or raw
        value = self.number((raw, path))
        if value is None:
            if raw is None:
                self.say(path, "no amount", f"an amount in {unit}")
            return None
        try:
            convert(value, own, unit)
        except UnknownUnit:
            self.say(path, own, f"a known unit of the kind of {unit}", "project-unit")
            return None
        except UnitMismatch:
            self.say(path, own, f"a unit that can be said in {unit}", "project-unit")
            return None
        return value, own

    def items(self, said: tuple[Any, str] | None, known: set[str]) -> list[dict[str, tuple[Any, str]]]:
        """The mappings of a list."""
        if said is None or said[0] is None:
            return []
        if not isinstance(said[0], list):
            self.say(said[1], repr(said[0])[:60], "a list", "project-shape")
            return []
        return [self.mapping(item, f"{said[1]}.{at}", frozenset(known)) for at, item in enumerate(said[0])]

    def uses(self, said: tuple[Any, str] | None) -> tuple[Use, ...]:
        """The energy carriers with amounts."""
        known = {"carrier", "amount", "unit", "feedstock", "renewable", "heat", "heat_source"}
        found = [self.use(item) for item in self.items(said, known)]
        return tuple(use for use in found if use is not None)

    def use(self, item: dict[str, tuple[Any, str]]) -> Use | None:
        """One carrier with its amount."""
        name, path = item.get("carrier", ("", ""))
        key = name if name in self.carriers.values() else self.carriers.get(str(name))
        if key is None:
            self.say(path, repr(name), f"one of {'、'.join(self.carriers)}", "project-carrier")
            return None
        unit = base_unit(key)
        raw = item.get("amount")
        if raw is not None and "unit" in item and not isinstance(raw[0], Mapping | str):
            raw = ({"amount": raw[0], "unit": item["unit"][0]}, raw[1])
        found = self.quantity(raw, unit)
        if found is None:
            if raw is None:
                self.say(path, f"{name} without an amount", f"an amount in {unit}")
            return None
        amount, own = found
        parts = {part: self.amount(item.get(part), own) or ZERO for part in ("feedstock", "renewable")}
        for part, value in parts.items():
            if value > amount:
                self.say(item[part][1], f"{value}{own} of {amount}{own}", "not more than the whole amount")
        if parts["feedstock"] + parts["renewable"] > amount >= max(parts.values()):
            self.say(path, "feedstock and renewable together", "not more than the whole amount")
        heat = self.number(item.get("heat"))
        source = _text(item, "heat_source")
        if heat is not None and not source:
            self.say(
                item["heat"][1], "a heat value without a source", "heat_source: the report it was measured in"
            )
        name = next(zh for zh, held in self.carriers.items() if held == key)
        return Use(
            key, name, amount, own, parts["feedstock"], parts["renewable"], heat, source, self.at(path)
        )

    def region(self, said: tuple[Any, str] | None) -> Region:
        """The place's figures."""
        if said is None:
            return Region()
        known = {
            "name",
            "energy",
            "gdp",
            "carbon",
            "increment",
            "energy_room",
            "carbon_room",
            "limit",
            "expected",
        }
        item = self.mapping(said[0], said[1], frozenset(known))
        amounts = {
            key: self.amount(item.get(key), unit)
            for key, unit in (
                ("energy", TONS_OF_STANDARD_COAL),
                ("gdp", MONEY),
                ("carbon", CARBON),
                ("increment", TONS_OF_STANDARD_COAL),
                ("energy_room", TONS_OF_STANDARD_COAL),
                ("carbon_room", CARBON),
            )
        }
        for key in ("energy", "gdp", "carbon", "increment"):
            if amounts[key] == 0:
                self.say(item[key][1], "0", "an amount above zero")
        limit, expected = self.path(item.get("limit")), self.path(item.get("expected"))
        for year in limit.keys() - expected.keys():
            self.say(item["limit"][1], f"a limit for {year}", f"also the expected emission of {year}")
        return Region(_text(item, "name"), **amounts, limit=limit, expected=expected)

    def path(self, said: tuple[Any, str] | None) -> dict[int, Decimal]:
        """Emissions by year."""
        if said is None:
            return {}
        found = {}
        for key, (value, path) in self.mapping(said[0], said[1]).items():
            year = self.year((int(key) if str(key).isdigit() else key, path))
            amount = self.amount((value, path), CARBON)
            if year is not None and amount is not None:
                found[year] = amount
        return found

    def granted(self, said: tuple[Any, str] | None) -> list[Granted]:
        """The projects already granted."""
        found = []
        for item in self.items(said, {"name", "energy", "carbon", "value_added", "year"}):
            energy = self.amount(item.get("energy"), TONS_OF_STANDARD_COAL)
            if energy is None:
                self.say(said[1] if said else "", "a granted project without energy", "its energy in tce")
                continue
            found.append(
                Granted(
                    _text(item, "name"),
                    energy,
                    self.amount(item.get("carbon"), CARBON) or ZERO,
                    self.amount(item.get("value_added"), MONEY) or ZERO,
                    self.year(item.get("year")) or 0,
                )
            )
        return found

    def average(self, said: tuple[Any, str] | None) -> Average | None:
        """The trade's level with its source."""
        if said is None:
            return None
        item = self.mapping(said[0], said[1], frozenset({"energy", "carbon", "source"}))
        source = _text(item, "source")
        if not source:
            self.say(said[1], "a trade's level without a source", "source: the document it stands in")
        return Average(self.number(item.get("energy")), self.number(item.get("carbon")), source)

    def replacements(self, said: tuple[Any, str] | None) -> list[Replacement]:
        """Energy given up elsewhere."""
        found = []
        for item in self.items(said, {"name", "energy", "document"}):
            energy = self.amount(item.get("energy"), TONS_OF_STANDARD_COAL) or ZERO
            name, document = (_text(item, key) for key in ("name", "document"))
            if not document:
                self.say(
                    said[1] if said else "", f"a replacement {name} without a document", "its document number"
                )
            found.append(Replacement(name, energy, document))
        return found

    def own(self, said: tuple[Any, str] | None) -> dict[str, Own]:
        """Factors that the file brings along, each with its source."""
        if said is None:
            return {}
        found = {}
        for key, (value, path) in self.mapping(said[0], said[1]).items():
            item = self.mapping(value, path, frozenset({"value", "year", "source"}))
            number = self.number(item.get("value"))
            source = _text(item, "source")
            if key not in OWN_IDS:
                self.say(path, key, f"one of {', '.join(OWN_IDS)}")
            elif not source:
                self.say(path, "a factor without a source", "source: the document it stands in")
            elif number is not None:
                found[OWN_IDS[key]] = Own(number, self.year(item.get("year")), source)
        return found

    def measured(self, said: tuple[Any, str] | None) -> Measured | None:
        """What was measured after completion."""
        if said is None:
            return None
        known = {"on", "energy", "value_added", "process_carbon", "factor_year"}
        item = self.mapping(said[0], said[1], frozenset(known))
        day = self.day(item.get("on"))
        if day is None:
            self.say(said[1], "no day of measuring", "on: the last day of the measured year")
            return None
        return Measured(
            day,
            self.uses(item.get("energy")),
            self.amount(item.get("value_added"), MONEY),
            self.amount(item.get("process_carbon"), CARBON) or ZERO,
            self.year(item.get("factor_year")),
        )


def _text(item: Mapping[str, tuple[Any, str]], key: str) -> str:
    """The text under a key; empty where there is none."""
    value = item.get(key, ("", ""))[0]
    return "" if value is None else str(value).strip()
