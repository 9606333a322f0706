"""From YAML files to regulated values, or to what is wrong with them (规则库的载入与检查).

One file holds the values of one regulation or place. Its path gives the head of each id:
`alerts/yinchuan.yaml` with `values: {progress_red_gap: …}` gives `alerts.yinchuan.progress_red_gap`.
`jurisdiction`, `source`, `sure`, `until` may stand once at the top of the file for all its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from yiben.kernel.dated import Dated
from yiben.kernel.problems import Place, Problem
from yiben.rulebook.model import Regulated, Source, Version, is_value
from yiben.rulebook.yaml_lines import read_yaml

NAME = re.compile(r"[a-z][a-z0-9_]*")
JURISDICTION = re.compile(r"CN|\d{2}|\d{4}|\d{6}")
SURE = ("text", "secondary", "general")
SHARED_KEYS = frozenset({"jurisdiction", "source", "sure", "until"})
FILE_KEYS = SHARED_KEYS | {"about", "values"}
VALUE_KEYS = SHARED_KEYS | {"name", "unit", "changes", "local", "note"}
LOCAL_KEYS = SHARED_KEYS | {"changes", "note"}


def read_file(text: str, *, file: str, head: str) -> tuple[list[Regulated], list[Problem]]:
    """The regulated values of one YAML text and all problems; ids begin with `head`. Never raises."""
    raw, lines, problems = read_yaml(text, file=file, exact=True)
    if problems:
        return [], problems
    return _Reader(file=file, head=head, lines=lines).read(raw)


def read_folder(folder: Traversable, *, head: str = "") -> tuple[dict[str, Regulated], list[Problem]]:
    """Every value below `folder`, by id, and all problems with file and line; ids begin with `head`."""
    book: dict[str, Regulated] = {}
    problems: list[Problem] = []
    for path, entry in _files(folder, head):
        id_head = path.removesuffix(".yaml").replace("/", ".")
        values, found = read_file(entry.read_text(encoding="utf-8"), file=path, head=id_head)
        problems += found
        for value in values:
            if value.id in book:
                place = Place(file=path, line=value.line)
                problems.append(Problem("rulebook-twice", value.id, "each id once", place))
            book[value.id] = value
    return book, problems


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _files(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield f"{path}{entry.name}", entry


class _Reader:
    """The checks of one file; every problem carries the line of the key it is about."""

    def __init__(self, *, file: str, head: str, lines: Mapping[str, int]) -> None:
        self.file, self.head, self.lines = file, head, lines
        self.problems: list[Problem] = []

    def read(self, raw: Any) -> tuple[list[Regulated], list[Problem]]:
        """The values of the whole file."""
        if not isinstance(raw, Mapping) or not isinstance(raw.get("values"), Mapping):
            place = Place(file=self.file, line=self.lines.get(""))
            expected = "a mapping with `values:`; the file is left out of the rulebook"
            return [], [Problem("rulebook-shape", "no `values:`", expected, place, "warning")]
        self.only(raw, FILE_KEYS, "")
        shared = {key: raw[key] for key in SHARED_KEYS if key in raw}
        found = [self.value(name, one, shared) for name, one in raw["values"].items()]
        return [one for one in found if one is not None], self.problems

    def say(self, path: str, code: str, found: str, expected: str) -> None:
        """Keep one problem at the line of `path` or of the nearest key above it."""
        near = path
        while near and near not in self.lines:
            near = near.rpartition(".")[0]
        place = Place(file=self.file, line=self.lines.get(near), field=path)
        self.problems.append(Problem(code, found, expected, place))

    def only(self, raw: Mapping[str, Any], known: frozenset[str], path: str) -> None:
        """Tell of every key that is not known."""
        for key in raw:
            if key not in known:
                expected = "one of " + ", ".join(sorted(known))
                self.say(f"{path}.{key}".lstrip("."), "rulebook-key", repr(key), expected)

    def value(self, name: str, raw: Any, shared: Mapping[str, Any]) -> Regulated | None:
        """One regulated value with its local departures."""
        path, before = f"values.{name}", len(self.problems)
        if not NAME.fullmatch(name):
            self.say(path, "rulebook-name", repr(name), "a lower-case name with underscores")
        if not isinstance(raw, Mapping):
            self.say(path, "rulebook-shape", type(raw).__name__, "name, unit and changes")
            return None
        self.only(raw, VALUE_KEYS, path)
        label = self.label(raw.get("name"), path)
        if not isinstance(raw.get("unit"), str) or not raw["unit"]:
            self.say(
                f"{path}.unit", "rulebook-unit", repr(raw.get("unit")), "a unit, such as 百分点, 万元, share"
            )
        versions = [self.version({**shared, **raw}, path, f"{self.head}.{name}")]
        local = raw.get("local", [])
        for index, one in enumerate(local if isinstance(local, list) else [local]):
            inner = f"{path}.local.{index}"
            if not isinstance(one, Mapping):
                self.say(inner, "rulebook-shape", type(one).__name__, "jurisdiction, source and changes")
                continue
            self.only(one, LOCAL_KEYS, inner)
            held = {key: value for key, value in {**shared, **raw}.items() if key in ("source", "sure")}
            versions.append(self.version({**held, **one}, inner, f"{self.head}.{name}"))
        if len(self.problems) > before:
            return None
        return Regulated(
            id=f"{self.head}.{name}",
            name=label,
            unit=raw["unit"],
            versions=tuple(one for one in versions if one is not None),
            file=self.file,
            line=self.lines.get(path),
        )

    def label(self, raw: Any, path: str) -> Mapping[str, str]:
        """The name in both languages."""
        if isinstance(raw, Mapping) and all(isinstance(raw.get(key), str) for key in ("zh", "en")):
            return {"zh": raw["zh"], "en": raw["en"]}
        self.say(f"{path}.name", "rulebook-label", repr(raw), "{zh: …, en: …}")
        return {}

    def version(self, raw: Mapping[str, Any], path: str, name: str) -> Version | None:
        """One jurisdiction's dated values."""
        where, sure = raw.get("jurisdiction"), raw.get("sure")
        if not isinstance(where, str) or not JURISDICTION.fullmatch(where):
            expected = 'CN or a code of 2, 4 or 6 digits in quotes, such as "3310"'
            self.say(f"{path}.jurisdiction", "rulebook-jurisdiction", repr(where), expected)
        if sure not in SURE:
            self.say(f"{path}.sure", "rulebook-sure", repr(sure), "text, secondary or general")
        source, dated = self.source(raw.get("source"), path), self.dated(raw, path, name)
        if source is None or dated is None or sure not in SURE or not isinstance(where, str):
            return None
        return Version(where, source, sure, dated)

    def source(self, raw: Any, path: str) -> Source | None:
        """The document, article and page."""
        keys = {"document", "article", "page"}
        if isinstance(raw, Mapping) and raw.get("document") and set(raw) <= keys:
            return Source(**{key: str(value) for key, value in raw.items()})
        self.say(f"{path}.source", "rulebook-source", repr(raw), "{document: …, article: …, page: …}")
        return None

    def dated(self, raw: Mapping[str, Any], path: str, name: str) -> Dated[Any] | None:
        """The changes in order, with the day on which the last one ends."""
        changes: list[tuple[date, Any]] = []
        listed = raw.get("changes")
        if not isinstance(listed, list) or not listed:
            self.say(f"{path}.changes", "rulebook-changes", repr(listed), "a list of {day: …, value: …}")
            return None
        for index, one in enumerate(listed):
            inner = f"{path}.changes.{index}"
            if not isinstance(one, Mapping) or set(one) - {"note"} != {"day", "value"}:
                self.say(inner, "rulebook-changes", repr(one), "{day: 2025-09-01, value: …}")
            elif not is_value(one["value"]):
                expected = "a number, text, true/false, or a list or mapping of these"
                self.say(f"{inner}.value", "rulebook-value", repr(one["value"]), expected)
            elif (day := self.day(one["day"], f"{inner}.day")) is not None:
                if changes and day <= changes[-1][0]:
                    self.say(f"{inner}.day", "rulebook-order", str(day), f"a day after {changes[-1][0]}")
                else:
                    changes.append((day, one["value"]))
        until = self.day(raw["until"], f"{path}.until") if "until" in raw else None
        if not changes:
            return None
        if until is not None and until <= changes[-1][0]:
            self.say(f"{path}.until", "rulebook-order", str(until), f"a day after {changes[-1][0]}")
            return None
        return Dated(name, tuple(changes), until)

    def day(self, raw: Any, path: str) -> date | None:
        """A calendar day."""
        try:
            return date.fromisoformat(raw)
        except (TypeError, ValueError):
            self.say(path, "rulebook-day", repr(raw), "a day such as 2025-09-01")
            return None
