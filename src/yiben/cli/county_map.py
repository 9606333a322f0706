"""`yiben map`: the county's own shapes of its towns for the cockpit."""

from __future__ import annotations

from pathlib import Path

import click

from yiben.cli.desk import refuse, scene_pack, start
from yiben.kernel.problems import Refused


@click.command("map")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--scene", default="projects", show_default=True, help="The scene whose towns are compared.")
@click.option("--remove", is_flag=True, help="Go back to one tile for each town.")
def county_map(file: Path | None, scene: str, remove: bool) -> None:
    """Check a GeoJSON FILE of towns and use it on the cockpit; without one, tell what is in use.

    Each feature needs a Polygon or MultiPolygon and a property `name` as the scene writes the town.
    """
    start()
    from django.conf import settings

    from yiben.journeys.county_map import FILE_NAME, drop_map, keep_map, read_map, towns_of

    pack = scene_pack(scene)
    if remove:
        click.echo("removed; towns are drawn as tiles" if drop_map(settings.HOME) else "there was no map")
        return
    try:
        if file is not None:
            names = keep_map(file.read_bytes(), name=file.name, home=settings.HOME)
        elif (kept := settings.HOME / FILE_NAME).exists():
            shapes, problems = read_map(kept.read_bytes(), name=FILE_NAME)
            if shapes is None:
                raise Refused(problems)
            names = [one["properties"]["name"] for one in shapes["features"]]
        else:
            click.echo("no map of the county's own; towns are drawn as tiles")
            return
    except Refused as error:
        refuse(error)
        return
    towns = towns_of(pack)
    click.echo(f"{len(names)} shapes; {len(towns & set(names))} of {len(towns)} towns of {scene} have one")
    if missing := sorted(towns - set(names)):
        click.echo(f"without a shape: {'、'.join(missing)}")
