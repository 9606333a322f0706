"""The users' pages: their example reads, and they name every key of the schema."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from yiben.boards.schemes import schemes
from yiben.scenes.board_names import FINDING_NAMES, NODE_COUNTS, PERIOD_NAMES
from yiben.scenes.boards import read_boards
from yiben.scenes.loader import pack_schema, read_pack
from yiben.scenes.mechanics_reader import READERS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_example_of_the_page_is_a_board(language: str) -> None:
    text = (DOCS / language / "boards.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(boards:\n.*?)```", text, re.DOTALL)
    assert example is not None
    pack_text = (resources.files("yiben.scenes") / "packs" / "projects.yaml").read_text(encoding="utf-8")
    head = pack_text.partition("\nboards:\n")[0]
    pack, problems = read_pack(f"{head}\n{example[1]}", file="page.yaml")
    assert pack is not None, problems
    assert list(read_boards(pack)[0]) == ["towns"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_names_every_key(language: str) -> None:
    text = (DOCS / language / "boards.md").read_text(encoding="utf-8")
    column = pack_schema()["$defs"]["boards"]["$defs"]["column"]["properties"]
    named = {*READERS, *column, *FINDING_NAMES, *NODE_COUNTS, *PERIOD_NAMES} - {"unit", "label"}
    assert not [name for name in sorted(named) if f"`{name}" not in text]
    assert all(pack.version == 1 for pack in schemes().values())
