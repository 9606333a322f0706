"""A project's plan as a file (计划文件): written as xlsx or MS Project XML, and a sheet taken back in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from yiben.journeys.change_plan import Changed, change_days
from yiben.journeys.plan_project import PlanRow, ProjectPlan, made_of
from yiben.kernel.problems import Place, Problem, Refused, errors_of
from yiben.ledger.record import Recorded as Receipt
from yiben.ledger.record import Statement, record
from yiben.people.access import Person
from yiben.planning.backward import evening, last_day
from yiben.planning.calendar import china
from yiben.planning.exchange import mspdi_out, sheet
from yiben.planning.exchange.drafts import Draft, Row, draft_of, plan_of
from yiben.planning.gantt import Bar, draw
from yiben.planning.plan import conflicts_of, schedule_plan

KINDS = ("xlsx", "xml")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """What a sheet says of one node, beside what the book says (计划表比对)."""

    node: str
    name: Mapping[str, str]
    was: date | None
    to: date | None
    was_actual: date | None
    to_actual: date | None
    place: Place

    @property
    def changes_plan(self) -> bool:
        """Whether the node's expected day would change."""
        return self.to is not None and self.to != self.was

    @property
    def changes_actual(self) -> bool:
        """Whether the sheet brings another actual day."""
        return self.to_actual is not None and self.to_actual != self.was_actual


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """What taking a plan sheet in would do (导入预演): the nodes it changes, and the rows it leaves out."""

    rows: tuple[SheetRow, ...]
    left_out: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def days(self) -> dict[str, date]:
        """The expected days that would change; an actual day makes its node's plan pointless."""
        return {
            row.node: row.to
            for row in self.rows
            if row.changes_plan and row.to is not None and not row.changes_actual and row.was_actual is None
        }

    @property
    def actual(self) -> dict[str, date]:
        """The actual days that would be recorded."""
        return {row.node: row.to_actual for row in self.rows if row.changes_actual and row.to_actual}


def write_plan(plan: ProjectPlan, *, kind: str) -> bytes:
    """The plan as foreseen: `xlsx` (the sheet that comes back) or `xml` (MS Project). Raises Refused."""
    assert kind in KINDS, kind
    made_of(plan)
    if plan.foreseen is None:
        raise Refused([Problem("no-nodes", f"{plan.name} has no recorded node", "a plan with dates")])
    if kind == "xlsx":
        return sheet.write(draft_from(plan), arranged=plan.foreseen.arranged)
    planned, problems = schedule_plan(replace(plan.foreseen.arranged.dated(), name=plan.name))
    if planned is None:
        raise Refused(problems)
    spans = plan.foreseen.arranged.spans
    baselines = {
        row.key: mspdi_out.Baseline(
            evening(row.baseline) - (spans[row.key][1] - spans[row.key][0]), evening(row.baseline)
        )
        for row in plan.rows
        if row.baseline is not None and row.key in spans
    }
    return mspdi_out.write(planned, baselines=baselines)


def draft_from(plan: ProjectPlan) -> Draft:
    """The plan as rows of a sheet that gives the same days when it is scheduled again."""
    assert plan.foreseen is not None, "a plan without dates was refused before"
    arranged = plan.foreseen.arranged
    rows = {row.key: row for row in plan.rows}
    whole = draft_of(arranged.plan)
    begin = min(step.start for step in arranged.steps)
    return Draft(
        plan.name, tuple(_row(one, rows[one.key], plan) for one in whole.rows), begin, goal=plan.goal
    )


def _row(one: Row, row: PlanRow, plan: ProjectPlan) -> Row:
    done = row.actual is not None or (row.assumed and not row.node)
    dates = {"finish_not_before": row.finish} if row.expected is not None and not done else {}
    item = row.item
    return replace(
        one,
        name=row.name.get("zh", row.key),
        unit=item.unit if item else "",
        dates=dates,
        baseline=row.baseline,
        started=row.start if done else None,
        finished=row.finish if done else None,
    )


def preview_sheet(plan: ProjectPlan, *, data: bytes, file: str) -> SheetPreview:
    """What a plan sheet would change; nothing is recorded. Raises Refused with every problem and its cell."""
    draft, problems = sheet.read(data, file=file)
    if draft is None:
        raise Refused(problems)
    made, more = plan_of(draft, calendar=china(), file=file, default_start=plan.on)
    problems = [*problems, *more]
    planned = None
    if made is not None:
        planned, more = schedule_plan(made)
        problems += more
    if planned is None:
        raise Refused(errors_of(problems))
    problems += conflicts_of(planned)
    if errors_of(problems):
        raise Refused(errors_of(problems))
    known, unchanged = _rows_by_name(plan), _unchanged(plan)
    rows, left_out = [], []
    for one in draft.rows:
        row = known.get(one.key) or known.get(one.name)
        if row is None or not row.node:
            left_out.append(one.name)
        else:
            finish = last_day(planned.schedule.dates[one.key].early_finish)
            rows.append(_compared(one, row, finish, unchanged.get(row.key)))
    if not rows:
        expected = "rows for nodes such as " + ", ".join(row.node for row in plan.rows if row.node)
        raise Refused([Problem("no-nodes", "no row of a recorded node", expected, Place(file=file))])
    return SheetPreview(tuple(rows), tuple(left_out), tuple(problems))


def _rows_by_name(plan: ProjectPlan) -> dict[str, PlanRow]:
    """Rows by item, node and name; the nodes of the pack come first."""
    known: dict[str, PlanRow] = {}
    for row in sorted(plan.rows, key=lambda row: not row.node):
        for name in (
            row.node,
            row.key,
            row.name.get("zh", ""),
            row.item.label.get("zh", "") if row.item else "",
        ):
            if name:
                known.setdefault(name, row)
    return known


def _unchanged(plan: ProjectPlan) -> dict[str, date]:
    """The days that the plan's own sheet gives when it comes back as it went out."""
    if plan.foreseen is None:
        return {}
    made, _ = plan_of(draft_from(plan), calendar=china(), file=plan.name)
    planned = None if made is None else schedule_plan(made)[0]
    if planned is None:
        return {}
    return {key: last_day(dates.early_finish) for key, dates in planned.schedule.dates.items()}


def _compared(one: Row, row: PlanRow, finish: date, unchanged: date | None) -> SheetRow:
    # A day that today, another node or a day off has moved comes back moved, which is no wish.
    wanted = row.expected if finish in (row.finish, unchanged) else finish
    return SheetRow(
        row.node, row.name, row.expected, wanted, row.actual, one.finished or row.actual, one.place
    )


def take_sheet(
    plan: ProjectPlan, *, data: bytes, file: str, reason: str, by: Person, at: datetime, seen: int
) -> tuple[Changed | None, Receipt | None]:
    """Take a plan sheet in: actual days are recorded, other days changed or asked for.

    All or nothing; raises Refused.
    """
    with transaction.atomic():
        return _take(plan, data=data, file=file, reason=reason, by=by, at=at, seen=seen)


def _take(
    plan: ProjectPlan, *, data: bytes, file: str, reason: str, by: Person, at: datetime, seen: int
) -> tuple[Changed | None, Receipt | None]:
    preview = preview_sheet(plan, data=data, file=file)
    changed = receipt = None
    if preview.actual:
        statements = [
            Statement(plan.subject, {"actual_on": day}, "node", node) for node, day in preview.actual.items()
        ]
        receipt = record(statements, pack=plan.pack, by=by, at=at, way="file", why=reason or file, seen=seen)
    if preview.days:
        changed = change_days(
            plan.pack,
            plan.subject,
            days=preview.days,
            reason=reason,
            by=by,
            at=at,
            seen=receipt.transaction if receipt and receipt.transaction else seen,
            way="file",
        )
    return changed, receipt


def draw_plan(
    plan: ProjectPlan,
    *,
    rows: Sequence[PlanRow] | None = None,
    language: str = "zh",
    day_width: float = 0,
    label_width: int = 190,
) -> str:
    """The plan's Gantt chart as SVG (横道图): baseline, forecast, actual, critical chain, today, days off."""
    return draw(
        [_bar(plan, row, language) for row in (plan.rows if rows is None else rows)],
        calendar=china(),
        today=plan.on,
        title=plan.name,
        day_width=day_width,
        label_width=label_width,
        language=language,
    )


def _bar(plan: ProjectPlan, row: PlanRow, language: str) -> Bar:
    done = row.actual is not None
    due = row.baseline or (row.planned if row.planned != row.finish else None)
    start = min(row.start, row.finish)
    return Bar(
        key=row.node or f"item.{row.key}",
        name=row.name.get(language) or row.name.get("zh", row.key),
        start=start,
        finish=row.finish,
        baseline_start=None if due is None else due - (row.finish - start),
        baseline_finish=due,
        actual_start=start if done and not row.milestone else None,
        actual_finish=row.actual,
        critical=row.must and not done,
        milestone=row.milestone,
        after=tuple(_bar_keys(plan, row.after)),
    )


def _bar_keys(plan: ProjectPlan, keys: tuple[str, ...]) -> Iterator[str]:
    known = {row.key: row for row in plan.rows}
    for key in keys:
        if key in known:
            yield known[key].node or f"item.{key}"
