"""Reports of other kinds, places and years, with their answers inside (各类报告): each field must be right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from answered_reports import Wanted, constructed
from yiben.readers.report import Figure, Project, Report, read_report

KINDS = sorted((Path(__file__).parent / "kinds").glob("*.txt"))


def alike(one: str, other: str) -> float:
    """Character F1, as the hand-made answers are scored."""
    a, b = Counter(one), Counter(other)
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def wrong_fields(wanted: Wanted, figure: Figure) -> list[str]:
    """What differs between a figure and the answer for its place."""
    wrong = []
    for name, value in wanted.fields.items():
        found = getattr(figure, name)
        same = alike(str(value), found) >= 0.5 if name == "subject" else found == value
        if name not in wanted.open and not same:
            wrong.append(f"{figure.text} at {figure.start}: {name} {found!s}, wanted {value!s}")
    return wrong


def wrong_figures(wanted: list[Wanted], report: Report) -> list[str]:
    """Figures that are missing, too many, or not as they must be."""
    found = {(figure.start, figure.end): figure for figure in report.figures}
    wrong = []
    for one in wanted:
        figure = found.pop((one.start, one.end), None)
        wrong += wrong_fields(one, figure) if figure else [f"missing at {one.start}: {one.fields['subject']}"]
    return wrong + [f"too many: {figure.text} at {figure.start}" for figure in found.values()]


def wrong_projects(wanted: list[Wanted], projects: tuple[Project, ...]) -> list[str]:
    """Projects that are missing, too many, or whose event is not right."""
    found = {project.start: project for project in projects}
    wrong = []
    for one in wanted:
        project = found.pop(one.start, None)
        if project is None:
            wrong.append(f"missing: {one.fields['name']}")
        elif alike(str(one.fields["name"]), project.name) < 0.8:
            wrong.append(f"{project.name}, wanted {one.fields['name']}")
        elif "event" not in one.open and project.event != one.fields["event"]:
            wrong.append(f"{project.name}: {project.event}, wanted {one.fields['event']}")
    return wrong + [f"too many: {project.name}" for project in found.values()]


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.stem)
def test_every_figure_and_project_of_the_kind(path: Path) -> None:
    answer = constructed(path.read_text(encoding="utf-8"))
    report = read_report(answer.text)
    assert wrong_figures(answer.figures, report) == []
    assert wrong_projects(answer.projects, report.projects) == []
    assert [check.said for check in report.checks if not check.holds] == []
