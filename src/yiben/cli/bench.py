"""`yiben bench NAME`: measured lines with their budgets."""

from __future__ import annotations

import importlib
import json
import pkgutil

import click

import yiben.bench
from yiben.bench import Line


def names() -> list[str]:
    """The benches there are: each module of yiben.bench but the peers has `run(scale=…) -> list[Line]`."""
    found = (info.name for info in pkgutil.iter_modules(yiben.bench.__path__))
    return sorted(name for name in found if not name.endswith("_peers"))


@click.command()
@click.argument("name", required=False)
@click.option("--scale", type=float, default=1.0, help="Size of the data, 1 = the size of the budget.")
@click.option("--format", "form", type=click.Choice(["table", "json", "jsonl"]), default="table")
def bench(name: str | None, scale: float, form: str) -> None:
    """Measure one part, or list what can be measured."""
    if name is None or name not in names():
        raise click.UsageError(f"found {name!r}, expected one of: {', '.join(names())}")
    lines: list[Line] = importlib.import_module(f"yiben.bench.{name}").run(scale=scale)
    if form == "table":
        for line in lines:
            against = f"{line.against_seconds:9.3f} s {line.against}" if line.against_seconds else ""
            ratio = f"×{line.ratio:.2f}" if line.ratio else ""
            mark = "ok  " if line.kept else "OVER"
            click.echo(
                f"{mark} {line.name:<44} {line.seconds:9.3f} s {ratio:>8} {against}  [{line.budget}] {line.note}"
            )
        return
    rows = [
        {**{key: getattr(line, key) for key in Line.__dataclass_fields__}, "ratio": line.ratio}
        for line in lines
    ]
    click.echo(json.dumps(rows, ensure_ascii=False) if form == "json" else "\n".join(map(json.dumps, rows)))
