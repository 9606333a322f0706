"""The map of towns (乡镇图): the county's own shapes where it gave them, else one tile for each town.

Tiles are six-sided and laid out from where the towns' subjects lie, so that neighbours stay
neighbours; no map data is shipped and none is fetched. A county puts its shapes into
`YIBEN_HOME/map.geojson` with `yiben map FILE`, which checks them first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from yiben import rulebook
from yiben.journeys.county_map import FILE_NAME, read_map
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.web.cockpit import Progress, Town

RED, YELLOW = "alerts.county.town_red_share", "alerts.county.town_yellow_share"
# Half the height of a tile, and what of its size is drawn: a small gap parts the tiles.
REACH, DRAWN = 1.0, 0.96
WIDE, HIGH = math.sqrt(3.0), 1.5


def shapes_of(towns: Sequence[Town]) -> tuple[dict[str, Any], bool]:
    """The map as GeoJSON, and whether it is the county's own (True) or made of tiles."""
    path = Path(settings.HOME) / FILE_NAME
    try:
        own = _own(path, path.stat().st_mtime_ns)
    except OSError:
        own = None
    return (own, True) if own is not None else (tiles(towns), False)


@lru_cache(maxsize=2)
def _own(path: Path, changed: int) -> dict[str, Any] | None:
    """The county's file as it was at `changed`; None where it does not hold (`yiben map` says why)."""
    shapes, _ = read_map(path.read_bytes(), name=path.name)
    return shapes


def colour_of(one: Progress, month: Period) -> Colour:
    """The colour of a town: by the share of red ones among its subjects that have a colour."""
    judged = one.red + one.yellow + one.green
    if not judged:
        return Colour.NONE
    red, yellow = (rulebook.value(id, on=month.last_day) for id in (RED, YELLOW))
    if one.red > red * judged:
        return Colour.RED
    return Colour.YELLOW if one.red > yellow * judged else Colour.GREEN


def shares(month: Period) -> tuple[int, int]:
    """The shares of reds beyond which a town is yellow and red, in percent."""
    yellow, red = (int(rulebook.value(id, on=month.last_day) * 100) for id in (YELLOW, RED))
    return yellow, red


def tiles(towns: Sequence[Town]) -> dict[str, Any]:
    """One six-sided tile for each town, as GeoJSON in units of half a tile's height."""
    features = []
    for name, (column, row) in sorted(_places(towns).items()):
        x, y = WIDE * (column + 0.5 * (row % 2)), -HIGH * row
        corners = [(math.cos(turn), math.sin(turn)) for turn in (math.pi * (k / 3 + 1 / 6) for k in range(6))]
        ring = [[round(x + DRAWN * REACH * dx, 3), round(y + DRAWN * REACH * dy, 3)] for dx, dy in corners]
        shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "properties": {"name": name}, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}


def _places(towns: Sequence[Town]) -> dict[str, tuple[int, int]]:
    """A column and a row for each town, each near where it lies; those that lie nowhere come last."""
    lying = {one.name: (one.longitude, one.latitude) for one in towns if one.latitude is not None}
    across = max(1, round(math.sqrt(len(towns) * 1.2)))
    taken = _nearest(_spread(lying, across), size=across + 1)
    free = (
        (column, row)
        for row in range(max((row for _, row in taken.values()), default=-1) + 1, len(towns) + across + 1)
        for column in range(across)
    )
    return taken | {one.name: next(free) for one in towns if one.name not in taken}


def _spread(lying: Mapping[str, tuple[Any, Any]], across: int) -> dict[str, tuple[float, float]]:
    """The towns' positions stretched over a field of tiles, north at the top."""
    if not lying:
        return {}
    west, east = min(x for x, _ in lying.values()), max(x for x, _ in lying.values())
    south, north = min(y for _, y in lying.values()), max(y for _, y in lying.values())
    rows = max(1, math.ceil(len(lying) / across))
    return {
        name: (
            (x - west) / (east - west) * (across - 1) if east > west else 0.0,
            (north - y) / (north - south) * (rows - 1) if north > south else 0.0,
        )
        for name, (x, y) in lying.items()
    }


def _nearest(wanted: Mapping[str, tuple[float, float]], *, size: int) -> dict[str, tuple[int, int]]:
    """Give each town a tile of its own, the closest pairs of town and tile first."""
    pairs = sorted(
        (
            (math.hypot(column + 0.5 * (row % 2) - x, row - y), name, (column, row))
            for name, (x, y) in wanted.items()
            for column in range(size)
            for row in range(size)
        ),
        key=lambda pair: (round(pair[0], 9), pair[1], pair[2]),
    )
    found: dict[str, tuple[int, int]] = {}
    used: set[tuple[int, int]] = set()
    for _, name, tile in pairs:
        if name not in found and tile not in used:
            found[name] = tile
            used.add(tile)
    return found
