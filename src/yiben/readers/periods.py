"""The periods that a report states (时期): 1-6月, 三季度, 截至6月底, 2020年至2023年."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from yiben.kernel.periods import NotAPeriod, Period
from yiben.readers.numerals import NotANumber, number_of

_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_YEAR = r"(?:(?P<y>(?:19|20)\d{2}|[二〇零一三四五六七八九]{4})年?(?:度)?|(?P<rel>今年|去年|上年|明年|本年))?"
STATED = re.compile(
    r"(?=[0-9一二三四五六七八九十截到迄前上下第今年累本过近这未全当“‘])(?:(?P<years>(?P<y1>(?:19|20)\d{2})年?\s?[-至到]\s?(?P<y2>(?:19|20)\d{2})年)"
    rf"|(?P<upto>截[至止]到?{_YEAR}\s?(?P<um>{_MONTH})月(?:底|末|份|中旬|\d{{1,2}}[日号])?)"
    r"|(?P<now>截[至止]到?(?:目前|当前|今|日前)|到目前为止|迄今)"
    rf"|(?P<months>(?:(?P<my>(?:19|20)\d{{2}})年)?\s?(?P<m1>{_MONTH})\s?(?:月(?:份)?)?\s?[-至到]\s?(?P<m2>{_MONTH})\s?月(?:份)?)"
    rf"|(?P<firsts>(?:(?P<fy>(?:19|20)\d{{2}})年)?(?<!提)前(?P<fn>{_MONTH})个月)"
    rf"|(?P<quarters>(?:(?P<qy>(?:19|20)\d{{2}})年)?(?<!提)前(?P<qn>[二三两23])个?季度)"
    r"|(?P<half>(?:(?P<hy>(?:19|20)\d{2})年)?(?P<h>[上下])半年)"
    r"|(?P<quarter>(?:(?P<ky>(?:19|20)\d{2})年)?第?(?P<k>[一二三四1-4])季度)"
    rf"|(?P<month>(?:(?P<ny>(?:19|20)\d{{2}}|[二〇零一三四五六七八九]{{4}})年\s?)?(?<![\d.-])(?P<n>{_MONTH})月(?:份|底|末)?(?!\d))"
    r"|(?P<plan5>[“‘]?十(?P<p5>[一二三四五六])五[”’]?(?:时期|期间|以来))"
    r"|(?P<five>(?:过去|近|这|本届政府|今后|未来)的?五年|五年来)"
    r"|(?P<year>(?P<yy>(?:19|20)\d{2}|二[〇零][一二][〇零一二三四五六七八九])年(?:度|底|末)?)"
    r"|(?P<whole>全年|年度|当年|本年度)"
    r"|(?P<since>今年以来|年初以来|今年|年内)"
    r"|(?P<this>当月|本月)"
    r"|(?P<total>累计))"
)
_NOT_STATED = re.compile(
    r"(?:[较比与于超过和从自由上去]年?|同期|成立|建于|始于|截至|荣获|获评|获|入选|首届)(?:了)?$"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """One period as written, not yet resolved: what kind, and the parts that it gives."""

    start: int
    end: int
    kind: str
    year: int | None = None
    first: int = 0
    last: int = 0
    compared: bool = False


def stated_in(text: str) -> Iterator[Stated]:
    """Every period expression of `text`, in order."""
    for match in STATED.finditer(text):
        kind = match.lastgroup or ""
        made = _stated(match)
        if made is not None:
            yield made
        else:
            assert kind


def _stated(match: re.Match[str]) -> Stated | None:
    start, end = match.span()
    before = match.string[max(0, start - 3) : start]
    compared = bool(_NOT_STATED.search(before)) or match.string.startswith("同期", end)
    group = match.groupdict()
    for kind, year, first, last in _SHAPES:
        if group[kind]:
            said_year = _int(group[year]) if year else None
            if kind == "upto" and group["rel"] in ("去年", "上年"):
                return None
            low = _int(group[first]) if first else 0
            high = _int(group[last]) if last else 0
            return Stated(start, end, kind, said_year, low or 0, high or 0, compared)
    return None


_SHAPES: tuple[tuple[str, str, str, str], ...] = (
    ("years", "y1", "y1", "y2"),
    ("upto", "y", "um", "um"),
    ("now", "", "", ""),
    ("months", "my", "m1", "m2"),
    ("firsts", "fy", "fn", "fn"),
    ("quarters", "qy", "qn", "qn"),
    ("half", "hy", "", ""),
    ("quarter", "ky", "k", "k"),
    ("month", "ny", "n", "n"),
    ("plan5", "", "p5", "p5"),
    ("five", "", "", ""),
    ("year", "yy", "", ""),
    ("whole", "", "", ""),
    ("since", "", "", ""),
    ("this", "", "", ""),
    ("total", "", "", ""),
)


def _int(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return int(number_of(text))
    except NotANumber:
        return None


def resolve(stated: Stated, text: str, *, year: int | None, default: str | None) -> str | None:
    """The period that `stated` means in a report about `default`, whose year is `year`."""
    kind = stated.kind
    own = stated.year or year
    if kind == "years":
        return f"{stated.first}/{stated.last}"
    if kind == "plan5":
        first = 1996 + 5 * (stated.first - 9)
        return f"{first}/{first + 4}"
    if kind in ("now", "total"):
        return asof(default)
    if kind == "since":
        return default
    if kind == "this":
        months = re.findall(r"\d{4}-\d{2}", default or "")
        return months[-1] if months else default
    if own is None:
        return None
    if kind == "five":
        ahead = text.startswith(("今后", "未来"), stated.start)
        return f"{own}/{own + 4}" if ahead else f"{own - 4}/{own}"
    return _in_year(stated, text, own)


def _in_year(stated: Stated, text: str, year: int) -> str | None:
    kind, first, last = stated.kind, stated.first, stated.last
    if kind in ("year", "whole"):
        return f"{year:04d}"
    if kind == "upto":
        return f"asof:{year:04d}-{last:02d}"
    if kind == "months":
        return span(year, first, last)
    if kind == "firsts":
        return span(year, 1, last)
    if kind == "quarters":
        return span(year, 1, 3 * last)
    if kind == "half":
        return f"{year:04d}H{1 if '上' in text[stated.start : stated.end] else 2}"
    if kind == "quarter":
        return f"{year:04d}Q{first}"
    state = "asof:" if text[stated.end - 1] in "末底" else ""
    return f"{state}{year:04d}-{first:02d}"


def span(year: int, first: int, last: int) -> str | None:
    """From month `first` to month `last` of `year`, in the shortest way to write it."""
    try:
        return str(Period.of(f"{year:04d}-{first:02d}/{year:04d}-{last:02d}"))
    except (NotAPeriod, ValueError, AssertionError):
        return None


def asof(period: str | None) -> str | None:
    """The state at the end of a period shorter than a year; a year stays itself."""
    if period is None or len(period) <= 4 or period.startswith("asof"):
        return period
    try:
        last = Period.of(period).last_day
    except (NotAPeriod, ValueError):
        return period
    return period if Period.of(period).months >= 12 else f"asof:{last.year:04d}-{last.month:02d}"


def year_of(period: str | None) -> int | None:
    """The calendar year that a written period ends in."""
    found = re.findall(r"(?:19|20)\d{2}", period or "")
    return int(found[-1]) if found else None


def next_of(period: str | None) -> str | None:
    """The period of the same length that follows."""
    try:
        return str(Period.of(period).shift(1)) if period else None
    except (NotAPeriod, ValueError):
        return None


def previous_of(period: str | None) -> str | None:
    """The period of the same length that comes before."""
    try:
        return str(Period.of(period).shift(-1)) if period else None
    except (NotAPeriod, ValueError):
        return None
