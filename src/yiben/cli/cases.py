"""`yiben cases`: the cases of a scene, opened, answered, reviewed, raised, and their close-out rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

from yiben.cli.desk import (
    FORMATS,
    MomentType,
    PeriodType,
    asking,
    now,
    refuse,
    scene_pack,
    show,
    start,
)
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused

AS = click.option("--as", "username", default=None, help="The officer who does it.")
FORM = click.option("--format", "form", type=FORMATS, default="table")
SCENE = click.option("--scene", default="projects", show_default=True)


@click.group()
def cases() -> None:
    """Cases and slips: what must be answered, by whom, by when."""


@contextmanager
def _telling(form: str) -> Iterator[None]:
    """Refusals and missing rights as a command tells them."""
    try:
        yield
    except Refused as error:
        refuse(error, form=form)
    except (LookupError, PermissionError) as error:
        raise click.ClickException(str(error)) from error


def _line(case: Any, on: date) -> dict[str, Any]:
    return {
        "number": case.slip.number,
        "subject": case.subject,
        "name": case.opening.get("name", ""),
        "rule": case.rule,
        "case": case.slot,
        "level": case.level,
        "state": case.state,
        "unit": case.unit,
        "due": case.due.isoformat(),
        "overdue": case.is_overdue(on),
    }


@cases.command("list")
@SCENE
@click.option(
    "--state", multiple=True, help="sent, received, returned, answered, asked, closed, exempt, void."
)
@click.option("--unit", default="", help="Only those that this unit must answer.")
@click.option("--level", default="", help="Only those of one level.")
@click.option("--overdue", is_flag=True, help="Only those past their deadline.")
@click.option("--as-of", type=MomentType(), default=None, help="As they stood then.")
@FORM
def list_cases(
    scene: str, state: tuple[str, ...], unit: str, level: str, overdue: bool, as_of: Any, form: str
) -> None:
    """The cases of a scene; open ones unless --state asks for others."""
    start()
    from yiben.journeys.read_cases import cases_of

    on = (as_of or now()).astimezone(COUNTY_ZONE).date()
    found = [
        case
        for case in cases_of(scene_pack(scene), as_of=as_of)
        if (case.state in state if state else case.is_open)
        and unit in ("", case.unit)
        and level in ("", case.level)
        and (not overdue or case.is_overdue(on))
    ]
    show((_line(case, on) for case in sorted(found, key=lambda case: case.due)), form=form)


@cases.command("open")
@SCENE
@click.option(
    "--month", type=PeriodType(), default=None, help="The month judged; default: the last full one."
)
@AS
@FORM
def open_month(scene: str, month: Period | None, username: str | None, form: str) -> None:
    """Open a case for each finding of the month that wants an answer."""
    start()
    from yiben.journeys.open_cases import open_cases

    last = month or Period.month_of(now().date()).shift(-1)
    with _telling(form):
        done = open_cases(scene_pack(scene), last, by=asking(username), at=now(), way="command")
        counts = {"opened": len(done.opened), "reopened": len(done.reopened), "standing": done.standing}
        show([{"month": str(last), **counts, "transaction": done.transaction}], form=form)


def _step(
    scene: str, number: str, username: str | None, form: str, take: Callable[[Any, Any, Any], Any]
) -> None:
    """One step of the case in which a slip of that number was sent."""
    start()
    from yiben.journeys.answer_case import Call
    from yiben.journeys.read_cases import case_by_number

    pack = scene_pack(scene)
    with _telling(form):
        case = case_by_number(pack, number)
        call = Call(asking(username), now(), len(case.steps), "command")
        after = take(pack, (case.subject, case.slot), call)
        show([_line(after, call.at.date())], form=form)


@cases.command()
@click.argument("number")
@click.option("--cause", required=True)
@click.option("--measure", required=True)
@click.option("--result", default="")
@click.option("--file", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@SCENE
@AS
@FORM
def answer(
    number: str,
    cause: str,
    measure: str,
    result: str,
    files: tuple[Path, ...],
    scene: str,
    username: str | None,
    form: str,
) -> None:
    """Answer the slip NUMBER, with photos or papers."""

    def take(pack: Any, key: Any, call: Any) -> Any:
        from yiben.journeys import answer_case
        from yiben.journeys.month_photos import keep_evidence

        sent = [(path.name, path.read_bytes()) for path in files]
        kept = keep_evidence(pack, sent, by=call.by, at=call.at) if sent else []
        words = {"cause": cause, "measure": measure, "result": result}
        return answer_case.answer(pack, key, call=call, files=kept, **words)

    _step(scene, number, username, form, take)


@cases.command()
@click.argument("number")
@click.option("--back", is_flag=True, help="The answer does not do: send it back.")
@click.option("--text", default="", help="The reviewer's words; needed with --back.")
@SCENE
@AS
@FORM
def review(number: str, back: bool, text: str, scene: str, username: str | None, form: str) -> None:
    """Close the case of slip NUMBER, or send its answer back."""

    def take(pack: Any, key: Any, call: Any) -> Any:
        from yiben.journeys import answer_case

        step = answer_case.send_back if back else answer_case.close
        return step(pack, key, call=call, text=text)

    _step(scene, number, username, form, take)


@cases.command()
@click.argument("number")
@click.option("--text", default="", help="Why.")
@SCENE
@AS
@FORM
def reopen(number: str, text: str, scene: str, username: str | None, form: str) -> None:
    """Take the closed case of slip NUMBER up again."""

    def take(pack: Any, key: Any, call: Any) -> Any:
        from yiben.journeys import answer_case

        return answer_case.reopen(pack, key, call=call, text=text)

    _step(scene, number, username, form, take)


@cases.command()
@SCENE
@AS
@FORM
def escalate(scene: str, username: str | None, form: str) -> None:
    """Raise every overdue case by one level; meant for a daily timer."""
    start()
    from yiben.journeys.answer_case import escalate_overdue

    with _telling(form):
        raised = escalate_overdue(scene_pack(scene), by=asking(username), at=now(), way="command")
        show((_line(case, now().date()) for case in raised), form=form)


@cases.command()
@SCENE
@click.option("--period", type=PeriodType(), default=None, help="Default: this year.")
@click.option("--by", type=click.Choice(["class", "unit", "level", "rule", "origin", "month"]), default=None)
@click.option("--as-of", type=MomentType(), default=None, help="As it stood then.")
@FORM
def rate(scene: str, period: Period | None, by: str | None, as_of: Any, form: str) -> None:
    """The close-out rate: closed ÷ all that stood open in the period."""
    start()
    from yiben.cases.rates import close_rates
    from yiben.journeys.read_cases import cases_of
    from yiben.scenes.cases import case_book

    pack, on = scene_pack(scene), (as_of or now()).astimezone(COUNTY_ZONE).date()
    asked = period or Period(on.replace(month=1, day=1), 12)
    found = cases_of(pack, as_of=as_of)
    lines = close_rates(found, book=case_book(pack), period=asked, on=on, by=by or "")
    show(
        (
            {"period": str(asked), by or "all": line.key, "closed": line.closed, "all_cases": line.all}
            | {"in_time": line.in_time, "percent": None if line.percent is None else str(line.percent)}
            for line in lines
        ),
        form=form,
    )
