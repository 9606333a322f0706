"""The twenty colours in pandas: one table of subject × month, one pass for each rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from yiben import rulebook
from yiben.assess.timeline import timeline
from yiben.bench.assess.texts_in_pandas import reasons, runs
from yiben.kernel.periods import Period
from yiben.scenes.loader import BUILT_IN, load_pack
from yiben.scenes.rules import RuleSet

NODES = tuple(load_pack(Path(str(BUILT_IN / "projects.yaml"))).nodes)
DAY = np.timedelta64(1, "D")


def judge(folder: Path, months: Sequence[Period], rules: RuleSet, target: Path) -> None:
    """The colours of a stored book and the reasons of its last month, each into a Parquet file."""
    subjects = _days(pd.read_parquet(folder / "subjects.parquet"))
    measures = _days(pd.read_parquet(folder / "measures.parquet"))
    nodes = _days(pd.read_parquet(folder / "nodes.parquet"))
    grid, full = _grid(subjects, measures, nodes, months)
    found = grid[["subject", "month"]].copy()
    by_node: dict[str, Any] = {}
    for name, colour in _rules(grid, by_node).items():
        found[name] = colour.astype("uint8")
    found["overall"] = found.drop(columns=["subject", "month"]).max(axis=1)
    found.to_parquet(target / "colours.parquet", compression="zstd")
    last = (grid["month"] == grid["month"].max()).to_numpy()
    shades = {key: np.asarray(colour)[last] for key, colour in by_node.items()}
    shades |= {one.name: found.loc[last, one.name].to_numpy() for one in rules.rules if one.per != "node"}
    rows = grid[last].merge(runs(full, subjects, len(months)), on="subject", how="left")
    line = timeline(rules, months=months[-1:], book=rulebook.built_in(), depth=0)
    told = [
        (rule, {name: float(line[-1].thresholds[rule.name, name]) for name in rule.thresholds})  # type: ignore[arg-type]
        for rule in rules.rules
    ]
    reasons(rows, shades, told).to_parquet(target / "reasons.parquet", compression="zstd")


def _days(table: pd.DataFrame) -> pd.DataFrame:
    """Dates as numpy days and decimals as doubles, so that pandas works on whole columns."""
    for column in table.columns.drop(["known_from", "known_to"]):
        if column.endswith("_on") or column in ("period", "planned_start", "planned_completion"):
            table[column] = pd.to_datetime(table[column]).astype("datetime64[s]")
        elif column in ("total_investment", "bonds", "invested", "physical", "bond_spent", "plan_year"):
            table[column] = table[column].astype("float64")
    return table.drop(columns=["known_from", "known_to"])


def _grid(
    subjects: Any, measures: Any, nodes: Any, months: Sequence[Period]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    wide = nodes.pivot(index="subject", columns="node", values=["planned_on", "forecast_on", "actual_on"])
    wide.columns = [f"{part[0]}_{node}" for part, node in wide.columns]
    line = pd.DataFrame({"month": pd.to_datetime([one.first for one in months]).astype("datetime64[s]")})
    line["me"] = line["month"] + pd.offsets.MonthEnd(0)
    line["tp"] = line["month"].dt.month / 12
    grid = subjects.merge(wide.reset_index(), on="subject", how="left").merge(line, how="cross")
    monthly = measures[measures["every"] == "month"].sort_values(["subject", "period"])
    monthly["year"] = monthly["period"].dt.year
    keys = pd.MultiIndex.from_product([subjects["subject"], _span(months)], names=["subject", "period"])
    full = monthly.set_index(["subject", "period"]).reindex(keys)
    full["fd"] = full["every"].notna()
    full = full.reset_index()
    by = full.groupby("subject", sort=False)
    full["it"], full["bt"] = by["invested"].cumsum(), by["bond_spent"].cumsum()
    full["invested0"] = full["invested"].fillna(0)
    full["iy"] = full.groupby(["subject", full["period"].dt.year], sort=False)["invested0"].cumsum()
    full["it"], full["bt"] = by["it"].ffill().fillna(0), by["bt"].ffill().fillna(0)
    full["pl"], full["ph1"], full["fd1"] = by["physical"].ffill(), by["physical"].shift(), by["fd"].shift()
    full["iy1"] = by["iy"].shift()
    full["month"] = full["period"]
    yearly = measures[measures["every"] == "year"][["subject", "period", "plan_year"]]
    full["jan"] = full["period"].dt.to_period("Y").dt.to_timestamp().astype("datetime64[s]")
    full = full.drop(columns="plan_year").merge(
        yearly.rename(columns={"period": "jan"}), on=["subject", "jan"], how="left"
    )
    full["py1"] = full.groupby("subject", sort=False)["plan_year"].shift()
    columns = ["subject", "month", "invested", "physical", "fd", "fd1", "it", "bt", "iy", "iy1", "pl", "ph1"]
    return grid.merge(full[[*columns, "plan_year", "py1"]], on=["subject", "month"], how="left"), full


def _span(months: Sequence[Period]) -> Any:
    first = months[0].shift(-4).first
    return pd.date_range(first, months[-1].first, freq="MS").astype("datetime64[s]")


def _pick(applies: Any, red: Any, yellow: Any) -> Any:
    return np.select([~applies, red, yellow], [0, 4, 3], default=2)


def _rules(g: pd.DataFrame, by_node: dict[str, Any]) -> dict[str, Any]:
    me, tp = g["me"], g["tp"]
    before = me - pd.offsets.MonthEnd(1)
    alive, building = ~g["stage"].isin(["paused", "ended", "moved_out"]), g["stage"] == "construction"
    kept = ~g["stage"].isin(["ended", "moved_out"])
    start = g["started_on"].where(g["started_on"] <= me)
    entered, permit = g["entered_on"].where(g["entered_on"] <= me), g["permit_on"].where(g["permit_on"] <= me)
    planned, py, iy = building & (g["plan_year"] > 0), g["plan_year"], g["iy"]
    gap, share = tp - iy / py, iy / (py * tp)
    months = (me.dt.year - start.dt.year) * 12 + me.dt.month - start.dt.month
    late = start.isna()
    started = _pick(
        (g["planned_start"] <= me) & alive, late & (g["planned_start"] <= me - pd.offsets.MonthEnd(2)), late
    )
    entry = _pick(start.notna() & alive, entered.isna() & (months > 2), entered.isna() & (months >= 1))
    entry_line = np.where(g["total_investment"] >= 500, entry, 0)
    behind = _pick(planned, gap > 0.3 + 1e-9, gap >= 0.1 - 1e-9)
    bond = g["pl"] / 100 - g["bt"] / g["bonds"].where(g["bonds"] != 0)
    expires = g["approval_expires_on"]
    missed = iy < py * tp - 1e-7
    tp1 = np.where(tp == 1 / 12, 1, tp - 1 / 12)
    missed1 = (g["iy1"] < g["py1"] * tp1 - 1e-7) & (g["py1"] > 0)
    due = building & (start.fillna(g["planned_start"]) <= me)
    start1 = g["started_on"].where(g["started_on"] <= before).fillna(g["planned_start"])
    unfiled1 = ~g["fd1"].fillna(False).astype(bool) & (start1 <= before)
    found = {
        "late_start": started,
        "node_late": _nodes(g, by_node, "node_late", lambda p, f, a: _pick((p <= me) & alive, ~(a <= me) & (me - p > 30 * DAY), ~(a <= me))),
        "investment_behind": behind,
        "not_entered": entry_line,
        "approval_expiry": _pick(expires.notna() & late & kept, expires <= me, expires - me <= 60 * DAY),
        "permit_unused": _pick(permit.notna() & late & kept, permit + pd.DateOffset(months=3) <= me, permit.isna() & False),
        "no_filing": _pick(due, ~g["fd"] & unfiled1, ~g["fd"]),
        "bond_behind": _pick((g["bonds"] > 0) & building, bond > 0.3 + 1e-9, bond >= 0.1 - 1e-9),
        "yinchuan_start": started,
        "yinchuan_progress": behind,
        "yinchuan_entry": entry,
        "wuhan_progress": _pick(planned, share < 0.6 - 1e-9, share < 0.8 - 1e-9),
        "sanya_project": _pick(building & (py >= 1000), 1 - share > 0.5 + 1e-9, missed),
        "sanya_month": _pick(planned, missed & missed1, missed),
        "ouhai_node": _nodes(g, by_node, "ouhai_node", lambda p, f, a: _pick((p <= me) & kept, ~(a <= me), _later(a, p))),
        "completion_late": _pick(
            (g["planned_completion"] <= me) & alive, me - g["planned_completion"] > 90 * DAY, late | True
        ),
        "nothing_done": _pick(building, building & False, g["invested"].fillna(0) <= 0),
        "forecast_late": _nodes(
            g, by_node, "forecast_late", lambda p, f, a: _pick(~(a <= me) & p.notna() & alive, f - p > 90 * DAY, f - p > 60 * DAY)
        ),
        "progress_stands": _pick(
            building, g["physical"] < g["ph1"] - 60, g["physical"] < g["ph1"] - 40
        ),
        "overspent": _pick(
            g["total_investment"] > 0, g["it"] > g["total_investment"] * 1.2, g["it"] > g["total_investment"]
        ),
    }  # fmt: skip
    return {name: pd.Series(colour) for name, colour in found.items()}


def _later(actual: Any, planned: Any) -> Any:
    return actual.dt.year * 12 + actual.dt.month > planned.dt.year * 12 + planned.dt.month


def _nodes(g: pd.DataFrame, by_node: dict[str, Any], rule: str, colour: Any) -> Any:
    worst = np.zeros(len(g), dtype="int64")
    for node in NODES:
        by_node[f"{rule}/{node}"] = colour(*(pd.to_datetime(g[f"{part}_{node}"]) for part in "pfa"))
        worst = np.maximum(worst, by_node[f"{rule}/{node}"])
    return worst
