"""Why a colour (理由): each finding in words and with the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from yiben.assess.colours import TYPES, judged, recovering, shade, stated
from yiben.assess.grid import Layout, every, name, select, table, titled, when
from yiben.assess.history import Past, nodes_of
from yiben.assess.lowering import joined
from yiben.assess.scopes import GRID, GridScope, Lifted
from yiben.assess.terms import Term, cast
from yiben.assess.wording import as_json, said, worded
from yiben.kernel.colours import Colour
from yiben.scenes.because import Because, Slot
from yiben.scenes.rules import Rule

JUDGED = "__judged"
LANGUAGES = ("zh", "en")
AFTER_RED = {"zh": "红灯后恢复期: ", "en": "Recovering after red: "}
NO_TEXT = {"zh": "未说明", "en": "no reason stated"}


@dataclass(frozen=True)
class Case:
    """One rule at one node: the column of its colour, and where its names are read."""

    rule: Rule
    node: str
    title: str
    scope: GridScope


@dataclass(frozen=True)
class Reasons:
    """Builds the trees of the reasons: the judged rows of the months asked for, then their texts."""

    layout: Layout
    past: Past
    lifted: Lifted
    cases: tuple[Case, ...]
    all_colours: bool

    @classmethod
    def of(cls, layout: Layout, past: Past, *, all_colours: bool) -> Reasons:
        """Reasons for red, yellow and exempt findings, or for all that apply."""
        lifted = Lifted()
        cases: list[Case] = []
        for rule in layout.rules.rules:
            for node in nodes_of(rule, layout.pack):
                scope = GridScope(layout, past, rule, node, lifted=lifted)
                cases.append(Case(rule, node, f"__c{len(cases)}", scope))
        return cls(layout, past, lifted, tuple(cases), all_colours)

    def judged(self, grid: exp.Select) -> exp.Select:
        """The grid of the months asked for with the colour of every case and what the texts divide."""
        colour_type = TYPES[self.layout.engine]
        columns = [titled(cast(judged(case.scope), colour_type), case.title) for case in self.cases]
        for case in self.cases:
            self._texts(case)
            self._numbers(case)
        star = exp.Column(this=exp.Star(), table=exp.to_identifier(GRID))
        return select(star, *columns).from_(self.lifted.beside(grid).subquery(GRID, copy=False), copy=False)

    def query(self) -> exp.Query | None:
        """subject, month, rule, node, colour, zh, en, numbers: from the kept judged rows."""
        parts = [self._part(case) for case in self.cases]
        if self.layout.exempt_rules():
            parts += [self._exempt_part(case) for case in self.cases if case.rule.exemptible]
        tree: exp.Query | None = None
        for part in parts:
            tree = part if tree is None else exp.Union(this=tree, expression=part, distinct=False)
        return tree

    def _part(self, case: Case) -> exp.Select:
        colour = name(case.title, GRID)
        picked = exp.GTE(this=colour, expression=shade(Colour.GREEN if self.all_colours else Colour.YELLOW))
        texts = self._texts(case)
        return (
            select(
                *self._own(case),
                titled(texts["zh"], "zh"),
                titled(texts["en"], "en"),
                titled(self._numbers(case), "numbers"),
            )
            .from_(table(JUDGED, GRID), copy=False)
            .where(picked, copy=False)
        )

    def _own(self, case: Case) -> list[exp.Expr]:
        return [
            name("subject", GRID),
            name("month", GRID),
            titled(said(case.rule.name), "rule"),
            titled(said(case.node), "node"),
            titled(name(case.title, GRID), "colour"),
        ]

    def _texts(self, case: Case) -> dict[str, exp.Expr]:
        return {language: self._text(case, language) for language in LANGUAGES}

    def _text(self, case: Case, language: str) -> exp.Expr:
        """The text of the colour at hand; where default and condition share a colour, of what held."""
        rule, scope, ifs = case.rule, case.scope, []
        for colour in (Colour.RED, Colour.YELLOW, Colour.GREEN):
            text = self._wording(scope, rule.reason(colour, held=colour in rule.conditions), language)
            if colour in rule.conditions and colour == rule.otherwise:
                held = scope.lower(rule.conditions[colour].tree).tree
                default = self._wording(scope, rule.reason(colour, held=False), language)
                text = when(held, text, default)
            test: exp.Expr = exp.EQ(this=name(case.title, GRID), expression=shade(colour))
            ifs.append(exp.If(this=test, true=text))
        if rule.yellow_for:
            green = exp.EQ(this=exp.Paren(this=stated(scope)), expression=shade(Colour.GREEN))
            yellow = exp.EQ(this=name(case.title, GRID), expression=shade(Colour.YELLOW))
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

    def _numbers(self, case: Case) -> exp.Expr:
        """Every column and threshold that the conditions read, and every expression of the texts."""
        return as_json(list(self._operands(case)), self.layout.engine)

    def _operands(self, case: Case) -> Iterator[tuple[str, Term]]:
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
            .from_(table(JUDGED, GRID), copy=False)
            .join(table("exemptions", "e"), on=every(tests), join_type="inner", copy=False)
            .where(exp.EQ(this=name(case.title, GRID), expression=shade(Colour.EXEMPT)), copy=False)
        )


EXEMPT_LEADS = {
    "zh": ("豁免: ", "; 批准: ", "; 至: "),
    "en": ("Exempt: ", "; approved by ", "; until "),
}
