"""The small county of the walk (小县): eight projects of three units, five months filed, June still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from databases import County, code

BOOKED = datetime(2026, 1, 12, 2, tzinfo=UTC)
REPORT = """云山县发展和改革局2026年一季度工作总结
一、主要指标。一季度GDP增长6.7%,排名全市第二;固定资产投资完成58.5亿元。
二、重大项目。共办理审批事项417项,其中备案351项、核准6项、审批60项。
"""
TOWNS = ("城关镇", "沙柳街道", "海游街道")
NAMES = (
    "环城东路改造工程",
    "精密轴承产业园一期",
    "中医院迁建工程",
    "渔港综合码头",
    "沿海高速连接线",
    "冷链物流中心",
    "第二实验小学",
    "职教中心实训楼",
)


@dataclass(frozen=True, slots=True)
class Served:
    """A served county: its address, and the clock that its site goes by."""

    address: str
    clock: Path

    def wind(self, moment: str) -> None:
        """Set the site's clock to a moment of the county's own time, such as 2026-07-03T21:10."""
        self.clock.write_text(f"{moment}:00+08:00", encoding="utf-8")


def fill(county: County) -> None:
    """Eight projects with plans, nodes and five months filed; a report read; every scene installed."""
    from yiben.journeys.open_cases import Matter, open_by_hand
    from yiben.journeys.take_in_report import take_in_report
    from yiben.kernel.periods import Period
    from yiben.ledger.packs import install_pack
    from yiben.ledger.seals import seal
    from yiben.people.models import Duty, Officer, Unit
    from yiben.scenes.loader import built_in_packs

    checker = Officer.objects.create_officer(
        "checker", name="钱审核", unit=Unit.objects.get(code="DRC"), password="a long password"
    )
    Duty.objects.create(officer=checker, role="verifier", unit=Unit.objects.get(code="DRC"))
    Unit.objects.filter(code="DRC").update(kind="bureau")
    for name, pack in built_in_packs().items():
        if name != "projects":
            install_pack(pack, by=county.system, at=BOOKED)
    register(county)
    for month in range(1, 6):
        done = ("5", "100", "100", "90", "60", "80", "100", "70")
        county.record(
            *(
                county.only(
                    number,
                    kind="period",
                    slot=f"2026-0{month}",
                    invested=done[number - 1],
                    physical=str(8 * month),
                    progress_note="主体结构施工,按节点推进。",
                )
                for number in range(1, 9)
                if number != 3
            ),
            at=datetime(2026, month + 1, 4, 12, tzinfo=UTC),
        )
    matters = [Matter(code(8), "临时用电不规范", "三日内整改", to="EDUCATION")]
    june = next_day(2026, 6, 3)
    open_by_hand(
        county.pack, matters, by=county.person("clerk"), at=june, origin="meeting", source="专班例会"
    )
    take_in_report(REPORT.encode(), name="一季度.txt", by=county.person("clerk"), at=next_day(2026, 6, 5))
    seal(Period.of("2026-05"), by=county.system, at=next_day(2026, 6, 10))


def next_day(year: int, month: int, day: int) -> datetime:
    """Ten in the morning of a day, county time."""
    return datetime(year, month, day, 2, tzinfo=UTC)


def register(county: County) -> None:
    """What is known of the projects since January; the first is slow, the third has not started."""
    units = ("TRANSPORT", "TRANSPORT", "TRANSPORT", "ROADS", "ROADS", "EDUCATION", "EDUCATION", "EDUCATION")
    classes = ("government", "industrial", "government", "government", "government", "commercial")
    rows = []
    for number, unit in enumerate(units, 1):
        late = number == 3
        start = date(2025, 9, 1) + timedelta(days=9 * number)
        facts: dict[str, Any] = {"planned_start": start, "planned_completion": date(2027, 6, 30)}
        facts |= {} if late else {"started_on": start, "entered_on": start + timedelta(days=20)}
        rows.append(
            county.project(
                number,
                name=NAMES[number - 1],
                unit=unit,
                stage="ready" if late else "construction",
                town=TOWNS[number % 3],
                leader="周县长",
                total_investment=str(5000 + 700 * number),
                latitude=f"29.{10 + number}",
                longitude=f"121.{30 + number}",
                land=f"{number}2.5",
                **facts,
                **{"class": classes[number % 6]},
            )
        )
    nodes = [
        county.only(number, kind="node", slot=node, planned_on=day)
        for number in range(1, 9)
        for node, day in (("start", date(2025, 10, 1)), ("completion", date(2027, 6, 30)))
    ]
    done = [
        county.only(number, kind="node", slot="start", actual_on=date(2025, 10, 2))
        for number in range(1, 9)
        if number != 3
    ]
    plans = [county.only(number, kind="period", slot="2026", plan_year="1200") for number in range(1, 9)]
    county.record(*rows, at=BOOKED)
    county.record(*nodes, *plans, at=BOOKED + timedelta(hours=1))
    county.record(*done, at=BOOKED + timedelta(hours=2))
