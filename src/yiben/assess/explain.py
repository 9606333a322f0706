"""A finding told in full (逐条说明): where, which rule, why, by which numbers, from which source."""

from __future__ import annotations

from decimal import Decimal

from yiben import rulebook
from yiben.assess.model import Finding
from yiben.kernel.units import plain
from yiben.rulebook import Rulebook
from yiben.scenes.rules import Rule, RuleSet

COLOURS = {
    "zh": ("不适用", "豁免", "绿灯", "黄灯", "红灯"),
    "en": ("not applicable", "exempt", "green", "yellow", "red"),
}
HEADS = {
    "zh": {"numbers": "数据", "thresholds": "阈值", "source": "出处", "note": "说明", "sure": "依据程度"},
    "en": {
        "numbers": "numbers",
        "thresholds": "thresholds",
        "source": "source",
        "note": "note",
        "sure": "sureness",
    },
}


def explain(
    finding: Finding, *, rules: RuleSet, language: str = "zh", regulations: Rulebook | None = None
) -> str:
    """Several lines: the reason, then the numbers, the thresholds with their source, and the note."""
    key = "zh" if language.startswith("zh") else "en"
    rule = next(one for one in rules.rules if one.name == finding.rule)
    heads, book = HEADS[key], regulations or rulebook.built_in()
    place = [f"{finding.month:%Y-%m}", finding.subject, rule.label.text(language)]
    if finding.node:
        place.append(rules.pack.nodes[finding.node].label.text(language))
    lines = [f"{' › '.join(place)}: {COLOURS[key][finding.colour]}", finding.text(language)]
    numbers = {name: value for name, value in finding.numbers.items() if name not in rule.thresholds}
    lines.append(
        f"{heads['numbers']}: " + "; ".join(f"{name} = {_said(value)}" for name, value in numbers.items())
    )
    lines += _threshold_lines(finding, rule, key, book)
    source = rule.source or rules.scheme.source
    if source is not None:
        lines.append(f"{heads['source']}: {source}")
    if rule.note is not None:
        lines.append(f"{heads['note']}: {rule.note.text(language)}")
    return "\n".join(lines)


def _threshold_lines(finding: Finding, rule: Rule, key: str, book: Rulebook) -> list[str]:
    heads, lines = HEADS[key], []
    for name, id in rule.thresholds.items():
        entry = book.entry(id)
        value = _said(finding.numbers.get(name))
        told = f"{entry.name[key]} = {value} ({entry.unit}; {heads['source']}: {entry.source}; {entry.sure})"
        lines.append(f"{heads['thresholds']}: {told}")
    return lines


def _said(value: Decimal | str | bool | None) -> str:
    if value is None:
        return "—"
    return str(plain(value)) if isinstance(value, Decimal) else str(value)
