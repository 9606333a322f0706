"""`yiben scenes`: check, list, show and add packs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from yiben.cli.desk import FORMATS, asking, now, refuse, show, start, tell
from yiben.kernel.problems import Refused, errors_of
from yiben.scenes.loader import load_pack, pack_schema, read_pack


@click.group()
def scenes() -> None:
    """Scenes are data: one YAML file each."""


@scenes.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--format", "form", type=FORMATS, default="table")
def check(files: tuple[Path, ...], form: str) -> None:
    """Check pack files and explain every mistake with its line."""
    bad = False
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise click.ClickException(f"{file.name}: found {error.reason}, expected UTF-8 text") from error
        pack, problems = read_pack(text, file=file.name)
        tell(problems, form=form)
        bad = bad or pack is None or bool(errors_of(problems))
        if pack is not None:
            click.echo(f"{file.name}: scene {pack.name}, version {pack.version}, {len(pack.fields)} fields")
    sys.exit(1 if bad else 0)


@scenes.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", default=None, help="The officer who does it.")
def add(file: Path, username: str | None) -> None:
    """Install a pack, or its newer version: pages, import, rules, boards and API are there at once."""
    start()
    from yiben.ledger.packs import install_pack

    try:
        pack = load_pack(file)
        fresh = install_pack(pack, by=asking(username), at=now())
    except Refused as error:
        refuse(error)
    click.echo(
        f"scene {pack.name} (version {pack.version}) " + ("is installed" if fresh else "was there already")
    )


@scenes.command("list")
@click.option("--format", "form", type=FORMATS, default="table")
def list_(form: str) -> None:
    """The installed scenes."""
    start()
    from yiben.ledger.packs import installed, scene_names

    packs = [installed(name) for name in scene_names()]
    show(
        (
            {"scene": pack.name, "title": pack.title.zh, "version": pack.version, "fields": len(pack.fields)}
            | {"measures": len(pack.measures), "rules": len(pack.rules), "boards": len(pack.boards)}
            for pack in packs
        ),
        form=form,
    )


@scenes.command("show")
@click.argument("scene")
@click.option("--format", "form", type=FORMATS, default="table")
def show_scene(scene: str, form: str) -> None:
    """The fields and measures of a scene."""
    start()
    from yiben.cli.desk import scene_pack

    pack = scene_pack(scene)
    show(
        (
            {"name": one.name, "label": one.label.zh, "type": one.type, "unit": one.unit, "every": one.every}
            for one in pack.every_field()
        ),
        form=form,
    )


@scenes.command()
def schema() -> None:
    """The JSON Schema of a pack."""
    click.echo(json.dumps(pack_schema(), ensure_ascii=False, indent=2))
