"""A list of projects in YAML (项目清单文件), each with its template and facts.

place: "331002"
projects:
  - {name: 示例产业园, template: industrial, start: 2026-03-02, unit: 经信局, facts: {standard_land: true}}
  - {name: 示例小学, template: government, start: 2026-03-02, unit: 教育局, days: {design: 30}}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yiben.kernel.problems import Place, Problem, errors_of
from yiben.planning.approvals import Made, make
from yiben.planning.calendar import WorkingCalendar
from yiben.planning.templates import Template
from yiben.rulebook.yaml_lines import read_yaml

_PROJECT = {"name", "template", "start", "unit", "facts", "days"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One project of the list with the network made for it."""

    name: str
    unit: str
    start: date
    made: Made


def read(
    text: str,
    *,
    file: str,
    templates: Mapping[str, Template],
    calendar: WorkingCalendar,
    place: str,
) -> tuple[list[Listed], list[Problem]]:
    """The projects of a list; one with problems is left out and told."""
    raw, lines, problems = read_yaml(text, file=file, exact=True)
    if problems:
        return [], problems
    if not isinstance(raw, dict) or not isinstance(raw.get("projects"), list):
        expected = "a mapping with projects: [{name, template, start}]"
        return [], [Problem("portfolio-shape", type(raw).__name__, expected, Place(file=file, line=1))]
    where = str(raw.get("place", place))
    listed: list[Listed] = []
    seen: set[str] = set()
    for number, row in enumerate(raw["projects"]):
        at = Place(file=file, line=lines.get(f"projects.{number}"), subject=f"projects.{number}")
        found, wrong = _project(row, at, templates, calendar, where)
        if found is not None and found.name in seen:
            wrong = [Problem("project-twice", repr(found.name), "each project once", at)]
        if found is not None and not errors_of(wrong):
            listed.append(found)
            seen.add(found.name)
        problems += wrong
    return listed, problems


def _project(
    row: Any, at: Place, templates: Mapping[str, Template], calendar: WorkingCalendar, place: str
) -> tuple[Listed | None, list[Problem]]:
    if not isinstance(row, dict) or not {"name", "template", "start"} <= set(row) <= _PROJECT:
        return None, [
            Problem("portfolio-project", repr(row)[:80], "name, template, start, unit, facts, days", at)
        ]
    template = templates.get(str(row["template"]))
    if template is None:
        return None, [
            Problem("unknown-template", repr(row["template"]), f"one of {', '.join(templates)}", at)
        ]
    try:
        start = date.fromisoformat(str(row["start"]))
    except ValueError:
        return None, [Problem("bad-date", repr(row["start"]), "a day such as 2026-03-02", at)]
    days = row.get("days") or {}
    amounts = {key: value for key, value in days.items() if isinstance(value, int | Decimal)}
    if len(amounts) < len(days):
        return None, [Problem("bad-duration", repr(days), "numbers of days", at)]
    made, problems = make(
        template,
        calendar=calendar,
        on=start,
        place=place,
        facts=row.get("facts"),
        days={key: Decimal(value) for key, value in amounts.items()},
    )
    if made is None:
        return None, [Problem(one.code, one.found, one.expected, at) for one in problems]
    return Listed(str(row["name"]), str(row.get("unit", "")), start, made), problems
