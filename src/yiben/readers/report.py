"""A report, read (报告读取): repair → view → quantities → figures, projects, promises, checks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from yiben.readers.arithmetic import Check, checks_of
from yiben.readers.cells import table_drafts
from yiben.readers.documents import Document
from yiben.readers.figures import Draft, figure_reader_for, months_resolved
from yiben.readers.lexicon import Lexicon, lexicon
from yiben.readers.offsets import Mapped
from yiben.readers.outline import Outline, outline_of
from yiben.readers.pages import Page, page_of
from yiben.readers.projects import Mention, project_reader_for
from yiben.readers.promises import Promise, promises_of
from yiben.readers.quantities import Quantity, lexer_for
from yiben.readers.repair import Repair, repair_text
from yiben.readers.rows import table_lines
from yiben.readers.view import View, view_of

VERSION = "1"
# The aspects of a project that tell the whole sum put into it.
_WHOLE = ("总投资", "总投资额", "计划总投资", "概算总投资")
# What stands between a sum and the project that it is put into.
_OF = re.compile(r"(?:以上|左右)?(?:建设|实施|兴建|打造)?的")


@dataclass(frozen=True, slots=True)
class Figure:
    """One stated quantity with everything that the report says about it (数据)."""

    doc: str
    start: int
    end: int
    text: str
    value: Decimal | tuple[Decimal, Decimal] | None
    unit: str
    measure: str
    bound: str
    subject: str
    place: str | None
    period: str | None
    status: str
    compare: str | None
    scope: str | None
    why: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The figure as plain values for JSON; a whole number has no point."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {**found, "value": plain_value(self.value), "why": list(self.why)}


@dataclass(frozen=True, slots=True)
class Project:
    """One mention of a named investment project (投资项目)."""

    doc: str
    start: int
    end: int
    text: str
    name: str
    event: str | None
    amount: Decimal | None
    unit: str | None
    period: str | None
    status: str
    why: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The mention as plain values for JSON."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {**found, "amount": plain_value(self.amount), "why": list(self.why)}


@dataclass(frozen=True, slots=True)
class Source:
    """The text that a report was read from, as the grammar saw it, and the way back to the document."""

    view: View
    outline: Outline
    outer: Mapped | None = None

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """The span in the document of a span of the grammar's text."""
        span = self.view.span_of(start, end)
        return self.outer.span_of(*span) if self.outer else span


@dataclass(frozen=True, slots=True)
class Report:
    """What one document states: its page, figures, projects, promises, checks and repairs."""

    doc: str
    page: Page
    figures: tuple[Figure, ...]
    projects: tuple[Project, ...]
    promises: tuple[Promise, ...]
    checks: tuple[Check, ...]
    repairs: tuple[Repair, ...]
    source: Source


def read_report(raw: str, *, doc: str = "", words: Lexicon | None = None) -> Report:
    """Read the whole of a report's text; offsets of every record lead into `raw`."""
    words = words or lexicon()
    repaired = repair_text(raw, words=words)
    view = view_of(repaired)
    page = page_of(view.text, words=words)
    outline = outline_of(view.text, page, words=words)
    rows = table_lines(view.text)
    mentions = project_reader_for(words).read(view.text, sections=outline.sections, skipped=rows)
    quantities = _outside_names(lexer_for(words).read(view.text), mentions, page)
    names = [(mention.start, mention.end) for mention in mentions if _alone(mention, view.text)]
    drafts = figure_reader_for(words).read(
        view.text, quantities, page=page, outline=outline, skipped=rows, names=names
    )
    drafts = sorted(
        [*drafts, *table_drafts(view.text, rows, page=page, words=words)], key=lambda d: d.quantity.start
    )
    drafts = list(months_resolved(drafts, page.year))
    figures = tuple(_figure(draft, raw, view, doc) for draft in drafts)
    projects = tuple(_project(mention, drafts, raw, view, doc, words) for mention in mentions)
    promises = promises_of(view, raw, outline, drafts, mentions, figures=figures, doc=doc, words=words)
    checks = checks_of(view.text, drafts, figures)
    return Report(doc, page, figures, projects, promises, checks, repaired.repairs, Source(view, outline))


def read_document(document: Document, *, doc: str = "", words: Lexicon | None = None) -> Report:
    """Read a document; offsets lead into its source (of html: the page's source)."""
    report = read_report(document.text.text, doc=doc or document.name, words=words)
    if document.text.unchanged:
        return report

    def moved(record: Any) -> Any:
        """The record with its span in the source."""
        start, end = document.text.span_of(record.start, record.end)
        return replace(record, start=start, end=end, text=document.source[start:end])

    return replace(
        report,
        source=replace(report.source, outer=document.text),
        figures=tuple(map(moved, report.figures)),
        projects=tuple(map(moved, report.projects)),
        promises=tuple(map(moved, report.promises)),
        checks=tuple(
            replace(check, stated=moved(check.stated), operands=tuple(map(moved, check.operands)))
            for check in report.checks
        ),
        repairs=tuple(
            replace(repair, start=document.text.start_of(repair.start), end=document.text.end_of(repair.end))
            for repair in report.repairs
        ),
    )


def _outside_names(quantities: Sequence[Quantity], mentions: Sequence[Mention], page: Page) -> list[Quantity]:
    """Numbers inside a project's name (中核200兆瓦光伏项目) or in the page's furniture are no figures."""
    spans = sorted([(m.start, m.end) for m in mentions] + list(page.furniture))
    kept, at = [], 0
    for quantity in quantities:
        while at < len(spans) and spans[at][1] <= quantity.start:
            at += 1
        if at < len(spans) and spans[at][0] <= quantity.start and quantity.end <= spans[at][1]:
            continue
        kept.append(quantity)
    return kept


def _figure(draft: Draft, raw: str, view: View, doc: str) -> Figure:
    start, end = view.span_of(draft.quantity.start, draft.quantity.end)
    return Figure(
        doc=doc,
        start=start,
        end=end,
        text=raw[start:end],
        value=draft.reading.value,
        unit=draft.quantity.unit,
        measure=draft.reading.measure,
        bound=draft.quantity.bound,
        subject=draft.subject,
        place=draft.place,
        period=draft.period,
        status=draft.status,
        compare=draft.compare,
        scope=draft.scope if draft.reading.measure == "rank" else None,
        why=tuple(why for why in draft.why if why),
    )


def _project(
    mention: Mention, drafts: Sequence[Draft], raw: str, view: View, doc: str, words: Lexicon
) -> Project:
    start, end = view.span_of(mention.start, mention.end)
    amount = _amount_of(mention, drafts, view.text)
    return Project(
        doc=doc,
        start=start,
        end=end,
        text=raw[start:end],
        name=mention.name,
        event=mention.event,
        amount=amount[0] if amount else None,
        unit=amount[1] if amount else None,
        period=mention.section.period,
        status="target" if mention.section.plans else "actual",
        why=(mention.why,),
    )


def _amount_of(mention: Mention, drafts: Sequence[Draft], text: str) -> tuple[Decimal, str] | None:
    """The sum of money that the clause gives for this one project, before its name (总投资…的) or after it."""
    here = bisect_left(drafts, mention.end, key=lambda d: d.quantity.start)
    invested = here and _invested(drafts[here - 1], text[drafts[here - 1].quantity.end : mention.start])
    if invested and _alone(mention, text):
        quantity = drafts[here - 1].quantity
        return (quantity.value, quantity.unit) if isinstance(quantity.value, Decimal) else None
    for draft in drafts[here:][:4]:
        quantity = draft.quantity
        if quantity.kind != "money":
            continue
        if draft.subject.removeprefix(mention.name) in _WHOLE and isinstance(quantity.value, Decimal):
            return quantity.value, quantity.unit
        between = text[mention.end : quantity.start]
        if (
            len(between) > 24
            or any(mark in between for mark in ",;。、\n")
            or not isinstance(quantity.value, Decimal)
        ):
            return None
        return quantity.value, quantity.unit
    return None


def _alone(mention: Mention, text: str) -> bool:
    """Whether the name stands in no list of projects (甲、乙, 甲等3个项目): a sum beside it is its own."""
    beside = text[mention.start - 1 : mention.start], text[mention.end : mention.end + 1]
    return not any(one and one in "、等和及与" for one in beside)


def _invested(draft: Draft, between: str) -> bool:
    """Whether a number is the investment in the project named after it: 总投资12.5亿元(左右)的."""
    return draft.quantity.kind == "money" and "投资" in draft.clause[-8:] and bool(_OF.fullmatch(between))


def plain_value(value: Decimal | tuple[Decimal, Decimal] | None) -> Any:
    """A value as JSON has it."""
    if isinstance(value, tuple):
        return [plain_value(part) for part in value]
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


__all__ = [
    "VERSION",
    "Figure",
    "Outline",
    "Project",
    "Report",
    "Source",
    "plain_value",
    "read_document",
    "read_report",
]
