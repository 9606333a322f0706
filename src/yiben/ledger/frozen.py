"""Plans that are frozen (计划冻结): a planned or forecast day changes only with a reason and an approval.

A mark `baseline` (slot: the year) holds the days of a subject's nodes as they were when the year's
plan was set. It is stated once; from then on only who approves may state other days for its nodes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from yiben.kernel.problems import Problem
from yiben.ledger.models import MarkVersion
from yiben.people.roles import Action
from yiben.scenes.model import Pack

if TYPE_CHECKING:
    from yiben.ledger.changes import Change

BASELINE, NODE_CHANGE = "baseline", "node_change"
PLAN_DAYS = frozenset({"planned_on", "forecast_on"})


def frozen_problems(changes: Sequence[Change], pack: Pack, action: Action) -> list[Problem]:
    """Changed days of frozen nodes without approval or reason, and baselines that would be restated."""
    moved = [change for change in changes if change.kind == "node" and PLAN_DAYS & change.facts.keys()]
    problems = [
        Problem("frozen-twice", f"another baseline for {one.slot}", "the one that stands", one.place)
        for one in changes
        if one.kind == BASELINE and one.current is not None and one.facts
    ]
    if not moved:
        return problems
    frozen = _frozen_nodes(pack, sorted({change.subject for change in moved}))
    for change in moved:
        if change.slot not in frozen.get(change.subject, ()):
            continue
        label = pack.nodes[change.slot].label.zh if change.slot in pack.nodes else change.slot
        if action is not Action.APPROVE:
            found = f"{label}: another day in a frozen plan"
            expected = "a change that somebody else approves, asked for on the plan's page"
            problems.append(Problem("node-frozen", found, expected, change.place))
        elif not str(change.stated.get("reason") or "").strip():
            problems.append(
                Problem("reason-missing", f"{label}: no reason", "why the date changes", change.place)
            )
    return problems


def _frozen_nodes(pack: Pack, subjects: Sequence[str]) -> dict[str, set[str]]:
    rows = MarkVersion.objects.filter(
        scene=pack.name, kind=BASELINE, subject__in=subjects, recorded_to=None
    ).values_list("subject", "facts")
    frozen: dict[str, set[str]] = {}
    for subject, facts in rows:
        frozen.setdefault(subject, set()).update(json.loads(facts).get("dates", {}))
    return frozen
