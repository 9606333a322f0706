"""From the mapping of one board column to its mechanic (计分方式的读取), with every mistake's place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlglot import exp

from yiben.kernel.problems import Place, Problem
from yiben.scenes import mechanics as m
from yiben.scenes.columns import Kind
from yiben.scenes.expressions import AGGREGATE_FUNCTIONS, Expression, parse_expression
from yiben.scenes.kinds import kind_problems
from yiben.scenes.model import Label

AGGREGATE_NODES = (exp.Sum, exp.Avg, exp.Count, exp.Min, exp.Max, exp.Median)
# Functions over a subject's months belong to rules; a board reads findings instead.
RULE_FUNCTIONS = frozenset({"in_a_row"})
_NOTHING = Expression("null", exp.Null(), frozenset())


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node of an expression's tree runs over rows (聚合)."""
    if isinstance(node, AGGREGATE_NODES):
        return True
    return isinstance(node, exp.Anonymous) and str(node.this).lower() in AGGREGATE_FUNCTIONS


def outer_aggregates(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The aggregate calls of a tree, each with its filter, none from inside another."""
    if is_aggregate(tree) or isinstance(tree, exp.Filter):
        yield tree
        return
    for child in tree.iter_expressions():
        yield from outer_aggregates(child)


def names_outside(tree: exp.Expr) -> frozenset[str]:
    """The column names that stand outside every aggregate call."""
    if is_aggregate(tree) or isinstance(tree, exp.Filter):
        return frozenset()
    if isinstance(tree, exp.Column):
        return frozenset({tree.name})
    return frozenset().union(*map(names_outside, tree.iter_expressions()))


def label_of(raw: Any) -> Label:
    """A label from its two spellings in YAML."""
    return Label(raw) if isinstance(raw, str) else Label(raw["zh"], raw.get("en", ""))


def decimal_of(raw: Any) -> Decimal | None:
    """A number of YAML as an exact decimal; None of nothing."""
    return None if raw is None else Decimal(str(raw))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which names an expression may use: those of subjects, and those of the board row so far.

    In a board of groups the subjects' names stand inside aggregate calls only; in a board of
    subjects they stand plain and there are no aggregates.
    """

    subject_names: frozenset[str]
    row_names: frozenset[str]
    grouped: bool

    @property
    def plain(self) -> frozenset[str]:
        """What may stand outside aggregate calls."""
        return self.row_names if self.grouped else self.subject_names | self.row_names


@dataclass(slots=True)
class MechanicReader:
    """Reads one column's mechanic; problems gather in `problems`."""

    raw: Mapping[str, Any]
    path: str
    scope: Scope
    kinds: Mapping[str, Kind]
    columns: Collection[str]
    within: tuple[str, ...]
    group: tuple[str, ...]
    place_of: Callable[[str], Place]
    problems: list[Problem] = field(default_factory=list)

    def expression(self, text: Any, path: str, *, wanted: Kind | None = None) -> Expression:
        """A checked expression over one board row."""
        scope = self.scope
        parsed = self._checked(
            str(text), path, plain=scope.plain, inside=scope.subject_names, aggregates=scope.grouped
        )
        if wanted is not None:
            self._kind(parsed, path, wanted)
        return parsed

    def kind_of_value(self, mechanic: m.Mechanic) -> Kind:
        """What a column shows: the kind of a plain value, a number for every way of scoring."""
        if not isinstance(mechanic, m.Value):
            return "number"
        return kind_problems(
            mechanic.of.tree, columns=self.kinds, wanted=None, text="", place=self.place_of(self.path)
        )[0]

    def across(self, text: Any, path: str) -> Expression:
        """A checked expression over all board rows: aggregates of the row's columns."""
        return self._checked(str(text), path, plain=frozenset(), inside=self.scope.plain, aggregates=True)

    def _checked(
        self, text: str, path: str, *, plain: frozenset[str], inside: frozenset[str], aggregates: bool
    ) -> Expression:
        place = self.place_of(path)
        known = plain | inside if aggregates else plain
        parsed, problems = parse_expression(text, columns=known, place=place, aggregates=aggregates)
        self.problems += problems
        if parsed is None:
            return _NOTHING
        self.problems += scope_problems(parsed, plain=plain, inside=inside, place=place)
        self._kind(parsed, path, None)
        return parsed

    def _kind(self, parsed: Expression, path: str, wanted: Kind | None) -> None:
        place = self.place_of(path)
        found = kind_problems(parsed.tree, columns=self.kinds, wanted=wanted, text=parsed.text, place=place)[
            1
        ]
        self.problems += [problem for problem in found if problem not in self.problems]

    def optional(self, raw: Mapping[str, Any], key: str, path: str) -> Expression | None:
        """The expression under `key`, if there is one."""
        return self.expression(raw[key], f"{path}.{key}") if key in raw else None

    def column(self, name: str, path: str) -> str:
        """The name of an earlier column of the board."""
        if name not in self.columns:
            known = ", ".join(self.columns) or "none yet"
            found = f"no earlier column {name!r}"
            self.problems.append(Problem("board-column", found, f"one of: {known}", self.place_of(path)))
        return name

    def read(self, kind: str) -> m.Mechanic:
        """The mechanic under the key `kind` of the column."""
        return READERS[kind](self, self.raw[kind], f"{self.path}.{kind}")


def scope_problems(
    parsed: Expression, *, plain: frozenset[str], inside: frozenset[str], place: Place
) -> list[Problem]:
    """Names on the wrong side of an aggregate call, calls in calls, functions of rules."""
    problems = []
    for name in sorted(names_outside(parsed.tree) - plain):
        expected = f"an aggregate such as sum({name}), or an earlier column of the board"
        problems.append(Problem("board-scope", f"{name!r} of single subjects", expected, place))
    for call in outer_aggregates(parsed.tree):
        for name in sorted({column.name for column in call.find_all(exp.Column)} - inside):
            found = f"the board's column {name!r} inside {call.sql(dialect='duckdb')}"
            problems.append(Problem("board-scope", found, "columns of the subjects", place))
        depth = sum(is_aggregate(node) for node in call.walk())
        if depth > 1:
            found = f"an aggregate inside {call.sql(dialect='duckdb')}"
            problems.append(Problem("board-nesting", found, "one aggregate at a time", place))
    for node in parsed.tree.find_all(exp.Anonymous):
        if str(node.this).lower() in RULE_FUNCTIONS:
            expected = "red_in_a_row and the other columns of findings"
            problems.append(Problem("board-function", f"{node.this}()", expected, place))
    return problems


def _value(reader: MechanicReader, raw: Any, path: str) -> m.Value:
    return m.Value(reader.expression(raw, path))


def _slopes(raw: Any) -> tuple[m.Slope, ...]:
    return tuple(m.Slope(Decimal(str(one["per_point"])), decimal_of(one.get("until"))) for one in raw)


def _completion(reader: MechanicReader, raw: Any, path: str) -> m.Completion:
    above, below = _slopes(raw.get("above", ())), _slopes(raw.get("below", ()))
    rising = [slope.until for slope in above if slope.until is not None]
    falling = [slope.until for slope in below if slope.until is not None]
    for side, limits, right in (("above", rising, sorted(rising)), ("below", falling, sorted(falling)[::-1])):
        if limits != right:
            expected = "limits that move away from 100"
            found = ", ".join(map(str, limits))
            reader.problems.append(
                Problem("board-slopes", found, expected, reader.place_of(f"{path}.{side}"))
            )
    return m.Completion(
        done=reader.expression(raw["done"], f"{path}.done"),
        plan=reader.expression(raw["plan"], f"{path}.plan"),
        points=Decimal(str(raw["points"])),
        above=above,
        below=below,
        cap=decimal_of(raw.get("cap")),
        no_plan=decimal_of(raw.get("no_plan")),
    )


def _steps(reader: MechanicReader, raw: Any, path: str) -> m.Steps:
    bands = tuple(
        m.Step(Decimal(str(band.get("from", band.get("over")))), Decimal(str(band["points"])), "over" in band)
        for band in raw["bands"]
    )
    starts = [(band.start, band.open) for band in bands]
    if starts != sorted(starts, reverse=True):
        expected = "bands from the highest down, for the first that holds counts"
        found = ", ".join(str(start) for start, _ in starts)
        reader.problems.append(Problem("board-bands", found, expected, reader.place_of(f"{path}.bands")))
    return m.Steps(reader.expression(raw["of"], f"{path}.of"), bands, decimal_of(raw.get("otherwise")))


def _lookup(reader: MechanicReader, raw: Any, path: str) -> m.Lookup:
    points = {word: Decimal(str(value)) for word, value in raw["points"].items()}
    return m.Lookup(reader.expression(raw["of"], f"{path}.of"), points, decimal_of(raw.get("otherwise")))


def _rank_points(reader: MechanicReader, raw: Any, path: str) -> m.RankPoints:
    bands = tuple(m.RankBand(band["to"], Decimal(str(band["points"]))) for band in raw["bands"])
    if [band.to for band in bands] != sorted({band.to for band in bands}):
        found = ", ".join(str(band.to) for band in bands)
        reader.problems.append(
            Problem("board-bands", found, "ranks that rise", reader.place_of(f"{path}.bands"))
        )
    return m.RankPoints(
        of=reader.expression(raw["of"], f"{path}.of"),
        bands=bands,
        otherwise=Decimal(str(raw.get("otherwise", 0))),
        best=raw.get("best", "high"),
        ties=raw.get("ties", "skip"),
    )


def _per_unit(reader: MechanicReader, raw: Any, path: str) -> m.PerUnit:
    numbers = {key: Decimal(str(raw[key])) for key in ("each", "beyond", "base") if key in raw}
    if numbers.get("each") == 0:
        reader.problems.append(
            Problem("board-number", "each: 0", "a number other than 0", reader.place_of(f"{path}.each"))
        )
    of = reader.expression(raw["of"], f"{path}.of")
    return m.PerUnit(of, Decimal(str(raw["points"])), whole=raw.get("whole", False), **numbers)


def _max_full(reader: MechanicReader, raw: Any, path: str) -> m.MaxFull:
    return m.MaxFull(reader.expression(raw["of"], f"{path}.of"), Decimal(str(raw["points"])))


def _mean_full(reader: MechanicReader, raw: Any, path: str) -> m.MeanFull:
    mean = reader.across(raw["mean"], f"{path}.mean") if "mean" in raw else None
    of = reader.expression(raw["of"], f"{path}.of")
    return m.MeanFull(of, Decimal(str(raw["points"])), mean, decimal_of(raw.get("otherwise")))


def _scale(reader: MechanicReader, raw: Any, path: str) -> m.Scale:
    low, high = (Decimal(str(value)) for value in raw.get("to", (0, 100)))
    if low >= high:
        reader.problems.append(
            Problem(
                "board-scale", f"{low} to {high}", "a lower and a higher end", reader.place_of(f"{path}.to")
            )
        )
    of = reader.expression(raw["of"], f"{path}.of")
    return m.Scale(of, low, high, raw.get("best", "high"), decimal_of(raw.get("if_equal")))


def _change(reader: MechanicReader, raw: Any, path: str) -> m.Change:
    name, value = next(iter(raw["against"].items()))
    if name not in reader.group:
        expected = "a field of the board's group: " + (", ".join(reader.group) or "there is none")
        reader.problems.append(
            Problem("board-base", repr(name), expected, reader.place_of(f"{path}.against"))
        )
    base = None if value == "previous" else str(value)
    of = reader.expression(raw["of"], f"{path}.of")
    return m.Change(of, name, base, raw.get("negative_base", "plain"))


def _gate(reader: MechanicReader, raw: Any, path: str) -> m.Gate:
    when = reader.expression(raw["when"], f"{path}.when")
    return m.Gate(when, Decimal(str(raw["points"])), decimal_of(raw.get("otherwise", 0)))


def _portion(reader: MechanicReader, raw: Any, path: str) -> m.Portion:
    return m.Portion(reader.expression(raw["of"], f"{path}.of"))


def _weights(reader: MechanicReader, raw: Any, path: str) -> dict[str, Decimal]:
    pairs = raw.items() if isinstance(raw, Mapping) else ((name, 1) for name in raw)
    return {reader.column(name, path): Decimal(str(weight)) for name, weight in pairs}


def _total(reader: MechanicReader, raw: Any, path: str) -> m.Total:
    quarters = {
        int(name[1:]): _weights(reader, weights, f"{path}.quarters.{name}")
        for name, weights in raw.get("quarters", {}).items()
    }
    return m.Total(_weights(reader, raw.get("parts", ()), f"{path}.parts"), quarters)


def _bonus(reader: MechanicReader, raw: Any, path: str) -> m.Bonus:
    items = []
    for index, one in enumerate(raw["items"]):
        at = f"{path}.items.{index}"
        when, of = reader.optional(one, "when", at), reader.optional(one, "of", at)
        least, most = decimal_of(one.get("least")), decimal_of(one.get("most"))
        label = label_of(one.get("label", one.get("when", one.get("of", ""))))
        items.append(m.BonusItem(label, Decimal(str(one["points"])), when, of, least, most))
    return m.Bonus(tuple(items))


def sort_keys(reader: MechanicReader, raw: Any, path: str) -> tuple[m.Key, ...]:
    """Sort keys such as `-score`: a minus means falling."""
    return tuple(
        m.Key(reader.column(name.lstrip("-"), f"{path}.{index}"), name.startswith("-"))
        for index, name in enumerate(raw)
    )


def _rank(reader: MechanicReader, raw: Any, path: str) -> m.Rank:
    return m.Rank(sort_keys(reader, raw["by"], f"{path}.by"), raw.get("ties", "skip"))


def _flag(reader: MechanicReader, raw: Any, path: str) -> m.Flag:
    cases = tuple(
        m.FlagCase(word, label_of(one["label"]), reader.optional(one, "when", f"{path}.{word}"))
        for word, one in raw.items()
    )
    if any(case.when is None for case in cases[:-1]):
        expected = "the case without `when` as the last one"
        reader.problems.append(
            Problem("board-flag", "cases after `otherwise`", expected, reader.place_of(path))
        )
    return m.Flag(cases)


def _grade(reader: MechanicReader, raw: Any, path: str) -> m.Grade:
    prizes = tuple(
        m.Prize(word, label_of(one["label"]), decimal_of(one.get("to")), decimal_of(one.get("from")))
        for word, one in raw["prizes"].items()
    )
    return m.Grade(reader.expression(raw["of"], f"{path}.of"), prizes, reader.optional(raw, "lower_by", path))


def _side(reader: MechanicReader, raw: Any, path: str, key: str) -> m.MarkSide:
    count = raw[key] if isinstance(raw[key], Mapping) else {"": raw[key]}
    if isinstance(raw[key], Mapping) and len(reader.within) != 1:
        expected = "one number, or `within` with one column on the board"
        reader.problems.append(
            Problem("board-mark", "a number for each group", expected, reader.place_of(f"{path}.{key}"))
        )
    when = reader.expression(raw["when"], f"{path}.when")
    return m.MarkSide(when, dict(count), label_of(raw["label"]), reader.optional(raw, "unless", path))


def _mark(reader: MechanicReader, raw: Any, path: str) -> m.Mark:
    red = _side(reader, raw["red"], f"{path}.red", "top") if "red" in raw else None
    black = _side(reader, raw["black"], f"{path}.black", "bottom") if "black" in raw else None
    return m.Mark(reader.column(raw["rank"], f"{path}.rank"), red, black)


READERS: dict[str, Callable[[MechanicReader, Any, str], m.Mechanic]] = {
    "value": _value,
    "completion": _completion,
    "steps": _steps,
    "lookup": _lookup,
    "rank_points": _rank_points,
    "per_unit": _per_unit,
    "max_full": _max_full,
    "mean_full": _mean_full,
    "scale": _scale,
    "change": _change,
    "gate": _gate,
    "portion": _portion,
    "total": _total,
    "bonus": _bonus,
    "rank": _rank,
    "flag": _flag,
    "grade": _grade,
    "mark": _mark,
}
