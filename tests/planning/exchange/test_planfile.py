"""Plan files in YAML, and drafts."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.kernel.problems import Place
from yiben.planning.calendar import china
from yiben.planning.exchange import planfile
from yiben.planning.exchange.drafts import Wait, draft_of, plan_of, text_of, waits_of
from yiben.planning.network import ConstraintType, LinkType
from yiben.planning.plan import schedule_plan
from yiben.planning.worktime import OFFICE_DAY, every_day, moment_of

TEXT = """plan: 示例
start: 2026-09-21
goal: works
nodes:
  design: {label: 设计, days: 5}
  review: {label: 审查, days: 7, count: calendar, after: [design]}
  works: {label: 开工, days: 0.5, after: review SS+2; design FS+1日历日, start_not_before: 2026-10-08}
"""


def test_a_plan_file_by_hand() -> None:
    draft, problems = planfile.read(TEXT, file="p.yaml")
    assert draft is not None and problems == [] and draft.goal == "works"
    plan, problems = plan_of(draft, calendar=china(), file="p.yaml")
    assert plan is not None and problems == []
    review, works = plan.nodes[1], plan.nodes[2]
    assert review.time is every_day() and works.duration == OFFICE_DAY // 2
    assert works.constraint.type is ConstraintType.START_FROM
    assert [(link.type, link.lag) for link in plan.links[1:]] == [
        (LinkType.SS, 2 * OFFICE_DAY),
        (LinkType.FS, OFFICE_DAY),
    ]
    planned, _ = schedule_plan(plan)
    assert planned is not None
    assert moment_of(planned.dates["works"].early_finish).isoformat() == "2026-10-08T12:00:00"
    assert [wait.key for wait in draft_of(plan).rows[2].waits] == ["review", "design"]


@pytest.mark.parametrize(
    ("change", "line", "code"),
    [
        (("days: 5", "days: five"), 5, "bad-duration"),
        (("days: 5", "days: -5"), 5, "bad-duration"),
        (("count: calendar", "count: lunar"), 6, "bad-count"),
        (("2026-10-08", "2026-13-08"), 7, "bad-date"),
        (("2026-10-08", "2026-10-08, finish_on: 2026-10-09"), 7, "two-constraints"),
        (("goal: works", "goal: work"), 3, "unknown-node"),
        (("start: 2026-09-21", "begin: 2026-09-21"), 2, "plan-key"),
        (("label: 设计", "name: 设计"), 5, "plan-key"),
        (("after: [design]", "after: [3]"), 6, "bad-predecessor"),
        (("{label: 设计, days: 5}", "5"), 5, "plan-node"),
    ],
)
def test_mistakes_have_their_line(change: tuple[str, str], line: int, code: str) -> None:
    draft, problems = planfile.read(TEXT.replace(*change), file="p.yaml")
    assert draft is None and problems[0].code == code and problems[0].place.line == line


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("start: 2026-09-21", "start: 2006-09-21"), "outside-calendar"),
        (("2026-10-08", "2006-10-08"), "outside-calendar"),
        (("start: 2026-09-21\n", ""), "start-missing"),
    ],
)
def test_bounds_are_checked(change: tuple[str, str], code: str) -> None:
    draft, _ = planfile.read(TEXT.replace(*change), file="p.yaml")
    assert draft is not None
    plan, problems = plan_of(draft, calendar=china(), file="p.yaml")
    assert plan is None and problems[0].code == code


@pytest.mark.parametrize("text", ["", "[]", "nodes: 3", "a: [", "x: &a 1\ny: *a"])
def test_other_files_are_refused(text: str) -> None:
    draft, problems = planfile.read(text, file="p.yaml")
    assert draft is None and problems


WAITS = st.builds(
    Wait,
    st.text("abc甲乙0123", min_size=1, max_size=4),
    st.sampled_from(LinkType),
    st.integers(-9, 9).map(Decimal),
    st.booleans(),
)


@given(st.lists(WAITS, max_size=5))
def test_what_is_waited_for_reads_as_it_is_written(waits: list[Wait]) -> None:
    plain = [wait if wait.lag else Wait(wait.key, wait.type) for wait in waits]
    read, problems = waits_of(text_of(plain), place=Place())
    assert problems == [] and read == plain


def test_keys_that_look_like_links_are_keys_where_they_are_known() -> None:
    assert waits_of("A-1", place=Place(), keys={"A-1"})[0] == [Wait("A-1")]
    assert waits_of("A-1", place=Place())[0] == [Wait("A", LinkType.FS, Decimal(-1))]


def test_days_of_the_draft() -> None:
    draft, _ = planfile.read(TEXT, file="p.yaml")
    assert draft is not None and draft.start == date(2026, 9, 21)
