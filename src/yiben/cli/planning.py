"""`yiben plan`: dates of a plan file, of an approval template, or of a list of projects."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from yiben.cli.plan_ledger import plan_scene, plan_subject
from yiben.cli.plan_output import show, tell
from yiben.kernel.periods import NotAPeriod, Period
from yiben.kernel.problems import Place, Problem, Refused, errors_of
from yiben.planning import holidays, templates
from yiben.planning.approvals import make
from yiben.planning.backward import Arranged, from_date, to_date
from yiben.planning.calendar import OutsideCalendar, WorkingCalendar, china
from yiben.planning.columns import Project, side_by_side
from yiben.planning.exchange import files, mspdi_out, portfolios, sheet
from yiben.planning.exchange.drafts import Draft, draft_of
from yiben.planning.gantt import draw
from yiben.planning.lags import solve
from yiben.planning.plan import Plan, Planned, conflicts_of, schedule_plan
from yiben.planning.portfolio import due_between
from yiben.planning.rows import (
    bars_of,
    clock_facts,
    instance_rows,
    item_row,
    plan_facts,
    step_rows,
    summary,
    task_rows,
)
from yiben.planning.worktime import moment_of

_FORMATS = click.Choice(["table", "json", "jsonl"])


@click.command()
@click.argument("source", required=False)
@click.option("--template", "template_name", help="An approval network, such as industrial; see --list.")
@click.option(
    "--templates", "folder", type=click.Path(exists=True, file_okay=False), help="A county's own templates."
)
@click.option("--list", "listing", is_flag=True, help="The templates there are, with their facts.")
@click.option("--portfolio", is_flag=True, help="All projects of the scene, or of the list SOURCE.")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="Begin on this day (正排).")
@click.option("--to", "finish", type=click.DateTime(["%Y-%m-%d"]), help="Reach the goal on this day (倒排).")
@click.option("--goal", help="The node that --to aims at, by default the template's or the last.")
@click.option(
    "--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A fact of the project, such as land_ha=6."
)
@click.option("--days", "durations", multiple=True, metavar="ITEM=DAYS", help="Another duration for an item.")
@click.option("--basis", type=click.Choice(["promised", "statutory"]), default="promised", show_default=True)
@click.option("--place", default="33", show_default=True, help="Code of the place whose rules hold.")
@click.option(
    "--on",
    "rules_on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day whose rules hold (default: --from, or today).",
)
@click.option(
    "--holidays", "holiday_path", type=click.Path(exists=True), help="A holiday file or folder of a county."
)
@click.option("--month", help="With --portfolio: the nodes due in this month, such as 2026-09.")
@click.option("--gantt", type=click.Path(dir_okay=False), help="Write the chart as SVG.")
@click.option(
    "--output", type=click.Path(dir_okay=False), help="Write the plan as .xml (MS Project) or .xlsx."
)
@click.option("--scene", default="projects", show_default=True, help="The scene of a PROJECT in the ledger.")
@click.option("--record", is_flag=True, help="With --from or --to: take the days into the ledger.")
@click.option("--reason", default="", help="Why the days change; needed with --record.")
@click.option("--as", "username", help="The officer who asks.")
@click.option("--format", "form", type=_FORMATS, default="table", show_default=True)
def plan(source: str | None, **options: Any) -> None:
    """Schedule SOURCE: a project of the ledger, a plan file (.yaml .xlsx .xml .xer .sm .rcp .SCH), or a --template."""
    form = options["form"]
    try:
        calendar = _calendar(options["holiday_path"])
        known = _templates(options["folder"])
        if options["listing"]:
            _show_templates(known, form)
        elif options["portfolio"] and source is None:
            plan_scene(options)
        elif options["portfolio"]:
            _plan_portfolio(source, known, calendar, options)
        elif options["template_name"]:
            _plan_template(known, calendar, options)
        elif source and not Path(source).is_file() and Path(source).suffix.lower() not in files.ENDINGS:
            plan_subject(source, options)
        elif source:
            _plan_file(source, calendar, options)
        else:
            raise click.UsageError("expected a PROJECT, a plan file, --template NAME, --portfolio or --list")
    except Refused as refused:
        tell(refused.problems, form)
        sys.exit(1)
    except OutsideCalendar as error:
        found, _, expected = str(error).removeprefix("found ").partition(", expected ")
        tell([Problem("outside-calendar", found, expected)], form)
        sys.exit(1)


def _calendar(path: str | None) -> WorkingCalendar:
    if path is None:
        return china()
    read = holidays.read_folder if Path(path).is_dir() else holidays.read_file
    days, problems = read(Path(path), over=holidays.built_in())
    _refuse(problems)
    return WorkingCalendar.of(days)


def _templates(folder: str | None) -> Mapping[str, templates.Template]:
    if folder is None:
        return templates.built_in()
    known, problems = templates.read_folder(Path(folder), over=templates.built_in())
    _refuse(problems)
    return known


def _refuse(problems: Sequence[Problem]) -> None:
    if errors_of(problems):
        raise Refused(list(problems))


def _day(options: Mapping[str, Any], name: str) -> date | None:
    return None if options[name] is None else options[name].date()


def _plan_template(
    known: Mapping[str, templates.Template], calendar: WorkingCalendar, options: Mapping[str, Any]
) -> None:
    name = options["template_name"]
    if name not in known:
        raise Refused([Problem("unknown-template", repr(name), f"one of {', '.join(known)}")])
    start, finish = _day(options, "start"), _day(options, "finish")
    made, problems = make(
        known[name],
        calendar=calendar,
        on=_day(options, "rules_on") or start or date.today(),  # noqa: DTZ011
        place=options["place"],
        facts=dict(_fact(text) for text in options["facts"]),
        basis=options["basis"],
        days=dict(_amount(text) for text in options["durations"]),
    )
    _refuse(problems)
    assert made is not None, "a template without problems makes a plan"
    goal = options["goal"] or made.goal
    arranged = _arrange(made.plan, goal, start or (made.on if finish is None else None), finish)
    _write(options, arranged, calendar)
    rows = [item_row(made, step=step) for step in arranged.steps]
    facts = {**summary(arranged, calendar=calendar), **clock_facts(made, arranged=arranged)}
    show(rows, facts, options["form"])
    _end(arranged, name, options["form"])


def _fact(text: str) -> tuple[str, Any]:
    name, mark, value = text.partition("=")
    if not mark:
        raise Refused([Problem("bad-fact", repr(text), "NAME=VALUE")])
    words = {"true": True, "false": False, "是": True, "否": False}
    if value.lower() in words:
        return name, words[value.lower()]
    try:
        return name, Decimal(value)
    except InvalidOperation:
        return name, value


def _amount(text: str) -> tuple[str, Decimal]:
    name, _, value = text.partition("=")
    try:
        return name, Decimal(value)
    except InvalidOperation:
        raise Refused([Problem("bad-duration", repr(text), "ITEM=DAYS, such as design=20")]) from None


def _plan_file(source: str, calendar: WorkingCalendar, options: Mapping[str, Any]) -> None:
    path = Path(source)
    if not path.is_file():
        found = f"no file {source!r}"
        raise Refused([Problem("no-such-plan", found, f"a file ending in {', '.join(files.ENDINGS)}")])
    start, finish = _day(options, "start"), _day(options, "finish")
    loaded, problems = files.read(path.read_bytes(), file=path.name, calendar=calendar, start=start or finish)
    _refuse(problems)
    assert loaded is not None, "a file without problems has a content"
    if loaded.instance is not None:
        _show_instance(loaded.instance, options["form"])
        return
    assert loaded.plan is not None, "a file holds a plan or a test network"
    if start is None and finish is None:
        planned, problems = schedule_plan(loaded.plan)
        _refuse(problems)
        assert planned is not None, "a plan without problems has dates"
        ours = loaded.draft is not None
        problems = [*problems, *conflicts_of(planned, severity="error" if ours else "warning")]
        _refuse(problems)
        if options["gantt"] or str(options["output"] or "").endswith(".xlsx"):
            _write(options, _as_arranged(planned, loaded.goal), calendar, draft=loaded.draft)
        elif options["output"]:
            Path(options["output"]).write_bytes(mspdi_out.write(planned))
        show(task_rows(planned), plan_facts(planned), options["form"], also=problems)
        return
    goal = options["goal"] or loaded.goal or _last(loaded.plan)
    arranged = _arrange(loaded.plan, goal, start, finish)
    _write(options, arranged, calendar, draft=loaded.draft)
    show(step_rows(arranged), summary(arranged, calendar=calendar), options["form"], also=problems)
    _end(arranged, path.name, options["form"])


def _last(plan_: Plan) -> str:
    planned, problems = schedule_plan(plan_)
    _refuse(problems)
    assert planned is not None, "a plan without problems has dates"
    return planned.schedule.critical_chain()[-1]


def _arrange(plan_: Plan, goal: str, start: date | None, finish: date | None) -> Arranged:
    if goal not in {node.key for node in plan_.nodes}:
        keys = ", ".join(node.key for node in plan_.nodes[:40])
        raise Refused([Problem("unknown-node", repr(goal), f"one of {keys}", Place(file=plan_.name))])
    if finish is not None:
        arranged, problems = to_date(plan_, goal=goal, finish=finish, not_before=start)
    else:
        assert start is not None, "one of the two dates is given"
        arranged, problems = from_date(plan_, goal=goal, start=start)
    _refuse(problems)
    assert arranged is not None, "a plan without problems has dates"
    return arranged


def _as_arranged(planned: Planned, goal: str) -> Arranged:
    start = moment_of(planned.schedule.start).date()
    return _arrange(planned.plan, goal or planned.schedule.critical_chain()[-1], start, None)


def _show_instance(instance: Any, form: str) -> None:
    times, problems = solve(instance.network, file=instance.name)
    _refuse(problems)
    assert times is not None, "a network without problems has times"
    facts: dict[str, Any] = {"length": times.length}
    if instance.stated is not None:
        facts |= {"stated_length": instance.stated, "equal": times.length == instance.stated}
    show(instance_rows(instance, times=times), facts, form)


# -- a portfolio -----------------------------------------------------------------------------------


def _plan_portfolio(
    source: str | None,
    known: Mapping[str, templates.Template],
    calendar: WorkingCalendar,
    options: Mapping[str, Any],
) -> None:
    if source is None or not Path(source).is_file():
        raise Refused([Problem("no-such-plan", f"no file {source!r}", "a YAML list of projects")])
    text = Path(source).read_text(encoding="utf-8-sig", errors="replace")
    listed, problems = portfolios.read(
        text, file=Path(source).name, templates=known, calendar=calendar, place=options["place"]
    )
    _refuse(problems)
    projects = [Project(one.name, one.made.plan, one.start) for one in listed]
    units = {one.name: one.unit for one in listed}
    rows = []
    first, last = _month(options["month"])
    for columns in side_by_side(projects, calendar=calendar):
        names = {node.key: node.title for node in columns.projects[0].plan.nodes}
        for project, node, day in due_between(columns.group, columns.grids, first=first, last=last):
            key = columns.group.template.keys[node]
            rows.append(
                {
                    "day": str(date.fromordinal(_ORIGIN + day)),
                    "project": columns.projects[project].name,
                    "unit": units[columns.projects[project].name],
                    "node": key,
                    "name": names[key],
                    "critical": bool(columns.grids.critical[node, project]),
                }
            )
    rows.sort(key=lambda row: (row["day"], row["project"]))
    show(rows, {"projects": len(projects), "nodes": len(rows)}, options["form"])


_ORIGIN = date(2007, 1, 1).toordinal()


def _month(text: str | None) -> tuple[int, int]:
    if text is None:
        return 0, 40_000
    try:
        period = Period.of(text)
    except NotAPeriod as error:
        raise Refused([Problem("bad-period", repr(text), f"a month such as 2026-09 ({error})")]) from None
    return period.first.toordinal() - _ORIGIN, period.last_day.toordinal() - _ORIGIN


# -- what comes out --------------------------------------------------------------------------------


def _end(arranged: Arranged, name: str, form: str) -> None:
    if arranged.impossible is not None:
        tell([arranged.impossible.as_problem(file=name)], form, alone=False)
        sys.exit(1)


def _write(
    options: Mapping[str, Any], arranged: Arranged, calendar: WorkingCalendar, draft: Draft | None = None
) -> None:
    if options["gantt"]:
        Path(options["gantt"]).write_text(
            draw(bars_of(arranged, draft=draft), calendar=calendar, title=arranged.plan.name),
            encoding="utf-8",
        )
    output = options["output"]
    if output is None:
        return
    if str(output).endswith(".xlsx"):
        Path(output).write_bytes(sheet.write(draft or draft_of(arranged.dated()), arranged=arranged))
    else:
        planned, problems = schedule_plan(arranged.dated())
        _refuse(problems)
        assert planned is not None, "an arranged plan has dates"
        Path(output).write_bytes(mspdi_out.write(planned))


def _show_templates(known: Mapping[str, templates.Template], form: str) -> None:
    rows = [
        {
            "template": one.name,
            "label": one.label.get("zh", one.name),
            "class": one.project_class,
            "approval": one.approval,
            "goal": one.goal,
            "items": len(one.items),
            "facts": " ".join(one.facts),
        }
        for one in known.values()
    ]
    show(rows, {}, form)
