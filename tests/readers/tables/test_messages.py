"""Every problem of tables has Chinese words."""

from __future__ import annotations

import re
from pathlib import Path

from yiben.kernel.problems import Place, Problem
from yiben.readers import tables
from yiben.readers.tables.messages import codes, explain

ROOM = Path(tables.__file__).parent
_CODE = re.compile(r'(?:Problem|Wrong|_refuse|_problem|_unit_problem)\(\s*f?"([a-z]+(?:-[a-z]+)+)"')


def test_every_code_in_the_source_is_explained():
    sources = [*ROOM.glob("*.py"), ROOM.parents[1] / "scenes" / "project_code.py"]
    told = {code for path in sources for code in _CODE.findall(path.read_text(encoding="utf-8"))}
    assert len(told) > 40
    assert told <= codes()


def test_every_message_can_be_filled(roads):
    for code in codes():
        for field in ("", "total", "kind", "lanes", "done"):
            for pack in (roads, None):
                found, expected = explain(Problem(code, '"x" and 3 more', "y", Place(field=field)), pack=pack)
                assert found and expected and "{" not in found + expected


def test_words_come_from_the_field(roads):
    problem = Problem("choice-unknown", '"改建"', "one of …", Place(field="kind"))
    assert explain(problem, pack=roads) == ('"改建"', "应为下列之一：新建, 维修(大修)")
    assert explain(problem, pack=roads, language="en") == ('"改建"', "one of …")


def test_an_unknown_code_keeps_its_own_words():
    assert explain(Problem("new-check", "a", "b")) == ("a", "b")
