"""From a YAML text to a pack, or to what is wrong with it (场景包的载入与检查)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from yiben.kernel.problems import Place, Problem, Refused, errors_of
from yiben.kernel.units import UNITS
from yiben.scenes.accounts import check_accounts
from yiben.scenes.boards import check_boards
from yiben.scenes.cases import check_cases
from yiben.scenes.expressions import parse_expression
from yiben.scenes.model import (
    RESERVED,
    Computed,
    Field,
    Form,
    Label,
    Node,
    Pack,
    SavedList,
    Stage,
)
from yiben.scenes.plans import check_plan
from yiben.scenes.rules import check_rules
from yiben.scenes.values import WHOLE_TYPES, scale_of
from yiben.scenes.yaml_lines import read_yaml

BUILT_IN = resources.files("yiben.scenes") / "packs"


def load_pack(path: Path) -> Pack:
    """The pack in the file at `path`; raises Refused with every problem, each with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem("pack-unreadable", str(error), "a readable UTF-8 YAML file", Place(file=path.name))
        raise Refused([problem]) from error
    pack, problems = read_pack(text, file=path.name)
    if pack is None:
        raise Refused(errors_of(problems))
    return pack


def read_pack(text: str, *, file: str) -> tuple[Pack | None, list[Problem]]:
    """The pack that a YAML text describes and all problems; no pack where one is an error."""
    raw, lines, problems = read_yaml(text, file=file)
    if not errors_of(problems):
        problems += _schema_problems(raw, lines, file)
    if errors_of(problems):
        return None, problems
    pack = _build(raw, lines, file, text)
    problems += check_pack(pack)
    return (None if errors_of(problems) else pack), problems


@cache
def built_in_packs() -> Mapping[str, Pack]:
    """The packs that ship with Yiben, by name."""
    packs = {}
    for entry in sorted(BUILT_IN.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yaml"):
            pack, problems = read_pack(entry.read_text(encoding="utf-8"), file=entry.name)
            if pack is None:
                raise Refused(errors_of(problems))
            packs[pack.name] = pack
    return packs


def pack_schema() -> dict[str, Any]:
    """The published JSON Schema of a pack, with the rules and boards sections inside."""
    whole = _schema_file("pack")
    whole["$defs"]["rules"], whole["$defs"]["boards"] = _schema_file("rules"), _schema_file("boards")
    return whole


def _schema_file(name: str) -> dict[str, Any]:
    path = resources.files("yiben.scenes") / "schema" / f"{name}.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


@cache
def _validator() -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema))
        for schema in (_schema_file("rules"), _schema_file("boards"))
    )
    return Draft202012Validator(_schema_file("pack"), registry=registry)


def _schema_problems(raw: Any, lines: Mapping[str, int], file: str) -> list[Problem]:
    errors = sorted(_validator().iter_errors(raw), key=lambda error: list(map(str, error.absolute_path)))
    return [_schema_problem(_deepest(error), lines, file) for error in errors]


def _deepest(error: ValidationError) -> ValidationError:
    """The most telling of the causes of a failed choice: the one furthest down."""
    while error.context:
        error = max(error.context, key=lambda cause: len(cause.absolute_path))
    return error


def _schema_problem(error: ValidationError, lines: Mapping[str, int], file: str) -> Problem:
    path = ".".join(map(str, error.absolute_path))
    found, expected = _found_expected(error)
    extra = re.search(r"\('([^']+)' (?:was|were) unexpected", error.message)
    if extra:
        path = f"{path}.{extra[1]}".lstrip(".")
    return Problem("pack-schema", found, expected, Place(file=file, line=_line(lines, path), field=path))


def _line(lines: Mapping[str, int], path: str) -> int | None:
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path)


def _found_expected(error: ValidationError) -> tuple[str, str]:
    """What the schema missed, in words a clerk can act on."""
    value = error.instance if isinstance(error.instance, str | int | float) else type(error.instance).__name__
    if error.validator == "additionalProperties":
        known = ", ".join(sorted(error.schema.get("properties", {})))
        return error.message.split("(")[-1].rstrip(")"), f"one of {known}"
    if error.validator == "required":
        return error.message.replace("is a required property", "is missing"), "this key"
    if error.validator == "enum":
        return repr(value), "one of " + ", ".join(map(str, error.validator_value))
    if error.validator == "pattern":
        return repr(value), f"a name of the form {error.validator_value}"
    return repr(value), f"{error.validator} {error.validator_value}"


def _label(raw: Any) -> Label:
    return Label(raw) if isinstance(raw, str) else Label(raw["zh"], raw.get("en", ""))


def _field(name: str, raw: Mapping[str, Any], *, every: str = "") -> Field:
    limits = {key: None if raw.get(key) is None else str(raw[key]) for key in ("min", "max")}
    unit = raw.get("unit", "")
    if not unit:
        unit = {"money": "万元", "percent": "%", "percentage_point": "个百分点", "rank": "位"}.get(
            raw["type"], ""
        )
    return Field(
        name=name,
        type=raw["type"],
        label=_label(raw["label"]),
        unit=unit,
        required=raw.get("required", False),
        choices={key: _label(value) for key, value in raw.get("choices", {}).items()},
        aliases=tuple(raw.get("aliases", ())),
        least=limits["min"],
        greatest=limits["max"],
        decimals=raw.get("decimals", 0 if raw["type"] in WHOLE_TYPES else scale_of(raw["type"])),
        every=every,  # type: ignore[arg-type]
        adds=raw.get("adds", False),
        help=_label(raw["help"]) if "help" in raw else None,
        group=raw.get("group", ""),
        secret=raw.get("secret", False),
    )


def _build(raw: Mapping[str, Any], lines: dict[str, int], file: str, source: str) -> Pack:
    fields = {name: _field(name, value) for name, value in raw["fields"].items()}
    return Pack(
        name=raw["pack"],
        version=raw["version"],
        title=_label(raw["title"]),
        subject=_label(raw.get("subject", raw["title"])),
        key=raw["key"],
        display=raw.get("display", raw["key"]),
        fields=fields,
        unit_field=raw.get("unit_field", ""),
        place_field=raw.get("place_field", ""),
        stage_field=raw.get("stage_field", ""),
        measures={
            name: _field(name, value, every=value.get("every", "month"))
            for name, value in raw.get("measures", {}).items()
        },
        computed={name: _computed(name, value) for name, value in raw.get("computed", {}).items()},
        nodes={name: _node(name, value) for name, value in raw.get("nodes", {}).items()},
        stages=tuple(
            Stage(name, _label(value["label"]), value.get("side", False))
            for name, value in raw.get("stages", {}).items()
        ),
        lists={name: _saved_list(name, value) for name, value in raw.get("lists", {}).items()},
        forms={name: _form(name, value) for name, value in raw.get("forms", {}).items()},
        columns=tuple(raw.get("columns", list(fields)[:8])),
        rules=raw.get("rules", {}),
        boards=raw.get("boards", {}),
        settings=raw.get("settings", {}),
        sections={
            key: raw[key]
            for key in ("cases", "documents", "accounts", "calculators", "exchange", "plan")
            if key in raw
        },
        file=file,
        source=source,
        lines=lines,
    )


def _computed(name: str, raw: Mapping[str, Any]) -> Computed:
    return Computed(name, raw["type"], _label(raw["label"]), raw["expression"], raw.get("unit", ""))


def _node(name: str, raw: Mapping[str, Any]) -> Node:
    return Node(
        name=name,
        label=_label(raw["label"]),
        classes=tuple(raw.get("classes", ())),
        valid_months=raw.get("valid_months"),
        item=raw.get("item", ""),
        templates={key: value or "" for key, value in raw.get("template", {}).items()},
        planned=raw.get("planned", ""),
        actual=raw.get("actual", ""),
    )


def _saved_list(name: str, raw: Mapping[str, Any]) -> SavedList:
    return SavedList(
        name,
        _label(raw["label"]),
        raw.get("where", ""),
        tuple(raw.get("columns", ())),
        tuple(raw.get("order", ())),
    )


def _form(name: str, raw: Mapping[str, Any]) -> Form:
    return Form(
        name=name,
        label=_label(raw["label"]),
        fields=tuple(raw["fields"]),
        every=raw.get("every", "month"),
        due_working_day=raw.get("due_working_day", 5),
        applies=raw.get("applies", ""),
    )


def check_pack(pack: Pack) -> list[Problem]:
    """What the schema cannot see: names that point nowhere, units unknown, expressions amiss."""
    return [
        *_pointer_problems(pack),
        *_field_problems(pack),
        *_name_problems(pack),
        *_heading_problems(pack),
        *_expression_problems(pack),
        *check_rules(pack),
        *check_boards(pack),
        *check_cases(pack),
        *check_accounts(pack),
        *check_plan(pack),
    ]


def _at(pack: Pack, path: str) -> Place:
    return Place(file=pack.file, line=pack.line_of(path), field=path)


def _pointer_problems(pack: Pack) -> list[Problem]:
    known = ", ".join(pack.fields)
    wanted: list[tuple[str, str]] = [("key", pack.key), ("display", pack.display)]
    wanted += [(f"{part}_field", getattr(pack, f"{part}_field")) for part in ("unit", "place", "stage")]
    problems = [
        Problem("pack-pointer", f"no field {name!r}", f"one of {known}", _at(pack, path))
        for path, name in wanted
        if name and name not in pack.fields
    ]
    named = [(f"columns.{index}", name) for index, name in enumerate(pack.columns)]
    for form in pack.forms.values():
        named += [(f"forms.{form.name}.fields.{index}", name) for index, name in enumerate(form.fields)]
    for saved in pack.lists.values():
        named += [(f"lists.{saved.name}.columns.{index}", name) for index, name in enumerate(saved.columns)]
        named += [
            (f"lists.{saved.name}.order.{index}", name.lstrip("-")) for index, name in enumerate(saved.order)
        ]
    problems += [
        Problem(
            "pack-pointer",
            f"no field, measure or computed column {name!r}",
            f"such as {known}",
            _at(pack, path),
        )
        for path, name in named
        if pack.find(name) is None
    ]
    return problems


def _field_problems(pack: Pack) -> list[Problem]:
    problems = []
    for section, fields in (("fields", pack.fields), ("measures", pack.measures)):
        for one in fields.values():
            path = f"{section}.{one.name}"
            if one.unit and one.unit not in UNITS and one.type in ("money", "percent"):
                expected = "元, 千元, 万元, 百万元 or 亿元" if one.type == "money" else "%"
                problems.append(Problem("pack-unit", f"unit {one.unit!r}", expected, _at(pack, path)))
            if one.type == "money" and one.unit in UNITS and UNITS[one.unit].kind != "money":
                problems.append(
                    Problem("pack-unit", f"unit {one.unit!r}", "a unit of money", _at(pack, path))
                )
            if one.type == "choice" and not one.choices:
                problems.append(Problem("pack-choices", "no choices", "at least one choice", _at(pack, path)))
    stage = pack.fields.get(pack.stage_field)
    if stage is not None and pack.stages and set(stage.choices) != {one.name for one in pack.stages}:
        found = ", ".join(stage.choices)
        expected = "the stages " + ", ".join(one.name for one in pack.stages)
        problems.append(
            Problem("pack-stages", f"choices {found}", expected, _at(pack, f"fields.{stage.name}"))
        )
    return problems


def _name_problems(pack: Pack) -> list[Problem]:
    problems = []
    seen: dict[str, str] = {}
    for section in ("fields", "measures", "computed"):
        for name in getattr(pack, section):
            if name in RESERVED:
                expected = "another name: this one is used by every book"
                problems.append(
                    Problem("pack-reserved", repr(name), expected, _at(pack, f"{section}.{name}"))
                )
            if name in seen:
                found = f"{name!r} also among {seen[name]}"
                problems.append(
                    Problem("pack-twice", found, "one meaning for each name", _at(pack, f"{section}.{name}"))
                )
            seen[name] = section
    return problems


def _heading_problems(pack: Pack) -> list[Problem]:
    """Headings that two columns share: a file that brings one of them could mean either."""
    problems = []
    seen: dict[str, str] = {}
    for one in pack.every_field():
        for heading in {one.label.zh, one.label.en, *one.aliases} - {""}:
            first = seen.setdefault(heading.casefold(), one.name)
            if first != one.name:
                section = "fields" if one.name in pack.fields else "measures"
                found = f"{heading!r} for both {first} and {one.name}"
                place = _at(pack, f"{section}.{one.name}")
                problems.append(Problem("pack-heading", found, "one heading for each column", place))
    return problems


def _expression_problems(pack: Pack) -> list[Problem]:
    plain = set(pack.fields)
    texts: list[tuple[str, str, Iterable[str]]] = [
        (f"computed.{one.name}.expression", one.expression, plain) for one in pack.computed.values()
    ]
    rows = plain | set(pack.computed)
    texts += [(f"lists.{one.name}.where", one.where, rows) for one in pack.lists.values() if one.where]
    texts += [(f"forms.{one.name}.applies", one.applies, rows) for one in pack.forms.values() if one.applies]
    problems = []
    for path, text, columns in texts:
        problems += parse_expression(text, columns=set(columns), place=_at(pack, path))[1]
    return problems
