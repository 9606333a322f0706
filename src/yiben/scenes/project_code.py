"""The national project code (投资项目代码) in its new and its old form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

from yiben.kernel.problems import Place, Problem

_DASHES = re.compile(r"[‐-―−﹣－_—]")
_SHAPE = re.compile(r"(\d{4})-(\d{6})-(\d{2})-([0-9A-Z]\d{1,2})-(\d{6})(-\d{3})?")
_BARE = re.compile(r"(\d{4})(\d{6})(\d{2})(\d{2})(\d{6})")
SHAPES = "YYMM-RRRRRR-DD-TT-NNNNNC, such as 2204-331022-04-01-123456, or the form used to 2020"

# The standard's clause on the check digit is not published; a county that knows it hands it in.
CheckDigit = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """A project code taken apart (项目代码): both forms have the same five segments.

    `time` is YYMM in the new form and a year in the old; `branch` is the guiding department in
    the new form and the two-digit industry (GB/T 4754) in the old.
    """

    form: Literal["new", "old"]
    time: str
    region: str
    branch: str
    type: str
    serial: str
    tail: str = ""

    def __str__(self) -> str:
        segments = [self.time, self.region, self.branch, self.type, self.serial, self.tail]
        return "-".join(segment for segment in segments if segment)


@cache
def _norm() -> dict[str, Any]:
    text = (resources.files("yiben.scenes") / "project_code.yaml").read_text(encoding="utf-8")
    return {key: entry["value"] for key, entry in yaml.safe_load(text).items()}


def tidy_code(text: str) -> str:
    """The code with plain digits and hyphens, without spaces; 20 bare digits get their hyphens.

    >>> tidy_code("２２０４－３３１０２２－０４－０１－１２３４５６")
    '2204-331022-04-01-123456'
    """
    tidy = "".join(_DASHES.sub("-", unicodedata.normalize("NFKC", text)).upper().split())
    bare = _BARE.fullmatch(tidy)
    return "-".join(bare.groups()) if bare else tidy


def read_project_code(
    text: str, *, place: Place | None = None, check_digit: CheckDigit | None = None
) -> tuple[ProjectCode | None, list[Problem]]:
    """The code that `text` spells, in either form, or what is wrong with it."""
    tidy = tidy_code(text)
    found = _SHAPE.fullmatch(tidy)
    if not found:
        return None, [_problem("project-code-shape", text, f"a project code {SHAPES}", place)]
    time, region, branch, kind, serial, tail = found.groups()
    form: Literal["new", "old"] | None = _form(time, kind, tail)
    if form is None:
        return None, [_problem("project-code-time", text, "a year and month (YYMM) or a year first", place)]
    if region[:2] not in _norm()["provinces"]:
        return None, [_problem("project-code-region", text, "a region that begins with a province", place)]
    if form == "new" and kind not in _norm()["types"]:
        expected = "a project type " + ", ".join(_norm()["types"])
        return None, [_problem("project-code-type", text, expected, place)]
    if form == "new" and check_digit is not None and not check_digit(tidy):
        return None, [_problem("project-code-check", text, "a code whose check digit is right", place)]
    return ProjectCode(form, time, region, branch, kind, serial, (tail or "").lstrip("-")), []


def _form(time: str, kind: str, tail: str | None) -> Literal["new", "old"] | None:
    """Which form the time segment allows; 2011 and 2012 could be both, and read as the new one."""
    new = 1 <= int(time[2:]) <= 12 and int(time) >= _norm()["first_new_month"]
    if new and not tail and len(kind) == 2:
        return "new"
    return "old" if _norm()["first_old_year"] <= int(time) <= 2020 else None


def _problem(code: str, text: str, expected: str, place: Place | None) -> Problem:
    return Problem(code, repr(text), expected, place or Place())
