"""The visible text of a web page (网页正文), with the way back to its source; linear, without a tree."""

from __future__ import annotations

import html
import re

from yiben.readers.offsets import Mapped

_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<hidden>script|style|head|noscript|template|svg|select|textarea)\b[^>]*>.*?(?:</(?P=hidden)\s*>|\Z)"
    r"|</?(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?:[^<>\"']|\"[^\"]{0,4000}\"|'[^']{0,4000}')*>|<[!?][^>]*>"
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});?|\s*[\r\n]\s*|[ \t]{2,}",
    re.DOTALL | re.IGNORECASE,
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "dd",
        "dt",
        "dl",
        "blockquote",
        "pre",
        "hr",
        "title",
        "tbody",
        "thead",
        "form",
        "nav",
        "center",
    ]
)
_CELLS = frozenset(("td", "th"))
_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})</title>", re.IGNORECASE)


def html_text(source: str) -> Mapped:
    """`source` without its markup: blocks on lines of their own, cells set apart by bars."""
    edits: list[tuple[int, int, str]] = []
    for found in _TOKEN.finditer(source):
        said = found[0]
        if said[0] == "&":
            new = html.unescape(said).replace("\xa0", " ")
        elif said[0] != "<":
            new = " " if said.isspace() and "\n" not in said and "\r" not in said else ""
            new = new or (" " if _between_words(source, found.start(), found.end()) else "")
        else:
            new = _of_tag(found)
        edits.append((found.start(), found.end(), new))
    return Mapped.by_edits(source, edits)


def _of_tag(found: re.Match[str]) -> str:
    tag = (found["tag"] or "").lower()
    closing = found[0].startswith("</")
    if tag in _CELLS:
        return " | " if closing else ""
    return "\n" if tag in _BLOCKS and (closing or tag in ("br", "hr", "tr", "p", "div", "li")) else ""


def _between_words(source: str, start: int, end: int) -> bool:
    """Whether a line break in the source stands between two Latin words."""
    left, right = source[start - 1 : start], source[end : end + 1]
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
