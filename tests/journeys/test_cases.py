"""A case end to end: a red finding becomes a slip, is answered, reviewed, closed, and counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from databases import County, code
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

MONTH = Period.of("2026-08")
AT = datetime(2026, 9, 10, 2, tzinfo=UTC)  # a Thursday
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def setup_red(county: County, *numbers: int, **facts: Any) -> None:
    """Projects that should have started in spring and have not: red by the county's rule."""
    late = {"stage": "ready", "planned_start": "2026-03-01"} | facts
    county.record(*(county.project(number, **late) for number in numbers or (1,)))


def open_all(county: County, *, month: Period = MONTH, at: datetime = AT, who: str = "clerk") -> Any:
    from yiben.journeys.open_cases import open_cases

    return open_cases(county.pack, month, by=county.person(who), at=at)


def call(county: County, who: str, *, hours: int = 1, at: datetime = AT, seen: int | None = None) -> Any:
    from yiben.journeys.answer_case import Call

    return Call(county.person(who), at + timedelta(hours=hours), seen)


def photo(county: County, who: str = "transport") -> str:
    from yiben.ledger.attachments import store

    return str(store(PNG, name="现场.png", by=county.person(who), at=AT).digest)


KEY = (code(1), "late_start@1")


def test_a_red_project_from_finding_to_closing(county: County) -> None:
    from yiben.cases.rates import close_rates
    from yiben.journeys import answer_case
    from yiben.journeys.read_cases import cases_of, find_case
    from yiben.ledger.verify import verify
    from yiben.scenes.cases import case_book

    setup_red(county)
    opened = open_all(county)
    assert (opened.opened, opened.standing) == ((KEY,), 0)
    case = find_case(county.pack, *KEY)
    assert (case.slip.number, case.unit, case.level) == ("发改提示〔2026〕1号", "TRANSPORT", "blue")
    # Ten working days after the 10th, among them Sunday the 20th, worked for the October holiday.
    assert case.due == date(2026, 9, 23)
    assert "未开工" in case.reason("zh") and "not started" in case.reason("en")

    answer_case.receive(county.pack, KEY, call=call(county, "transport"))
    answered = answer_case.answer(
        county.pack,
        KEY,
        call=call(county, "transport", hours=2),
        cause="征迁尾户未签约",
        measure="已签约并交地",
        files=[photo(county)],
    )
    assert answered.state == "answered"
    done = answer_case.close(county.pack, KEY, call=call(county, "clerk", hours=3), text="现场已核")
    assert done.state == "closed"
    book = case_book(county.pack)
    rate = close_rates(cases_of(county.pack), book=book, on=date(2026, 9, 30))[0]
    assert (rate.closed, rate.all, rate.in_time) == (1, 1, 1)
    before = close_rates(cases_of(county.pack, as_of=AT), book=book, on=date(2026, 9, 30))[0]
    assert (before.closed, before.all) == (0, 1)
    assert verify().clean


def test_the_same_trouble_opens_once(county: County) -> None:
    setup_red(county, 1, 2)
    first, again = open_all(county), open_all(county, month=MONTH.shift(1), at=AT + timedelta(days=30))
    assert len(first.opened) == 2
    assert (again.opened, again.reopened, again.standing, again.transaction) == ((), (), 2, 0)


def test_it_comes_back_within_three_months_and_is_reopened(county: County) -> None:
    from yiben.journeys import answer_case
    from yiben.journeys.read_cases import find_case

    setup_red(county)
    open_all(county)
    answer_case.answer(county.pack, KEY, call=call(county, "transport"), cause="a", measure="b")
    answer_case.close(county.pack, KEY, call=call(county, "clerk", hours=2))
    again = open_all(county, month=MONTH.shift(1), at=AT + timedelta(days=30))
    assert (again.opened, again.reopened) == ((), (KEY,))
    case = find_case(county.pack, *KEY)
    assert (case.state, case.reopened, case.slip.serial) == ("sent", 1, 2)
    answer_case.answer(county.pack, KEY, call=call(county, "transport", hours=800), cause="a", measure="b")
    answer_case.close(county.pack, KEY, call=call(county, "clerk", hours=801))
    later = open_all(county, month=Period.of("2027-03"), at=datetime(2027, 4, 10, tzinfo=UTC))
    assert later.opened == ((code(1), "late_start@2"),)


def test_numbers_run_by_type_and_year(county: County) -> None:
    from yiben.journeys.open_cases import Matter, open_by_hand
    from yiben.journeys.read_cases import cases_of

    setup_red(county, 1, 2, 3)
    open_all(county)
    by = county.person("clerk")
    matters = [Matter(code(1), "跨部门事项", "请协办", to="EDUCATION", type="liaison")]
    open_by_hand(county.pack, matters, by=by, at=AT + timedelta(hours=1))
    open_by_hand(county.pack, [Matter(code(2), "来年", "办")], by=by, at=datetime(2027, 1, 4, 3, tzinfo=UTC))
    numbers = {case.slip.number for case in cases_of(county.pack)}
    assert numbers == {
        *(f"发改提示〔2026〕{n}号" for n in (1, 2, 3)),
        "发改联系〔2026〕1号",
        "发改提示〔2027〕1号",
    }


def test_twenty_one_slips_from_five_inspections(county: County) -> None:
    from yiben.journeys.inspect import cases_of_inspection, inspect, inspections, three_lists
    from yiben.journeys.open_cases import Matter

    setup_red(county, 1, 2, 3, 4, 5)
    by = county.person("clerk")
    for round_, size in enumerate((5, 4, 3, 5, 4), start=1):
        matters = [
            Matter(code(number), f"问题{round_}-{number}", "限期整改", person="王科长")
            for number in range(1, size + 1)
        ]
        at = AT + timedelta(days=7 * round_)
        inspect(county.pack, matters, title=f"第{round_}次现场督查", on=at.date(), by=by, at=at)
    rounds = inspections(county.pack)
    cases = [case for one in rounds for case in cases_of_inspection(county.pack, one)]
    assert (len(rounds), len(cases)) == (5, 21)
    assert sorted(case.slip.serial for case in cases) == list(range(1, 22))
    lists = three_lists(cases_of_inspection(county.pack, rounds[0]))
    assert [len(lists[name]) for name in ("problem", "task", "duty")] == [4, 4, 4]
    assert lists["duty"][0]["person"] == "王科长" and lists["task"][0]["task"] == "限期整改"


def test_a_faulty_round_sends_nothing(county: County) -> None:
    from yiben.journeys.inspect import inspect, inspections
    from yiben.journeys.open_cases import Matter
    from yiben.ledger.record import head

    setup_red(county)
    before = head()
    matters = [Matter(code(1), "问题", "整改"), Matter("nowhere", "", "整改", to="NOBODY", level="black")]
    with pytest.raises(Refused) as refusal:
        inspect(county.pack, matters, title="", on=date(2027, 1, 1), by=county.person("clerk"), at=AT)
    assert {one.code for one in refusal.value.problems} == {"case-words", "inspection-day"}
    with pytest.raises(Refused) as refusal:
        inspect(county.pack, matters, title="督查", on=AT.date(), by=county.person("clerk"), at=AT)
    codes = {one.code for one in refusal.value.problems}
    assert codes == {"case-words", "unknown-subject", "case-receiver"}
    assert head() == before and inspections(county.pack) == []


def test_unanswered_cases_go_up_level_by_level(county: County) -> None:
    from yiben.journeys.answer_case import escalate_overdue
    from yiben.journeys.read_cases import find_case

    setup_red(county, leader="副县长 何晓岚")
    open_all(county)
    clerk, seen = county.person("clerk"), []
    for _ in range(5):
        case = find_case(county.pack, *KEY)
        on_the_day = datetime(case.due.year, case.due.month, case.due.day, 10, tzinfo=UTC)
        assert escalate_overdue(county.pack, by=clerk, at=on_the_day) == []
        escalate_overdue(county.pack, by=clerk, at=on_the_day + timedelta(days=1))
        case = find_case(county.pack, *KEY)
        seen.append((case.level, case.slip.type, case.slip.copy))
    assert seen == [
        ("yellow", "supervise", ""),
        ("red", "supervise", ""),
        *[("leader", "report", "副县长 何晓岚")] * 3,
    ]
    assert len(find_case(county.pack, *KEY).slips) == 4


def test_evidence_is_asked_for_from_yellow_on(county: County) -> None:
    from yiben.journeys import answer_case

    setup_red(county)
    open_all(county)
    answer_case.escalate(county.pack, KEY, call=call(county, "clerk"))
    words = {"cause": "a", "measure": "b"}
    with pytest.raises(Refused, match="no photo or file"):
        answer_case.answer(county.pack, KEY, call=call(county, "transport"), **words)
    with pytest.raises(Refused, match="stored"):
        answer_case.answer(county.pack, KEY, call=call(county, "transport"), files=["0" * 64], **words)
    done = answer_case.answer(
        county.pack, KEY, call=call(county, "transport"), files=[photo(county)], **words
    )
    assert done.state == "answered"


def test_an_exemption_is_asked_approved_and_rests_the_rule(county: County) -> None:
    from yiben.journeys import answer_case
    from yiben.journeys.answer_case import Span
    from yiben.journeys.assess_scene import assess_scene
    from yiben.kernel.colours import Colour

    setup_red(county)
    open_all(county)
    span = Span("2026-09", "2026-12")
    answer_case.ask_exemption(county.pack, KEY, call=call(county, "head"), reason="台风停工令", span=span)
    with pytest.raises(PermissionError):
        answer_case.exempt(county.pack, KEY, call=call(county, "clerk", hours=2))
    done = answer_case.exempt(county.pack, KEY, call=call(county, "leader", hours=2))
    assert done.state == "exempt"
    months = [Period.of(one) for one in ("2026-08", "2026-09")]
    findings = assess_scene(county.pack, months)
    colours = {str(row["month"])[:7]: row["late_start"] for row in findings.colours.to_pylist()}
    assert colours == {"2026-08": Colour.RED, "2026-09": Colour.EXEMPT}
    again = open_all(county, month=Period.of("2026-09"), at=AT + timedelta(days=30))
    assert again.opened == again.reopened == ()


def test_a_refused_exemption_must_be_answered(county: County) -> None:
    from yiben.journeys import answer_case
    from yiben.journeys.answer_case import Span

    setup_red(county)
    open_all(county)
    answer_case.ask_exemption(
        county.pack, KEY, call=call(county, "transport"), reason="资金未到位", span=Span("2026-09")
    )
    done = answer_case.refuse_exemption(county.pack, KEY, call=call(county, "leader", hours=2), text="不成立")
    assert (done.state, done.due) == ("returned", date(2026, 9, 15))


@pytest.mark.parametrize("span", [("2026-13", ""), ("2026", ""), ("2026-09", "2026-08"), ("", "")])
def test_months_of_an_exemption_are_checked(county: County, span: tuple[str, str]) -> None:
    from yiben.journeys import answer_case
    from yiben.journeys.answer_case import Span

    setup_red(county)
    open_all(county)
    with pytest.raises(Refused, match="month"):
        answer_case.exempt(county.pack, KEY, call=call(county, "leader"), reason="好", span=Span(*span))


def test_a_liaison_note_lets_its_receiver_answer_and_nobody_else(county: County) -> None:
    from yiben.journeys import answer_case
    from yiben.journeys.open_cases import Matter, open_by_hand
    from yiben.journeys.read_cases import find_case, may_see
    from yiben.people.access import NotAllowed

    setup_red(county)
    matter = Matter(code(1), "请出具选址意见", "三日内函复", to="EDUCATION", type="liaison", days=3)
    done = open_by_hand(county.pack, [matter], by=county.person("clerk"), at=AT)
    key = done.opened[0]
    case = find_case(county.pack, *key)
    assert may_see(county.person("school"), case) and may_see(county.person("transport"), case)
    for who in ("transport", "roads", "leader", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            answer_case.receive(county.pack, key, call=call(county, who))
    answer_case.receive(county.pack, key, call=call(county, "school"))
    after = answer_case.answer(county.pack, key, call=call(county, "school"), cause="a", measure="b")
    assert after.steps[-1].by == "school"
    with pytest.raises(PermissionError):
        answer_case.close(county.pack, key, call=call(county, "school"))


def test_the_reviewer_is_not_who_answered(county: County) -> None:
    from yiben.journeys import answer_case

    setup_red(county)
    open_all(county)
    answer_case.answer(county.pack, KEY, call=call(county, "clerk"), cause="a", measure="b")
    with pytest.raises(Refused, match="another reviewer"):
        answer_case.close(county.pack, KEY, call=call(county, "clerk"))


def test_two_people_at_once_never_overwrite_each_other(county: County) -> None:
    from yiben.journeys import answer_case

    setup_red(county)
    open_all(county)
    answer_case.answer(county.pack, KEY, call=call(county, "transport", seen=1), cause="a", measure="b")
    with pytest.raises(Refused, match="newer step"):
        answer_case.answer(county.pack, KEY, call=call(county, "head", seen=1), cause="c", measure="d")
    answer_case.send_back(county.pack, KEY, call=call(county, "clerk", hours=3, seen=2), text="证据不足")
    with pytest.raises(Refused, match="while the case is returned"):
        answer_case.close(county.pack, KEY, call=call(county, "clerk", hours=4))


def test_extension_note_void_and_reopen(county: County) -> None:
    from yiben.journeys import answer_case

    setup_red(county, 1, 2)
    open_all(county)
    answer_case.note(county.pack, KEY, "已约谈业主", call=call(county, "transport"))
    later = answer_case.extend(county.pack, KEY, call=call(county, "clerk"), days=5, text="台风")
    assert later.due == date(2026, 10, 8)
    assert answer_case.void(county.pack, KEY, call=call(county, "clerk"), text="误判").state == "void"
    with pytest.raises(Refused, match="while the case is void"):
        answer_case.reopen(county.pack, KEY, call=call(county, "clerk"), text="又来")
    other = (code(2), "late_start@1")
    answer_case.answer(county.pack, other, call=call(county, "transport"), cause="a", measure="b")
    answer_case.close(county.pack, other, call=call(county, "clerk", hours=2))
    again = answer_case.reopen(
        county.pack, other, call=call(county, "clerk", hours=3), text="复发", level="red"
    )
    assert (again.level, again.slip.number) == ("red", "发改督办〔2026〕1号")


def test_words_are_needed_and_bounded(county: County) -> None:
    from yiben.journeys import answer_case

    setup_red(county)
    open_all(county)
    with pytest.raises(Refused) as refusal:
        answer_case.answer(county.pack, KEY, call=call(county, "transport"), cause=" ", measure="字" * 5000)
    assert [one.place.field for one in refusal.value.problems] == ["cause", "measure"]


def test_what_may_be_done_next_follows_role_and_state(county: County) -> None:
    from yiben.journeys import answer_case
    from yiben.journeys.answer_case import steps_open_to
    from yiben.journeys.read_cases import find_case

    setup_red(county)
    open_all(county)

    def offered(who: str) -> list[str]:
        return steps_open_to(find_case(county.pack, *KEY), county.person(who), pack=county.pack)

    assert offered("transport") == ["receive", "answer", "ask", "note"]
    assert offered("school") == offered("auditor") == offered("admin") == []
    assert offered("leader") == ["exempt"]
    answer_case.answer(county.pack, KEY, call=call(county, "transport"), cause="a", measure="b")
    assert offered("clerk") == ["close", "return", "note", "void"]
    assert offered("transport") == ["note"]


def test_only_reviewers_open(county: County) -> None:
    setup_red(county)
    for who in ("transport", "head", "leader", "auditor", "admin", "idle"):
        with pytest.raises(PermissionError):
            open_all(county, who=who)


def test_cases_survive_a_rebuild(county: County) -> None:
    from yiben.journeys.read_cases import cases_of
    from yiben.ledger.rebuild import rebuild

    setup_red(county, 1, 2)
    open_all(county)
    before = cases_of(county.pack)
    rebuild("projects")
    assert cases_of(county.pack) == before
