"""Approval networks as data (审批事项网络模板): read from YAML, checked with file and line.

A template lists items with their clock (government, owner, or excluded from both), their limits by
name in the rulebook, what they wait for with its article, when they are needed, and how long their
results hold. A county lays its own files over the built-in ones: the same name replaces, and
`extends` takes another template and changes some of its items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from yiben.kernel.problems import Place, Problem, errors_of
from yiben.planning.limits import approvals
from yiben.planning.network import Link, LinkType, Node, network_of
from yiben.planning.worktime import every_day
from yiben.rulebook.yaml_lines import read_yaml

CLOCKS = ("government", "owner", "excluded")
STAGES = ("before_start", "construction", "completion", "operation")
COUNTS = ("working", "calendar")
CLASSES = ("industrial", "infrastructure", "commercial_residential", "any")
APPROVALS = ("approval", "verification", "filing", "any")
_TOP = {"template", "label", "class", "approval", "extends", "goal", "facts", "items", "about", "promise"}
_TIER = {"when", "label", "clock", "limit", "promise", "days", "count", "valid"}
_ITEM = _TIER | {"unit", "stage", "tiers", "after", "milestone"}
_WAIT = {"item", "type", "lag", "count", "legal", "article"}
_TESTS = {"is", "at_least", "below"}


@dataclass(frozen=True, slots=True)
class Template:
    """One approval network before it meets a project (模板)."""

    name: str
    label: Mapping[str, str]
    project_class: str
    approval: str
    goal: str
    facts: Mapping[str, Mapping[str, Any]]
    items: Mapping[str, Mapping[str, Any]]
    promise: str = ""
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def place(self, path: str) -> Place:
        """Where the part of the file called `path` stands."""
        near = path
        while near and near not in self.lines:
            near = near.rpartition(".")[0]
        return Place(file=self.file, line=self.lines.get(near), field=path)

    def after(self, key: str) -> Iterator[Mapping[str, Any]]:
        """What an item waits for; a bare name is a customary finish–start link."""
        for wait in self.items[key].get("after", ()):
            yield {"item": wait} if isinstance(wait, str) else wait


@cache
def built_in() -> Mapping[str, Template]:
    """The templates that ship with Yiben, by name."""
    found, problems = read_folder(resources.files("yiben.planning").joinpath("templates"))
    assert not errors_of(problems), "\n".join(map(str, problems))
    return found


def read_folder(
    folder: Traversable | Path, *, over: Mapping[str, Template] | None = None
) -> tuple[dict[str, Template], list[Problem]]:
    """Every template of a folder laid over others, and what is wrong; a wrong one is left out."""
    raw: dict[str, tuple[dict[str, Any], str, dict[str, int]]] = {}
    problems: list[Problem] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith((".yaml", ".yml")):
            try:
                text = file.read_text(encoding="utf-8")
            except (OSError, UnicodeError) as error:
                problems.append(
                    Problem("template-unreadable", str(error), "a UTF-8 text", Place(file=file.name))
                )
                continue
            value, lines, found = read_yaml(text, file=file.name, exact=True)
            problems += found or _shape(value, file.name, lines)
            if not found and isinstance(value, dict) and isinstance(value.get("template"), str):
                raw[value["template"]] = (value, file.name, lines)
    done = dict(over or {})
    for name in _bases_first(raw):
        template, found = _template(*raw[name], done)
        problems += found
        if template is not None:
            done[name] = template
    return done, problems


def _shape(value: object, file: str, lines: Mapping[str, int]) -> list[Problem]:
    place = Place(file=file, line=lines.get(""))
    if not isinstance(value, dict) or not isinstance(value.get("template"), str):
        return [Problem("template-shape", type(value).__name__, "a mapping with template: and items:", place)]
    return [
        Problem(
            "template-key",
            repr(key),
            f"one of {', '.join(sorted(_TOP))}",
            Place(file=file, line=lines.get(key)),
        )
        for key in value
        if key not in _TOP
    ]


def _bases_first(raw: Mapping[str, tuple[dict[str, Any], str, dict[str, int]]]) -> list[str]:
    order: list[str] = []
    for name in raw:
        chain: list[str] = []
        step: object = name
        while isinstance(step, str) and step in raw and step not in order and step not in chain:
            chain.append(step)
            step = raw[step][0].get("extends")
        order += reversed(chain)
    return order


def _template(
    raw: dict[str, Any], file: str, lines: dict[str, int], known: Mapping[str, Template]
) -> tuple[Template | None, list[Problem]]:
    base = known.get(raw.get("extends", ""))
    if "extends" in raw and base is None:
        place = Place(file=file, line=lines.get("extends"))
        return None, [Problem("template-base", repr(raw["extends"]), f"one of {', '.join(known)}", place)]
    items: dict[str, Any] = dict(base.items) if base else {}
    for key, item in (raw.get("items") or {}).items():
        if item is None:
            items.pop(key, None)
        elif isinstance(item, dict):
            items[key] = {**items.get(key, {}), **item}
        else:
            place = Place(file=file, line=lines.get(f"items.{key}"))
            return None, [Problem("template-item", repr(item), "a mapping, or ~ to leave it out", place)]
    template = Template(
        name=raw["template"],
        label=raw.get("label") or (base.label if base else {}),
        project_class=raw.get("class") or (base.project_class if base else "any"),
        approval=raw.get("approval") or (base.approval if base else "any"),
        goal=raw.get("goal") or (base.goal if base else ""),
        facts={**(base.facts if base else {}), **(raw.get("facts") or {})},
        items=items,
        promise=raw.get("promise") or (base.promise if base else ""),
        file=file,
        lines=lines,
    )
    problems = list(_wrong(template))
    return (None if errors_of(problems) else template), problems


# -- the checks --------------------------------------------------------------------------------


def _wrong(template: Template) -> Iterator[Problem]:
    if template.goal not in template.items:
        yield _say(template, "goal", repr(template.goal), "the key of an item")
    if template.project_class not in CLASSES:
        yield _say(template, "class", repr(template.project_class), f"one of {', '.join(CLASSES)}")
    if template.approval not in APPROVALS:
        yield _say(template, "approval", repr(template.approval), f"one of {', '.join(APPROVALS)}")
    if template.promise and template.promise not in approvals():
        yield _say(template, "promise", repr(template.promise), "a value of the rulebook")
    for key, item in template.items.items():
        yield from _wrong_item(template, f"items.{key}", item)
    if all(isinstance(wait.get("item"), str) for key in template.items for wait in template.after(key)):
        yield from _wrong_network(template)


def _wrong_item(template: Template, path: str, item: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unknown(template, path, item, _ITEM)
    if not isinstance(item.get("label"), dict) or "zh" not in item["label"]:
        yield _say(template, f"{path}.label", repr(item.get("label")), "{zh: …, en: …}")
    yield from _one_of(template, path, item, "stage", STAGES)
    for number, tier in enumerate([item, *item.get("tiers", [])]):
        inner = path if number == 0 else f"{path}.tiers.{number - 1}"
        if number:
            yield from _unknown(template, inner, tier, _TIER)
        yield from _wrong_tier(template, inner, tier)
    for number, wait in enumerate(item.get("after", ())):
        yield from _wrong_wait(template, f"{path}.after.{number}", wait)


def _wrong_tier(template: Template, path: str, tier: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _one_of(template, path, tier, "clock", CLOCKS)
    yield from _one_of(template, path, tier, "count", COUNTS)
    for name in ("limit", "promise", "valid"):
        if name in tier and tier[name] not in approvals():
            yield _say(template, f"{path}.{name}", repr(tier[name]), "a value of the rulebook, approvals.…")
    if "days" in tier and not _is_amount(tier["days"]):
        yield _say(template, f"{path}.days", repr(tier["days"]), "a number of days from 0 to 10000")
    if "when" in tier:
        yield from _wrong_test(template, f"{path}.when", tier["when"])


def _wrong_test(template: Template, path: str, test: object) -> Iterator[Problem]:
    if not isinstance(test, dict) or not test:
        yield _say(template, path, repr(test), "{fact: {is | at_least | below: value}}")
        return
    for name, wanted in test.items():
        if name in ("any", "all") and isinstance(wanted, list):
            for number, part in enumerate(wanted):
                yield from _wrong_test(template, f"{path}.{name}.{number}", part)
        elif name == "not":
            yield from _wrong_test(template, f"{path}.not", wanted)
        elif name not in template.facts:
            yield _say(template, path, repr(name), f"a fact: {', '.join(template.facts)}")
        elif not isinstance(wanted, dict) or not wanted or set(wanted) - _TESTS:
            yield _say(template, f"{path}.{name}", repr(wanted), "{is | at_least | below: value}")
        else:
            for kind in set(wanted) - {"is"}:
                known = isinstance(wanted[kind], str) and wanted[kind] in approvals()
                if not known and not _is_amount(wanted[kind]):
                    found, expected = repr(wanted[kind]), "a number or a value of the rulebook"
                    yield _say(template, f"{path}.{name}.{kind}", found, expected)


def _wrong_wait(template: Template, path: str, wait: object) -> Iterator[Problem]:
    if isinstance(wait, str):
        return
    if not isinstance(wait, dict) or not isinstance(wait.get("item"), str):
        yield _say(template, path, repr(wait), "the key of an item, or {item: …, legal: …, article: …}")
        return
    yield from _unknown(template, path, wait, _WAIT)
    yield from _one_of(template, path, wait, "type", tuple(kind.value for kind in LinkType))
    yield from _one_of(template, path, wait, "count", COUNTS)
    if "lag" in wait and not _is_amount(wait["lag"], least=-10_000):
        yield _say(template, f"{path}.lag", repr(wait["lag"]), "a number of days")
    if wait.get("legal") is True and not wait.get("article"):
        yield _say(template, path, "a legal order without article", "article: the document and its article")


def _wrong_network(template: Template) -> Iterator[Problem]:
    nodes = [Node(key, every_day(), place=template.place(f"items.{key}")) for key in template.items]
    links = [
        Link(wait["item"], key, place=template.place(f"items.{key}.after"))
        for key in template.items
        for wait in template.after(key)
    ]
    yield from network_of(nodes, links=links)[1]


def _unknown(template: Template, path: str, row: object, known: set[str]) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield _say(template, path, repr(row), "a mapping")
        return
    for key in row:
        if key not in known:
            yield _say(template, f"{path}.{key}", repr(key), f"one of {', '.join(sorted(known))}")


def _one_of(
    template: Template, path: str, row: Mapping[str, Any], key: str, known: Sequence[str]
) -> Iterator[Problem]:
    if key in row and row[key] not in known:
        yield _say(template, f"{path}.{key}", repr(row[key]), f"one of {', '.join(known)}")


def _is_amount(value: object, *, least: int = 0) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and least <= value <= 10**12


def _say(template: Template, path: str, found: str, expected: str) -> Problem:
    return Problem("template-wrong", found, expected, template.place(path))
