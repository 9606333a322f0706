"""What a month's bulletin counts (月度指标): from a scene's tables and colours, for any scene.

What there is follows from the pack: the first choice field tells classes, the stage field the
life cycle, the first adding monthly measure with its yearly plan the progress, and the dates that
the pack calls actual the month's events. A scene that lacks one simply has no such numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.kernel.units import plain
from yiben.scenes.frames import Frames
from yiben.scenes.model import Field, Pack
from yiben.writers.documents.counted import Part, Tally
from yiben.writers.documents.numbers import month_text

COLOUR_WORDS = {
    Colour.RED: "红灯",
    Colour.YELLOW: "黄灯",
    Colour.GREEN: "绿灯",
    Colour.EXEMPT: "豁免",
    Colour.NONE: "不适用",
}
FALLEN = (Colour.YELLOW, Colour.RED)


@dataclass(frozen=True, slots=True)
class Flow:
    """What a scene is measured by (主要进度): done by month, and the yearly plan it is held against."""

    done: Field
    plan: Field | None


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject as a bulletin needs it (对象)."""

    key: str
    name: str
    unit: str
    kind: str
    stage: str


@dataclass(frozen=True, slots=True)
class Colours:
    """The month's and the last month's overall colours (灯色), by subject."""

    now: Mapping[str, Colour]
    before: Mapping[str, Colour]


def main_flow(pack: Pack) -> Flow | None:
    """The first measure that adds by month, and the first yearly one of the same type and unit.

    `settings.cockpit: {done: …, plan: …}` says it plainly; secret measures are never printed.
    """
    stated = pack.settings.get("cockpit", {})
    flows = [one for one in pack.measures.values() if one.adds and one.every == "month" and not one.secret]
    done = next((one for one in flows if one.name == stated.get("done")), next(iter(flows), None))
    if done is None:
        return None
    alike = [
        one
        for one in pack.measures.values()
        if one.adds
        and one.every == "year"
        and not one.secret
        and (one.type, one.unit) == (done.type, done.unit)
    ]
    return Flow(done, next((one for one in alike if one.name == stated.get("plan")), next(iter(alike), None)))


def class_field(pack: Pack) -> Field | None:
    """What subjects are told apart by beside their stage: the first open field with choices."""
    stated = pack.settings.get("cockpit", {}).get("class")
    choices = [
        one
        for one in pack.fields.values()
        if one.type == "choice" and one.name != pack.stage_field and not one.secret
    ]
    return next((one for one in choices if one.name == stated), next(iter(choices), None))


def event_dates(pack: Pack) -> list[Field]:
    """The date fields that say what has happened: the pack's actual dates."""
    names = pack.settings.get("judging", {}).get("actual_dates", ())
    return [pack.fields[name] for name in names if name in pack.fields and not pack.fields[name].secret]


def read_subjects(frames: Frames) -> dict[str, Subject]:
    """Every subject of the scene, by key."""
    pack, kind = frames.pack, class_field(frames.pack)
    names = [pack.display, pack.unit_field, kind.name if kind else "", pack.stage_field]
    columns = ["subject", *dict.fromkeys(name for name in names if name)]
    rows = frames.subjects.select(columns).to_pylist()
    return {
        row["subject"]: Subject(row["subject"], *(str(row.get(name) or "") if name else "" for name in names))
        for row in sorted(rows, key=lambda row: row["subject"])
    }


def count_month(frames: Frames, month: Period, tally: Tally, *, colours: Colours | None = None) -> None:
    """Put every number of the month into the tally."""
    subjects = read_subjects(frames)
    unit = "个"
    tally.count(
        "subjects", _keys(frames.pack, subjects), unit=unit, metric=f"账内全部{frames.pack.subject.zh}"
    )
    _count_classes(frames.pack, subjects, tally, unit)
    _count_stages(frames.pack, subjects, tally, unit)
    flow = main_flow(frames.pack)
    if flow is not None:
        _count_flow(frames, flow, subjects, month, tally)
    for one in event_dates(frames.pack):
        _count_events(frames, one, month, tally, unit)
    if colours is not None:
        count_colours(frames.pack, subjects, colours, tally)


def _keys(pack: Pack, subjects: Iterable[str]) -> Iterable[Part]:
    return (Part(key, pack.key, value=key) for key in subjects)


def _count_classes(pack: Pack, subjects: Mapping[str, Subject], tally: Tally, unit: str) -> None:
    kind = class_field(pack)
    if kind is None:
        return
    for value, label in kind.choices.items():
        parts = [Part(one.key, kind.name, value=value) for one in subjects.values() if one.kind == value]
        tally.count(f"class.{value}", parts, unit=unit, metric=f"{kind.label.zh}为{label.zh}")


def _count_stages(pack: Pack, subjects: Mapping[str, Subject], tally: Tally, unit: str) -> None:
    if not pack.stage_field:
        return
    stage_field, kind = pack.fields[pack.stage_field], class_field(pack)
    by_stage: dict[str, list[Subject]] = defaultdict(list)
    for one in subjects.values():
        by_stage[one.stage].append(one)
    for stage, label in stage_field.choices.items():
        held = by_stage.get(stage, [])
        metric = f"{stage_field.label.zh}为{label.zh}"
        parts = [Part(one.key, stage_field.name, value=stage) for one in held]
        tally.count(f"stage.{stage}", parts, unit=unit, metric=metric)
        for value, words in kind.choices.items() if kind else ():
            inner = [Part(one.key, stage_field.name, value=stage) for one in held if one.kind == value]
            assert kind is not None
            told = f"{metric}，{kind.label.zh}为{words.zh}"
            tally.count(f"stage.{stage}.{value}", inner, unit=unit, metric=told)


def _count_flow(
    frames: Frames, flow: Flow, subjects: Mapping[str, Subject], month: Period, tally: Tally
) -> None:
    year = Period.of(f"{month.year:04d}")
    done, plan = flow.done, flow.plan
    rows = _measured(frames, flow, subjects)
    name, unit = done.label.zh, done.unit

    def total(id: str, first: date, last: date, metric: str) -> None:
        held = [part for day, part in rows[done.name] if first <= day <= last]
        tally.amount(id, held, unit=unit, metric=metric)

    last = month.shift(-1)
    total("done", year.first, month.first, f"{month.year}年1月至{month.first.month}月{name}合计")
    total("month", month.first, month.first, f"{month_text(month)}{name}合计")
    total("last", last.first, last.first, f"{month_text(last)}{name}合计")
    tally.difference("month_more", "month", "last", unit=unit, metric="本月与上月之差")
    tally.change("month_growth", "month", "last", metric="本月较上月增减比例")
    before = year.shift(-1).first
    total(
        "done_before",
        before,
        month.first.replace(year=month.year - 1),
        f"{month.year - 1}年1月至{month.first.month}月{name}合计",
    )
    tally.change("done_growth", "done", "done_before", metric="本年累计较上年同期增减比例")
    progress = Fraction(month.last_day.month, 12)
    tally.share("time", progress, metric=f"时间进度：{month.first.month}个月占全年12个月")
    if plan is None:
        return
    held = [part for day, part in rows[plan.name] if day == year.first]
    tally.amount("plan", held, unit=unit, metric=f"{month.year}年{plan.label.zh}合计")
    if tally.ratio("completion", "done", "plan", metric="本年累计完成占年度计划比例") is not None:
        tally.points("gap", "completion", "time", metric="完成比例与时间进度之差")


def _measured(
    frames: Frames, flow: Flow, subjects: Mapping[str, Subject]
) -> dict[str, list[tuple[date, Part]]]:
    """What was filed for the done measure and its plan: first day of the period, and the fact."""
    found: dict[str, list[tuple[date, Part]]] = {}
    for one in (flow.done, flow.plan):
        if one is None:
            continue
        table = frames.measures.select(["subject", "period", "every", one.name])
        rows = [
            row
            for row in table.to_pylist()
            if row["every"] == one.every and row[one.name] is not None and row["subject"] in subjects
        ]
        rows.sort(key=lambda row: (row["subject"], row["period"]))
        found[one.name] = [(row["period"], _part(one, row)) for row in rows]
    return found


def _part(one: Field, row: Mapping[str, Any]) -> Part:
    months = {"month": 1, "quarter": 3, "year": 12}[one.every]
    value: Decimal = plain(row[one.name])
    return Part(row["subject"], one.name, "period", str(Period(row["period"], months)), f"{value:f}")


def _count_events(frames: Frames, one: Field, month: Period, tally: Tally, unit: str) -> None:
    rows = frames.subjects.select(["subject", one.name]).to_pylist()
    dated = sorted((row["subject"], row[one.name]) for row in rows if row[one.name] is not None)
    year = Period.of(f"{month.year:04d}")

    def within(first: date) -> list[Part]:
        held = ((key, day) for key, day in dated if first <= day < month.end)
        return [Part(key, one.name, value=day.isoformat()) for key, day in held]

    name = one.label.zh
    tally.count(
        f"event.{one.name}.month", within(month.first), unit=unit, metric=f"{name}在{month_text(month)}"
    )
    told = f"{name}在{month.year}年1月至{month.first.month}月"
    tally.count(f"event.{one.name}.year", within(year.first), unit=unit, metric=told)


def count_colours(
    pack: Pack, subjects: Mapping[str, Subject], colours: Colours, tally: Tally, *, unit: str = "个"
) -> None:
    """The colours of the month and of the month before, and who changed."""
    for colour, word in COLOUR_WORDS.items():
        for id, when, held in (("now", "本月", colours.now), ("before", "上月", colours.before)):
            parts = _coloured(subjects, held, (colour,))
            tally.count(f"colour.{colour.word}.{id}", parts, unit=unit, metric=f"{when}研判总灯为{word}")
        now, before = f"colour.{colour.word}.now", f"colour.{colour.word}.before"
        tally.difference(
            f"colour.{colour.word}.change", now, before, unit=unit, metric=f"{word}本月与上月之差"
        )
    fell, rose, newly, ended = [], [], [], []
    for key in subjects:
        after, earlier = _colour(colours.now, key), _colour(colours.before, key)
        part = Part(key, "colour", "colour", value=f"{COLOUR_WORDS[earlier]}→{COLOUR_WORDS[after]}")
        if after > earlier and after in FALLEN:
            fell.append(part)
        if after < earlier and earlier in FALLEN:
            rose.append(part)
        if after is Colour.RED and earlier is not Colour.RED:
            newly.append(part)
        if earlier is Colour.RED and after is not Colour.RED:
            ended.append(part)
    tally.count("newly_red", newly, unit=unit, metric="上月非红灯、本月红灯")
    tally.count("no_longer_red", ended, unit=unit, metric="上月红灯、本月非红灯")
    tally.count("worse", fell, unit=unit, metric="本月灯色较上月加重")
    tally.count("better", rose, unit=unit, metric="本月灯色较上月减轻")


def _colour(held: Mapping[str, Colour], key: str) -> Colour:
    return held.get(key, Colour.NONE)


def _coloured(
    subjects: Iterable[str], held: Mapping[str, Colour], wanted: Sequence[Colour]
) -> Iterable[Part]:
    for key in subjects:
        colour = _colour(held, key)
        if colour in wanted:
            yield Part(key, "colour", "colour", value=COLOUR_WORDS[colour])
