"""Why a colour (理由): each finding in words and with the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from yiben.assess.colours import TYPES, judged, recovering, shade, stated
from yiben.assess.grid import Layout, every, name, select, table, titled, when
from yiben.assess.history import Entry, Past, nodes_of
from yiben.assess.lowering import joined
from yiben.assess.scopes import GRID, GridScope, Lifted
from yiben.assess.terms import Term, cast, whole
from yiben.assess.wording import as_json, said, worded
from yiben.kernel.colours import Colour
from yiben.scenes.because import Because, Slot
from yiben.scenes.columns import NODE_PARTS
from yiben.scenes.rules import Rule

JUDGED = "__judged"
LANGUAGES = ("zh", "en")
AFTER_RED = {"zh": "红灯后恢复期: ", "en": "Recovering after red: "}
NO_TEXT = {"zh": "未说明", "en": "no reason stated"}


# The columns of a finding's own row: its node, its colour, and the node's dates.
NODE, COLOUR = "__node", "__colour"


def case_name(number: int) -> str:
    """The column that holds the colour of the rule set's so-manieth case of rule and node."""
    return f"__c{number}"


@dataclass(frozen=True)
class Case:
    """One rule with the nodes for which it is judged, and the columns of their colours."""

    rule: Rule
    titles: tuple[tuple[str, str], ...]
    scope: TextScope


class TextScope(GridScope):
    """A finding's row: what is the node's own stands there under one name, whichever the node."""

    def column(self, name_of: str) -> Term:
        """The node at hand and its dates, or a column of the grid."""
        if self.node and name_of == "node":
            return Term(name(NODE, GRID), "text")
        if self.node and name_of in NODE_PARTS:
            return Term(name(f"__{NODE_PARTS[name_of]}", GRID), "date")
        return super().column(name_of)

    def kept(self, entry: Entry) -> Term:
        """What the history of the node at hand says."""
        own = [
            one.name for one in self.past.entries if (one.rule.name, one.node) == (self.rule.name, self.node)
        ]
        return whole(name(f"__past_{own.index(entry.name)}", GRID))


@dataclass(frozen=True)
class Reasons:
    """Builds the trees of the reasons: the judged rows of the months asked for, then their texts."""

    layout: Layout
    past: Past
    cases: tuple[Case, ...]
    all_colours: bool

    @classmethod
    def of(cls, layout: Layout, past: Past, *, all_colours: bool) -> Reasons:
        """Reasons for red, yellow and exempt findings, or for all that apply."""
        cases: list[Case] = []
        number = 0
        for rule in layout.rules.rules:
            nodes = nodes_of(rule, layout.pack)
            titles = tuple((node, case_name(number + at)) for at, node in enumerate(nodes))
            number += len(nodes)
            if nodes:
                cases.append(Case(rule, titles, TextScope(layout, past, rule, nodes[0], lifted=Lifted())))
        return cls(layout, past, tuple(cases), all_colours)

    def judged(self, grid: exp.Select) -> exp.Select:
        """The grid of the months asked for with the colour of every case."""
        colour_type, lifted = TYPES[self.layout.engine], Lifted()
        columns = []
        for case in self.cases:
            for node, title in case.titles:
                scope = GridScope(self.layout, self.past, case.rule, node, lifted=lifted)
                columns.append(titled(cast(judged(scope), colour_type), title))
        star = exp.Column(this=exp.Star(), table=exp.to_identifier(GRID))
        return select(star, *columns).from_(lifted.beside(grid).subquery(GRID, copy=False), copy=False)

    def query(self) -> exp.Query | None:
        """subject, month, rule, node, colour, zh, en, numbers: from the kept judged rows."""
        parts = [self._part(case) for case in self.cases]
        if self.layout.exempt_rules():
            parts += [self._exempt_part(case) for case in self.cases if case.rule.exemptible]
        return _united(parts)

    def _part(self, case: Case) -> exp.Select:
        texts = [titled(self._text(case, language), language) for language in LANGUAGES]
        numbers = titled(as_json(list(self._operands(case)), self.layout.engine), "numbers")
        lifted = case.scope.lifted
        read = {
            one.name
            for tree in (*texts, numbers, *lifted.trees.values())
            for one in tree.find_all(exp.Column)
        }
        least = shade(Colour.GREEN if self.all_colours else Colour.YELLOW)
        rows = self._told(case, exp.GTE, least, read - set(lifted.trees))
        return select(*self._own(case), *texts, numbers).from_(
            lifted.beside(rows).subquery(GRID, copy=False), copy=False
        )

    def _told(
        self, case: Case, test: type[exp.Binary], limit: exp.Expr, read: Iterable[str] = ()
    ) -> exp.Query:
        """The rows of the findings of a rule, one for each node, with the columns that its texts read."""
        own = {"subject", "month", NODE, COLOUR}
        parts = []
        for node, title in case.titles:
            columns = [name("subject", "j"), name("month", "j"), titled(said(node), NODE)]
            columns.append(titled(name(title, "j"), COLOUR))
            columns += [
                titled(name(self._source(case, node, one), "j"), one) for one in sorted(set(read) - own)
            ]
            picked = test(this=name(title, "j"), expression=limit.copy())
            parts.append(select(*columns).from_(table(JUDGED, "j"), copy=False).where(picked, copy=False))
        found = _united(parts)
        assert found is not None, "a case has at least one node"
        return found

    def _source(self, case: Case, node: str, column: str) -> str:
        """The judged rows' column for what a text reads of the node at hand."""
        if node and column in {f"__{part}" for part in NODE_PARTS.values()}:
            return f"{node}{column.removeprefix('_')}"
        if column.startswith("__past_"):
            own = [
                one.name for one in self.past.entries if (one.rule.name, one.node) == (case.rule.name, node)
            ]
            return own[int(column.removeprefix("__past_"))]
        return column

    def _own(self, case: Case) -> list[exp.Expr]:
        return [
            name("subject", GRID),
            name("month", GRID),
            titled(said(case.rule.name), "rule"),
            titled(name(NODE, GRID), "node"),
            titled(name(COLOUR, GRID), "colour"),
        ]

    def _text(self, case: Case, language: str) -> exp.Expr:
        """The text of the colour at hand; where default and condition share a colour, of what held."""
        rule, scope, ifs = case.rule, case.scope, []
        for colour in (Colour.RED, Colour.YELLOW, *((Colour.GREEN,) if self.all_colours else ())):
            text = self._wording(scope, rule.reason(colour, held=colour in rule.conditions), language)
            if colour in rule.conditions and colour == rule.otherwise:
                held = scope.lower(rule.conditions[colour].tree).tree
                default = self._wording(scope, rule.reason(colour, held=False), language)
                text = when(held, text, default)
            test: exp.Expr = exp.EQ(this=name(COLOUR, GRID), expression=shade(colour))
            ifs.append(exp.If(this=test, true=text))
        if rule.yellow_for:
            green = exp.EQ(this=exp.Paren(this=stated(scope)), expression=shade(Colour.GREEN))
            yellow = exp.EQ(this=name(COLOUR, GRID), expression=shade(Colour.YELLOW))
            default = self._wording(scope, rule.reason(Colour.GREEN, held=False), language)
            test = every([yellow, green, recovering(scope)])
            ifs.insert(0, exp.If(this=test, true=joined([said(AFTER_RED[language]), default])))
        return exp.Case(ifs=ifs, default=said(NO_TEXT[language]))

    def _wording(self, scope: GridScope, because: Because | None, language: str) -> exp.Expr:
        if because is None:
            return said(NO_TEXT[language])
        parts = because.zh if language == "zh" else because.en
        return joined([self._spelled(scope, part, language) for part in parts])

    def _spelled(self, scope: GridScope, part: str | Slot, language: str) -> exp.Expr:
        if isinstance(part, str):
            return said(part)
        term = scope.lower(part.expression.tree)
        field = self.layout.pack.fields.get(part.expression.text.strip())
        choices = field.choices if field is not None else {}
        return worded(term, part.format, language=language, choices=choices, engine=self.layout.engine)

    def _operands(self, case: Case) -> Iterator[tuple[str, Term]]:
        """Every column and threshold that the conditions read, and every expression of the texts."""
        rule, scope = case.rule, case.scope
        names = {one for condition in rule.conditions.values() for one in condition.columns}
        for one in [*sorted(names - set(rule.thresholds)), *rule.thresholds]:
            if one not in self.layout.pack.computed:
                yield one, scope.column(one)
        slots = {slot.expression.text: slot for one in rule.because.values() for slot in one.slots()}
        for text, slot in slots.items():
            if text not in names and text not in rule.thresholds:
                yield text, scope.lower(slot.expression.tree)

    def _exempt_part(self, case: Case) -> exp.Select:
        """Findings whose place an approved exemption takes: by whom and why."""
        month = name("month", GRID)
        started = exp.LTE(this=name("first_month", "e"), expression=month)
        open_end = exp.Is(this=name("end_month", "e"), expression=exp.Null())
        ends = exp.LT(this=month.copy(), expression=name("end_month", "e"))
        tests: list[exp.Expr] = [
            exp.EQ(this=name("subject", "e"), expression=name("subject", GRID)),
            exp.EQ(this=name("rule", "e"), expression=said(case.rule.name)),
            started,
            exp.Paren(this=exp.Or(this=open_end, expression=ends)),
            exp.LTE(this=name("known_from", "e"), expression=month.copy()),
            exp.LT(this=month.copy(), expression=name("known_to", "e")),
        ]
        why, who = Term(name("reason", "e"), "text"), Term(name("approver", "e"), "text")
        until = Term(name("end_month", "e"), "date")
        shown = {
            language: joined(
                [
                    piece
                    for lead, term in zip(leads, (why, who, until), strict=True)
                    for piece in (
                        said(lead),
                        worded(term, None, language=language, choices={}, engine=self.layout.engine),
                    )
                ]
            )
            for language, leads in EXEMPT_LEADS.items()
        }
        numbers = as_json([("reason", why), ("approver", who), ("until", until)], self.layout.engine)
        return (
            select(
                *self._own(case),
                titled(shown["zh"], "zh"),
                titled(shown["en"], "en"),
                titled(numbers, "numbers"),
            )
            .from_(self._told(case, exp.EQ, shade(Colour.EXEMPT)).subquery(GRID, copy=False), copy=False)
            .join(table("exemptions", "e"), on=every(tests), join_type="inner", copy=False)
        )


def _united(parts: Sequence[exp.Select]) -> exp.Query | None:
    """The rows of all parts."""
    tree: exp.Query | None = None
    for part in parts:
        tree = part if tree is None else exp.Union(this=tree, expression=part, distinct=False)
    return tree


EXEMPT_LEADS = {
    "zh": ("豁免: ", "; 批准: ", "; 至: "),
    "en": ("Exempt: ", "; approved by ", "; until "),
}
