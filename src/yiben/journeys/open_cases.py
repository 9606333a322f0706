"""Opening cases (立件): from the month's findings, or by hand; the same trouble never twice while open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yiben.assess import Findings
from yiben.assess.model import Finding
from yiben.cases.model import CLOSED, EXEMPT, Case
from yiben.cases.notices import notices_on, tell_round
from yiben.cases.robots import Notice
from yiben.cases.webhooks import tell_webhooks, webhooks_on
from yiben.journeys.assess_scene import assess_scene
from yiben.journeys.read_cases import cases_of
from yiben.journeys.send_slips import Desk, at_desk, put_down, refuse_any, unit_problems, word_problems
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem
from yiben.ledger.books import PREFIX, subject_book
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Pack

BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a round of opening did (立件结果): how many new, reopened, and standing open already."""

    transaction: int
    opened: tuple[tuple[str, str], ...]
    reopened: tuple[tuple[str, str], ...]
    standing: int


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that a unit must answer, stated by hand (交办事项): problem, task, who, until when.

    The three parts are the lines of the three lists: 问题清单, 任务清单, 责任清单. `days` of None
    takes the level's own.
    """

    subject: str
    problem: str
    task: str
    to: str = ""
    person: str = ""
    level: str = ""
    type: str = ""
    days: int | None = None


def open_cases(
    pack: Pack,
    month: Period,
    *,
    by: Person,
    at: datetime,
    way: str = "page",
    findings: Findings | None = None,
    only: Iterable[tuple[str, str]] | None = None,
) -> Opened:
    """Open a case for each finding of the month that the pack wants answered.

    One that stands open for the same subject and rule is left alone; one closed a short while ago
    (`reopen_within_months`) is reopened; else a new one is opened and its slip sent. `only` narrows
    to some (subject, rule).
    """
    by.require(Action.REVIEW)
    judged = findings if findings is not None else assess_scene(pack, [month])
    with at_desk(pack, by=by, at=at) as desk:
        wanted = _wanted(desk, judged, month)
        if only is not None:
            chosen = set(only)
            wanted = {key: found for key, found in wanted.items() if key in chosen}
        known: dict[tuple[str, str], list[Case]] = {}
        for case in cases_of(pack):
            known.setdefault((case.subject, case.rule), []).append(case)
        subjects = _subjects(pack, {subject for subject, _ in wanted})
        opened, reopened, standing = [], [], 0
        for (subject, rule), found in sorted(wanted.items()):
            before = known.get((subject, rule), [])
            if any(case.is_open for case in before):
                standing += 1
            elif old := _to_reopen(desk, before, month):
                _reopen(desk, old, found, month)
                reopened.append((subject, old.slot))
            elif subject in subjects:
                slot = f"{rule}@{len(before) + 1}"
                _open(desk, subject, slot, found, month, subjects[subject])
                opened.append((subject, slot))
        done = put_down(desk, way=way, why=f"{month} 研判立件", action=Action.REVIEW)
        _tell(desk, {*opened, *reopened})
        _tell_findings(pack, judged, month)
    return Opened(done.transaction, tuple(opened), tuple(reopened), standing)


def _wanted(desk: Desk, judged: Findings, month: Period) -> dict[tuple[str, str], list[Finding]]:
    """The findings that open a case, by subject and rule; a rule per node gives several."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for one in judged.each():
        if one.month == month.first and desk.book.level_for(one.rule, one.colour):
            found.setdefault((one.subject, one.rule), []).append(one)
    return found


def _subjects(pack: Pack, subjects: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Name, unit, class and leader of some subjects, as the book says now."""
    wanted = sorted(subjects)
    found: dict[str, dict[str, Any]] = {}
    names = [*pack.fields]
    for start in range(0, len(wanted), 900):
        rows = subject_book(pack)._default_manager.filter(
            recorded_to=None, subject__in=wanted[start : start + 900]
        )
        for row in rows.values_list("subject", *(PREFIX + name for name in names)):
            found[row[0]] = dict(zip(names, row[1:], strict=True))
    return found


def _about(desk: Desk, facts: Mapping[str, Any]) -> dict[str, str]:
    """What a case keeps of its subject: what it was called and whose it was on that day."""
    pack, book = desk.pack, desk.book
    return {
        "name": str(facts.get(pack.display) or ""),
        "responsible": str(facts.get(pack.unit_field) or "") if pack.unit_field else "",
        "class": str(facts.get(book.class_field) or "") if book.class_field else "",
        "leader": str(facts.get(book.leader_field) or "") if book.leader_field else "",
    }


def _named(pack: Pack, one: Finding, language: str) -> str:
    """A finding's reason, with the node that it is about."""
    node = pack.nodes.get(one.node)
    colon = "：" if language == "zh" else ": "
    return f"{node.label.text(language)}{colon}{one.text(language)}" if node else one.text(language)


def _finding_facts(pack: Pack, found: list[Finding], month: Period) -> dict[str, Any]:
    worst = max(found, key=lambda one: one.colour)
    numbers = {name: None if value is None else str(value) for name, value in worst.numbers.items()}
    return {
        "rule": worst.rule,
        "nodes": sorted(one.node for one in found if one.node),
        "month": str(month),
        "colour": worst.colour.word,
        "zh": "；".join(_named(pack, one, "zh") for one in found),
        "en": "; ".join(_named(pack, one, "en") for one in found),
        "numbers": json.dumps(numbers, ensure_ascii=False, sort_keys=True),
    }


def _open(
    desk: Desk, subject: str, slot: str, found: list[Finding], month: Period, facts: Mapping[str, Any]
) -> None:
    about, said = _about(desk, facts), _finding_facts(desk.pack, found, month)
    level = desk.book.level_for(found[0].rule, Colour.of(said["colour"]))
    slip = desk.send(subject, slot, level=level, to=about["responsible"] or desk.by.unit)
    desk.step(subject, slot, 1, "open", origin="rule", **about, **said, slip=slip)


def _to_reopen(desk: Desk, before: list[Case], month: Period) -> Case | None:
    """The newest closed case whose trouble came back soon enough to be the same one."""
    last = before[-1] if before else None
    if last is None or last.state not in (CLOSED, EXEMPT):
        return None
    ended = Period.month_of(last.steps[-1].day)
    limit = ended.shift(desk.book.reopen_within_months)
    return last if month.first <= limit.first else None


def _reopen(desk: Desk, case: Case, found: list[Finding], month: Period) -> None:
    said = _finding_facts(desk.pack, found, month)
    said.pop("rule")
    slip = desk.send(case.subject, case.slot, level=case.level, to=case.unit)
    desk.step(case.subject, case.slot, len(case.steps) + 1, "reopen", **said, why="again", slip=slip)


def open_by_hand(
    pack: Pack,
    matters: Iterable[Matter],
    *,
    by: Person,
    at: datetime,
    origin: str = "other",
    source: str = "",
    way: str = "page",
) -> Opened:
    """Open a case for each matter and send its slip, all or none.

    `source` names where it came from: an inspection, a meeting. Raises Refused.
    """
    by.require(Action.REVIEW)
    with at_desk(pack, by=by, at=at) as desk:
        opened = state_matters(desk, list(matters), origin=origin, source=source)
        done = put_down(desk, way=way, why=source, action=Action.REVIEW)
        _tell(desk, set(opened))
    return Opened(done.transaction, tuple(opened), (), 0)


def _tell(desk: Desk, sent: set[tuple[str, str]]) -> None:
    """Notices of a round; the cases are read again only where notices are on."""
    if notices_on() and sent:
        cases = [case for case in cases_of(desk.pack) if (case.subject, case.slot) in sent]
        tell_round(cases, title=desk.pack.title.zh)


def _tell_findings(pack: Pack, judged: Findings, month: Period) -> None:
    """To those who subscribed: how many findings of each colour the month has."""
    if webhooks_on():
        counts = Counter(one.colour.word for one in judged.each() if one.month == month.first)
        title = pack.title.zh
        tell_webhooks(Notice.of_findings(counts, scene=pack.name, month=str(month), title=title))


def state_matters(desk: Desk, matters: list[Matter], *, origin: str, source: str) -> list[tuple[str, str]]:
    """Write the opening of each matter at the desk; raises Refused before anything is recorded."""
    subjects = _subjects(desk.pack, {one.subject for one in matters})
    refuse_any(_matter_problems(desk, matters, subjects, origin))
    counts: dict[str, int] = {}
    for case in cases_of(desk.pack):
        counts[case.subject] = counts.get(case.subject, 0) + case.slot.startswith(BY_HAND)
    opened = []
    for one in matters:
        counts[one.subject] = counts.get(one.subject, 0) + 1
        slot = f"{BY_HAND}@{counts[one.subject]}"
        about = _about(desk, subjects[one.subject])
        slip = desk.send(
            one.subject,
            slot,
            level=one.level or next(iter(desk.book.levels)),
            to=one.to or about["responsible"],
            type=one.type,
            days=one.days,
            demand=one.task,
        )
        said = {"zh": one.problem, "task": one.task, "person": one.person, "source": source}
        desk.step(one.subject, slot, 1, "open", origin=origin, **about, **said, slip=slip)
        opened.append((one.subject, slot))
    return opened


def _matter_problems(
    desk: Desk, matters: list[Matter], subjects: Mapping[str, Mapping[str, Any]], origin: str
) -> list[Problem]:
    problems: list[Problem] = []
    if not matters:
        problems.append(Problem("case-nothing", "no matter", "at least one"))
    if origin not in desk.book.origins:
        problems.append(Problem("case-origin", repr(origin), "one of " + ", ".join(desk.book.origins)))
    for one in matters:
        place = Place(subject=one.subject)
        words = {"problem": one.problem, "task": one.task, "person": one.person}
        problems += word_problems(words, required=("problem",))
        if one.subject not in subjects:
            found = f"{desk.pack.subject.zh} {one.subject!r}"
            problems.append(Problem("unknown-subject", found, "one that stands in the book", place))
            continue
        if one.level and one.level not in desk.book.levels:
            problems.append(
                Problem("case-level", repr(one.level), "one of " + ", ".join(desk.book.levels), place)
            )
        if one.type and one.type not in desk.book.slips:
            problems.append(
                Problem("case-slip", repr(one.type), "one of " + ", ".join(desk.book.slips), place)
            )
        if one.days is not None and not 1 <= one.days <= 250:
            problems.append(Problem("case-days", str(one.days), "1 to 250 working days", place))
    receivers = [one.to for one in matters if one.to]
    unsent = [one.subject for one in matters if not one.to and one.subject in subjects]
    receivers += [_about(desk, subjects[subject])["responsible"] for subject in unsent]
    return problems + unit_problems(receivers)
