"""Expressions of packs (表达式): small pieces of SQL, parsed and held to a white list.

An expression is never executed as text: it is parsed by sqlglot, every node of its tree must be
on the list below, every column must be known, and what runs is generated from the tree for the
engine at hand (DuckDB, Spark, SQLite, PostgreSQL).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from yiben.kernel.problems import Place, Problem

MAX_LENGTH = 2000
MAX_NODES = 400
OPERATORS: tuple[type[exp.Expr], ...] = (
    *(exp.And, exp.Or, exp.Not, exp.Paren, exp.Neg),
    *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between, exp.Like),
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Case, exp.If, exp.Coalesce, exp.Nullif),
    *(exp.Abs, exp.Greatest, exp.Least, exp.Round, exp.Floor, exp.Ceil),
    *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Tuple),
    *(exp.Year, exp.Month, exp.Length, exp.Lower, exp.Upper, exp.Concat, exp.DPipe),
    *(exp.Cast, exp.DataType),
)
AGGREGATES: tuple[type[exp.Expr], ...] = (
    *(
        exp.Sum,
        exp.Avg,
        exp.Count,
        exp.Min,
        exp.Max,
        exp.Median,
        exp.Star,
        exp.Distinct,
        exp.Filter,
        exp.Where,
    ),
)
CASTS = frozenset({"DATE"})
# Functions with a meaning of our own; the engines' compilers replace them.
OWN_FUNCTIONS: dict[str, tuple[int, ...]] = {
    "days_from": (2,),
    "months_from": (2,),
    "plus_months": (2,),
    "plus_days": (2,),
    "in_a_row": (1,),
    "share": (1,),
    "ratio": (2,),
}
AGGREGATE_FUNCTIONS = frozenset({"share"})


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its text, its tree, and the columns that it reads."""

    text: str
    tree: exp.Expr
    columns: frozenset[str]

    def sql(self, dialect: str) -> str:
        """The expression as text of one engine; for display and for trees without own functions."""
        return self.tree.sql(dialect=dialect)


def parse_expression(
    text: str,
    *,
    columns: Collection[str] | None,
    place: Place,
    aggregates: bool = False,
) -> tuple[Expression | None, list[Problem]]:
    """The expression that `text` spells, or what is wrong with it.

    `columns` are the known column names (None: any well-formed name). `aggregates` allows
    sum, avg, count, min, max, median and share over rows.
    """
    if len(text) > MAX_LENGTH:
        return None, [
            Problem("expression-too-long", f"{len(text)} characters", f"at most {MAX_LENGTH}", place)
        ]
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError, ValueError) as error:
        return None, [_syntax_problem(text, error, place)]
    problems = _tree_problems(text, tree, place, aggregates=aggregates)
    names = frozenset(column.name for column in tree.find_all(exp.Column))
    problems += _column_problems(names, columns, place)
    if problems:
        return None, problems
    return Expression(text, tree, names), []


def _syntax_problem(text: str, error: Exception, place: Place) -> Problem:
    reason = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0] if str(error) else "nesting too deep"
    return Problem(
        "expression-syntax", f"{text!r} ({reason})", "an expression such as a > 0 and b = 'x'", place
    )


def _tree_problems(text: str, tree: exp.Expr, place: Place, *, aggregates: bool) -> list[Problem]:
    allowed = OPERATORS + AGGREGATES if aggregates else OPERATORS
    problems = []
    for count, node in enumerate(tree.walk()):
        if count > MAX_NODES:
            return [
                Problem("expression-too-big", f"more than {MAX_NODES} parts", "a smaller expression", place)
            ]
        if isinstance(node, exp.Anonymous):
            problems += _function_problems(node, place, aggregates=aggregates)
        elif type(node) not in allowed:
            found = f"{node.key.upper()} in {text!r}"
            problems.append(Problem("expression-not-allowed", found, _allowed_words(aggregates), place))
        elif isinstance(node, exp.Cast) and node.to.this.name not in CASTS:
            problems.append(Problem("expression-cast", node.sql(), "a cast to date only", place))
        elif isinstance(node, exp.Column) and node.table:
            problems.append(Problem("expression-qualified", node.sql(), "a plain column name", place))
    return problems


def _function_problems(node: exp.Anonymous, place: Place, *, aggregates: bool) -> list[Problem]:
    name = str(node.this).lower()
    counts = OWN_FUNCTIONS.get(name)
    if counts is None or (name in AGGREGATE_FUNCTIONS and not aggregates):
        return [Problem("expression-function", f"{name}()", _allowed_words(aggregates), place)]
    if len(node.expressions) not in counts:
        found = f"{name}() with {len(node.expressions)} arguments"
        return [Problem("expression-arguments", found, f"{counts[0]} arguments", place)]
    return []


def _allowed_words(aggregates: bool) -> str:
    words = "comparisons, and/or/not, arithmetic, case, coalesce, abs, round, greatest, least, year, month, "
    words += ", ".join(sorted(set(OWN_FUNCTIONS) - AGGREGATE_FUNCTIONS))
    return words + (", sum, avg, count, min, max, median, share" if aggregates else "")


def _column_problems(names: frozenset[str], known: Collection[str] | None, place: Place) -> list[Problem]:
    problems = []
    for name in sorted(names):
        if known is None:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                problems.append(
                    Problem("expression-column", f"a column {name!r}", "a lower-case name", place)
                )
        elif name not in known:
            near = _nearest(name, known)
            expected = f"a known column, such as {near}" if near else "a known column"
            problems.append(Problem("expression-column", f"unknown column {name!r}", expected, place))
    return problems


def _nearest(name: str, known: Collection[str]) -> str:
    return ", ".join(difflib.get_close_matches(name, list(known), n=3, cutoff=0.4))
