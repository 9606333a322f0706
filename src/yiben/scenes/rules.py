"""The rules section of a pack (研判规则): parsed into frozen values, and checked with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlglot import exp

from yiben import rulebook
from yiben.kernel.colours import Colour
from yiben.kernel.problems import Place, Problem, Refused, errors_of
from yiben.scenes.because import Because, read_because
from yiben.scenes.columns import Column, Kind, rule_columns
from yiben.scenes.expressions import Expression, parse_expression
from yiben.scenes.kinds import kind_problems
from yiben.scenes.lookups import Lookup, codes_of, is_number, leaves
from yiben.scenes.model import RESERVED, Label, Pack

CONDITIONS = (Colour.RED, Colour.YELLOW, Colour.GREEN)
FAMILIES = ("start", "node", "investment", "entry", "permit", "filing", "funds", "other")
DEFAULT_SCHEME = "default"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of judging (研判规则): conditions for colours, a declared default, and the reason in words.

    The gravest condition that holds gives the colour, whatever their order in the file; where none
    holds, `otherwise`. A condition whose numbers are missing (null) does not hold.
    """

    name: str
    label: Label
    family: str
    per: str
    schemes: tuple[str, ...]
    applies: Expression | None
    conditions: Mapping[Colour, Expression]
    otherwise: Colour
    because: Mapping[Colour | None, Because]
    thresholds: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    weight: int = 1
    yellow_for: int = 0
    exemptible: bool = True
    source: rulebook.Source | None = None
    note: Label | None = None

    def expressions(self) -> list[Expression]:
        """Everything that decides the colour: applies, the conditions, and by what tables are looked up."""
        lookups = [one.by for one in self.lookups.values()]
        return [*([self.applies] if self.applies else []), *self.conditions.values(), *lookups]

    def reason(self, colour: Colour, *, held: bool) -> Because | None:
        """The text for a colour; `held` says whether a condition gave it or it is the default."""
        own = self.because.get(colour) if held else self.because.get(Colour.NONE)
        return own or self.because.get(None)


@dataclass(frozen=True, slots=True)
class Overall:
    """How the colours of all rules become one (总灯): the county's choice.

    `worst` takes the gravest, of the named families only where some are named; `weighed` adds each
    rule's weight (red twice, yellow once) and is red or yellow from the stated points on.
    """

    way: str = "worst"
    families: tuple[str, ...] = ()
    red_points: int = 0
    yellow_points: int = 0


@dataclass(frozen=True, slots=True)
class Scheme:
    """A published or own set of rules (规则集) with its source, first day and overall colour."""

    name: str
    label: Label
    source: rulebook.Source | None = None
    day: date | None = None
    until: date | None = None
    overall: Overall | None = None
    note: Label | None = None


@dataclass(frozen=True, slots=True)
class Judging:
    """The county's choices about judging (研判设置), from `settings.judging`.

    `actual_dates` are the fields that state what has happened: a month sees such a date only when
    it lies in the month or before, so that a later fact never changes an earlier month.
    """

    scheme: str = DEFAULT_SCHEME
    place: str = ""
    looks_back: int = 12
    overall: Overall = Overall()
    actual_dates: tuple[str, ...] = ()
    schemes: Mapping[str, Scheme] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one scheme with the choices that go with them; what `assess` runs."""

    pack: Pack
    scheme: Scheme
    rules: tuple[Rule, ...]
    judging: Judging
    overall: Overall

    @property
    def names(self) -> tuple[str, ...]:
        """The rules' names in order."""
        return tuple(rule.name for rule in self.rules)


def rule_set(pack: Pack, *, scheme: str = "", place: str | None = None) -> RuleSet:
    """The pack's rules of one scheme (the county's chosen one if none is named).

    Raises Refused where the pack has no such scheme or its rules are amiss.
    """
    rules, judging, problems = read_rules(pack)
    name = scheme or judging.scheme
    known = sorted({one for rule in rules for one in rule.schemes} | {DEFAULT_SCHEME})
    if name not in known:
        at = Place(file=pack.file, line=pack.line_of("settings.judging.scheme"), field="scheme")
        problems.append(Problem("rule-scheme", f"no rule set {name!r}", f"one of {', '.join(known)}", at))
    if errors_of(problems):
        raise Refused(errors_of(problems))
    chosen = judging.schemes.get(name) or Scheme(name, Label(name))
    if place is not None:
        judging = _with_place(judging, place)
    held = tuple(rule for rule in rules if name in rule.schemes)
    return RuleSet(pack, chosen, held, judging, chosen.overall or judging.overall)


def _with_place(judging: Judging, place: str) -> Judging:
    return Judging(
        scheme=judging.scheme,
        place=place,
        looks_back=judging.looks_back,
        overall=judging.overall,
        actual_dates=judging.actual_dates,
        schemes=judging.schemes,
    )


def check_rules(pack: Pack) -> list[Problem]:
    """What is wrong with the pack's rules and its `settings.judging` beyond the schema."""
    return read_rules(pack)[2]


def read_rules(pack: Pack) -> tuple[list[Rule], Judging, list[Problem]]:
    """Every rule, the county's choices, and all problems, each with file and line. Never raises."""
    reader = _Reader(pack)
    rules = [reader.rule(name, raw) for name, raw in pack.rules.items()]
    judging = reader.judging(pack.settings.get("judging", {}), [rule for rule in rules if rule])
    return [rule for rule in rules if rule is not None], judging, reader.problems


class _Reader:
    """Reads one pack's rules; what is wrong is kept with the line of its key."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.problems: list[Problem] = []
        self.columns = {per: rule_columns(pack, per=per) for per in ("subject", "node")}

    def at(self, path: str) -> Place:
        return Place(file=self.pack.file, line=self.pack.line_of(path), field=path)

    def say(self, path: str, code: str, found: str, expected: str) -> None:
        self.problems.append(Problem(code, found, expected, self.at(path)))

    def rule(self, name: str, raw: Mapping[str, Any]) -> Rule | None:
        """One rule, or None with its problems kept."""
        path, before = f"rules.{name}", len(self.problems)
        if name in RESERVED or name == "overall":
            self.say(path, "rule-reserved", repr(name), "another name: this one is a column of findings")
        declared = raw.get("thresholds", {})
        ids = {one: said if isinstance(said, str) else said["table"] for one, said in declared.items()}
        lookups = self.lookups(declared, self.columns[raw.get("per", "subject")], path)
        thresholds = self.thresholds(ids, lookups, path)
        columns = {**self.columns[raw.get("per", "subject")], **thresholds}
        applies = self.condition(raw["applies"], columns, f"{path}.applies") if "applies" in raw else None
        conditions = {
            colour: parsed
            for colour in CONDITIONS
            if colour.word in raw
            and (parsed := self.condition(raw[colour.word], columns, f"{path}.{colour.word}")) is not None
        }
        if not any(colour.word in raw for colour in CONDITIONS):
            self.say(path, "rule-conditions", "no condition", "red, yellow or green")
        because = self.because(raw["because"], columns, f"{path}.because")
        if len(self.problems) > before:
            return None
        return Rule(
            name=name,
            label=_label(raw["label"]),
            family=raw["family"],
            per=raw.get("per", "subject"),
            schemes=tuple(raw.get("schemes", (DEFAULT_SCHEME,))),
            applies=applies,
            conditions=conditions,
            otherwise=Colour.of(raw["otherwise"]),
            because=because,
            thresholds=ids,
            lookups=lookups,
            weight=raw.get("weight", 1),
            yellow_for=raw.get("recovery", {}).get("yellow_for", 0),
            exemptible=raw.get("exemptible", True),
            source=rulebook.Source(**raw["source"]) if "source" in raw else None,
            note=_label(raw["note"]) if "note" in raw else None,
        )

    def lookups(self, raw: Mapping[str, Any], columns: Mapping[str, Column], path: str) -> dict[str, Lookup]:
        """The thresholds that are looked up in a table by a text of the subject."""
        found = {}
        for name, said in raw.items():
            if not isinstance(said, str):
                inner = f"{path}.thresholds.{name}.by"
                by = self.expression(said["by"], columns, "text", inner)
                if by is not None:
                    found[name] = Lookup(by, codes_of(said["by"], self.pack))
        return found

    def thresholds(
        self, raw: Mapping[str, str], lookups: Mapping[str, Lookup], path: str
    ) -> dict[str, Column]:
        """The rule's thresholds as columns; each must be a number of the rulebook, or a table of them."""
        found = {}
        for name, id in raw.items():
            inner = f"{path}.thresholds.{name}"
            if id not in rulebook.built_in():
                near = ", ".join(list(rulebook.built_in().below(id.rpartition(".")[0]))[:5])
                expected = f"a value of the rulebook{', such as ' + near if near else ''}"
                self.say(inner, "rule-threshold", id, expected)
            else:
                self.threshold_shape(id, name in lookups, inner)
            if name in self.columns["node"]:
                self.say(inner, "rule-threshold", f"{name!r}, also a column", "a name of its own")
            found[name] = Column(name, self.threshold_kind(id), "threshold", id)
        return found

    def threshold_shape(self, id: str, is_looked_up: bool, path: str) -> None:
        """A number where one is named, a table of numbers where one is looked up."""
        for version in rulebook.built_in().entry(id).versions:
            for day, value in version.dated.changes:
                if is_looked_up != isinstance(value, Mapping) or not all(map(is_number, leaves(value))):
                    form = "a table of numbers for `{table: …, by: …}`" if is_looked_up else "a number"
                    expected = form if is_looked_up else f"{form}; a table needs {{table: {id}, by: a text}}"
                    # A warning: the rule is left out, and a book kept with such a pack stays readable.
                    found, place = f"{id} is {value} from {day}", self.at(path)
                    self.problems.append(Problem("rule-threshold", found, expected, place, "warning"))
                    return

    def threshold_kind(self, id: str) -> Any:
        """A whole number where all its values are, else a number."""
        if id not in rulebook.built_in():
            return "number"
        entry = rulebook.built_in().entry(id)
        values = [leaf for one in entry.versions for _, value in one.dated.changes for leaf in leaves(value)]
        return "whole" if all(isinstance(value, int) for value in values) else "number"

    def condition(self, text: str, columns: Mapping[str, Column], path: str) -> Expression | None:
        """One condition: parsed, on the white list, yes-or-no."""
        return self.expression(text, columns, "boolean", path)

    def expression(
        self, text: str, columns: Mapping[str, Column], wanted: Kind, path: str
    ) -> Expression | None:
        """One expression of a kind: parsed and on the white list."""
        parsed, problems = parse_expression(text, columns=columns, place=self.at(path))
        if parsed is not None:
            kinds = {name: column.kind for name, column in columns.items()}
            _, more = kind_problems(parsed.tree, columns=kinds, wanted=wanted, text=text, place=self.at(path))
            problems = [*problems, *more, *nesting_problems(parsed.tree, self.at(path))]
        self.problems += problems
        return None if problems else parsed

    def because(
        self, raw: Mapping[str, Any], columns: Mapping[str, Column], path: str
    ) -> dict[Colour | None, Because]:
        """The reasons by colour; under None the one for all, under NONE the one for the default."""
        named = {"red": Colour.RED, "yellow": Colour.YELLOW, "green": Colour.GREEN, "otherwise": Colour.NONE}
        texts: dict[Colour | None, tuple[Any, str]] = {None: (raw, path)} if "zh" in raw else {}
        for key in named:
            if key in raw:
                texts[named[key]] = (raw[key], f"{path}.{key}")
        found: dict[Colour | None, Because] = {}
        for colour, (text, inner) in texts.items():
            because, problems = read_because(_label(text), columns=columns, place=self.at(inner))
            self.problems += problems
            if because is not None:
                found[colour] = because
        return found

    def judging(self, raw: Any, rules: Sequence[Rule]) -> Judging:
        """The county's choices."""
        path = "settings.judging"
        if not isinstance(raw, Mapping):
            self.say(path, "judging-shape", repr(raw), "a mapping")
            return Judging()
        self.only(raw, ("scheme", "place", "looks_back", "overall", "actual_dates", "schemes"), path)
        looks_back = raw.get("looks_back", 12)
        if not isinstance(looks_back, int) or not 1 <= looks_back <= 60:
            self.say(f"{path}.looks_back", "judging-looks-back", repr(looks_back), "1 to 60 months")
            looks_back = 12
        for rule in rules:
            if rule.yellow_for >= looks_back:
                found = f"{rule.yellow_for} months"
                self.say(f"rules.{rule.name}.recovery", "rule-recovery", found, f"fewer than {looks_back}")
        dates = tuple(raw.get("actual_dates", ()))
        for index, name in enumerate(dates):
            one = self.pack.fields.get(name)
            if one is None or one.type != "date":
                self.say(f"{path}.actual_dates.{index}", "judging-date", repr(name), "a field of type date")
        return Judging(
            scheme=str(raw.get("scheme", DEFAULT_SCHEME)),
            place=str(raw.get("place", "")),
            looks_back=looks_back,
            overall=self.overall(raw.get("overall", "worst"), f"{path}.overall"),
            actual_dates=dates,
            schemes=self.schemes(raw.get("schemes", {}), rules),
        )

    def only(self, raw: Mapping[str, Any], known: Iterable[str], path: str) -> None:
        for key in raw:
            if key not in known:
                self.say(f"{path}.{key}", "judging-key", repr(key), f"one of {', '.join(known)}")

    def schemes(self, raw: Mapping[str, Any], rules: Sequence[Rule]) -> dict[str, Scheme]:
        """The declared rule sets; a rule may belong only to a declared one or to `default`."""
        path, found = "settings.judging.schemes", {}
        for name, one in raw.items():
            inner = f"{path}.{name}"
            self.only(one, ("label", "source", "day", "until", "overall", "note"), inner)
            found[name] = Scheme(
                name=name,
                label=_label(one.get("label", name)),
                source=rulebook.Source(**one["source"]) if "source" in one else None,
                day=self.day(one, "day", inner),
                until=self.day(one, "until", inner),
                overall=self.overall(one["overall"], f"{inner}.overall") if "overall" in one else None,
                note=_label(one["note"]) if "note" in one else None,
            )
        for rule in rules:
            for scheme in rule.schemes:
                if scheme not in found and scheme != DEFAULT_SCHEME:
                    expected = ", ".join([DEFAULT_SCHEME, *found])
                    self.say(f"rules.{rule.name}.schemes", "rule-scheme", repr(scheme), f"one of {expected}")
        return found

    def day(self, raw: Mapping[str, Any], key: str, path: str) -> date | None:
        if key not in raw:
            return None
        try:
            return date.fromisoformat(str(raw[key]))
        except ValueError:
            self.say(f"{path}.{key}", "judging-day", repr(raw[key]), "a day such as 2025-03-01")
            return None

    def overall(self, raw: Any, path: str) -> Overall:
        """`worst`, or {families: […]}, or {weighed: {red: points, yellow: points}}."""
        if raw == "worst":
            return Overall()
        if isinstance(raw, Mapping) and set(raw) == {"families"}:
            families = tuple(raw["families"])
            for one in families:
                if one not in FAMILIES:
                    self.say(f"{path}.families", "judging-family", repr(one), f"one of {', '.join(FAMILIES)}")
            return Overall(families=families)
        points = raw.get("weighed") if isinstance(raw, Mapping) else None
        if isinstance(points, Mapping) and all(isinstance(points.get(key), int) for key in ("red", "yellow")):
            return Overall("weighed", (), points["red"], points["yellow"])
        expected = "worst, {families: [start, …]} or {weighed: {red: 4, yellow: 1}}"
        self.say(path, "judging-overall", repr(raw), expected)
        return Overall()


def nesting_problems(tree: exp.Expr, place: Place) -> list[Problem]:
    """in_a_row inside in_a_row is not meant."""
    return [
        Problem("expression-nesting", inner.sql(dialect="duckdb"), "in_a_row() of a plain condition", place)
        for outer in tree.find_all(exp.Anonymous)
        if str(outer.this).lower() == "in_a_row"
        for inner in outer.expressions[0].find_all(exp.Anonymous)
        if str(inner.this).lower() == "in_a_row"
    ]


def _label(raw: Any) -> Label:
    return Label(raw) if isinstance(raw, str) else Label(raw["zh"], raw.get("en", ""))
