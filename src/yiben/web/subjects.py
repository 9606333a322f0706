"""One subject as a page shows it (对象档案): facts, nodes, measures, history, as known at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.urls import reverse

from yiben.kernel.periods import Period
from yiben.ledger.books import PREFIX, period_book, subject_book
from yiben.ledger.checks import NODE_FIELDS
from yiben.ledger.frames import COUNTY_ZONE, moment_head
from yiben.ledger.history import Said, history
from yiben.ledger.models import Entry, NodeVersion, Transaction
from yiben.people.access import Person
from yiben.people.models import Officer
from yiben.scenes.model import Field, Label, Pack
from yiben.scenes.values import Fact, fact_of
from yiben.web.cases import rule_label
from yiben.web.mark_words import fact_label, fact_words
from yiben.web.rows import Column as ListColumn
from yiben.web.rows import facts_of_rows, known_at, scope_of, visible_fields, visible_measures
from yiben.web.shown import Shown, shown
from yiben.web.words import label_of, say

GROUPS = {
    "identity": "基本情况",
    "people": "责任与位置",
    "money": "资金",
    "factors": "要素",
    "dates": "日期",
    "": "其他",
}
KINDS = {
    "field": "字段",
    "period": "进度数",
    "node": "节点",
    "withdraw": "撤销",
    "exemption": "豁免",
    "filing": "填报",
    "board": "榜单",
    "case": "督办",
    "document": "文件",
    "move": "收支",
    "photo": "影像",
    "baseline": "年度计划",
    "node_change": "节点调整",
    "figure": "报告数据",
    "mention": "报告提及",
    "promise": "报告承诺",
    "check": "报告核对",
}
WAYS = {
    "page": "页面",
    "file": "文件导入",
    "api": "接口",
    "reader": "报告识读",
    "rule": "规则",
    "command": "命令",
    "demo": "演示数据",
}
DAYS_AT_MOST = 400


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of a scene as known after transaction `number` (None: now)."""

    pack: Pack
    key: str
    number: int | None
    facts: Mapping[str, Fact]
    is_withdrawn: bool

    @property
    def name(self) -> str:
        """The name that it is shown under."""
        return str(self.facts.get(self.pack.display) or self.key)

    @property
    def address(self) -> str:
        """The subject's page."""
        return reverse("subject", args=[self.pack.name, self.key])


def subject_of(pack: Pack, key: str, *, person: Person, as_of: datetime | None = None) -> Subject:
    """The subject; what lies outside the person's reach is, for them, not there."""
    number = None if as_of is None else moment_head(as_of)
    columns = [ListColumn(name, one) for name, one in visible_fields(pack, person).items()]
    mine = scope_of(pack, person)
    rows = known_at(subject_book(pack), number).filter(mine, subject=key)
    found = facts_of_rows(rows, pack=pack, columns=columns)
    if found:
        return Subject(pack, key, number, found[0], is_withdrawn=False)
    # Withdrawn, or not yet known at that moment: the last version tells whose it was.
    last = subject_book(pack)._default_manager.filter(mine, subject=key).order_by("-row_id")[:1]
    found = facts_of_rows(last, pack=pack, columns=columns)
    if not found:
        raise Http404(f"no {pack.name} is called {key!r}")
    return Subject(pack, key, number, found[0], is_withdrawn=True)


def groups_of(subject: Subject, person: Person, units: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields by group, each value with its way to the entries behind it."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, one in visible_fields(subject.pack, person).items():
        value = shown(one, subject.facts.get(name), units, href=f"{subject.address}/fact/{name}")
        row = {"value": value, "unit": "" if one.unit == "%" else one.unit, "wide": one.type == "long_text"}
        groups.setdefault(one.group, []).append(row | {"help": label_of(one.help) if one.help else ""})
    order = sorted(groups, key=lambda name: list(GROUPS).index(name) if name in GROUPS else len(GROUPS) - 1.5)
    return [
        {"title": say(GROUPS.get(name, name)), "rows": groups[name], "empty": _empty(groups[name])}
        for name in order
    ]


def _empty(rows: list[dict[str, Any]]) -> int:
    return sum(row["value"].is_empty for row in rows)


def stage_line(subject: Subject) -> list[dict[str, Any]]:
    """The stages in order, with those behind and the one at hand."""
    pack = subject.pack
    now = subject.facts.get(pack.stage_field) if pack.stage_field else None
    line = [one for one in pack.stages if not one.side]
    names = [one.name for one in line]
    at = names.index(str(now)) if now in names else -1
    found = [
        {"label": label_of(one.label), "state": "now" if i == at else "done" if i < at else ""}
        for i, one in enumerate(line)
    ]
    side = next((one for one in pack.stages if one.side and one.name == now), None)
    if side is not None:
        found.append({"label": label_of(side.label), "state": "now"})
    return found


def nodes_of(subject: Subject, *, on: date) -> list[dict[str, Any]]:
    """The nodes with planned, forecast and actual day, and how late each is on a day."""
    rows = known_at(NodeVersion, subject.number).filter(scene=subject.pack.name, subject=subject.key)
    known = {row.node: row for row in rows}
    found = []
    for name, node in subject.pack.nodes.items():
        row = known.get(name)
        if row is None:
            continue
        late = _days_late(row.planned_on, row.actual_on, on)
        found.append(
            {
                "name": name,
                "label": label_of(node.label),
                "planned": row.planned_on,
                "forecast": row.forecast_on,
                "actual": row.actual_on,
                "reason": row.reason,
                "late": late,
                "open": row.actual_on is None,
                "href": f"{subject.address}/fact/planned_on?kind=node&slot={name}",
            }
        )
    return found


def _days_late(planned: date | None, actual: date | None, on: date) -> int | None:
    """Days after the plan (negative: ahead of it); None while nothing can be said."""
    if planned is None or (actual is None and on <= planned):
        return None
    return ((actual or on) - planned).days


def said_by_period(subject: Subject) -> list[dict[str, Any]]:
    """The subject's rows of the period book, oldest first."""
    if not subject.pack.measures:
        return []
    rows = known_at(period_book(subject.pack), subject.number).filter(subject=subject.key)
    return list(rows.order_by("period_from", "period").values())


def measures_table(
    subject: Subject, said: list[dict[str, Any]], person: Person, *, every: str
) -> dict[str, Any] | None:
    """The measures of one rhythm: a row for each period, newest first."""
    fields = [one for one in visible_measures(subject.pack, person).values() if one.every == every]
    rows = [row for row in said if row["every"] == every]
    rows = [row for row in rows if any(row[PREFIX + one.name] is not None for one in fields)]
    if not fields or not rows:
        return None
    body = []
    for row in reversed(rows):
        cells = [
            shown(
                one,
                fact_of(one, row[PREFIX + one.name]),
                {},
                href=f"{subject.address}/fact/{one.name}?kind=period&slot={row['period']}",
            )
            for one in fields
        ]
        body.append({"period": row["period"], "cells": cells})
    heads = [
        {"label": label_of(one.label), "unit": one.unit, "style": shown(one, None, {}).style}
        for one in fields
    ]
    return {"heads": heads, "rows": body, "every": every}


def moments_of(subject: Subject) -> list[dict[str, str]]:
    """The moments at which something was recorded about the subject, one a day, oldest first."""
    numbers = (
        Entry.objects.filter(scene=subject.pack.name, subject=subject.key)
        .order_by("transaction_id")
        .values_list("transaction_id", flat=True)
        .distinct()
    )
    days: dict[date, datetime] = {}
    for at in (
        Transaction.objects.filter(id__in=list(numbers)).order_by("id").values_list("recorded_at", flat=True)
    ):
        days[at.astimezone(COUNTY_ZONE).date()] = at
    found = [{"at": day.isoformat(), "said": day.isoformat()} for day in sorted(days)][-DAYS_AT_MOST:]
    return [*found, {"at": "", "said": say("现在")}]


def told_history(
    subject: Subject, person: Person, units: Mapping[str, str], **narrow: Any
) -> list[dict[str, Any]]:
    """Every statement about the subject that the person may see, newest first, in words."""
    pack = subject.pack
    fields: dict[str, Field] = {**visible_fields(pack, person), **visible_measures(pack, person)}
    hidden = {one.name for one in pack.every_field()} - fields.keys()
    rows = history(pack.name, subject.key, up_to=subject.number, **narrow)
    names = officer_names(row.officer for row in rows)
    return [_told(row, subject, fields, units, names) for row in rows if row.name not in hidden]


def officer_names(usernames: Any) -> dict[str, str]:
    """Officers' names by username, for those that are still known."""
    return dict(Officer.objects.filter(username__in=set(usernames)).values_list("username", "name"))


def _told(
    row: Said,
    subject: Subject,
    fields: Mapping[str, Field],
    units: Mapping[str, str],
    names: Mapping[str, str],
) -> dict[str, Any]:
    one = NODE_FIELDS.get(row.name) if row.kind == "node" else fields.get(row.name)
    value = (
        shown(one, row.value, units)
        if one
        else Shown(fact_words(subject.pack, row.kind, row.name, row.value))
    )
    return {
        "said": row,
        "label": label_of(one.label)
        if one
        else f"{say(KINDS.get(row.kind, row.kind))} · {fact_label(row.name)}",
        "of": _slot_label(row, subject.pack),
        "value": value,
        "unit": one.unit if one and one.unit != "%" else "",
        "who": names.get(row.officer, row.officer),
        "for": units.get(row.unit, row.unit),
        "way": say(WAYS.get(row.way, row.way)),
        "kind": say(KINDS.get(row.kind, row.kind)),
        "href": f"{subject.address}/fact/{row.name}?kind={row.kind}&slot={row.slot}",
    }


def _slot_label(row: Said, pack: Pack) -> str:
    if row.kind == "node" and row.slot in pack.nodes:
        return label_of(pack.nodes[row.slot].label)
    if row.kind == "filing" and "@" in row.slot:
        form, _, period = row.slot.partition("@")
        return f"{label_of(pack.forms[form].label) if form in pack.forms else form} {period}"
    if row.kind in ("case", "exemption") and (raw := pack.rules.get(row.slot.partition("@")[0])):
        return rule_label(raw)
    return row.slot


def field_label(pack: Pack, name: str) -> Label:
    """The label of anything that can be stated: a field, a measure, a node's day."""
    one = pack.find(name) or NODE_FIELDS.get(name)
    return one.label if one else Label(name)


def year_of(month: Period) -> Period:
    """The calendar year of a month."""
    return Period(month.first.replace(month=1), 12)
