"""What earlier months said (逐月历史): runs of a condition, and the last red month of a rule.

Each needed history is one entry. Its months are marked first (a run: the months in which the
condition broke; a red: the months in which it was red); the greatest mark up to a month then tells
how long the run is, or when the last red was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from yiben.assess.needs import expanded
from yiben.assess.terms import cast, function
from yiben.kernel.colours import Colour
from yiben.scenes.columns import NODE_PARTS
from yiben.scenes.model import Pack
from yiben.scenes.rules import Rule, RuleSet


@dataclass(frozen=True)
class Entry:
    """One history that a rule needs, for one node where the rule is judged per node.

    `tree` is the whole condition; `counts` the part of it that stands in in_a_row().
    """

    name: str
    stage: int
    kind: Literal["run", "red"]
    rule: Rule
    node: str
    tree: exp.Expr
    counts: exp.Expr | None = None


@dataclass(frozen=True)
class Past:
    """Every history of a rule set, and the columns that their conditions read."""

    entries: tuple[Entry, ...]
    reads: frozenset[str]

    @property
    def depth(self) -> int:
        """How many look-backs lie behind one another: a red that itself counts months has two."""
        return max((one.stage for one in self.entries), default=0)

    def run(self, rule: Rule, node: str, tree: exp.Expr) -> Entry:
        """The entry of one in_a_row()."""
        wanted = tree.sql(dialect="duckdb")
        for one in self.entries:
            same = one.rule.name == rule.name and one.node == node and one.kind == "run"
            if same and one.counts is not None and one.counts.sql(dialect="duckdb") == wanted:
                return one
        raise AssertionError(f"no history was prepared for {wanted}")

    def red(self, rule: Rule, node: str) -> Entry:
        """The entry of a rule's red months."""
        return next(
            one
            for one in self.entries
            if one.kind == "red" and (one.rule.name, one.node) == (rule.name, node)
        )


def nodes_of(rule: Rule, pack: Pack) -> list[str]:
    """The nodes for which a rule is judged; one nameless for a rule per subject."""
    return list(pack.nodes) if rule.per == "node" else [""]


def past_of(rules: RuleSet) -> Past:
    """Every history that the rules need, the counted conditions before the reds that use them."""
    pack = rules.pack
    entries: list[Entry] = []
    reads: set[str] = set()
    for rule in rules.rules:
        for node in nodes_of(rule, pack):
            for tree in counted_conditions(rule, pack):
                whole = where_it_applies(rule, tree, pack)
                entries.append(Entry(f"__h{len(entries)}", 1, "run", rule, node, whole, counts=tree))
                reads |= read_names(whole, rule, node)
    for rule in rules.rules:
        for node in nodes_of(rule, pack) if rule.yellow_for else []:
            tree = red_condition(rule, pack)
            entries.append(Entry(f"__h{len(entries)}", 2, "red", rule, node, tree))
            reads |= read_names(tree, rule, node)
    return Past(tuple(entries), frozenset(reads))


def counted_conditions(rule: Rule, pack: Pack) -> list[exp.Expr]:
    """The condition of each in_a_row() of a rule, each once."""
    trees = [one.tree for one in rule.expressions()]
    trees += [slot.expression.tree for one in rule.because.values() for slot in one.slots()]
    found = {}
    for tree in trees:
        for node in expanded(tree, pack).find_all(exp.Anonymous):
            if str(node.this).lower() == "in_a_row":
                found[node.expressions[0].sql(dialect="duckdb")] = node.expressions[0]
    return list(found.values())


def where_it_applies(rule: Rule, tree: exp.Expr, pack: Pack) -> exp.Expr:
    """A condition in the months in which the rule applies; in others it does not hold."""
    if rule.applies is None:
        return tree
    applies = exp.Paren(this=expanded(rule.applies.tree, pack))
    return exp.And(this=applies, expression=exp.Paren(this=tree.copy()))


def red_condition(rule: Rule, pack: Pack) -> exp.Expr:
    """The rule applies and its red condition holds."""
    red = rule.conditions.get(Colour.RED)
    return where_it_applies(rule, expanded(red.tree, pack) if red is not None else exp.false(), pack)


def read_names(tree: exp.Expr, rule: Rule, node: str) -> set[str]:
    """The grid's columns that a condition reads."""
    names = {column.name for column in tree.find_all(exp.Column)}
    for threshold in names & set(rule.lookups):
        names |= rule.lookups[threshold].by.columns
    names -= set(rule.thresholds)
    return {f"{node}_{NODE_PARTS[one]}" if node and one in NODE_PARTS else one for one in names}


def mark(entry: Entry, test: exp.Expr, index: exp.Expr) -> exp.Expr:
    """A month's mark: its index where a run broke or a red shone, else 0."""
    zero = exp.Literal.number(0)
    yes, no = (zero, index) if entry.kind == "run" else (index, zero)
    return cast(exp.Case(ifs=[exp.If(this=test, true=yes)], default=no), "SMALLINT")


def lists(entry: Entry, marks: Sequence[exp.Expr], looks_back: int) -> exp.Expr:
    """For each month of the line: the length of the run, or the index of the last red (0: none)."""
    items: list[exp.Expr] = []
    for index in range(1, len(marks) + 1):
        window = [one.copy() for one in marks[max(0, index - looks_back) : index]]
        latest = window[0] if len(window) == 1 else function("greatest", *window)
        if entry.kind == "run":
            whole_run = exp.Sub(this=exp.Literal.number(index), expression=latest)
            latest = function("least", exp.Paren(this=whole_run), exp.Literal.number(looks_back))
        items.append(cast(latest, "SMALLINT"))
    return exp.Array(expressions=items)
