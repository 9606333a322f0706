"""What `yiben plan` prints: rows with facts beside them, and problems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from yiben.kernel.problems import Problem


def show(
    rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], form: str, also: Iterable[Problem] = ()
) -> None:
    """Rows and facts as JSON, JSON lines or a table, with the same names in each."""
    if form == "json":
        body = {**facts, "rows": list(rows), "problems": [one.as_dict() for one in also]}
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
    elif form == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    else:
        show_table(rows)
        for name, value in facts.items():
            click.echo(f"{name}: {_said(value)}")
        for one in also:
            click.echo(f"! {one}", err=True)


def _said(value: Any) -> str:
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return "; ".join(", ".join(f"{k}={v}" for k, v in one.items()) for one in value)
        return " → ".join(map(str, value))
    return str(value)


def show_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """A plain table; stars stand for yes."""
    heads = [
        name
        for name in (rows[0] if rows else ())
        if name not in ("total_slack_tenth_min", "free_slack_tenth_min")
    ]
    cells = [heads, *([_cell(row[name]) for name in heads] for row in rows)] if rows else []
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        pads = (text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True))
        click.echo("  ".join(pads).rstrip())


def _cell(value: Any) -> str:
    return (
        ("*" if value else "")
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def _width(text: str) -> int:
    return sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in text)


def tell(problems: Iterable[Problem], form: str, *, alone: bool = True) -> None:
    """Problems on the error stream, or as JSON."""
    if form == "json" and alone:
        body = {"problems": [one.as_dict() for one in problems]}
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
        return
    for one in problems:
        click.echo(f"✗ {one}", err=True)
