"""Standard land promises (标准地承诺核查) and idle land (闲置土地认定与处置)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yiben.appraise.completion import Kept, Promise, check_promises
from yiben.appraise.factors import Factors
from yiben.kernel.problems import Place, Problem, Refused
from yiben.rulebook import Rulebook

STAGES = ("start", "completion", "output")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel of land sold with promises (标准地地块): area in 亩, money in 万元.

    `stopped_on` is the day on which work stopped, None while it goes on or before it began.
    """

    id: str
    place: str
    area: Decimal
    price: Decimal
    start_by: date
    promises: Mapping[str, Decimal]
    started_on: date | None = None
    stopped_on: date | None = None
    begun_area: Decimal = Decimal(0)
    investment_total: Decimal = Decimal(0)
    investment_done: Decimal = Decimal(0)
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Idle:
    """Whether a parcel is idle (闲置认定): the test that it failed, the fee, taking back."""

    idle: bool
    test: str
    fee: Decimal
    may_be_taken_back: bool
    reason_zh: str
    reason_en: str


def check_parcel(
    parcel: Parcel, *, stage: str, on: date, measured: Mapping[str, Decimal], book: Rulebook
) -> list[Kept]:
    """The promises that are checked at `stage`: start, completion or output (开工、竣工、达产).

    Raises Refused for a promise that the table of the day does not know.
    """
    assert stage in STAGES, stage
    if stage == "start":
        late = Decimal(max(0, ((parcel.started_on or on) - parcel.start_by).days))
        return check_promises([Promise("days_late", "most", Decimal(0), "日")], measured={"days_late": late})
    table = Factors(book, on, parcel.place).value("land.parcels.promises")
    if unknown := [name for name in parcel.promises if name not in table]:
        place = Place(subject=parcel.id, field="promises")
        expected = f"one of {', '.join(table)}"
        raise Refused([Problem("promise-unknown", name, expected, place) for name in unknown])
    promises = [
        Promise(name, table[name]["side"], value, table[name]["unit"])
        for name, value in parcel.promises.items()
        if table[name]["stage"] == stage
    ]
    return check_promises(promises, measured=measured)


def idle_test(parcel: Parcel, *, on: date, book: Rulebook) -> Idle:
    """Whether the parcel is idle on a day, by the rules of that day.

    Not begun more than a year after the agreed day; or begun, stopped for a year, and less than a
    third of the area or a quarter of the investment done. A cause of the government's or force
    majeure (`excused`) forbids the fee and taking back.
    """
    _check(parcel)
    factors = Factors(book, on, parcel.place)
    years = factors.number("land.parcels.idle_years")
    if parcel.started_on is None or parcel.started_on > on:
        if on <= _years_after(parcel.start_by, years):
            return _not_idle("尚未超过约定动工日一年", "not more than a year past the agreed start")
        zh = f"约定 {parcel.start_by} 动工，至 {on} 未动工，超过 {years} 年"
        en = f"agreed to start by {parcel.start_by}, not begun on {on}, more than {years} year"
        back = on >= _years_after(parcel.start_by, factors.number("land.parcels.take_back_years"))
        return _idle(parcel, "not-begun", zh, en, factors, back=back)
    if parcel.stopped_on is None:
        return _not_idle("已动工且未中止", "begun and not stopped")
    area = parcel.begun_area / parcel.area
    money = parcel.investment_done / parcel.investment_total if parcel.investment_total else Decimal(0)
    little = area < factors.ratio("land.parcels.idle_area") or money < factors.ratio(
        "land.parcels.idle_investment"
    )
    stopped = factors.number("land.parcels.idle_stopped_years")
    if not little or on < _years_after(parcel.stopped_on, stopped):
        return _not_idle(
            "开发面积、投资比例或中止时间未达闲置标准", "area, money or time stopped do not meet the test"
        )
    zh = f"已动工面积 {area:.1%}、投资 {money:.1%}，自 {parcel.stopped_on} 中止满 {stopped} 年"
    en = f"{area:.1%} of the area and {money:.1%} of the money, stopped since {parcel.stopped_on}"
    return _idle(parcel, "stopped", zh, en, factors, back=False)


def _check(parcel: Parcel) -> None:
    problems = []
    for name, value, most in (
        ("area", parcel.area, None),
        ("begun_area", parcel.begun_area, parcel.area),
        ("price", parcel.price, None),
        ("investment_done", parcel.investment_done, None),
    ):
        place = Place(subject=parcel.id, field=name)
        if not value.is_finite() or value < 0 or (name == "area" and value == 0):
            problems.append(Problem("parcel-amount", str(value), "an amount above zero", place))
        elif most is not None and value > most:
            problems.append(Problem("parcel-amount", str(value), f"at most the parcel's {most}亩", place))
    if problems:
        raise Refused(problems)


def _not_idle(zh: str, en: str) -> Idle:
    return Idle(False, "", Decimal(0), False, zh, en)


def _idle(parcel: Parcel, test: str, zh: str, en: str, factors: Factors, *, back: bool) -> Idle:
    if parcel.excused:
        return Idle(
            True, test, Decimal(0), False, f"{zh}；因政府原因或不可抗力，不收闲置费", f"{en}; excused, no fee"
        )
    fee = parcel.price * factors.number("land.parcels.idle_fee")
    return Idle(True, test, fee, back, f"{zh}；闲置费 {fee:.2f} 万元", f"{en}; idle fee {fee:.2f} 万元")


def _years_after(day: date, years: Decimal) -> date:
    """The same day `years` years later; 29 February becomes 28 February."""
    year = day.year + int(years)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
