"""The reasons of the last month in pandas (对照): the same texts and numbers, rule by rule, only where flagged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from yiben.kernel.colours import Colour
from yiben.scenes.rules import Rule

PARTS = {"planned_on": "p", "forecast_on": "f", "actual_on": "a"}
MISSING = "—"


def _days(end: Any, start: Any) -> Any:
    return (end - start) / np.timedelta64(1, "D")


def _months(start: Any, end: Any) -> Any:
    whole = (end.dt.year - start.dt.year) * 12 + end.dt.month - start.dt.month
    return whole - ((end.dt.day < start.dt.day) & ~end.dt.is_month_end)


# Every expression of the rules' texts, as an author of pandas would write it, over the flagged rows.
VALUES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "month_end": lambda g: g["me"],
    "time_progress": lambda g: g["tp"],
    "invested_year": lambda g: g["iy"],
    "invested_total": lambda g: g["it"],
    "bond_spent_total": lambda g: g["bt"],
    "physical_latest": lambda g: g["pl"],
    "physical_previous": lambda g: g["ph1"],
    "started_on": lambda g: g["started_on"].where(g["started_on"] <= g["me"]),
    "entered_on": lambda g: g["entered_on"].where(g["entered_on"] <= g["me"]),
    "completed_on": lambda g: pd.to_datetime(g["completed_on"]),
    "actual_on": lambda g: g["actual_on"].where(g["actual_on"] <= g["me"]),
    "filed_monthly": lambda g: g["fd"].astype(bool),
    "days_from(planned_start, month_end)": lambda g: _days(g["me"], g["planned_start"]),
    "days_from(planned_on, month_end)": lambda g: _days(g["me"], g["planned_on"]),
    "days_from(planned_on, forecast_on)": lambda g: _days(g["forecast_on"], g["planned_on"]),
    "days_from(approval_expires_on, month_end)": lambda g: _days(g["me"], g["approval_expires_on"]),
    "days_from(month_end, approval_expires_on)": lambda g: _days(g["approval_expires_on"], g["me"]),
    "months_from(started_on, month_end)": lambda g: _months(g["started_on"], g["me"]),
    "plus_months(permit_on, start_months)": lambda g: g["permit_on"] + pd.DateOffset(months=3),
    "ratio(invested_year, plan_year)": lambda g: g["iy"] / g["plan_year"],
    "(time_progress - ratio(invested_year, plan_year)) * 100": lambda g: (
        (g["tp"] - g["iy"] / g["plan_year"]) * 100
    ),
    "plan_year * time_progress": lambda g: g["plan_year"] * g["tp"],
    "ratio(invested_year, plan_year * time_progress)": lambda g: g["iy"] / (g["plan_year"] * g["tp"]),
    "1 - ratio(invested_year, plan_year * time_progress)": lambda g: 1 - g["iy"] / (g["plan_year"] * g["tp"]),
    "ratio(bond_spent_total, bonds)": lambda g: g["bt"] / g["bonds"],
    "in_a_row(started_on is null and planned_start <= month_end)": lambda g: np.minimum(
        (g["me"].dt.year - g["planned_start"].dt.year) * 12
        + g["me"].dt.month - g["planned_start"].dt.month + 1, 12,
    ),
    "in_a_row(not filed_monthly)": lambda g: g["unfiled"],
    "in_a_row(invested_year < plan_year * time_progress)": lambda g: g["missed"],
}  # fmt: skip


def runs(full: pd.DataFrame, subjects: pd.DataFrame, months: int) -> pd.DataFrame:
    """For how many of the last twelve months on end nothing was filed, and too little was invested."""
    count = len(subjects)
    span = len(full) // count

    def last(name: str) -> Any:
        return full[name].to_numpy().reshape(count, span)[:, -12:]

    month = last("month")
    end = month.astype("datetime64[M]") + np.timedelta64(1, "M")
    tp = (month.astype("datetime64[M]").astype(int) % 12 + 1) / 12
    started, planned = (subjects[name].to_numpy()[:, None] for name in ("started_on", "planned_start"))
    due = np.where(started < end, started, planned) < end
    building = (subjects["stage"] == "construction").to_numpy()[:, None]
    unfiled = ~last("fd").astype(bool) & due & building
    missed = (last("iy") < last("plan_year") * tp - 1e-7) & (last("plan_year") > 0) & building
    return pd.DataFrame(
        {"subject": subjects["subject"], "unfiled": _trailing(unfiled), "missed": _trailing(missed)}
    )


def _trailing(held: Any) -> Any:
    return np.where(held.all(axis=1), held.shape[1], np.argmin(held[:, ::-1], axis=1))


def reasons(
    grid: pd.DataFrame, colours: dict[str, Any], rules: list[tuple[Rule, dict[str, Any]]]
) -> pd.DataFrame:
    """subject, rule, node, colour, zh, en, numbers of everything red or yellow in `grid`.

    `colours` holds (rule or rule/node) → colour; `rules` each rule with its thresholds.
    """
    parts = []
    for rule, thresholds in rules:
        for key in [key for key in colours if key.split("/")[0] == rule.name]:
            node, colour = key.partition("/")[2], np.asarray(colours[key])
            for shade in (Colour.RED, Colour.YELLOW):
                rows = grid[colour == shade]
                if len(rows):
                    if node:
                        rows = rows.rename(columns={f"{short}_{node}": name for name, short in PARTS.items()})
                    parts.append(_told(rows, rule, node, shade, thresholds))
    return pd.concat(parts, ignore_index=True)


def _told(
    rows: pd.DataFrame, rule: Rule, node: str, shade: Colour, thresholds: dict[str, Any]
) -> pd.DataFrame:
    because = rule.reason(shade, held=shade in rule.conditions)
    assert because is not None
    values: dict[str, Any] = {}

    def value(text: str) -> Any:
        if text not in values:
            found = thresholds.get(text)
            if found is None and text.endswith(" * 100") and text[:-6] in thresholds:
                found = thresholds[text[:-6]] * 100
            if found is None:
                found = VALUES[text](rows) if text in VALUES else rows[text]
            values[text] = found if isinstance(found, pd.Series) else pd.Series(found, index=rows.index)
        return values[text]

    def texts(language: str) -> list[str]:
        pieces = because.zh if language == "zh" else because.en
        template = "".join(one.replace("{", "{{") if isinstance(one, str) else "{}" for one in pieces)
        slots = [one for one in pieces if not isinstance(one, str)]
        columns = [_spelled(value(one.expression.text), _spec(one.format)) for one in slots]
        return (
            [template.format(*row) for row in zip(*columns, strict=True)]
            if columns
            else [template] * len(rows)
        )

    found = pd.DataFrame({"subject": rows["subject"], "rule": rule.name, "node": node, "colour": int(shade)})
    found["zh"], found["en"] = texts("zh"), texts("en")
    names = sorted({one for tree in rule.conditions.values() for one in tree.columns} - set(rule.thresholds))
    slots = [one.expression.text for each in rule.because.values() for one in each.slots()]
    keys = list(dict.fromkeys([*names, *rule.thresholds, *slots]))
    columns = [_json(value(key)) for key in keys]
    template = "{{" + ", ".join(f"{json.dumps(key)}: {{}}".replace("{", "{", 1) for key in keys) + "}}"
    found["numbers"] = [template.format(*row) for row in zip(*columns, strict=True)]
    return found


def _spec(form: Any) -> str:
    if form is None:
        return ""
    return f"{',' if form.comma else ''}.{form.digits}{'%' if form.percent else 'f'}"


def _spelled(column: Any, spec: str) -> Any:
    if column.dtype.kind == "M":
        return np.where(column.isna(), MISSING, np.datetime_as_string(column.to_numpy(), unit="D"))
    if spec:
        return [MISSING if one != one else format(one, spec) for one in column.tolist()]
    return [MISSING if one != one else f"{one:.15g}" for one in column.tolist()]


def _json(column: Any) -> Any:
    if column.dtype.kind == "M":
        days = np.char.add(np.char.add('"', np.datetime_as_string(column.to_numpy(), unit="D")), '"')
        return np.where(column.isna(), "null", days)
    if column.dtype.kind == "b":
        return np.where(column, "true", "false")
    return ["null" if one != one else f"{one:.15g}" for one in column.tolist()]
