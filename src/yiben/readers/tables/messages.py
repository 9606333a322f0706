"""Problems of tables in the sender's language (问题说明)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from yiben.kernel.problems import Problem
from yiben.readers.tables.values import choice_words
from yiben.scenes.model import Field, Pack

_MORE = re.compile(r"(.*) and (\d+) more")
_QUOTED = re.compile(r"'(.+?)'")
_WANTS = {
    "money": "金额（{unit}），如 1280.5",
    "integer": "整数，如 12",
    "rank": "名次，如 3",
    "percent": "百分数，如 85",
    "date": "日期，如 2026-07-15",
    "month": "月份，如 2026-07",
}


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files("yiben.readers.tables") / "messages.yaml").read_text(encoding="utf-8")
    catalogue: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return catalogue


def codes() -> frozenset[str]:
    """Every code that the catalogue explains."""
    return frozenset(_catalogue())


def explain(problem: Problem, *, pack: Pack | None = None, language: str = "zh") -> tuple[str, str]:
    """What was found and what was expected, in `language`; unknown codes stay as they are.

    `pack` gives the field's label, unit and choices for the Chinese words.
    """
    message = _catalogue().get(problem.code)
    if message is None or not language.startswith("zh"):
        return problem.found, problem.expected
    field = _field(problem, pack)
    more = _MORE.fullmatch(problem.found)
    found = f"{more[1]}（另有{more[2]}处）" if more else problem.found
    found = "空单元格" if found == "an empty cell" else found
    quoted = _QUOTED.search(problem.found)
    values = {"found": found, "quoted": quoted[1] if quoted else found, **_field_words(field)}
    return message.get("found", "{found}").format_map(values), message["expected"].format_map(values)


def _field(problem: Problem, pack: Pack | None) -> Field | None:
    if pack is None:
        return None
    name = pack.key if problem.code == "key-column-missing" else problem.place.field
    return pack.fields.get(name) or pack.measures.get(name)


def _field_words(field: Field | None) -> dict[str, Any]:
    """The field's own words, as the templates name them."""
    if field is None:
        return {"label": "本列", "unit": "", "choices": "", "limits": "", "want": "数字"}
    low = f"不小于 {field.least}" if field.least is not None else ""
    high = f"不大于 {field.greatest}" if field.greatest is not None else ""
    unit = f"（{field.unit}）" if field.unit else ""
    return {
        "label": field.label.zh,
        "unit": field.unit,
        "choices": choice_words(field),
        "limits": "，".join(filter(None, (low, high))) or "在合理范围内",
        "want": _WANTS.get(field.type, f"数字{unit}，如 12.5").format(unit=field.unit),
    }
