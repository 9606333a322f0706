"""A round of inspection (现场督查): one record, several slips at once, and its three lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yiben.cases.model import Case
from yiben.journeys.open_cases import Matter, state_matters
from yiben.journeys.read_cases import cases_of
from yiben.journeys.send_slips import at_desk, put_down, refuse_any, word_problems
from yiben.kernel.problems import Place, Problem
from yiben.ledger.marks import Mark, marks
from yiben.ledger.record import Statement
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.cases import INSPECTION
from yiben.scenes.model import Pack

DOCUMENT = "document"
SUBJECT = "inspection"
# 三清单: what is wrong, what is to be done, who answers for it and until when.
LISTS = ("problem", "task", "duty")


@dataclass(frozen=True, slots=True)
class Inspection:
    """A round of inspection (督查轮次): when, who went, what for, and the cases that it opened."""

    slot: str
    title: str
    on: date
    members: str
    note: str
    cases: tuple[tuple[str, str], ...]
    transaction: int


def inspect(
    pack: Pack,
    matters: Iterable[Matter],
    *,
    title: str,
    on: date,
    by: Person,
    at: datetime,
    members: str = "",
    note: str = "",
    way: str = "page",
) -> Inspection:
    """Record a round of inspection and send its slips, all in one transaction. Raises Refused."""
    by.require(Action.REVIEW)
    stated = list(matters)
    with at_desk(pack, by=by, at=at) as desk:
        problems = word_problems({"title": title, "members": members, "note": note}, required=("title",))
        if on > desk.today:
            problems.append(Problem("inspection-day", str(on), "a day that has come", Place(field="on")))
        refuse_any(problems)
        number = sum(mark.slot.startswith(f"{on.year}-") for mark in _marks(pack)) + 1
        slot = f"{on.year}-{number:03d}"
        cases = state_matters(desk, stated, origin=INSPECTION, source=f"{SUBJECT}:{slot}")
        facts: dict[str, Any] = {
            "title": title.strip(),
            "day": on.isoformat(),
            "cases": [list(one) for one in cases],
        }
        facts |= {name: text.strip() for name, text in (("members", members), ("note", note)) if text.strip()}
        desk.statements.append(Statement(SUBJECT, facts, DOCUMENT, slot))
        done = put_down(desk, way=way, why=title, action=Action.REVIEW)
    return Inspection(slot, title, on, members, note, tuple(cases), done.transaction)


def _marks(pack: Pack) -> list[Mark]:
    return marks(pack.name, kind=DOCUMENT, subject=SUBJECT)


def inspections(pack: Pack) -> list[Inspection]:
    """Every round of inspection of a scene, newest first."""
    found = [
        Inspection(
            slot=mark.slot,
            title=mark.facts["title"],
            on=date.fromisoformat(mark.facts["day"]),
            members=mark.facts.get("members", ""),
            note=mark.facts.get("note", ""),
            cases=tuple((subject, slot) for subject, slot in mark.facts["cases"]),
            transaction=mark.transaction,
        )
        for mark in _marks(pack)
    ]
    return sorted(found, key=lambda one: (one.on, one.slot), reverse=True)


def cases_of_inspection(pack: Pack, one: Inspection) -> list[Case]:
    """The cases that a round opened, as they stand now, in the order in which they were stated."""
    known = {(case.subject, case.slot): case for case in cases_of(pack)}
    return [known[key] for key in one.cases if key in known]


def three_lists(cases: Sequence[Case]) -> dict[str, list[dict[str, Any]]]:
    """The three lists of some cases (问题清单 / 任务清单 / 责任清单), line by line in the same order."""
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}
    for number, case in enumerate(cases, start=1):
        opening = case.opening
        head = {"number": number, "subject": case.subject, "name": opening.get("name", "")}
        lists["problem"].append(head | {"problem": opening.get("zh", "")})
        lists["task"].append(head | {"task": opening.get("task", ""), "due": case.due})
        duty = {"unit": case.unit, "person": opening.get("person", ""), "slip": case.slip.number}
        lists["duty"].append(head | duty | {"due": case.due, "state": case.state})
    return lists
