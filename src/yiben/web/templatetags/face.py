"""The tags that every template of the face loads."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yiben.kernel.colours import Colour
from yiben.scenes.model import Label
from yiben.web import words

register = template.Library()
BUILT = Path(__file__).resolve().parent.parent / "static" / "built"
COLOUR_WORDS = {"red": "红灯", "yellow": "黄灯", "green": "绿灯", "exempt": "豁免", "none": "不适用"}
# Line drawings of our own, 24 × 24, one path each.
ICONS = {
    "gauge": "M4 15a8 8 0 1 1 16 0M12 15l4-5M3 19h18",
    "list": "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
    "pencil": "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
    "flag": "M6 21V4h11l-2 4 2 4H6",
    "upload": "M12 16V4M7 9l5-5 5 5M4 20h16",
    "download": "M12 4v12M7 11l5 5 5-5M4 20h16",
    "book": "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11",
    "people": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5c2 .8 3 2.8 3 5.5",
    "seal": "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4",
    "screen": "M3 5h18v11H3zM8 20h8M12 16v4",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20c0-4 3-6 7-6s7 2 7 6",
    "print": "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 2",
    "filter": "M4 5h16l-6 7v6l-4 2v-8z",
    "columns": "M4 5h16v14H4zM10 5v14M15 5v14",
    "plus": "M12 5v14M5 12h14",
    "globe": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
}


@register.simple_tag
def say(text: str, **values: object) -> str:
    """The text in the reader's language."""
    return words.say(text, **values)


@register.filter
def label(one: Label) -> str:
    """A pack's label in the reader's language."""
    return words.label_of(one)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line drawing; decoration only, hidden from screen readers."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', ICONS[name]
    )


@register.simple_tag
def lamp(colour: Colour | str, text: str = "") -> SafeString:
    """A colour as shape and word together, so that nobody needs to see colours to read it."""
    word = colour.word if isinstance(colour, Colour) else colour
    return format_html('<span class="lamp {}">{}</span>', word, text or words.say(COLOUR_WORDS[word]))


@register.filter
def colour_word(colour: Colour | str) -> str:
    """The name of a colour in the reader's language."""
    return words.say(COLOUR_WORDS[colour.word if isinstance(colour, Colour) else colour])


@register.simple_tag
def built() -> SafeString:
    """The built style sheet and script; nothing where the bundle was not built."""
    entry = _manifest().get("main.js", {})
    if not entry:
        return SafeString("")
    sheets = format_html_join(
        "", '<link rel="stylesheet" href="{}">', ((_built(one),) for one in entry["css"])
    )
    return sheets + format_html('<script type="module" src="{}"></script>', _built(entry["file"]))


def _built(path: str) -> str:
    return static(f"built/{path}")


@lru_cache(maxsize=1)
def _manifest() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: object) -> str:
    """This page's address with some parameters changed; an empty value drops one (`_` stands for `.`)."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """An item of a mapping by a key that is itself a value."""
    return mapping.get(key, "")
