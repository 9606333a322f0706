"""How fast tables come in and go out (表格读写的速度), beside openpyxl and pandas in the same run."""

from __future__ import annotations

import io
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from yiben.bench import Line
from yiben.readers.tables import read_table
from yiben.scenes.frames import field_column
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Pack
from yiben.writers.tables import write_csv, write_xlsx

ROWS, COLUMNS = 100_000, 30
READ_SECONDS, WRITE_SECONDS, PEAK_MIB = 25.0, 20.0, 1024
_PEER_SHARE = 20
_KINDS = ("text", "money", "date", "choice", "integer", "unit")
_CHOICES = {"industrial": "工业", "government": "政府投资", "commercial": "商服住"}


def run(scale: float = 1.0) -> list[Line]:
    """Reading and writing a table of 30 columns, whole against the budget and in part against peers."""
    rows = max(200, int(ROWS * scale))
    pack = measured_pack()
    with tempfile.TemporaryDirectory() as folder:
        whole, part, text = (Path(folder) / name for name in ("whole.xlsx", "part.xlsx", "whole.csv"))
        written, write_peak = _apart(write_measured, rows, whole, text)
        read, read_peak = _apart(_read_whole, whole)
        from_csv, csv_peak = _apart(_read_whole, text)
        table = measured_table(max(100, rows // _PEER_SHARE), pack)
        own_write, peer_write = (
            _timed(lambda: write_xlsx(table, pack, to=part)),
            _timed(lambda: _pandas_write(table)),
        )
        data = part.read_bytes()
        own_read = _timed(lambda: read_table(data, name="part.xlsx", pack=pack))
        peer_read = _timed(lambda: _openpyxl_read(data))
    size, small = f"{rows:,} × {COLUMNS}", f"{table.num_rows:,} × {COLUMNS}"
    return [
        _whole(f"read and check xlsx {size}", read, read_peak, READ_SECONDS),
        _whole(f"read and check csv {size}", from_csv, csv_peak, READ_SECONDS),
        _whole(f"write xlsx and csv {size}", written, write_peak, WRITE_SECONDS),
        _beside(f"read and check xlsx {small}", own_read, peer_read, "openpyxl, values only"),
        _beside(f"write xlsx {small}", own_write, peer_write, "pandas with openpyxl"),
    ]


def _whole(name: str, seconds: float, peak: float, limit: float) -> Line:
    budget = f"at most {limit:.0f} s and {PEAK_MIB} MiB"
    return Line(name, seconds, budget, seconds <= limit and peak <= PEAK_MIB, note=f"peak {peak:.0f} MiB")


def _beside(name: str, seconds: float, peer: float, against: str) -> Line:
    return Line(name, seconds, "faster than the peer", seconds < peer, against, peer)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _apart(work: Callable[..., float], *given: object) -> tuple[float, float]:
    """Seconds and peak MiB of some work in a process of its own, so that peaks do not mix."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, given))


def _measured(work: Callable[..., float], given: tuple[object, ...]) -> tuple[float, float]:
    seconds = work(*given)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _read_whole(path: Path) -> float:
    data, pack = path.read_bytes(), measured_pack()
    start = time.perf_counter()
    draft = read_table(data, name=path.name, pack=pack)
    assert not draft.problems and sum(1 for _ in draft.rows()) == draft.row_count
    return time.perf_counter() - start


def write_measured(rows: int, workbook: Path, text: Path) -> float:
    """Write the made-up table as xlsx and csv; gives the seconds."""
    pack = measured_pack()
    table = measured_table(rows, pack)
    start = time.perf_counter()
    write_xlsx(table, pack, to=workbook)
    write_csv(table, pack, to=text)
    return time.perf_counter() - start


def _pandas_write(table: pa.Table) -> None:
    table.to_pandas().to_excel(io.BytesIO(), engine="openpyxl", index=False)


def _openpyxl_read(data: bytes) -> int:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    return sum(len(row) for row in book.worksheets[0].iter_rows(values_only=True))


def measured_pack() -> Pack:
    """A made-up book of 30 columns: texts, amounts, dates, choices, counts and units in turn."""
    lines = ["pack: measured", "version: 1", "title: 测速", "key: code", "display: code", "fields:"]
    lines.append("  code: {type: text, required: true, label: 编号}")
    for number in range(1, COLUMNS):
        kind = _KINDS[number % len(_KINDS)]
        more = {"money": ", unit: 万元, min: 0", "choice": f", choices: {_spell_choices()}"}.get(kind, "")
        lines.append(f"  f{number}: {{type: {kind}, label: 字段{number}{more}}}")
    pack, problems = read_pack("\n".join(lines), file="measured.yaml")
    assert pack is not None, problems
    return pack


def _spell_choices() -> str:
    return "{" + ", ".join(f"{code}: {label}" for code, label in _CHOICES.items()) + "}"


def measured_table(rows: int, pack: Pack) -> pa.Table:
    """Seeded rows for the book."""
    source = random.Random(20)
    values: dict[str, Callable[[int], Any]] = {
        "text": lambda row: f"第{row}号道路改造工程",
        "money": lambda _: Decimal(source.randrange(10**9)).scaleb(-2),
        "date": lambda row: date(2024, 1, 1) + timedelta(days=row % 900),
        "choice": lambda row: list(_CHOICES)[row % len(_CHOICES)],
        "integer": lambda _: source.randrange(10**6),
        "unit": lambda row: f"第{row % 40}镇人民政府",
    }
    columns = {}
    for field in pack.fields.values():
        make = values[field.type] if field.name != pack.key else "K{}".format
        columns[field.name] = pa.array([make(row) for row in range(rows)], field_column(field).type)
    return pa.table(columns)
