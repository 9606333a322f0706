"""The appraisal of a project (评价结论): route, energy, CO2, effect, and everything it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yiben.appraise.completion import Kept, Promise, check_promises
from yiben.appraise.effect import Effect, effect_of
from yiben.appraise.energy import Line, Totals, totals_of, worked_out
from yiben.appraise.factors import Factor, Factors, governing
from yiben.appraise.project import ZERO, Granted, Project
from yiben.appraise.route import Route, review_route
from yiben.appraise.two_high import Exchange, exchange_of, is_two_high
from yiben.kernel.dated import NotYetInForce
from yiben.kernel.problems import Place, Problem, Refused
from yiben.rulebook import Rulebook

# About a fiftieth of what the whole nation uses in a year; no plant comes near it.
MOST_TCE = Decimal(10) ** 8


@dataclass(frozen=True, slots=True)
class Indicators:
    """The four core indicators (四项核心指标): tce, tCO2, and both per 10,000 yuan of value added."""

    energy: Decimal
    carbon: Decimal
    energy_intensity: Decimal | None
    carbon_intensity: Decimal | None

    def as_mapping(self) -> dict[str, Decimal]:
        """The indicators that have a value, by name."""
        named = {name: getattr(self, name) for name in Indicators.__dataclass_fields__}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One project's appraisal (评价结论), complete enough to be checked by hand."""

    project: Project
    on: date
    route: Route
    lines: tuple[Line, ...]
    totals: Totals
    taken_out: tuple[str, ...]
    indicators: Indicators
    against_trade: Mapping[str, Decimal]
    against_place: Mapping[str, Decimal]
    alone: Effect
    together: Effect
    exchange: Exchange | None
    completion: tuple[Kept, ...]
    conclusion: str
    reasons_zh: tuple[str, ...]
    reasons_en: tuple[str, ...]
    factors: tuple[Factor, ...]
    warnings: tuple[Problem, ...]


def appraise(project: Project, *, book: Rulebook) -> Verdict:
    """The verdict on `project` by the rules of its day of application and its place.

    Raises Refused with place, found and expected where a factor or a fact is missing.
    """
    factors = Factors(book, project.applied_on, project.place, project.factor_year, project.factors)
    out = _taken_out(factors)
    lines = worked_out(project.uses, factors=factors)
    totals = totals_of(lines, process_carbon=project.process_carbon, taken_out=out)
    if project.rebuilt:
        before = worked_out(project.before, factors=factors)
        totals = totals.minus(totals_of(before, taken_out=out))
    _refuse_absurd(project, totals)
    route = review_route(project, totals=totals, factors=factors)
    indicators = _indicators(totals, project.value_added)
    value_added = project.value_added or ZERO
    _need_value_added(project)
    alone = effect_of(project, totals=totals, value_added=value_added, granted=(), factors=factors)
    together = effect_of(
        project, totals=totals, value_added=value_added, granted=project.granted, factors=factors
    )
    exchange = None
    if is_two_high(project, energy=totals.equivalent, factors=factors):
        exchange = exchange_of(project, energy=totals.equivalent, factors=factors)
    conclusion, zh, en = _concluded(route, together, exchange, project.granted)
    for refusal_zh, refusal_en in _refusals(project, exchange is not None, factors):
        conclusion, zh, en = "does-not-fit", (*zh, refusal_zh), (*en, refusal_en)
    return Verdict(
        project=project,
        on=project.applied_on,
        route=route,
        lines=tuple(lines),
        totals=totals,
        taken_out=tuple(sorted(out)),
        indicators=indicators,
        against_trade=_against_trade(project, indicators),
        against_place=_against_place(project, indicators),
        alone=alone,
        together=together,
        exchange=exchange,
        completion=tuple(_completion(project, indicators, book)),
        conclusion=conclusion,
        reasons_zh=zh,
        reasons_en=en,
        factors=tuple(factors.used[id] for id in sorted(factors.used)),
        warnings=tuple(factors.warnings),
    )


def _taken_out(factors: Factors) -> frozenset[str]:
    """What the rule of the day leaves out of the controlled total; nothing before there was a rule."""
    try:
        governing(factors.book, "energy.effect.taken_out", on=factors.on, place=factors.place)
    except NotYetInForce:
        return frozenset()
    return frozenset(name for name, out in factors.value("energy.effect.taken_out").items() if out)


def _refuse_absurd(project: Project, totals: Totals) -> None:
    """A use that no single project can have is a slip of the unit, told before anything rests on it."""
    if totals.equivalent > MOST_TCE:
        worst = max(project.uses, key=lambda use: use.amount)
        expected = f"at most {MOST_TCE:,.0f} tce for one project; look at the units of the carriers"
        found = f"{totals.equivalent:,.0f} tce a year"
        raise Refused([Problem("project-absurd", found, expected, worst.place)])


def _refusals(project: Project, two_high: bool, factors: Factors) -> list[tuple[str, str]]:
    """What the place's law does not let pass (不予通过、暂停), as far as the file states it."""
    stated = [flag for flag in ("banned_process", "quota_exceeded", "goal_missed") if project.flags.get(flag)]
    if not stated:
        return []
    rules = factors.value("energy.review.refusals")
    source = factors.used["energy.review.refusals"].source
    found = [rules[flag] for flag in stated if two_high or not rules[flag]["two_high"]]
    return [(f"{rule['zh']}（{source}）。", f"{rule['en']} ({source}).") for rule in found]


def _need_value_added(project: Project) -> None:
    if project.value_added is None and (project.region.energy or project.region.carbon):
        place = Place(subject=project.name, field="value_added")
        expected = "the yearly value added in 万元, as n compares intensities"
        raise Refused([Problem("project-missing", "no value added", expected, place)])


def _indicators(totals: Totals, value_added: Decimal | None) -> Indicators:
    energy, carbon = totals.equivalent, totals.carbon
    if not value_added:
        return Indicators(energy, carbon, None, None)
    return Indicators(energy, carbon, energy / value_added, carbon / value_added)


def _against_trade(project: Project, indicators: Indicators) -> dict[str, Decimal]:
    """The intensities as multiples of the trade's level."""
    average, found = project.average, {}
    if average and average.energy and indicators.energy_intensity is not None:
        found["energy_intensity"] = indicators.energy_intensity / average.energy
    if average and average.carbon and indicators.carbon_intensity is not None:
        found["carbon_intensity"] = indicators.carbon_intensity / average.carbon
    return found


def _against_place(project: Project, indicators: Indicators) -> dict[str, Decimal]:
    """The four indicators against the place: share of its total, multiple of its intensity."""
    region, found = project.region, {}
    for name, total, mine, intensity in (
        ("energy", region.energy, indicators.energy, indicators.energy_intensity),
        ("carbon", region.carbon, indicators.carbon, indicators.carbon_intensity),
    ):
        if total:
            found[name] = mine / total
            if region.gdp and intensity is not None:
                found[f"{name}_intensity"] = intensity / (total / region.gdp)
    return found


def _concluded(
    route: Route, together: Effect, exchange: Exchange | None, granted: Sequence[Granted]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The conclusion as a word (`fits`, `conditional`, `does-not-fit`, `unknown`), and its reasons."""
    zh, en = [route.sentence_zh], [route.sentence_en]
    with_granted = bool(granted)
    for room in together.rooms:
        what_zh, what_en = ("能耗", "energy") if room.name == "energy" else ("碳排放", "carbon")
        more_zh = f"（含本期已批 {len(granted)} 个项目）" if with_granted else ""
        more_en = f" with {len(granted)} granted projects" if with_granted else ""
        if room.fits:
            zh.append(
                f"{what_zh}空间 {room.before:.2f}，需用 {room.asked:.2f}{more_zh}，余 {room.after:.2f}。"
            )
            en.append(
                f"{what_en} room {room.before:.2f}, asked {room.asked:.2f}{more_en}, {room.after:.2f} left."
            )
        else:
            zh.append(
                f"{what_zh}空间 {room.before:.2f}，需用 {room.asked:.2f}{more_zh}，缺 {-room.after:.2f}。"
            )
            en.append(
                f"{what_en} room {room.before:.2f}, asked {room.asked:.2f}{more_en}, short by {-room.after:.2f}."
            )
    for year in together.path:
        if year.margin < 0:
            zh.append(
                f"{year.year} 年达峰路径上限 {year.limit:.2f}，预计 {year.expected + year.added:.2f}，超 {-year.margin:.2f}。"
            )
            en.append(
                f"{year.year}: limit {year.limit:.2f}, expected {year.expected + year.added:.2f}, over by {-year.margin:.2f}."
            )
    if exchange is not None:
        lack = f"，缺 {exchange.missing:.2f}" if exchange.missing else ""
        zh.append(
            f"两高项目：按 {exchange.ratio} 倍替代需 {exchange.needed:.2f} tce，已落实 {exchange.given_up:.2f}{lack}。"
        )
        en.append(
            f"two-high: {exchange.needed:.2f} tce needed at ratio {exchange.ratio}, {exchange.given_up:.2f} found."
        )
    if not together.fits or (exchange is not None and exchange.missing):
        return "does-not-fit", tuple(zh), tuple(en)
    if together.band is None and not together.rooms and not together.path:
        return (
            "unknown",
            (*zh, "未填所在地数据，不评价影响。"),
            (*en, "No figures of the place: effect not appraised."),
        )
    conclusion = "conditional" if (together.band or 0) >= 2 else "fits"
    return conclusion, tuple(zh), tuple(en)


def _completion(project: Project, promised: Indicators, book: Rulebook) -> list[Kept]:
    """The four indicators promised against measured, both by the factors of their own day."""
    measured = project.measured
    if measured is None:
        return []
    factors = Factors(book, measured.on, project.place, measured.factor_year, project.factors)
    lines = worked_out(measured.uses, factors=factors)
    found = totals_of(lines, process_carbon=measured.process_carbon, taken_out=frozenset())
    if project.rebuilt:
        found = found.minus(totals_of(worked_out(project.before, factors=factors), taken_out=frozenset()))
    promises = [Promise(name, "most", value) for name, value in promised.as_mapping().items()]
    return check_promises(promises, measured=_indicators(found, measured.value_added).as_mapping())
