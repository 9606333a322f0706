"""The `yiben` command: thin; each subcommand is a module that is loaded only when it is called."""

from __future__ import annotations

import importlib

import click

# Subcommand → (module below yiben.cli, attribute, one line of help).
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("starting", "init", "Make the ledger, or bring it up to date."),
    "demo": ("starting", "demo", "Fill an empty ledger with the demo county."),
    "serve": ("starting", "serve", "Serve the site."),
    "scenes": ("scenes", "scenes", "Check, add, list and show scenes."),
    "import": ("tables", "import_", "Take a table (xlsx, csv, text) into a scene."),
    "export": ("tables", "export", "Write a scene as xlsx, csv or Parquet, also as of a past day."),
    "template": ("tables", "template", "Write an xlsx template that comes back clean."),
    "record": ("journal", "record", "State facts about one subject."),
    "history": ("journal", "history", "Who said what about a subject, and when."),
    "read": ("reading", "read", "Read work reports into figures, projects, promises and checks."),
    "take-in": ("intake", "take_in", "Take work reports into the ledger, to be reviewed."),
    "repair": ("reading", "repair", "Repair damaged web text into clean simplified Chinese."),
    "check": ("reading", "check", "Check the arithmetic of a report."),
    "plan": ("planning", "plan", "Schedule the nodes of a project or of the whole portfolio."),
    "assess": ("judging", "assess", "Judge a scene: colours with their reasons, or a replay of the past."),
    "cases": ("cases", "cases", "Cases and slips: open, answer, review, raise, close-out rate."),
    "board": ("judging", "board", "Draw a league table."),
    "account": ("accounts", "account", "Show what accounts hold, today or at any past moment."),
    "move": ("accounts", "move", "Move a quantity from one account to another."),
    "bulletin": ("documents", "bulletin", "Write, publish and approve the month's bulletin."),
    "slip": ("documents", "slip", "Print a slip by its number."),
    "allocate": ("allocation", "allocate", "Grant scarce quotas to claims in policy order."),
    "appraise": ("appraisal", "appraise", "Appraise a project's energy use and carbon emissions."),
    "energy-budget": ("energy_budget", "energy_budget", "Set the year's energy budgets of enterprises."),
    "seal": ("journal", "seal", "Close a month."),
    "verify": ("journal", "verify", "Recompute every hash, link and seal; or prove a bulletin's file."),
    "rebuild": ("journal", "rebuild", "Make the books anew from the entries."),
    "webhooks": (
        "webhooks",
        "webhooks",
        "Subscriptions: tell other programs of findings, cases, publications.",
    ),
    "backup": ("keeping", "backup", "Copy the whole ledger into one checked file, while it is in use."),
    "restore": ("keeping", "restore", "Bring a backup into an empty ledger, and check it."),
    "map": ("county_map", "county_map", "Check the county's own map of towns, and use it."),
    "bench": ("bench", "bench", "Measure speed against a peer or floor in the same run."),
}


class Rooms(click.Group):
    """The command group; a subcommand's module is imported when it is named, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every subcommand, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand called `cmd_name`, or None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"yiben.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of subcommands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.command(cls=Rooms)
@click.version_option(package_name="yiben")
def main() -> None:
    """Yiben (一本账): one ledger for a county's projects, indicators, quotas and promises."""
