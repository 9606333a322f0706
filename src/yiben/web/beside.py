"""What stands beside a subject's figures (对象旁的记录): cases, photos, filings, plans, exemptions.

All of these are marks of the ledger. Pages tell them in words, as known at the page's moment; a
mark of a kind that nobody described here is told by the names of its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from yiben.journeys.month_photos import KIND as PHOTO
from yiben.journeys.month_photos import MonthPhoto, photo_of
from yiben.journeys.read_cases import cases_of, may_see
from yiben.ledger.marks import Mark, marks_at
from yiben.people.access import Person
from yiben.scenes.model import Pack
from yiben.web.cases import case_row, rule_label
from yiben.web.mark_words import (
    CHANGE_STATES,
    FACTS,
    FILING_STATES,
    day_text,
    fact_label,
    moment_of,
    node_label,
    plain_text,
)
from yiben.web.subjects import Subject, officer_names
from yiben.web.words import label_of, say

PHOTO_MONTHS, PHOTOS_A_MONTH, FILINGS = 3, 6, 12


def beside_of(subject: Subject, person: Person, units: Mapping[str, str], *, on: date) -> dict[str, Any]:
    """The cases, photos by month, filings and other notes of a subject, ready for its page."""
    found: dict[str, list[Mark]] = {}
    for mark in marks_at(subject.pack.name, subject=subject.key, number=subject.number):
        found.setdefault(mark.kind, []).append(mark)
    filings = _newest(found.pop("filing", []))
    names = officer_names(str(mark.facts.get("by", "")) for mark in filings)
    return {
        "cases": _cases(subject, person, units, on=on) if "case" in found else [],
        "photos": _photos(found.pop(PHOTO, [])),
        "filings": [_filing(subject.pack, mark, names) for mark in filings],
        "notes": [
            note
            for kind, marks in sorted(found.items())
            if kind != "case"
            for mark in marks
            if (note := _note(subject, mark))
        ],
    }


def _cases(subject: Subject, person: Person, units: Mapping[str, str], *, on: date) -> list[dict[str, Any]]:
    cases = cases_of(subject.pack, subject=subject.key, up_to=subject.number)
    mine = [case for case in cases if may_see(person, case)]
    mine.sort(key=lambda case: (case.is_open, case.steps[-1].at), reverse=True)
    return [case_row(case, subject.pack, units, on=on) for case in mine]


def _photos(marks: list[Mark]) -> list[tuple[str, list[MonthPhoto], int]]:
    """The newest months that have photos: each with its first few and how many there are."""
    months: dict[str, list[MonthPhoto]] = {}
    for mark in marks:
        if "removed" not in mark.facts:
            photo = photo_of(mark)
            months.setdefault(str(photo.month), []).append(photo)
    newest = sorted(months, reverse=True)[:PHOTO_MONTHS]
    return [
        (month, sorted(months[month], key=lambda one: str(one.taken_at))[:PHOTOS_A_MONTH], len(months[month]))
        for month in newest
    ]


def _newest(marks: list[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: mark.slot.partition("@")[2], reverse=True)[:FILINGS]


def _filing(pack: Pack, mark: Mark, names: Mapping[str, str]) -> dict[str, Any]:
    form, _, period = mark.slot.partition("@")
    said, lamp = FILING_STATES.get(str(mark.facts.get("state")), (str(mark.facts.get("state", "")), "none"))
    return {
        "form": label_of(pack.forms[form].label) if form in pack.forms else form,
        "period": period,
        "state": say(said),
        "lamp": lamp,
        "by": names.get(str(mark.facts.get("by", "")), str(mark.facts.get("by", ""))),
        "at": moment_of(mark.facts.get("at")),
        "note": str(mark.facts.get("note") or mark.facts.get("reasons") or ""),
    }


def _note(subject: Subject, mark: Mark) -> dict[str, Any] | None:
    """One other mark in a sentence, with the way to the entries behind it; None for an emptied one."""
    if not mark.facts:
        return None
    told = NOTES.get(mark.kind, _facts)(subject.pack, mark)
    name = next(iter(mark.facts))
    query = f"?kind={mark.kind}&slot={mark.slot}"
    return told | {"kind": mark.kind, "href": f"{subject.address}/fact/{name}{query}"}


def _baseline(pack: Pack, mark: Mark) -> dict[str, Any]:
    days = mark.facts.get("dates", {})
    lines = [f"{node_label(pack, node)} {day_text(day)}" for node, day in days.items()]
    said = say("{year} 年计划已下达：{n} 个节点", year=mark.slot, n=len(lines))
    return {"said": said, "lines": lines, "state": ""}


def _node_change(pack: Pack, mark: Mark) -> dict[str, Any]:
    lines = [
        f"{node_label(pack, node)} {day_text(days[0])} → {day_text(days[1])}"
        for node, days in mark.facts.get("dates", {}).items()
    ]
    lines += [
        f"{say(FACTS[name])}：{mark.facts[name]}" for name in ("reason", "answer") if mark.facts.get(name)
    ]
    state = str(mark.facts.get("state", ""))
    return {"said": say("节点调整"), "lines": lines, "state": say(CHANGE_STATES.get(state, state))}


def _exemption(pack: Pack, mark: Mark) -> dict[str, Any]:
    raw = pack.rules.get(str(mark.facts.get("rule", mark.slot)))
    rule = rule_label(raw) if raw else mark.slot
    lines = [
        f"{say(FACTS[name])}：{mark.facts[name]}"
        for name in ("first_month", "end_month", "reason", "approver")
        if mark.facts.get(name)
    ]
    return {"said": say("豁免：{rule}", rule=rule), "lines": lines, "state": ""}


def _facts(pack: Pack, mark: Mark) -> dict[str, Any]:
    lines = [f"{fact_label(name)}：{plain_text(value)}" for name, value in mark.facts.items() if value != ""]
    return {"said": mark.slot, "lines": lines, "state": ""}


NOTES: Mapping[str, Callable[[Pack, Mark], dict[str, Any]]] = {
    "baseline": _baseline,
    "node_change": _node_change,
    "exemption": _exemption,
}
