"""Real published scoring schemes as packs (已公布的评分办法): take one as it is, or as a pattern."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from yiben.kernel.problems import Refused, errors_of
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack


@cache
def schemes() -> Mapping[str, Pack]:
    """The packs of the published schemes, by name; raises Refused where one is amiss."""
    packs = {}
    for entry in sorted(resources.files("yiben.boards.schemes").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yaml"):
            pack, problems = read_pack(entry.read_text(encoding="utf-8"), file=entry.name)
            if pack is None:
                raise Refused(errors_of(problems))
            packs[pack.name] = pack
    return packs
