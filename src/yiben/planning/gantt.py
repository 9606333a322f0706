"""A Gantt chart as plain SVG (横道图): a pure function from dates to a drawing, for page and paper.

Two lines to a node: the frozen baseline below, the forecast above, filled up to what is done. The
critical chain is drawn in its own colour and pattern, so that it also reads in black and white.
Every bar carries the key of its node (`data-node`), so that a page can make it editable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import numpy as np

from yiben.planning.calendar import FIRST_DAY, LAST_DAY, WorkingCalendar

_ROW, _HEAD, _PAD = 28, 46, 8
_STYLE = """
.yg text{font:12px "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;fill:#1f2933}
.yg .m{font-size:11px;fill:#52606d}.yg .off{fill:#eef1f4}.yg .grid{stroke:#d9dee3;stroke-width:1}
.yg .base{fill:#9aa5b1}.yg .plan{fill:#2f6fab}.yg .must{fill:#b3261e}.yg .done{fill:#2e7d32}
.yg .hatch{stroke:#fff;stroke-width:1}.yg .today{stroke:#c2570c;stroke-width:2;stroke-dasharray:4 3}
.yg .link{fill:none;stroke:#7b8794;stroke-width:1}
@media print{.yg .off{fill:#f3f3f3}.yg{break-inside:avoid}}
""".strip()


_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {"chart": "横道图", "today": "今天", "forecast": "预测", "baseline": "基准", "actual": "实际"}
    | {"critical": "关键", "and": "；"},
    "en": {"chart": "Gantt chart", "today": "today", "forecast": "forecast", "baseline": "baseline"}
    | {"actual": "actual", "critical": "critical", "and": "; "},
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One node of the chart (横道): forecast from start to finish, and what else is known."""

    key: str
    name: str
    start: date
    finish: date
    baseline_start: date | None = None
    baseline_finish: date | None = None
    actual_start: date | None = None
    actual_finish: date | None = None
    critical: bool = False
    milestone: bool = False
    after: tuple[str, ...] = ()


def draw(
    bars: Sequence[Bar],
    *,
    calendar: WorkingCalendar,
    today: date | None = None,
    title: str = "",
    day_width: float = 0.0,
    label_width: int = 190,
    language: str = "zh",
) -> str:
    """The chart of some nodes as an SVG document; equal input gives equal bytes.

    With a `label_width` of 0 the names are left to the page, which sets rows of the same height.
    """
    first, last = _bounds(bars, today)
    days = (last - first).days + 1
    words = _WORDS["zh" if language == "zh" else "en"]
    width = day_width or day_width_of(bars, today=today)
    total, height = label_width + days * width + _PAD, _HEAD + _ROW * len(bars) + _PAD
    scale = _Scale(first, width, label_width)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="yg" role="group" width="{total:g}" height="{height}"'
        f' viewBox="0 0 {total:g} {height}" data-first="{first}" data-day="{width:g}" data-left="{label_width}">'
        f"<title>{_clean(title or words['chart'])}</title><style>{_STYLE}</style>",
        *_shading(calendar, scale, first, last, height),
        *_months(scale, first, last, height, language),
    ]
    rows = {bar.key: number for number, bar in enumerate(bars)}
    parts += [line for bar in bars for line in _links(bar, bars, rows, scale)]
    parts += [line for number, bar in enumerate(bars) for line in _bar(bar, number, scale, words)]
    if today is not None:
        x = scale.x(today) + width / 2
        parts.append(f'<line class="today" x1="{x:g}" x2="{x:g}" y1="{_HEAD - 12}" y2="{height - _PAD}"/>')
        parts.append(f'<text class="m" x="{x + 3:g}" y="{_HEAD - 3}">{words["today"]} {today}</text>')
    return "".join([*parts, "</svg>"])


def day_width_of(bars: Sequence[Bar], *, today: date | None = None, room: int = 900) -> float:
    """How wide a day is drawn so that the chart fills some room."""
    first, last = _bounds(bars, today)
    return max(1.5, min(18.0, room / ((last - first).days + 1)))


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    width: float
    left: int

    def x(self, day: date) -> float:
        """Where a day begins."""
        return round(self.left + (day - self.first).days * self.width, 2)


def _bounds(bars: Sequence[Bar], today: date | None) -> tuple[date, date]:
    stated = [
        day
        for bar in bars
        for day in (bar.start, bar.finish, bar.baseline_start, bar.baseline_finish, bar.actual_finish)
        if day is not None
    ]
    stated += [today] if today is not None else []
    if not stated:
        return FIRST_DAY, FIRST_DAY
    return max(FIRST_DAY, min(stated) - timedelta(days=3)), min(LAST_DAY, max(stated) + timedelta(days=3))


def _shading(calendar: WorkingCalendar, scale: _Scale, first: date, last: date, height: int) -> list[str]:
    """Grey bands over the days off, one for each run of them; where days are thin, only long runs."""
    least = 1 if scale.width >= 3 else 3
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    off = ~calendar.working_column(days)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], off, [False])).astype(np.int8)))
    return [
        f'<rect class="off" x="{scale.x(first + timedelta(days=int(begin))):g}" y="{_HEAD}"'
        f' width="{(end - begin) * scale.width:g}" height="{height - _HEAD - _PAD}"/>'
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if end - begin >= least
    ]


def _months(scale: _Scale, first: date, last: date, height: int, language: str) -> list[str]:
    parts, free = [], 0.0
    month = first.replace(day=1)
    while month <= last:
        x = scale.x(max(month, first))
        parts.append(f'<line class="grid" x1="{x:g}" x2="{x:g}" y1="10" y2="{height - _PAD}"/>')
        whole = month.month == 1 or month <= first
        if language == "zh":
            name = f"{month.year}年{month.month}月" if whole else f"{month.month}月"
        else:
            name = f"{month.year}-{month.month:02d}" if whole else f"{month.month:02d}"
        if x < free:
            name = ""
        free = max(free, x + 12 + sum(11 if letter > "\xff" else 6 for letter in name)) if name else free
        parts.append(f'<text class="m" x="{x + 3:g}" y="20">{name}</text>')
        month = (month + timedelta(days=32)).replace(day=1)
    return parts


def _bar(bar: Bar, number: int, scale: _Scale, words: Mapping[str, str]) -> list[str]:
    y = _HEAD + number * _ROW
    label = bar.name if len(bar.name) <= 14 else bar.name[:13] + "…"
    parts = [f'<g data-node="{_clean(bar.key)}"><title>{_clean(_told(bar, words))}</title>']
    if scale.left:
        parts.append(f'<text x="6" y="{y + 17}">{_clean(label)}</text>')
    if bar.baseline_finish is not None:
        begin = scale.x(bar.baseline_start or bar.baseline_finish)
        wide = scale.x(bar.baseline_finish) + scale.width - begin
        parts.append(f'<rect class="base" x="{begin:g}" y="{y + 18}" width="{wide:g}" height="5"/>')
    begin, end = scale.x(bar.start), scale.x(bar.finish) + scale.width
    kind = "must" if bar.critical else "plan"
    if bar.milestone:
        x, middle = end - scale.width / 2, y + 11
        shape = f"{x:g},{middle - 7} {x + 7:g},{middle} {x:g},{middle + 7} {x - 7:g},{middle}"
        parts.append(f'<polygon class="{"done" if bar.actual_finish else kind}" points="{shape}"/>')
    else:
        parts.append(
            f'<rect class="{kind}" x="{begin:g}" y="{y + 5}" width="{end - begin:g}" height="11" rx="2"/>'
        )
        if bar.critical:
            ticks = range(int(begin) + 4, int(end) - 1, 8)
            parts.append(f'<path class="hatch" d="{"".join(f"M{x} {y + 16}l4 -11" for x in ticks)}"/>')
        if bar.actual_start is not None:
            begin = scale.x(bar.actual_start)
            until = scale.x(bar.actual_finish) + scale.width if bar.actual_finish else begin + scale.width
            parts.append(
                f'<rect class="done" x="{begin:g}" y="{y + 8}" width="{until - begin:g}" height="5"/>'
            )
    return [*parts, "</g>"]


def _links(bar: Bar, bars: Sequence[Bar], rows: dict[str, int], scale: _Scale) -> list[str]:
    parts = []
    for key in bar.after:
        if key in rows:
            first = bars[rows[key]]
            x, y = scale.x(first.finish) + scale.width, _HEAD + rows[key] * _ROW + 11
            x2, y2 = scale.x(bar.start), _HEAD + rows[bar.key] * _ROW + 11
            parts.append(f'<path class="link" d="M{x:g} {y}h4V{y2}H{x2:g}"/>')
    return parts


def _told(bar: Bar, words: Mapping[str, str]) -> str:
    said = [bar.name, f"{words['forecast']} {bar.start}—{bar.finish}"]
    if bar.baseline_finish is not None:
        said.append(f"{words['baseline']} {bar.baseline_start or bar.baseline_finish}—{bar.baseline_finish}")
    if bar.actual_finish is not None:
        said.append(f"{words['actual']} {bar.actual_finish}")
    return words["and"].join([*said, words["critical"]] if bar.critical else said)


def _clean(text: str) -> str:
    return escape("".join(c for c in text if c >= " " and c not in "\ufffe\uffff"))
