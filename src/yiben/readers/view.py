"""The text as the grammar sees it (语法视图): half-width forms, sentences without broken lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yiben.readers.offsets import Mapped
from yiben.readers.quantities import WIDTHS
from yiben.readers.repair import Repaired

_BREAK = re.compile(r"([^\n]*)(\n[\s\u3000]*)(?=\S)")
_CLOSED = "。;:!?！？；：.…"
_NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、是]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．]|第[一二三四五六七八九十]+[章节部条]|[●★◆■•▪#|①-⑳-]|索引号|附件)"
)
# Cells of a table that was pasted from a spreadsheet are set apart by tabs.
_TABBED = re.compile(r"^[^\t\n]*[^\s]\t+[^\n]*\S[^\n]*$", re.MULTILINE)
_QUOTES = re.compile(r"\"([^\"\n]{1,60})\"")
_WRAPPED_FROM = 24


@dataclass(frozen=True, slots=True)
class View:
    """The text for the grammar and the way back to the raw text, through the repaired one."""

    text: str
    inner: Mapped
    outer: Mapped

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """The span in the raw text."""
        left, right = self.inner.span_of(start, end)
        return self.outer.span_of(left, right)


def view_of(repaired: Repaired) -> View:
    """Make the view of a repaired text."""
    text = repaired.text
    if "\t" in text:
        text = _TABBED.sub(lambda line: line[0].replace("\t", "|"), text)
    text = text.translate(WIDTHS)
    if '"' in text:
        text = _QUOTES.sub("“\\1”", text)
    edits = [(start, end, "") for start, end in _soft_breaks(text)] if "\n" in text else []
    inner = Mapped.by_edits(text, edits) if edits else Mapped(text)
    return View(inner.text, inner, repaired.clean)


def _soft_breaks(text: str) -> list[tuple[int, int]]:
    """Line breaks inside a sentence: the line stops in mid-sentence and the next one goes on."""
    lines = text.split("\n")
    wrapped = _wrap_width(lines)
    found, at = [], 0
    for index, line in enumerate(lines[:-1]):
        end = at + len(line)
        at = end + 1
        said = line.strip()
        if len(said) < 8 or said[-1] in _CLOSED or "|" in said or _is_row(said):
            continue
        gap = end
        after = index + 1
        while after < len(lines) and not lines[after].strip():
            after += 1
        if after >= len(lines) or after > index + 3:
            continue
        follow = lines[after].strip()
        if _NUMBERED.match(follow) or "|" in follow or _is_row(follow):
            continue
        if _open(said) or (wrapped and len(said) >= wrapped - 3):
            gap = end - (len(line) - len(line.rstrip()))
            start_of_next = end + 1 + sum(len(lines[k]) + 1 for k in range(index + 1, after))
            indent = len(lines[after]) - len(lines[after].lstrip())
            if indent < 2 or _open(said):
                found.append((gap, start_of_next + indent))
    return found


def _open(line: str) -> bool:
    """Whether a line plainly stops before its sentence does."""
    if line[-1] in ",、" or line.count("《") != line.count("》") or line.count("“") != line.count("”"):
        return True
    numbered = bool(re.match(r"\s*(?:\(?[一二三四五六七八九十]+\)|[一二三四五六七八九十]+、)", line))
    inside = ";" in line or "。" in line
    return inside and not numbered and len(line) >= 12


def _wrap_width(lines: list[str]) -> int:
    """The width at which the text was wrapped; 0 where lines are paragraphs."""
    lengths = sorted(len(line.strip()) for line in lines if len(line.strip()) > 12)
    if len(lengths) < 8:
        return 0
    width = lengths[int(len(lengths) * 0.9)]
    near = sum(1 for length in lengths if width - 3 <= length <= width + 3)
    return width if _WRAPPED_FROM <= width <= 60 and near > 0.5 * len(lengths) else 0


def _is_row(line: str) -> bool:
    """Whether a line is a row of a table: cells set apart by blanks, with numbers in them."""
    return len(re.findall(r"\S {2,}\S", line)) >= 2
