"""The allocation as integer rows, for the exact solver and for its relaxation (整数规划模型).

One neutral form feeds both CP-SAT (the proof) and GLOP (prices of the pools), so that the two can
never differ in what they are asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from yiben.allocate.problem import Instance, Row

SHARED = ""


class NotProven(RuntimeError):
    """The effort ended without a proof of the optimum, and the policy takes no answer without one."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing to make large in one tier: `score`, `served`, or `granted` of one pool."""

    kind: str
    tier: int
    pool: int = -1

    def of_served(self, row: Row) -> int:
        """What serving the row adds to the goal, apart from its amounts."""
        if row.tier != self.tier or self.kind == "granted":
            return 0
        return row.score if self.kind == "score" else 1

    def of_unit(self, row: Row, pool: int) -> int:
        """What one unit granted to the row from `pool` adds to the goal."""
        return int(self.kind == "granted" and row.tier == self.tier and pool == self.pool)


@dataclass(slots=True)
class Rows:
    """Variables with bounds and linear rows between bounds; names tell the rows apart."""

    bounds: list[tuple[int, int]] = field(default_factory=list)
    rows: dict[tuple[object, ...], tuple[dict[int, int], int | None, int | None]] = field(
        default_factory=dict
    )
    objective: dict[int, int] = field(default_factory=dict)
    constant: int = 0
    served: dict[int, int] = field(default_factory=dict)

    def variable(self, low: int, high: int) -> int:
        """A new integer variable; gives its number."""
        self.bounds.append((low, high))
        return len(self.bounds) - 1


@dataclass(slots=True)
class _Sum:
    """A linear sum: coefficients and a constant."""

    terms: dict[int, int] = field(default_factory=dict)
    constant: int = 0

    def add(self, variable: int, coefficient: int) -> None:
        self.terms[variable] = self.terms.get(variable, 0) + coefficient


def town_of(instance: Instance, row: Row) -> str:
    """The row's town where something is set aside for it, else the name for all other towns."""
    return row.town if row.town in instance.shares else SHARED


def model_of(
    instance: Instance,
    fixed: Sequence[int | None],
    held: Sequence[tuple[Goal, int]],
    weights: Mapping[int, int] | None = None,
    goal: Goal | None = None,
) -> Rows:
    """The rows of one stage: capacities, goals already held, and what to make large now.

    Fixed claims become constants. Amounts inside one tier and town are one variable, since any
    total between the sum of the least and the sum of the wanted can be split among the served.
    """
    model = Rows()
    for number, value in enumerate(fixed):
        if value is None:
            model.served[number] = model.variable(0, 1)
    split = (goal is not None and goal.kind == "granted") or any(each.kind == "granted" for each, _ in held)
    totals = _totals(instance, fixed, model, split)
    _add_capacities(instance, totals, model)
    for number, (earlier, value) in enumerate(held):
        said = _goal_sum(instance, earlier, fixed, model, totals)
        model.rows["held", number] = (said.terms, value - said.constant, None)
    if goal is not None:
        said = _goal_sum(instance, goal, fixed, model, totals)
        model.objective, model.constant = said.terms, said.constant
    elif weights:
        model.objective = {model.served[number]: weight for number, weight in weights.items()}
    return model


def _totals(
    instance: Instance, fixed: Sequence[int | None], model: Rows, split: bool
) -> dict[tuple[int, str, int], _Sum]:
    groups: dict[tuple[int, str], list[int]] = {}
    for number, row in enumerate(instance.rows):
        if fixed[number] != 0:
            groups.setdefault((row.tier, town_of(instance, row)), []).append(number)
    totals = {}
    for (tier, town), members in groups.items():
        for pool in range(len(instance.pools)):
            totals[tier, town, pool] = _group_total(
                instance, members, pool, fixed, model, (tier, town, pool), split
            )
    return totals


def _group_total(
    instance: Instance,
    members: Sequence[int],
    pool: int,
    fixed: Sequence[int | None],
    model: Rows,
    name: tuple[int, str, int],
    split: bool,
) -> _Sum:
    least, slack = _Sum(), _Sum()
    for number in members:
        row = instance.rows[number]
        extra = row.wanted[pool] - row.least[pool]
        if fixed[number] == 1:
            least.constant += row.least[pool]
            slack.constant += extra
        else:
            if row.least[pool]:
                least.add(model.served[number], row.least[pool])
            if extra:
                slack.add(model.served[number], extra)
    if split and (slack.terms or slack.constant):
        top = sum(slack.terms.values()) + slack.constant
        above = model.variable(0, top)
        link = {above: 1, **{variable: -value for variable, value in slack.terms.items()}}
        model.rows["above", *name] = (link, None, slack.constant)
        least.add(above, 1)
    return least


def _add_capacities(instance: Instance, totals: Mapping[tuple[int, str, int], _Sum], model: Rows) -> None:
    for pool in range(len(instance.pools)):
        by_town: dict[str, _Sum] = {}
        for (_, town, at), total in totals.items():
            if at == pool:
                into = by_town.setdefault(town, _Sum())
                into.constant += total.constant
                for variable, value in total.terms.items():
                    into.add(variable, value)
        common = by_town.pop(SHARED, _Sum())
        for town, total in by_town.items():
            share = instance.shares[town][pool]
            beyond = model.variable(0, instance.common[pool])
            row = {**total.terms, beyond: -1}
            model.rows["town", town, pool] = (row, None, share - total.constant)
            common.add(beyond, 1)
        model.rows["common", pool] = (common.terms, None, instance.common[pool] - common.constant)


def _goal_sum(
    instance: Instance,
    goal: Goal,
    fixed: Sequence[int | None],
    model: Rows,
    totals: Mapping[tuple[int, str, int], _Sum],
) -> _Sum:
    said = _Sum()
    if goal.kind == "granted":
        for (tier, _, pool), total in totals.items():
            if tier == goal.tier and pool == goal.pool:
                said.constant += total.constant
                for variable, value in total.terms.items():
                    said.add(variable, value)
        return said
    for number, row in enumerate(instance.rows):
        worth = goal.of_served(row)
        if worth and fixed[number] is None:
            said.add(model.served[number], worth)
        elif worth and fixed[number] == 1:
            said.constant += worth
    return said


@dataclass(frozen=True, slots=True)
class Solved:
    """What the solver came to: the best answer's value and served claims, and a true upper bound.

    `value` is None where no answer was found. `effort` is what was spent, in the solver's own
    deterministic seconds, so that a slow machine gives the same answer.
    """

    value: int | None
    served: Mapping[int, int]
    bound: int | None
    effort: float

    @property
    def proven(self) -> bool:
        """Whether nothing can be better."""
        return self.value is not None and self.value == self.bound


def solve(model: Rows, *, hint: Mapping[int, int], effort: float) -> Solved:
    """The best answer within some effort, and how good any answer can be.

    One worker, a fixed seed and deterministic time: the same question gives the same answer.
    """
    sat = cp_model.CpModel()
    variables = [sat.new_int_var(low, high, "") for low, high in model.bounds]
    for terms, low, high in model.rows.values():
        said = cp_model.LinearExpr.weighted_sum([variables[at] for at in terms], list(terms.values()))
        if not terms:
            if (low is not None and low > 0) or (high is not None and high < 0):
                return Solved(None, {}, None, 0.0)
        elif low is not None:
            sat.add(said >= low)
        else:
            sat.add(said <= high)
    if model.objective:
        worth = [variables[at] for at in model.objective]
        sat.maximize(cp_model.LinearExpr.weighted_sum(worth, list(model.objective.values())))
    for number, variable in model.served.items():
        if number in hint:
            sat.add_hint(variables[variable], hint[number])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(sat)
    spent = solver.response_proto.deterministic_time
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solved(None, {}, None, spent)
    values = {number: int(solver.value(variables[at])) for number, at in model.served.items()}
    best = sum(value * int(solver.value(variables[at])) for at, value in model.objective.items())
    bound = best if status == cp_model.OPTIMAL else math.ceil(solver.best_objective_bound)
    return Solved(best + model.constant, values, bound + model.constant, spent)


def prices_of(model: Rows) -> tuple[dict[tuple[object, ...], float], dict[int, float]]:
    """The price of each row in the relaxation, and how far each claim is served there."""
    lp = pywraplp.Solver.CreateSolver("GLOP")
    variables = [lp.NumVar(low, high, "") for low, high in model.bounds]
    made = {}
    for name, (terms, low, high) in model.rows.items():
        row = lp.Constraint(-lp.infinity() if low is None else low, lp.infinity() if high is None else high)
        for at, value in terms.items():
            row.SetCoefficient(variables[at], value)
        made[name] = row
    goal = lp.Objective()
    for at, value in model.objective.items():
        goal.SetCoefficient(variables[at], value)
    goal.SetMaximization()
    if lp.Solve() != pywraplp.Solver.OPTIMAL:
        return {}, {}
    prices = {name: abs(row.dual_value()) for name, row in made.items()}
    return prices, {number: variables[at].solution_value() for number, at in model.served.items()}
