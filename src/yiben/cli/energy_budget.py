"""`yiben energy-budget`: work out the year's energy budgets of all enterprises and set them."""

from __future__ import annotations

import click

from yiben.cli.desk import FORMATS, asking, now, refuse, show, start
from yiben.kernel.dated import NotYetInForce
from yiben.kernel.problems import Refused


@click.command("energy-budget")
@click.argument("year", type=click.IntRange(2022, 2100))
@click.option("--document", required=True, help="The paper by which the budgets are set.")
@click.option("--place", default="330109", show_default=True, help="Whose rules: a GB/T 2260 code.")
@click.option("--dry-run", is_flag=True, help="Work out and show; set nothing.")
@click.option("--as", "username", help="Act with the rights of this officer.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def energy_budget(
    year: int, document: str, place: str, dry_run: bool, username: str | None, form: str
) -> None:
    """Set the energy budgets of YEAR: last year's use, cut by band, shifted by per-mu class.

    Where a place has no rules of its own the example's (Xiaoshan 2022) are adopted. Setting again
    moves only what has changed.

    Example: yiben energy-budget 2026 --document "云发改能源〔2026〕9号" --dry-run
    """
    start()
    from yiben.journeys.set_energy_budgets import set_energy_budgets

    try:
        done = set_energy_budgets(
            year=year, document=document, by=asking(username), at=now(), place=place, preview=dry_run
        )
    except Refused as refused:
        refuse(refused)
    except NotYetInForce as error:
        raise click.ClickException(str(error)) from None
    rows = [
        {
            "code": one.enterprise.id,
            "name": one.enterprise.name,
            "why_in": one.why_in,
            "rank": one.rank,
            "band": one.band + 1,
            "cut": str(one.cut_percent),
            "shift": str(one.shift_percent),
            "budget": f"{one.amount:.2f}",
        }
        for one in done.budgets
    ]
    show(rows, form=form)
    said = "nothing recorded" if dry_run else f"transaction {done.recorded.transaction}"
    click.echo(f"{len(done.budgets)} under budget, {done.outside} outside; {said}", err=True)
