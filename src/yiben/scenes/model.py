"""What a pack says, as frozen values (场景包的模型)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FieldType = Literal[
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "quantity",
    "percent",
    "percentage_point",
    "rank",
    "index",
    "date",
    "month",
    "boolean",
    "choice",
    "unit",
    "officer",
    "place",
    "project_code",
    "latitude",
    "longitude",
]
NUMBER_TYPES: frozenset[str] = frozenset(
    {"integer", "decimal", "money", "quantity", "percent", "percentage_point", "rank", "index"}
    | {"latitude", "longitude"}
)
# Identifiers become column names, file names and URL parts; nothing else is let in.
NAME_PATTERN = r"[a-z][a-z0-9_]{0,47}"
# Columns that the ledger adds to every book; a pack may not take these names.
RESERVED = frozenset(
    {"subject", "period", "node", "month", "month_end", "year", "time_progress", "known_from", "known_to"}
    | {"recorded_from", "recorded_to", "row", "label", "colour", "rule", "row_id"}
)


@dataclass(frozen=True, slots=True)
class Label:
    """A text in both languages (中文, English); English falls back on Chinese."""

    zh: str
    en: str = ""

    def text(self, language: str) -> str:
        """The text in `language` (`zh…` is Chinese, all else English)."""
        return self.zh if language.startswith("zh") else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class Field:
    """A field or measure of a scene (字段 / 进度数): one typed value, by itself or per period.

    `unit` is the unit in which the ledger keeps the value; `every` is set for measures: the
    period that one value stands for. `adds` tells a flow (sums over time) from a stock (latest).
    """

    name: str
    type: FieldType
    label: Label
    unit: str = ""
    required: bool = False
    choices: Mapping[str, Label] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    least: str | None = None
    greatest: str | None = None
    decimals: int = 4
    every: Literal["", "month", "quarter", "year"] = ""
    adds: bool = False
    help: Label | None = None
    group: str = ""
    secret: bool = False

    @property
    def is_number(self) -> bool:
        """Whether values are numbers (then kept as exact decimals or integers)."""
        return self.type in NUMBER_TYPES


@dataclass(frozen=True, slots=True)
class Computed:
    """A column that follows from others by an expression (计算列)."""

    name: str
    type: FieldType
    label: Label
    expression: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A milestone of the scene (节点) with planned, forecast and actual date.

    `item` is the item of an approval network that it stands for, `templates` its name in networks
    that call it otherwise (empty: not there). `planned` and `actual` are date fields that say the
    same day where the node itself says none.
    """

    name: str
    label: Label
    classes: tuple[str, ...] = ()
    valid_months: int | None = None
    item: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    planned: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a subject stands (阶段); side stages (暂停, 终止, 调出) stand beside the order."""

    name: str
    label: Label
    side: bool = False


@dataclass(frozen=True, slots=True)
class SavedList:
    """A saved filter with its columns and order (清单)."""

    name: str
    label: Label
    where: str = ""
    columns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What is filled in, by whom, by which working day of the next month (填报表)."""

    name: str
    label: Label
    fields: tuple[str, ...]
    every: Literal["month", "quarter", "year"] = "month"
    due_working_day: int = 5
    applies: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """One scene's whole description (场景包).

    `rules` and `boards` hold the checked raw mappings that the rooms assess/ and boards/ parse;
    `lines` maps a dotted path of the YAML file (`rules.late_start.red`) to its line number.
    """

    name: str
    version: int
    title: Label
    subject: Label
    key: str
    display: str
    fields: Mapping[str, Field]
    unit_field: str = ""
    place_field: str = ""
    stage_field: str = ""
    measures: Mapping[str, Field] = field(default_factory=dict)
    computed: Mapping[str, Computed] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    lists: Mapping[str, SavedList] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    boards: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    sections: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    source: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def every_field(self) -> Iterator[Field]:
        """All fields, then all measures."""
        yield from self.fields.values()
        yield from self.measures.values()

    def find(self, name: str) -> Field | Computed | None:
        """The field, measure or computed column called `name`."""
        return self.fields.get(name) or self.measures.get(name) or self.computed.get(name)

    def line_of(self, path: str) -> int | None:
        """The line of the pack file where `path` (or the nearest part above it) stands."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path)
