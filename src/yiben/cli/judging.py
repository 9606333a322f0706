"""`yiben assess` and `yiben board`: colours with their reasons, and league tables."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from yiben.cli.desk import (
    FORMATS,
    MomentType,
    MonthsType,
    PeriodType,
    asking,
    now,
    refuse,
    scene_pack,
    show,
    start,
)
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

COLOURS = click.Choice([colour.word for colour in Colour])


@click.command()
@click.argument("scene", default="projects")
@click.option(
    "--month", type=PeriodType(), default=None, help="The month that is judged; default: the last full one."
)
@click.option(
    "--replay", type=MonthsType(), default=None, help="Every month of a run, such as 2025-01..2026-10."
)
@click.option("--scheme", default="", help="A published rule set instead of the county's own.")
@click.option("--against", default=None, help="With --replay: show what another scheme flags otherwise.")
@click.option("--as-of", type=MomentType(), default=None, help="Forget what was recorded later.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--colour", type=COLOURS, multiple=True, help="Only findings of this colour.")
@click.option("--format", "form", type=FORMATS, default="table")
def assess(
    scene: str,
    month: Period | None,
    replay: list[Period] | None,
    scheme: str,
    against: str | None,
    as_of: datetime | None,
    engine: str,
    colour: tuple[str, ...],
    form: str,
) -> None:
    """Judge SCENE: every finding says why, in numbers."""
    start()
    pack = scene_pack(scene)
    last = month or Period.month_of(now().date()).shift(-1)
    months = replay or [last]
    try:
        if against is not None:
            _show_replay(pack, months, scheme, against, as_of, form)
            return
        from yiben.journeys.assess_scene import assess_scene

        findings = assess_scene(
            pack, months, scheme=scheme, as_of=as_of, engine=engine, hindsight=replay is None
        )
    except Refused as error:
        refuse(error, form=form)
    except LookupError as error:
        raise click.ClickException(str(error)) from error
    if replay:
        show(_counts(findings), form=form)
        return
    wanted = {Colour.of(word) for word in colour} or {Colour.RED, Colour.YELLOW, Colour.EXEMPT}
    show(
        (
            {"subject": one.subject, "month": str(one.month)[:7], "rule": one.rule, "node": one.node}
            | {"colour": one.colour.word, "because": one.zh}
            | ({"because_en": one.en, "numbers": _plain(one.numbers)} if form != "table" else {})
            for one in findings.each()
            if one.colour in wanted
        ),
        form=form,
    )


def _plain(numbers: Any) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in numbers.items()}


def _counts(findings: Any) -> Any:
    for month in findings.months:
        counts = findings.counts(month)
        yield {"month": str(month)} | {colour.word: counts[colour] for colour in reversed(Colour)}


def _show_replay(
    pack: Any, months: list[Period], scheme: str, against: str, as_of: datetime | None, form: str
) -> None:
    """What one rule set flags and another does not, subject by subject, and since when."""
    from yiben.journeys.assess_scene import compare_schemes

    show(compare_schemes(pack, months, before=scheme, after=against, as_of=as_of), form=form)


@click.command()
@click.argument("name", required=False)
@click.option("--scene", default="projects", show_default=True)
@click.option(
    "--month", "--period", "period", type=PeriodType(), default=None, help="Month, quarter or year."
)
@click.option("--as-of", type=MomentType(), default=None, help="As the book was known then.")
@click.option("--publish", is_flag=True, help="Freeze it in the ledger; a second time is an erratum.")
@click.option("--reason", default="", help="Why it is corrected.")
@click.option("--reproduce", is_flag=True, help="Draw every published board again and compare.")
@click.option("--as", "username", default=None, help="The officer who publishes.")
@click.option("--format", "form", type=FORMATS, default="table")
def board(
    name: str | None,
    scene: str,
    period: Period | None,
    as_of: datetime | None,
    publish: bool,
    reason: str,
    reproduce: bool,
    username: str | None,
    form: str,
) -> None:
    """Draw the league table NAME of a scene, or list the scene's tables."""
    start()
    from yiben.journeys.draw_board import draw_board, publish_board, reproduce_all

    pack = scene_pack(scene)
    if reproduce:
        show(
            (
                {"board": one.frozen.board.board, "period": one.frozen.board.period}
                | {"transaction": one.transaction, "same": again.same, "changed_rows": len(again.changes)}
                for one, again in reproduce_all(scene)
            ),
            form=form,
        )
        return
    if name is None:
        show(
            ({"board": key, "every": raw.get("every", "")} | _title(raw) for key, raw in pack.boards.items()),
            form=form,
        )
        return
    try:
        if publish:
            done = publish_board(pack, name, period=period, by=asking(username), at=now(), reason=reason)
            click.echo(f"published as transaction {done.transaction}, digest {done.frozen.digest}", err=True)
            drawn = done.frozen.board
        else:
            drawn = draw_board(pack, name, period=period, as_of=as_of)
    except Refused as error:
        refuse(error, form=form)
    except (LookupError, ValueError, PermissionError) as error:
        raise click.ClickException(str(error)) from error
    if form == "table":
        head, *body = drawn.texts("zh")
        show([dict(zip(head, row, strict=True)) for row in body], form=form)
        click.echo(f"{drawn.subjects} subjects, digest {drawn.digest}", err=True)
    else:
        show([{key: _cell(cell) for key, cell in row.items()} for row in drawn.records()], form=form)


def _cell(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, str | int | bool) else json.loads(str(cell))


def _title(raw: Any) -> dict[str, str]:
    label = raw.get("label", "")
    return {"title": label if isinstance(label, str) else label.get("zh", "")}
