"""Whether what is stated can stand (核对): its spelling, its place in the pack, and the rights to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from yiben.kernel.periods import NotAPeriod, Period
from yiben.kernel.problems import Problem
from yiben.ledger.canonical import facts_text
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.model import Field, Label, Pack
from yiben.scenes.values import check_fact

if TYPE_CHECKING:
    from yiben.ledger.changes import Change, Current

MONTHS = {"month": 1, "quarter": 3, "year": 12}
NODE_FIELDS = {
    "planned_on": Field("planned_on", "date", Label("计划日期", "Planned")),
    "forecast_on": Field("forecast_on", "date", Label("预计日期", "Forecast")),
    "actual_on": Field("actual_on", "date", Label("实际日期", "Actual")),
    "reason": Field("reason", "long_text", Label("变更原因", "Reason")),
}
MARK_KINDS = (
    *("exemption", "filing", "board", "case", "document", "move", "photo"),
    *("figure", "mention", "promise", "check"),
    *("baseline", "node_change"),
)
# Marks that are about the scene as a whole; their subject need not be in the book.
FREE_KINDS = ("board", "document", "move")
MAX_FACTS_TEXT = 200_000
MAX_KEY, MAX_SLOT, MAX_SOURCE, MAX_WHY = 200, 80, 300, 2_000


def is_plain_text(text: str, *, limit: int) -> bool:
    """Whether every database can keep a text: not too long, no NUL, no half characters."""
    return len(text) <= limit and "\x00" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def header_problems(why: str, source: str) -> list[Problem]:
    """What is wrong with the words about a whole transaction."""
    problems = []
    for name, text, limit in (("why", why, MAX_WHY), ("source", source, MAX_SOURCE)):
        if not is_plain_text(text, limit=limit):
            expected = f"at most {limit} characters, none of them broken"
            problems.append(Problem(f"bad-{name}", _short(text), expected))
    return problems


def name_problems(change: Change) -> list[Problem]:
    """What is wrong with the key and the slot under which something is stated."""
    if not change.subject or not is_plain_text(change.subject, limit=MAX_KEY):
        expected = f"a key of 1 to {MAX_KEY} characters, none of them broken"
        return [Problem("bad-key", _short(change.subject), expected, change.place)]
    if not is_plain_text(change.slot, limit=MAX_SLOT):
        expected = f"at most {MAX_SLOT} characters, none of them broken"
        return [Problem("bad-slot", _short(change.slot), expected, change.place)]
    return []


def value_problems(change: Change, pack: Pack, units: Mapping[str, str]) -> list[Problem]:
    """Check what is stated, and keep in `change.facts` the canonical facts that differ."""
    fields, problems = _fields_for(change, pack)
    known = change.current.facts if change.current else {}
    faulty = set()
    for name, value in change.stated.items():
        one = fields.get(name) if fields is not None else None
        if fields is not None and one is None:
            expected = "one of " + ", ".join(fields)
            problems.append(Problem("unknown-field", _short(name), expected, change.place))
            continue
        before = known.get(name)
        if before is not None and type(value) is type(before) and value == before:
            continue  # It stands in the book in this very spelling, so it was checked before.
        fact, expected = _canonical(name, one, value, units)
        if expected:
            faulty.add(name)
            label = one.label.zh if one else name
            place = replace(change.place, field=name)
            problems.append(Problem("bad-value", f"{label}: {_short(value)}", expected, place))
        elif fact != before:
            change.facts[name] = fact
    if change.kind == "withdraw":
        change.facts.setdefault("withdrawn", True)
    if change.kind == "field":
        problems += _key_problems(change, pack) + _missing_problems(change, pack, faulty)
    return problems


def _canonical(name: str, one: Field | None, value: Any, units: Mapping[str, str]) -> tuple[Any, str]:
    if one is None:
        return _plain_json(name, value)
    if one.type == "unit" and value not in (None, ""):
        code = units.get(str(value))
        return (code, "") if code else (None, "the name or code of a unit that exists")
    return check_fact(one, value)


def _plain_json(name: str, value: Any) -> tuple[Any, str]:
    """A mark's fact as it will be read back from the journal."""
    try:
        text = facts_text({name: value})
        text.encode()
    except (TypeError, ValueError, RecursionError):
        return None, "text, numbers, yes/no, or lists and mappings of them"
    if len(text) > MAX_FACTS_TEXT:
        return None, f"at most {MAX_FACTS_TEXT} characters"
    return json.loads(text)[name], ""


def _short(value: Any) -> str:
    text = (
        ascii(value) if isinstance(value, str) and not is_plain_text(value, limit=len(value)) else repr(value)
    )
    return text if len(text) <= 80 else text[:77] + "…"


def _fields_for(change: Change, pack: Pack) -> tuple[Mapping[str, Field] | None, list[Problem]]:
    """The fields that may be stated under the change's kind and slot; None means free facts."""
    if change.kind == "field":
        return pack.fields, []
    if change.kind == "node":
        if change.slot in pack.nodes:
            return NODE_FIELDS, []
        expected = "one of " + ", ".join(pack.nodes)
        return NODE_FIELDS, [Problem("unknown-node", repr(change.slot), expected, change.place)]
    if change.kind == "period":
        try:
            months = Period.of(change.slot).months
        except NotAPeriod as error:
            return pack.measures, [Problem("bad-period", str(error), "such as 2026-07", change.place)]
        return {name: one for name, one in pack.measures.items() if MONTHS[one.every] == months}, []
    if change.kind in (*MARK_KINDS, "withdraw"):
        return None, []
    return None, [Problem("unknown-kind", repr(change.kind), "field, period, node or a mark", change.place)]


def _key_problems(change: Change, pack: Pack) -> list[Problem]:
    if change.is_new:
        change.facts.setdefault(pack.key, check_fact(pack.fields[pack.key], change.subject)[0])
    stated = change.facts.get(pack.key)
    if stated is None or str(stated) == change.subject:
        return []
    found = f"{stated!r} as the key of {change.subject!r}"
    return [Problem("key-changed", found, "the key itself: a key never changes", change.place)]


def _missing_problems(change: Change, pack: Pack, faulty: set[str]) -> list[Problem]:
    """Required fields without a value; those whose value is faulty are told as that."""
    concerned = pack.fields.values() if change.is_new else [pack.fields[name] for name in change.facts]
    of_new = f" of a new {pack.name} row" if change.is_new else ""
    return [
        Problem(
            "missing-value",
            f"no {one.label.zh}",
            f"a value for {one.name}{of_new}",
            replace(change.place, field=one.name),
        )
        for one in concerned
        if one.required and change.facts.get(one.name) is None and one.name not in faulty
    ]


def permission_problems(
    change: Change,
    pack: Pack,
    book: Mapping[str, Current],
    coming: Mapping[str, Change],
    by: Person,
    action: Action,
) -> list[Problem]:
    """Whether a person of limited reach may state this: the subject is theirs, before and after."""
    if not pack.unit_field or by.reach(action) is None:
        return []
    current, stated = book.get(change.subject), coming.get(change.subject)
    touched = [current.facts.get(pack.unit_field)] if current else []
    if stated is not None and (current is None or pack.unit_field in stated.facts):
        touched.append(stated.facts.get(pack.unit_field))
    for unit in touched or [None]:
        if unit is None or not by.may(action, unit=str(unit)):
            found = f"{by.username} of unit {by.unit} for {change.subject}"
            whose = f"for unit {unit}" if unit else "for the whole county"
            expected = f"somebody who may {action.value} {whose}"
            return [Problem("not-allowed", found, expected, change.place)]
    return []
