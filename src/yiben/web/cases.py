"""Cases as pages show them (督办件): words of states and steps, rows of lists, filters, timelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from yiben.cases.deadlines import days_left, is_unreceived, urgency
from yiben.cases.model import (
    ANSWERED,
    ASKED,
    CLOSED,
    DEEDS,
    EXEMPT,
    RECEIVED,
    RETURNED,
    SENT,
    VOID,
    Case,
    Step,
)
from yiben.cases.rates import Rate
from yiben.journeys.answer_case import steps_open_to
from yiben.people.access import Person
from yiben.scenes.cases import CaseBook, case_book
from yiben.scenes.model import Pack
from yiben.web.words import label_of, language, say

STATES = {
    SENT: "待签收",
    RECEIVED: "办理中",
    RETURNED: "退回重办",
    ANSWERED: "待审核",
    ASKED: "待批豁免",
    CLOSED: "已销号",
    EXEMPT: "已豁免",
    VOID: "已作废",
}
LAMPS = {
    SENT: "yellow",
    RECEIVED: "yellow",
    RETURNED: "red",
    ANSWERED: "none",
    ASKED: "none",
    CLOSED: "green",
}
LAMPS |= {EXEMPT: "exempt", VOID: "none"}
WHYS = {"again": "同一问题再次出现", "overdue": "逾期未反馈"}
SAID = {
    "cause": "原因",
    "measure": "整改措施",
    "result": "完成情况",
    "finish_on": "预计完成",
    "text": "说明",
    "reason": "理由",
    "first_month": "自",
    "last_month": "至",
    "overdue_since": "原期限",
}
# The views of the list: which states they hold; overdue and soon look at the deadline as well.
VIEWS = {
    "open": "未销号",
    "overdue": "已逾期",
    "soon": "即将到期",
    "unreceived": "逾期未签收",
    "answered": "待审核",
    "asked": "待批豁免",
    "closed": "已销号",
    "all": "全部",
}
# Bands of colour of the levels; a pack may have its own levels, which then stay plain.
LEVEL_STYLES = ("blue", "yellow", "red", "leader")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list of cases asks for."""

    view: str
    level: str
    type: str
    unit: str
    rule: str
    origin: str
    search: str
    due_by: date | None
    page: int
    class_: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """The filters of an address; what cannot be read filters nothing."""
        page, due = query.get("page", ""), query.get("due", "")
        try:
            due_by = date.fromisoformat(due) if due else None
        except ValueError:
            due_by = None
        view = query.get("view", "open")
        return cls(
            view=view if view in VIEWS else "open",
            level=query.get("level", ""),
            type=query.get("type", ""),
            unit=query.get("unit", ""),
            rule=query.get("rule", ""),
            origin=query.get("origin", ""),
            search=query.get("q", "").strip()[:100],
            due_by=due_by,
            page=int(page) if page.isdecimal() and len(page) < 6 else 1,
            class_=query.get("class", ""),
        )

    def wants(self, case: Case, *, on: date, book: CaseBook) -> bool:
        """Whether a case belongs to the list."""
        exact = ((self.level, case.level), (self.type, case.slip.type), (self.unit, case.unit))
        exact += ((self.rule, case.rule), (self.origin, str(case.opening.get("origin", ""))))
        exact += ((self.class_, str(case.opening.get("class", ""))),)
        if any(wanted and wanted != found for wanted, found in exact):
            return False
        if self.due_by is not None and case.due > self.due_by:
            return False
        if self.search and not _holds(case, self.search):
            return False
        return in_view(self.view, case, on=on, book=book)


def _holds(case: Case, text: str) -> bool:
    numbers = [slip.number for slip in case.slips]
    return any(text in one for one in (*numbers, str(case.opening.get("name", "")), case.subject))


def in_view(view: str, case: Case, *, on: date, book: CaseBook) -> bool:
    """Whether a case belongs to one of the views."""
    if view == "open":
        return case.is_open
    if view == "overdue":
        return case.is_overdue(on)
    if view == "soon":
        return urgency(case, on=on, book=book).word == "yellow"
    if view == "unreceived":
        return is_unreceived(case, on=on, book=book)
    if view == "answered":
        return case.state == ANSWERED
    if view == "asked":
        return case.state == ASKED
    return case.state == CLOSED if view == "closed" else True


def case_address(case: Case) -> str:
    """The page of a case."""
    return reverse("case", args=[case.scene, case.subject, case.slot])


def case_row(case: Case, pack: Pack, units: Mapping[str, str], *, on: date) -> dict[str, Any]:
    """One case as lists show it."""
    book = case_book(pack)
    rule = pack.rules.get(case.rule)
    level, slip = book.levels.get(case.level), book.slips.get(case.slip.type)
    origin = book.origins.get(str(case.opening.get("origin", "")))
    return {
        "case": case,
        "href": case_address(case),
        "name": case.opening.get("name") or case.subject,
        "matter": rule_label(rule) if rule else str(case.opening.get("zh", ""))[:60],
        "reason": case.reason(language()),
        "unit": units.get(case.unit, case.unit),
        "responsible": units.get(case.responsible, case.responsible),
        "level": label_of(level.label) if level else case.level,
        "level_style": case.level if case.level in LEVEL_STYLES else "plain",
        "type": label_of(slip.label) if slip else case.slip.type,
        "origin": label_of(origin) if origin else "",
        "state": say(STATES[case.state]),
        "lamp": LAMPS[case.state],
        "due": case.due,
        "left": _left(case, on=on),
        "is_late": case.is_overdue(on),
    }


def rule_label(raw: Mapping[str, Any]) -> str:
    """A rule's name in the reader's language."""
    label = raw["label"]
    if isinstance(label, str):
        return label
    return str(label["zh"] if language() == "zh" else label.get("en") or label["zh"])


def _left(case: Case, *, on: date) -> str:
    if not case.waits_for_unit:
        return ""
    left = days_left(case.due, on=on)
    if on > case.due:
        return say("逾期 {n} 个工作日", n=max(1, -left))
    return say("今日到期") if on == case.due else say("余 {n} 个工作日", n=left)


def timeline(
    case: Case, pack: Pack, units: Mapping[str, str], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The steps of a case, newest first, in words."""
    book = case_book(pack)
    return [_told(step, case, book, units, names) for step in reversed(case.steps)]


def _told(
    step: Step, case: Case, book: CaseBook, units: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, Any]:
    slip, kind = step.slip, None
    if slip is not None:
        one, level = book.slips.get(slip.type), book.levels.get(slip.level)
        kind = {
            "number": slip.number,
            "type": label_of(one.label) if one else slip.type,
            "level": label_of(level.label) if level else slip.level,
            "style": slip.level if slip.level in LEVEL_STYLES else "plain",
            "to": units.get(slip.to, slip.to),
            "due": slip.due,
            "demand": slip.demand,
            "copy": slip.copy,
        }
    said = [(say(word), step.said[name]) for name, word in SAID.items() if step.said.get(name)]
    why = WHYS.get(str(step.said.get("why", "")), "")
    reason = ""
    if step.do in ("open", "reopen"):
        zh, en = str(step.said.get("zh", "")), str(step.said.get("en", ""))
        reason = zh if language() == "zh" else en or zh
    return {
        "step": step,
        "deed": say(DEEDS[step.do]),
        "who": names.get(step.by, step.by),
        "unit": units.get(step.unit, step.unit),
        "slip": kind,
        "reason": reason,
        "month": step.said.get("month", ""),
        "task": step.said.get("task", ""),
        "said": said,
        "why": say(why) if why else "",
        "due": step.said.get("due", ""),
        "files": list(step.said.get("files", ())),
    }


def offered(case: Case, person: Person, pack: Pack) -> dict[str, bool]:
    """What the page offers to do next."""
    open_steps = set(steps_open_to(case, person, pack=pack))
    return {do: do in open_steps for do in DEEDS}


def rate_rows(rates: Sequence[Rate], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """The close-out table with its keys in words."""
    return [
        {
            "key": one.key,
            "label": words.get(one.key, one.key) or say("未分类"),
            "closed": one.closed,
            "all": one.all,
            "in_time": one.in_time,
            "percent": "—" if one.percent is None else f"{one.percent}%",
            "width": f"{one.percent or 0}",
        }
        for one in rates
    ]
