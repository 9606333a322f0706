"""What a rule set reads (所需列): only this is taken from the frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from sqlglot import exp

from yiben.kernel.problems import Place
from yiben.scenes.columns import NODE_PARTS, Column, kind_of, rule_columns
from yiben.scenes.expressions import parse_expression
from yiben.scenes.model import Pack
from yiben.scenes.rules import Rule, RuleSet

TESTS = (exp.EQ, exp.NEQ, exp.In, exp.Like)


def expanded(tree: exp.Expr, pack: Pack) -> exp.Expr:
    """The tree with every computed column written out, and tests of texts as flags of the subject."""
    return _written_out(tree, pack).transform(lambda node: _flagged(node, pack), copy=False)


def _flagged(node: exp.Expr, pack: Pack) -> exp.Expr:
    """A test that reads texts of the subject alone gives the same in every month: a flag."""
    return exp.column(flag_name(node)) if _is_flag(node, pack) else node


def _is_flag(node: exp.Expr, pack: Pack) -> bool:
    columns = list(node.find_all(exp.Column)) if isinstance(node, TESTS) else []
    return bool(columns) and all(_is_text(column.name, pack) for column in columns)


def _is_text(name: str, pack: Pack) -> bool:
    return name in pack.fields and kind_of(pack.fields[name].type) == "text"


def flag_name(node: exp.Expr) -> str:
    """The column of a flag, named by what it tests."""
    spelled = node.sql(dialect="duckdb").encode()
    return f"__b_{sha256(spelled).hexdigest()[:12]}"


def flags_in(tree: exp.Expr, pack: Pack) -> dict[str, exp.Expr]:
    """The tests of a tree that become flags, by their columns."""
    tests = [node for node in _written_out(tree, pack).walk() if _is_flag(node, pack)]
    return {flag_name(node): node for node in tests}


def fields_of_flags(needs: Needs) -> list[str]:
    """The text fields that the flags read."""
    found = {column.name for tree in needs.flags.values() for column in tree.find_all(exp.Column)}
    return sorted(found)


def _written_out(tree: exp.Expr, pack: Pack) -> exp.Expr:

    def written_out(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in pack.computed:
            text = pack.computed[node.name].expression
            parsed, problems = parse_expression(text, columns=None, place=Place(file=pack.file))
            assert parsed is not None, problems
            return exp.Paren(this=_written_out(parsed.tree, pack))
        return node

    return tree.copy().transform(written_out, copy=False)


@dataclass
class Needs:
    """The columns that a rule set reads, in a stable order."""

    pack: Pack
    fields: list[str] = field(default_factory=list)
    measures: list[Column] = field(default_factory=list)
    nodes: list[Column] = field(default_factory=list)
    filed: list[Column] = field(default_factory=list)
    flags: dict[str, exp.Expr] = field(default_factory=dict)

    def add(self, trees: Iterable[exp.Expr], rule: Rule) -> None:
        """Take in what some trees of a rule read; tests of texts as flags."""
        for tree in trees:
            self.flags |= flags_in(tree, self.pack)
            self.add_columns(expanded(tree, self.pack), rule=rule)

    def add_columns(self, *trees: exp.Expr, rule: Rule) -> None:
        """Take in the columns of some trees as they stand."""
        known = rule_columns(self.pack)
        for tree in trees:
            for node in tree.find_all(exp.Column):
                if rule.per == "node" and node.name in NODE_PARTS:
                    for name in self.pack.nodes:
                        self._take(known[f"{name}_{NODE_PARTS[node.name]}"])
                elif node.name in known and node.name not in rule.thresholds:
                    self._take(known[node.name])

    def _take(self, column: Column) -> None:
        if column.origin == "field" and column.name not in self.fields:
            self.fields.append(column.name)
        chosen = {"measure": self.measures, "node": self.nodes, "filed": self.filed}.get(column.origin)
        if chosen is not None and column not in chosen:
            chosen.append(column)


def needs_of(rules: RuleSet, *, reasons: bool) -> Needs:
    """Everything that the colours need and, with `reasons`, the texts."""
    needs = Needs(rules.pack)
    for rule in rules.rules:
        trees = [one.tree for one in rule.expressions()]
        if reasons:
            trees += [slot.expression.tree for because in rule.because.values() for slot in because.slots()]
            # The numbers behind a finding name each column that its conditions read.
            needs.add_columns(*(one.tree for one in rule.conditions.values()), rule=rule)
        needs.add(trees, rule)
    return needs


def reads_history(rules: RuleSet) -> bool:
    """Whether any rule counts months in a row or steps down after a red one."""
    return any(
        rule.yellow_for
        or any(
            str(node.this).lower() == "in_a_row"
            for one in rule.expressions()
            for node in one.tree.find_all(exp.Anonymous)
        )
        for rule in rules.rules
    )
