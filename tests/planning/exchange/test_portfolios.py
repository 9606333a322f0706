"""Lists of projects."""

import pytest

from yiben.planning.calendar import china
from yiben.planning.exchange.portfolios import read
from yiben.planning.templates import built_in

ROW = "{name: a, template: industrial, start: 2026-03-02, unit: u, facts: {standard_land: true}, days: {design: 12.5}}"


def test_a_list_by_hand() -> None:
    listed, problems = read(
        f"place: '331002'\nprojects:\n- {ROW}\n",
        file="l.yaml",
        templates=built_in(),
        calendar=china(),
        place="33",
    )
    assert problems == [] and listed[0].made.place == "331002" and listed[0].unit == "u"
    assert float(listed[0].made.items["design"].days) == 12.5


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("3", "portfolio-project"),
        (ROW.replace("unit", "colour"), "portfolio-project"),
        (ROW.replace("industrial", "nothing"), "unknown-template"),
        (ROW.replace("2026-03-02", "soon"), "bad-date"),
        (ROW.replace("2026-03-02", "2006-03-02"), "outside-calendar"),
        (ROW.replace("12.5", "long"), "bad-duration"),
        (ROW.replace("standard_land", "colour"), "unknown-fact"),
        (ROW.replace("design", "nothing"), "unknown-node"),
        (f"{ROW}\n- {ROW}", "project-twice"),
    ],
)
def test_mistakes_have_their_line(row: str, code: str) -> None:
    _, problems = read(
        f"projects:\n- {row}\n", file="l.yaml", templates=built_in(), calendar=china(), place="33"
    )
    assert [one.code for one in problems] == [code] and problems[0].place.line in (2, 3)


@pytest.mark.parametrize("text", ["", "[]", "projects: 3"])
def test_other_files_are_refused(text: str) -> None:
    assert read(text, file="l.yaml", templates=built_in(), calendar=china(), place="33")[1]
