"""How long things really took here (本地历史工期): finished nodes of projects of the same kind, against their plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from yiben.journeys.plan_project import ProjectPlan, made_of
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.models import NodeVersion
from yiben.planning.worktime import OFFICE_DAY
from yiben.scenes.plans import item_of, plan_book

# A way that took more than so many times its plan was stopped, not slow; such a case is no sample.
MOST = 6.0


def past_days(plan: ProjectPlan) -> dict[str, list[float]]:
    """For each item the days that it would take at the pace of each finished case of its node.

    The pace of a case is the time from the recorded node before it to this one, over the planned
    time; an item that nobody records goes at the pace of the recorded node that waits for it.
    """
    made = made_of(plan)
    paces = paces_by_node(plan)
    of_item = {
        item_of(node, template=made.template.name): paces.get(name, [])
        for name, node in plan.pack.nodes.items()
    }
    after: dict[str, list[str]] = {}
    for link in made.plan.links:
        after.setdefault(link.first, []).append(link.then)
    days = {node.key: node.duration / OFFICE_DAY for node in made.plan.nodes}
    return {
        key: [pace * length for pace in found]
        for key, length in days.items()
        if length and (found := _nearest(key, of_item, after))
    }


def _nearest(key: str, of_item: Mapping[str, list[float]], after: Mapping[str, list[str]]) -> list[float]:
    waiting, seen = [key], {key}
    for one in waiting:
        if of_item.get(one):
            return of_item[one]
        fresh = [then for then in after.get(one, ()) if then not in seen]
        seen.update(fresh)
        waiting += fresh
    return []


def paces_by_node(plan: ProjectPlan) -> dict[str, list[float]]:
    """By node, actual over planned time of every finished case among subjects of the same class."""
    pack, field = plan.pack, plan_book(plan.pack).class_field
    same = subject_book(pack)._default_manager.filter(recorded_to=None)
    if field:
        same = same.filter(**{PREFIX + field: plan.project_class})
    rows = NodeVersion.objects.filter(
        scene=pack.name, recorded_to=None, planned_on__isnull=False, actual_on__isnull=False
    ).exclude(subject=plan.subject)
    rows = rows.filter(subject__in=same.values("subject")).order_by("subject", "planned_on", "row_id")
    paces: dict[str, list[float]] = {}
    for node, pace in _paces(rows.values_list("subject", "node", "planned_on", "actual_on").iterator()):
        paces.setdefault(node, []).append(pace)
    return paces


def _paces(rows: Iterator[tuple[str, str, date, date]]) -> Iterator[tuple[str, float]]:
    before: tuple[str, date, date] | None = None
    for subject, node, planned, actual in rows:
        if before is not None and before[0] == subject:
            wanted, taken = (planned - before[1]).days, (actual - before[2]).days
            if wanted > 0 and 0 <= taken <= MOST * wanted:
                yield node, taken / wanted
        before = (subject, planned, actual)
