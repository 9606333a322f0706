"""`yiben init`, `yiben demo`, `yiben serve`: a ledger, a county to look at, and the site."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from yiben.cli.desk import now, start


def migrate() -> None:
    """Make the tables of the ledger, or bring them up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiben.site.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.HOME.mkdir(parents=True, exist_ok=True)
    django.setup()
    call_command("migrate", verbosity=0)


@click.command()
@click.option("--county", default="", help="The county's name, such as 云溪县.")
@click.option("--admin", default="admin", show_default=True, help="The first administrator's user name.")
@click.option("--password", prompt=False, hide_input=True, help="Their password; made and shown if left out.")
@click.option("--bare", is_flag=True, help="Only the tables: no units, scenes or officers (for `restore`).")
def init(county: str, admin: str, password: str | None, bare: bool) -> None:
    """Make (or bring up to date) the ledger, with the built-in scenes and a first administrator."""
    migrate()
    if bare:
        click.echo("an empty ledger")
        return
    from yiben.journeys.set_up import set_up

    for line in set_up(county=county, admin=admin, password=password, at=now()):
        click.echo(line)


@click.command()
@click.option("--seed", type=int, default=None, help="Another seed makes another county.")
@click.option("--fresh", is_flag=True, help="Throw an earlier demo in this folder away first.")
def demo(seed: int | None, fresh: bool) -> None:
    """Fill an empty ledger with the demo county: 162 projects over 22 months, filed and sealed."""
    if fresh:
        _clear_demo()
    migrate()
    from yiben.journeys.make_demo import PASSWORD, SEED, make_demo
    from yiben.ledger.record import head

    if head():
        click.echo("the ledger is not empty; the demo county stays as it is (`--fresh` makes it anew)")
    else:
        make_demo(seed=SEED if seed is None else seed, progress=click.echo)
    click.echo("sign in as clerk, leader, liaison-jtj, head-jtj, verifier, auditor or admin")
    click.echo(f"the password of each is {PASSWORD}")


def _clear_demo() -> None:
    """Remove the embedded database of a demo; a real ledger has other officers and is kept."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiben.site.settings")
    from pathlib import Path

    import django
    from django.conf import settings
    from django.db import connection

    django.setup()
    if connection.vendor != "sqlite":
        raise click.ClickException("--fresh works with the embedded database only")
    if "ledger_transaction" in connection.introspection.table_names():
        from yiben.ledger.models import Transaction

        if Transaction.objects.exclude(way="demo").exists():
            raise click.ClickException("this ledger holds entries that are not of the demo; it is kept")
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{settings.DATABASES['default']['NAME']}{suffix}").unlink(missing_ok=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--workers", type=int, default=2, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the site; on loopback unless another host is named."""
    start()
    click.echo(f"Yiben 一本账: http://{host}:{port}/  (Ctrl-C ends it)")
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", "1", "--no-ws", "--log-level", "warning"]
    sys.exit(subprocess.call([*command, "yiben.site.wsgi:application"]))
