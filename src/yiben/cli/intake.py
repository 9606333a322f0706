"""`yiben take-in`: work reports into the ledger, to be reviewed on their pages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from yiben.cli.desk import FORMATS, asking, now, show, start, tell
from yiben.kernel.problems import Refused


@click.command("take-in")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--as", "username", default=None, help="The officer who does it.")
@click.option("--format", "form", type=FORMATS, default="table")
def take_in(files: Sequence[Path], username: str | None, form: str) -> None:
    """Read work reports and keep all that they state in the ledger; one bad file does not stop the rest."""
    start()
    from yiben.journeys.take_in_report import take_in_report

    rows, refused = [], 0
    for path in files:
        try:
            taken = take_in_report(path.read_bytes(), name=path.name, by=asking(username), at=now())
        except Refused as error:
            refused += 1
            tell(error.problems, form=form)
            continue
        except PermissionError as error:
            raise click.ClickException(str(error)) from error
        report = taken.report
        rows.append(
            {"file": path.name, "report": taken.digest, "figures": len(report.figures)}
            | {"projects": len(report.projects), "promises": len(report.promises)}
            | {"contradictions": sum(not check.holds for check in report.checks)}
            | {"transaction": taken.recorded.transaction}
        )
    show(rows, form=form)
    sys.exit(1 if refused else 0)
