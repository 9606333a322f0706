"""The cockpit's map of towns, its table of units and its cases (驾驶舱)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from databases import County, code
from yiben.kernel.problems import Refused

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 0]]


def test_every_town_has_a_tile_of_its_own_near_its_neighbours(life: County) -> None:
    from yiben.web.cockpit import Progress, Town
    from yiben.web.town_map import tiles

    lying = {"北": (31.0, 120.5), "南": (29.0, 120.5), "西": (30.0, 120.0), "东": (30.0, 121.0)}
    towns = [Town(name, Progress(), *where) for name, where in lying.items()] + [Town("别处", Progress())]
    shapes = {
        one["properties"]["name"]: one["geometry"]["coordinates"][0] for one in tiles(towns)["features"]
    }
    middles = {name: _middle(ring) for name, ring in shapes.items()}
    assert len(set(middles.values())) == len(towns)
    assert middles["北"][1] > middles["南"][1]
    assert middles["西"][0] < middles["东"][0]
    assert middles["别处"][1] < min(middles[name][1] for name in lying)


def _middle(ring: list[list[float]]) -> tuple[float, float]:
    return round(sum(x for x, _ in ring[:-1]) / 6, 2), round(sum(y for _, y in ring[:-1]) / 6, 2)


def test_a_county_map_keeps_names_and_shapes_only(life: County) -> None:
    from yiben.journeys.county_map import FILE_NAME, keep_map

    raw = _map(("平湾镇", SQUARE), secret="13800000000")
    assert keep_map(raw, name="towns.geojson", home=life.home) == ["平湾镇"]
    kept = (life.home / FILE_NAME).read_text(encoding="utf-8")
    assert "13800000000" not in kept and json.loads(kept)["features"][0]["geometry"]["type"] == "Polygon"


@pytest.mark.parametrize(
    ("raw", "place", "found"),
    [
        (b"\xff\xfe", "towns.geojson", "utf-8"),
        (b'{"type": "Point"}', "towns.geojson", "no list of features"),
        (b'{"features": [5]}', "features[0]", "5"),
        (b'{"features": [{"properties": {"name": "A"}, "geometry": {"type": "Point"}}]}', "features[0]", "A: Point"),
        (b'{"features": [{"properties": {"name": "A"}, "geometry": {"type": "Polygon", "coordinates": [[[0, NaN]]]}}]}', "features[0]", "A: Polygon"),
    ],
)  # fmt: skip
def test_a_map_that_does_not_hold_is_refused_with_its_place(
    life: County, raw: bytes, place: str, found: str
) -> None:
    from yiben.journeys.county_map import FILE_NAME, keep_map

    with pytest.raises(Refused) as refused:
        keep_map(raw, name="towns.geojson", home=life.home)
    said = str(refused.value)
    assert place in said and found in said
    assert not (life.home / FILE_NAME).exists()


def test_two_shapes_of_one_name_are_refused(life: County) -> None:
    from yiben.journeys.county_map import read_map

    shapes, problems = read_map(_map(("平湾镇", SQUARE), ("平湾镇", SQUARE)), name="towns.geojson")
    assert shapes is None and "features[1]" in str(problems[0])


def _map(*shapes: tuple[str, Any], **more: str) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name} | more,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for name, ring in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_the_cockpit_draws_tiles_or_the_countys_own_shapes(
    life: County, browser_of: Callable[[str], Any]
) -> None:
    from yiben.journeys.county_map import keep_map

    life.record(life.only(1, town="平湾镇"), life.only(2, town="石塘镇"), life.only(3, town="石塘镇"))
    page = browser_of("clerk").get("/scene/projects/cockpit").content.decode()
    data = _data(page)
    assert not data["own"] and {one["name"]: one["count"] for one in data["towns"]} == {
        "平湾镇": 1,
        "石塘镇": 2,
    }
    keep_map(_map(("平湾镇", SQUARE)), name="towns.geojson", home=life.home)
    page = browser_of("clerk").get("/scene/projects/cockpit").content.decode()
    assert _data(page)["own"] and "本县地图中没有：石塘镇" in page
    href = next(one["href"] for one in data["towns"] if one["name"] == "石塘镇")
    rows = browser_of("clerk").get(href).content.decode()
    assert code(2) in rows and code(3) in rows and code(1) not in rows


def _data(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="town-map" type="application/json">(.*?)</script>', page)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_colour_of_a_town_is_the_share_of_its_reds(life: County) -> None:
    from yiben.kernel.colours import Colour
    from yiben.kernel.periods import Period
    from yiben.web.cockpit import Progress
    from yiben.web.town_map import colour_of

    month = Period.of("2026-02")
    found = [colour_of(Progress(red=red, green=10 - red), month) for red in (0, 1, 2, 3, 4)]
    assert found == [Colour.GREEN, Colour.GREEN, Colour.YELLOW, Colour.YELLOW, Colour.RED]
    assert colour_of(Progress(subjects=4), month) is Colour.NONE


def test_cases_are_counted_as_the_day_left_them(life: County) -> None:
    from datetime import date

    from yiben.journeys.open_cases import open_cases
    from yiben.kernel.periods import Period
    from yiben.web.close_out import close_out

    month = Period.of("2026-03")
    life.record(life.only(1, planned_start="2025-01-01", stage="ready", started_on=None))
    at = next(life.moments)
    opened = open_cases(life.pack, month=month, by=life.system, at=at)
    assert opened.opened
    given = {"person": life.person("clerk"), "month": month}
    now = close_out(life.pack, on=at.date(), **given)
    assert now is not None and now.open == len(opened.opened) and now.whole.closed == 0
    assert close_out(life.pack, on=date(2025, 12, 31), **given) is None
