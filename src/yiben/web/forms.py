"""Forms over a scene's fields (表单): controls, and what was typed as facts or as problems."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from yiben.scenes.model import Field
from yiben.scenes.values import Fact, check_fact
from yiben.web.shown import unit_names
from yiben.web.words import label_of, say

NUMERIC_NOISE = str.maketrans("", "", ", \u3000")
WANTED = {
    "money": "应为金额（{unit}），如 1280.5",
    "integer": "应为整数，如 12",
    "rank": "应为名次，如 3",
    "percent": "应为百分数，如 85",
    "date": "应为日期，如 2026-07-15",
    "month": "应为月份，如 2026-07",
    "project_code": "应为项目代码，如 2204-331022-04-01-123456",
    "choice": "应为所列选项之一",
    "unit": "应为账内单位",
    "boolean": "应为是或否",
}


def typed_fact(one: Field, text: str) -> tuple[Fact, str]:
    """The canonical fact that somebody typed, and what is wrong in their words (empty if nothing)."""
    text = text.strip()
    if one.is_number:
        text = unicodedata.normalize("NFKC", text).translate(NUMERIC_NOISE).removesuffix("%")
    if text == "":
        return None, ""
    if one.type == "boolean":
        return (text == "yes", "") if text in ("yes", "no") else (None, say(WANTED["boolean"]))
    if one.type == "unit":
        return (text, "") if text in unit_names() else (None, say(WANTED["unit"]))
    fact, expected = check_fact(one, text.replace("\r\n", "\n"))
    return (fact, "") if not expected else (None, _said(one, expected))


def _said(one: Field, expected: str) -> str:
    limits = {"at least": say("不小于 {n}", n=one.least), "at most": say("不大于 {n}", n=one.greatest)}
    for head, said in limits.items():
        if expected.startswith(head) and (one.least if head == "at least" else one.greatest) is not None:
            return said
    wanted = WANTED.get(one.type, "应为数字,如 12.5" if one.is_number else "文字过长或含有无法保存的字符")
    return say(wanted).replace("{unit}", one.unit)


def text_of(one: Field, fact: Fact) -> str:
    """A fact as it stands in an input."""
    if fact is None:
        return ""
    return ("yes" if fact else "no") if one.type == "boolean" else str(fact)


def control(one: Field, *, name: str, text: str, error: str = "", now: str = "") -> dict[str, Any]:
    """What a template needs to draw one input; `now` is another's value where two clash."""
    kind = {"date": "date", "month": "month", "long_text": "long", "choice": "choice", "unit": "choice"}
    return {
        "id": "in-" + "".join(char if char.isalnum() else "-" for char in name),
        "name": name,
        "field": one,
        "label": label_of(one.label),
        "unit": one.unit,
        "help": label_of(one.help) if one.help else "",
        "kind": "choice"
        if one.type == "boolean"
        else kind.get(one.type, "number" if one.is_number else "text"),
        "options": _options(one),
        "text": text,
        "error": error,
        "now": now,
        "required": one.required,
    }


def _options(one: Field) -> Sequence[tuple[str, str]]:
    if one.type == "boolean":
        return [("yes", say("是")), ("no", say("否"))]
    if one.type == "unit":
        return list(unit_names().items())
    return [(name, label_of(label)) for name, label in one.choices.items()]


def read_form(
    fields: Mapping[str, Field], sent: Mapping[str, str], *, prefix: str, before: Mapping[str, Fact]
) -> tuple[dict[str, Fact], dict[str, str]]:
    """What the sender changed against what they saw, and what is wrong with what they typed."""
    changed: dict[str, Fact] = {}
    errors: dict[str, str] = {}
    for name, one in fields.items():
        parameter = f"{prefix}{name}"
        if parameter not in sent:
            continue
        fact, error = typed_fact(one, sent[parameter])
        if error:
            errors[name] = error
        elif fact != before.get(name):
            changed[name] = fact
    return changed, errors
