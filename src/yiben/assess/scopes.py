"""What the names in a rule mean where it is judged (列的所指)."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sqlglot import exp

from yiben.assess.grid import Layout, name, select, size_of, threshold_name, titled, varying
from yiben.assess.history import Entry, Past
from yiben.assess.lowering import lower
from yiben.assess.needs import expanded
from yiben.assess.terms import (
    Engine,
    Term,
    divided,
    literal,
    number,
    plain_quotient,
    rounded_double,
    unified,
    whole,
)
from yiben.scenes.columns import NODE_PARTS, Column, rule_columns
from yiben.scenes.lookups import Lookup, entry_name
from yiben.scenes.rules import Rule

MONTH_SIZE = (13, 12)
GRID = "g"


class RuleScope(ABC):
    """A rule at some row, and at one node where the rule is judged per node."""

    def __init__(self, layout: Layout, past: Past, rule: Rule, node: str = "") -> None:
        self.layout, self.past, self.rule, self.node = layout, past, rule, node
        self.engine: Engine = layout.engine
        self.known = rule_columns(layout.pack, per=rule.per)
        self.known |= {one: Column(one, "boolean", "field") for one in layout.needs.flags}

    def lower(self, tree: exp.Expr) -> Term:
        """A tree of the pack, computed columns written out, for the engine at hand."""
        return lower(expanded(tree, self.layout.pack), self)

    def column(self, name_of: str) -> Term:
        """A threshold, the node at hand, or a column of the row."""
        if name_of in self.rule.lookups:
            return self._looked_up(name_of, self.rule.lookups[name_of])
        if name_of in self.rule.thresholds:
            return self.threshold(name_of)
        if self.node and name_of == "node":
            return literal(self.node)
        if self.node and name_of in NODE_PARTS:
            return self.plain(self.known[f"{self.node}_{NODE_PARTS[name_of]}"])
        return self.plain(self.known[name_of])

    def _looked_up(self, name_of: str, lookup: Lookup) -> Term:
        """The table's value for what the subject says; nothing where the table does not hold that."""
        head = entry_name(name_of, "")
        held = {name for one in self.layout.line for rule, name in one.thresholds if rule == self.rule.name}
        keys = sorted(name.removeprefix(head) for name in held if name.startswith(head))
        if not keys:
            return literal(None)
        said = self.lower(lookup.by.tree).tree
        values = unified([self.threshold(entry_name(name_of, key)) for key in keys])
        ifs = []
        for key, value in zip(keys, values, strict=True):
            spelled = [exp.Literal.string(one) for one in lookup.spellings(key)]
            test = exp.In(this=exp.Paren(this=said.copy()), expressions=spelled)
            ifs.append(exp.If(this=test, true=value.tree))
        model = next((one for one in values if one.kind != "null"), values[0])
        return Term(exp.Case(ifs=ifs), model.kind, model.digits, model.decimals)

    def in_a_row(self, condition: exp.Expr) -> Term:
        """The length of the run of a condition up to this month."""
        return self.kept(self.past.run(self.rule, self.node, condition))

    def quotient(self, left: Term, right: Term) -> Term:
        """left ÷ right, worked out where it stands."""
        return divided(left, right)

    @abstractmethod
    def threshold(self, name_of: str) -> Term:
        """The value of a threshold of the rule in this month."""

    @abstractmethod
    def plain(self, column: Column) -> Term:
        """A column of subject × month."""

    @abstractmethod
    def kept(self, entry: Entry) -> Term:
        """What history says of this month."""

    @abstractmethod
    def exempt(self) -> exp.Expr | None:
        """Whether an approved exemption stands in the rule's place; None where there can be none."""


class Lifted:
    """Quotients that are worked out once beside the row, however many rules read them.

    An engine works out the branches of a CASE one by one and does not see what they share. With
    `inline` nothing is lifted: for rows on which only one condition is worked out.
    """

    def __init__(self, *, inline: bool = False) -> None:
        self.inline = inline
        self.levels: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.trees: dict[str, exp.Expr] = {}

    def take(self, tree: exp.Expr) -> exp.Expr:
        """The column that will hold `tree`."""
        key = tree.sql(dialect="duckdb")
        if key not in self.names:
            title = f"__q{len(self.names)}"
            inner = [self.levels[one.name] for one in tree.find_all(exp.Column) if one.name in self.levels]
            self.names[key], self.trees[title] = title, tree
            self.levels[title] = 1 + max(inner, default=0)
        return name(self.names[key], GRID)

    def beside(self, grid: exp.Query) -> exp.Query:
        """The grid with every lifted column, those that others read first."""
        for level in sorted(set(self.levels.values())):
            columns = [titled(self.trees[one].copy(), one) for one in self.trees if self.levels[one] == level]
            grid = select(exp.Column(this=exp.Star(), table=exp.to_identifier(GRID)), *columns).from_(
                grid.subquery(GRID, copy=False), copy=False
            )
        return grid


class SubjectScope:
    """A row of the subjects table: for flags, which read nothing else."""

    def __init__(self, engine: Engine, alias: str) -> None:
        self.engine, self.alias = engine, alias

    def column(self, name_of: str) -> Term:
        """A text of the subject."""
        return Term(name(name_of, self.alias), "text")

    def in_a_row(self, condition: exp.Expr) -> Term:
        """No flag has a history."""
        raise AssertionError("a flag reads one subject and no month")

    def quotient(self, left: Term, right: Term) -> Term:
        """No flag reads numbers."""
        return divided(left, right)


def flag_columns(layout: Layout, alias: str) -> list[exp.Expr]:
    """Every flag, worked out on the subjects table."""
    scope = SubjectScope(layout.engine, alias)
    return [titled(lower(tree, scope).tree, one) for one, tree in layout.needs.flags.items()]


class GridScope(RuleScope):
    """A row of the grid, which has every column by its own name."""

    alias = GRID

    def __init__(self, layout: Layout, past: Past, rule: Rule, node: str = "", *, lifted: Lifted) -> None:
        super().__init__(layout, past, rule, node)
        self.lifted = lifted

    def quotient(self, left: Term, right: Term) -> Term:
        """A column beside the row."""
        if self.lifted.inline:
            return divided(left, right)
        plain = self.lifted.take(plain_quotient(left, right))
        return number(self.lifted.take(rounded_double(plain).tree))

    def threshold(self, name_of: str) -> Term:
        """A constant, or the month's own value where it changes inside the months at hand."""
        key = (self.rule.name, name_of)
        for changing, kind, _ in varying(self.layout, self.layout.line[0]):
            if changing == key:
                tree = name(threshold_name(*key), self.alias)
                return number(tree) if kind == "number" else whole(tree)
        return literal(self.layout.line[-1].thresholds.get(key))

    def plain(self, column: Column) -> Term:
        """The grid's column."""
        return sized(name(column.name, self.alias), column)

    def kept(self, entry: Entry) -> Term:
        """The grid's column of a history."""
        return whole(name(entry.name, self.alias))

    def exempt(self) -> exp.Expr | None:
        """The grid's column of the rule's exemptions."""
        if self.rule.name not in self.layout.exempt_rules():
            return None
        return name(f"__x_{self.rule.name}", self.alias)


def sized(tree: exp.Expr, column: Column) -> Term:
    """A tree with the kind and size of a column."""
    if column.kind != "number":
        return Term(tree, column.kind)
    return number(tree, MONTH_SIZE if column.origin == "month" else size_of(column))
