"""`yiben plan` over the ledger: one project's plan, or the nodes of all projects due in a month."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from yiben.cli.desk import asking, now, refuse, scene_pack, show, start
from yiben.kernel.periods import NotAPeriod, Period
from yiben.kernel.problems import Problem, Refused


def plan_subject(name: str, options: Mapping[str, Any]) -> None:
    """The plan of the subject called NAME, as recorded, or scheduled anew with --from or --to."""
    start()
    from yiben.journeys.plan_nodes import NoSuchSubject
    from yiben.journeys.plan_project import plan_project

    pack, form, moment = scene_pack(options["scene"]), options["form"], now()
    who = asking(options["username"])
    try:
        plan = plan_project(pack, _subject(pack, name), on=_on(options), by=who)
        if options["start"] or options["finish"]:
            _schedule(plan, who, moment, options)
        else:
            _tell_plan(plan, options)
    except Refused as error:
        refuse(error, form=form)
    except (NoSuchSubject, PermissionError) as error:
        raise click.ClickException(str(error)) from error


def _on(options: Mapping[str, Any]) -> date:
    chosen: date = options["rules_on"].date() if options["rules_on"] else now().date()
    return chosen


def _subject(pack: Any, name: str) -> str:
    """The key of the subject called so: by its key, else by the name that it is shown under."""
    from yiben.ledger.books import PREFIX, subject_book

    rows = subject_book(pack)._default_manager.filter(recorded_to=None)
    if rows.filter(subject=name).exists():
        return name
    keys = list(rows.filter(**{PREFIX + pack.display: name}).values_list("subject", flat=True)[:3])
    if len(keys) > 1:
        found = f"{name!r}, which several are called: {', '.join(keys)}"
        raise Refused([Problem("ambiguous-subject", found, f"the {pack.key} of one")])
    return keys[0] if keys else name


def _tell_plan(plan: Any, options: Mapping[str, Any]) -> None:
    from yiben.journeys.plan_files import draw_plan

    if options["gantt"]:
        Path(options["gantt"]).write_text(draw_plan(plan), encoding="utf-8")
    _write(plan, options)
    show((_row(row) for row in plan.rows), form=options["form"])
    if options["form"] != "table":
        return
    names = {row.key: row.name.get("zh", row.key) for row in plan.rows}
    click.echo(f"{plan.subject} {plan.name}, as of {plan.on}", err=True)
    if plan.chain:
        click.echo("chain: " + " → ".join(names.get(key, key) for key in plan.chain), err=True)
    if plan.tight is not None:
        click.echo(f"! {plan.tight.as_problem(file=plan.name)}", err=True)
    for one in plan.permits:
        click.echo(f"! {one.rule.id}: last day {one.last_day}, {one.days_left} days left", err=True)
    for one in plan.problems:
        click.echo(f"! {one}", err=True)
    click.echo(f"frozen on {plan.live.frozen_on}" if plan.is_frozen else "not frozen", err=True)


def _row(row: Any) -> dict[str, Any]:
    days = {name: getattr(row, name) for name in ("baseline", "planned", "forecast", "actual")}
    head = {"key": row.key, "node": row.node, "name": row.name.get("zh", row.key)}
    body: dict[str, Any] = {"start": str(row.start), "finish": str(row.finish)}
    body |= {name: None if day is None else str(day) for name, day in days.items()}
    tail = {"slack_days": row.slack_days, "critical": row.must, "moves": row.moves, "pushed_days": row.pushed}
    return head | body | tail | {"colour": row.colour.word}


def _write(plan: Any, options: Mapping[str, Any]) -> None:
    from yiben.journeys.plan_files import write_plan

    if output := options["output"]:
        kind = "xlsx" if str(output).endswith(".xlsx") else "xml"
        Path(output).write_bytes(write_plan(plan, kind=kind))


def _schedule(plan: Any, who: Any, moment: Any, options: Mapping[str, Any]) -> None:
    from yiben.journeys.change_plan import planned_days, record_schedule
    from yiben.journeys.plan_history import past_days
    from yiben.journeys.plan_project import arrange, risk_of

    begin, finish = (options[name].date() if options[name] else None for name in ("start", "finish"))
    arranged = arrange(plan, start=begin, finish=finish, goal=options["goal"] or "")
    rows = {row.key: row for row in plan.rows}
    days = planned_days(plan, arranged=arranged) if plan.rows else {}
    show(
        (
            {"key": step.key, "node": rows[step.key].node if step.key in rows else "", "name": step.name}
            | {"start": str(step.start), "finish": str(step.finish), "slack_days": step.slack_days}
            | {"critical": step.must, "changes": step.key in rows and rows[step.key].node in days}
            for step in arranged.steps
        ),
        form=options["form"],
    )
    if arranged.impossible is not None:
        raise Refused([arranged.impossible.as_problem(file=plan.name)])
    if finish is not None and options["form"] == "table":
        risk = risk_of(plan, wanted=finish, goal=options["goal"] or "", past=past_days(plan))
        most = ", ".join(one.node for one in risk.most_influential)
        click.echo(f"chance to hold {finish}: {risk.chance:.0%}; what matters most: {most}", err=True)
    if options["record"]:
        done = record_schedule(
            plan, arranged=arranged, reason=options["reason"], by=who, at=moment, way="command"
        )
        said = "asked for approval of" if done.asked else "recorded"
        click.echo(f"{said} {len(done.dates)} nodes, transaction {done.receipt.transaction}", err=True)


def plan_scene(options: Mapping[str, Any]) -> None:
    """The nodes of all subjects that are owed, due, foreseen or done in a month."""
    start()
    from yiben.journeys.plan_portfolio import moves_of, plan_portfolio

    pack, form = scene_pack(options["scene"]), options["form"]
    on = _on(options)
    try:
        month = Period.of(options["month"]) if options["month"] else Period.month_of(on)
    except NotAPeriod as error:
        refuse(Refused([Problem("bad-period", repr(options["month"]), f"a month such as 2026-09 ({error})")]))
        sys.exit(1)
    portfolio = plan_portfolio(pack, on=on, by=asking(options["username"]))
    rows = portfolio.node_list(month)
    moves = moves_of(pack, [row.project for row in rows])
    names = {one.subject: one.name for one in portfolio.subjects}
    show(
        (
            {"project": row.project, "name": names[row.project], "unit": row.unit, "node": row.node}
            | {"due": str(row.baseline), "foreseen": str(row.forecast)}
            | {"actual": None if row.actual is None else str(row.actual)}
            | {"moves": moves.get((row.project, row.node), 0), "late_days": row.late_days}
            | {"colour": row.colour.word}
            for row in rows
        ),
        form=form,
    )
    if form == "table":
        for one in portfolio.completion(month, by="all"):
            said = f"{month}: {one.done} of {one.due} due nodes done, {one.in_time} in time"
            click.echo(f"{said}; {len(names)} projects", err=True)
