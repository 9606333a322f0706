"""The face's words (界面用语): written in Chinese where they are used, with English in one catalogue.

`say("项目")` gives the Chinese text itself, or its line in words/en.yaml when the reader has chosen
English. A test holds the catalogue complete: every text that is said has its English line.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml
from django.utils.translation import get_language

from yiben.scenes.model import Label


def language() -> str:
    """The reader's language, `zh` or `en`."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


@cache
def english() -> dict[str, str]:
    """The English catalogue: Chinese text → English text."""
    words: dict[str, str] = {}
    for entry in sorted((resources.files("yiben.web") / "words").iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".yaml"):
            words |= yaml.safe_load(entry.read_text(encoding="utf-8"))
    return words


def say(text: str, /, **values: object) -> str:
    """The text in the reader's language, with {named} values filled in.

    >>> say("共 {n} 个", n=3)
    '共 3 个'
    """
    said = english().get(text, text) if language() == "en" else text
    return said.format_map(values) if values else said


def label_of(label: Label) -> str:
    """A pack's label in the reader's language."""
    return label.text(language())
