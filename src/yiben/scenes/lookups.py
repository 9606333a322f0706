"""Thresholds that depend on the subject (按对象查表): a table of the rulebook, looked up by a text.

`years: {table: grain.reserve.storage_years, by: kind}` names the value that the table holds, on the
day judged, for the subject's own `kind`. `by` is a text: a field, a computed column, or a constant
in quotes. A key of the table may be a choice's code or its Chinese label. What the table does not
hold has no value, so that no condition on it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yiben.scenes.expressions import Expression
from yiben.scenes.model import Pack

MARK = "/"


@dataclass(frozen=True, slots=True)
class Lookup:
    """How one threshold is looked up (查表方式): by which text, and the codes that a key may stand for."""

    by: Expression
    codes: Mapping[str, tuple[str, ...]]

    def spellings(self, key: str) -> tuple[str, ...]:
        """What `by` may say for a key of the table: the key itself, and each code with that label."""
        return tuple(dict.fromkeys((key, *self.codes.get(key, ()))))


def entry_name(threshold: str, key: str) -> str:
    """The name of one value of a table among a month's thresholds.

    >>> entry_name("years", "小麦")
    'years/小麦'
    """
    return f"{threshold}{MARK}{key}"


def codes_of(by: str, pack: Pack) -> dict[str, tuple[str, ...]]:
    """The codes of a choice field by their labels; nothing for other fields."""
    field = pack.fields.get(by.strip())
    found: dict[str, tuple[str, ...]] = {}
    for code, label in (field.choices if field is not None else {}).items():
        found[label.zh] = (*found.get(label.zh, ()), code)
    return found


def leaves(value: Any) -> Iterator[Any]:
    """The values of a table one level deep, or the one value that is no table."""
    yield from value.values() if isinstance(value, Mapping) else (value,)


def is_number(value: Any) -> bool:
    """Whether a value may be compared with numbers."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
