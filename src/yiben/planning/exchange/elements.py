"""XML of strangers, read without trust (XML 读取): every value with its place, nothing raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from yiben.kernel.problems import Place, Problem
from yiben.planning.worktime import TICKS_PER_HOUR, instant

_YEARS = range(1900, 2200)


def parse(content: bytes, *, file: str) -> tuple[Element | None, list[Problem]]:
    """The root element, or why there is none: broken, or with entities and DTDs, which are refused."""
    try:
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        found = f"{type(error).__name__} ({str(error)[:80]})"
        return None, [Problem("xml-entities", found, "XML without DTD and entities", Place(file=file))]
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        line, column = getattr(error, "position", (None, None))
        place = Place(file=file, line=line, cell=f"column {column}" if column is not None else "")
        return None, [Problem("xml-broken", str(error), "well-formed XML", place)]
    return root, []


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element, *names: str) -> Iterator[Element]:
    """The elements below along a path of names."""
    if not names:
        yield element
        return
    for child in element:
        if isinstance(child.tag, str) and local(child) == names[0]:
            yield from children(child, *names[1:])


@dataclass(slots=True)
class Fields:
    """The plain values of one element (字段); a wrong one becomes a problem and counts as absent."""

    values: dict[str, str]
    file: str
    subject: str
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, element: Element, *, file: str, subject: str, problems: list[Problem]) -> Fields:
        """The values of the elements right below `element`; of several of one name the first."""
        values: dict[str, str] = {}
        for child in element:
            if isinstance(child.tag, str) and len(child) == 0 and (child.text or "").strip():
                values.setdefault(local(child), (child.text or "").strip())
        return cls(values, file, subject, problems)

    def place(self, name: str = "") -> Place:
        """Where the value `name` stands."""
        return Place(file=self.file, subject=self.subject, field=name)

    def text(self, name: str, default: str = "") -> str:
        """The text of a value."""
        return self.values.get(name, default)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Whether a value says yes."""
        return {"1": True, "true": True, "0": False, "false": False}.get(self.text(name).lower(), default)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; `default` where it is absent."""
        return round(self.real(name, float(default)))

    def real(self, name: str, default: float = 0.0) -> float:
        """A number; `default` where it is absent."""
        if name not in self.values:
            return default
        try:
            value = float(self.values[name])
            if abs(value) < 1e15:
                return value
        except ValueError:
            pass
        self._refuse(name, "a number")
        return default

    def moment(self, name: str) -> int | None:
        """An instant such as 2026-09-30T17:00:00; None where it is absent."""
        text = self.values.get(name, "")
        if not text or text.upper() == "NA":
            return None
        try:
            value = datetime.fromisoformat(text).replace(tzinfo=None)
            if value.year in _YEARS:
                return instant(value)
        except ValueError:
            pass
        self._refuse(name, "a moment such as 2026-09-30T17:00:00")
        return None

    def duration(self, name: str) -> int | None:
        """A duration such as PT8H0M0S in ticks; None where it is absent."""
        text = self.values.get(name)
        if text is None:
            return None
        ticks = duration_of(text)
        if ticks is None:
            self._refuse(name, "a duration such as PT8H0M0S")
        return ticks

    def _refuse(self, name: str, expected: str) -> None:
        found = f"{self.values[name][:60]!r}"
        self.problems.append(Problem("bad-value", found, expected, self.place(name)))


def duration_of(text: str) -> int | None:
    """Ticks of an ISO 8601 duration of days, hours, minutes and seconds; None where it is not one.

    >>> duration_of("PT8H30M0S")
    5100
    """
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
    days, mark, hours = body.removeprefix("P").partition("T")
    if not body.startswith("P") or (not days and not mark):
        return None
    units = {"D": 24 * TICKS_PER_HOUR, "H": TICKS_PER_HOUR, "M": TICKS_PER_HOUR / 60, "S": 1 / 6}
    total = 0.0
    for part, allowed in ((days, "D"), (hours, "HMS")):
        number = ""
        for letter in part:
            if letter.isdigit() or letter == ".":
                number += letter
            elif letter in allowed and _is_number(number):
                total += float(number) * units[letter]
                number = ""
            else:
                return None
        if number:
            return None
    return sign * round(total) if total < 1e12 else None


def _is_number(text: str) -> bool:
    return text.count(".") <= 1 and any(c.isdigit() for c in text)
