"""The demo county's filing states and cases (演示督办): opened, answered and closed as dice fall."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from yiben.assess import Findings
from yiben.cases.deadlines import to_escalate
from yiben.cases.model import Case
from yiben.journeys.answer_case import Call, Span, exempt, raise_at_desk
from yiben.journeys.assess_scene import assess_scene
from yiben.journeys.filing_book import KIND, SUBMITTED, VERIFIED, FilingTask, who_filed
from yiben.journeys.open_cases import open_cases
from yiben.journeys.read_cases import cases_of
from yiben.journeys.send_slips import at_desk, put_down
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.record import Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.scenes.cases import case_book
from yiben.scenes.model import Pack

MADE = "演示数据:由固定种子生成,非真实督办"
CAUSES = (
    "征迁尾户未签约,作业面未交付",
    "施工许可要件未补齐",
    "业主资金安排晚于计划",
    "主要设备到货延迟",
    "设计变更尚在审批",
)
MEASURES = (
    "成立攻坚小组,逐户签约,月底前交地",
    "容缺受理,专人跟办,十日内取证",
    "调整资金计划,本月补足投资",
    "增加作业班组,倒排工期",
    "召开协调会,明确时限和责任人",
)
BACK = ("佐证材料不足,请补充现场照片", "未说明完成时限,请明确")
# How likely a waiting case is answered in a month; an answer is found good where the trouble is gone
# (SOLVED) or in spite of it (PROMISED); a case that reached the top is exempted; a filing is verified.
ANSWERED, SOLVED, PROMISED, EXEMPTED, VERIFIED_SHARE = 0.85, 0.97, 0.12, 0.3, 0.96
EXEMPTED_MONTHS = 6
REASONS = ("上位规划调整,主管部门已函告暂缓", "不可抗力停工,已报县政府备案")


def open_demo_cases(
    month: Period,
    *,
    pack: Pack,
    clerk: Person,
    liaisons: dict[str, Person],
    dice: random.Random,
    leader: Person | None = None,
    findings: Findings | None = None,
    file_states: bool = True,
) -> None:
    """What happens with filing and cases at the close of one demo month.

    `clerk` reviews, `liaisons` answer by unit code. The month's filings are marked submitted and
    most of them verified; last month's cases are answered, closed or raised; new ones are opened
    from the month's findings (judged here unless they are handed in). A `leader` exempts a few of
    those that have reached the highest level. The same dice, the same story.
    """
    judged = findings if findings is not None else assess_scene(pack, [month])
    still = {(one.subject, one.rule) for one in judged.each() if one.colour is Colour.RED}
    if file_states:
        _mark_filings(month, pack, clerk, liaisons, dice)
    _answer(month, pack, liaisons, dice)
    _review(month, pack, clerk, dice, still)
    if leader is not None:
        _exempt(month, pack, leader, dice)
    open_cases(pack, month, by=clerk, at=_at(month, 10, 9), way="demo", findings=judged)


def _at(month: Period, day: int, hour: int) -> datetime:
    """A moment in the month after `month`."""
    when: date = month.end + timedelta(days=day - 1)
    return datetime.combine(when, time(hour), tzinfo=COUNTY_ZONE)


def _mark_filings(
    month: Period, pack: Pack, clerk: Person, liaisons: dict[str, Person], dice: random.Random
) -> None:
    """Submitted by each unit on the fifth to eighth, verified by the bureau on the ninth."""
    form = next((one for one in pack.forms.values() if one.every == "month"), None)
    if form is None or not pack.unit_field:
        return
    task = FilingTask(pack, form, month)
    units = dict(
        subject_book(pack)
        ._default_manager.filter(recorded_to=None)
        .order_by("subject")
        .values_list("subject", PREFIX + pack.unit_field)
    )
    filed = sorted(who_filed(task, list(units)))
    by_unit: dict[str, list[str]] = {}
    for subject in filed:
        by_unit.setdefault(str(units[subject]), []).append(subject)
    moment, statements = _at(month, 8, 17), []
    for unit, subjects in sorted(by_unit.items()):
        filer = liaisons[unit].username if unit in liaisons else clerk.username
        facts = {"state": SUBMITTED, "by": filer, "filed_by": filer, "at": moment.isoformat()}
        statements += [Statement(subject, facts, KIND, task.mark) for subject in subjects]
    _put(statements, pack, clerk, moment, Action.RECORD)
    later = _at(month, 9, 16)
    seen = {"state": VERIFIED, "by": clerk.username, "at": later.isoformat()}
    good = [one for one in filed if dice.random() < VERIFIED_SHARE]
    _put([Statement(one, seen, KIND, task.mark) for one in good], pack, clerk, later, Action.VERIFY)


def _put(statements: list[Statement], pack: Pack, by: Person, at: datetime, action: Action) -> None:
    if statements:
        record(statements, pack=pack, by=by, at=at, way="demo", why=MADE, seen=head(), action=action)


def _answer(month: Period, pack: Pack, liaisons: dict[str, Person], dice: random.Random) -> None:
    """Units answer what waits for them: one transaction for each unit."""
    waiting: dict[str, list[Case]] = {}
    for case in cases_of(pack):
        patience = ANSWERED if case.returned < 2 else ANSWERED / 4
        if case.waits_for_unit and dice.random() < patience:
            waiting.setdefault(case.unit, []).append(case)
    for unit, cases in sorted(waiting.items()):
        if unit in liaisons:
            at = min(_at(month, 9, 10), max(_moment_in(month, dice), cases[-1].steps[-1].at))
            _take(pack, liaisons[unit], at, Action.ANSWER, ((case, "answer", _words(dice)) for case in cases))


def _moment_in(month: Period, dice: random.Random) -> datetime:
    day = month.first + timedelta(days=dice.randint(11, 22))
    return datetime.combine(day, time(dice.randint(9, 20)), tzinfo=COUNTY_ZONE)


def _words(dice: random.Random) -> dict[str, str]:
    return {"cause": dice.choice(CAUSES), "measure": dice.choice(MEASURES)}


def _review(
    month: Period, pack: Pack, clerk: Person, dice: random.Random, still: set[tuple[str, str]]
) -> None:
    """The bureau closes or sends back what was answered, and raises what is overdue."""
    at = _at(month, 9, 17)
    steps: list[tuple[Case, str, dict[str, Any]]] = []
    for case in cases_of(pack):
        if case.state == "answered":
            good = dice.random() < (PROMISED if (case.subject, case.rule) in still else SOLVED)
            due = {} if good else {"due": (at.date() + timedelta(days=5)).isoformat()}
            words = {"text": "整改到位,同意销号" if good else dice.choice(BACK)}
            steps.append((case, "close" if good else "return", words | due))
    _take(pack, clerk, at, Action.REVIEW, steps)
    with at_desk(pack, by=clerk, at=at) as desk:
        raise_at_desk(desk, to_escalate(cases_of(pack), on=desk.today, book=desk.book))
        put_down(desk, way="demo", why=MADE, action=Action.REVIEW)


def _exempt(month: Period, pack: Pack, leader: Person, dice: random.Random) -> None:
    """A few cases at the highest level are exempted from next month on, for good reason."""
    top = list(case_book(pack).levels)[-1]
    at, span = _at(month, 9, 18), Span(str(month.shift(1)), str(month.shift(EXEMPTED_MONTHS)))
    for case in cases_of(pack):
        if case.is_open and case.level == top and case.rule and dice.random() < EXEMPTED:
            call = Call(leader, at, way="demo")
            exempt(pack, (case.subject, case.slot), call=call, reason=dice.choice(REASONS), span=span)


def _take(
    pack: Pack,
    by: Person,
    at: datetime,
    action: Action,
    steps: Iterable[tuple[Case, str, dict[str, Any]]],
) -> None:
    """Steps of several cases by one person, as one transaction."""
    with at_desk(pack, by=by, at=at) as desk:
        for case, do, said in steps:
            desk.step(case.subject, case.slot, len(case.steps) + 1, do, **said)
        put_down(desk, way="demo", why=MADE, action=action)
