"""Reasons in words (理由模板): texts with {expression:format} in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yiben.kernel.problems import Place, Problem
from yiben.scenes.columns import Column, Kind
from yiben.scenes.expressions import Expression, parse_expression
from yiben.scenes.kinds import kind_problems
from yiben.scenes.model import Label

FORMAT = re.compile(r"(?P<comma>,)?(?:\.(?P<digits>\d))?(?P<type>[f%])")


@dataclass(frozen=True, slots=True)
class Format:
    """How a number is written: its decimals, as percent or not, with thousands marks or not."""

    digits: int
    percent: bool = False
    comma: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One {expression:format} of a text; without a format, the value as it is."""

    expression: Expression
    kind: Kind
    format: Format | None


@dataclass(frozen=True, slots=True)
class Because:
    """A reason in both languages: plain texts and slots in order."""

    zh: tuple[str | Slot, ...]
    en: tuple[str | Slot, ...]

    def slots(self) -> list[Slot]:
        """Every slot of both texts, each expression once."""
        found = {part.expression.text: part for part in (*self.zh, *self.en) if isinstance(part, Slot)}
        return list(found.values())


def read_because(
    label: Label, *, columns: Mapping[str, Column], place: Place
) -> tuple[Because | None, list[Problem]]:
    """The template that a label spells, or what is wrong with it."""
    zh, problems = _parts(label.zh, columns, place)
    en, more = _parts(label.en, columns, place) if label.en else (zh, [])
    problems += more
    return (None if problems else Because(zh, en)), problems


def _parts(
    text: str, columns: Mapping[str, Column], place: Place
) -> tuple[tuple[str | Slot, ...], list[Problem]]:
    parts: list[str | Slot] = []
    problems: list[Problem] = []
    for index, piece in enumerate(re.split(r"\{([^{}]*)\}", text)):
        if index % 2 == 0:
            if "{" in piece or "}" in piece:
                problems.append(Problem("because-braces", repr(piece), "each { closed by one }", place))
            if piece:
                parts.append(piece)
            continue
        slot, found = _slot(piece, columns, place)
        problems += found
        if slot is not None:
            parts.append(slot)
    return tuple(parts), problems


def _slot(piece: str, columns: Mapping[str, Column], place: Place) -> tuple[Slot | None, list[Problem]]:
    text, colon, spelled = piece.rpartition(":")
    if not colon:
        text, spelled = piece, ""
    expression, problems = parse_expression(text.strip(), columns=columns, place=place)
    if expression is None:
        return None, problems
    kinds = {name: column.kind for name, column in columns.items()}
    wanted: Kind | None = "number" if spelled else None
    kind, problems = kind_problems(expression.tree, columns=kinds, wanted=wanted, text=text, place=place)
    shape = FORMAT.fullmatch(spelled) if spelled else None
    if spelled and shape is None:
        problems.append(Problem("because-format", repr(spelled), "such as .1%, .2f or ,.0f", place))
    if problems:
        return None, problems
    if shape is None:
        return Slot(expression, kind, None), []
    digits = int(shape["digits"]) if shape["digits"] else 0
    return Slot(expression, kind, Format(digits, shape["type"] == "%", bool(shape["comma"]))), []
