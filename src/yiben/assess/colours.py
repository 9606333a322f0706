"""From rules to colours (定色): one column for each rule, and the overall one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from yiben.assess.grid import Layout, every, name, select, titled, when
from yiben.assess.history import Past, nodes_of
from yiben.assess.scopes import GRID, GridScope, Lifted
from yiben.assess.terms import Engine, cast, function
from yiben.kernel.colours import Colour
from yiben.scenes.rules import Overall, Rule

TYPES: dict[Engine, str] = {"duckdb": "UTINYINT", "spark": "TINYINT"}


def shade(colour: Colour) -> exp.Expr:
    """A colour as the small number that stands for it."""
    return exp.Literal.number(int(colour))


def stated(scope: GridScope) -> exp.Expr:
    """The colour that the conditions give by themselves, the gravest first, else the default."""
    rule = scope.rule
    ifs = [
        exp.If(this=scope.lower(rule.conditions[colour].tree).tree, true=shade(colour))
        for colour in (Colour.RED, Colour.YELLOW, Colour.GREEN)
        if colour in rule.conditions
    ]
    return exp.Case(ifs=ifs, default=shade(rule.otherwise))


def recovering(scope: GridScope) -> exp.Expr:
    """Whether a red month lies so few months back that green is not yet earned."""
    red = scope.kept(scope.past.red(scope.rule, scope.node)).tree
    since = exp.Paren(this=exp.Sub(this=name("__i", scope.alias), expression=red.copy()))
    some = exp.GT(this=red, expression=exp.Literal.number(0))
    return every([some, exp.LTE(this=since, expression=exp.Literal.number(scope.rule.yellow_for))])


def judged(scope: GridScope) -> exp.Expr:
    """A rule's colour at a row: not applicable, exempt, stepping down from red, or as stated."""
    tree = stated(scope)
    if scope.rule.yellow_for:
        green = exp.EQ(this=tree.copy(), expression=shade(Colour.GREEN))
        tree = when(every([green, recovering(scope)]), shade(Colour.YELLOW), tree)
    exempt = scope.exempt()
    if exempt is not None:
        tree = when(exempt, shade(Colour.EXEMPT), tree)
    tests: list[exp.Expr] = []
    if not all(one.in_force for one in scope.layout.line if one.judged):
        tests.append(name("__in_force", scope.alias))
    if scope.rule.applies is not None:
        tests.append(exp.Paren(this=scope.lower(scope.rule.applies.tree).tree))
    return when(every(tests), tree, shade(Colour.NONE)) if tests else tree


def rule_colour(layout: Layout, past: Past, rule: Rule, *, lifted: Lifted) -> exp.Expr:
    """A rule's colour of subject and month: the worst of its nodes where it is judged per node."""
    trees = [
        judged(GridScope(layout, past, rule, node, lifted=lifted)) for node in nodes_of(rule, layout.pack)
    ]
    if not trees:
        return cast(shade(Colour.NONE), TYPES[layout.engine])
    tree = trees[0] if len(trees) == 1 else function("greatest", *trees)
    return cast(tree, TYPES[layout.engine])


def overall_colour(rules: Sequence[Rule], overall: Overall, engine: Engine) -> exp.Expr:
    """The one colour of all rules, by the county's choice, over the rules' own columns."""
    picked = [one for one in rules if not overall.families or one.family in overall.families]
    if not picked:
        return cast(shade(Colour.NONE), TYPES[engine])
    columns = [name(one.name, "c") for one in picked]
    worst = columns[0] if len(columns) == 1 else function("greatest", *columns)
    if overall.way != "weighed":
        return cast(worst, TYPES[engine])
    points: exp.Expr = exp.Literal.number(0)
    for rule in picked:
        column = name(rule.name, "c")
        red = exp.If(
            this=exp.EQ(this=column, expression=shade(Colour.RED)),
            true=exp.Literal.number(2 * rule.weight),
        )
        yellow = exp.If(
            this=exp.EQ(this=column.copy(), expression=shade(Colour.YELLOW)),
            true=exp.Literal.number(rule.weight),
        )
        points = exp.Add(this=points, expression=exp.Case(ifs=[red, yellow], default=exp.Literal.number(0)))
    points = exp.Paren(this=points)
    at_least = (Colour.RED, overall.red_points), (Colour.YELLOW, overall.yellow_points)
    ifs = [
        exp.If(this=exp.GTE(this=points.copy(), expression=exp.Literal.number(limit)), true=shade(colour))
        for colour, limit in at_least
    ]
    calm = function("least", worst, shade(Colour.GREEN))
    return cast(exp.Case(ifs=ifs, default=calm), TYPES[engine])


def colours_query(layout: Layout, past: Past, grid: exp.Select) -> exp.Select:
    """subject, month, one colour for each rule, overall: one row for each judged month."""
    rules = layout.rules.rules
    lifted = Lifted()
    columns = [titled(rule_colour(layout, past, rule, lifted=lifted), rule.name) for rule in rules]
    inner = select(name("subject", GRID), name("month", GRID), *columns).from_(
        lifted.beside(grid).subquery(GRID, copy=False), copy=False
    )
    overall = overall_colour(rules, layout.rules.overall, layout.engine)
    own = [name("subject", "c"), name("month", "c"), *(name(one.name, "c") for one in rules)]
    return select(*own, titled(overall, "overall")).from_(inner.subquery("c", copy=False), copy=False)
