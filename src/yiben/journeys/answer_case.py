"""A case from receipt to closing (销号): received, answered, reviewed, sent back, exempted, reopened.

Each step is one call with `by` and `at`. `seen` is the number of steps that its author had before
their eyes; where others have gone on meanwhile, the step is refused and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from yiben.cases.deadlines import due_on, to_escalate
from yiben.cases.model import ASKED, CLOSED, DEEDS, Case
from yiben.cases.notices import Notice, tell_after_commit, tell_round
from yiben.journeys.read_cases import cases_of, find_case
from yiben.journeys.send_slips import Desk, at_desk, put_down, refuse_any, unit_problems, word_problems
from yiben.kernel.periods import NotAPeriod, Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.models import Attachment
from yiben.ledger.record import Statement
from yiben.people.access import NotAllowed, Person
from yiben.people.roles import Action
from yiben.scenes.cases import case_book
from yiben.scenes.model import Pack

MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class Call:
    """Who takes a step, when and by which way, and how many steps they had seen (None: all)."""

    by: Person
    at: datetime
    seen: int | None = None
    way: str = "page"


@contextmanager
def _step(pack: Pack, key: tuple[str, str], do: str, call: Call) -> Iterator[tuple[Desk, Case]]:
    """The case under the journal's pen, once it is sure that the step may follow."""
    with at_desk(pack, by=call.by, at=call.at) as desk:
        case = find_case(pack, *key)
        if call.seen is not None and call.seen != len(case.steps):
            last = case.steps[-1]
            found = f"a newer step: {last.do} by {last.by} at {last.at:%Y-%m-%d %H:%M}"
            expected = "the case as you saw it; look again and decide"
            raise Refused([Problem("case-moved-on", found, expected, Place(subject=case.subject))])
        if not case.may(do):
            found = f"{do} while the case is {case.state}"
            raise Refused(
                [Problem("case-state", found, "a step that can follow", Place(subject=case.subject))]
            )
        yield desk, case


def _record(
    desk: Desk, case: Case, do: str, call: Call, *, action: Action, lent: bool = False, **said: Any
) -> Case:
    """State the step and give the case as it stands then; notices go out after the commit."""
    desk.step(case.subject, case.slot, len(case.steps) + 1, do, **said)
    by = _lend(call.by, action, case) if lent else None
    put_down(desk, way=call.way, why=f"{case.slip.number} {DEEDS[do]}", action=action, by=by)
    after = find_case(desk.pack, case.subject, case.slot)
    tell_after_commit(Notice.of(after, book=desk.book, title=desk.pack.title.zh))
    return after


def _lend(by: Person, action: Action, case: Case) -> Person:
    """The receiver's rights with what the slip lends: to answer about this one subject.

    A slip may go to a unit that the subject does not belong to (联系单); the ledger knows only
    whose the subject is.
    """
    reach, unit = by.reach(action), case.responsible
    if reach is None or not unit:
        return by
    return replace(by, scopes={**by.scopes, action: reach | {unit}})


def _require_receiver(case: Case, by: Person) -> None:
    if not by.may(Action.ANSWER, unit=case.unit):
        raise NotAllowed(f"{by.username} may not answer for unit {case.unit}")


def receive(pack: Pack, key: tuple[str, str], *, call: Call) -> Case:
    """The receiver has the slip in hand (签收)."""
    with _step(pack, key, "receive", call) as (desk, case):
        _require_receiver(case, call.by)
        return _record(desk, case, "receive", call, action=Action.ANSWER, lent=True)


def note(pack: Pack, key: tuple[str, str], text: str, *, call: Call, files: Sequence[str] = ()) -> Case:
    """Progress on the way (进展), by the receiver or the bureau; changes neither state nor deadline."""
    with _step(pack, key, "note", call) as (desk, case):
        refuse_any(word_problems({"text": text}, required=("text",)) + _file_problems(files))
        if call.by.may(Action.REVIEW):
            return _record(desk, case, "note", call, action=Action.REVIEW, text=text, files=list(files))
        _require_receiver(case, call.by)
        return _record(
            desk, case, "note", call, action=Action.ANSWER, lent=True, text=text, files=list(files)
        )


def answer(
    pack: Pack,
    key: tuple[str, str],
    *,
    call: Call,
    cause: str = "",
    measure: str = "",
    result: str = "",
    finish_on: date | None = None,
    files: Sequence[str] = (),
) -> Case:
    """The receiver's answer (反馈): cause, measure, result, and evidence where the level asks for it."""
    words = {"cause": cause, "measure": measure, "result": result}
    with _step(pack, key, "answer", call) as (desk, case):
        _require_receiver(case, call.by)
        problems = word_problems(words, required=("cause", "measure")) + _file_problems(files)
        if case.level in desk.book.evidence and not files:
            label = desk.book.levels[case.level].label.zh
            place = Place(subject=case.subject, field="files")
            problems.append(Problem("case-evidence", "no photo or file", f"evidence ({label})", place))
        refuse_any(problems)
        said = {**words, "finish_on": finish_on.isoformat() if finish_on else "", "files": list(files)}
        return _record(desk, case, "answer", call, action=Action.ANSWER, lent=True, **said)


def _file_problems(files: Sequence[str]) -> list[Problem]:
    if len(files) > MAX_FILES:
        return [Problem("case-files", f"{len(files)} files", f"at most {MAX_FILES}", Place(field="files"))]
    known = set(Attachment.objects.filter(digest__in=list(files)).values_list("digest", flat=True))
    return [
        Problem("case-files", one[:20], "a file that was stored", Place(field="files"))
        for one in files
        if one not in known
    ]


def close(pack: Pack, key: tuple[str, str], *, call: Call, text: str = "") -> Case:
    """The reviewer is satisfied (销号). Who answered does not close."""
    return _review(pack, key, "close", call, text=text)


def send_back(pack: Pack, key: tuple[str, str], *, call: Call, text: str) -> Case:
    """The answer does not do (退回重办): a reason and a new, short deadline."""
    return _review(pack, key, "return", call, text=text)


def _review(pack: Pack, key: tuple[str, str], do: str, call: Call, *, text: str) -> Case:
    with _step(pack, key, do, call) as (desk, case):
        call.by.require(Action.REVIEW)
        problems = word_problems({"text": text}, required=("text",) if do == "return" else ())
        answered = case.last("answer")
        if answered is not None and answered.by == call.by.username:
            found = f"{call.by.username}, who answered"
            problems.append(
                Problem("case-own-answer", found, "another reviewer", Place(subject=case.subject))
            )
        refuse_any(problems)
        due = due_on(desk.today, days=desk.book.returned_days).isoformat() if do == "return" else ""
        return _record(desk, case, do, call, action=Action.REVIEW, text=text, due=due)


def extend(pack: Pack, key: tuple[str, str], *, call: Call, days: int, text: str) -> Case:
    """More time, with its reason (延期): working days from the deadline that stands."""
    with _step(pack, key, "extend", call) as (desk, case):
        call.by.require(Action.REVIEW)
        problems = word_problems({"text": text}, required=("text",))
        if not 1 <= days <= 250:
            problems.append(Problem("case-days", str(days), "1 to 250 working days", Place(field="days")))
        refuse_any(problems)
        due = due_on(max(case.due, desk.today), days=days).isoformat()
        return _record(desk, case, "extend", call, action=Action.REVIEW, text=text, due=due)


def reopen(pack: Pack, key: tuple[str, str], *, call: Call, text: str, level: str = "") -> Case:
    """A closed case is taken up again (复发重开) with a new slip."""
    with _step(pack, key, "reopen", call) as (desk, case):
        call.by.require(Action.REVIEW)
        refuse_any(word_problems({"text": text}, required=("text",)) + _level_problems(desk, level))
        slip = desk.send(case.subject, case.slot, level=level or case.level, to=case.unit, demand=text)
        return _record(desk, case, "reopen", call, action=Action.REVIEW, text=text, slip=slip)


def _level_problems(desk: Desk, level: str) -> list[Problem]:
    if not level or level in desk.book.levels:
        return []
    return [Problem("case-level", repr(level), "one of " + ", ".join(desk.book.levels))]


def void(pack: Pack, key: tuple[str, str], *, call: Call, text: str) -> Case:
    """It should never have been opened (作废): it leaves every count, and its numbers stay used."""
    with _step(pack, key, "void", call) as (desk, case):
        call.by.require(Action.REVIEW)
        refuse_any(word_problems({"text": text}, required=("text",)))
        return _record(desk, case, "void", call, action=Action.REVIEW, text=text)


def escalate(
    pack: Pack, key: tuple[str, str], *, call: Call, text: str = "", to: str = "", type: str = ""
) -> Case:
    """One level up (升级), by hand: a new slip with a new deadline, to the same unit or another."""
    with _step(pack, key, "escalate", call) as (desk, case):
        call.by.require(Action.REVIEW)
        refuse_any(word_problems({"text": text}) + (unit_problems([to]) if to else []))
        return _record(
            desk, case, "escalate", call, action=Action.REVIEW, text=text, **_higher(desk, case, to, type)
        )


def _higher(desk: Desk, case: Case, to: str = "", type: str = "") -> dict[str, Any]:
    level = desk.book.next_level(case.level)
    if not level:
        found = f"{case.level}, the highest level"
        raise Refused([Problem("case-level", found, "a level below it", Place(subject=case.subject))])
    if type and type not in desk.book.slips:
        raise Refused([Problem("case-slip", repr(type), "one of " + ", ".join(desk.book.slips))])
    is_top = not desk.book.next_level(level)
    leader = str(case.opening.get("leader", "")) if is_top else ""
    slip = desk.send(case.subject, case.slot, level=level, to=to or case.unit, type=type, copy=leader)
    return {"slip": slip}


def escalate_overdue(pack: Pack, *, by: Person, at: datetime, way: str = "rule") -> list[Case]:
    """Raise every case whose deadline has passed by one level, all in one transaction (逾期升级)."""
    by.require(Action.REVIEW)
    with at_desk(pack, by=by, at=at) as desk:
        late = to_escalate(cases_of(pack), on=desk.today, book=desk.book)
        raise_at_desk(desk, late)
        put_down(desk, way=way, why=f"{desk.today} 逾期升级", action=Action.REVIEW)
        raised = {(case.subject, case.slot) for case in late}
        after = [case for case in cases_of(pack) if (case.subject, case.slot) in raised]
        tell_round(after, title=pack.title.zh)
    return after


def raise_at_desk(desk: Desk, late: Sequence[Case]) -> None:
    """State for each of some overdue cases that it goes one level up."""
    for case in late:
        said = {"why": "overdue", "overdue_since": case.due.isoformat(), **_higher(desk, case)}
        desk.step(case.subject, case.slot, len(case.steps) + 1, "escalate", **said)


@dataclass(frozen=True, slots=True)
class Span:
    """The months for which a rule is to be left unapplied (豁免期); open-ended without a last one."""

    first: str
    last: str = ""

    def problems(self) -> list[Problem]:
        """What is wrong with the months."""
        found = []
        months: list[Period] = []
        for name in ("first", "last"):
            text = getattr(self, name)
            if not text and name == "last":
                continue
            try:
                months.append(Period.of(text))
            except NotAPeriod:
                found.append(Problem("bad-period", repr(text), "a month, such as 2026-07", Place(field=name)))
        if any(one.months != 1 for one in months):
            found.append(Problem("bad-period", f"{self.first} – {self.last}", "months", Place(field="first")))
        elif len(months) == 2 and months[1] < months[0]:
            found.append(
                Problem(
                    "bad-period", f"{self.last} before {self.first}", "a later month", Place(field="last")
                )
            )
        return found

    def facts(self) -> Mapping[str, str | None]:
        """The months as an exemption mark holds them."""
        return {"first_month": self.first, "last_month": self.last or None}


def ask_exemption(
    pack: Pack, key: tuple[str, str], *, call: Call, reason: str, span: Span, files: Sequence[str] = ()
) -> Case:
    """The receiver asks that the rule be left unapplied for good reason (申请豁免)."""
    with _step(pack, key, "ask", call) as (desk, case):
        _require_receiver(case, call.by)
        problems = word_problems({"reason": reason}, required=("reason",)) + span.problems()
        refuse_any(problems + _file_problems(files) + _exemptible_problems(case))
        months = {"first_month": span.first, "last_month": span.last}
        said = {"reason": reason, **months, "files": list(files)}
        return _record(desk, case, "ask", call, action=Action.ANSWER, lent=True, **said)


def _exemptible_problems(case: Case) -> list[Problem]:
    if case.rule:
        return []
    found = "a case that no rule opened"
    return [Problem("case-no-rule", found, "one whose rule can be exempted", Place(subject=case.subject))]


def exempt(
    pack: Pack, key: tuple[str, str], *, call: Call, reason: str = "", span: Span | None = None
) -> Case:
    """A leader approves the exemption (批准豁免): the case ends, and the rule rests for those months.

    Reason and months are those that were asked for unless the approver states others.
    """
    with _step(pack, key, "exempt", call) as (desk, case):
        call.by.require(Action.APPROVE)
        request = case.last("ask") if case.state == ASKED else None
        asked: Mapping[str, Any] = request.said if request else {}
        words = reason.strip() or str(asked.get("reason", ""))
        months = span or Span(str(asked.get("first_month", "")), str(asked.get("last_month", "")))
        problems = word_problems({"reason": words}, required=("reason",)) + months.problems()
        refuse_any(problems + _exemptible_problems(case))
        facts = {**months.facts(), "reason": words, "approver": call.by.name or call.by.username}
        facts |= {"approver_account": call.by.username, "case": case.slot}
        desk.statements.append(Statement(case.subject, facts, "exemption", case.rule))
        said = {"reason": words, "first_month": months.first, "last_month": months.last}
        return _record(desk, case, "exempt", call, action=Action.APPROVE, **said)


def refuse_exemption(pack: Pack, key: tuple[str, str], *, call: Call, text: str) -> Case:
    """A leader does not approve (不予豁免): the unit must answer after all, by a new deadline."""
    with _step(pack, key, "refuse", call) as (desk, case):
        call.by.require(Action.APPROVE)
        refuse_any(word_problems({"text": text}, required=("text",)))
        due = due_on(desk.today, days=desk.book.returned_days).isoformat()
        return _record(desk, case, "refuse", call, action=Action.APPROVE, text=text, due=due)


def steps_open_to(case: Case, person: Person, *, pack: Pack) -> list[str]:
    """What a person may do next with a case, in the order in which a page offers it."""
    book = case_book(pack)
    receiver = person.may(Action.ANSWER, unit=case.unit)
    rights: dict[str, bool] = {
        "receive": receiver,
        "answer": receiver,
        "ask": receiver and bool(case.rule),
        "close": person.may(Action.REVIEW),
        "return": person.may(Action.REVIEW),
        "exempt": person.may(Action.APPROVE) and bool(case.rule),
        "refuse": person.may(Action.APPROVE),
        "escalate": person.may(Action.REVIEW) and bool(book.next_level(case.level)),
        "extend": person.may(Action.REVIEW),
        "note": receiver or person.may(Action.REVIEW),
        "reopen": person.may(Action.REVIEW) and case.state == CLOSED,
        "void": person.may(Action.REVIEW),
    }
    return [do for do, allowed in rights.items() if allowed and case.may(do)]
