"""YAML with the line of every key (带行号的 YAML), so that a mistake can be told with its place."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from yiben.kernel.problems import Place, Problem


class _Loader(yaml.SafeLoader):
    """The safe loader, but dates and yes/no words stay text: a pack means what it spells."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class _ExactLoader(_Loader):
    """The same, but a number with a point is an exact decimal: a threshold is never a float."""


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    try:
        return Decimal(str(node.value).replace("_", ""))
    except InvalidOperation:
        raise ValueError(f"{node.value!r} is not a plain decimal number") from None


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)

MAX_BYTES = 2_000_000
MAX_DEPTH = 40


def read_yaml(text: str, *, file: str, exact: bool = False) -> tuple[Any, dict[str, int], list[Problem]]:
    """The values of a YAML text, the line of each dotted path, and what is wrong with it.

    With `exact`, numbers with a point become Decimal instead of float. Aliases (`&`, `*`) are
    refused: they can make a small file huge. Never raises on content.
    """
    if len(text) > MAX_BYTES:
        found = f"{len(text)} characters"
        return None, {}, [Problem("yaml-too-large", found, f"at most {MAX_BYTES}", Place(file=file))]
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=_Loader)):
            return (
                None,
                {},
                [Problem("yaml-alias", "an alias (*name)", "each value written out", Place(file=file))],
            )
        loader = (_ExactLoader if exact else _Loader)(text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return None, {}, [_syntax_problem(error, file)]
    except RecursionError:
        return (
            None,
            {},
            [Problem("yaml-too-deep", "very deep nesting", f"at most {MAX_DEPTH} levels", Place(file=file))],
        )
    if root is None:
        return None, {}, [Problem("yaml-empty", "an empty file", "a mapping of keys", Place(file=file))]
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    value = _build(root, "", lines, problems, file, loader)
    return value, lines, problems


def _syntax_problem(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else None
    found = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    return Problem("yaml-syntax", found, "well-formed YAML", Place(file=file, line=line))


def _build(
    node: yaml.Node, path: str, lines: dict[str, int], problems: list[Problem], file: str, loader: Any
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if path.count(".") > MAX_DEPTH:
        place = Place(file=file, line=node.start_mark.line + 1)
        problems.append(Problem("yaml-too-deep", "very deep nesting", f"at most {MAX_DEPTH} levels", place))
        return None
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, path, lines, problems, file, loader)
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(item, f"{path}.{index}".lstrip("."), lines, problems, file, loader)
            for index, item in enumerate(node.value)
        ]
    try:
        return loader.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        place = Place(file=file, line=node.start_mark.line + 1)
        problems.append(Problem("yaml-value", str(error).splitlines()[0], "a plain value", place))
        return None


def _build_mapping(
    node: yaml.MappingNode, path: str, lines: dict[str, int], problems: list[Problem], file: str, loader: Any
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = str(key_node.value)
        inner = f"{path}.{key}".lstrip(".")
        if key in result:
            problems.append(
                Problem("yaml-twice", f"{key!r} a second time", "each key once", Place(file=file, line=line))
            )
        lines[inner] = line
        result[key] = _build(value_node, inner, lines, problems, file, loader)
    return result
