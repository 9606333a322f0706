"""Every text of the face has its English line, and no line is left over (界面用语)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import yaml

WEB = Path(str(resources.files("yiben.web")))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Tables of words that are said by name of the constant that holds them.
TABLES = {
    "WAYS",
    "KINDS",
    "GROUPS",
    "EVENTS",
    "TYPES",
    "FAMILIES",
    "SURE",
    "WORDS",
    "WANTED",
    "LEFT_OUT",
    "USES",
}


def said_in_templates() -> Iterator[tuple[str, str]]:
    for path in WEB.glob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"""\{%\s*say\s+(?:"([^"]*)"|'([^']*)')""", text):
            yield found[1] or found[2], path.name


def said_in_code() -> Iterator[tuple[str, str]]:
    for path in WEB.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_said = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"
            if is_said and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value), path.name
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                names = {getattr(target, "id", "") for target in node.targets}
                if names & (TABLES | {"COLOUR_WORDS"}):
                    for value in node.value.values:
                        if isinstance(value, ast.Constant) and CHINESE.search(str(value.value)):
                            yield str(value.value), path.name


def catalogue() -> dict[str, str]:
    words: dict[str, str] = {}
    for path in sorted((WEB / "words").glob("*.yaml")):
        words |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return words


def test_every_text_has_its_english_line() -> None:
    words = catalogue()
    missing = {(text, place) for text, place in (*said_in_templates(), *said_in_code()) if text not in words}
    assert not missing


def test_both_languages_fill_in_the_same_values() -> None:
    for chinese, english in catalogue().items():
        assert set(re.findall(r"\{(\w+)\}", chinese)) == set(re.findall(r"\{(\w+)\}", english)), chinese
        assert not CHINESE.search(english), english


def test_templates_hold_no_unsaid_chinese() -> None:
    for path in WEB.glob("templates/**/*.html"):
        if path.name == "failed.html":
            continue
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        # The name of each language stands in that language.
        assert not CHINESE.search(text.replace("简体中文", "")), path.name
