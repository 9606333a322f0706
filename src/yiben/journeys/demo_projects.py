"""The made-up life of the demo county's projects (演示项目): the same seed, the same county."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from yiben.kernel.periods import Period

FIRST, LAST = Period.of("2025-01"), Period.of("2026-10")
CENT = Decimal("0.01")
# Months from coding to start, for each node on the way (the generator's own, not a regulation).
STEPS = {
    "industrial": (
        ("filed", -8), ("energy_review", -6), ("eia", -5), ("land_supply", -4),
        ("planning_permit", -2), ("building_permit", -1), ("start", 0),
    ),
    "government": (
        ("filed", -12), ("land_review", -10), ("energy_review", -9), ("feasibility", -8), ("eia", -6),
        ("land_supply", -4), ("planning_permit", -2), ("building_permit", -1), ("start", 0),
    ),
    "commercial": (
        ("land_supply", -6), ("filed", -5), ("planning_permit", -2), ("building_permit", -1), ("start", 0),
    ),
}  # fmt: skip
TEMPERS = (("steady", 62), ("early", 14), ("slow", 10), ("late", 8), ("stalled", 3), ("silent", 3))


@cache
def county() -> dict[str, Any]:
    """The county's units, towns, leaders and kinds of projects."""
    text = (resources.files("yiben.journeys") / "demo_county.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@dataclass(slots=True)
class DemoProject:
    """One project's true life, from which filings are drawn month by month.

    `temper` says how it goes: steady, early, slow (money behind), late (starts late), stalled
    (stops in the middle), silent (its liaison forgets to file).
    """

    code: str
    unit: str
    temper: str
    facts: dict[str, Any]
    planned_start: date
    start: date
    months: int
    total: Decimal
    plans: dict[int, Decimal] = field(default_factory=dict)
    monthly: dict[str, Decimal] = field(default_factory=dict)
    entered_on: date | None = None
    ahead: float = 1.0

    @property
    def finish(self) -> date:
        """The day on which the work is really done."""
        return _plus_months(self.start, self.months)

    def nodes(self) -> Iterator[tuple[str, date, date | None]]:
        """Every node with its planned and its true date; a stalled project never gets to the last two."""
        for name, offset in STEPS[self.facts["class"]]:
            yield name, _plus_months(self.planned_start, offset), _plus_months(self.start, offset)
        planned_end = _plus_months(self.planned_start, self.planned_months)
        stalled = self.temper == "stalled"
        structure = None if stalled else _between(self.start, self.finish)
        yield "structure", _between(self.planned_start, planned_end), structure
        yield "completion", planned_end, None if stalled else self.finish

    @property
    def planned_months(self) -> int:
        """How long the plan says that building takes."""
        return self.months if self.temper in ("steady", "early") else max(8, round(self.months * 0.8))

    def done(self, month: Period) -> Decimal:
        """Investment done since the start, to the end of `month`, in 万元."""
        return sum((value for key, value in self.monthly.items() if key <= str(month)), Decimal(0))


def demo_projects(seed: int) -> list[DemoProject]:
    """The county's 162 projects, the same for the same seed."""
    dice = random.Random(seed)
    projects: list[DemoProject] = []
    names: set[str] = set()
    for class_, count in county()["counts"].items():
        for _ in range(count):
            projects.append(_project(dice, class_, len(projects) + 1, names))
    return projects


def _project(dice: random.Random, class_: str, number: int, names: set[str]) -> DemoProject:
    kind, unit, least, greatest = dice.choice(county()["projects"][class_])
    name = _name(dice, kind, class_, names)
    town = dice.choice(county()["towns"])
    temper = dice.choices([name for name, _ in TEMPERS], [weight for _, weight in TEMPERS])[0]
    planned_start = _plus_months(date(2024, 4, 15), dice.randint(0, 45)) + timedelta(
        days=dice.randint(-10, 12)
    )
    lateness = {"late": dice.randint(2, 8), "early": -1, "silent": 1}.get(temper, 0)
    total = Decimal(dice.randint(least // 100, greatest // 100) * 100)
    project = DemoProject(
        code=_code(dice, planned_start, number),
        unit=unit,
        temper=temper,
        facts={},
        planned_start=planned_start,
        start=_plus_months(planned_start, lateness) + timedelta(days=dice.randint(0, 9)),
        months=dice.randint(10, 34) if total > 20000 else dice.randint(6, 18),
        total=total,
    )
    project.facts = _facts(dice, project, name=name, class_=class_, town=town)
    _spread(dice, project)
    # Physical progress runs a little before or behind the money, always by the same share.
    project.ahead = dice.uniform(0.94, 1.06)
    if dice.random() < (0.5 if temper == "silent" else 0.97):
        project.entered_on = project.start + timedelta(days=dice.choice((8, 12, 20, 25, 28, 41, 75)))
    return project


def _name(dice: random.Random, kind: str, class_: str, names: set[str]) -> str:
    while True:
        name = f"{dice.choice(county()['brands'])}{kind}{dice.choice(county()['suffixes'])}"
        if name not in names:
            names.add(name)
            return name


def _code(dice: random.Random, start: date, number: int) -> str:
    coded = _plus_months(start, -dice.randint(9, 14))
    kind = "02" if number % 7 == 0 else "01"
    return f"{coded:%y%m}-331098-04-{kind}-{number:03d}{dice.randint(100, 999)}"


def _facts(
    dice: random.Random, project: DemoProject, *, name: str, class_: str, town: Mapping[str, Any]
) -> dict[str, Any]:
    total = project.total
    finish = _plus_months(project.planned_start, project.planned_months)
    facts = {
        "name": name,
        "class": class_,
        "approval": {"government": "examination"}.get(
            class_, "filing" if dice.random() < 0.93 else "verification"
        ),
        "unit": project.unit,
        "owner": name[:2]
        + {"government": "建设指挥部", "commercial": "置业有限公司"}.get(class_, "科技有限公司"),
        "town": town["name"],
        "leader": dice.choice(county()["leaders"]),
        "latitude": f"{float(town['latitude']) + dice.uniform(-0.018, 0.018):.4f}",
        "longitude": f"{float(town['longitude']) + dice.uniform(-0.022, 0.022):.4f}",
        "total_investment": total,
        "land": Decimal(dice.randint(20, 2400)) / 10,
        "approved_on": _plus_months(project.planned_start, -7),
        "planned_start": project.planned_start,
        "planned_completion": finish,
        "provincial": dice.random() < 0.12,
        "invested_before": Decimal(0),
    }
    if class_ == "industrial":
        facts["energy"] = Decimal(dice.randint(20, 4200))
    if class_ == "government":
        bonds = (total * dice.choice((0, 0, 20, 30)) / 100).quantize(CENT)
        # What no bond pays may ask the central budget for a share.
        central = Decimal(0) if bonds else (total * 15 / 100).quantize(CENT)
        facts |= {"bonds": bonds, "budget_central": central, "budget_local": total - bonds - central}
    else:
        loans = (total * dice.randint(20, 50) / 100).quantize(CENT)
        facts |= {"loans": loans, "own_funds": total - loans}
    return facts


def _spread(dice: random.Random, project: DemoProject) -> None:
    """Lay the money over the months in a slow-fast-slow curve, and make the years' plans."""
    pace = {"slow": 0.55, "stalled": 0.8, "early": 1.08}.get(project.temper, 1.0)
    stall = project.months // 2 if project.temper == "stalled" else None
    months = list(Period(_first(project.start), project.months).each_month())
    done = Decimal(0)
    for index, month in enumerate(months):
        if stall is not None and index >= stall:
            break
        share = _curve((index + 1) / project.months) - _curve(index / project.months)
        noise = dice.uniform(0.75, 1.25)
        amount = min((project.total * Decimal(share * noise * pace)).quantize(CENT), project.total - done)
        done += amount
        project.monthly[str(month)] = amount
    before = sum((value for key, value in project.monthly.items() if key < str(FIRST)), Decimal(0))
    project.facts["invested_before"] = before
    for year in (2025, 2026):
        plan = _planned_between(project, date(year, 1, 1), date(year + 1, 1, 1))
        if plan > 0:
            project.plans[year] = plan


def _planned_between(project: DemoProject, start: date, end: date) -> Decimal:
    def share(day: date) -> float:
        gone = (day.year - project.planned_start.year) * 12 + day.month - project.planned_start.month
        return _curve(min(1.0, max(0.0, gone / project.planned_months)))

    return (project.total * Decimal(share(end) - share(start))).quantize(Decimal(10)).quantize(CENT)


def _curve(part: float) -> float:
    """The share of money spent when `part` of the time is over: slow, fast, slow."""
    return part * part * (3 - 2 * part)


def _between(start: date, end: date) -> date:
    return start + (end - start) * 6 // 10


def _first(day: date) -> date:
    return day.replace(day=1)


def _plus_months(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, min(day.day, 28))
