"""The demo county, month by month (演示县): loaded, filed, judged and sealed as a real one would be."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from django.contrib.auth.hashers import make_password

from yiben.journeys.demo_accounts import open_demo_accounts
from yiben.journeys.demo_cases import open_demo_cases
from yiben.journeys.demo_plans import change_demo_plans, freeze_demo_plans
from yiben.journeys.demo_projects import CENT, FIRST, LAST, DemoProject, county, demo_projects
from yiben.journeys.draw_board import publish_board
from yiben.journeys.publish_bulletin import approve_bulletin, publish_bulletin
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.periods import Period, months_between
from yiben.ledger.packs import install_pack
from yiben.ledger.record import Statement, head, record
from yiben.ledger.seals import seal
from yiben.people.access import Person, machine, person_of
from yiben.people.models import Duty, Officer, Unit
from yiben.people.roles import Action, Role
from yiben.scenes.loader import built_in_packs

SEED = 20261122
PASSWORD = "yiben-demo-2026"
OPENED = datetime(2024, 12, 20, 9, tzinfo=COUNTY_ZONE)
MADE = "演示数据:由固定种子生成,非真实填报"


def make_demo(
    *, seed: int = SEED, last: Period = LAST, progress: Callable[[str], None] = lambda line: None
) -> None:
    """Fill an empty ledger with the demo county: 162 projects over 22 months, each month sealed.

    `last` ends it earlier, for tests.
    """
    make_people()
    for pack in built_in_packs().values():
        install_pack(pack, by=machine("system", unit=county()["bureau"]["code"]), at=OPENED)
    projects = demo_projects(seed)
    dice = random.Random(seed + 1)
    _load_register(projects)
    progress(f"register: {len(projects)} projects")
    for month in months_between(FIRST, last):
        if month.first.month == 3:
            open_accounts(month)
        file_month(projects, month, dice)
        if month.year == LAST.year:
            change_days_of(projects, month)
        close_demo_month(month, dice)
        progress(f"{month}: filed and sealed")


def close_demo_month(month: Period, dice: random.Random) -> None:
    """Open and answer cases; from 2026 on publish the month's tables; seal it on the tenth at 18:00."""
    clerk, at = _officer("clerk"), _at(month.end + timedelta(days=9), hour=18)
    pack = built_in_packs()["projects"]
    liaisons = {unit: _officer(f"liaison-{unit.lower()}") for unit in _liaison_units()}
    open_demo_cases(month, pack=pack, clerk=clerk, liaisons=liaisons, dice=dice)
    if month.year == LAST.year:
        publish_board(pack, "monthly_show", period=month, by=clerk, at=at, way="demo")
        if month.first.month % 3 == 0:
            quarter = Period(month.shift(-2).first, 3)
            publish_board(pack, "quarterly_contest", period=quarter, by=clerk, at=at, way="demo")
            publish_board(pack, "red_flag_snail", period=quarter, by=clerk, at=at, way="demo")
    seal(month, by=clerk, at=at)
    if month >= LAST.shift(-1):
        publish_bulletin(pack, month, by=clerk, at=at + timedelta(hours=15), way="demo")
        approve_bulletin(pack, month, by=_officer("leader"), at=at + timedelta(hours=17), way="demo")


def change_days_of(projects: list[DemoProject], month: Period) -> None:
    """Nodes of a frozen plan that will come later: asked for on the seventh, answered on the eighth."""
    change_demo_plans(
        projects,
        month,
        pack=built_in_packs()["projects"],
        clerk=_officer("clerk"),
        leader=_officer("leader"),
        at=_at(month.end + timedelta(days=6), hour=23),
        answered=month < LAST,
    )


def open_accounts(month: Period) -> None:
    """The year's quotas come in and are shared out among the projects, on the twentieth of March."""
    leader = _officer("leader")
    open_demo_accounts(
        by=_officer("clerk"), approver=leader.username, at=_at(month.first + timedelta(days=19), hour=10)
    )


def _liaison_units() -> list[str]:
    data = county()
    return [row["code"] for row in (*data["departments"], *data["companies"])]


def make_people() -> None:
    """Units, towns and the officers of the demo, one for each role and one liaison per unit."""
    data = county()
    top = _unit(data["county"], kind="county", parent=None)
    bureau = _unit(data["bureau"], kind="bureau", parent=top)
    units = [_unit(row, kind="department", parent=top) for row in data["departments"]]
    units += [_unit(row, kind="company", parent=top) for row in data["companies"]]
    for row in data["towns"]:
        _unit(row, kind="town", parent=top)
    for unit in units:
        _person(f"liaison-{unit.code.lower()}", f"{unit.name}联络员", unit, Role.FILER)
        _person(f"head-{unit.code.lower()}", f"{unit.name}负责人", unit, Role.UNIT_HEAD)
    _person("verifier", "审核员", bureau, Role.VERIFIER, scope=top)
    _person("clerk", "发改局经办", bureau, Role.CLERK)
    _person("leader", "县领导", top, Role.LEADER)
    _person("auditor", "审计员", top, Role.AUDITOR)
    _person("admin", "系统管理员", bureau, Role.ADMINISTRATOR)


def _unit(row: dict[str, str], *, kind: str, parent: Unit | None) -> Unit:
    return Unit.objects.get_or_create(
        code=row["code"],
        defaults={"name": row["name"], "name_en": row.get("name_en", ""), "kind": kind, "parent": parent},
    )[0]


def _person(username: str, name: str, unit: Unit, role: Role, *, scope: Unit | None = None) -> None:
    officer = Officer.objects.create(username=username, name=name, unit=unit, password=_hashed())
    Duty.objects.create(officer=officer, role=role.value, unit=scope or unit)


@cache
def _hashed() -> str:
    """The demo's one password, hashed once for all: hashing is slow on purpose."""
    return make_password(PASSWORD)


def _officer(username: str) -> Person:
    return person_of(Officer.objects.get(username=username))


def _at(day: date, *, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=COUNTY_ZONE)


def _load_register(projects: list[DemoProject]) -> None:
    """The opening register: what was known about every project when the ledger was opened."""
    pack = built_in_packs()["projects"]
    statements: list[Statement] = []
    for project in projects:
        facts = {**project.facts, "code": project.code, "stage": stage_on(project, OPENED.date())}
        facts |= dates_until(project, OPENED.date())
        statements.append(Statement(project.code, facts))
        for node, planned, real in project.nodes():
            actual = real if real is not None and real < OPENED.date() else None
            statements.append(
                Statement(project.code, {"planned_on": planned, "actual_on": actual}, "node", node)
            )
        if 2025 in project.plans:
            statements.append(Statement(project.code, {"plan_year": project.plans[2025]}, "period", "2025"))
    record(statements, pack=pack, by=_officer("clerk"), at=OPENED, way="demo", why=MADE)


def file_month(projects: list[DemoProject], month: Period, dice: random.Random) -> None:
    """Everything that is stated about one month: the year's plan in January, then each unit's filing."""
    pack = built_in_packs()["projects"]
    if month.first.month == 1 and month.year > FIRST.year:
        plans = [
            Statement(project.code, {"plan_year": project.plans[month.year]}, "period", str(month.year))
            for project in projects
            if month.year in project.plans
        ]
        moment = _at(month.first + timedelta(days=14), hour=10)
        record(plans, pack=pack, by=_officer("clerk"), at=moment, way="demo", why=MADE, seen=head())
        freeze_demo_plans(pack, month, clerk=_officer("clerk"), at=moment)
    filings: list[tuple[datetime, str, list[Statement]]] = []
    for unit in sorted({project.unit for project in projects}):
        statements = [
            statement
            for project in projects
            if project.unit == unit and not _forgets(project, dice)
            for statement in filing(project, month, dice)
        ]
        moment = _at(month.end + timedelta(days=dice.randint(0, 6)), hour=dice.randint(9, 22))
        filings.append((moment, unit, statements))
    for moment, unit, statements in sorted(filings, key=lambda row: (row[0], row[1])):
        liaison = _officer(f"liaison-{unit.lower()}")
        record(
            statements,
            pack=pack,
            by=liaison,
            at=moment,
            way="demo",
            why=MADE,
            seen=head(),
            action=Action.FILE,
        )


def _forgets(project: DemoProject, dice: random.Random) -> bool:
    return dice.random() < (0.55 if project.temper == "silent" else 0.015)


def filing(project: DemoProject, month: Period, dice: random.Random) -> Iterator[Statement]:
    """What a liaison states about one project for one month; nothing while it need not file."""
    day = month.last_day
    facts = dates_until(project, day)
    stage = stage_on(project, day)
    yield Statement(project.code, {**facts, "stage": stage})
    for node, planned, real in project.nodes():
        if real is not None and real <= day:
            yield Statement(project.code, {"actual_on": real}, "node", node)
        elif planned <= day and month.year < LAST.year:
            yield Statement(project.code, {"forecast_on": real, "reason": "前序手续办理延后"}, "node", node)
    if stage not in ("ready", "construction") and project.finish < month.first:
        return
    if stage in ("ready", "construction", "completed"):
        yield Statement(project.code, measures(project, month, dice), "period", str(month))


def measures(project: DemoProject, month: Period, dice: random.Random) -> dict[str, object]:
    """The month's investment, physical progress and words, as the liaison would put them."""
    done = project.done(month)
    physical = min(100, round(float(done / project.total) * 100 * project.ahead))
    said: dict[str, object] = {"invested": project.monthly.get(str(month), 0), "physical": physical}
    if done:
        said["progress_note"] = f"累计完成投资{done}万元,形象进度约{physical}%。"
    if bonds := project.facts.get("bonds"):
        share = project.monthly.get(str(month), Decimal(0)) / project.total
        pace = Decimal("0.6") if project.temper == "slow" else Decimal("0.97")
        said["bond_spent"] = (bonds * share * pace).quantize(CENT)
    if project.temper in ("slow", "stalled", "late") and dice.random() < 0.6:
        said["problem_note"] = dice.choice(
            (
                "征迁尾户未签约,影响作业面交付。",
                "施工许可要件待补,正在协调。",
                "资金到位慢于计划。",
                "主要材料供货延迟。",
            )
        )
    return said


def dates_until(project: DemoProject, day: date) -> dict[str, date]:
    """The dates that have really come by `day`."""
    dates = {
        "started_on": project.start,
        "entered_on": project.entered_on,
        "completed_on": project.finish,
        "permit_on": project.start - timedelta(days=25),
        "production_on": project.finish + timedelta(days=80)
        if project.facts["class"] == "industrial"
        else None,
    }
    if project.temper == "stalled":
        dates |= {"completed_on": None, "production_on": None}
    return {name: when for name, when in dates.items() if when is not None and when <= day}


def stage_on(project: DemoProject, day: date) -> str:
    """Where the project stands on `day`."""
    known = dates_until(project, day)
    for name, stage in (
        ("production_on", "production"),
        ("completed_on", "completed"),
        ("started_on", "construction"),
    ):
        if name in known:
            return stage
    months = (project.planned_start - day).days / 30
    for least, stage in ((14, "idea"), (10, "reserve"), (6, "preliminary"), (4, "approval"), (2, "factors")):
        if months > least:
            return stage
    return "ready"
