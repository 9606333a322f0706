"""The words of reports as data (词库): YAML beside this file, and what a county adds to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from yiben.kernel.problems import Place, Problem, Refused

FOLDER = Path(__file__).with_name("lexicon")
PARTS = ("units", "grammar", "indicators", "places", "projects", "periods", "pages", "words")


def either(words: Iterable[str]) -> str:
    """A pattern for any of `words`, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


class Lexicon:
    """Every list of words, by part and name: `lexicon.words("grammar", "rise")`.

    Built once by `lexicon()`; patterns are compiled on first use and kept with it.
    """

    def __init__(self, parts: Mapping[str, Mapping[str, Any]]) -> None:
        self.parts = parts
        self._patterns: dict[tuple[str, ...], str] = {}

    def words(self, part: str, *names: str) -> list[str]:
        """The words of the lists `names` of `part`, in the order of the files."""
        return [word for name in names for word in self.parts[part].get(name, ())]

    def either(self, part: str, *names: str) -> str:
        """A pattern for any word of the lists `names`, the longest first."""
        key = (part, *names)
        if key not in self._patterns:
            self._patterns[key] = either(self.words(part, *names))
        return self._patterns[key]

    @cached_property
    def indicators(self) -> dict[str, str]:
        """Every way to write an indicator → its name."""
        names: dict[str, str] = {}
        for name, others in self.parts["indicators"]["macro"].items():
            names[name] = name
            names.update(dict.fromkeys(others or (), name))
        return names

    @cached_property
    def places(self) -> dict[str, str]:
        """Full name of each administrative area → its province; a name that several have keeps one."""
        found: dict[str, str] = dict.fromkeys(self.parts["places"].get("more") or (), "")
        for province, cities in self.parts["places"]["places"].items():
            for city, areas in (cities or {}).items():
                found.update(dict.fromkeys((areas or "").split(), province))
                found[city] = province
            found[province] = province
        return found

    @cached_property
    def short_places(self) -> dict[str, str]:
        """Short name (杭州, 临安) → full name, where the short name has at least two characters."""
        short: dict[str, str] = {}
        for name in self.places:
            for end in ("特别行政区", "自治区", "自治州", "自治县", "省", "市", "县", "区", "盟", "旗"):
                if name.endswith(end) and len(name) - len(end) >= 2:
                    short.setdefault(name.removesuffix(end), name)
                    break
        for province in self.parts["places"]["places"]:
            for people in ("壮族", "回族", "维吾尔"):
                if people in province:
                    short[province.split(people)[0]] = province
        return short


@lru_cache(maxsize=8)
def lexicon(*extra: Path) -> Lexicon:
    """The built-in words and those of the county's own files `extra`; raises Refused.

    An own file names parts, lists and words as the built-in files do; its words are added,
    and a list that starts with `=` replaces the built-in one.
    """
    parts: dict[str, dict[str, Any]] = {part: _load(FOLDER / f"{part}.yaml") for part in PARTS}
    for path in extra:
        own = _load(path)
        unknown = sorted(set(own) - set(parts))
        if unknown:
            found = f"the part {unknown[0]!r}"
            expected = f"one of {', '.join(PARTS)}"
            raise Refused([Problem("lexicon-part", found, expected, Place(file=path.name))])
        for part, lists in own.items():
            parts[part] = _merged(parts[part], lists or {})
    return Lexicon(parts)


def _load(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        place = Place(file=path.name)
        raise Refused([Problem("lexicon-file", str(error), "a readable YAML file in UTF-8", place)]) from None
    if not isinstance(found, dict):
        place = Place(file=path.name)
        raise Refused([Problem("lexicon-shape", type(found).__name__, "parts with lists of words", place)])
    return found


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in own.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = _merged(before, value)
        elif isinstance(before, list) and isinstance(value, Sequence) and not isinstance(value, str):
            merged[name] = list(value[1:]) if value[:1] == ["="] else [*before, *value]
        else:
            merged[name] = value
    return merged
