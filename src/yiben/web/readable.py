"""Expressions of packs in a clerk's words (表达式释义): labels for names, words for operators.

For reading only: what is judged is always the expression itself, which stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from yiben.scenes.because import Because, Slot
from yiben.scenes.model import Field, Label, Pack
from yiben.web.words import label_of, language

NAMES = {
    "month_end": Label("月末", "end of month"),
    "period_start": Label("期初", "start of the period"),
    "month": Label("本月", "month"),
    "year": Label("年份", "year"),
    "colour": Label("灯色", "colour"),
    "time_progress": Label("时间进度", "time progress"),
    "planned_on": Label("计划日期", "planned day"),
    "forecast_on": Label("预计日期", "forecast day"),
    "actual_on": Label("实际日期", "actual day"),
    "node": Label("节点", "node"),
    "in_a_row": Label("连续月数", "months in a row"),
    "days_from": Label("相隔天数", "days between"),
    "months_from": Label("相隔月数", "months between"),
    "plus_months": Label("加月", "plus months"),
    "plus_days": Label("加天", "plus days"),
    "ratio": Label("比率", "ratio"),
}
PARTS = {
    "year": Label("本年累计", "year to date"),
    "total": Label("累计", "total"),
    "previous": Label("上期", "previous"),
    "latest": Label("最近", "latest"),
    "planned": Label("计划", "planned"),
    "forecast": Label("预计", "forecast"),
    "actual": Label("实际", "actual"),
}
CHINESE_WORDS = (
    (r"\bcount\(\*\)", "个数"),
    (r"\bsum\(", "合计("),
    (r"\bavg\(", "平均("),
    (r"\bmax\(", "最高("),
    (r"\bmin\(", "最低("),
    (r"\bcase when ", "若 "),
    (r"\bwhen ", "若 "),
    (r"\bthen ", "则 "),
    (r"\belse ", "否则 "),
    (r" end\b", ""),
    (r"\bcoalesce\(([^()]*(?:\([^()]*\))?[^()]*), 0\)", r"\1(无则计 0)"),
    (r"\byear\(", "年份("),
    (r"\bfilter \(where ", "(限 "),
    (r"\bis not null\b", "已填"),
    (r"\bis null\b", "未填"),
    (r"\bnot in\b", "不属于"),
    (r"\band\b", "且"),
    (r"\bor\b", "或"),
    (r"\bnot\b", "非"),
    (r"\bin\b", "属于"),
    (r">=", "≥"),
    (r"<=", "≤"),
)


def readable(
    text: str,
    *,
    pack: Pack,
    thresholds: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """An expression with labels in place of names; `names` are those of a board's own columns."""

    def label(found: re.Match[str]) -> str:
        name = found[0]
        if thresholds and name in thresholds:
            return f"[{thresholds[name]}]"
        if names and name in names:
            return names[name]
        return _label(name, pack) or name

    said = re.sub(r"'([a-z_0-9]+)'", lambda found: f"“{_choice(found[1], pack)}”", text)
    said = re.sub(r"\byear\(", "YEAR(", said)
    said = re.sub(r"(?<![“\w])[a-z][a-z0-9_]*(?!\w*”)", label, said)
    said = said.replace("YEAR(", "year(")
    if language() == "zh":
        for pattern, word in CHINESE_WORDS:
            said = re.sub(pattern, word, said)
    return said


def _label(name: str, pack: Pack) -> str:
    one = pack.find(name)
    if one is not None:
        return label_of(one.label)
    if name in NAMES:
        return label_of(NAMES[name])
    if name.startswith("filed_") and name.removeprefix("filed_") in pack.forms:
        filed = Label("已报", "filed: ")
        return label_of(filed) + label_of(pack.forms[name.removeprefix("filed_")].label)
    head, _, part = name.rpartition("_")
    whole = pack.measures.get(head) or pack.nodes.get(head)
    if whole is not None and part in PARTS:
        return f"{label_of(whole.label)}·{label_of(PARTS[part])}"
    return ""


COLOURS = {"red": Label("红灯", "red"), "yellow": Label("黄灯", "yellow"), "green": Label("绿灯", "green")}


def _choice(value: str, pack: Pack) -> str:
    if value in COLOURS:
        return label_of(COLOURS[value])
    for one in pack.fields.values():
        if isinstance(one, Field) and value in one.choices:
            return label_of(one.choices[value])
    return value


def method_text(label: Label, *, pack: Pack, names: Mapping[str, str]) -> str:
    """A sentence of a board's method; in Chinese the names in it are those of columns."""
    return readable(label.zh, pack=pack, names=names) if language() == "zh" else label.text("en")


def reason_text(because: Because, *, pack: Pack, thresholds: Mapping[str, str]) -> str:
    """A reason's template with labels where the numbers will stand."""
    parts = because.zh if language() == "zh" else because.en
    said = []
    for part in parts:
        if isinstance(part, Slot):
            said.append(f"〔{readable(part.expression.text, pack=pack, thresholds=thresholds)}〕")
        else:
            said.append(part)
    return "".join(said)
