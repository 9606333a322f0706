"""A rule set made ready for arrays (研判程序): every name settled, shared expressions known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from yiben.assess.cells.values import NotInCells
from yiben.assess.flat import Flat
from yiben.assess.grid import threshold_name
from yiben.assess.history import Entry, nodes_of
from yiben.assess.needs import expanded
from yiben.kernel.colours import Colour
from yiben.scenes.columns import NODE_PARTS
from yiben.scenes.rules import Rule

# The gravest condition that holds gives the colour: it is laid over the others last.
LAID = (Colour.GREEN, Colour.YELLOW, Colour.RED)


@dataclass(frozen=True)
class Case:
    """One rule at one node: its conditions with every name settled."""

    rule: Rule
    node: str
    applies: exp.Expr | None
    conditions: tuple[tuple[Colour, exp.Expr], ...]
    last_red: str


@dataclass(frozen=True)
class Program:
    """All cases and histories of a rule set over one line of months."""

    plan: Flat
    cases: tuple[Case, ...]
    histories: tuple[tuple[Entry, exp.Expr], ...]

    @classmethod
    def of(cls, plan: Flat) -> Program:
        """The program of the plan's rules; raises NotInCells where one of them needs a plan."""
        layout, past = plan.layout, plan.past
        if any(rule.lookups for rule in layout.rules.rules):
            raise NotInCells("values looked up by texts")
        cases = [
            _case(plan, rule, node) for rule in layout.rules.rules for node in nodes_of(rule, layout.pack)
        ]
        histories = [(one, settled(plan, one.rule, one.node, one.tree)) for one in past.entries]
        return cls(plan, tuple(cases), tuple(histories))

    @cached_property
    def shared(self) -> dict[int, int]:
        """For each expression that stands in several places (by identity) the number of its result."""
        trees = [tree for case in self.cases for _, tree in case.conditions]
        trees += [case.applies for case in self.cases if case.applies is not None]
        trees += [tree for _, tree in self.histories]
        plain = (exp.Column, exp.Literal, exp.Identifier, exp.Paren, exp.Null, exp.Boolean)
        nodes = [node for tree in trees for node in tree.walk() if not isinstance(node, plain)]
        spelled = {id(node): repr_of(node) for node in nodes}
        counts = Counter(spelled.values())
        numbers = {text: number for number, text in enumerate(sorted(counts)) if counts[text] > 1}
        return {at: numbers[text] for at, text in spelled.items() if text in numbers}


def repr_of(node: exp.Expr) -> str:
    """A text that is equal for equal expressions, cheaper than their SQL."""
    own = node.key if not isinstance(node, exp.Anonymous) else str(node.this).lower()
    if isinstance(node, exp.Column):
        return node.name
    if isinstance(node, exp.Literal):
        return f"'{node.name}'" if node.is_string else node.name
    if isinstance(node, exp.Boolean):
        return str(node.this)
    parts = [f"{key}={_repr_value(value)}" for key, value in node.args.items() if value is not None]
    return f"{own}({', '.join(parts)})"


def _repr_value(value: object) -> str:
    if isinstance(value, exp.Expr):
        return repr_of(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_repr_value, value)) + "]"
    return str(value)


def _case(plan: Flat, rule: Rule, node: str) -> Case:
    conditions = [
        (colour, settled(plan, rule, node, rule.conditions[colour].tree))
        for colour in LAID
        if colour in rule.conditions
    ]
    applies = settled(plan, rule, node, rule.applies.tree) if rule.applies is not None else None
    last_red = plan.past.red(rule, node).name if rule.yellow_for else ""
    return Case(rule, node, applies, tuple(conditions), last_red)


def settled(plan: Flat, rule: Rule, node: str, tree: exp.Expr) -> exp.Expr:
    """An expression whose every name is one of the slice: runs, thresholds and node parts by their own."""

    def own(one: exp.Expr) -> exp.Expr:
        if isinstance(one, exp.Anonymous) and str(one.this).lower() == "in_a_row":
            return exp.column(plan.past.run(rule, node, one.expressions[0]).name)
        if not isinstance(one, exp.Column):
            return one
        if one.name in rule.thresholds:
            return exp.column(threshold_name(rule.name, one.name))
        if node and one.name == "node":
            return exp.Literal.string(node)
        if node and one.name in NODE_PARTS:
            return exp.column(f"{node}_{NODE_PARTS[one.name]}")
        return one

    return expanded(tree, plan.layout.pack).transform(own, copy=False)
