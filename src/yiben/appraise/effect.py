"""Effect of a project on its place (对所在地的影响): m, n, room and peak path, alone and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yiben.appraise.energy import Totals
from yiben.appraise.factors import Factors
from yiben.appraise.project import ZERO, Granted, Project

BANDS = (
    ("影响较小", "small"),
    ("一定影响", "some"),
    ("较大影响", "fairly large"),
    ("重大影响", "major"),
    ("决定性影响", "decisive"),
)


@dataclass(frozen=True, slots=True)
class Share:
    """One measure of effect (影响指标) in percent with its band, 0 the lightest to 4 the gravest."""

    name: str
    percent: Decimal
    band: int

    @property
    def band_zh(self) -> str:
        """The band's published name."""
        return BANDS[self.band][0]


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a room (剩余空间): before, asked, after; below zero it does not fit."""

    name: str
    before: Decimal
    asked: Decimal

    @property
    def after(self) -> Decimal:
        """What is left."""
        return self.before - self.asked

    @property
    def fits(self) -> bool:
        """Whether the project fits into the room."""
        return self.after >= 0


@dataclass(frozen=True, slots=True)
class PathYear:
    """One year of the peak path (达峰路径): limit, forecast without new projects, added, margin."""

    year: int
    limit: Decimal
    expected: Decimal
    added: Decimal

    @property
    def margin(self) -> Decimal:
        """What is left below the limit; below zero the path is broken."""
        return self.limit - self.expected - self.added


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of one project, or of it with everything granted (影响)."""

    shares: tuple[Share, ...]
    rooms: tuple[Room, ...]
    path: tuple[PathYear, ...]

    @property
    def band(self) -> int | None:
        """The gravest band; None where nothing could be measured."""
        return max((share.band for share in self.shares), default=None)

    @property
    def fits(self) -> bool:
        """Whether every room holds and no year of the path is broken."""
        return all(room.fits for room in self.rooms) and all(year.margin >= 0 for year in self.path)


def band_of(percent: Decimal, *, ends: Sequence[Decimal | int]) -> int:
    """The band of a percentage; upper ends belong to the lighter band.

    >>> [band_of(Decimal(value), ends=[1, 3, 10, 20]) for value in ("1", "1.01", "20", "20.01")]
    [0, 1, 3, 4]
    """
    return sum(1 for end in ends if percent > Decimal(end))


def m_percent(energy: Decimal, *, increment: Decimal) -> Decimal:
    """m: the project's energy as percent of the place's increment control figure."""
    return energy / increment * 100


def n_percent(*, energy: Decimal, gdp: Decimal, added_energy: Decimal, added_value: Decimal) -> Decimal:
    """n: by how many percent the project moves the place's intensity; ((a+d)/(b+e) − c) / c.

    >>> round(n_percent(energy=Decimal(1000), gdp=Decimal(2000), added_energy=Decimal(10), added_value=Decimal(5)), 4)
    Decimal('0.7481')
    """
    before = energy / gdp
    return ((energy + added_energy) / (gdp + added_value) - before) / before * 100


def effect_of(
    project: Project, *, totals: Totals, value_added: Decimal, granted: Sequence[Granted], factors: Factors
) -> Effect:
    """The effect of `totals` on the project's region, on top of `granted` (empty: alone)."""
    region = project.region
    energy = totals.controlled + sum((one.energy for one in granted), ZERO)
    carbon = totals.carbon + sum((one.carbon for one in granted), ZERO)
    value = value_added + sum((one.value_added for one in granted), ZERO)
    shares, rooms = [], []

    def add_share(name: str, percent: Decimal, bands: str) -> None:
        shares.append(Share(name, percent, band_of(percent, ends=factors.value(f"energy.effect.{bands}"))))

    if region.increment:
        add_share("m", m_percent(energy, increment=region.increment), "m_bands")
    if region.energy and region.gdp:
        n = n_percent(energy=region.energy, gdp=region.gdp, added_energy=energy, added_value=value)
        add_share("n", n, "n_bands")
    if region.carbon_room:
        add_share("m_carbon", m_percent(carbon, increment=region.carbon_room), "m_bands")
    if region.carbon and region.gdp:
        n = n_percent(energy=region.carbon, gdp=region.gdp, added_energy=carbon, added_value=value)
        add_share("n_carbon", n, "n_bands")
    if region.energy_room is not None:
        rooms.append(Room("energy", region.energy_room, energy))
    if region.carbon_room is not None:
        rooms.append(Room("carbon", region.carbon_room, carbon))
    return Effect(tuple(shares), tuple(rooms), tuple(_path(project, totals.carbon, granted)))


def _path(project: Project, carbon: Decimal, granted: Sequence[Granted]) -> list[PathYear]:
    start = project.production_year or project.applied_on.year
    years = []
    for year, limit in sorted(project.region.limit.items()):
        added = sum((one.carbon for one in granted if one.year <= year), ZERO)
        if year >= start:
            added += carbon
        years.append(PathYear(year, limit, project.region.expected.get(year, ZERO), added))
    return years
