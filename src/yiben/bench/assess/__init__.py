"""Judging a province (研判性能): many projects × 12 nodes × 12 months, 20 rules with reasons."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from yiben.assess import RuleSet, Stored, assess
from yiben.assess.duck import opened
from yiben.bench import Line
from yiben.bench.assess.by_hand import HAND_QUERY, NAMES
from yiben.bench.assess.in_pandas import judge as judge_with_pandas
from yiben.kernel.periods import Period, months_between
from yiben.kernel.problems import Refused, errors_of
from yiben.scenes.loader import BUILT_IN, load_pack
from yiben.scenes.model import Label, Pack
from yiben.scenes.rules import Scheme, read_rules

PROJECTS = 1_000_000
MONTHS = months_between(Period.of("2025-05"), Period.of("2026-04"))
SIDE = "stage not in ('paused', 'ended', 'moved_out')"
# Five rules more than the pack has, so that there are twenty.
MORE: dict[str, dict[str, Any]] = {
    "completion_late": {
        "family": "node",
        "applies": f"planned_completion <= month_end and {SIDE}",
        "red": "completed_on is null and days_from(planned_completion, month_end) > 90",
        "yellow": "completed_on is null",
        "because": {"zh": "应于{planned_completion}竣工,至{month_end}未竣工"},
    },
    "nothing_done": {
        "family": "investment",
        "applies": "stage = 'construction'",
        "yellow": "coalesce(invested, 0) <= 0",
        "because": {"zh": "{month_end}当月完成投资{invested:,.2f}万元"},
    },
    "forecast_late": {
        "family": "node",
        "per": "node",
        "applies": f"actual_on is null and planned_on is not null and {SIDE}",
        "red": "days_from(planned_on, forecast_on) > 90",
        "yellow": "days_from(planned_on, forecast_on) > 60",
        "because": {"zh": "节点计划{planned_on},预计{forecast_on}"},
    },
    "progress_stands": {
        "family": "other",
        "applies": "stage = 'construction'",
        "red": "physical < physical_previous - 60",
        "yellow": "physical < physical_previous - 40",
        "because": {"zh": "形象进度{physical:.1f}%,上月{physical_previous:.1f}%"},
    },
    "overspent": {
        "family": "investment",
        "applies": "total_investment > 0",
        "red": "invested_total > total_investment * 1.2",
        "yellow": "invested_total > total_investment",
        "because": {"zh": "累计完成{invested_total:,.2f}万元,总投资{total_investment:,.2f}万元"},
    },
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one judging took in a process of its own: seconds by the clock and of the processor, peak MiB."""

    seconds: float
    work: float
    peak: float

    def against(self, other: Cost, *, times: float = 1) -> str:
        """The processor's seconds beside those of a peer, which are scaled by `times`."""
        return f"CPU {self.work:.1f} s : {other.work * times:.1f} s = {other.work * times / self.work:.1f}"


def run(*, scale: float = 1.0) -> list[Line]:
    """The lines of the budget; scale 1 is a million projects."""
    count = max(1000, int(PROJECTS * scale))
    # Pandas holds everything in memory at once: a part of the projects stands for all.
    fewer = max(1000, count // 10)
    with TemporaryDirectory(prefix="yiben-bench-") as folder:
        place = Path(folder)
        make(place / "one", count)
        make(place / "few", fewer)
        ours = _cost("ours", place / "one", place / "ours")
        hand = _cost("hand", place / "one", place / "hand")
        same = _same(place / "ours", place / "hand")
        few = _cost("ours", place / "few", place / "ours-few")
        pandas = _cost("pandas", place / "few", place / "pandas")
        alike = _same(place / "ours-few", place / "pandas") and _texts_alike(place)
        make(place / "three", count * 3)
        threefold = _cost("ours", place / "three", place / "ours3")
    size, times = f"{count:,} projects", count / fewer
    ratio = ours.seconds / hand.seconds
    slower = pandas.seconds * times
    return [
        Line(
            f"assess {size}, 20 rules, reasons of last month", ours.seconds, "≤ 2 × hand-written", ratio <= 2,
            "hand-written DuckDB, no reasons", hand.seconds,
            f"{ours.against(hand)}; " + ("same colours" if same else "COLOURS DIFFER"),
        ),
        Line(
            "assess against pandas", ours.seconds, "≥ 10 × as fast", slower / ours.seconds >= 10,
            "pandas, reasons too", slower,
            f"by the clock {slower / ours.seconds:.1f}; {ours.against(pandas, times=times)}; measured on {fewer:,}, "
            f"scaled, peak there {pandas.peak / 1024:.2f} GiB; "
            + ("same colours and texts" if alike else "COLOURS OR TEXTS DIFFER"),
        ),
        Line(
            f"assess {fewer:,} projects", few.seconds, "≥ 10 × as fast", pandas.seconds / few.seconds >= 10,
            "pandas, reasons too", pandas.seconds, few.against(pandas),
        ),
        Line(
            f"assess {count * 3:,} projects", threefold.seconds, "linear: ≤ 3.3 × the time",
            threefold.seconds <= 3.3 * ours.seconds, "the third of it", ours.seconds,
            f"CPU {threefold.work:.1f} s : {ours.work:.1f} s; peak {threefold.peak / 1024:.2f} GiB",
        ),
        Line("peak memory, GiB", ours.peak / 1024, "< 4 GiB", ours.peak < 4096),
    ]  # fmt: skip


def rules() -> RuleSet:
    """Fifteen rules of the built-in pack, whatever their scheme, and five more."""
    pack = projects()
    more = {name: {"label": name, "otherwise": "green", **raw} for name, raw in MORE.items()}
    wide = replace(pack, rules={**pack.rules, **more})
    found, judging, problems = read_rules(wide)
    if errors_of(problems):
        raise Refused(errors_of(problems))
    chosen = tuple(rule for rule in found if rule.name in NAMES)
    assert len(chosen) == 20, "the budget is for twenty rules"
    return RuleSet(wide, Scheme("bench", Label("bench")), chosen, judging, judging.overall)


def projects() -> Pack:
    """The built-in pack of projects, by itself."""
    return load_pack(Path(str(BUILT_IN / "projects.yaml")))


def _cost(way: str, source: Path, target: Path) -> Cost:
    """What a judging costs, in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from yiben.bench.assess import measured;"
        "measured(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    words = [sys.executable, "-c", code, way, str(source), str(target)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return Cost(*map(float, done.stdout.split()))


def measured(way: str, source: Path, target: Path) -> None:
    """Judge a stored book in one way and print what it cost; imports and rules are there before."""
    held = rules()
    book = Stored.of_folders([source], pack=held.pack)
    target.mkdir(parents=True, exist_ok=True)
    ways: dict[str, Callable[[], object]] = {
        "ours": lambda: assess(book, rules=held, months=MONTHS, into=target),
        "hand": lambda: _hand(source, target / "colours.parquet"),
        "pandas": lambda: judge_with_pandas(source, MONTHS, held, target),
    }
    start, work = time.perf_counter(), time.process_time()
    ways[way]()
    seconds, work = time.perf_counter() - start, time.process_time() - work
    print(seconds, work, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _hand(source: Path, target: Path) -> None:
    with opened() as runner:
        for table in ("subjects", "measures", "nodes"):
            runner.connection.execute(f"create view {table} as from read_parquet('{source / table}.parquet')")
        runner.connection.sql(HAND_QUERY).write_parquet(str(target), compression="zstd")


def _same(ours: Path, other: Path) -> bool:
    """Whether both gave the same colours: the multiset of rows has one fingerprint."""
    names = ", ".join(f'"{rule.name}"' for rule in rules().rules)
    key = f"hash(subject, month::date, {names}, overall)::hugeint"
    query = f"select count(*), sum({key}) from read_parquet('{{}}/colours*.parquet')"
    prints = [duckdb.sql(query.format(path)).fetchall() for path in (ours, other)]
    return prints[0] == prints[1]


def _texts_alike(place: Path) -> bool:
    """Whether pandas told the same findings in the same words."""
    query = "select count(*), sum(hash(subject, rule, node, colour, zh, en)::hugeint) from read_parquet('{}')"
    paths = place / "ours-few" / f"reasons-{MONTHS[0]}.parquet", place / "pandas" / "reasons.parquet"
    prints = [duckdb.sql(query.format(path)).fetchall() for path in paths]
    return prints[0] == prints[1]


def make(folder: Path, count: int) -> None:
    """A made-up province: seeded, with plans, starts, entries and monthly figures that go wrong at times."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened() as runner:
        for table, query in _MADE.items():
            sql = query.replace("{count}", str(count))
            runner.connection.sql(sql).write_parquet(str(folder / f"{table}.parquet"), compression="zstd")


_KNOWN = "date '0001-01-01' as known_from, date '9999-12-31' as known_to"
_PART = "(hash(i, {salt}) % 1000)"


def _part(salt: int) -> str:
    """A number from 0 to 999 that depends on the subject only."""
    return _PART.replace("{salt}", str(salt))


_NODES = ", ".join(f"'{one}'" for one in projects().nodes)
_MADE = {
    "subjects": f"""
        select 'P' || lpad(i::varchar, 9, '0') as subject,
            case when {_part(1)} < 850 then 'construction' when {_part(1)} < 950 then 'ready'
                 else 'paused' end as stage,
            (20000 + {_part(2)} * 100)::decimal(20, 6) as total_investment,
            date '2025-01-01' + {_part(3)}::integer as planned_start,
            case when {_part(4)} < 900 then date '2025-01-01' + ({_part(3)} + {_part(4)} // 10)::integer end
                as started_on,
            case when {_part(5)} < 900 then date '2025-01-20' + ({_part(3)} + {_part(4)} // 10)::integer end
                as entered_on,
            date '2026-06-01' + {_part(6)}::integer as planned_completion,
            null::date as completed_on,
            case when {_part(7)} < 300 then date '2026-01-01' + {_part(7)}::integer end as approval_expires_on,
            case when {_part(8)} < 500 then date '2025-06-01' + {_part(8)}::integer end as permit_on,
            (case when {_part(9)} < 300 then 5000 else 0 end)::decimal(20, 6) as bonds,
            {_KNOWN}
        from range({{count}}) t(i)""",
    "measures": f"""
        select 'P' || lpad(i::varchar, 9, '0') as subject, date '2025-01-01' + to_months(k::integer)::interval
            as period, 'month' as every,
            (900 + hash(i, k, 11) % 400)::decimal(20, 6) as invested,
            least(k * 6 + hash(i, k, 12) % 10, 100)::decimal(20, 6) as physical,
            null::varchar as progress_note, null::varchar as problem_note,
            (300 + hash(i, k, 13) % 100)::decimal(20, 6) as bond_spent,
            null::decimal(20, 6) as plan_year, {_KNOWN}
        from range({{count}}) t(i), range(16) u(k) where hash(i, k, 14) % 100 < 95
        union all by name
        select 'P' || lpad(i::varchar, 9, '0') as subject, make_date(y, 1, 1) as period, 'year' as every,
            (11000 + {_part(15)})::decimal(20, 6) as plan_year, {_KNOWN}
        from range({{count}}) t(i), (values (2025), (2026)) v(y)""".replace(
        "date '2025-01-01' + to_months(k::integer)::interval", "(date '2025-01-01' + to_months(k::integer))::date"
    ),
    "nodes": f"""
        select 'P' || lpad(i::varchar, 9, '0') as subject, node,
            (date '2025-01-01' + (n * 70 + hash(i, n, 16) % 60)::integer) as planned_on,
            (date '2025-01-01' + (n * 70 + hash(i, n, 16) % 60 + hash(i, n, 17) % 61)::integer) as forecast_on,
            case when hash(i, n, 18) % 100 < 96 then
                (date '2025-01-01' + (n * 70 + hash(i, n, 16) % 60 - 24 + hash(i, n, 18) % 25)::integer) end
                as actual_on,
            {_KNOWN}
        from range({{count}}) t(i),
            (select unnest([{_NODES}]) as node, generate_subscripts([{_NODES}], 1) as n) u""",
}  # fmt: skip
