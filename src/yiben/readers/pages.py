"""What a page says about itself (网页元数据): title, issuing body, place, date, kind, periods."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from yiben.readers.lexicon import Lexicon, either
from yiben.readers.periods import next_of, previous_of, resolve, span, stated_in, year_of

_DATE = re.compile(r"((?:19|20)\d{2})[-年./](\d{1,2})[-月./](\d{1,2})日?")
_NUMBERED = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}、|\(?[一二三四五六七八九十]{1,3}\)|\d{1,2}[.、])")
_CAPTION = re.compile(r"(?:附?[表图]|附件)\s*[\d一二三四五六七八九十]")
_SPLIT = re.compile(r"[和及与暨、]|以及")
_SELF = re.compile(r"[我全]([省市县区州旗盟])")

# The area that a title begins with, whether or not it is in the list of places.
# No short name of an area is longer.
_LONGEST_PLACE = 16
_OWN_AREA = re.compile(
    r"(?:中共|关于(?:印发|公布|下达)?|[《\s])*((?![全我本各])[\u4e00-\u9fff]{1,12}?[省市县区州旗盟])"
    r"(?=\s*(?:\d|二[〇零]|人民|政府|人大|委|发展|发改|统计|国民|经济|财政|重点|重大|关于|固定|工业|前|上半|下半|一季|三季|全面))"
)


@dataclass(frozen=True, slots=True)
class Page:
    """The page's own words about itself; empty where it says nothing."""

    title: str = ""
    issuer: str = ""
    place: str | None = None
    issued_on: str = ""
    kind: str = "report"
    reviewed: str | None = None
    planned: str | None = None
    furniture: tuple[tuple[int, int], ...] = field(default=())

    @property
    def year(self) -> int | None:
        """The year that the review is about, else that of the plan."""
        return year_of(self.reviewed) or year_of(self.planned)


def page_of(text: str, *, words: Lexicon) -> Page:
    """Read the page's title, labels and periods out of its text (half-width forms)."""
    lines = _lines(text)
    furniture, labels = _labels(lines, words)
    title = _title(lines, furniture, words)
    issuer = labels.get("issuer", "")
    issued = _date(labels.get("date", "")) or _date_anywhere(lines)
    place = _place(title, issuer, text, words)
    reviewed, planned = _periods(title, text, issued, words)
    kind = _kind(title, text, reviewed, words)
    return Page(title, issuer, place, issued, kind, reviewed, planned, tuple(furniture))


def _lines(text: str) -> list[tuple[int, int, str]]:
    found, start = [], 0
    for line in text.split("\n"):
        found.append((start, start + len(line), line))
        start += len(line) + 1
    return found


def _labels(
    lines: list[tuple[int, int, str]], words: Lexicon
) -> tuple[list[tuple[int, int]], dict[str, str]]:
    """Lines that are furniture, and what their labels say."""
    table = words.parts["pages"]["labels"]
    names = {label: key for key, labels in table.items() for label in labels}
    label = re.compile(rf"({either(names)})\s*[:|]+\s*([^|\n]*?)(?=\s*\||\s{{1,}}(?:{either(names)})|$)")
    footer = re.compile(rf"\s*(?:{either(words.words('pages', 'footer'))})")
    spans: list[tuple[int, int]] = []
    said: dict[str, str] = {}
    head, tail = lines[:30], lines[max(30, len(lines) - 10) :]
    for start, end, line in [*head, *tail]:
        found = label.findall(line) if len(line) < 200 else []
        for name, value in found:
            key = names[name]
            value = value.strip(" |:")
            better = key == "issuer" and re.search(r"[省市县区州旗]", value) and "办" in value
            if value and (key not in said or better):
                said[key] = value
        if found or (line.strip() and len(line) < 80 and footer.match(line)):
            spans.append((start, end))
    return spans, said


def _title(lines: list[tuple[int, int, str]], furniture: list[tuple[int, int]], words: Lexicon) -> str:
    ends = re.compile(rf"(?:{either(words.words('pages', 'title'))})(?:\(.{{0,8}}\)|的?说明|建议|\s)*$")
    skip = {start for start, _ in furniture}
    best = ""
    for start, _, line in lines[:25]:
        said = line.strip(" #*《》")
        if start in skip or not 4 <= len(said) <= 60 or said.endswith(("。", ";", ",", ":")):
            continue
        if _CAPTION.match(said):
            continue
        if _NUMBERED.match(line):
            break
        named = bool(ends.search(said))
        if (named and (not ends.search(best) or len(said) > len(best))) or (
            not best and re.search(r"(?:19|20)\d{2}年", said)
        ):
            best = said
    if not best:
        for _, _, line in lines[:3]:
            named_report = re.search(r"[^,。\s]{0,30}(?:19|20)\d{2}年政府工作报告", line)
            if named_report:
                return named_report[0]
    return best


def _date(text: str) -> str:
    found = _DATE.search(text)
    return f"{int(found[1]):04d}-{int(found[2]):02d}-{int(found[3]):02d}" if found else ""


def _date_anywhere(lines: list[tuple[int, int, str]]) -> str:
    for _, _, line in lines[:12]:
        if len(line) < 60 and (found := _date(line)):
            return found
    return ""


def places_in(text: str, *, words: Lexicon) -> list[tuple[int, int, str]]:
    """Full names of administrative areas in `text`, with their places."""
    known, found, last = words.places, [], 0
    for match in re.finditer("[省市县区州旗盟]", text):
        end = match.end()
        for size in range(min(12, end - last), 1, -1):
            if text[end - size : end] in known and not (size == 2 and _inside_word(text, end - size)):
                found.append((end - size, end, text[end - size : end]))
                last = end
                break
    return found


def _inside_word(text: str, start: int) -> bool:
    """Whether a name of two characters is only the end of a longer word, as 范县 is in 示范县."""
    before = text[start - 1 : start]
    return "\u4e00" <= before <= "\u9fff" and before not in "省市州盟和与及在到"


def _place(title: str, issuer: str, text: str, words: Lexicon) -> str | None:
    own = _OWN_AREA.match(title)
    if own is not None:
        named = places_in(own[1], words=words)
        rest = own[1][named[-1][1] if named else 0 :]
        if len(rest) > 1:
            return rest
    for said in (title, issuer):
        named = places_in(said, words=words)
        if named:
            return max(named, key=lambda place: (_rank(place[2]), place[0]))[2]
    for said in (title, issuer):
        for size in range(_LONGEST_PLACE, 1, -1):
            if said[:size] in words.short_places:
                return words.short_places[said[:size]]
    return _most_named(text, words)


def _most_named(text: str, words: Lexicon) -> str | None:
    """The area that the text names most among those of the level that it calls its own (我县, 全区)."""
    counts = Counter(name for _, _, name in places_in(text[:60000], words=words))
    own = Counter(_SELF.findall(text[:60000]))
    if not counts:
        return None
    for level, _ in own.most_common():
        if level == "省" and own["省"] <= own.total() / 2:
            continue
        same = [(count, name) for name, count in counts.items() if name.endswith(level)]
        if (
            level == "市"
            and any(name[-1] in "县区旗" and count >= 3 for name, count in counts.items())
            and own["市"] < own.total() * 0.7
        ):
            continue
        if same:
            return max(same, key=lambda pair: (pair[0], -text.find(pair[1])))[1]
    return counts.most_common(1)[0][0]


def _rank(name: str) -> int:
    """Smaller areas speak for themselves: county before city before province."""
    return {"县": 3, "区": 3, "旗": 3, "市": 2, "州": 2, "盟": 2, "省": 1}.get(name[-1], 0) - (
        "自治区" in name
    ) * 2


def _periods(title: str, text: str, issued: str, words: Lexicon) -> tuple[str | None, str | None]:
    plan = re.compile(words.either("periods", "plan"))
    reviewed, planned = _title_periods(title, plan, _year_of_page(title, text, issued))
    if "政府工作报告" in title or "政府工作报告" in text[:400]:
        year = year_of(planned) or year_of(reviewed) or year_of(issued) or _year_said(text)
        return (str(year - 1), str(year)) if year else (None, None)
    if reviewed or planned:
        return reviewed or previous_of(planned), planned
    heads = [line for _, _, line in _lines(text) if _NUMBERED.match(line) and len(line) < 60]
    for head in heads:
        if plan.search(head) and (years := re.findall(r"(20\d{2})年", head)):
            planned = years[0]
            return previous_of(planned), planned
    return _inferred(text, issued), None


def _year_of_page(title: str, text: str, issued: str) -> int | None:
    """The year of a page whose title names none: that of its date, or the one before where most is of that."""
    if re.search(r"(?:19|20)\d{2}|二[〇零]", title):
        return None
    dated = year_of(issued)
    said = Counter(_own_years(text))
    if dated is None:
        return said.most_common(1)[0][0] if said else None
    if said[dated] >= said[dated - 1] and not re.search("全年|年度|四季度|12月|下半年", title):
        return dated
    return dated if int(issued[5:7]) > 6 else dated - 1


def _own_years(text: str) -> list[int]:
    """The years that a text names, those of a comparison left out (恢复至2019年同期)."""
    found = re.findall(r"(?<![比较与至到于从由])(20\d{2})年(?!同期|以来|底|末)", text[:60000])
    return [int(year) for year in found]


def _title_periods(title: str, plan: re.Pattern[str], own: int | None) -> tuple[str | None, str | None]:
    """Both halves of 2022年七月份工作总结和八月份工作安排."""
    reviewed = planned = None
    year = own
    for part in _SPLIT.split(title):
        stated = [
            s
            for s in stated_in(part)
            if s.kind in ("year", "month", "months", "firsts", "quarter", "quarters", "half", "years")
        ]
        if not stated:
            continue
        year = next((s.year for s in stated if s.year), year)
        finest = max(stated, key=lambda s: s.kind != "year")
        period = resolve(finest, part, year=year, default=None)
        if plan.search(part) and ("报告" not in part or "草案" in part):
            planned = planned or period
        else:
            reviewed = reviewed or period
    return reviewed, planned


def _inferred(text: str, issued: str) -> str | None:
    """The period that a text without title speaks of: its year, and how far into it."""
    year = _year_said(text) or year_of(issued)
    if year is None:
        return None
    last = 0
    for stated in stated_in(text[:60000]):
        if stated.kind == "whole" and text[stated.start : stated.end] == "全年":
            return str(year)
        if stated.year not in (None, year) or stated.compared:
            continue
        month = {
            "months": stated.last,
            "firsts": stated.last,
            "upto": stated.last,
            "quarters": 3 * stated.last,
        }.get(stated.kind, 0)
        if stated.kind == "half" and text[stated.start] == "上":
            month = 6
        if stated.kind == "quarter" and stated.first == 1:
            month = 3
        last = max(last, month)
    return span(year, 1, last) if 1 <= last <= 12 else str(year)


def _year_said(text: str) -> int | None:
    counts = Counter(_own_years(text))
    return max(counts, key=lambda year: (counts[year], year)) if counts else None


def _kind(title: str, text: str, reviewed: str | None, words: Lexicon) -> str:
    for kind, marks in words.parts["pages"]["kinds"].items():
        if any(mark in title for mark in marks) or (kind.startswith("gov") and "政府工作报告" in text[:400]):
            return str(kind)
    if reviewed and "H" in reviewed:
        return "half-year"
    if reviewed and "-" in reviewed:
        return "monthly"
    return "yearly" if reviewed else "report"


__all__ = ["Page", "next_of", "page_of", "places_in"]
