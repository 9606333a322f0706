"""What kind of value an expression gives (表达式的类型): a number, a date, a text or yes/no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlglot import exp

from yiben.kernel.problems import Place, Problem
from yiben.scenes.columns import Kind

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
# For each own function: the kinds of its arguments and of its value.
OWN_KINDS: Mapping[str, tuple[tuple[Kind, ...], Kind]] = {
    "days_from": (("date", "date"), "whole"),
    "months_from": (("date", "date"), "whole"),
    "plus_days": (("date", "whole"), "date"),
    "plus_months": (("date", "whole"), "date"),
    "in_a_row": (("boolean",), "whole"),
    "ratio": (("number", "number"), "number"),
    "share": (("boolean",), "number"),
}
AGGREGATES = (exp.Sum, exp.Avg, exp.Median, exp.Count, exp.Min, exp.Max)
NUMBERS: tuple[Kind, ...] = ("number", "whole")


def kind_problems(
    tree: exp.Expr, *, columns: Mapping[str, Kind], wanted: Kind | None, text: str, place: Place
) -> tuple[Kind, list[Problem]]:
    """The kind of a checked expression, and every mixing of kinds in it (a date with a number …)."""
    checker = _Checker(columns, text, place)
    kind = checker.kind(tree)
    if wanted is not None and not checker.problems and not _fits(kind, wanted):
        checker.say(f"{_word(kind)}: {text!r}", _word(wanted))
    return kind, checker.problems


def _fits(kind: Kind, wanted: Kind) -> bool:
    return kind in (wanted, "null") or (wanted == "number" and kind == "whole")


def _word(kind: Kind) -> str:
    words = {"number": "a number", "whole": "a whole number", "date": "a date", "text": "a text"}
    return words.get(kind, "yes or no, such as a > 0" if kind == "boolean" else "nothing")


class _Checker:
    """One walk over one tree."""

    def __init__(self, columns: Mapping[str, Kind], text: str, place: Place) -> None:
        self.columns, self.text, self.place = columns, text, place
        self.problems: list[Problem] = []

    def say(self, found: str, expected: str) -> None:
        self.problems.append(Problem("expression-kind", found, expected, self.place))

    def want(self, node: exp.Expr, *wanted: Kind) -> Kind:
        """The kind of `node`, told of where it is none of `wanted`."""
        kind = self.kind(node)
        if not any(_fits(kind, one) for one in wanted):
            self.say(f"{_word(kind)}: {node.sql(dialect='duckdb')}", _word(wanted[0]))
        return kind

    def same(self, nodes: list[exp.Expr]) -> Kind:
        """The one kind of several values that are compared or chosen from."""
        kinds: list[Kind] = []
        for node in nodes:
            kind = self.kind(node)
            if (
                kind == "text"
                and isinstance(node, exp.Literal)
                and "date" in kinds + self._others(nodes, node)
            ):
                kind = self.day(node)
            kinds.append(kind)
        known: set[Kind] = {"number" if one in NUMBERS else one for one in kinds if one != "null"}
        if len(known) > 1:
            shown = ", ".join(node.sql(dialect="duckdb") for node in nodes)
            self.say(f"{' with '.join(sorted(map(_word, known)))}: {shown}", "values of one kind")
        if known == {"number"}:
            return "whole" if "number" not in kinds else "number"
        return next(iter(known), "null")

    def _others(self, nodes: list[exp.Expr], node: exp.Expr) -> list[Kind]:
        return [
            self.columns.get(one.name, "null")
            for one in nodes
            if one is not node and isinstance(one, exp.Column)
        ]

    def day(self, node: exp.Literal) -> Kind:
        """A text that stands where a date is meant."""
        try:
            date.fromisoformat(node.name)
        except ValueError:
            self.say(repr(node.name), "a day such as '2025-09-01'")
        return "date"

    def kind(self, node: exp.Expr) -> Kind:
        """The kind of any node that the white list lets through."""
        if isinstance(node, exp.Paren):
            return self.kind(node.this)
        if isinstance(node, exp.Column):
            return self.columns.get(node.name, "null")
        if isinstance(node, exp.Literal):
            return "text" if node.is_string else ("whole" if node.is_int else "number")
        if isinstance(node, exp.Boolean):
            return "boolean"
        if isinstance(node, exp.Null):
            return "null"
        if isinstance(node, exp.Cast):
            if isinstance(node.this, exp.Literal) and node.this.is_string:
                return self.day(node.this)
            self.want(node.this, "date")
            return "date"
        return self._logic(node)

    def _logic(self, node: exp.Expr) -> Kind:
        if isinstance(node, exp.And | exp.Or):
            self.want(node.this, "boolean")
            self.want(node.expression, "boolean")
        elif isinstance(node, exp.Not):
            self.want(node.this, "boolean")
        elif isinstance(node, COMPARISONS):
            self.same([node.this, node.expression])
        elif isinstance(node, exp.Is):
            self.kind(node.this)
        elif isinstance(node, exp.In):
            self.same([node.this, *node.expressions])
        elif isinstance(node, exp.Between):
            self.same([node.this, node.args["low"], node.args["high"]])
        elif isinstance(node, exp.Like):
            self.want(node.this, "text")
            self.want(node.expression, "text")
            if "\\" in node.expression.name:
                self.say(repr(node.expression.name), "a pattern without backslash")
        else:
            return self._value(node)
        return "boolean"

    def _value(self, node: exp.Expr) -> Kind:
        if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Mod):
            kinds = {self.want(node.this, "number"), self.want(node.expression, "number")}
            return "number" if "number" in kinds else "whole"
        if isinstance(node, exp.Div):
            self.want(node.this, "number")
            self.want(node.expression, "number")
            return "number"
        if isinstance(node, exp.Neg | exp.Abs):
            return self.want(node.this, "number")
        if isinstance(node, exp.Floor | exp.Ceil):
            self.want(node.this, "number")
            return "whole"
        if isinstance(node, exp.Round):
            self.want(node.this, "number")
            digits = node.args.get("decimals")
            if digits is not None and not (isinstance(digits, exp.Literal) and digits.is_int):
                self.say(node.sql(dialect="duckdb"), "round with a plain number of decimals")
            return "number"
        if isinstance(node, (*AGGREGATES, exp.Filter)):
            return self._aggregate(node)
        if isinstance(node, exp.Greatest | exp.Least | exp.Coalesce):
            return self.same([node.this, *node.expressions])
        if isinstance(node, exp.Nullif):
            return self.same([node.this, node.expression])
        if isinstance(node, exp.Case | exp.If):
            return self._choice(node)
        return self._function(node)

    def _aggregate(self, node: exp.Expr) -> Kind:
        if isinstance(node, exp.Filter):
            self.want(node.expression.this, "boolean")
            return self.kind(node.this)
        if isinstance(node, exp.Count):
            counted = node.this.expressions if isinstance(node.this, exp.Distinct) else [node.this]
            for part in counted:
                if not isinstance(part, exp.Star):
                    self.kind(part)
            return "whole"
        if isinstance(node, exp.Min | exp.Max):
            return self.kind(node.this)
        kind = self.want(node.this, "number")
        return kind if isinstance(node, exp.Sum) else "number"

    def _choice(self, node: exp.Case | exp.If) -> Kind:
        branches = node.args["ifs"] if isinstance(node, exp.Case) else [node]
        subject = node.this if isinstance(node, exp.Case) else None
        values = [branch.args["true"] for branch in branches]
        for branch in branches:
            if subject is None:
                self.want(branch.this, "boolean")
            else:
                self.same([subject, branch.this])
        last = node.args.get("default") if isinstance(node, exp.Case) else node.args.get("false")
        return self.same([*values, *([last] if last is not None else [])])

    def _function(self, node: exp.Expr) -> Kind:
        if isinstance(node, exp.Anonymous):
            wanted, kind = OWN_KINDS.get(str(node.this).lower(), ((), "null"))
            for argument, one in zip(node.expressions, wanted, strict=False):
                self.want(argument, one)
            return kind
        if isinstance(node, exp.Year | exp.Month):
            self.want(node.this, "date")
            return "whole"
        if isinstance(node, exp.Length):
            self.want(node.this, "text")
            return "whole"
        if isinstance(node, exp.DPipe):
            self.want(node.this, "text")
            self.want(node.expression, "text")
            return "text"
        for part in [node.this, *node.expressions]:
            if isinstance(part, exp.Expr):
                self.want(part, "text")
        return "text"
