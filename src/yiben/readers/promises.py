"""Promises of a plan and their answers (承诺与兑现): what, how much, by when; kept or missed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from yiben.kernel.units import UnitMismatch, UnknownUnit, convert
from yiben.readers.deeds import Deeds
from yiben.readers.figures import Draft
from yiben.readers.lexicon import Lexicon, either, lexicon
from yiben.readers.outline import Outline, Section, sentences
from yiben.readers.periods import year_of
from yiben.readers.projects import Mention
from yiben.readers.subjects import namer_for
from yiben.readers.view import View

if TYPE_CHECKING:
    from yiben.readers.report import Figure, Project, Report

Verdict = Literal["kept", "missed", "exceeded", "unmentioned"]
_ACT = re.compile(r"[,;。]")
_EVENTS = (
    "plan",
    "reserve",
    "preliminary",
    "signed",
    "land",
    "approved",
    "start",
    "construction",
    "topped_out",
    "complete",
    "operation",
)
_DOWN = re.compile(r"时间|时限|天数|下降|降低|能耗|失业率|事故|死亡|压缩|减少|发案|跑动|排放|浓度|负债")
_ALIKE = 0.62
_STOP = frozenset("的了和与及在为对等中上下新增速加快推进建设完成实现确保力争持续深化积极全面工作达到以上")


@dataclass(frozen=True, slots=True)
class Promise:
    """One target (a number), project step or planned act (承诺), with its place in the raw text."""

    doc: str
    start: int
    end: int
    text: str
    kind: Literal["target", "project", "act"]
    what: str
    value: Decimal | tuple[Decimal, Decimal] | None = None
    unit: str = ""
    bound: str = "exact"
    measure: str = ""
    event: str | None = None
    by: str | None = None
    place: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The promise as plain values for JSON."""
        from yiben.readers.report import plain_value

        found = {name: getattr(self, name) for name in self.__slots__}
        return {**found, "value": plain_value(self.value)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a promise (兑现): the verdict, and the places of both statements."""

    promise: Promise
    verdict: Verdict
    doc: str = ""
    start: int | None = None
    end: int | None = None
    text: str = ""
    value: Decimal | tuple[Decimal, Decimal] | None = None
    likeness: float = 0.0
    why: str = ""
    gap: Decimal | None = None
    period: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values for JSON, both places in it."""
        from yiben.readers.report import plain_value

        answer = {"doc": self.doc, "start": self.start, "end": self.end, "text": self.text}
        return {
            "verdict": self.verdict,
            "promise": self.promise.as_dict(),
            "answer": {**answer, "value": plain_value(self.value)} if self.doc else None,
            "likeness": round(self.likeness, 3),
            "gap": plain_value(self.gap),
            "period": self.period,
            "why": self.why,
        }


def promises_of(
    view: View,
    raw: str,
    outline: Outline,
    drafts: Sequence[Draft],
    mentions: Sequence[Mention],
    *,
    figures: Sequence[Figure],
    doc: str,
    words: Lexicon,
) -> tuple[Promise, ...]:
    """Each target, project step and planned act of the plan sections, and forecasts of a review."""
    found = [*_targets(drafts, figures), *_steps(view, raw, mentions, doc)]
    taken = sorted((promise.start, promise.end) for promise in found)
    verbs = re.compile(
        rf"^(?:{either([*words.words('grammar', 'light_verbs', 'action_verbs'), *_verbs(words)])})"
    )
    for section in outline.sections:
        if section.plans and not section.glossary:
            found += _acts(view, raw, section, doc, verbs, taken)
    return tuple(sorted(found, key=lambda promise: promise.start))


def _verbs(words: Lexicon) -> list[str]:
    return [verb for listed in words.parts["projects"]["before"].values() for verb in listed]


def _targets(drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Promise]:
    for draft, figure in zip(drafts, figures, strict=True):
        if figure.status not in ("target", "forecast"):
            continue
        assert draft.subject == figure.subject
        yield Promise(
            doc=figure.doc,
            start=figure.start,
            end=figure.end,
            text=figure.text,
            kind="target",
            what=figure.subject,
            value=figure.value,
            unit=figure.unit,
            bound=figure.bound,
            measure=figure.measure,
            by=figure.period,
            place=figure.place,
        )


def _steps(view: View, raw: str, mentions: Sequence[Mention], doc: str) -> Iterator[Promise]:
    for mention in mentions:
        if mention.section.plans:
            start, end = view.span_of(mention.start, mention.end)
            yield Promise(
                doc=doc,
                start=start,
                end=end,
                text=raw[start:end],
                kind="project",
                what=mention.name,
                event=mention.event,
                by=mention.section.period,
            )


def _acts(
    view: View, raw: str, section: Section, doc: str, verbs: re.Pattern[str], taken: Sequence[tuple[int, int]]
) -> list[Promise]:
    """Clauses that begin with a verb of doing and hold neither a target nor a project."""
    found = []
    for start, end in sentences(view.text, section.start, section.end):
        at = start
        for mark in [*_ACT.finditer(view.text, start, end), None]:
            stop = mark.start() if mark else end
            clause = view.text[at:stop]
            lead = len(clause) - len(
                re.sub(
                    r"^(?:\s|\(?[一二三四五六七八九十]+\)|\d{1,2}[.、]|[一二三四五六七八九十]+[是、])+",
                    "",
                    clause,
                )
            )
            left = at + lead
            at = stop + 1
            if not 6 <= stop - left <= 60 or not verbs.match(view.text[left:stop]):
                continue
            begin, finish = view.span_of(left, stop)
            near = bisect_left(taken, (finish, 0))
            if near and taken[near - 1][1] > begin:
                continue
            found.append(
                Promise(
                    doc=doc,
                    start=begin,
                    end=finish,
                    text=raw[begin:finish],
                    kind="act",
                    what=view.text[left:stop],
                    by=section.period,
                )
            )
    return found


def answers_of(promised: Report, later: Report) -> tuple[Answer, ...]:
    """How the report `later` answers each promise of `promised` (兑现情况).

    A target is answered by an actual figure of the same indicator, place and period; a project by
    a mention of the same name; an act, and a project that is not mentioned by its name, by a
    sentence of the review that says nearly the same.
    """
    deeds = Deeds(later.source, lexicon())
    return tuple(_answer(promise, later, deeds) for promise in promised.promises)


def _answer(promise: Promise, later: Report, deeds: Deeds) -> Answer:
    if promise.kind == "target":
        return _answer_target(promise, later.figures)
    if promise.kind == "project":
        answer = _answer_project(promise, later.projects)
        return answer if answer.doc else _answer_act(promise, later, deeds)
    return _answer_act(promise, later, deeds)


def _answer_act(promise: Promise, later: Report, deeds: Deeds) -> Answer:
    deed = deeds.best(promise.what)
    if deed is None:
        return Answer(promise, "unmentioned")
    verdict: Verdict = "missed" if deed.undone else "kept"
    why = "said to be undone" if deed.undone else "the review says so"
    doc = later.doc or later.page.title or "later"
    return Answer(promise, verdict, doc, deed.start, deed.end, deed.text, None, deed.likeness, why)


def _answer_target(promise: Promise, figures: Sequence[Figure]) -> Answer:
    best: tuple[float, Figure] | None = None
    for figure in figures:
        if figure.status != "actual" or figure.measure != promise.measure or not _fits(promise, figure):
            continue
        likeness = alike(promise.what, figure.subject)
        likeness += 0.05 if figure.period == promise.by else 0.0
        if likeness >= _ALIKE and (best is None or likeness > best[0]):
            best = (likeness, figure)
    if best is None:
        return Answer(promise, "unmentioned")
    likeness, figure = best
    verdict, why, gap = _verdict(promise, figure)
    if figure.period != promise.by:
        why = f"{why}; stated for {figure.period}, promised for {promise.by}"
    return Answer(
        promise=promise,
        verdict=verdict,
        doc=figure.doc or "later",
        start=figure.start,
        end=figure.end,
        text=figure.text,
        value=figure.value,
        likeness=likeness,
        why=why,
        gap=gap,
        period=figure.period,
    )


def _fits(promise: Promise, figure: Figure) -> bool:
    if promise.place and figure.place and promise.place != figure.place:
        return False
    if promise.by and figure.period and year_of(promise.by) != year_of(figure.period):
        return False
    return _in_unit(figure, promise.unit) is not None


def _in_unit(figure: Figure, unit: str) -> Decimal | None:
    value = figure.value[0] if isinstance(figure.value, tuple) else figure.value
    if value is None or figure.unit == unit:
        return value
    try:
        return convert(value, figure.unit, unit)
    except (UnknownUnit, UnitMismatch):
        return None


def _verdict(promise: Promise, figure: Figure) -> tuple[Verdict, str, Decimal | None]:
    """Kept, missed or exceeded, and by how much; a rank and a time are better when smaller."""
    done = _in_unit(figure, promise.unit)
    value = promise.value
    low, high = value if isinstance(value, tuple) else (value, value)
    if done is None or low is None or high is None:
        return "unmentioned", "no number to compare", None
    smaller = promise.measure == "rank" or promise.bound == "max" or bool(_DOWN.search(promise.what))
    if smaller:
        done, low, high = -done, -high, -low
    if done < low:
        near = promise.bound == "approx" and done >= low - abs(low) * Decimal("0.05")
        gap = low - done
        return ("kept", "about as promised", gap) if near else ("missed", f"short by {gap}", gap)
    if done > high and promise.bound in ("exact", "approx"):
        return "exceeded", f"over by {done - high}", done - high
    if done > high * Decimal("1.2"):
        return "exceeded", f"over by {done - low}", done - low
    return "kept", "reached", None


def _answer_project(promise: Promise, projects: Sequence[Project]) -> Answer:
    best: tuple[float, Project] | None = None
    for project in projects:
        if project.status != "actual":
            continue
        likeness = alike(promise.what, project.name)
        if likeness >= 0.75 and (best is None or likeness > best[0]):
            best = (likeness, project)
    if best is None:
        return Answer(promise, "unmentioned")
    likeness, project = best
    verdict: Verdict = "kept"
    if promise.event in _EVENTS and project.event in _EVENTS:
        ahead = _EVENTS.index(project.event) - _EVENTS.index(promise.event)
        verdict = "kept" if ahead == 0 else "exceeded" if ahead > 0 else "missed"
    why = f"promised {promise.event}, now {project.event}"
    return Answer(
        promise, verdict, project.doc, project.start, project.end, project.text, None, likeness, why
    )


def alike(one: str, other: str) -> float:
    """How much two subjects share, 0 to 1: characters that carry meaning, and pairs of them.

    >>> alike("固定资产投资增速", "固定资产投资增速")
    1.0
    """
    one, other = _usual(one), _usual(other)
    if one == other:
        return 1.0
    return 0.5 * _overlap(
        Counter(c for c in one if c not in _STOP), Counter(c for c in other if c not in _STOP)
    ) + 0.5 * _overlap(
        Counter(one[i : i + 2] for i in range(len(one) - 1)),
        Counter(other[i : i + 2] for i in range(len(other) - 1)),
    )


def _usual(subject: str) -> str:
    """The subject with its indicator under the usual name, so that GDP and 地区生产总值 agree."""
    namer = namer_for(lexicon())
    found = namer.indicator.search(subject)
    return subject.replace(found[0], namer.indicators[found[1]], 1) if found else subject


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
