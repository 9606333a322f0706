"""The month's filing of a unit (月度填报): what is due, what is filed, last period beside this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from yiben.journeys.file_month import Stated
from yiben.journeys.filing_book import (
    RETURNED,
    SUBMITTED,
    VERIFIED,
    Filed,
    FilingTask,
    Known,
    states_of,
    who_filed,
)
from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem
from yiben.ledger.books import PREFIX, subject_book
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Field, Form, Pack
from yiben.scenes.values import Fact
from yiben.web.forms import control, read_form, text_of, typed_fact
from yiben.web.rows import Column, facts_of_rows, known_at, scope_of
from yiben.web.shown import fact_text
from yiben.web.where import where_of
from yiben.web.words import say

# What the filer reads beside an input, by the code of the check.
SAID = {
    "filing-backwards": "比上期倒退（{found}），请在事由中写明原因",
    "filing-total": "累计数应为上期累计加本期：{expected}",
    "filing-future": "{found} 还没有到",
}
# What follows the name of an input that takes the cumulated amount instead of the period's own.
TOTAL = ".total"
LENGTHS = {"month": 1, "quarter": 3, "year": 12}


class Filing(FilingTask):
    """One form of a scene for one period, for those who may file it (填报任务)."""

    def rows(self, person: Person, *, unit: str = "", number: int | None = None) -> Any:
        """The subjects that must file and that the person may file for."""
        rows = known_at(subject_book(self.pack), number).filter(
            scope_of(self.pack, person, action=Action.FILE)
        )
        if self.form.applies:
            rows = rows.filter(where_of(self.form.applies, pack=self.pack))
        if unit and self.pack.unit_field:
            rows = rows.filter(**{PREFIX + self.pack.unit_field: unit})
        return rows.order_by("subject")

    def filed(self, subjects: Sequence[str]) -> set[str]:
        """Those of some subjects that have filed anything of this period."""
        return set(who_filed(self, subjects))


def forms_of(pack: Pack) -> list[Form]:
    """The scene's forms, the monthly ones first."""
    return sorted(pack.forms.values(), key=lambda one: list(LENGTHS).index(one.every))


def period_for(form: Form, month: Period) -> Period:
    """The form's period that holds a month."""
    length = LENGTHS[form.every]
    return Period(month.first.replace(month=(month.first.month - 1) // length * length + 1), length)


def by_unit(filing: Filing, person: Person, *, on: date) -> list[dict[str, Any]]:
    """How far each unit has filed, those furthest behind first."""
    column = PREFIX + filing.pack.unit_field
    rows = list(filing.rows(person).values_list("subject", column))
    subjects = [subject for subject, _ in rows]
    filed, states = filing.filed(subjects), states_of(filing)
    counts: dict[str, Counter[str]] = {}
    for subject, unit in rows:
        state = state_word(states.get(subject), is_filed=subject in filed)
        counts.setdefault(str(unit or ""), Counter()).update(["due", state])
    found: list[dict[str, Any]] = [
        {
            "unit": unit,
            "due": count["due"],
            "filed": count[SUBMITTED] + count[VERIFIED],
            "missing": count["missing"] + count[RETURNED],
            "is_late": on > filing.due_on and count["missing"] + count[RETURNED] > 0,
            **{state: count[state] for state in (SUBMITTED, VERIFIED, RETURNED)},
        }
        for unit, count in counts.items()
    ]
    return sorted(found, key=lambda one: (-one["missing"], one["unit"]))


def state_word(filed: Filed | None, *, is_filed: bool) -> str:
    """The state of one row: what came by file or interface and bears no mark counts as submitted."""
    if filed is not None:
        return filed.state
    return SUBMITTED if is_filed else "missing"


def subjects_to_file(pack: Pack, form: str, period: Period, person: Person) -> list[dict[str, Fact]]:
    """The rows that a template for filing brings along: those for which the person files."""
    if not person.may(Action.FILE):
        return []
    task = Filing(pack, pack.forms[form], period)
    fields = {pack.key: pack.fields[pack.key], pack.display: pack.fields[pack.display], **task.fields}
    columns = [Column(name, one) for name, one in fields.items()]
    return facts_of_rows(task.rows(person), pack=pack, columns=columns)


def cards_of(
    filing: Filing,
    subjects: Sequence[str],
    known: Known,
    *,
    sent: Mapping[str, str],
    errors: Mapping[str, Mapping[str, str]],
    others: Mapping[str, Mapping[str, str]],
    filed: set[str],
    states: Mapping[str, Filed],
    may_verify: bool,
    units: Mapping[str, str],
) -> list[dict[str, Any]]:
    """One card for each subject, its inputs with last period's values beside them."""
    cards = []
    for subject in subjects:
        prefix = prefix_of(subject)
        facts = known.facts.get(subject, {})
        this, last = known.this.get(subject, {}), known.last.get(subject, {})
        inputs = []
        for name in filing.form.fields:
            one = filing.fields.get(name) or filing.measures.get(name)
            if one is None:
                continue
            parameter = prefix + name
            fact = facts.get(name) if name in filing.fields else this.get(name)
            row = control(
                one,
                name=parameter,
                text=sent.get(parameter, text_of(one, fact)),
                error=errors.get(subject, {}).get(name, ""),
                now=others.get(subject, {}).get(name, ""),
            )
            row["required"] = False
            if name in filing.measures:
                row["before"] = fact_text(one, last.get(name), units) if last.get(name) is not None else ""
                row["check"] = _check(one, subject, known, last.get(name))
                row["total"] = _total(filing, one, subject, known, fact, sent.get(parameter + TOTAL, ""))
            inputs.append(row)
        cards.append(
            {
                "subject": subject,
                "name": facts.get(filing.pack.display) or subject,
                "inputs": inputs,
                "state": state_word(states.get(subject), is_filed=subject in filed),
                "filed": states.get(subject),
                "is_locked": not may_verify and _is_verified(states.get(subject)),
                "has_error": subject in errors or subject in others,
            }
        )
    return cards


def _total(
    filing: Filing, one: Field, subject: str, known: Known, fact: Fact, text: str
) -> dict[str, str] | None:
    """The year's cumulated amount beside the period's own: typed by those who keep their books so."""
    if not one.adds or filing.form.every == "year":
        return None
    so_far = known.sums.get((subject, one.name), Decimal(0))
    now = "" if fact is None else str(so_far + Decimal(str(fact)))
    return {"text": text, "now": now}


def _is_verified(filed: Filed | None) -> bool:
    return filed is not None and filed.state == VERIFIED


def _check(one: Field, subject: str, known: Known, last: Fact) -> dict[str, str]:
    """What the browser needs to check a number while it is typed; the server checks again."""
    if not one.is_number:
        return {}
    words = {"not-number": say("应为数字")}
    if one.adds:
        plan = known.plans.get((subject, one.name))
        words |= {
            "adds": "yes",
            "before": str(known.sums.get((subject, one.name), Decimal(0))),
            "total-word": say("本年累计"),
            "exceeds": say("已超过年度计划"),
            "negative": say("为负数，请核对"),
        }
        return words | ({"plan": str(plan)} if plan else {})
    return words | {"stands": "yes", "before": str(last or ""), "backwards": say("比上期倒退，请写明事由")}


def prefix_of(subject: str) -> str:
    """How a subject's inputs are named."""
    return f"s.{subject}."


def read_filing(
    filing: Filing, subjects: Sequence[str], sent: Mapping[str, str], seen: Known
) -> tuple[list[Stated], dict[str, dict[str, str]]]:
    """What is stated against what was seen, and what is wrong, by subject and field.

    A row that was returned is filed again even where nothing in it changed.
    """
    rows: list[Stated] = []
    errors: dict[str, dict[str, str]] = {}
    returned = {one for one, state in states_of(filing, subjects).items() if state.state == RETURNED}
    for subject in subjects:
        prefix = prefix_of(subject)
        facts, wrong = read_form(filing.fields, sent, prefix=prefix, before=seen.facts.get(subject, {}))
        this = seen.this.get(subject, {})
        measures, more = read_form(filing.measures, sent, prefix=prefix, before=this)
        totals, odd = _read_totals(filing, sent, subject)
        for name, total in totals.items():
            if not sent.get(prefix + name, "").strip():
                measures[name] = str(Decimal(str(total)) - seen.sums.get((subject, name), Decimal(0)))
        if wrong | more | odd:
            errors[subject] = wrong | more | odd
        elif facts or measures or totals or subject in returned:
            rows.append(Stated(subject, facts, measures, totals))
    return rows, errors


def _read_totals(
    filing: Filing, sent: Mapping[str, str], subject: str
) -> tuple[dict[str, Fact], dict[str, str]]:
    """The cumulated amounts that were typed, and what is wrong with them, by measure."""
    prefix = prefix_of(subject)
    typed = {
        name: typed_fact(one, sent.get(prefix + name + TOTAL, ""))
        for name, one in filing.measures.items()
        if one.adds
    }
    totals = {name: fact for name, (fact, _) in typed.items() if fact is not None}
    return totals, {name: error for name, (_, error) in typed.items() if error}


def errors_by_field(problems: Iterable[Problem]) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """The problems of single inputs, by subject and field, and all others."""
    by_field: dict[str, dict[str, str]] = {}
    others = []
    for one in problems:
        said = SAID.get(one.code)
        if said and one.place.field and one.severity == "error":
            by_field.setdefault(one.place.subject, {})[one.place.field] = say(
                said, found=one.found, expected=one.expected
            )
        else:
            others.append(one)
    return by_field, others
