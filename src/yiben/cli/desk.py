"""What every command that touches the ledger does first (柜台): start up, and know who is asking."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.periods import NotAPeriod, Period
from yiben.kernel.problems import Problem, Refused

if TYPE_CHECKING:
    from yiben.people.access import Person
    from yiben.scenes.model import Pack

FORMATS = click.Choice(["table", "json", "jsonl"])


def start() -> None:
    """Set Django up; refuses with advice where the ledger has not been made yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiben.site.settings")
    import django
    from django.db import connection

    django.setup()
    if "ledger_entry" not in connection.introspection.table_names():
        raise click.ClickException("there is no ledger here yet; run `yiben init` (or set YIBEN_HOME)")


def now() -> datetime:
    """The clock of the command line, in the county's zone."""
    return datetime.now(tz=COUNTY_ZONE)


def asking(username: str | None) -> Person:
    """The officer named with `--as`, or the machine's own administrator on the command line."""
    from yiben.people.access import machine, person_of
    from yiben.people.models import Officer, Unit

    if username is None:
        bureau = Unit.objects.filter(kind="bureau").first() or Unit.objects.first()
        if bureau is None:
            raise click.ClickException("there are no units yet; run `yiben init`")
        return machine("command", unit=bureau.code)
    officer = Officer.objects.filter(username=username).first()
    if officer is None:
        raise click.ClickException(f"found officer {username!r}, expected one who exists")
    return person_of(officer)


def scene_pack(name: str) -> Pack:
    """The installed pack called `name`, or an error that lists what is installed."""
    from yiben.ledger.packs import UnknownScene, installed

    try:
        return installed(name)
    except UnknownScene as error:
        raise click.ClickException(str(error)) from error


class PeriodType(click.ParamType):
    """A period on the command line: 2026, 2026Q1, 2026-07."""

    name = "period"

    def convert(self, value: Any, param: Any, ctx: Any) -> Period:
        """The period, or a usage error that shows the accepted forms."""
        if isinstance(value, Period):
            return value
        try:
            return Period.of(str(value))
        except NotAPeriod as error:
            self.fail(str(error), param, ctx)


class MonthsType(click.ParamType):
    """A run of months on the command line: 2025-01..2026-10, or one month."""

    name = "months"

    def convert(self, value: Any, param: Any, ctx: Any) -> list[Period]:
        """Every month of the run."""
        from yiben.kernel.periods import months_between

        first, _, last = str(value).partition("..")
        try:
            months = months_between(Period.of(first), Period.of(last or first))
        except NotAPeriod as error:
            self.fail(str(error), param, ctx)
        if not months or len(months) > 600:
            self.fail(f"{value!r} is not a run of 1 to 600 months, such as 2025-01..2026-10", param, ctx)
        return months


class MomentType(click.ParamType):
    """A day or moment on the command line; a day means its end."""

    name = "moment"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """The moment in the county's zone."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day or moment, such as 2026-07-15 or 2026-07-15T18:00", param, ctx)
        if len(str(value)) == 10:
            moment = datetime.combine(moment.date() + timedelta(days=1), time()) - timedelta(microseconds=1)
        return moment if moment.tzinfo else moment.replace(tzinfo=COUNTY_ZONE)


def tell(problems: Iterable[Problem], *, form: str = "table") -> None:
    """Problems on the error stream: a line each, or JSON."""
    rows = list(problems)
    if form == "json":
        click.echo(json.dumps([row.as_dict() for row in rows], ensure_ascii=False), err=True)
        return
    for row in rows:
        mark = "!" if row.severity == "warning" else "✗"
        click.echo(f"{mark} {row}", err=True)


def refuse(error: Refused, *, form: str = "table") -> None:
    """Tell every problem of a refusal and end with exit code 1; nothing was changed."""
    tell(error.problems, form=form)
    click.echo(f"refused: {len(error.problems)} problem(s); nothing was changed", err=True)
    sys.exit(1)


def show(rows: Iterable[Mapping[str, Any]], *, form: str) -> None:
    """Rows as JSON, JSON lines or a plain table, with the same names in each."""
    plain = [{key: _plain(value) for key, value in row.items()} for row in rows]
    if form == "json":
        click.echo(json.dumps(plain, ensure_ascii=False))
    elif form == "jsonl":
        for row in plain:
            click.echo(json.dumps(row, ensure_ascii=False))
    elif plain:
        _show_table(plain)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | bool | list | dict) else str(value)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese characters take two."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _show_table(rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    cells = [["" if row.get(name) is None else str(row.get(name)) for name in names] for row in rows]
    widths = [max(map(_width, [name, *(row[at] for row in cells)])) for at, name in enumerate(names)]
    for row in [names, *cells]:
        padded = [text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)]
        click.echo("  ".join(padded).rstrip())
