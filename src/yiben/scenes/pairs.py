"""Flows and the plans that they are held against (完成与计划): found in a pack, or stated by it."""

from __future__ import annotations

from dataclasses import dataclass

from yiben.scenes.model import Field, Pack


@dataclass(frozen=True, slots=True)
class Pair:
    """A flow that is filed by month or quarter, and the yearly plan that it is held against."""

    done: Field
    plan: Field | None


def pairs_of(pack: Pack) -> list[Pair]:
    """Each adding measure with its plan: the first yearly one of the same type and unit.

    A pack may say it plainly in `settings.cockpit: {done: …, plan: …}`.
    """
    stated = pack.settings.get("cockpit", {})
    flows = [one for one in pack.measures.values() if one.adds and one.every in ("month", "quarter")]
    plans = [one for one in pack.measures.values() if one.adds and one.every == "year"]
    if stated.get("done") in pack.measures:
        flows = [pack.measures[stated["done"]], *(one for one in flows if one.name != stated["done"])]
    pairs = []
    for flow in flows:
        plan = next((one for one in plans if (one.type, one.unit) == (flow.type, flow.unit)), None)
        plan = pack.measures.get(stated.get("plan", ""), plan) if flow is flows[0] else plan
        # One plan belongs to one flow: the next of the same kind stands alone.
        plans = [one for one in plans if one is not plan]
        pairs.append(Pair(flow, plan))
    return pairs


def main_pair(pack: Pack) -> Pair | None:
    """What the scene is measured by first of all: for projects, investment."""
    return next(iter(pairs_of(pack)), None)
