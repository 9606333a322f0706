"""The same twenty colours by hand (对照): as a practised author writes them in DuckDB."""

from __future__ import annotations

from pathlib import Path

from yiben.scenes.loader import BUILT_IN, load_pack

NODES = tuple(load_pack(Path(str(BUILT_IN / "projects.yaml"))).nodes)
MONTHS = [f"{2025 + k // 12}-{k % 12 + 1:02d}-01" for k in range(16)]
JUDGED = range(4, 16)
ALIVE = "stage not in ('paused', 'ended', 'moved_out')"


def _lists() -> str:
    """Each month's value, year's sum and running total as lists over the judged months and the one before."""
    span = range(3, 16)

    def over(template: str) -> str:
        return "[" + ", ".join(template.format(**_days(k)) for k in span) + "]"

    return ",\n".join(
        [
            over("sum(invested) filter (period between date '{year}' and date '{month}')") + " as iy",
            over("sum(invested) filter (period <= date '{month}')") + " as it",
            over("max(invested) filter (period = date '{month}')") + " as iv",
            over("sum(bond_spent) filter (period <= date '{month}')") + " as bt",
            over("max(physical) filter (period = date '{month}')") + " as ph",
            over("max(plan_year) filter (period = date '{year}' and every = 'year')") + " as py",
            over("arg_max(physical, period) filter (period <= date '{month}' and physical is not null)")
            + " as pl",
            over("count(*) filter (period = date '{month}' and every = 'month') > 0") + " as fd",
        ]
    )


def _days(k: int) -> dict[str, str]:
    return {"month": MONTHS[k], "year": f"{MONTHS[k][:4]}-01-01"}


def _pivot() -> str:
    return ",\n".join(
        f"max({part}_on) filter (node = '{node}') as {part[0]}_{node}"
        for part in ("planned", "forecast", "actual")
        for node in NODES
    )


def _worst(template: str) -> str:
    cases = ", ".join(template.replace("NODE", node) for node in NODES)
    return f"greatest({cases})"


_LATE_NODE = f"""case when p_NODE <= me and {ALIVE} then
    case when a_NODE <= me then 2 when me - p_NODE > 30 then 4 else 3 end else 0 end"""
_OUHAI = """case when p_NODE <= me and stage not in ('ended', 'moved_out') then
    case when a_NODE is null or a_NODE > me then 4
         when date_trunc('month', a_NODE) > date_trunc('month', p_NODE) then 3 else 2 end else 0 end"""
_FORECAST = f"""case when (a_NODE is null or a_NODE > me) and p_NODE is not null and {ALIVE} then
    case when f_NODE - p_NODE > 90 then 4 when f_NODE - p_NODE > 60 then 3 else 2 end else 0 end"""
_MONTHS_VALUES = ", ".join(
    f"({k - 2}, date '{MONTHS[k]}', last_day(date '{MONTHS[k]}'), {int(MONTHS[k][5:7])})" for k in JUDGED
)
_RULES = f"""
    (case when planned_start <= me and {ALIVE} then case when st is null then
        case when planned_start <= last_day(me2) then 4 else 3 end else 2 end else 0 end)::utinyint as late_start,
    ({_worst(_LATE_NODE)})::utinyint as node_late,
    (case when stage = 'construction' and py > 0 then
        case when tp - sh > 0.3 + 1e-9 then 4 when tp - sh >= 0.1 - 1e-9 then 3 else 2 end else 0 end)::utinyint
        as investment_behind,
    (case when st is not null and total_investment >= 500 and {ALIVE} then
        case when en is not null then 2 when ms > 2 then 4 when ms >= 1 then 3 else 2 end else 0 end)::utinyint
        as not_entered,
    (case when approval_expires_on is not null and st is null and stage not in ('ended', 'moved_out') then
        case when approval_expires_on <= me then 4 when approval_expires_on - me <= 60 then 3 else 2 end
        else 0 end)::utinyint as approval_expiry,
    (case when permit_on <= me and st is null and stage not in ('ended', 'moved_out') then
        case when permit_on + interval 3 month <= me then 4 else 2 end else 0 end)::utinyint as permit_unused,
    (case when stage = 'construction' and coalesce(st, planned_start) <= me then
        case when fd then 2 when not fd1 and coalesce(st1, planned_start) <= me1 then 4 else 3 end
        else 0 end)::utinyint as no_filing,
    (case when bonds > 0 and stage = 'construction' then
        case when pl / 100 - bt / bonds > 0.3 + 1e-9 then 4 when pl / 100 - bt / bonds >= 0.1 - 1e-9 then 3
             else 2 end else 0 end)::utinyint as bond_behind,
    (case when planned_start <= me and {ALIVE} then case when st is null then
        case when planned_start <= last_day(me2) then 4 else 3 end else 2 end else 0 end)::utinyint
        as yinchuan_start,
    (case when stage = 'construction' and py > 0 then
        case when tp - sh > 0.3 + 1e-9 then 4 when tp - sh >= 0.1 - 1e-9 then 3 else 2 end else 0 end)::utinyint
        as yinchuan_progress,
    (case when st is not null and {ALIVE} then
        case when en is not null then 2 when ms > 2 then 4 when ms >= 1 then 3 else 2 end else 0 end)::utinyint
        as yinchuan_entry,
    (case when stage = 'construction' and py > 0 then
        case when iy / (py * tp) < 0.6 - 1e-9 then 4 when iy / (py * tp) < 0.8 - 1e-9 then 3 else 2 end
        else 0 end)::utinyint as wuhan_progress,
    (case when stage = 'construction' and py >= 1000 then
        case when 1 - iy / (py * tp) > 0.5 + 1e-9 then 4 when iy < py * tp - 1e-7 then 3 else 2 end
        else 0 end)::utinyint as sanya_project,
    (case when stage = 'construction' and py > 0 then
        case when iy < py * tp - 1e-7 then
            case when iy1 < py1 * tp1 - 1e-7 and py1 > 0 then 4 else 3 end else 2 end else 0 end)::utinyint
        as sanya_month,
    ({_worst(_OUHAI)})::utinyint as ouhai_node,
    (case when planned_completion <= me and {ALIVE} then
        case when completed_on <= me then 2 when me - planned_completion > 90 then 4 else 3 end
        else 0 end)::utinyint as completion_late,
    (case when stage = 'construction' then case when coalesce(iv, 0) <= 0 then 3 else 2 end else 0 end)::utinyint
        as nothing_done,
    ({_worst(_FORECAST)})::utinyint as forecast_late,
    (case when stage = 'construction' then
        case when ph < ph1 - 60 then 4 when ph < ph1 - 40 then 3 else 2 end else 0 end)::utinyint
        as progress_stands,
    (case when total_investment > 0 then
        case when it > total_investment * 1.2 then 4 when it > total_investment then 3 else 2 end
        else 0 end)::utinyint as overspent"""
NAMES = (
    *("late_start", "node_late", "investment_behind", "not_entered", "approval_expiry", "permit_unused"),
    *("no_filing", "bond_behind", "yinchuan_start", "yinchuan_progress", "yinchuan_entry", "wuhan_progress"),
    *("sanya_project", "sanya_month", "ouhai_node", "completion_late", "nothing_done", "forecast_late"),
    *("progress_stands", "overspent"),
)
HAND_QUERY = f"""
with m as materialized (select subject, {_lists()} from measures group by subject),
n as materialized (select subject, {_pivot()} from nodes group by subject),
w as (select s.*, m.* exclude (subject), n.* exclude (subject)
      from subjects s left join m using (subject) left join n using (subject)),
g as (
    select w.* exclude (iy, it, iv, bt, ph, py, pl, fd, permit_on),
        c.month, c.me, last_day(c.month - interval 1 month) as me1, c.month - interval 2 month as me2,
        c.number / 12 as tp, (case when c.number = 1 then 12 else c.number - 1 end) / 12 as tp1,
        case when started_on <= c.me then started_on end as st,
        case when started_on <= last_day(c.month - interval 1 month) then started_on end as st1,
        case when entered_on <= c.me then entered_on end as en,
        case when permit_on <= c.me then permit_on end as permit_on,
        coalesce(w.iy[c.i], 0) as iy, coalesce(w.iy[c.i - 1], 0) as iy1, coalesce(w.it[c.i], 0) as it,
        w.iv[c.i] as iv, coalesce(w.bt[c.i], 0) as bt, w.ph[c.i] as ph, w.ph[c.i - 1] as ph1,
        w.py[c.i] as py, w.py[c.i - 1] as py1, w.pl[c.i] as pl,
        coalesce(w.fd[c.i], false) as fd, coalesce(w.fd[c.i - 1], false) as fd1,
        coalesce(w.iy[c.i], 0) / w.py[c.i] as sh,
        (year(c.me) * 12 + month(c.me)) - (year(started_on) * 12 + month(started_on)) as ms
    from w cross join (values {_MONTHS_VALUES}) c(i, month, me, number)),
r as (select subject, month, {_RULES} from g)
select *, greatest({", ".join(NAMES)}) as overall from r
"""
