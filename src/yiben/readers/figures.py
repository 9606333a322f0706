"""Every stated quantity as a figure (数据): value, unit, measure, subject, place, period, status."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from yiben.readers.drafts import LIST, Carried, Draft
from yiben.readers.lexicon import Lexicon
from yiben.readers.matching import last_match
from yiben.readers.measures import Reading, gauge_for
from yiben.readers.naming import Naming
from yiben.readers.outline import Outline, Section, sentences
from yiben.readers.pages import Page
from yiben.readers.periods import Stated, resolve, span, stated_in
from yiben.readers.quantities import Quantity
from yiben.readers.statuses import Statuses
from yiben.readers.subjects import namer_for

# What stands before the year of a goal at the head of a clause: 到2027年, 力争到2027年.
_GOAL = re.compile(r"[,;。:\n (](?:力争|确保|争取|预计|计划)?[到至在]$")
_BREAKS = (",", ";", ":", "。", "\n")


class FigureReader:
    """Turns quantities into figures, sentence by sentence."""

    def __init__(self, words: Lexicon) -> None:
        self.words = words
        self.gauge = gauge_for(words)
        self.namer = namer_for(words)
        self.naming = Naming(words)
        self.statuses = Statuses(words)
        self.scope = re.compile(rf"(?:{words.either('grammar', 'scopes')})")
        self.place_head = re.compile(
            r"^(?:其中|,|、|:|\s)*([\u4e00-\u9fff]{2,10}?[省市县区州旗盟])(?![级委里])"
        )

    def read(
        self,
        text: str,
        quantities: Sequence[Quantity],
        *,
        page: Page,
        outline: Outline,
        skipped: Sequence[tuple[int, int]] = (),
        names: Sequence[tuple[int, int]] = (),
    ) -> list[Draft]:
        """A draft for each quantity of the running text; table rows (`skipped`) are left out.

        `names` are the spans of project names: a thing measured ends where its name ends.
        """
        drafts: list[Draft] = []
        at, skip, carried = 0, 0, Carried()
        stated = list(stated_in(text))
        said = 0
        for section in outline.sections:
            carried = Carried()
            for start, end in sentences(text, section.start, section.end):
                while at < len(quantities) and quantities[at].start < start:
                    at += 1
                first = at
                while at < len(quantities) and quantities[at].start < end:
                    at += 1
                while said < len(stated) and stated[said].start < start:
                    said += 1
                if text[start - 1 : start] == "\n":
                    carried = Carried(scope=carried.scope)
                if first == at:
                    carried.period = None
                    continue
                while skip < len(skipped) and skipped[skip][1] <= start:
                    skip += 1
                if skip < len(skipped) and skipped[skip][0] <= start:
                    continue
                spoken = []
                while said < len(stated) and stated[said].start < end:
                    spoken.append(stated[said])
                    said += 1
                drafts += self._sentence(
                    text, start, end, quantities[first:at], spoken, names, section, page, carried
                )
        return drafts

    def _sentence(
        self,
        text: str,
        start: int,
        end: int,
        found: Sequence[Quantity],
        spoken: Sequence[Stated],
        names: Sequence[tuple[int, int]],
        section: Section,
        page: Page,
        carried: Carried,
    ) -> list[Draft]:
        drafts: list[Draft] = []
        edge = start
        for index, quantity in enumerate(found):
            left = max(edge, max(text.rfind(mark, edge, quantity.start) + 1 for mark in _BREAKS))
            clause = _own_brackets(text[left : quantity.start])
            stop = found[index + 1].start if index + 1 < len(found) else end
            after = _until_break(text, quantity.end, stop)
            if after[:1] == "的":
                after = after[: _name_end(quantity.end + 1, names) - quantity.end]
            before = _handed_on(drafts[-1]) if drafts and LIST.match(clause) else None
            draft = Draft(quantity, clause, after, self.gauge.read(quantity, clause, before=before))
            draft.named = _named_before(text, edge, quantity.start - len(clause), names)
            drafts.append(draft)
            edge = quantity.end
        self.naming.name_all(text, start, drafts, carried)
        for index, draft in enumerate(drafts):
            self._time(text, start, drafts, index, spoken, section, page, carried)
            draft.status, why = self.statuses.of(
                text, start, draft.quantity.start, draft.clause, plans=section.plans
            )
            draft.why.append(why)
            self._where(text, start, draft, page, carried)
        return drafts

    def _time(
        self,
        text: str,
        start: int,
        drafts: list[Draft],
        index: int,
        spoken: Sequence[Stated],
        section: Section,
        page: Page,
        carried: Carried,
    ) -> None:
        """The period: stated in the sentence, handed on by the paragraph, or the section's."""
        draft = drafts[index]
        if draft.period:
            return
        place = draft.quantity.start
        default, year = section.period, page.year
        if section.plans and section.period:
            year = int(re.findall(r"\d{4}", section.period)[0])
        stated = [
            s
            for s in spoken
            if s.end <= place
            and not s.compared
            and _leads(text, s, place, page.year)
            and not _due(text, s, place)
        ]
        macro = self.namer.is_macro(draft.subject)
        chosen = self._chosen(text, stated, default, year, monthly=bool(default and len(default) > 4))
        if chosen:
            draft.period, why = chosen, "stated"
            aside = "其中" in text[start : stated[-1].start]
            if (
                stated[-1].kind not in ("total", "this")
                and not aside
                and not text.startswith("前", stated[-1].end)
            ):
                carried.period = chosen
            if macro or not chosen.startswith("asof"):
                carried.macro = chosen
        elif macro and carried.macro and not section.plans:
            draft.period, why = carried.macro, "indicator of the paragraph"
        elif carried.period and not section.plans and self._continues(text, start, drafts):
            draft.period, why = carried.period, "carried on"
        else:
            draft.period, why = default, "section"
        draft.why.append(f"period: {why}")

    def _chosen(
        self, text: str, stated: Sequence[Stated], default: str | None, year: int | None, *, monthly: bool
    ) -> str | None:
        chosen: str | None = None
        since = False
        for last, said in zip(["", *(s.kind for s in stated)], stated, strict=False):
            if said.kind == "since":
                since, chosen = True, None if last == "total" else chosen
                continue
            if said.kind == "total" and not monthly:
                continue
            if said.kind in ("total", "this") and chosen:
                continue
            if said.kind == "year" and said.year and year and not year - 2 <= said.year <= year + 8:
                continue
            if said.kind == "year" and chosen and set(re.findall(r"\d{4}", chosen)) == {str(said.year)}:
                continue
            if said.kind == "whole" and text[said.start : said.end] == "年度":
                continue
            if said.kind == "quarter" and text.startswith("月度", said.end):
                continue
            if said.kind == "quarter" and since and (year or said.year):
                chosen = span(said.year or year or 0, 1, 3 * said.first)
                continue
            chosen = resolve(said, text, year=year, default=default) or chosen
        return chosen

    def _continues(self, text: str, start: int, drafts: list[Draft]) -> bool:
        """Whether the sentence goes straight on with numbers, so that a stated period still holds."""
        first = drafts[0].quantity.start
        head = text[start:first]
        return not any(mark in head for mark in ",;") or head.startswith("其中")

    def _where(self, text: str, start: int, draft: Draft, page: Page, carried: Carried) -> None:
        draft.place = page.place
        if draft.reading.measure == "rank":
            self._scope(text, start, draft, carried)
        head = self.place_head.match(draft.clause)
        if head and head[1] in self.words.places and head[1] != page.place:
            rest = draft.clause[head.end() :]
            if rest and draft.reading.measure != "rank":
                draft.place = head[1]
                draft.why.append("place: named")

    def _scope(self, text: str, start: int, draft: Draft, carried: Carried) -> None:
        """Among whom the rank is: named in the clause, earlier in the sentence, or in the paragraph."""
        sentence = text[max(start, draft.quantity.start - 40) : draft.quantity.start]
        found = (
            self.namer.scope_at_end(draft.clause)
            or self._last_scope(draft.clause)
            or self._last_scope(sentence)
        )
        if found:
            carried.scope = found
        draft.scope = found or carried.scope

    def _last_scope(self, text: str) -> str | None:
        found = last_match(self.scope, text)
        return found[0] if found else None


def _named_before(text: str, since: int, upto: int, names: Sequence[tuple[int, int]]) -> str:
    """The last project that is named from `since` to `upto`, with no stronger mark than a comma after it."""
    at = bisect_right(names, upto, key=lambda name: name[1])
    start, end = names[at - 1] if at else (-1, -1)
    return "" if start < since or ";" in text[end:upto] else text[start:end]


def _name_end(start: int, names: Sequence[tuple[int, int]]) -> int:
    """Where the project's name that begins at `start` ends; far away where none begins there."""
    at = bisect_left(names, (start, 0))
    return names[at][1] if at < len(names) and names[at][0] == start else sys.maxsize


def _handed_on(draft: Draft) -> Reading:
    """The reading that the next number of a list continues; a sign that was written is the number's own."""
    reading, value = draft.reading, draft.quantity.value
    if isinstance(value, Decimal) and isinstance(reading.value, Decimal) and value < 0:
        return replace(reading, value=abs(reading.value))
    return reading


def _own_brackets(clause: str) -> str:
    """The part of a clause on the number's own side of a bracket."""
    opened, closed = clause.rfind("("), clause.rfind(")")
    if opened > closed:
        return clause[opened + 1 :] or re.split("[、为是)]", clause[:opened])[-1]
    if closed >= 0 and "(" not in clause[:closed]:
        return clause[closed + 1 :]
    return clause


def _leads(text: str, said: Stated, place: int, year: int | None) -> bool:
    """Whether a year holds for the number at `place`: another year inside a name of an award does not."""
    if (
        said.kind != "year"
        or said.year == year
        or text[max(0, said.start - 1) : said.start] in tuple(",;。:\n (")
    ):
        return True
    if _GOAL.search(text, max(0, said.start - 6), said.start):
        return ";" not in text[said.end : place]
    return not any(mark in text[said.end : place] for mark in ",;")


def _due(text: str, said: Stated, place: int) -> bool:
    """Whether a period is a day of delivery (10月底前) of an earlier part of the sentence."""
    return text.startswith("前", said.end) and ";" in text[said.end : place]


def _until_break(text: str, start: int, stop: int) -> str:
    end = stop
    for mark in (",", ";", "。", ":", "\n"):
        found = text.find(mark, start, end)
        if found >= 0:
            end = found
    after = text[start:end]
    closed = after.find(")")
    if closed >= 0 and "(" not in after[:closed]:
        after = after[:closed]
    return after


def months_resolved(drafts: Sequence[Draft], year: int | None) -> Iterator[Draft]:
    """Drafts whose month was known before the year was (三季度月度分别)."""
    for draft in drafts:
        if draft.period and draft.period.startswith("month:"):
            draft.period = f"{year:04d}-{draft.period[6:]}" if year else None
        yield draft


@lru_cache(maxsize=4)
def figure_reader_for(words: Lexicon) -> FigureReader:
    """The figure reader of one lexicon, built once."""
    return FigureReader(words)


__all__ = ["Draft", "FigureReader", "figure_reader_for", "months_resolved"]
