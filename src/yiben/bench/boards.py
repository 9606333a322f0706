"""Boards over a million subjects, against hand-written DuckDB queries for the same rows (榜单性能)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa

from yiben.bench import Line
from yiben.boards.drawing import draw
from yiben.scenes.boards import board_of
from yiben.scenes.frames import EXEMPTIONS_SCHEMA, NODES_SCHEMA, Frames, measures_schema, subjects_schema
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack

SUBJECTS = 1_000_000
PACK = """
pack: bench
version: 1
title: 对照
key: code
fields:
  code: {type: text, label: 编号}
  town: {type: text, label: 乡镇}
  plan: {type: money, unit: 万元, label: 计划}
  done: {type: money, unit: 万元, label: 完成}
  started_on: {type: date, label: 开工}
  ended_on: {type: date, label: 完工}
boards:
  towns:
    label: 乡镇
    group: [town]
    having: projects >= 5
    order: [rank]
    each: {days: "days_from(started_on, ended_on)"}
    columns:
      projects: {value: count(*)}
      plan_sum: {value: sum(plan)}
      done_sum: {value: sum(done)}
      mean_days: {value: avg(days)}
      middle: {value: median(done)}
      late: {value: share(days > 300) * 100}
      score: {scale: {of: done_sum / plan_sum}}
      rank: {rank: {by: [-score]}}
  projects:
    label: 项目
    show: [code]
    where: plan > 0
    order: [rank]
    limit: {top: 100}
    columns:
      completion: {value: done / plan * 100}
      rank: {rank: {by: [-completion]}}
"""
TOWNS_BY_HAND = """
with summed as (
    select town, count(*) as projects, sum(plan) as plan_sum, sum(done) as done_sum,
        avg(date_diff('day', started_on, ended_on)) as mean_days, median(done) as middle,
        avg(case when date_diff('day', started_on, ended_on) > 300 then 100.0 else 0 end) as late,
        sum(done) / sum(plan) as ratio
    from subjects group by town having count(*) >= 5)
select *, 100 * (ratio - min(ratio) over ()) / (max(ratio) over () - min(ratio) over ()) as score,
    rank() over (order by ratio desc) as place
from summed order by place, town
"""
PROJECTS_BY_HAND = """
select code, done / plan * 100 as completion, rank() over (order by done / plan desc) as place
from subjects where plan > 0 order by place, code limit 100
"""
MADE = """
select 'P' || lpad(i::varchar, 8, '0') as code, 'T' || (hash(i) % 1000)::varchar as town,
    (1 + hash(i, 1) % 1000000)::decimal(20, 6) / 100 as plan, (hash(i, 2) % 1300000)::decimal(20, 6) / 100 as done,
    date '2024-01-01' + (hash(i, 3) % 500)::integer as started_on,
    date '2025-01-01' + (hash(i, 4) % 500)::integer as ended_on
from range(?) as numbers(i)
"""


def run(*, scale: float = 1.0) -> list[Line]:
    """A table of groups and a top list of subjects, each beside its hand-written query.

    Rows of a board are scored in exact fractions in this process, so a list whose rows are the
    subjects costs some microseconds for each of them; its budget is for a tenth of the size.
    """
    whole, tenth = _frames(round(SUBJECTS * scale)), _frames(round(SUBJECTS * scale / 10))
    return [
        _line("towns", TOWNS_BY_HAND, whole, times=5),
        _line("projects", PROJECTS_BY_HAND, tenth, times=60),
    ]


def _line(name: str, query: str, frames: Frames, *, times: int) -> Line:
    board = board_of(frames.pack, name)
    seconds, drawn = _timed(lambda: draw(board, frames))
    by_hand, rows = _timed(lambda: _hand(query, frames))
    same = [str(row[0]) for row in rows] == [row.key[0] for row in drawn.rows]
    return Line(
        name=f"board of {name}, {frames.subjects.num_rows:,} subjects",
        seconds=seconds,
        budget=f"at most {times} times the hand-written query, same order",
        kept=seconds <= times * by_hand and same,
        against="hand-written DuckDB",
        against_seconds=by_hand,
        note=f"{len(drawn.rows)} rows, {'same' if same else 'OTHER'} order",
    )


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _hand(query: str, frames: Frames) -> list[Any]:
    connection = duckdb.connect(":memory:")
    connection.register("subjects", frames.subjects)
    rows: list[Any] = connection.execute(query).fetchall()
    connection.close()
    return rows


def _frames(count: int) -> Frames:
    pack, problems = read_pack(PACK, file="bench.yaml")
    assert pack is not None, problems
    return Frames(
        pack=pack,
        subjects=_subjects(pack, count),
        measures=measures_schema(pack).empty_table(),
        nodes=NODES_SCHEMA.empty_table(),
        exemptions=EXEMPTIONS_SCHEMA.empty_table(),
    )


def _subjects(pack: Pack, count: int) -> pa.Table:
    connection = duckdb.connect(":memory:")
    made = connection.sql(MADE, params=[count]).to_arrow_table()
    connection.close()
    schema = subjects_schema(pack)
    columns = {name: made.column(name) for name in made.column_names} | {"subject": made.column("code")}
    known = {"known_from": "0001-01-01", "known_to": "9999-12-31"}
    columns |= {name: pa.array([day] * count).cast(pa.date32()) for name, day in known.items()}
    return pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)
