"""Taking in a work report (收报告): read, kept with its places, reviewed, and only then believed.

The document becomes a subject of the scene `reports`; every figure, project, promise and check is
a mark on it. What a reviewer accepts becomes an entry of the indicator or project that it names,
with the document and the characters that it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from yiben.journeys.report_targets import Names, Target, target_of
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.attachments import store
from yiben.ledger.marks import Mark, marks
from yiben.ledger.packs import installed
from yiben.ledger.record import Recorded, Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.readers.documents import open_document
from yiben.readers.report import VERSION, Report, read_document

SCENE = "reports"
RECORDS = {"figure": "figures", "mention": "projects", "promise": "promises", "check": "checks"}
# The reader's words for a report's kind, where the pack has another.
KINDS = {"government work report": "government", "half-year": "half_year"}
STATES = ("open", "accepted", "corrected", "rejected")
# What a reviewer may correct of a figure; its place in the text stays as it was read.
CORRECTABLE = frozenset(
    {"value", "unit", "measure", "bound", "subject", "place", "period", "status", "compare", "scope"}
    | {"name", "event", "amount"}
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer says of one record (审核意见): its kind and slot, the state, corrections."""

    kind: str
    slot: str
    state: str
    corrections: Mapping[str, Any]
    target: str = ""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A report in the ledger: its subject, what was read, and what was recorded now."""

    digest: str
    report: Report
    recorded: Recorded


def take_in_report(data: bytes, *, name: str, by: Person, at: datetime) -> TakenIn:
    """Read a document and keep everything that it states, open to review.

    The same document again changes nothing, whatever was reviewed meanwhile. Raises Refused for a
    document that cannot be read, with what to do.
    """
    by.require(Action.IMPORT)
    document = open_document(data, name=name)
    report = read_document(document, doc=name)
    digest = sha256(data).hexdigest()
    pack = installed(SCENE)
    known = {(mark.kind, mark.slot) for kind in RECORDS for mark in marks(SCENE, kind=kind, subject=digest)}
    facts, statements = _facts(digest, name, report), list(_statements(digest, report, known))
    with transaction.atomic():
        store(data, name=name, by=by, at=at)
        recorded = record(
            [Statement(digest, facts), *statements] if not known else statements,
            pack=pack,
            by=by,
            at=at,
            way="reader",
            why=f"读取 {name}(读取器 {VERSION})",
            seen=head(),
            source=digest,
            action=Action.IMPORT,
        )
    return TakenIn(digest, report, recorded)


def _facts(digest: str, name: str, report: Report) -> dict[str, Any]:
    page = report.page
    kinds, kind = installed(SCENE).fields["kind"].choices, KINDS.get(page.kind, page.kind)
    return {
        "digest": digest,
        "title": (page.title or name)[:500],
        "name": name[:500],
        "kind": kind if kind in kinds else "other",
        "body": page.issuer[:500] or None,
        "place": page.place,
        "issued_on": page.issued_on or None,
        "reviewed": page.reviewed,
        "planned": page.planned,
        "reader": VERSION,
        "figures": len(report.figures),
        "projects": len(report.projects),
        "promises": len(report.promises),
        "contradictions": sum(not check.holds for check in report.checks),
        "open": len(report.figures) + len(report.projects),
    }


def _statements(digest: str, report: Report, known: set[tuple[str, str]]) -> Iterator[Statement]:
    for kind, attribute in RECORDS.items():
        seen: dict[str, int] = {}
        for one in getattr(report, attribute):
            facts = one.as_dict()
            facts.pop("doc", None)
            slot = f"{facts['start']}-{facts['end']}"
            seen[slot] = seen.get(slot, 0) + 1
            if seen[slot] > 1:
                slot = f"{slot}.{seen[slot]}"
            if (kind, slot) not in known:
                yield Statement(digest, {**facts, "state": "open", "reader": VERSION}, kind, slot)


def records_of(digest: str, *, kind: str) -> list[Mark]:
    """The records of one kind that a report holds, in the order of the text."""
    return sorted(marks(SCENE, kind=kind, subject=digest), key=lambda mark: (mark.facts["start"], mark.slot))


def review_report(
    digest: str, decisions: Sequence[Decision], *, by: Person, at: datetime, seen: int | None = None
) -> Recorded:
    """Accept, correct or reject records; what is accepted is stated where it belongs.

    All decisions stand or fall together. Raises Refused.
    """
    by.require(Action.RECORD)
    held = {
        (mark.kind, mark.slot): mark for kind in RECORDS for mark in marks(SCENE, kind=kind, subject=digest)
    }
    problems = [problem for one in decisions for problem in _decision_problems(one, held, digest)]
    if problems:
        raise Refused(problems)
    newest = head() if seen is None else seen
    with transaction.atomic():
        for scene, statements in _targets(digest, decisions, held).items():
            record(
                statements,
                pack=installed(scene),
                by=by,
                at=at,
                way="reader",
                why="采纳报告数据",
                seen=head(),
                source=digest,
            )
        done = record(
            [*_verdicts(digest, decisions, held), Statement(digest, {"open": _still_open(decisions, held)})],
            pack=installed(SCENE),
            by=by,
            at=at,
            way="page",
            why="审核报告数据",
            seen=newest,
        )
    return done


def _decision_problems(one: Decision, held: Mapping[tuple[str, str], Mark], digest: str) -> Iterator[Problem]:
    place = Place(file=digest[:12], subject=f"{one.kind} {one.slot}")
    if (one.kind, one.slot) not in held:
        yield Problem("unknown-record", f"no {one.kind} at {one.slot}", "a record of this report", place)
    if one.state not in STATES:
        yield Problem("unknown-state", repr(one.state), "one of " + ", ".join(STATES), place)
    for name in sorted(set(one.corrections) - CORRECTABLE):
        yield Problem("not-correctable", name, "one of " + ", ".join(sorted(CORRECTABLE)), place)


def _verdicts(
    digest: str, decisions: Sequence[Decision], held: Mapping[tuple[str, str], Mark]
) -> Iterator[Statement]:
    """The reviewer's word on each record; a correction keeps what was read under `was`."""
    for one in decisions:
        read = held[one.kind, one.slot].facts
        changed = {name: value for name, value in one.corrections.items() if read.get(name) != value}
        state = "corrected" if changed and one.state == "accepted" else one.state
        facts: dict[str, Any] = {**changed, "state": state}
        if changed:
            facts["was"] = {**read.get("was", {}), **{name: read.get(name) for name in changed}}
        if one.target:
            facts["target"] = one.target
        yield Statement(digest, facts, one.kind, one.slot)


def _still_open(decisions: Sequence[Decision], held: Mapping[tuple[str, str], Mark]) -> int:
    states = {key: mark.facts["state"] for key, mark in held.items() if key[0] in ("figure", "mention")}
    states |= {(one.kind, one.slot): one.state for one in decisions if one.kind in ("figure", "mention")}
    return sum(state == "open" for state in states.values())


def _targets(
    digest: str, decisions: Sequence[Decision], held: Mapping[tuple[str, str], Mark]
) -> dict[str, list[Statement]]:
    """What the accepted records state, by scene; one statement of a value, the last word first."""
    found: dict[str, dict[tuple[str, str, str], Statement]] = {}
    named = any(one.kind == "mention" and one.state in ("accepted", "corrected") for one in decisions)
    names = Names() if named else None
    for one in decisions:
        if one.state not in ("accepted", "corrected"):
            continue
        facts = {**held[one.kind, one.slot].facts, **one.corrections}
        target: Target | None = target_of(one.kind, facts, digest=digest, chosen=one.target, names=names)
        for statement in target.statements if target else ():
            assert target is not None
            key = (statement.subject, statement.kind, statement.slot)
            found.setdefault(target.scene, {}).setdefault(key, statement)
    return {scene: list(statements.values()) for scene, statements in found.items()}
