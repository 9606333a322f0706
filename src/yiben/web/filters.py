"""Filters of a list (筛选): field, operator, value, out of the address and into a database question.

Parameters are named `f.<field>.<operator>`; a field that the pack does not have, an operator that
its type does not know or a value that its type does not accept is told, and filters nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from yiben.kernel.problems import Place, Problem
from yiben.ledger.books import PREFIX
from yiben.scenes.model import Field, Pack
from yiben.scenes.values import MAX_TEXT, cell_of, check_fact

PARAMETER = "f."
TEXT_OPERATORS = ("has", "is")
RANGE_OPERATORS = ("min", "max")
CHOICE_OPERATORS = ("is",)
LOOKUPS = {"min": "gte", "max": "lte", "is": "in", "has": "icontains"}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on one field: `is` takes several values, any of which may hold."""

    field: Field
    operator: str
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        """The parameter's name in the address."""
        return f"{PARAMETER}{self.field.name}.{self.operator}"


def operators_of(field: Field) -> tuple[str, ...]:
    """The operators that a field's type knows, besides `empty`."""
    if field.type in ("choice", "unit", "boolean"):
        return CHOICE_OPERATORS
    if field.is_number or field.type in ("date", "month"):
        return RANGE_OPERATORS
    return TEXT_OPERATORS


def read_filters(query: QueryDict, *, fields: Mapping[str, Field]) -> tuple[list[Filter], list[Problem]]:
    """The filters that an address asks for, and what is wrong with the rest."""
    filters: list[Filter] = []
    problems: list[Problem] = []
    for parameter in query:
        if not parameter.startswith(PARAMETER):
            continue
        values = tuple(value.strip() for value in query.getlist(parameter) if value.strip())
        if not values:
            continue
        name, _, operator = parameter.removeprefix(PARAMETER).rpartition(".")
        field = fields.get(name)
        expected = _fault(field, operator, values)
        if expected or field is None:
            place = Place(field=parameter[:80])
            problems.append(Problem("bad-filter", repr(values[0][:80]), expected, place))
        else:
            filters.append(Filter(field, operator, values))
    return filters, problems


def _fault(field: Field | None, operator: str, values: tuple[str, ...]) -> str:
    if field is None:
        return "a field of this scene"
    if operator == "empty":
        return "" if values[0] in ("yes", "no") else "yes or no"
    if operator not in operators_of(field):
        return "one of the operators " + ", ".join((*operators_of(field), "empty"))
    return next((said for value in values if (said := _value_fault(field, operator, value))), "")


def _value_fault(field: Field, operator: str, value: str) -> str:
    if operator == "has":
        return "" if len(value) <= MAX_TEXT["text"] and "\x00" not in value else "a short text"
    return cell_for(field, value)[1]


def cell_for(field: Field, value: str) -> tuple[Any, str]:
    """The stored cell that a text in an address stands for, or what was expected instead."""
    if field.type == "boolean":
        return (value == "yes", "") if value in ("yes", "no") else (None, "yes or no")
    unlimited = Field(field.name, field.type, field.label, unit=field.unit, choices=field.choices)
    if field.type in ("unit", "project_code"):
        unlimited = Field(field.name, "text", field.label)
    fact, expected = check_fact(unlimited, value.replace(",", "") if field.is_number else value)
    return (None, expected) if expected else (cell_of(field, fact), "")


def question_of(filters: Iterable[Filter]) -> Q:
    """All filters together, as a question to the scene's book."""
    question = Q()
    for one in filters:
        column = PREFIX + one.field.name
        if one.operator == "empty":
            blank = Q(**{f"{column}__isnull": True})
            question &= blank if one.values[0] == "yes" else ~blank
        elif one.operator == "is":
            cells = [cell_for(one.field, value)[0] for value in one.values]
            question &= Q(**{f"{column}__in": cells})
        elif one.operator == "has":
            question &= Q(**{f"{column}__icontains": one.values[0]})
        else:
            cell = cell_for(one.field, one.values[0])[0]
            question &= Q(**{f"{column}__{LOOKUPS[one.operator]}": cell})
    return question


def search_question(pack: Pack, text: str) -> Q:
    """Subjects whose key or shown name holds the text."""
    display = Q(**{f"{PREFIX}{pack.display}__icontains": text})
    return display if pack.display == pack.key else display | Q(subject__icontains=text)
