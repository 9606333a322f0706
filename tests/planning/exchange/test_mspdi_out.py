"""What we write for MS Project: read(write(x)) = x, and a reader that is not ours sees the same dates."""

from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from yiben.planning.approvals import make
from yiben.planning.backward import from_date, morning
from yiben.planning.calendar import china
from yiben.planning.exchange import mspdi
from yiben.planning.exchange.mspdi_out import NAMESPACE, Baseline, write
from yiben.planning.network import Constraint, ConstraintType, Link, LinkType, Node
from yiben.planning.plan import Plan, Planned, Summary, schedule_plan
from yiben.planning.templates import built_in
from yiben.planning.worktime import ELAPSED, OFFICE_DAY, every_day, moment_of, office_time

OFFICE = office_time(china())
START = morning(date(2026, 9, 21))


def planned(plan: Plan) -> Planned:
    result, problems = schedule_plan(plan)
    assert result is not None, problems
    return result


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(1, 6))
    nodes = []
    for n in range(count):
        kind = draw(st.sampled_from([ConstraintType.ASAP, ConstraintType.START_FROM, ConstraintType.ALAP]))
        at = START + draw(st.integers(0, 20)) * 14_400 if kind is ConstraintType.START_FROM else None
        time = draw(st.sampled_from([OFFICE, every_day()]))
        elapsed = ELAPSED if draw(st.integers(0, 4)) == 0 else None
        length = draw(st.integers(0, 9)) * OFFICE_DAY // 2
        nodes.append(Node(str(n + 1), time, length, f"节点{n}", elapsed, constraint=Constraint(kind, at)))
    links = []
    for b in range(1, count):
        for a in range(b):
            if draw(st.booleans()):
                lag, time = (
                    draw(st.integers(-2, 3)) * OFFICE_DAY,
                    draw(st.sampled_from([None, every_day(), ELAPSED])),
                )
                links.append(
                    Link(str(a + 1), str(b + 1), draw(st.sampled_from(LinkType)), lag, time if lag else None)
                )
    rows = ("9", *(node.key for node in nodes))
    heading = Summary("9", "全部", tuple(node.key for node in nodes))
    return Plan("计划", START, tuple(nodes), tuple(links), OFFICE, summaries=(heading,), rows=rows)


@given(plans())
@settings(deadline=None, max_examples=40)
def test_written_dates_stand_in_the_file_and_links_come_back(plan: Plan) -> None:
    done = planned(plan)
    content = write(done)
    root = etree.fromstring(content)
    tasks = {task.findtext(f"{{{NAMESPACE}}}UID"): task for task in root.iter(f"{{{NAMESPACE}}}Task")}
    for key, dates in done.dates.items():
        for name, tick in (("EarlyStart", dates.early_start), ("LateFinish", dates.late_finish)):
            assert tasks[key].findtext(f"{{{NAMESPACE}}}{name}") == moment_of(tick).isoformat()
    again, problems = mspdi.read(content, file="x.xml")
    assert again is not None and problems == []
    assert [node.duration for node in again.nodes] == [node.duration for node in plan.nodes]
    assert [(link.first, link.then, link.type) for link in again.links] == [
        (link.first, link.then, link.type) for key in done.names for link in plan.links if link.then == key
    ]


@given(plans())
@settings(deadline=None, max_examples=40)
def test_read_again_it_has_the_same_dates(plan: Plan) -> None:
    links = tuple(
        Link(link.first, link.then, link.type, link.lag, ELAPSED if link.time is ELAPSED else None)
        for link in plan.links
    )
    done = planned(
        Plan(
            plan.name,
            plan.start,
            plan.nodes,
            links,
            OFFICE,
            summaries=plan.summaries,
            rows=plan.rows,
            leads_before_start=True,
        )
    )
    again, _ = mspdi.read(write(done), file="x.xml")
    assert again is not None
    start = Plan(
        again.name,
        START,
        again.nodes,
        again.links,
        again.time,
        summaries=again.summaries,
        leads_before_start=True,
    )
    assert planned(start).dates == done.dates


def test_holidays_and_make_up_days_are_written_as_exceptions() -> None:
    done = planned(Plan("p", START, (Node("1", OFFICE, 10 * OFFICE_DAY),), (), OFFICE))
    content = write(done).decode()
    assert "放假 2026-10-01" in content and "调休上班 2026-10-10" in content
    again, _ = mspdi.read(content.encode(), file="x.xml")
    assert again is not None and moment_of(planned(again).schedule.finish) == datetime(2026, 10, 10, 17)


def test_a_template_plan_keeps_dates_names_and_baseline() -> None:
    made, _ = make(built_in()["industrial"], calendar=china(), on=date(2026, 3, 2), place="331002")
    assert made is not None
    arranged, _ = from_date(made.plan, goal="start", start=date(2026, 3, 2))
    assert arranged is not None
    done = planned(arranged.dated())
    baselines = {"start": Baseline(*arranged.spans["start"])}
    root = etree.fromstring(write(done, baselines=baselines))
    names = [task.findtext(f"{{{NAMESPACE}}}Name") for task in root.iter(f"{{{NAMESPACE}}}Task")]
    assert names == [node.title for node in made.plan.nodes]
    finishes = [base.findtext(f"{{{NAMESPACE}}}Finish") for base in root.iter(f"{{{NAMESPACE}}}Baseline")]
    assert finishes == [moment_of(arranged.spans["start"][1]).isoformat()]


def test_texts_that_xml_cannot_carry_are_cleaned() -> None:
    done = planned(Plan("a\x00b", START, (Node("1", OFFICE, 10, "x\x01<&>\ufffe"),), (), OFFICE))
    root = etree.fromstring(write(done))
    assert [task.findtext(f"{{{NAMESPACE}}}Name") for task in root.iter(f"{{{NAMESPACE}}}Task")] == ["x<&>"]
