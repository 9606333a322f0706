"""`yiben record`, `seal`, `verify`, `rebuild`, `history`: the journal itself."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from yiben.cli.desk import FORMATS, MomentType, PeriodType, asking, now, refuse, scene_pack, show, start, tell
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused


@click.command()
@click.argument("scene")
@click.argument("subject")
@click.argument("facts", nargs=-1, required=True, metavar="NAME=VALUE…")
@click.option("--period", default="", help="The period of measures, such as 2026-07.")
@click.option("--node", default="", help="The node whose dates are stated.")
@click.option("--why", default="", help="Why it is stated.")
@click.option(
    "--seen", type=int, default=None, help="The newest transaction that you saw; default: the newest."
)
@click.option("--as", "username", default=None, help="The officer who states it.")
@click.option("--dry-run", is_flag=True, help="Do everything and undo it.")
@click.option("--format", "form", type=FORMATS, default="table")
def record(
    scene: str,
    subject: str,
    facts: tuple[str, ...],
    period: str,
    node: str,
    why: str,
    seen: int | None,
    username: str | None,
    dry_run: bool,
    form: str,
) -> None:
    """State facts about one subject."""
    start()
    from yiben.ledger import record as door

    stated: dict[str, Any] = {}
    for fact in facts:
        name, equals, value = fact.partition("=")
        if not equals:
            raise click.UsageError(f"found {fact!r}, expected NAME=VALUE")
        stated[name] = {"true": True, "false": False}.get(value, value)
    kind, slot = ("period", period) if period else ("node", node) if node else ("field", "")
    try:
        outcome = door.record(
            [door.Statement(subject, stated, kind, slot)],
            pack=scene_pack(scene),
            by=asking(username),
            at=now(),
            way="command",
            why=why,
            seen=door.head() if seen is None else seen,
            preview=dry_run,
        )
    except Refused as error:
        refuse(error, form=form)
    except PermissionError as error:
        raise click.ClickException(str(error)) from error
    show([{name: getattr(outcome, name) for name in outcome.__dataclass_fields__}], form=form)


@click.command()
@click.argument("month", type=PeriodType())
@click.option("--as", "username", default=None, help="The officer who closes the month.")
@click.option("--format", "form", type=FORMATS, default="table")
def seal(month: Period, username: str | None, form: str) -> None:
    """Close a month: one root over everything recorded so far, chained to the seal before."""
    start()
    from yiben.ledger.seals import seal as close

    try:
        done = close(month, by=asking(username), at=now())
    except Refused as error:
        refuse(error, form=form)
    except PermissionError as error:
        raise click.ClickException(str(error)) from error
    show(
        [
            {"month": done.month, "transactions": done.transaction_count, "entries": done.entry_count}
            | {"root": done.root, "digest": done.digest}
        ],
        form=form,
    )


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--printed", multiple=True, help="A root or digest kept on paper; the ledger must hold it.")
@click.option("--books", is_flag=True, help="Also compare the books with the entries.")
@click.option("--format", "form", type=FORMATS, default="table")
def verify(file: Path | None, printed: tuple[str, ...], books: bool, form: str) -> None:
    """Recompute every hash, link and seal; names the first entry that differs.

    With FILE (a bulletin as docx, pdf or html) prove what it prints, also without a ledger.
    """
    if file is not None:
        from yiben.cli.documents import verify_file

        sys.exit(0 if verify_file(file, form=form) else 1)
    start()
    from yiben.ledger.verify import verify as recompute

    verdict = recompute(printed=printed)
    if books:
        from yiben.ledger.compare import compare_books

        verdict.problems += compare_books()
    tell(verdict.problems, form=form)
    show(
        [
            {"clean": verdict.clean, "transactions": verdict.transactions, "entries": verdict.entries}
            | {"seals": verdict.seals, "head": verdict.head}
        ],
        form=form,
    )
    sys.exit(0 if verdict.clean else 1)


@click.command()
@click.argument("scene", required=False)
def rebuild(scene: str | None) -> None:
    """Drop the books and make them anew from the entries."""
    start()
    from yiben.ledger.rebuild import rebuild as make_anew

    click.echo(f"{make_anew(scene)} entries read")


@click.command()
@click.argument("scene")
@click.argument("subject")
@click.option("--name", default=None, help="Only this field or measure.")
@click.option("--as-of", type=MomentType(), default=None, help="Only what was recorded by then.")
@click.option("--format", "form", type=FORMATS, default="table")
def history(scene: str, subject: str, name: str | None, as_of: datetime | None, form: str) -> None:
    """Who said what about a subject, when, by which way, and what superseded it."""
    start()
    from yiben.ledger.frames import moment_head
    from yiben.ledger.history import history as said

    scene_pack(scene)
    rows = said(scene, subject, name=name, up_to=moment_head(as_of) if as_of else None)
    show(
        (
            {"name": row.name, "slot": row.slot, "value": json.dumps(row.value, ensure_ascii=False)}
            | {
                "at": row.at.isoformat(timespec="seconds"),
                "officer": row.officer,
                "unit": row.unit,
                "way": row.way,
            }
            | {"transaction": row.transaction, "superseded_by": row.superseded_by}
            for row in rows
        ),
        form=form,
    )
