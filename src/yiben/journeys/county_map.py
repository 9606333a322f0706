"""The county's own map of towns (本县乡镇图): a GeoJSON file, checked and put beside the ledger.

Kept are names and shapes only. Whatever else a file says of a place (codes, people, fields of the
program that made it) stays out of the pages.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.books import PREFIX, subject_book
from yiben.scenes.model import Pack

FILE_NAME = "map.geojson"
MOST_BYTES, MOST_SHAPES, MOST_POINTS = 8_000_000, 400, 20_000
NAMES = ("name", "NAME", "Name", "名称", "乡镇名称")
# A point of a map is drawn to about a metre.
DIGITS = 5


def read_map(raw: bytes, *, name: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The shapes of a file with their names, or None with what is wrong and where. Never raises."""
    problems: list[Problem] = []

    def wrong(found: str, expected: str, *, at: str = "") -> None:
        problems.append(Problem("county-map", found, expected, Place(file=name, field=at)))

    if len(raw) > MOST_BYTES:
        wrong(f"{len(raw):,} bytes", f"at most {MOST_BYTES:,} (simplify the outlines)")
        return None, problems
    try:
        given = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        wrong(str(error)[:120], "a GeoJSON file in UTF-8")
        return None, problems
    features = given.get("features") if isinstance(given, dict) else None
    if not isinstance(features, list) or not 0 < len(features) <= MOST_SHAPES:
        found = f"{len(features)} features" if isinstance(features, list) else "no list of features"
        wrong(found, f"a FeatureCollection of 1 to {MOST_SHAPES} features")
        return None, problems
    kept, seen = [], set()
    for number, feature in enumerate(features):
        at = f"features[{number}]"
        called, shape, fault = _feature(feature)
        if fault is not None:
            wrong(*fault, at=at)
        elif called in seen:
            wrong(f"the name {called!r} a second time", "one shape for each town", at=at)
        else:
            seen.add(called)
            kept.append({"type": "Feature", "properties": {"name": called}, "geometry": shape})
    points = sum(1 for one in kept for _ in _points(one["geometry"]["coordinates"]))
    if points > MOST_POINTS:
        wrong(f"{points:,} points", f"at most {MOST_POINTS:,} (simplify the outlines)")
    return (None if problems else {"type": "FeatureCollection", "features": kept}), problems


def _feature(feature: Any) -> tuple[str, Any, tuple[str, str] | None]:
    """A feature's name and rounded shape, or what was found and expected."""
    if not isinstance(feature, dict):
        return "", None, (repr(feature)[:60], "a feature")
    said, shape = feature.get("properties"), feature.get("geometry")
    names = [said.get(one) for one in NAMES] if isinstance(said, dict) else []
    called = next((one.strip() for one in names if isinstance(one, str) and one.strip()), "")
    if not called or len(called) > 60:
        return "", None, (repr(called), "a name of at most 60 signs, as the scene's rows write the town")
    kind = shape.get("type") if isinstance(shape, dict) else None
    depth = {"Polygon": 1, "MultiPolygon": 2}.get(str(kind), 0)
    rings = _rounded(shape["coordinates"], depth) if depth and "coordinates" in shape else None
    if rings is None:
        return "", None, (f"{called}: {str(kind)[:40]}", "a Polygon or MultiPolygon of finite numbers")
    return called, {"type": kind, "coordinates": rings}, None


def _rounded(given: Any, depth: int) -> Any:
    """Coordinates nested `depth` lists deep above their points, rounded; None where they are not."""
    if not isinstance(given, list) or not given:
        return None
    if depth < 0:
        numbers = given[:2]
        sound = len(numbers) == 2 and all(
            isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
            for one in numbers
        )
        return [round(one, DIGITS) for one in numbers] if sound else None
    found = [_rounded(one, depth - 1) for one in given]
    return None if None in found else found


def _points(coordinates: Any) -> Iterator[Any]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates
    else:
        for one in coordinates:
            yield from _points(one)


def keep_map(raw: bytes, *, name: str, home: Path) -> list[str]:
    """Check a file and make it the county's map; the names of its shapes. Raises Refused."""
    shapes, problems = read_map(raw, name=name)
    if shapes is None:
        raise Refused(problems)
    home.mkdir(parents=True, exist_ok=True)
    written = home / f".{FILE_NAME}.being-written"
    written.write_text(json.dumps(shapes, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    os.replace(written, home / FILE_NAME)
    return [str(one["properties"]["name"]) for one in shapes["features"]]


def drop_map(home: Path) -> bool:
    """Put the county's map away; whether there was one."""
    try:
        (home / FILE_NAME).unlink()
    except FileNotFoundError:
        return False
    return True


def towns_of(pack: Pack) -> set[str]:
    """The places that a scene's rows name today."""
    if not pack.place_field:
        return set()
    column = PREFIX + pack.place_field
    rows = subject_book(pack)._default_manager.filter(recorded_to=None).exclude(**{f"{column}__isnull": True})
    return {str(one) for one in rows.values_list(column, flat=True).distinct() if one}
