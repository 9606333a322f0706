"""Plan files in YAML (计划文件): written by hand or by a program, read with file and line.

plan: 示例项目
start: 2026-03-02          # or finish: 2026-09-30
goal: works                # the node that --to aims at; by default the last
nodes:
  design: {label: 设计, days: 20}
  review: {label: 审查, days: 30, count: calendar, after: [design]}
  works:  {label: 开工, days: 0, after: review SS+5; design, start_not_before: 2026-05-06}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from yiben.kernel.problems import Place, Problem, errors_of
from yiben.planning.exchange.drafts import DATES, Draft, Row, waits_of
from yiben.rulebook.yaml_lines import read_yaml

_TOP = {"plan", "start", "finish", "goal", "nodes"}
_NODE = {"label", "days", "count", "unit", "after", "baseline", "actual_start", "actual_finish", *DATES}


def read(text: str, *, file: str) -> tuple[Draft | None, list[Problem]]:
    """The draft of a plan file, or what is wrong with it."""
    raw, lines, problems = read_yaml(text, file=file, exact=True)
    if problems:
        return None, problems
    if not isinstance(raw, dict) or not isinstance(raw.get("nodes"), dict):
        expected = "a mapping with plan:, start: and nodes:"
        return None, [
            Problem("plan-shape", type(raw).__name__, expected, Place(file=file, line=lines.get("")))
        ]
    reader = _Reader(file, lines, set(raw["nodes"]))
    reader.only(raw, _TOP, "")
    rows = tuple(row for key, node in raw["nodes"].items() if (row := reader.row(key, node)) is not None)
    draft = Draft(
        name=str(raw.get("plan", file)),
        rows=rows,
        start=reader.day(raw, "start", ""),
        finish=reader.day(raw, "finish", ""),
        goal=str(raw.get("goal", "")),
    )
    if draft.goal and draft.goal not in raw["nodes"]:
        reader.say("goal", "unknown-node", repr(draft.goal), "the key of a node")
    return (None if errors_of(reader.problems) else draft), reader.problems


class _Reader:
    """The checks of one file; every problem carries its line."""

    def __init__(self, file: str, lines: Mapping[str, int], keys: set[str]) -> None:
        self.file, self.lines, self.keys = file, lines, keys
        self.problems: list[Problem] = []

    def place(self, path: str) -> Place:
        """Where a part of the file stands."""
        return Place(file=self.file, line=self.lines.get(path), field=path)

    def say(self, path: str, code: str, found: str, expected: str) -> None:
        """Keep one problem."""
        self.problems.append(Problem(code, found, expected, self.place(path)))

    def only(self, row: Mapping[str, Any], known: set[str], path: str) -> None:
        """Tell of every key that is not known."""
        for key in row:
            if key not in known:
                expected = f"one of {', '.join(sorted(known))}"
                self.say(f"{path}.{key}".lstrip("."), "plan-key", repr(key), expected)

    def day(self, row: Mapping[str, Any], key: str, path: str) -> date | None:
        """A calendar day, or None where it is not given."""
        if key not in row:
            return None
        try:
            return date.fromisoformat(str(row[key]))
        except ValueError:
            self.say(f"{path}.{key}".lstrip("."), "bad-date", repr(row[key]), "a day such as 2026-09-30")
            return None

    def row(self, key: str, node: object) -> Row | None:
        """One node."""
        path = f"nodes.{key}"
        if not isinstance(node, dict):
            self.say(path, "plan-node", repr(node), "{label: …, days: …, after: […]}")
            return None
        self.only(node, _NODE, path)
        if node.get("count", "working") not in ("working", "calendar"):
            self.say(f"{path}.count", "bad-count", repr(node["count"]), "working or calendar")
        dates = {name: day for name in DATES if (day := self.day(node, name, path)) is not None}
        if len(dates) > 1:
            self.say(path, "two-constraints", " and ".join(dates), "at most one date constraint to a node")
        return Row(
            key=key,
            name=str(node.get("label", key)),
            days=self.days(node, path),
            calendar_days=node.get("count") == "calendar",
            unit=str(node.get("unit", "")),
            waits=self.waits(node, path),
            dates=dates,
            baseline=self.day(node, "baseline", path),
            started=self.day(node, "actual_start", path),
            finished=self.day(node, "actual_finish", path),
            place=self.place(path),
        )

    def days(self, node: Mapping[str, Any], path: str) -> Decimal:
        """The duration of a node."""
        value = node.get("days", 0)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value <= 10_000:
            return Decimal(value)
        self.say(f"{path}.days", "bad-duration", repr(value), "a number of days from 0 to 10000")
        return Decimal(0)

    def waits(self, node: Mapping[str, Any], path: str) -> Any:
        """What a node waits for: a text as in a spreadsheet, or a list of such texts."""
        raw = node.get("after", [])
        parts = raw if isinstance(raw, list) else [raw]
        found = []
        for part in parts:
            if not isinstance(part, str):
                self.say(f"{path}.after", "bad-predecessor", repr(part), "such as A, A SS+2 or A FS-3日历日")
                continue
            waits, problems = waits_of(part, place=self.place(f"{path}.after"), keys=self.keys)
            found += waits
            self.problems += problems
        return tuple(found)
