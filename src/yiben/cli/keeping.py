"""`yiben backup` and `yiben restore`: the whole ledger in one checked file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from yiben.cli.desk import asking, now, refuse, start
from yiben.cli.starting import migrate
from yiben.kernel.problems import Refused


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "username", default=None, help="The officer who does it.")
def backup(file: Path, username: str | None) -> None:
    """Copy the whole ledger, attachments included, into FILE while it is in use."""
    start()
    from yiben.ledger.backup import backup as copy

    try:
        manifest = copy(file, by=asking(username), at=now())
    except (FileExistsError, PermissionError) as error:
        raise click.ClickException(str(error)) from error
    for fault in (*manifest.faults, *manifest.lost):
        click.echo(f"✗ {fault}", err=True)
    click.echo(f"{file}: {manifest.transactions} transactions, head {manifest.head}")
    sys.exit(1 if manifest.faults or manifest.lost else 0)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring FILE into an empty ledger (of either database), rebuild the books and verify everything."""
    migrate()
    from yiben.ledger.restore import restore as bring

    try:
        manifest = bring(file)
    except Refused as error:
        refuse(error)
    click.echo(f"{manifest.transactions} transactions restored and verified, head {manifest.head}")
