"""Projects side by side."""

from datetime import date

from yiben.planning.approvals import make
from yiben.planning.backward import from_date
from yiben.planning.calendar import china
from yiben.planning.columns import Project, side_by_side
from yiben.planning.templates import built_in


def test_columns_give_each_project_the_dates_it_has_alone() -> None:
    projects = []
    for number, (name, facts) in enumerate(
        [("industrial", {}), ("government", {}), ("industrial", {}), ("industrial", {"owns_land": True})]
    ):
        made, _ = make(built_in()[name], calendar=china(), on=date(2026, 3, 2), place="331002", facts=facts)
        assert made is not None
        projects.append(Project(f"p{number}", made.plan, date(2026, 3, 2 + 3 * number)))
    groups = side_by_side(projects, calendar=china())
    assert [[one.name for one in group.projects] for group in groups] == [["p0", "p2"], ["p1"], ["p3"]]
    for group in groups:
        for number, project in enumerate(group.projects):
            alone, _ = from_date(project.plan, goal="start", start=project.start)
            assert alone is not None
            assert group.finish(number, "start") == alone.step("start").finish
