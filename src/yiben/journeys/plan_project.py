"""A project's plan from the ledger (项目计划): its nodes, its approval network, and what follows from both.

Reading only; what changes a plan stands in `change_plan.py`, files in `plan_files.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from yiben.journeys.plan_nodes import (
    Asked,
    asked_changes,
    baseline_of,
    by_items,
    facts_of,
    live_plan,
    network_of,
    recorded_nodes,
)
from yiben.kernel.colours import Colour
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.record import head
from yiben.people.access import Person
from yiben.planning import risk
from yiben.planning.approvals import Item, Made
from yiben.planning.backward import Arranged, Impossible, Step, from_date, to_date
from yiben.planning.calendar import WorkingCalendar, china
from yiben.planning.columns import template_of
from yiben.planning.living import Change, LivePlan, colour_of
from yiben.planning.permits import Expiry, Permit, expiries
from yiben.planning.recorded import Foreseen, Recorded, foresee, goal_of, with_own_durations
from yiben.planning.worktime import OFFICE_DAY
from yiben.scenes.model import Pack
from yiben.scenes.plans import PlanBook, item_of, plan_book

PERMITS_WITHIN = 180


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One item of a project's plan (计划行): an approval item, a recorded node, or both.

    `finish` is the foreseen last day; `planned`, `forecast` and `actual` are as recorded, and
    `node` is empty for an item that nobody records.
    """

    key: str
    node: str
    name: Mapping[str, str]
    item: Item | None
    start: date
    finish: date
    baseline: date | None = None
    planned: date | None = None
    forecast: date | None = None
    actual: date | None = None
    slack_days: float | None = None
    must: bool = False
    milestone: bool = False
    after: tuple[str, ...] = ()
    moves: int = 0
    changes: tuple[Change, ...] = ()
    pushed: int = 0
    short: int = 0
    assumed: bool = False
    colour: Colour = Colour.NONE

    @property
    def expected(self) -> date | None:
        """The day that people count on now."""
        return self.actual or self.forecast or self.planned


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """A project's plan seen from a day (项目计划)."""

    pack: Pack
    subject: str
    name: str
    unit: str
    project_class: str
    on: date
    seen: int
    rows: tuple[PlanRow, ...]
    live: LivePlan
    made: Made | None = None
    recorded: Mapping[str, Recorded] = field(default_factory=dict)
    foreseen: Foreseen | None = None
    chain: tuple[str, ...] = ()
    goal: str = ""
    tight: Impossible | None = None
    asked: tuple[Asked, ...] = ()
    permits: tuple[Expiry, ...] = ()
    problems: tuple[Problem, ...] = ()

    def row(self, key: str) -> PlanRow:
        """The row of an item or of a node."""
        return next(row for row in self.rows if key in (row.key, row.node))

    @property
    def is_frozen(self) -> bool:
        """Whether changes need an approval now."""
        return self.live.frozen_on is not None


def plan_project(
    pack: Pack, subject: str, *, on: date, by: Person | None = None, calendar: WorkingCalendar | None = None
) -> ProjectPlan:
    """The plan of one subject as the ledger has it now, seen from the day `on`.

    Raises NoSuchSubject for a subject that is not there, or not for `by`.
    """
    calendar = calendar or china()
    seen, facts = head(), facts_of(pack, subject, by=by)
    book, nodes = plan_book(pack), recorded_nodes(pack, subject, facts)
    baseline = baseline_of(pack, subject)
    live = live_plan(pack, subject, nodes=nodes, baseline=baseline)
    nodes = {
        # From the freeze on, the baseline is the plan.
        name: replace(said, planned=live.nodes[name].baseline or said.planned) if name in live.nodes else said
        for name, said in nodes.items()
    }
    made, problems = network_of(pack, book, facts, on=on, calendar=calendar)
    by_item = {} if made is None else by_items(pack, made, nodes)
    foreseen = None
    if made is not None and by_item:
        foreseen, wrong = foresee(made, recorded=by_item, on=on, calendar=calendar)
        problems += wrong
    rows = tuple(_rows(_Known(pack, book, live, nodes, on), made, foreseen))
    plan = ProjectPlan(
        pack=pack,
        subject=subject,
        name=str(facts.get(pack.display) or subject),
        unit=str(facts.get(pack.unit_field) or ""),
        project_class=str(facts.get(book.class_field) or ""),
        on=on,
        seen=seen,
        rows=rows,
        live=live,
        made=made,
        recorded=by_item,
        foreseen=foreseen,
        problems=tuple(problems),
        asked=tuple(asked_changes(pack, subject=subject)),
    )
    if foreseen is not None:
        plan = replace(plan, chain=foreseen.arranged.chain, goal=foreseen.arranged.goal, tight=foreseen.tight)
    return replace(plan, permits=tuple(_permits(plan, calendar)))


# -- rows ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    pack: Pack
    book: PlanBook
    live: LivePlan
    nodes: Mapping[str, Recorded]
    on: date


def _rows(known: _Known, made: Made | None, foreseen: Foreseen | None) -> Iterator[PlanRow]:
    template = made.template.name if made else ""
    of_item = (
        {item_of(node, template=template): name for name, node in known.pack.nodes.items()} if made else {}
    )
    of_item.pop("", None)
    told: set[str] = set()
    if made is not None and foreseen is not None:
        after: dict[str, list[str]] = {}
        for link in made.plan.links:
            after.setdefault(link.then, []).append(link.first)
        for step in foreseen.arranged.steps:
            node = of_item.get(step.key, "")
            told.add(node)
            yield _with_node(_item_row(made, foreseen, step, after.get(step.key, [])), node, known)
    for name, one in known.live.nodes.items():
        if name not in told:
            day = one.actual or max(one.forecast, known.on)
            yield _with_node(PlanRow(name, name, {}, None, day, day, milestone=True), name, known)


def _item_row(made: Made, foreseen: Foreseen, step: Step, after: list[str]) -> PlanRow:
    item = made.items[step.key]
    return PlanRow(
        key=step.key,
        node="",
        name=item.label,
        item=item,
        start=step.start,
        finish=step.finish,
        slack_days=step.slack_days,
        must=step.must,
        milestone=item.days == 0,
        after=tuple(after),
        pushed=foreseen.pushed.get(step.key, 0),
        short=foreseen.short.get(step.key, 0),
        assumed=foreseen.is_taken_as_done(step.key),
    )


def _with_node(row: PlanRow, name: str, known: _Known) -> PlanRow:
    if not name:
        return row
    label = known.pack.nodes[name].label
    row = replace(row, node=name, name={"zh": label.zh, "en": label.en or label.zh})
    one, said = known.live.nodes.get(name), known.nodes[name]
    if one is None:
        return row
    return replace(
        row,
        baseline=one.baseline,
        planned=said.planned,
        forecast=said.forecast,
        actual=said.actual,
        moves=len(one.changes),
        changes=one.changes,
        colour=colour_of(
            replace(one, baseline=one.baseline or said.planned, forecast=row.finish),
            on=known.on,
            near_days=known.book.near_days,
        ),
    )


def _permits(plan: ProjectPlan, calendar: WorkingCalendar) -> list[Expiry]:
    """Results of done items that lapse soon, unless works have begun (批复证照到期)."""
    if plan.made is None:
        return []
    works = plan.recorded.get(plan.made.goal)
    used = works.actual if works else None
    permits = [
        Permit(
            plan.name,
            item.valid.rpartition(".")[2],
            said.actual,
            used_on=max(used, said.actual) if used else None,
        )
        for key, said in plan.recorded.items()
        for item in (plan.made.items[key],)
        if item.valid and said.actual is not None
    ]
    place = plan_book(plan.pack).place
    return expiries(permits, on=plan.on, within_days=PERMITS_WITHIN, place=place, calendar=calendar)[0]


# -- questions to a plan ---------------------------------------------------------------------------


def arrange(
    plan: ProjectPlan,
    *,
    start: date | None = None,
    finish: date | None = None,
    goal: str = "",
    calendar: WorkingCalendar | None = None,
) -> Arranged:
    """The open items anew: as late as holds the goal on `finish` (倒排), or as early from `start` (正排).

    What is done stays, and nothing begins before `start`, by default the plan's own day; a wish that
    does not fit names its chain. Raises Refused.
    """
    made = made_of(plan)
    goal = _goal_key(plan, goal) or goal_of(made, recorded=plan.recorded)
    calendar = calendar or china()
    network = with_own_durations(made, recorded=plan.recorded, calendar=calendar)
    nodes = tuple(
        replace(node, started=span[0], finished=span[1]) if (span := _done_span(plan, node.key)) else node
        for node in network.nodes
    )
    network = replace(network, nodes=nodes, name=plan.name)
    if finish is not None:
        arranged, problems = to_date(network, goal=goal, finish=finish, not_before=start or plan.on)
    else:
        arranged, problems = from_date(network, goal=goal, start=start or plan.on)
    if arranged is None:
        raise Refused(problems)
    return arranged


def made_of(plan: ProjectPlan) -> Made:
    """The plan's network; raises Refused where the subject follows none."""
    if plan.made is None:
        found = f"{plan.name}: no approval network for its class and approval type"
        raise Refused(
            plan.problems or [Problem("no-template", found, "a network in the pack's plan section")]
        )
    return plan.made


def _goal_key(plan: ProjectPlan, goal: str) -> str:
    if not goal:
        return ""
    made = made_of(plan)
    key = next((row.key for row in plan.rows if goal in (row.key, row.node)), goal)
    if key in plan.pack.nodes and key not in made.items:
        key = item_of(plan.pack.nodes[key], template=made.template.name)
    if key not in made.items:
        raise Refused([Problem("unknown-node", repr(goal), "one of " + ", ".join(made.items))])
    return key


def _done_span(plan: ProjectPlan, key: str) -> tuple[int, int] | None:
    said = plan.recorded.get(key)
    done = said is not None and said.actual is not None
    if plan.foreseen is None or not (done or plan.foreseen.is_taken_as_done(key)):
        return None
    return plan.foreseen.arranged.spans[key]


def risk_of(
    plan: ProjectPlan,
    *,
    wanted: date,
    goal: str = "",
    runs: int = 2000,
    past: Mapping[str, list[float]] | None = None,
    calendar: WorkingCalendar | None = None,
) -> risk.Risk:
    """The chance that the goal is reached by `wanted` if the open work goes on from today.

    Where `past` has too few cases, durations spread as the pack says. Raises Refused.
    """
    made, calendar = made_of(plan), calendar or china()
    goal = _goal_key(plan, goal) or goal_of(made, recorded=plan.recorded)
    network = with_own_durations(made, recorded=plan.recorded, calendar=calendar)
    done = {key for key in made.items if _done_span(plan, key)}
    spreads = plan_book(plan.pack).spreads
    ranges = {}
    for node in network.nodes:
        days = 0.0 if node.key in done else node.duration / OFFICE_DAY
        spread = spreads.get(made.items[node.key].clock)
        shares = (spread.least, spread.likely, spread.most) if spread else (Decimal(1),) * 3
        ranges[node.key] = risk.Range(*(float(share) * days for share in shares))
    template = template_of(replace(network, nodes=tuple(network.nodes)))
    assert template is not None, "a network made from a template stands in columns"
    known = {key: days for key, days in (past or {}).items() if key in made.items and key not in done}
    found, problems = risk.simulate(
        template,
        start=plan.on,
        wanted=wanted,
        goal=goal,
        ranges=ranges,
        calendar=calendar,
        history=known,
        runs=runs,
    )
    if found is None:
        raise Refused(problems)
    return found
